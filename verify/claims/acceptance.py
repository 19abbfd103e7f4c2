"""Which findings count: the rules that a check's finding meets before it is evidence.

The same rules are applied to what a check returns and to what is read back from a store, so that
evidence that was kept before a rule existed does not count.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec
from msgspec.structs import replace

from verify.claims.check import MINIMUM_CASES, Check, Kind
from verify.claims.evidence import Finding, Outcome
from verify.claims.lemmas import lemma
from verify.claims.statement import Experiment, Statement
from verify.claims.text import printable


def validate_finding(check: Check, subject: Statement | Experiment, finding: object) -> Finding:
    """Return the finding as it counts; a property that saw too little becomes an error.

    Args:
        check: the check that found it.
        subject: what the check's room is about.
        finding: what the check returned.

    Raises:
        TypeError: if it is no finding.
        ValueError: if it cannot be kept, contradicts itself, cites a lemma that the register does not hold,
            or answers what was not asked.
    """
    if not isinstance(finding, Finding):
        raise TypeError(f"expected a Finding from {check.id}, got {type(finding).__qualname__}")
    finding = normalised(check.id, finding)
    for id in finding.lemmas:
        lemma(id)
    if isinstance(subject, Experiment):
        known = {effect.id for effect in subject.effects}
        for measured in finding.answers:
            if measured.effect not in known:
                raise ValueError(
                    f"{check.id} answers {measured.effect!r}, which {subject.id} does not ask"
                )
    else:
        stated = {hypothesis.id for hypothesis in subject.hypotheses}
        for premise in finding.premises:
            if premise.by == "statement" and premise.name.partition(":")[0] not in stated:
                raise ValueError(
                    f"{check.id} assumes {premise.name!r}, which {subject.id} does not state"
                )
    if finding.outcome is not Outcome.AS_STATED:
        return finding
    _refuse_contradiction(finding)
    if check.kind is Kind.PROPERTY and finding.cases < MINIMUM_CASES:
        return replace(
            finding,
            outcome=Outcome.ERROR,
            summary=f"Only {finding.cases} non-vacuous cases ran ({finding.vacuous_cases} were vacuous), and a property needs {MINIMUM_CASES}. {finding.summary}",
        )
    return finding


def _refuse_contradiction(finding: Finding) -> None:
    """Raise where a finding says that all is as stated and its own content says otherwise."""
    if finding.margin is not None and not finding.margin <= 1:
        raise ValueError(f"as stated, although error / allowed reached {finding.margin:.3g}")
    for step in finding.steps:
        if not step.closed:
            raise ValueError(f"as stated, although this step did not close: {step.text}")
    witness = finding.witness
    if witness is not None and not all(h.holds for h in witness.hypotheses):
        raise ValueError("as stated, although a hypothesis fails at the witness")


def refuse_non_finite(value: Any, where: str) -> None:
    """Raise if there is a NaN or an infinity in built-in data, since JSON cannot hold one.

    Args:
        value: dictionaries, lists and scalars, as `msgspec.to_builtins` makes them.
        where: the path so far, named in the message.

    Raises:
        ValueError: naming the path of the first number that is not finite.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(
            f"{where} is {value}: expected a finite number, because the stored evidence cannot hold another; report it in words, or leave it out."
        )
    if isinstance(value, dict):
        for name, entry in value.items():
            refuse_non_finite(entry, f"{where}.{name}")
    elif isinstance(value, (list, tuple)):
        for index, entry in enumerate(value):
            refuse_non_finite(entry, f"{where}[{index}]")


def normalised(check_id: str, finding: Finding) -> Finding:
    """Return the finding as it would be read back: NumPy's scalars as Python's, text printable, types checked.

    Raises:
        ValueError: if it holds a number that is not finite, or data of another type than declared.
    """
    try:
        data = _printable(msgspec.to_builtins(finding, enc_hook=_scalar))
        refuse_non_finite(data, check_id)
        return msgspec.convert(data, Finding)
    except (TypeError, msgspec.ValidationError) as error:
        raise ValueError(f"{check_id} returned a finding that cannot be kept: {error}.") from None


def _printable(data: Any) -> Any:
    """Built-in data with every text in it printable."""
    if isinstance(data, str):
        return printable(data)
    if isinstance(data, dict):
        return {_printable(name): _printable(value) for name, value in data.items()}
    return [_printable(value) for value in data] if isinstance(data, (list, tuple)) else data


def _scalar(value: Any) -> Any:
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return value.item()
    raise TypeError(f"expected plain data, got {type(value).__qualname__}")

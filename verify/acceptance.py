"""Which findings count: the rules that a check's finding meets before it is evidence.

The same rules are applied to what a check returns and to what is read back from a store, so that
evidence that was kept before a rule existed does not count.
"""

from __future__ import annotations

from msgspec.structs import replace

from verify.check import MINIMUM_CASES, Check, Kind
from verify.evidence import Evidence, Finding, Outcome
from verify.statement import Experiment, Statement
from verify.store import Records, normalised


def accept(check: Check, subject: Statement | Experiment, finding: object) -> Finding:
    """Return the finding as it counts; a property that saw too little becomes an error.

    Args:
        check: the check that found it.
        subject: what the check's room is about.
        finding: what the check returned.

    Raises:
        TypeError: if it is no finding.
        ValueError: if it cannot be kept, contradicts itself, or answers what was not asked.
    """
    if not isinstance(finding, Finding):
        raise TypeError(f"expected a Finding from {check.id}, got {type(finding).__qualname__}")
    finding = normalised(check.id, finding)
    if isinstance(subject, Experiment):
        known = {effect.id for effect in subject.effects}
        for measured in finding.answers:
            if measured.effect not in known:
                raise ValueError(
                    f"{check.id} answers {measured.effect!r}, which {subject.id} does not ask"
                )
    if finding.outcome is not Outcome.AS_STATED:
        return finding
    _refuse_contradiction(finding)
    if check.kind is Kind.PROPERTY and finding.cases < MINIMUM_CASES:
        return replace(
            finding,
            outcome=Outcome.ERROR,
            summary=(
                f"Only {finding.cases} non-vacuous cases ran ({finding.vacuous_cases} were "
                f"vacuous), and a property needs {MINIMUM_CASES}. {finding.summary}"
            ),
        )
    return finding


def standing(
    check: Check, subject: Statement | Experiment, key: str, kept: Records
) -> Evidence | None:
    """Return a check's evidence under a key, if there is some and it meets the rules of today."""
    found = kept.read(check.id, key)
    if found is None:
        return None
    try:
        accepted = accept(check, subject, found)
        reason = "" if accepted.outcome is found.outcome else accepted.summary
    except (TypeError, ValueError) as error:
        reason = f"{error}."
    if reason:
        kept.warn(f"Stored evidence of {check.id} does not count: {reason}")
        return None
    return found


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

"""What evidence may conclude: the only place where it becomes a verdict. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from verify.claims.check import Check, Kind, Role
from verify.claims.evidence import Evidence, Measured, Outcome
from verify.claims.statement import Experiment, Origin, Part, Reading, Statement, Verdict
from verify.claims.text import count


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict with its reason. `complete` is False while checks it rests on have not run."""

    target: str
    verdict: Verdict
    predicted: Verdict
    reason: str
    complete: bool
    lemmas: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether the verdict is the predicted one."""
        return self.verdict is self.predicted


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """Every verdict of one statement."""

    statement: str
    readings: tuple[Judgement, ...]
    parts: tuple[Judgement, ...]

    @property
    def surprises(self) -> tuple[Judgement, ...]:
        """Judgements that rest on complete evidence and contradict the prediction."""
        return tuple(j for j in self.readings + self.parts if j.complete and not j.agrees)


def judge(
    statement: Statement, checks: Sequence[Check], evidence: Mapping[str, Evidence]
) -> Judged:
    """Decide every reading and part of a statement from its checks' evidence.

    A reading is *refuted* by a counterexample in rigorous arithmetic that evaluates each of its
    hypotheses; it *holds* by a derivation for all dimensions that assumes no others, does not
    close without them, and is contradicted by no other check (or, if it only says that something
    exists, by an exact example). A part is *proved* in the same way and *supported* if there is
    no such derivation. Checks that need a capability of the machine are
    left out of account while they have not run; any other missing check leaves the verdict open.
    """
    readings = tuple(_judge_reading(statement, r, checks, evidence) for r in statement.readings)
    parts = tuple(_judge_part(p, checks, evidence) for p in statement.parts)
    return Judged(statement=statement.id, readings=readings, parts=parts)


def judge_experiment(
    experiment: Experiment, checks: Sequence[Check], evidence: Mapping[str, Evidence]
) -> dict[str, tuple[str, Measured]]:
    """The measured answer to each effect, with the id of the check that measured it.

    An effect measured by several checks is given by the first of them that ran.
    """
    answers: dict[str, tuple[str, Measured]] = {}
    known = {effect.id for effect in experiment.effects}
    for check in checks:
        found = evidence.get(check.id)
        for measured in found.answers if found is not None else ():
            if measured.effect not in known:
                raise ValueError(
                    f"{check.id} answers {measured.effect!r}, which {experiment.id} does not ask"
                )
            answers.setdefault(measured.effect, (check.id, measured))
    return answers


def _sort(
    checks: Sequence[Check], evidence: Mapping[str, Evidence]
) -> tuple[list[Check], list[Check], list[Check]]:
    """Split checks into (as stated, gone wrong, missing); optional ones that did not run are dropped."""
    good, bad, missing = [], [], []
    for check in checks:
        found = evidence.get(check.id)
        if found is None or found.outcome is Outcome.NOT_RUN:
            if not check.capabilities:
                missing.append(check)
        elif found.outcome is Outcome.AS_STATED:
            good.append(check)
        else:
            bad.append(check)
    return good, bad, missing


def _names(checks: Sequence[Check]) -> str:
    return ", ".join(check.id for check in checks)


def _shown_needed(check: Check, good: Sequence[Check]) -> bool:
    """Whether a derivation was shown not to close without its hypotheses."""
    return any(c.id == f"{check.id}.ablation" and c.role is Role.CONTROL for c in good)


def _proofs(good: Sequence[Check]) -> list[Check]:
    """The derivations for all dimensions that count: those with no idle hypothesis."""
    return [
        c
        for c in good
        if c.kind is Kind.DERIVATION
        and c.all_dimensions
        and c.role is Role.SUPPORTS
        and _shown_needed(c, good)
    ]


def _instance(reading: Reading, found: Evidence, conclusion: bool) -> bool:
    """Whether a witness evaluates exactly the reading's hypotheses, all true, and its conclusion."""
    witness = found.witness
    return (
        witness is not None
        and {h.id for h in witness.hypotheses} == set(reading.hypotheses)
        and all(h.holds for h in witness.hypotheses)
        and witness.conclusion.holds is conclusion
    )


def _derivations(
    reading: Reading, good: Sequence[Check], evidence: Mapping[str, Evidence]
) -> list[Check]:
    """What proves a reading: derivations from its own hypotheses, or exact examples if it asks for one."""
    proofs = [c for c in _proofs(good) if set(evidence[c.id].hypotheses) <= set(reading.hypotheses)]
    if reading.existential:
        proofs += [
            c
            for c in good
            if c.kind is Kind.EXAMPLE
            and c.arithmetic.is_rigorous
            and _instance(reading, evidence[c.id], conclusion=True)
        ]
    return proofs


def _lemmas(checks: Sequence[Check], evidence: Mapping[str, Evidence]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(lemma for c in checks for lemma in evidence[c.id].lemmas))


def _judge_reading(
    statement: Statement,
    reading: Reading,
    checks: Sequence[Check],
    evidence: Mapping[str, Evidence],
) -> Judgement:
    bearing = [
        c
        for c in checks
        if reading.id in c.readings and c.role in (Role.SUPPORTS, Role.REFUTES, Role.CONTROL)
    ]
    good, bad, missing = _sort(bearing, evidence)
    refuting = [c for c in good if c.role is Role.REFUTES]
    rigorous = [
        c
        for c in refuting
        if c.arithmetic.is_rigorous and _instance(reading, evidence[c.id], conclusion=False)
    ]
    supporting = [c for c in good if c.role is Role.SUPPORTS]
    proofs = _derivations(reading, good, evidence)
    added = [h for h in reading.hypotheses if statement.hypothesis(h).origin is Origin.ADDED]

    verdict = Verdict.UNDECIDED
    if bad:
        reason = f"did not find what they state: {_names(bad)}"
    elif missing:
        reason = f"not run: {_names(missing)}"
    elif refuting and supporting:
        reason = f"contradictory evidence: {_names(supporting)} against {_names(refuting)}"
    elif rigorous:
        verdict, reason = Verdict.REFUTED, f"counterexample: {_names(rigorous)}"
    elif refuting:
        reason = (
            "counterexample in floating point, or without every hypothesis evaluated: "
            f"{_names(refuting)}"
        )
    elif proofs and added:
        verdict = Verdict.HOLDS_ADDED
        named = f"{'hypothesis' if len(added) == 1 else 'hypotheses'} {', '.join(added)}"
        reason = f"derived under the added {named}: {_names(proofs)}"
    elif proofs:
        verdict, reason = Verdict.HOLDS, f"derived: {_names(proofs)}"
        if reading.existential:
            reason = f"by exact example: {_names(proofs)}"
    elif supporting:
        reason = f"no derivation from these hypotheses: {_names(supporting)}"
    else:
        reason = "no check bears on this reading"
    return Judgement(
        target=reading.id,
        verdict=verdict,
        predicted=reading.predicted,
        reason=reason,
        complete=not missing,
        lemmas=() if verdict is Verdict.UNDECIDED else _lemmas(good, evidence),
        checks=tuple(c.id for c in bearing),
    )


def _judge_part(part: Part, checks: Sequence[Check], evidence: Mapping[str, Evidence]) -> Judgement:
    bearing = [c for c in checks if c.part == part.id and c.role in (Role.SUPPORTS, Role.CONTROL)]
    good, bad, missing = _sort(bearing, evidence)
    proofs = _proofs(good)
    supporting = [c for c in good if c.role is Role.SUPPORTS]

    verdict = Verdict.UNDECIDED
    if bad:
        verdict, reason = Verdict.FAILED, f"did not find what they state: {_names(bad)}"
    elif missing:
        reason = f"not run: {_names(missing)}"
    elif proofs:
        verdict = Verdict.PROVED
        reason = f"derived: {_names(proofs)}"
        if len(supporting) > len(proofs):
            more = len(supporting) - len(proofs)
            reason += f"; {count(more, 'further check')} {'agrees' if more == 1 else 'agree'}"
    elif supporting:
        verdict, reason = Verdict.SUPPORTED, f"numerics only: {_names(supporting)}"
    else:
        reason = "no check bears on this part"
    return Judgement(
        target=part.id,
        verdict=verdict,
        predicted=part.predicted,
        reason=reason,
        complete=not missing,
        lemmas=_lemmas(proofs, evidence) if verdict is Verdict.PROVED else (),
        checks=tuple(c.id for c in bearing),
    )


def gate_failures(
    checks: Sequence[Check], evidence: Mapping[str, Evidence], judged: Sequence[Judged]
) -> list[str]:
    """Why a run is red, one sentence each; empty when every gating check found what it stated."""
    failures = []
    for check in checks:
        found = evidence.get(check.id)
        if found is None or found.outcome in (Outcome.AS_STATED, Outcome.NOT_RUN):
            continue
        if check.gates or found.outcome is Outcome.ERROR:
            failures.append(f"{check.id}: {found.outcome}. {found.summary}")
    for statement in judged:
        failures += [
            f"{statement.statement}, {j.target}: {j.verdict}, where the specification predicts "
            f"{j.predicted} ({j.reason})"
            for j in statement.surprises
        ]
    return failures

"""Counterexamples: a point, every hypothesis of the reading evaluated there, and the conclusion."""

from __future__ import annotations

from collections.abc import Mapping

from verify.claims.evidence import Evaluated, Finding, Outcome, Witness
from verify.claims.statement import Statement

Value = tuple[str, bool]
"""What a hypothesis or conclusion evaluates to, as text, and whether it holds."""


def counterexample(
    statement: Statement,
    reading: str,
    point: tuple[tuple[str, str], ...],
    hypotheses: Mapping[str, Value],
    conclusion: Value,
    summary: str,
) -> Finding:
    """Judge a point as a counterexample to one reading of a statement.

    Args:
        statement: the statement, from which the texts of the hypotheses are taken.
        reading: id of the reading that the point is to refute.
        point: (name, value) pairs.
        hypotheses: for every hypothesis of the reading, its value at the point.
        conclusion: the reading's conclusion at the point.
        summary: one sentence, shown if the point is a counterexample.

    Returns:
        `AS_STATED` if every hypothesis holds and the conclusion does not; `VACUOUS` if a
        hypothesis fails (the point is then no counterexample); `SURPRISE` if all hold.

    Raises:
        ValueError: if a hypothesis of the reading was not evaluated, or one not in it was.
    """
    wanted = statement.reading(reading).hypotheses
    if set(hypotheses) != set(wanted):
        raise ValueError(
            f"A counterexample to {statement.id} {reading} must evaluate exactly its hypotheses {sorted(wanted)}; got {sorted(hypotheses)}."
        )
    if conclusion[1] is None:
        raise ValueError(f"The conclusion of {statement.id} {reading} is undecided at this point.")
    evaluated = tuple(
        Evaluated(
            id=id,
            text=statement.hypothesis(id).text,
            value=hypotheses[id][0],
            holds=bool(hypotheses[id][1]),
        )
        for id in wanted
    )
    witness = Witness(
        point=point,
        hypotheses=evaluated,
        conclusion=Evaluated(
            id="conclusion",
            text=statement.reading(reading).text,
            value=conclusion[0],
            holds=bool(conclusion[1]),
        ),
    )
    failing = [h.id for h in evaluated if not h.holds]
    if failing:
        outcome = Outcome.VACUOUS
        summary = f"void: at this point the hypothesis fails: {', '.join(failing)}."
    elif conclusion[1]:
        outcome, summary = Outcome.SURPRISE, "the conclusion is not refuted at this point."
    else:
        outcome = Outcome.AS_STATED
    return Finding(outcome=outcome, summary=summary, cases=1, witness=witness)

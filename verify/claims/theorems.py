"""How a room declares what Coq's kernel checks of its statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from verify.claims.check import Check
from verify.claims.declare import refuting_theorems, section, theorems
from verify.claims.proved import Proved, Said, check_proved, digest
from verify.claims.statement import Statement, Verdict


def said(*theorems: str, read: str, missing: str = "") -> Said:
    """Theorems of Coq that together say a part or a reading; of a refuted reading, that it fails.

    Args:
        theorems: ``file.theorem`` each, in the room's folder ``kernel``.
        read: what ``python -m verify kernel ROOM`` prints once sentence and theorems were read
            against each other; a change of either makes the check red.
        missing: what of the sentence they do not say; then they do not prove it.
    """
    return Said(theorems, read, missing)


def kernel(
    statement: Statement,
    *,
    parts: Mapping[str, Said] = MappingProxyType({}),
    readings: Mapping[str, Said] = MappingProxyType({}),
) -> tuple[Check, ...]:
    """The checks that parts and readings of a statement are theorems of Coq's kernel, by their ids.

    Raises:
        ValueError: if the statement has no part or reading of an id, or a theorem is named ``refuted_`` of what is not
            predicted to be refuted, or none is of what is.
    """
    checks = []
    for part in statement.parts:
        if part.id in parts:
            check = _declared(Proved(statement.id, part.text, parts[part.id]), f"part.{part.id}")
            checks.append(replace(check, part=part.id))
    for reading in statement.readings:
        if reading.id in readings:
            refuted = reading.predicted is Verdict.REFUTED
            claim = Proved(statement.id, reading.text, readings[reading.id], refuted)
            check = _declared(claim, f"reading.{reading.id}")
            checks.append(replace(check, readings=(reading.id,)))
    known = {part.id for part in statement.parts}, {reading.id for reading in statement.readings}
    for given, ids in zip((parts, readings), known, strict=True):
        if unknown := set(given) - ids:
            raise ValueError(f"{statement.id} does not state {', '.join(sorted(unknown))}.")
    return section(f"{statement.id}.kernel", *checks)


def _declared(claim: Proved, id: str) -> Check:
    if claim.refuted != any(".refuted_" in theorem for theorem in claim.theorems):
        raise ValueError(
            f"{claim.room}: {id} is predicted {'' if claim.refuted else 'not '}to be refuted, and its theorems "
            f"are {', '.join(claim.theorems)}."
        )
    declare = refuting_theorems if claim.refuted else theorems
    title = f"Theorems of Coq's kernel: {', '.join(claim.theorems)}"
    return replace(
        declare(id, title, partial(check_proved, claim, digest(claim))), all_dimensions=True
    )

"""How a room declares its checks: one function for each kind of check, and sections that bind them.

A check's role and kind follow from what it is, so that a room cannot call a false variant a
support, or let a counterexample in floating point refute. Ids are relative: `section` puts the
prefix before them and says which part and readings its checks bear on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from verify.claims.check import Arithmetic, Buildable, Check, Context, Kind, Role
from verify.claims.derivation import Derive, derive, hypothesis_ablation
from verify.claims.evidence import Finding
from verify.claims.property import Claim, holds, refuted

Run = Callable[[Context], Finding]


def section(
    prefix: str, *checks: Check, part: str = "", readings: tuple[str, ...] = ()
) -> tuple[Check, ...]:
    """Name checks under a prefix; those that name no part or readings bear on the section's."""
    return tuple(
        replace(
            check,
            id=f"{prefix}.{check.id}",
            part=check.part or part,
            readings=check.readings or readings,
        )
        for check in checks
    )


def proof(
    id: str, title: str, derivation: Derive, *, readings: tuple[str, ...] = (), cost: float = 0.2
) -> tuple[Check, Check]:
    """A derivation for all dimensions, and the check that none of its hypotheses is idle."""
    derived = Check(
        id=id,
        title=title,
        role=Role.SUPPORTS,
        kind=Kind.DERIVATION,
        arithmetic=Arithmetic.SYMBOLIC,
        run=partial(derive, derivation),
        readings=readings,
        all_dimensions=True,
        cost=cost,
    )
    no_hypothesis_idle = Check(
        id=f"{id}.ablation",
        title=f"{title}: withdrawing a hypothesis leaves it open",
        role=Role.CONTROL,
        kind=Kind.DERIVATION,
        arithmetic=Arithmetic.SYMBOLIC,
        run=partial(hypothesis_ablation, derivation),
        readings=readings,
        cost=2 * cost,
    )
    return derived, no_hypothesis_idle


def fixed_dimensions(id: str, title: str, run: Run, *, cost: float = 0.5) -> Check:
    """A derivation at given dimensions: it supports, and proves nothing."""
    return Check(
        id=id,
        title=title,
        role=Role.SUPPORTS,
        kind=Kind.DERIVATION,
        arithmetic=Arithmetic.SYMBOLIC,
        run=run,
        cost=cost,
    )


def property_check(
    id: str, title: str, claim: Claim[Any], *, readings: tuple[str, ...] = (), cost: float = 2.0
) -> Check:
    """A true claim, checked on random cases."""
    return Check(
        id=id,
        title=title,
        role=Role.SUPPORTS,
        kind=Kind.PROPERTY,
        arithmetic=claim.arithmetic,
        run=partial(holds, claim),
        readings=readings,
        cost=cost,
    )


def mutant_check(
    id: str, claim: Claim[Any], *, readings: tuple[str, ...] = (), cost: float = 1.0
) -> Check:
    """A false claim that must be refuted; a mutant of a true one (`Claim.mutant`)."""
    return Check(
        id=id,
        title=f"False: {claim.text}",
        role=Role.CONTROL,
        kind=Kind.MUTANT,
        arithmetic=claim.arithmetic,
        run=partial(refuted, claim),
        readings=readings,
        cost=cost,
    )


def refutation(
    id: str,
    title: str,
    run: Run,
    *,
    reading: str,
    arithmetic: Arithmetic = Arithmetic.EXACT,
    cost: float = 0.5,
) -> Check:
    """A counterexample to one reading, in rigorous arithmetic.

    Raises:
        ValueError: if the arithmetic proves no sign.
    """
    if not arithmetic.is_rigorous:
        raise ValueError(
            f"{id} must refute in symbolic, exact or ball arithmetic: got {arithmetic}."
        )
    return Check(
        id=id,
        title=title,
        role=Role.REFUTES,
        kind=Kind.COUNTEREXAMPLE,
        arithmetic=arithmetic,
        run=run,
        readings=(reading,),
        cost=cost,
    )


def example(
    id: str,
    title: str,
    run: Run,
    *,
    reading: str,
    arithmetic: Arithmetic = Arithmetic.EXACT,
    cost: float = 0.5,
) -> Check:
    """An instance that proves a reading which says that something exists."""
    return Check(
        id=id,
        title=title,
        role=Role.SUPPORTS,
        kind=Kind.EXAMPLE,
        arithmetic=arithmetic,
        run=run,
        readings=(reading,),
        cost=cost,
    )


def attack(
    id: str,
    title: str,
    run: Run,
    *,
    readings: tuple[str, ...] = (),
    arithmetic: Arithmetic = Arithmetic.FLOAT64,
    cost: float = 1.0,
) -> Check:
    """A check that another one fails where it must."""
    return Check(
        id=id,
        title=title,
        role=Role.CONTROL,
        kind=Kind.ATTACK,
        arithmetic=arithmetic,
        run=run,
        readings=readings,
        cost=cost,
    )


def at_scale(
    id: str,
    title: str,
    run: Run,
    *,
    artefacts: tuple[Buildable, ...] = (),
    capabilities: tuple[str, ...] = (),
    arithmetic: Arithmetic = Arithmetic.FLOAT64,
    cost: float = 5.0,
) -> Check:
    """The same claim on networks of production size."""
    return Check(
        id=id,
        title=title,
        role=Role.SUPPORTS,
        kind=Kind.SCALE,
        arithmetic=arithmetic,
        run=run,
        artefacts=artefacts,
        capabilities=capabilities,
        cost=cost,
    )


def measurement(
    id: str,
    title: str,
    run: Run,
    *,
    artefacts: tuple[Buildable, ...],
    arithmetic: Arithmetic = Arithmetic.FLOAT32,
    cost: float = 5.0,
) -> Check:
    """What trained networks show about a statement: it bears on no verdict and gates nothing."""
    return Check(
        id=id,
        title=title,
        role=Role.CONTEXT,
        kind=Kind.TRAINING,
        arithmetic=arithmetic,
        run=run,
        artefacts=artefacts,
        cost=cost,
    )

"""How a room declares its checks: one function for each kind of check, and sections that bind them.

A check's role and kind follow from what it is, so that a room cannot call a false variant a
support, or let a counterexample in floating point refute. Ids are relative: `section` puts the
prefix before them and says which part and readings its checks bear on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from verify.claims.check import Arithmetic, Buildable, Check, Context, Kind, Role
from verify.claims.controls import Refute, controls
from verify.claims.derivation import Derive, derive, hypothesis_ablation
from verify.claims.evidence import Finding
from verify.claims.property import Claim, holds, refuted

Run = Callable[[Context], Finding]


def _check(
    role: Role,
    kind: Kind,
    id: str,
    title: str,
    run: Run,
    *,
    arithmetic: Arithmetic,
    cost: float,
    part: str = "",
    readings: tuple[str, ...] = (),
    artefacts: tuple[Buildable, ...] = (),
    capabilities: tuple[str, ...] = (),
) -> Check:
    """Declare a check of a kind; arithmetic and cost are as usual for the kind unless they are given."""
    return Check(
        id=id,
        title=title,
        role=role,
        kind=kind,
        arithmetic=arithmetic,
        run=run,
        part=part,
        readings=readings,
        artefacts=artefacts,
        capabilities=capabilities,
        cost=cost,
    )


fixed_dimensions = partial(
    _check, Role.SUPPORTS, Kind.DERIVATION, arithmetic=Arithmetic.SYMBOLIC, cost=0.5
)
"""A derivation at given dimensions: it supports, and proves nothing."""

sampled = partial(_check, Role.SUPPORTS, Kind.PROPERTY, arithmetic=Arithmetic.FLOAT64, cost=2.0)
"""A claim on random cases that a function of its own draws; see `property_check`."""

example = partial(_check, Role.SUPPORTS, Kind.EXAMPLE, arithmetic=Arithmetic.EXACT, cost=0.5)
"""An instance that proves a reading which says that something exists."""

attack = partial(_check, Role.CONTROL, Kind.ATTACK, arithmetic=Arithmetic.FLOAT64, cost=1.0)
"""A check that another one fails where it must."""

at_scale = partial(_check, Role.SUPPORTS, Kind.SCALE, arithmetic=Arithmetic.FLOAT64, cost=5.0)
"""The same claim on networks of production size."""

measurement = partial(_check, Role.CONTEXT, Kind.TRAINING, arithmetic=Arithmetic.FLOAT32, cost=5.0)
"""What trained networks show about a statement: it bears on no verdict and gates nothing."""

invariant = partial(_check, Role.SUPPORTS, Kind.PROPERTY, arithmetic=Arithmetic.FLOAT64, cost=1.0)
"""What must hold of networks or of a measurement, without random cases."""

theorems = partial(_check, Role.SUPPORTS, Kind.KERNEL, arithmetic=Arithmetic.KERNEL, cost=8.0)
"""Theorems of Coq that say a part or a reading; see `verify.claims.theorems.kernel`."""

refuting_theorems = partial(
    _check, Role.REFUTES, Kind.KERNEL, arithmetic=Arithmetic.KERNEL, cost=8.0
)
"""Theorems of Coq that say that a reading fails."""

trial = partial(_check, Role.SUPPORTS, Kind.TRAINING, arithmetic=Arithmetic.FLOAT32, cost=1.0)
"""What must hold of training."""

_derivation = partial(
    _check, Role.SUPPORTS, Kind.DERIVATION, arithmetic=Arithmetic.SYMBOLIC, cost=0.2
)
_ablation = partial(_check, Role.CONTROL, Kind.DERIVATION, arithmetic=Arithmetic.SYMBOLIC, cost=0.4)
_property = partial(_check, Role.SUPPORTS, Kind.PROPERTY, arithmetic=Arithmetic.FLOAT64, cost=2.0)
_mutant = partial(_check, Role.CONTROL, Kind.MUTANT, arithmetic=Arithmetic.FLOAT64, cost=1.0)
_refutation = partial(
    _check, Role.REFUTES, Kind.COUNTEREXAMPLE, arithmetic=Arithmetic.EXACT, cost=0.5
)
_controls = partial(_check, Role.CONTROL, Kind.ATTACK, arithmetic=Arithmetic.EXACT, cost=0.5)


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
    id: str,
    title: str,
    derivation: Derive,
    *,
    readings: tuple[str, ...] = (),
    rests_on: tuple[str, ...] = (),
) -> tuple[Check, Check]:
    """A derivation for all dimensions, and the check that none of its hypotheses is idle.

    What it takes from another part or reading it names in `rests_on`, as ``room.part``.
    """
    return (
        replace(
            _derivation(id, title, partial(derive, derivation), readings=readings),
            all_dimensions=True,
            rests_on=rests_on,
        ),
        _ablation(
            f"{id}.ablation",
            f"{title}: withdrawing a hypothesis leaves it open",
            partial(hypothesis_ablation, derivation),
            readings=readings,
        ),
    )


def property_check(
    id: str, title: str, claim: Claim[Any], *, readings: tuple[str, ...] = (), cost: float = 2.0
) -> Check:
    """A true claim, checked on random cases."""
    run = partial(holds, claim)
    return _property(id, title, run, readings=readings, arithmetic=claim.arithmetic, cost=cost)


def mutant_check(
    id: str, claim: Claim[Any], *, readings: tuple[str, ...] = (), cost: float = 1.0
) -> Check:
    """A false claim that must be refuted; a mutant of a true one (`Claim.mutant`)."""
    run, title = partial(refuted, claim), f"False: {claim.text}"
    return _mutant(id, title, run, readings=readings, arithmetic=claim.arithmetic, cost=cost)


def refutation(
    id: str,
    title: str,
    refute: Refute,
    point: Any,
    *,
    reading: str,
    arithmetic: Arithmetic = Arithmetic.EXACT,
    cost: float = 0.5,
) -> Check:
    """A counterexample to one reading, in rigorous arithmetic.

    Args:
        id: of the check.
        title: of the check.
        refute: a function of a point, the reading's id and the context.
        point: the counterexample.
        reading: what is refuted.
        arithmetic: what the refutation rests on.
        cost: CPU-seconds, roughly.

    Raises:
        ValueError: if the arithmetic proves no sign.
    """
    if not arithmetic.is_rigorous:
        raise ValueError(
            f"{id} must refute in symbolic, exact or ball arithmetic: got {arithmetic}."
        )
    run = partial(_refute, refute, point, reading)
    return _refutation(id, title, run, readings=(reading,), arithmetic=arithmetic, cost=cost)


def _refute(refute: Refute, point: Any, reading: str, ctx: Context) -> Finding:
    return refute(point, reading, ctx)


def refutation_controls(
    id: str,
    refute: Refute,
    *,
    reading: str,
    violations: Mapping[str, Any],
    mild: Any,
    cost: float = 0.5,
) -> Check:
    """What shows that a refutation could have failed, see `verify.claims.controls`.

    Args:
        id: of the check.
        refute: as the reading's refutations use it.
        reading: what they refute.
        violations: for every hypothesis of the reading, a point that violates it alone, or
            `ByConstruction`; a room that leaves one out is not loaded.
        mild: a point at which the hypotheses hold and nothing may be refuted.
        cost: CPU-seconds, roughly.
    """
    check = _controls(
        id,
        f"{reading}: void where one hypothesis fails, and nothing refuted at a mild point",
        partial(controls, refute, reading, dict(violations), mild),
        readings=(reading,),
        cost=cost,
    )
    return replace(check, violates=tuple(violations))

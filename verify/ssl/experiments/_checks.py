"""How an experiment declares the checks that need trained networks."""

from __future__ import annotations

from collections.abc import Callable

from verify.statement import Arithmetic, Check, Context, Finding, Kind, Need, Role

Run = Callable[[Context], Finding]


def measurement(
    id: str,
    title: str,
    run: Run,
    *,
    artefacts: tuple[Need, ...],
    arithmetic: Arithmetic = Arithmetic.FLOAT32,
    cost: float,
) -> Check:
    """What an experiment measures: it answers effects and gates nothing."""
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


def invariant(
    id: str,
    title: str,
    run: Run,
    *,
    role: Role = Role.SUPPORTS,
    kind: Kind = Kind.PROPERTY,
    artefacts: tuple[Need, ...] = (),
    arithmetic: Arithmetic = Arithmetic.FLOAT64,
    cost: float = 1.0,
) -> Check:
    """What must hold of the networks or the measurement; it gates a run."""
    return Check(
        id=id,
        title=title,
        role=role,
        kind=kind,
        arithmetic=arithmetic,
        run=run,
        artefacts=artefacts,
        cost=cost,
    )

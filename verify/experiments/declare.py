"""How an experiment declares the checks that need trained networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Protocol, TypeVar

from verify.claims.check import Arithmetic, Buildable, Check, Context, Kind, Role
from verify.claims.declare import measurement
from verify.claims.evidence import Finding
from verify.engine.artefact import Artefact
from verify.experiments.forms import Form

Run = Callable[[Context], Finding]


class Needing(Protocol):
    """A form of a measurement: it names the results that it needs."""

    @property
    def artefacts(self) -> tuple[Artefact, ...]:
        """What is built before it is measured."""


Measured = TypeVar("Measured", bound=Needing)


def measurements(
    id: str,
    title: str,
    run: Callable[[Measured, Context], Finding],
    digits: Measured,
    others: Mapping[Form, Measured],
    *,
    arithmetic: Arithmetic = Arithmetic.FLOAT32,
    cost: float,
) -> tuple[Check, ...]:
    """One measurement in every form: on the digits, and on images that a user provides.

    The published size comes first, since the first that ran answers an effect.
    """
    experiment = id.partition(".")[0]
    own = measurement(
        id,
        title,
        partial(run, digits),
        artefacts=digits.artefacts,
        arithmetic=arithmetic,
        cost=cost,
    )
    published: list[Check] = []
    reduced: list[Check] = []
    for form, measured in others.items():
        check = measurement(
            f"{id}.{form.name}",
            f"{title}: {form.words}",
            partial(run, measured),
            artefacts=measured.artefacts,
            arithmetic=arithmetic,
            cost=60 * form.minutes[experiment],
        )
        check = replace(check, capabilities=form.capabilities, command=form.command(experiment))
        (reduced if form.reduced else published).append(check)
    return (*published, own, *reduced)


def invariant(
    id: str,
    title: str,
    run: Run,
    *,
    role: Role = Role.SUPPORTS,
    kind: Kind = Kind.PROPERTY,
    artefacts: tuple[Buildable, ...] = (),
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

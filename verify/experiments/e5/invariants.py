"""Invariants of E5's measurement, and what shows that their checks can fail. All gate a run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import torch
from hypothesis import strategies as st
from torch import Tensor, nn

from verify.claims.declare import mutant_check, property_check, section
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors
from verify.ssl.measurements import unit
from verify.ssl.orbit_curvature import bending

EPS = torch.finfo(torch.float64).eps


# --- arcs, whose bending is known -----------------------------------------------------------


@dataclass(frozen=True)
class Arc:
    """Points (count, 3) on a circle about a centre, at equal steps of an angle, of whole degrees."""

    centre: Tensor
    radius: float
    degrees: Annotated[int, "angle in degrees"]
    count: int

    @property
    def angle(self) -> float:
        """The step's angle."""
        return math.radians(self.degrees)

    @property
    def points(self) -> Tensor:
        """The points."""
        angles = self.angle * torch.arange(self.count, dtype=torch.float64)
        flat = torch.stack([angles.cos(), angles.sin(), torch.zeros_like(angles)], dim=1)
        return self.centre + self.radius * flat


@st.composite
def arcs(draw: st.DrawFn) -> Arc:
    """Arcs of 3 to 6 points that turn by less than a quarter at each."""
    return Arc(
        centre=draw(tensors((3,))),
        radius=draw(st.sampled_from((0.1, 1.0, 5.0))),
        degrees=draw(st.integers(1, 80)),
        count=draw(st.integers(3, 6)),
    )


def arc_ratio(arc: Arc, quantity: str = "turning", grows: bool = False) -> float:
    """Bending of an arc against its closed form: turning t, second difference 4 r sin^2(t / 2).

    Args:
        arc: the arc.
        quantity: ``turning`` or ``second``.
        grows: whether to leave the radius out of the second difference.
    """
    size = 1.0 if grows else arc.radius
    known = arc.angle if quantity == "turning" else 4 * size * math.sin(arc.angle / 2) ** 2
    found = getattr(bending(arc.points[None]), quantity).item()
    largest = arc.centre.abs().max().item() + arc.radius
    step = 2 * arc.radius * math.sin(arc.angle / 2)
    # A point errs by roundings of its largest coordinate; the angle by that over a step.
    allowed = 64 * EPS * largest / (step if quantity == "turning" else 1)
    return abs(found - known) / allowed


def second_ratio(arc: Arc, grows: bool = False) -> float:
    """`arc_ratio` of the second difference."""
    return arc_ratio(arc, "second", grows)


TURNING = Claim("an arc turns at each point by its step's angle", arcs, arc_ratio)

SECOND = Claim("an arc of radius r has second differences 4 r sin^2(t / 2)", arcs, second_ratio)

SIZELESS = SECOND.mutant("an arc's second differences do not depend on its radius", grows=True)


# --- heads that rotate ----------------------------------------------------------------------


@dataclass(frozen=True)
class Turned:
    """Curves z (n, A, d), and a head z -> Q z + shift with orthogonal Q of a seed."""

    z: Tensor
    seed: int
    shift: Tensor

    def h(self, affine: bool) -> Tensor:
        """Unit vectors of the head's outputs, with or without the shift."""
        generator = torch.Generator().manual_seed(self.seed)
        length = self.z.shape[-1]
        gaussian = torch.randn(length, length, generator=generator, dtype=torch.float64)
        head = nn.Linear(length, length, dtype=torch.float64)
        head.weight.data = torch.linalg.qr(gaussian).Q
        head.bias.data = self.shift if affine else torch.zeros_like(self.shift)
        with torch.no_grad():
            return unit(head(self.z))


@st.composite
def turned(draw: st.DrawFn) -> Turned:
    """Random curves under random rotations."""
    shape = (draw(st.integers(1, 2)), draw(st.integers(3, 5)), draw(st.integers(2, 4)))
    seed = draw(st.integers(0, 2**63 - 1))
    return Turned(draw(tensors(shape)), seed, draw(tensors(shape[2:], nonzero=True)))


def turned_ratio(case: Turned, affine: bool = False) -> float:
    """Second differences of z and h are the same."""
    if min(case.z.norm(dim=-1).min(), case.h(True).diff(dim=1).norm(dim=-1).min()) == 0:
        raise Vacuous
    if case.z.diff(dim=1).norm(dim=-1).min() == 0:
        raise Vacuous
    before, after = bending(unit(case.z)).second, bending(case.h(affine)).second
    # Unit vectors err by a few roundings for each of the d terms of an entry of Q z.
    return ((before - after).abs().max() / (32 * case.z.shape[-1] * EPS)).item()


ROTATION = Claim(
    "a head that rotates leaves the second differences unchanged", turned, turned_ratio
)

AFFINE = ROTATION.mutant(
    "a head that rotates and shifts leaves the second differences unchanged", affine=True
)

CHECKS = section(
    "E5",
    property_check("arc", "Turning of an arc, against its closed form", TURNING),
    property_check("arc.second", "Second differences of an arc, against their closed form", SECOND),
    mutant_check("arc.sizeless", SIZELESS),
    property_check("rotation", "A head that rotates bends nothing", ROTATION),
    mutant_check("rotation.affine", AFFINE),
)

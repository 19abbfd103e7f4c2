"""The counterexamples of 5.1, in exact arithmetic: to a reading, and to one-sided velocities without their span."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

import sympy as sp

from theorems.thm51.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.counterexample import Value, counterexample
from verify.claims.describe import describe, shown
from verify.claims.evidence import Finding, finding
from verify.symbolic.smoothness import is_analytic_at

x1, x2 = x = sp.symbols("x1 x2", real=True)
t = sp.Symbol("t", real=True)

Plane = tuple[sp.Expr, sp.Expr]


@dataclass(frozen=True)
class TwoInputs:
    """A family T_t of maps of the plane, a scalar encoder, and two inputs.

    Attributes:
        family: T_t x, expressions in t and x; T_0 is to be the identity.
        encoder: enc(x).
        inputs: the two inputs, to have one representation.
    """

    family: Annotated[Plane, "$T_t x$"]
    encoder: Annotated[sp.Expr, r"$\mathrm{enc}(x)$"]
    inputs: Annotated[tuple[Plane, Plane], "inputs"]

    @property
    def orbit(self) -> sp.Expr:
        """enc(T_t x)."""
        return self.encoder.subs(dict(zip(x, self.family, strict=True)), simultaneous=True)

    def at(self, expr: sp.Expr, which: int) -> sp.Expr:
        """An expression at one of the two inputs."""
        return sp.simplify(expr.subs(dict(zip(x, self.inputs[which], strict=True))))

    @property
    def tangents(self) -> tuple[sp.Expr, sp.Expr]:
        """The derivative of the orbit map at t = 0, at each input."""
        slope = self.orbit.diff(t).subs(t, 0)
        return self.at(slope, 0), self.at(slope, 1)

    @property
    def codes(self) -> tuple[sp.Expr, sp.Expr]:
        """The two representations."""
        return self.at(self.encoder, 0), self.at(self.encoder, 1)


def hypotheses(model: TwoInputs) -> dict[str, Value]:
    """Evaluate every hypothesis of the reading `of-z`."""
    starts = all(sp.expand(c.subs(t, 0) - e) == 0 for c, e in zip(model.family, x, strict=True))
    slope = model.orbit.diff(t)
    smooth = all(
        is_analytic_at(model.orbit, {t: sp.S.Zero, **dict(zip(x, point, strict=True))})
        for point in model.inputs
    )
    first, second = model.codes
    return {
        "orbit": (
            f"$o_x(t) =$ {shown(model.orbit)}, {'' if smooth else 'not known to be '}analytic at both inputs, with $o_x'(t) =$ {shown(slope)}; $T_0$ is {'the' if starts else 'not the'} identity",
            starts and smooth,
        ),
        "encoder": (
            rf"$\mathrm{{enc}}(x) =$ {shown(model.encoder)} is {shown(first)} and {shown(second)} at the two inputs",
            sp.simplify(first - second) == 0,
        ),
    }


ROTATIONS = TwoInputs(
    family=(x1 * sp.cos(t) - x2 * sp.sin(t), x1 * sp.sin(t) + x2 * sp.cos(t)),
    encoder=x1,
    inputs=((sp.S.One, sp.S.Zero), (sp.S.One, sp.S.One)),
)
"""enc = x1 under rotations: the tangent is -x2, which the representation does not know."""


def not_of_z(model: TwoInputs, reading: str, ctx: Context) -> Finding:
    """Two inputs with one representation, and tangent spaces of dimensions 0 and 1.

    Raises:
        TypeError: if it is undecided whether a tangent is 0.
    """
    first, second = (1 - int(tangent.is_zero) for tangent in model.tangents)
    spaces = f"of dimension {first} and {second}"
    tangents = " and ".join(map(shown, model.tangents))
    return counterexample(
        STATEMENT,
        reading,
        describe(model),
        hypotheses(model),
        (f"the tangents are {tangents}: spaces {spaces}", first == second),
        f"Two inputs with one representation have tangent spaces {spaces}.",
    )


@dataclass(frozen=True)
class OneSided:
    """A family with one parameter, through the identity encoder, and the side that it may take.

    Attributes:
        orbit: o_x(t), expressions in t; may hold `Abs`.
        both: whether t may be negative.
    """

    orbit: Annotated[tuple[sp.Expr, ...], "$o_x(t)$"]
    both: Annotated[bool, "$t < 0$ as well"]

    def velocity(self, side: int) -> sp.Matrix:
        """The velocity of t -> o_x(side t) at 0 from above."""
        step = sp.Symbol("s", positive=True)
        start = [c.subs(t, 0) for c in self.orbit]
        return sp.Matrix(
            [
                sp.limit((c.subs(t, side * step) - c0) / step, step, 0)
                for c, c0 in zip(self.orbit, start, strict=True)
            ]
        )

    @property
    def velocities(self) -> tuple[sp.Matrix, ...]:
        """One for each admissible side; curves at other speeds have non-negative multiples."""
        return tuple(self.velocity(side) for side in ((1, -1) if self.both else (1,)))

    @property
    def is_subspace(self) -> bool:
        """Whether the multiples by c >= 0 of the velocities form a linear subspace.

        It is a union of at most two rays: a line if they point opposite ways, or 0.
        """
        moving = [v for v in self.velocities if not v.is_zero_matrix]
        if len(moving) < 2:
            return not moving
        first, second = moving
        return first.rank() == first.row_join(second).rank() and first.dot(second).is_negative


HEAT = OneSided(orbit=(sp.exp(-(sp.pi**2) * t / 8), -sp.exp(-(sp.pi**2) * t / 8)), both=False)
"""Blur of the two pixels (1, -1), mirrored at their ends, by its variance t: the decay of a cosine."""

KINK = OneSided(orbit=(1 + sp.Abs(t), sp.S.Zero), both=True)
"""z + abs(t) v: the same velocity on both sides, as bilinear interpolation may have at the identity."""


SMOOTH = replace(KINK, orbit=(1 + t, sp.S.Zero))
"""The orbit without its kink."""


def not_a_subspace(model: OneSided, mild: OneSided, ctx: Context) -> Finding:
    """The one-sided velocities form a ray and no subspace; those of the mild model form a line."""
    found = model.velocities
    named = " and ".join(dict.fromkeys(shown(tuple(v)) for v in found))
    finite = all(entry.is_finite is True for v in found for entry in v)
    return finding(
        finite and not model.is_subspace and mild.is_subspace,
        f"$o_x(t) =$ {shown(model.orbit)}: the velocities are the non-negative multiples of {named}, a ray, without its negatives.",
        f"$o_x(t) =$ {shown(model.orbit)} has the velocities {named}: no ray, or none that is finite, or the mild orbit has one.",
    )


MILD = {
    "of-z": replace(ROTATIONS, inputs=((sp.S.One, sp.S.One), (sp.S.One, sp.Integer(2)))),
}
"""Tangents that differ and span one line."""

VIOLATIONS: dict[str, dict[str, Any]] = {
    "of-z": {
        "orbit": replace(ROTATIONS, family=(x1 + sp.Abs(t), x2)),
        "encoder": replace(ROTATIONS, encoder=x1 + x2),
    },
}
"""By reading, for each of its hypotheses a model that violates it alone."""

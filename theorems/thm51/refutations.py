"""The counterexamples to readings of 5.1, in exact arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import sympy as sp

from theorems.thm51.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.counterexample import Value, counterexample
from verify.claims.evidence import Finding, Outcome, Table
from verify.symbolic.smoothness import is_analytic_at

x1, x2 = x = sp.symbols("x1 x2", real=True)
t = sp.Symbol("t", real=True)


@dataclass(frozen=True)
class TwoInputs:
    """A family T_t of maps of the plane, a scalar encoder, and two inputs.

    Attributes:
        family: T_t x, expressions in t and x; T_0 is to be the identity.
        encoder: enc(x).
        inputs: the two inputs, to have one representation.
    """

    family: tuple[sp.Expr, sp.Expr]
    encoder: sp.Expr
    inputs: tuple[tuple[sp.Expr, sp.Expr], tuple[sp.Expr, sp.Expr]]

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
    codes = model.codes
    return {
        "orbit": (
            rf"$o_x(t) = {sp.latex(model.orbit)}$, {'' if smooth else 'not known to be '}analytic at both inputs, with $o_x'(t) = {sp.latex(slope)}$; $T_0$ is {'the' if starts else 'not the'} identity",
            starts and smooth,
        ),
        "encoder": (
            rf"$\mathrm{{enc}}(x) = {sp.latex(model.encoder)}$ is ${sp.latex(codes[0])}$ and ${sp.latex(codes[1])}$ at the two inputs",
            sp.simplify(codes[0] - codes[1]) == 0,
        ),
    }


ROTATIONS = TwoInputs(
    family=(x1 * sp.cos(t) - x2 * sp.sin(t), x1 * sp.sin(t) + x2 * sp.cos(t)),
    encoder=x1,
    inputs=((sp.S.One, sp.S.Zero), (sp.S.One, sp.S.One)),
)
"""enc = x1 under rotations: the tangent is -x2, which the representation does not know."""


def not_of_z(model: TwoInputs, ctx: Context) -> Finding:
    """Two inputs with one representation, and tangent spaces of dimensions 0 and 1.

    Raises:
        TypeError: if it is undecided whether a tangent is 0.
    """
    first, second = model.tangents
    dimensions = [1 - int(tangent.is_zero) for tangent in (first, second)]
    return counterexample(
        STATEMENT,
        "of-z",
        (
            ("$T_t x$", f"${sp.latex(sp.Matrix(model.family).T)}^T$"),
            (r"$\mathrm{enc}(x)$", f"${sp.latex(model.encoder)}$"),
            ("inputs", " and ".join(f"${sp.latex(each)}$" for each in model.inputs)),
        ),
        hypotheses(model),
        (
            rf"the tangents are ${sp.latex(first)}$ and ${sp.latex(second)}$: spaces of dimension {dimensions[0]} and {dimensions[1]}",
            dimensions[0] == dimensions[1],
        ),
        f"Two inputs with one representation have tangent spaces of dimension {dimensions[0]} and {dimensions[1]}.",
    )


@dataclass(frozen=True)
class OneSided:
    """A family with one parameter, through the identity encoder, and the side that it may take.

    Attributes:
        orbit: o_x(t), expressions in t; may hold `Abs`.
        both: whether t may be negative.
    """

    orbit: tuple[sp.Expr, ...]
    both: bool

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


def one_sided_hypotheses(model: OneSided) -> dict[str, Value]:
    """Evaluate the hypothesis of the reading `directions`."""
    found = model.velocities
    side = "both sides" if model.both else r"$t \geq 0$ only"
    return {
        "one-sided": (
            rf"$o_x(t) = {sp.latex(sp.Matrix(model.orbit).T)}^T$ for {side}, with velocity "
            + " and ".join(f"${sp.latex(v.T)}^T$" for v in found),
            all(entry.is_finite is True for v in found for entry in v),
        )
    }


def not_a_subspace(model: OneSided, ctx: Context) -> Finding:
    """The velocities of the augmentations form a ray."""
    found = model.velocities
    named = " and ".join(f"${sp.latex(v.T)}^T$" for v in found)
    return counterexample(
        STATEMENT,
        "directions",
        (
            ("$o_x(t)$", f"${sp.latex(sp.Matrix(model.orbit).T)}^T$"),
            ("$t$", "any" if model.both else r"$t \geq 0$"),
        ),
        one_sided_hypotheses(model),
        (f"the velocities are the multiples by $c \\geq 0$ of {named}", model.is_subspace),
        f"The velocities are the non-negative multiples of {named}: a ray, without its negatives.",
    )


def hypotheses_can_fail(ctx: Context) -> Finding:
    """Hypotheses fail at models made to violate them; where a reading is true, nothing refutes it."""
    attempts: dict[str, tuple[str, TwoInputs]] = {
        "orbit, not the identity": ("orbit", replace(ROTATIONS, family=(x1 + 1, x2 + t))),
        "orbit, not smooth": ("orbit", replace(ROTATIONS, family=(x1 + sp.Abs(t), x2))),
        "encoder": ("encoder", replace(ROTATIONS, encoder=x1 + x2)),
    }
    rows, passed = [], []
    evaluate: Callable[[TwoInputs], dict[str, Value]] = hypotheses
    for name, (hypothesis, model) in attempts.items():
        value, holds = evaluate(model)[hypothesis]
        rows.append((name, value))
        passed += [name] if holds else []
    invariant = replace(
        ROTATIONS,
        encoder=x1**2 + x2**2,
        inputs=((sp.S.One, sp.S.Zero), (sp.S.Zero, sp.S.One)),
    )
    harmless = {
        "an equivariant encoder": not_of_z(invariant, ctx),
        "both sides of a smooth orbit": not_a_subspace(replace(HEAT, both=True), ctx),
    }
    for name, found in harmless.items():
        rows.append((name, found.summary))
        passed += [name] if found.outcome is not Outcome.SURPRISE else []
    vertical = OneSided(orbit=(sp.sqrt(sp.Abs(t)), sp.S.Zero), both=True)
    rows.append(("one-sided, without a velocity", one_sided_hypotheses(vertical)["one-sided"][0]))
    passed += [rows[-1][0]] if one_sided_hypotheses(vertical)["one-sided"][1] else []
    return Finding(
        outcome=Outcome.SURPRISE if passed else Outcome.AS_STATED,
        summary=f"Not refused: {', '.join(passed)}."
        if passed
        else "Each hypothesis fails where it must, and harmless models refute nothing.",
        cases=len(rows),
        tables=(
            Table(
                title="Models that must not refute", columns=("model", "found"), rows=tuple(rows)
            ),
        ),
    )

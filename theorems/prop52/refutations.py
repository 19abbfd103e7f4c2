"""Counterexamples to readings of 5.2 in exact arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Annotated

import sympy as sp

from theorems.prop52.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.controls import Refute
from verify.claims.counterexample import Value, counterexample
from verify.claims.describe import HIDDEN, describe, shown
from verify.claims.evidence import Finding
from verify.symbolic.smoothness import is_analytic_at

z1, z2 = z = sp.symbols("z1 z2", real=True)
t = sp.Symbol("t", real=True)
p = sp.Symbol("p", nonnegative=True)

SOON = sp.Symbol("epsilon", positive=True)
"""Any positive time, however short."""


@dataclass(frozen=True)
class Orbit:
    """A scalar head under the loss L(u) = u, and an orbit t -> T_t z through a point.

    Attributes:
        h: the head in z; may hold `Max` of polynomials if there is one variable only.
        orbit: T_t z, expressions in t and z.
        at: the point.
        reach: the invariance is claimed for |t| < reach.
        time: when the image is compared with that at t = 0.
    """

    h: Annotated[sp.Expr, "$h(z)$, under $L(u) = u$"]
    orbit: Annotated[tuple[sp.Expr, ...], "$T_t z$"]
    at: Annotated[tuple[sp.Expr, ...], "$z$"]
    reach: Annotated[sp.Expr, HIDDEN] = sp.S.One
    time: Annotated[sp.Expr, HIDDEN] = SOON

    @property
    def here(self) -> dict[sp.Symbol, sp.Expr]:
        """The point, by symbol."""
        return dict(zip(z, self.at, strict=False))

    @property
    def inputs(self) -> tuple[sp.Symbol, ...]:
        """z_1, .., z_d."""
        return z[: len(self.at)]

    @property
    def tangent(self) -> sp.Matrix:
        """v at the point."""
        return sp.Matrix([c.diff(t) for c in self.orbit]).subs(t, 0).subs(self.here)

    @property
    def moves(self) -> bool:
        """Whether v is not 0."""
        return any(entry.is_nonzero for entry in self.tangent)

    @property
    def slope(self) -> sp.Matrix:
        """J_h at the point, (1, d)."""
        return sp.Matrix([self.h]).jacobian(self.inputs).subs(self.here)

    @property
    def effective_hessian(self) -> sp.Matrix:
        """H_eff at the point: the Hessian of h, as L(u) = u."""
        return sp.hessian(self.h, self.inputs).subs(self.here)

    @property
    def starts(self) -> bool:
        """Whether T_0 z = z at the point; elsewhere nothing is asked."""
        at_zero = sp.Matrix([c.subs(t, 0).subs(self.here) for c in self.orbit])
        return (at_zero - sp.Matrix(self.at)).applyfunc(sp.simplify).is_zero_matrix is True

    def along(self, time: sp.Expr) -> sp.Expr:
        """h(T_time z) at the point."""
        moved = [c.subs(self.here).subs(t, time) for c in self.orbit]
        value = self.h.subs(dict(zip(self.inputs, moved, strict=True)), simultaneous=True)
        return sp.simplify(
            value.replace(sp.Max, lambda *args: sp.Max(*(sp.cancel(arg) for arg in args)))
        )


def hypotheses(model: Orbit, reading: str) -> dict[str, Value]:
    """Evaluate every hypothesis of a reading at a model."""
    evaluate: dict[str, Callable[[Orbit], Value]] = {
        "smooth": _smooth,
        "invariant": _invariant,
        "singular": _singular,
        "critical": _critical,
    }
    return {id: evaluate[id](model) for id in STATEMENT.reading(reading).hypotheses}


def _smooth(model: Orbit) -> Value:
    """Analytic, or polynomial pieces whose derivatives up to the second agree where they meet."""
    if not model.h.has(sp.Max):
        # With t left in, the signs that decide are those at every t.
        orbit = dict(zip(model.inputs, (c.subs(model.here) for c in model.orbit), strict=True))
        smooth = all(is_analytic_at(model.h, place) for place in (model.here, orbit))
        return (
            f"$L(u) = u$, and $h$ is {'' if smooth else 'not seen to be '}real-analytic on the orbit",
            smooth,
        )
    jumps = _jumps(model.h, *model.inputs)
    text = f"$L(u) = u$; jumps of $h, h', h''$ where a maximum changes: {shown(tuple(jumps))}"
    return text, all(jump == 0 for jump in jumps)


def _jumps(h: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    """The jumps of h, h', h'' wherever a maximum in h changes branch.

    Raises:
        ValueError: if h is not a polynomial in x and in maxima of two polynomials in x.
    """
    maxima = h.atoms(sp.Max)
    parts = [h.subs({each: sp.Dummy() for each in maxima}), *(e for m in maxima for e in m.args)]
    if any(len(m.args) != 2 for m in maxima) or not all(part.is_polynomial() for part in parts):
        raise ValueError(f"{h} must be a polynomial in {x} and in maxima of two polynomials in it.")
    knots = sorted({root for m in maxima for root in sp.real_roots(m.args[0] - m.args[1], x)})
    between = [(a + b) / 2 for a, b in pairwise([knots[0] - 2, *knots, knots[-1] + 2])]
    pieces = [
        h.subs({m: max(m.args, key=lambda e: e.subs(x, here)) for m in maxima}) for here in between
    ]
    return [
        sp.expand((after - before).diff(x, order).subs(x, knot))
        for knot, (before, after) in zip(knots, pairwise(pieces), strict=True)
        for order in range(3)
    ]


def _tangent(model: Orbit) -> str:
    starts = "=" if model.starts else r"\neq"
    return f"$T_0 z {starts} z$, $v =$ {shown(tuple(model.tangent))}"


def _invariant(model: Orbit) -> Value:
    """h(T_t z) = h(z) for t = +-reach p/(1 + p), which runs through |t| < reach."""
    value = model.along(sp.S.Zero)
    times = [side * model.reach * p / (1 + p) for side in (1, -1)]
    after, before = (sp.simplify(model.along(time) - value) for time in times)
    text = rf"$h(T_t z) - h(z) =$ {shown(after)} for $0 \leq t < {model.reach}$, {shown(before)} before; {_tangent(model)}"
    kept = after == before == 0 and model.reach.is_positive is True
    return text, kept and model.starts and model.moves


def _singular(model: Orbit) -> Value:
    change = sp.simplify((model.slope * model.tangent)[0])
    text = f"$J_h v =$ {shown(change)}; {_tangent(model)}"
    return text, change == 0 and model.starts and model.moves


def _critical(model: Orbit) -> Value:
    return rf"$J_h^T \rho =$ {shown(tuple(model.slope))}", model.slope.is_zero_matrix is True


def curved(model: Orbit, reading: str, ctx: Context) -> Finding:
    """H_eff does not vanish on the tangent: its form for `effective`, its product else."""
    matrix, v = model.effective_hessian, model.tangent
    form, image = sp.simplify((v.T * matrix * v)[0]), matrix * v
    wrong = form.is_nonzero if reading == "effective" else image.is_zero_matrix is False
    product = rf"$H_{{\mathrm{{eff}}}} v =$ {shown(tuple(image))}"
    return counterexample(
        STATEMENT,
        reading,
        describe(model),
        hypotheses(model, reading),
        (
            rf"$H_{{\mathrm{{eff}}}} =$ {shown(matrix)}, $v^T H_{{\mathrm{{eff}}}} v =$ {shown(form)}, {product}",
            not wrong,
        ),
        f"$h =$ {shown(model.h)}: {product} on the tangent.",
    )


def moving(model: Orbit, reading: str, ctx: Context) -> Finding:
    """The head is not constant on the orbit: it differs at a later time.

    For `converse`, which claims constancy near t = 0 only, it must differ at all small times.
    """
    time = SOON if reading == "converse" else model.time
    gap, when = sp.simplify(model.along(time) - model.along(sp.S.Zero)), shown(time)
    return counterexample(
        STATEMENT,
        reading,
        describe(model),
        hypotheses(model, reading),
        (f"$h(T_t z) - h(z) =$ {shown(gap)} at $t =$ {when}", not gap.is_nonzero),
        f"$h$ changes along the orbit by {shown(gap)} at $t =$ {when}.",
    )


ZERO, ONE = sp.S.Zero, sp.S.One

TURNED = (z1 * sp.cos(t) - z2 * sp.sin(t), z1 * sp.sin(t) + z2 * sp.cos(t))
BOWL = Orbit((z1**2 + z2**2) / 2, TURNED, (ONE, ZERO))
"""h = |z|^2/2 is invariant to rotations, and its H_eff is the identity."""

SADDLE = Orbit(z1 * z2, (z1 + t, z2), (ZERO, ZERO))
"""h = z1 z2 is constant along the first axis, and critical at 0."""

LEDGE = Orbit(sp.Max(z1 - 1, 0) ** 3, (z1 + t,), (ZERO,), time=sp.Integer(2))
"""Zero up to 1, and growing from there."""

CUBE = Orbit(z1**3, (z1 + t,), (ZERO,))
"""h = z^3 has no slope at 0."""

_SHELL = z1**2 + z2**2 - 1

CONTROLS: dict[str, tuple[Refute, dict[str, Orbit], Orbit]] = {
    "effective": (
        curved,
        {
            "smooth": replace(BOWL, h=_SHELL * abs(_SHELL)),
            "invariant": replace(BOWL, h=z1**2 + 2 * z2**2),
        },
        SADDLE,
    ),
    "effective-kernel": (
        curved,
        {
            "smooth": replace(SADDLE, h=z1 * z2 + z2 * abs(z2)),
            "invariant": replace(SADDLE, h=z1 * z2 + z1**2),
            "critical": replace(SADDLE, at=(ONE, ZERO)),
        },
        replace(SADDLE, h=z2**2 + z1 * z2**2),
    ),
    "collapse": (
        moving,
        {
            "smooth": replace(LEDGE, h=sp.Max(z1 - 1, 0) ** 2),
            "invariant": replace(LEDGE, reach=sp.Integer(2)),
        },
        replace(LEDGE, orbit=(z1 + 2 * t / (1 + t**2),), time=ONE),
    ),
    "converse": (
        moving,
        {"smooth": replace(CUBE, h=z1 * abs(z1)), "singular": replace(CUBE, at=(ONE,))},
        BOWL,
    ),
}
"""By reading: its refutation, for each hypothesis a model that violates it alone, and a mild model.

The saddle's form vanishes on the tangent and its product does not; the orbit that turns back touches
the ledge; and the bowl, though curved, is constant on its circles.
"""

"""Counterexamples to readings of 5.2 in exact arithmetic, and the examples that attain its bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import sympy as sp

from theorems.prop52.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.counterexample import Value, counterexample
from verify.claims.evidence import Finding, Outcome, Step, Table
from verify.symbolic.smoothness import is_analytic_at

z1, z2 = z = sp.symbols("z1 z2", real=True)
t, u = sp.symbols("t u", real=True)
p = sp.Symbol("p", nonnegative=True)


@dataclass(frozen=True)
class Orbit:
    """A scalar head under the loss L(u) = u, and an orbit t -> T_t z through a point.

    Attributes:
        h: the head in z; may hold `Max` of polynomials if there is one variable only.
        orbit: T_t z, expressions in t and z.
        at: the point.
        reach: the invariance is claimed for |t| < reach.
    """

    h: sp.Expr
    orbit: tuple[sp.Expr, ...]
    at: tuple[sp.Expr, ...]
    reach: sp.Expr = sp.S.One

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
    def slope(self) -> sp.Matrix:
        """J_h at the point, (1, d)."""
        return sp.Matrix([self.h]).jacobian(self.inputs).subs(self.here)

    @property
    def effective_hessian(self) -> sp.Matrix:
        """H_eff at the point: the Hessian of h, as L(u) = u."""
        return sp.hessian(self.h, self.inputs).subs(self.here)

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
        return "$L(u) = u$, and $h$ is real-analytic", is_analytic_at(model.h, model.here)
    jumps = _jumps(model.h, *model.inputs)
    text = f"$L(u) = u$; jumps of $h, h', h''$ where a maximum changes: ${sp.latex(jumps)}$"
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


def _invariant(model: Orbit) -> Value:
    """h(T_t z) = h(z) for t = +-reach p/(1 + p), which runs through |t| < reach."""
    value = model.along(sp.S.Zero)
    times = [side * model.reach * p / (1 + p) for side in (1, -1)]
    changes = [sp.simplify(model.along(time) - value) for time in times]
    text = rf"$T_t z = {sp.latex(sp.Matrix(model.orbit).T)}^T$: $h(T_t z) - h(z) = {sp.latex(changes[0])}$ for $0 \leq t < {model.reach}$, ${sp.latex(changes[1])}$ before; $v = {sp.latex(model.tangent.T)}^T$"
    moves = any(entry.is_nonzero for entry in model.tangent)
    return text, all(change == 0 for change in changes) and moves


def _singular(model: Orbit) -> Value:
    change = sp.simplify((model.slope * model.tangent)[0])
    moves = any(entry.is_nonzero for entry in model.tangent)
    return (
        rf"$J_h v = {sp.latex(change)}$ with $v = {sp.latex(model.tangent.T)}^T$",
        change == 0 and moves,
    )


def _critical(model: Orbit) -> Value:
    return rf"$J_h^T \rho = {sp.latex(model.slope)}^T$", model.slope.is_zero_matrix is True


def _describe(model: Orbit) -> tuple[tuple[str, str], ...]:
    return (
        ("$h(z)$", f"${sp.latex(model.h)}$"),
        ("$L(u)$", "$u$"),
        ("orbit", f"$T_t z = {sp.latex(sp.Matrix(model.orbit).T)}^T$"),
        ("$z$", f"${sp.latex(sp.Matrix(model.at).T)}^T$"),
    )


def curved(model: Orbit, reading: str, ctx: Context) -> Finding:
    """H_eff does not vanish on the tangent: its form for `effective`, its product else."""
    matrix, v = model.effective_hessian, model.tangent
    form, image = sp.simplify((v.T * matrix * v)[0]), matrix * v
    wrong = form.is_nonzero if reading == "effective" else image.is_zero_matrix is False
    return counterexample(
        STATEMENT,
        reading,
        _describe(model),
        hypotheses(model, reading),
        (
            rf"$H_{{\mathrm{{eff}}}} = {sp.latex(matrix)}$, $v^T H_{{\mathrm{{eff}}}} v = {sp.latex(form)}$, $H_{{\mathrm{{eff}}}} v = {sp.latex(image.T)}^T$",
            not wrong,
        ),
        rf"$h = {sp.latex(model.h)}$: $H_{{\mathrm{{eff}}}} v = {sp.latex(image.T)}^T$ on the tangent.",
    )


def moving(model: Orbit, reading: str, time: sp.Expr, ctx: Context) -> Finding:
    """H is not constant on the orbit: it differs at a later time.

    For `converse`, which claims constancy near t = 0 only, it must differ at all small times.
    """
    gap = sp.simplify(model.along(time) - model.along(sp.S.Zero))
    return counterexample(
        STATEMENT,
        reading,
        _describe(model),
        hypotheses(model, reading),
        (
            rf"$h(T_t z) - h(z) = {sp.latex(gap)}$ at $t = {sp.latex(time)}$",
            not gap.is_nonzero,
        ),
        rf"$h$ changes along the orbit by ${sp.latex(gap)}$ at $t = {sp.latex(time)}$.",
    )


BOWL = Orbit(
    h=(z1**2 + z2**2) / 2,
    orbit=(z1 * sp.cos(t) - z2 * sp.sin(t), z1 * sp.sin(t) + z2 * sp.cos(t)),
    at=(sp.S.One, sp.S.Zero),
)
"""h = |z|^2/2 is invariant to rotations, and its H_eff is the identity."""

SADDLE = Orbit(h=z1 * z2, orbit=(z1 + t, z2), at=(sp.S.Zero, sp.S.Zero))
"""h = z1 z2 is constant along the first axis, and critical at 0."""

LEDGE = Orbit(h=sp.Max(z1 - 1, 0) ** 3, orbit=(z1 + t,), at=(sp.S.Zero,))
"""Zero up to 1, and growing from there."""

CUBE = Orbit(h=z1**3, orbit=(z1 + t,), at=(sp.S.Zero,))
"""h = z^3 has no slope at 0."""

SOON = sp.Symbol("epsilon", positive=True)
"""Any positive time, however short."""


def hypotheses_can_fail(ctx: Context) -> Finding:
    """Every evaluated hypothesis fails at a model made to violate it."""
    attempts = {
        "smooth": ("collapse", replace(LEDGE, h=sp.Max(z1 - 1, 0) ** 2)),
        "smooth, at another knot": ("collapse", replace(LEDGE, h=LEDGE.h + sp.Max(z1, 5))),
        "invariant": ("effective", replace(BOWL, h=z1**2 + 2 * z2**2)),
        "invariant, too far": ("collapse", replace(LEDGE, reach=sp.Integer(2))),
        "invariant, at rest": ("effective", replace(BOWL, at=(sp.S.Zero, sp.S.Zero))),
        "critical": ("effective-kernel", replace(SADDLE, at=(sp.S.One, sp.S.Zero))),
        "singular": ("converse", replace(CUBE, at=(sp.S.One,))),
    }
    rows, passed = [], []
    for name, (reading, model) in attempts.items():
        value, holds = hypotheses(model, reading)[name.partition(",")[0]]
        rows.append((name, value))
        passed += [name] if holds else []
    return Finding(
        outcome=Outcome.SURPRISE if passed else Outcome.AS_STATED,
        summary=f"Not refused: {', '.join(passed)}."
        if passed
        else "Each hypothesis fails at the model made to violate it.",
        cases=len(rows),
        tables=(
            Table(
                title="Models that must be void", columns=("violated", "found"), rows=tuple(rows)
            ),
        ),
    )


def attained(ctx: Context) -> Finding:
    """The examples that attain every constant of the spread, integrated exactly."""
    s, angle = sp.symbols("s theta", real=True)
    size, delta = sp.symbols("ell delta", positive=True)

    def mean(expr: sp.Expr) -> sp.Expr:
        return sp.simplify(sp.integrate(expr, (s, 0, size)) / size)

    def variance(*values: sp.Expr) -> sp.Expr:
        return sp.simplify(sum(mean(x**2) - mean(x) ** 2 for x in values))

    def energy(*values: sp.Expr) -> sp.Expr:
        return sp.simplify(sum(mean(x.diff(s) ** 2) for x in values))

    line, wave = delta * s, sp.cos(sp.pi * s / size)
    circle = (sp.cos(2 * sp.pi * s / size), sp.sin(2 * sp.pi * s / size))
    swing = size / 4 * sp.cos(angle)
    half = sp.integrate(-swing.diff(angle), (angle, 0, sp.pi))
    rows = {
        r"$h = \delta s$ attains $\delta \ell$": (
            line.subs(s, size) - line.subs(s, 0),
            delta * size,
        ),
        r"$h = \delta s$ attains $\delta^2 \ell^2 / 12$": (
            variance(line),
            delta**2 * size**2 / 12,
        ),
        r"$h = \cos(\pi s / \ell)$ attains $(\ell/\pi)^2$": (
            variance(wave),
            (size / sp.pi) ** 2 * energy(wave),
        ),
        r"The closed curve $z = (\ell/4) \cos \theta$, to and fro, has the length": (
            2 * half,
            size,
        ),
        r"and $h = \delta z$ attains $\delta \ell / 2$ on it": (
            delta * (swing.subs(angle, 0) - swing.subs(angle, sp.pi)),
            delta * size / 2,
        ),
        r"The round circle attains $(\ell/2\pi)^2$": (
            variance(*circle),
            (size / (2 * sp.pi)) ** 2 * energy(*circle),
        ),
    }
    steps = tuple(
        Step(
            text=text,
            latex=f"{sp.latex(left)} = {sp.latex(right)}",
            closed=sp.simplify(left - right) == 0,
        )
        for text, (left, right) in rows.items()
    )
    done = all(step.closed for step in steps)
    return Finding(
        outcome=Outcome.AS_STATED if done else Outcome.SURPRISE,
        summary="Every constant is attained, by exact integrals."
        if done
        else "A constant is not attained by its example.",
        steps=steps,
    )

"""False variants of 3.3: near-misses refuted by the true claims' own properties or by exact examples."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from theorems.prop33.properties import CONSTRUCTION, CURVATURE, FACTOR, Slope, symmetric
from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome, Step
from verify.symbolic.curvature import Curvature


def one(slope: Slope) -> int:
    """One variable only."""
    return 1


CONSTRUCTIONS = {
    "any-width": CONSTRUCTION.mutant(
        "for all $k \\geq d$ no constant head whitens a loss that is not quadratic", barrier=True
    ),
    "not-quadratic": CONSTRUCTION.mutant(
        "the head whitens although $L$ is cubic on $V$", inside=True
    ),
}

CURVATURES = {
    "half": CURVATURE.mutant("the cubic form has the factor $1/2$", factor=Fraction(1, 2)),
    "sign": CURVATURE.mutant("the cubic form has the factor $-1/4$", factor=Fraction(-1, 4)),
}

FACTORS = {
    "any-metric": FACTOR.mutant(
        "the factor is constant for every Riemannian metric, Hessian or not", exchange=symmetric
    ),
    "one-dimension": FACTOR.mutant("the factor is constant for $d = 1$", dimension=one),
}

x, y, z = sp.symbols("x y z", real=True)


def _example(summary: str, steps: tuple[tuple[str, sp.Basic, bool], ...], ctx: Context) -> Finding:
    closed = tuple(Step(text=t, latex=sp.latex(f), closed=bool(h)) for t, f, h in steps)
    fine = all(step.closed for step in closed)
    return Finding(
        outcome=Outcome.AS_STATED if fine else Outcome.SURPRISE,
        summary=summary if fine else "The example does not refute the false claim.",
        cases=1,
        steps=closed,
    )


def sphere(ctx: Context) -> Finding:
    """Not a Hessian metric: 4 / (1 + |u|^2)^2 I, curved (K = 1), and W = I isotropic up to a factor."""
    factor = 4 / (1 + x**2 + y**2) ** 2
    metric = factor * sp.eye(2)
    at = {x: sp.Rational(1, 2), y: sp.Rational(1, 3)}
    sectional = Curvature(metric, (x, y), at).sectional(0, 1)
    integrable = metric[0, 0].diff(y) - metric[0, 1].diff(x)
    return _example(
        r"The sphere's metric is curved, and $W = I$ makes it $c(z) I$; it is no Hessian.",
        (
            (
                "The metric is isotropic with a factor that varies",
                factor.diff(x),
                factor.diff(x) != 0,
            ),
            ("Its curvature", sp.Eq(sp.Symbol("K"), sectional), sectional == 1),
            (
                "It is no Hessian: this would vanish",
                sp.factor(integrable),
                sp.simplify(integrable) != 0,
            ),
        ),
        ctx,
    )


def flat_barrier(ctx: Context) -> Finding:
    """R = 0 and no W: L = cosh u1 + cosh u2."""
    metric = sp.hessian(sp.cosh(x) + sp.cosh(y), (x, y))
    at = {x: sp.log(2), y: sp.log(3)}
    curvature = Curvature(metric, (x, y), at)
    gap = metric.subs(at) - metric.subs({x: 0, y: 0})
    determinant = sp.simplify(gap.det().rewrite(sp.exp))
    return _example(
        r"The separable loss $\cosh u_1 + \cosh u_2$ is flat, and yet no square head whitens it.",
        (
            (
                "Its curvature by Christoffel symbols",
                sp.Eq(sp.Symbol("R"), curvature.riemann(0, 1, 0, 1)),
                curvature.riemann(0, 1, 0, 1) == 0,
            ),
            (
                r"The determinant of $g(\log 2, \log 3) - g(0)$, which $H_{\mathrm{eff}} = c I$ makes 0",
                determinant,
                determinant.is_nonzero is True,
            ),
        ),
        ctx,
    )


def flat_plane(ctx: Context) -> Finding:
    """A flat subspace, and yet the barrier for every d <= k: L = log(1 + e^u1 + e^u2 + e^u3)."""
    outputs = sp.symbols("u1:4", real=True)
    loss = sp.log(1 + sum(sp.exp(u) for u in outputs))
    on_plane = loss.subs(dict(zip(outputs, (x, y, x + y), strict=True)))
    apart = sp.log(1 + sp.exp(x)) + sp.log(1 + sp.exp(y))
    product = sp.expand(sp.exp(apart) - sp.exp(on_plane))
    at = {x: sp.log(2), y: sp.log(3)}
    curvature = Curvature(sp.hessian(apart, (x, y)), (x, y), at).riemann(0, 1, 0, 1)
    shares = [sp.simplify(loss.diff(u)) for u in outputs]
    bounded = [s.is_positive and sp.simplify(1 - s).is_positive for s in shares]
    return _example(
        r"On the plane $u_3 = u_1 + u_2$ the loss $\log(1 + e^{u_1} + e^{u_2} + e^{u_3})$ is flat, and yet "
        "its gradient is bounded, so that no constant head is isotropic everywhere behind it.",
        (
            ("The plane separates it", product, product == 0),
            ("The curvature there", sp.Eq(sp.Symbol("R"), curvature), curvature == 0),
            (
                r"Every entry of $\nabla L$ lies in $(0, 1)$; that of a PD quadratic has no bound",
                sp.Tuple(*shares),
                all(bounded),
            ),
        ),
        ctx,
    )


def disc(ctx: Context) -> Finding:
    """On an open set only: L = |u|^2 / 2 + max(0, |u|^2 - 1)^4 and W = I on the unit disc."""
    square, t = x**2 + y**2, sp.Symbol("t", real=True)
    inside, bump = sp.hessian(square / 2, (x, y)), sp.hessian((square - 1) ** 4, (x, y))
    circle = {x: (1 - t**2) / (1 + t**2), y: 2 * t / (1 + t**2)}
    seam = bump.subs(circle).applyfunc(sp.cancel)
    gap = bump.subs({x: 2, y: 0}).det()
    return _example(
        r"$L = |u|^2 / 2 + \max(0, |u|^2 - 1)^4$ is whitened by $W = I$ on the unit disc, and by no constant "
        "head on the plane.",
        (
            ("The effective Hessian on the disc", inside, inside == sp.eye(2)),
            (
                "What is added to it vanishes on the circle, so that $L$ is $C^2$",
                seam,
                seam.is_zero_matrix,
            ),
            (
                r"The determinant of $g(2, 0) - g(0)$, which $H_{\mathrm{eff}} = c I$ makes 0",
                gap,
                gap.is_nonzero is True,
            ),
        ),
        ctx,
    )


def smooth_head(ctx: Context) -> Finding:
    """Not for smooth heads: L = cosh, h = acosh(2 + z^2 / 2), H_eff = 1."""
    composed = sp.cosh(sp.acosh(2 + z**2 / 2))
    second = sp.simplify(composed.diff(z, 2))
    return _example(
        r"Behind $L = \cosh$ the smooth head $h = \operatorname{arcosh}(2 + z^2 / 2)$ has "
        r"$H_{\mathrm{eff}} = 1$ everywhere.",
        (
            ("The effective Hessian", sp.Eq(sp.Symbol("H"), second), second == 1),
            ("The loss is not quadratic", sp.cosh(x).diff(x, 3), sp.cosh(x).diff(x, 3) != 0),
        ),
        ctx,
    )


def one_dimension(ctx: Context) -> Finding:
    """(ii) for d = 1: L = cosh, W = 1, c(z) = cosh z."""
    factor = sp.cosh(z).diff(z, 2)
    return _example(
        r"For $d = 1$ every factor is allowed: $L = \cosh$, $W = 1$, $c(z) = \cosh z$.",
        (
            ("The factor is positive", factor, factor.is_positive is True),
            ("and varies", factor.diff(z), factor.diff(z) != 0),
        ),
        ctx,
    )

"""False variants of 3.3: near-misses refuted by the true claims' own properties or by exact examples."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

import sympy as sp

from theorems.prop33.properties import CONSTRUCTION, CURVATURE, FACTOR, Slope, symmetric
from verify.claims.derivation import Proof
from verify.symbolic.curvature import Curvature


def one(slope: Slope) -> int:
    """One variable only."""
    return 1


CONSTRUCTIONS = {
    "any-width": CONSTRUCTION.mutant(
        "for all $k \\geq d$ no constant head whitens a loss that is not quadratic", barrier=True
    ),
    "not-quadratic": CONSTRUCTION.mutant(
        "$W = B X$ whitens $L$ although it is cubic on $V$", inside=True
    ),
    "unturned": CONSTRUCTION.mutant(
        "$W = [I; 0] X$ whitens $L$ where it is a PD quadratic polynomial on $V$, whatever $V$ is",
        turned=False,
    ),
}

CURVATURES = {
    "half": CURVATURE.mutant(
        "the cubic form has the factor $1/2$", factor=Fraction(1, 2), across=Fraction(1, 2)
    ),
    "sign": CURVATURE.mutant(
        "the cubic form has the factor $-1/4$", factor=Fraction(-1, 4), across=Fraction(-1, 4)
    ),
    "across": CURVATURE.mutant(
        r"the cubic form has the factor $1/2$ where $j \neq l$ in $R_{ijil}$", across=Fraction(1, 2)
    ),
}

FACTORS = {
    "any-metric": FACTOR.mutant(
        "the factor is constant for every Riemannian metric, Hessian or not", exchange=symmetric
    ),
    "one-dimension": FACTOR.mutant("the factor is constant for $d = 1$", dimension=one),
}

x, y, z = sp.symbols("x y z", real=True)


def sphere(proof: Proof) -> None:
    """Not a Hessian metric: 4 / (1 + |u|^2)^2 I, curved (K = 1), and W = I isotropic up to a factor."""
    factor = 4 / (1 + x**2 + y**2) ** 2
    metric = factor * sp.eye(2)
    at = {x: sp.Rational(1, 2), y: sp.Rational(1, 3)}
    proof.equal("Its curvature", Curvature(metric, (x, y), at).sectional(0, 1), sp.S.One)
    _differs(proof, "The metric is isotropic with a factor that varies", factor.diff(x), at)
    _differs(
        proof,
        "It is no Hessian: this would vanish",
        metric[0, 0].diff(y) - metric[0, 1].diff(x),
        at,
    )


def _differs(
    proof: Proof, text: str, expr: sp.Expr, at: Mapping[sp.Symbol, sp.Expr] = MappingProxyType({})
) -> None:
    """An expression that is not 0, at a point if it has letters."""
    value = sp.factor(sp.simplify(expr.rewrite(sp.exp)))
    proof.fact(text, sp.Ne(value, 0, evaluate=False), at=at)


def flat_barrier(proof: Proof) -> None:
    """Flat, and yet no square head: L = cosh u1 + cosh u2."""
    metric = sp.hessian(sp.cosh(x) + sp.cosh(y), (x, y))
    at = {x: sp.log(2), y: sp.log(3)}
    proof.equal(
        "Its curvature by Christoffel symbols",
        Curvature(metric, (x, y), at).riemann(0, 1, 0, 1),
        sp.S.Zero,
    )
    gap = metric.subs(at) - metric.subs({x: 0, y: 0})
    _differs(
        proof,
        r"The determinant of $g(\log 2, \log 3) - g(0)$, which $H_{\mathrm{eff}} = c I$ with $c > 0$ makes 0",
        gap.det(),
    )


def flat_plane(proof: Proof) -> None:
    """A flat subspace, and yet the barrier for every d <= k: L = log(1 + e^u1 + e^u2 + e^u3).

    Its gradient is bounded, that of a PD quadratic is not.
    """
    outputs = sp.symbols("u1:4", real=True)
    loss = sp.log(1 + sum(sp.exp(u) for u in outputs))
    on_plane = loss.subs(dict(zip(outputs, (x, y, x + y), strict=True)))
    apart = sp.log(1 + sp.exp(x)) + sp.log(1 + sp.exp(y))
    proof.equal(
        "The plane $u_3 = u_1 + u_2$ separates it",
        sp.expand(sp.exp(apart) - sp.exp(on_plane)),
        sp.S.Zero,
    )
    at = {x: sp.log(2), y: sp.log(3)}
    proof.equal(
        "The curvature there",
        Curvature(sp.hessian(apart, (x, y)), (x, y), at).riemann(0, 1, 0, 1),
        sp.S.Zero,
    )
    for u in outputs:
        share = sp.simplify(loss.diff(u))
        proof.fact(
            r"An entry of $\nabla L$ lies in $(0, 1)$; that of a PD quadratic has no bound",
            sp.And(sp.Gt(share, 0, evaluate=False), sp.Lt(share, 1, evaluate=False)),
        )


def disc(proof: Proof) -> None:
    """On an open set only: L = |u|^2 / 2 + max(0, |u|^2 - 1)^4 and W = I on the unit disc."""
    square, t = x**2 + y**2, sp.Symbol("t", real=True)
    bump = sp.hessian((square - 1) ** 4, (x, y))
    circle = {x: (1 - t**2) / (1 + t**2), y: 2 * t / (1 + t**2)}
    proof.equal(
        "The effective Hessian on the disc",
        sp.hessian(square / 2, (x, y)).as_immutable(),
        sp.ImmutableMatrix(sp.eye(2)),
    )
    proof.equal(
        "What is added to it vanishes on the circle, so that $L$ is $C^2$",
        bump.subs(circle).as_immutable(),
        sp.ImmutableMatrix(sp.zeros(2)),
    )
    _differs(
        proof,
        r"The determinant of $g(2, 0) - g(0)$, which $H_{\mathrm{eff}} = c I$ with $c > 0$ makes 0",
        bump.subs({x: 2, y: 0}).det(),
    )


def smooth_head(proof: Proof) -> None:
    """Not for smooth heads: L = cosh, h = acosh(2 + z^2 / 2), H_eff = 1."""
    composed = sp.cosh(sp.acosh(2 + z**2 / 2))
    proof.equal("The effective Hessian", sp.simplify(composed.diff(z, 2)), sp.S.One)
    _differs(proof, "The loss is not quadratic", sp.cosh(x).diff(x, 3), {x: sp.log(2)})


def one_dimension(proof: Proof) -> None:
    """The factor for d = 1: L = cosh, W = 1, c(z) = cosh z."""
    factor = sp.cosh(z).diff(z, 2)
    proof.fact("The factor is positive", sp.Gt(factor, 0, evaluate=False))
    _differs(proof, "and varies", factor.diff(z), {z: sp.log(2)})

"""Gaussian latents with a head, in exact arithmetic: their Fisher matrices, and 5.3's hypotheses.

The latents are Gaussian with mean m(theta) and a fixed diagonal covariance, so I_z is exact. The
rank of I_h for a nonlinear h is certified by moments: if I_h v = 0 then the score of h in the
direction v is 0 almost surely, so E h and E h^2 do not change to first order along v. So ker I_h
lies in the kernel of their derivative, whose rank is at most that of I_h. No integral is
approximated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from theorems.thm53.statement import STATEMENT
from verify.claims.counterexample import Value

z1, z2 = z = sp.symbols("z1 z2", real=True)
theta1, theta2 = theta = sp.symbols("theta1 theta2", real=True)
t = sp.Symbol("t", real=True)


@dataclass(frozen=True)
class Latent:
    """z_i ~ N(m_i, s_i) independent, a head h, and orbits t -> T_t z through z at t = 0.

    Attributes:
        means: of each coordinate, in the parameter theta.
        variances: of each coordinate; known.
        h: the head, an expression in z.
        orbit: T_t z, expressions in t and z.
        at: the parameter value.
        point: z at which the orbit's tangent and the head's Jacobian are evaluated.
    """

    means: tuple[sp.Expr, ...]
    variances: tuple[sp.Expr, ...]
    h: sp.Expr
    orbit: tuple[sp.Expr, ...]
    at: tuple[sp.Expr, ...]
    point: tuple[sp.Expr, ...]

    @property
    def size(self) -> int:
        """Number of coordinates, and of parameters."""
        return len(self.means)

    @property
    def here(self) -> dict[sp.Symbol, sp.Expr]:
        """The parameter value."""
        return dict(zip(theta, self.at, strict=False))

    @property
    def information(self) -> sp.Matrix:
        """I_z = Dm^T C^{-1} Dm of a Gaussian with mean m(theta) and covariance C."""
        slope = sp.Matrix(self.means).jacobian(theta[: self.size]).subs(self.here)
        return slope.T * sp.diag(*self.variances).inv() * slope

    @property
    def moments(self) -> tuple[sp.Expr, sp.Expr]:
        """E h and E h^2 as polynomials in theta."""
        return self.expected(self.h), self.expected(self.h**2)

    @property
    def moment_rank(self) -> int:
        """Rank of the derivative of (E h, E h^2): at most the rank of I_h."""
        slope = sp.Matrix(self.moments).jacobian(theta[: self.size])
        return int(slope.subs(self.here).rank())

    @property
    def tangent(self) -> sp.Matrix:
        """The orbit's tangent at `point`."""
        values = dict(zip(z, self.point, strict=False))
        return sp.Matrix([c.diff(t) for c in self.orbit]).subs(t, 0).subs(values)

    def expected(self, polynomial: sp.Expr) -> sp.Expr:
        """The expectation of a polynomial in z, from the moments of the normal law."""
        variables = z[: self.size]
        total = sp.S.Zero
        for powers, coefficient in sp.Poly(polynomial, *variables).terms():
            factors = (
                normal_moment(n, m, s)
                for n, m, s in zip(powers, self.means, self.variances, strict=True)
            )
            total += coefficient * sp.prod(factors)
        return sp.expand(total)


def normal_moment(n: int, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    """E x^n for x ~ N(mean, variance): E x^n = mean E x^(n-1) + (n-1) variance E x^(n-2)."""
    if n < 2:
        return mean**n
    return mean * normal_moment(n - 1, mean, variance) + (n - 1) * variance * normal_moment(
        n - 2, mean, variance
    )


def hypotheses(model: Latent, reading: str) -> dict[str, Value]:
    """Evaluate every hypothesis of a reading at a model."""
    evaluate: dict[str, Callable[[Latent], Value]] = {
        "fisher": _fisher,
        "function": _function,
        "invariant": _invariant,
        "point": _point,
        "law": _law,
    }
    return {id: evaluate[id](model) for id in STATEMENT.reading(reading).hypotheses}


def _fisher(model: Latent) -> Value:
    positive = all(variance.is_positive is True for variance in model.variances)
    text = f"{'every variance is' if positive else 'not every variance is known to be'} positive"
    return rf"$I_z = {sp.latex(model.information)}$; {text}", positive


def _function(model: Latent) -> Value:
    others = model.h.free_symbols - set(z[: model.size])
    text = rf"$h(z) = {sp.latex(model.h)}$"
    return (
        f"{text}, which depends on ${sp.latex(others)}$ as well" if others else text
    ), not others


def _invariant(model: Latent) -> Value:
    """h(T_t z) = h(z) identically, T_0 = 1, and a tangent that is not 0."""
    along = dict(zip(z, model.orbit, strict=False))
    change = sp.simplify(sp.expand(model.h.subs(along, simultaneous=True) - model.h))
    starts = all(sp.expand(c.subs(t, 0) - x) == 0 for c, x in zip(model.orbit, z, strict=False))
    moves = any(entry.is_nonzero for entry in model.tangent)
    text = (
        rf"$T_t z = {sp.latex(sp.Matrix(model.orbit).T)}^T$, $h(T_t z) - h(z) = {sp.latex(change)}$; "
        rf"tangent ${sp.latex(model.tangent.T)}^T$ at ${sp.latex(sp.Matrix(model.point).T)}^T$"
    )
    return text, change == 0 and starts and moves


def _point(model: Latent) -> Value:
    """J_h v = 0 for the tangent v of the orbit at the point, v not 0."""
    values = dict(zip(z, model.point, strict=False))
    slope = sp.Matrix([model.h]).jacobian(z[: model.size]).subs(values)
    change = sp.simplify((slope * model.tangent)[0])
    moves = any(entry.is_nonzero for entry in model.tangent)
    text = (
        rf"at $z = {sp.latex(sp.Matrix(model.point).T)}^T$, $v = {sp.latex(model.tangent.T)}^T$: "
        rf"$J_h v = {sp.latex(change)}$"
    )
    return text, change == 0 and moves


def _law(model: Latent) -> Value:
    """The law of a linear h depends on theta through its mean only, whose derivative is exact.

    For another h nothing is decided, and the hypothesis counts as failing.
    """
    linear = sp.Poly(model.h, *z[: model.size]).is_linear
    slope = sp.Matrix([model.expected(model.h)]).jacobian(theta[: model.size]).subs(model.here)
    change = slope * model.tangent
    moves = any(entry.is_nonzero for entry in model.tangent)
    normal = "normal with fixed variance" if linear else "not normal, so nothing is decided"
    return (
        rf"$V$ is spanned by ${sp.latex(model.tangent.T)}^T$; $h(z)$ is {normal}; its mean changes "
        rf"along $V$ by ${sp.latex(change[0])}$",
        bool(linear) and change.is_zero_matrix is True and moves,
    )


HALF_KNOWN = Latent(
    means=(theta1, sp.S.Zero),
    variances=(sp.S.One, sp.S.One),
    h=z1,
    orbit=(z1, z2 + t),
    at=(sp.S.Zero, sp.S.Zero),
    point=(sp.S.Zero, sp.S.Zero),
)
"""I_z = diag(1, 0) and h = z1, invariant along e2: nothing was known there, nothing is lost."""

PARABOLA = Latent(
    means=(theta1, theta2),
    variances=(sp.S.One, sp.S.One),
    h=z1 - z2**2,
    orbit=(z1 + 2 * t * z2 + t**2, z2 + t),
    at=(sp.Rational(13, 10), sp.Rational(2, 5)),
    point=(sp.S.Zero, sp.S.Zero),
)
"""h = z1 - z2^2 is constant on parabolas, and I_z = 1; the law of h still tells all of theta."""

CIRCLE = Latent(
    means=(theta1, theta2),
    variances=(sp.S.One, sp.Integer(4)),
    h=z1**2 + z2**2,
    orbit=(z1 * sp.cos(t) - z2 * sp.sin(t), z1 * sp.sin(t) + z2 * sp.cos(t)),
    at=(sp.Rational(13, 10), sp.Rational(2, 5)),
    point=(sp.S.One, sp.S.Zero),
)
"""h = |z|^2 is constant on circles, which the law of z does not respect."""

CUBE = Latent(
    means=(theta1,),
    variances=(sp.S.One,),
    h=z1**3,
    orbit=(z1 + t,),
    at=(sp.S.Zero,),
    point=(sp.S.Zero,),
)
"""h = z^3 has no slope at 0, and is a bijection."""

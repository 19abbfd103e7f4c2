"""Gaussian latents with a head, in exact arithmetic: their Fisher matrices, and 5.3's hypotheses.

The latents are Gaussian with mean m(theta) and a fixed diagonal covariance, so I_z is exact. The
rank of I_h for a nonlinear h is certified by moments: if I_h v = 0 then the score of h in the
direction v is 0 almost surely, so E h and E h^2 do not change to first order along v. So ker I_h
lies in the kernel of their derivative, whose rank is at most that of I_h. No integral is
approximated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

import sympy as sp

from theorems.thm53.statement import STATEMENT
from verify.claims.counterexample import Value
from verify.claims.describe import shown

Row = tuple[sp.Expr, ...]
"""An entry for each coordinate."""

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

    means: Annotated[Row, "mean of $z$"]
    variances: Annotated[Row, "variances of $z$"]
    h: Annotated[sp.Expr, "$h(z)$"]
    orbit: Annotated[Row, "$T_t z$"]
    at: Annotated[Row, r"$\theta$"]
    point: Annotated[Row, "point $z$ of the orbit"]

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
    def there(self) -> dict[sp.Symbol, sp.Expr]:
        """The point of the orbit."""
        return dict(zip(z, self.point, strict=False))

    @property
    def tangent(self) -> sp.Matrix:
        """The orbit's tangent at `point`."""
        return sp.Matrix([c.diff(t) for c in self.orbit]).subs(t, 0).subs(self.there)

    @property
    def starts(self) -> bool:
        """Whether T_0 z = z for all z, so that the orbit runs through the point."""
        return all(sp.expand(c.subs(t, 0) - x) == 0 for c, x in zip(self.orbit, z, strict=False))

    @property
    def moves(self) -> bool:
        """Whether the tangent is not 0."""
        return any(entry.is_nonzero for entry in self.tangent)

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
    # I_z is what the mean tells; a variance that moves with theta would tell more.
    fixed = not any(variance.has(*theta) for variance in model.variances)
    text += "" if fixed else r", and they depend on $\theta$"
    return f"$I_z =$ {shown(model.information)}; {text}", positive and fixed


def _function(model: Latent) -> Value:
    others = model.h.free_symbols - set(z[: model.size])
    text = f", which depends on {shown(tuple(others))} as well" if others else ""
    return f"$h(z) =$ {shown(model.h)}{text}", not others


def _invariant(model: Latent) -> Value:
    """h(T_t z) = h(z) identically, T_0 = 1, and a tangent that is not 0."""
    along = dict(zip(z, model.orbit, strict=False))
    change = sp.simplify(sp.expand(model.h.subs(along, simultaneous=True) - model.h))
    text = f"$T_t z =$ {shown(model.orbit)}, $h(T_t z) - h(z) =$ {shown(change)}; tangent {shown(tuple(model.tangent))} at {shown(model.point)}"
    return text, change == 0 and model.starts and model.moves


def _point(model: Latent) -> Value:
    """J_h v = 0 for the tangent v of the orbit at the point, through which it runs at t = 0, v not 0."""
    slope = sp.Matrix([model.h]).jacobian(z[: model.size]).subs(model.there)
    change = sp.simplify((slope * model.tangent)[0])
    text = f"at $z =$ {shown(model.point)}, $v =$ {shown(tuple(model.tangent))}: $J_h v =$ {shown(change)}"
    return text, change == 0 and model.starts and model.moves


def _law(model: Latent) -> Value:
    """The law of a linear h depends on theta through its mean only, whose derivative is exact.

    For another h nothing is decided, and the hypothesis counts as failing.
    """
    linear = sp.Poly(model.h, *z[: model.size]).is_linear
    slope = sp.Matrix([model.expected(model.h)]).jacobian(theta[: model.size]).subs(model.here)
    change = (slope * model.tangent)[0]
    normal = "normal with fixed variance" if linear else "not normal, so nothing is decided"
    text = f"$V$ is spanned by {shown(tuple(model.tangent))}; $h(z)$ is {normal}; its mean changes along $V$ by {shown(change)}"
    return text, bool(linear) and change.is_zero is True and model.starts and model.moves


ZERO, ONE, TILTED = sp.S.Zero, sp.S.One, (sp.Rational(13, 10), sp.Rational(2, 5))

HALF_KNOWN = Latent((theta1, ZERO), (ONE, ONE), z1, (z1, z2 + t), (ZERO, ZERO), (ZERO, ZERO))
"""I_z = diag(1, 0) and h = z1, invariant along e2: nothing was known there, nothing is lost."""

ALONG_PARABOLA = (z1 + 2 * t * z2 + t**2, z2 + t)
PARABOLA = Latent(theta, (ONE, ONE), z1 - z2**2, ALONG_PARABOLA, TILTED, (ZERO, ZERO))
"""h = z1 - z2^2 is constant on parabolas, and I_z = 1; the law of h still tells all of theta."""

TURNED = (z1 * sp.cos(t) - z2 * sp.sin(t), z1 * sp.sin(t) + z2 * sp.cos(t))
CIRCLE = Latent(theta, (ONE, sp.Integer(4)), z1**2 + z2**2, TURNED, TILTED, (ONE, ZERO))
"""h = |z|^2 is constant on circles, which the law of z does not respect."""

CUBE = Latent((theta1,), (ONE,), z1**3, (z1 + t,), (ZERO,), (ZERO,))
"""h = z^3 has no slope at 0, and is a bijection."""

NOISE = sp.Symbol("w", real=True)
"""What z does not determine."""

MILD = {
    "law": replace(HALF_KNOWN, means=theta),
    "invariant": replace(CIRCLE, variances=(ONE, ONE)),
    "point": replace(CIRCLE, variances=(ONE, ONE)),
}
"""All of theta is known, or the law turns with its mean along the circles: the bound is attained."""

VIOLATIONS = {
    "law": {
        "fisher": replace(HALF_KNOWN, variances=(ONE, -ONE)),
        "function": replace(HALF_KNOWN, h=z1 + NOISE),
        "law": replace(HALF_KNOWN, means=theta, h=z1 + z2),
    },
    "invariant": {
        "fisher": replace(PARABOLA, variances=(ONE, -ONE)),
        "function": replace(PARABOLA, h=PARABOLA.h + NOISE),
        "invariant": replace(PARABOLA, h=z1 + z2**2),
    },
    "point": {
        "fisher": replace(CUBE, variances=(-ONE,)),
        "function": replace(CUBE, h=CUBE.h + NOISE),
        "point": replace(CUBE, point=(ONE,)),
    },
}
"""By reading, for each of its hypotheses a model that violates it alone."""

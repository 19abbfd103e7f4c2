"""The true claim of 3.1 about positive semidefinite loss Hessians at several outputs, in exact rationals."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from flint import fmpq_mat
from hypothesis import strategies as st

from theorems.thm31.properties import POSITIVE, QUARTERS, vectors
from verify.claims.check import Arithmetic
from verify.claims.property import Claim, Vacuous
from verify.numeric.rational import dot, identity, matrix, rational, signs, text

CLOSEST = 40
"""The nearest outputs that are tried are 2^-40 away."""


class Ridges(NamedTuple):
    """The loss sum_m c_m (a_m . u + b_m)^p_m on R^k with p_m = 2 or 4, and an output u_0; convex if every c_m > 0."""

    weights: tuple[Fraction, ...]
    directions: tuple[fmpq_mat, ...]
    shifts: tuple[Fraction, ...]
    powers: tuple[int, ...]
    u0: fmpq_mat

    def hessian(self, u: fmpq_mat) -> fmpq_mat:
        """The Hessian at u, a column, exactly."""
        k = u.nrows()
        found = identity(k) * rational(Fraction(0))
        for c, a, b, p in zip(*self[:4], strict=True):
            curvature = rational(c * p * (p - 1)) * (dot(a, u) + rational(b)) ** (p - 2)
            found += a * a.transpose() * curvature
        return found


@st.composite
def ridges(draw: st.DrawFn) -> Ridges:
    """Up to three ridges on up to three outputs; a third of the losses is not convex, a third of the u_0 is 0."""
    k, m = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    weights = draw(st.lists(POSITIVE, min_size=m, max_size=m))
    sign, length = draw(st.sampled_from([1, 1, -1])), draw(st.sampled_from([0, 1, 1]))
    return Ridges(
        (sign * weights[0], *weights[1:]),
        tuple(draw(vectors(k)) for _ in range(m)),
        tuple(draw(QUARTERS) for _ in range(m)),
        tuple(draw(st.lists(st.sampled_from([2, 4]), min_size=m, max_size=m))),
        draw(vectors(k)) * length,
    )


def reaches_mismatch(case: Ridges, convex: bool = True, elsewhere: bool = True) -> float:
    """Where the loss is convex and H(u_0) != 0 some u near u_0 has n_+(H(u)) >= rank H(u_0) and u^T H(u) u > 0.

    Args:
        case: the loss and u_0.
        convex: whether the loss is convex; else some c_m is negative.
        elsewhere: whether u may differ from u_0.

    Raises:
        Vacuous: if the case is of the other kind, or H(u_0) = 0.
    """
    rank, k = case.hessian(case.u0).rank(), case.u0.nrows()
    if not rank or (min(case.weights) > 0) is not convex:
        raise Vacuous
    axes = [matrix([[int(row == i)] for row in range(k)]) for i in range(k)]
    steps = (
        axis * rational(Fraction(sign, 2**n))
        for n, axis, sign in product(range(CLOSEST + 1), axes, (1, -1))
    )
    for u in (case.u0, *((case.u0 + step for step in steps) if elsewhere else ())):
        hessian = case.hessian(u)
        if signs(hessian)[0] >= rank and dot(u, hessian * u) > 0:
            return 0.0
    return math.inf


def seen(case: Ridges) -> dict[str, bool]:
    """What random cases must show."""
    hessian, k = case.hessian(case.u0), case.u0.nrows()
    return {
        r"$\nabla^2 L(u_0)$ singular": hessian.rank() < k,
        r"$u_0^T \nabla^2 L(u_0) \, u_0 = 0$": dot(case.u0, hessian * case.u0) == 0,
        "$k > 1$": k > 1,
    }


def describe(case: Ridges) -> tuple[tuple[str, str], ...]:
    """A case as (name, value) pairs."""
    terms = [f"{c} ({text(a)} . u + {b})^{p}" for c, a, b, p in zip(*case[:4], strict=True)]
    return (("$L$", " + ".join(terms)), ("$u_0$", text(case.u0)))


REACHES = Claim(
    r"where $L = \sum_m c_m (a_m \cdot u + b_m)^{p_m}$, $c_m > 0$, $p_m \in \{2, 4\}$, and $\nabla^2 L(u_0) \neq 0$, some $u$ has $n_+(\nabla^2 L(u)) \geq \operatorname{rank} \nabla^2 L(u_0)$ and $u^T \nabla^2 L(u) \, u > 0$",
    ridges,
    reaches_mismatch,
    describe,
    Arithmetic.EXACT,
    features=seen,
)

FALSE = {
    "reaches-indefinite": REACHES.mutant(
        r"where some $c_m < 0$ and $\nabla^2 L(u_0) \neq 0$, some $u$ has $n_+(\nabla^2 L(u)) \geq \operatorname{rank} \nabla^2 L(u_0)$ and $u^T \nabla^2 L(u) \, u > 0$",
        convex=False,
    ),
    "reaches-here": REACHES.mutant(
        r"where every $c_m > 0$ and $\nabla^2 L(u_0) \neq 0$, $u_0^T \nabla^2 L(u_0) \, u_0 > 0$",
        elsewhere=False,
    ),
}

"""The true claims of 3.3 in exact rationals, and the two routes to the curvature of random losses.

The effective Hessian is read off central second differences of L(Wz), exact for a cubic L. The
Riemann tensor by Christoffel symbols shares nothing with the cubic form but the metric.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations_with_replacement, product
from typing import Annotated, NamedTuple

import sympy as sp
from flint import fmpq, fmpq_mat
from hypothesis import strategies as st

from verify.claims.check import Arithmetic
from verify.claims.describe import Pairs, describe, shown
from verify.claims.property import Claim, Vacuous, exactly
from verify.numeric.rational import columns_of, identity, matrix, rational
from verify.symbolic.curvature import Curvature
from verify.symbolic.frames import cayley, second_differences

HALVES = st.integers(-4, 4).map(lambda n: Fraction(n, 2))


class Restricted(NamedTuple):
    """A cubic loss in rotated coordinates y = T^T u whose restriction to y_{d+1..k} = 0 is quadratic.

    L = |X^-1 y_{1..d}|^2 / 2 + sum of coefficients times monomials of degree 3 that hold some
    y_{d+1..k}. `inside` is the coefficient of y_1^3, which the true claim leaves out.
    """

    x: fmpq_mat
    rotation: fmpq_mat
    monomials: tuple[tuple[tuple[int, ...], Fraction], ...]
    inside: Fraction
    z: fmpq_mat

    @property
    def d(self) -> int:
        """Dimension of z."""
        return self.x.nrows()

    @property
    def k(self) -> int:
        """Dimension of the outputs."""
        return self.rotation.nrows()

    def loss(self, u: fmpq_mat, inside: bool) -> fmpq:
        """L(u), exactly."""
        y = (self.rotation.transpose() * u).entries()
        scaled = (self.x.inv() * fmpq_mat(self.d, 1, y[: self.d])).entries()
        value = sum((e * e for e in scaled), fmpq(0)) / 2
        terms = [*self.monomials, ((0, 0, 0), self.inside)] if inside else self.monomials
        for indices, coefficient in terms:
            value += rational(coefficient) * math.prod((y[i] for i in indices), start=fmpq(1))
        return value


@describe.register
def _(case: Restricted) -> Pairs:
    """The cubic terms as one polynomial in y."""
    ys = sp.symbols(f"y1:{case.k + 1}", real=True)
    cubic = sum(sp.Rational(c) * math.prod(ys[i] for i in indices) for indices, c in case.monomials)
    return (
        ("$X$", shown(case.x)),
        ("$T$", shown(case.rotation)),
        ("cubic terms in $y = T^T u$", shown(sp.sympify(cubic))),
        ("coefficient of $y_1^3$, where it is added", shown(case.inside)),
        ("$z$", shown(case.z)),
    )


@st.composite
def restricted_losses(draw: st.DrawFn) -> Restricted:
    """Losses with d from 1 to 3 and k = d + 1 or d + 2."""
    d = draw(st.integers(1, 3))
    k = d + draw(st.integers(1, 2))
    rows = st.lists(st.lists(st.integers(-2, 2), min_size=d, max_size=d), min_size=d, max_size=d)
    x = matrix(draw(rows.filter(lambda m: matrix(m).det() != 0)))
    size = k * (k - 1) // 2
    rotation = cayley(k, draw(st.lists(HALVES, min_size=size, max_size=size)))
    across = [t for t in combinations_with_replacement(range(k), 3) if t[-1] >= d]
    coefficients = draw(st.lists(HALVES, min_size=len(across), max_size=len(across)))
    z = matrix([[c] for c in draw(st.lists(HALVES, min_size=d, max_size=d))])
    monomials = tuple(zip(across, coefficients, strict=True))
    return Restricted(x, rotation, monomials, draw(HALVES.filter(bool)), z)


def construction_mismatch(
    case: Restricted, inside: bool = False, barrier: bool = False, turned: bool = True
) -> float:
    """0 if W = B X gives H_eff(z) = I exactly, B the first d columns of the rotation.

    Args:
        case: loss and point.
        turned: whether B is that, or else [I; 0].
        inside: add a cubic term on the subspace, so that L is no quadratic polynomial there.
        barrier: claim instead that a loss with a cubic term is never whitened.

    Raises:
        Vacuous: if the barrier is claimed and the loss is quadratic, or the added term's second
            derivative vanishes at this point.
    """
    if barrier and not any(c for _, c in case.monomials):
        raise Vacuous
    frame = case.rotation if turned else identity(case.k)
    weight = columns_of(frame, range(case.d)) * case.x
    if inside and (case.x * case.z)[0, 0] == 0:
        raise Vacuous
    found = second_differences(lambda z: case.loss(weight * z, inside), case.z)
    return exactly((found == identity(case.d)) != barrier)


def restricted_seen(case: Restricted) -> dict[str, bool]:
    """What random losses must show."""
    frame = columns_of(case.rotation, range(case.d))
    return {
        "$k = d + 1$": case.k == case.d + 1,
        "$d > 1$": case.d > 1,
        "$V$ turned": frame != columns_of(identity(case.k), range(case.d)),
        "a cubic term with $y_1$": any(c and 0 in indices for indices, c in case.monomials),
    }


CONSTRUCTION = Claim(
    r"where $L$ is a PD quadratic polynomial on $V$, $W = B X$ gives $H_{\mathrm{eff}}(z) = I$",
    restricted_losses,
    construction_mismatch,
    arithmetic=Arithmetic.EXACT,
    features=restricted_seen,
)


# --- curvature ----------------------------------------------------------------------------------

QUARTER = Fraction(1, 4)

COORDINATES = sp.symbols("u1:4", real=True)


@st.composite
def potentials(draw: st.DrawFn) -> sp.Expr:
    """2 |u|^2 plus random terms of degree 3 and 4 in two or three coordinates."""
    n = draw(st.integers(2, 3))
    total = 2 * sum(u**2 for u in COORDINATES[:n])
    for degree in (3, 4):
        monomials = list(combinations_with_replacement(COORDINATES[:n], degree))
        chosen = draw(st.lists(st.sampled_from(monomials), min_size=1, max_size=4))
        for term in chosen:
            total += sp.Rational(draw(st.integers(-3, 3)), 12) * math.prod(term)
    return sp.expand(total)


def curvature_mismatch(
    potential: sp.Expr, factor: Fraction = QUARTER, across: Fraction = QUARTER
) -> float:
    """0 if `factor` (L_ilp L_jkq - L_ikp L_jlq) g^pq is the Riemann tensor, exactly, at one point.

    `across` is the factor of R_ijil with j other than l.

    Raises:
        Vacuous: if every component looked at vanishes, or the metric is degenerate there.
    """
    used = [u for u in COORDINATES if potential.has(u)]
    at = {u: sp.Rational(n, 6) for n, u in enumerate(used, start=1)}
    gradient = [potential.diff(u) for u in used]
    rows = [[slope.diff(u) for u in used[: n + 1]] for n, slope in enumerate(gradient)]
    metric = sp.Matrix(len(used), len(used), lambda r, c: rows[max(r, c)][min(r, c)])
    found = Curvature(metric, used, at)
    if found.g.det() == 0:
        raise Vacuous
    indices = [(0, 1, 0, 1)] + ([(0, 1, 0, 2), (1, 2, 1, 2)] if len(used) == 3 else [])
    pairs = [
        (
            found.riemann(*n),
            found.cubic(*n, factor=sp.Rational(factor if n[:2] == n[2:] else across)),
        )
        for n in indices
    ]
    if all(left == 0 for left, _ in pairs):
        raise Vacuous
    return exactly(all(left == right for left, right in pairs))


def potential_of(potential: sp.Expr) -> Pairs:
    """A case in words."""
    return (("$L(u)$", shown(potential)),)


def potentials_seen(potential: sp.Expr) -> dict[str, bool]:
    """What random potentials must show."""
    return {"three coordinates": potential.has(COORDINATES[2])}


CURVATURE = Claim(
    r"$R_{ijkl} = \frac{1}{4} g^{pq} (L_{ilp} L_{jkq} - L_{ikp} L_{jlq})$ by Christoffel symbols",
    potentials,
    curvature_mismatch,
    arithmetic=Arithmetic.EXACT,
    features=potentials_seen,
    describe=potential_of,
    case_divisor=3,
)


# --- the factor is constant ---------------------------------------------------------------------


class Slope(NamedTuple):
    """The gradient c' of a factor c(z) in d variables; the metric is c(z) I."""

    entries: Annotated[tuple[Fraction, ...], "$c'$"]


@st.composite
def slopes(draw: st.DrawFn) -> Slope:
    """Non-zero gradients in 2 to 5 variables."""
    d = draw(st.integers(2, 5))
    return Slope(tuple(draw(st.lists(HALVES, min_size=d, max_size=d).filter(any))))


def whole(slope: Slope) -> int:
    """All d variables."""
    return len(slope.entries)


Index = tuple[int, int, int]


def schwarz(a: int, b: int, m: int) -> Index:
    """The third derivatives of a function f do not change where their first and last index change places."""
    return m, b, a


def symmetric(a: int, b: int, m: int) -> Index:
    """Those of any metric g_ab do not change where a and b change places."""
    return b, a, m


def factor_mismatch(
    slope: Slope,
    exchange: Callable[[int, int, int], Index] = schwarz,
    dimension: Callable[[Slope], int] = whole,
) -> float:
    """0 if the first derivatives c'_m delta_ab of c(z) I cannot be those of such a metric.

    Args:
        slope: the gradient of the factor.
        exchange: what does not change the derivatives of the metric, a Hessian by default.
        dimension: how many variables are kept; the theorem keeps all d >= 2.

    Raises:
        Vacuous: if the gradient vanishes in the variables kept.
    """
    d = dimension(slope)
    c = slope.entries[:d]
    if not any(c):
        raise Vacuous

    def entry(a: int, b: int, m: int) -> Fraction:
        return c[m] if a == b else Fraction(0)

    allowed = all(entry(*n) == entry(*exchange(*n)) for n in product(range(d), repeat=3))
    return exactly(not allowed)


FACTOR = Claim(
    r"for $d \geq 2$ the Hessian of no function is $c(z) I$ with $c' \neq 0$",
    slopes,
    factor_mismatch,
    arithmetic=Arithmetic.EXACT,
)

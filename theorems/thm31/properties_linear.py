"""The true claims of 3.1 about strictly linear heads and kept fixed points, in exact rationals.

The same oracles as in `properties`: second differences of a cubic loss, and exact signatures.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import sympy as sp
from flint import fmpq_mat
from hypothesis import strategies as st

from theorems.thm31.properties import POSITIVE, QUARTERS, Loss, frames, vectors
from verify.claims.check import Arithmetic
from verify.claims.property import Claim, Vacuous
from verify.numeric.rational import (
    columns_of,
    diagonal,
    dot,
    identity,
    matrix,
    rational,
    signs,
    text,
)
from verify.symbolic.frames import second_differences


class Linear(NamedTuple):
    """A strictly linear head's case: H = E^-T diag(1, .., 1, rest) E^-1, S = span of s columns of Q.

    `length` is |z*| where z* lies in S, and may be 0. `factor` t is the root of a factor, or makes a case whose u has u^T H u =
    t^2 |z*|^2; the theorem asks for t = 1.
    """

    loss: Loss
    basis: fmpq_mat
    q: fmpq_mat
    s: int
    length: Fraction
    factor: Fraction
    z: fmpq_mat


@st.composite
def linear_cases(draw: st.DrawFn) -> Linear:
    """Invertible bases of R^k, frames of R^d, s from 1 to 2."""
    s = draw(st.integers(1, 2))
    k, d = s + draw(st.integers(0, 2)), s + draw(st.integers(0, 2))
    rows = st.lists(st.lists(st.integers(-2, 2), min_size=k, max_size=k), min_size=k, max_size=k)
    basis = matrix(draw(rows.filter(lambda m: matrix(m).det() != 0)))
    rest = draw(st.lists(QUARTERS, min_size=k - s, max_size=k - s))
    inverse = basis.inv()
    hessian = inverse.transpose() * diagonal([Fraction(1)] * s + rest) * inverse
    return Linear(
        Loss(draw(vectors(k)), draw(vectors(k)), hessian, draw(vectors(k))),
        basis,
        draw(frames(d)),
        s,
        draw(st.integers(0, 8).map(lambda n: Fraction(n, 4))),
        draw(POSITIVE),
        draw(vectors(d)),
    )


def _is_whitened(
    case: Linear, weight: fmpq_mat, z: fmpq_mat, output: fmpq_mat, factor: Fraction = Fraction(1)
) -> bool:
    loss = case.loss._replace(u0=output)
    found = second_differences(lambda x: loss(weight * x), z)
    frame = columns_of(case.q, range(case.s))
    wanted = identity(case.s) * rational(factor)
    return weight * z == output and frame.transpose() * found * frame == wanted


def inside_mismatch(case: Linear, scalar_condition: bool = True) -> float:
    """(a), (c): z* = length * q_1 in S, u its image under W = E Q^T, with u^T H u = |z*|^2.

    Without the scalar condition the prescribed u is longer or shorter by `factor`; the head is
    then changed on q_1 so that it still reaches u.

    Raises:
        Vacuous: if the condition is to be violated but holds.
    """
    frame, basis = columns_of(case.q, range(case.s)), columns_of(case.basis, range(case.s))
    stretch = Fraction(1) if scalar_condition else case.factor
    if not scalar_condition and (stretch == 1 or case.length == 0):
        raise Vacuous
    scale = rational(case.length)
    z = columns_of(frame, [0]) * scale
    output = columns_of(basis, [0]) * scale * rational(stretch)
    weight = basis * diagonal([stretch] + [1] * (case.s - 1)) * frame.transpose()
    return 0.0 if _is_whitened(case, weight, z, output) else math.inf


def factor_mismatch(case: Linear, power: int = 2) -> float:
    """g = `factor`, z* with the part length * q_1 in S, u = g length e_1: W = g E Q^T, up to g^2.

    Args:
        case: loss, frame and point; what of its z* is orthogonal to S is part of this one.
        power: of g in the factor; 2 is the theorem's.
    """
    frame, basis = columns_of(case.q, range(case.s)), columns_of(case.basis, range(case.s))
    across = case.z - frame * (frame.transpose() * case.z)
    z = columns_of(frame, [0]) * rational(case.length) + across
    output = columns_of(basis, [0]) * rational(case.factor * case.length)
    weight = basis * frame.transpose() * rational(case.factor)
    return 0.0 if _is_whitened(case, weight, z, output, case.factor**power) else math.inf


def factor_seen(case: Linear) -> dict[str, bool]:
    """What random cases must show."""
    return {
        "factor other than 1": case.factor != 1,
        "$z^* \\neq 0$ in $S = \\mathbb{R}^d$": case.length != 0 and case.s == case.q.nrows(),
        "$Q^T z^* = 0$": case.length == 0,
        r"$\nabla^2 L \succ 0$": signs(case.loss.hessian).positive == case.basis.nrows(),
    }


def outside_mismatch(case: Linear, corrected: bool = True) -> float:
    """(b): z* outside S, W = E Q^T + (u - E Q^T z*) w^T with the dual vector w of z*.

    Args:
        case: loss, frame and point; the prescribed output is the sum of the basis vectors.
        corrected: whether W carries its second term; without it h(z*) is not u.

    Raises:
        Vacuous: if z* lies in S.
    """
    frame, basis = columns_of(case.q, range(case.s)), columns_of(case.basis, range(case.s))
    y = case.z - frame * (frame.transpose() * case.z)
    square = dot(y, y)
    if square == 0:
        raise Vacuous
    output = case.basis * matrix([[1]] * case.basis.nrows())
    weight = basis * frame.transpose()
    if corrected:
        weight = weight + (output - weight * case.z) * y.transpose() * (1 / square)
    return 0.0 if _is_whitened(case, weight, case.z, output) else math.inf


class Before(NamedTuple):
    """A strictly linear head's case, and the weight W_0 (k, d) of the head before whitening."""

    case: Linear
    weight: fmpq_mat


@st.composite
def before_cases(draw: st.DrawFn) -> Before:
    """Cases of `linear_cases` with any W_0."""
    case = draw(linear_cases())
    rows = st.lists(QUARTERS, min_size=case.q.nrows(), max_size=case.q.nrows())
    k = case.basis.nrows()
    return Before(case, matrix(draw(st.lists(rows, min_size=k, max_size=k))))


def smaller_mismatch(before: Before, smaller: bool = True) -> float:
    """r < d: z* = length * q_d across S, W = E Q^T + W_0 (I - Q Q^T), which keeps the output W_0 z*.

    Args:
        before: loss, frame, point and W_0.
        smaller: whether r < d; else r = d, and z* lies in S.

    Raises:
        Vacuous: if the case is of the other kind.
    """
    case, w0 = before
    d = case.q.nrows()
    if (case.s < d) is not smaller:
        raise Vacuous
    frame, basis = columns_of(case.q, range(case.s)), columns_of(case.basis, range(case.s))
    z = columns_of(case.q, [d - 1]) * rational(case.length)
    weight = basis * frame.transpose() + w0 * (identity(d) - frame * frame.transpose())
    return 0.0 if _is_whitened(case, weight, z, w0 * z) else math.inf


def before_seen(before: Before) -> dict[str, bool]:
    """What random cases must show."""
    return {
        "$z^* = 0$": before.case.length == 0,
        "$k < d$": before.weight.nrows() < before.weight.ncols(),
        "$k > r$": before.weight.nrows() > before.case.s,
    }


def describe_before(before: Before) -> tuple[tuple[str, str], ...]:
    """A case as (name, value) pairs."""
    return (*describe_linear(before.case)[:3], ("$W_0$", text(before.weight)))


def linear_seen(case: Linear) -> dict[str, bool]:
    """What random cases must show."""
    return {
        "$z^* \\neq 0$ in $S$": case.length != 0,
        "$z^* = 0$": case.length == 0,
        "$s > 1$": case.s > 1,
        r"$\nabla^2 L$ indefinite": signs(case.loss.hessian).negative > 0,
    }


def describe_linear(case: Linear) -> tuple[tuple[str, str], ...]:
    """A case as (name, value) pairs."""
    return (
        (r"$\nabla^2 L(u)$", text(case.loss.hessian)),
        ("$Q$", text(columns_of(case.q, range(case.s)))),
        ("$|z^*|$ in (a), (c)", str(case.length)),
        ("$z^*$ in (b)", text(case.z)),
        ("factor", str(case.factor)),
    )


INSIDE = Claim(
    r"where $z^* \in S$ and $u^T \nabla^2 L \, u = |z^*|^2$, or $z^* = u = 0$, $W = E Q^T$ whitens $S$ and $W z^* = u$",
    linear_cases,
    inside_mismatch,
    describe_linear,
    Arithmetic.EXACT,
    features=linear_seen,
)

SMALLER = Claim(
    r"$r < d$, $S$ orthogonal to $z^*$: $W = E Q^T + W_0 (I - Q Q^T)$ whitens $S$ and $W z^* = W_0 z^*$",
    before_cases,
    smaller_mismatch,
    describe_before,
    Arithmetic.EXACT,
    features=before_seen,
)

FACTOR = Claim(
    r"where $E^T \nabla^2 L(u) E = I$ and $u = g E Q^T z^*$, $W = g E Q^T$ has $W z^* = u$ and whitens $S$ up to $g^2$",
    linear_cases,
    factor_mismatch,
    describe_linear,
    Arithmetic.EXACT,
    features=factor_seen,
)

OUTSIDE = Claim(
    r"$z^* \notin S$: $W = E Q^T + (u - E Q^T z^*) w^T$ whitens $S$ and $W z^* = u$",
    linear_cases,
    outside_mismatch,
    describe_linear,
    Arithmetic.EXACT,
    case_divisor=2,
)


Output = tuple[Fraction, ...]

RADIAL_BOUND = Fraction(4, 27)
"""Square of 2 / (3 sqrt 3)."""


@functools.cache
def _bowl(k: int) -> Callable[..., Fraction]:
    """(u^T H u)^2 as a function of u_1, .., u_k for L = sqrt(1 + |u|^2), by SymPy's derivatives."""
    u = sp.symbols(f"u1:{k + 1}", real=True)
    loss = sp.sqrt(1 + sum(x**2 for x in u))
    form = sum(x * y * loss.diff(x, y) for x in u for y in u)
    # Squared and expanded it holds integer powers only, which fractions take exactly.
    return sp.lambdify(u, sp.expand(form**2), modules="math")


def radial_ratio(u: Output, square_bound: Fraction = RADIAL_BOUND) -> float:
    """(u^T H u)^2 over its bound for L = sqrt(1 + |u|^2), exact."""
    ratio = _bowl(len(u))(*u) / square_bound
    # The comparison is exact; only what is printed is rounded.
    return min(1.0, float(ratio)) if ratio <= 1 else math.inf


def outputs() -> st.SearchStrategy[Output]:
    """Rational outputs in 1 to 3 dimensions."""
    return st.lists(QUARTERS, min_size=1, max_size=3).map(tuple)


def describe_output(u: Output) -> tuple[tuple[str, str], ...]:
    """An output as (name, value) pairs."""
    return (("$u$", ", ".join(map(str, u))),)


TWO: Output = (Fraction(1), Fraction(1))
"""|u|^2 = 2, where the bowl's form is largest."""

RADIAL = Claim(
    r"for $L = \sqrt{1 + |u|^2}$, $u^T \nabla^2 L \, u \leq 2 / (3 \sqrt{3})$",
    outputs,
    radial_ratio,
    describe_output,
    Arithmetic.EXACT,
    attained=(TWO,),
)


# --- the fixed point ----------------------------------------------------------------------------


class Kept(NamedTuple):
    """H = V diag(squares, 0, ..) V^T of rank r, and coefficients of rho in the columns of V."""

    v: fmpq_mat
    squares: tuple[Fraction, ...]
    rho: fmpq_mat
    rank: int


@st.composite
def kept_cases(draw: st.DrawFn) -> Kept:
    """Positive semidefinite H of order 1 to 4 and any rank; rho is zero, in its range, or not."""
    k = draw(st.integers(1, 4))
    rank = draw(st.integers(1, k))
    values = draw(st.lists(POSITIVE, min_size=rank, max_size=rank))
    # Twice as often outside the range, which needs a rank below k.
    inside, outside = draw(st.sampled_from(((0, 0), (1, 0), *[(0, 1), (1, 1)] * 2)))
    sizes = [inside] * rank + [outside] * (k - rank)
    rho = [size * draw(st.sampled_from((-2, -1, 1, 2))) for size in sizes]
    return Kept(
        draw(frames(k)),
        (*values, *([Fraction(0)] * (k - rank))),
        matrix([[x] for x in rho]),
        rank,
    )


def one_less_in_range(case: Kept) -> int:
    """r - [0 != rho in ran H]."""
    coefficients = case.rho.entries()
    nonzero = any(x != 0 for x in coefficients)
    in_range = all(x == 0 for x in coefficients[case.rank :])
    return case.rank - int(nonzero and in_range)


def kept_mismatch(case: Kept, dimension: Callable[[Kept], int] = one_less_in_range) -> float:
    """0 if `dimension` is the rank of H on the hyperplane orthogonal to rho, exactly."""
    h = case.v * diagonal(case.squares) * case.v.transpose()
    rho = case.v * case.rho
    square = dot(rho, rho)
    k = h.nrows()
    projector = identity(k)
    if square != 0:
        projector = projector - rho * rho.transpose() * (1 / square)
    return 0.0 if signs(projector * h * projector).positive == dimension(case) else math.inf


def kept_seen(case: Kept) -> dict[str, bool]:
    """What random cases must show."""
    inside, outside = case.rho.entries()[: case.rank], case.rho.entries()[case.rank :]
    return {
        r"$0 \neq \rho \in \operatorname{ran} H$": any(inside) and not any(outside),
        r"$\rho$ not in it": any(outside),
        r"$\rho = 0$": not any((*inside, *outside)),
    }


def describe_kept(case: Kept) -> tuple[tuple[str, str], ...]:
    """A case as (name, value) pairs."""
    values = ", ".join(map(str, case.squares))
    return (("eigenvalues of $H$", values), (r"$\rho$ in the eigenvectors", text(case.rho)))


KEPT = Claim(
    r"where $d \geq r$ and $z^*$ stays critical the largest $\dim S$ is $r$, less $1$ if $0 \neq \rho \in \operatorname{ran} H$",
    kept_cases,
    kept_mismatch,
    describe_kept,
    Arithmetic.EXACT,
    features=kept_seen,
)

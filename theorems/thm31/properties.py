"""The true claims of 3.1 for the metric and for affine heads, in exact rationals: no tolerance.

Frames are rational by Cayley's transform. The effective Hessian is read off central second
differences of L(h(z)), which are exact for a cubic loss and share nothing with W^T H W. Whether a
dimension can be whitened at all is decided by exact signatures, not by a formula.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from flint import fmpq, fmpq_mat
from hypothesis import strategies as st

from verify.claims.check import Arithmetic
from verify.claims.property import Claim, Vacuous
from verify.numeric.rational import (
    columns_of,
    diagonal,
    dot,
    is_positive_semidefinite,
    matrix,
    signs,
    text,
)
from verify.symbolic.frames import cayley, congruence, second_differences

QUARTERS = st.integers(-8, 8).map(lambda n: Fraction(n, 4))
POSITIVE = st.integers(1, 8).map(lambda n: Fraction(n, 4))


@st.composite
def frames(draw: st.DrawFn, n: int) -> fmpq_mat:
    """Orthogonal matrices of order n with rational entries."""
    size = n * (n - 1) // 2
    return cayley(n, draw(st.lists(QUARTERS, min_size=size, max_size=size)))


@st.composite
def vectors(draw: st.DrawFn, n: int) -> fmpq_mat:
    """Rational columns of length n."""
    return matrix([[x] for x in draw(st.lists(QUARTERS, min_size=n, max_size=n))])


class Loss(NamedTuple):
    """The cubic loss L = g.x + x^T H x / 2 + (c.x)^3 / 6 with x = u - u0, so hess L(u0) = H."""

    u0: fmpq_mat
    g: fmpq_mat
    hessian: fmpq_mat
    c: fmpq_mat

    def __call__(self, u: fmpq_mat) -> fmpq:
        """L(u), exactly."""
        x = u - self.u0
        return dot(self.g, x) + dot(x, self.hessian * x) / 2 + dot(self.c, x) ** 3 / 6


# --- the learned metric -------------------------------------------------------------------------


class Similarity(NamedTuple):
    """A linear head W (k, d) and two representations (d, 1)."""

    weight: fmpq_mat
    x: fmpq_mat
    y: fmpq_mat


@st.composite
def similarities(draw: st.DrawFn) -> Similarity:
    """Rational heads between 1 and 4 dimensions."""
    d, k = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    rows = st.lists(QUARTERS, min_size=d, max_size=d)
    weight = matrix(draw(st.lists(rows, min_size=k, max_size=k)))
    return Similarity(weight, draw(vectors(d)), draw(vectors(d)))


def gram(weight: fmpq_mat) -> fmpq_mat:
    """W^T W."""
    return weight.transpose() * weight


def similarity_mismatch(case: Similarity, metric: Callable[[fmpq_mat], fmpq_mat] = gram) -> float:
    """0 if <Wx, Wy> = x^T M y and M has no negative eigenvalue, exactly; else infinite."""
    w, x, y = case
    m = metric(w)
    outputs = zip((w * x).entries(), (w * y).entries(), strict=True)
    same = sum((p * q for p, q in outputs), fmpq(0)) == dot(x, m * y)
    return 0.0 if same and is_positive_semidefinite(m) else math.inf


def describe_similarity(case: Similarity) -> tuple[tuple[str, str], ...]:
    """A case as (name, value) pairs."""
    return (("$W$", text(case.weight)), ("$x$", text(case.x)), ("$y$", text(case.y)))


SIMILARITY = Claim(
    r"$\langle Wx, Wy \rangle = x^T (W^T W) y$ and $W^T W \succeq 0$",
    similarities,
    similarity_mismatch,
    describe_similarity,
    Arithmetic.EXACT,
)


# --- affine heads -------------------------------------------------------------------------------


class Whitening(NamedTuple):
    """A loss with s eigenpairs (roots[p]^2, U e_p), a frame of R^d, and a point z*."""

    loss: Loss
    u: fmpq_mat
    roots: tuple[Fraction, ...]
    q: fmpq_mat
    z: fmpq_mat

    @property
    def s(self) -> int:
        """The dimension of S."""
        return len(self.roots)


@st.composite
def whitenings(draw: st.DrawFn) -> Whitening:
    """Losses with s positive eigenvalues that are squares, and others of any sign."""
    s = draw(st.integers(1, 3))
    k, d = s + draw(st.integers(0, 2)), s + draw(st.integers(0, 2))
    roots = tuple(draw(st.lists(POSITIVE, min_size=s, max_size=s)))
    rest = draw(st.lists(QUARTERS, min_size=k - s, max_size=k - s))
    orthogonal = draw(frames(k))
    hessian = orthogonal * diagonal([r * r for r in roots] + rest) * orthogonal.transpose()
    loss = Loss(draw(vectors(k)), draw(vectors(k)), hessian, draw(vectors(k)))
    frame = columns_of(draw(frames(d)), range(s))
    return Whitening(loss, columns_of(orthogonal, range(s)), roots, frame, draw(vectors(d)))


def whitening_mismatch(case: Whitening, power: int = -1, only_wide: bool = False) -> float:
    """0 if W = U Lambda^(power / 2) Q^T, b = u0 - W z* gives h(z*) = u0 and H_eff = Q Q^T exactly.

    Args:
        case: loss, frame and point.
        power: of the square roots of the eigenvalues; -1 is the theorem's.
        only_wide: claim instead that it does so for k >= d only.
    """
    scales = diagonal([r**power for r in case.roots])
    weight = case.u * scales * case.q.transpose()
    bias = case.loss.u0 - weight * case.z
    found = second_differences(lambda z: case.loss(weight * z + bias), case.z)
    whitened = found == case.q * case.q.transpose() and weight * case.z + bias == case.loss.u0
    claimed = not only_wide or case.loss.u0.nrows() >= case.q.nrows()
    return 0.0 if whitened == claimed else math.inf


def whitenings_seen(case: Whitening) -> dict[str, bool]:
    """What random cases must show."""
    found = signs(case.loss.hessian)
    turned = case.loss.hessian != diagonal([case.loss.hessian[n, n] for n in range(sum(found))])
    return {
        r"$\nabla^2 L$ indefinite": found.negative > 0,
        r"$\nabla^2 L$ not diagonal": turned,
        "$Q$ no coordinate frame": any(x not in (0, 1) for x in case.q.entries()),
        "cubic along $W$": any((case.loss.c.transpose() * case.u).entries()),
    }


def describe_whitening(case: Whitening) -> tuple[tuple[str, str], ...]:
    """A case as (name, value) pairs."""
    return (
        (r"$\nabla^2 L(u_0)$", text(case.loss.hessian)),
        (r"$\rho$", text(case.loss.g)),
        ("$u_0$", text(case.loss.u0)),
        ("$Q$", text(case.q)),
        ("$z^*$", text(case.z)),
    )


WHITENING = Claim(
    r"$W = U_+ \Lambda_+^{-1/2} Q^T$ gives $H_{\mathrm{eff}}(z^*) = Q Q^T$",
    whitenings,
    whitening_mismatch,
    describe_whitening,
    Arithmetic.EXACT,
    features=whitenings_seen,
)


# --- which dimensions can be whitened -----------------------------------------------------------


class Signature(NamedTuple):
    """A loss Hessian (k, k) and some weight (k, k)."""

    hessian: fmpq_mat
    weight: fmpq_mat


@st.composite
def signatures(draw: st.DrawFn) -> Signature:
    """Symmetric rational matrices of order 1 to 4, often singular or indefinite."""
    k = draw(st.integers(1, 4))
    rows = st.lists(st.lists(st.integers(-2, 2), min_size=k, max_size=k), min_size=k, max_size=k)
    x, w = matrix(draw(rows)), matrix(draw(rows))
    values = draw(st.lists(st.integers(-2, 2), min_size=k, max_size=k))
    return Signature(x * diagonal(values) * x.transpose(), w)


def positive_dimension(hessian: fmpq_mat) -> int:
    """n_+(H)."""
    return signs(hessian).positive


def dimension_mismatch(
    case: Signature, dimension: Callable[[fmpq_mat], int] = positive_dimension
) -> float:
    """0 if `dimension` is the largest that a head can whiten: attained, and not exceeded by W.

    Attained: that many vectors are H-orthogonal with positive squares, checked by multiplication.
    Not exceeded: W^T H W has no more positive eigenvalues.

    Raises:
        Vacuous: if the dimension is 0.
    """
    wanted = dimension(case.hessian)
    if wanted == 0:
        raise Vacuous
    basis, values = congruence(case.hessian)
    chosen = [index for index, value in enumerate(values) if value > 0][:wanted]
    squares = [columns_of(basis, [n]) for n in chosen]
    products = [[dot(x, case.hessian * y) for y in squares] for x in squares]
    attained = len(chosen) == wanted and all(
        (entry > 0) if r == c else (entry == 0)
        for r, row in enumerate(products)
        for c, entry in enumerate(row)
    )
    pulled = case.weight.transpose() * case.hessian * case.weight
    return 0.0 if attained and signs(pulled).positive <= wanted else math.inf


def signatures_seen(case: Signature) -> dict[str, bool]:
    """What random cases must show."""
    found = signs(case.hessian)
    pulled = signs(case.weight.transpose() * case.hessian * case.weight)
    return {
        "indefinite": found.negative > 0,
        "singular": found.zero > 0,
        "$n_+ > 1$": found.positive > 1,
        "some $W$ takes all $n_+$": pulled.positive == found.positive,
    }


def describe_signature(case: Signature) -> tuple[tuple[str, str], ...]:
    """A case as (name, value) pairs."""
    return ((r"$\nabla^2 L$", text(case.hessian)), ("$W$", text(case.weight)))


DIMENSION = Claim(
    r"for $d = k$ the largest $\dim S$ that some head whitens is $n_+(\nabla^2 L)$",
    signatures,
    dimension_mismatch,
    describe_signature,
    Arithmetic.EXACT,
    features=signatures_seen,
)

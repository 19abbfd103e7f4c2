"""Properties of 5.3 on pairs of forms in exact rationals: a claim holds or not, with no tolerance."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from flint import fmpq, fmpq_mat
from hypothesis import strategies as st

from verify.claims.check import Arithmetic
from verify.claims.property import Claim, Vacuous, exactly
from verify.numeric.rational import (
    beside,
    columns_of,
    identity,
    is_positive_semidefinite,
    is_zero,
    kernel,
    matrix,
    pivots,
    text,
)
from verify.numeric.shorted import projector, shorted

Operator = Callable[[fmpq_mat, fmpq_mat], fmpq_mat]
"""From I and V, a bound on A: the shorted operator, or a false variant of it."""


@st.composite
def integers(draw: st.DrawFn, rows: int, columns: int) -> fmpq_mat:
    """A matrix of small integers."""
    row = st.lists(st.integers(-2, 2), min_size=columns, max_size=columns)
    return matrix(draw(st.lists(row, min_size=rows, max_size=rows)), columns)


# --- linear algebra -----------------------------------------------------------------------------


class Pair(NamedTuple):
    """An information matrix I = F^T F, directions V of full column rank, and an admissible A.

    Shapes: F (m, n), V (n, q), A (n, n). A = F^T Q C Q F with Q the projector onto the complement
    of F V and 0 <= C <= 1: every matrix with 0 <= A <= I and A V = 0 is of this form.
    """

    f: fmpq_mat
    v: fmpq_mat
    a: fmpq_mat

    @property
    def information(self) -> fmpq_mat:
        """I, (n, n)."""
        return self.f.transpose() * self.f

    @property
    def overlap(self) -> int:
        """dim(ker I and V) = dim V - rank(I V), as the columns of V are independent."""
        return self.v.ncols() - (self.information * self.v).rank()


@st.composite
def pairs(draw: st.DrawFn, inside: bool = False) -> Pair:
    """Random pairs; V is made of combinations of ker I and (unless `inside`) of other vectors."""
    m = draw(st.integers(1, 3))
    n = m + draw(st.integers(1 if inside else -m + 1, 2))
    f = draw(integers(m, n))
    null = kernel(f)
    v = null * draw(integers(null.ncols(), draw(st.integers(int(inside), 2))))
    if not inside:
        v = beside(v, draw(integers(n, draw(st.integers(0, 2)))))
    v = columns_of(v, pivots(v))
    away = identity(m) - projector(f * v)
    if draw(st.booleans()):
        contraction = identity(m)  # reaches the bound
    else:
        d = draw(integers(1, m))
        size = sum((entry**2 for entry in d.entries()), fmpq(0))
        # The only eigenvalue of d^T d / |d|^2 other than 0 is 1; d = 0 is a head that keeps nothing.
        contraction = d.transpose() * d / (size if size else fmpq(1))
    return Pair(f, v, f.transpose() * away * contraction * away * f)


def describe_pair(case: Pair) -> tuple[tuple[str, str], ...]:
    """A pair as (name, value) pairs."""
    return (
        ("$I$", text(case.information)),
        ("$V$", text(case.v)),
        ("$A$", text(case.a)),
    )


def rank_mismatch(case: Pair, overlap: int = 1, equality: bool = False) -> float:
    """Whether rank A <= rank I - dim V + overlap * dim(ker I and V); `equality` asks for more."""
    bound = case.information.rank() - case.v.ncols() + overlap * case.overlap
    found = case.a.rank()
    return exactly(found == bound if equality else found <= bound)


def attained_mismatch(case: Pair, overlap: int = 1) -> float:
    """Whether A = I/V is admissible and has the rank of the bound."""
    best = shorted(case.information, case.v)
    bound = case.information.rank() - case.v.ncols() + overlap * case.overlap
    return exactly(
        is_zero(best * case.v)
        and is_positive_semidefinite(best)
        and is_positive_semidefinite(case.information - best)
        and best.rank() == bound
    )


def transversal_mismatch(case: Pair, slack: int = 0) -> float:
    """Whether the published bound less `slack` holds for I/V, where ker I and V meet in 0 only.

    Raises:
        Vacuous: if they overlap.
    """
    if case.overlap:
        raise Vacuous
    bound = case.information.rank() - case.v.ncols() - slack
    return exactly(case.a.rank() <= bound and shorted(case.information, case.v).rank() <= bound)


def compressed(information: fmpq_mat, v: fmpq_mat) -> fmpq_mat:
    """I - P_V I P_V: the information with its block on V struck out, which is no bound."""
    onto = projector(v)
    return information - onto * information * onto


def order_mismatch(case: Pair, operator: Operator = shorted, reverse: bool = False) -> float:
    """Whether A lies below the operator's bound."""
    gap = operator(case.information, case.v) - case.a
    return exactly(is_positive_semidefinite(-gap if reverse else gap))


def free_mismatch(case: Pair, cost: int = 0) -> float:
    """Whether, with V inside ker I, I/V = I, of rank I less `cost` times dim V."""
    best = shorted(case.information, case.v)
    wanted = case.information.rank() - cost * case.v.ncols()
    return exactly(best == case.information and best.rank() == wanted)


RANK = Claim(
    r"$\operatorname{rank} A \leq \operatorname{rank} I - \dim V + \dim(\ker I \cap V)$",
    pairs,
    rank_mismatch,
    describe_pair,
    Arithmetic.EXACT,
)
ATTAINED = Claim(
    r"$A = I/V$ is admissible and its rank is $\operatorname{rank} I - \dim V + \dim(\ker I \cap V)$",
    pairs,
    attained_mismatch,
    describe_pair,
    Arithmetic.EXACT,
)
TRANSVERSAL = Claim(
    r"the published bound holds for $A$ and for $I/V$ where $\ker I \cap V = 0$",
    pairs,
    transversal_mismatch,
    describe_pair,
    Arithmetic.EXACT,
)
ORDER = Claim(r"$A \preceq I/V$", pairs, order_mismatch, describe_pair, Arithmetic.EXACT)
FREE = Claim(
    r"$I/V = I$ for $V \subseteq \ker I$: invariance costs no rank",
    partial(pairs, inside=True),
    free_mismatch,
    describe_pair,
    Arithmetic.EXACT,
)

"""Properties of 5.3 on pairs of forms in exact rationals, with no tolerance, and their false variants."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, NamedTuple

from flint import fmpq, fmpq_mat
from hypothesis import strategies as st

from theorems.thm53.bounds import FULL, PUBLISHED, rank_bound
from verify.claims.property import Vacuous, exact_claim, exactly
from verify.numeric.rational import (
    beside,
    columns_of,
    identity,
    is_positive_semidefinite,
    is_zero,
    kernel,
    matrix,
    pivots,
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

    f: Annotated[fmpq_mat, "$F$, where $I = F^T F$"]
    v: Annotated[fmpq_mat, "$V$"]
    a: Annotated[fmpq_mat, "$A$"]

    @property
    def information(self) -> fmpq_mat:
        """I, (n, n)."""
        return self.f.transpose() * self.f

    @property
    def overlap(self) -> int:
        """dim(ker I and V) = dim V - rank(I V), as the columns of V are independent."""
        return self.v.ncols() - (self.information * self.v).rank()

    def bound(self, overlap: int = 0) -> int:
        """The rank bound, with this multiple of its last term."""
        return rank_bound(self.information.rank(), self.v.ncols(), overlap * self.overlap)


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


def rank_mismatch(case: Pair, overlap: int = 1, equality: bool = False) -> float:
    """Whether rank A <= rank I - dim V + overlap * dim(ker I and V); `equality` asks for more."""
    found, bound = case.a.rank(), case.bound(overlap)
    return exactly(found == bound if equality else found <= bound)


def attained_mismatch(case: Pair, overlap: int = 1) -> float:
    """Whether A = I/V is admissible and has the rank of the bound."""
    best = shorted(case.information, case.v)
    return exactly(
        is_zero(best * case.v)
        and is_positive_semidefinite(best)
        and is_positive_semidefinite(case.information - best)
        and best.rank() == case.bound(overlap)
    )


def transversal_mismatch(case: Pair, slack: int = 0) -> float:
    """Whether the published bound less `slack` holds for I/V, where ker I and V meet in 0 only.

    Raises:
        Vacuous: if they overlap.
    """
    if case.overlap:
        raise Vacuous
    bound = case.bound() - slack
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


def pairs_seen(case: Pair) -> dict[str, bool]:
    """What random pairs must show: that the bound is reached, and every term of it.

    A contraction of rank 1 reaches it at 0 and 1 alone. Entries that are no small integers come from ker I.
    """
    reached = case.a.rank() == case.bound(1)
    combined = any(abs(entry) > 2 or entry.q != 1 for entry in case.v.entries())
    return {
        r"$\ker I \cap V \neq 0$": case.overlap > 0,
        r"$\ker I \cap V \neq 0$, of no small integers": case.overlap > 0 and combined,
        "the bound reached, above 0": reached and not is_zero(case.a),
        "the bound reached, above 1": reached and case.a.rank() > 1,
        "the bound not reached": not reached,
        r"$V \not\subseteq \ker I$": case.overlap < case.v.ncols(),
    }


RANK = exact_claim(
    rf"$\operatorname{{rank}} A \leq {FULL}$", pairs, rank_mismatch, features=pairs_seen
)
ATTAINED = exact_claim(
    rf"$A = I/V$ is admissible and its rank is ${FULL}$", pairs, attained_mismatch
)
TRANSVERSAL = exact_claim(
    r"the published bound holds for $A$ and for $I/V$ where $\ker I \cap V = 0$",
    pairs,
    transversal_mismatch,
)
ORDER = exact_claim(r"$A \preceq I/V$", pairs, order_mismatch, features=pairs_seen)
FREE = exact_claim(
    r"$I/V = I$ for $V \subseteq \ker I$: invariance costs no rank",
    partial(pairs, inside=True),
    free_mismatch,
)

RANKS = {
    "published": RANK.mutant(
        rf"$\operatorname{{rank}} A \leq {PUBLISHED}$ for every admissible $A$", overlap=0
    ),
    "minus": RANK.mutant(
        r"$\operatorname{rank} A \leq \operatorname{rank} I - \dim V - \dim(\ker I \cap V)$",
        overlap=-1,
    ),
    "always-equal": RANK.mutant(rf"$\operatorname{{rank}} A = {FULL}$ always", equality=True),
    "attained.published": ATTAINED.mutant(rf"the rank of $I/V$ is ${PUBLISHED}$", overlap=0),
}
"""Near-misses of the rank bound."""

TRANSVERSAL_SLACK = TRANSVERSAL.mutant(
    rf"where $\ker I \cap V = 0$, the rank of $I/V$ is below ${PUBLISHED}$",
    slack=1,
)

ORDERS = {
    "compressed": ORDER.mutant(r"$A \preceq I - P_V I P_V$", operator=compressed),
    "reverse": ORDER.mutant(r"$A \succeq I/V$", reverse=True),
}
"""Near-misses of the Loewner bound."""

FREE_COSTS = FREE.mutant(r"invariance along $V \subseteq \ker I$ costs $\dim V$", cost=1)

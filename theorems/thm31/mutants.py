"""False variants of 3.1: near-misses that the true claims must refute."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import fmpq_mat

from theorems.thm31.properties import DIMENSION, SIMILARITY, WHITENING
from theorems.thm31.properties_linear import FACTOR, INSIDE, KEPT, OUTSIDE, RADIAL, SMALLER, Kept
from verify.claims.property import Claim
from verify.numeric.rational import identity, matrix, signs


def shifted(weight: fmpq_mat) -> fmpq_mat:
    """W^T W + I."""
    return weight.transpose() * weight + identity(weight.ncols())


def doubled(weight: fmpq_mat) -> fmpq_mat:
    """2 W^T W."""
    return 2 * (weight.transpose() * weight)


def rank(hessian: fmpq_mat) -> int:
    """Number of non-zero eigenvalues, of either sign."""
    found = signs(hessian)
    return found.positive + found.negative


def one_more(hessian: fmpq_mat) -> int:
    """n_+ + 1."""
    return signs(hessian).positive + 1


def one_less(hessian: fmpq_mat) -> int:
    """n_+ - 1."""
    return max(signs(hessian).positive - 1, 0)


def rank_of(case: Kept) -> int:
    """r, whatever rho is."""
    return case.rank


def rank_less_one(case: Kept) -> int:
    """r - 1 wherever rho is not zero."""
    return case.rank - int(any(x != 0 for x in case.rho.entries()))


ACROSS = Kept(identity(2), (Fraction(1), Fraction(0)), matrix([[0], [1]]), 1)
"""H = diag(1, 0) and rho = (0, 1), which is not in its range: nothing is lost."""

METRICS = {
    "shifted": SIMILARITY.mutant("the metric is $W^T W + I$", metric=shifted),
    "doubled": SIMILARITY.mutant("the metric is $2 W^T W$", metric=doubled),
}

WHITENINGS = {
    "inverse": WHITENING.mutant(
        r"$W = U_+ \Lambda_+^{-1} Q^T$ gives $H_{\mathrm{eff}} = Q Q^T$", power=-2
    ),
    "root": WHITENING.mutant(
        r"$W = U_+ \Lambda_+^{1/2} Q^T$ gives $H_{\mathrm{eff}} = Q Q^T$", power=1
    ),
    "wide": WHITENING.mutant(r"$k \geq d$ is needed to whiten $S$", only_wide=True),
}

DIMENSIONS = {
    "rank": DIMENSION.mutant(
        r"the largest $\dim S$ that some head whitens is $\operatorname{rank} \nabla^2 L$",
        dimension=rank,
    ),
    "one-more": DIMENSION.mutant(
        r"some head whitens $S$ of dimension $n_+(\nabla^2 L) + 1$", dimension=one_more
    ),
    "one-less": DIMENSION.mutant(
        r"no head whitens $S$ of dimension $n_+(\nabla^2 L)$", dimension=one_less
    ),
}

LINEARS: dict[str, Claim[Any]] = {
    "scalar": INSIDE.mutant(
        r"$z^* \in S$: the head whitens $S$ although $u^T \nabla^2 L \, u \neq |z^*|^2$",
        scalar_condition=False,
    ),
    "uncorrected": OUTSIDE.mutant(r"$z^* \notin S$: $W = E Q^T$ has $W z^* = u$", corrected=False),
    "factor-one": FACTOR.mutant(
        "$W = g E Q^T$, with $W z^* = u$, whitens $S$ with the factor $1$", power=0
    ),
    "factor-root": FACTOR.mutant("$W = g E Q^T$ whitens $S$ up to the factor $g$", power=1),
    "whole-space": SMALLER.mutant(
        "$r = d$: $W = E Q^T$, which is $E Q^T + W_0 (I - Q Q^T)$, has $W z^* = W_0 z^*$",
        smaller=False,
    ),
    "smaller-maximum": RADIAL.mutant(
        r"for $L = \sqrt{1 + |u|^2}$, $(u^T \nabla^2 L \, u)^2 \leq \frac{4}{27} - 10^{-6}$",
        supplied=((Fraction(1), Fraction(1)),),
        square_bound=Fraction(4, 27) - Fraction(1, 10**6),
    ),
}
"""The last one is refuted at |u|^2 = 2 only: the bound is attained."""

FIXED_POINTS = {
    "rank": KEPT.mutant(
        r"where $z^*$ stays critical the largest $\dim S$ is $r$", dimension=rank_of
    ),
    "always-less": KEPT.mutant(
        r"where $z^*$ stays critical and $\rho \neq 0$ the largest $\dim S$ is $r - 1$",
        supplied=(ACROSS,),
        dimension=rank_less_one,
    ),
}

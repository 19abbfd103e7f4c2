"""Properties of 5.3 on Gaussian latents and finite models in exact rationals, and their false variants."""

from __future__ import annotations

from itertools import combinations
from typing import Annotated, NamedTuple

from flint import fmpq, fmpq_mat
from hypothesis import strategies as st

from theorems.thm53.bounds import rank_bound
from theorems.thm53.properties import Operator, compressed, integers
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
from verify.numeric.shorted import shorted

# --- Gaussian latents ---------------------------------------------------------------------------


class Gaussian(NamedTuple):
    """z ~ N(theta, Sigma) and h(z) = P z. Shapes: Sigma (n, n), P (k, n) of full row rank."""

    sigma: Annotated[fmpq_mat, r"$\Sigma$"]
    p: Annotated[fmpq_mat, "$P$"]


@st.composite
def gaussians(draw: st.DrawFn) -> Gaussian:
    """Random covariances L L^T + 1 and heads of full row rank."""
    n = draw(st.integers(1, 4))
    root = draw(integers(n, n))
    p = draw(integers(draw(st.integers(1, n)), n)).transpose()
    p = columns_of(p, pivots(p)).transpose()
    return Gaussian(root * root.transpose() + identity(n), p)


def gaussian_mismatch(case: Gaussian, operator: Operator = shorted, whiten: bool = True) -> float:
    """Whether P^T (P Sigma P^T)^{-1} P, the information of h, equals I_z/V with V = ker P.

    Args:
        case: the model.
        operator: the bound.
        whiten: False forgets the covariance of h, a false variant.

    Raises:
        Vacuous: if P has no rows.
    """
    if case.p.nrows() == 0:
        raise Vacuous
    noise = case.p * case.sigma * case.p.transpose() if whiten else identity(case.p.nrows())
    found = case.p.transpose() * noise.inv() * case.p
    return exactly(found == operator(case.sigma.inv(), kernel(case.p)))


def gaussians_seen(case: Gaussian) -> dict[str, bool]:
    """What random models must show."""
    n = case.sigma.nrows()
    return {
        r"$\Sigma$ not diagonal": any(case.sigma[i, j] for i, j in combinations(range(n), 2)),
        "$k < n$": case.p.nrows() < n,
    }


GAUSSIAN = exact_claim(
    r"$P^T (P \Sigma P^T)^{-1} P = \Sigma^{-1}/\ker P$",
    gaussians,
    gaussian_mismatch,
    features=gaussians_seen,
)

GAUSSIANS = {
    "compressed": GAUSSIAN.mutant(
        r"$P^T (P \Sigma P^T)^{-1} P = I_z - P_V I_z P_V$", operator=compressed
    ),
    "unwhitened": GAUSSIAN.mutant(r"$P^T P = \Sigma^{-1}/\ker P$", whiten=False),
}
"""Near-misses of the closed form."""


# --- finite models ------------------------------------------------------------------------------


class FiniteModel(NamedTuple):
    """A finite model at one parameter value, and a function h of its outcome.

    Attributes:
        weights: positive integers; the probabilities are these over their sum.
        slopes: derivatives of the probabilities, one row for each outcome; every column sums to 0.
        h: the value of h at each outcome.
    """

    weights: Annotated[tuple[int, ...], "probabilities, times the sum of these"]
    slopes: Annotated[fmpq_mat, "their derivatives"]
    h: Annotated[tuple[int, ...], "values of $h$"]

    def information(self, values: tuple[int, ...]) -> fmpq_mat:
        """The Fisher matrix of a function of the outcome: sum over its values of a a^T / p."""
        size = self.slopes.ncols()
        found = fmpq_mat(size, size)
        for value in sorted(set(values)):
            members = [i for i, here in enumerate(values) if here == value]
            p = fmpq(sum(self.weights[i] for i in members), sum(self.weights))
            a = matrix([[sum((self.slopes[i, j] for i in members), fmpq(0)) for j in range(size)]])
            found += a.transpose() * a / p
        return found

    @property
    def whole(self) -> fmpq_mat:
        """The Fisher matrix of the outcome itself."""
        return self.information(tuple(range(len(self.weights))))

    @property
    def score_is_function_of_h(self) -> bool:
        """Whether outcomes with one value of h have one score a / p."""
        scores: dict[int, list[fmpq]] = {}
        for i, value in enumerate(self.h):
            score = [self.slopes[i, j] / self.weights[i] for j in range(self.slopes.ncols())]
            if scores.setdefault(value, score) != score:
                return False
        return True


@st.composite
def finite_models(draw: st.DrawFn) -> FiniteModel:
    """Two to five outcomes, up to three parameters, a function with up to three values."""
    # Scores that are functions of h, as random ones hardly ever are.
    sufficient = draw(st.booleans())
    outcomes = draw(st.integers(4 if sufficient else 2, 5))
    parameters = draw(st.integers(2 if sufficient else 1, 3))
    weights = draw(st.lists(st.integers(1, 4), min_size=outcomes, max_size=outcomes))
    h = draw(st.lists(st.integers(0, 2), min_size=outcomes, max_size=outcomes))
    if sufficient:
        table = draw(integers(3, parameters))
        scores = matrix([[table[v, j] for j in range(parameters)] for v in h])
    else:
        scores = draw(integers(outcomes, parameters))
    total = sum(weights)
    rows = []
    for i, weight in enumerate(weights):
        means = [
            sum((w * scores[r, j] for r, w in enumerate(weights)), fmpq(0)) / total
            for j in range(parameters)
        ]
        rows.append([fmpq(weight, total) * (scores[i, j] - means[j]) for j in range(parameters)])
    return FiniteModel(tuple(weights), matrix(rows), tuple(h))


def processing_mismatch(
    case: FiniteModel, reverse: bool = False, always: bool = False, scalar: bool = False
) -> float:
    """Whether I_h <= I_z, with equality exactly where the score is a function of h.

    Args:
        case: the model.
        reverse: claim I_h >= I_z, a false variant.
        always: claim equality everywhere, a false variant.
        scalar: claim that I_h has at most rank 1, as h has one component; a false variant.
    """
    if scalar:
        return exactly(case.information(case.h).rank() <= 1)
    gap = case.whole - case.information(case.h)
    wanted = True if always else case.score_is_function_of_h
    return exactly(is_positive_semidefinite(-gap if reverse else gap) and is_zero(gap) == wanted)


@st.composite
def flowing(draw: st.DrawFn) -> FiniteModel:
    """Models with one more parameter, the last, along which mass flows between outcomes of one h."""
    model = draw(finite_models())
    flow = [0] * len(model.h)
    for i, j in combinations(range(len(flow)), 2):
        if model.h[i] == model.h[j]:
            mass = draw(st.integers(-2, 2))
            flow[i], flow[j] = flow[i] - mass, flow[j] + mass
    return model._replace(slopes=beside(model.slopes, matrix([[mass] for mass in flow])))


def law_mismatch(case: FiniteModel, parameter: int = -1) -> float:
    """Whether I_h v = 0 for a parameter's direction v, and the rank bound for V = span v.

    Args:
        case: the model; its law moves along the level sets of h with the last parameter.
        parameter: which parameter; the law does not move so with the others.

    Raises:
        Vacuous: if the law does not move with the parameter.
    """
    size = case.slopes.ncols()
    v = columns_of(identity(size), [parameter % size])
    if is_zero(case.slopes * v):
        raise Vacuous
    i_z, i_h = case.whole, case.information(case.h)
    return exactly(is_zero(i_h * v) and i_h.rank() <= rank_bound(i_z.rank(), (i_z * v).rank()))


LAW = exact_claim(
    "$I_h v = 0$ where mass moves between outcomes of one $h$ only, and the bound holds",
    flowing,
    law_mismatch,
)
LAW_ACROSS = LAW.mutant(
    "the same for a parameter along which mass moves between any outcomes", parameter=0
)


def models_seen(case: FiniteModel) -> dict[str, bool]:
    """What random models must show: both sides of the equality, also where chance alone hardly ever brings it.

    Raises:
        ValueError: if the derivatives of the probabilities do not sum to 0.
    """
    if any((matrix([[1] * len(case.h)]) * case.slopes).entries()):
        raise ValueError("The derivatives of the probabilities of a model must sum to 0.")
    sufficient = case.score_is_function_of_h
    return {
        "score a function of $h$": sufficient and not is_zero(case.whole),
        "the same of rank 2, with five outcomes": sufficient
        and len(case.h) == 5
        and case.whole.rank() == 2,
        "score no function of $h$": not sufficient,
    }


PROCESSING = exact_claim(
    r"$I_h \preceq I_z$, with equality if and only if the score is a function of $h$",
    finite_models,
    processing_mismatch,
    features=models_seen,
)
PROCESSINGS = {
    "reverse": PROCESSING.mutant(r"$I_h \succeq I_z$", reverse=True),
    "always": PROCESSING.mutant(r"$I_h = I_z$ for every $h$", always=True),
    "scalar": PROCESSING.mutant(
        r"$\operatorname{rank} I_h \leq 1$ for every $h$ with one component", scalar=True
    ),
}
"""Near-misses of data processing."""

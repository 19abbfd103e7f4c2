"""Inertia of the loss Hessians. Oracle: spectra at complete collapse, worked by hand.

There every cosine is 1 and its gradient vanishes, so that hess L = W (x) P / |u|^2 with W the
(B, B) matrix of the cosines' weights and P = I - e e^T, e the common direction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import pytest
import torch
from curvature_fixture import normal
from torch import Tensor

from verify.numeric.inertia import COLUMNS, Inertia, collapsed, inertia, inertia_rows
from verify.numeric.objectives import (
    OBJECTIVES,
    BarlowWeight,
    Keys,
    Labels,
    Loss,
    Targets,
    Teacher,
    Temperature,
    VICRegWeights,
)
from verify.numeric.released_objectives import RELEASED

N, K = 3, 4
SEEDS = (0, 1, 2)


def at_collapse(name: str, seed: int, n: int = N, k: int = K) -> tuple[Loss, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    objective = OBJECTIVES[name]
    constants = objective.context(2 * n, k, generator)
    u = torch.randn(2 * n, k, generator=generator, dtype=torch.float64)
    constants, u = collapsed(objective, constants, u)
    return objective.bind(constants), u


def rows(*entries: Sequence[float]) -> Tensor:
    return torch.tensor(entries, dtype=torch.float64)


def counts(found: Inertia) -> tuple[int, int, int]:
    return found.positive, found.zero, found.negative


@pytest.mark.parametrize("k", range(3, 9))
def test_what_the_eigensolver_leaves_of_zero_is_zero(k: int) -> None:
    """v v^T of whole numbers is formed without error: only n eps |H| tells its zeros from noise."""
    v = torch.arange(1, k + 1, dtype=torch.float64)

    class Square:
        """L(u) = (v.u)^2 / 2."""

        separable = False
        objective = OBJECTIVES["mse"]
        constants = None

        def to(self, dtype: torch.dtype) -> Square:
            return self

        def dense_hessian(self, u: Tensor) -> Tensor:
            return torch.outer(v, v).to(u.dtype)

    assert counts(inertia(cast(Loss, Square()), v.unsqueeze(0))) == (1, k - 1, 0)


def test_collapsed_makes_every_row_the_first() -> None:
    for name, objective in OBJECTIVES.items():
        if name == "barlow_twins":  # undefined there
            continue
        loss, u = at_collapse(name, 0)
        assert (u == u[0]).all()
        for field in objective.network:
            assert (getattr(loss.constants, field) == u[0]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_info_nce(seed: int) -> None:
    """W = [[0, C], [C, 0]] with C = (1 1^T / n - I) / (n tau): +-1/(n tau), n - 1 times each."""
    loss, u = at_collapse("info_nce", seed)
    found = inertia(loss, u)
    pairs = (N - 1) * (K - 1)
    assert counts(found) == (pairs, 2 * N * K - 2 * pairs, pairs)
    wanted = 1 / (N * loss.constants.temperature * float(u[0].norm()) ** 2)
    assert found.largest == pytest.approx(wanted, rel=1e-12)
    assert found.smallest == pytest.approx(-wanted, rel=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_nt_xent(seed: int) -> None:
    """W = ((1 1^T - I)/(2n - 1) - swap) / (n tau).

    0 on constants; -2n/(2n - 1) on views that agree and sum to 0, n - 1 times; (2n - 2)/(2n - 1)
    on views that are opposite, n times.
    """
    loss, u = at_collapse("nt_xent", seed)
    found = inertia(loss, u)
    positive, negative = N * (K - 1), (N - 1) * (K - 1)
    assert counts(found) == (positive, 2 * N * K - positive - negative, negative)
    unit = 1 / (N * loss.constants.temperature * float(u[0].norm()) ** 2 * (2 * N - 1))
    assert found.largest == pytest.approx((2 * N - 2) * unit, rel=1e-12)
    assert found.smallest == pytest.approx(-2 * N * unit, rel=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_moco_vanishes(seed: int) -> None:
    """All keys are alike, so the softmax is constant in u: H = 0, of which rounding noise is left.

    A threshold relative to |H| alone would count the signs of that noise.
    """
    loss, u = at_collapse("moco", seed)
    found = inertia(loss, u)
    assert counts(found) == (0, 2 * N * K, 0)
    assert found.rank == 0
    assert found.positive_semidefinite == "within tolerance"
    assert 0 < max(found.largest, -found.smallest) < found.tolerance


FLAT: dict[str, tuple[str, object, list[list[float]]]] = {
    "all candidates alike": ("moco", Keys(rows([0, 1]), rows([0, 1]).expand(8, 2), 0.5), [[0, 1]]),
    "one output": ("negative_cosine", Targets(rows([1])), [[49]]),
    "two rows": (
        "barlow_twins",
        BarlowWeight(),
        [[0.8032760780963507], [0.17483339327910358], [0.08897809502587893], [-0.6137180077293578]],
    ),
    "two rows beside which epsilon is nothing": (
        "barlow_twins_released",
        BarlowWeight(),
        [[1013939489.7178116], [898831810.9021736], [-211065887.0855148], [-1532608494.5201955]],
    ),
    "nothing to decorrelate": (
        "vicreg",
        VICRegWeights(invariance=0, variance=0),
        [[0], [-700], [-700], [-700], [-600], [-700]],
    ),
}
"""Losses that are constant about u, at u where float32 forms their Hessians as float64 does."""


@pytest.mark.parametrize("case", FLAT)
def test_rounding_that_float32_does_not_show_has_no_sign(case: str) -> None:
    name, constants, u = FLAT[case]
    found = inertia({**OBJECTIVES, **RELEASED}[name].bind(constants), rows(*u))
    assert counts(found) == (0, len(u) * len(u[0]), 0)
    assert max(found.largest, -found.smallest) > 0


UNSEEN: list[tuple[str, object, str]] = [
    ("negative_cosine", Targets(1e60 * rows([1, 0, 1])), "not finite in float32"),
    ("info_nce", Temperature(1e-39), "not finite in float32"),
    ("info_nce", Temperature(-0.1), "temperature of info_nce must be positive"),
    ("barlow_twins", BarlowWeight(-1.0), "off_diagonal of barlow_twins must be"),
    ("vicreg", VICRegWeights(covariance=-1.0), "covariance of vicreg must be"),
    ("moco", Keys(rows([1, 0, 0]), rows([0, 1, 0]), 0.1), "`u` and `keys` to have the same shape"),
]


@pytest.mark.parametrize(("name", "constants", "sentence"), UNSEEN)
def test_what_has_no_forming_error_or_no_meaning_is_refused(
    name: str, constants: object, sentence: str
) -> None:
    batch = 1 if name == "negative_cosine" else 4
    with pytest.raises(ValueError, match=sentence):
        inertia(OBJECTIVES[name].bind(constants), normal(batch, 3, seed=0))


@pytest.mark.parametrize("seed", SEEDS)
def test_vicreg(seed: int) -> None:
    """The hinge's -mu centring / (k (n - 1) sqrt(epsilon)) and the pairs' (lambda/n)(I - swap) 2."""
    loss, u = at_collapse("vicreg", seed)
    found, weights = inertia(loss, u), loss.constants
    hinge = weights.variance / (K * (N - 1) * weights.epsilon**0.5)
    assert counts(found) == (K, K, 2 * (N - 1) * K)
    assert found.smallest == pytest.approx(-hinge, rel=1e-9)  # Var is rounded beside epsilon
    assert found.largest == pytest.approx(4 * weights.invariance / N, rel=1e-9)


@pytest.mark.parametrize("name", ["byol", "simsiam", "negative_cosine"])
@pytest.mark.parametrize("seed", SEEDS)
def test_cosines_are_at_their_minimum(name: str, seed: int) -> None:
    loss, u = at_collapse(name, seed)
    found = inertia(loss, u)
    assert counts(found) == (2 * N * (K - 1), 2 * N, 0)
    factor = 2 if name == "byol" else 1
    wanted = factor / (2 * N) / float(u[0].norm()) ** 2
    assert found.largest == pytest.approx(wanted, rel=1e-12)
    assert found.positive_semidefinite == "within tolerance"


@pytest.mark.parametrize("name", ["info_nce", "nt_xent", "moco", "byol", "simsiam", "vicreg"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_gradient_vanishes_at_complete_collapse(name: str, seed: int) -> None:
    loss, u = at_collapse(name, seed)
    apart = torch.randn(u.shape, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    held = OBJECTIVES[name].context(2 * N, K, torch.Generator().manual_seed(10))
    elsewhere = OBJECTIVES[name].bind(held).jet(apart).rho.norm()
    assert float(loss.jet(u).rho.norm()) <= 1e-13 * float(elsewhere)


def test_rank_counts_both_signs() -> None:
    """Negative cosine off its extremes in 3 dimensions with c < 0: one positive, two negative."""
    u = torch.tensor([[1.0, 0.0, 0.0]], dtype=torch.float64)
    t = torch.tensor([[-1.0, 1.0, 0.0]], dtype=torch.float64)
    found = inertia(OBJECTIVES["negative_cosine"].bind(Targets(t)), u)
    assert counts(found) == (1, 0, 2)
    assert found.rank == 3
    assert found.positive_semidefinite == "no"


def test_mse_is_positive_definite() -> None:
    loss = OBJECTIVES["mse"].bind(Targets(torch.zeros(5, 3, dtype=torch.float64)))
    found = inertia(loss, torch.ones(5, 3, dtype=torch.float64))
    assert counts(found) == (15, 0, 0)
    assert found.smallest == found.largest == pytest.approx(1 / 5)
    assert found.positive_semidefinite == "yes"


def test_a_saturated_softmax_is_left_unresolved() -> None:
    """p is one-hot to e^-800: the exact rank is k - 1, but no float64 eigenvalue can show it."""
    u = torch.tensor([[80.0, 0.0, 0.0]], dtype=torch.float64)
    loss = OBJECTIVES["dino"].bind(Teacher(u, u[0]))
    assert counts(inertia(loss, u)) == (0, 3, 0)


@pytest.mark.parametrize("apart", [0.0, 20.0, 40.0, 700.0])
def test_a_softmax_of_two_has_rank_one(apart: float) -> None:
    """The Hessian is p (1 - p) [[1, -1], [-1, 1]], and 1 - p = 1 / (1 + e^apart) below any rounding of p."""
    u = torch.tensor([[apart, 0.0], [0.0, apart]], dtype=torch.float64)
    loss = OBJECTIVES["softmax_cross_entropy"].bind(Labels(torch.tensor([0, 0])))
    found = inertia(loss, u)
    assert counts(found) == (2, 2, 0)
    assert found.largest == pytest.approx(1 / (1 + math.cosh(apart)) / 2, rel=1e-14, abs=0)
    rest = 1 / (1 + math.exp(apart))
    wanted = torch.tensor([[-rest, rest], [rest - 1, 1 - rest]], dtype=torch.float64) / 2
    torch.testing.assert_close(loss.jet(u).rho, wanted, rtol=1e-14, atol=0)


def test_dino_has_no_negative_eigenvalue() -> None:
    """It is convex in the student's outputs, of rank k - 1; at tau = 0.1 random outputs saturate it."""
    for seed in range(60):
        generator = torch.Generator().manual_seed(seed)
        loss = OBJECTIVES["dino"].bind(OBJECTIVES["dino"].context(6, 4, generator))
        found = inertia(loss, torch.randn(6, 4, generator=generator, dtype=torch.float64))
        assert found.negative == 0
        assert found.positive <= 18


def test_float32_is_refused() -> None:
    loss = OBJECTIVES["mse"].bind(Targets(torch.zeros(2, 2)))
    with pytest.raises(TypeError, match=r"float64 only; `u` was torch\.float32"):
        inertia(loss, torch.ones(2, 2))
    keys = Keys(torch.ones(2, 2), torch.ones(3, 2), 0.1)
    with pytest.raises(TypeError, match=r"`u` is torch\.float64, but `keys` was torch\.float32"):
        inertia(OBJECTIVES["moco"].bind(keys), torch.ones(2, 2, dtype=torch.float64))


def test_the_table_covers_the_registry_and_repeats_itself() -> None:
    table = inertia_rows(5)
    assert table == inertia_rows(5)
    assert len(table.rows) == 2 * len(OBJECTIVES)
    assert all(len(row) == len(COLUMNS) for row in table.rows)
    by_state = {(row[0], row[3]): row for row in table.rows}
    for objective in OBJECTIVES.values():
        row = by_state[objective.title, "random"]
        positive, zero, negative, rank = (int(cell) for cell in row[5:9])
        assert positive + zero + negative == 24
        assert rank == positive + negative
        assert row[2] == objective.invariance
        if objective.invariance != "no":
            assert row[-1] == "no"
    assert by_state["Barlow Twins", "collapsed"][-1] == "undefined"
    assert by_state["mean squared error", "random"][-1] == "yes"
    assert by_state["InfoNCE", "collapsed"][5:8] == ("6", "12", "6")
    assert by_state["softmax cross-entropy", "random"][5:8] == ("18", "6", "0")


def test_the_note_says_how_near_any_eigenvalue_comes_to_the_threshold() -> None:
    """Of every case both sides: an eigenvalue nearer to it on one side hides none on the other."""
    ratios = []
    for name, objective in OBJECTIVES.items():
        generator = torch.Generator().manual_seed(5)
        constants = objective.context(6, 4, generator)
        u = torch.randn(6, 4, generator=generator, dtype=torch.float64)
        cases = [(constants, u), collapsed(objective, constants, u)]
        for held, at in cases[: 1 if name == "barlow_twins" else 2]:
            found = inertia(objective.bind(held), at)
            hessian = objective.bind(held).dense_hessian(at)
            if found.above < math.inf and hessian.ndim == 2:
                values = torch.linalg.eigvalsh(hessian).abs() / found.tolerance
                resolved = values[values > 1]
                assert len(resolved) == found.rank
                assert found.above == pytest.approx(float(resolved.min()), rel=1e-3)
            ratios.append((found.below, found.above))
            assert found.below <= 1 < found.above
    below, above = max(b for b, _ in ratios), min(a for _, a in ratios)
    assert (
        f"came {below:.2g} of it from below and {above:.2g} of it from above"
        in inertia_rows(5).note
    )


def test_the_table_refuses_an_odd_batch() -> None:
    with pytest.raises(ValueError, match="a multiple of 2"):
        inertia_rows(0, batch=5)

"""What a diagnosis says that a head does: contraction of orbits, cost and condition, either way round.

Oracles: heads that scale or square coordinates, whose effect is known in closed form.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import torch
from curvature_fixture import normal, seeded  # noqa: F401
from torch import Tensor, nn

from verify.diagnose import diagnose
from verify.diagnose.effects import condition, costs, whitening
from verify.diagnose.findings import Answer, Strength
from verify.numeric import EffectiveHessian

N, D = 120, 4
CURVATURES = torch.tensor([1.0, 4.0, 9.0, 16.0], dtype=torch.float64)


def quadratic(u: Tensor) -> Tensor:
    """A loss whose Hessian in every row is diagonal, of condition number 16."""
    return (CURVATURES * u.square()).sum() / 2


def told(
    head: Callable[[Tensor], Tensor], moved: Tensor | None = None, labels: Tensor | None = None
) -> dict[str, Answer]:
    """The answers at a Gaussian sample, whose second views are moved from it by so much."""
    z = normal(N, D, seed=0)
    views = None if moved is None else z + moved * normal(N, D, seed=1)
    found = diagnose(head, quadratic, z, views=views, labels=labels, batch=4)
    return {answer.question: answer for answer in found.answers}


@pytest.mark.parametrize(
    ("scale", "word", "factor"),
    [(0.2, "Yes: ", 0.04 * 4 / 3.04), (5.0, "No, it expands them: ", 25 * 4 / 28)],
)
def test_orbits_are_contracted_or_expanded_by_what_scales_the_coordinate_of_the_views(
    scale: float, word: str, factor: float
) -> None:
    """The views differ in the first coordinate; all four have equal variance, up to the sample and the views."""
    by = torch.tensor([scale, 1.0, 1.0, 1.0], dtype=torch.float64)
    found = told(lambda z: by * z, 0.1 * torch.eye(D, dtype=torch.float64)[0])
    answer = found["Does it contract orbits?"].answer
    assert answer.startswith(word)
    said = float(answer.partition("a factor of ")[2].split()[0])
    assert said == pytest.approx(factor, rel=0.2)


def test_a_head_that_keeps_every_distance_neither_contracts_nor_expands() -> None:
    turned = torch.linalg.qr(normal(D, D, seed=2)).Q
    found = told(lambda z: z @ turned, torch.full((D,), 0.1, dtype=torch.float64))
    assert found["Does it contract orbits?"].answer.startswith("Undecided: ")


def test_what_a_head_costs_is_what_a_probe_loses_from_z_to_h() -> None:
    z = normal(N, D, seed=0)
    side, far = (z[:, 0] > 0).long(), (z[:, 0].abs() > 0.7).long()
    question = "What does the head cost?"
    squared = told(torch.square, labels=side)[question].answer  # the side is lost
    assert squared.startswith("It costs ")
    assert not squared.startswith("It costs nothing")
    assert told(torch.square, labels=far)[question].answer.startswith(
        "It costs nothing and helps by "
    )
    assert told(lambda z: z, labels=side)[question].answer.startswith(
        "Undecided, it costs 0.0 points"
    )


@pytest.mark.parametrize(("power", "word", "through"), [(-0.5, "Yes", 1), (0.5, "No", 256)])
def test_a_head_improves_the_condition_if_it_undoes_the_curvatures(
    power: float, word: str, through: int
) -> None:
    by = CURVATURES**power
    answer = told(lambda z: by * z)["Does the head improve the loss's condition?"].answer
    assert answer == (
        f"{word}: the condition number on the 16 positive eigenvectors is {through} through the head and 16 without it."
    )


@pytest.mark.parametrize("scale", [1.0, 3.0, -1.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_head_that_turns_and_scales_leaves_the_condition_as_it_is(
    scale: float, seed: int
) -> None:
    turned = scale * torch.linalg.qr(normal(D, D, seed=seed)).Q
    answer = told(lambda z: z @ turned)["Does the head improve the loss's condition?"].answer
    assert answer.startswith("It leaves it as it is: the condition number on the 16 positive")


def test_curvature_that_is_rounding_has_no_condition() -> None:
    """Barlow Twins of two samples is locally constant."""
    z, views = (1 + 1e-4 * normal(2, 3, seed=seed) for seed in (0, 1))
    found = diagnose(nn.Identity(), "barlow_twins", z, views=views)
    answer = next(a for a in found.answers if "condition" in a.question).answer
    assert answer.startswith("There is nothing to whiten")
    assert found.numbers["positive through the head"] == found.numbers["positive of the loss"] == 0
    json.dumps(found.to_dict(), allow_nan=False)


def test_conditions_compare_where_a_row_has_as_many_positive_eigenvectors() -> None:
    """The head adds a positive one where the last coordinate is; medians over all rows would be of other spaces."""

    def head(z: Tensor) -> Tensor:
        return torch.stack([z[:, 0], z[:, 1] / 2, -(z[:, 2] ** 3) / 6], 1)

    def loss(u: Tensor) -> Tensor:
        return (u[:, 0] ** 2 + 4 * u[:, 1] ** 2 - u[:, 2]).sum()

    def answer(*last: float) -> str:
        z = torch.tensor([[1.0, 1.0, x] for x in last], dtype=torch.float64)
        hessian = EffectiveHessian(head, loss, z, separable=True)
        return whitening(hessian, loss, {}, 1e-12, 2e-16)[0].answer

    assert answer(1, 1).startswith("H_eff has another number of positive eigenvectors")
    assert answer(-1, -1, 4) == (
        "Yes: the condition number on the 2 positive eigenvectors is 1 through the head and 4 without it, in the median of the 2 of 3 rows in which these are as many, and through the head over without it 0.25."
    )


def test_few_views_that_differ_have_no_interval() -> None:
    """A draw of six samples leaves out the only one whose views differ in a third of cases: 0 over 0."""
    z = normal(6, 3, seed=0)
    views = z.clone()
    views[0] += 0.1
    found = diagnose(nn.Linear(3, 2), "simsiam", z, views=views)
    answer = next(a for a in found.answers if "orbits" in a.question).answer
    assert answer.startswith("This cannot be told: some of 400 bootstrap draws")
    json.dumps(found.to_dict(), allow_nan=False)


def test_negative_curvatures_have_no_part_in_a_condition() -> None:
    matrices = torch.diag(torch.tensor([-50.0, 0.0, 1.0, 4.0], dtype=torch.float64))[None]
    assert condition(matrices) == [(4, 2)]


def test_a_probe_is_asked_about_what_it_has_not_seen() -> None:
    """Of labels drawn by chance a probe of as many features as samples gets all that it saw, half of the others."""
    z = normal(N, N, seed=4)
    labels = torch.randint(2, (N,), generator=torch.Generator().manual_seed(0))
    numbers: dict[str, float] = {}
    costs(z, z, labels, numbers, torch.Generator().manual_seed(0))
    assert 0.3 < numbers["probe of z"] < 0.7


def test_few_samples_have_no_interval() -> None:
    """Of ratios of 1 the intervals of two samples leave 1 out in two cases of three, of eight in one of six."""
    head, z = nn.Linear(D, 3).double(), normal(60, D, seed=0)
    views, labels = z + 0.1 * normal(60, D, seed=1), torch.arange(60) % 2
    for n in (29, 30, 59, 60):
        found = diagnose(head, "simsiam", z[:n], views=views[:n], labels=labels[:n], batch=4)
        told = {a.question: a for a in found.answers}
        few, many = n < 30, n >= 60
        orbits, cost = told["Does it contract orbits?"], told["What does the head cost?"]
        assert orbits.answer.startswith("This cannot be told: 29 samples are too few") == few
        assert (told["Has it collapsed?"].strength is Strength.VALUE) == few
        assert cost.answer.startswith("This cannot be told: ") != many
        low = {name.partition(",")[0] for name in found.numbers if name.endswith(", low")}
        assert low == {
            *(() if few else ("orbit contraction", "variance of directions of h")),
            *(() if few else ("variance of directions of z",)),
            *(("cost",) if many else ()),
        }


def test_a_probe_is_not_asked_about_rows_that_it_has_seen() -> None:
    """Of 60 rows, six times each, with labels by chance: it names those of all that it saw."""
    one = normal(60, 80, seed=0)
    chance = torch.randint(2, (60,), generator=torch.Generator().manual_seed(0))
    z, labels, numbers = one.repeat(6, 1), chance.repeat(6), dict[str, float]()
    (answer,) = costs(z, z[:, :2], labels, numbers, torch.Generator().manual_seed(0))
    assert answer.answer.startswith("Undecided")
    assert 0.2 < numbers["probe of z"] < 0.8
    assert "over 30 samples with other representations than" in answer.basis


def test_the_variance_of_directions_is_about_their_mean() -> None:
    """Directions (3, 4) / 5 and (4, 3) / 5 by halves: a quarter of their squared distance 2 / 25."""
    z = torch.tensor([[3.0, 4.0], [8.0, 6.0]], dtype=torch.float64).repeat(6, 1)
    found = diagnose(lambda z: z, lambda u: u.square().sum(), z, batch=4).numbers
    assert found["variance of directions of z"] == pytest.approx(1 / 50)
    assert found["variance of directions of h"] == pytest.approx(1 / 50)


def test_a_fresh_head_is_another_one() -> None:
    """A trained head that keeps the coordinate of the views small; its fresh weights do not know of it."""
    head = nn.Sequential(nn.Linear(D, D, bias=False)).double()
    head[0].weight.data = torch.diag(torch.tensor([1e-3, 1.0, 1.0, 1.0]).double())
    z = normal(N, D, seed=0)
    views = z + 0.1 * torch.eye(D, dtype=torch.float64)[0] * normal(N, D, seed=1)
    found = diagnose(head, quadratic, z, views=views, batch=4).numbers
    assert found["orbit contraction"] < 1e-4 < 1e-2 < found["orbit contraction, fresh head"]

"""The diagnosis of heads. Oracles: autograd's Hessian in float64 of the same function, closed forms.

The states are those whose answer is known: SimSiam at -1, DINO at ln K, VICReg and Barlow Twins at full
collapse, and healthy heads.
"""

from __future__ import annotations

import json
import math
import re
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from curvature_fixture import normal, seeded  # noqa: F401
from torch import Tensor, nn

from verify.__main__ import main
from verify.claims.check import Kind
from verify.diagnose import (
    CurvatureTrack,
    DiagnosisError,
    Strength,
    diagnose,
    examples,
    inputs,
    words,
)
from verify.diagnose.effects import costs
from verify.diagnose.losses import NAMED
from verify.engine import registry
from verify.numeric import EffectiveHessian, Head, Keys, Targets, Teacher
from verify.numeric.activations import SWISH

D, K = 6, 5


def mlp(seed: int = 0, d: int = D, k: int = K) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(d, 8), nn.GELU(), nn.Linear(8, k)).double()


def collapsed(n: int = 12) -> Tensor:
    return normal(1, D, seed=3).repeat(n, 1)


def spectrum_by_autograd(function: Any, z: Tensor) -> Tensor:
    hessian = torch.autograd.functional.hessian(function, z).reshape(z.numel(), -1)
    return torch.linalg.eigvalsh((hessian + hessian.T) / 2)


# --- states whose answer is known -------------------------------------------------------------------


class Prototypes(nn.Module):
    """DINO's head with equal prototypes: its outputs are one number, K times."""

    def __init__(self, k: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(D, 8), nn.GELU(), nn.Linear(8, 4))
        self.last_layer = nn.Linear(4, k, bias=False)
        with torch.no_grad():
            self.last_layer.weight.copy_(self.last_layer.weight[:1].expand(k, 4))

    def forward(self, z: Tensor) -> Tensor:
        """Outputs for representations z."""
        return self.last_layer(F.normalize(self.mlp(z), dim=-1))


@pytest.mark.parametrize("k", [7, 4096])
def test_dino_at_ln_k_is_degenerate(k: int) -> None:
    """Both softmaxes are uniform and J maps to constants, which they do not see: rho . J and J^T H J vanish."""
    torch.manual_seed(0)
    head, z = Prototypes(k).double(), normal(12, D, seed=0)
    found = diagnose(head, "dino", z, views=z + 0.1, batch=4)
    assert found.numbers["loss"] == pytest.approx(math.log(k), rel=1e-12)
    assert found.numbers["|rho|"] < 1e-12
    effective = found.term("H_eff")
    assert (effective.negative, effective.positive) == (0, 0)
    assert max(abs(effective.smallest), abs(effective.largest)) <= effective.rounding < 1e-12
    assert "degenerate critical point: there is no resolved curvature" in found.verdict
    point = torch.cat([z[:2], z[:2] + 0.1])
    target = F.softmax(torch.zeros(4, k).double(), 1)
    values = spectrum_by_autograd(
        lambda z: -(target * F.log_softmax(head(z) / 0.1, 1)).sum(1).mean(), point
    )
    assert float(values.abs().max()) < 1e-12


def test_simsiam_at_minus_one_repels_nothing() -> None:
    head, z = mlp(), collapsed()
    found = diagnose(head, "simsiam", z, views=z, batch=4)
    assert found.numbers["loss"] == pytest.approx(-1, rel=1e-12)
    effective = found.term("H_eff")
    assert effective.negative == 0 < effective.positive
    assert (
        found.verdict
        == "Completely collapsed, at a critical point where no resolved curvature repels. Loss, gradient and curvature are those of 4 of 12 samples, with targets held constant."
    )
    assert any(a.strength is Strength.THEOREM and "Sylvester" in a.answer for a in found.answers)
    targets = head(z[:8]).detach()
    values = spectrum_by_autograd(lambda x: -F.cosine_similarity(head(x), targets).mean(), z[:8])
    assert float(values[0]) > -1e-14
    assert effective.positive == int((values > 1e-12).sum())
    assert effective.largest == pytest.approx(float(values[-1]), rel=1e-8)


@pytest.mark.parametrize("name", ["vicreg", "vicreg_released", "barlow_twins_released"])
def test_what_decorrelates_repels_full_collapse(name: str) -> None:
    head, z = mlp(), collapsed()
    found = diagnose(head, name, z, views=z, batch=4, lr=0.01)
    effective = found.term("H_eff")
    verdict = "Completely collapsed, at a critical point that repels (certified)."
    rest = "Loss, gradient and curvature are those of 4 of 12 samples."
    assert found.verdict == f"{verdict} {rest}"
    assert (
        next(a for a in found.answers if a.question == "Is it stable?").strength
        is Strength.CERTIFIED
    )
    loss = NAMED[name].bind(NAMED[name].draw(None, 8, K))
    values = spectrum_by_autograd(lambda x: loss.unchecked(head(x)), z[:8])
    assert effective.negative == int((values < -1e-7 * values.abs().max()).sum())
    assert effective.smallest == pytest.approx(float(values[0]), rel=1e-6)
    assert effective.largest == pytest.approx(float(values[-1]), rel=1e-6)
    steps = 1 / math.log1p(-0.01 * float(values[0]))
    assert found.numbers["steps to grow by e"] == pytest.approx(steps, rel=1e-6)


def test_vicregs_way_out_is_common_to_both_views() -> None:
    """The hinge parts the samples; the distance of the views holds them together: (v, v) with sum 0."""
    found = diagnose(mlp(), "vicreg", collapsed(), views=collapsed(), batch=4)
    assert found.numbers["share common to both views"] == pytest.approx(1, abs=1e-6)
    assert found.numbers["share common to all samples"] == pytest.approx(0, abs=1e-6)
    assert sum(found.escape) == pytest.approx(1)


def test_a_verdict_says_which_samples_each_half_of_it_is_of() -> None:
    """Of 40 rows 37 are one, and the batch holds none of the others: repelled is what has collapsed."""
    z = torch.tensor([1.0, 2.0, 3.0]).repeat(40, 1)
    z[:3] = normal(3, 3, seed=0).float()
    found = diagnose(nn.Identity(), "nt_xent", z, views=z, batch=8)
    assert not {0, 1, 2} & set(found.samples)
    assert found.verdict.startswith("Not completely collapsed, at a critical point that repels")
    assert found.verdict.endswith("are those of 8 of 40 samples, whose outputs are one point.")
    assert "the loss of 8 of 40 samples is" in found.text(10**4)
    every = diagnose(nn.Identity(), "nt_xent", z, views=z, batch=40)
    assert every.verdict.endswith("gradient is not zero, with resolved negative curvature.")


def test_a_rate_at_which_a_minimum_repels_is_told() -> None:
    """Descent at rate 100 on a curvature of 1/8 takes a deviation to 11.5 times its opposite."""
    z = normal(8, 3, seed=0)

    def told(lr: float) -> str:
        found = diagnose(nn.Identity(), "mse", z, options={"targets": z}, lr=lr)
        assert "at a critical point that attracts (certified)" in found.verdict
        return found.text(10**4)

    assert "descent of z itself at rate 100 overshoots along the steepest direction" in told(100.0)
    assert "overshoots" not in told(15.0)


def test_targets_that_are_held_are_told_with_verdict_and_time() -> None:
    """Antipodal views under SimSiam: with targets that follow, a deviation grows in 109 steps for 179."""
    z = normal(6, 3, seed=0)
    found = diagnose(nn.Identity(), "simsiam", z, views=-z, lr=0.1, batch=6)
    assert found.verdict.endswith("are those with targets held constant.")
    assert "at rate 0.1, while targets stay as they are" in found.text(10**4)
    given = diagnose(nn.Identity(), "mse", z, options={"targets": 0 * z})
    assert "held" not in given.verdict
    own = diagnose(nn.Identity(), "mse", z)
    assert any("is at its best whatever the head" in note for note in own.notes)


def test_a_way_out_that_is_one_of_many_names_no_samples() -> None:
    """At collapse NT-Xent has 21 least eigenvalues that are one: of 7 dimensions of samples and 3 of directions."""
    told = set()
    for seed in range(3):
        turned = torch.linalg.qr(normal(4, 4, seed=seed))[0]
        z = (torch.tensor([[0.3, 0.7, -0.2, 0.1]]).double() @ turned).repeat(8, 1)
        found = diagnose(nn.Identity(), "nt_xent", z, views=z)
        (answer,) = (a.answer for a in found.answers if a.question == "Where is the way out?")
        assert answer.startswith("It is any of 21 directions, of eigenvalues that rounding does")
        assert "as if on 8.0 evenly; 50 % on view 1 and 50 % on view 2" in answer
        assert found.escape == pytest.approx([1 / 8] * 8)
        told.add(answer)
    assert len(told) == 1
    u = normal(6, 2, seed=0)
    one = diagnose(nn.Identity(), lambda u: -(u[3, 0] ** 2) + u.square().sum() / 4 + 0 * u.std(), u)
    assert "It lies on samples 3 (100 %), as if on 1.0 evenly." in one.text(10**4)
    # One eigenvalue is negative beyond rounding, and eleven zeros are less than a gap away.
    slight = diagnose(
        nn.Identity(),
        lambda u: u[:, 0].square().sum() - 1e-12 * u[2, 1] ** 2,
        torch.zeros(6, 2, dtype=torch.float64),
    )
    assert "It lies on samples 2 (100 %), as if on 1.0 evenly." in slight.text(10**4)


def test_a_track_goes_on_where_there_is_no_hessian() -> None:
    """At a kink, in the training's own float32, nothing is measured; past it, all is as before."""
    track = CurvatureTrack(
        nn.Sequential(nn.Identity(), nn.ReLU()), lambda u: u.square().sum(), every=1
    )
    with pytest.warns(UserWarning, match="not measured: `head` is undefined at kink.*use float64"):
        assert track(torch.tensor([[0.0, 1.0], [2.0, 1.0]])) is None
    row = track(torch.tensor([[3.0, 1.0], [2.0, 1.0]]))
    assert row is not None
    assert (row["step"], row["lambda_min"]) == (1, pytest.approx(2))
    other = CurvatureTrack(nn.Linear(3, 2), lambda u: u.square().sum())
    with pytest.raises(ValueError, match="must"):
        other(torch.full((2, 3), math.nan))


@pytest.mark.parametrize("seed", range(6))  # of one head the noise may vanish
def test_rounding_noise_of_rho_bends_nothing(seed: int) -> None:
    """At targets that are the outputs |rho| is 1e-17: the signs of delta s'' are noise, and no theorem counts them."""
    torch.manual_seed(seed)
    head = nn.Sequential(nn.Linear(8, 8), nn.SiLU(), nn.Linear(8, 2)).double()
    z = normal(1, 8, seed=3).repeat(6, 1)

    def said(targets: Tensor) -> list[str]:
        found = diagnose(head, NAMED["negative_cosine"].bind(Targets(targets)), z)
        return [a.answer for a in found.answers if a.strength is Strength.THEOREM]

    at_targets = said(head(z).detach())
    assert len(at_targets) == 1
    assert "M is 0 to within rounding" in at_targets[0]
    assert "H_eff has none below minus twice its forming error" in at_targets[0]
    assert any("n_-(H_eff) >= n_-(D)" in answer for answer in said(normal(6, 2, seed=5)))


@pytest.mark.parametrize("case", ["all candidates alike", "one output"])
def test_a_constant_loss_has_no_certified_sign(case: str) -> None:
    """Its Hessian is 0, of which float64 leaves -2.2e-16 or 6.8e-20, and float32 the same."""
    if case == "one output":
        z, u = torch.tensor([[49.0], [49.0]]).double(), torch.ones(2, 1, dtype=torch.float64)
        loss = NAMED["negative_cosine"].bind(Targets(u))
    else:
        z = torch.tensor([[0.0, 1.0]]).double().repeat(2, 1)
        loss = NAMED["moco"].bind(Keys(z.clone(), z[:1].repeat(8, 1), 0.5))
    for head in (nn.Identity(), lambda z: z + 0):
        found = diagnose(head, loss, z)
        assert all(t.negative == 0 == t.positive for t in found.terms)
        assert max(max(-t.smallest, t.largest) for t in found.terms) > 0
        assert not any(a.strength is Strength.CERTIFIED for a in found.answers)
        assert not any("positive definite" in a.answer for a in found.answers)


@pytest.mark.parametrize("name", ["barlow_twins", "mse"])
def test_a_loss_that_float32_cannot_hold_is_diagnosed_without_its_inertia(name: str) -> None:
    """Views of spread 1e-8 about 1 are constant in float32, and 1e39 is infinite."""
    z = (
        1 + 1e-8 * normal(8, 3, seed=0)
        if name == "barlow_twins"
        else 1e39 + 0 * normal(8, 3, seed=0)
    )
    loss = name if name == "barlow_twins" else NAMED["mse"].bind(Targets(z))
    views = 1 + 1e-8 * normal(8, 3, seed=1) if name == "barlow_twins" else None
    found = diagnose(nn.Identity(), loss, z, views=views)
    assert not any("Sylvester" in answer.answer for answer in found.answers)
    assert any("In float32 the Hessian could not be taken" in note for note in found.notes)


def four_bumps() -> nn.Module:
    """h = softplus(z1) + softplus(-z1) + softplus(z2) + softplus(-z2) - 4 log 2, which is 0 with h'' = I / 2 at 0."""
    head = nn.Sequential(nn.Linear(2, 4), nn.Softplus(), nn.Linear(4, 1)).double()
    with torch.no_grad():
        head[0].weight.copy_(torch.tensor([[1.0, 0], [-1, 0], [0, 1], [0, -1]]))
        head[0].bias.zero_()
        head[2].weight.fill_(1)
        head[2].bias.fill_(-4 * math.log(2))
    return head


def test_a_residual_at_outputs_of_length_0_is_not_none() -> None:
    """M is the whole of the curvature here: no theorem says that it vanishes."""
    z = torch.zeros(4, 2, dtype=torch.float64)
    loss = NAMED["mse"].bind(Targets(torch.ones(4, 1, dtype=torch.float64)))
    found = diagnose(four_bumps(), loss, z, batch=4)
    assert found.term("M").negative == found.term("H_eff").negative == 8
    assert not [a for a in found.answers if "Sylvester" in a.answer]
    assert "he steepest found is a direction of sample" in " ".join(found.text().split())


def test_a_slope_at_the_origin_is_no_critical_point() -> None:
    head = nn.Linear(1, 1).double()
    with torch.no_grad():
        head.weight.fill_(1)
        head.bias.zero_()
    loss = NAMED["mse"].bind(Targets(torch.ones(4, 1, dtype=torch.float64)))
    z = torch.zeros(4, 1, dtype=torch.float64)
    assert "the gradient is not zero" in diagnose(head, loss, z, batch=4).verdict
    same = NAMED["mse"].bind(Targets(torch.zeros(4, 1, dtype=torch.float64)))
    assert "a critical point that attracts" in diagnose(head, same, z, batch=4).verdict


@pytest.mark.parametrize("size", [1e-6, 1e-10, 1e-14, 1e-200])
def test_a_slope_near_the_origin_is_no_critical_point(size: float) -> None:
    """One gradient step takes the loss from 2.2 to 1.2: rows that are short hide no slope."""
    torch.manual_seed(0)
    head, z = nn.Linear(4, 4).double(), size * normal(8, 4, seed=0)
    loss = NAMED["mse"].bind(Targets(torch.ones(8, 4, dtype=torch.float64)))
    found = diagnose(head, loss, z, batch=8)
    assert found.numbers["|J^T rho|"] > 0.1
    assert "the gradient is not zero" in found.verdict
    step = 8 * torch.autograd.functional.jacobian(lambda z: loss(head(z)), z)
    after = loss(head(z - step)).item()
    assert after < 0.6 * found.numbers["loss"]


def test_what_is_added_to_a_loss_makes_no_slope_critical() -> None:
    """As long as the loss has digits for it: 1e12 leaves it three."""
    head, z = mlp(), normal(8, D, seed=0)
    for more in (0, 1e6, 1e12):
        found = diagnose(head, lambda u, more=more: u.square().sum() + more, z, batch=8)
        assert "the gradient is not zero" in found.verdict


@pytest.mark.parametrize("size", [1e200, 1e-170, 1e-280])
def test_a_slope_of_any_size_is_a_slope(size: float) -> None:
    """Squares of it overflow, or underflow to 0."""
    torch.manual_seed(0)
    head, z = nn.Linear(D, K).double(), normal(8, D, seed=0)
    one, found = (diagnose(head, lambda u, s=s: s * u.square().sum(), z) for s in (1.0, size))
    for name in ("|rho|", "|J^T rho|"):
        assert found.numbers[name] == pytest.approx(size * one.numbers[name], rel=1e-9, abs=0)
    assert "the gradient is not zero" in found.verdict
    far = diagnose(nn.Identity(), lambda u: 0 * u.sum(), size * z)
    assert far.numbers["|u|"] == pytest.approx(size * float(z.norm()), rel=1e-9, abs=0)


def test_a_softmax_that_saturates_beyond_the_root_of_the_least_number_has_a_slope() -> None:
    z = torch.eye(8, dtype=torch.float64) + 0.01 * normal(8, 8, seed=0)
    found = diagnose(nn.Identity(), "nt_xent", z, views=z, options={"temperature": 0.0025})
    assert 0 < found.numbers["|J^T rho|"] < 1e-150
    assert "the gradient is not zero" in found.verdict


def test_a_residual_of_rounding_says_nothing_of_a_scale_invariant_loss() -> None:
    """Equal rows of length 1e-9: rho is rounding over that length, 1e-7."""
    head = nn.Linear(4, 4).double()
    with torch.no_grad():
        head.weight.copy_(1e-9 * normal(4, 4, seed=1))
        head.bias.zero_()
    z = normal(1, 4, seed=0).repeat(8, 1)
    found = diagnose(head, "simsiam", z, views=z, batch=4)
    assert found.numbers["|rho|"] > 1e-9
    assert "since rho is not 0" not in found.text()


@pytest.mark.parametrize(
    ("name", "apart", "d"),
    [("simsiam", 1e-10, D), ("vicreg", 3e-11, D), ("info_nce", 3e-11, D), ("mse", 1e-10, 4)],
)
def test_a_term_that_is_resolved_is_not_0(name: str, apart: float, d: int) -> None:
    """Near collapse |rho| is 1e-10, and M of that size is the whole of the curvature where G has none.

    The last G is positive definite, so that nothing else speaks against M = 0.
    """
    head = mlp(d=d)
    z, views = (1 + apart * normal(8, d, seed=seed) for seed in (1, 2))
    found = diagnose(head, name, z, views=views, batch=8)
    assert found.term("M").negative
    assert bool(found.term("H_eff").negative) == (d > 4)
    assert not [a for a in found.answers if "Sylvester" in a.answer]


def test_a_negative_eigenvalue_that_only_h_eff_resolves_is_not_denied() -> None:
    """One sample's units are dead: it hides the others in hess L, as 1 / |u|^2, and is not seen by H_eff."""
    head = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2)).double()
    with torch.no_grad():
        for layer, scale in ((head[0], 1.0), (head[2], 1e3)):
            layer.weight.copy_(scale * torch.eye(2))
            layer.bias.zero_()
        head[2].bias[0] = 1e-5
    z, views = normal(6, 2, seed=0).abs() + 1, normal(6, 2, seed=1).abs() + 1
    z[0], views[0] = -1, -1
    found = diagnose(head, "nt_xent", z, views=views, batch=6)
    rows = range(1, 6)
    alive = diagnose(head, "nt_xent", z[rows], views=views[rows], batch=5)
    assert found.term("M").largest == 0 < found.term("H_eff").negative
    assert not [a for a in found.answers if "Sylvester" in a.answer]
    (sylvester,) = [a for a in alive.answers if "Sylvester" in a.answer]
    at_most = int(sylvester.answer.split("hess L has ")[1].split()[0])
    assert 0 < alive.term("H_eff").negative <= at_most


@pytest.mark.parametrize("what", ["equal outputs", "inflection points"])
def test_what_cancels_in_the_hidden_units_bends_nothing(what: str) -> None:
    """D is 0: delta, as the entries of rho add up to 0, or tanh'', as every preactivation is W z - W z."""
    torch.manual_seed(0)
    if what == "equal outputs":
        head = nn.Sequential(nn.Linear(32, 24), nn.Softplus(), nn.Linear(24, 3)).double()
        z, loss = normal(6, 32, seed=0), "softmax_cross_entropy"
        with torch.no_grad():
            for rows in (head[2].weight, head[2].bias):
                rows.copy_(rows[:1].expand_as(rows))
    else:
        head = nn.Sequential(nn.Linear(32, 24), nn.Tanh(), nn.Linear(24, 3)).double()
        z, loss = (
            normal(1, 32, seed=0).repeat(6, 1),
            NAMED["mse"].bind(Targets(normal(6, 3, seed=1))),
        )
        with torch.no_grad():
            head[0].bias.copy_(-(head[0].weight * z[0]).flip(1).cumsum(1)[:, -1])
        assert 0 < head[0](z).abs().max() < 1e-14
    labels = torch.arange(6) % 3 if loss == "softmax_cross_entropy" else None
    found = diagnose(head, loss, z, labels=labels)
    assert not found.term("M").negative
    assert "n_-(D)" not in found.text()


def test_collapse_is_read_off_both_views() -> None:
    z = torch.ones(8, 4)
    found = diagnose(nn.Identity(), "simsiam", z, views=-z)
    assert found.verdict.startswith("Not completely collapsed")
    assert found.numbers["variance of directions of h"] == pytest.approx(1)
    # Every sample has one view at (1, 0) and one at 60 degrees from it: half of their distance, squared.
    turned = torch.tensor([[math.cos(math.pi / 3), math.sin(math.pi / 3)]]).repeat(30, 1)
    found = diagnose(
        nn.Identity(), "simsiam", torch.tensor([[1.0, 0.0]]).repeat(30, 1), views=turned, batch=4
    )
    for end in ("", ", low", ", high"):
        assert found.numbers[f"variance of directions of h{end}"] == pytest.approx(1 / 4)
    once = diagnose(nn.Identity(), lambda u: u.square().sum(), normal(30, 4, seed=0))
    twice = diagnose(
        nn.Identity(), "simsiam", normal(30, 4, seed=0), views=normal(30, 4, seed=0), batch=4
    )  # the same views again say nothing new
    for end in ("", ", low", ", high"):
        name = f"variance of directions of h{end}"
        assert twice.numbers[name] == pytest.approx(once.numbers[name])
    assert once.numbers[name] == 1 > once.numbers["variance of directions of h"]


def test_one_direction_is_not_one_point() -> None:
    z, w = normal(8, 4, seed=0), normal(4, seed=1)
    positive = lambda z: (z @ w).square()[:, None] + 1  # noqa: E731
    found = diagnose(positive, lambda u: (u - 3).square().mean(), z)
    assert found.verdict.startswith("Collapsed to one direction, where the gradient is not zero")
    assert "the outputs differ in length alone" in found.text()
    for size in (1e-13, 1e-200, 1e200):
        numbers = diagnose(nn.Identity(), lambda u: 0 * u.sum(), size * z).numbers
        assert numbers["variance of directions of h"] > 0.5
        assert numbers["variance of h over its mean square"] > 0.5
    point = torch.ones(8, 4) + 1e-9 * normal(8, 4, seed=2)
    found = diagnose(nn.Identity(), "simsiam", point, views=point)
    assert found.verdict.startswith("Completely collapsed")


def test_rows_of_other_lengths_hide_nothing() -> None:
    """|rho| |u| and |g| |z| are those of one row: neither rounding at a short row nor a slope there is another's."""
    z = torch.logspace(0, 8, 8).double()[:, None] * F.normalize(torch.arange(1.0, 5), dim=0)
    found = diagnose(nn.Identity(), "simsiam", z, views=z.flip(0))
    assert found.numbers["|rho|"] * found.numbers["|u|"] > 1e-9
    assert "since rho is not 0" not in found.text()
    assert "Collapsed to one direction, at a critical point" in found.verdict
    lengths = torch.tensor([[1.0], [1.0], [1e9], [1e9]])
    z, views = (lengths * normal(4, 3, seed=seed) for seed in (0, 1))
    found = diagnose(nn.Identity(), "simsiam", z, views=views)
    assert found.numbers["|J^T rho|"] > 0.1
    assert "where the gradient is not zero" in found.verdict
    u = torch.cat([z, views]).requires_grad_()
    F.cosine_similarity(u, torch.cat([views, z])).mean().backward()
    seen = float((u.grad.norm(dim=1) * u.detach().norm(dim=1)).max())
    assert f"in the row where |rho||u| is largest, {seen:.2g} with" in found.text(10**4)


def test_unrelated_samples_are_never_the_same() -> None:
    """Of two samples the only unrelated pairs are the two that are exchanged."""
    head, z = nn.Linear(4, 3).double(), normal(2, 4, seed=0)
    views = z + 0.01 * normal(2, 4, seed=1)
    ratios = []
    for one, other in ((head(z).detach(), head(views).detach()), (z, views)):
        both = torch.cat([one, other])
        spread = (both - both.mean(0)).square().sum()
        ratios.append(float((one - other.flip(0)).square().sum() / spread))
    for seed in range(5):
        found = diagnose(head, "simsiam", z, views=views, seed=seed)
        unrelated = found.numbers["orbit contraction, unrelated samples"]
        assert unrelated == pytest.approx(ratios[0] / ratios[1])


def test_a_probe_that_has_seen_one_point_names_the_commonest_class() -> None:
    """The only output that is apart is often among those that the probe is asked."""
    z, h, labels = normal(60, 3, seed=0), torch.ones(60, 3).double(), torch.arange(60) % 2
    h[0] = 2
    for seed in range(6):
        generator, numbers = torch.Generator().manual_seed(seed), dict[str, float]()
        asked = torch.randperm(60, generator=generator)[30:]
        costs(z, h, labels, numbers, generator.manual_seed(seed))
        commonest = labels[[i for i in range(60) if i not in asked]].mode().values
        assert numbers["probe of h"] == pytest.approx(
            float((labels[asked] == commonest).float().mean())
        )


def test_labels_are_names_and_outputs_of_one_point_expand_nothing() -> None:
    head, z = nn.Linear(8, 4).double(), normal(200, 8, seed=0)
    labels = 999 * (z[:, 0] > 0).long()
    found = diagnose(head, "nt_xent", z, views=z + 0.1 * normal(200, 8, seed=1), labels=labels)
    assert found.numbers["probe of z"] > 0.8
    with torch.no_grad():
        head.weight.mul_(3e-16)
        head.bias.fill_(1)
    point = diagnose(head, "mse", z, views=z + 0.1 * normal(200, 8, seed=1))
    assert point.numbers["h collapsed"]
    assert "expands" not in point.text()
    z = 1 + 1e-16 * normal(200, 8, seed=2)
    same = diagnose(lambda z: 1e3 * (z - 1), "mse", z, views=z.flip(0))
    assert same.numbers["z collapsed"] > same.numbers["h collapsed"]
    assert "orbit contraction" not in same.numbers


def test_a_track_keeps_the_views_of_a_sample_together() -> None:
    """Of 6 samples in two views the first 2 are measured, with both of theirs."""
    head, z = nn.Identity(), normal(12, 3, seed=0)

    def apart(u: Tensor) -> Tensor:
        first, second = u.chunk(2)
        return (first - second).square().sum()

    row = CurvatureTrack(head, apart, samples=2, views=2)(z)
    assert row is not None
    moved = 2 * (z[[0, 1]] - z[[6, 7]])
    assert row["gradient"] == pytest.approx(float(torch.cat([moved, -moved]).norm()))
    with pytest.raises(ValueError, match="2 views of each sample; it has 11 rows"):
        CurvatureTrack(head, apart, views=2)(z[:11])


def test_a_minimum_attracts() -> None:
    origin = torch.zeros(4, 3)
    same = NAMED["mse"].bind(Targets(origin.double()))
    for loss, least, word in (
        (same, 1 / 4, "certified"),
        (lambda u: u.square().sum(), 2, "by signs in float64"),
    ):
        found = diagnose(nn.Identity(), loss, origin)
        assert found.verdict == f"Completely collapsed, at a critical point that attracts ({word})."
        assert found.term("H_eff").smallest == pytest.approx(least)


def test_a_minimum_where_the_softmax_saturates_does_not_repel() -> None:
    """DINO's student at its teacher, 1 - p = e^-30: a minimum of a convex loss, flat along (1, 1, 1) alone."""
    z = torch.tensor([[4.0, 0.0, 1.0]]).repeat(4, 1)
    loss = NAMED["dino"].bind(Teacher(0.4 * z.double(), torch.zeros(3).double()))
    found = diagnose(Head([torch.eye(3)], None, SWISH), loss, z)
    effective = found.term("H_eff")
    assert (effective.negative, effective.zero, effective.positive) == (0, 4, 8)
    assert "where no resolved curvature repels" in found.verdict


def healthy(loss: str, head: nn.Module, steps: int) -> tuple[Tensor, Tensor, Tensor]:
    """Two views of four clusters, and a head that was trained on them."""
    centres = 2 * normal(4, D, seed=1)
    labels = torch.arange(120) % 4
    z = centres[labels] + 0.3 * normal(120, D, seed=2)
    views = z + 0.1 * normal(120, D, seed=4)
    optimiser = torch.optim.Adam(head.parameters(), lr=1e-2)
    objective = NAMED[loss].bind(NAMED[loss].draw(None, 240, K))
    for _ in range(steps):
        optimiser.zero_grad()
        objective(head(torch.cat([z, views]))).backward()
        optimiser.step()
    return z, views, labels


def test_a_healthy_simclr_head() -> None:
    head = mlp()
    z, views, labels = healthy("nt_xent", head, 60)
    found = diagnose(head, "nt_xent", z, views=views, labels=labels, batch=8, lr=0.1)
    assert "Not completely collapsed, where the gradient is not zero" in found.verdict
    assert found.numbers["variance of directions of h"] > 0.5
    assert 1.5 < found.numbers["effective rank of h, Roy and Vetterli"] <= K
    loss = NAMED["nt_xent"].bind(NAMED["nt_xent"].draw(None, 16, K))
    few = torch.randperm(120, generator=torch.Generator().manual_seed(0))[:8].sort().values
    point = torch.cat([z[few], views[few]])
    values = spectrum_by_autograd(lambda x: loss.unchecked(head(x)), point)
    effective = found.term("H_eff")
    assert (effective.smallest, effective.largest) == pytest.approx(
        (float(values[0]), float(values[-1])), rel=1e-7
    )
    assert effective.negative == int((values < -1e-12).sum())
    assert any("A fact of such losses" in a.answer for a in found.answers)
    assert found.numbers["probe of z"] > 0.95
    assert {"orbit contraction, fresh head", "cost, low"} <= found.numbers.keys()
    interval = [found.numbers[f"orbit contraction, {end}"] for end in ("low", "high")]
    assert interval[0] <= found.numbers["orbit contraction"] <= interval[1]


@pytest.mark.slow
def test_a_trained_digits_head() -> None:
    from sklearn.datasets import load_digits

    images, classes = load_digits(return_X_y=True)
    z, labels = torch.tensor(images / 16.0)[:400], torch.tensor(classes)[:400]
    views = z + 0.05 * normal(400, 64, seed=5)
    torch.manual_seed(0)
    head = nn.Sequential(
        nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 8)
    ).double()
    objective = NAMED["info_nce"].bind(NAMED["info_nce"].draw(None, 800, 8))
    optimiser = torch.optim.Adam(head.parameters(), lr=1e-2)
    for _ in range(40):
        optimiser.zero_grad()
        objective(head(torch.cat([z, views]))).backward()
        optimiser.step()
    head.eval()
    found = diagnose(head, "info_nce", z, views=views, labels=labels, batch=4)
    few = torch.randperm(400, generator=torch.Generator().manual_seed(0))[:4].sort().values
    point = torch.cat([z[few], views[few]])
    loss = NAMED["info_nce"].bind(NAMED["info_nce"].draw(None, 8, 8))
    values = spectrum_by_autograd(lambda x: loss.unchecked(head(x)), point)
    assert found.term("H_eff").smallest == pytest.approx(float(values[0]), rel=1e-6)
    assert found.term("H_eff").negative == int((values < -1e-12).sum())
    assert found.term("M").negative == 0 == found.term("M").positive  # ReLU bends nowhere
    assert found.numbers["orbit contraction, high"] < 1
    assert found.numbers["probe of z"] > 0.85


def test_the_inertia_bound_and_the_threshold_hold_where_they_speak() -> None:
    """A wide head behind a loss of rank 1 must have negative eigenvalues; a near-identity G is definite."""
    torch.manual_seed(1)
    head = nn.Sequential(nn.Linear(6, 6), nn.Softplus(), nn.Linear(6, 2)).double()
    found = diagnose(
        head, "softmax_cross_entropy", normal(8, 6, seed=0), labels=torch.arange(8) % 2
    )
    (bound,) = [a for a in found.answers if "inertia: n_-" in a.answer]
    assert "must have negative eigenvalues" in bound.answer
    assert found.term("H_eff").negative > 0
    affine = nn.Linear(3, 4).double()
    found = diagnose(affine, "mse", normal(6, 3, seed=0), views=normal(6, 3, seed=1))
    (kept,) = [a for a in found.answers if "Corollary 3.5 as repaired" in a.answer]
    top, *_, least = torch.linalg.svdvals(affine.weight.detach()).tolist()
    reach = float(kept.answer.split("here ")[1].split(" or")[0])  # hess L is a multiple of I
    assert reach == pytest.approx(top * math.sin(math.asin((least / top) ** 2) / 2), rel=1e-2)


@pytest.mark.parametrize("x", [0.00014888065, 0.66978290565958, 9.996, 1.0, 0.125, 3.9251e-05])
def test_a_threshold_is_rounded_down(x: float) -> None:
    assert x * (1 - 1e-2) < float(words._at_most(x)) <= x


def test_a_loss_that_is_constant_has_no_slope_anywhere() -> None:
    """BYOL's of one output is 0: what is left of its gradient is rounding, of which a few roundings away may show nothing."""
    for seed in range(20):
        torch.manual_seed(seed)
        head = nn.Sequential(nn.Linear(D, 6), nn.Softplus(), nn.Linear(6, 1)).double()
        z = torch.randn(8, D, dtype=torch.float64)
        for views in (None, z + 0.01):
            verdict = diagnose(head, "byol", z, views=views).verdict
            assert "the gradient is not zero" not in verdict, seed
            nothing = "where neither gradient nor curvature is resolved"
            assert nothing in verdict or "at a degenerate critical point" in verdict, seed


def test_what_a_checkpoint_has_of_digits_is_kept(tmp_path: Path) -> None:
    """`mlp` is of float64, as is its state."""
    torch.save(checkpoint_of(mlp(), "projector."), tmp_path / "c.ckpt")
    z = normal(5, D, seed=0)
    read = inputs.head(None, tmp_path / "c.ckpt", activation="gelu")
    (tmp_path / "own64.py").write_text(
        "from torch import nn\n\n\ndef head():\n    return nn.Sequential(nn.Linear(6, 8), nn.GELU(), nn.Linear(8, 5))\n"
    )
    loaded = inputs.head(f"{tmp_path}/own64.py:head", tmp_path / "c.ckpt")
    for head in (read, loaded):
        assert torch.equal(head(z), mlp()(z))


def test_a_head_that_is_affine_in_pieces_is_not_called_affine() -> None:
    head = nn.Sequential(nn.Linear(D, 8), nn.ReLU(), nn.Linear(8, K)).double()
    assert "the head is affine around these points" in diagnose(
        head, "mse", normal(8, D, seed=0)
    ).text(10**4)


@pytest.mark.parametrize("name", ["simsiam", "byol", "dino", "negative_cosine", "mse"])
def test_what_a_loss_holds_constant_are_the_outputs_of_the_other_view(name: str) -> None:
    head, z, views = mlp(), normal(6, D, seed=0), normal(6, D, seed=1)
    h1, h2 = head(z).detach(), head(views).detach()
    cosine = F.cosine_similarity(h1, h2).mean()
    both = torch.cat([h2, h1])
    teacher = F.softmax((both - both.mean(0)) / 0.04, 1)
    wanted = {
        "simsiam": -cosine,
        "negative_cosine": -cosine,
        "byol": 2 - 2 * cosine,
        "mse": (h1 - h2).square().sum(1).mean() / 2,
        "dino": -(teacher * F.log_softmax(torch.cat([h1, h2]) / 0.1, 1)).sum(1).mean(),
    }[name]
    found = diagnose(head, name, z, views=views, batch=6)
    assert found.numbers["loss"] == pytest.approx(float(wanted), rel=1e-9)


def test_a_note_tells_what_a_loss_takes_from_the_outputs_and_only_that() -> None:
    z, head = normal(4, D, seed=0), mlp()

    def noted(loss: str, options: dict[str, Any] | None = None, batch: int = np.int64(4)) -> str:
        return " ".join(diagnose(head, loss, z, views=z + 0.1, options=options, batch=batch).notes)

    assert "simsiam: what it holds constant as targets is taken from these outputs" in noted(
        "simsiam"
    )
    assert "dino: what it holds constant as teacher and centre is taken" in noted("dino")
    assert "taken from" not in noted("simsiam", {"targets": normal(8, K, seed=1)})
    assert "taken from" not in noted("nt_xent")


def test_nothing_of_the_users_is_changed_and_an_answer_repeats_itself() -> None:
    head = nn.Sequential(nn.Linear(D, 8), nn.BatchNorm1d(8), nn.GELU(), nn.Linear(8, K)).train()
    before = {n: t.clone() for n, t in head.state_dict().items()}
    state = torch.get_rng_state()
    found = [
        diagnose(head, "nt_xent", normal(20, D, seed=0), views=normal(20, D, seed=1), batch=4)
        for _ in "ab"
    ]
    assert found[0] == found[1]
    assert all(torch.equal(t, before[n]) for n, t in head.state_dict().items())
    assert torch.equal(state, torch.get_rng_state())
    assert head.training
    assert any("BatchNorm normalises by the batch" in note for note in found[0].notes)


def test_one_diagnosis_is_of_one_function() -> None:
    """BatchNorm maps views of one point each to one point if it sees one of them, and to two if it sees both."""
    torch.manual_seed(0)
    head = nn.Sequential(nn.Linear(D, K), nn.BatchNorm1d(K)).double()
    one = torch.ones(8, D)
    found = diagnose(head, "simsiam", one, views=-one)
    assert found.numbers["loss"] == pytest.approx(1, abs=1e-3)  # of two opposite points
    assert found.verdict.startswith("Not completely collapsed")
    assert found.numbers["variance of directions of h"] == pytest.approx(1)
    z, views = normal(24, D, seed=0), normal(24, D, seed=1) + 2
    found = diagnose(head, "simsiam", z, views=views, batch=8)
    (note,) = (note for note in found.notes if "training mode" in note)
    assert "of the batch of 8 samples; collapse and what the head does, of 24, with both" in note
    assert not any("training mode" in n for n in diagnose(head.eval(), "simsiam", z, views=z).notes)


# --- the command ---------------------------------------------------------------------------------------


def save(folder: Path, **arrays: np.ndarray) -> None:
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)


def test_the_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(tmp_path, z=collapsed().numpy())
    torch.save(
        {"state_dict": {f"projector.{n}": t for n, t in mlp().state_dict().items()}},
        tmp_path / "c.pt",
    )
    words = ["diagnose", "--checkpoint", str(tmp_path / "c.pt"), "--activation", "gelu"]
    words += [
        "--outputs",
        str(tmp_path / "z.npy"),
        "--views",
        str(tmp_path / "z.npy"),
        "--loss",
        "vicreg",
    ]
    words += [
        "--batch",
        "4",
        "--lr",
        "0.1",
        "--json",
        str(tmp_path / "f.json"),
        "--html",
        str(tmp_path / "f.html"),
    ]
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Completely collapsed, at a critical point that repels (certified).")
    told = " ".join(shown.split())
    assert (
        "was read from its tensors as Linear, GELU, Linear. What stands between its layers" in told
    )
    assert "The checkpoint's weights are those of `state_dict`. Note: The head's tensors" in told
    assert "tensors are those that begin with `projector.`." in told
    assert json.loads((tmp_path / "f.json").read_text())["terms"][2]["negative"] > 0
    page = (tmp_path / "f.html").read_text()
    assert "repels (certified)" in page
    assert page.count("<svg") == 2
    assert "http" not in page.replace("http://www.w3.org", "").replace("https://www.w3.org", "")


def checkpoint_of(
    head: nn.Module, prefix: str, rest: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {f"{prefix}{n}": t for n, t in head.state_dict().items()} | (rest or {})


def expander() -> nn.Sequential:
    layers = (nn.Linear(D, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, K, bias=False))
    head = nn.Sequential(*layers)
    head[1].running_mean.normal_()
    return head.eval()


@pytest.mark.parametrize(
    "kind", ["vicreg", "solo-learn", "lightly", "student", "parallel", "compiled"]
)
def test_heads_are_read_from_the_checkpoints_of_libraries(kind: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    head, other = expander(), expander()
    backbone = {"backbone.conv1.weight": torch.ones(3, 3, 3, 3)}
    saved: dict[str, Any] = {
        "vicreg": {
            "epoch": 3,
            "model": checkpoint_of(
                head, "module.projector.", {"module.backbone.w.weight": torch.ones(2)}
            ),
        },
        "solo-learn": {
            "state_dict": checkpoint_of(
                other, "momentum_projector.", checkpoint_of(head, "projector.", backbone)
            ),
            "optimizer_states": [{"state": {}}],
        },
        "lightly": {"state_dict": checkpoint_of(head, "projection_head.layers.", backbone)},
        "student": checkpoint_of(
            other, "teacher.head.", checkpoint_of(head, "student_network.head.")
        ),
        "parallel": checkpoint_of(head, "module.head."),
        "compiled": checkpoint_of(head, "_orig_mod.module.projector."),
    }[kind]
    torch.save(saved, tmp_path / "c.ckpt")
    z = normal(5, D, seed=0).float()
    found = inputs.head(None, tmp_path / "c.ckpt")
    torch.testing.assert_close(found(z), head(z))


def dinos(part: str, of: nn.Sequential) -> dict[str, Tensor]:
    """As DINO's file has it: the student's names begin with that of a wrapper."""
    return checkpoint_of(of, "module.head." if part == "student" else "head.")


PAIRS: dict[str, Callable[[nn.Sequential, nn.Sequential], dict[str, Any]]] = {
    "student, teacher": lambda a, b: {"student": dinos("student", a), "teacher": dinos("", b)},
    "teacher, student": lambda a, b: {"teacher": dinos("", b), "student": dinos("student", a)},
    "model, its average": lambda a, b: {
        "model": checkpoint_of(a, "projector."),
        "model_ema": checkpoint_of(b, "module.projector.", {"n_averaged": torch.ones(1)}),
    },
    "online, ema": lambda a, b: checkpoint_of(b, "ema.head.", checkpoint_of(a, "online.head.")),
    "key, query": lambda a, b: (
        checkpoint_of(b, "encoder_k.fc.") | checkpoint_of(a, "encoder_q.fc.")
    ),
    "target, online": lambda a, b: checkpoint_of(
        a, "online_network.net.head.", checkpoint_of(b, "target.head.")
    ),
    "other names": lambda a, b: checkpoint_of(b, "teacher.projector.") | checkpoint_of(a, "x.fc."),
    "of swa": lambda a, b: {"swa_model": checkpoint_of(b, "fc."), "model": checkpoint_of(a, "fc.")},
}


@pytest.mark.parametrize("pair", PAIRS)
def test_the_network_that_trains_is_read_and_not_its_average(pair: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    head, average = expander(), expander()
    torch.save(PAIRS[pair](head, average), tmp_path / "c.pth")
    z = normal(5, D, seed=0).float()
    notes: list[str] = []
    torch.testing.assert_close(inputs.head(None, tmp_path / "c.pth", notes=notes)(z), head(z))
    assert "The head's tensors are those that begin with `" in notes[-1]
    if pair in ("student, teacher", "teacher, student"):
        assert notes[0] == "The checkpoint's weights are those of `student`, not of `teacher`."
    (tmp_path / "own.py").write_text(
        "from torch import nn\n\n\ndef head():\n    return nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 5, bias=False))\n"
    )
    mine: list[str] = []
    made = inputs.head(f"{tmp_path}/own.py:head", tmp_path / "c.pth", notes=mine)
    torch.testing.assert_close(made(z), head(z))
    assert mine[:-1] == notes[:-1]
    assert "The head's tensors are those that begin with `" in mine[-1]


def test_other_heads_in_the_file_are_told(tmp_path: Path) -> None:
    torch.manual_seed(0)
    head, other = expander(), expander()
    saved = checkpoint_of(other, "predictor.", checkpoint_of(head, "projector."))
    torch.save(saved | checkpoint_of(other, "teacher.projector."), tmp_path / "c.pth")
    z, notes = normal(5, D, seed=0).float(), list[str]()
    torch.testing.assert_close(inputs.head(None, tmp_path / "c.pth", notes=notes)(z), head(z))
    assert "The file has `predictor.` as well, for --prefix to choose." in notes
    alone: list[str] = []
    torch.save(checkpoint_of(head, "projector."), tmp_path / "c.pth")
    inputs.head(None, tmp_path / "c.pth", notes=alone)
    assert not any("as well" in note for note in alone)


@pytest.mark.parametrize(
    "prefix", ["projector.", "module.projector.", "_orig_mod.module.projector."]
)
def test_a_prefix_is_understood_as_it_stands_in_the_file(prefix: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    head, z = expander(), normal(5, D, seed=0).float()
    torch.save(checkpoint_of(head, "_orig_mod.module.projector."), tmp_path / "c.pth")
    found = inputs.head(None, tmp_path / "c.pth", prefix=prefix)
    torch.testing.assert_close(found(z), head(z))
    with pytest.raises(DiagnosisError, match="its tensors begin with projector"):
        inputs.head(None, tmp_path / "c.pth", prefix="module.head.")


def test_an_average_is_read_where_nothing_else_is_a_network(tmp_path: Path) -> None:
    torch.manual_seed(0)
    head, z = expander(), normal(5, D, seed=0).float()
    small = {"weight": torch.ones(2, 2), "bias": torch.ones(2)}
    torch.save({"probe": small, "teacher": checkpoint_of(head, "head.")}, tmp_path / "c.pth")
    torch.testing.assert_close(inputs.head(None, tmp_path / "c.pth")(z), head(z))


class Named(nn.Module):
    """Layers that are named and not numbered, and widths that fit in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.bn1, self.fc2 = nn.Linear(D, D), normed(D), nn.Linear(D, D)

    def forward(self, z: Tensor) -> Tensor:
        """Outputs for representations z."""
        return self.fc2(torch.relu(self.bn1(self.fc1(z))))


def test_named_layers_stand_in_the_files_order(tmp_path: Path) -> None:
    torch.manual_seed(0)
    head, z = Named().eval(), normal(5, D, seed=0).float()
    torch.save(checkpoint_of(head, "projector."), tmp_path / "c.pth")
    found = inputs.head(None, tmp_path / "c.pth", prefix="projector.")
    torch.testing.assert_close(found(z), head(z))


def test_what_stands_before_the_first_layer_is_said_not_to_be_told(tmp_path: Path) -> None:
    torch.manual_seed(0)
    for layers in ((nn.ReLU(), nn.Linear(D, 8), nn.ReLU(), nn.Linear(8, K)), expander()):
        torch.save(checkpoint_of(nn.Sequential(*layers), "projector."), tmp_path / "c.pth")
        notes: list[str] = []
        inputs.head(None, tmp_path / "c.pth", notes=notes)
        first = isinstance(layers[0], nn.ReLU)
        assert any("first layer with tensors is number 1" in n for n in notes) == first


def normed(width: int) -> nn.BatchNorm1d:
    norm = nn.BatchNorm1d(width)
    norm.running_mean.normal_()
    return norm


@pytest.mark.parametrize(
    "layers",
    [
        lambda: (nn.Linear(D, 8), nn.ReLU(), normed(8), nn.Linear(8, K)),
        lambda: (normed(D), nn.Linear(D, 8), nn.ReLU(), nn.Linear(8, K)),
        lambda: (nn.Linear(D, 8), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, K)),
        lambda: (nn.Linear(D, 8), normed(8), nn.ReLU(), nn.Linear(8, K), normed(K)),
        lambda: (nn.Linear(D, 8), nn.ReLU(), nn.Dropout(), nn.Linear(8, K)),
    ],
)
def test_activations_are_read_where_the_numbers_leave_a_place(layers: Any, tmp_path: Path) -> None:
    torch.manual_seed(0)
    head = nn.Sequential(*layers()).eval()
    torch.save(checkpoint_of(head, "projector."), tmp_path / "c.ckpt")
    z = normal(5, D, seed=0).float()
    torch.testing.assert_close(inputs.head(None, tmp_path / "c.ckpt")(z), head(z))


def test_layers_numbered_without_a_place_tell_of_no_activation(tmp_path: Path) -> None:
    torch.manual_seed(0)
    head = nn.Sequential(nn.Linear(D, 8), nn.Linear(8, K))
    torch.save(checkpoint_of(head, "projector."), tmp_path / "c.ckpt")
    with pytest.raises(DiagnosisError, match=r"without a place for an activation.*--activation"):
        inputs.head(None, tmp_path / "c.ckpt")
    z = normal(5, D, seed=0).float()
    found = inputs.head(None, tmp_path / "c.ckpt", activation="linear")
    torch.testing.assert_close(found(z), head(z))


@pytest.mark.parametrize("form", ["weight_g", "parametrization", "plain"])
@pytest.mark.parametrize(
    ("width", "bottleneck", "k", "depth"), [(16, 8, 30, 3), (12, 4, 9, 2), (10, 6, 11, 4)]
)
def test_dinos_head_of_any_size_is_read_from_the_file(
    width: int, bottleneck: int, k: int, depth: int, form: str, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    sizes = [D, *[width] * (depth - 1), bottleneck]
    layers: list[nn.Module] = []
    for i, (a, b) in enumerate(pairwise(sizes)):
        layers += [nn.GELU()] * (i > 0) + [nn.Linear(a, b)]
    trunk, last = nn.Sequential(*layers), torch.randn(k, bottleneck)
    names = {
        "weight_g": ("weight_g", "weight_v"),
        "parametrization": (
            "parametrizations.weight.original0",
            "parametrizations.weight.original1",
        ),
    }
    state = {f"head.mlp.{n}": t for n, t in trunk.state_dict().items()}
    unit = F.normalize(last, dim=1)
    if form == "plain":
        state["head.last_layer.weight"] = unit
    else:
        size, direction = names[form]
        state |= {f"head.last_layer.{size}": torch.ones(k, 1), f"head.last_layer.{direction}": last}
    torch.save(
        {"teacher": {f"module.{n}": t for n, t in state.items()}, "args": 1}, tmp_path / "dino.pth"
    )
    z = normal(5, D, seed=0).float()
    found = inputs.head(None, tmp_path / "dino.pth")(z)
    torch.testing.assert_close(found, F.normalize(trunk(z), dim=-1) @ unit.T)


def test_a_module_of_ones_own_with_a_state_dictionary(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        "from torch import nn\n\n\ndef head():\n    return nn.Sequential(nn.Linear(6, 8), nn.GELU(), nn.Linear(8, 5))\n"
        "\n\ndef loss(u):\n    return u.square().sum()\n"
    )
    head = mlp().float()
    torch.save(
        {"state_dict": checkpoint_of(head, "net.student.", {"x.weight": torch.ones(2)})},
        tmp_path / "c.pt",
    )
    made = inputs.head(f"{tmp_path}/own.py:head", tmp_path / "c.pt")
    z = normal(3, D, seed=0).float()
    torch.testing.assert_close(made(z), head(z))
    np.save(tmp_path / "z.npy", z.numpy())
    spec = ["--head", f"{tmp_path}/own.py:head", "--loss", f"{tmp_path}/own.py:loss"]
    assert main(["diagnose", *spec, "--outputs", str(tmp_path / "z.npy")]) == 0


def test_code_in_a_checkpoint_is_never_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "ran",))

    torch.save(
        {"state_dict": {"projector.0.weight": torch.ones(2, 2)}, "x": Hostile()}, tmp_path / "c.pt"
    )
    save(tmp_path, z=np.ones((3, 2)))
    words = [
        "diagnose",
        "--checkpoint",
        str(tmp_path / "c.pt"),
        "--outputs",
        str(tmp_path / "z.npy"),
        "--loss",
        "mse",
    ]
    assert main(words) == 2
    assert "holds more than tensors" in capsys.readouterr().err
    assert not (tmp_path / "ran").exists()


# --- wrong calls: each gets a sentence --------------------------------------------------------------


GOOD: dict[str, Any] = {
    "head": mlp(),
    "loss": "nt_xent",
    "z": normal(6, D, seed=0),
    "views": normal(6, D, seed=1),
}

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"z": [[1.0]]}, "`z` must be a tensor of representations"),
    ({"z": torch.ones(D)}, "at least two samples; its shape was"),
    ({"z": torch.ones(1, D)}, "at least two samples"),
    ({"z": torch.ones(0, D)}, "at least two samples"),
    ({"z": torch.ones(6, D, dtype=torch.int64)}, "must be real floating point"),
    ({"z": torch.full((6, D), math.nan)}, "6 of 6 rows of `z` hold NaN or infinity"),
    ({"views": torch.ones(5, D)}, "`views` must be second views"),
    ({"views": "z2.npy"}, "`views` must be a tensor"),
    ({"views": torch.full((6, D), math.inf)}, "rows of `views` hold NaN or infinity"),
    ({"labels": torch.ones(6)}, "`labels` must be one whole number"),
    ({"labels": torch.arange(5)}, "`labels` must be one whole number"),
    ({"labels": [1, 2]}, "`labels` must be a tensor"),
    ({"labels": torch.arange(6) - 1}, "count from 0"),
    ({"batch": 1}, "`batch` must be a whole number"),
    ({"batch": 2.5}, "`batch` must be a whole number"),
    ({"lr": 0.0}, "`lr` must be a positive"),
    ({"lr": math.nan}, "`lr` must be a positive"),
    ({"lr": "0.1"}, "`lr` must be a positive learning rate, a number; it was '0.1'"),
    ({"device": "nowhere"}, "`device` must be one that PyTorch has here.*'nowhere'"),
    ({"loss": lambda u: u[99].sum()}, "head or loss failed at outputs.*IndexError: index 99"),
    ({"loss": lambda u: {}["heat"]}, "head or loss failed at outputs.*KeyError: 'heat'"),
    ({"head": lambda z: {}["heat"]}, "The head failed at .*KeyError: 'heat'"),
    (
        {"head": lambda z: z @ torch.ones(D, 2)},
        "The head failed at .* in torch.float64, with rows of 6 numbers; its own tensors must fit",
    ),
    (
        {"options": {"temperature": torch.tensor(0.1)}},
        "The constant temperature of nt_xent must be a number; it was Tensor",
    ),
    (
        {"loss": "mse", "options": {"targets": 1.0}},
        "The constant targets of mse must be a tensor; it was float",
    ),
    ({"loss": "simclr"}, "There is no loss 'simclr'; expected one of"),
    ({"loss": "moco"}, "moco holds its queue of keys constant"),
    ({"views": None}, "nt_xent compares two views.*--views"),
    (
        {"loss": "softmax_cross_entropy"},
        "needs the classes of the samples; give them with --labels",
    ),
    ({"options": {"heat": 1.0}}, "The constants of nt_xent are temperature; heat cannot be set"),
    ({"loss": torch.sum, "options": {"temperature": 1.0}}, "are those of a loss given by name"),
    ({"loss": lambda u: u}, "The curvature cannot be taken: `loss` must return shape"),
    ({"loss": 3}, "The curvature cannot be taken: `loss` must be a callable"),
    ({"head": 3}, "`head` must be a module or a function of representations; it was int"),
    ({"head": nn.Linear(D + 1, 2)}, "The head failed at representations of shape"),
    ({"head": lambda z: z.sum()}, r"The head must map \(12, 6\) to \(12, k\)"),
    ({"head": lambda z: z / 0}, "The head's outputs hold NaN or infinity"),
    (
        {"head": nn.Sequential(nn.Linear(D, K), nn.Dropout(0.5))},
        "answers differently each time: Dropout `1`",
    ),
    ({"loss": "barlow_twins", "z": collapsed(6), "views": collapsed(6)}, "is 0/0|is constant"),
]


@pytest.mark.parametrize(("change", "sentence"), WRONG, ids=[s[:30] for _, s in WRONG])
def test_a_wrong_call_gets_a_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DiagnosisError, match=sentence) as raised:
        diagnose(**(GOOD | change))
    assert str(raised.value)[0].isupper() or str(raised.value)[0] in "`0123456789mns"
    assert str(raised.value).rstrip().endswith((".", ")"))


FILES: list[tuple[list[str], str]] = [
    (["--outputs", "none.npy"], "There is no file none.npy"),
    (["--outputs", "text.npy"], "text.npy cannot be read as an array"),
    (["--outputs", "dict.pt"], "dict.pt holds dict; --outputs expects one tensor"),
    (["--head", "nowhere:head"], "'nowhere:head' cannot be imported"),
    (["--head", "torch.nn:Nothing"], "torch.nn has no 'Nothing'"),
    (["--head", "torch.nn:Linear"], "torch.nn:Linear must be callable without arguments"),
    (["--checkpoint", "none.pt"], "There is no file none.pt"),
    (["--checkpoint", "text.npy"], "cannot be read as a checkpoint|holds more than tensors"),
    (["--checkpoint", "empty.pt"], "empty.pt holds no weights"),
    (["--checkpoint", "conv.pt"], "conv.pt has no head that goes by a known name"),
    (["--checkpoint", "conv.pt", "--prefix", "conv."], "is neither a linear layer nor BatchNorm"),
    (["--loss", "nowhere:loss"], "--loss 'nowhere:loss' cannot be imported"),
    (["--set", "temperature=warm"], "`--set` expects NAME=number"),
    (["--batch", "many"], "Argument --batch: invalid int value"),
    (["--json", "no/such/folder.json"], "cannot be written"),
]


@pytest.mark.parametrize(("words", "sentence"), FILES, ids=[" ".join(w) for w, _ in FILES])
def test_a_wrong_command_gets_a_sentence(
    words: list[str],
    sentence: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    save(tmp_path, z=normal(6, 4, seed=0).numpy())
    (tmp_path / "text.npy").write_text("no array")
    torch.save({"a": 1}, "dict.pt")
    torch.save({}, "empty.pt")
    torch.save({"conv.0.weight": torch.ones(2, 2, 3, 3)}, "conv.pt")
    torch.save({"head.0.weight": torch.ones(2, 4)}, "good.pt")
    given = dict(zip(words[::2], words[1::2], strict=True))
    usual = {"--outputs": "z.npy", "--loss": "mse"} | (
        {} if {"--head", "--checkpoint"} & given.keys() else {"--checkpoint": "good.pt"}
    )
    assert main(["diagnose", *[w for pair in (usual | given).items() for w in pair]]) == 2
    error = capsys.readouterr().err
    assert re.search(sentence, error), error
    assert "Traceback" not in error


# --- while a network trains ----------------------------------------------------------------------------


def test_a_track_measures_a_head_with_batchnorm_and_dropout_and_leaves_it_alone(
    tmp_path: Path,
) -> None:
    torch.manual_seed(0)
    head = nn.Sequential(
        nn.Linear(4, 8), nn.BatchNorm1d(8), nn.SiLU(), nn.Dropout(0.5), nn.Linear(8, 3)
    )
    head.double().train()
    before = {n: t.clone() for n, t in head.state_dict().items()}

    class Writer:
        def __init__(self) -> None:
            self.rows: list[tuple[str, float, int]] = []

        def add_scalar(self, name: str, value: float, step: int) -> None:
            self.rows.append((name, value, step))

    writer = Writer()
    loss = lambda u: (u - 1).pow(3).sum()  # noqa: E731
    track = CurvatureTrack(
        head, loss, every=2, samples=4, csv_file=tmp_path / "t.csv", writer=writer
    )
    z = normal(4, 4, seed=0)
    rows = [track(z) for _ in range(4)]
    assert [row is not None for row in rows] == [True, False, True, False]
    quiet = nn.Sequential(*[nn.Identity() if isinstance(m, nn.Dropout) else m for m in head])
    wanted = torch.linalg.eigvalsh(EffectiveHessian(quiet, loss, z).dense())
    assert rows[0] is not None
    assert rows[0]["lambda_min"] == pytest.approx(float(wanted[0]), rel=1e-9)
    assert all(torch.equal(t, before[n]) for n, t in head.state_dict().items())
    assert all(module.training for module in head.modules())
    lines = (tmp_path / "t.csv").read_text().splitlines()
    assert lines[0].startswith("step,lambda_min,lambda_max,residual,variance")
    assert len(lines) == 3
    assert [row[2] for row in writer.rows if row[0] == "curvature/lambda_min"] == [0, 2]


def test_a_track_warns_of_a_collapse_that_nothing_repels() -> None:
    head, loss = nn.Identity(), lambda u: u.square().sum()
    track = CurvatureTrack(head, loss, every=1, patience=2)
    z = normal(8, 3, seed=0)
    towards = torch.ones(3, dtype=torch.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        track(z)
        track(towards + 0.1 * z)
    with pytest.warns(UserWarning, match="no way out to second order was found"):
        track(towards + 0.01 * z)
    repelled = CurvatureTrack(head, lambda u: -u.square().sum(), every=1, patience=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        repelled(z)
        repelled(towards + 0.01 * z)


def test_a_track_does_not_leak_over_ten_thousand_calls() -> None:
    import gc

    track = CurvatureTrack(nn.Linear(3, 2).double(), lambda u: u.square().sum(), every=100)
    z = normal(4, 3, seed=0)
    track(z)
    gc.collect()
    held = sum(isinstance(thing, Tensor) for thing in gc.get_objects())
    for _ in range(10_000):
        track(z)
    gc.collect()
    assert sum(isinstance(thing, Tensor) for thing in gc.get_objects()) <= held + 2
    assert track.calls == 10_001


@pytest.mark.parametrize("options", [{"every": 0}, {"samples": 0}, {"patience": 0}, {"fall": 1.0}])
def test_wrong_tracks_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be at least 1 and `fall` between 0 and 1"):
        CurvatureTrack(nn.Identity(), torch.sum, **options)


def test_the_examples_assert_what_they_say(capsys: pytest.CaptureFixture[str]) -> None:
    """The notebook runs all three, after the head that a reader replaces by their own."""
    cells = json.loads((Path(examples.__file__).parent / "diagnosis.ipynb").read_text())["cells"]
    names: dict[str, Any] = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    assert capsys.readouterr().out.count("H_eff") >= 4
    shown = {name for name in names if hasattr(names[name], "main")}
    assert shown == {"simclr_in_training", "dino_at_ln_k", "transformer_head"}


def test_what_a_function_reaches_is_left_as_it_was() -> None:
    """A head that is a function has no copy: its BatchNorm and the random state are not moved."""
    norm = nn.Sequential(nn.Linear(D, 6), nn.BatchNorm1d(6), nn.SiLU(), nn.Linear(6, 4)).double()
    before = {name: value.clone() for name, value in norm.state_dict().items()}
    z = normal(16, D, seed=1)
    diagnose(lambda rows: norm(rows), "simsiam", z, views=z + 0.1, batch=4)
    assert all(torch.equal(value, before[name]) for name, value in norm.state_dict().items())
    drops = nn.Sequential(nn.Linear(D, 6), nn.Dropout(0.5)).double()
    state = torch.get_rng_state()
    with pytest.raises((DiagnosisError, ValueError), match="Dropout"):
        diagnose(lambda rows: drops(rows), "simsiam", z, views=z + 0.1, batch=4)
    assert torch.equal(torch.get_rng_state(), state)


def test_a_head_whose_weights_cannot_all_be_drawn_again_has_no_fresh_one() -> None:
    class Attends(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(D, 1, batch_first=True)
            self.last = nn.Linear(D, 4)

        def forward(self, z: Tensor) -> Tensor:
            return self.last(self.attention(z[:, None], z[:, None], z[:, None])[0][:, 0])

    z = normal(16, D, seed=1)
    views = z + 0.1 * normal(16, D, seed=2)
    plain = nn.Linear(D, 4).double()
    assert "orbit contraction, fresh head" in diagnose(plain, "simsiam", z, views=views).numbers
    normed = nn.utils.parametrizations.weight_norm(nn.Linear(D, 4)).double()
    by_hooks = nn.Sequential(nn.utils.spectral_norm(nn.Linear(D, 4, bias=False)).double()).eval()
    for head in (Attends().double(), normed, by_hooks):
        found = diagnose(head, "simsiam", z, views=views, batch=4)
        assert "orbit contraction, fresh head" not in found.numbers


@pytest.mark.parametrize(
    "part", ["thm41.fact0", "thm41.inertia", "cor35.sharp"]
)  # lengths that the loss does not see, and where M = 0; the inertia bound; the threshold
def test_what_speaks_as_a_theorem_is_one_of_coq(part):
    room, _, id = part.partition(".")
    checks = registry.load(room, f"theorems.{room}").checks
    assert [
        one.run.args[0].said.missing for one in checks if one.kind is Kind.KERNEL and one.part == id
    ] == [""]

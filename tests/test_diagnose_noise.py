"""What a diagnosis must not tell: signs, condition numbers and slopes that are rounding. Oracles: closed forms."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from curvature_fixture import normal, seeded  # noqa: F401
from torch import Tensor, nn

from verify.diagnose import Diagnosis, diagnose
from verify.diagnose.forming import forming_error
from verify.diagnose.losses import NAMED, bound
from verify.numeric import EffectiveHessian, Targets, head_of

D = 4


def answer(found: Diagnosis, question: str) -> str:
    """What was answered to the question that begins so."""
    return next(a.answer for a in found.answers if a.question.startswith(question))


# --- signs ---------------------------------------------------------------------------------------

FLAT: dict[str, tuple[Callable[[Tensor], Tensor], int, tuple[int, ...]]] = {
    "softmax": (lambda z: torch.softmax(z, 1).sum(1, keepdim=True), 2, (3, 6, 9, 12, 15, 18)),
    "direction": (lambda z: F.normalize(z, dim=1), 1, tuple(range(24))),
}
"""Heads that are constant where they are smooth, their inputs, and seeds of points."""


@pytest.mark.parametrize("name", FLAT)
def test_a_head_that_is_constant_has_no_certified_sign(name: str) -> None:
    head, d, seeds = FLAT[name]
    for seed in seeds:
        torch.manual_seed(seed)
        found = diagnose(
            head, "mse", torch.randn(2, d), options={"targets": torch.zeros(2, 1).double()}
        )
        effective = found.term("H_eff")
        assert (effective.negative, effective.positive) == (0, 0), seed
        assert "certified" not in found.verdict


@pytest.mark.parametrize("name", FLAT)
def test_the_forming_error_of_a_head_that_is_constant_is_all_there_is(name: str) -> None:
    """Before asymmetry counts: of some of these points float32 leaves less than float64."""
    head, d, seeds = FLAT[name]
    for seed in seeds:
        torch.manual_seed(seed)
        z = torch.randn(2, d).double()
        loss = NAMED["mse"].bind(Targets(torch.zeros(2, 1).double()))
        hessian = EffectiveHessian(head, loss, z, separable=True)
        eps = torch.finfo(z.dtype).eps
        formed = forming_error(head, head, hessian, loss, z, [], eps).product
        assert float(torch.linalg.matrix_norm(hessian.dense(), 2).max()) <= formed, seed


@pytest.mark.parametrize("activation", [nn.GELU, nn.SiLU, nn.ReLU])
@pytest.mark.parametrize("loss", ["info_nce", "byol", "vicreg"])
def test_every_sign_of_a_healthy_head_is_certified(activation: type[nn.Module], loss: str) -> None:
    """The oracle is autograd's Hessian of the loss, whose constants are those of the diagnosis."""
    torch.manual_seed(0)
    head = nn.Sequential(nn.Linear(4, 8), activation(), nn.Linear(8, 4)).double()
    z = normal(6, D, seed=1)
    views = z + 0.1 * normal(6, D, seed=2)
    found = diagnose(head, loss, z, views=views).term("H_eff")
    point = torch.cat([z, views])
    objective = bound(loss, head(point).detach(), views=2, labels=None, options={})
    hessian = torch.func.hessian(lambda x: objective(head(x)))(point).reshape(48, 48)
    values = torch.linalg.eigvalsh(hessian)
    noise = 1e-10 * float(values.detach().abs().max())  # between them lies nothing here
    signs = (int((values < -noise).sum()), int((values > noise).sum()))
    assert (found.negative, found.positive) == signs
    assert sum(signs) >= 40


def test_a_gradient_of_rounding_is_no_slope() -> None:
    """Barlow Twins of two samples is locally constant, since each centred and normalised feature is (1, -1) / sqrt 2."""
    z = 1 + 1e-7 * normal(2, 3, seed=0)
    views = 1 + 1e-7 * normal(2, 3, seed=1)
    found = diagnose(nn.Identity(), "barlow_twins", z, views=views)
    assert found.numbers["|J^T rho|"] > 1e-3
    assert "where neither gradient nor curvature is resolved" in found.verdict
    assert answer(found, "Is the state critical?").startswith("That is not resolved: ")
    assert answer(found, "Is it stable?").startswith("Whether the state is critical is not")
    effective = found.term("H_eff")
    assert (effective.negative, effective.positive) == (0, 0)


OFFSETS = [("nt_xent", 1e5, 1e-2), ("vicreg", 1e6, 1e-2), ("mse", 1e10, 1.0)]


@pytest.mark.parametrize(("loss", "offset", "spread"), OFFSETS)
def test_an_offset_that_the_head_takes_away_hides_no_slope(
    loss: str, offset: float, spread: float
) -> None:
    """Outputs z - offset, under which descent takes the loss down at once; 1e-9 of |z| is more than their spread or a part of it."""
    head = nn.Linear(3, 3).double()
    with torch.no_grad():
        head.weight.copy_(torch.eye(3))
        head.bias.fill_(-offset)
    z, views = (spread * normal(8, 3, seed=seed) + offset for seed in (1, 2))
    options = {"targets": normal(16, 3, seed=3)} if loss == "mse" else {}
    found = diagnose(head, loss, z, views=views, options=options)
    assert found.numbers["|J^T rho|"] > 0.1
    assert "where the gradient is not zero" in found.verdict


def test_a_slope_behind_batchnorm_is_one_however_far_its_inputs_are() -> None:
    torch.manual_seed(0)
    head = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8, eps=1e-12), nn.GELU(), nn.Linear(8, 3))
    head = head.double().eval()
    z, views = (1e4 + 1e-3 * normal(8, 3, seed=seed) for seed in (1, 2))
    with torch.no_grad():
        inner = head[0](torch.cat([z, views]))
        head[1].running_mean.copy_(inner.mean(0))
        head[1].running_var.copy_(inner.var(0))
    found = diagnose(head, "nt_xent", z, views=views)
    assert found.numbers["|J^T rho|"] > 10
    assert "where the gradient is not zero" in found.verdict


@pytest.mark.parametrize(
    ("away", "says"),
    [(0, "at a critical point that attracts (certified)"), (5, "where the gradient is not zero")],
)
def test_a_minimum_that_is_far_along_a_flat_direction_is_not_here(away: float, says: str) -> None:
    """The least curvature is 1e-10 of the steepest: |J^T rho| = 2.5e-10 is that of a minimum 5 away, where |z| is 1.4."""
    head = nn.Linear(2, 2, bias=False).double()
    with torch.no_grad():
        head.weight.copy_(torch.diag(torch.tensor([1.0, 1e-5])))
    z = torch.ones(2, 2, dtype=torch.float64)
    targets = head(z).detach() + away * 1e-5 * torch.tensor([0.0, 1.0])
    assert says in diagnose(head, "mse", z, options={"targets": targets}).verdict


@pytest.mark.parametrize("temperature", [0.1, 1e-7, 1e-8, 1e-10])
def test_no_theorem_is_told_of_a_residual_that_is_rounding(temperature: float) -> None:
    """Equal rows: rho is 0, and its rounding 1e-16 over the temperature, with a product that may be its opposite."""
    z = torch.tensor([[0.3, 0.7, -0.2]]).repeat(8, 1)
    options = {"temperature": temperature}
    text = diagnose(nn.Identity(), "nt_xent", z, views=z, options=options).text(10**4)
    assert "since rho is not 0" not in text
    apart = z + 0.3 * normal(8, 3, seed=0).float()
    text = diagnose(nn.Identity(), "nt_xent", apart, views=z, options=options).text(10**4)
    assert ("since rho is not 0" in text) == (temperature == 0.1)


def test_an_infinite_number_is_none_in_json() -> None:
    """A slope where loss and curvature are 0 is infinitely steep against them."""
    z = torch.tensor([[1.0, 0.0], [-1.0, 0.0]], dtype=torch.float64)
    found = diagnose(lambda z: 1 * z, lambda u: u[:, 0].sum() + u[:, 1].sum(), z)
    assert found.numbers["first-order change"] == math.inf
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["numbers"]["first-order change"] is None


# --- what a module is read as ----------------------------------------------------------------------


class Clamped(nn.Module):
    """Its layers alone near the origin, and constant far from it."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2))

    def forward(self, z: Tensor) -> Tensor:
        """Outputs for representations z."""
        return self.net(z.clamp(-6, 6))


class Scaled(nn.Module):
    """Its layers, and a little of the square."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2))

    def forward(self, z: Tensor) -> Tensor:
        """Outputs for representations z."""
        return self.net(z) + 1e-5 * z.square()


def test_a_module_is_read_as_its_layers_only_where_it_is_them() -> None:
    torch.manual_seed(0)
    z = torch.randn(6, 2) + 20
    found = diagnose(Clamped(), "simsiam", z, views=z + 0.1)
    effective = found.term("H_eff")
    assert (effective.smallest, effective.largest) == (0, 0)
    assert (effective.negative, effective.positive) == (0, 0)


def test_little_that_a_module_does_besides_its_layers_is_measured() -> None:
    torch.manual_seed(0)
    head, z = Scaled(), normal(4, 2, seed=0)
    found = diagnose(head, "mse", z, options={"targets": torch.zeros(4, 2).double()})
    same = head.double()
    values = [torch.func.hessian(lambda x: same(x).square().sum() / 8)(row) for row in z]
    expected = torch.linalg.eigvalsh(torch.stack(values)).flatten().sort().values
    got = torch.tensor(found.spectra["eigenvalues of H_eff"], dtype=torch.float64)
    torch.testing.assert_close(got, expected, rtol=0, atol=1e-13)


def test_softplus_that_is_cut_off_early_is_no_softplus() -> None:
    with pytest.raises(TypeError, match="threshold=4"):
        head_of(nn.Sequential(nn.Linear(2, 2), nn.Softplus(threshold=4.0), nn.Linear(2, 2)))

"""Curvature under a head. Oracles: the torch modules themselves and `torch.func.hessian` of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch.func import hessian

from verify.experiments.e1.measure import estimate_as_published, extremes, whole_head
from verify.experiments.e1.published_power_iteration import published_estimate
from verify.experiments.networks import DIGITS_SIMSIAM, with_head
from verify.ssl.backbones import calibrate
from verify.ssl.data import load_digits
from verify.ssl.training import Config, Mlp, Networks, untrained

SMALL = replace(
    DIGITS_SIMSIAM,
    representation=6,
    projector=Mlp(widths=(7, 5), activation="swish", batchnorm=False),
    predictor=Mlp(widths=(14, 5), activation="swish", batchnorm=False),
)


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def networks(config: Config) -> Networks:
    found = untrained(config, load_digits())
    for module in found.parts().values():
        module.double()
    return found


@pytest.mark.parametrize("batchnorm", [False, True])
@pytest.mark.parametrize("activation", ["swish", "gelu", "relu", "linear"])
def test_head_is_the_modules(activation: str, batchnorm: bool) -> None:
    config = with_head(SMALL, activation, batchnorm)
    modules, z = networks(config), normal(9, 6)
    calibrate(modules.projector, z)
    calibrate(modules.predictor, modules.projector(z))
    expected = modules.predictor(modules.projector(z))
    assert torch.allclose(whole_head(modules, config)(z), expected, atol=1e-12)


def test_a_head_is_needed() -> None:
    config = replace(SMALL, projector=None, predictor=None)
    with pytest.raises(ValueError, match="needs one, but the projector is None"):
        whole_head(networks(config), config)


@pytest.mark.parametrize("objective", ["simsiam", "mse"])
@pytest.mark.parametrize("activation", ["gelu", "relu"])
def test_extremes_against_autograd(objective: str, activation: str) -> None:
    config = with_head(SMALL, activation, False)
    modules, z, targets = networks(config), normal(8, 6), normal(8, 5, seed=1)
    found = extremes(whole_head(modules, config), objective, z, targets)

    def loss(point: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        output = modules.predictor(modules.projector(point[None]))[0]
        if objective == "mse":
            return (output - target).square().sum() / 2
        return -F.cosine_similarity(output, target, dim=0)

    for index, (point, target) in enumerate(zip(z, targets, strict=True)):
        values = torch.linalg.eigvalsh(hessian(loss)(point, target))
        assert torch.allclose(found["effective"][index], values[[0, -1]], atol=1e-12)
    if activation == "relu":
        assert torch.allclose(found["effective"], found["pullback"], atol=1e-12)
    assert found["residuals"].max() < 1e-12


def test_undefined_states_are_marked() -> None:
    config = with_head(SMALL, "relu", False)
    z = normal(3, 6)
    z[1] = 0
    found = extremes(whole_head(networks(config), config), "simsiam", z, normal(3, 5))
    assert found["effective"].isnan().all(1).tolist() == [False, True, False]


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("objective", ["simsiam", "mse"])
def test_published_estimator_on_the_mean_loss(objective: str, seed: int) -> None:
    """The oracle is the estimator of the loss written out on the modules."""
    config = with_head(SMALL, "swish", False)
    modules, z, targets = networks(config), normal(8, 6), normal(8, 5, seed=1)
    estimate = estimate_as_published(whole_head(modules, config), objective, z, targets, seed)
    for module in modules.parts().values():
        module.float()

    def loss(z: torch.Tensor) -> torch.Tensor:
        output = modules.predictor(modules.projector(z))
        if objective == "mse":
            return (output - targets.float()).square().sum(1).mean() / 2
        return -F.cosine_similarity(output, targets.float()).mean()

    assert estimate == pytest.approx(published_estimate(loss, z.float(), seed).value, rel=1e-3)

"""Curvature under a head, conditioning and correlation.

Oracles: the torch modules themselves and `torch.func.hessian` of them, SciPy's Spearman, closed
forms of made-up spectra.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import stats
from torch.func import hessian

from verify.ssl.backbones import calibrate
from verify.ssl.data import load_digits
from verify.ssl.digits import DIGITS_SIMSIAM, with_head
from verify.ssl.loss_curvature import (
    conditioning,
    direction_variance,
    estimate_as_published,
    extremes,
    published_estimate,
    spearman,
    whole_head,
)
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
        assert torch.allclose(found.effective[index], values[[0, -1]], atol=1e-12)
    if activation == "relu":
        assert torch.allclose(found.effective, found.pullback, atol=1e-12)
    assert found.residuals.max() < 1e-12


def test_undefined_states_are_marked() -> None:
    config = with_head(SMALL, "relu", False)
    z = normal(3, 6)
    z[1] = 0
    found = extremes(whole_head(networks(config), config), "simsiam", z, normal(3, 5))
    assert found.effective.isnan().all(1).tolist() == [False, True, False]


def test_published_estimator_on_the_mean_loss() -> None:
    """Where the positive end dominates it is the exact smallest value over the batch."""
    config = with_head(SMALL, "linear", False)
    head, z, targets = whole_head(networks(config), config), normal(8, 6), normal(8, 5, seed=1)
    generator = torch.Generator().manual_seed(0)
    estimate = estimate_as_published(head, "mse", 10 * z, targets, generator)
    exact = extremes(head, "mse", 10 * z, targets).effective
    assert estimate == pytest.approx(exact[:, 0].min().item() / 8, abs=0.2 * exact.max().item() / 8)


def test_published_estimator_takes_the_wrong_end() -> None:
    values = torch.tensor([-2.0, 0.1, 1.0])
    assert published_estimate(lambda v: values * v, torch.ones(3)) == pytest.approx(1.0, abs=1e-3)


def test_conditioning_of_a_known_covariance() -> None:
    d, n = 4, 400
    factor = torch.linalg.qr(normal(n, d) - normal(n, d).mean(0)).Q
    centred = factor - factor.mean(0)
    white = centred @ torch.linalg.inv(torch.linalg.cholesky(torch.cov(centred.T))).T
    scales = torch.tensor([1.0, 2.0, 4.0, 0.0], dtype=torch.float64)
    found = conditioning((white * scales).float())
    assert found.honest == pytest.approx(16, rel=1e-4)
    assert found.rank == 3
    shares = np.array([1, 4, 16]) / 21
    assert found.effective_rank == pytest.approx(np.exp(-(shares * np.log(shares)).sum()), rel=1e-4)
    few = torch.cov((white * scales).float()[:d].double().T)
    assert found.published == pytest.approx(torch.linalg.eigvalsh(few)[-1].item() / 1e-7, rel=1e-6)


def test_conditioning_needs_samples() -> None:
    with pytest.raises(ValueError, match="needs more than 4 samples; there were 4"):
        conditioning(normal(4, 4))


def test_direction_variance() -> None:
    assert direction_variance(torch.tensor([[2.0, 0.0], [-5.0, 0.0]])) == pytest.approx(1)
    assert direction_variance(torch.tensor([[2.0, 1.0], [4.0, 2.0]])) == pytest.approx(0, abs=1e-12)


def test_spearman_against_scipy() -> None:
    x, y = normal(20), normal(20, seed=1)
    x[3] = x[7]
    assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, rel=1e-12)
    assert np.isnan(spearman(x, torch.ones(20)))

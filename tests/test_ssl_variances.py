"""Variances, conditioning and correlation. Oracles: SciPy's Spearman, closed forms of made-up spectra."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from verify.ssl.variances import conditioning, direction_variance, spearman


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_conditioning_of_a_known_covariance() -> None:
    d, n = 4, 400
    factor = torch.linalg.qr(normal(n, d) - normal(n, d).mean(0)).Q
    centred = factor - factor.mean(0)
    white = centred @ torch.linalg.inv(torch.linalg.cholesky(torch.cov(centred.T))).T
    scales = torch.tensor([1.0, 2.0, 4.0, 0.0], dtype=torch.float64)
    found = conditioning((white * scales).float())
    assert found.honest == pytest.approx(16, rel=1e-4)
    assert found.rank == 3
    few = torch.cov(torch.nn.functional.normalize((white * scales)[:d].float().double()).T)
    assert found.published == pytest.approx(torch.linalg.eigvalsh(few)[-1].item() / 1e-7, rel=1e-6)


def test_what_rounding_leaves_of_a_direction_does_not_count() -> None:
    # Eight combinations of three features, rounded to float32: three directions are known.
    found = conditioning((normal(400, 3) @ normal(3, 8, seed=1)).float())
    assert found.rank == 3
    assert 1 < found.honest < 100


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

"""Hessians in parameters, and operators for SciPy. Oracles: reverse over reverse, and dense matrices.

`torch.func.hessian` is none here: forward over reverse through BatchNorm in training mode, it is not even
symmetric in the entries of BatchNorm's weight (PyTorch 2.13), which differences of gradients show.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from curvature_fixture import normal, random_head, symmetric
from scipy.sparse.linalg import eigsh
from torch import nn

from verify.numeric import EffectiveHessian, MatrixOperator, extreme_eigenpairs, of_parameters


def network() -> nn.Module:
    torch.manual_seed(0)
    layers = (nn.Linear(3, 4), nn.BatchNorm1d(4), nn.SiLU(), nn.Linear(4, 2))
    return nn.Sequential(*layers).double()


def loss(u: torch.Tensor) -> torch.Tensor:
    return (u - 1).pow(3).sum()


def weighted(u: torch.Tensor) -> torch.Tensor:
    """A loss in which every output has a weight of its own."""
    return ((u - 1).pow(3) * torch.arange(1, 1 + u.numel()).reshape(u.shape)).sum()


@pytest.mark.parametrize("pattern", ["*", "0.*", "3.weight", "*.bias"])
def test_hessians_and_gauss_newton_terms_of_some_parameters(pattern: str) -> None:
    module, inputs = network(), normal(5, 3, seed=1)
    before = {n: t.clone() for n, t in module.state_dict().items()}
    found = of_parameters(module, inputs, weighted, pattern)
    names = [
        n
        for n, _ in module.named_parameters()
        if pattern == "*"
        or n
        in {
            "0.*": ("0.weight", "0.bias"),
            "3.weight": ("3.weight",),
            "*.bias": ("0.bias", "1.bias", "3.bias"),
        }.get(pattern, ())
    ]
    own = dict(module.named_parameters())
    sizes = [own[n].numel() for n in names]
    kept = {n: b.clone() for n, b in module.named_buffers()}

    def outputs(theta: torch.Tensor) -> torch.Tensor:
        parts = {n: p.reshape(own[n].shape) for n, p in zip(names, theta.split(sizes), strict=True)}
        return torch.func.functional_call(
            module, parts | {n: b.clone() for n, b in kept.items()}, (inputs,)
        )

    theta = torch.cat([own[n].detach().flatten() for n in names])
    wanted = torch.autograd.functional.hessian(lambda t: weighted(outputs(t)), theta)
    torch.testing.assert_close(found.dense(), wanted)
    jacobian = torch.autograd.functional.jacobian(outputs, theta).reshape(-1, len(theta))
    curvature = torch.diag(6 * torch.arange(1, 11) * (outputs(theta).flatten() - 1)).detach()
    torch.testing.assert_close(found.pullback.dense(), jacobian.T @ curvature @ jacobian)
    assert all(torch.equal(t, before[n]) for n, t in module.state_dict().items())
    assert all(p.grad is None for p in module.parameters())


def test_wrong_patterns_and_mixed_types_are_told() -> None:
    with pytest.raises(
        ValueError, match=r"No parameter is named like 'layer9\.\*'; the module has 0\.weight"
    ):
        of_parameters(network(), normal(5, 3, seed=1), loss, "layer9.*")
    module = network()
    module[3].float()
    with pytest.raises(
        ValueError, match=r"must be of one type; they are of torch\.float32, torch\.float64"
    ):
        of_parameters(module, normal(5, 3, seed=1), loss)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_scipy_takes_an_operator(dtype: torch.dtype) -> None:
    matrix = symmetric(40, torch.linspace(-2, 5, 40)).to(dtype)
    operator = MatrixOperator(matrix).to_scipy()
    assert operator.dtype == matrix.numpy().dtype
    x = normal(40, 3, seed=0).to(dtype).numpy()
    np.testing.assert_allclose(operator @ x, matrix.numpy() @ x, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(operator @ x[:, 0], matrix.numpy() @ x[:, 0], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(operator.T @ x, operator @ x, rtol=1e-4, atol=1e-4)
    assert eigsh(operator, 1, which="SA")[0][0] == pytest.approx(-2, abs=1e-4)


def test_independent_operators_are_diagonal_blocks() -> None:
    head, z = random_head((3, 5, 4), "swish"), normal(6, 3, seed=0)
    hessian = EffectiveHessian(lambda z: head(z), loss, z, separable=True)
    operator = hessian.to_scipy()
    assert operator.shape == (18, 18)
    wanted = torch.block_diag(*hessian.dense()).numpy()
    np.testing.assert_allclose(operator @ np.eye(18), wanted, atol=1e-12)
    low = eigsh(operator, 1, which="SA")[0][0]
    assert low == pytest.approx(float(extreme_eigenpairs(hessian).values[:, 0].min()), rel=1e-9)

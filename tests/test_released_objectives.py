"""VICReg and Barlow Twins as released.

Oracles: PyTorch's own loss and BatchNorm, called as the released programs call them, and autograd's
dense Hessian.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from curvature_fixture import generator, normal
from torch import Tensor

from verify.numeric import barlow_twins_released, vicreg_released
from verify.numeric.inertia import inertia
from verify.numeric.objectives import OBJECTIVES, BarlowWeight, VICRegWeights
from verify.numeric.released_objectives import RELEASED


def released_vicreg(z1: Tensor, z2: Tensor) -> Tensor:
    loss = 25 * F.mse_loss(z1, z2)
    for z in (z1, z2):
        loss = loss + 25 * F.relu(1 - torch.sqrt(z.var(dim=0) + 0.0001)).mean() / 2
        covariance = torch.cov(z.T)
        loss = loss + (covariance - covariance.diagonal().diag()).square().sum() / z.shape[1]
    return loss


def released_barlow(z1: Tensor, z2: Tensor) -> Tensor:
    norm = torch.nn.BatchNorm1d(z1.shape[1], affine=False).double()
    c = norm(z1).T @ norm(z2) / len(z1)
    off = c - c.diagonal().diag()
    return (c.diagonal() - 1).square().sum() + 0.0051 * off.square().sum()


LINES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "vicreg_released": released_vicreg,
    "barlow_twins_released": released_barlow,
}


@pytest.mark.parametrize("spread", [1.0, 1e-2, 1e-4, 0.0])
@pytest.mark.parametrize("name", RELEASED)
def test_values_gradients_and_hessians_are_those_of_the_released_lines(
    name: str, spread: float
) -> None:
    objective = RELEASED[name]
    constants = objective.context(10, 3, generator(0))
    loss = objective.bind(constants)
    u = 0.3 + spread * normal(10, 3, seed=1)
    lines = lambda u: LINES[name](*u.chunk(2))  # noqa: E731
    torch.testing.assert_close(loss(u), lines(u), rtol=1e-9, atol=1e-12)
    leaf = u.clone().requires_grad_()
    (rho,) = torch.autograd.grad(lines(leaf), leaf)
    scale = float(rho.abs().max().clamp(min=1))
    torch.testing.assert_close(loss.jet(u).rho, rho, rtol=1e-7, atol=1e-9 * scale)
    wanted = torch.autograd.functional.hessian(lines, u).reshape(30, 30)
    allowed = 1e-6 * float(wanted.abs().max())
    torch.testing.assert_close(loss.dense_hessian(u), wanted, rtol=0, atol=allowed)


def test_the_functions_are_the_objectives() -> None:
    z1, z2 = normal(5, 3, seed=0), normal(5, 3, seed=1)
    u = torch.cat([z1, z2])
    weights = VICRegWeights()
    assert torch.equal(
        vicreg_released(z1, z2, weights), RELEASED["vicreg_released"].bind(weights)(u)
    )
    bound = RELEASED["barlow_twins_released"].bind(BarlowWeight(0.0051))
    assert torch.equal(barlow_twins_released(z1, z2, 0.0051), bound(u))
    assert all(name == objective.name for name, objective in RELEASED.items())
    assert not RELEASED.keys() & OBJECTIVES.keys()


def test_near_collapse_they_are_not_the_papers() -> None:
    """Views of spread 1e-3 about one point: the gradients differ twice and more."""
    u = 0.3 + 1e-3 * normal(16, 4, seed=2)
    for name, weights in (("vicreg", VICRegWeights()), ("barlow_twins", BarlowWeight())):
        paper = OBJECTIVES[name].bind(weights)
        released = RELEASED[f"{name}_released"].bind(weights)
        ratio = float(paper.jet(u).rho.norm() / released.jet(u).rho.norm())
        assert ratio > 1.9


@pytest.mark.parametrize("name", RELEASED)
def test_at_full_collapse_they_are_critical_and_repel(name: str) -> None:
    """At equal rows: rho = 0; Barlow Twins' Hessian is -2 v w / eps on v . w of one feature of two views.

    So its extremes are -+ 2/(n eps) (1 ...): symmetric; VICReg's least is that of its hinges.
    """
    n, k = 4, 3
    objective = RELEASED[name]
    loss = objective.bind(objective.context(2 * n, k, generator(0)))
    u = normal(1, k, seed=0).repeat(2 * n, 1)
    assert float(loss.jet(u).rho.abs().max()) < 1e-9
    found = inertia(loss, u)
    if name == "vicreg_released":
        assert found.smallest == pytest.approx(-25 / 2 / (k * (n - 1) * 1e-4**0.5), rel=1e-6)
        assert found.largest == pytest.approx(4 * 25 / (n * k), rel=1e-6)
    else:
        assert found.smallest == pytest.approx(-2 / (n * 1e-5), rel=1e-9)
        assert found.largest == pytest.approx(2 / (n * 1e-5), rel=1e-9)
        assert found.negative == k * (n - 1) == found.positive


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda z: vicreg_released(z, z[:2], VICRegWeights()), "the same shape"),
        (lambda z: vicreg_released(z[:1], z[:1], VICRegWeights()), "expects at least 2"),
        (lambda z: barlow_twins_released(z, z[:2], 0.1), "the same shape"),
        (lambda z: barlow_twins_released(z[:1], z[:1], 0.1), "at least 2; it was given 1"),
        (lambda z: barlow_twins_released(z, z, -1.0), "at least 0; it was -1"),
    ],
)
def test_wrong_calls(call: Callable[[Tensor], Tensor], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call(normal(4, 3, seed=0))

"""A zoo of heads, losses and points that the curvature tests share. No oracle is in here."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from verify.numeric.activations import ACTIVATIONS, Activation
from verify.numeric.batchnorm import BatchNorm
from verify.numeric.heads import Head
from verify.numeric.objectives import INFO_NCE, MSE, NEGATIVE_COSINE, SOFTMAX_CROSS_ENTROPY, VICREG

LOSSES = {o.name: o for o in (NEGATIVE_COSINE, MSE, SOFTMAX_CROSS_ENTROPY, INFO_NCE, VICREG)}


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(*shape, generator=generator(seed), dtype=torch.float64)


def random_head(
    sizes: tuple[int, ...],
    activation: Activation | str,
    seed: int = 0,
    norm: str = "none",
    bias: bool = True,
) -> Head:
    """A head of weights N(0, 1/n); `norm` is ``none``, ``train`` or ``eval``."""
    if isinstance(activation, str):
        activation = ACTIVATIONS[activation]
    weights, biases, norms = [], [], []
    for layer, (n, m) in enumerate(pairwise(sizes)):
        at = 100 * seed + 10 * layer
        weights.append(normal(m, n, seed=at) / n**0.5)
        biases.append(normal(m, seed=at + 1) / 3 if bias else None)
        running = (normal(m, seed=at + 4), normal(m, seed=at + 5).square() + 0.5)
        statistics = running if norm == "eval" else (None, None)
        scale, shift = normal(m, seed=at + 2) / 3 + 1, normal(m, seed=at + 3)
        norms.append(None if norm == "none" else BatchNorm(scale, shift, 1e-5, *statistics))
    return Head(weights, biases, activation, norms)


def symmetric(n: int, values: torch.Tensor, seed: int = 0) -> torch.Tensor:
    """A symmetric matrix with these eigenvalues in a random basis."""
    q, _ = torch.linalg.qr(normal(n, n, seed=seed))
    matrix = q @ torch.diag(values.double()) @ q.T
    return (matrix + matrix.T) / 2


class Dispatches(TorchDispatchMode):
    """Counts the operations that PyTorch is asked for."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.count += 1
        return func(*args, **(kwargs or {}))


@pytest.fixture(autouse=True)
def seeded() -> None:
    """Modules are drawn from the same seed in each test, whatever ran before; where a test file imports it."""
    torch.manual_seed(0)

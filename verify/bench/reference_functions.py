"""Heads and the negative cosine as plain PyTorch code, which owes nothing to what it is compared with."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from verify.numeric.activations import LINEAR
from verify.numeric.heads import Head

PLAIN: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda x: x,
    "relu": torch.relu,
    "gelu": F.gelu,
    "swish": F.silu,
}
"""PyTorch's own activations."""


def plain_function(head: Head, targets: Tensor) -> Callable[[Tensor], Tensor]:
    """The batch-mean negative cosine of a head's outputs as PyTorch code: (B, d) -> scalar.

    Args:
        head: without BatchNorm over the batch, with activations among `PLAIN`.
        targets: (B, k), constant.
    """
    outputs = plain_outputs(head)

    def function(z: Tensor) -> Tensor:
        return -F.cosine_similarity(outputs(z), targets.to(z.dtype), dim=-1).mean()

    return function


def plain_outputs(head: Head) -> Callable[[Tensor], Tensor]:
    """A head as PyTorch code, (..., d) -> (..., k); as `plain_function` takes it."""
    layers = list(zip(head.weights, head.biases, (*head.activations, LINEAR), strict=True))

    def outputs(z: Tensor) -> Tensor:
        x = z
        for w, b, activation in layers:
            x = PLAIN[activation.name](F.linear(x, w.to(z.dtype), b.to(z.dtype)))
        return x

    return outputs

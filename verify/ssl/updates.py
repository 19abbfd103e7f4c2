"""How fast the parts of a network are changed: |gradient| / |weights|, times the learning rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import nn

from verify.ssl.data import load_digits
from verify.ssl.digits import seeded_configs
from verify.ssl.training import Config, State, train

if TYPE_CHECKING:
    from verify.statement import Context


def relative_update(module: nn.Module, learning_rate: float) -> float:
    """Learning rate times |gradient| / |weights|, over all parameters as one vector.

    Raises:
        ValueError: if the module has no gradients.
    """
    parameters = list(module.parameters())
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        raise ValueError(
            "A relative update needs gradients, but the module has none; take a step first."
        )
    lengths = [
        torch.cat([tensor.detach().flatten() for tensor in tensors]).norm().item()
        for tensors in (gradients, parameters)
    ]
    return learning_rate * lengths[0] / lengths[1]


def observe(state: State) -> dict[str, float | np.ndarray]:
    """The relative update of every part in the epoch's last step; NaN before the first."""
    if state.epoch == 0:
        return dict.fromkeys(state.networks.parts(), float("nan"))
    return {
        name: relative_update(module, state.learning_rate)
        for name, module in state.networks.parts().items()
    }


def build(arguments: tuple[object, ...], ctx: Context) -> dict[str, np.ndarray]:
    """Relative updates (seeds, epochs) of every part while training on the digits.

    The only argument is a `Config`; its seed is replaced by each of the training seeds.
    """
    (config,) = cast("tuple[Config]", arguments)
    dataset = load_digits()
    curves = [train(c, dataset, ctx.device, observe).curves for c in seeded_configs(config)]
    return {name: np.stack([curve[name][1:] for curve in curves]) for name in curves[0]}

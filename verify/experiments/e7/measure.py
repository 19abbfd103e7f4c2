"""What E7 measures: how fast the parts of a network are changed while it is trained."""

from __future__ import annotations

from statistics import geometric_mean

import numpy as np
import torch
from torch import nn

from verify.ssl.data import Dataset
from verify.ssl.training import Config, Observe, Start, State

ACTIVATIONS = ("swish", "relu")

PLAIN, SHRUNK, NORMED = "none, normal", "none, projector x0.1", "BatchNorm, normal"

VARIANTS = {
    PLAIN: (False, Start.NORMAL),
    SHRUNK: (False, Start.SHRUNK_PROJECTOR),
    NORMED: (True, Start.NORMAL),
}
"""BatchNorm in both heads, and the start."""

CELLS = tuple((activation, variant) for activation in ACTIVATIONS for variant in VARIANTS)

Updates = dict[tuple[str, str], dict[str, np.ndarray]]
"""For every activation and variant: relative updates (seeds, epochs) by part."""


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


def observe_updates(config: Config, dataset: Dataset) -> Observe:
    """The relative update of every part in the epoch's last step; NaN before the first."""
    del config, dataset

    def observed(state: State) -> dict[str, float | np.ndarray]:
        if state.epoch == 0:
            return dict.fromkeys(state.networks.parts(), float("nan"))
        return {
            name: relative_update(module, state.learning_rate)
            for name, module in state.networks.parts().items()
        }

    return observed


def ratios(updates: dict[str, np.ndarray], part: str = "projector") -> list[float]:
    """Geometric mean over epochs of a part's relative update over the backbone's, by seed."""
    return [geometric_mean(row) for row in (updates[part] / updates["backbone"]).tolist()]

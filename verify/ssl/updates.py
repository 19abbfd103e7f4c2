"""How fast the parts of a network are changed: |gradient| / |weights|, times the learning rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import nn

from verify.ssl.data import Dataset
from verify.ssl.image_source import Source, fit, timing
from verify.ssl.training import Config, Observe, State

if TYPE_CHECKING:
    from verify.ssl.session import Session


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


def observe(config: Config, dataset: Dataset) -> Observe:
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


def build(arguments: tuple[object, ...], session: Session) -> dict[str, np.ndarray]:
    """Relative updates (epochs,) of every part; the arguments are a `Source` and a `Config`."""
    source, config = cast("tuple[Source, Config]", arguments)
    _, run = fit(source, config, session, observe)
    updates = {name: values[1:] for name, values in run.curves.items()}
    return {"losses": np.array(run.losses), **updates, **timing(source, run)}

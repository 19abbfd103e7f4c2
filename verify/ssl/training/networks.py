"""The networks of a run: before the first step, and as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from verify.ssl.backbones import BACKBONES, collapse, seeded
from verify.ssl.data import Dataset
from verify.ssl.training.config import Config, Start

SHRUNK = 0.1
"""What the published pseudo-collapsed start multiplies the projector's weights by; also what our
collapsed start multiplies the deviations of the backbone's features by."""


@dataclass(frozen=True)
class Networks:
    """A backbone with a projector and a predictor on top, in evaluation mode unless trained.

    Attributes:
        backbone: images (N, C, H, W) to representations z (N, d).
        projector: z to h.
        predictor: h to p.
    """

    backbone: nn.Module
    projector: nn.Module
    predictor: nn.Module

    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Projections h and predictions p of images."""
        h = self.projector(self.backbone(images))
        return h, self.predictor(h)

    def parts(self) -> dict[str, nn.Module]:
        """The three modules by name."""
        return {name: getattr(self, name) for name in ("backbone", "projector", "predictor")}

    def to(self, device: str | torch.device) -> Networks:
        """The same networks, moved to `device`."""
        return Networks(*(module.to(device) for module in self.parts().values()))

    def train(self, mode: bool) -> None:
        """Put every module in training or evaluation mode."""
        for module in self.parts().values():
            module.train(mode)


def untrained(config: Config, dataset: Dataset) -> Networks:
    """The networks as a run finds them, in evaluation mode, on the CPU."""

    def build() -> Networks:
        backbone = BACKBONES[config.backbone](dataset.channels, dataset.size, config.representation)
        projector = config.projector.on(config.representation) if config.projector else None
        predictor = config.predictor.on(config.output) if config.predictor else None
        return Networks(backbone, projector or nn.Identity(), predictor or nn.Identity())

    networks = seeded(build, config.seed)
    if config.start is Start.SHRUNK_PROJECTOR:
        _scale(networks.projector, SHRUNK)
    if config.start is Start.COLLAPSED:
        collapse(networks.backbone, SHRUNK)
    networks.train(False)
    return networks


def weights_to_arrays(networks: Networks) -> dict[str, np.ndarray]:
    """The networks' weights and BatchNorm statistics, named ``backbone.*`` and so on."""
    return {
        f"{part}.{name}": value.cpu().numpy()
        for part, module in networks.parts().items()
        for name, value in module.state_dict().items()
    }


def from_arrays(arrays: Mapping[str, np.ndarray], config: Config, dataset: Dataset) -> Networks:
    """The trained networks from `to_arrays`, in evaluation mode, on the CPU."""
    networks = untrained(config, dataset)
    for part, module in networks.parts().items():
        state = {
            name.removeprefix(f"{part}."): torch.from_numpy(value.copy())
            for name, value in arrays.items()
            if name.startswith(f"{part}.")
        }
        module.load_state_dict(state)
    return networks


@torch.no_grad()
def _scale(module: nn.Module, factor: float) -> None:
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            layer.weight.mul_(factor)

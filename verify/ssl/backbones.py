"""Backbones and the projector, drawn reproducibly from a seed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import torch
from torch import Tensor, nn

from verify.ssl.resnet import ResNet, resnet18
from verify.ssl.vit import VisionTransformer, vit_tiny

Built = TypeVar("Built")

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "swish": nn.SiLU,
    "gelu": nn.GELU,
    "linear": nn.Identity,
}
"""Activations between a projector's layers, by name."""


class SmallConvNet(nn.Module):
    """Three 3x3 convolutions with BatchNorm and ReLU, and a linear layer with ReLU.

    BatchNorm before the closing ReLU keeps a common mean from dominating normalised
    representations, and keeps them from collapsing; without it they may.

    Args:
        channels: channels of the images.
        size: side of the images in pixels, a multiple of 4.
        width: length of a representation.
        closing_batchnorm: whether BatchNorm stands before the closing ReLU.
    """

    def __init__(
        self, channels: int, size: int, width: int, closing_batchnorm: bool = True
    ) -> None:
        super().__init__()
        if size % 4:
            raise ValueError(
                f"SmallConvNet halves an image twice, so its side must be a multiple of 4; "
                f"it was {size}. Enlarge or crop the images first."
            )
        self.layers = nn.Sequential(
            *_convolution(channels, 16, stride=2),
            *_convolution(16, 32, stride=1),
            *_convolution(32, 64, stride=2),
            nn.Flatten(),
            nn.Linear(64 * (size // 4) ** 2, width, bias=False),
            *((nn.BatchNorm1d(width),) if closing_batchnorm else ()),
            nn.ReLU(),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Representations (N, width) of images (N, channels, size, size)."""
        return self.layers(images)


BACKBONES: dict[str, Callable[[int, int, int], nn.Module]] = {
    "small": SmallConvNet,
    "small, no closing BatchNorm": partial(SmallConvNet, closing_batchnorm=False),
    "ResNet-18": resnet18,
    "ViT-Tiny": vit_tiny,
}
"""Backbones for images of so many channels and so many pixels a side, of a width, by name."""


class Projector(nn.Module):
    """The projection head, or the predictor after it: bias-free linear layers.

    Every layer is followed by BatchNorm if asked for. The activation stands between layers, not
    after the last. Without BatchNorm, and with ReLU or no activation, the head is positively homogeneous.

    Args:
        widths: lengths of the representation, hidden layers and output, e.g. ``(512, 2048, 2048)``.
        activation: a key of `ACTIVATIONS`.
        batchnorm: whether every layer is followed by BatchNorm.
    """

    def __init__(self, widths: tuple[int, ...], activation: str, batchnorm: bool) -> None:
        if activation not in ACTIVATIONS:
            raise ValueError(
                f"A projector's activation must be one of {', '.join(ACTIVATIONS)}; "
                f"it was {activation!r}."
            )
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in itertools.pairwise(widths):
            if layers:
                layers.append(ACTIVATIONS[activation]())
            layers.append(nn.Linear(inputs, outputs, bias=False))
            if batchnorm:
                layers.append(nn.BatchNorm1d(outputs))
        self.layers = nn.Sequential(*layers)

    def forward(self, z: Tensor) -> Tensor:
        """Outputs (N, k) for representations z (N, d)."""
        return self.layers(z)


def seeded(build: Callable[[], Built], seed: int) -> Built:
    """Build modules with PyTorch's default initialisation drawn from `seed`, on the CPU.

    The global generator, from which PyTorch's layers draw, is left as it was found.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build()


@torch.no_grad()
def calibrate(module: nn.Module, inputs: Tensor) -> None:
    """Set every BatchNorm's running statistics to those of one batch; nothing is learned.

    An untrained BatchNorm in evaluation mode is the identity. Once calibrated, an untrained
    network differs from a trained one by its weights alone. The module is left in evaluation mode.

    Args:
        module: the backbone or projector to calibrate.
        inputs: its inputs, the first axis counting samples.
    """
    norms = [m for m in module.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
    module.train()(inputs)
    module.eval()
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


@torch.no_grad()
def collapse(backbone: nn.Module, share: float) -> None:
    """Leave of the deviations of every feature from a constant only a share.

    The normalisations that close the backbone keep that share of their weights, and their biases
    become 1, so that no ReLU after them cuts anything off. Nothing is learned.

    Args:
        backbone: one of `BACKBONES`, before its first step.
        share: between 0 and 1.
    """
    for norm in _closing_norms(backbone):
        norm.weight.mul_(share)
        norm.bias.fill_(1)


def _closing_norms(
    backbone: nn.Module,
) -> Sequence[nn.BatchNorm1d | nn.BatchNorm2d | nn.LayerNorm]:
    if isinstance(backbone, ResNet | VisionTransformer):
        return backbone.closing_norms()
    norms = [m for m in backbone.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
    return norms[-1:]


def _convolution(inputs: int, outputs: int, stride: int) -> tuple[nn.Module, ...]:
    return (
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )

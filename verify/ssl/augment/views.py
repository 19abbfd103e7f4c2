"""Distributions of augmentations, from which training draws its views."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from verify.ssl.augment.colour import brighten, contrast
from verify.ssl.augment.geometry import similarity


@dataclass(frozen=True)
class Augmentation:
    """A distribution of augmentations; every parameter is uniform and independent per image.

    Attributes:
        rotation: largest angle in degrees, either way.
        translation: largest shift either way, as a fraction of the image.
        scale: smallest and largest enlargement.
        brightness, contrast: largest deviation of the factor from 1.
    """

    rotation: float
    translation: float
    scale: tuple[float, float]
    brightness: float
    contrast: float

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Augment (N, C, H, W) images, drawing from a generator on their device."""
        count = len(images)

        def uniform(low: float, high: float, *shape: int) -> Tensor:
            unit = torch.rand(count, *shape, generator=generator, device=images.device)
            return low + (high - low) * unit.to(images.dtype)

        angle = uniform(-math.radians(self.rotation), math.radians(self.rotation))
        shift = uniform(-self.translation, self.translation, 2)
        images = similarity(images, angle, shift, uniform(*self.scale))
        images = brighten(images, uniform(1 - self.brightness, 1 + self.brightness))
        return contrast(images, uniform(1 - self.contrast, 1 + self.contrast))

"""Distributions of augmentations, from which training draws its views."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from verify.ssl.augment.colour import blur, brighten, contrast, rotate_hue, saturate
from verify.ssl.augment.geometry import crop, mirror, rotate, similarity
from verify.ssl.data.dataset import floating

ATTEMPTS = 10
"""How often a crop is drawn before the whole image is taken instead."""

RATIOS = (3 / 4, 4 / 3)
"""Smallest and largest ratio of a crop's width to its height; its logarithm is uniform."""


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
        images = floating(images)
        uniform = partial(_uniform, images, generator)
        angle = uniform(-math.radians(self.rotation), math.radians(self.rotation))
        shift = uniform(-self.translation, self.translation, 2)
        images = similarity(images, angle, shift, uniform(*self.scale))
        images = brighten(images, uniform(1 - self.brightness, 1 + self.brightness))
        return contrast(images, uniform(1 - self.contrast, 1 + self.contrast))


@dataclass(frozen=True, kw_only=True)
class CropAugmentation:
    """Crops, flips, rotations, colour jitter and blur, as photographs are augmented.

    What torchvision's transformations of these names do to one image after another, with three
    differences: crops have real corners and sides, not whole pixels; nothing is clamped, and the
    hue is turned in YIQ, not shifted in HSV, so that all of it is smooth; and the parts of the
    jitter come in one order.

    Attributes:
        crop: smallest and largest share of the image's area in a crop.
        flip: share of the images that are mirrored.
        rotation: largest angle in degrees, either way; what comes from outside is black.
        jitter: largest deviation from 1 of the factors of brightness, contrast and saturation, and
            of the hue from 0, in turns.
        jittered: share of the images whose colours are jittered.
        grey: share of the images that lose their colours.
        blurred: share of the images that are blurred.
        sigma: smallest and largest standard deviation of the blur, in pixels.
    """

    crop: tuple[float, float] = (1, 1)
    flip: float = 0
    rotation: float = 0
    jitter: tuple[float, float, float, float] = (0, 0, 0, 0)
    jittered: float = 0
    grey: float = 0
    blurred: float = 0
    sigma: tuple[float, float] = (0.1, 2)

    def __post_init__(self) -> None:
        smallest, largest = self.crop
        if not 0 < smallest <= largest <= 1:
            raise ValueError(f"A crop takes a share of the area in (0, 1]; it was {self.crop}.")
        for name in ("flip", "jittered", "grey", "blurred"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a share in [0, 1]; it was {getattr(self, name)}.")

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Augment (N, C, H, W) images, drawing from a generator on their device."""
        images = floating(images)
        uniform = partial(_uniform, images, generator)

        def chosen(share: float) -> Tensor:
            return uniform(0, 1) < share

        if self.crop != (1, 1):
            images = crop(images, *self._rectangles(images, generator))
        if self.flip:
            images = mirror(images, chosen(self.flip))
        if self.rotation:
            bound = math.radians(self.rotation)
            images = rotate(images, uniform(-bound, bound))
        if self.jittered:
            images = self._jitter(images, chosen(self.jittered), generator)
        if self.grey:
            images = saturate(images, (~chosen(self.grey)).to(images))
        if self.blurred:
            sigma = torch.where(chosen(self.blurred), uniform(*self.sigma), 0)
            images = blur(images, sigma)
        return images

    def _rectangles(self, images: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Corners and sides (N, 2) of random crops: the first of some attempts that fits."""
        height, width = images.shape[2:]
        area = _uniform(images, generator, *self.crop, ATTEMPTS) * (height * width)
        low, high = RATIOS
        root = _uniform(images, generator, math.log(low) / 2, math.log(high) / 2, ATTEMPTS).exp()
        across, down = area.sqrt() * root, area.sqrt() / root
        fits = (across <= width) & (down <= height)
        first = fits.byte().argmax(1, keepdim=True)  # of equal ones the first
        found = fits.any(1, keepdim=True)
        across = torch.where(found, across.gather(1, first), width)
        down = torch.where(found, down.gather(1, first), height)
        space = torch.cat([width - across, height - down], 1)
        return _uniform(images, generator, 0, 1, 2) * space, torch.cat([across, down], 1)

    def _jitter(self, images: Tensor, chosen: Tensor, generator: torch.Generator) -> Tensor:
        drawn = _uniform(images, generator, -1, 1, 4) * chosen[:, None]
        brightness, contrasting, saturation, hue = (
            strength * part for strength, part in zip(self.jitter, drawn.unbind(1), strict=True)
        )
        images = contrast(brighten(images, 1 + brightness), 1 + contrasting)
        return rotate_hue(saturate(images, 1 + saturation), math.tau * hue)


SIMSIAM_CIFAR = CropAugmentation(crop=(0.2, 1), flip=0.5)
"""The published augmentations of the SimSiam runs."""

SIMCLR_CIFAR = CropAugmentation(
    crop=(0.2, 1), flip=0.5, rotation=45, jitter=(0.4, 0.4, 0.4, 0.1), jittered=0.8
)
"""The published augmentations of the SimCLR runs; the crops' scale is that of the SimSiam runs."""


def _uniform(
    images: Tensor, generator: torch.Generator, low: float, high: float, *shape: int
) -> Tensor:
    """Uniform numbers (N, *shape) for N images, of their kind."""
    unit = torch.rand(len(images), *shape, generator=generator, device=images.device)
    return low + (high - low) * unit.to(images.dtype)

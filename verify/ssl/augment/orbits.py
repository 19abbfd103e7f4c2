"""Orbits: images under every transformation of a list."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from verify.ssl.augment.geometry import rotate


def orbit(
    images: Tensor, transformation: Callable[[Tensor, Tensor], Tensor], parameters: Tensor
) -> Tensor:
    """Every image under a transformation with every parameter.

    Args:
        images: (N, C, H, W).
        transformation: from images and a parameter for each, to images of one size, e.g. `blur`.
        parameters: (A,), or (A, p) for a transformation with p parameters.

    Returns:
        (N, A, C, H, W).
    """
    repeated = images.repeat_interleave(len(parameters), dim=0)
    values = parameters.to(images).repeat(len(images), *[1] * (parameters.ndim - 1))
    return transformation(repeated, values).unflatten(0, (len(images), len(parameters)))


def rotation_orbit(images: Tensor, angles: Tensor) -> Tensor:
    """Every (N, C, H, W) image at each of (A,) angles in radians: (N, A, C, H, W)."""
    return orbit(images, rotate, angles)


def quarter_turns(images: Tensor) -> Tensor:
    """Square (N, C, S, S) images turned by 0, 90, 180 and 270 degrees: (N, 4, C, S, S).

    A permutation of the pixels: no interpolation that a classifier could recognise.
    """
    return torch.stack([torch.rot90(images, k, (2, 3)) for k in range(4)], dim=1)

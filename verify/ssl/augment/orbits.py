"""Orbits: images under every transformation of a list."""

from __future__ import annotations

import torch
from torch import Tensor

from verify.ssl.augment.geometry import rotate


def rotation_orbit(images: Tensor, angles: Tensor) -> Tensor:
    """Every image at every angle.

    Args:
        images: (N, C, H, W).
        angles: (A,), radians.

    Returns:
        (N, A, C, H, W).
    """
    repeated = images.repeat_interleave(len(angles), dim=0)
    rotated = rotate(repeated, angles.to(images).repeat(len(images)))
    return rotated.unflatten(0, (len(images), len(angles)))


def quarter_turns(images: Tensor) -> Tensor:
    """Square (N, C, S, S) images turned by 0, 90, 180 and 270 degrees: (N, 4, C, S, S).

    A permutation of the pixels: no interpolation that a classifier could recognise.
    """
    return torch.stack([torch.rot90(images, k, (2, 3)) for k in range(4)], dim=1)

"""Augmentations of the pixels' values; not clamped, so that they are smooth."""

from __future__ import annotations

from torch import Tensor


def brighten(images: Tensor, factor: Tensor) -> Tensor:
    """Multiply (N, C, H, W) images by (N,) factors; not clamped, so that it is smooth."""
    return images * factor[:, None, None, None]


def contrast(images: Tensor, factor: Tensor) -> Tensor:
    """Multiply the deviation of (N, C, H, W) images from their mean by (N,) factors; not clamped."""
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    return mean + factor[:, None, None, None] * (images - mean)

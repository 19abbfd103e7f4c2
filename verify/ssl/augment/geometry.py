"""Geometric augmentations: images resampled bilinearly, zero outside.

Bilinear interpolation is smooth between pixel centres only: where samples fall on pixel centres (an
unrotated image) the derivative is one-sided.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def bilinear_sample(images: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Read images at real pixel coordinates; everything outside an image is zero.

    Written out because `torch.nn.functional.grid_sample`, which it equals, has no forward-mode
    derivative.

    Args:
        images: (N, C, H, W).
        x: (N, h, w), columns, in pixels; 0 is the centre of the first column.
        y: (N, h, w), rows, in pixels.

    Returns:
        (N, C, h, w).
    """
    count, channels, height, width = images.shape
    padded = F.pad(images, (1, 1, 1, 1)).flatten(2)
    x, y = x.clamp(-1, width), y.clamp(-1, height)
    left = x.floor().clamp(max=width - 1)
    top = y.floor().clamp(max=height - 1)
    right_share, bottom_share = (x - left)[:, None], (y - top)[:, None]
    corner = ((top + 1) * (width + 2) + left + 1).long()

    def read(offset: int) -> Tensor:
        index = (corner + offset).reshape(count, 1, -1).expand(-1, channels, -1)
        return padded.gather(2, index).reshape(count, channels, *x.shape[1:])

    upper = torch.lerp(read(0), read(1), right_share)
    lower = torch.lerp(read(width + 2), read(width + 3), right_share)
    return torch.lerp(upper, lower, bottom_share)


def similarity(images: Tensor, angle: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Scale about the centre, rotate about the centre, then shift, in one resampling.

    Args:
        images: (N, C, H, W).
        angle: (N,), radians, counter-clockwise as displayed (like `torch.rot90`).
        shift: (N, 2), to the right and down, as a fraction of the width and height.
        scale: (N,), above 1 enlarges.

    Returns:
        (N, C, H, W).
    """
    height, width = images.shape[2:]
    across = torch.arange(width, dtype=images.dtype, device=images.device) - (width - 1) / 2
    down = torch.arange(height, dtype=images.dtype, device=images.device) - (height - 1) / 2
    u = across[None, None, :] - width * shift[:, 0, None, None]
    v = down[None, :, None] - height * shift[:, 1, None, None]
    cos = (angle.cos() / scale)[:, None, None]
    sin = (angle.sin() / scale)[:, None, None]
    x = cos * u - sin * v + (width - 1) / 2
    y = sin * u + cos * v + (height - 1) / 2
    return bilinear_sample(images, x, y)


def crop(images: Tensor, corner: Tensor, sides: Tensor) -> Tensor:
    """Enlarge a rectangle of every image to the whole; nothing outside the rectangle is read.

    Args:
        images: (N, C, H, W).
        corner: (N, 2), left and upper edge in pixels; 0 is the edge of the image.
        sides: (N, 2), width and height in pixels, at least 1.

    Returns:
        (N, C, H, W).
    """
    height, width = images.shape[2:]
    x = _centres(corner[:, :1], sides[:, :1], width)
    y = _centres(corner[:, 1:], sides[:, 1:], height)
    shape = (len(images), height, width)
    return bilinear_sample(images, x[:, None, :].expand(shape), y[:, :, None].expand(shape))


def mirror(images: Tensor, chosen: Tensor) -> Tensor:
    """Swap left and right in those (N, C, H, W) images that (N,) booleans choose."""
    return torch.where(chosen[:, None, None, None], images.flip(3), images)


def rotate(images: Tensor, angle: Tensor) -> Tensor:
    """Rotate (N, C, H, W) images counter-clockwise by (N,) radians about their centres."""
    return similarity(images, angle, angle.new_zeros(len(angle), 2), torch.ones_like(angle))


def translate(images: Tensor, shift: Tensor) -> Tensor:
    """Move (N, C, H, W) images right and down by (N, 2) fractions of their width and height."""
    return similarity(images, torch.zeros_like(shift[:, 0]), shift, torch.ones_like(shift[:, 0]))


def rescale(images: Tensor, scale: Tensor) -> Tensor:
    """Enlarge (N, C, H, W) images by (N,) factors about their centres."""
    return similarity(images, torch.zeros_like(scale), scale.new_zeros(len(scale), 2), scale)


def _centres(start: Tensor, side: Tensor, count: int) -> Tensor:
    """The centres (N, count) of equal parts of intervals from (N, 1) on, of (N, 1) pixels.

    They are kept half a pixel from the intervals' ends, where the outermost pixels have theirs.
    """
    parts = torch.arange(count, dtype=start.dtype, device=start.device) + 0.5
    centres = start - 0.5 + parts * side / count
    return torch.minimum(torch.maximum(centres, start), start + side - 1)

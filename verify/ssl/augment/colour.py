"""Augmentations of the pixels' values: brightness, contrast, saturation, hue and blur.

None of them is clamped, so all are linear in the image and smooth in their parameter. Hue angles
add up, and so do blurs' variances: hue is a one-parameter group, blur a one-parameter semigroup,
which has no inverses and so one-sided tangents only.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in the luma Y (ITU-R BT.601); they sum to 1."""

CHROMA = ((0.74, -0.27), (0.48, 0.41))
"""I and Q of the NTSC colour space from R - Y and B - Y (FCC 1953); both are 0 for a grey."""


def brighten(images: Tensor, factor: Tensor) -> Tensor:
    """Multiply (N, C, H, W) images by (N,) factors."""
    return images * factor[:, None, None, None]


def contrast(images: Tensor, factor: Tensor) -> Tensor:
    """Multiply the deviation of (N, C, H, W) images from their mean by (N,) factors."""
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    return mean + factor[:, None, None, None] * (images - mean)


def saturate(images: Tensor, factor: Tensor) -> Tensor:
    """Multiply the deviation of (N, 3, H, W) RGB images from their luma by (N,) factors.

    Raises:
        ValueError: if the images do not have three channels.
    """
    _require_rgb(images)
    luma = (images * _on(images, _luma())[:, None, None]).sum(1, keepdim=True)
    return luma + factor[:, None, None, None] * (images - luma)


def rotate_hue(images: Tensor, angle: Tensor) -> Tensor:
    """Rotate the chroma (I, Q) of (N, 3, H, W) RGB images by (N,) radians; the luma Y stays.

    A shift of the hue in HSV would have kinks where two channels are equal; this has none.

    Raises:
        ValueError: if the images do not have three channels.
    """
    _require_rgb(images)
    to_yiq = _yiq()
    cos, sin = angle.cos(), angle.sin()
    one, zero = torch.ones_like(cos), torch.zeros_like(cos)
    rows = [(one, zero, zero), (zero, cos, -sin), (zero, sin, cos)]
    turn = torch.stack([torch.stack(row, -1) for row in rows], -2)
    matrix = _on(images, torch.linalg.inv(to_yiq)) @ turn @ _on(images, to_yiq)
    return (matrix @ images.flatten(2)).unflatten(2, images.shape[2:])


def blur(images: Tensor, sigma: Tensor) -> Tensor:
    r"""Convolve (N, C, H, W) images with Gaussians of (N,) standard deviations, in pixels.

    The images are mirrored at their edges, where the cosines :math:`\cos(\omega (x + 1/2))` with
    :math:`\omega = \pi k / W` are complete and are multiplied by
    :math:`e^{-\sigma^2 \omega^2 / 2}`. Unlike a sampled kernel this is smooth down to
    :math:`\sigma = 0`, the identity. It is even in sigma: its derivative vanishes there, while that
    in the variance is half the Laplacian.
    """
    height, width = images.shape[2:]
    down, across = _cosines(height, images), _cosines(width, images)
    rows = torch.arange(height, dtype=images.dtype, device=images.device) * (math.pi / height)
    columns = torch.arange(width, dtype=images.dtype, device=images.device) * (math.pi / width)
    squares = rows[:, None] ** 2 + columns**2
    kept = torch.exp(-0.5 * sigma[:, None, None] ** 2 * squares)[:, None]
    return down.T @ ((down @ images @ across.T) * kept) @ across


def _luma() -> Tensor:
    return torch.tensor(LUMA, dtype=torch.float64)


def _on(images: Tensor, constant: Tensor) -> Tensor:
    """A constant where the images are and of their type, without waiting for their device."""
    return constant.to(images, non_blocking=True)


def _yiq() -> Tensor:
    """The matrix (3, 3) from RGB to YIQ, float64."""
    luma = _luma()
    red, _, blue = torch.eye(3, dtype=torch.float64) - luma  # R - Y, G - Y, B - Y
    return torch.stack([luma, *(r * red + b * blue for r, b in CHROMA)])


def _cosines(size: int, like: Tensor) -> Tensor:
    """The orthonormal cosine basis of functions of `size` pixels, one in each row (DCT-II)."""
    k = torch.arange(size, dtype=torch.float64)
    basis = torch.cos(math.pi / size * k[:, None] * (k + 0.5)) * math.sqrt(2 / size)
    basis[0] /= math.sqrt(2)
    return _on(like, basis)


def _require_rgb(images: Tensor) -> None:
    if images.ndim != 4 or images.shape[1] != 3:
        raise ValueError(
            "Hue and saturation need RGB images (N, 3, H, W); these have shape "
            f"{tuple(images.shape)}. A grey image has neither."
        )

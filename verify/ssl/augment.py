"""Augmentations and orbits: the only place where an image is transformed.

Every transformation is a batched function of a continuous parameter per image, and composes with
forward-mode differentiation, so that the tangent of an orbit is an exact Jacobian-vector product.
Bilinear interpolation is smooth between pixel centres only: where samples fall on pixel centres (an
unrotated image) the derivative is one-sided. Colours are not clamped: brightness, contrast,
saturation, hue and blur are linear in the image and smooth in their parameter. Hue angles add up,
and so do blurs' variances: hue is a one-parameter group, blur a semigroup, which has no inverses and
so one-sided tangents only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from verify.ssl.data.dataset import floating


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


def similarity(
    images: Tensor, angle: Tensor, shift: Tensor, scale: Tensor, nearest: bool = False
) -> Tensor:
    """Scale about the centre, rotate about the centre, then shift, in one resampling.

    Args:
        images: (N, C, H, W).
        angle: (N,), radians, counter-clockwise as displayed (like `torch.rot90`).
        shift: (N, 2), to the right and down, as a fraction of the width and height.
        scale: (N,), above 1 enlarges.
        nearest: whether to read the nearest pixel instead of interpolating.

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
    return bilinear_sample(images, *((x.round(), y.round()) if nearest else (x, y)))


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


def rotate(images: Tensor, angle: Tensor, nearest: bool = False) -> Tensor:
    """Rotate (N, C, H, W) images counter-clockwise by (N,) radians about their centres."""
    shift, scale = angle.new_zeros(len(angle), 2), torch.ones_like(angle)
    return similarity(images, angle, shift, scale, nearest)


def _centres(start: Tensor, side: Tensor, count: int) -> Tensor:
    """The centres (N, count) of equal parts of intervals from (N, 1) on, of (N, 1) pixels.

    They are kept half a pixel from the intervals' ends, where the outermost pixels have theirs.
    """
    parts = torch.arange(count, dtype=start.dtype, device=start.device) + 0.5
    centres = start - 0.5 + parts * side / count
    return torch.minimum(torch.maximum(centres, start), start + side - 1)


LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in the luma Y (ITU-R BT.601); they sum to 1."""

CHROMA = ((0.74, -0.27), (0.48, 0.41))
"""I and Q of the NTSC colour space from R - Y and B - Y (FCC 1953); both are 0 for a grey."""


def brighten(images: Tensor, factor: Tensor) -> Tensor:
    """Multiply (N, C, H, W) images by (N,) factors."""
    return images * factor[:, None, None, None]


def contrast(images: Tensor, factor: Tensor, weighted: bool = False) -> Tensor:
    """Multiply the deviation of (N, C, H, W) images from their mean, or mean luma, by (N,) factors."""
    mean = (_luma_of(images) if weighted else images).mean(dim=(1, 2, 3), keepdim=True)
    return mean + factor[:, None, None, None] * (images - mean)


def saturate(images: Tensor, factor: Tensor) -> Tensor:
    """Multiply the deviation of (N, 3, H, W) RGB images from their luma by (N,) factors.

    Raises:
        ValueError: if the images do not have three channels.
    """
    luma = _luma_of(images)
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


def shift_hue(images: Tensor, turns: Tensor) -> Tensor:
    """Shift the hue of (N, 3, H, W) RGB images in HSV by (N,) turns; value and chroma stay (Smith 1978).

    Raises:
        ValueError: if the images do not have three channels.
    """
    _require_rgb(images)
    value, chroma = images.amax(1), images.amax(1) - images.amin(1)
    red, green, blue = images.unbind(1)
    sixths = torch.where(
        value == red,
        (green - blue) / chroma,
        torch.where(value == green, 2 + (blue - red) / chroma, 4 + (red - green) / chroma),
    )
    sixths = sixths.nan_to_num(0, 0, 0) + 6 * turns[:, None, None]  # a grey has no hue
    channels = []
    for first in (5, 3, 1):
        place = (first + sixths).remainder(6)
        channels.append(value - chroma * torch.minimum(place, 4 - place).clamp(0, 1))
    return torch.stack(channels, 1)


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


def _luma_of(images: Tensor) -> Tensor:
    """Y of (N, 3, H, W) RGB images: (N, 1, H, W)."""
    _require_rgb(images)
    return (images * _on(images, _luma())[:, None, None]).sum(1, keepdim=True)


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
            f"Hue and saturation need RGB images (N, 3, H, W); these have shape {tuple(images.shape)}. A grey image has neither."
        )


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


def rotation_orbit(images: Tensor, angles: Tensor, nearest: bool = False) -> Tensor:
    """Every (N, C, H, W) image, bytes or not, at each of (A,) angles in radians: (N, A, C, H, W)."""
    return orbit(floating(images), partial(rotate, nearest=nearest), angles)


def quarter_turns(images: Tensor) -> Tensor:
    """Square (N, C, S, S) images turned by 0, 90, 180 and 270 degrees: (N, 4, C, S, S).

    A permutation of the pixels: no interpolation that a classifier could recognise.
    """
    return torch.stack([torch.rot90(images, k, (2, 3)) for k in range(4)], dim=1)


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
    """Crops, flips, rotations and colour jitter, as photographs are augmented.

    What torchvision's transformations of these names do to one image after another, except that crops
    have real corners and sides, not whole pixels, and colours are real numbers, not bytes. By
    default there are three more differences, so that all of it is smooth in its parameters: rotated
    images are interpolated; nothing is clamped, and the hue is turned in YIQ, not shifted in HSV; and
    the parts of the jitter come in one order.

    Attributes:
        crop: smallest and largest share of the image's area in a crop.
        flip: share of the images that are mirrored.
        rotation: largest angle in degrees, either way; what comes from outside is black.
        jitter: largest deviation from 1 of the factors of brightness, contrast and saturation, and
            of the hue from 0, in turns.
        jittered: share of the images whose colours are jittered.
        nearest: whether images are rotated to the nearest pixel, as by torchvision's default.
        clamped: whether colours are jittered as by torchvision: clamped to [0, 1], contrast about the
            mean luma, hue in HSV, in a random order.
    """

    crop: tuple[float, float] = (1, 1)
    flip: float = 0
    rotation: float = 0
    jitter: tuple[float, float, float, float] = (0, 0, 0, 0)
    jittered: float = 0
    nearest: bool = False
    clamped: bool = False

    def __post_init__(self) -> None:
        smallest, largest = self.crop
        if not 0 < smallest <= largest <= 1:
            raise ValueError(f"A crop takes a share of the area in (0, 1]; it was {self.crop}.")
        for name in ("flip", "jittered"):
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
            images = rotate(images, uniform(-bound, bound), self.nearest)
        if self.jittered:
            images = self._jitter(images, chosen(self.jittered), generator)
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
        if self.clamped:
            parts = (
                (brighten, 1 + brightness),
                (partial(contrast, weighted=True), 1 + contrasting),
                (saturate, 1 + saturation),
                (shift_hue, hue),
            )
            return _in_random_order(images, parts, generator)
        images = contrast(brighten(images, 1 + brightness), 1 + contrasting)
        return rotate_hue(saturate(images, 1 + saturation), math.tau * hue)


SIMSIAM_CIFAR = CropAugmentation(crop=(0.2, 1), flip=0.5)
"""The published augmentations of the SimSiam runs."""

SIMCLR_CIFAR = CropAugmentation(
    crop=(0.08, 1),
    flip=0.5,
    rotation=45,
    jitter=(0.4, 0.4, 0.4, 0.1),
    jittered=0.8,
    nearest=True,
    clamped=True,
)
"""The published augmentations of the SimCLR runs."""


def _in_random_order(
    images: Tensor,
    parts: Sequence[tuple[Callable[[Tensor, Tensor], Tensor], Tensor]],
    generator: torch.Generator,
) -> Tensor:
    """Transform (N, C, H, W) images by every part, with its (N,) parameters, and clamp after each.

    Every image has an order of its own.
    """
    order = _uniform(images, generator, 0, 1, len(parts)).argsort(1)
    for place in order.unbind(1):
        made = images
        for index, (transformation, parameter) in enumerate(parts):
            which = (place == index).nonzero()[:, 0]
            changed = transformation(images[which], parameter[which]).clamp(0, 1)
            made = made.index_copy(0, which, changed)
        images = made
    return images


def _uniform(
    images: Tensor, generator: torch.Generator, low: float, high: float, *shape: int
) -> Tensor:
    """Uniform numbers (N, *shape) for N images, of their kind."""
    unit = torch.rand(len(images), *shape, generator=generator, device=images.device)
    return low + (high - low) * unit.to(images.dtype)

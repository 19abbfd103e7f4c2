"""Colour images, their augmentations T_theta, networks, and the tangents of the orbits.

Everything is float64. An image is (3, S, S), theta has a row of `PARAMETERS` for each of N copies of
it, and an encoder takes (N, 3, S, S) to (N, d).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import torch
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from torch import Tensor
from torch.nn.functional import conv2d, interpolate, silu

from verify.ssl.augment import blur, brighten, rotate_hue, saturate, similarity

PARAMETERS = (
    "rotation",
    "shift right",
    "shift down",
    "scale",
    "hue",
    "saturation",
    "brightness",
    "blur",
)
"""Radians, fractions of the image twice, a factor, radians, two factors, a width in pixels."""

GEOMETRY, BRIGHTNESS = 4, 6
"""How many of the parameters resample the image, the first ones; and where the brightness stands."""

SIZE = 8
"""Side of the digits in pixels."""

EPS = torch.finfo(torch.float64).eps

ROUNDING = 1e4 * EPS
"""Relative rounding allowed to a derivative: a few hundred operations in sequence, of which some
cancel a digit or two."""

RANK_TOLERANCE = 1e-9
"""A singular value below this multiple of the largest is zero; `scale.spectrum` shows the gap."""


# --- images -------------------------------------------------------------------------------------


@functools.cache
def digits() -> Tensor:
    """The 1797 handwritten digits of scikit-learn as (N, 8, 8), from 0 to 1."""
    return torch.from_numpy(load_digits().images / 16)


class Picture(NamedTuple):
    """A colour image: a digit in one random colour on another, or random waves in three channels."""

    digit: Annotated[int, "index of a tinted digit of scikit-learn; -1 for waves"]
    seed: Annotated[int, "seed of its colours"]

    def image(self, size: int = SIZE) -> Tensor:
        """The image (3, S, S)."""
        generator = torch.Generator().manual_seed(self.seed)
        if self.digit < 0:
            waves = torch.randn(3, 3, 3, generator=generator, dtype=torch.float64)
            phase = math.pi / size * (torch.arange(size, dtype=torch.float64) + 0.5)
            cosines = torch.cos(torch.arange(3, dtype=torch.float64)[:, None] * phase)
            return 0.5 + 0.1 * cosines.T @ waves @ cosines
        paper, ink = torch.rand(2, 3, 1, 1, generator=generator, dtype=torch.float64)
        grey = digits()[self.digit][None, None]
        if size != SIZE:
            grey = interpolate(grey, size=size, mode="bilinear", align_corners=False)
        return paper + (ink - paper) * grey[0]


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    """Random tinted digits, and random waves."""
    # Every other one waves, which one number among 1798 would hardly ever be.
    return Picture(draw(st.integers(0, 1796) | st.just(-1)), draw(st.integers(0, 2**31)))


def pictures_seen(case: Picture) -> dict[str, bool]:
    """What random pictures must show."""
    return {"digits": case.digit >= 0, "waves": case.digit < 0}


# --- augmentations ------------------------------------------------------------------------------


def base(size: int = SIZE) -> Tensor:
    """The base parameter, (8,): no sample of the resampling lies on a kink there.

    After a rotation with cosine 0.8 and sine 0.6 the samples have coordinates in 0.2 Z, and this
    shift moves them to 0.1 + 0.2 Z: none has a coordinate nearer
    than a tenth of a pixel to a pixel centre's.
    """
    shift = (0.14 / size, 0.02 / size)
    return torch.tensor([math.atan2(3, 4), *shift, 1, 0.4, 1.2, 1.1, 0.7], dtype=torch.float64)


IDENTITY = torch.tensor([0, 0, 0, 1, 0, 1, 1, 0], dtype=torch.float64)
"""The parameter of the identity, where every sample of the resampling lies on a kink."""


def augmented(images: Tensor, theta: Tensor) -> Tensor:
    """T_theta x, (N, 3, S, S): resampling, then hue, saturation, brightness and blur.

    Args:
        images: (3, S, S) for one image under every row of theta, or (N, 3, S, S).
        theta: (N, 8).
    """
    copies = images.expand(len(theta), -1, -1, -1)
    moved = similarity(copies, theta[:, 0], theta[:, 1:3], theta[:, 3])
    coloured = saturate(rotate_hue(moved, theta[:, 4]), theta[:, 5])
    return blur(brighten(coloured, theta[:, 6]), theta[:, 7])


# --- encoders -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Backbone:
    """3x3 convolutions with Swish, the first of stride 1 and the others of 2, and a linear map.

    Attributes:
        kernels: (c_l, c_{l-1}, 3, 3).
        last: (d, m); m is the last number of channels where they are averaged over the image.
        pool: whether they are averaged, or flattened.
    """

    kernels: tuple[Tensor, ...]
    last: Tensor
    pool: bool

    def __call__(self, images: Tensor) -> Tensor:
        """Representations (N, d) of images (N, 3, S, S)."""
        x = images
        for layer, kernel in enumerate(self.kernels):
            x = silu(conv2d(x, kernel, stride=1 if layer == 0 else 2, padding=1))
        if self.pool:  # a ResNet widens its channels before it averages them
            return silu(conv2d(x, self.last[:, :, None, None])).mean((2, 3))
        return x.flatten(1) @ self.last.T


def backbone(channels: tuple[int, ...], inputs: int, width: int, pool: bool, seed: int) -> Backbone:
    """A network with He weights drawn from a seed."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        draw = torch.randn(*shape, generator=generator, dtype=torch.float64)
        return draw * (2 / math.prod(shape[1:])) ** 0.5

    pairs = zip(channels[1:], channels, strict=False)
    return Backbone(tuple(normal(m, n, 3, 3) for m, n in pairs), normal(width, inputs), pool)


SMALL = backbone((3, 8, 16), inputs=256, width=16, pool=False, seed=51)
"""For images of 8 pixels a side, d = 16; the same network in every case."""


def orbit(images: Tensor, theta: Tensor, encoder: Backbone = SMALL) -> Tensor:
    """enc(T_theta x), (N, d), for theta (N, 8)."""
    return encoder(augmented(images, theta))


# --- tangents -----------------------------------------------------------------------------------


Path = Callable[[Tensor], Tensor]
"""From N parameters (N, p) to N points (N, d)."""


def slopes(path: Path, at: Tensor) -> Tensor:
    """The derivative of a path by forward mode, (d, p): one Jacobian-vector product a parameter.

    Args:
        path: the path.
        at: (p,), or (p, p) with another point for each parameter.
    """
    axes = torch.eye(at.shape[-1], dtype=at.dtype)
    return torch.func.jvp(path, (at + torch.zeros_like(axes),), (axes,))[1].T


def tangents(image: Tensor, at: Tensor, encoder: Backbone = SMALL) -> Tensor:
    """D o_x, (d, 8)."""
    return slopes(lambda theta: orbit(image, theta, encoder), at)


def differences(path: Path, at: Tensor, steps: tuple[float, float]) -> Tensor:
    """Difference quotients of a path in each parameter, (d, p).

    Args:
        path: the path.
        at: (p,).
        steps: how far ahead and how far behind, so (h, h) is central and (h, 0) is forward.
    """
    ahead, behind = steps
    axes = torch.eye(len(at), dtype=at.dtype)
    return ((path(at + ahead * axes) - path(at - behind * axes)) / (ahead + behind)).T


def scaled(columns: Tensor) -> Tensor:
    """Columns divided by their lengths: parameters have units, spans and ranks have not."""
    return columns / columns.norm(dim=0)


def numerical_rank(columns: Tensor) -> int:
    """Number of singular values of the scaled columns above `RANK_TOLERANCE` times the largest."""
    s = torch.linalg.svdvals(scaled(columns))
    return int((s > RANK_TOLERANCE * s[0]).sum())


def outside(vectors: Tensor, span: Tensor) -> float:
    """Largest relative length of a column outside the span of others, over what rounding leaves.

    A relative error in the spanning columns turns their span by as much times their condition.
    """
    u, s, _ = torch.linalg.svd(scaled(span), full_matrices=False)
    kept = s > RANK_TOLERANCE * s[0]
    basis, vectors = u[:, kept], scaled(vectors)
    rest = vectors - basis @ (basis.T @ vectors)
    return float(rest.norm(dim=0).max()) / (ROUNDING * float(s[0] / s[kept][-1]))

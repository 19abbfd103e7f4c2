"""Hue, saturation and blur, and orbits of any transformation.

Oracles: loops over pixels, in complex numbers for the chroma and with a sampled Gaussian on mirrored
pixels for the blur; the standard library's `colorsys` and SciPy's Gaussian filter, which would show a
convention that the loops share; closed forms at cosines; group laws; and central differences, whose
error must fall as the square of the step, for the tangents.
"""

from __future__ import annotations

import cmath
import colorsys
import math
from collections.abc import Callable

import pytest
import torch
from scipy.ndimage import gaussian_filter
from test_ssl_augment import translate
from torch import Tensor

from verify.ssl.augment import blur, orbit, rotate, rotate_hue, saturate, shift_hue

ROUNDING = 1e-13  # a few hundred float64 roundings of numbers of size at most 1

COLORSYS = 0.02
"""`colorsys` has the same chroma with the luma rounded to two decimals, up to 0.004 off in a weight;
here that changes a colour by some 0.01."""


@pytest.fixture
def images() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(3, 3, 12, 16, generator=generator, dtype=torch.float64)


def batch(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


# --- hue and saturation ---------------------------------------------------------------------


def pixels(image: Tensor) -> Tensor:
    return image.flatten(1).T


def by_hand(r: float, g: float, b: float, turn: complex) -> tuple[float, ...]:
    """I + iQ times a complex number; R - Y and B - Y come back by Cramer's rule, G from Y."""
    y = 0.299 * r + 0.587 * g + 0.114 * b
    chroma = turn * complex(0.74 * (r - y) - 0.27 * (b - y), 0.48 * (r - y) + 0.41 * (b - y))
    i, q, det = chroma.real, chroma.imag, 0.74 * 0.41 + 0.27 * 0.48
    red, blue = y + (0.41 * i + 0.27 * q) / det, y + (0.74 * q - 0.48 * i) / det
    return red, (y - 0.299 * red - 0.114 * blue) / 0.587, blue


def by_colorsys(r: float, g: float, b: float, turn: complex) -> tuple[float, ...]:
    """The same by the standard library, which clamps to [0, 1]: brought near mid-grey, and back."""
    y, i, q = colorsys.rgb_to_yiq(*(0.5 + 0.05 * (c - 0.5) for c in (r, g, b)))
    chroma = turn * complex(i, q)
    return tuple(0.5 + (c - 0.5) / 0.05 for c in colorsys.yiq_to_rgb(y, chroma.real, chroma.imag))


@pytest.mark.parametrize(("oracle", "allowed"), [(by_hand, ROUNDING), (by_colorsys, COLORSYS)])
def test_hue_and_saturation_pixel_by_pixel(
    oracle: Callable[..., tuple[float, ...]], allowed: float, images: Tensor
) -> None:
    angles, factors = batch(0.7, -2.0, 4.0), batch(0, 0.4, 1.7)
    found = saturate(rotate_hue(images, angles), factors)
    for image, angle, factor, changed in zip(images, angles, factors, found, strict=True):
        turn = cmath.rect(float(factor), float(angle))
        expected = [oracle(*pixel, turn) for pixel in pixels(image).tolist()]
        assert (pixels(changed) - batch(*sum(expected, ())).view(-1, 3)).abs().max() < allowed


def test_hue_in_hsv_pixel_by_pixel(images: Tensor) -> None:
    """By the standard library; greys, ties of two channels and corners of the cube among the pixels."""
    special = batch(0.3, 0.3, 0.3, 0.9, 0.9, 0.1, 0.2, 0.7, 0.7, 1, 0, 0, 0, 0, 0, 1, 1, 1).view(
        6, 3
    )
    images[:, :, 0, :6] = special.T
    turns = batch(0.1, -0.27, 0.6)
    for image, turn, found in zip(images, turns.tolist(), shift_hue(images, turns), strict=True):
        expected = []
        for pixel in pixels(image).tolist():
            hue, saturation, value = colorsys.rgb_to_hsv(*pixel)
            expected.append(colorsys.hsv_to_rgb((hue + turn) % 1, saturation, value))
        assert (pixels(found) - batch(*sum(expected, ())).view(-1, 3)).abs().max() < ROUNDING


def test_hue_is_a_group(images: Tensor) -> None:
    first, second = batch(0.7, -2.0, 4.0), batch(1.1, 0.3, -0.9)
    twice = rotate_hue(rotate_hue(images, first), second)
    assert (twice - rotate_hue(images, first + second)).abs().max() < ROUNDING
    assert (rotate_hue(images, batch(0, 2 * math.pi, -2 * math.pi)) - images).abs().max() < ROUNDING


def test_hue_and_saturation_keep_luma_and_greys(images: Tensor) -> None:
    luma = lambda x: 0.299 * x[:, 0] + 0.587 * x[:, 1] + 0.114 * x[:, 2]  # noqa: E731
    grey = images[:, :1].expand(-1, 3, -1, -1)
    for change in (rotate_hue, saturate):
        assert (luma(change(images, batch(0.7, -2.0, 4.0))) - luma(images)).abs().max() < ROUNDING
        assert (change(grey, batch(0.7, -2.0, 4.0)) - grey).abs().max() < ROUNDING


def test_no_saturation_is_grey_and_half_a_turn_is_its_negative(images: Tensor) -> None:
    grey = saturate(images, batch(0, 0, 0))
    assert (grey[:, 0] - grey[:, 2]).abs().max() < ROUNDING
    half = rotate_hue(images, batch(math.pi, math.pi, math.pi))
    assert (half - saturate(images, batch(-1, -1, -1))).abs().max() < ROUNDING


@pytest.mark.parametrize("change", [rotate_hue, saturate])
def test_grey_images_are_refused(change: Callable[[Tensor, Tensor], Tensor]) -> None:
    with pytest.raises(ValueError, match=r"need RGB images \(N, 3, H, W\).*\(2, 1, 4, 4\)"):
        change(torch.zeros(2, 1, 4, 4), batch(1, 1))


# --- blur -----------------------------------------------------------------------------------


def mirrored(index: int, size: int) -> int:
    index %= 2 * size
    return index if index < size else 2 * size - 1 - index


def by_loop(row: list[float], sigma: float) -> list[float]:
    """A row of pixels convolved with a sampled, normalised Gaussian, mirrored at its ends."""
    reach = math.ceil(10 * sigma)  # beyond, the kernel is below 1e-21
    kernel = {s: math.exp(-(s**2) / (2 * sigma**2)) for s in range(-reach, reach + 1)}
    total = sum(kernel.values())
    return [
        sum(w * row[mirrored(x + s, len(row))] for s, w in kernel.items()) / total
        for x in range(len(row))
    ]


def test_blur_against_a_loop(images: Tensor) -> None:
    """The sampled kernel aliases frequencies beyond pi, by 2 exp(-sigma^2 pi^2 / 2) at most."""
    sigmas = batch(3.0, 3.5, 4.5)
    found = blur(images, sigmas)
    for image, sigma, blurred in zip(images, sigmas.tolist(), found, strict=True):
        for channel in range(3):
            rows = [by_loop(row, sigma) for row in image[channel].tolist()]
            both = [by_loop(list(column), sigma) for column in zip(*rows, strict=True)]
            expected = torch.tensor(both, dtype=torch.float64).T
            assert (blurred[channel] - expected).abs().max() < ROUNDING


def test_blur_against_scipy(images: Tensor) -> None:
    for sigma, aliased in ((1.0, 2e-2), (2.0, 6e-9), (3.0, ROUNDING)):
        other = gaussian_filter(images.numpy(), (0, 0, sigma, sigma), mode="reflect", truncate=12)
        found = blur(images, batch(sigma, sigma, sigma))
        assert (found - torch.from_numpy(other)).abs().max() < aliased


def test_blur_of_a_cosine_is_a_smaller_one() -> None:
    x = torch.arange(16, dtype=torch.float64) + 0.5
    y = torch.arange(12, dtype=torch.float64) + 0.5
    omega, nu = math.pi * 5 / 16, math.pi * 3 / 12
    wave = (torch.cos(nu * y)[:, None] * torch.cos(omega * x)).expand(3, 1, -1, -1)
    sigmas = batch(0, 0.3, 1.5)
    factor = torch.exp(-0.5 * sigmas**2 * (omega**2 + nu**2))[:, None, None, None]
    assert (blur(wave, sigmas) - factor * wave).abs().max() < ROUNDING


def test_blur_is_a_semigroup_that_keeps_the_mean(images: Tensor) -> None:
    first, second = batch(0.7, 0, 2.0), batch(0.4, 1.1, 0.3)
    twice = blur(blur(images, first), second)
    assert (twice - blur(images, (first**2 + second**2).sqrt())).abs().max() < ROUNDING
    assert (blur(images, first).mean((2, 3)) - images.mean((2, 3))).abs().max() < ROUNDING
    assert (blur(images, batch(0, 0, 0)) - images).abs().max() < ROUNDING
    flat = images.mean((2, 3), keepdim=True).expand_as(images)
    assert (blur(images, batch(1e3, 1e3, 1e3)) - flat).abs().max() < ROUNDING


def test_blur_at_zero_has_half_the_laplacian_in_the_variance() -> None:
    """In sigma the derivative vanishes there; in the variance, of a cosine, it is -omega^2 / 2."""
    x = torch.arange(16, dtype=torch.float64) + 0.5
    omega = math.pi * 3 / 16
    wave = torch.cos(omega * x).expand(1, 1, 4, -1)
    zero, one = batch(0), batch(1)
    assert torch.func.jvp(lambda s: blur(wave, s), (zero,), (one,))[1].abs().max() == 0
    variance = 1e-6
    quotient = (blur(wave, batch(math.sqrt(variance))) - wave) / variance
    assert (quotient + omega**2 / 2 * wave).abs().max() < 1e-6  # variance * omega^4 / 8


# --- tangents, types and orbits -------------------------------------------------------------

TANGENTS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "hue": lambda x, t: rotate_hue(x, batch(0, 0.7, -2.0) + t),
    "saturation": lambda x, t: saturate(x, torch.exp(batch(0, 0.7, -0.2) + t)),
    "blur": lambda x, t: blur(x, batch(0.5, 0.7, 2.0) + t),
    "all": lambda x, t: blur(saturate(rotate_hue(x, batch(0, 1, 2) + t), 1 + t.expand(3)), 1 + t),
}


@pytest.mark.parametrize("name", TANGENTS)
def test_tangent_against_finite_differences(name: str, images: Tensor) -> None:
    def path(t: Tensor) -> Tensor:
        return TANGENTS[name](images, t.expand(3) if name == "all" else t)

    zero = torch.zeros((), dtype=torch.float64)
    tangent = torch.func.jvp(path, (zero,), (torch.ones_like(zero),))[1]
    assert tangent.abs().max() > 0.1
    errors = []
    for step in (2e-3, 1e-3):
        difference = (path(zero + step) - path(zero - step)) / (2 * step)
        errors.append((difference - tangent).abs().max().item())
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("change", [rotate_hue, saturate, blur])
def test_float32_stays_float32(change: Callable[[Tensor, Tensor], Tensor], images: Tensor) -> None:
    parameters = batch(0.7, 1.0, 2.0)
    single = change(images.float(), parameters.float())
    assert single.dtype == torch.float32
    assert (single - change(images, parameters)).abs().max() < 1e-5


def test_orbits_of_any_transformation(images: Tensor) -> None:
    angles = torch.tensor([0.0, 0.4, 2.0])
    for change in (rotate_hue, rotate, blur):
        found = orbit(images, change, angles)
        assert found.shape == (3, 3, 3, 12, 16)
        for index, angle in enumerate(angles.double()):
            assert (found[:, index] - change(images, angle.expand(3))).abs().max() < ROUNDING
    shifts = torch.tensor([[0.1, 0.0], [0.0, -0.2]])
    found = orbit(images, translate, shifts)
    assert torch.equal(found[:, 1], translate(images, shifts[1].double().expand(3, 2)))

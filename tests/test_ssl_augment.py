"""Augmentations and orbits.

Oracles: `torch.rot90` and pixel shifts (exact, but blind between pixel centres), PyTorch's own
`affine_grid` and `grid_sample` (everywhere, but blind to a shared convention), and central finite
differences, whose error must fall as the square of the step, for the tangents.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from verify.ssl.augment import (
    Augmentation,
    bilinear_sample,
    brighten,
    contrast,
    quarter_turns,
    rotate,
    rotation_orbit,
    similarity,
)

ROUNDING = 1e-13  # a few hundred float64 roundings of numbers of size at most 16 pixels


@pytest.fixture
def images() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(3, 2, 16, 16, generator=generator, dtype=torch.float64)


def full(value: float) -> Tensor:
    return torch.full((3,), value, dtype=torch.float64)


def translate(images: Tensor, shift: Tensor) -> Tensor:
    """Move images right and down by (N, 2) fractions of their width and height."""
    return similarity(images, torch.zeros_like(shift[:, 0]), shift, torch.ones_like(shift[:, 0]))


def rescale(images: Tensor, scale: Tensor) -> Tensor:
    """Enlarge images by (N,) factors about their centres."""
    return similarity(images, torch.zeros_like(scale), scale.new_zeros(len(scale), 2), scale)


IDENTITIES: dict[str, Callable[[Tensor], Tensor]] = {
    "rotate": lambda x: rotate(x, full(0)),
    "rotate once around": lambda x: rotate(x, full(2 * math.pi)),
    "translate": lambda x: translate(x, full(0)[:, None].expand(-1, 2)),
    "rescale": lambda x: rescale(x, full(1)),
    "brighten": lambda x: brighten(x, full(1)),
    "contrast": lambda x: contrast(x, full(1)),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_identity_parameter(name: str, images: Tensor) -> None:
    assert (IDENTITIES[name](images) - images).abs().max() < ROUNDING


@pytest.mark.parametrize("turns", [1, 2, 3, -1])
def test_quarter_turns_are_rot90(turns: int, images: Tensor) -> None:
    rotated = rotate(images, full(turns * math.pi / 2))
    assert (rotated - torch.rot90(images, turns, (2, 3))).abs().max() < ROUNDING


def test_shifts_are_fractions_of_width_and_height(images: Tensor) -> None:
    wide = images[:, :, :8]
    moved = translate(wide, torch.tensor([[3 / 16, 2 / 8]] * 3, dtype=torch.float64))
    assert (moved[:, :, 2:, 3:] - wide[:, :, :-2, :-3]).abs().max() < ROUNDING


def test_translation_by_whole_pixels(images: Tensor) -> None:
    moved = translate(images, torch.tensor([[3 / 16, 2 / 16]] * 3, dtype=torch.float64))
    expected = torch.zeros_like(images)
    expected[:, :, 2:, 3:] = images[:, :, :-2, :-3]
    assert (moved - expected).abs().max() < ROUNDING


def test_everything_outside_is_zero(images: Tensor) -> None:
    far = torch.tensor([[5.0, 0.0]] * 3, dtype=torch.float64)
    assert translate(images, far).abs().max() == 0


def test_similarity_against_grid_sample(images: Tensor) -> None:
    angle = torch.tensor([0.3, -2.0, 4.0], dtype=torch.float64)
    shift = torch.tensor([[0.1, -0.2], [0.0, 0.33], [-0.15, 0.05]], dtype=torch.float64)
    scale = torch.tensor([0.8, 1.0, 1.3], dtype=torch.float64)
    cos, sin = angle.cos() / scale, angle.sin() / scale
    linear = torch.stack([torch.stack([cos, -sin], 1), torch.stack([sin, cos], 1)], 1)
    offset = -linear @ (2 * shift)[:, :, None]  # its image is two units wide
    grid = F.affine_grid(torch.cat([linear, offset], 2), list(images.shape), align_corners=False)
    expected = F.grid_sample(images, grid, "bilinear", "zeros", align_corners=False)
    found = similarity(images, angle, shift, scale)
    assert (found - expected).abs().max() < ROUNDING


def test_images_need_not_be_square() -> None:
    generator = torch.Generator().manual_seed(1)
    images = torch.rand(2, 1, 6, 10, generator=generator, dtype=torch.float64)
    half_turn = rotate(images, torch.full((2,), math.pi, dtype=torch.float64))
    assert (half_turn - torch.rot90(images, 2, (2, 3))).abs().max() < ROUNDING


def test_bilinear_sample_is_bilinear() -> None:
    image = torch.tensor([[[[1.0, 2.0], [3.0, 5.0]]]], dtype=torch.float64)
    x, y = torch.tensor([[[0.25]]]).double(), torch.tensor([[[0.5]]]).double()
    assert bilinear_sample(image, x, y).item() == pytest.approx(0.5 * (1.25 + 3.5), abs=1e-15)


TANGENTS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "rotation": lambda x, t: rotate(x, 0.7 + t.expand(3)),
    "translation": lambda x, t: translate(x, torch.stack([0.07 + t, 0.02 - 0.5 * t]).expand(3, 2)),
    "scale": lambda x, t: rescale(x, (1.1 + t).expand(3)),
    "brightness": lambda x, t: brighten(x, torch.exp(t).expand(3)),
    "contrast": lambda x, t: contrast(x, torch.exp(t).expand(3)),
    "all": lambda x, t: contrast(
        similarity(
            x, 0.7 + t.expand(3), torch.stack([t, 0.1 + t]).expand(3, 2), (1.1 + t).expand(3)
        ),
        (0.8 + t).expand(3),
    ),
}


@pytest.mark.parametrize("name", TANGENTS)
def test_tangent_against_finite_differences(name: str, images: Tensor) -> None:
    """The error of a central difference falls fourfold when its step is halved.

    The steps are too short for a sample to cross a pixel centre, where the derivative jumps; the
    pointwise transformations have no such jumps and take longer ones, clear of rounding.
    """
    longest = 2e-3 if name in ("brightness", "contrast") else 2e-5

    def path(t: Tensor) -> Tensor:
        return TANGENTS[name](images, t)

    zero = torch.zeros((), dtype=torch.float64)
    tangent = torch.func.jvp(path, (zero,), (torch.ones_like(zero),))[1]
    assert tangent.abs().max() > 0.1

    errors = []
    for step in (longest, longest / 2):
        difference = (path(zero + step) - path(zero - step)) / (2 * step)
        errors.append((difference - tangent).abs().max().item())
    if name == "translation":  # linear between pixel centres in each direction, so nearly exact
        assert max(errors) < 1e-7
        return
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.1)


def test_rotation_orbit(images: Tensor) -> None:
    angles = torch.tensor([0.0, 0.4, math.pi / 2])
    orbit = rotation_orbit(images, angles)
    assert orbit.shape == (3, 3, 2, 16, 16)
    for index, angle in enumerate(angles.double()):
        assert torch.equal(orbit[:, index], rotate(images, angle.expand(3)))


def test_quarter_turns_permute_pixels(images: Tensor) -> None:
    turned = quarter_turns(images)
    assert turned.shape == (3, 4, 2, 16, 16)
    assert torch.equal(turned[:, 0], images)
    for k in range(4):
        assert torch.equal(turned[:, k].flatten(1).sort().values, images.flatten(1).sort().values)


AUGMENTATION = Augmentation(
    rotation=180, translation=0.15, scale=(0.8, 1.2), brightness=0.4, contrast=0.4
)


def test_augmentation_follows_its_generator(images: Tensor) -> None:
    def draw(seed: int) -> Tensor:
        return AUGMENTATION(images, torch.Generator().manual_seed(seed))

    before = torch.get_rng_state()
    assert torch.equal(draw(1), draw(1))
    assert not torch.equal(draw(1), draw(2))
    assert torch.equal(torch.get_rng_state(), before), "the global generator was used"


def test_augmentation_stays_in_its_range() -> None:
    none = Augmentation(rotation=0, translation=0, scale=(1, 1), brightness=0.4, contrast=0)
    images = torch.ones(500, 1, 4, 4, dtype=torch.float64)
    factors = none(images, torch.Generator().manual_seed(0))[:, 0, 0, 0]
    assert 0.6 <= factors.min() < 0.62
    assert 1.38 < factors.max() <= 1.4

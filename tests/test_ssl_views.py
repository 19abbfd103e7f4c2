"""Training views of photographs.

Oracles: `torch.nn.functional.interpolate` and Pillow on rectangles of whole pixels (they have no
others), a loop over pixels in plain Python for real ones, and images from whose values the drawn
parameters can be read off: ramps tell where every pixel came from, patches of one colour tell what
became of it. The generators are seeded, so that no test of a frequency can fail by chance.
"""

from __future__ import annotations

import colorsys
import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from verify.ssl.augment import (
    SIMCLR_CIFAR,
    SIMSIAM_CIFAR,
    Augmentation,
    CropAugmentation,
    brighten,
    contrast,
    crop,
    mirror,
    rotate,
    rotate_hue,
    saturate,
)

ROUNDING = 1e-13  # a few hundred float64 roundings of numbers of size at most 32 pixels
DRAWS = 4000

SMOOTH = replace(SIMCLR_CIFAR, nearest=False, clamped=False)
"""The same with everything smooth in its parameters."""


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def images() -> Tensor:
    return torch.rand(4, 3, 16, 16, generator=generator(), dtype=torch.float64)


def ramps(count: int, size: int = 32) -> Tensor:
    """Images whose channels are the column, the row, and 1."""
    row = torch.arange(size, dtype=torch.float64)
    image = torch.stack(
        [row.expand(size, size), row[:, None].expand(size, size), torch.ones(size, size)]
    )
    return image.expand(count, 3, size, size)


RECTANGLES = torch.tensor(
    [[0, 0, 16, 16], [3, 5, 8, 7], [9, 0, 7, 12], [4, 10, 5, 6]], dtype=torch.float64
)


def test_crop_against_interpolate(images: Tensor) -> None:
    found = crop(images, RECTANGLES[:, :2], RECTANGLES[:, 2:])
    for image, output, (x, y, w, h) in zip(images, found, RECTANGLES.int().tolist(), strict=True):
        part = image[None, :, y : y + h, x : x + w]
        expected = F.interpolate(part, (16, 16), mode="bilinear", align_corners=False)[0]
        assert (output - expected).abs().max() < ROUNDING


def test_crop_against_pillow(images: Tensor) -> None:
    found = crop(images, RECTANGLES[:, :2], RECTANGLES[:, 2:])
    for image, output, (x, y, w, h) in zip(images, found, RECTANGLES.int().tolist(), strict=True):
        for plane, enlarged in zip(image, output, strict=True):
            picture = Image.fromarray(plane.numpy().astype(np.float32))
            part = picture.crop((x, y, x + w, y + h)).resize((16, 16), Image.Resampling.BILINEAR)
            assert np.abs(np.asarray(part) - enlarged.numpy()).max() < 1e-6  # Pillow's float32


def test_crop_of_real_pixels(images: Tensor) -> None:
    """A loop over pixels, with the rectangle's outermost centres half a pixel inside it."""
    corner = torch.tensor([[0.3, 2.7], [4.1, 0.0], [5.25, 6.5], [0.0, 0.0]], dtype=torch.float64)
    sides = torch.tensor([[12.4, 9.1], [8.6, 15.9], [10.75, 9.5], [16, 16]], dtype=torch.float64)
    found = crop(images, corner, sides)
    for n in range(4):
        (x0, y0), (w, h) = corner[n].tolist(), sides[n].tolist()
        for i in (0, 1, 7, 14, 15):
            for j in (0, 5, 15):
                y = min(max(y0 + (i + 0.5) * h / 16 - 0.5, y0), y0 + h - 1)
                x = min(max(x0 + (j + 0.5) * w / 16 - 0.5, x0), x0 + w - 1)
                left, top = min(math.floor(x), 14), min(math.floor(y), 14)
                a, b = x - left, y - top
                for c in range(3):
                    p = images[n, c]
                    upper = (1 - a) * p[top, left] + a * p[top, left + 1]
                    lower = (1 - a) * p[top + 1, left] + a * p[top + 1, left + 1]
                    expected = (1 - b) * upper + b * lower
                    assert abs(found[n, c, i, j] - expected) < ROUNDING


def test_crop_is_differentiable(images: Tensor) -> None:
    """The error of a central difference falls fourfold when its step is halved."""
    corner = torch.tensor([[1.3, 2.75]] * 4, dtype=torch.float64)
    sides = torch.tensor([[9.1, 8.3]] * 4, dtype=torch.float64)

    def path(t: Tensor) -> Tensor:
        return crop(images, corner + t, sides * torch.exp(t))

    zero = torch.zeros((), dtype=torch.float64)
    tangent = torch.func.jvp(path, (zero,), (torch.ones_like(zero),))[1]
    errors = [
        ((path(zero + s) - path(zero - s)) / (2 * s) - tangent).abs().max().item()
        for s in (2e-4, 1e-4)
    ]
    assert tangent.abs().max() > 0.1
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.2)


def test_mirror(images: Tensor) -> None:
    chosen = torch.tensor([True, False, True, False])
    found = mirror(images, chosen)
    for n in range(4):
        expected = images[n].numpy()[:, :, ::-1] if chosen[n] else images[n].numpy()
        assert np.array_equal(found[n].numpy(), expected)


def test_crops_have_the_published_distribution() -> None:
    """Area uniform in [0.2, 1], log ratio uniform, corner uniform: as what fits is kept."""
    seen = CropAugmentation(crop=(0.2, 1))(ramps(DRAWS), generator())
    middle = slice(12, 20)  # clear of the borders, where centres are kept inside
    sides = 32 * torch.stack(
        [seen[:, 0, 16, middle].diff(dim=1).mean(1), seen[:, 1, middle, 16].diff(dim=1).mean(1)], 1
    )
    centres = torch.stack([seen[:, 0, 16, 15:17].mean(1), seen[:, 1, 15:17, 16].mean(1)], 1) + 0.5
    corner = centres - sides / 2
    area, ratio = sides.prod(1) / 32**2, sides[:, 0] / sides[:, 1]
    assert 0.2 - 1e-9 <= area.min() < 0.205
    assert 0.98 < area.max() <= 1 + 1e-9
    assert 0.75 - 1e-9 <= ratio.min() < 0.755
    assert 1.325 < ratio.max() <= 4 / 3 + 1e-9
    assert (corner > -1e-9).all()
    assert (corner + sides < 32 + 1e-9).all()
    # The law: of draws by the published rule, one after another in plain Python.
    rng, areas = np.random.default_rng(0), []
    while len(areas) < DRAWS:
        share, root = (
            rng.uniform(0.2, 1),
            math.exp(rng.uniform(math.log(0.75), math.log(4 / 3)) / 2),
        )
        if max(share**0.5 * root, share**0.5 / root) <= 1:
            areas.append(share)
    gap = torch.quantile(area, torch.arange(0.1, 1, 0.1).double()) - torch.from_numpy(
        np.quantile(areas, np.arange(0.1, 1, 0.1))
    )
    assert gap.abs().max() < 0.03  # three standard errors of a decile of 4000 draws, twice
    free = (corner / (32 - sides)).flatten()[(32 - sides).flatten() > 1]
    assert free.mean() == pytest.approx(0.5, abs=0.02)
    assert free.var() == pytest.approx(1 / 12, abs=0.005)


def test_the_whole_image_where_no_crop_fits() -> None:
    wide = torch.rand(50, 3, 4, 32, generator=generator(), dtype=torch.float64)
    seen = CropAugmentation(crop=(0.9, 1))(wide, generator())  # all of them would be too high
    assert (seen - wide).abs().max() < ROUNDING


def test_half_of_the_images_are_mirrored() -> None:
    seen = SIMSIAM_CIFAR(ramps(DRAWS), generator())
    mirrored = seen[:, 0, 16, 20] < seen[:, 0, 16, 10]
    assert mirrored.double().mean() == pytest.approx(0.5, abs=0.03)
    assert (seen[:, 2] == 1).all()  # a crop brings nothing in from outside


def test_rotation_is_within_its_bounds() -> None:
    seen = CropAugmentation(rotation=45)(ramps(DRAWS), generator())
    across = seen[:, 0, 16, 17] - seen[:, 0, 16, 15]
    down = seen[:, 1, 16, 17] - seen[:, 1, 16, 15]
    angles = torch.rad2deg(torch.atan2(down, across))
    assert -45 - 1e-9 <= angles.min() < -44
    assert 44 < angles.max() <= 45 + 1e-9
    assert angles.var().item() == pytest.approx(90**2 / 12, rel=0.1)
    assert seen[:, 2, 0, 0].min() == 0, "what comes from outside is black"


def colours(count: int) -> Tensor:
    """One image of four colours, repeated."""
    quarters = torch.tensor([[0.8, 0.3, 0.2], [0.1, 0.5, 0.9], [0.4, 0.4, 0.4], [0.9, 0.8, 0.1]])
    return quarters.T.double().reshape(1, 3, 2, 2).expand(count, 3, 2, 2)


def test_jitter_is_brightness_contrast_saturation_hue() -> None:
    """The four factors are read off each output and applied again, colour by colour, by hand."""
    augmentation = replace(SMOOTH, crop=(1, 1), flip=0, rotation=0)
    original, seen = colours(1)[0], augmentation(colours(DRAWS), generator())
    luma = torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64)
    touched = (seen - original).abs().amax((1, 2, 3)) > 1e-12
    assert touched.double().mean() == pytest.approx(0.8, abs=0.03)

    # Luma: saturation and hue leave it; of brightness b and contrast c it becomes m + c (b Y - m)
    # with m = b times the mean of all values.
    light, dark = (luma @ original[:, 1, 1], luma @ original[:, 0, 1])
    bright = torch.einsum("c,nchw->nhw", luma, seen)
    product = (bright[:, 1, 1] - bright[:, 0, 1]) / (light - dark)  # b c
    level = bright[:, 1, 1] - product * light  # m (1 - c)
    factor = level / original.mean() + product  # b
    contrasting = product / factor
    for drawn in (factor, contrasting):
        assert 0.6 - 1e-9 <= drawn.min() < 0.61
        assert 1.39 < drawn.max() <= 1.4 + 1e-9
        assert drawn[touched].var().item() == pytest.approx(0.8**2 / 12, rel=0.1)

    # Chroma: (I, Q) as a complex number is multiplied by b c s exp(i hue).
    to_iq = torch.tensor([[0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]]).double()

    def chroma(colour: Tensor) -> Tensor:
        i, q = to_iq @ colour
        return torch.complex(i, q)

    turned = chroma(seen[:, :, 0, 0].T) / chroma(original[:, 0, 0][:, None])
    saturation, hue = turned.abs() / product, turned.angle() / math.tau
    assert 0.6 - 0.01 <= saturation.min() < 0.62  # the matrix above has four digits
    assert 1.38 < saturation.max() <= 1.4 + 0.01
    assert -0.1 - 0.001 <= hue.min() < -0.095
    assert 0.095 < hue.max() <= 0.1 + 0.001
    assert seen[:, :, 1, 0].std(1).max() < 1e-12, "grey stays grey"


def test_presets_are_as_published() -> None:
    assert CropAugmentation(crop=(0.2, 1), flip=0.5) == SIMSIAM_CIFAR
    assert SIMCLR_CIFAR.crop == (0.08, 1)
    assert SIMCLR_CIFAR.rotation == 45
    assert SIMCLR_CIFAR.jitter == (0.4, 0.4, 0.4, 0.1)
    assert SIMCLR_CIFAR.jittered == 0.8
    assert SIMCLR_CIFAR.nearest
    assert SIMCLR_CIFAR.clamped


def test_jitter_as_by_torchvision() -> None:
    """One pixel at a time, by the rules that torchvision documents, in each of the 24 orders.

    The four factors are those of the generator, drawn again; hues go through the standard library.
    """
    images = torch.rand(60, 3, 2, 2, generator=generator(7), dtype=torch.float64)
    jitter = replace(SIMCLR_CIFAR, crop=(1, 1), flip=0, rotation=0)
    seen, source = jitter(images, generator(3)), generator(3)
    jittered = torch.rand(60, generator=source) < 0.8
    drawn = (jittered[:, None] * (2 * torch.rand(60, 4, generator=source) - 1)).tolist()
    orders = torch.rand(60, 4, generator=source).argsort(1).tolist()

    def grey(pixel: list[float]) -> float:
        return sum(w * v for w, v in zip((0.299, 0.587, 0.114), pixel, strict=True))

    def blend(pixel: list[float], other: float, factor: float) -> list[float]:
        return [min(1.0, max(0.0, factor * v + (1 - factor) * other)) for v in pixel]

    for image, found, (b, c, s, h), order in zip(images, seen, drawn, orders, strict=True):
        pixels = image.flatten(1).T.tolist()
        for part in order:
            mean = sum(map(grey, pixels)) / len(pixels)
            if part == 0:
                pixels = [blend(p, 0, 1 + 0.4 * b) for p in pixels]
            elif part == 1:
                pixels = [blend(p, mean, 1 + 0.4 * c) for p in pixels]
            elif part == 2:
                pixels = [blend(p, grey(p), 1 + 0.4 * s) for p in pixels]
            else:
                turned = [colorsys.rgb_to_hsv(*p) for p in pixels]
                pixels = [[*colorsys.hsv_to_rgb((t + 0.1 * h) % 1, c_, v)] for t, c_, v in turned]
        assert (
            found.flatten(1).T - torch.tensor(pixels).double()
        ).abs().max() < 1e-6  # float32 draws
    assert len({tuple(order) for order in orders}) > 12


def test_nearest_rotation_moves_whole_pixels() -> None:
    """Of pixels that are all different every one read is one that is there, and the one closest."""
    image = torch.arange(1.0, 82).double().reshape(1, 1, 9, 9)
    angle = math.radians(28)
    found = rotate(image, torch.tensor([angle]).double(), nearest=True)[0, 0]
    for row, column in itertools.product(range(9), repeat=2):
        x, y = column - 4, row - 4
        source_x = round(math.cos(angle) * x - math.sin(angle) * y) + 4
        source_y = round(math.sin(angle) * x + math.cos(angle) * y) + 4
        inside = 0 <= source_x < 9 and 0 <= source_y < 9
        assert found[row, column] == (image[0, 0, source_y, source_x] if inside else 0)


def test_a_view_is_its_parts(images: Tensor) -> None:
    """Every part follows from the same generator in the order that the fields are listed in."""
    seen = replace(SMOOTH, crop=(0.2, 1))(images, generator(5))
    source = generator(5)

    def uniform(*shape: int) -> Tensor:
        return torch.rand(len(images), *shape, generator=source).double()

    area, ratio = 0.2 + 0.8 * uniform(10), uniform(10)
    log_ratio = math.log(3 / 4) + (math.log(4 / 3) - math.log(3 / 4)) * ratio
    corners, sides = [], []
    for n in range(len(images)):
        for share, logarithm in zip(area[n].tolist(), log_ratio[n].tolist(), strict=True):
            width = 16 * math.sqrt(share * math.exp(logarithm))
            height = 16 * math.sqrt(share / math.exp(logarithm))
            if max(width, height) <= 16:
                sides.append([width, height])
                break
    position = uniform(2)
    for n, (width, height) in enumerate(sides):
        x, y = position[n].tolist()
        corners.append([x * (16 - width), y * (16 - height)])
    view = crop(images, torch.tensor(corners).double(), torch.tensor(sides).double())
    view = mirror(view, uniform() < 0.5)
    view = rotate(view, math.pi / 4 * (2 * uniform() - 1))
    jittered = uniform() < 0.8
    b, c, s, h = (jittered[:, None] * (2 * uniform(4) - 1)).unbind(1)
    view = contrast(brighten(view, 1 + 0.4 * b), 1 + 0.4 * c)
    view = rotate_hue(saturate(view, 1 + 0.4 * s), 0.1 * math.tau * h)
    assert (seen - view).abs().max() < 1e-5  # the corners above are float32


@pytest.mark.parametrize("augmentation", [SIMCLR_CIFAR, SMOOTH, SIMSIAM_CIFAR])
def test_views_follow_their_generator(augmentation: CropAugmentation, images: Tensor) -> None:
    before = torch.get_rng_state()
    first = augmentation(images, generator(1))
    assert torch.equal(first, augmentation(images, generator(1)))
    assert not torch.equal(first, augmentation(images, generator(2)))
    assert torch.equal(torch.get_rng_state(), before), "the global generator was used"
    assert first.shape == images.shape
    assert first.dtype == images.dtype


def test_bytes_are_shares_of_255() -> None:
    pixels = torch.randint(0, 256, (4, 3, 16, 16), generator=generator(), dtype=torch.uint8)
    shares = pixels.float() / 255
    digits = Augmentation(
        rotation=10, translation=0.1, scale=(0.9, 1.1), brightness=0.1, contrast=0.1
    )
    for augmentation in (SIMCLR_CIFAR, SMOOTH, digits):
        found = augmentation(pixels, generator(3))
        assert torch.equal(found, augmentation(shares, generator(3)))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"crop": (0, 1)}, r"area in \(0, 1\]; it was \(0, 1\)"),
        ({"crop": (0.5, 1.2)}, "area in"),
        ({"flip": 1.5}, "flip is a share"),
        ({"jittered": -0.1}, "jittered is a share"),
    ],
)
def test_refused_distributions(arguments: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        CropAugmentation(**arguments)  # type: ignore[arg-type]

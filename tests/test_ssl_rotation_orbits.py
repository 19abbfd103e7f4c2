"""Rotation orbits with their velocities.

Oracles: central differences of the orbit in the angle; a closed form, a backbone that reads off the
centre of mass, whose orbit of a far blob is a circle up to the blob's interpolation; and arclength
means of a curve run at uneven speed. The differences would miss a wrong weight by arclength.
"""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from verify.ssl.augment import rotate
from verify.ssl.data import load_digits
from verify.ssl.rotation_orbits import POINTS, Orbits, first_images, rotation_orbits
from verify.ssl.training import Networks

SIZE = 16


class Centre(nn.Module):
    """The first moments of an image about its centre, (N, 2): linear in the image."""

    def forward(self, images: Tensor) -> Tensor:
        """Horizontal and upward moment."""
        axis = torch.arange(SIZE, dtype=images.dtype) - (SIZE - 1) / 2
        return torch.stack([(images * axis).sum((1, 2, 3)), -(images.mT * axis).sum((1, 2, 3))], 1)


@pytest.fixture
def blob() -> Tensor:
    """A Gaussian of unit mass, 3 pixels to the right of the centre."""
    axis = torch.arange(SIZE, dtype=torch.float64) - (SIZE - 1) / 2
    image = torch.exp(-((axis - 3) ** 2) / 2) * torch.exp(-(axis[:, None] ** 2) / 2)
    return (image / image.sum())[None, None]


def networks(head: nn.Module) -> Networks:
    return Networks(Centre(), head, None)


def test_a_circle(blob: Tensor) -> None:
    head = nn.Linear(2, 2, bias=False)
    with torch.no_grad():
        head.weight.copy_(torch.diag(torch.tensor([2.0, 0.5])))
    found = rotation_orbits(networks(head), blob)
    assert found.z.shape == (1, POINTS, 2)
    assert found.length.item() == pytest.approx(6 * math.pi, rel=1e-2)  # radius 3
    assert found.spread(found.z).item() == pytest.approx(9, rel=1e-2)
    assert found.steepest.item() == pytest.approx(2, rel=1e-2)
    assert found.slope.item() == pytest.approx((4 + 0.25) / 2, rel=1e-2)
    angle = 0.5 * 2 * math.pi / POINTS
    assert found.z[0, 0].tolist() == pytest.approx(
        [3 * math.cos(angle), 3 * math.sin(angle)], rel=0.02
    )


def test_velocities_against_central_differences(blob: Tensor) -> None:
    head = nn.Sequential(nn.Linear(2, 3), nn.Tanh()).double()
    found = rotation_orbits(networks(head), blob)
    angles = (torch.arange(POINTS, dtype=torch.float64) + 0.5) * (2 * math.pi / POINTS)
    h = 1e-6

    def path(theta: Tensor) -> Tensor:
        return Centre()(rotate(blob.expand(POINTS, -1, -1, -1), theta))

    for values, velocity in ((path, found.velocity), (lambda t: head(path(t)), found.pushed)):
        difference = (values(angles + h) - values(angles - h)) / (2 * h)
        assert (difference - velocity[0]).abs().max() < 1e-8


def test_some_of_the_angles_only(blob: Tensor) -> None:
    every = rotation_orbits(networks(nn.Identity()), blob)
    some = rotation_orbits(networks(nn.Identity()), blob, every=13)
    assert torch.equal(some.velocity, every.velocity[:, ::13])


def test_means_are_over_arclength() -> None:
    """A segment run at speed 2 and then 1: the second half of the points has a third of its length."""
    velocity = torch.tensor([[[2.0], [2.0], [1.0], [1.0]]], dtype=torch.float64)
    values = torch.tensor([[[0.0], [0.0], [3.0], [3.0]]], dtype=torch.float64)
    found = Orbits(values, values, velocity, 3 * velocity)
    assert found.over_arclength(values).item() == pytest.approx(1)
    assert found.spread(values).item() == pytest.approx(2)  # (2/3) 1 + (1/3) 4
    assert found.slope.item() == pytest.approx(9)
    assert found.length.item() == pytest.approx(1.5 * 2 * math.pi)
    assert found.image_length.item() == pytest.approx(4.5 * 2 * math.pi)


def test_first_images_of_every_class() -> None:
    dataset = load_digits()
    images, classes = first_images(dataset, 2)
    assert images.dtype == torch.float64
    assert classes.tolist() == [c for c in range(10) for _ in range(2)]
    assert torch.equal(images[0], dataset.test_images[dataset.test_labels == 0][0].double())

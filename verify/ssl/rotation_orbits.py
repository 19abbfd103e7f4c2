"""Rotation orbits of images through a backbone and a head, with their velocities by forward mode."""

from __future__ import annotations

import copy
import math
from typing import NamedTuple

import torch
from torch import Tensor

from verify.ssl.augment import rotate
from verify.ssl.data import Dataset
from verify.ssl.training import Networks

POINTS = 64
"""Angles of an orbit; half a step off zero, so that no quarter turn, where bilinear interpolation
has kinks everywhere, is among them."""


class Orbits(NamedTuple):
    """n orbits of A points, under one network: closed curves in representations and in outputs.

    Attributes:
        z, h: representations (n, A, d) and the head's outputs (n, A, k).
        velocity, pushed: gamma' and J gamma', their derivatives in the angle.
    """

    z: Tensor
    h: Tensor
    velocity: Tensor
    pushed: Tensor

    @property
    def speed(self) -> Tensor:
        """|gamma'|, (n, A)."""
        return self.velocity.norm(dim=-1)

    @property
    def length(self) -> Tensor:
        """l of every orbit, (n,); the angles are to cover the circle evenly."""
        return self.speed.mean(1) * 2 * math.pi

    @property
    def image_length(self) -> Tensor:
        """The length of every orbit's image under the head, (n,)."""
        return self.pushed.norm(dim=-1).mean(1) * 2 * math.pi

    @property
    def slopes(self) -> Tensor:
        """|J tau|, (n, A)."""
        return self.pushed.norm(dim=-1) / self.speed

    @property
    def steepest(self) -> Tensor:
        """delta of every orbit, the largest |J tau| met, (n,)."""
        return self.slopes.amax(1)

    @property
    def slope(self) -> Tensor:
        """The mean of |J tau|^2 under uniform arclength, (n,)."""
        return self.over_arclength(self.slopes**2)

    def over_arclength(self, values: Tensor) -> Tensor:
        """Means (n, ..) of values (n, A, ..) under uniform arclength."""
        share = self.speed / self.speed.sum(1, keepdim=True)
        return torch.einsum("na,na...->n...", share, values)

    def spread(self, points: Tensor) -> Tensor:
        """Variance (n,) of points (n, A, m) under uniform arclength."""
        centre = self.over_arclength(points)
        return self.over_arclength((points - centre[:, None]).square().sum(-1))


def first_images(dataset: Dataset, each: int) -> tuple[Tensor, Tensor]:
    """The first test images of every class, float64, with their classes."""
    labels = dataset.test_labels
    few = torch.cat([(labels == c).nonzero()[:each, 0] for c in labels.unique()])
    return dataset.test_images[few].double(), labels[few]


def rotation_orbits(network: Networks, images: Tensor, every: int = 1) -> Orbits:
    """Run a network in evaluation mode along the rotation orbits of images (n, C, S, S).

    Args:
        network: backbone and projector.
        images: float64.
        every: take every so many of the angles only.
    """
    backbone, projector = (
        copy.deepcopy(module).double() for module in (network.backbone, network.projector)
    )
    angles = ((torch.arange(POINTS, dtype=torch.float64) + 0.5) * (2 * math.pi / POINTS))[::every]
    repeated = images.repeat_interleave(len(angles), dim=0)

    def path(theta: Tensor) -> tuple[Tensor, Tensor]:
        z = backbone(rotate(repeated, theta))
        return z, projector(z)

    theta = angles.to(images.device).repeat(len(images))
    with torch.no_grad():
        points, velocities = torch.func.jvp(path, (theta,), (torch.ones_like(theta),))[:2]
    return Orbits(*(x.unflatten(0, (len(images), -1)) for x in (*points, *velocities)))

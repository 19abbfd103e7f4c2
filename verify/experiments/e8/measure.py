"""What E8 measures: the orbits of images under released networks, by the published protocol and ours.

The published figure is the ratio of the variances of raw outputs, averaged over coordinates. It
depends on the units of the two representations and on how many coordinates they have. Ours compares
directions, and divides by what the head does to the variance of everything.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from verify.ssl.augment import blur, orbit, rotate, rotate_hue, saturate
from verify.ssl.backbones import calibrate, seeded
from verify.ssl.measurements import (
    Interval,
    bootstrap_weights,
    contraction,
    equal_weights,
    percentile_interval,
    summarise,
    unit,
)
from verify.ssl.released import SIZE, Network, standardise

IMAGES = 50
"""Test images, equally many of each class."""

STEPS = 12
"""Points of an orbit."""

DRAWS = 2000
"""Bootstrap samples of the images."""

BATCH = 48
"""Images per forward pass; a matter of memory only."""

FRESH_SEED = 0
"""Seed of the weights of the head that was never trained."""

KINDS = {
    "rotation": (rotate, (0.0, math.pi / 4)),
    "hue": (rotate_hue, (-0.4 * math.tau, 0.4 * math.tau)),
    "saturation": (saturate, (0.0, 2.0)),
    "blur": (blur, (0.1, 3.0)),
}
"""The published orbits: a transformation, and the ends of its parameter (radians; factor; pixels)."""


@dataclass(frozen=True)
class Cell:
    """One kind of orbits under one network; every ratio is z over h.

    Attributes:
        ratio: mean over images of the published variance ratio.
        fresh_ratio: the same with a head that was never trained.
        gain: mean cosine to the original image, of h less that of z.
        compression, shrinkage: of the spread along orbits, and of the total variance, of unit vectors.
        selectivity, fresh: 95 % bootstrap intervals over images of their ratio, with the head and
            with one that was never trained.
    """

    ratio: float
    fresh_ratio: float
    gain: float
    compression: float
    shrinkage: float
    selectivity: Interval
    fresh: Interval


def variance_ratio(z: Tensor, h: Tensor) -> Tensor:
    """The published quantity (n,) of orbits z (n, A, d) and h (n, A, k): coordinates are averaged."""
    return z.var(1, correction=0).mean(1) / h.var(1, correction=0).mean(1)


def cosine_gain(z: Tensor, h: Tensor, z_start: Tensor, h_start: Tensor) -> Tensor:
    """Cosines (n,) of orbits h with h_start (n, k), averaged, less the same of z with z_start."""
    of_z, of_h = (
        torch.einsum("nad,nd->na", unit(orbits), unit(start)).mean(1)
        for orbits, start in ((z, z_start), (h, h_start))
    )
    return of_h - of_z


@torch.no_grad()
def outputs(module: nn.Module, inputs: Tensor) -> Tensor:
    """Outputs (n, ...) of a module for inputs (n, ...), in float32."""
    return torch.cat([module(batch) for batch in inputs.split(BATCH)])


def compact(points: Tensor) -> Tensor:
    """Points (n, A, k) in as few coordinates as they span, with the same distances and origin.

    With the transposed matrix of all points equal to Q R, the columns of R are the coordinates.
    """
    count = points.shape[0] * points.shape[1]
    if points.shape[2] <= count:
        return points
    matrix = points.flatten(0, 1).double().T
    return torch.linalg.qr(matrix, mode="r").R.T.unflatten(0, points.shape[:2])


def measure(network: Network, images: Tensor, labels: Tensor) -> dict[str, Cell]:
    """Measure every kind of orbits of images (n, 3, H, W), in [0, 1], with labels (n,).

    Args:
        network: on the images' device; its inputs are enlarged bilinearly to `SIZE` pixels.
        images: at their original size.
        labels: classes, within which images are resampled.
    """
    large = nn.functional.interpolate(images, (SIZE, SIZE), mode="bilinear", align_corners=False)
    z_start = outputs(network.backbone, standardise(large))
    h_start = outputs(network.head, z_start)
    fresh = seeded(network.release.head, FRESH_SEED).to(images.device)
    cells = {}
    for kind, (transformation, ends) in KINDS.items():
        parameters = torch.linspace(*ends, STEPS)
        z = torch.cat(
            [
                outputs(network.backbone, standardise(orbit(one, transformation, parameters)[0]))
                for one in large.split(1)
            ]
        )
        calibrate(fresh, z)
        of_h, of_fresh = outputs(network.head, z), outputs(fresh, z)
        points = [v.unflatten(0, (len(images), STEPS)) for v in (z, of_h, of_fresh)]
        cells[kind] = _cell(points, (z_start, h_start), labels)
    return cells


def _cell(points: Sequence[Tensor], start: tuple[Tensor, Tensor], labels: Tensor) -> Cell:
    """Compare orbits (n, A, ...) in z, in h and under a fresh head; start: z and h of the originals."""
    z, h, fresh = points
    of_z, of_h, of_fresh = (summarise(compact(unit(orbits)), labels) for orbits in points)
    plain = contraction(of_z, of_h, equal_weights(labels))
    weights = bootstrap_weights(labels, DRAWS, torch.Generator().manual_seed(0))
    selectivity, control = (
        percentile_interval(contraction(of_z, other, weights).selectivity)
        for other in (of_h, of_fresh)
    )
    return Cell(
        ratio=variance_ratio(z.double(), h.double()).mean().item(),
        fresh_ratio=variance_ratio(z.double(), fresh.double()).mean().item(),
        gain=cosine_gain(z, h, *start).mean().item(),
        compression=plain.compression.item(),
        shrinkage=plain.shrinkage.item(),
        selectivity=selectivity,
        fresh=control,
    )

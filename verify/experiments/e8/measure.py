"""What E8 measures: the orbits of images under released networks, by the published protocol and ours.

The published figure is the ratio of the variances of raw outputs, averaged over coordinates. It
depends on the units of the two representations and on how many coordinates they have. Ours compares
directions, and divides by what the head does to the variance of everything.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from verify.claims.check import Context
from verify.claims.evidence import Finding, Measured, Outcome, Table
from verify.experiments.tables import answer_by, shortfall
from verify.ssl.augment import blur, orbit, rotate, rotate_hue, saturate
from verify.ssl.backbones import calibrate, seeded
from verify.ssl.data import Dataset, floating
from verify.ssl.data.loading import load as load_images
from verify.ssl.measurements import (
    Interval,
    bootstrap_weights,
    contraction,
    equal_weights,
    percentile_interval,
    summarise,
    unit,
)
from verify.ssl.released import RELEASES, SIZE, Network, Release, files, load, standardise
from verify.ssl.training import ieee

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

PUBLISHED = {
    "DINO ViT-S/16": ((1284, 0.34), (2499, 0.23), (2898, 0.32), (3728, 0.04)),
    "DINO ResNet-50": ((176, 0.41), (223, 0.25), (117, 0.31), (227, 0.11)),
    "VICReg ResNet-50": ((1.43, -0.37), (2.15, -0.40), (1.13, -0.37), (0.85, -0.04)),
    "Barlow Twins ResNet-50": ((2.63, -0.36), (2.52, -0.39), (2.49, -0.33), (1.42, -0.05)),
}
"""Variance ratio, and gain of the cosine to the original, for each of `KINDS`; from the outputs
saved in the authors' notebook (https://github.com/farischaudhry/projection-head-geometry)."""

EXPANDING = ("VICReg ResNet-50", "Barlow Twins ResNet-50")
"""The networks whose heads are said to expand orbits; the others' are said to compress them."""


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


def run_orbits(ctx: Context) -> Finding:
    """Measure every checkpoint that the context names."""
    path = ctx.data["cifar10"]
    dataset = load_images(
        "cifar10",
        Path(path) if path else None,
        cache=Path(ctx.cache) / "data",
        download=not path,
    )
    images = floating(dataset.test_images[:IMAGES]).to(ctx.device)
    labels = dataset.test_labels[:IMAGES].to(ctx.device)
    found: dict[str, dict[str, Cell]] = {}
    for file in files(Path(ctx.data["checkpoint"])):
        network = load(file)
        network.backbone.to(ctx.device)
        network.head.to(ctx.device)
        with ieee():
            found[network.release.name] = measure(network, images, labels)
    answers = tuple(answer(name, cells) for name, cells in found.items())
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=shortfall(answers) + _summary(dataset, found),
        cases=len(images) * len(KINDS) * len(found),
        tables=(_orbits(dataset, found), _sources(dataset)),
        answers=answers,
    )


def answer(name: str, cells: dict[str, Cell]) -> Measured:
    """Apply the criterion of E8 to one network."""
    kinds = list(cells.values())
    compresses = all(c.selectivity.low > max(1, c.fresh.high) for c in kinds)
    expands = all(c.selectivity.high < min(1, c.fresh.low) for c in kinds)
    said, otherwise = (expands, compresses) if name in EXPANDING else (compresses, expands)
    return Measured(
        effect=effect_of(name),
        answer=answer_by(said, otherwise),
        value="; ".join(
            f"{kind}: selectivity {_span(cell.selectivity)}, never trained {_span(cell.fresh)}"
            for kind, cell in cells.items()
        ),
    )


def effect_of(name: str) -> str:
    """The id of the effect that is about a network."""
    return name.lower().replace(" ", "-").replace("/", "")


def _span(interval: Interval) -> str:
    return f"{interval.low:.2f} to {interval.high:.2f}"


def _summary(dataset: Dataset, found: dict[str, dict[str, Cell]]) -> str:
    parts = [
        f"{name}: selectivity "
        + ", ".join(f"{_span(cell.selectivity)} ({kind})" for kind, cell in cells.items())
        for name, cells in found.items()
    ]
    return f"On {IMAGES} test images of {dataset.name}, 95 % intervals over images: {'; '.join(parts)}."


def _orbits(dataset: Dataset, found: dict[str, dict[str, Cell]]) -> Table:
    rows = []
    for name, cells in found.items():
        for (kind, cell), (ratio, gain) in zip(cells.items(), PUBLISHED[name], strict=True):
            rows.append(
                (
                    name,
                    kind,
                    f"{cell.ratio:.3g}",
                    f"{ratio:g}",
                    f"{cell.fresh_ratio:.3g}",
                    f"{cell.gain:+.2f}",
                    f"{gain:+.2f}",
                    f"{cell.compression:.2f}",
                    f"{cell.shrinkage:.2f}",
                    _span(cell.selectivity),
                    _span(cell.fresh),
                )
            )
    return Table(
        title=f"Orbits of released networks ({dataset.name}, {IMAGES} test images at {SIZE} pixels)",
        columns=(
            "network",
            "orbit",
            "variance ratio",
            "published",
            "head never trained",
            "cosine gain",
            "published",
            "compression of directions",
            "shrinkage of everything",
            "selectivity",
            "head never trained",
        ),
        rows=tuple(rows),
        note="Ratios are z over h; the variance ratio, as published, is of raw outputs.",
    )


def _sources(dataset: Dataset) -> Table:
    return Table(
        title=f"Where the networks' definitions come from ({dataset.name})",
        columns=("network", "d", "k", "names and shapes from"),
        rows=tuple((r.name, *_lengths(r), r.source) for r in RELEASES),
    )


def _lengths(release: Release) -> tuple[str, str]:
    """Lengths of z and h."""
    shapes = [s for name, s in release.shapes().items() if name.startswith(f"{release.prefix}.")]
    matrices: Sequence[tuple[int, ...]] = [shape for shape in shapes if len(shape) == 2]
    return str(matrices[0][1]), str(matrices[-1][0])

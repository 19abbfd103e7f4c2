"""What E8 shows of its measurements: tables."""

from __future__ import annotations

import math
from collections.abc import Sequence

from verify.claims.evidence import Table
from verify.experiments.e8.measure import IMAGES, Cell
from verify.experiments.remarks import as_read
from verify.experiments.report import table
from verify.ssl.data import Dataset
from verify.ssl.measurements import Interval
from verify.ssl.released import RELEASES, SIZE, Release

PUBLISHED = {
    "DINO ViT-S/16": ((1284, 0.34), (2499, 0.23), (2898, 0.32), (3728, 0.04)),
    "DINO ResNet-50": ((176, 0.41), (223, 0.25), (117, 0.31), (227, 0.11)),
    "VICReg ResNet-50": ((1.43, -0.37), (2.15, -0.40), (1.13, -0.37), (0.85, -0.04)),
    "Barlow Twins ResNet-50": ((2.63, -0.36), (2.52, -0.39), (2.49, -0.33), (1.42, -0.05)),
}
"""Variance ratio, and gain of the cosine to the original, for each of `KINDS`; from the outputs
saved in the author's notebook (https://github.com/farischaudhry/projection-head-geometry)."""

UNPUBLISHED = (math.nan, math.nan)
"""Of a network of another size, of which nothing was published."""


def _published(value: float, form: str) -> str:
    return "none" if math.isnan(value) else f"{value:{form}}"


def span(interval: Interval) -> str:
    """An interval in words."""
    return f"{interval.low:.2f} to {interval.high:.2f}"


def tables(dataset: Dataset, found: dict[str, dict[str, Cell]]) -> tuple[Table, Table]:
    """Every network's orbits, and where the networks' definitions come from."""
    return (
        table(
            f"Orbits of released networks ({dataset.name}, {IMAGES} test images at {SIZE} pixels)",
            (
                (name, kind, cell, *published)
                for name, cells in found.items()
                for (kind, cell), published in zip(
                    cells.items(), PUBLISHED.get(name, (UNPUBLISHED,) * len(cells)), strict=True
                )
            ),
            ("network", lambda name, kind, cell, ratio, gain: name),
            ("orbit", lambda name, kind, cell, ratio, gain: kind),
            ("variance ratio", lambda name, kind, cell, ratio, gain: f"{cell.ratio:.3g}"),
            ("published", lambda name, kind, cell, ratio, gain: _published(ratio, "g")),
            ("head never trained", lambda name, kind, cell, *row: f"{cell.fresh_ratio:.3g}"),
            ("cosine gain", lambda name, kind, cell, ratio, gain: f"{cell.gain:+.2f}"),
            ("published", lambda name, kind, cell, ratio, gain: _published(gain, "+.2f")),
            (
                "compression of directions",
                lambda name, kind, cell, ratio, gain: f"{cell.compression:.2f}",
            ),
            (
                "shrinkage of everything",
                lambda name, kind, cell, ratio, gain: f"{cell.shrinkage:.2f}",
            ),
            ("selectivity", lambda name, kind, cell, ratio, gain: span(cell.selectivity)),
            ("head never trained", lambda name, kind, cell, ratio, gain: span(cell.fresh)),
            note="Ratios are z over h; the variance ratio, as published, is of raw outputs. "
            + as_read(
                "E8.batches E8.orbits E8.standardised",
                "64 images are measured, rotated to the nearest pixel, with hue in HSV and blur by a kernel of 23 pixels, all after standardising. Here: 50 images, as many of each class, interpolated, hue in YIQ, before it.",
            ),
        ),
        table(
            f"Where the networks' definitions come from ({dataset.name})",
            ((release, *_lengths(release)) for release in RELEASES),
            ("network", lambda release, d, k: release.name),
            ("d", lambda release, d, k: d),
            ("k", lambda release, d, k: k),
            ("names and shapes from", lambda release, d, k: release.source),
        ),
    )


def _lengths(release: Release) -> tuple[str, str]:
    """Lengths of z and h."""
    shapes = [s for name, s in release.shapes().items() if name.startswith(f"{release.prefix}.")]
    matrices: Sequence[tuple[int, ...]] = [shape for shape in shapes if len(shape) == 2]
    return str(matrices[0][1]), str(matrices[-1][0])

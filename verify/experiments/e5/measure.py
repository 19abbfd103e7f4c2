"""What E5 measures: how sharply a representation turns as its image is turned."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from verify.experiments.networks import Run, Trained
from verify.ssl.augment import rotation_orbit
from verify.ssl.data import Dataset
from verify.ssl.measurements import (
    Interval,
    Protocol,
    bootstrap_weights,
    percentile_interval,
    pooled_interval,
)
from verify.ssl.orbit_curvature import bending

COUNT, STEP = 10, 5.0
"""Angles of an orbit and degrees between them: 45 degrees, as published."""

FIRST = 180 * (3 - math.sqrt(5)) / 10
"""The first angle in degrees, a tenth of the golden angle: away from 0, where every sample of an
image falls on the centre of a pixel and bilinear interpolation has a kink."""

HALVINGS = 2
"""How often the step is halved, to see whether it resolves the orbit."""

DRAWS = 1000
"""Bootstrap draws of each interval."""


Means = dict[str, float]
"""Means over all orbits of the fields of `verify.ssl.orbit_curvature.Bending`."""


@dataclass(frozen=True)
class Cell:
    """One network under one protocol, from one seed.

    Attributes:
        z, h: means, first at steps of `STEP`, then at ever finer ones.
        drawn: of the ratios of means, h over z, at steps of `STEP`, (DRAWS,).
    """

    z: tuple[Means, ...]
    h: tuple[Means, ...]
    drawn: dict[str, Tensor]

    @property
    def intervals(self) -> dict[str, Interval]:
        """Bootstrap intervals of those ratios."""
        return {name: percentile_interval(draws) for name, draws in self.drawn.items()}

    def ratio(self, name: str) -> float:
        """Of the means, h over z, at steps of `STEP`."""
        return self.h[0][name] / self.z[0][name]


Cells = dict[tuple[str, Protocol], list[Cell]]
"""For each network and protocol, a cell for each seed."""


def measure(form: Trained, runs: Iterable[Run], dataset: Dataset) -> Cells:
    """The bending of test images' rotation orbits under both protocols, with both controls."""
    fine = FIRST + STEP / 2**HALVINGS * torch.arange((COUNT - 1) * 2**HALVINGS + 1)
    images, turned = (
        dataset.test_images[: form.bent],
        partial(rotation_orbit, angles=torch.deg2rad(fine)),
    )
    cells: Cells = defaultdict(list)
    for run in runs:
        for name, protocol, z, h in run.compared(images, turned):
            cells[name, protocol].append(compare(z, h))
    return cells


def compare(z: Tensor, h: Tensor) -> Cell:
    """Bending of unit vectors (n, fine angles, d or k), at the published step and at finer ones."""
    strides = [2**halving for halving in range(HALVINGS, -1, -1)]
    alike = torch.zeros(len(z), dtype=torch.int64, device=z.device)
    weights = bootstrap_weights(alike, DRAWS, torch.Generator().manual_seed(0))
    of_z, of_h = ([bending(points[:, ::stride]) for stride in strides] for points in (z, h))
    names = list(vars(of_z[0]))
    drawn_z, drawn_h = (
        {name: weights @ getattr(levels[0], name) for name in names} for levels in (of_z, of_h)
    )
    means_z, means_h = (
        tuple({name: getattr(level, name).mean().item() for name in names} for level in levels)
        for levels in (of_z, of_h)
    )
    ratios = {name: drawn_h[name] / drawn_z[name] for name in names}
    return Cell(z=means_z, h=means_h, drawn=ratios)


def pooled(cells: Sequence[Cell], name: str) -> Interval:
    """Interval over training seeds and images together of a ratio of means, h over z."""
    return pooled_interval([c.ratio(name) for c in cells], [c.drawn[name] for c in cells])

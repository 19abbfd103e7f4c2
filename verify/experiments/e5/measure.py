"""What E5 measures: how sharply a representation turns as its image is turned."""

from __future__ import annotations

import enum
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from verify.experiments import report
from verify.experiments.networks import Run, Trained
from verify.ssl.augment import rotation_orbit
from verify.ssl.data import Dataset
from verify.ssl.measurements import (
    Interval,
    Protocol,
    bootstrap_weights,
    percentile_interval,
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


class Way(enum.StrEnum):
    """How an orbit is made, and what the head is fed."""

    PUBLISHED = "as published: raw z, nearest pixel, from 0 degrees"
    RAW = "raw z, interpolated"
    NORMALISED = "ours: normalised z, interpolated"


INTERPOLATED = {Protocol.CONSISTENT: Way.RAW, Protocol.PUBLISHED: Way.NORMALISED}
"""E3's published protocol feeds the head the normalised representation; E5's does not."""

Means = dict[str, float]
"""Means over all orbits of the fields of `verify.ssl.orbit_curvature.Bending`."""


@dataclass(frozen=True)
class Cell:
    """One network's orbits, made one way, from one seed.

    Attributes:
        z, h: means, first at steps of `STEP`, then at ever finer ones, unless made as published.
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


Cells = dict[tuple[str, Way], list[Cell]]
"""For each network and way, a cell for each seed."""


def measure(form: Trained, runs: Iterable[Run], dataset: Dataset) -> Cells:
    """The bending of test images' rotation orbits, made every way, with both controls."""
    images = dataset.test_images[: form.bent]
    fine = FIRST + STEP / 2**HALVINGS * torch.arange((COUNT - 1) * 2**HALVINGS + 1)
    jumps = STEP * torch.arange(COUNT)
    turned = partial(rotation_orbit, angles=torch.deg2rad(fine))
    jumping = partial(rotation_orbit, angles=torch.deg2rad(jumps), nearest=True)
    cells: Cells = defaultdict(list)
    for run in runs:
        for name, protocol, z, h in run.compared(images, jumping):
            if protocol is Protocol.CONSISTENT:
                cells[name, Way.PUBLISHED].append(compare(z, h, 0))
        for name, protocol, z, h in run.compared(images, turned):
            cells[name, INTERPOLATED[protocol]].append(compare(z, h))
    return cells


def compare(z: Tensor, h: Tensor, halvings: int = HALVINGS) -> Cell:
    """Bending of unit vectors (n, fine angles, d or k), at the published step and at finer ones.

    Of orbits in jumps, which may rest from one angle to the next, there are no turning angles.
    """
    strides = [2**halving for halving in range(halvings, -1, -1)]
    alike = torch.zeros(len(z), dtype=torch.int64, device=z.device)
    weights = bootstrap_weights(alike, DRAWS, torch.Generator().manual_seed(0))
    of_z, of_h = ([bending(points[:, ::stride]) for stride in strides] for points in (z, h))
    names = [name for name in vars(of_z[0]) if halvings or name != "turning"]
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
    return report.interval_over_all([c.ratio(name) for c in cells], [c.drawn[name] for c in cells])

"""What E3 measures: spread and distances of orbits before and after the head."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from scipy.stats import spearmanr
from torch import Tensor

from verify.claims.check import Context
from verify.experiments import report
from verify.experiments.networks import FRESH, TRAINED, UNTRAINED, Run, Trained
from verify.ssl.augment import rotation_orbit
from verify.ssl.data import Dataset
from verify.ssl.measurements import (
    Contraction,
    Interval,
    Protocol,
    bootstrap_weights,
    contraction,
    equal_weights,
    percentile_interval,
    project,
    represent_orbits,
    summarise,
    unit,
)

ANGLES = torch.arange(12) * (2 * math.pi / 12)

DRAWS = 1000
"""Bootstrap draws of each interval."""

BOOTSTRAP_SEED = 0

PLOTTED = 1000
"""Images whose orbits are in plots."""

SAMPLE_CLASSES, SAMPLE_IMAGES = 5, 3
"""As many classes, and images of each, as were published."""

CONTROLS = (FRESH, UNTRAINED)

COURSE_ORBITS, COURSE_LABELLED, COURSE_JUDGED = 500, 5000, 2000
"""Of each epoch's networks: test images whose orbits are measured, and training and test images of the
class probe."""

TREND = 0.7
"""Fixed before the medium runs: a figure rises as training goes on if its Spearman correlation with the
epoch, from the first one on, is at least this in every seed, and falls if it is at most minus this. Where
the selectivity still rises or falls, the answer after the last epoch is one about that epoch."""


@dataclass(frozen=True)
class Cell:
    """One network under one protocol, from one seed.

    Attributes:
        plain: the contraction of all orbits.
        drawn: of each bootstrap draw of them.
        sample: of as many orbits as were published.
    """

    plain: Contraction
    drawn: Contraction
    sample: Contraction


Cells = dict[tuple[str, Protocol], list[Cell]]
"""For each network and protocol, a cell for each seed."""

Points = dict[str, list[Tensor]]
"""By representation and network, for each seed, unit vectors (images, angles, d or k) of the first
`PLOTTED` images."""


def measure(
    form: Trained,
    runs: Iterable[Run],
    dataset: Dataset,
    images: int | None = None,
    nearest: bool = False,
) -> tuple[Cells, Points]:
    """Both protocols, with both controls; also unit vectors (consistent).

    Args:
        form: says of how many test images.
        runs: of every seed.
        dataset: the images.
        images: so many instead.
        nearest: whether they are turned to the nearest pixel, as published, and not interpolated.
    """
    count = form.orbits if images is None else images
    turned = partial(rotation_orbit, angles=ANGLES, nearest=nearest)
    classes = dataset.test_labels[:count]
    cells: Cells = defaultdict(list)
    points: Points = defaultdict(list)
    for run in runs:
        for name, protocol, z, h in run.compared(dataset.test_images[:count], turned):
            cells[name, protocol].append(compare(z, h, classes))
            if protocol is Protocol.CONSISTENT:
                points[f"z, {name}"].append(z[:PLOTTED])
                points[f"h, {name}"].append(h[:PLOTTED])
    return cells, points


BOTH_WAYS = 200
"""Test images that are turned both ways, interpolated and to the nearest pixel."""

SAME = 0.01
"""Share by which a ratio moves at most if it does not matter how images are turned."""


def both_ways(form: Trained, runs: Sequence[Run], dataset: Dataset) -> tuple[Cells, Cells]:
    """The same images interpolated, and turned to the nearest pixel as published."""
    interpolated, nearest = (
        measure(form, runs, dataset, BOTH_WAYS, nearest)[0] for nearest in (False, True)
    )
    return interpolated, nearest


def moved(both: tuple[Cells, Cells], name: str, protocol: Protocol, quantity: str) -> list[float]:
    """By what share a figure of interpolated images moves if they jump, for each seed."""
    before, after = (values(cells[name, protocol], quantity) for cells in both)
    return [b / a - 1 for a, b in zip(before, after, strict=True)]


Course = dict[str, list[float]]
"""Of one seed, a figure before the first step and after every epoch, by what it is."""

SELECTIVITY, COMPRESSION = "selectivity, consistent protocol", "compression, published protocol"

CLASS = "class probe of z"


def course(form: Trained, ctx: Context, dataset: Dataset) -> list[Course]:
    """Selectivity and published compression, of the head and of a fresh one, and how trained z is."""
    images, turned = dataset.test_images[:COURSE_ORBITS], partial(rotation_orbit, angles=ANGLES)
    classes = dataset.test_labels[:COURSE_ORBITS]
    weights = equal_weights(classes)
    courses = []
    for runs in form.course(ctx, dataset):
        found: Course = defaultdict(list)
        for run in runs:
            raw = represent_orbits(run.trained.backbone, images, turned)
            z = summarise(unit(raw), classes)
            for name, networks in ((TRAINED, run.trained), (FRESH, run.fresh)):
                for protocol, figure, of in (
                    (Protocol.CONSISTENT, SELECTIVITY, "selectivity"),
                    (Protocol.PUBLISHED, COMPRESSION, "compression"),
                ):
                    h = summarise(project(networks.projector, raw, protocol), classes)
                    value = getattr(contraction(z, h, weights), of)
                    found[f"{figure}, {name}"].append(value.item())
            found[CLASS].append(run.class_probe(dataset, COURSE_LABELLED, COURSE_JUDGED))
        courses.append(dict(found))
    return courses


def trends(curves: Sequence[Sequence[float]]) -> list[float]:
    """Spearman's correlation of every seed's figure with the epoch, from the first epoch on."""
    return [float(spearmanr(curve[1:], range(len(curve) - 1)).statistic) for curve in curves]


def direction(curves: Sequence[Sequence[float]]) -> str:
    """What a figure does as training goes on, of the same in every seed."""
    found = trends(curves)
    rises, falls = (all(sign * trend >= TREND for trend in found) for sign in (1, -1))
    return "rises" if rises else "falls" if falls else "does neither"


def compare(z: Tensor, h: Tensor, classes: Tensor) -> Cell:
    """Compare unit vectors (n, A, d) and (n, A, k) of orbits with classes (n,)."""
    few = torch.cat([(classes == c).nonzero()[:SAMPLE_IMAGES, 0] for c in range(SAMPLE_CLASSES)])
    generator = torch.Generator().manual_seed(BOOTSTRAP_SEED)
    every = summarise(z, classes), summarise(h, classes)
    sample = summarise(z[few], classes[few]), summarise(h[few], classes[few])
    return Cell(
        plain=contraction(*every, equal_weights(classes)),
        drawn=contraction(*every, bootstrap_weights(classes, DRAWS, generator)),
        sample=contraction(*sample, equal_weights(classes[few])),
    )


def values(cells: Sequence[Cell], quantity: str, part: str = "plain") -> list[float]:
    """A property of `Contraction`, or ``z.`` or ``h.`` and one of `Statistics`, for each seed."""
    found = []
    for cell in cells:
        value = getattr(cell, part)
        for name in quantity.split("."):
            value = getattr(value, name)
        found.append(value.item())
    return found


def pooled(cells: Sequence[Cell], quantity: str, over: Sequence[Cell] = ()) -> Interval:
    """Interval over training seeds and orbits together of a property of `Contraction`, rid of its draws' bias.

    Args:
        cells: one for each seed.
        quantity: the property.
        over: cells whose property it is divided by, seed by seed and draw by draw.
    """
    found, drawn = values(cells, quantity), [getattr(cell.drawn, quantity) for cell in cells]
    if over:
        found = [a / b for a, b in zip(found, values(over, quantity), strict=True)]
        drawn = [a / getattr(cell.drawn, quantity) for a, cell in zip(drawn, over, strict=True)]
    unbiased = [
        value**2 / float(draws.log().mean().exp())
        for value, draws in zip(found, drawn, strict=True)
    ]
    return report.interval_over_all(unbiased, drawn)


def intervals(cells: Sequence[Cell], quantity: str) -> list[Interval]:
    """The bootstrap interval of a property of `Contraction`, for each seed.

    Draws lie about their mean, which exceeds the figure by the bias that the figure itself has.
    """
    pairs = ((getattr(cell.plain, quantity), getattr(cell.drawn, quantity)) for cell in cells)
    return [percentile_interval(drawn - 2 * (drawn.mean() - value)) for value, drawn in pairs]

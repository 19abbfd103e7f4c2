"""What E3 shows of its measurements: tables and plots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from verify.claims.evidence import Plot, Series, Table
from verify.experiments.tables import (
    PUBLISHED_SETTING,
    PUBLISHED_SIMCLR,
    describe,
    listed,
    not_published,
    over_seeds,
    setting_table,
    spans,
    words_table,
)
from verify.experiments.trained_networks import FRESH, TRAINED, UNTRAINED, Trained
from verify.ssl.data import Dataset
from verify.ssl.measurements import (
    Contraction,
    Interval,
    Protocol,
    percentile_interval,
    principal_coordinates,
)

ANGLES = torch.arange(12) * (2 * math.pi / 12)

DRAWS = 1000
"""Bootstrap draws of each interval."""

BOOTSTRAP_SEED = 0

SAMPLE_CLASSES, SAMPLE_IMAGES = 5, 3
"""As many classes, and images of each, as were published."""

CONTROLS = (FRESH, UNTRAINED)

ORBITS = "the orbits that are measured"
"""The row of the setting that no training configuration holds."""


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


def intervals(cells: Sequence[Cell], quantity: str) -> list[Interval]:
    """The bootstrap interval of a property of `Contraction`, for each seed."""
    return [percentile_interval(getattr(cell.drawn, quantity)) for cell in cells]


def values(cells: Sequence[Cell], quantity: str, form: str = ".2f") -> str:
    """Mean over seeds, and each seed's value, of a property of `Contraction`."""
    return over_seeds([getattr(cell.plain, quantity).item() for cell in cells], form)


def settings(form: Trained, dataset: Dataset) -> tuple[Table, Table]:
    """What was run, beside what was published, and what the words mean."""
    setting = form.source.setting(dataset)
    images = len(dataset.test_images[: form.orbits])
    reach = getattr(form.config.augmentation, "rotation", 0)
    return (
        setting_table(
            setting,
            PUBLISHED_SIMCLR | {ORBITS: "12 rotations over [0, 360) degrees; 5 classes x 3 images"},
            describe(form.config, form.seeds, dataset)
            | {
                ORBITS: (
                    f"12 rotations over [0, 360) degrees; {dataset.classes} classes, {images} test "
                    "images"
                )
            },
            note=(
                "The published training rotations cover a quarter of the measured orbit, ours all of "
                "it: no answer here is about orbits that training never showed."
                if reach >= 180
                else "The training rotations cover a quarter of the measured orbit, as published."
            ),
        ),
        words_table(
            setting,
            "consistent protocol",
            "published protocol",
            "fresh head",
            "untrained network",
            "spread",
            "total variance",
            "compression",
            "selectivity",
            "share",
            "gain",
        ),
    )


def spread_table(form: Trained, dataset: Dataset, cells: Cells) -> Table:
    """Spread and total variance, ours under the published figures."""
    rows = [
        (
            PUBLISHED_SETTING,
            "published",
            "2.25",
            "0.10",
            "21.85 (22.5 printed)",
            "14.93",
            "1.46",
            "none",
        ),
        ("published: CIFAR-10, ViT-Tiny", "published", "", "", "4015", "", "", "none"),
    ]
    for (name, protocol), row in cells.items():
        rows.append(
            (
                name,
                protocol.value,
                over_seeds([100 * cell.plain.z.spread.item() for cell in row], ".1f"),
                over_seeds([100 * cell.plain.h.spread.item() for cell in row], ".2f"),
                values(row, "compression"),
                values(row, "shrinkage"),
                values(row, "selectivity"),
                spans(intervals(row, "selectivity")),
            )
        )
    before = [cell.plain.z for cell in cells[TRAINED, Protocol.CONSISTENT]]
    spread = sum(z.spread.item() for z in before) / len(before)
    variance = sum(z.variance.item() for z in before) / len(before)
    return Table(
        title=f"Mean-square spread along rotation orbits: {form.source.setting(dataset)}",
        columns=(
            "network",
            "protocol",
            "spread of z, x1e-2",
            "spread of h, x1e-2",
            "compression z / h",
            "total variance z / h",
            "selectivity",
            "95 % intervals",
        ),
        rows=tuple(rows),
        note=(
            f"{not_published(dataset)}Mean over training seeds {listed(form.seeds)}, each in "
            f"parentheses; {len(dataset.test_images[: form.orbits])} test images x 12 rotations; one "
            "interval for "
            f"each seed, from {DRAWS} bootstrap draws of orbits within their class. The published "
            "total variance and selectivity were computed from the released arrays. There the "
            "spread of z is 0.0225 and its total variance 0.244, so that orbits make up 9 % of it; "
            f"here the spread is {spread / 0.0225:.0f} times as large, and orbits make up "
            f"{100 * spread / variance:.0f} % of a total variance of {variance:.2f}. Backbone and "
            "images differ, so that ratios compare and absolute spreads do not."
        ),
    )


def distance_table(form: Trained, dataset: Dataset, cells: Cells) -> Table:
    """D_intra and D_inter, ours under the published figures."""
    rows = [
        (
            PUBLISHED_SETTING,
            "published",
            "0.211",
            "0.044",
            "0.432",
            "0.111",
            "2.04",
            "2.50",
            "1.22",
            "none",
        )
    ]
    for (name, protocol), row in cells.items():
        plain = [cell.plain for cell in row]
        rows.append(
            (
                name,
                protocol.value,
                over_seeds([c.z.intra.item() for c in plain]),
                over_seeds([c.h.intra.item() for c in plain]),
                over_seeds([c.z.inter.item() for c in plain]),
                over_seeds([c.h.inter.item() for c in plain]),
                over_seeds([(c.z.inter / c.z.intra).item() for c in plain]),
                over_seeds([(c.h.inter / c.h.intra).item() for c in plain]),
                values(row, "semantic_gain"),
                spans(intervals(row, "semantic_gain")),
            )
        )
    return Table(
        title=f"Distances within orbits and between classes: {form.source.setting(dataset)}",
        columns=(
            "network",
            "protocol",
            "D_intra of z",
            "D_intra of h",
            "D_inter of z",
            "D_inter of h",
            "D_inter / D_intra of z",
            "D_inter / D_intra of h",
            "gain",
            "95 % intervals of the gain",
        ),
        rows=tuple(rows),
        note=(
            "D_intra: mean distance between two points of an orbit. D_inter: mean distance between "
            f"two class centroids ({dataset.classes} classes here, 5 published). Means, seeds and "
            "intervals as above."
        ),
    )


def sample_table(setting: str, cells: Cells) -> Table:
    """Compression and selectivity of as many orbits as were published."""
    rows = []
    for (name, protocol), row in cells.items():
        sample = [cell.sample for cell in row]
        rows.append(
            (
                name,
                protocol.value,
                over_seeds([c.compression.item() for c in sample]),
                over_seeds([c.selectivity.item() for c in sample]),
            )
        )
    return Table(
        title=f"The same with as many orbits as were published, 5 x 3: {setting}",
        columns=("network", "protocol", "compression z / h", "selectivity"),
        rows=tuple(rows),
        note="The first 3 test images of each of five classes; no answer rests on these rows.",
    )


def portrait(where: str, points: Tensor, form: Trained, dataset: Dataset) -> Plot:
    """Principal coordinates of one orbit of each of five classes, from unit vectors (n, A, d)."""
    chosen = [int((dataset.test_labels == c).nonzero()[0, 0]) for c in range(SAMPLE_CLASSES)]
    coordinates = principal_coordinates(points[chosen].flatten(0, 1))
    series = tuple(
        Series(label=f"class {c}", x=tuple(orbit[:, 0].tolist()), y=tuple(orbit[:, 1].tolist()))
        for c, orbit in enumerate(coordinates.unflatten(0, (SAMPLE_CLASSES, len(ANGLES))))
    )
    return Plot(
        title=f"Five rotation orbits {where}",
        kind="scatter",
        series=series,
        xlabel="first principal coordinate",
        ylabel="second principal coordinate",
        equal_axes=True,
        note=(
            f"{form.source.setting(dataset)}; seed {form.seeds[0]}, unit vectors, consistent "
            "protocol, 12 rotations each."
        ),
    )


def displacements(points: dict[str, list[Tensor]], form: Trained, dataset: Dataset) -> Plot:
    """Mean distance from the unrotated image's vector, against the angle."""
    series = []
    for name, seeds in points.items():
        moved = torch.stack([(p - p[:, :1]).norm(dim=-1).mean(0) for p in seeds])
        series.append(
            Series(
                label=name,
                x=tuple(torch.rad2deg(ANGLES).tolist()),
                y=tuple(moved.mean(0).tolist()),
                low=tuple(moved.amin(0).tolist()),
                high=tuple(moved.amax(0).tolist()),
            )
        )
    return Plot(
        title="How far a representation moves as its image turns",
        kind="line",
        series=tuple(series),
        xlabel="rotation in degrees",
        ylabel="distance of unit vectors",
        note=(
            f"{form.source.setting(dataset)}; mean over {len(dataset.test_images[: form.orbits])} "
            f"test images, band: smallest and largest of {len(form.seeds)} seeds."
        ),
    )

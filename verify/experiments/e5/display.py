"""What E5 shows of its measurements: tables and a plot."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean

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
from verify.ssl.measurements import Interval, Protocol

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
        intervals: bootstrap intervals of the ratios of means, h over z, at steps of `STEP`.
    """

    z: tuple[Means, ...]
    h: tuple[Means, ...]
    intervals: dict[str, Interval]

    def ratio(self, name: str) -> float:
        """Of the means, h over z, at steps of `STEP`."""
        return self.h[0][name] / self.z[0][name]


Cells = dict[tuple[str, Protocol], list[Cell]]
"""For each network and protocol, a cell for each seed."""

ORBITS = "the orbits that are measured"
"""The row of the setting that no training configuration holds."""


def settings(form: Trained, dataset: Dataset) -> tuple[Table, Table]:
    """What was run, beside what was published, and what the words mean."""
    setting = form.source.setting(dataset)
    images = len(dataset.test_images[: form.bent])
    published = PUBLISHED_SIMCLR | {ORBITS: "0 to 45 degrees in 10 steps; 100 images"}
    ours = describe(form.config, form.seeds, dataset) | {
        ORBITS: f"{COUNT} angles {STEP:g} degrees apart from {FIRST:.2f} degrees; {images} test images"
    }
    note = (
        "If the published 10 steps were of 4.5 degrees, its second differences are a fifth smaller "
        "than those at 5 degrees, on z and h alike; ratios do not change."
    )
    words = ("consistent protocol", "published protocol", "fresh head", "untrained network")
    return setting_table(setting, published, ours, note), words_table(setting, *words)


def bending_table(form: Trained, dataset: Dataset, cells: Cells) -> Table:
    """Second differences, steps and turning, ours under the published figures."""
    rows = [
        (PUBLISHED_SETTING, "published", "0.125", "0.242", "1.93", "none", "none", "none", "none"),
        (
            "published: CIFAR-10, ViT-Tiny",
            "published",
            "",
            "",
            "2.59",
            "none",
            "none",
            "none",
            "none",
        ),
        ("published: CIFAR-100", "published", "", "", "1.84", "none", "none", "none", "none"),
    ]
    for (name, protocol), row in cells.items():
        rows.append(
            (
                name,
                protocol.value,
                over_seeds([c.z[0]["second"] for c in row], ".3f"),
                over_seeds([c.h[0]["second"] for c in row], ".3f"),
                over_seeds([c.ratio("second") for c in row]),
                spans([c.intervals["second"] for c in row]),
                over_seeds([c.ratio("step") for c in row]),
                over_seeds([c.ratio("turning") for c in row]),
                spans([c.intervals["turning"] for c in row]),
            )
        )
    return Table(
        title=f"Bending of rotation orbits: {form.source.setting(dataset)}",
        columns=(
            "network",
            "protocol",
            "second difference of z",
            "second difference of h",
            "h / z",
            "95 % intervals",
            "step length, h / z",
            "turning angle, h / z",
            "95 % intervals of the turning",
        ),
        rows=tuple(rows),
        note=(
            f"{not_published(dataset)}Mean over training seeds {listed(form.seeds)}, each in "
            f"parentheses; {len(dataset.test_images[: form.bent])} test images; one interval for each "
            f"seed, from {DRAWS} bootstrap draws of images. The turning angle lies between "
            "successive steps and does not depend on the size of an orbit."
        ),
    )


def halving_table(setting: str, cells: Cells) -> Table:
    """How second differences fall as the step is halved."""
    rows = []
    for label in ("z", "h"):
        row = [getattr(cell, label) for cell in cells[TRAINED, Protocol.CONSISTENT]]
        for level in range(HALVINGS + 1):
            second = [means[level]["second"] for means in row]
            falls = (
                over_seeds(
                    [means[level - 1]["second"] / s for means, s in zip(row, second, strict=True)]
                )
                if level
                else ""
            )
            turning = [math.degrees(means[level]["turning"]) for means in row]
            rows.append(
                (
                    label,
                    f"{STEP / 2**level:g}",
                    over_seeds(second, ".4f"),
                    falls,
                    over_seeds(turning, ".1f"),
                )
            )
    return Table(
        title=f"Second differences as the step is halved: {setting}",
        columns=(
            "of",
            "step in degrees",
            "second difference",
            "falls by a factor of",
            "turning angle in degrees",
        ),
        rows=tuple(rows),
        note=(
            "Trained networks, consistent protocol. Where the step resolves a smooth curve, second "
            "differences fall by 4 and turning angles by 2; with many kinks of bilinear "
            "interpolation and ReLU within every step they fall by 2.83 and 1.41, and no step gives "
            "a curvature."
        ),
    )


def step_plot(setting: str, form: Trained, cells: Cells) -> Plot:
    """Second differences against the step."""
    steps = tuple(STEP / 2**level for level in range(HALVINGS + 1))
    series = []
    for name in (TRAINED, FRESH, UNTRAINED):
        for label in ("z", "h"):
            row = [getattr(cell, label) for cell in cells[name, Protocol.CONSISTENT]]
            values = [[means[level]["second"] for means in row] for level in range(len(steps))]
            series.append(
                Series(
                    label=f"{label}, {name}",
                    x=steps,
                    y=tuple(map(fmean, values)),
                    low=tuple(map(min, values)),
                    high=tuple(map(max, values)),
                )
            )
    return Plot(
        title="Second differences of rotation orbits against the step",
        kind="line",
        series=tuple(series),
        xlabel="step in degrees",
        ylabel="mean norm of second differences",
        xscale="log",
        yscale="log",
        note=(
            f"{setting}; consistent protocol; band: smallest and largest of {len(form.seeds)} seeds."
        ),
    )

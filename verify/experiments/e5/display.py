"""What E5 shows of its measurements: tables and a plot."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

from verify.claims.evidence import Plot, Table
from verify.experiments import report
from verify.experiments.e5.measure import COUNT, DRAWS, FIRST, HALVINGS, STEP, Cell, Cells, Way
from verify.experiments.networks import FRESH, TRAINED, UNTRAINED, Trained
from verify.ssl.data import Dataset


def means(row: Sequence[Cell], of: str, level: int, quantity: str) -> list[float]:
    """A mean on z or h at steps halved so often, for each seed."""
    return [getattr(cell, of)[level][quantity] for cell in row]


def turning(row: Sequence[Cell], of: str, level: int, form: str) -> str:
    """Turning angles in degrees."""
    return report.over_seeds([math.degrees(m) for m in means(row, of, level, "turning")], form)


def settings(form: Trained, dataset: Dataset) -> tuple[Table, Table]:
    """What was run, beside what was published, and what the words mean."""
    images = len(dataset.test_images[: form.bent])
    rows = {
        "the orbits that are measured": (
            "10 angles, 0 to 45 degrees, nearest pixel; 200 images for each of 3 draws",
            f"as published, of the first {images} test images; and interpolated, {COUNT} angles {STEP:g} degrees apart from {FIRST:.2f} degrees",
        )
    }
    return (
        report.setting_table(form, dataset, report.PUBLISHED_SIMCLR, rows),
        report.words_table(form.source.setting(dataset), "fresh head", "untrained network"),
    )


def bending_table(form: Trained, dataset: Dataset, cells: Cells) -> Table:
    """Second differences, steps and turning, ours under the published figures."""

    def second(of: str) -> Callable[..., str]:
        return lambda name, way, row: report.over_seeds(means(row, of, 0, "second"), ".3f")

    def ratio(quantity: str) -> Callable[..., str]:
        return lambda name, way, row: (
            report.over_seeds([c.ratio(quantity) for c in row])
            if quantity in row[0].drawn
            else "none"
        )

    def intervals(quantity: str) -> Callable[..., str]:
        return lambda name, way, row: (
            report.spans([c.intervals[quantity] for c in row])
            if quantity in row[0].drawn
            else "none"
        )

    none = ("none",) * 4
    return report.table(
        f"Bending of rotation orbits: {form.source.setting(dataset)}",
        [(*key, row) for key, row in cells.items()],
        ("network", lambda name, way, row: name),
        ("orbit, and what the head is fed", lambda name, way, row: way.value),
        ("second difference of z", second("z")),
        ("second difference of h", second("h")),
        ("h / z", ratio("second")),
        ("95 % intervals", intervals("second")),
        ("step length, h / z", ratio("step")),
        ("turning angle, h / z", ratio("turning")),
        ("95 % intervals of the turning", intervals("turning")),
        above=(
            (report.PUBLISHED_SETTING, Way.PUBLISHED.value, "0.125", "0.242", "1.93", *none),
            ("published: CIFAR-10, ViT-Tiny", Way.PUBLISHED.value, "0.123", "0.317", "2.59", *none),
            ("published: CIFAR-100", Way.PUBLISHED.value, "0.127", "0.235", "1.84", *none),
        ),
        note=f"{report.not_published(dataset)}Mean over training seeds {report.listed(form.seeds)}, each in parentheses; {len(dataset.test_images[: form.bent])} test images; one interval for each seed, from {DRAWS} bootstrap draws of images. The turning angle lies between successive steps and does not depend on the size of an orbit; an orbit in jumps may rest between two angles, and then has none.",
    )


def halving_table(setting: str, cells: Cells) -> Table:
    """How second differences fall as the step is halved."""
    row = cells[TRAINED, Way.RAW]

    def falls(of: str, level: int) -> str:
        if not level:
            return "none"
        before, after = (means(row, of, at, "second") for at in (level - 1, level))
        return report.over_seeds([b / a for b, a in zip(before, after, strict=True)])

    return report.table(
        f"Second differences as the step is halved: {setting}",
        itertools.product(("z", "h"), range(HALVINGS + 1)),
        ("of", lambda of, level: of),
        ("step in degrees", lambda of, level: f"{STEP / 2**level:g}"),
        (
            "second difference",
            lambda of, level: report.over_seeds(means(row, of, level, "second"), ".4f"),
        ),
        ("falls by a factor of", falls),
        ("turning angle in degrees", lambda of, level: turning(row, of, level, ".1f")),
        note="Trained networks, raw z, interpolated. Where the step resolves a smooth curve, second differences fall by 4 and turning angles by 2; with many kinks of bilinear interpolation and ReLU within every step they fall by 2.83 and 1.41 while the turning angle is small, and by less where it nears a right angle, and no step gives a curvature.",
    )


def step_plot(setting: str, form: Trained, cells: Cells) -> Plot:
    """Second differences against the step."""
    levels = range(HALVINGS + 1)
    series = []
    for name, of in itertools.product((TRAINED, FRESH, UNTRAINED), ("z", "h")):
        row = cells[name, Way.RAW]
        seeds = zip(*(means(row, of, level, "second") for level in levels), strict=True)
        series.append(report.band(f"{of}, {name}", [STEP / 2**level for level in levels], seeds))
    return Plot(
        title="Second differences of rotation orbits against the step",
        kind="line",
        series=tuple(series),
        xlabel="step in degrees",
        ylabel="mean norm of second differences",
        xscale="log",
        yscale="log",
        note=f"{setting}; raw z, interpolated; {report.drawn(form.seeds)}.",
    )


def summary(setting: str, cells: Cells) -> str:
    """The figures in a sentence."""
    published, trained, normalised = (cells[TRAINED, way] for way in Way)
    z, h = (report.over_seeds(means(published, of, 0, "second"), ".3f") for of in ("z", "h"))
    ratio, other, fed = (
        report.over_seeds([c.ratio("second") for c in row])
        for row in (published, trained, normalised)
    )
    return f"On {setting}: as published, second differences go from {z} on z to {h} on h, a ratio of {ratio} (published 1.93); {other} where images are interpolated, {fed} where besides the head is fed the normalised representation, which was not published. Successive steps turn by {turning(trained, 'z', 0, '.0f')} degrees on z and {turning(trained, 'h', 0, '.0f')} on h."

"""What E4 shows of its measurements: tables and a plot. Accuracies and gaps are shown in %."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean

from verify.claims.evidence import Plot, Series, Table
from verify.experiments import report
from verify.experiments.e4.measure import (
    FEATURES,
    PUBLISHED_STEPS,
    PUBLISHED_WIDTHS,
    Accuracies,
    advantages,
    gaps,
    growth,
    steps_on,
    widths,
)
from verify.experiments.networks import Trained
from verify.ssl.data import Dataset
from verify.ssl.measurements import Interval
from verify.ssl.probes import LONGER, PROBE, PUBLISHED_PROBE

PROBES = "the probes"
"""The row of the setting that no training configuration holds."""


def mean(values: Sequence[float]) -> str:
    """The mean of accuracies or of their differences, in %."""
    return f"{100 * fmean(values):.1f}"


def points(interval: Interval) -> str:
    """An interval of differences of accuracies, in percentage points."""
    return report.spans([Interval(*(100 * end for end in interval))], ".1f")


def settings(form: Trained, dataset: Dataset) -> tuple[Table, Table]:
    """What was run, beside what was published, and what the words mean."""
    ours = f"linear, and MLPs of hidden widths {', '.join(map(str, widths(form.config)))}; standardised raw features; {PROBE.epochs} and {LONGER.epochs} epochs of Adam at {PROBE.learning_rate:g}, batch {PROBE.batch}"
    reach = getattr(form.config.augmentation, "rotation", 0)
    own = "and so do ours" if reach == 45 else f"ours {reach:g}"
    ignored = ", so that the networks here were trained to ignore what is probed" * (reach >= 90)
    note = f"Turns by 0, 90, 180 and 270 degrees: the published training rotations reach 45 degrees, {own}{ignored}. The widths and epochs of our probes were chosen after exploratory runs on the digits."
    rows = {
        PROBES: (
            "linear, and an MLP of 256 hidden units on z and 512 on h; raw features, not standardised; one random quarter turn of every image; 5 epochs of Adam at 0.001, batch 256",
            f"the same, on fewer images, whose steps the table gives; and, with all four turns of every image, {ours}",
        )
    }
    return (
        report.setting_table(form, dataset, report.PUBLISHED_SIMCLR, rows, note),
        report.words_table(form.source.setting(dataset), "fresh head"),
    )


def published_table(form: Trained, dataset: Dataset, published: Accuracies) -> Table:
    """The published probes, and those of equal widths."""
    narrow, wide = PUBLISHED_WIDTHS.values()
    seen = len(dataset.train_images[: form.probed[0]])

    def accuracy(name: str) -> Callable[..., str]:
        return lambda probe, z, h: report.percent(published[z if name == "z" else h, name])

    def grown(probe: str, z: int, h: int) -> str:
        if not z:
            return "none"
        found = growth(published, z, h)
        return f"{mean(found)} {points(report.interval_over_seeds(found))}"

    quoted = report.PUBLISHED_SETTING
    return report.table(
        f"The published probes, accuracy in %: {form.source.setting(dataset)}",
        (
            ("linear", 0, 0),
            (f"MLP of {narrow} hidden units on z and {wide} on h, as published", narrow, wide),
            (f"MLP of {narrow} on both", narrow, narrow),
            (f"MLP of {wide} on both", wide, wide),
        ),
        ("probe", lambda probe, z, h: probe),
        ("z", accuracy("z")),
        ("h", accuracy("h")),
        ("MLP minus linear, on h minus on z, in points", grown),
        above=(
            (f"{quoted}; linear", "52.27", "37.55", "none"),
            (f"{quoted}; MLP of {narrow} on z and {wide} on h", "55.46", "43.56", "2.82"),
        ),
        note=f"{report.not_published(dataset)}Raw features, not standardised; one random quarter turn of every image; {PUBLISHED_PROBE.epochs} epochs at batch {PUBLISHED_PROBE.batch}, here {steps_on(seen)} steps on {report.thousands(seen)} images, published {PUBLISHED_STEPS} on 50,000. Mean over training seeds {report.listed(form.seeds)}, each in parentheses; 95 % t intervals over them, which hold the noise of training alone: the test images are the same for every seed.",
    )


def probe_table(
    form: Trained, dataset: Dataset, accuracies: Accuracies, longer: Accuracies
) -> Table:
    """Accuracies of every probe, ours under the published ones."""
    hidden = widths(form.config)
    middle = hidden[1]
    seen = len(dataset.train_images[: form.probed[0]])
    judged = len(dataset.test_images[: form.probed[1]])
    vit = "published: CIFAR-10, ViT-Tiny"

    def accuracy(name: str) -> Callable[..., str]:
        """Of a probe, or of the middle MLP beyond the linear one if `width` is None."""
        return lambda probe, of, width: report.percent(
            advantages(of, middle, name) if width is None else of[width, name]
        )

    def gap(of: str, show: Callable[[list[float]], str]) -> Callable[..., str]:
        return lambda probe, found, width: "none" if width is None else show(gaps(found, width, of))

    return report.table(
        f"Rotation probes, accuracy in %: {form.source.setting(dataset)}",
        (
            ("linear", accuracies, 0),
            *((f"MLP of width {width}", accuracies, width) for width in hidden),
            (f"MLP of width {middle} minus linear", accuracies, None),
            (f"MLP of width {middle}, {LONGER.epochs} epochs", longer, middle),
        ),
        ("probe", lambda probe, of, width: probe),
        ("z", accuracy("z")),
        ("h", accuracy("h")),
        ("h of a fresh head", accuracy("fresh h")),
        ("z minus h", gap("h", mean)),
        (
            "95 % t interval over seeds",
            gap("h", lambda found: points(report.interval_over_seeds(found))),
        ),
        ("z minus h of a fresh head", gap("fresh h", mean)),
        above=(
            (
                f"{report.PUBLISHED_SETTING}; linear",
                "52.27",
                "37.55",
                "none",
                "14.72",
                "none",
                "none",
            ),
            (f"{report.PUBLISHED_SETTING}; MLP", "55.46", "43.56", "none", "11.90", "none", "none"),
            (
                f"{report.PUBLISHED_SETTING}; MLP minus linear",
                "3.19",
                "6.01",
                "none",
                "none",
                "none",
                "none",
            ),
            (f"{vit}; linear", "40.75", "34.92", "none", "5.83", "none", "none"),
            (f"{vit}; MLP", "44.22", "40.87", "none", "3.35", "none", "none"),
        ),
        note=f"{report.not_published(dataset)}Mean over training seeds {report.listed(form.seeds)}, each in parentheses. Probes see {report.thousands(seen)} training images x 4 turns (permutations of the pixels) and are tested on {report.thousands(judged)} other images x 4; {PROBE.epochs} epochs unless stated; chance is 25 %. Intervals over seeds hold the noise of training alone: the test images are the same for every seed.",
    )


def probe_plot(setting: str, form: Trained, accuracies: Accuracies) -> Plot:
    """Accuracy against the width of the probe."""
    hidden = widths(form.config)
    series = []
    for name in FEATURES:
        swept = zip(*(accuracies[width, name] for width in hidden), strict=True)
        points = ([100 * a for a in seed] for seed in swept)
        series.append(report.band(f"{name}, MLP probe", hidden, points))
        linear = 100 * fmean(accuracies[0, name])
        ends = (float(hidden[0]), float(hidden[-1]))
        series.append(Series(label=f"{name}, linear probe", x=ends, y=(linear, linear)))
    return Plot(
        title="Rotation probes of growing width",
        kind="line",
        series=tuple(series),
        xlabel="hidden width of the MLP probe",
        ylabel="accuracy in %",
        xscale="log",
        note=f"{setting}; {PROBE.epochs} epochs; {report.drawn(form.seeds)}.",
    )


def summary(setting: str, form: Trained, accuracies: Accuracies, longer: Accuracies) -> str:
    """The figures in a sentence."""
    narrow, width, wide = widths(form.config)
    linear, mlp = ([f"{mean(accuracies[w, name])} %" for name in FEATURES] for w in (0, width))
    gap = {w: mean(gaps(accuracies, w)) for w in (narrow, width, wide)}
    return f"On {setting}: after {PROBE.epochs} epochs a linear probe of the rotation gets {linear[0]} on z and {linear[1]} on h, an MLP of width {width} {mlp[0]} and {mlp[1]}; a head that was never trained keeps {linear[2]} and {mlp[2]}. From the MLP of width {narrow} to that of {wide} the gap goes from {gap[narrow]} to {gap[wide]} points; {LONGER.epochs} epochs at width {width} bring it from {gap[width]} to {mean(gaps(longer, width))}."

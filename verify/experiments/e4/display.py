"""What E4 shows of its measurements: tables and a plot. Accuracies and gaps are shown in %."""

from __future__ import annotations

from collections.abc import Sequence
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
    words_table,
)
from verify.experiments.trained_networks import Trained
from verify.ssl.data import Dataset
from verify.ssl.measurements import Interval, paired_interval
from verify.ssl.probes import LONGER, PROBE
from verify.ssl.training import Config

Accuracies = dict[tuple[int, str], list[float]]
"""By width of the probe (0: linear) and kind of features, the accuracy in [0, 1] for each seed."""

FEATURES = ("z", "h", "fresh h")

PROBES = "the probes"
"""The row of the setting that no training configuration holds."""


def widths(config: Config) -> tuple[int, int, int]:
    """Hidden widths of the MLP probes; the middle one is compared with the linear probe."""
    length = config.representation
    return length // 4, length, 4 * length


def differences(first: Sequence[float], second: Sequence[float]) -> list[float]:
    """First minus second, seed by seed."""
    return [a - b for a, b in zip(first, second, strict=True)]


def gaps(accuracies: Accuracies, width: int, of: str = "h") -> list[float]:
    """Accuracy on z minus accuracy on h, for each seed."""
    return differences(accuracies[width, "z"], accuracies[width, of])


def advantages(accuracies: Accuracies, width: int, name: str) -> list[float]:
    """What an MLP finds beyond the linear probe, for each seed."""
    return differences(accuracies[width, name], accuracies[0, name])


def percent(values: Sequence[float]) -> str:
    """The mean accuracy."""
    return f"{100 * fmean(values):.1f} %"


def points(interval: Interval) -> str:
    """An interval of differences of accuracies, in percentage points."""
    return f"[{100 * interval.low:.1f}, {100 * interval.high:.1f}]"


def settings(form: Trained, dataset: Dataset) -> tuple[Table, Table]:
    """What was run, beside what was published, and what the words mean."""
    setting = form.source.setting(dataset)
    ours = (
        f"linear, and MLPs of hidden widths {', '.join(map(str, widths(form.config)))}; standardised "
        f"raw features; {PROBE.epochs} and {LONGER.epochs} epochs of Adam at "
        f"{PROBE.learning_rate:g}, batch {PROBE.batch}"
    )
    reach = getattr(form.config.augmentation, "rotation", 0)
    return (
        setting_table(
            setting,
            PUBLISHED_SIMCLR
            | {PROBES: "linear, and an MLP of one width; 5 epochs of Adam at 0.001"},
            describe(form.config, form.seeds, dataset) | {PROBES: ours},
            note=(
                "Turns by 0, 90, 180 and 270 degrees: the published training rotations reach 45 "
                f"degrees, ours {reach:g}"
                + (
                    ", so that the networks here were trained to ignore what is probed. "
                    if reach >= 90
                    else ". "
                )
                + "The widths and epochs of our probes were chosen after exploratory runs on the "
                "digits."
            ),
        ),
        words_table(setting, "fresh head"),
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
    rows = [
        (f"{PUBLISHED_SETTING}; linear", "52.27", "37.55", "none", "14.72", "none", "none"),
        (f"{PUBLISHED_SETTING}; MLP", "55.46", "43.56", "none", "11.90", "none", "none"),
        (f"{PUBLISHED_SETTING}; MLP minus linear", "3.19", "6.01", "none", "", "none", "none"),
        (f"{vit}; linear", "40.75", "34.92", "none", "5.83", "none", "none"),
        (f"{vit}; MLP", "44.22", "40.87", "none", "3.35", "none", "none"),
        _row("linear", accuracies, 0),
        *(_row(f"MLP of width {width}", accuracies, width) for width in hidden),
        (
            f"MLP of width {middle} minus linear",
            *(
                over_seeds([100 * a for a in advantages(accuracies, middle, n)], ".1f")
                for n in FEATURES
            ),
            "",
            "",
            "",
        ),
        _row(f"MLP of width {middle}, {LONGER.epochs} epochs", longer, middle),
    ]
    return Table(
        title=f"Rotation probes, accuracy in %: {form.source.setting(dataset)}",
        columns=(
            "probe",
            "z",
            "h",
            "h of a fresh head",
            "z minus h",
            "95 % t interval over seeds",
            "z minus h of a fresh head",
        ),
        rows=tuple(rows),
        note=(
            f"{not_published(dataset)}Mean over training seeds {listed(form.seeds)}, each in "
            f"parentheses. Probes see {seen} training images x 4 turns (permutations of the pixels) "
            f"and are tested on {judged} other images x 4; {PROBE.epochs} epochs unless stated; "
            "chance is 25 %."
        ),
    )


def _row(probe: str, accuracies: Accuracies, width: int) -> tuple[str, ...]:
    gap = gaps(accuracies, width)
    return (
        probe,
        *(over_seeds([100 * a for a in accuracies[width, name]], ".1f") for name in FEATURES),
        f"{100 * fmean(gap):.1f}",
        points(paired_interval(gap)),
        f"{100 * fmean(gaps(accuracies, width, 'fresh h')):.1f}",
    )


def probe_plot(setting: str, form: Trained, accuracies: Accuracies) -> Plot:
    """Accuracy against the width of the probe."""
    hidden = widths(form.config)
    series = []
    for name in FEATURES:
        swept = [[100 * a for a in accuracies[width, name]] for width in hidden]
        series.append(
            Series(
                label=name,
                x=tuple(map(float, hidden)),
                y=tuple(map(fmean, swept)),
                low=tuple(map(min, swept)),
                high=tuple(map(max, swept)),
            )
        )
        linear = 100 * fmean(accuracies[0, name])
        series.append(
            Series(
                label=f"{name}, linear probe",
                x=(float(hidden[0]), float(hidden[-1])),
                y=(linear, linear),
            )
        )
    return Plot(
        title="Rotation probes of growing width",
        kind="line",
        series=tuple(series),
        xlabel="hidden width of the MLP probe",
        ylabel="accuracy in %",
        xscale="log",
        note=(
            f"{setting}; {PROBE.epochs} epochs; band: smallest and largest of {len(form.seeds)} seeds."
        ),
    )

"""What E2 shows of its measurements: tables and a plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verify.claims.evidence import Plot, Series, Table
from verify.experiments import report
from verify.experiments.e2.measure import (
    CELLS,
    NORMED,
    PLAIN,
    SLOWER,
    Cell,
    Track,
    Tracks,
    at_equal_time,
    faster,
    growth,
)
from verify.experiments.networks import Runs, label
from verify.ssl.data import Dataset

PUBLISHED = {
    Cell("linear", PLAIN, 0.05): "17.2",
    Cell("gelu", PLAIN, 0.05): "6.4",
    Cell("swish", PLAIN, 0.05): "4.4",
    Cell("swish", PLAIN, 0.005): "0.57",
    Cell("relu", PLAIN, 0.05): "0.11",
} | {cell: "0.4 to 1.1" for cell in CELLS if cell.norm == NORMED}
"""Published final over initial variance."""


def each(seeds: Sequence[Tracks], cell: Cell, show: Callable[[Track], str]) -> str:
    """What there is to say of a cell's run, for every seed."""
    return " / ".join(show(tracks[cell]) for tracks in seeds)


def grown(seeds: Sequence[Tracks], cell: Cell, of: str = "variance_z") -> str:
    """Growth in every seed."""
    return each(seeds, cell, lambda track: f"{growth(track, of=of):.2g}")


def settings(form: Runs[Cell], dataset: Dataset) -> Table:
    """What was run, beside what was published."""
    optimiser = "SGD, momentum 0.9, no weight decay, learning rate 0.005, 0.05, 0.5"
    rows = {
        "activation": ("", "linear, gelu, swish, relu"),
        "BatchNorm in the heads": ("", "none, or after every layer of both"),
        "optimiser": (optimiser, optimiser),
        "batch and epochs": ("batch 512, 50 epochs", ""),
        "training seeds": ("3", ""),
    }
    return report.setting_table(form, dataset, report.PUBLISHED_SIMSIAM, rows)


def growth_table(form: Runs[Cell], dataset: Dataset, seeds: Sequence[Tracks]) -> Table:
    """Final over initial variance of every run."""

    def of(name: str) -> Callable[[Cell], str]:
        return lambda cell: grown(seeds, cell, name)

    def ends(name: str, digits: str) -> Callable[[Cell], str]:
        return lambda cell: each(
            seeds, cell, lambda t: f"{t[name][0]:{digits}} to {t[name][-1]:{digits}}"
        )

    return report.table(
        f"Final over initial variance: {form.source.setting(dataset)}",
        ((cell,) for cell in CELLS),
        ("head, BatchNorm, learning rate", label),
        ("published", lambda cell: PUBLISHED.get(cell, "not known here")),
        ("of directions of z", of("variance_z")),
        ("of z itself", of("variance_raw")),
        ("of directions of h", of("variance_h")),
        ("variance of directions of z", ends("variance_z", ".2e")),
        ("condition number, honest", ends("condition", ".1e")),
        ("last loss", lambda cell: each(seeds, cell, lambda t: f"{t['losses'][-1]:.3f}")),
        note=(
            f"After {form.config.epochs} epochs; total variances of directions over {len(dataset.test_images)} test images; seeds {report.listed(form.seeds)}. The initial variance is measured with BatchNorm statistics of training images. The condition number is the largest eigenvalue of the covariance over the smallest one above the noise floor. Whether the published variance is one of directions or of z itself is not known here: both are shown. {report.not_published(dataset)}".strip()
        ),
    )


def time_table(form: Runs[Cell], setting: str, seeds: Sequence[Tracks]) -> Table:
    """The same at equal training time."""

    def grown(index: int, of: Callable[[Cell], Cell]) -> Callable[[Cell], str]:
        def show(cell: Cell) -> str:
            each = " / ".join(f"{at_equal_time(tracks, cell)[index]:.2g}" for tracks in seeds)
            return f"{each} at {of(cell).rate:g}"

        return show

    return report.table(
        f"The same at equal training time: {setting}",
        ((cell,) for cell in SLOWER),
        ("head", lambda cell: cell.activation),
        ("BatchNorm", lambda cell: cell.norm),
        (
            "learning rate x steps",
            lambda cell: f"{cell.rate * int(seeds[0][cell]['steps'][-1]):.3g}",
        ),
        ("final over initial variance of z, smaller step", grown(0, lambda cell: cell)),
        ("larger step", grown(1, faster)),
        note=f"The smaller step after {form.config.epochs} epochs, the tenfold one after {form.config.epochs // 10}. Momentum 0.9 makes ten times this the time of the gradient flow, for both alike.",
    )


def growth_plot(form: Runs[Cell], setting: str, tracks: Tracks) -> Plot:
    """The variance of every run without BatchNorm against training time."""
    return Plot(
        title="Variance of the directions of z against training time",
        kind="line",
        series=tuple(
            Series(
                label=label(cell),
                x=tuple((cell.rate * tracks[cell]["steps"][1:]).tolist()),
                y=tuple(tracks[cell]["variance_z"][1:].tolist()),
            )
            for cell in CELLS
            if cell.norm == PLAIN
        ),
        xlabel="learning rate x steps",
        ylabel="variance of z",
        xscale="log",
        yscale="log",
        note=f"{setting}; seed {form.seeds[0]}, without BatchNorm in the heads.",
    )

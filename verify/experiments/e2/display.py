"""What E2 shows of its measurements: tables and a plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verify.claims.evidence import Plot, Series, Table
from verify.experiments import report
from verify.experiments.collapse import CELLS, NORMED, PLAIN, REFERENCE, Cell, Track, Tracks
from verify.experiments.e2.measure import SLOWER, at_equal_time, growth, regrowth, share
from verify.experiments.networks import Runs, label
from verify.numeric.decimals import rounded_up
from verify.ssl.data import Dataset
from verify.ssl.training import Start
from verify.ssl.variances import OBSERVED

PUBLISHED = {
    Cell("linear"): "17.2",
    Cell("gelu"): "6.4",
    Cell("swish"): "4.4",
    Cell("swish", rate=0.005): "0.57",
    Cell("relu"): "0.11",
} | {cell: "0.4 to 1.1" for cell in CELLS if cell.norm == NORMED and cell.start is not Start.NORMAL}
"""Published last over first deviation."""


def each(seeds: Sequence[Tracks], show: Callable[[Tracks], str]) -> str:
    """What there is to say of every seed."""
    return " / ".join(show(tracks) for tracks in seeds)


def settings(form: Runs[Cell], dataset: Dataset) -> Table:
    """What was run, beside what was published."""
    rates = ", ".join(f"{rate:g}" for rate in sorted({cell.rate for cell in form.cells}))
    optimiser = "SGD, momentum 0.9, no weight decay, learning rate"
    steps = len(dataset.train_images) // form.config.batch
    cells = [cell for cell in form.cells if cell.start is not Start.NORMAL]
    normal = [label(cell[:3]) for cell in form.cells if cell.start is Start.NORMAL]
    rows = {
        "activation": ("", "linear, gelu, swish, relu"),
        "BatchNorm in the heads": ("", "none, or after every layer of both"),
        "optimiser": (f"{optimiser} 0.005, 0.05, 0.5", f"{optimiser} {rates}"),
        "batch and epochs": ("batch 512, 50 epochs", ""),
        "steps of an epoch": ("97", f"{steps}"),
        "start": (
            "the projector's weights x 0.1, in 14 runs",
            f"the same, in {len(cells)} of these runs; the usual one besides: {'; '.join(normal)}",
        ),
        "what is tracked": (
            "standard deviation over the batch, both views, of the unit output of the projector, mean over coordinates and over the steps of an epoch, in training mode",
            "the same; and variances over test images in evaluation mode",
        ),
        "relative update (E7)": (
            "learning rate times |gradient| / (|weights| + 1e-7), mean over steps and seeds; then their ratio, mean over epochs",
            "the same without 1e-7, seed by seed",
        ),
        "condition number": (
            "of the covariance of that tensor, least eigenvalue clamped at 1e-7",
            "of the covariance of raw z over test images, least eigenvalue above the noise floor",
        ),
        "training seeds": ("3", ""),
    }
    return report.setting_table(form, dataset, report.PUBLISHED_SIMSIAM, rows)


RUN = ("head, BatchNorm, learning rate, start", label)


def regrowth_table(form: Runs[Cell], dataset: Dataset, seeds: Sequence[Tracks]) -> Table:
    """The published quantity of every run: over its first and second epoch, and beside other runs."""

    def of(start: int) -> Callable[[Cell], str]:
        return lambda cell: each(seeds, lambda tracks: f"{regrowth(tracks[cell], start):.2g}")

    def ends(cell: Cell) -> str:
        return each(
            seeds, lambda t: f"{t[cell]['deviation'][0]:.1e} to {t[cell]['deviation'][-1]:.1e}"
        )

    def beside(other: Callable[[Cell], Cell]) -> Callable[[Cell], str]:
        def show(cell: Cell) -> str:
            if other(cell) not in form.cells or other(cell) == cell:
                return "none"

            def first_to_last(tracks: Tracks) -> str:
                began, ended = (share(tracks, cell, other(cell), epoch) for epoch in (0, -1))
                return f"{began:.1e} to {ended:.1e}"

            return each(seeds, first_to_last)

        return show

    largest = form.config.output**-0.5
    return report.table(
        f"Deviation of the unit projector output, as published: {form.source.setting(dataset)}",
        ((cell,) for cell in form.cells),
        RUN,
        ("last over first epoch, published", lambda cell: PUBLISHED.get(cell, "none")),
        ("here", of(0)),
        ("last over second epoch", of(1)),
        ("first to last epoch", ends),
        ("square, of that of Swish with BatchNorm", beside(lambda cell: REFERENCE)),
        ("square, of that from the usual start", beside(lambda cell: cell.normal)),
        note=f"{form.config.epochs} epochs; {report.named(form.seeds)}; the deviation is at most {rounded_up(largest, 2)} in {form.config.output} dimensions. Shares are of the run at the same seed; first epoch to last. {report.not_published(dataset)}".strip(),
    )


def variance_table(form: Runs[Cell], dataset: Dataset, seeds: Sequence[Tracks]) -> Table:
    """What a collapse is of: variances over test images, in evaluation mode."""

    def of(name: str) -> Callable[[Cell], str]:
        return lambda cell: each(seeds, lambda tracks: f"{growth(tracks[cell], name):.2g}")

    def ends(name: str, digits: str) -> Callable[[Cell], str]:
        def show(track: Track) -> str:
            return f"{track[name][0]:{digits}} to {track[name][-1]:{digits}}"

        return lambda cell: each(seeds, lambda tracks: show(tracks[cell]))

    return report.table(
        f"Final over initial variance, over test images: {form.source.setting(dataset)}",
        ((cell,) for cell in form.cells),
        RUN,
        ("of directions of z", of("variance_z")),
        ("of z itself", of("variance_raw")),
        ("of directions of h", of("variance_h")),
        ("variance of directions of z", ends("variance_z", ".2e")),
        ("condition number of z", ends("condition", ".1e")),
        ("last loss", lambda cell: each(seeds, lambda tracks: f"{tracks[cell]['losses'][-1]:.3f}")),
        note=f"Ours, not published. Before the first step, with BatchNorm statistics of training images, and after {form.config.epochs} epochs; total variances of directions over {len(dataset.test_images[:OBSERVED])} test images; {report.named(form.seeds)}. The condition number is the largest eigenvalue of the covariance over the smallest one above the noise floor. {report.not_published(dataset)}".strip(),
    )


def time_tables(form: Runs[Cell], setting: str, seeds: Sequence[Tracks]) -> tuple[Table, ...]:
    """The same at equal training time, of the runs that are made at several step sizes."""
    slower = [cell for cell in SLOWER if {cell, cell.faster} <= set(form.cells)]
    if not slower:
        return ()
    steps = int(seeds[0][slower[0]]["steps"][-1])
    return (
        report.table(
            f"The deviation at equal training time: {setting}",
            ((cell,) for cell in slower),
            ("head", lambda cell: cell.activation),
            ("BatchNorm", lambda cell: cell.norm),
            ("smaller step", lambda cell: f"{cell.rate:g}"),
            ("larger step", lambda cell: f"{cell.faster.rate:g}"),
            ("learning rate times steps", lambda cell: f"{cell.rate * steps:.3g}"),
            (
                "deviation at the smaller over that at the larger step",
                lambda cell: each(seeds, lambda tracks: f"{at_equal_time(tracks, cell):.2g}"),
            ),
            note=f"Means over the steps of the last 10 of {form.config.epochs} epochs at the smaller step, and of epoch {form.config.epochs // 10} at the tenfold one, which is the same training time. Momentum 0.9 makes ten times this the time of the gradient flow, for both alike.",
        ),
    )


def deviation_plot(form: Runs[Cell], setting: str, tracks: Tracks) -> Plot:
    """The published deviation of every run against training time."""
    steps = {cell: tracks[cell]["steps"][1:] for cell in form.cells}
    return Plot(
        title="Deviation of the unit projector output against training time",
        kind="line",
        series=tuple(
            Series(
                label=label(cell),
                x=tuple((cell.rate * steps[cell]).tolist()),
                y=tuple(tracks[cell]["deviation"].tolist()),
            )
            for cell in form.cells
            if cell.norm == PLAIN or cell == REFERENCE
        ),
        xlabel="learning rate times steps",
        ylabel="mean over the epoch's steps",
        xscale="log",
        yscale="log",
        note=f"{setting}; seed {form.seeds[0]}; without BatchNorm in the heads, and the Swish run with it.",
    )

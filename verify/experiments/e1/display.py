"""What E1 shows of its measurements: tables and plots."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from verify.claims.evidence import Answer, Plot, Series, Table
from verify.experiments import report
from verify.experiments.e1.measure import (
    ACTIVATIONS,
    CELLS,
    PER_SAMPLE,
    Cell,
    Track,
    Tracks,
    epochs,
    estimates_wrong,
    injected,
    loss_hessian,
    negative,
    rank_correlation,
    semidefinite_pullback,
    share,
    shows,
)
from verify.experiments.networks import Runs
from verify.numeric.decimals import rounded_up
from verify.ssl.data import Dataset
from verify.ssl.training import Start
from verify.ssl.variances import OBSERVED

SIGNIFICANT = {6: 0.886, 8: 0.738, 10: 0.65, 25: 0.398, 100: 0.197}
"""Spearman's correlation that so many epochs exceed by chance with probability 1/20, two-sided."""

SIGNIFICANT_PUBLISHED = SIGNIFICANT[100]
"""The same for the published number of epochs."""

SIMSIAM = [cell for cell in CELLS if cell.objective == "simsiam"]
"""The runs of the published objective."""

PUBLISHED_ROWS = (
    (Cell("simsiam", "swish", Start.NORMAL), "fast peak, then plateau", "peak", "yes", "yes, fast"),
    (
        Cell("simsiam", "swish", Start.SHRUNK_PROJECTOR),
        "sharp peak",
        "peak",
        "yes",
        "yes, by mechanism",
    ),
    (Cell("simsiam", "relu", Start.NORMAL), "slow", "drift", "no", "no"),
    (
        Cell("simsiam", "relu", Start.SHRUNK_PROJECTOR),
        "static oscillation",
        "static",
        "no",
        "no: needs BatchNorm or a large step",
    ),
    (
        Cell("simsiam", "linear", Start.SHRUNK_PROJECTOR),
        "slow drift",
        "drift",
        "no",
        "finally, slowly",
    ),
)
"""The published main table: run, condition number, the pattern it is read as, negative curvature
injected, escape."""

PUBLISHED_SPEARMAN = {
    Cell("simsiam", "swish", Start.NORMAL): 0.339,
    Cell("simsiam", "swish", Start.SHRUNK_PROJECTOR): 0.609,
    Cell("simsiam", "relu", Start.SHRUNK_PROJECTOR): 0.669,
}
"""Spearman's correlation of the variance and the condition number."""


def settings(form: Runs[Cell], dataset: Dataset) -> Table:
    """What was run, beside what was published."""
    rates = {cell[0]: config.optimiser.learning_rate for cell, config in form.cells.items()}
    ours = ", ".join(f"{rates[name]:.3g} ({name})" for name in PER_SAMPLE)
    rows = {
        "BatchNorm in the heads": ("none", "none"),
        "activation": ("", ", ".join(ACTIVATIONS)),
        "objective": ("", "SimSiam; the same with mean squared error"),
        "optimiser": (
            "SGD, momentum 0.9, no weight decay, learning rate 0.05",
            f"SGD, momentum 0.9, learning rate {ours}",
        ),
        "batch and epochs": ("batch 256, 100 epochs", ""),
        "start": (
            "normal; pseudo-collapsed: the projector's weights x0.1",
            "normal; every weight of the projector x0.1; collapsed z: features of the last BatchNorm are 1 plus a tenth of what they deviate by",
        ),
        "training seeds": ("one run of each, no seed set", "1"),
        "what is tracked": (
            "standard deviation of the unit z of both views, in training mode, mean over the steps of an epoch; condition number likewise; first epoch left out of correlations",
            "total variance of the directions of z, the condition number of their covariance, and that of z itself, over test images, in evaluation mode, after each epoch",
        ),
        "published estimate": (
            "mean of five batches of 256 images, of half of minus the mean cosine, in training",
            "one, of 32 fixed images, of minus the mean cosine, in evaluation mode",
        ),
    }
    return report.setting_table(form, dataset, report.PUBLISHED_SIMSIAM, rows)


def escape(tracks: Tracks, cell: Cell, quantity: str) -> Answer:
    """Whether a variance grew back to that of the normal start by the last epoch.

    Not applicable if it began at a tenth of it or more: it was not collapsed.
    """
    normal = tracks[cell._replace(start=Start.NORMAL)][quantity]
    values = tracks[cell][quantity]
    if values[0] >= normal[0] / 10:
        return Answer.NOT_APPLICABLE
    return report.answer_by(values[-1] >= normal[-1] / 2, values[-1] <= normal[-1] / 10)


def escapes(tracks: Tracks, cell: Cell) -> tuple[Answer, Answer]:
    """The same of z and h."""
    return escape(tracks, cell, "variance_z"), escape(tracks, cell, "variance_h")


def in_words(answer: Answer) -> str:
    """Whether a run escapes."""
    return "was not collapsed" if answer is Answer.NOT_APPLICABLE else answer.value


def main_table(setting: str, tracks: Tracks) -> Table:
    """The published main table, each cell beside what is measured."""

    def shown(track: Track, pattern: str) -> str:
        found = (shows(track[name][1:], pattern) for name in ("condition_published", "condition"))
        return "; ".join("yes" if f else "no" for f in found)

    def is_injected(track: Track) -> str:
        found = share(injected(track))
        return f"{'yes' if found >= 0.5 else 'no'} ({100 * found:.0f} %)"

    return report.table(
        f"The published main table: {setting}",
        PUBLISHED_ROWS,
        ("head, start", lambda cell, *row: cell.head),
        ("condition number, published", lambda cell, condition, *row: condition),
        (
            "shown here? clamped; not clamped",
            lambda cell, condition, pattern, *row: shown(tracks[cell], pattern),
        ),
        ("negative curvature injected, published", lambda *row: row[3]),
        ("injected here? (share of the states)", lambda cell, *row: is_injected(tracks[cell])),
        ("escapes collapse, published", lambda *row: row[4]),
        ("escapes here? z; h", lambda cell, *row: "; ".join(map(in_words, escapes(tracks, cell)))),
        note=f"Objective SimSiam, as published. Slow is read as drift, sharp as fast peak, then plateau. States: 32 fixed images x {epochs(tracks)} epochs. The columns marked published are of CIFAR-10, at the published size.",
    )


RUN: tuple[tuple[str, Callable[..., str]], ...] = (
    ("objective", lambda cell, track: cell.objective),
    ("head, start", lambda cell, track: cell.head),
)


def curvature_table(setting: str, tracks: Tracks) -> Table:
    """Exact extremes of every run, and the published estimate beside them."""
    residual = max(
        float(np.nanmax(t["residuals"] / np.abs(t["effective"]).max(-1))) for t in tracks.values()
    )

    def last(of: str, end: int) -> Callable[..., str]:
        return lambda cell, track: _median(track[of][-1, :, end])

    def percent(measure: Callable[[Track], float]) -> Callable[..., str]:
        return lambda cell, track: f"{100 * measure(track):.0f}"

    def of_batch(cell: Cell, track: Track) -> str:
        lowest = track["effective"][-1, :, 0]
        return f"{float(np.nanmin(lowest)) / len(lowest):.1e}"

    return report.table(
        f"Curvature in z, sample by sample: {setting}",
        tracks.items(),
        *RUN,
        ("H_eff negative, % of states", percent(lambda track: share(negative(track)))),
        ("injected by M, % of states", percent(lambda track: share(injected(track)))),
        ("G not negative, % of states", percent(semidefinite_pullback)),
        ("smallest of H_eff, last epoch", last("effective", 0)),
        ("smallest of G", last("pullback", 0)),
        ("largest of H_eff", last("effective", 1)),
        ("published estimate, batch", lambda cell, track: f"{track['estimate'][-1]:.1e}"),
        ("exact, batch", of_batch),
        (
            "wrong signs of the estimate",
            lambda cell, track: f"{estimates_wrong(track)} of {epochs(tracks)}",
        ),
        note=f"Float64, medians over 32 fixed images with fixed targets; every residual is at most {rounded_up(max(residual, 1e-16), 1)} of the largest eigenvalue. The published estimator runs in float32 on the mean loss, whose eigenvalues are those of the samples over 32. A negative value counts where it exceeds three residuals and the rounding of the matrix. H_eff of a piecewise-linear head is G. The negative cosine itself is indefinite wherever its gradient is not zero, and so may G be whatever the head: that H_eff is negative there says nothing of smooth heads. Restricted to directions the objective's Hessian is the cosine times the identity (check E1.tangent).",
    )


def loss_table(setting: str, tracks: Tracks) -> Table:
    """The spectrum of the objective's own Hessian, in both readings."""

    def eigenvalue(reading: int, end: int) -> Callable[..., str]:
        return lambda cell, at: _median(loss_hessian(tracks[cell])[reading][at, :, end])

    return report.table(
        f"The Hessian of the negative cosine at the outputs: {setting}",
        ((cell, epoch) for cell in SIMSIAM for epoch in (0, epochs(tracks))),
        ("head, start", lambda cell, at: cell.head),
        ("epoch", lambda cell, at: str(at)),
        ("cosine with the target", lambda cell, at: _median(tracks[cell]["cosine"][at], ".4f")),
        ("smallest eigenvalue, in space", eigenvalue(0, 0)),
        ("largest, in space", eigenvalue(0, 1)),
        ("every eigenvalue, on directions", eigenvalue(1, 0)),
        note="Medians over 32 fixed images. In space it has a negative eigenvalue unless output and target point the same way, just one where the cosine is not negative; on directions, orthogonally to the output, it is a multiple of the identity, positive where the cosine is. That of the mean squared error is the identity.",
    )


def _median(values: np.ndarray, form: str = ".1e") -> str:
    return f"{float(np.nanmedian(values)):{form}}"


def collapse_table(form: Runs[Cell], dataset: Dataset, tracks: Tracks) -> Table:
    """Variances and condition numbers of every run, and their correlation."""

    def ends(of: str, form: str = ".1e") -> Callable[..., str]:
        return lambda cell, track: f"{track[of][0]:{form}} to {track[of][-1]:{form}}"

    def correlation(of: str) -> Callable[..., str]:
        def spearman(cell: Cell, track: Track) -> str:
            value = rank_correlation(track["variance_z"][1:], track[of][1:])
            return "constant" if value != value else f"{value:.2f}"

        return spearman

    def published(cell: Cell, track: Track) -> str:
        return f"{PUBLISHED_SPEARMAN[cell]:.3f}" if cell in PUBLISHED_SPEARMAN else "none"

    return report.table(
        f"Variance and condition number: {form.source.setting(dataset)}",
        tracks.items(),
        *RUN,
        ("variance of z", ends("variance_z")),
        ("variance of h", ends("variance_h")),
        ("condition number, clamped", ends("condition_published")),
        ("condition number, not clamped", ends("condition")),
        (
            f"effective rank of {form.config.representation}: singular values",
            ends("effective_rank", ".1f"),
        ),
        ("RankMe", ends("rankme", ".1f")),
        ("eigenvalues of the covariance", ends("von_neumann_rank", ".1f")),
        ("Spearman, published", published),
        ("Spearman, clamped", correlation("condition_published")),
        ("Spearman, not clamped", correlation("condition")),
        note=f"Before the first step and after {epochs(tracks)} epochs; total variances of directions over {len(dataset.test_images[:OBSERVED])} test images. Clamped, as published, of the directions of z: largest eigenvalue over the smallest one clamped at 1e-7, from as many samples as dimensions, of which centring takes one, so that the smallest is 0. Not clamped: of z itself, from {len(dataset.test_images[:OBSERVED])} samples of {form.config.representation} dimensions, over the smallest eigenvalue above the noise floor of float32. Effective ranks: exponentials of the entropy of a spectrum over its sum, of the singular values of the centred representations (Roy and Vetterli 2007), of those as they are (RankMe, 2023), and of the covariance's eigenvalues (von Neumann's entropy). Spearman's correlations of the variance of z and the condition number over {epochs(tracks)} epochs; beyond {SIGNIFICANT[epochs(tracks)]:g} either way at the 5 % level, if epochs were independent. {report.not_published(dataset)}",
    )


def variance_plot(setting: str, tracks: Tracks, of: str) -> Plot:
    """The variance of z or h by epoch, for every run of the published objective."""
    return Plot(
        title=f"Variance of the directions of {of} while SimSiam trains",
        kind="line",
        series=tuple(
            Series(
                label=cell.head,
                x=tuple(map(float, range(epochs(tracks) + 1))),
                y=tuple(tracks[cell][f"variance_{of}"].tolist()),
            )
            for cell in SIMSIAM
        ),
        xlabel="epoch",
        ylabel=f"variance of {of}",
        yscale="log",
        note=f"{setting}; seed 0.",
    )

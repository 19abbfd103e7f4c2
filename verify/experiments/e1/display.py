"""What E1 shows of its measurements: tables and plots."""

from __future__ import annotations

import numpy as np

from verify.claims.evidence import Answer, Plot, Series, Table
from verify.experiments.e1.measure import (
    Tracks,
    epochs,
    escape,
    estimates_wrong,
    injected,
    loss_hessian,
    negative,
    pattern,
    rank_correlation,
    semidefinite_pullback,
    share,
)
from verify.experiments.e1.setting import (
    ACTIVATIONS,
    CELLS,
    OBJECTIVES,
    SIGNIFICANT,
    Cell,
    E1Setup,
)
from verify.experiments.tables import (
    PUBLISHED_SIMSIAM,
    describe,
    not_published,
    setting_table,
)
from verify.ssl.data import Dataset
from verify.ssl.training import Start

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


def settings(form: E1Setup, dataset: Dataset) -> Table:
    """What was run, beside what was published."""
    rates = ", ".join(f"{form.rate(name):.3g} ({name})" for name in OBJECTIVES)
    ours = describe(form.config, (form.config.seed,), dataset) | {
        "activation": ", ".join(ACTIVATIONS),
        "BatchNorm in the heads": "none",
        "objective": "SimSiam; the same with mean squared error",
        "optimiser": f"SGD, momentum 0.9, learning rate {rates}",
        "start": (
            "normal; every weight of the projector x0.1; collapsed z: features of the last "
            "BatchNorm are 1 plus a tenth of what they deviate by"
        ),
    }
    published = PUBLISHED_SIMSIAM | {
        "BatchNorm in the heads": "none",
        "optimiser": "SGD, momentum 0.9, no weight decay, learning rate 0.05",
        "batch and epochs": "batch 256, 100 epochs",
        "start": "normal; pseudo-collapsed: the projector's weights x0.1",
        "training seeds": "1",
    }
    return setting_table(form.source.setting(dataset), published, ours)


def main_table(setting: str, tracks: Tracks) -> Table:
    """The published main table, each cell beside what is measured."""
    rows = []
    for cell, condition, shape, yes, escapes in PUBLISHED_ROWS:
        track = tracks[cell]
        found = injected(track)
        rows.append(
            (
                f"{cell.activation}, {cell.start.value}",
                condition,
                f"{pattern(track['condition_published'][1:], shape).value}; "
                f"{pattern(track['condition'][1:], shape).value}",
                yes,
                f"{'yes' if share(found) >= 0.5 else 'no'} ({100 * share(found):.0f} %)",
                escapes,
                _escapes(tracks, cell),
            )
        )
    return Table(
        title=f"The published main table: {setting}",
        columns=(
            "head, start",
            "condition number, published",
            "shown here? clamped; honest",
            "negative curvature injected, published",
            "injected here? (share of the states)",
            "escapes collapse, published",
            "escapes here? z; h",
        ),
        rows=tuple(rows),
        note=(
            "Objective SimSiam, as published. Slow is read as drift, sharp as fast peak, then plateau. "
            f"States: 32 fixed images x {epochs(tracks)} epochs. The columns marked published are of "
            "CIFAR-10, at the published size."
        ),
    )


def _escapes(tracks: Tracks, cell: Cell) -> str:
    words = {Answer.NOT_APPLICABLE: "was not collapsed"}
    answers = (escape(tracks, cell, quantity) for quantity in ("variance_z", "variance_h"))
    return "; ".join(words.get(answer, answer.value) for answer in answers)


def curvature_table(setting: str, tracks: Tracks) -> Table:
    """Exact extremes of every run, and the published estimate beside them."""
    rows = []
    for cell in CELLS:
        track = tracks[cell]
        last = track["effective"][-1]
        rows.append(
            (
                cell.objective,
                f"{cell.activation}, {cell.start.value}",
                f"{100 * share(negative(track)):.0f}",
                f"{100 * share(injected(track)):.0f}",
                f"{100 * semidefinite_pullback(track):.0f}",
                f"{_median(last[:, 0]):.1e}",
                f"{_median(track['pullback'][-1, :, 0]):.1e}",
                f"{_median(last[:, 1]):.1e}",
                f"{track['estimate'][-1]:.1e}",
                f"{float(np.nanmin(last[:, 0])) / len(last):.1e}",
                f"{estimates_wrong(track)} of {epochs(tracks)}",
            )
        )
    return Table(
        title=f"Curvature in z, sample by sample: {setting}",
        columns=(
            "objective",
            "head, start",
            "H_eff negative, % of states",
            "injected by M, % of states",
            "G not negative, % of states",
            "smallest of H_eff, last epoch",
            "smallest of G",
            "largest of H_eff",
            "published estimate, batch",
            "exact, batch",
            "wrong signs of the estimate",
        ),
        rows=tuple(rows),
        note=(
            "Float64, medians over 32 fixed images with fixed targets; every residual is below "
            f"{max(_relative_residual(tracks), 1e-16):.0e} of the largest eigenvalue. The published "
            "estimator runs in float32 on the mean loss, whose eigenvalues are those of the samples "
            "over 32. A negative value counts where it exceeds three residuals and the rounding of "
            "the matrix. H_eff of a piecewise-linear head is G. Under the negative cosine G itself is "
            "indefinite, so that H_eff is negative for every head; restricted to directions the "
            "objective's Hessian is the cosine times the identity (check E1.tangent)."
        ),
    )


def loss_table(setting: str, tracks: Tracks) -> Table:
    """The spectrum of the objective's own Hessian, in both readings."""
    rows = []
    for cell in CELLS:
        if cell.objective != "simsiam":
            continue
        for epoch in (0, epochs(tracks)):
            space, directions = (part[epoch] for part in loss_hessian(tracks[cell]))
            rows.append(
                (
                    f"{cell.activation}, {cell.start.value}",
                    str(epoch),
                    f"{_median(tracks[cell]['cosine'][epoch]):.4f}",
                    f"{_median(space[:, 0]):.1e}",
                    f"{_median(space[:, 1]):.1e}",
                    f"{_median(directions[:, 0]):.1e}",
                )
            )
    return Table(
        title=f"The Hessian of the negative cosine at the outputs: {setting}",
        columns=(
            "head, start",
            "epoch",
            "cosine with the target",
            "smallest eigenvalue, in space",
            "largest, in space",
            "every eigenvalue, on directions",
        ),
        rows=tuple(rows),
        note=(
            "Medians over 32 fixed images. In space it has one negative eigenvalue unless output and "
            "target are parallel; on directions, orthogonally to the output, it is a multiple of the "
            "identity, positive where the cosine is. That of the mean squared error is the identity."
        ),
    )


def _median(values: np.ndarray) -> float:
    return float(np.nanmedian(values))


def _relative_residual(tracks: Tracks) -> float:
    return max(
        float(np.nanmax(t["residuals"] / np.abs(t["effective"]).max(-1))) for t in tracks.values()
    )


def collapse_table(form: E1Setup, dataset: Dataset, tracks: Tracks) -> Table:
    """Variances and condition numbers of every run, and their correlation."""
    rows = []
    for cell in CELLS:
        track = tracks[cell]
        published = PUBLISHED_SPEARMAN.get(cell)
        rows.append(
            (
                cell.objective,
                f"{cell.activation}, {cell.start.value}",
                _ends(track["variance_z"], ".1e"),
                _ends(track["variance_h"], ".1e"),
                _ends(track["condition_published"], ".1e"),
                _ends(track["condition"], ".1e"),
                _ends(track["effective_rank"], ".1f"),
                "" if published is None else f"{published:.3f}",
                _correlation(track["variance_z"], track["condition_published"]),
                _correlation(track["variance_z"], track["condition"]),
            )
        )
    return Table(
        title=f"Variance and condition number: {form.source.setting(dataset)}",
        columns=(
            "objective",
            "head, start",
            "variance of z",
            "variance of h",
            "condition number, clamped",
            "condition number, honest",
            f"effective rank of {form.config.representation}",
            "Spearman, published",
            "Spearman, clamped",
            "Spearman, honest",
        ),
        rows=tuple(rows),
        note=(
            f"Before the first step and after {epochs(tracks)} epochs; total variances of directions "
            f"over {len(dataset.test_images)} test images. Clamped, as published: largest eigenvalue "
            "over the smallest one clamped at 1e-7, from as many samples as dimensions, of which "
            "centring takes one, so that the smallest is 0. Honest: from "
            f"{len(dataset.test_images)} samples of {form.config.representation} dimensions, over the "
            "smallest eigenvalue above the noise floor of float32. Spearman's correlations of the "
            f"variance of z and the condition number over {epochs(tracks)} epochs; beyond "
            f"{SIGNIFICANT[epochs(tracks)]:g} either way at the 5 % level. {not_published(dataset)}"
        ),
    )


def _ends(values: np.ndarray, form: str) -> str:
    return f"{values[0]:{form}} to {values[-1]:{form}}"


def _correlation(x: np.ndarray, y: np.ndarray) -> str:
    value = rank_correlation(x[1:], y[1:])
    return "constant" if value != value else f"{value:.2f}"


def variance_plot(setting: str, tracks: Tracks, quantity: str, of: str) -> Plot:
    """A variance by epoch, for every run of the published objective."""
    chosen = [cell for cell in CELLS if cell.objective == "simsiam"]
    return Plot(
        title=f"Variance of the directions of {of} while SimSiam trains",
        kind="line",
        series=tuple(
            Series(
                label=f"{cell.activation}, {cell.start.value}",
                x=tuple(map(float, range(epochs(tracks) + 1))),
                y=tuple(tracks[cell][quantity].tolist()),
            )
            for cell in chosen
        ),
        xlabel="epoch",
        ylabel=f"variance of {of}",
        yscale="log",
        note=f"{setting}; seed 0.",
    )

"""E2: which heads let a network grow its variance, at which step size?

Final over initial variance compares runs of equally many epochs, in which a larger step size goes
further. Training time, learning rate times steps, is what a gradient flow knows: the same runs are
compared at equal training time too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from verify.artefact import Artefact
from verify.checks import section
from verify.ssl.collapse import build_variances
from verify.ssl.digits import DIGITS_SIMSIAM, with_head
from verify.ssl.experiments import e2_invariants
from verify.ssl.experiments._checks import measurement
from verify.ssl.experiments._display import (
    AS_READ,
    PUBLISHED_SIMSIAM,
    SETTING,
    answer_by,
    describe,
    setting_table,
    shortfall,
)
from verify.ssl.training import Config
from verify.statement import (
    Context,
    Effect,
    Experiment,
    Finding,
    Measured,
    Outcome,
    Plot,
    Series,
    Table,
)

EPOCHS, BATCH = 10, 64

RATES = (0.005, 0.05, 0.5)


class Cell(NamedTuple):
    """One run: activation, BatchNorm in both heads, learning rate."""

    activation: str
    batchnorm: bool
    rate: float

    @property
    def label(self) -> str:
        """As tables call it."""
        return f"{self.activation}, {'BatchNorm' if self.batchnorm else 'none'}, {self.rate:g}"


CELLS = (
    Cell("linear", False, 0.05),
    Cell("gelu", False, 0.05),
    *(Cell(a, b, rate) for a in ("swish", "relu") for b in (False, True) for rate in RATES),
)

PUBLISHED = {
    Cell("linear", False, 0.05): "17.2",
    Cell("gelu", False, 0.05): "6.4",
    Cell("swish", False, 0.05): "4.4",
    Cell("swish", False, 0.005): "0.57",
    Cell("relu", False, 0.05): "0.11",
} | {cell: "0.4 to 1.1" for cell in CELLS if cell.batchnorm}
"""Published final over initial variance."""


def configure(cell: Cell) -> Config:
    """The configuration of a run."""
    return replace(
        with_head(DIGITS_SIMSIAM, cell.activation, cell.batchnorm),
        optimiser=replace(DIGITS_SIMSIAM.optimiser, learning_rate=cell.rate),
        batch=BATCH,
        epochs=EPOCHS,
    )


ARTEFACTS = {
    cell: Artefact(f"digits-variances-{index}", build_variances, (configure(cell),), cost=4.0)
    for index, cell in enumerate(CELLS)
}
"""Variances while training, for every run; epoch 0 is before the first step."""

GROWN = 1.0

EXPERIMENT = Experiment(
    id="E2",
    title="Escape from collapse",
    question="Which heads let the variance of z grow, and at which step size?",
    published=(
        "CIFAR-10, ResNet-18, SimSiam, 50 epochs, batch 512, 3 seeds. Final over initial variance of "
        "z: linear 17.2, GELU 6.4, Swish 4.4 at learning rate 0.05 and 0.57 at 0.005, ReLU 0.11; with "
        "BatchNorm in the heads every run stays at 0.4 to 1.1."
    ),
    flaws=(
        "The claim that a Swish head escapes under continuous-time flow is contradicted by the "
        "published run of the smallest step, 0.005, which is nearest to it and shrinks to 0.57 of its "
        "variance, while a linear head at 0.05 grows 17.2-fold.",
        AS_READ
        + "runs of different step sizes are compared after equally many epochs, and so after "
        "training times that differ 100-fold.",
        AS_READ
        + "condition numbers as low as 0.22 are recorded, which no condition number can be.",
    ),
    effects=(
        Effect(
            id="grows",
            text="Without BatchNorm the variance grows for linear, GELU and Swish heads.",
            published="17.2, 6.4, 4.4 at learning rate 0.05",
            criterion=(
                "Final over initial variance of the directions of z at learning rate 0.05. Yes: above "
                "1 for all three. No: below 1 for all three. Undecided otherwise."
            ),
        ),
        Effect(
            id="relu",
            text="Without BatchNorm the variance shrinks for a ReLU head.",
            published="0.11 at learning rate 0.05",
            criterion="The same. Yes: at most 1/2. No: at least 1. Undecided otherwise.",
        ),
        Effect(
            id="batchnorm",
            text="With BatchNorm every run keeps its variance.",
            published="0.4 to 1.1",
            criterion=(
                "The same for the six runs with BatchNorm. Yes: all between 0.4 and 1.1. No: none. "
                "Undecided otherwise."
            ),
        ),
        Effect(
            id="flow",
            text="A Swish head escapes the more surely, the nearer to continuous time.",
            published="claimed; the published runs grow 4.4-fold at 0.05 and shrink to 0.57 at 0.005",
            criterion=(
                "Swish without BatchNorm. Yes: final over initial variance at 0.005 is above 1 and, at "
                "equal training time, at least that at 0.05. No: it is below 1. Undecided otherwise."
            ),
        ),
        Effect(
            id="time",
            text="At equal training time the step size does not matter.",
            published="",
            criterion=(
                "Ours. Swish and ReLU without BatchNorm: the ratio at the smaller of two neighbouring "
                "step sizes over that at the larger, at equal training time. Yes: all four between "
                "1/2 and 2. No: none. Undecided otherwise."
            ),
        ),
    ),
)

Tracks = dict[Cell, dict[str, np.ndarray]]
"""What was tracked in each run, each of shape (epochs + 1,)."""


def growth(track: dict[str, np.ndarray], epoch: int = EPOCHS, of: str = "variance_z") -> float:
    """Variance after some epochs over the initial one."""
    return float(track[of][epoch] / track[of][0])


def at_equal_time(
    tracks: Tracks, activation: str, batchnorm: bool, slow: float
) -> tuple[float, float]:
    """Growth at a learning rate after all epochs, and at ten times it after a tenth of them."""
    cells = (Cell(activation, batchnorm, slow), Cell(activation, batchnorm, _faster(slow)))
    return growth(tracks[cells[0]]), growth(tracks[cells[1]], EPOCHS // 10)


def _faster(rate: float) -> float:
    return RATES[RATES.index(rate) + 1]


def run_escape(ctx: Context) -> Finding:
    """Compare variances before and after training, at equal epochs and at equal training time."""
    tracks: Tracks = {cell: artefact.load(ctx) for cell, artefact in ARTEFACTS.items()}
    answers = _answers(tracks)
    heads = ("linear", "gelu", "swish", "relu")
    ours = ", ".join(f"{growth(tracks[Cell(h, False, 0.05)]):.2g} ({h})" for h in heads)
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=shortfall(answers)
        + (
            f"On the {SETTING}: at learning rate 0.05 without BatchNorm the variance of the "
            f"directions of z becomes {ours} times its initial value; published 17.2, 6.4, 4.4, 0.11. "
            f"A Swish head at 0.005 ends at {growth(tracks[Cell('swish', False, 0.005)]):.2g} times "
            "(published 0.57)."
        ),
        cases=len(CELLS) * EPOCHS,
        tables=(_setting(), _growth_table(tracks), _time_table(tracks)),
        plots=(_plot(tracks),),
        answers=answers,
    )


def _answers(tracks: Tracks) -> tuple[Measured, ...]:
    """Apply the criteria of `EXPERIMENT`."""
    final = {cell: growth(track) for cell, track in tracks.items()}
    growing = {h: final[Cell(h, False, 0.05)] for h in ("linear", "gelu", "swish")}
    raw = {h: growth(tracks[Cell(h, False, 0.05)], of="variance_raw") for h in growing}
    relu = final[Cell("relu", False, 0.05)]
    normed = [value for cell, value in final.items() if cell.batchnorm]
    kept = [0.4 <= value <= 1.1 for value in normed]
    slow, fast = at_equal_time(tracks, "swish", False, 0.005)
    steps = [
        slower / faster
        for head in ("swish", "relu")
        for rate in RATES[:-1]
        for slower, faster in [at_equal_time(tracks, head, False, rate)]
    ]
    alike = [0.5 <= step <= 2 for step in steps]
    return (
        Measured(
            effect="grows",
            answer=answer_by(min(growing.values()) > GROWN, max(growing.values()) < GROWN),
            value=(
                ", ".join(f"{value:.2g} ({head})" for head, value in growing.items())
                + "; of z itself "
                + ", ".join(f"{value:.2g} ({head})" for head, value in raw.items())
            ),
        ),
        Measured(
            effect="relu", answer=answer_by(relu <= GROWN / 2, relu >= GROWN), value=f"{relu:.2g}"
        ),
        Measured(
            effect="batchnorm",
            answer=answer_by(all(kept), not any(kept)),
            value=f"{min(normed):.2g} to {max(normed):.2g}",
        ),
        Measured(
            effect="flow",
            answer=answer_by(slow > GROWN and slow >= fast, slow < GROWN),
            value=f"{slow:.2g} at 0.005; at equal training time {fast:.2g} at 0.05",
        ),
        Measured(
            effect="time",
            answer=answer_by(all(alike), not any(alike)),
            value=", ".join(f"{step:.2g}" for step in steps),
        ),
    )


def _setting() -> Table:
    published = PUBLISHED_SIMSIAM | {
        "optimiser": "SGD, momentum 0.9, no weight decay, learning rate 0.005, 0.05, 0.5",
        "batch and epochs": "batch 512, 50 epochs",
        "training seeds": "3",
    }
    ours = describe(replace(DIGITS_SIMSIAM, batch=BATCH, epochs=EPOCHS), (0,)) | {
        "activation": "linear, gelu, swish, relu",
        "BatchNorm in the heads": "none, or after every layer of both",
        "optimiser": "SGD, momentum 0.9, no weight decay, learning rate 0.005, 0.05, 0.5",
    }
    return setting_table(published, ours)


def _growth_table(tracks: Tracks) -> Table:
    rows = []
    for cell in CELLS:
        track = tracks[cell]
        rows.append(
            (
                cell.label,
                PUBLISHED.get(cell, "not known here"),
                f"{growth(track):.2g}",
                f"{growth(track, of='variance_raw'):.2g}",
                f"{growth(track, of='variance_h'):.2g}",
                f"{track['variance_z'][0]:.2e} to {track['variance_z'][-1]:.2e}",
                f"{track['condition'][0]:.1e} to {track['condition'][-1]:.1e}",
                f"{track['losses'][-1]:.3f}",
            )
        )
    return Table(
        title=f"Final over initial variance: {SETTING}",
        columns=(
            "head, BatchNorm, learning rate",
            "published",
            "of directions of z",
            "of z itself",
            "of directions of h",
            "variance of directions of z",
            "condition number, honest",
            "last loss",
        ),
        rows=tuple(rows),
        note=(
            f"After {EPOCHS} epochs; total variances of directions over 360 test images; one seed. "
            "The initial variance is measured with BatchNorm statistics of the training images. The "
            "condition number is the largest eigenvalue of the covariance over the smallest one above "
            "the noise floor. Whether the published variance is one of directions or of z itself is "
            "not known here: both are shown. Not CIFAR-10 results, except the published column."
        ),
    )


def _time_table(tracks: Tracks) -> Table:
    rows = []
    for head in ("swish", "relu"):
        for batchnorm in (False, True):
            for rate in RATES[:-1]:
                slower, faster = at_equal_time(tracks, head, batchnorm, rate)
                steps = int(tracks[Cell(head, batchnorm, rate)]["steps"][-1])
                rows.append(
                    (
                        head,
                        "BatchNorm" if batchnorm else "none",
                        f"{rate * steps:.3g}",
                        f"{slower:.2g} at {rate:g}",
                        f"{faster:.2g} at {_faster(rate):g}",
                    )
                )
    return Table(
        title=f"The same at equal training time: {SETTING}",
        columns=(
            "head",
            "BatchNorm",
            "learning rate x steps",
            "final over initial variance of z, smaller step",
            "larger step",
        ),
        rows=tuple(rows),
        note=(
            f"The smaller step after {EPOCHS} epochs, the tenfold one after {EPOCHS // 10}. Momentum "
            "0.9 makes ten times this the time of the gradient flow, for both alike."
        ),
    )


def _plot(tracks: Tracks) -> Plot:
    return Plot(
        title="Variance of the directions of z against training time",
        kind="line",
        series=tuple(
            Series(
                label=cell.label,
                x=tuple((cell.rate * tracks[cell]["steps"][1:]).tolist()),
                y=tuple(tracks[cell]["variance_z"][1:].tolist()),
            )
            for cell in CELLS
            if not cell.batchnorm
        ),
        xlabel="learning rate x steps",
        ylabel="variance of z",
        xscale="log",
        yscale="log",
        note=f"{SETTING}; seed 0, without BatchNorm in the heads.",
    )


CHECKS = (
    measurement(
        "E2.escape",
        "Final over initial variance, by head, BatchNorm and step size",
        run_escape,
        artefacts=tuple(ARTEFACTS.values()),
        cost=0.2,
    ),
    *section("E2", *e2_invariants.CHECKS),
)

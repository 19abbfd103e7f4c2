"""What E2 measures: variances before and after training by head and step size, and its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from verify.claims.check import Context
from verify.claims.evidence import Finding, Measured, Outcome, Plot, Series, Table
from verify.engine.artefact import Artefact
from verify.experiments.tables import (
    PUBLISHED_SIMSIAM,
    answer_over_seeds,
    describe,
    listed,
    not_published,
    setting_table,
    shortfall,
    timing_tables,
)
from verify.ssl.data import Dataset
from verify.ssl.digits_configs import with_head
from verify.ssl.image_source import Source
from verify.ssl.training import Config
from verify.ssl.variances import build_variances

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


@dataclass(frozen=True, kw_only=True)
class E2Setup:
    """One form of E2: SimSiam on some images, its epochs a multiple of ten."""

    source: Source
    config: Config
    seeds: tuple[int, ...]
    cost: float = 2.0

    def configure(self, cell: Cell, seed: int) -> Config:
        """The configuration of a run."""
        return replace(
            with_head(self.config, cell.activation, cell.batchnorm),
            optimiser=replace(self.config.optimiser, learning_rate=cell.rate),
            seed=seed,
        )

    @property
    def runs(self) -> dict[tuple[Cell, int], Artefact]:
        """Variances while training, for every cell and seed; epoch 0 is before the first step."""
        return {
            (cell, seed): Artefact(
                f"{self.source.name}-variances-{index}-seed{seed}",
                build_variances,
                (self.source, self.configure(cell, seed)),
                cost=self.cost,
            )
            for seed in self.seeds
            for index, cell in enumerate(CELLS)
        }

    @property
    def artefacts(self) -> tuple[Artefact, ...]:
        """The same, in order."""
        return tuple(self.runs.values())


GROWN = 1.0

Tracks = dict[Cell, dict[str, np.ndarray]]
"""What was tracked in each run of one seed, each of shape (epochs + 1,)."""


def growth(track: dict[str, np.ndarray], epoch: int = -1, of: str = "variance_z") -> float:
    """Variance after some epochs, or all, over the initial one."""
    return float(track[of][epoch] / track[of][0])


def at_equal_time(
    tracks: Tracks, activation: str, batchnorm: bool, slow: float
) -> tuple[float, float]:
    """Growth at a learning rate after all epochs, and at ten times it after a tenth of them."""
    slower, faster = (tracks[Cell(activation, batchnorm, rate)] for rate in (slow, _faster(slow)))
    return growth(slower), growth(faster, (len(faster["variance_z"]) - 1) // 10)


def _faster(rate: float) -> float:
    return RATES[RATES.index(rate) + 1]


def run_escape(form: E2Setup, ctx: Context) -> Finding:
    """Compare variances before and after training, at equal epochs and at equal training time."""
    dataset = form.source.load(ctx)
    setting = form.source.setting(dataset)
    kept = {key: artefact.load(ctx) for key, artefact in form.runs.items()}
    seeds = [{cell: kept[cell, seed] for cell in CELLS} for seed in form.seeds]
    answers = _answers(seeds)
    heads = ("linear", "gelu", "swish", "relu")
    ours = ", ".join(f"{_each(seeds, Cell(head, False, 0.05))} ({head})" for head in heads)
    names = {f"{cell.label}, seed {seed}": run for (cell, seed), run in kept.items()}
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=shortfall(answers)
        + (
            f"On {setting}: at learning rate 0.05 without BatchNorm the variance of the "
            f"directions of z becomes {ours} times its initial value; published 17.2, 6.4, 4.4, 0.11. "
            f"A Swish head at 0.005 ends at {_each(seeds, Cell('swish', False, 0.005))} times "
            "(published 0.57)."
        ),
        cases=len(kept) * form.config.epochs,
        tables=(
            _setting(form, dataset),
            _growth_table(form, dataset, seeds),
            _time_table(form, setting, seeds),
            *timing_tables(setting, names),
        ),
        plots=(_plot(form, setting, seeds[0]),),
        answers=answers,
    )


def _each(seeds: Sequence[Tracks], cell: Cell, of: str = "variance_z") -> str:
    """Growth in every seed."""
    return " / ".join(f"{growth(tracks[cell], of=of):.2g}" for tracks in seeds)


def _answers(seeds: Sequence[Tracks]) -> tuple[Measured, ...]:
    """Apply the criteria of E2 to each seed; they must agree."""
    found = [_verdicts(tracks) for tracks in seeds]
    return tuple(
        Measured(
            effect=effect,
            answer=answer_over_seeds([f[effect][0] for f in found], [f[effect][1] for f in found]),
            value=" / ".join(f[effect][2] for f in found),
        )
        for effect in found[0]
    )


def _verdicts(tracks: Tracks) -> dict[str, tuple[bool, bool, str]]:
    """For each effect, whether one seed says yes, whether it says no, and its figures."""
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
    return {
        "grows": (
            min(growing.values()) > GROWN,
            max(growing.values()) < GROWN,
            ", ".join(f"{value:.2g} ({head})" for head, value in growing.items())
            + "; of z itself "
            + ", ".join(f"{value:.2g} ({head})" for head, value in raw.items()),
        ),
        "relu": (relu <= GROWN / 2, relu >= GROWN, f"{relu:.2g}"),
        "batchnorm": (all(kept), not any(kept), f"{min(normed):.2g} to {max(normed):.2g}"),
        "flow": (
            slow > GROWN and slow >= fast,
            slow < GROWN,
            f"{slow:.2g} at 0.005; at equal training time {fast:.2g} at 0.05",
        ),
        "time": (all(alike), not any(alike), ", ".join(f"{step:.2g}" for step in steps)),
    }


def _setting(form: E2Setup, dataset: Dataset) -> Table:
    published = PUBLISHED_SIMSIAM | {
        "optimiser": "SGD, momentum 0.9, no weight decay, learning rate 0.005, 0.05, 0.5",
        "batch and epochs": "batch 512, 50 epochs",
        "training seeds": "3",
    }
    ours = describe(form.config, form.seeds, dataset) | {
        "activation": "linear, gelu, swish, relu",
        "BatchNorm in the heads": "none, or after every layer of both",
        "optimiser": "SGD, momentum 0.9, no weight decay, learning rate 0.005, 0.05, 0.5",
    }
    return setting_table(form.source.setting(dataset), published, ours)


def _growth_table(form: E2Setup, dataset: Dataset, seeds: Sequence[Tracks]) -> Table:
    rows = []
    for cell in CELLS:
        tracks = [seed[cell] for seed in seeds]
        rows.append(
            (
                cell.label,
                PUBLISHED.get(cell, "not known here"),
                *(_each(seeds, cell, f"variance_{of}") for of in ("z", "raw", "h")),
                " / ".join(
                    f"{t['variance_z'][0]:.2e} to {t['variance_z'][-1]:.2e}" for t in tracks
                ),
                " / ".join(f"{t['condition'][0]:.1e} to {t['condition'][-1]:.1e}" for t in tracks),
                " / ".join(f"{t['losses'][-1]:.3f}" for t in tracks),
            )
        )
    return Table(
        title=f"Final over initial variance: {form.source.setting(dataset)}",
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
            f"After {form.config.epochs} epochs; total variances of directions over "
            f"{len(dataset.test_images)} test images; seeds {listed(form.seeds)}. "
            "The initial variance is measured with BatchNorm statistics of training images. The "
            "condition number is the largest eigenvalue of the covariance over the smallest one above "
            "the noise floor. Whether the published variance is one of directions or of z itself is "
            f"not known here: both are shown. {not_published(dataset)}".strip()
        ),
    )


def _time_table(form: E2Setup, setting: str, seeds: Sequence[Tracks]) -> Table:
    rows = []
    for head in ("swish", "relu"):
        for batchnorm in (False, True):
            for rate in RATES[:-1]:
                pairs = [at_equal_time(tracks, head, batchnorm, rate) for tracks in seeds]
                steps = int(seeds[0][Cell(head, batchnorm, rate)]["steps"][-1])
                slow, fast = (" / ".join(f"{p[i]:.2g}" for p in pairs) for i in (0, 1))
                rows.append(
                    (
                        head,
                        "BatchNorm" if batchnorm else "none",
                        f"{rate * steps:.3g}",
                        f"{slow} at {rate:g}",
                        f"{fast} at {_faster(rate):g}",
                    )
                )
    return Table(
        title=f"The same at equal training time: {setting}",
        columns=(
            "head",
            "BatchNorm",
            "learning rate x steps",
            "final over initial variance of z, smaller step",
            "larger step",
        ),
        rows=tuple(rows),
        note=(
            f"The smaller step after {form.config.epochs} epochs, the tenfold one after "
            f"{form.config.epochs // 10}. Momentum 0.9 makes ten times this the time of the gradient "
            "flow, for both alike."
        ),
    )


def _plot(form: E2Setup, setting: str, tracks: Tracks) -> Plot:
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
        note=f"{setting}; seed {form.seeds[0]}, without BatchNorm in the heads.",
    )

"""What E7 measures: relative updates of the head and the backbone, and its answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import geometric_mean

import numpy as np

from verify.claims.check import Context
from verify.claims.evidence import Finding, Measured, Outcome, Plot, Series, Table
from verify.engine.artefact import Artefact
from verify.experiments.tables import (
    PUBLISHED_SIMSIAM,
    answer_over_seeds,
    describe,
    over_seeds,
    setting_table,
    shortfall,
    timing_tables,
)
from verify.ssl.data import Dataset
from verify.ssl.digits_configs import with_head
from verify.ssl.image_source import Source
from verify.ssl.training import Config, Start
from verify.ssl.updates import build

ACTIVATIONS = ("swish", "relu")

PLAIN, SHRUNK, NORMED = "none, normal", "none, projector x0.1", "BatchNorm, normal"

VARIANTS = {
    PLAIN: (False, Start.NORMAL),
    SHRUNK: (False, Start.SHRUNK_PROJECTOR),
    NORMED: (True, Start.NORMAL),
}
"""BatchNorm in both heads, and the start."""

SEPARATED = 10.0
"""Ratio from which time scales are called separated: a third of the least published one."""

Cell = tuple[str, str]
"""Activation and variant."""


@dataclass(frozen=True, kw_only=True)
class E7Setup:
    """One form of E7: SimSiam on some images from several seeds."""

    source: Source
    config: Config
    seeds: tuple[int, ...]
    cost: float = 1.0

    @property
    def runs(self) -> dict[tuple[Cell, int], Artefact]:
        """Relative updates while training, for every activation, variant and seed."""
        return {
            ((activation, variant), seed): Artefact(
                f"{self.source.name}-updates-{activation}-{index}-seed{seed}",
                build,
                (
                    self.source,
                    replace(with_head(self.config, activation, normed), start=start, seed=seed),
                ),
                cost=self.cost,
            )
            for activation in ACTIVATIONS
            for index, (variant, (normed, start)) in enumerate(VARIANTS.items())
            for seed in self.seeds
        }

    @property
    def artefacts(self) -> tuple[Artefact, ...]:
        """The same, in order."""
        return tuple(self.runs.values())


PARTS = ("backbone", "projector", "predictor")

Updates = dict[tuple[str, str], dict[str, np.ndarray]]
"""For every activation and variant: relative updates (seeds, epochs) by part."""


def run_updates(form: E7Setup, ctx: Context) -> Finding:
    """Compare the relative updates of projector, predictor and backbone."""
    dataset = form.source.load(ctx)
    setting = form.source.setting(dataset)
    kept = {key: artefact.load(ctx) for key, artefact in form.runs.items()}
    updates: Updates = {
        cell: {part: np.stack([kept[cell, seed][part] for seed in form.seeds]) for part in PARTS}
        for cell, _ in kept
    }
    answers = _answers(updates)
    plain = [over_seeds(ratios(updates[a, PLAIN]), ".1f") for a in ACTIVATIONS]
    normed = [over_seeds(ratios(updates[a, NORMED]), ".2f") for a in ACTIVATIONS]
    shrunk = [over_seeds(ratios(updates[a, SHRUNK]), ".1f") for a in ACTIVATIONS]
    names = {f"{cell[0]}, {cell[1]}, seed {seed}": run for (cell, seed), run in kept.items()}
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=shortfall(answers)
        + (
            f"On {setting}: the projector's relative update over the backbone's is {plain[0]} "
            f"for a Swish head and {plain[1]} for a ReLU head without BatchNorm (published 31 to "
            f"653), {normed[0]} and {normed[1]} with it (published 0.4 to 2.7), and {shrunk[0]} and "
            f"{shrunk[1]} from the pseudo-collapsed start."
        ),
        cases=len(kept) * form.config.epochs,
        tables=(
            _setting(form, dataset),
            _table(form, setting, updates),
            *timing_tables(setting, names),
        ),
        plots=(_plot(form, setting, updates),),
        answers=answers,
    )


def ratios(updates: dict[str, np.ndarray], part: str = "projector") -> list[float]:
    """Geometric mean over epochs of a part's relative update over the backbone's, by seed."""
    return [geometric_mean(row) for row in (updates[part] / updates["backbone"]).tolist()]


def _answers(updates: Updates) -> tuple[Measured, ...]:
    """Apply the criteria of `EXPERIMENT`."""
    plain, normed = (
        [r for a in ACTIVATIONS for r in ratios(updates[a, variant])] for variant in (PLAIN, NORMED)
    )
    separated = [r >= SEPARATED for r in plain]
    together = [
        b < a and 1 / SEPARATED <= b <= SEPARATED for a, b in zip(plain, normed, strict=True)
    ]
    relu = zip(ratios(updates["relu", SHRUNK]), ratios(updates["relu", PLAIN]), strict=True)
    factors = [shrunk / normal for shrunk, normal in relu]
    started = [f >= SEPARATED for f in factors]
    return tuple(
        Measured(
            effect=effect,
            answer=answer_over_seeds(yes, [not y for y in yes]),
            value=f"{min(values):.2g} to {max(values):.2g}",
        )
        for effect, yes, values in (
            ("separates", separated, plain),
            ("batchnorm", together, normed),
            ("start", started, factors),
        )
    )


def _setting(form: E7Setup, dataset: Dataset) -> Table:
    ours = describe(form.config, form.seeds, dataset) | {
        "activation": ", ".join(ACTIVATIONS),
        "BatchNorm in the heads": "none, or after every layer",
    }
    return setting_table(form.source.setting(dataset), PUBLISHED_SIMSIAM, ours)


def _table(form: E7Setup, setting: str, updates: Updates) -> Table:
    rows: list[tuple[str, ...]] = [
        ("published: CIFAR-10, ResNet-18", "none", "31 to 653", "none"),
        ("published: CIFAR-10, ResNet-18", "BatchNorm", "0.4 to 2.7", "none"),
    ]
    for (activation, variant), parts in updates.items():
        columns = [over_seeds(ratios(parts, p)) for p in ("projector", "predictor")]
        rows.append((activation, variant, *columns))
    return Table(
        title=f"Relative updates over the backbone's: {setting}",
        columns=("head", "BatchNorm, start", "projector / backbone", "predictor / backbone"),
        rows=tuple(rows),
        note=(
            f"Geometric mean over {form.config.epochs} epochs of the last step's; mean over "
            "training seeds, each in parentheses. Whether the published head includes the "
            "predictor is not known here: both are shown."
        ),
    )


def _plot(form: E7Setup, setting: str, updates: Updates) -> Plot:
    series = []
    for (activation, variant), parts in updates.items():
        ratio = parts["projector"] / parts["backbone"]
        series.append(
            Series(
                label=f"{activation}, {variant}",
                x=tuple(float(epoch) for epoch in range(1, ratio.shape[1] + 1)),
                y=tuple(np.exp(np.log(ratio).mean(0)).tolist()),
                low=tuple(ratio.min(0).tolist()),
                high=tuple(ratio.max(0).tolist()),
            )
        )
    return Plot(
        title="Relative update of the projector over the backbone's",
        kind="line",
        series=tuple(series),
        xlabel="epoch",
        ylabel="ratio",
        yscale="log",
        note=f"{setting}; geometric mean and range of {len(form.seeds)} seeds.",
    )

"""What E9 measures: probes of z and h under every head, and its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np

from verify.claims.check import Context
from verify.claims.evidence import Finding, Measured, Outcome, Plot, Series, Table
from verify.engine.artefact import Artefact
from verify.experiments.tables import (
    PUBLISHED_SIMCLR,
    answer_by,
    describe,
    listed,
    not_published,
    over_seeds,
    setting_table,
    shortfall,
    timing_tables,
)
from verify.ssl.data import Dataset
from verify.ssl.digits_configs import with_head
from verify.ssl.discard import LABELLED, build
from verify.ssl.image_source import Source
from verify.ssl.measurements import Interval, paired_interval
from verify.ssl.training import Config

NONE, LINEAR = "no head", "linear"

NONLINEAR = ("relu", "swish")

HEADS = (NONE, LINEAR, *NONLINEAR)


@dataclass(frozen=True, kw_only=True)
class E9Setup:
    """One form of E9: SimCLR on some images from several seeds."""

    source: Source
    config: Config
    seeds: tuple[int, ...]
    cost: float = 2.0

    def configure(self, head: str, seed: int) -> Config:
        """SimCLR under a head."""
        config = replace(self.config, seed=seed)
        return replace(config, projector=None) if head == NONE else with_head(config, head, True)

    @property
    def runs(self) -> dict[tuple[str, int], Artefact]:
        """Accuracies of every head and training seed; epoch 0 is before the first step."""
        return {
            (head, seed): Artefact(
                f"{self.source.name}-discard-{head.replace(' ', '-')}-seed{seed}",
                build,
                (self.source, self.configure(head, seed)),
                cost=self.cost,
            )
            for head in HEADS
            for seed in self.seeds
        }

    @property
    def artefacts(self) -> tuple[Artefact, ...]:
        """The same, in order."""
        return tuple(self.runs.values())


Curves = dict[tuple[str, int], dict[str, np.ndarray]]
"""For every head and training seed: accuracies in [0, 1]."""


def seeds_of(curves: Curves) -> list[int]:
    """The training seeds, in order."""
    return [seed for head, seed in curves if head == NONE]


def last(curves: Curves, head: str, name: str) -> list[float]:
    """Accuracy after training, for each seed."""
    return [float(np.ravel(curves[head, seed][name])[-1]) for seed in seeds_of(curves)]


def mean(curves: Curves, head: str) -> list[float]:
    """Class accuracy on z, mean over the epochs, for each seed."""
    return [float(curves[head, seed]["class_z"][1:].mean()) for seed in seeds_of(curves)]


def epochs_to(curves: Curves, head: str, seed: int, accuracy: float) -> str:
    """The first epoch at which class accuracy on z reaches a value."""
    reached = np.flatnonzero(curves[head, seed]["class_z"] >= accuracy)
    return str(int(reached[0])) if len(reached) else "never"


def run_discard(form: E9Setup, ctx: Context) -> Finding:
    """Compare probes of z and h under every head."""
    dataset = form.source.load(ctx)
    setting = form.source.setting(dataset)
    curves: Curves = {key: artefact.load(ctx) for key, artefact in form.runs.items()}
    answers = _answers(curves)
    z, h, few_z, few_h = (
        ", ".join(f"{100 * fmean(last(curves, head, name)):.1f} % ({head})" for head in heads)
        for name, heads in (
            ("class_z", HEADS),
            ("class_h", HEADS[1:]),
            ("few_z", HEADS),
            ("few_h", HEADS[1:]),
        )
    )
    first = [100 * float(curves[NONE, seed]["class_z"][0]) for seed in form.seeds]
    untrained = f"{fmean(first):.1f} %"
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=shortfall(answers)
        + (
            f"On {setting}: after {form.config.epochs} epochs a linear probe of the class gets {z} on "
            f"z, and {h} on h; an untrained network's z gives {untrained}. From {LABELLED} labels of "
            f"each it gets {few_z} on z and {few_h} on h."
        ),
        cases=len(curves) * form.config.epochs,
        tables=(
            _setting(form, dataset),
            _table(form, dataset, curves),
            *timing_tables(setting, {f"{h}, seed {s}": run for (h, s), run in curves.items()}),
        ),
        plots=(_plot(form, setting, curves),),
        answers=answers,
    )


def _paired(first: Sequence[float], second: Sequence[float]) -> Interval:
    return paired_interval([100 * (a - b) for a, b in zip(first, second, strict=True)])


def _measured(effect: str, found: dict[str, Interval]) -> Measured:
    lows, highs = (tuple(end) for end in zip(*found.values(), strict=True))
    value = ", ".join(f"[{i.low:.1f}, {i.high:.1f}] ({head})" for head, i in found.items())
    return Measured(
        effect=effect,
        answer=answer_by(min(lows) > 0, min(highs) < 0),
        value=f"difference in points: {value}",
    )


def _answers(curves: Curves) -> tuple[Measured, ...]:
    """Apply the criteria of `EXPERIMENT`."""

    def kept(head: str, probe: str) -> Interval:
        return _paired(last(curves, head, f"{probe}_z"), last(curves, head, f"{probe}_h"))

    def gained(head: str) -> Interval:
        return _paired(last(curves, head, "class_z"), last(curves, NONE, "class_z"))

    return (
        _measured("z-beats-h", {head: kept(head, "class") for head in NONLINEAR}),
        _measured("z-beats-h-few", {head: kept(head, "few") for head in NONLINEAR}),
        _measured("rotation", {head: kept(head, "rotation") for head in NONLINEAR}),
        _measured("head-helps", {head: gained(head) for head in NONLINEAR}),
        _measured("linear-helps", {LINEAR: gained(LINEAR)}),
        _measured(
            "faster", {head: _paired(mean(curves, head), mean(curves, NONE)) for head in NONLINEAR}
        ),
    )


def _setting(form: E9Setup, dataset: Dataset) -> Table:
    probe = (
        f"a linear probe in closed form (ridge): of the class, from all labels and from {LABELLED} of "
        "each; of quarter turns"
    )
    described = describe(form.config, form.seeds, dataset)
    ours = described | {
        "head": f"none, or {described['head']}",
        "activation": "linear, relu, swish",
        "probes": probe,
    }
    published = PUBLISHED_SIMCLR | {"probes": "not an experiment of the paper"}
    return setting_table(form.source.setting(dataset), published, ours)


def _table(form: E9Setup, dataset: Dataset, curves: Curves) -> Table:
    goal = fmean(last(curves, NONE, "class_z"))
    first = {
        name: over_seeds([100 * float(curves[NONE, s][name][0]) for s in form.seeds], ".1f")
        for name in ("class_z", "few_z")
    }
    rows: list[tuple[str, ...]] = [
        ("untrained", first["class_z"], "", first["few_z"], "", "", "", "", "")
    ]
    for head in HEADS:
        columns = [
            over_seeds([100 * a for a in last(curves, head, name)], ".1f")
            for name in ("class_z", "class_h", "few_z", "few_h", "rotation_z", "rotation_h")
        ]
        rows.append(
            (
                head,
                *columns,
                over_seeds([100 * a for a in mean(curves, head)], ".1f"),
                ", ".join(epochs_to(curves, head, seed, goal) for seed in form.seeds),
            )
        )
    return Table(
        title=f"Linear probes under every head, accuracy in %: {form.source.setting(dataset)}",
        columns=(
            "head",
            "class, z",
            "class, h",
            f"class from {LABELLED} labels of each, z",
            f"class from {LABELLED} labels of each, h",
            "rotation, z",
            "rotation, h",
            "class, z, mean over epochs",
            f"epochs until class, z, reaches {100 * goal:.1f} %",
        ),
        rows=tuple(rows),
        note=(
            f"{not_published(dataset)}Mean over training seeds {listed(form.seeds)}, each in "
            f"parentheses; probes see all {len(dataset.train_images)} training images, or "
            f"{LABELLED * dataset.classes}, and are tested on {len(dataset.test_images)} others. "
            "Without a head h is z. The goal of the last column is what training without a head ends "
            "at; before the first step BatchNorm statistics are those of the training images."
        ),
    )


def _plot(form: E9Setup, setting: str, curves: Curves) -> Plot:
    series = []
    for head in HEADS:
        for name in ("z", "h") if head != NONE else ("z",):
            values = 100 * np.stack([curves[head, seed][f"class_{name}"] for seed in form.seeds])
            series.append(
                Series(
                    label=f"{name}, {head}",
                    x=tuple(map(float, range(values.shape[1]))),
                    y=tuple(values.mean(0).tolist()),
                    low=tuple(values.min(0).tolist()),
                    high=tuple(values.max(0).tolist()),
                )
            )
    return Plot(
        title="A linear probe of the class while SimCLR trains",
        kind="line",
        series=tuple(series),
        xlabel="epoch",
        ylabel="accuracy in %",
        note=f"{setting}; band: smallest and largest of {len(form.seeds)} seeds.",
    )

"""E9: train under a head, then discard it. What was the head good for?

SimCLR on the digits with no head, a linear one, ReLU and Swish; a linear probe of the class follows
z and h through training, and one of the rotation looks at both at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

import numpy as np

from verify.artefact import Artefact
from verify.checks import section
from verify.ssl.digits import DIGITS_SIMCLR, SEEDS, seeded_configs, with_head
from verify.ssl.discard import CLASSES, LABELLED, build
from verify.ssl.experiments import e9_invariants
from verify.ssl.experiments._checks import measurement
from verify.ssl.experiments._display import (
    PUBLISHED_SIMCLR,
    SEED_LIST,
    SETTING,
    answer_by,
    describe,
    over_seeds,
    setting_table,
    shortfall,
)
from verify.ssl.measurements import Interval, paired_interval
from verify.ssl.training import Config
from verify.statement import (
    Arithmetic,
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

NONE, LINEAR = "no head", "linear"

NONLINEAR = ("relu", "swish")

HEADS = (NONE, LINEAR, *NONLINEAR)

EPOCHS = 8


def configure(head: str) -> Config:
    """SimCLR under a head, seed 0."""
    config = replace(DIGITS_SIMCLR, epochs=EPOCHS)
    return replace(config, projector=None) if head == NONE else with_head(config, head, True)


ARTEFACTS = {
    (head, config.seed): Artefact(
        f"digits-discard-{head.replace(' ', '-')}-seed{config.seed}", build, (config,), cost=3.0
    )
    for head in HEADS
    for config in seeded_configs(configure(head))
}
"""Accuracies of every head and training seed; epoch 0 is before the first step."""

EXPERIMENT = Experiment(
    id="E9",
    title="Train, then discard the head",
    question="Does a head that is discarded speed training up and leave a better representation?",
    published=(
        "The paper's headline, in words: heads speed training up, z is the better representation "
        "downstream than h, and a linear head is better than none. The experiment is ours."
    ),
    flaws=(),
    effects=(
        Effect(
            id="z-beats-h",
            text="Downstream, z is better than h.",
            published="yes",
            criterion=(
                "Class accuracy after training, z minus h, paired over the training seeds, for the "
                "ReLU and the Swish head. Yes: both 95 % t intervals lie above 0. No: one lies below. "
                "Undecided otherwise."
            ),
        ),
        Effect(
            id="z-beats-h-few",
            text=f"So it is for a probe of {LABELLED} labels of each class.",
            published="",
            criterion=(
                "Ours, as above. Added after an exploratory run, in which a probe of all labels did as "
                "well on an untrained network."
            ),
        ),
        Effect(
            id="rotation",
            text="The head gives up the rotation.",
            published="yes, see E4",
            criterion="As above, for the accuracy of a probe of quarter turns.",
        ),
        Effect(
            id="head-helps",
            text="A nonlinear head leaves a better z than no head.",
            published="yes",
            criterion=(
                "As above, for class accuracy on z under the ReLU and the Swish head minus that on z "
                "trained without a head."
            ),
        ),
        Effect(
            id="linear-helps",
            text="A linear head leaves a better z than no head.",
            published="yes",
            criterion="As above, for the linear head alone.",
        ),
        Effect(
            id="faster",
            text="A nonlinear head speeds training up.",
            published="yes",
            criterion=(
                "Class accuracy on z, mean over the epochs, under the ReLU and the Swish head minus "
                "that without a head, paired over the training seeds; answered as above."
            ),
        ),
    ),
)

Curves = dict[tuple[str, int], dict[str, np.ndarray]]
"""For every head and training seed: accuracies in [0, 1]."""


def last(curves: Curves, head: str, name: str) -> list[float]:
    """Accuracy after training, for each seed."""
    return [float(np.ravel(curves[head, seed][name])[-1]) for seed in SEEDS]


def mean(curves: Curves, head: str) -> list[float]:
    """Class accuracy on z, mean over the epochs, for each seed."""
    return [float(curves[head, seed]["class_z"][1:].mean()) for seed in SEEDS]


def epochs_to(curves: Curves, head: str, seed: int, accuracy: float) -> str:
    """The first epoch at which class accuracy on z reaches a value."""
    reached = np.flatnonzero(curves[head, seed]["class_z"] >= accuracy)
    return str(int(reached[0])) if len(reached) else "never"


def run_discard(ctx: Context) -> Finding:
    """Compare probes of z and h under every head."""
    curves: Curves = {key: artefact.load(ctx) for key, artefact in ARTEFACTS.items()}
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
    first = [100 * float(curves[NONE, seed]["class_z"][0]) for seed in SEEDS]
    untrained = f"{fmean(first):.1f} %"
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=shortfall(answers)
        + (
            f"On the {SETTING}: after {EPOCHS} epochs a linear probe of the class gets {z} on z, and "
            f"{h} on h; an untrained network's z gives {untrained}, so that the digits leave a probe "
            f"of all labels little to show. From {LABELLED} labels of each it gets {few_z} on z and "
            f"{few_h} on h."
        ),
        cases=len(curves) * EPOCHS,
        tables=(_setting(), _table(curves)),
        plots=(_plot(curves),),
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


def _setting() -> Table:
    probe = (
        f"a linear probe in closed form (ridge): of the class, from all labels and from {LABELLED} of "
        "each; of quarter turns"
    )
    ours = describe(configure("relu"), SEEDS) | {
        "head": f"none, or {describe(configure('relu'), SEEDS)['head']}",
        "activation": "linear, relu, swish",
        "probes": probe,
    }
    return setting_table(PUBLISHED_SIMCLR | {"probes": "not an experiment of the paper"}, ours)


def _table(curves: Curves) -> Table:
    goal = fmean(last(curves, NONE, "class_z"))
    first = {
        name: over_seeds([100 * float(curves[NONE, s][name][0]) for s in SEEDS], ".1f")
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
                ", ".join(epochs_to(curves, head, seed, goal) for seed in SEEDS),
            )
        )
    return Table(
        title=f"Linear probes under every head, accuracy in %: {SETTING}",
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
            f"Not CIFAR-10 results. Mean over training seeds {SEED_LIST}, each in parentheses; probes "
            f"see all 1437 training images, or {LABELLED * CLASSES}, and are tested on 360 others. "
            "Without a head h is z. The goal of the last column is what training without a head ends "
            "at; before the first step BatchNorm statistics are those of the training images."
        ),
    )


def _plot(curves: Curves) -> Plot:
    series = []
    for head in HEADS:
        for name in ("z", "h") if head != NONE else ("z",):
            values = 100 * np.stack([curves[head, seed][f"class_{name}"] for seed in SEEDS])
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
        note=f"{SETTING}; band: smallest and largest of {len(SEEDS)} seeds.",
    )


CHECKS = (
    measurement(
        "E9.discard",
        "Probes of the class and of the rotation under every head",
        run_discard,
        artefacts=tuple(ARTEFACTS.values()),
        arithmetic=Arithmetic.FLOAT32,
        cost=0.2,
    ),
    *section("E9", *e9_invariants.CHECKS),
)

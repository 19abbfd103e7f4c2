"""E7: is the head trained on a faster time scale than the backbone?

The measure is learning rate times |gradient| / |weights| of the projector over that of the backbone.
Under an objective that sees directions only, it depends on the size of the weights: a homogeneous
projector with every weight at a tenth computes the same and is updated a hundred times as fast.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import geometric_mean

import numpy as np

from verify.artefact import Artefact
from verify.checks import false, section, true
from verify.ssl.digits import DIGITS_SIMSIAM, SEEDS, with_head
from verify.ssl.experiments import homogeneity
from verify.ssl.experiments._checks import measurement
from verify.ssl.experiments._display import (
    AS_READ,
    PUBLISHED_SIMSIAM,
    SETTING,
    answer_over_seeds,
    describe,
    over_seeds,
    setting_table,
    shortfall,
)
from verify.ssl.training import Start
from verify.ssl.updates import build
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

ACTIVATIONS = ("swish", "relu")

PLAIN, SHRUNK, NORMED = "none, normal", "none, projector x0.1", "BatchNorm, normal"

VARIANTS = {
    PLAIN: (False, Start.NORMAL),
    SHRUNK: (False, Start.SHRUNK_PROJECTOR),
    NORMED: (True, Start.NORMAL),
}
"""BatchNorm in both heads, and the start."""

EPOCHS = 4

SEPARATED = 10.0
"""Ratio from which time scales are called separated: a third of the least published one."""

CONFIGS = {
    (activation, variant): replace(
        with_head(DIGITS_SIMSIAM, activation, batchnorm), start=start, epochs=EPOCHS
    )
    for activation in ACTIVATIONS
    for variant, (batchnorm, start) in VARIANTS.items()
}

ARTEFACTS = {
    cell: Artefact(
        f"digits-updates-{cell[0]}-{list(VARIANTS).index(cell[1])}", build, (config,), cost=3.0
    )
    for cell, config in CONFIGS.items()
}
"""Relative updates while training, for every activation and variant."""

EXPERIMENT = Experiment(
    id="E7",
    title="Time scales of head and backbone",
    question="Is the head updated faster than the backbone, and does BatchNorm end that?",
    published=(
        "CIFAR-10, ResNet-18, SimSiam. Relative update, learning rate times |gradient| / |weights|, "
        "of the head over that of the backbone: 31 to 653 without BatchNorm, 0.4 to 2.7 with it."
    ),
    flaws=(
        "The measure depends on the size of the head's weights, which a homogeneous head under an "
        "objective of directions does not: at a tenth of every weight it computes the same and the "
        "measure is a hundred times as large (check E7.scale).",
        AS_READ + "there is one training seed and no interval.",
    ),
    effects=(
        Effect(
            id="separates",
            text="Without BatchNorm the head is updated faster than the backbone by far.",
            published="31 to 653",
            criterion=(
                "Normal start, without BatchNorm; the geometric mean over epochs of the ratio, "
                f"projector over backbone. Yes: at least {SEPARATED:g}, a third of the least "
                "published one, for every activation and seed. No: less for every one. Undecided "
                "otherwise. Chosen after an exploratory run."
            ),
        ),
        Effect(
            id="batchnorm",
            text="BatchNorm brings the two together.",
            published="0.4 to 2.7",
            criterion=(
                "The same ratio with BatchNorm in both heads. Yes: less than without it, and between "
                f"{1 / SEPARATED:g} and {SEPARATED:g}, for every activation and seed. No: not so for "
                "every one. Undecided otherwise."
            ),
        ),
        Effect(
            id="start",
            text="For a ReLU head the pseudo-collapsed start separates the time scales.",
            published="",
            criterion=(
                "Ours. The ratio of a ReLU head from the projector x0.1 over that from the normal "
                f"start. Yes: at least {SEPARATED:g} in every seed. No: less in every seed. "
                "Undecided otherwise."
            ),
        ),
    ),
)

Updates = dict[tuple[str, str], dict[str, np.ndarray]]
"""For every activation and variant: relative updates (seeds, epochs) by part."""


def run_updates(ctx: Context) -> Finding:
    """Compare the relative updates of projector, predictor and backbone."""
    updates = {cell: artefact.load(ctx) for cell, artefact in ARTEFACTS.items()}
    answers = _answers(updates)
    plain = [over_seeds(ratios(updates[a, PLAIN]), ".1f") for a in ACTIVATIONS]
    normed = [over_seeds(ratios(updates[a, NORMED]), ".2f") for a in ACTIVATIONS]
    shrunk = [over_seeds(ratios(updates[a, SHRUNK]), ".1f") for a in ACTIVATIONS]
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=shortfall(answers)
        + (
            f"On the {SETTING}: the projector's relative update over the backbone's is {plain[0]} "
            f"for a Swish head and {plain[1]} for a ReLU head without BatchNorm (published 31 to "
            f"653), {normed[0]} and {normed[1]} with it (published 0.4 to 2.7), and {shrunk[0]} and "
            f"{shrunk[1]} from the pseudo-collapsed start."
        ),
        cases=len(updates) * len(SEEDS) * EPOCHS,
        tables=(_setting(), _table(updates)),
        plots=(_plot(updates),),
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


def _setting() -> Table:
    ours = describe(replace(DIGITS_SIMSIAM, epochs=EPOCHS), SEEDS) | {
        "activation": ", ".join(ACTIVATIONS),
        "BatchNorm in the heads": "none, or after every layer",
    }
    return setting_table(PUBLISHED_SIMSIAM, ours)


def _table(updates: Updates) -> Table:
    rows: list[tuple[str, ...]] = [
        ("published: CIFAR-10, ResNet-18", "none", "31 to 653", "none"),
        ("published: CIFAR-10, ResNet-18", "BatchNorm", "0.4 to 2.7", "none"),
    ]
    for (activation, variant), parts in updates.items():
        columns = [over_seeds(ratios(parts, p)) for p in ("projector", "predictor")]
        rows.append((activation, variant, *columns))
    return Table(
        title=f"Relative updates over the backbone's: {SETTING}",
        columns=("head", "BatchNorm, start", "projector / backbone", "predictor / backbone"),
        rows=tuple(rows),
        note=(
            f"Geometric mean over {EPOCHS} epochs of the last step's; mean over training seeds, each "
            "in parentheses. Whether the published head includes the predictor is not known here: "
            "both are shown."
        ),
    )


def _plot(updates: Updates) -> Plot:
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
        note=f"{SETTING}; geometric mean and range of {len(SEEDS)} seeds.",
    )


CHECKS = (
    measurement(
        "E7.updates",
        "Relative updates of head and backbone while training",
        run_updates,
        artefacts=tuple(ARTEFACTS.values()),
        cost=0.2,
    ),
    *section(
        "E7",
        true(
            "scale",
            "A homogeneous head at c of its size is updated 1/c^2 as fast",
            homogeneity.UPDATE,
        ),
        false("scale.once", homogeneity.UPDATE_ONCE),
        false("scale.smooth", homogeneity.UPDATE_SMOOTH),
    ),
)

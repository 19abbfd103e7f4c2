"""E5: does the projection head bend the orbits of rotations?

The published figure, the norm of second differences of normalised representations, grows with the
size of an orbit. The turning angle between successive steps does not, and is set beside it.
Bilinear interpolation and ReLU have kinks, where there is no curvature to measure: angles begin at
a generic one, and halving the step tells whether second differences measure a curvature at all.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import torch
from torch import Tensor

from verify.ssl.augment import rotation_orbit
from verify.ssl.data import load_digits
from verify.ssl.digits import SEEDS
from verify.ssl.experiments import e5_invariants
from verify.ssl.experiments._checks import measurement
from verify.ssl.experiments._digits import SIMCLR, runs
from verify.ssl.experiments._display import (
    AS_READ,
    SETTING,
    answer_over_seeds,
    over_seeds,
    shortfall,
    spans,
)
from verify.ssl.experiments.e5_display import (
    COUNT,
    DRAWS,
    FIRST,
    HALVINGS,
    NETWORKS,
    STEP,
    Cell,
    Cells,
    bending_table,
    halving_table,
    settings,
    step_plot,
)
from verify.ssl.measurements import (
    Interval,
    Protocol,
    bootstrap_weights,
    percentile_interval,
    project,
    represent,
    unit,
)
from verify.ssl.orbit_curvature import bending
from verify.statement import Context, Effect, Experiment, Finding, Measured, Outcome

EXPERIMENT = Experiment(
    id="E5",
    title="Curvature of rotation orbits",
    question="Does the projection head bend the orbits of rotations?",
    published=(
        "CIFAR-10, ResNet-18; rotations from 0 to 45 degrees in 10 steps, 100 images, 3 seeds of one "
        "checkpoint. Mean norm of second differences of normalised representations $0.125 \\pm "
        "0.002$ on $z$ and $0.242 \\pm 0.004$ on $h$, ratio 1.93; ViT-Tiny 2.59, CIFAR-100 1.84."
    ),
    flaws=(
        AS_READ + "the head is fed the L2-normalised representation, although it was trained on "
        "the raw one.",
        AS_READ + "the three seeds draw images, and one trained network serves them all.",
        AS_READ + "the orbit begins at the unrotated image, where bilinear interpolation has a "
        "kink, and there is one step, so that nothing tells a curvature from kinks.",
        "A second difference grows with the size of an orbit, so that its ratio mixes how far a "
        "representation moves with how sharply it turns.",
    ),
    effects=(
        Effect(
            id="curvature",
            text="The head raises the second differences of rotation orbits.",
            published="0.125 to 0.242, ratio 1.93",
            criterion=(
                "Consistent protocol. Yes: in every seed the 95 % bootstrap interval over images of "
                "the ratio of the means, h over z, lies above 1. No: below 1 in every seed. "
                "Undecided otherwise."
            ),
        ),
        Effect(
            id="protocol",
            text="The same under the published protocol.",
            published="0.125 to 0.242, ratio 1.93",
            criterion="As above, with the head fed the normalised representation.",
        ),
        Effect(
            id="turning",
            text="The head makes rotation orbits turn more sharply.",
            published="",
            criterion=(
                "Ours. As the first, for the mean angle between successive steps, which does not "
                "depend on the size of an orbit."
            ),
        ),
    ),
)


def run_curvature(ctx: Context) -> Finding:
    """Measure the bending of rotation orbits of all test images, with both controls."""
    dataset = load_digits().to(ctx.device)
    fine = FIRST + STEP / 2**HALVINGS * torch.arange((COUNT - 1) * 2**HALVINGS + 1)
    orbits = rotation_orbit(dataset.test_images, torch.deg2rad(fine))
    cells: Cells = defaultdict(list)
    for run in runs(ctx, dataset):
        networks = dict(zip(NETWORKS, (run.trained, run.fresh, run.untrained), strict=True))
        for name, network in networks.items():
            z = represent(network.backbone, orbits)
            for protocol in Protocol:
                h = project(network.projector, z, protocol)
                cells[name, protocol].append(_cell(unit(z), h))
    answers = _answers(cells)
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=shortfall(answers) + _summary(cells),
        cases=len(orbits) * len(SEEDS),
        tables=(*settings(), bending_table(cells), halving_table(cells)),
        plots=(step_plot(cells),),
        answers=answers,
    )


def _cell(z: Tensor, h: Tensor) -> Cell:
    """Bending of unit vectors (n, fine angles, d or k), at the published step and at finer ones."""
    strides = [2**halving for halving in range(HALVINGS, -1, -1)]
    weights = bootstrap_weights(
        torch.zeros(len(z), dtype=torch.int64), DRAWS, torch.Generator().manual_seed(0)
    ).to(z.device)
    levels = [(bending(z[:, ::stride]), bending(h[:, ::stride])) for stride in strides]
    first_z, first_h = levels[0]
    ratios = {
        name: percentile_interval(
            (weights @ getattr(first_h, name)) / (weights @ getattr(first_z, name))
        )
        for name in ("step", "second", "turning")
    }
    means = [
        {name: getattr(level, name).mean().item() for name in ratios}
        for pair in levels
        for level in pair
    ]
    return Cell(z=tuple(means[::2]), h=tuple(means[1::2]), intervals=ratios)


def _answer(effect: str, intervals: Sequence[Interval], what: str) -> Measured:
    return Measured(
        effect=effect,
        answer=answer_over_seeds([i.low > 1 for i in intervals], [i.high < 1 for i in intervals]),
        value=f"{what}, h over z: {spans(intervals)}",
    )


def _answers(cells: Cells) -> tuple[Measured, ...]:
    """Apply the criteria of `EXPERIMENT`."""
    consistent = cells[NETWORKS[0], Protocol.CONSISTENT]
    published = cells[NETWORKS[0], Protocol.PUBLISHED]
    return (
        _answer("curvature", [c.intervals["second"] for c in consistent], "second differences"),
        _answer("protocol", [c.intervals["second"] for c in published], "second differences"),
        _answer("turning", [c.intervals["turning"] for c in consistent], "turning angle"),
    )


def _summary(cells: Cells) -> str:
    trained = cells[NETWORKS[0], Protocol.CONSISTENT]
    degrees = [
        over_seeds([math.degrees(getattr(c, name)[0]["turning"]) for c in trained], ".0f")
        for name in ("z", "h")
    ]
    published = cells[NETWORKS[0], Protocol.PUBLISHED]
    return (
        f"On the {SETTING}: at steps of {STEP:g} degrees second differences go from "
        f"{over_seeds([c.z[0]['second'] for c in trained], '.3f')} on z to "
        f"{over_seeds([c.h[0]['second'] for c in trained], '.3f')} on h, a ratio of "
        f"{over_seeds([c.ratio('second') for c in trained])}; the published protocol gives "
        f"{over_seeds([c.ratio('second') for c in published])}, on CIFAR-10 it gave 1.93. Successive "
        f"steps turn by {degrees[0]} degrees on z and {degrees[1]} on h."
    )


CHECKS = (
    measurement(
        "E5.curvature",
        "Second differences and turning of rotation orbits, with controls",
        run_curvature,
        artefacts=SIMCLR,
        cost=6.0,
    ),
    *e5_invariants.CHECKS,
)

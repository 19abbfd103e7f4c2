"""E7: is the head trained on a faster time scale than the backbone?

The measure is learning rate times |gradient| / |weights| of the projector over that of the backbone, at
every step of the runs of E2. Under an objective that sees directions only, it depends on the size of the
weights: a homogeneous projector with every weight at a tenth computes the same and is updated a hundred
times as fast, relative to its size. So the published start is set beside the usual one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from verify.claims.check import Context
from verify.claims.declare import measurement
from verify.claims.evidence import Finding, Measured
from verify.claims.statement import Effect, Experiment
from verify.experiments import report
from verify.experiments.collapse import Cell, Tracks, expected_trained, setup
from verify.experiments.e7 import display, invariants
from verify.experiments.e7.measure import (
    KEPT,
    NORMAL,
    RELU,
    SHRUNK,
    WITH_BATCHNORM,
    Updates,
    arithmetic,
    geometric,
)
from verify.experiments.forms import LIVE
from verify.experiments.networks import SEEDS, Runs

SEPARATED = 10.0
"""Ratio from which time scales are called separated: a third of the least published one."""

WHOLE = "Undecided otherwise, and where a form lacks some of these runs; that was asked after those that there were had said yes (medium)."
"""What the criteria on every run say of a form that has some."""

AS_PUBLISHED = f"Yes and no as for the published ratio, from {SEPARATED:g} on."

EXPERIMENT = Experiment(
    id="E7",
    title="Time scales of head and backbone",
    question="Is the head updated faster than the backbone, and does BatchNorm end that?",
    published="CIFAR-10, ResNet-18, SimSiam. 3 seeds x 50 epochs from the start with the projector's weights x 0.1. Relative update, learning rate times |gradient| / |weights|, of the projector over that of the backbone, means over the steps of an epoch and over seeds, and their ratio's mean over epochs: 31 to 653 without BatchNorm, 0.4 to 2.7 with it. The typical epoch is lower: a geometric mean of 6 to 9 for GELU and Swish at 0.05, 97 to 105 for ReLU.",
    effects=(
        Effect(
            id="separates",
            text="Without BatchNorm the head is updated faster than the backbone by far.",
            published="31 to 653",
            criterion=f"As published: from the projector x 0.1, without BatchNorm; the relative update of the projector alone over the backbone's, each a mean over the steps of an epoch, and the mean of the ratio over epochs. Yes: at least {SEPARATED:g}, a third of the least published one, for every run and seed. No: less for every one. {WHOLE}",
        ),
        Effect(
            id="typical",
            text="Without BatchNorm the head is updated faster by far at a typical step.",
            published="",
            criterion=f"Ours. From the projector x 0.1, without BatchNorm, by the geometric mean of the ratio over all steps. {AS_PUBLISHED}",
        ),
        Effect(
            id="usual-start",
            text="Without BatchNorm the head is updated faster by far from the usual start.",
            published="",
            criterion=f"Ours. The geometric mean over all steps, of the runs without BatchNorm from the usual start. {AS_PUBLISHED}",
        ),
        Effect(
            id="batchnorm",
            text="BatchNorm brings the two together.",
            published="0.4 to 2.7",
            criterion=f"The published ratio with BatchNorm in both heads, from the projector x 0.1. Yes: less than that of the same head and rate without it, and between {1 / SEPARATED:g} and {SEPARATED:g}, for every run and seed. No: not so for every one. {WHOLE}",
        ),
        Effect(
            id="start",
            text="For a ReLU head it is the start that separates the time scales.",
            published="",
            criterion=f"Ours. The geometric mean over all steps of a ReLU head from the projector x 0.1 over that from the usual start, at 0.05. Yes: at least {SEPARATED:g} in every seed. No: less in every seed. Undecided otherwise.",
        ),
    ),
)


def updates_of(seeds: list[Tracks]) -> Updates:
    """What was kept of every run's steps, seeds above one another."""
    return {
        cell: {name: np.stack([tracks[cell][name] for tracks in seeds]) for name in KEPT}
        for cell in seeds[0]
    }


def answers(updates: Updates) -> tuple[Measured, ...]:
    """Apply the criteria to the runs that the form has."""
    normed = [c for c in WITH_BATCHNORM if c in updates and c.plain in updates]
    brought = [ratio for cell in normed for ratio in arithmetic(updates[cell])]
    without = [ratio for cell in normed for ratio in arithmetic(updates[cell.plain])]
    together = [
        b < a and 1 / SEPARATED <= b <= SEPARATED for a, b in zip(without, brought, strict=True)
    ]
    pairs = zip(geometric(updates[RELU]), geometric(updates[RELU.normal]), strict=True)
    factors = [start / usual for start, usual in pairs]

    def separated(
        effect: str, cells: tuple[Cell, ...], over: Callable[..., list[float]]
    ) -> Measured:
        runs = [cell for cell in cells if cell in updates]
        values = [ratio for cell in runs for ratio in over(updates[cell])]
        return _decided(effect, [value >= SEPARATED for value in values], values, runs, cells)

    return (
        separated("separates", SHRUNK, arithmetic),
        separated("typical", SHRUNK, geometric),
        separated("usual-start", NORMAL, geometric),
        _decided("batchnorm", together, brought, normed, WITH_BATCHNORM),
        _decided("start", [factor >= SEPARATED for factor in factors], factors),
    )


def _decided(
    effect: str,
    yes: list[bool],
    values: list[float],
    runs: Sequence[Cell] = (),
    asked: Sequence[Cell] = (),
) -> Measured:
    """The answer if all of the runs that are asked are there."""
    few = f", in {len(runs)} of {len(asked)} runs" if asked else ""
    span, complete = f"{report.extent(values)}{few}", len(runs) == len(asked)
    return report.decided(effect, complete and all(yes), complete and not any(yes), span)


def run_updates(form: Runs[Cell], ctx: Context) -> Finding:
    """Compare the relative updates of projector, predictor and backbone."""
    dataset = form.source.load(ctx)
    setting = form.source.setting(dataset)
    seeds = form.load(ctx)
    updates = updates_of(seeds)
    figures = "; ".join(
        f"for {cell.activation} {report.over_seeds(arithmetic(updates[cell]), '.3g')}, and by the geometric mean {report.over_seeds(geometric(updates[cell]), '.3g')}, from the usual start {report.over_seeds(geometric(updates[cell.normal]), '.3g')}"
        for cell in (Cell("swish"), RELU)
    )
    return report.shown(
        answers(updates),
        f"On {setting}: from the projector x 0.1 without BatchNorm at 0.05 the projector's relative update over the backbone's, measured as published (there 31 to 653), is {figures}; with BatchNorm {report.over_seeds(arithmetic(updates[Cell('swish', 'BatchNorm')]))} for Swish (published 0.4 to 2.7).",
        cases=len(form.artefacts) * form.config.epochs,
        tables=(
            display.settings(form, dataset),
            display.update_table(form, setting, updates),
            *report.timing_tables(setting, form.named(seeds)),
        ),
        plots=(display.update_plot(form, setting, updates),),
        probes=report.observed_probes(expected_trained(seeds), dataset),
    )


TITLE = "Relative updates of head and backbone at every step"

ALL_SEEDS = setup(LIVE, SEEDS)

CHECKS = (
    # First, since the first that ran answers an effect.
    measurement(
        "E7.updates.seeds",
        f"{TITLE}: {len(SEEDS)} seeds",
        partial(run_updates, ALL_SEEDS),
        artefacts=ALL_SEEDS.artefacts,
        capabilities=("standard",),
        cost=0.2,
    ),
    *report.measurements(
        "E7.updates",
        TITLE,
        run_updates,
        setup,
        cost=0.2,
        long=("separates", "typical", "batchnorm"),  # the medium form has half of their runs
    ),
    *invariants.CHECKS,
)

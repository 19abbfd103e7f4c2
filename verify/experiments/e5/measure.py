"""What E5 measures: how sharply orbits bend before and after the head, and its answers."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from verify.claims.check import Context
from verify.claims.evidence import Finding, Measured, Outcome
from verify.experiments.e5.display import (
    COUNT,
    DRAWS,
    FIRST,
    HALVINGS,
    STEP,
    Cell,
    Cells,
    bending_table,
    halving_table,
    settings,
    step_plot,
)
from verify.experiments.tables import (
    answer_over_seeds,
    over_seeds,
    shortfall,
    spans,
)
from verify.experiments.trained_networks import TRAINED, Run, Trained, runs
from verify.ssl.data import Dataset
from verify.ssl.image_source import orbits
from verify.ssl.measurements import (
    Interval,
    Protocol,
    bootstrap_weights,
    percentile_interval,
    project,
    unit,
)
from verify.ssl.orbit_curvature import bending


def measure(form: Trained, measured: Iterable[Run], dataset: Dataset) -> Cells:
    """The bending of test images' rotation orbits under both protocols, with both controls."""
    fine = FIRST + STEP / 2**HALVINGS * torch.arange((COUNT - 1) * 2**HALVINGS + 1)
    turned = orbits(dataset.test_images[: form.bent], torch.deg2rad(fine))
    cells: Cells = defaultdict(list)
    for run in measured:
        for name, projector, z in run.represented(turned):
            for protocol in Protocol:
                h = project(projector, z, protocol)
                cells[name, protocol].append(_cell(unit(z), h))
    return cells


def run_curvature(form: Trained, ctx: Context) -> Finding:
    """Measure the bending of rotation orbits of test images, with both controls."""
    dataset = form.source.load(ctx)
    setting = form.source.setting(dataset)
    cells = measure(form, runs(form, ctx, dataset), dataset)
    answers = _answers(cells)
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=shortfall(answers) + _summary(setting, cells),
        cases=len(dataset.test_images[: form.bent]) * len(form.seeds),
        tables=(
            *settings(form, dataset),
            bending_table(form, dataset, cells),
            halving_table(setting, cells),
        ),
        plots=(step_plot(setting, form, cells),),
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
    consistent = cells[TRAINED, Protocol.CONSISTENT]
    published = cells[TRAINED, Protocol.PUBLISHED]
    return (
        _answer("curvature", [c.intervals["second"] for c in consistent], "second differences"),
        _answer("protocol", [c.intervals["second"] for c in published], "second differences"),
        _answer("turning", [c.intervals["turning"] for c in consistent], "turning angle"),
    )


def _summary(setting: str, cells: Cells) -> str:
    trained = cells[TRAINED, Protocol.CONSISTENT]
    degrees = [
        over_seeds([math.degrees(getattr(c, name)[0]["turning"]) for c in trained], ".0f")
        for name in ("z", "h")
    ]
    published = cells[TRAINED, Protocol.PUBLISHED]
    return (
        f"On {setting}: at steps of {STEP:g} degrees second differences go from "
        f"{over_seeds([c.z[0]['second'] for c in trained], '.3f')} on z to "
        f"{over_seeds([c.h[0]['second'] for c in trained], '.3f')} on h, a ratio of "
        f"{over_seeds([c.ratio('second') for c in trained])}; the published protocol gives "
        f"{over_seeds([c.ratio('second') for c in published])}, the published figure is 1.93. Successive "
        f"steps turn by {degrees[0]} degrees on z and {degrees[1]} on h."
    )

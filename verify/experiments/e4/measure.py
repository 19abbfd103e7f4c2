"""What E4 measures: probes of the rotation before and after the head, and its answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from statistics import fmean

import torch
from torch import Tensor

from verify.claims.check import Context
from verify.claims.evidence import Answer, Finding, Measured, Outcome
from verify.experiments.e4.display import (
    Accuracies,
    advantages,
    differences,
    gaps,
    percent,
    points,
    probe_plot,
    probe_table,
    settings,
    widths,
)
from verify.experiments.tables import answer_by_interval, shortfall
from verify.experiments.trained_networks import Run, Trained, runs
from verify.ssl.augment import quarter_turns
from verify.ssl.data import Dataset
from verify.ssl.measurements import head_outputs, paired_interval, represent
from verify.ssl.probes import LONGER, PROBE, ProbeConfig, train_probes

PROBE_SEED = 0

Features = dict[str, tuple[Tensor, Tensor]]
"""For z, h and the fresh head's h: training and test features (seeds, images, 4, d)."""


def features(form: Trained, measured: Iterable[Run], dataset: Dataset) -> Features:
    """Raw representations and head outputs of the quarter turns of the probed images."""
    halves: tuple[dict[str, list[Tensor]], ...] = (defaultdict(list), defaultdict(list))
    train, test = form.probed
    probed = (dataset.train_images[:train], dataset.test_images[:test])
    for run in measured:
        for half, images in zip(halves, probed, strict=True):
            z = represent(run.trained.backbone, quarter_turns(images))
            half["z"].append(z)
            half["h"].append(head_outputs(run.trained.projector, z))
            half["fresh h"].append(head_outputs(run.fresh.projector, z))
    seen, judged = halves
    return {name: (torch.stack(seen[name]), torch.stack(judged[name])) for name in seen}


def turns(images: Tensor) -> Tensor:
    """The labels (seeds, images * 4) of features (seeds, images, 4, d)."""
    seeds, count, angles, _ = images.shape
    return torch.arange(angles, device=images.device).repeat(count).expand(seeds, -1)


def probe(found: Features, hidden: tuple[int, ...], config: ProbeConfig) -> Accuracies:
    """Train a probe of every width on every kind of features; accuracies on the test images."""
    accuracies = {}
    for names in (("z",), ("h", "fresh h")):  # features of one length are probed at once
        train, test = (torch.cat([found[name][half] for name in names]) for half in (0, 1))
        for width in hidden:
            probes = train_probes(train.flatten(1, 2), turns(train), 4, width, PROBE_SEED, config)
            correct = probes.correct(test.flatten(1, 2), turns(test)) / turns(test).shape[1]
            for name, values in zip(names, correct.chunk(len(names)), strict=True):
                accuracies[width, name] = values.tolist()
    return accuracies


def run_rotation(form: Trained, ctx: Context) -> Finding:
    """Probe z, h and a fresh head's h for the rotation, with linear and ever wider MLP probes."""
    dataset = form.source.load(ctx)
    setting = form.source.setting(dataset)
    found = features(form, runs(form, ctx, dataset), dataset)
    narrow, width, wide = widths(form.config)
    accuracies = probe(found, (0, narrow, width, wide), PROBE)
    longer = probe(found, (width,), LONGER)
    answers = (
        _cost(accuracies, width),
        _pattern(accuracies, width),
        _entangled(accuracies, narrow, wide),
    )
    gap = {w: 100 * fmean(gaps(accuracies, w)) for w in (narrow, width, wide)}
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=shortfall(answers)
        + (
            f"On {setting}: after {PROBE.epochs} epochs a linear probe of the rotation gets "
            f"{percent(accuracies[0, 'z'])} on z and {percent(accuracies[0, 'h'])} on h, an MLP "
            f"of width {width} {percent(accuracies[width, 'z'])} and "
            f"{percent(accuracies[width, 'h'])}; a head that was never trained keeps "
            f"{percent(accuracies[0, 'fresh h'])} and {percent(accuracies[width, 'fresh h'])}. "
            f"From the MLP of width {narrow} to that of {wide} the gap goes from "
            f"{gap[narrow]:.1f} to {gap[wide]:.1f} points; {LONGER.epochs} epochs at width {width} "
            f"bring it from {gap[width]:.1f} to {100 * fmean(gaps(longer, width)):.1f}."
        ),
        cases=len(form.seeds) * 4 * len(dataset.test_images[: form.probed[1]]),
        tables=(*settings(form, dataset), probe_table(form, dataset, accuracies, longer)),
        plots=(probe_plot(setting, form, accuracies),),
        answers=answers,
    )


def _cost(accuracies: Accuracies, middle: int) -> Measured:
    """The cost of the head, and how much of it a head that was never trained does not have."""
    lost = [paired_interval(gaps(accuracies, width)) for width in (0, middle)]
    beyond = [
        paired_interval(differences(accuracies[width, "fresh h"], accuracies[width, "h"]))
        for width in (0, middle)
    ]
    intervals = lost + beyond
    if all(i.low > 0 for i in intervals):
        answer = Answer.YES
    else:
        answer = Answer.NO if any(i.high < 0 for i in intervals) else Answer.UNDECIDED
    return Measured(
        effect="cost",
        answer=answer,
        value=(
            f"z minus h in points: linear {points(lost[0])}, MLP {points(lost[1])}; fresh head's h "
            f"minus h: linear {points(beyond[0])}, MLP {points(beyond[1])}"
        ),
    )


def _pattern(accuracies: Accuracies, middle: int) -> Measured:
    z, h, fresh = (advantages(accuracies, middle, name) for name in ("z", "h", "fresh h"))
    growth = paired_interval(differences(h, z))
    return Measured(
        effect="pattern",
        answer=answer_by_interval(growth),
        value=(
            f"MLP minus linear in points: z {100 * fmean(z):.1f}, h {100 * fmean(h):.1f}, growth "
            f"{points(growth)}; fresh head's h {100 * fmean(fresh):.1f}, growth "
            f"{points(paired_interval(differences(fresh, z)))}"
        ),
    )


def _entangled(accuracies: Accuracies, narrowest: int, widest: int) -> Measured:
    narrow, wide = gaps(accuracies, narrowest), gaps(accuracies, widest)
    left = paired_interval([w - n / 2 for n, w in zip(narrow, wide, strict=True)])
    answer = Answer.NO if left.low > 0 else Answer.YES if left.high <= 0 else Answer.UNDECIDED
    first = paired_interval(narrow)
    if first.low <= 0:
        answer = Answer.NOT_APPLICABLE
    return Measured(
        effect="entangled",
        answer=answer,
        value=(
            f"the gap goes from {100 * fmean(narrow):.1f} points {points(first)} to "
            f"{100 * fmean(wide):.1f}; widest minus half of the narrowest: {points(left)}"
        ),
    )

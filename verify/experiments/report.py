"""How an experiment declares what it measures, and how it says, answers and shows what it found."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from statistics import fmean
from typing import Any, TypeVar

import numpy as np
from msgspec import structs
from torch import Tensor

from verify.claims.check import Arithmetic, Check, Context
from verify.claims.declare import measurement
from verify.claims.evidence import Answer, Finding, Measured, Outcome, Plot, Series, Table
from verify.engine.artefact import Arrays
from verify.experiments.forms import FORMS, LIVE, MEDIUM, PUBLISHED, SIZES, Form
from verify.experiments.networks import TRAINED_FROM, Run, Runs
from verify.ssl.augment import Augmentation, CropAugmentation
from verify.ssl.data import DIGITS, Dataset
from verify.ssl.measurements import (
    MOST_SEEDS,
    Interval,
    paired_interval,
    pooled_interval,
    seeds_to_decide,
)
from verify.ssl.training import Config, Mlp, ieee

# --- checks ---------------------------------------------------------------------------------


Setup = TypeVar("Setup", bound=Runs[Any] | tuple[Runs[Any], ...])
"""What a measurement is made of in one form."""


def measurements(
    id: str,
    title: str,
    run: Callable[[Setup, Context], Finding],
    setup: Callable[[Form], Setup],
    *,
    arithmetic: Arithmetic = Arithmetic.FLOAT32,
    cost: float,
    long: Collection[str] = (),
) -> tuple[Check, ...]:
    """One measurement in every form: on the digits, and on images that a user provides.

    The published size comes first, since the first that ran answers an effect.

    Args:
        id: of the check on the digits, to which a form's name is added.
        title: of that check, to which a form's words are added.
        run: measures what `setup` returned.
        setup: what is measured in a form.
        arithmetic: of the measurement.
        cost: of the measurement on the digits, in seconds.
        long: effects that only the published form decides, being as long or having all of their runs.
    """
    experiment = id.partition(".")[0]

    def check(id: str, title: str, form: Form, cost: float) -> Check:
        measured = setup(form)
        runs = measured if isinstance(measured, tuple) else (measured,)
        return measurement(
            id,
            title,
            partial(_measured, run, measured, form, experiment, long),
            artefacts=tuple(artefact for each in runs for artefact in each.artefacts),
            arithmetic=arithmetic,
            cost=cost,
        )

    checks = [(0, check(id, title, LIVE, cost))]
    for form in FORMS:
        if experiment in form.minutes:
            minutes = form.minutes[experiment]
            made = check(f"{id}.{form.name}", f"{title}: {form.words}", form, 60 * minutes)
            made = replace(made, capabilities=form.capabilities, command=form.command(experiment))
            checks.append((-1 if form.published else 1, made))
    return tuple(made for _, made in sorted(checks, key=lambda placed: placed[0]))


def _measured(
    run: Callable[[Setup, Context], Finding],
    measured: Setup,
    form: Form,
    experiment: str,
    long: Collection[str],
    ctx: Context,
) -> Finding:
    """Measure in full float32; what is undecided says what could decide it, and at what cost."""
    with ieee():
        found = run(measured, ctx)
    answers = (
        structs.replace(
            a, value=f"{a.value}; {what_could_decide(form, experiment, a.effect in long)}"
        )
        if a.answer is Answer.UNDECIDED
        else a
        for a in found.answers
    )
    return structs.replace(found, answers=tuple(answers))


def what_could_decide(form: Form, experiment: str, long: bool = False) -> str:
    """The next larger form of an experiment with its cost, or more training seeds of the largest.

    Args:
        form: the one that did not decide.
        experiment: such as ``E3``.
        long: whether no run shorter than the published one does.
    """

    def rank(form: Form) -> tuple[int, int]:  # the reduced one decides no more than the digits
        sizes = {PUBLISHED.size: 2, MEDIUM.size: 1}
        return sizes.get(form.size, 0), min(form.seeds, 2)

    larger = [
        other
        for other in FORMS
        if experiment in other.minutes
        and (other.network, other.seeds > 1) == (form.network, True)
        and other.data == (MEDIUM.data if form is LIVE else form.data)
        and rank(other) > max(rank(form), (1, 0))
        and (other.published or not long)
    ]
    if larger:
        other = min(larger, key=rank)
        minutes, words = other.minutes[experiment], f"`{other.command(experiment)}`"
    else:
        minutes, words, other = form.minutes[experiment] / form.seeds, "each further seed", form
    return f"what could decide it: {words}, about {minutes:.0f} min on {SIZES[other.size]}"


def class_probes(runs: Iterable[Run], dataset: Dataset) -> list[float]:
    """What `shown` takes of these runs: nothing on the digits."""
    return [run.class_probe(dataset) for run in runs] if dataset.name != DIGITS else []


def observed_probes(kept: Iterable[Mapping[Any, Arrays]], dataset: Dataset) -> list[float]:
    """The same of runs whose observer saw it: of every seed, what was kept of its runs."""
    every = [float(run["class_z"][-1]) for runs in kept for run in runs.values()]
    return every if dataset.name != DIGITS else []


# --- findings and answers -------------------------------------------------------------------


CLASS_ROW = "linear class probe of z, %"
"""The first row of the first table on CIFAR."""

MOST_LISTED = 10
"""Runs at most whose class probes are listed one by one."""


def shown(
    answers: Sequence[Measured],
    summary: str,
    *,
    cases: int,
    tables: Sequence[Table],
    plots: Sequence[Plot] = (),
    probes: Sequence[float] = (),
) -> Finding:
    """What a measurement found; the summary begins with the effects not answered with yes.

    Args:
        answers: to the effects.
        summary: the figures in words.
        cases: how much was measured.
        tables: the first is the setting.
        plots: what is drawn.
        probes: on CIFAR, accuracy of a linear class probe of every network's z, in [0, 1]. It is the first
            row of the first table; where a network does not count as trained, the summary says so first.
    """
    if probes:
        few = f"{100 * fmean(probes):.1f} ({100 * min(probes):.1f} to {100 * max(probes):.1f} in {len(probes)} runs)"
        accuracy = percent(probes) if len(probes) <= MOST_LISTED else few
        row = (CLASS_ROW, "not published", accuracy)
        tables = (structs.replace(tables[0], rows=(row, *tables[0].rows)), *tables[1:])
    if probes and min(probes) < TRAINED_FROM:
        summary = f"These networks do not count as trained: a linear probe of the class on z gets {accuracy} %, and {100 * TRAINED_FROM:g} % were asked of each. {summary}"
    others = [f"{a.effect} ({a.answer.value})" for a in answers if a.answer is not Answer.YES]
    shortfall = f"Not answered with yes: {', '.join(others)}. " if others else ""
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=shortfall + summary,
        cases=cases,
        tables=tuple(tables),
        plots=tuple(plots),
        answers=tuple(answers),
    )


def answered(effect: str, answer: Answer, value: str) -> Measured:
    """The answer to an effect, with the figures that it rests on."""
    return Measured(effect=effect, answer=answer, value=value)


def decided(effect: str, yes: bool, no: bool, value: str) -> Measured:
    """The same, where the answer is yes or no if one of the two holds, and undecided otherwise."""
    return answered(effect, answer_by(yes, no), value)


def answer_by(yes: bool, no: bool) -> Answer:
    """Yes or no if one of the two holds, undecided otherwise."""
    return Answer.YES if yes else Answer.NO if no else Answer.UNDECIDED


def answer_over_seeds(yes: Iterable[bool], no: Iterable[bool]) -> Answer:
    """Yes or no if every seed says so, undecided otherwise."""
    return answer_by(all(yes), all(no))


def answer_above(intervals: Sequence[Interval], bar: float) -> Answer:
    """Yes if every seed's interval lies above the bar, no if below, undecided otherwise."""
    return answer_over_seeds((i.low > bar for i in intervals), (i.high < bar for i in intervals))


def interval_over_seeds(differences: Sequence[float]) -> Interval:
    """Student's interval over training seeds; the whole line of one, which says nothing of others, or where one is not finite."""
    if len(differences) == 1 or not all(map(math.isfinite, differences)):
        return Interval(-math.inf, math.inf)
    return paired_interval(differences)


def interval_over_all(values: Sequence[float], drawn: Sequence[Tensor]) -> Interval:
    """The interval of a positive ratio over seeds and orbits together; of one seed all positive numbers."""
    if len(values) == 1:
        return Interval(0, math.inf)
    return pooled_interval(values, drawn)


def seeds_wanted(differences: Sequence[float]) -> str:
    """How many training seeds would decide the sign of a mean that these leave open; empty if they do not."""
    found = paired_interval(differences)
    if found.low > 0 or found.high < 0:
        return ""
    seeds = seeds_to_decide(differences)
    more = f"more than {MOST_SEEDS}" if seeds is None else str(seeds)
    return f"; at this mean and spread {more} seeds would decide it"


# --- words ----------------------------------------------------------------------------------

SETTING = f"{DIGITS}, reduced setting"
"""How what is measured on the digits alone names them."""

PUBLISHED_SETTING = "published: CIFAR-10, ResNet-18, 1 seed"


def listed(seeds: Sequence[int]) -> str:
    """Seeds in words."""
    return ", ".join(map(str, seeds))


def drawn(seeds: Sequence[int], mean: str = "mean") -> str:
    """What the curves and bands of a plot are of its training seeds."""
    return f"{mean} and range of {len(seeds)} seeds" if len(seeds) > 1 else named(seeds)


def named(seeds: Sequence[int]) -> str:
    """``seed 0``, ``seeds 0, 1``."""
    return f"seed{'s' * (len(seeds) > 1)} {listed(seeds)}"


def thousands(number: int) -> str:
    """``3900``, ``50,000``: the thousands of a number of five digits or more are set apart."""
    return f"{number:,}" if number >= 10_000 else str(number)


def extent(values: Sequence[float], form: str = ".2g") -> str:
    """The least and the largest value; once if both are written alike."""
    low, high = (f"{end:{form}}" for end in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def not_published(dataset: Dataset) -> str:
    """The sentence that sets a table's own rows apart from the published ones; none of CIFAR's."""
    return "Not CIFAR-10 results, except what is marked published. " * (dataset.name == DIGITS)


def over_seeds(values: Sequence[float], form: str = ".2f", scale: float = 1) -> str:
    """The mean, and each seed's value in parentheses, of values times a scale."""
    values = [scale * value for value in values]
    return f"{fmean(values):{form}} ({', '.join(f'{value:{form}}' for value in values)})"


def percent(values: Sequence[float]) -> str:
    """The same of shares, in %."""
    return over_seeds(values, ".1f", 100)


def spans(intervals: Sequence[Interval], form: str = ".2f") -> str:
    """Each seed's interval."""
    return ", ".join(
        "unbounded" if math.isinf(i.high) else f"[{i.low:{form}}, {i.high:{form}}]"
        for i in intervals
    )


# --- tables and plots -----------------------------------------------------------------------


def table(
    title: str,
    rows: Iterable[tuple[object, ...]],
    *columns: tuple[str, Callable[..., str]],
    above: Iterable[tuple[str, ...]] = (),
    note: str = "",
) -> Table:
    """A table with a line for each of some rows.

    Args:
        title: with the setting.
        rows: what the lines are about.
        columns: headings, and what stands below for a row's entries.
        above: whole lines that stand above, as published.
        note: below the table.
    """
    lines = (tuple(cell(*row) for _, cell in columns) for row in rows)
    headings = tuple(heading for heading, _ in columns)
    return Table(title=title, columns=headings, rows=(*above, *lines), note=note)


NETWORK: tuple[tuple[str, Callable[..., str]], ...] = (
    ("network", lambda name, protocol, cells: name),
    ("protocol", lambda name, protocol, cells: protocol.value),
)
"""The first columns of a table about networks under protocols."""


def band(label: str, x: Iterable[float], seeds: Iterable[Iterable[float]]) -> Series:
    """The mean over seeds with the smallest and the largest, from each seed's values."""
    points = [tuple(map(float, values)) for values in zip(*seeds, strict=True)]
    return Series(
        label=label,
        x=tuple(map(float, x)),
        y=tuple(map(fmean, points)),
        low=tuple(map(min, points)),
        high=tuple(map(max, points)),
    )


# --- tables that every experiment begins with -----------------------------------------------

PUBLISHED_SIMCLR = {
    "data": "CIFAR-10, 32x32, 50,000 training images",
    "backbone": "ResNet-18 with a 3x3 stem and no max-pooling, 512-d pooled output; the stem drawn as PyTorch draws convolutions",
    "head": "512-2048-2048, no biases",
    "BatchNorm in the head": "after both layers",
    "activation": "ReLU",
    "objective": "one-directional InfoNCE, temperature 0.1",
    "augmentations": "random resized crop (scale 0.08 to 1, corners on whole pixels), flip, rotation up to 45 degrees either way (nearest pixel), colour jitter (0.4, 0.4, 0.4, 0.1) with probability 0.8 (clamped, hue in HSV, random order); colours rounded to bytes after each",
    "forward passes of a step": "two, one for each view",
    "precision of training": "float32",
    "optimiser": "Adam, learning rate 0.001",
    "batch and epochs": "batch 256, 50 epochs",
    "training seeds": "1",
}
"""The published setting of E3 to E6, row by row."""

PUBLISHED_SIMSIAM = {
    name: PUBLISHED_SIMCLR[name]
    for name in ("data", "backbone", "head", "forward passes of a step", "precision of training")
} | {
    "predictor": "2048-512-2048, no biases",
    "BatchNorm in the heads": "none, or after every layer of both",
    "activation": "Swish, GELU, ReLU or none",
    "objective": "SimSiam: negative cosine, gradient stopped at the targets",
    "augmentations": "random resized crop (scale 0.2 to 1, corners on whole pixels), flip; colours rounded to bytes after each",
    "optimiser": "SGD, momentum 0.9, no weight decay",
}
"""The published setting of E1, E2 and E7, as far as they share it."""


def describe_mlp(mlp: Mlp | None, inputs: int) -> str:
    """The widths of a projector or predictor, input first."""
    return "none" if mlp is None else f"{'-'.join(map(str, (inputs, *mlp.widths)))}, no biases"


BACKBONES = {
    "small": "three 3x3 convolutions with BatchNorm and ReLU, then linear to {width}, BatchNorm, ReLU",
    "small, no closing BatchNorm": "three 3x3 convolutions with BatchNorm and ReLU, then linear to {width}, ReLU",
    "ResNet-18": "ResNet-18 with a 3x3 stem and no max-pooling, {width}-d pooled output; the stem drawn as its other convolutions are (He)",
    "ViT-Tiny": "ViT-Tiny: patches of 4x4, width {width}, 3 pre-norm layers, CLS output, no closing normalisation; positions and CLS token drawn normal and cut at two deviations",
}
"""The backbones in words."""


def describe_augmentation(a: object) -> str:
    """An augmentation's ranges in words."""
    parts = []
    if isinstance(a, CropAugmentation):
        parts = [
            f"random resized crop (scale {a.crop[0]:g} to {a.crop[1]:g}, corners anywhere)",
            "flip",
        ]
    if turned := getattr(a, "rotation", 0):
        read = "nearest pixel" if getattr(a, "nearest", False) else "interpolated"
        parts.append(f"rotation up to {turned:g} degrees either way ({read})")
    if isinstance(a, CropAugmentation):
        if a.jittered:
            jitter = ", ".join(f"{strength:g}" for strength in a.jitter)
            how = (
                "clamped, hue in HSV, random order"
                if a.clamped
                else "not clamped, hue turned in YIQ, one order"
            )
            parts.append(f"colour jitter ({jitter}) with probability {a.jittered:g} ({how})")
    elif isinstance(a, Augmentation):
        parts.append(f"shift up to {a.translation:g}, scale {a.scale[0]:g} to {a.scale[1]:g}")
        if a.brightness or a.contrast:
            changed = f"brightness changed by up to {a.brightness:g}, contrast by {a.contrast:g}"
            parts.append(changed)
    return ", ".join(parts)


def describe(config: Config, seeds: Sequence[int], dataset: Dataset) -> dict[str, str]:
    """Our setting, with the rows of `PUBLISHED_SIMCLR` and `PUBLISHED_SIMSIAM`."""
    head, optimiser = config.projector, config.optimiser
    temperature = config.temperature
    warm = f", temperature {temperature:g}" if temperature == temperature else ""  # not NaN
    momentum = f", momentum {optimiser.momentum:g}" if optimiser.momentum else ""
    normed = "after every layer" if head and head.batchnorm else "none"
    return {
        "data": f"{dataset.name}, {dataset.size}x{dataset.size}, {thousands(len(dataset.train_images))} training images",
        "backbone": BACKBONES[config.backbone].format(width=config.representation),
        "head": describe_mlp(head, config.representation),
        "BatchNorm in the head": normed,
        "predictor": describe_mlp(config.predictor, config.output),
        "activation": head.activation if head else "none",
        "objective": f"{config.objective}{warm}",
        "augmentations": describe_augmentation(config.augmentation),
        "forward passes of a step": ("one, of both views", "two, one for each view")[
            config.passes - 1
        ],
        "precision of training": config.precision,
        "optimiser": f"{optimiser.name}, learning rate {optimiser.learning_rate:g}{momentum}",
        "batch and epochs": f"batch {config.batch}, {config.epochs} epochs",
        "training seeds": f"{len(seeds)} ({listed(seeds)})",
    }


def setting_table(
    form: Runs[Any],
    dataset: Dataset,
    published: Mapping[str, str],
    rows: Mapping[str, tuple[str, str]],
    note: str = "",
) -> Table:
    """Published beside ours, row by row.

    Args:
        form: what is described.
        dataset: its images.
        published: `PUBLISHED_SIMCLR` or `PUBLISHED_SIMSIAM`.
        rows: further rows, and rows that differ, as published and here; an empty word is left as it is.
        note: below the table.
    """
    theirs = {**published, **{name: row[0] for name, row in rows.items() if row[0]}}
    ours = describe(form.config, form.seeds, dataset)
    ours |= {name: row[1] for name, row in rows.items() if row[1]}
    return Table(
        title=f"Setting: {form.source.setting(dataset)}, beside the published one",
        columns=("", "published", "here"),
        rows=tuple((name, text, ours[name]) for name, text in theirs.items()),
        note=note,
    )


MEANINGS = {
    "consistent protocol": "z = u(f(x)), h = u(g(f(x))) for backbone f, head g and u(a) = a / |a|: the head sees the raw representation, as in training",
    "published protocol": "z = u(f(x)), h = u(g(u(f(x)))): the head sees the normalised one",
    "fresh head": "a head drawn anew and never trained, on the trained backbone",
    "untrained network": "backbone and head as drawn, never trained",
    "spread": "mean squared distance of an orbit's points from the orbit's mean, over all orbits",
    "total variance": "mean squared distance of all points from their common mean",
    "compression": "spread of z over spread of h",
    "selectivity": "compression over the ratio of the total variances of z and h",
    "share": "logarithm of the ratio of the total variances over that of the compression",
    "gain": "D_inter / D_intra of h over that of z",
}
"""What the words of the tables mean."""


def words_table(setting: str, *words: str) -> Table:
    """The meanings of some words."""
    return Table(
        title=f"Words: {setting}",
        columns=("word", "meaning"),
        rows=tuple((word, MEANINGS[word]) for word in words),
        note="BatchNorm statistics of everything untrained are set from augmented training images, so that controls differ from trained networks by their weights alone.",
    )


def timing_tables(setting: str, runs: Mapping[str, Mapping[str, np.ndarray]]) -> tuple[Table, ...]:
    """What training took, of runs that were timed: what was kept of each, by name."""
    timed = [(name, run) for name, run in runs.items() if "seconds" in run]
    if not timed:
        return ()
    return (
        table(
            f"Training: {setting}",
            timed,
            ("network", lambda name, run: name),
            ("minutes", lambda name, run: f"{float(run['seconds']) / 60:.1f}"),
            ("images/s", lambda name, run: f"{float(run['images_per_second']):.0f}"),
            ("data and augmentation, %", lambda name, run: f"{100 * float(run['data_share']):.0f}"),
            ("loss", lambda name, run: f"{run['losses'][0]:.3g} to {run['losses'][-1]:.3g}"),
            note="Images are training images, each seen in two views. The loss is the mean objective of the first and the last epoch. Minutes are those of the wall, on a machine that may have had other work.",
        ),
    )

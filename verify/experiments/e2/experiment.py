"""E2: which heads regrow from a collapsed start, at which step size, and do they escape?

The published quantity is measured as published: the standard deviation of the unit projector output,
in training mode, averaged over the steps of an epoch, from the projector x 0.1. Regrowing compares it
with itself in the first epoch; escaping compares it with a run that is not collapsed. The published
final over initial value compares runs of equally many epochs, in which a larger step size goes further:
the same runs are compared at equal training time, learning rate times steps, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from msgspec import structs

from verify.claims.check import Context
from verify.claims.declare import measurement, section
from verify.claims.evidence import Answer, Finding, Measured
from verify.claims.statement import Effect, Experiment
from verify.experiments import report
from verify.experiments.collapse import (
    CELLS,
    NORMED,
    PLAIN,
    REFERENCE,
    Cell,
    Tracks,
    expected_trained,
    setup,
)
from verify.experiments.e2 import display, invariants
from verify.experiments.e2.measure import (
    COLLAPSED,
    ESCAPED,
    REGREW,
    SLOWER,
    SMOOTH_CELLS,
    at_equal_time,
    beside,
    collapsed,
    growth,
    regrowth,
    share,
)
from verify.experiments.forms import LIVE
from verify.experiments.networks import SEEDS, Runs
from verify.experiments.released.collapse import ENOUGH, PASSED, RISING

GUARD = f"Not applicable if in the first epoch the square of the deviation was at {COLLAPSED:g} or more of that of the Swish run with BatchNorm beside it: it was not collapsed (E1 asks before the first step, ahead of the fall)"

LATE = f"after {ENOUGH:g} of training time, learning rate times steps, {PASSED} (released arrays)"

STILL = f"and less than {REGREW:g} over the second epoch"
"""What is asked besides of what is said not to have regrown."""

SHRUNK_NORMED = tuple(c for c in CELLS if c.norm == NORMED and c.normal != c)
"""The published runs with BatchNorm."""

ALONE = " (of the forms here only the published one lasts so long)"

EXPERIMENT = Experiment(
    id="E2",
    title="Escape from collapse",
    question="Which heads regrow from a collapsed start, at which step size, and do they escape?",
    published="CIFAR-10, ResNet-18, SimSiam, 50 epochs, batch 512, 3 seeds. Every run starts with the projector's weights x 0.1. Last over first epoch's mean of the standard deviation of the unit projector output, in training mode: linear 17.2, GELU 6.4, Swish 4.4 at learning rate 0.05 and 0.57 at 0.005, ReLU 0.11; with BatchNorm in the heads every run stays at 0.4 to 1.1. In the released arrays of this setting the smooth heads regrow at 0.05 in all three seeds and ReLU in none (with ViT-Tiny neither does: GELU 0.04 to 0.09, Swish 0.04 to 0.20, ReLU 0.14 to 0.19; on CIFAR-100, 20 epochs, GELU does, and Swish in two seeds of three, 0.42, 4.54, 5.78); they come to 2.7 to 4.2 times below the Swish run with BatchNorm of the same seed and rate, in the epoch in which they are nearest, and end 4.1 to 10 times below it, where no run from the usual start was released.",
    effects=(
        Effect(
            id="regrows",
            text="Without BatchNorm smooth heads regrow from the projector x 0.1.",
            published="6.4 (GELU), 4.4 (Swish)",
            criterion=f"As published: mean over an epoch's steps of the standard deviation of the unit projector output, both views of the batch, in training mode, at learning rate 0.05; last epoch over first. Yes: above 1 for GELU and Swish in every seed. No: below 1 for both in every seed, {STILL}, {LATE}{ALONE}. Undecided otherwise; {RISING}. {GUARD}.",
        ),
        Effect(
            id="regrows-later",
            text="Without BatchNorm smooth heads regrow once they have fallen.",
            published="",
            criterion=f"Ours. The published deviation, last epoch over second, since the first epoch's mean holds the fall from the start. Yes: at least {REGREW:g} for GELU and Swish in every seed. No: less for both in every seed, {LATE}{ALONE}. Undecided otherwise. {GUARD}.",
        ),
        Effect(
            id="linear",
            text="Without BatchNorm a linear head regrows from the projector x 0.1.",
            published="17.2; by seed 44, 0.21, 5.9",
            criterion="As for smooth heads from the first epoch on, for the linear head.",
        ),
        Effect(
            id="relu",
            text="Without BatchNorm a ReLU head does not regrow from the projector x 0.1.",
            published="0.11",
            criterion=f"As published, for the ReLU head. Yes: below 1 in every seed, {STILL}, {LATE}{ALONE}. No: at least 1 in every one. Undecided otherwise.",
        ),
        Effect(
            id="escapes",
            text="Smooth heads escape: they come to where a run with BatchNorm is.",
            published="that they escape is claimed, this level is ours; 4.1 to 10 times below it in the released arrays",
            criterion=f"The square of the deviation in the last epoch over that of the Swish run with BatchNorm in both heads, from the same seed. Yes: at least {ESCAPED:g} for GELU and Swish in every seed. No: at most {COLLAPSED:g} for both in every one, {LATE}{ALONE}, and the same heads from the usual start, which are not collapsed, come to {ESCAPED:g} or more. Undecided otherwise. {GUARD}. That those must come there was asked after it was seen that they do not: they end below {COLLAPSED:g}, too (CIFAR-10, medium and reduced).",
        ),
        Effect(
            id="escapes-start",
            text="Smooth heads escape: they come to where the usual start ends.",
            published="that they escape is claimed, this level is ours; no run from the usual start was released",
            criterion="Ours. As beside the Swish run with BatchNorm, beside the run of the same head from the usual start.",
        ),
        Effect(
            id="batchnorm",
            text="With BatchNorm every run keeps its deviation.",
            published="0.4 to 1.1",
            criterion="As published, for the mean over seeds of the runs with BatchNorm from the projector x 0.1. Yes: all between 0.4 and 1.1, rounded. No: none. Undecided otherwise, and where a form lacks some of these runs; that was asked after one of the six had said yes (medium).",
        ),
        Effect(
            id="flow",
            text="Under small steps, nearer to continuous time, a Swish head regrows.",
            published="claimed; 0.57 at 0.005, in a tenth of the training time",
            criterion=f"As published, Swish without BatchNorm at 0.005. Yes: above 1 in every seed. No: below 1 in every one, {STILL}, {LATE}, which at this rate takes ten times as many steps (no form here lasts so long, so that no run here says no). Undecided otherwise.",
        ),
        Effect(
            id="time",
            text="At equal training time the step size does not matter.",
            published="",
            criterion="Ours. Swish and ReLU without BatchNorm: the mean deviation of the last ten epochs at the smaller of two neighbouring step sizes over that of the epoch in the same training time at the larger. Yes: all four between 1/2 and 2 in every seed. No: none. Undecided otherwise.",
        ),
        Effect(
            id="variance-of-z",
            text="The variance of the representation z grows.",
            published="",
            criterion=f"Ours: what a collapse is of, in evaluation mode. Total variance of the directions of z over the test images, after the last epoch over before the first step, at learning rate 0.05 from the projector x 0.1. Yes: above 1 for linear, GELU and Swish in every seed. No: below 1 for all three in every one, {LATE}{ALONE}. Undecided otherwise.",
        ),
    ),
)


def answers(seeds: Sequence[Tracks]) -> tuple[Measured, ...]:
    """Apply the criteria; of effects whose runs the form does not have there is no answer."""
    cells, late = set(seeds[0]), is_late(seeds, REFERENCE)
    linear, relu, small = Cell("linear"), Cell("relu"), Cell("swish", rate=0.005)
    usual, later = (
        [regrowth(t[cell], start) for t in seeds for cell in SMOOTH_CELLS] for start in (0, 1)
    )
    straight, of_relu = ([regrowth(t[cell]) for t in seeds] for cell in (linear, relu))

    def rests(cell: Cell) -> bool:
        """Whether no seed still grows when it would have regrown."""
        return is_late(seeds, cell) and all(regrowth(t[cell], 1) < REGREW for t in seeds)

    normed = [mean_regrowth(seeds, c) for c in SHRUNK_NORMED if c in cells]
    kept = [0.35 <= value < 1.15 for value in normed]
    complete = len(normed) == len(SHRUNK_NORMED)
    z = [growth(t[cell]) for t in seeds for cell in (linear, *SMOOTH_CELLS)]
    found = [
        _guarded(
            "regrows",
            seeds,
            SMOOTH_CELLS,
            REFERENCE,
            usual,
            min(usual) > 1,
            all(map(rests, SMOOTH_CELLS)) and max(usual) < 1,
        ),
        _guarded(
            "regrows-later",
            seeds,
            SMOOTH_CELLS,
            REFERENCE,
            later,
            min(later) >= REGREW,
            late and max(later) < REGREW,
        ),
        _guarded(
            "linear",
            seeds,
            (linear,),
            REFERENCE,
            straight,
            min(straight) > 1,
            rests(linear) and max(straight) < 1,
        ),
        report.decided(
            "relu",
            rests(relu) and max(of_relu) < 1,
            min(of_relu) >= 1,
            _listed(of_relu),
        ),
        _escapes("escapes", seeds, REFERENCE),
        _escapes("escapes-start", seeds, None),
        report.decided(
            "batchnorm",
            complete and all(kept),
            complete and not any(kept),
            f"{report.extent(normed)}, in {len(normed)} of {len(SHRUNK_NORMED)} runs",
        ),
        report.decided("variance-of-z", min(z) > 1, late and max(z) < 1, _by_seed(seeds, z)),
    ]
    if small in cells:
        flow = [regrowth(t[small]) for t in seeds]
        after = _listed([regrowth(t[small], 1) for t in seeds])
        equal = _listed([at_equal_time(t, small) for t in seeds])
        figures = f"{_listed(flow)}; from the second epoch on {after}; in the last ten epochs {equal} times that at 0.05 in the same training time"
        if not is_late(seeds, small):
            figures += "; no form here lasts long enough for a no"
        found.append(report.decided("flow", min(flow) > 1, rests(small) and max(flow) < 1, figures))
    if slower := [c for c in SLOWER if c.norm == PLAIN and {c, c.faster} <= cells]:
        ratios = [at_equal_time(t, cell) for t in seeds for cell in slower]
        alike = [0.5 <= ratio <= 2 for ratio in ratios]
        found.append(report.decided("time", all(alike), not any(alike), _by_seed(seeds, ratios)))
    return tuple(found)


def is_late(seeds: Sequence[Tracks], cell: Cell) -> bool:
    """Whether a run had the training time in which it would have regrown, as the released ones did."""
    return all(cell.rate * float(tracks[cell]["steps"][-1]) >= ENOUGH for tracks in seeds)


def mean_regrowth(seeds: Sequence[Tracks], cell: Cell) -> float:
    """Last over first epoch of the deviation's mean over seeds, as published."""
    first, last = (sum(t[cell]["deviation"][epoch] for t in seeds) for epoch in (0, -1))
    return float(last / first)


def _guarded(
    effect: str,
    seeds: Sequence[Tracks],
    cells: Sequence[Cell],
    other: Cell | None,
    values: Sequence[float],
    yes: bool,
    no: bool,
) -> Measured:
    """The answer by some values of every seed; not applicable to runs that were not collapsed."""
    if not collapsed(seeds, cells, other):
        began = [share(t, cell, beside(cell, other), 0) for t in seeds for cell in cells]
        return report.answered(
            effect,
            Answer.NOT_APPLICABLE,
            f"was not collapsed: it began at {_by_seed(seeds, began)} of the variance beside it",
        )
    return report.decided(effect, yes, no, _by_seed(seeds, values))


def _escapes(effect: str, seeds: Sequence[Tracks], other: Cell | None) -> Measured:
    pairs = [(t, cell, beside(cell, other)) for t in seeds for cell in SMOOTH_CELLS]
    shares = [share(t, cell, reference) for t, cell, reference in pairs]
    usual = [share(t, cell.normal, reference) for t, cell, reference in pairs]
    late, reached = is_late(seeds, REFERENCE), min(usual) >= ESCAPED
    escaped, stayed = min(shares) >= ESCAPED, late and reached and max(shares) <= COLLAPSED
    found = _guarded(effect, seeds, SMOOTH_CELLS, other, shares, escaped, stayed)
    if other is None or found.answer is Answer.NOT_APPLICABLE:
        return found
    control = f"{found.value}; the same heads from the usual start {_by_seed(seeds, usual)}"
    return structs.replace(found, value=control)


def _listed(values: Iterable[float]) -> str:
    return ", ".join(f"{value:.2g}" for value in values)


def _by_seed(seeds: Sequence[Tracks], values: Sequence[float]) -> str:
    """Values, as many for every seed."""
    each = len(values) // len(seeds)
    return " / ".join(_listed(values[i : i + each]) for i in range(0, len(values), each))


def run_escape(form: Runs[Cell], ctx: Context) -> Finding:
    """Compare the published deviation over epochs, with a run that is not collapsed, and at equal time."""
    dataset = form.source.load(ctx)
    setting = form.source.setting(dataset)
    seeds = form.load(ctx)
    figures = "; ".join(
        f"{cell.activation} {_listed(regrowth(t[cell]) for t in seeds)}"
        for cell in (Cell("linear"), *SMOOTH_CELLS, Cell("relu"))
    )
    several = len(seeds) > 1
    beside_it = _by_seed(seeds, [share(t, c, REFERENCE) for t in seeds for c in SMOOTH_CELLS])
    return report.shown(
        answers(seeds),
        f"On {setting}: from the projector x 0.1 at learning rate 0.05 without BatchNorm the published deviation becomes{', by seed,' * several} {figures} times the first epoch's (published: linear 17.2, GELU 6.4, Swish 4.4, ReLU 0.11). Its square ends at {beside_it} of that of the Swish run with BatchNorm, for GELU and Swish{' in every seed' * several}.",
        cases=len(form.artefacts) * form.config.epochs,
        tables=(
            display.settings(form, dataset),
            display.regrowth_table(form, dataset, seeds),
            display.variance_table(form, dataset, seeds),
            *display.time_tables(form, setting, seeds),
            *report.timing_tables(setting, form.named(seeds)),
        ),
        plots=(display.deviation_plot(form, setting, seeds[0]),),
        probes=report.observed_probes(expected_trained(seeds), dataset),
    )


TITLE = "Deviation of the unit projector output, by head, BatchNorm, step size and start"

ALL_SEEDS = setup(LIVE, SEEDS)

ASK_LATE = (
    "regrows",
    "regrows-later",
    "linear",
    "relu",
    "escapes",
    "escapes-start",
    "batchnorm",
    "flow",
    "time",
    "variance-of-z",
)
"""What is not denied before `ENOUGH` (of `relu`, not affirmed), or not decided by runs that the medium form has."""

CHECKS = (
    # First, since the first that ran answers an effect.
    measurement(
        "E2.escape.seeds",
        f"{TITLE}: {len(SEEDS)} seeds",
        partial(run_escape, ALL_SEEDS),
        artefacts=ALL_SEEDS.artefacts,
        capabilities=("standard",),
        cost=0.2,
    ),
    *report.measurements("E2.escape", TITLE, run_escape, setup, cost=0.2, long=ASK_LATE),
    *section("E2", *invariants.CHECKS),
)

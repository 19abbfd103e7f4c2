"""E2: which heads let a network grow its variance, at which step size?

Final over initial variance compares runs of equally many epochs, in which a larger step size goes
further. Training time, learning rate times steps, is what a gradient flow knows: the same runs are
compared at equal training time too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from verify.claims.check import Context
from verify.claims.declare import measurement, section
from verify.claims.evidence import Finding, Measured
from verify.claims.statement import Effect, Experiment
from verify.experiments import report
from verify.experiments.e2 import display, invariants
from verify.experiments.e2.display import grown
from verify.experiments.e2.measure import (
    CELLS,
    NORMED,
    PLAIN,
    SLOWER,
    Cell,
    Tracks,
    at_equal_time,
    growth,
)
from verify.experiments.forms import LIVE, REDUCED, Form
from verify.experiments.networks import SEEDS, Runs, runs_of, with_head
from verify.ssl.training import Config
from verify.ssl.variances import observe_variances

EXPERIMENT = Experiment(
    id="E2",
    title="Escape from collapse",
    question="Which heads let the variance of z grow, and at which step size?",
    published="CIFAR-10, ResNet-18, SimSiam, 50 epochs, batch 512, 3 seeds. Every run starts with the projector's weights x 0.1. Last over first epoch's mean of the standard deviation of the unit PROJECTOR OUTPUT, in training mode: linear 17.2, GELU 6.4, Swish 4.4 at learning rate 0.05 and 0.57 at 0.005, ReLU 0.11; with BatchNorm in the heads every run stays at 0.4 to 1.1. In the released arrays the smooth heads regrow in all three seeds of it and ReLU in none; none comes within a factor 4 of the runs with BatchNorm.",
    flaws=(
        "What is measured here is another quantity: the variance of z, from the usual start. The published one is re-analysed from the released arrays (`python -m verify ssl released`).",
        "The published run of the smallest step, 0.005, which is nearest to a continuous-time flow, ends at 0.57 of its first epoch's mean; from its second epoch on it grows, 1.25- to 1.31-fold, in a tenth of the training time of the runs at 0.05.",
        report.as_read(
            "E2.epochs",
            "runs of different step sizes are compared after equally many epochs, and so after training times that differ 100-fold.",
        ),
        report.as_read(
            "E2.condition",
            "condition numbers as low as 0.22, in the mean over seeds, come about, which no condition number can be.",
        ),
    ),
    effects=(
        Effect(
            id="grows",
            text="Without BatchNorm the variance grows for linear, GELU and Swish heads.",
            published="17.2, 6.4, 4.4 at learning rate 0.05",
            criterion="Final over initial variance of the directions of z at learning rate 0.05. Yes: above 1 for all three. No: below 1 for all three. Undecided otherwise.",
        ),
        Effect(
            id="relu",
            text="Without BatchNorm the variance shrinks for a ReLU head.",
            published="0.11 at learning rate 0.05",
            criterion="The same. Yes: at most 1/2. No: at least 1. Undecided otherwise.",
        ),
        Effect(
            id="batchnorm",
            text="With BatchNorm every run keeps its variance.",
            published="0.4 to 1.1",
            criterion="The same for the six runs with BatchNorm. Yes: all between 0.4 and 1.1. No: none. Undecided otherwise.",
        ),
        Effect(
            id="flow",
            text="A Swish head escapes the more surely, the nearer to continuous time.",
            published="claimed; the published runs grow 4.4-fold at 0.05 and shrink to 0.57 at 0.005",
            criterion="Swish without BatchNorm. Yes: final over initial variance at 0.005 is above 1 and, at equal training time, at least that at 0.05. No: it is below 1. Undecided otherwise.",
        ),
        Effect(
            id="time",
            text="At equal training time the step size does not matter.",
            published="",
            criterion="Ours. Swish and ReLU without BatchNorm: the ratio at the smaller of two neighbouring step sizes over that at the larger, at equal training time. Yes: all four between 1/2 and 2. No: none. Undecided otherwise.",
        ),
    ),
)


def configure(config: Config) -> dict[Cell, Config]:
    """Every head and step size."""
    return {
        cell: replace(
            with_head(config, cell.activation, cell.norm == NORMED),
            optimiser=replace(config.optimiser, learning_rate=cell.rate),
        )
        for cell in CELLS
    }


def setup(form: Form, seeds: Sequence[int] = ()) -> Runs[Cell]:
    """SimSiam; its epochs are a multiple of ten."""
    seeds = seeds or range(1 if form.size == REDUCED.size else form.seeds)
    return runs_of(form, "E2", "variances", configure, observe_variances, seeds=seeds, cost=2.0)


def answers(seeds: Sequence[Tracks]) -> tuple[Measured, ...]:
    """Apply the criteria to each seed; they must agree."""
    found = [_verdicts(tracks) for tracks in seeds]
    return tuple(
        report.decided(
            effect,
            all(f[effect][0] for f in found),
            all(f[effect][1] for f in found),
            " / ".join(f[effect][2] for f in found),
        )
        for effect in found[0]
    )


def _verdicts(tracks: Tracks) -> dict[str, tuple[bool, bool, str]]:
    """For each effect, whether one seed says yes, whether it says no, and its figures."""
    final = {cell: growth(track) for cell, track in tracks.items()}
    growing = {h: final[Cell(h, PLAIN, 0.05)] for h in ("linear", "gelu", "swish")}
    raw = {h: growth(tracks[Cell(h, PLAIN, 0.05)], of="variance_raw") for h in growing}
    of_directions, of_z = (
        ", ".join(f"{v:.2g} ({h})" for h, v in grown.items()) for grown in (growing, raw)
    )
    relu = final[Cell("relu", PLAIN, 0.05)]
    normed = [value for cell, value in final.items() if cell.norm == NORMED]
    kept = [0.4 <= value <= 1.1 for value in normed]
    slow, fast = at_equal_time(tracks, Cell("swish", PLAIN, 0.005))
    plain = [at_equal_time(tracks, cell) for cell in SLOWER if cell.norm == PLAIN]
    steps = [slower / faster for slower, faster in plain]
    alike = [0.5 <= step <= 2 for step in steps]
    return {
        "grows": (
            min(growing.values()) > 1,
            max(growing.values()) < 1,
            f"{of_directions}; of z itself {of_z}",
        ),
        "relu": (relu <= 1 / 2, relu >= 1, f"{relu:.2g}"),
        "batchnorm": (all(kept), not any(kept), f"{min(normed):.2g} to {max(normed):.2g}"),
        "flow": (
            slow > 1 and slow >= fast,
            slow < 1,
            f"{slow:.2g} at 0.005; at equal training time {fast:.2g} at 0.05",
        ),
        "time": (all(alike), not any(alike), ", ".join(f"{step:.2g}" for step in steps)),
    }


def run_escape(form: Runs[Cell], ctx: Context) -> Finding:
    """Compare variances before and after training, at equal epochs and at equal training time."""
    dataset = form.source.load(ctx)
    setting = form.source.setting(dataset)
    seeds = form.load(ctx)
    heads = ("linear", "gelu", "swish", "relu")
    ours = ", ".join(f"{grown(seeds, Cell(head, PLAIN, 0.05))} ({head})" for head in heads)
    return report.shown(
        answers(seeds),
        f"On {setting}: at learning rate 0.05 without BatchNorm the variance of the directions of z becomes {ours} times its initial value; published 17.2, 6.4, 4.4, 0.11. A Swish head at 0.005 ends at {grown(seeds, Cell('swish', PLAIN, 0.005))} times (published 0.57).",
        cases=len(form.artefacts) * form.config.epochs,
        tables=(
            display.settings(form, dataset),
            display.growth_table(form, dataset, seeds),
            display.time_table(form, setting, seeds),
            *report.timing_tables(setting, form.named(seeds)),
        ),
        plots=(display.growth_plot(form, setting, seeds[0]),),
    )


TITLE = "Final over initial variance, by head, BatchNorm and step size"

DEEP = setup(LIVE, SEEDS)

CHECKS = (
    *report.measurements("E2.escape", TITLE, run_escape, setup, cost=0.2),
    measurement(
        "E2.escape.seeds",
        f"{TITLE}: {len(SEEDS)} seeds",
        partial(run_escape, DEEP),
        artefacts=DEEP.artefacts,
        capabilities=("deep",),
        cost=0.2,
    ),
    *section("E2", *invariants.CHECKS),
)

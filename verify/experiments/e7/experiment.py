"""E7: is the head trained on a faster time scale than the backbone?

The measure is learning rate times |gradient| / |weights| of the projector over that of the backbone.
Under an objective that sees directions only, it depends on the size of the weights: a homogeneous
projector with every weight at a tenth computes the same and is updated a hundred times as fast.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from verify.claims.check import Context
from verify.claims.evidence import Finding, Measured
from verify.claims.statement import Effect, Experiment
from verify.experiments import report
from verify.experiments.e7 import display, invariants
from verify.experiments.e7.measure import (
    ACTIVATIONS,
    CELLS,
    NORMED,
    PLAIN,
    SHRUNK,
    VARIANTS,
    Updates,
    observe_updates,
    ratios,
)
from verify.experiments.forms import Form
from verify.experiments.networks import Runs, runs_of, with_head
from verify.ssl.training import Config

SEPARATED = 10.0
"""Ratio from which time scales are called separated: a third of the least published one."""

EXPERIMENT = Experiment(
    id="E7",
    title="Time scales of head and backbone",
    question="Is the head updated faster than the backbone, and does BatchNorm end that?",
    published="CIFAR-10, ResNet-18, SimSiam. Relative update, learning rate times |gradient| / |weights|, of the head over that of the backbone: 31 to 653 without BatchNorm, 0.4 to 2.7 with it.",
    flaws=(
        "The measure depends on the size of the head's weights, which a homogeneous head under an objective of directions does not: at a tenth of every weight it computes the same and the measure is a hundred times as large (check E7.scale).",
        f"{report.AS_READ}there is one training seed and no interval.",
    ),
    effects=(
        Effect(
            id="separates",
            text="Without BatchNorm the head is updated faster than the backbone by far.",
            published="31 to 653",
            criterion=f"Normal start, without BatchNorm; the geometric mean over epochs of the ratio, projector over backbone. Yes: at least {SEPARATED:g}, a third of the least published one, for every activation and seed. No: less for every one. Undecided otherwise. Chosen after an exploratory run.",
        ),
        Effect(
            id="batchnorm",
            text="BatchNorm brings the two together.",
            published="0.4 to 2.7",
            criterion=f"The same ratio with BatchNorm in both heads. Yes: less than without it, and between {1 / SEPARATED:g} and {SEPARATED:g}, for every activation and seed. No: not so for every one. Undecided otherwise.",
        ),
        Effect(
            id="start",
            text="For a ReLU head the pseudo-collapsed start separates the time scales.",
            published="",
            criterion=f"Ours. The ratio of a ReLU head from the projector x0.1 over that from the normal start. Yes: at least {SEPARATED:g} in every seed. No: less in every seed. Undecided otherwise.",
        ),
    ),
)


def configure(config: Config) -> dict[tuple[str, str], Config]:
    """Every activation and variant."""
    return {
        (head, variant): replace(with_head(config, head, normed), start=start)
        for head in ACTIVATIONS
        for variant, (normed, start) in VARIANTS.items()
    }


def setup(form: Form) -> Runs[tuple[str, str]]:
    """SimSiam."""
    return runs_of(form, "E7", "updates", configure, observe_updates, cost=1.0)


def answers(updates: Updates) -> tuple[Measured, ...]:
    """Apply the criteria."""
    plain, normed = (
        [r for a in ACTIVATIONS for r in ratios(updates[a, variant])] for variant in (PLAIN, NORMED)
    )
    together = [
        b < a and 1 / SEPARATED <= b <= SEPARATED for a, b in zip(plain, normed, strict=True)
    ]
    relu = zip(ratios(updates["relu", SHRUNK]), ratios(updates["relu", PLAIN]), strict=True)
    factors = [shrunk / normal for shrunk, normal in relu]
    return tuple(
        report.decided(
            effect, all(yes), all(not y for y in yes), f"{min(values):.2g} to {max(values):.2g}"
        )
        for effect, yes, values in (
            ("separates", [r >= SEPARATED for r in plain], plain),
            ("batchnorm", together, normed),
            ("start", [f >= SEPARATED for f in factors], factors),
        )
    )


def run_updates(form: Runs[tuple[str, str]], ctx: Context) -> Finding:
    """Compare the relative updates of projector, predictor and backbone."""
    dataset = form.source.load(ctx)
    setting = form.source.setting(dataset)
    kept = form.load(ctx)
    updates: Updates = {  # before the first step there is none
        cell: {
            part: np.stack([runs[cell][part][1:] for runs in kept])
            for part in ("backbone", "projector", "predictor")
        }
        for cell in CELLS
    }
    plain, normed, shrunk = (
        [report.over_seeds(ratios(updates[a, variant]), digits) for a in ACTIVATIONS]
        for variant, digits in ((PLAIN, ".1f"), (NORMED, ".2f"), (SHRUNK, ".1f"))
    )
    return report.shown(
        answers(updates),
        f"On {setting}: the projector's relative update over the backbone's is {plain[0]} for a Swish head and {plain[1]} for a ReLU head without BatchNorm (published 31 to 653), {normed[0]} and {normed[1]} with it (published 0.4 to 2.7), and {shrunk[0]} and {shrunk[1]} from the pseudo-collapsed start.",
        cases=len(form.artefacts) * form.config.epochs,
        tables=(
            display.settings(form, dataset),
            display.update_table(form, setting, updates),
            *report.timing_tables(setting, form.named(kept)),
        ),
        plots=(display.update_plot(form, setting, updates),),
    )


CHECKS = (
    *report.measurements(
        "E7.updates",
        "Relative updates of head and backbone while training",
        run_updates,
        setup,
        cost=0.2,
    ),
    *invariants.CHECKS,
)

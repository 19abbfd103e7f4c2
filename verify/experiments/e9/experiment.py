"""E9: train under a head, then discard it. What was the head good for?

SimCLR with no head, a linear one, ReLU and Swish; a linear probe of the class follows
z and h through training, and one of the rotation looks at both at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import fmean

from verify.claims.check import Context
from verify.claims.declare import section
from verify.claims.evidence import Finding, Measured
from verify.claims.statement import Effect, Experiment
from verify.experiments import report
from verify.experiments.e9 import display, invariants
from verify.experiments.e9.measure import (
    HEADS,
    LABELLED,
    LINEAR,
    NONE,
    NONLINEAR,
    Curves,
    at,
    mean,
    observe_probes,
)
from verify.experiments.forms import MEDIUM, Form
from verify.experiments.networks import Runs, runs_of, with_head
from verify.ssl.measurements import paired_interval
from verify.ssl.training import Config

EXPERIMENT = Experiment(
    id="E9",
    title="Train, then discard the head",
    question="Does a head that is discarded speed training up and leave a better representation?",
    published="The paper's headline, in words: heads speed training up, z is the better representation downstream than h, and a linear head is better than none (it converges faster). The experiment is ours.",
    effects=(
        Effect(
            id="z-beats-h",
            text="Downstream, z is better than h.",
            published="yes",
            criterion="Class accuracy after training, z minus h, paired over the training seeds, for the ReLU and the Swish head. Yes: both 95 % t intervals lie above 0. No: both lie below. Undecided otherwise. One below was a no, until it was seen that yes and no were not asked alike.",
        ),
        Effect(
            id="z-beats-h-few",
            text=f"Downstream, z is better than h for a probe of {LABELLED} labels of each class.",
            published="",
            criterion="Ours, as for all labels. Added after an exploratory run, in which a probe of all labels did as well on an untrained network.",
        ),
        Effect(
            id="rotation",
            text="The head gives up the rotation.",
            published="yes, see E4",
            criterion="As for the class, for the accuracy of a linear probe of quarter turns, but that no run here says no: a head that was never trained may gain more, and none stands beside it, see E4. Both below was a no, until that was seen; nor does a yes say that training makes them do so.",
        ),
        Effect(
            id="head-helps",
            text="A nonlinear head leaves a better z than no head.",
            published="yes",
            criterion="As for z minus h, for class accuracy on z under the ReLU and the Swish head minus that on z trained without a head.",
        ),
        Effect(
            id="linear-helps",
            text="A linear head leaves a better z than no head.",
            published="better than none, by faster convergence",
            criterion="As for the nonlinear heads, for the linear head alone: two linear layers with BatchNorm after each, as in the other heads here, where the release's has none. What is claimed of linear heads is faster convergence, and the mean over the epochs stands in the table.",
        ),
        Effect(
            id="faster",
            text="A nonlinear head speeds training up.",
            published="yes",
            criterion="Class accuracy on z, mean over the epochs, under the ReLU and the Swish head minus that without a head, paired over the training seeds; answered as for z minus h.",
        ),
    ),
)


def configure(config: Config) -> dict[tuple[str], Config]:
    """Every head."""
    heads = {(head,): with_head(config, head, True) for head in HEADS[1:]}
    return {(NONE,): replace(config, projector=None), **heads}


def setup(form: Form) -> Runs[tuple[str]]:
    """SimCLR; in the medium form from more seeds, since what differs is a few points."""
    seeds = range(5) if form is MEDIUM else ()
    return runs_of(form, "E9", "discard", configure, observe_probes, seeds=seeds, cost=2.0)


def answers(curves: Curves) -> tuple[Measured, ...]:
    """Apply the criteria."""

    def answer(
        effect: str,
        differ: Callable[[str], tuple[list[float], list[float]]],
        heads: Sequence[str],
        deniable: bool = True,
    ) -> Measured:
        differences = {
            head: [100 * (a - b) for a, b in zip(*differ(head), strict=True)] for head in heads
        }
        found = {head: paired_interval(values) for head, values in differences.items()}
        value = ", ".join(
            f"[{i.low:.1f}, {i.high:.1f}] ({head}{report.seeds_wanted(differences[head])})"
            for head, i in found.items()
        )
        return report.decided(
            effect,
            all(i.low > 0 for i in found.values()),
            deniable and all(i.high < 0 for i in found.values()),
            f"difference in points: {value}",
        )

    def kept(probe: str) -> Callable[[str], tuple[list[float], list[float]]]:
        return lambda head: (at(curves, head, f"{probe}_z"), at(curves, head, f"{probe}_h"))

    def gained(head: str) -> tuple[list[float], list[float]]:
        return at(curves, head, "class_z"), at(curves, NONE, "class_z")

    return (
        answer("z-beats-h", kept("class"), NONLINEAR),
        answer("z-beats-h-few", kept("few"), NONLINEAR),
        answer("rotation", kept("rotation"), NONLINEAR, deniable=False),
        answer("head-helps", gained, NONLINEAR),
        answer("linear-helps", gained, (LINEAR,)),
        answer("faster", lambda head: (mean(curves, head), mean(curves, NONE)), NONLINEAR),
    )


def run_discard(form: Runs[tuple[str]], ctx: Context) -> Finding:
    """Compare probes of z and h under every head."""
    dataset = form.source.load(ctx)
    setting = form.source.setting(dataset)
    kept = form.load(ctx)
    curves: Curves = [{head: runs[head,] for head in HEADS} for runs in kept]
    z, few_z, h, few_h = (
        ", ".join(f"{100 * fmean(at(curves, head, name)):.1f} % ({head})" for head in heads)
        for heads, of in ((HEADS, "z"), (HEADS[1:], "h"))
        for name in (f"class_{of}", f"few_{of}")
    )
    untrained, bare = (100 * fmean(at(curves, NONE, name, 0)) for name in ("class_z", "bare_z"))
    return report.shown(
        answers(curves),
        f"On {setting}: after {form.config.epochs} epochs a linear probe of the class gets {z} on z, and {h} on h; an untrained network's z gives {untrained:.1f} %, and {bare:.1f} % with BatchNorm as built. From {LABELLED} labels of each it gets {few_z} on z and {few_h} on h.",
        cases=len(form.artefacts) * form.config.epochs,
        tables=(
            display.settings(form, dataset),
            display.probe_table(form, dataset, curves),
            *report.timing_tables(setting, form.named(kept)),
        ),
        plots=(display.probe_plot(form, setting, curves),),
        probes=report.observed_probes([{h: r[h,] for h in NONLINEAR} for r in kept], dataset),
    )


CHECKS = (
    *report.measurements(
        "E9.discard",
        "Probes of the class and of the rotation under every head",
        run_discard,
        setup,
        cost=0.2,
    ),
    *section("E9", *invariants.CHECKS),
)

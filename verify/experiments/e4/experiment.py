"""E4: what do probes of the rotation lose from the representation to the head's output?

An image is turned by 0, 90, 180 or 270 degrees and a classifier on the frozen representation has to
say by how much. What a linear probe loses may be gone, or only out of a linear probe's reach: wider
probes tell. What any random head of that shape loses too is no cost of the invariance: a head that
was never trained tells.
"""

from __future__ import annotations

from verify.claims.check import Context
from verify.claims.evidence import Answer, Finding, Measured
from verify.claims.statement import Effect, Experiment
from verify.experiments import report
from verify.experiments.e4 import display, invariants
from verify.experiments.e4.display import mean, points
from verify.experiments.e4.measure import (
    FEATURES,
    PUBLISHED_STEPS,
    PUBLISHED_WIDTHS,
    Accuracies,
    advantages,
    differences,
    features,
    gaps,
    growth,
    probe,
    probe_as_published,
    steps_on,
    widths,
)
from verify.experiments.networks import Trained, trained
from verify.ssl.probes import LONGER, PROBE

CHANCE = 1 / 4
"""The accuracy of a guess among four turns."""

EXPERIMENT = Experiment(
    id="E4",
    title="Rotation probes",
    question="Does the head lose the rotation, and is what it loses erased or entangled?",
    published='CIFAR-10, ResNet-18, one seed; probes of 0/90/180/270 degrees, 5 epochs of Adam at 1e-3. Linear 52.27 % on $z$ and 37.55 % on $h$, MLP 55.46 % and 43.56 %; ViT-Tiny 40.75 and 34.92, 44.22 and 40.87. The MLP\'s advantage over the linear probe grows from 3.19 to 6.01 points: "not erased but non-linearly entangled".',
    effects=(
        Effect(
            id="pattern-published",
            text="The MLP's advantage over the linear probe grows from z to h, with the published probes.",
            published="3.19 points on z, 6.01 on h",
            criterion=f"As published: raw features that are not standardised, one random quarter turn of every image, 5 epochs of Adam at batch 256, but of at most 10,000 training images, so at most 200 steps; (MLP of 512 hidden units minus linear, on h) minus (MLP of 256 minus linear, on z), paired over the training seeds. Yes: the 95 % t interval lies above 0. No: below 0, after {PUBLISHED_STEPS} steps, as many as were published (no form here lasts so long, so that no run here says no; a yes of fewer says so). Undecided otherwise, and where a 95 % t interval of the linear probe's accuracy on z or h reaches down to chance, 1/4.",
        ),
        Effect(
            id="cost-published",
            text="A linear probe loses information on the rotation from z to h, with the published probe.",
            published="52.27 to 37.55 %, 14.72 points; no untrained head",
            criterion=f"As published, by the same probe: accuracy of the linear one on z minus on h, paired over the training seeds; asked so after the recorded figures were seen. Yes: the 95 % t interval lies above 0. No: below 0, after {PUBLISHED_STEPS} steps. Undecided otherwise, and where the 95 % t interval of its accuracy on z reaches down to chance, 1/4: there is nothing to lose.",
        ),
        Effect(
            id="cost",
            text="Training the head costs information on the rotation, by standardised features and all four turns.",
            published="",
            criterion="Ours. Accuracy on z minus accuracy on h, and accuracy on a fresh head's h minus accuracy on h, each paired over the training seeds, for the linear probe and the MLP probe as wide as z. Yes: the four 95 % t intervals lie above 0. No: the four lie below 0. Undecided otherwise. One of them below 0 counted as a no, until it was seen that an MLP may lose what a linear probe gains, and a head that was never trained gain more.",
        ),
        Effect(
            id="pattern",
            text="The MLP's advantage over the linear probe grows from z to h, with equal probes.",
            published="",
            criterion="Ours. (MLP as wide as z minus linear, on h) minus the same on z, paired over the training seeds. Yes: the 95 % t interval lies above 0. No: below 0. Undecided otherwise. The fresh head's is shown beside it.",
        ),
        Effect(
            id="entangled",
            text="What the head costs is entangled, not erased.",
            published="concluded from the advantage's growth from 3.19 to 6.01 points",
            criterion="The gap, accuracy on z minus accuracy on h, from the narrowest MLP probe (a quarter of z) to the widest (four times z). Not applicable unless the narrowest gap's 95 % t interval lies above 0. Yes: it closes by at least half, the interval of (widest gap minus half of the narrowest) lying at or below 0. No: that interval lies above 0. Undecided otherwise. Widths and epochs were chosen after exploratory runs on the digits.",
        ),
    ),
)


def published_answers(published: Accuracies, steps: int) -> tuple[Measured, Measured]:
    """Apply the published criteria to the published probes of so many steps, with equal widths beside."""
    z, h = PUBLISHED_WIDTHS.values()
    cost = report.interval_over_seeds(gaps(published, 0))
    found = report.interval_over_seeds(growth(published, z, h))
    equal = "; ".join(
        f"{w} on both {points(report.interval_over_seeds(growth(published, w, w)))}" for w in (z, h)
    )
    on_z, on_h = (
        report.interval_over_seeds([a - CHANCE for a in published[0, name]]).low > 0
        for name in ("z", "h")
    )
    short = ", too few for a no in any form here" if steps < PUBLISHED_STEPS else ""
    long = on_z and steps >= PUBLISHED_STEPS
    after = f"after {steps} steps where {PUBLISHED_STEPS} were published{short}"
    return (
        report.decided(
            "pattern-published",
            on_z and on_h and found.low > 0,
            long and on_h and found.high < 0,
            f"MLP minus linear in points, h minus z: {points(found)}, {after}; of width {equal}",
        ),
        report.decided(
            "cost-published",
            on_z and cost.low > 0,
            long and cost.high < 0,
            f"linear, z minus h in points: {points(cost)}, {after}",
        ),
    )


def answers(accuracies: Accuracies, narrow: int, middle: int, wide: int) -> tuple[Measured, ...]:
    """Apply the other criteria to probes of these hidden widths."""
    lost, beyond = (
        [
            report.interval_over_seeds(differences(accuracies[w, of], accuracies[w, "h"]))
            for w in (0, middle)
        ]
        for of in ("z", "fresh h")
    )
    z, h, fresh = (advantages(accuracies, middle, name) for name in FEATURES)
    grown, control = (report.interval_over_seeds(differences(after, z)) for after in (h, fresh))
    first, last = gaps(accuracies, narrow), gaps(accuracies, wide)
    begun = report.interval_over_seeds(first)
    left = report.interval_over_seeds([w - n / 2 for n, w in zip(first, last, strict=True)])
    closes = report.answer_by(left.high <= 0, left.low > 0)
    return (
        report.decided(
            "cost",
            all(i.low > 0 for i in lost + beyond),
            all(i.high < 0 for i in lost + beyond),
            f"z minus h in points: linear {points(lost[0])}, MLP {points(lost[1])}; fresh head's h minus h: linear {points(beyond[0])}, MLP {points(beyond[1])}",
        ),
        report.decided(
            "pattern",
            grown.low > 0,
            grown.high < 0,
            f"MLP minus linear in points: z {mean(z)}, h {mean(h)}, growth {points(grown)}; fresh head's h {mean(fresh)}, growth {points(control)}",
        ),
        report.answered(
            "entangled",
            closes if begun.low > 0 else Answer.NOT_APPLICABLE,
            f"the gap goes from {mean(first)} points {points(begun)} to {mean(last)}; widest minus half of the narrowest: {points(left)}",
        ),
    )


def run_rotation(form: Trained, ctx: Context) -> Finding:
    """Probe z, h and a fresh head's h for the rotation, with linear and ever wider MLP probes."""
    dataset = form.source.load(ctx)
    setting, hidden = form.source.setting(dataset), widths(form.config)
    runs = list(form.runs(ctx, dataset))
    found = features(form, runs, dataset)
    accuracies = probe(found, (0, *hidden), PROBE)
    longer, published = probe(found, hidden[1:2], LONGER), probe_as_published(found)
    steps = steps_on(len(dataset.train_images[: form.probed[0]]))
    return report.shown(
        (*published_answers(published, steps), *answers(accuracies, *hidden)),
        display.summary(setting, form, accuracies, longer),
        cases=len(form.seeds) * 4 * len(dataset.test_images[: form.probed[1]]),
        tables=(
            *display.settings(form, dataset),
            display.published_table(form, dataset, published),
            display.probe_table(form, dataset, accuracies, longer),
        ),
        plots=(display.probe_plot(setting, form, accuracies),),
        probes=report.class_probes(runs, dataset),
    )


CHECKS = (
    *report.measurements(
        "E4.rotation",
        "Linear and MLP probes of the rotation on z, h and a fresh head's h",
        run_rotation,
        trained,
        cost=8.0,
    ),
    *invariants.CHECKS,
)

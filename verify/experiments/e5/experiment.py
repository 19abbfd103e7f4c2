"""E5: does the projection head bend the orbits of rotations?

The published figure, the norm of second differences of normalised representations, grows with the
size of an orbit. The turning angle between successive steps does not, and is set beside it.
Bilinear interpolation and ReLU have kinks, where there is no curvature to measure: angles begin at
a generic one, and halving the step tells whether second differences measure a curvature at all.
"""

from __future__ import annotations

from verify.claims.check import Context
from verify.claims.evidence import Finding, Measured
from verify.claims.statement import Effect, Experiment
from verify.experiments import report
from verify.experiments.e5 import display, invariants
from verify.experiments.e5.measure import Cells, Way, measure, pooled
from verify.experiments.networks import TRAINED, Trained, trained

EXPERIMENT = Experiment(
    id="E5",
    title="Curvature of rotation orbits",
    question="Does the projection head bend the orbits of rotations?",
    published="CIFAR-10, ResNet-18; 10 rotations from 0 to 45 degrees, 200 images, 3 draws of them for one checkpoint; the head is fed the raw representation, as in training. Mean norm of second differences of normalised representations $0.125 \\pm 0.002$ on $z$ and $0.242 \\pm 0.004$ on $h$, ratio 1.93; ViT-Tiny 2.59, CIFAR-100 1.84.",
    effects=(
        Effect(
            id="published",
            text="The head raises the second differences of rotation orbits.",
            published="0.125 to 0.242, ratio 1.93",
            criterion="As published: raw representation, images rotated to the nearest pixel, 0 to 45 degrees in steps of 5. Yes: in every seed the 95 % bootstrap interval over images of the ratio of the means, h over z, lies above 1, and so does that over training seeds and images together. No: below 1 in every seed and together. Undecided otherwise. That behind a head that was never trained stands beside it, and has no part in the answer.",
        ),
        Effect(
            id="curvature",
            text="The head raises the second differences of interpolated orbits, which move without jumps.",
            published="",
            criterion="Ours. As for the published second differences, for interpolated images at generic angles.",
        ),
        Effect(
            id="turning",
            text="The head bends rotation orbits: it makes them turn more sharply.",
            published="hypothesised by the release of the second differences",
            criterion="Ours. As for the second differences of interpolated images at generic angles, for the mean angle between successive steps, which does not depend on the size of an orbit.",
        ),
        Effect(
            id="protocol",
            text="The second differences rise with the head fed the normalised representation, as E3 feeds it.",
            published="",
            criterion="Ours. As for the second differences of interpolated images at generic angles, with the head fed the normalised representation.",
        ),
    ),
)


def answers(cells: Cells) -> tuple[Measured, ...]:
    """Apply the criteria."""

    def answer(effect: str, way: Way, quantity: str, what: str) -> Measured:
        seeds = cells[TRAINED, way]
        found, together = [cell.intervals[quantity] for cell in seeds], pooled(seeds, quantity)
        return report.answered(
            effect,
            report.answer_above([*found, together], 1),
            f"{what}, h over z: {report.spans(found)}, over seeds and images {report.spans([together])}",
        )

    return (
        answer("published", Way.PUBLISHED, "second", "second differences"),
        answer("curvature", Way.RAW, "second", "second differences"),
        answer("turning", Way.RAW, "turning", "turning angle"),
        answer("protocol", Way.NORMALISED, "second", "second differences"),
    )


def run_curvature(form: Trained, ctx: Context) -> Finding:
    """Measure the bending of rotation orbits of test images, with both controls."""
    dataset = form.source.load(ctx)
    setting = form.source.setting(dataset)
    runs = list(form.runs(ctx, dataset))
    cells = measure(form, runs, dataset)
    return report.shown(
        answers(cells),
        display.summary(setting, cells),
        cases=len(dataset.test_images[: form.bent]) * len(form.seeds),
        tables=(
            *display.settings(form, dataset),
            display.bending_table(form, dataset, cells),
            display.halving_table(setting, cells),
        ),
        plots=(display.step_plot(setting, form, cells),),
        probes=report.class_probes(runs, dataset),
    )


CHECKS = (
    *report.measurements(
        "E5.curvature",
        "Second differences and turning of rotation orbits, with controls",
        run_curvature,
        trained,
        cost=6.0,
    ),
    *invariants.CHECKS,
)

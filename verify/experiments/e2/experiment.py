"""E2: which heads let a network grow its variance, at which step size?

Final over initial variance compares runs of equally many epochs, in which a larger step size goes
further. Training time, learning rate times steps, is what a gradient flow knows: the same runs are
compared at equal training time too.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from verify.claims.declare import measurement, section
from verify.claims.statement import Effect, Experiment
from verify.experiments.declare import measurements
from verify.experiments.e2 import invariants
from verify.experiments.e2.measure import E2Setup, run_escape
from verify.experiments.forms import ONE_SEED
from verify.experiments.image_forms import PUBLISHED, SIMSIAMS, simsiam_source
from verify.experiments.tables import AS_READ
from verify.ssl.digits_configs import DIGITS_SIMSIAM, SEEDS
from verify.ssl.image_source import DIGITS_SOURCE

DIGITS_ESCAPE = E2Setup(
    source=DIGITS_SOURCE, config=replace(DIGITS_SIMSIAM, epochs=10), seeds=SEEDS[:1]
)

IMAGES_ESCAPE = {
    form: E2Setup(
        source=simsiam_source(form),
        config=replace(config, batch=50, epochs=10)
        if form.reduced
        else replace(config, batch=512, epochs=50),
        seeds=SEEDS[:1] if form.reduced else SEEDS,
    )
    for form, config in SIMSIAMS.items()
}
IMAGES_ESCAPE[ONE_SEED] = replace(IMAGES_ESCAPE[PUBLISHED], seeds=SEEDS[:1])

EXPERIMENT = Experiment(
    id="E2",
    title="Escape from collapse",
    question="Which heads let the variance of z grow, and at which step size?",
    published=(
        "CIFAR-10, ResNet-18, SimSiam, 50 epochs, batch 512, 3 seeds. Final over initial variance of "
        "z: linear 17.2, GELU 6.4, Swish 4.4 at learning rate 0.05 and 0.57 at 0.005, ReLU 0.11; with "
        "BatchNorm in the heads every run stays at 0.4 to 1.1."
    ),
    flaws=(
        "The claim that a Swish head escapes under continuous-time flow is contradicted by the "
        "published run of the smallest step, 0.005, which is nearest to it and shrinks to 0.57 of its "
        "variance, while a linear head at 0.05 grows 17.2-fold.",
        AS_READ
        + "runs of different step sizes are compared after equally many epochs, and so after "
        "training times that differ 100-fold.",
        AS_READ
        + "condition numbers as low as 0.22 are recorded, which no condition number can be.",
    ),
    effects=(
        Effect(
            id="grows",
            text="Without BatchNorm the variance grows for linear, GELU and Swish heads.",
            published="17.2, 6.4, 4.4 at learning rate 0.05",
            criterion=(
                "Final over initial variance of the directions of z at learning rate 0.05. Yes: above "
                "1 for all three. No: below 1 for all three. Undecided otherwise."
            ),
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
            criterion=(
                "The same for the six runs with BatchNorm. Yes: all between 0.4 and 1.1. No: none. "
                "Undecided otherwise."
            ),
        ),
        Effect(
            id="flow",
            text="A Swish head escapes the more surely, the nearer to continuous time.",
            published="claimed; the published runs grow 4.4-fold at 0.05 and shrink to 0.57 at 0.005",
            criterion=(
                "Swish without BatchNorm. Yes: final over initial variance at 0.005 is above 1 and, at "
                "equal training time, at least that at 0.05. No: it is below 1. Undecided otherwise."
            ),
        ),
        Effect(
            id="time",
            text="At equal training time the step size does not matter.",
            published="",
            criterion=(
                "Ours. Swish and ReLU without BatchNorm: the ratio at the smaller of two neighbouring "
                "step sizes over that at the larger, at equal training time. Yes: all four between "
                "1/2 and 2. No: none. Undecided otherwise."
            ),
        ),
    ),
)

TITLE = "Final over initial variance, by head, BatchNorm and step size"

CHECKS = (
    *measurements(
        "E2.escape",
        TITLE,
        run_escape,
        DIGITS_ESCAPE,
        IMAGES_ESCAPE,
        cost=0.2,
    ),
    replace(
        measurement(
            "E2.escape.seeds",
            f"{TITLE}: {len(SEEDS)} seeds",
            partial(run_escape, replace(DIGITS_ESCAPE, seeds=SEEDS)),
            artefacts=replace(DIGITS_ESCAPE, seeds=SEEDS).artefacts,
            cost=0.2,
        ),
        capabilities=("deep",),
    ),
    *section("E2", *invariants.CHECKS),
)

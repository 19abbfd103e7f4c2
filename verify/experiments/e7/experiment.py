"""E7: is the head trained on a faster time scale than the backbone?

The measure is learning rate times |gradient| / |weights| of the projector over that of the backbone.
Under an objective that sees directions only, it depends on the size of the weights: a homogeneous
projector with every weight at a tenth computes the same and is updated a hundred times as fast.
"""

from __future__ import annotations

from dataclasses import replace

from verify.claims.declare import mutant_check, property_check, section
from verify.claims.statement import Effect, Experiment
from verify.experiments import homogeneity
from verify.experiments.declare import measurements
from verify.experiments.e7.measure import SEPARATED, E7Setup, run_updates
from verify.experiments.image_forms import SIMSIAMS, simsiam_source
from verify.experiments.tables import AS_READ
from verify.ssl.digits_configs import DIGITS_SIMSIAM, SEEDS
from verify.ssl.image_source import DIGITS_SOURCE

DIGITS_UPDATES = E7Setup(
    source=DIGITS_SOURCE, config=replace(DIGITS_SIMSIAM, epochs=3), seeds=SEEDS
)

IMAGES_UPDATES = {
    form: E7Setup(
        source=simsiam_source(form),
        config=replace(config, epochs=4 if form.reduced else 5),
        seeds=SEEDS,
    )
    for form, config in SIMSIAMS.items()
}

EXPERIMENT = Experiment(
    id="E7",
    title="Time scales of head and backbone",
    question="Is the head updated faster than the backbone, and does BatchNorm end that?",
    published=(
        "CIFAR-10, ResNet-18, SimSiam. Relative update, learning rate times |gradient| / |weights|, "
        "of the head over that of the backbone: 31 to 653 without BatchNorm, 0.4 to 2.7 with it."
    ),
    flaws=(
        "The measure depends on the size of the head's weights, which a homogeneous head under an "
        "objective of directions does not: at a tenth of every weight it computes the same and the "
        "measure is a hundred times as large (check E7.scale).",
        AS_READ + "there is one training seed and no interval.",
    ),
    effects=(
        Effect(
            id="separates",
            text="Without BatchNorm the head is updated faster than the backbone by far.",
            published="31 to 653",
            criterion=(
                "Normal start, without BatchNorm; the geometric mean over epochs of the ratio, "
                f"projector over backbone. Yes: at least {SEPARATED:g}, a third of the least "
                "published one, for every activation and seed. No: less for every one. Undecided "
                "otherwise. ExperimentSelection after an exploratory run."
            ),
        ),
        Effect(
            id="batchnorm",
            text="BatchNorm brings the two together.",
            published="0.4 to 2.7",
            criterion=(
                "The same ratio with BatchNorm in both heads. Yes: less than without it, and between "
                f"{1 / SEPARATED:g} and {SEPARATED:g}, for every activation and seed. No: not so for "
                "every one. Undecided otherwise."
            ),
        ),
        Effect(
            id="start",
            text="For a ReLU head the pseudo-collapsed start separates the time scales.",
            published="",
            criterion=(
                "Ours. The ratio of a ReLU head from the projector x0.1 over that from the normal "
                f"start. Yes: at least {SEPARATED:g} in every seed. No: less in every seed. "
                "Undecided otherwise."
            ),
        ),
    ),
)

CHECKS = (
    *measurements(
        "E7.updates",
        "Relative updates of head and backbone while training",
        run_updates,
        DIGITS_UPDATES,
        IMAGES_UPDATES,
        cost=0.2,
    ),
    *section(
        "E7",
        property_check(
            "scale",
            "A homogeneous head at c of its size is updated 1/c^2 as fast",
            homogeneity.UPDATE,
        ),
        mutant_check("scale.once", homogeneity.UPDATE_ONCE),
        mutant_check("scale.smooth", homogeneity.UPDATE_SMOOTH),
    ),
)

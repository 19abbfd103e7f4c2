"""E6: does the depth of the head decide how much it can compress?

E3, E4 and E5 are measured again for heads of one, two and three layers with Swish and BatchNorm.
What those measurements must satisfy is checked there.
"""

from __future__ import annotations

from dataclasses import replace

from verify.claims.statement import Effect, Experiment
from verify.experiments.declare import measurements
from verify.experiments.digits_networks import NETWORKS
from verify.experiments.e6.measure import DEPTHS, Depths, deepen, run_depth
from verify.experiments.forms import REDUCED
from verify.experiments.image_forms import IMAGES_SIMCLR, PUBLISHED
from verify.experiments.tables import AS_READ
from verify.ssl.digits_configs import DIGITS_SIMCLR, with_head

EXPERIMENT = Experiment(
    id="E6",
    title="Depth of the head",
    question="Does a deeper head compress augmentation orbits more, and what does that cost?",
    published=(
        "CIFAR-10, ResNet-18, heads of 1, 2 and 3 layers with Swish and BatchNorm, one seed: depth "
        "decides the capacity to compress. From the released arrays, the spread along orbits shrinks "
        "49.1x, 57.2x and 78.5x."
    ),
    flaws=(
        AS_READ
        + "the head is fed the L2-normalised representation, as in E3: divided by the ratio "
        "of the total variances the three compressions are 0.81, 1.50 and 2.03.",
        AS_READ + "there is one training seed and no interval.",
    ),
    effects=(
        Effect(
            id="compresses",
            text="A deeper head compresses orbits more.",
            published="49.1x, 57.2x, 78.5x for 1, 2, 3 layers",
            criterion=(
                "Published protocol. Yes: in every seed the compression grows from 1 to 2 layers and "
                "from 2 to 3. No: in every seed it is at 3 layers at most what it is at 1. Undecided "
                "otherwise."
            ),
        ),
        Effect(
            id="selective",
            text="So it does beyond the total variance.",
            published="0.81, 1.50, 2.03 from the released arrays, under the published protocol",
            criterion=(
                "Consistent protocol. Yes: in every seed the selectivity's 95 % bootstrap interval at "
                "3 layers lies above that at 1. No: below it in every seed. Undecided otherwise."
            ),
        ),
        Effect(
            id="cost",
            text="A deeper head loses more of the rotation.",
            published="",
            criterion=(
                "Ours. Accuracy of a linear probe of quarter turns, z minus h, at 3 layers minus the "
                "same at 1, paired over the training seeds. Yes: the 95 % t interval lies above 0. "
                "No: below 0. Undecided otherwise."
            ),
        ),
        Effect(
            id="bends",
            text="A deeper head bends rotation orbits more.",
            published="",
            criterion=(
                "Ours. Consistent protocol: the ratio of the mean second differences, h over z. Yes: "
                "in every seed its 95 % bootstrap interval at 3 layers lies above that at 1. No: "
                "below it in every seed. Undecided otherwise."
            ),
        ),
    ),
)

DIGITS_EPOCHS = 6
"""At 20 epochs, as in E3, the three depths would cost more than E3 to E5 together."""

DIGITS_DEPTHS = Depths(
    networks=tuple(
        replace(
            NETWORKS,
            name=f"depth{depth}",
            config=replace(
                with_head(deepen(DIGITS_SIMCLR, depth), "swish", True), epochs=DIGITS_EPOCHS
            ),
            orbits=120,
            bent=60,
            probed=(400, 360),
        )
        for depth in DEPTHS
    )
)

IMAGES_DEPTHS = {
    form: Depths(
        networks=tuple(
            replace(
                IMAGES_SIMCLR[form],
                name=f"depth{depth}",
                config=with_head(deepen(IMAGES_SIMCLR[form].config, depth), "swish", True),
            )
            for depth in DEPTHS
        )
    )
    for form in (REDUCED, PUBLISHED)
}

CHECKS = measurements(
    "E6.depth",
    "E3, E4 and E5 for heads of one, two and three layers",
    run_depth,
    DIGITS_DEPTHS,
    IMAGES_DEPTHS,
    cost=6.0,
)

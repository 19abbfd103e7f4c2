"""E9: train under a head, then discard it. What was the head good for?

SimCLR with no head, a linear one, ReLU and Swish; a linear probe of the class follows
z and h through training, and one of the rotation looks at both at the end.
"""

from __future__ import annotations

from dataclasses import replace

from verify.claims.declare import section
from verify.claims.statement import Effect, Experiment
from verify.experiments.declare import measurements
from verify.experiments.e9 import invariants
from verify.experiments.e9.measure import E9Setup, run_discard
from verify.experiments.forms import REDUCED
from verify.experiments.image_forms import PUBLISHED, SIMCLR, SIMCLR_REDUCED, source
from verify.ssl.digits_configs import DIGITS_SIMCLR, SEEDS
from verify.ssl.discard import LABELLED
from verify.ssl.image_source import DIGITS_SOURCE

DIGITS_DISCARD = E9Setup(source=DIGITS_SOURCE, config=replace(DIGITS_SIMCLR, epochs=5), seeds=SEEDS)

IMAGES_DISCARD = {
    form: E9Setup(source=source(form), config=config, seeds=SEEDS)
    for form, config in ((REDUCED, SIMCLR_REDUCED), (PUBLISHED, SIMCLR))
}

EXPERIMENT = Experiment(
    id="E9",
    title="Train, then discard the head",
    question="Does a head that is discarded speed training up and leave a better representation?",
    published=(
        "The paper's headline, in words: heads speed training up, z is the better representation "
        "downstream than h, and a linear head is better than none. The experiment is ours."
    ),
    flaws=(),
    effects=(
        Effect(
            id="z-beats-h",
            text="Downstream, z is better than h.",
            published="yes",
            criterion=(
                "Class accuracy after training, z minus h, paired over the training seeds, for the "
                "ReLU and the Swish head. Yes: both 95 % t intervals lie above 0. No: one lies below. "
                "Undecided otherwise."
            ),
        ),
        Effect(
            id="z-beats-h-few",
            text=f"So it is for a probe of {LABELLED} labels of each class.",
            published="",
            criterion=(
                "Ours, as above. Added after an exploratory run, in which a probe of all labels did as "
                "well on an untrained network."
            ),
        ),
        Effect(
            id="rotation",
            text="The head gives up the rotation.",
            published="yes, see E4",
            criterion="As above, for the accuracy of a probe of quarter turns.",
        ),
        Effect(
            id="head-helps",
            text="A nonlinear head leaves a better z than no head.",
            published="yes",
            criterion=(
                "As above, for class accuracy on z under the ReLU and the Swish head minus that on z "
                "trained without a head."
            ),
        ),
        Effect(
            id="linear-helps",
            text="A linear head leaves a better z than no head.",
            published="yes",
            criterion="As above, for the linear head alone.",
        ),
        Effect(
            id="faster",
            text="A nonlinear head speeds training up.",
            published="yes",
            criterion=(
                "Class accuracy on z, mean over the epochs, under the ReLU and the Swish head minus "
                "that without a head, paired over the training seeds; answered as above."
            ),
        ),
    ),
)

CHECKS = (
    *measurements(
        "E9.discard",
        "Probes of the class and of the rotation under every head",
        run_discard,
        DIGITS_DISCARD,
        IMAGES_DISCARD,
        cost=0.2,
    ),
    *section("E9", *invariants.CHECKS),
)

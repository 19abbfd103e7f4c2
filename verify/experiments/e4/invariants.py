"""Invariants of E4's measurement, and what shows that their checks can fail. All gate a run."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import torch

from verify.claims.check import Arithmetic, Context
from verify.claims.declare import attack, invariant, section, trial
from verify.claims.evidence import Finding, finding
from verify.experiments.networks import DIGITS_NETWORKS, DIGITS_SIMCLR
from verify.ssl.augment import quarter_turns
from verify.ssl.data import load_digits
from verify.ssl.measurements import represent
from verify.ssl.probes import PROBE, chance_interval, train_probes

PROBE_SEED = 0

WIDTH = DIGITS_SIMCLR.representation
"""Hidden width of the MLP probe that is compared with the linear one."""

LABELLINGS = 3
"""Random labellings that probes are trained on at once, to see chance."""

TAIL = Fraction(1, 10**9)
"""Probability of either tail of a chance interval; the two probes of `E4.chance` have four."""


def run_random_labels(name: str, widths: tuple[int, ...], peek: bool, ctx: Context) -> Finding:
    """Count the independent uniform labels that probes of z predict, against an exact interval.

    The probes of one width share the features and have labels of their own, so that their
    successes are independent and may be counted together. They must be at chance on images that they
    were not trained on, and not on the test images if they may `peek` at those and their labels.
    """
    dataset = load_digits().to(ctx.device)
    backbone = next(DIGITS_NETWORKS.runs(ctx, dataset)).trained.backbone
    train, test = (
        represent(backbone, quarter_turns(images)).flatten(0, 1).expand(LABELLINGS, -1, -1)
        for images in (dataset.train_images, dataset.test_images)
    )
    generator = torch.Generator().manual_seed(ctx.seed_for(name))
    labels = [
        torch.randint(4, half.shape[:2], generator=generator).to(ctx.device)
        for half in (train, test)
    ]
    seen, answers = (test, labels[1]) if peek else (train, labels[0])
    trials = labels[1].numel()
    low, high = chance_interval(trials, 4, TAIL)
    correct = []
    for width in widths:
        probes = train_probes(seen, answers, 4, width, PROBE_SEED, PROBE)
        correct.append(int(probes.correct(test, labels[1]).sum()))
    caught = [not low <= count <= high for count in correct]
    return finding(
        all(c is peek for c in caught),
        f"{' and '.join(map(str, correct))} of {trials} random labels are predicted; by chance {low} to {high} are expected, except with probability {2 * float(TAIL):.0e}.",
        cases=trials,
    )


def run_disjoint(ctx: Context) -> Finding:
    """No test image, however turned, is a training image."""
    del ctx
    dataset = load_digits()
    known = dataset.train_images.flatten(1)
    turned = quarter_turns(dataset.test_images).flatten(0, 1).flatten(1)
    nearest = torch.cdist(turned, known, compute_mode="donot_use_mm_for_euclid_dist").amin()
    return finding(
        bool(nearest > 0),
        f"The smallest distance of a turned test image from a training image is {nearest:.2f}, where the grey levels lie in [0, 1].",
        cases=len(turned),
    )


CHECKS = section(
    "E4",
    trial(
        "chance",
        "Probes of random labels are at chance on images they have not seen",
        partial(run_random_labels, "E4.chance", (0, WIDTH), False),
        artefacts=DIGITS_NETWORKS.artefacts[:1],
        cost=2.0,
    ),
    attack(
        "power_peek",
        "A probe that has seen the test labels is caught",
        partial(run_random_labels, "E4.power_peek", (WIDTH,), True),
        arithmetic=Arithmetic.FLOAT32,
        artefacts=DIGITS_NETWORKS.artefacts[:1],
        cost=2.0,
    ),
    invariant(
        "disjoint",
        "Probes are tested on images that they were not trained on",
        run_disjoint,
        arithmetic=Arithmetic.FLOAT32,
    ),
)

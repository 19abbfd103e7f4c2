"""E8: do the heads of released networks compress the orbits of augmentations?

The weights do not come with the project: a user names a file. What the published measurement
depends on besides is shown without them.
"""

from __future__ import annotations

import math
from functools import partial

import torch

from verify.claims.check import MINIMUM_CASES, Arithmetic, Check, Context, Kind, Role
from verify.claims.evidence import Finding, Outcome
from verify.claims.statement import Effect, Experiment
from verify.experiments.declare import invariant
from verify.experiments.e8.measure import (
    EXPANDING,
    KINDS,
    PUBLISHED,
    effect_of,
    run_orbits,
    variance_ratio,
)
from verify.experiments.forms import RELEASED
from verify.experiments.tables import AS_READ
from verify.ssl.measurements import contraction, equal_weights, summarise, unit
from verify.ssl.released import RELEASES

CRITERION = (
    "Unit vectors of 50 CIFAR-10 test images. {yes}: for every kind of orbit the selectivity's 95 % "
    "bootstrap interval over images lies above 1 and above that of a head that was never trained. "
    "{no}: below both for every kind. Undecided otherwise."
)


def _effect(name: str) -> Effect:
    expands = name in EXPANDING
    figures = zip(KINDS, PUBLISHED[name], strict=True)
    return Effect(
        id=effect_of(name),
        text=f"The head of {name} {'expands' if expands else 'compresses'} orbits.",
        published="variance ratio "
        + ", ".join(f"{ratio:g} ({kind})" for kind, (ratio, _) in figures),
        criterion=CRITERION.format(yes="No" if expands else "Yes", no="Yes" if expands else "No"),
    )


EXPERIMENT = Experiment(
    id="E8",
    title="Orbits of released networks",
    question="Do the heads of released networks compress the orbits of augmentations?",
    published=(
        "DINO ViT-S/16 and ResNet-50, VICReg and Barlow Twins ResNet-50, with their heads, on CIFAR-10 "
        "test images at 224 pixels; 12 steps of rotation (0 to 45 degrees), hue, saturation and blur. "
        "DINO compresses orbits, VICReg and Barlow Twins expand them."
    ),
    flaws=(
        AS_READ + "the compression is a ratio of variances of raw outputs, averaged over their "
        "coordinates: it changes with the units of either representation and with their lengths, 384 "
        "and 65536 for DINO's ViT. Of VICReg's and Barlow Twins' eight ratios seven are above 1.",
        AS_READ + "nothing is divided by the total variance, and no head that was never trained is "
        "measured.",
        AS_READ + "hue and saturation are changed after the images were standardised, by functions "
        "for values in [0, 1]. Here they are changed before.",
    ),
    effects=tuple(_effect(release.name) for release in RELEASES),
)


def run_units(expected: float, widths: tuple[int, int], ctx: Context) -> Finding:
    """Pad orbits with zeros, and scale them: distances change by one factor, directions not at all.

    The published ratio must come out as the closed form k / d / scale^2, and the selectivity as 1.

    Args:
        expected: the ratio that the scale is chosen for.
        widths: d and k.
        ctx: only its seed is used.
    """
    d, k = widths
    generator = torch.Generator().manual_seed(ctx.seed_for("E8.units"))
    z = torch.randn(MINIMUM_CASES, 3, d, generator=generator, dtype=torch.float64)
    scale = math.sqrt(k / d / expected)
    h = scale * torch.nn.functional.pad(z, (0, k - d))
    ratio = variance_ratio(z, h)
    labels = torch.zeros(len(z), dtype=torch.int64)
    of_z, of_h = (summarise(unit(points), labels) for points in (z, h))
    selectivity = contraction(of_z, of_h, equal_weights(labels)).selectivity.item()
    # Sums of k squares in float64, with a hundredfold margin.
    tolerance = 100 * k * torch.finfo(torch.float64).eps
    errors = ((ratio / expected - 1).abs().max().item(), abs(selectivity - 1))
    return Finding(
        outcome=Outcome.AS_STATED if max(errors) <= tolerance else Outcome.SURPRISE,
        summary=(
            f"A head that only scales, by {scale:.3g}, and pads {d} coordinates with zeros to {k} has a "
            f"published ratio of {ratio.mean().item():.4g} and a selectivity of {selectivity:.6f}."
        ),
        cases=len(z),
        margin=max(errors) / tolerance,
        residuals={"ratio": errors[0], "selectivity": errors[1]},
    )


CHECKS = (
    Check(
        id="E8.orbits",
        title="Orbits of released networks and of heads that were never trained",
        role=Role.CONTEXT,
        kind=Kind.TRAINING,
        arithmetic=Arithmetic.FLOAT32,
        run=run_orbits,
        capabilities=("checkpoint", "cifar10"),
        command=RELEASED,
        cost=400.0,
    ),
    invariant(
        "E8.units",
        "A head that only scales has any published compression, and a selectivity of 1",
        partial(run_units, 1284.0, (384, 65536)),
    ),
)

"""What depth means, and what shows that the check can fail. Both gate a run.

A head of one layer is affine in evaluation mode, BatchNorm and all, so that it compresses as a
matrix does; its activation plays no part. What E3, E4 and E5 must satisfy is checked there.
"""

from __future__ import annotations

from functools import partial

import torch

from verify.claims.declare import mutant_check, property_check, section
from verify.claims.property import Claim
from verify.experiments.e3.invariants import EPS, HeadCase, projectors


@torch.no_grad()
def midpoint_ratio(case: HeadCase) -> float:
    """The head maps the middle of two representations to the middle of their outputs."""
    middle = case.head(case.z.mean(0, keepdim=True))[0]
    weight, mean, variance = (
        case.head.state_dict()[f"layers.{name}"]
        for name in ("0.weight", "1.running_mean", "1.running_var")
    )
    # Roundings of d products and of BatchNorm's affine map, of the size of what is added up.
    size = (weight.abs() @ case.z.abs().amax(0) + mean.abs()) / variance.sqrt()
    allowed = 2 * (case.z.shape[1] + 4) * EPS * (size.amax() + 1)
    return float((case.head(case.z).mean(0) - middle).abs().amax() / allowed)


AFFINE, DEEPER = (
    Claim(
        f"a Swish head of {words} with BatchNorm maps midpoints to midpoints",
        partial(projectors, ("swish",), True, layers, 2),
        midpoint_ratio,
    )
    for layers, words in ((1, "one layer"), (2, "two layers"))
)

CHECKS = section(
    "E6",
    property_check("affine", "A head of one layer is affine", AFFINE),
    mutant_check("affine.deeper", DEEPER),
)

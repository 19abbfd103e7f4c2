"""VICReg and Barlow Twins as their repositories run them, beside the papers' formulas.

Near collapse their gradients differ: of independent views of spread 1e-3 at k = 4 the papers' are 1.9 and 11 times as
long; by how much, and which is longer, depends on k and on how far the views agree. Barlow Twins' formula is 0/0 at collapse; what the released code does there, where networks are trained, is below.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from verify.numeric.objectives import OBJECTIVES, BarlowWeight, Objective, VICRegWeights, vicreg
from verify.numeric.objectives.base import halves
from verify.numeric.objectives.checks import require_matching, require_nonnegative
from verify.numeric.objectives.derivatives import Invariance

BATCHNORM_EPSILON = 1e-5
"""What BatchNorm adds to a variance, and Barlow Twins' released code with it."""

RELEASED_OFF_DIAGONAL = 0.0051
"""Barlow Twins' lambda by default in the released code; 0.005 in the paper."""


def vicreg_released(z1: Tensor, z2: Tensor, weights: VICRegWeights) -> Tensor:
    """VICReg as ``main_vicreg.py`` (facebookresearch/vicreg) runs it.

    The distance is ``F.mse_loss``, a mean over features too, and the hinges' mean is over both views;
    the paper's formula, `vicreg`, takes sums.

    Args:
        z1: (n, k) with n >= 2, first views.
        z2: (n, k), second views of the same images, in the same order.
        weights: coefficients.

    Returns:
        The loss of the batch, a scalar.

    Raises:
        TypeError: as `vicreg` does.
        ValueError: as `vicreg` does.
    """
    require_matching("vicreg_released", z1=z1, z2=z2)
    invariance = weights.invariance / z1.shape[1]
    return vicreg(z1, z2, replace(weights, invariance=invariance, variance=weights.variance / 2))


def barlow_twins_released(z1: Tensor, z2: Tensor, off_diagonal: float) -> Tensor:
    """Barlow Twins as ``main.py`` (facebookresearch/barlowtwins) runs it.

    Features are standardised by BatchNorm without parameters, which adds 1e-5 to their variances.

    Args:
        z1: (n, k) with n >= 2, first views.
        z2: (n, k), second views of the same images, in the same order.
        off_diagonal: lambda >= 0.

    Returns:
        The loss of the batch, a scalar.

    Raises:
        TypeError: if the views are not of one real floating-point type.
        ValueError: if the shapes differ or are not (n, k) with n >= 2, or lambda is negative.
    """
    require_matching("barlow_twins_released", z1=z1, z2=z2)
    require_nonnegative("barlow_twins_released", off_diagonal=off_diagonal)
    if len(z1) < 2:
        raise ValueError(
            "barlow_twins_released takes variances over the rows of a view, so it expects at least "
            f"2; it was given {len(z1)}."
        )
    first, second = (
        (view - view.mean(dim=0)) / (view.var(dim=0, unbiased=False) + BATCHNORM_EPSILON).sqrt()
        for view in (z1, z2)
    )
    correlation = first.T @ second / len(z1)
    diagonal = correlation.diagonal()
    others = (correlation - torch.diag(diagonal)).square().sum()
    found: Tensor = (1 - diagonal).square().sum() + off_diagonal * others
    return found


RELEASED: dict[str, Objective[Any]] = {
    "vicreg_released": replace(
        OBJECTIVES["vicreg"],
        name="vicreg_released",
        title="VICReg, as released",
        source="facebookresearch/vicreg, main_vicreg.py",
        function=vicreg_released,
        evaluate=lambda c, u: vicreg_released(*halves(u), c),
    ),
    "barlow_twins_released": replace(
        OBJECTIVES["barlow_twins"],
        name="barlow_twins_released",
        title="Barlow Twins, as released",
        source="facebookresearch/barlowtwins, main.py",
        function=barlow_twins_released,
        draw=lambda sampler, batch, k: BarlowWeight(RELEASED_OFF_DIAGONAL),
        evaluate=lambda c, u: barlow_twins_released(*halves(u), c.off_diagonal),
        invariance=Invariance.NONE,
    ),
}
"""The objectives as released, by name."""

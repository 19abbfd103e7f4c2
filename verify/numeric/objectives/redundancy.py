"""Objectives that decorrelate features over a batch: VICReg and Barlow Twins."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from verify.numeric.objectives.base import Objective, halves
from verify.numeric.objectives.checks import require_matching, require_nonnegative, require_positive
from verify.numeric.objectives.derivatives import Invariance


@dataclass(frozen=True)
class VICRegWeights:
    """VICReg's coefficients; the defaults are the paper's (Bardes et al. 2022).

    Attributes:
        invariance, variance, covariance: lambda, mu and nu, weights of the three terms.
        target: gamma, the standard deviation that the hinge asks for.
        epsilon: added to a variance before the square root.
    """

    invariance: float = 25.0
    variance: float = 25.0
    covariance: float = 1.0
    target: float = 1.0
    epsilon: float = 1e-4


@dataclass(frozen=True)
class BarlowWeight:
    """Barlow Twins' lambda, the weight of the off-diagonal terms; 0.005 in the paper."""

    off_diagonal: float = 5e-3


def vicreg(z1: Tensor, z2: Tensor, weights: VICRegWeights) -> Tensor:
    r"""VICReg on two views (Bardes et al. 2022, eqs. 1-6).

    .. math:: \lambda s(Z, Z') + \mu [v(Z) + v(Z')] + \nu [c(Z) + c(Z')]

    with s the mean squared distance of the pairs, v the mean over features of
    ``max(0, gamma - sqrt(Var + epsilon))``, c the sum of squared off-diagonal covariances over k,
    and variances divided by n - 1. The released code divides s by k and v by 2 besides; this is
    the paper's formula.

    Args:
        z1: (n, k) with n >= 2, first views.
        z2: (n, k), second views of the same images, in the same order.
        weights: coefficients.

    Returns:
        The loss of the batch, a scalar.

    Raises:
        TypeError: if the views are not of one real floating-point type.
        ValueError: if the shapes differ or are not (n, k) with n >= 2, or a coefficient is
            negative, or epsilon is 0.
    """
    require_matching("vicreg", z1=z1, z2=z2)
    _require_pairs("vicreg", z1)
    require_nonnegative(
        "vicreg",
        invariance=weights.invariance,
        variance=weights.variance,
        covariance=weights.covariance,
        target=weights.target,
    )
    require_positive("vicreg", epsilon=weights.epsilon)
    loss = weights.invariance * (z1 - z2).square().sum(dim=1).mean()
    for view in (z1, z2):
        centred = view - view.mean(dim=0)
        covariance = centred.T @ centred / (len(view) - 1)
        variances = covariance.diagonal()
        hinge = torch.relu(weights.target - (variances + weights.epsilon).sqrt()).mean()
        off_diagonal = covariance - torch.diag(variances)
        loss = loss + weights.variance * hinge
        loss = loss + weights.covariance * off_diagonal.square().sum() / view.shape[1]
    return loss


def barlow_twins(z1: Tensor, z2: Tensor, off_diagonal: float) -> Tensor:
    r"""Barlow Twins: the views' cross-correlation matrix against the identity.

    .. math:: \sum_i (1 - C_{ii})^2 + \lambda \sum_i \sum_{j \ne i} C_{ij}^2

    with C_ij the correlation over the batch of feature i of view 1 with feature j of view 2
    (Zbontar et al. 2021, eqs. 1-2). Where a feature is constant over the batch it is 0/0; the
    released code adds 1e-5 to the variances, this is the paper's formula.

    Args:
        z1: (n, k) with n >= 2, first views; no feature is constant.
        z2: (n, k), second views of the same images, in the same order.
        off_diagonal: lambda >= 0.

    Returns:
        The loss of the batch, a scalar.

    Raises:
        TypeError: if the views are not of one real floating-point type.
        ValueError: if the shapes differ or are not (n, k) with n >= 2, or lambda is negative.
    """
    require_matching("barlow_twins", z1=z1, z2=z2)
    _require_pairs("barlow_twins", z1)
    require_nonnegative("barlow_twins", off_diagonal=off_diagonal)
    units = []
    for view in (z1, z2):
        centred = view - view.mean(dim=0)
        units.append(centred / centred.norm(dim=0))
    correlation = units[0].T @ units[1]
    diagonal = correlation.diagonal()
    others = (correlation - torch.diag(diagonal)).square().sum()
    found: Tensor = (1 - diagonal).square().sum() + off_diagonal * others
    return found


def _require_pairs(where: str, view: Tensor) -> None:
    """Raise a ValueError unless a variance over the view's rows exists."""
    if len(view) < 2:
        raise ValueError(
            f"{where} takes variances over the rows of a view, so it expects at least 2; it was "
            f"given {len(view)}."
        )


VICREG = Objective(
    name="vicreg",
    title="VICReg",
    source="Bardes et al. 2022 (VICReg), eqs. 1-6",
    shapes="u (2n, k), view 1 above view 2, n >= 2",
    function=vicreg,
    constants=VICRegWeights,
    draw=lambda sampler, batch, k: VICRegWeights(),
    evaluate=lambda c, u: vicreg(*halves(u), c),
    separable=False,
    invariance=Invariance.NONE,
    views=2,
    least=2,
)

BARLOW_TWINS = Objective(
    name="barlow_twins",
    title="Barlow Twins",
    source="Zbontar et al. 2021 (Barlow Twins), eqs. 1-2",
    shapes="u (2n, k), view 1 above view 2, n >= 2",
    function=barlow_twins,
    constants=BarlowWeight,
    draw=lambda sampler, batch, k: BarlowWeight(),
    evaluate=lambda c, u: barlow_twins(*halves(u), c.off_diagonal),
    separable=False,
    invariance=Invariance.FEATURE,
    views=2,
    least=2,
)

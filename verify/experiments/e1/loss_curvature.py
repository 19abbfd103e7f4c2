"""Curvature of the training objective in z: exact extremes sample by sample, and as published.

The head under the objective is projector and predictor together, so that H_eff = G + M is the
Hessian of z -> L(predictor(projector(z))) with the targets held constant.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from verify.experiments.e1.published_power_iteration import published_estimate
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head, near_kink
from verify.numeric.lanczos import extreme_eigenpairs
from verify.numeric.modules import head_of
from verify.numeric.objectives import OBJECTIVES, Invariance, Targets
from verify.numeric.objectives.checks import NORM_FLOOR
from verify.ssl.training import Config, Networks

PER_SAMPLE = {"simsiam": "negative_cosine", "mse": "mse"}
"""The objective of one sample with its target, by the objective that is trained."""


def whole_head(networks: Networks, config: Config) -> Head:
    """Projector and predictor as one head, in float64.

    Raises:
        ValueError: if the configuration has no projector.
    """
    if config.projector is None:
        raise ValueError("The curvature under a head needs one, but the projector is None.")
    head = head_of(networks.projector)
    return head if config.predictor is None else head.then(head_of(networks.predictor))


@dataclass(frozen=True)
class Extremes:
    """Extreme eigenvalues of the samples' own Hessians, float64.

    Attributes:
        effective: (B, 2), smallest and largest of H_eff; NaN where it is not defined.
        pullback: (B, 2), of G.
        residuals: (B,), the largest residual of a sample's pairs.
    """

    effective: Tensor
    pullback: Tensor
    residuals: Tensor


def extremes(head: Head, objective: str, z: Tensor, targets: Tensor) -> Extremes:
    """Exact extremes at each z (B, d), under the objective with targets (B, k) held constant.

    Not defined where a preactivation of a piecewise-linear head is within rounding of a kink, or an
    objective of directions meets an output without one. Of the sample's own loss, not of its share
    in the mean.
    """
    z, targets = z.double(), targets.double()
    entry = OBJECTIVES[PER_SAMPLE[objective]]
    defined = ~(near_kink(head, z) | near_kink(head.fused, z))
    if entry.invariance is Invariance.ROW:
        defined &= head(z).norm(dim=1) > NORM_FLOOR
    found = torch.full((3, len(z), 2), float("nan"), dtype=torch.float64, device=z.device)
    if bool(defined.any()):
        loss = entry.bind(Targets(targets[defined]))
        operator = EffectiveHessian(head, loss, z[defined])
        own = len(z[defined])  # a sample has this times its share in the mean
        pairs = [extreme_eigenpairs(part) for part in (operator, operator.pullback)]
        residual = torch.maximum(*(pair.residuals for pair in pairs))
        found[:, defined] = own * torch.stack([pairs[0].values, pairs[1].values, residual])
    return Extremes(found[0], found[1], found[2].amax(1))


def estimate_as_published(
    head: Head, objective: str, z: Tensor, targets: Tensor, seed: int
) -> float:
    """The published estimator on the mean loss of a batch z (B, d), in float32."""
    single = Head(
        [w.float() for w in head.weights], [b.float() for b in head.biases], head.activations
    )
    function = OBJECTIVES[PER_SAMPLE[objective]].function
    return published_estimate(lambda z: function(single(z), targets.float()), z.float(), seed).value

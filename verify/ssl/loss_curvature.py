"""Curvature of the training objective in z: exact extremes sample by sample, and as published.

The head under the objective is projector and predictor together, so that H_eff = G + M is the
Hessian of z -> L(predictor(projector(z))) with the targets held constant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from verify.numeric.activations import ACTIVATIONS
from verify.numeric.batchnorm import BatchNorm
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head, near_kink
from verify.numeric.lanczos import extreme_eigenpairs
from verify.numeric.objectives import OBJECTIVES, Invariance, Targets
from verify.ssl.training import Config, Networks

POWER_STEPS = 20
"""Steps of each of the published estimator's two power iterations."""

PUBLISHED_FLOOR = 1e-8
"""What the published estimator adds to a norm before dividing by it."""

PER_SAMPLE = {"simsiam": "negative_cosine", "mse": "mse"}
"""The objective of one sample with its target, by the objective that is trained."""


def as_head(projector: nn.Module, activation: str) -> Head:
    """A projector or predictor in float64; BatchNorm with its running statistics."""
    weights: list[Tensor] = []
    norms: list[BatchNorm | None] = []
    for module in projector.modules():
        if isinstance(module, nn.Linear):
            weights.append(module.weight.detach().double())
            norms.append(None)
        if isinstance(module, nn.BatchNorm1d):
            state = {name: value.double() for name, value in module.state_dict().items()}
            norms[-1] = BatchNorm(
                state["weight"],
                state["bias"],
                module.eps,
                state["running_mean"],
                state["running_var"],
            )
    return Head(weights, None, ACTIVATIONS[activation], norms)


def whole_head(networks: Networks, config: Config) -> Head:
    """Projector and predictor as one head, in float64.

    Raises:
        ValueError: if the configuration has no projector.
    """
    if config.projector is None:
        raise ValueError("The curvature under a head needs one, but the projector is None.")
    head = as_head(networks.projector, config.projector.activation)
    if config.predictor is None:
        return head
    return head.then(as_head(networks.predictor, config.predictor.activation))


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
        defined &= head(z).norm(dim=1) > 0
    found = torch.full((3, len(z), 2), float("nan"), dtype=torch.float64, device=z.device)
    if bool(defined.any()):
        loss = entry.bind(Targets(targets[defined]))
        operator = EffectiveHessian(head, loss, z[defined])
        own = len(z[defined])  # a sample has this times its share in the mean
        pairs = [extreme_eigenpairs(part) for part in (operator, operator.pullback)]
        residual = torch.maximum(*(pair.residuals for pair in pairs))
        found[:, defined] = own * torch.stack([pairs[0].values, pairs[1].values, residual])
    return Extremes(found[0], found[1], found[2].amax(1))


def published_estimate(multiply: Callable[[Tensor], Tensor], start: Tensor) -> float:
    """Smallest eigenvalue by power iteration, then power iteration on what is shifted by its result.

    Wrong about the end of the spectrum where the eigenvalue of largest modulus is the negative one,
    and about everything where products are smaller than `PUBLISHED_FLOOR`.

    Args:
        multiply: products with a symmetric matrix.
        start: a vector of the space's shape.
    """

    def iterate(product: Callable[[Tensor], Tensor]) -> Tensor:
        v = start / start.norm()
        for _ in range(POWER_STEPS):
            image = product(v)
            v = image / (image.norm() + PUBLISHED_FLOOR)
        return v

    v = iterate(multiply)
    first = (v * multiply(v)).sum()
    v = iterate(lambda u: multiply(u) - first * u)
    return float((v * multiply(v)).sum())


def estimate_as_published(
    head: Head, objective: str, z: Tensor, targets: Tensor, generator: torch.Generator
) -> float:
    """The published estimator on the mean loss of a batch z (B, d), in float32."""
    single = Head(
        [w.float() for w in head.weights], [b.float() for b in head.biases], head.activations
    )
    function = OBJECTIVES[PER_SAMPLE[objective]].function
    points = z.detach().float().requires_grad_()
    loss = function(single(points), targets.float())
    (gradient,) = torch.autograd.grad(loss, points, create_graph=True)
    start = torch.randn(z.shape, generator=generator)
    return published_estimate(
        lambda v: torch.autograd.grad(gradient, points, v, retain_graph=True)[0], start.to(points)
    )


# --- how far representations have collapsed -------------------------------------------------

PUBLISHED_CLAMP = 1e-7
"""What the published condition number clamps the smallest eigenvalue at."""


def direction_variance(vectors: Tensor) -> float:
    """Total variance of the directions of vectors (n, d); a zero vector stays zero."""
    return total_variance(F.normalize(vectors.double(), dim=1))


def total_variance(vectors: Tensor) -> float:
    """Total variance of the vectors (n, d) themselves."""
    vectors = vectors.double()
    return float((vectors - vectors.mean(0)).square().sum(1).mean())


@dataclass(frozen=True)
class Conditioning:
    """Condition of the covariance of representations.

    Attributes:
        published: largest eigenvalue over the smallest one clamped at `PUBLISHED_CLAMP`, from as
            many samples as dimensions, of which centring takes one.
        honest: largest over smallest eigenvalue above the noise floor, from all samples.
        rank: eigenvalues above the noise floor.
        effective_rank: exponential of the entropy of the spectrum (Roy and Vetterli 2007).
    """

    published: float
    honest: float
    rank: int
    effective_rank: float


def conditioning(z: Tensor) -> Conditioning:
    """Condition of float32 representations z (n, d) with n > d.

    The noise floor is d eps of float32 times the largest eigenvalue: rounding z to float32 leaves
    the smaller ones unknown.

    Raises:
        ValueError: if there are not more samples than dimensions.
    """
    samples, d = z.shape
    if samples <= d:
        raise ValueError(
            f"The covariance of {d}-dimensional representations needs more than {d} samples; there "
            f"were {samples}."
        )
    few, every = (torch.linalg.eigvalsh(torch.cov(part.double().T)) for part in (z[:d], z))
    floor = d * torch.finfo(torch.float32).eps * every[-1]
    above = every[every > floor]
    share = above / above.sum()
    return Conditioning(
        published=float(few[-1] / few[0].clamp(min=PUBLISHED_CLAMP)),
        honest=float(above[-1] / above[0]) if len(above) else float("nan"),
        rank=len(above),
        effective_rank=float((-(share * share.log()).sum()).exp()),
    )


def spearman(x: Tensor, y: Tensor) -> float:
    """Spearman's rank correlation of (n,) and (n,); ties share their mean rank; NaN if one is constant."""
    ranks = []
    for values in (x.double(), y.double()):
        below = (values[:, None] > values).sum(1)
        equal = (values[:, None] == values).sum(1)
        ranks.append(below.double() + (equal.double() + 1) / 2)
    centred = [rank - rank.mean() for rank in ranks]
    scale = torch.stack([c.norm() for c in centred]).prod()
    return float((centred[0] @ centred[1]) / scale) if scale > 0 else float("nan")

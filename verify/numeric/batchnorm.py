"""BatchNorm with its first and second derivatives; over the batch it couples the samples.

y = weight * (x - mean) / sqrt(var + eps) + bias per feature, with the statistics of the batch
(training mode; biased variance, as PyTorch normalises) or running ones (evaluation mode, affine).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class BatchNorm:
    """A BatchNorm of m features.

    Attributes:
        weight, bias: (m,).
        eps: added to the variance.
        mean, variance: running statistics, (m,); without them the batch's are used.

    Raises:
        ValueError: if only one of the running statistics is given.
    """

    weight: Tensor
    bias: Tensor
    eps: float = 1e-5
    mean: Tensor | None = None
    variance: Tensor | None = None

    def __post_init__(self) -> None:
        if (self.mean is None) != (self.variance is None):
            raise ValueError(
                f"BatchNorm expects both running statistics or neither: mean is {'missing' if self.mean is None else 'given'}, variance is {'missing' if self.variance is None else 'given'}."
            )

    @property
    def couples_batch(self) -> bool:
        """Whether it normalises with the statistics of the batch."""
        return self.mean is None

    @property
    def tensors(self) -> dict[str, Tensor]:
        """Its tensors by name."""
        named = {
            "BatchNorm weight": self.weight,
            "BatchNorm bias": self.bias,
            "running mean": self.mean,
            "running variance": self.variance,
        }
        return {name: tensor for name, tensor in named.items() if tensor is not None}

    def fold(self, w: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        """Weight and bias of the affine map x -> W x + b followed by this one.

        Raises:
            ValueError: if it normalises with the statistics of the batch.
        """
        if self.mean is None or self.variance is None:
            raise ValueError(
                "BatchNorm over the batch is not affine: it has no running statistics."
            )
        scale = self.weight / (self.variance + self.eps).sqrt()
        return scale.unsqueeze(1) * w, scale * (b - self.mean) + self.bias

    def normalise(self, x: Tensor) -> Normalised:
        """Standardise x: (B, m) by its own mean and variance over the batch."""
        centred = x - x.mean(0)
        deviation = (centred.square().mean(0) + self.eps).sqrt()
        return Normalised(self.weight, centred / deviation, deviation)

    def with_error(self, x: Tensor, bound: Tensor) -> tuple[Tensor, Tensor]:
        """Its output at x and a first-order bound on its error, given one on that of x; (B, m)."""
        at = self.normalise(x)
        scale = self.weight.abs() / at.deviation
        unit = (len(x) + 4) * torch.finfo(x.dtype).eps
        # The mean and the deviation of the batch each carry an error of the samples' size.
        spread = bound.mean(0) + unit * x.abs().mean(0)
        error = scale * (bound + spread * (1 + at.standardised.abs()))
        return self.weight * at.standardised + self.bias, error


@dataclass(frozen=True)
class Normalised:
    """BatchNorm at a batch: x^ = (x - mean) / sigma.

    The derivative of x -> x^ is the symmetric map T v = (v - mean v - x^ mean(x^ v)) / sigma,
    means over the batch; ``eps`` enters through sigma only.

    Attributes:
        weight: (m,).
        standardised: x^, (B, m).
        deviation: sigma = sqrt(var + eps), (m,).
    """

    weight: Tensor
    standardised: Tensor
    deviation: Tensor

    def correlation(self, v: Tensor) -> Tensor:
        """mean(x^ v) over the batch: (..., B, m) -> (..., 1, m)."""
        return (self.standardised * v).mean(-2, keepdim=True)

    def project(self, v: Tensor) -> Tensor:
        """T v: (..., B, m) -> (..., B, m)."""
        centred = v - v.mean(-2, keepdim=True)
        return (centred - self.standardised * self.correlation(v)) / self.deviation


class NormalisedCurvature:
    """Second derivative of ``g . x^`` at a batch, for a fixed cotangent g of x^."""

    def __init__(self, at: Normalised, cotangent: Tensor) -> None:
        """Keep what does not depend on the direction.

        Args:
            at: BatchNorm at a batch.
            cotangent: derivative of the objective by BatchNorm's output, (B, m).
        """
        self.at = at
        self.cotangent = at.weight * cotangent
        self.correlation = at.correlation(self.cotangent)
        self.pulled = at.project(self.cotangent)

    def product(self, v: Tensor, tangent: Tensor) -> Tensor:
        """Hess(g . x^) v: (..., B, m); `tangent` is T v."""
        at = self.at
        turned = tangent * self.correlation
        turned = turned + at.standardised * (tangent * self.cotangent).mean(-2, keepdim=True)
        return -(turned + self.pulled * at.correlation(v)) / at.deviation

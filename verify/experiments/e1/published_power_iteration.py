"""The published estimate of lambda_min, written anew from its description.

The published runs follow lambda_min of the effective Hessian of the batch-mean loss by 20 steps of
power iteration in float32, v <- H v / (|H v| + 1e-8), and 20 more on H shifted by the value found.
Power iteration converges to the end of the spectrum with the larger modulus. Where that is the
negative end the shift returns the other, positive one; and where |H v| is not large against 1e-8,
as for the mean of 256 samples, v fades to 0 and the value with it. `estimator_audit` counts both.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

STEPS = 20
"""Steps of each of the two power iterations."""

FLOOR = 1e-8
"""What the published iteration adds to the length that it divides by."""

FADED = 0.5
"""A vector whose length should be 1 and is less has been shortened by `FLOOR`, not by rounding."""


@dataclass(frozen=True)
class PublishedEstimate:
    """What the published estimator returns, and what it does not look at.

    Attributes:
        value: its lambda_min.
        first: the eigenvalue that the first power iteration found.
        residual: |H u - value u| for the unit vector u along its last vector, in float32; infinite
            if that vector is 0.
        lengths: lengths of the vectors after each iteration; 1 unless they faded.
    """

    value: float
    first: float
    residual: float
    lengths: tuple[float, float]

    @property
    def faded(self) -> bool:
        """Whether a vector faded, so that the value is no Rayleigh quotient of anything."""
        return min(self.lengths) < FADED


def published_estimate(
    function: Callable[[Tensor], Tensor],
    z: Tensor,
    seed: int,
    steps: int = STEPS,
    upwards: bool = False,
) -> PublishedEstimate:
    """Estimate the smallest eigenvalue of the Hessian of a scalar function as published.

    Args:
        function: the batch-mean loss as a function of z, (B, d) -> scalar.
        z: (B, d); its type is the estimator's, float32 as published.
        seed: of the start vectors, which are drawn on the CPU.
        steps: of each power iteration.
        upwards: shift by the modulus of the first value, which the published estimator does not;
            then the end of larger modulus is the negative one, whichever it was before.
    """
    z = z.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(function(z), z, create_graph=True)

    def product(v: Tensor) -> Tensor:
        return torch.autograd.grad(gradient, z, v, retain_graph=True)[0]

    return shifted_power_iteration(product, drawn_starts(z, seed), steps, upwards)


def drawn_starts(z: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """Start vectors of both iterations, of the shape and type of z; drawn on the CPU."""
    generator = torch.Generator().manual_seed(seed)
    first, second = (
        torch.randn(z.shape, generator=generator, dtype=z.dtype).to(z.device) for _ in range(2)
    )
    return first, second


def shifted_power_iteration(
    product: Callable[[Tensor], Tensor],
    starts: tuple[Tensor, Tensor],
    steps: int = STEPS,
    upwards: bool = False,
) -> PublishedEstimate:
    """Estimate the smallest eigenvalue of a symmetric matrix as published, from its products.

    Args:
        product: multiplies the matrix.
        starts: of the two power iterations, not zero.
        steps: of each.
        upwards: as in `published_estimate`.
    """

    def power_iteration(v: Tensor, shift: float) -> tuple[float, Tensor]:
        v = v / v.norm()
        for _ in range(steps):
            image = product(v) - shift * v
            v = image / (image.norm() + FLOOR)
        return float((v * product(v)).sum()), v

    first, v = power_iteration(starts[0], 0.0)
    shift = abs(first) if upwards else first
    value, w = power_iteration(starts[1], shift)
    length = float(w.norm())
    residual = math.inf
    if length > 0:
        u = w / length
        residual = float((product(u) - value * u).norm())
    return PublishedEstimate(value, first, residual, (float(v.norm()), length))

"""How far a Hessian in float64 is from the exact one: estimates, below which no sign or slope is told."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from verify.diagnose.losses import in_type
from verify.numeric import (
    OBJECTIVES,
    EffectiveHessian,
    Head,
    Loss,
    Targets,
    extreme_eigenpairs,
)
from verify.numeric.inertia import FORMING_SAFETY, cancellation

MOVES = 3
"""Points some roundings away at which the Hessian is taken again."""

ROUNDINGS = 2
"""The most roundings that a coordinate of those points is away by."""


def lengths(rows: Tensor) -> Tensor:
    """Norms of rows (n, d), none of which overflows or underflows where the entries do not."""
    top = rows.abs().amax(1, keepdim=True)
    return torch.where(top > 0, top * (rows / top).norm(dim=1, keepdim=True), top).squeeze(1)


class Rounding(NamedTuple):
    """Estimated errors: of a product with the Hessian, in norm, and of the gradient, row by row."""

    product: float
    gradient: Tensor


def forming_error(
    apply: Head | Callable[[Tensor], Tensor],
    single: Head | Callable[[Tensor], Tensor],
    hessian: EffectiveHessian,
    objective: Loss | Callable[[Tensor], Tensor],
    point: Tensor,
    notes: list[str],
    eps: float,
) -> Rounding:
    """Error of forming the Hessian and the gradient, estimated from what rounding changes of them.

    The largest of n eps of the terms, with what the loss's sums cancel to, and of the change where point and
    outputs are some roundings away, since float32 may lose nothing where float64 does; and with these the
    same in float32, scaled, as for the loss's inertia.

    Args:
        apply: the head, in float64.
        single: the same in float32.
        hessian: that of both.
        objective: the loss.
        point: where, (B, d).
        notes: is told what could not be tried.
        eps: of the coarsest type that they compute in.
    """
    n = hessian.n
    generator = torch.Generator().manual_seed(0)
    v = torch.randn(*hessian.space, 4, generator=generator, dtype=torch.float64).to(point.device)
    v = v / v.norm() * math.sqrt(4 * hessian.blocks)
    products = [term @ v for term in (hessian.pullback, hessian.interaction)]
    plain = n * eps * sum(float(p.abs().max()) for p in products)
    plain += _cancellation(apply, hessian, objective, point)
    separable = None if hessian.blocks == 1 else True
    safety = FORMING_SAFETY * math.sqrt(n)

    def apart(near: EffectiveHessian) -> float:
        return float(((near @ v.to(near.dtype)).double() - products[0] - products[1]).abs().max())

    def moved(by: Tensor) -> Callable[[Tensor], Tensor]:
        return lambda x: apply(x) * by

    slope, moves = torch.zeros_like(point[:, 0]), 0
    for _ in range(MOVES):
        at, by = (
            1 + eps * torch.randint(-ROUNDINGS, ROUNDINGS + 1, x.shape, generator=generator).to(x)
            for x in (point, hessian.output)
        )
        try:
            near = EffectiveHessian(moved(by), objective, point * at, separable=separable)
            plain = max(plain, safety * apart(near))
        except (ValueError, TypeError, FloatingPointError):
            continue
        moves += 1
        slope = slope.maximum(lengths(near.gradient - hessian.gradient))
    if not moves:
        notes.append(
            "Some roundings away from these representations the Hessian could not be taken, as near a kink; so its forming error is without what rounding changes there."
        )
    slope = FORMING_SAFETY * slope
    try:
        half = EffectiveHessian(
            single, in_type(objective, torch.float32), point.float(), separable=separable
        )
        seen = apart(half)
    except (ValueError, TypeError, FloatingPointError):
        notes.append(
            "In float32 the Hessian could not be taken, as near a kink, beyond that range, or where head or loss holds constants of float64; so its forming error is taken from float64 alone."
        )
        return Rounding(plain, slope)
    return Rounding(plain + safety * seen * eps / torch.finfo(torch.float32).eps, slope)


def _cancellation(
    apply: Head | Callable[[Tensor], Tensor],
    hessian: EffectiveHessian,
    objective: Loss | Callable[[Tensor], Tensor],
    point: Tensor,
) -> float:
    """`cancellation` of hess L times the squared norm of J, of a loss that is known; else 0."""
    u = hessian.output
    rounding = cancellation(objective, u) if isinstance(objective, Loss) else u.new_zeros(1)
    if not rounding.any():
        return 0.0
    squares = EffectiveHessian(apply, OBJECTIVES["mse"].bind(Targets(u)), point).pullback
    found = extreme_eigenpairs(squares, tolerance=0.1, fallback_up_to=0)  # of J^T J / B
    largest = (found.values + found.residuals).reshape(-1, 2)[:, 1] * len(u)
    return float((largest * rounding).max())

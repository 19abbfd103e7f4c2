"""What must hold of E8's measurement; it gates a run."""

from __future__ import annotations

import math
from functools import partial

import torch

from verify.claims.check import MINIMUM_CASES, Context
from verify.claims.declare import invariant
from verify.claims.evidence import Finding, finding
from verify.experiments.e8.measure import variance_ratio
from verify.ssl.measurements import contraction, equal_weights, summarise, unit


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
    return finding(
        max(errors) <= tolerance,
        f"A head that scales by {scale:.3g} and pads {d} coordinates with zeros to {k} has a published ratio of {ratio.mean().item():.4g} and a selectivity of {selectivity:.3f}.",
        cases=len(z),
        margin=max(errors) / tolerance,
        residuals={"ratio": errors[0], "selectivity": errors[1]},
    )


CHECKS = (
    invariant(
        "E8.units",
        "A head that scales and pads with zeros has any published compression, and a selectivity of 1",
        partial(run_units, 1284.0, (384, 65536)),
    ),
)

"""5.2 at production size: slopes along an orbit against the spread of its image."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor

from theorems.prop52 import bounds
from verify.claims.check import Context
from verify.claims.evidence import Finding, finding
from verify.numeric.activations import SWISH
from verify.numeric.heads import Head

WIDTHS = (512, 2048, 2048)
POINTS = 64
ARC = math.pi / 2

DISCRETISATION = 0.01
"""Allowed beyond 1 for taking means and the largest slope at 64 points of a quarter circle: the image bends
on the scale of the whole arc, so its midpoint rule errs by some (1/64)^2."""


def spread(ctx: Context) -> Finding:
    """Three bounds on a quarter circle in R^512 through a seeded Swish head, 64 products J tau."""
    generator = torch.Generator().manual_seed(ctx.seed_for("prop52.scale"))

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    weights = [normal(m, n) * (2 / n) ** 0.5 for n, m in pairwise(WIDTHS)]
    head = Head(weights, [normal(m) * 0.1 for m in WIDTHS[1:]], SWISH)
    frame = torch.linalg.qr(normal(head.d, 2))[0]
    radius = head.d**0.5
    angles = (torch.arange(POINTS, dtype=torch.float64) + 0.5) * (ARC / POINTS)
    cos, sin = angles.cos()[:, None], angles.sin()[:, None]
    a, b = frame[:, 0], frame[:, 1]
    arc, tangents = radius * (cos * a + sin * b), cos * b - sin * a
    pushed = torch.func.jvp(head, (arc,), (tangents,))
    values, slopes = pushed[0], pushed[1]
    ends = head(radius * torch.stack([a, b]))
    apart = float((ends[1] - ends[0]).norm())
    length, speed = radius * ARC, slopes.norm(dim=1)
    variance, delta = float(((values - values.mean(0)) ** 2).sum(1).mean()), float(speed.max())
    ratios = {
        r"ends apart / $\delta \ell$": apart / bounds.ends_apart(delta, length),
        r"variance / $(\delta^2 \ell^2 / 12)$": variance / bounds.slope_variance(delta, length),
        r"variance / ($(\ell / \pi)^2$ times the mean square slope)": variance
        / bounds.poincare(length, float((speed**2).mean()), False),
    }
    worst = max(ratios.values()) / (1 + DISCRETISATION)
    named = ", ".join(f"{name} = {value:.3f}" for name, value in ratios.items())
    # What the ratios are made of, another way: entries of order 1, half the mean square of all distances,
    # differences along the arc, and the first and last point, half a step from the ends each.
    step = length / POINTS
    differences = (values[2:] - values[:-2]).norm(dim=1) / (2 * step)
    agree = (
        math.isclose(float(arc.square().mean()), 1, rel_tol=1e-9)
        and math.isclose(
            float(torch.cdist(values, values).square().mean()) / 2, variance, rel_tol=1e-9
        )
        and torch.allclose(differences, speed[1:-1], rtol=DISCRETISATION, atol=0)
        and abs(apart - float((values[-1] - values[0]).norm())) <= delta * step
    )
    return finding(
        agree and worst <= 1,
        f"At {'-'.join(map(str, WIDTHS))}, {named}. Allowed is {1 + DISCRETISATION:g} of each, since slopes and means are taken at {POINTS} points.",
        cases=POINTS,
        margin=worst,
        residuals=ratios,
    )

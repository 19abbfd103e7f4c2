"""3.3 numerically: how close a constant head comes on a ball, and the construction at production size."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor

from verify.numeric.activations import LINEAR
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head
from verify.statement import Context, Finding, Outcome, Plot, Series, Table

RADIUS = 10.0
SCALES = (1.0, 1e-2, 1e-4, 1e-6)
OSCILLATION = math.sqrt(2)
"""Largest |(x - x').w| over |w| for categories x, x' of the trinomial: (0, 0), (1, 0), (0, 1)."""


def trinomial_hessian(u: Tensor) -> Tensor:
    """Hess log(1 + e^{u1} + e^{u2}): (n, 2) -> (n, 2, 2)."""
    none, p, q = torch.softmax(torch.cat([u.new_zeros(len(u), 1), u], dim=1), dim=1).T
    # p (1 - p) without cancellation: the probability of everything else is summed.
    entries = [p * (none + q), -p * q, -p * q, q * (none + p)]
    return torch.stack(entries, dim=1).reshape(-1, 2, 2)


def grid(radius: float) -> Tensor:
    """Points of the disc, 240 directions times 60 radii, (14400, 2)."""
    angle = torch.arange(240, dtype=torch.float64) * (2 * math.pi / 240)
    circle = torch.stack([angle.cos(), angle.sin()], dim=1)
    return (torch.linspace(0, radius, 60, dtype=torch.float64)[:, None, None] * circle).reshape(
        -1, 2
    )


def condition(matrices: Tensor) -> Tensor:
    """lambda_max / lambda_min of positive definite (n, 2, 2), by trace and determinant: (n,)."""
    trace = matrices[:, 0, 0] + matrices[:, 1, 1]
    determinant = torch.linalg.det(matrices)
    difference = matrices[:, 0, 0] - matrices[:, 1, 1]
    largest = (trace + (difference**2 + 4 * matrices[:, 0, 1] ** 2).sqrt()) / 2
    return largest**2 / determinant


def robustness(ctx: Context) -> Finding:
    """kappa(H_eff) on |z| <= 10 against the scale c of W = sqrt(c) W_0, with a proved upper bound.

    For the trinomial, d/dt log of the form at v along u = tw is a third cumulant over a variance:
    at most the oscillation of w over the categories. So kappa <= exp(2 sqrt(2) |sqrt(c) W_0 z|).
    """
    zero = trinomial_hessian(torch.zeros(1, 2, dtype=torch.float64))[0]
    values, vectors = torch.linalg.eigh(zero)
    start = vectors * values.rsqrt() @ vectors.T
    stretch = float(values.min().rsqrt())
    z = grid(RADIUS)
    worst, bounds = [], []
    for scale in SCALES:
        weight = math.sqrt(scale) * start
        h_eff = weight.T @ trinomial_hessian(z @ weight.T) @ weight
        worst.append(float(condition(h_eff).max()))
        bounds.append(math.exp(2 * OSCILLATION * math.sqrt(scale) * stretch * RADIUS))
    slope = math.log10((worst[2] - 1) / (worst[3] - 1)) / math.log10(SCALES[2] / SCALES[3])
    margin = max(k / bound for k, bound in zip(worst, bounds, strict=True))
    falls = all(a > b for a, b in pairwise(worst)) and worst[0] > 1e6
    rows = tuple(
        (f"{c:g}", f"{k:.4g}", f"{b:.4g}") for c, k, b in zip(SCALES, worst, bounds, strict=True)
    )
    return Finding(
        outcome=Outcome.AS_STATED if margin <= 1 and falls else Outcome.SURPRISE,
        summary=(
            r"Trinomial loss on $|z| \leq 10$: the largest $\kappa(H_{\mathrm{eff}})$ is "
            + ", ".join(f"{k:.4g}" for k in worst)
            + " for $c$ = "
            + ", ".join(f"{c:g}" for c in SCALES)
            + rf"; $\kappa - 1$ falls like $c^{{{slope:.2f}}}$."
        ),
        cases=len(SCALES) * len(z),
        margin=margin,
        tables=(
            Table(
                title="Condition of the effective Hessian against the scale of the head",
                columns=("c", "largest kappa on the disc", "proved upper bound"),
                rows=rows,
                note="Largest over 14,400 points of the disc, so from below; the bound is for all of it.",
            ),
        ),
        plots=(
            Plot(
                title="The barrier is not robust",
                kind="line",
                series=(
                    Series(label="largest kappa - 1", x=SCALES, y=tuple(k - 1 for k in worst)),
                ),
                xlabel="scale c",
                ylabel="kappa - 1",
                xscale="log",
                yscale="log",
            ),
        ),
    )


D, K = 512, 2048
POINTS, PROBES = 4, 16
ROUNDING = 64 * torch.finfo(torch.float64).eps
"""Error of a product with W and W^T, each of whose rows and columns holds one entry: a few roundings."""


def production_loss(u: Tensor) -> Tensor:
    """|u_{1..512}|^2 / 2 + sum over 768 pairs of log(1 + e^a + e^b): (2048,) -> scalar."""
    pairs = u[D:].reshape(-1, 2)
    padded = torch.cat([pairs.new_zeros(len(pairs), 1), pairs], dim=1)
    return u[:D].square().sum() / 2 + torch.logsumexp(padded, dim=1).sum()


def production(ctx: Context) -> Finding:
    """H_eff v = v at random points for W = [I; 0], and not for a head that enters the curved part."""
    generator = torch.Generator().manual_seed(ctx.seed_for("prop33.production"))
    flat = torch.zeros(K, D, dtype=torch.float64)
    flat[:D] = torch.eye(D, dtype=torch.float64)
    curved = flat.roll(K - 2 * D, dims=0)
    errors = {"flat": 0.0, "curved": 0.0}
    for _ in range(POINTS):
        z = 3 * torch.randn(D, generator=generator, dtype=torch.float64)
        v = torch.randn(D, PROBES, generator=generator, dtype=torch.float64)
        v = v / v.norm(dim=0)
        for name, weight in (("flat", flat), ("curved", curved)):
            product = EffectiveHessian(Head([weight], None, LINEAR), production_loss, z) @ v
            if name == "curved":  # no multiple of v either: remove the part along v
                product = product - v * (v * product).sum(0)
                error = float(product.norm(dim=0).min())
            else:
                error = float((product - v).norm(dim=0).max())
            errors[name] = max(errors[name], error)
    margin = errors["flat"] / ROUNDING
    return Finding(
        outcome=Outcome.AS_STATED if margin <= 1 and errors["curved"] > 1e-3 else Outcome.SURPRISE,
        summary=(
            f"At $d = {D}$, $k = {K}$ with 768 curved planes, $W = [I; 0]$ has $H_{{\\mathrm{{eff}}}} "
            f"v = v$ within {errors['flat']:.1e}; a head into the curved planes is off by "
            f"{errors['curved']:.2g}."
        ),
        cases=POINTS * PROBES,
        margin=margin,
        residuals=errors,
    )

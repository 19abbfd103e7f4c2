"""3.3 at production size: seeded heads on the quadratic directions of a loss with many curved planes."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from verify.claims.check import Context
from verify.claims.evidence import Finding, finding
from verify.numeric.activations import LINEAR
from verify.numeric.autodiff import gradient_and_product
from verify.numeric.decimals import rounded_down, rounded_up
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head

D, K = 512, 2048
HEADS, PROBES = 8, 16
ROUNDING = 4 * D * torch.finfo(torch.float64).eps
"""Error allowed to H_eff v, |v| = 1: W = [R; 0] and its transpose are multiplied, each with the first-order
bound D eps, and R is orthogonal to D eps (Householder; Higham, Accuracy and Stability, section 19.3)."""


def production_loss(u: Tensor) -> Tensor:
    """|u_{1..512}|^2 / 2 + sum over 768 pairs of log(1 + e^a + e^b): (2048,) -> scalar."""
    pairs = u[D:].reshape(-1, 2)
    padded = torch.cat([pairs.new_zeros(len(pairs), 1), pairs], dim=1)
    return u[:D].square().sum() / 2 + torch.logsumexp(padded, dim=1).sum()


def _across(weight: Tensor, z: Tensor, v: Tensor) -> Tensor:
    """The part of H_eff v across unit v, (d, n) -> (n,): automatic differentiation, and Pythagoras."""
    product = gradient_and_product(lambda x: production_loss(weight @ x), z, "composition")[2]
    image = product(v.T).T
    return (image.square().sum(0) - (v * image).sum(0) ** 2).sqrt()


def production(ctx: Context) -> Finding:
    """H_eff v = v for W = [R; 0], R orthogonal, but not where the same R leads into the curved planes."""
    generator = torch.Generator().manual_seed(ctx.seed_for("prop33.production"))
    flat, curved, gap = 0.0, math.inf, 0.0
    for _ in range(HEADS):
        square = torch.randn(D, D, generator=generator, dtype=torch.float64)
        weight = torch.cat([torch.linalg.qr(square).Q, torch.zeros(K - D, D, dtype=torch.float64)])
        z = 3 * torch.randn(D, generator=generator, dtype=torch.float64)
        v = torch.randn(D, PROBES, generator=generator, dtype=torch.float64)
        v = v / v.norm(dim=0)
        into, beside = (
            EffectiveHessian(Head([w], None, LINEAR), production_loss, z) @ v
            for w in (weight, weight.roll(D, dims=0))
        )
        flat = max(flat, float((into - v).norm(dim=0).max()))
        # No multiple of v either: the part along v is removed.
        off = (beside - v * (v * beside).sum(0)).norm(dim=0)
        curved = min(curved, float(off.min()))
        gap = max(gap, float((off[0] - _across(weight.roll(D, dims=0), z, v[:, :1])).abs()))
    # The second kind must fail the very test that the first passes.
    margin = max(flat / ROUNDING, ROUNDING / curved, gap / ROUNDING)
    return finding(
        margin <= 1,
        f"At $d = {D}$, $k = {K}$ with 768 curved planes, {HEADS} heads $W = [R; 0]$ with $R$ orthogonal have $H_{{\\mathrm{{eff}}}} v = v$ within {rounded_up(flat, 2)}; led into the curved planes, each is off every multiple of $v$ by {rounded_down(curved, 2)} at least.",
        cases=HEADS * PROBES,
        margin=margin,
        residuals={"flat": flat, "curved": curved},
    )

"""3.3 at production size: the construction with many curved planes."""

from __future__ import annotations

import torch
from torch import Tensor

from verify.numeric.activations import LINEAR
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head
from verify.statement import Context, Finding, Outcome

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

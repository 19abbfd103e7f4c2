"""A search for the best constant head on a ball: Adam on W, so that no cleverness of ours is needed.

For k = d = 2, behind the trinomial loss, no head of a given size is isotropic: with A(z) = W^T g(Wz) W,
the eigenvalues of the pencil (g(u'), g(u)) are those of (A(z'), A(z)), so that

    kappa(g(u)^{-1} g(u')) <= kappa(A(z)) kappa(A(z'))

and the largest kappa on the ball is at least the root of the left side, whatever W. For k = 4 > d the
same loss with two quadratic directions beside it is whitened exactly, and the search finds this.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor

from theorems.prop33.robust import RADIUS, ROUNDING, grid, hessian, log_condition
from verify.claims.check import Context
from verify.claims.evidence import Finding, Table, finding
from verify.numeric.decimals import rounded_down

SIZES = (1.0, 0.1, 0.01)
"""|W|_F; of a head that scales, not of one that turns."""

STARTS, STEPS, RATE = 2, 250, 0.05
ANGLES, RADII = 24, 5

FOUND = 1.1
"""What the search must reach where an isotropic head exists; it ends after `STEPS`, not at the optimum."""


def log_condition_wide(weight: Tensor, u: Tensor) -> Tensor:
    """The same for W (4, d) and u (n, 4), behind |u_{1,2}|^2 / 2 + log(1 + e^u3 + e^u4)."""
    matrix = weight[:2].T @ weight[:2] + weight[2:].T @ hessian(u[:, 2:]) @ weight[2:]
    values = torch.linalg.eigvalsh(matrix)
    return (values[:, 1] / values[:, 0]).log()


def worst(weight: Tensor, z: Tensor) -> Tensor:
    """The largest log kappa(H_eff) at points z (n, d)."""
    condition = log_condition if weight.shape[0] == 2 else log_condition_wide
    return condition(weight, z @ weight.T).max()


def best(k: int, size: float, z: Tensor, generator: torch.Generator) -> tuple[float, Tensor]:
    """The least of the largest kappas on the points that Adam finds among heads of one size, and its head (k, 2)."""
    found = (math.inf, torch.zeros(k, 2, dtype=torch.float64))
    for _ in range(STARTS):
        free = torch.randn(k, 2, generator=generator, dtype=torch.float64).requires_grad_()
        optimiser = torch.optim.Adam([free], lr=RATE)
        for _ in range(STEPS):
            optimiser.zero_grad()
            weight = size * free / free.norm()
            value = worst(weight, z)
            if float(value.detach()) < found[0]:
                found = (float(value.detach()), weight.detach())
            value.backward()
            optimiser.step()
    return math.exp(found[0]), found[1]


def certificate(weight: Tensor, z: Tensor) -> float:
    """A lower bound of the largest kappa on points of which one is 0, from the pencils with the metric there."""
    metrics = hessian(z @ weight.T)
    pencils = torch.linalg.solve(hessian(torch.zeros(1, 2, dtype=z.dtype)), metrics)
    values = torch.linalg.eigvals(pencils).real
    return float((values.amax(1) / values.amin(1)).max().sqrt())


def optimised(ctx: Context) -> Finding:
    """The best head that Adam finds for k = d, at three sizes, and for k > d."""
    generator = torch.Generator().manual_seed(ctx.seed_for("prop33.search"))
    z = torch.cat([torch.zeros(1, 2, dtype=torch.float64), grid(RADIUS, ANGLES, RADII)])
    rows, square, bounds = [], [], []
    for size in SIZES:
        kappa, weight = best(2, size, z, generator)
        bound = certificate(weight, z)
        square.append(kappa)
        bounds.append(bound)
        rows.append(("k = d = 2", f"{size:g}", f"{kappa:.5g}", rounded_down(bound, 5)))
    wide, _ = best(4, SIZES[0], z, generator)
    rows.append(("k = 4, d = 2", f"{SIZES[0]:g}", f"{wide:.5g}", "1"))
    margin = max(b / (kappa * (1 + ROUNDING)) for b, kappa in zip(bounds, square, strict=True))
    falls = all(x > y for x, y in pairwise(square))
    return finding(
        margin <= 1 and falls and wide < FOUND,
        rf"The least of the largest $\kappa(H_{{\mathrm{{eff}}}})$ at {len(z)} points of $|z| \leq {RADIUS:g}$ that a search finds: {', '.join(f'{x:.4g}' for x in square)} for $k = d$ and $|W| = {', '.join(f'{x:g}' for x in SIZES)}$, and {wide:.4g} for $k = 4 > d$ with $|W| = {SIZES[0]:g}$.",
        cases=len(SIZES) + 1,
        margin=margin,
        tables=(
            Table(
                title="The best constant head that a search finds",
                columns=("loss and head", "size of W", "largest kappa on the points", "at least"),
                rows=tuple(rows),
                note=rf"Adam, {STEPS} steps from {STARTS} random heads, on {len(z)} points of the disc. At least: the root of the largest $\kappa(g(0)^{{-1}} g(Wz))$, below which no head lies that takes 0 and these points to these outputs.",
            ),
        ),
    )

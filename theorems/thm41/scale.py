"""4.1 at production size."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor

from verify.numeric.activations import GELU, SWISH
from verify.numeric.cases import HeadCase, interaction_error
from verify.numeric.effective_hessian import interaction
from verify.numeric.heads import Head
from verify.statement import Context, Finding, Outcome

WIDTHS = (512, 2048, 2048)


def formula(ctx: Context) -> Finding:
    """(F) against automatic differentiation, Swish and GELU, seeded He weights, float64."""
    worst, residuals = 0.0, {}
    for activation in (SWISH, GELU):
        generator = torch.Generator().manual_seed(ctx.seed_for(f"thm41.scale.{activation.name}"))

        def normal(*shape: int, generator: torch.Generator = generator) -> Tensor:
            return torch.randn(*shape, generator=generator, dtype=torch.float64)

        weights = tuple(
            normal(rows, columns) * (2 / columns) ** 0.5 for columns, rows in pairwise(WIDTHS)
        )
        head = Head(weights, tuple(normal(rows) * 0.1 for rows in WIDTHS[1:]), activation)
        case = HeadCase(head, normal(head.d), normal(head.k))
        wanted = torch.func.hessian(lambda z, case=case: case.rho @ case.head(z))(case.z)
        found = interaction(head.trace(case.z), case.rho)
        relative = float((found - wanted).abs().max() / wanted.abs().max())
        residuals[f"{activation.name}: relative error of M"] = relative
        worst = max(worst, interaction_error(found, wanted, case))
    return Finding(
        outcome=Outcome.AS_STATED if worst <= 1 else Outcome.SURPRISE,
        summary=(
            f"At {'-'.join(map(str, WIDTHS))} (F) and automatic differentiation differ by at most "
            f"{max(residuals.values()):.1e} of the largest entry of M."
        ),
        cases=len(residuals),
        margin=worst,
        residuals=residuals,
    )

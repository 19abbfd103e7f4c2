"""5.3 at production size: ranks of J_h, and with them of the information of a location family, to leading order.

For z ~ N(theta, sigma^2 1) a head is its linearisation J to leading order as sigma -> 0, and by the closed form
for linear maps sigma^2 I_h -> J^+ J where the rank of J is constant nearby: its rank is that of J, and sigma^2 I_z = 1.
For sigma > 0 the rank of I_h may be larger.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor

from theorems.thm53.bounds import rank_bound
from verify.claims.check import Context
from verify.claims.evidence import Finding, Table, finding
from verify.numeric.activations import SWISH
from verify.numeric.certificates import exceeds
from verify.numeric.heads import Head
from verify.numeric.operators import symmetrised

WIDTHS = (512, 2048, 2048)

INVARIANT = 4
"""dim V of the head that is made invariant."""

RANK_TOLERANCE = 1e-9
"""A singular value below this multiple of the largest is zero; the table shows the gap."""

RELATIVE = 1e-10
"""Relative error allowed to the least singular value from J^T J, whose condition is below 1000: 512 roundings of it."""


def _head(ctx: Context, v: Tensor | None = None) -> Head:
    """A seeded Swish head with He weights; given orthonormal columns V, blind to their span."""
    generator = torch.Generator().manual_seed(ctx.seed_for("thm53.scale"))

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    weights = [normal(m, n) * (2 / n) ** 0.5 for n, m in pairwise(WIDTHS)]
    if v is not None:
        weights[0] = weights[0] - (weights[0] @ v) @ v.T
    return Head(weights, [normal(m) * 0.1 for m in WIDTHS[1:]], SWISH)


def rank_of_jacobian(ctx: Context) -> Finding:
    """The singular values of J at 512-2048-2048, of any head and of one that is invariant on V."""
    generator = torch.Generator().manual_seed(ctx.seed_for("thm53.scale.point"))
    d = WIDTHS[0]
    z = torch.randn(d, generator=generator, dtype=torch.float64)
    v = torch.linalg.qr(torch.randn(d, INVARIANT, generator=generator, dtype=torch.float64))[0]
    rest = torch.linalg.qr(torch.cat([v, torch.eye(d, dtype=torch.float64)], dim=1))[0][
        :, INVARIANT:
    ]
    rows, wrong = [], []
    for name, head, bound, across in (
        ("any", _head(ctx), d, torch.eye(d, dtype=torch.float64)),
        (f"invariant along {INVARIANT} directions", _head(ctx, v), rank_bound(d, INVARIANT), rest),
    ):
        jacobian = head.trace(z).jacobian()
        s = torch.linalg.svdvals(jacobian)
        s = s / s[0]
        rank = int((s > RANK_TOLERANCE).sum())
        # All of J's action across V: definite if and only if J sees everything but V.
        gram = symmetrised((jacobian @ across).T @ (jacobian @ across))
        certified = exceeds(gram)
        values = torch.linalg.eigvalsh(gram)
        gap = abs(float(s[rank - 1] / (values[0] / values[-1]).sqrt()) - 1)
        wrong += [] if rank == bound and certified and gap <= RELATIVE else [name]
        dropped = f"{float(s[rank]):.1e}" if rank < d else "none"
        rows.append(
            (
                name,
                str(rank),
                str(bound),
                f"{float(s[rank - 1]):.1e}",
                dropped,
                "yes" if certified else "no",
            )
        )
    size = "-".join(map(str, WIDTHS))
    return finding(
        not wrong,
        f"At {size} $J$ has full rank {d}; invariance along {INVARIANT} directions takes away exactly {INVARIANT}, as the bound says where $I_z$ is definite.",
        f"At {size} the rank of $J$ is not what it should be: {', '.join(wrong)}.",
        cases=len(rows),
        tables=(
            Table(
                title=f"Rank of $J_h$ at {size}, seeded Swish heads",
                columns=(
                    "head",
                    r"$\operatorname{rank} J$",
                    r"$d - \dim V$",
                    "last singular value kept / first",
                    "first one dropped / first",
                    "$J^T J$ certified definite across $V$",
                ),
                rows=tuple(rows),
                note="The certificate is a floating-point Cholesky factorisation (Rump 2006) of the float64 matrix $J^T J$ restricted to the complement of $V$: of that matrix, not of the head in exact arithmetic.",
            ),
        ),
    )

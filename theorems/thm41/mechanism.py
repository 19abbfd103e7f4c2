"""The quoted mechanism at production size: M on the kernel of the pullback, where r < d."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import scipy.linalg
import torch
from torch import Tensor

from verify.claims.evidence import Table
from verify.numeric.effective_hessian import interaction
from verify.numeric.heads import Trace

RANK = 128
"""r of the loss Hessian diag(1, .., 1, 0, ..): the squared error of the first r outputs alone."""


def below(matrix: Tensor, level: float) -> int:
    """How many eigenvalues of a symmetric matrix lie below a level, from pivots and no eigenvalue.

    By Sylvester's law they are the negative ones of D in A - level = L D L^T, with blocks of at most 2.
    """
    shifted = matrix - level * torch.eye(len(matrix), dtype=matrix.dtype, device=matrix.device)
    blocks = scipy.linalg.ldl(shifted.cpu().numpy())[1]
    pivots = scipy.linalg.eigvalsh_tridiagonal(blocks.diagonal(), blocks.diagonal(-1))
    return int((pivots < 0).sum())


class Mechanism(NamedTuple):
    """One head.

    Attributes:
        kernel: dim K, which is d - RANK if J's first rows are independent.
        negative, least: eigenvalues of M on K below -tolerance, and the least one.
        h_negative, h_least: the same of H_eff.
        counted: whether `below` finds both counts, and the least eigenvalues within tolerance.
    """

    kernel: int
    negative: int
    least: float
    h_negative: int
    h_least: float
    counted: bool

    def wrong(self, flat: bool) -> dict[str, bool]:
        """What contradicts the statement: K = {0}; M on K zero, or not; fewer signs of H_eff than of M|_K."""
        return {
            "K = {0}": self.kernel == 0,
            "M|_K is not 0 behind flat heads and 0 behind others": (self.least == 0) is not flat,
            "n_-(H_eff) < n_-(M|_K)": self.h_negative < self.negative,
            "pivots count others on K": not self.counted,
        }


def mechanism(trace: Trace, rho: Tensor, error: float) -> Mechanism:
    """M on K under the squared error of the first `RANK` outputs.

    Args:
        trace: of the head.
        rho: the residual of all outputs, (k,).
        error: made in forming M, over its norm.
    """
    j = trace.jacobian()[:RANK]
    m = interaction(trace, torch.cat((rho[:RANK], torch.zeros_like(rho[RANK:]))))
    singular, rows = torch.linalg.svd(j)[1:]
    eps = torch.finfo(j.dtype).eps
    across = rows[int((singular > max(j.shape) * eps * singular[0]).sum()) :]
    matrices = [(a + a.T) / 2 for a in (across @ m @ across.T, j.T @ j + m)]
    on_kernel, h = map(torch.linalg.eigvalsh, matrices)
    tolerance = (len(h) * eps + error) * float(h.abs().max())
    found = [(int((x < -tolerance).sum()), float(x[0])) for x in (on_kernel, h)]
    counted = all(
        below(a, -tolerance) == negative
        and below(a, least - tolerance) == 0 < below(a, least + tolerance)
        for a, (negative, least) in zip(matrices, found, strict=True)
    )
    return Mechanism(len(across), *found[0], *found[1], counted)


def of_heads(
    title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], note: str
) -> Table:
    """A table whose first column is the head; where all rows have one head, the title names it instead."""
    heads = {row[0] for row in rows}
    if len(heads) == 1:
        title, columns, rows = f"{title}; {heads.pop()}", columns[1:], [row[1:] for row in rows]
    return Table(title=title, columns=columns, rows=tuple(rows), note=note)


def table(found: Sequence[tuple[str, str, Mechanism]]) -> Table:
    """Rows of head, activation and what was found there."""
    return of_heads(
        title="Production heads: the interaction term on the kernel of the pullback",
        columns=(
            "head",
            "activation",
            "dim K",
            "n_- M on K",
            "lambda_min M on K",
            "n_- H_eff",
            "lambda_min H_eff",
        ),
        rows=tuple(
            (
                head,
                activation,
                str(x.kernel),
                str(x.negative),
                f"{x.least:.2e}",
                str(x.h_negative),
                f"{x.h_least:.2e}",
            )
            for head, activation, x in found
        ),
        note=f"The quoted mechanism, r < d: the heads of the squared error above, under that of their first {RANK} outputs alone, so that the loss Hessian is PSD of rank {RANK} and G has a kernel K. On K, H_eff is M, so that it has at least as many negative eigenvalues. The least eigenvalue of H_eff behind linear and ReLU heads is 0 within rounding.",
    )

"""3.1 for every training objective, and at production size."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.autograd.functional import hessian

from verify.numeric.activations import LINEAR
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head
from verify.numeric.inertia import inertia_table
from verify.numeric.objectives import OBJECTIVES, Labels
from verify.statement import Context, Finding, Outcome, Table

BATCH, OUTPUTS = 6, 4

WELL_CONDITIONED = 1e-3
"""Eigenvalues used to whiten, over the largest: smaller ones would only magnify rounding."""

FORMING = 1e-10
"""Relative error allowed to second derivatives: the registry's agree with automatic differentiation
to this. Whitening magnifies it by 1 / `WELL_CONDITIONED` at most."""


def frame(rows: int, columns: int, generator: torch.Generator) -> Tensor:
    """A random orthonormal frame, (rows, columns), float64."""
    return torch.linalg.qr(torch.randn(rows, columns, generator=generator, dtype=torch.float64)).Q


def whitening_weight(loss_hessian: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
    """W = U_+ Lambda_+^(-1/2) Q^T from the largest eigenvalues, and those: (k, d), (s,)."""
    values, vectors = torch.linalg.eigh(loss_hessian)
    s = q.shape[1]
    return (vectors[:, -s:] * values[-s:].rsqrt()) @ q.T, values[-s:]


def _whitening_error(name: str, seed: int) -> tuple[int, float]:
    """Whitened dimension and |H_eff - Q Q^T| for one objective, all its outputs taken as one vector."""
    generator = torch.Generator().manual_seed(seed)
    objective = OBJECTIVES[name]
    loss = objective.bind(objective.context(BATCH, OUTPUTS, generator))
    u0 = torch.randn(BATCH * OUTPUTS, generator=generator, dtype=torch.float64)

    def of_vector(u: Tensor) -> Tensor:
        return loss.unchecked(u.reshape(BATCH, OUTPUTS))

    h = hessian(of_vector, u0)
    values = torch.linalg.eigvalsh(h)
    s = int((values > WELL_CONDITIONED * values.abs().max()).sum())
    q = frame(s + 1, s, generator)
    weight, _ = whitening_weight(h, q)
    z = torch.randn(s + 1, generator=generator, dtype=torch.float64)
    bias = u0 - weight @ z
    found = hessian(lambda x: of_vector(weight @ x + bias), z)
    return s, float((found - q @ q.T).abs().max())


def objectives(ctx: Context) -> Finding:
    """For each objective: its inertia, whether every S of dimension r can be whitened, and a head."""
    seed = ctx.seed_for("thm31.objectives") % 2**31
    source = inertia_table(seed, BATCH, OUTPUTS)
    names = {objective.title: name for name, objective in OBJECTIVES.items()}
    whitened = {title: _whitening_error(name, seed) for title, name in names.items()}
    rows, applies = [], 0
    for row in source.rows:
        cell = dict(zip(source.columns, row, strict=True))
        counts = [cell[key] for key in ("n_+", "n_0", "n_-", "rank")]
        if counts[0] == "undefined":
            rows.append((cell["objective"], cell["outputs"], *counts, "undefined", "", ""))
            continue
        every = int(cell["n_-"]) == 0 and int(cell["rank"]) > 0
        applies += every
        shown = whitened[cell["objective"]] if cell["outputs"] == "random" else None
        rows.append(
            (
                cell["objective"],
                cell["outputs"],
                *counts,
                "yes" if every else "no",
                str(shown[0]) if shown else "",
                f"{shown[1]:.1e}" if shown else "",
            )
        )
    worst = max(error for _, error in whitened.values())
    margin = worst * WELL_CONDITIONED / FORMING
    defined = sum(row[2] != "undefined" for row in rows)
    return Finding(
        outcome=Outcome.AS_STATED if margin <= 1 else Outcome.SURPRISE,
        summary=(
            f"At random and at collapsed outputs of {len(names)} objectives the loss Hessian has no "
            f"resolved negative eigenvalue, so that every $S$ of dimension $r$ can be whitened, in "
            f"{applies} of {defined} states. A head that whitens the well-conditioned positive "
            f"eigenvalues did so within {worst:.1e}."
        ),
        cases=len(names),
        margin=margin,
        tables=(
            Table(
                title="Which objectives the theorem covers",
                columns=(
                    "objective",
                    "outputs",
                    "n_+",
                    "n_0",
                    "n_-",
                    "r",
                    "dim S = r whitened?",
                    "whitened here",
                    "error",
                ),
                rows=tuple(rows),
                note=(
                    f"{source.note} Whitened here: the dimension of a random S that an affine head "
                    f"whitened, from the eigenvalues above {WELL_CONDITIONED:g} of the largest; "
                    "error: the largest entry of H_eff - Q Q^T by automatic differentiation."
                ),
            ),
        ),
    )


D, K, S = 512, 2048, 256
PROBES = 64


def production(ctx: Context) -> Finding:
    """Softmax cross-entropy with 2048 outputs, a 512-2048 head that whitens a random S of dimension 256."""
    generator = torch.Generator().manual_seed(ctx.seed_for("thm31.production"))
    u0 = torch.randn(K, generator=generator, dtype=torch.float64)
    label = torch.randint(K, (1,), generator=generator)
    loss = OBJECTIVES["softmax_cross_entropy"].bind(Labels(label))
    h = loss.dense_hessian(u0.unsqueeze(0))[0]
    basis = frame(D, D, generator)
    q, across = basis[:, :S], basis[:, S:]
    weight, used = whitening_weight(h, q)
    z = torch.randn(D, generator=generator, dtype=torch.float64)
    operator = EffectiveHessian(Head([weight], [u0 - weight @ z], LINEAR), loss, z.unsqueeze(0))
    coefficients = torch.randn(S, PROBES, generator=generator, dtype=torch.float64)
    inside = q @ coefficients / coefficients.norm(dim=0)
    coefficients = torch.randn(D - S, PROBES, generator=generator, dtype=torch.float64)
    outside = across @ coefficients / coefficients.norm(dim=0)

    def product(v: Tensor) -> Tensor:
        return (operator @ v.unsqueeze(0))[0]

    kept = float((product(inside) - inside).norm(dim=0).max())
    removed = float(product(outside).norm(dim=0).max())
    moved = float(operator.gradient.norm())
    # eigh is backward stable: errors of n eps |H|, magnified by 1 / lambda_s (LAPACK, section 4.7).
    allowed = K * torch.finfo(torch.float64).eps * float(used.max() / used.min())
    margin = max(kept, removed) / allowed
    return Finding(
        outcome=Outcome.AS_STATED if margin <= 1 and moved > 0 else Outcome.SURPRISE,
        summary=(
            f"At {D}-{K} with $\\dim S = {S}$, {PROBES} products differ from $v$ by {kept:.1e} for "
            f"$v$ in $S$ and from $0$ by {removed:.1e} across it; the point does not stay critical: "
            rf"$|W^T \rho| = {moved:.2g}$."
        ),
        cases=2 * PROBES,
        margin=margin,
        residuals={"in S": kept, "across S": removed, "|W^T rho|": moved},
    )

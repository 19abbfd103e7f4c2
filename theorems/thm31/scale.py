"""3.1 for every training objective, and at production size."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd.functional import hessian

from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome, Table
from verify.numeric.activations import LINEAR
from verify.numeric.decimals import rounded_down, rounded_up
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head
from verify.numeric.inertia import COLUMNS, inertia_rows
from verify.numeric.objectives import OBJECTIVES, Invariance, Labels

BATCH, OUTPUTS = 6, 4

WELL_CONDITIONED = 1e-3
"""Eigenvalues used to whiten, over the largest: smaller ones would only magnify rounding."""

FORMING = 1e-10
"""Relative error allowed to second derivatives: the registry's agree with automatic differentiation
to this. Whitening magnifies it by 1 / `WELL_CONDITIONED` at most."""


def frame(rows: int, columns: int, generator: torch.Generator) -> Tensor:
    """A random orthonormal frame, (rows, columns), float64."""
    return torch.linalg.qr(torch.randn(rows, columns, generator=generator, dtype=torch.float64)).Q


def scaled_eigenvectors(loss_hessian: Tensor, s: int) -> tuple[Tensor, Tensor]:
    """E = U_+ Lambda_+^(-1/2) from the s largest eigenvalues, and those: (k, s), (s,)."""
    values, vectors = torch.linalg.eigh(loss_hessian)
    return vectors[:, -s:] * values[-s:].rsqrt(), values[-s:]


class Whitened(NamedTuple):
    """An objective at random outputs, all of them taken as one vector u.

    Attributes:
        dimension: of the S that an affine head whitened.
        error: largest entry of H_eff - Q Q^T, by automatic differentiation through the head.
        scalar: u^T H u over |u|^2 |H|, which case (c) asks of a strictly linear head.
        invariant: whether L(tu) = L(u), so that it vanishes.
    """

    dimension: int
    error: float
    scalar: float
    invariant: bool

    @property
    def margin(self) -> float:
        """Error over allowed error; H itself is the registry's, right to `FORMING`."""
        vanishing = abs(self.scalar) if self.invariant else 0.0
        return max(self.error * WELL_CONDITIONED, vanishing) / FORMING


def whiten(name: str, seed: int) -> Whitened:
    """Whiten the well-conditioned positive eigenvalues of one objective's Hessian."""
    generator = torch.Generator().manual_seed(seed)
    objective = OBJECTIVES[name]
    loss = objective.bind(objective.context(BATCH, OUTPUTS, generator))
    u0 = torch.randn(BATCH * OUTPUTS, generator=generator, dtype=torch.float64)
    h = loss.dense_hessian(u0.reshape(BATCH, OUTPUTS))
    h = torch.block_diag(*h) if loss.separable else h
    values = torch.linalg.eigvalsh(h)
    largest = float(values.abs().max())
    s = int((values > WELL_CONDITIONED * largest).sum())
    q = frame(s + 1, s, generator)
    weight = scaled_eigenvectors(h, s)[0] @ q.T
    z = torch.randn(s + 1, generator=generator, dtype=torch.float64)
    bias = u0 - weight @ z
    found = hessian(lambda x: loss.unchecked((weight @ x + bias).reshape(BATCH, OUTPUTS)), z)
    return Whitened(
        s,
        float((found - q @ q.T).abs().max()),
        float(u0 @ h @ u0 / (u0 @ u0)) / largest,
        objective.invariance is not Invariance.NONE,
    )


def objectives(ctx: Context) -> Finding:
    """For each objective: its inertia, whether every S of dimension r can be whitened, and a head."""
    seed = ctx.seed_for("thm31.objectives") % 2**31
    source = inertia_rows(seed, BATCH, OUTPUTS)
    whitened = {objective.title: whiten(name, seed) for name, objective in OBJECTIVES.items()}
    rows, applies, wrong = [], 0, 0
    for row in source.rows:
        cell = dict(zip(COLUMNS, row, strict=True))
        counts = [cell[key] for key in ("n_+", "n_0", "n_-", "rank")]
        if counts[0] == "undefined":
            rows.append((cell["objective"], cell["outputs"], "not defined", *[""] * 7))
            continue
        every = int(cell["n_-"]) == 0 and int(cell["rank"]) > 0
        applies += every
        wrong += every != (cell["hess L PSD here?"] != "no" and cell["rank"] != "0")
        here = whitened[cell["objective"]] if cell["outputs"] == "random" else None
        rows.append(
            (
                cell["objective"],
                cell["outputs"],
                *counts,
                "yes" if every else "r = 0" if cell["rank"] == "0" else "no",
                str(here.dimension) if here else "",
                f"{here.error:.1e}" if here else "",
                f"{here.scalar:.1e}" if here else "",
            )
        )
    worst = max(found.error for found in whitened.values())
    margin = max(found.margin for found in whitened.values())
    invariant = sum(found.invariant for found in whitened.values())
    defined = sum(row[2] != "not defined" for row in rows)
    return Finding(
        outcome=Outcome.AS_STATED if margin <= 1 and not wrong else Outcome.SURPRISE,
        summary=(
            f"At random and at collapsed outputs of {len(whitened)} objectives the loss Hessian has "
            f"eigenvalues resolved from $0$, and none of them negative, so that every $S$ of dimension $r$ can be whitened, in "
            f"{applies} of {defined} states. An affine head that whitens the well-conditioned "
            f"positive eigenvalues did so within {rounded_up(worst, 2)}. For {invariant} objectives $u^T "
            r"\nabla^2 L \, u = 0$, so that no strictly linear head whitens an $S$ that holds $z^* \neq 0$."
        ),
        cases=len(whitened),
        margin=margin,
        tables=(
            Table(
                title="Which objectives the theorem covers",
                columns=(
                    "objective",
                    "outputs",
                    "n_+",
                    "$n_0$",
                    "n_-",
                    "r",
                    r"$\dim S = r$ whitened?",
                    "whitened here",
                    "error",
                    "$u^T H u$",
                ),
                rows=tuple(rows),
                note=rf"$H$ is the loss Hessian by the formulas of our own code. {source.note} The forming error is that of computing $H$, estimated from $H$ in float32; what cancels, the rounding that is left where nearly equal numbers are subtracted. Not defined: Barlow Twins divides by the deviations of the outputs, which are 0 at collapsed ones. Whitened here: the dimension of a random $S$ that an affine head whitened, from the eigenvalues of $H$ above {WELL_CONDITIONED:g} of the largest; error: the largest entry of $H_{{\mathrm{{eff}}}} - Q Q^T$ by automatic differentiation. $u^T H u$: over $|u|^2 |H|$, $u$ all outputs as one vector; behind a scale-invariant objective it is 0, here up to rounding.",
            ),
        ),
    )


D, K, S = 512, 2048, 256
HEADS = 8
PROBES = 16


def tangent(scaled: Tensor, rho: Tensor) -> Tensor:
    """H-orthonormal vectors orthogonal to rho, one fewer than were given: (k, s + 1) -> (k, s).

    With E^T H E = I and orthonormal columns of C that are orthogonal to E^T rho, E C is such a frame.
    """
    normal = scaled.T @ rho
    complete = torch.linalg.qr(
        torch.cat([normal.unsqueeze(1), torch.eye(len(normal), dtype=rho.dtype)], dim=1)
    ).Q
    return scaled @ complete[:, 1:]


def production(ctx: Context) -> Finding:
    """Cross-entropy with 2048 outputs: 512-2048 heads that whiten a random S of dimension 256.

    Each S is whitened twice, from the 256 largest eigenvalues and from the 257 largest in such a way
    that z* is kept critical, which by the last part is possible for every dim S < r.
    """
    generator = torch.Generator().manual_seed(ctx.seed_for("thm31.production"))
    u0 = torch.randn(K, generator=generator, dtype=torch.float64)
    label = torch.randint(K, (1,), generator=generator)
    loss = OBJECTIVES["softmax_cross_entropy"].bind(Labels(label))
    scaled, used = scaled_eigenvectors(loss.dense_hessian(u0.unsqueeze(0))[0], S + 1)
    rho = loss.jet(u0.unsqueeze(0)).rho[0]
    choices = {"moving": scaled[:, 1:], "keeping": tangent(scaled, rho)}
    kept = removed = still = 0.0
    moved = torch.inf
    for _ in range(HEADS):
        basis = frame(D, D, generator)
        z = torch.randn(D, generator=generator, dtype=torch.float64)
        probes = [basis @ _unit(generator, rows) for rows in (slice(0, S), slice(S, D))]
        for name, choice in choices.items():
            weight = choice @ basis[:, :S].T
            head = Head([weight], [u0 - weight @ z], LINEAR)
            operator = EffectiveHessian(head, loss, z.unsqueeze(0))
            inside, outside = ((operator @ v.unsqueeze(0))[0] for v in probes)
            kept = max(kept, float((inside - probes[0]).norm(dim=0).max()))
            removed = max(removed, float(outside.norm(dim=0).max()))
            slope = float(operator.gradient.norm())
            if name == "moving":
                moved = min(moved, slope)
            else:
                still = max(still, slope)
    # eigh is backward stable: errors of n eps |H|, magnified by 1 / lambda_s (LAPACK, section 4.7).
    allowed = K * torch.finfo(torch.float64).eps * float(used.max() / used.min())
    gradient = allowed * float(scaled.norm(dim=0).max() * rho.norm())
    margin = max(kept / allowed, removed / allowed, still / gradient, gradient / moved)
    # W^T rho = Q_S E^T rho, whose length does not depend on S.
    unmoved = abs(moved - float((choices["moving"].T @ rho).norm())) > gradient
    return Finding(
        outcome=Outcome.SURPRISE if unmoved or margin > 1 else Outcome.AS_STATED,
        summary=(
            f"At {D}-{K} with $\\dim S = {S}$, for {HEADS} random $S$, products differ from $v$ by "
            f"{rounded_up(kept, 2)} for $v$ in $S$ and from $0$ by {rounded_up(removed, 2)} across it; from the {S} largest "
            rf"eigenvalues $|W^T \rho| \geq {rounded_down(moved, 2)}$, so that $z^*$ does not stay critical; from "
            rf"{S + 1}, orthogonally to $\rho$, $|W^T \rho| \leq {rounded_up(still, 2)}$."
        ),
        cases=HEADS * len(choices),
        margin=margin,
        residuals={
            "in $S$": kept,
            "across $S$": removed,
            r"$|W^T \rho|$, moving": moved,
            r"$|W^T \rho|$, keeping": still,
        },
    )


def _unit(generator: torch.Generator, rows: slice) -> Tensor:
    """Random unit columns, (D, PROBES), that are zero outside some rows."""
    v = torch.zeros(D, PROBES, dtype=torch.float64)
    v[rows] = torch.randn(v[rows].shape, generator=generator, dtype=torch.float64)
    return v / v.norm(dim=0)

"""The constants of 3.5 at production size, and what random and aligned errors do there.

Heads: projectors 512-2048-2048, three alone and one under a predictor 2048-512-2048, with Swish and
He weights. L and M come from Lanczos, lambda from a factorisation. The aligned error is the
rank-one matrix E = (w - Jv) v^T with v the least eigenvector of J^T H J and w the nearest point to
Jv of the cone {x^T H x <= 0}: at it definiteness is lost. It is the least error along v; another
direction may need less (`DIRECTION`). The random error is Gaussian.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from theorems.cor35.bounds import Letters, convex, published, share, sharp
from theorems.cor35.properties import distance_to_cone
from verify.claims.check import Context
from verify.claims.evidence import Finding, Table, finding
from verify.numeric.activations import LINEAR, SWISH
from verify.numeric.decimals import rounded_up
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head
from verify.numeric.lanczos import extreme_eigenpairs
from verify.numeric.objectives import OBJECTIVES, Labels, Loss, Targets
from verify.numeric.operators import SymmetricOperator

PROJECTOR = (512, 2048, 2048)
PREDICTOR = (2048, 512, 2048)

HEADS = (
    *((f"projector {n}", (PROJECTOR,)) for n in (1, 2, 3)),
    ("projector and predictor", (PROJECTOR, PREDICTOR)),
)
"""Their weights are drawn one after the other."""

LEAST = 8
"""Settings with lambda > 0 that are wanted, of twelve."""

MULTIPLE = 10.0
"""Size of the random error over the published threshold."""

ROUNDING = 1e-12
"""Absolute error over M L^2 of an eigenvalue of J^T H J: 512 eps is 1e-13 (LAPACK, section 4.7)."""

RESOLVED = 100 * ROUNDING
"""Least lambda / (M L^2) that is judged: it is then right to a percent."""


class Measured(NamedTuple):
    """One head under one loss.

    Attributes:
        letters: lambda, L and M.
        random, aligned: least eigenvalue of the perturbed pullback over lambda; NaN where the
            hypothesis lambda > 0 fails or is not resolved.
        reached: size of the aligned error.
    """

    head: str
    loss: str
    letters: Letters
    random: float = math.nan
    aligned: float = math.nan
    reached: float = math.nan

    @property
    def q(self) -> float:
        """lambda / (M L^2)."""
        return float(share(self.letters))

    @property
    def threshold(self) -> float:
        """The threshold that is proved for the loss; NaN where lambda is not positive."""
        if self.letters.lam <= 0:
            return math.nan
        return float((sharp if self.loss == "negative cosine" else convex)(self.letters))

    @property
    def published(self) -> float:
        """lambda / (2 L M)."""
        return float(published(self.letters))


def head(widths: tuple[tuple[int, int, int], ...], generator: torch.Generator) -> Head:
    """One-hidden-layer Swish heads one after the other, the identity between them."""
    weights = [
        torch.randn(rows, columns, generator=generator, dtype=torch.float64) * (2 / columns) ** 0.5
        for sizes in widths
        for columns, rows in ((sizes[0], sizes[1]), (sizes[1], sizes[2]))
    ]
    activations = [SWISH, *[LINEAR, SWISH] * (len(widths) - 1)]
    return Head(weights, None, activations)


def pulled(jacobian: Tensor, loss: Loss, u: Tensor) -> Tensor:
    """J^T H J for a Jacobian (k, d) and the loss Hessian at u (1, k)."""
    image = loss.jet(u).hessian_product(jacobian.unsqueeze(0))[0]
    product = jacobian.T @ image
    return (product + product.T) / 2


def top(operator: SymmetricOperator) -> float:
    """The largest modulus of an eigenvalue, by Lanczos."""
    return float(extreme_eigenpairs(operator, fallback_up_to=0).values.abs().max())


def lost_at(jacobian: Tensor, v: Tensor, loss: Loss, u: Tensor, label: str) -> Tensor:
    """The point w nearest to Jv with w^T H w <= 0, (k,).

    It is in the kernel of a positive semidefinite H: 0 for MSE, the mean times the vector of ones
    for cross-entropy. For the negative cosine H leaves the span of u, the target and Jv invariant, and
    is a positive multiple of I across it, so that w lies there.
    """
    image = jacobian @ v
    if label == "MSE":
        return torch.zeros_like(image)
    if label == "cross-entropy":
        return image.mean() * torch.ones_like(image)
    target = loss.constants.targets[0]
    basis = torch.linalg.qr(torch.stack([u[0], target, image], dim=1)).Q
    _, w = distance_to_cone(basis.T @ image, pulled(basis, loss, u))
    return basis @ w


class State(NamedTuple):
    """A head at one point: its Jacobian (k, d), its output u (1, k) and L."""

    name: str
    jacobian: Tensor
    u: Tensor
    big_l: float


def state(name: str, made: Head, z: Tensor) -> State:
    """What the losses share at z (1, d)."""
    trace = made.trace(z[0])
    jacobian = trace.jacobian()
    big_l = float(torch.linalg.eigvalsh(jacobian.T @ jacobian)[-1].sqrt())
    return State(name, jacobian, trace.output.unsqueeze(0), big_l)


def measure(at: State, label: str, loss: Loss, noise: Tensor) -> Measured:
    """The constants, and the least eigenvalue after a random and after the aligned error.

    Args:
        at: the head at a point.
        label: of the loss.
        loss: the loss of one output.
        noise: (k, d), Gaussian, of norm 1.
    """
    name, jacobian, u, big_l = at
    big_m = top(EffectiveHessian(torch.nn.Identity(), loss, u))
    values, vectors = torch.linalg.eigh(pulled(jacobian, loss, u))
    lam = float(values[0])
    found = Measured(name, label, Letters(lam, big_l, big_m))
    if lam <= RESOLVED * big_m * big_l**2:
        return found
    v = vectors[:, 0]
    shift = lost_at(jacobian, v, loss, u, label) - jacobian @ v
    after = [
        torch.linalg.eigvalsh(pulled(jacobian + error, loss, u))[0]
        for error in (MULTIPLE * found.published * noise, torch.outer(shift, v))
    ]
    return found._replace(
        random=float(after[0]) / lam, aligned=float(after[1]) / lam, reached=float(shift.norm())
    )


def thresholds(ctx: Context) -> Finding:
    """Four heads under three losses: every proved threshold lies below the aligned error."""
    generator = torch.Generator().manual_seed(ctx.seed_for("cor35.production"))
    z = torch.randn(1, PROJECTOR[0], generator=generator, dtype=torch.float64)
    noise = torch.randn(PROJECTOR[2], PROJECTOR[0], generator=generator, dtype=torch.float64)
    noise /= torch.linalg.eigvalsh(noise.T @ noise)[-1].sqrt()
    found = []
    for name, widths in HEADS:
        made = head(widths, generator)
        at = state(name, made, z)
        target = at.u + torch.randn(1, made.k, generator=generator, dtype=torch.float64) / 4
        losses = {
            "MSE": OBJECTIVES["mse"].bind(Targets(target)),
            "cross-entropy": OBJECTIVES["softmax_cross_entropy"].bind(
                Labels(torch.zeros(1, dtype=torch.int64))
            ),
            "negative cosine": OBJECTIVES["negative_cosine"].bind(Targets(target)),
        }
        found += [measure(at, label, loss, noise) for label, loss in losses.items()]
    judged = [row for row in found if not math.isnan(row.aligned)]
    # Squared, since the error of lambda is absolute; for a convex loss the threshold is larger.
    margin = max(
        row.threshold**2 / (row.reached**2 + ROUNDING * row.letters.L**2) for row in judged
    )
    lost = all(row.aligned * row.q <= ROUNDING for row in judged)
    sized = math.isclose(float(torch.linalg.matrix_norm(noise, ord=2)), 1, rel_tol=1e-9)
    moved = max(abs(row.random - 1) for row in judged)
    needed = [row.reached / row.published for row in judged]
    return finding(
        lost and sized and margin <= 1 and len(judged) >= LEAST,
        rf"At 512-2048-2048 $q$ lies between {min(r.q for r in judged):.1e} and {max(r.q for r in judged):.1e}. A random error of {MULTIPLE:g} times the published threshold changes $\lambda$ by at most {rounded_up(100 * moved, 2)} %; along the least eigenvector definiteness is lost at {min(needed):.2g} to {max(needed):.3g} thresholds. In {len(found) - len(judged)} of {len(found)} settings $\lambda > 0$ fails or is not resolved, and nothing is judged.",
        cases=len(judged),
        margin=margin,
        tables=(_table(found),),
    )


def _table(found: list[Measured]) -> Table:
    def shown(row: Measured, value: float) -> str:
        return "" if math.isnan(row.aligned) else f"{value:.3g}"

    return Table(
        title="The constants of the corollary at production size",
        columns=(
            "head",
            "loss",
            "lambda",
            "L",
            "M",
            "q",
            "published threshold",
            "proved threshold",
            "aligned |E|",
            "lambda after it, over lambda",
            f"after a random E of {MULTIPLE:g} thresholds",
        ),
        rows=tuple(
            (
                row.head,
                row.loss,
                *(f"{value:.3g}" for value in row.letters),
                *(
                    shown(row, value)
                    for value in (
                        row.q,
                        row.published,
                        row.threshold,
                        row.reached,
                        row.aligned,
                        row.random,
                    )
                ),
            )
            for row in found
        ),
        note="lambda is the least eigenvalue of J^T H J, without the interaction term. Swish heads with He weights, of which each has its own draw, at one Gaussian point; targets at distance about 11 from the output. The proved threshold is sqrt(lambda / M) for the two convex losses and eps* for the negative cosine. Where lambda is not resolved as positive the columns after M are empty: the predictor's hidden layer is as narrow as z, and the Jacobian nearly singular.",
    )

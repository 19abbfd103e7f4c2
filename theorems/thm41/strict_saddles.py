"""What the theorem of Lee et al. gives at a strict saddle of L o h, and what it needs."""

from __future__ import annotations

import torch
from torch import Tensor

from verify.checks import attack, section
from verify.numeric.activations import SOFTPLUS
from verify.numeric.heads import Head
from verify.statement import Arithmetic, Check, Context, Finding, Kind, Outcome, Role, Table

LIPSCHITZ = 0.5
"""Global Lipschitz constant of the gradient here: each Hessian entry is a sum of two s'' <= 1/4."""

STEP = 1.0
"""Below 1 / LIPSCHITZ = 2, as the theorem asks."""

RADIUS, ESCAPED, STEPS = 1e-3, 1.0, 200

NEEDS = (
    ("the objective is twice differentiable", "yes, for smooth heads and losses"),
    ("its gradient is Lipschitz", "on bounded sets only; a network's loss has no global constant"),
    ("the step is below 1 / Lipschitz constant", "not known to hold in training"),
    (
        "the iteration is gradient descent of one function",
        "no: stop-gradients and moving-average targets are not the gradient of a function",
    ),
    ("the descent is in the variable with the saddle", "no: the weights move, z does not"),
    ("the start has a density", "yes"),
    ("the point is a strict saddle", "only where the interaction term has a negative direction"),
)
"""What the theorem needs, and whether self-supervised training has it."""


def saddle() -> Head:
    """f(z) = -(s(z_1) + s(-z_1)) + s(z_2) + s(-z_2) + const with softplus: H_eff(0) = diag(-1/2, 1/2).

    L(u) = u, so the loss Hessian is 0 (of rank r = 0 < d) and rho = 1.
    """
    w1 = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]], dtype=torch.float64)
    w2 = torch.tensor([[-1.0, -1.0, 1.0, 1.0]], dtype=torch.float64)
    return Head((w1, w2), None, SOFTPLUS)


def descend(z: Tensor) -> Tensor:
    """Gradient descent of f from a batch of starts: (B, 2) -> (B, 2)."""
    head, rho = saddle(), torch.ones(len(z), 1, dtype=z.dtype)
    for _ in range(STEPS):
        z = z - STEP * head.trace(z).adjoints(rho)[0]
    return z


def random_starts(ctx: Context) -> Finding:
    """From 1,000 or more random starts beside the saddle, gradient descent leaves in all."""
    generator = torch.Generator().manual_seed(ctx.seed_for("thm41.strict-saddles"))
    starts = max(1000, 10 * ctx.cases)
    z = RADIUS * torch.randn(starts, 2, generator=generator, dtype=torch.float64)
    left = int((descend(z)[:, 0].abs() > ESCAPED).sum())
    return Finding(
        outcome=Outcome.AS_STATED if left == starts else Outcome.SURPRISE,
        summary=f"{left} of {starts} random starts leave the strict saddle in {STEPS} steps of {STEP:g}.",
        cases=starts,
        tables=(
            Table(
                title="What the theorem needs, and whether self-supervised training has it",
                columns=("hypothesis", "in self-supervised training"),
                rows=NEEDS,
            ),
        ),
    )


def stable_manifold(ctx: Context) -> Finding:
    """From starts on the stable manifold z_1 = 0, which has measure zero, it does not leave."""
    generator = torch.Generator().manual_seed(ctx.seed_for("thm41.stable-manifold"))
    z = RADIUS * torch.randn(1000, 2, generator=generator, dtype=torch.float64)
    z[:, 0] = 0
    end = descend(z)
    stayed = int(((end[:, 0] == 0) & (end[:, 1].abs() < RADIUS)).sum())
    return Finding(
        outcome=Outcome.AS_STATED if stayed == len(z) else Outcome.SURPRISE,
        summary=f"{stayed} of {len(z)} starts on the stable manifold converge to the saddle.",
        cases=len(z),
    )


CHECKS = section(
    "thm41.strict-saddles",
    Check(
        id="random-starts",
        title="Gradient descent leaves a strict saddle from random starts",
        role=Role.SUPPORTS,
        kind=Kind.PROPERTY,
        arithmetic=Arithmetic.FLOAT64,
        run=random_starts,
        cost=1.0,
    ),
    attack("stable-manifold", "From its stable manifold it does not", stable_manifold),
    part="strict-saddles",
)

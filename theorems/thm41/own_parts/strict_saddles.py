"""What the theorem of Lee et al. gives at strict saddles of L o h, and what it needs."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from verify.claims.check import Context
from verify.claims.declare import attack, sampled, section
from verify.claims.evidence import Finding, Outcome, Table
from verify.numeric.activations import SOFTPLUS
from verify.numeric.effective_hessian import interaction
from verify.numeric.heads import Head

D, SADDLES = 4, 20

STEP = 0.9
"""The step times the gradient's Lipschitz constant: below 1, as the theorem asks."""

RADIUS, ESCAPED, STEPS = 1e-3, 1.0, 200
"""Typical distance of the starts in a coordinate; where one has escaped; and steps made. The slowest
unstable coordinate grows by 1 + STEP / 3 = 1.3 a step and is past ESCAPED in time unless it starts
below 1.3^-200 = 1.6e-23."""

NEEDS = (
    ("the objective is twice differentiable", "yes, for smooth heads and losses"),
    ("its gradient is Lipschitz", "on bounded sets only; a network's loss has no global constant"),
    ("the step is below 1 / Lipschitz constant", "not known to hold in training"),
    (
        "the iteration is gradient descent of one function",
        "not with stop-gradients or moving-average targets (BYOL, SimSiam, MoCo, DINO), which are not the gradient of a function; elsewhere batches are drawn",
    ),
    ("the descent is in the variable with the saddle", "no: the weights move, z does not"),
    ("the start has a density", "yes"),
    ("the point is a strict saddle", "only where H_eff has a negative eigenvalue"),
)
"""What the theorem needs, and whether self-supervised training has it."""


def saddles(generator: torch.Generator) -> Iterator[Tensor]:
    """Curvatures c of saddles: moduli in [1/2, 3/2], the first one negative, the last positive."""
    for _ in range(SADDLES):
        sizes = 0.5 + torch.rand(D, generator=generator, dtype=torch.float64)
        signs = torch.randint(0, 2, (D,), generator=generator).double() * 2 - 1
        signs[0], signs[-1] = -1, 1
        yield sizes * signs


def head(c: Tensor) -> Head:
    """h(z) = sum_j c_j (s(z_j) + s(-z_j)) with softplus and L(u) = u: H_eff(0) = diag(c) / 2.

    The loss Hessian is 0 (of rank r = 0 < d), and rho = 1. H_eff is diagonal everywhere, with entries
    of at most |c_j| / 2 since s'' <= 1/4.
    """
    one = torch.eye(D, dtype=torch.float64)
    return Head((torch.cat((one, -one)), torch.cat((c, c)).unsqueeze(0)), None, SOFTPLUS)


def is_strict_saddle(c: Tensor) -> bool:
    """Whether 0 is critical with the Hessian diag(c) / 2, without rounding: s''(0) is 1/4."""
    trace, rho = head(c).trace(torch.zeros(D, dtype=torch.float64)), torch.ones(1).double()
    critical = bool((trace.adjoints(rho)[0] == 0).all())
    return (
        critical and torch.equal(interaction(trace, rho), torch.diag(c) / 2) and bool(c.min() < 0)
    )


def descend(c: Tensor, z: Tensor) -> Tensor:
    """Gradient descent of L(h(z)) from a batch of starts: (B, d) -> (B, d)."""
    f, rho = head(c), torch.ones(len(z), 1, dtype=z.dtype)
    step = STEP / float(c.abs().max() / 2)
    for _ in range(STEPS):
        z = z - step * f.trace(z).adjoints(rho)[0]
    return z


def random_starts(ctx: Context) -> Finding:
    """From 1,000 or more random starts beside the saddles, gradient descent leaves in all."""
    generator = torch.Generator().manual_seed(ctx.seed_for("thm41.strict-saddles"))
    each = max(1000, 10 * ctx.cases) // SADDLES
    left, strict = 0, 0
    for c in saddles(generator):
        z = RADIUS * torch.randn(each, D, generator=generator, dtype=torch.float64)
        left += int((descend(c, z)[:, c < 0].abs().amax(1) > ESCAPED).sum())
        strict += is_strict_saddle(c)
    starts = each * SADDLES
    good = left == starts and strict == SADDLES
    return Finding(
        outcome=Outcome.AS_STATED if good else Outcome.SURPRISE,
        summary=(
            f"{left} of {starts} random starts leave; {strict} of {SADDLES} points are strict saddles; "
            f"{STEPS} steps of {STEP:g} over the Lipschitz constant."
        ),
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
    """From starts on the stable manifold, z_j = 0 where c_j < 0, of measure zero, it does not leave."""
    generator = torch.Generator().manual_seed(ctx.seed_for("thm41.stable-manifold"))
    each, stayed = 1000 // SADDLES, 0
    for c in saddles(generator):
        z = RADIUS * torch.randn(each, D, generator=generator, dtype=torch.float64)
        z[:, c < 0] = 0
        stayed += int((descend(c, z).norm(dim=1) < 1e-3 * z.norm(dim=1)).sum())
    starts = each * SADDLES
    return Finding(
        outcome=Outcome.AS_STATED if stayed == starts else Outcome.SURPRISE,
        summary=f"{stayed} of {starts} starts on the stable manifolds converge to their saddle.",
        cases=starts,
    )


CHECKS = section(
    "thm41.strict-saddles",
    sampled(
        "random-starts",
        "Gradient descent leaves strict saddles from random starts",
        random_starts,
        cost=1.0,
    ),
    attack(
        "stable-manifold",
        "Control: gradient descent does not leave strict saddles from starts on their stable manifolds",
        stable_manifold,
    ),
    part="strict-saddles",
)

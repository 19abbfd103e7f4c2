"""3.4 at 2048-8192-8192-8192: the share of each term, with norms bounded layer by layer.

No matrix with d or more columns is formed: the Jacobian alone would take 0.3 Tflop. An upper bound
of a product of factors is the product of their upper bounds, and of a difference of two such
products the telescoping sum

    |A_1 .. A_n - B_1 .. B_n| <= sum_i |B_1| .. |B_{i-1}| |A_i - B_i| |A_{i+1}| .. |A_n|.

The change of H_eff is bounded from below by its products with vectors. Float32, for throughput:
nothing here is a sign, and the bound and the change are more than five orders of magnitude apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from theorems.prop34.bounds import Letters, star_terms
from theorems.prop34.scale import Measured, cross_entropy_lipschitz, term_table
from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome
from verify.numeric.activations import SWISH
from verify.numeric.decimals import rounded_up
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head, Trace
from verify.numeric.objectives import OBJECTIVES, Labels

WIDTHS = (2048, 8192, 8192, 8192)
SIZES = (1e-2, 1e-4)
"""Relative size of the perturbation of the weights and biases."""

POWERS, DRAWS, RISK = 4, 5, 20.0
"""Of `upper_norm`, which is then wrong with a probability of at most 4e-7."""

ROUNDED = 1 + 1e-3
"""Factor on norms in float32: sums of 8192 products, over 8 products, err by less than 8192 eps / 8
relative for vectors without cancellation."""

STEPS = 4
"""Products with the change of H_eff."""


class Factor(NamedTuple):
    """Upper bounds of the norms of a factor, of the perturbed factor, and of their difference."""

    before: float
    after: float
    apart: float


def upper_norm(matrix: Tensor, generator: torch.Generator) -> float:
    """An upper bound of the spectral norm of (m, n), except with probability RISK^-DRAWS.

    |B| <= RISK sqrt(2/pi) max |B x| over DRAWS Gaussian vectors x (Halko, Martinsson and Tropp 2011,
    Lemma 4.1), applied to B = (A^T A)^POWERS, whose norm is |A|^(2 POWERS).
    """
    x = torch.randn(matrix.shape[1], DRAWS, generator=generator, dtype=matrix.dtype)
    for _ in range(POWERS):
        x = matrix.T @ (matrix @ x)
    longest = float(x.norm(dim=0).max())
    return ROUNDED * (RISK * math.sqrt(2 / math.pi) * longest) ** (1 / (2 * POWERS))


def product(factors: Sequence[Factor]) -> Factor:
    """The product of factors, its difference by the telescoping sum."""
    apart = sum(
        math.prod(f.before for f in factors[:i]) * factor.apart * math.prod(f.after for f in rest)
        for i, factor in enumerate(factors)
        for rest in [factors[i + 1 :]]
    )
    return Factor(math.prod(f.before for f in factors), math.prod(f.after for f in factors), apart)


def entrywise(before: Tensor, after: Tensor) -> Factor:
    """A diagonal factor: its norm is its largest modulus."""
    return Factor(*(float(x.abs().max()) for x in (before, after, after - before)))


def jacobian(weights: Sequence[Factor], slopes: Sequence[Factor], start: int, stop: int) -> Factor:
    """W_stop s'_{stop-1} .. s'_start W_start, layers counted from 1."""
    chain = [weights[start - 1]]
    for layer in range(start, stop):
        chain = [weights[layer], slopes[layer - 1], *chain]
    return product(chain)


def second_derivative(
    weights: Sequence[Factor], rows: Sequence[Factor], traces: tuple[Trace, Trace]
) -> Factor:
    """|D^2 h| and its change, from D^2 h[v, v] = sum_l C_l (s''_l * (A_l v)^2).

    A_l is the Jacobian of the preactivation of layer l and C_l that of h by the layer's output.
    Since (a.v)^2 <= |a| |a.v| for a row a of A_l, a term is at most |C_l| max|s''_l| max|a| |A_l|,
    and max|a| at most the longest row of W_l times the norm of what stands behind it.
    """
    slopes, bends = (
        [entrywise(x[order], y[order]) for x, y in zip(*(t.jets for t in traces), strict=True)]
        for order in (1, 2)
    )
    depth = len(weights)
    terms = []
    for layer in range(1, depth):
        behind = [slopes[layer - 2], jacobian(weights, slopes, 1, layer - 1)] if layer > 1 else []
        ahead = jacobian(weights, slopes, layer + 1, depth)
        terms.append(
            product(
                [
                    ahead,
                    bends[layer - 1],
                    rows[layer - 1],
                    *behind,
                    jacobian(weights, slopes, 1, layer),
                ]
            )
        )
    return Factor(*(sum(values) for values in zip(*terms, strict=True)))


def bound_terms(
    weights: Sequence[Factor], rows: Sequence[Factor], traces: tuple[Trace, Trace], rho: float
) -> tuple[float, ...]:
    """The five terms, in order, for cross-entropy.

    Args:
        weights: norms of the weight matrices.
        rows: their longest rows.
        traces: of the target and of the perturbed head.
        rho: length of the loss gradient at the target.
    """
    slopes = [entrywise(x[1], y[1]) for x, y in zip(*(t.jets for t in traces), strict=True)]
    first = jacobian(weights, slopes, 1, len(weights))
    second = second_derivative(weights, rows, traces)
    delta = traces[1].output - traces[0].output
    e0, m = float(delta.norm()), float(torch.softmax(traces[0].output, dim=0).max())
    t = cross_entropy_lipschitz(m, delta)
    return star_terms(
        Letters(first.before, m, first.apart, t, rho, second.before, e0, second.apart)
    )


def term_shares(ctx: Context) -> Finding:
    """The change of H_eff from below against the five terms from above, cross-entropy loss.

    Each weight matrix and bias moves by a multiple of itself with the rows shifted by one, which has
    the same norms and needs no second draw.
    """
    generator = torch.Generator().manual_seed(ctx.seed_for("prop34.wide"))
    sizes = list(pairwise(WIDTHS))
    weights = [_uniform(rows, columns, generator) for columns, rows in sizes]
    biases = [torch.randn(rows, generator=generator) * 0.1 for _, rows in sizes]
    z, start = torch.randn(2, 1, WIDTHS[0], generator=generator)
    norms = [upper_norm(w, generator) for w in weights]
    longest = [ROUNDED * float(w.norm(dim=1).max()) for w in weights]
    loss = OBJECTIVES["softmax_cross_entropy"].bind(Labels(torch.zeros(1, dtype=torch.int64)))
    head = Head(weights, biases, SWISH)
    target = EffectiveHessian(head, loss, z)
    rho = float(target.rho.norm())
    found = []
    for size in SIZES:
        moved_weights, moved_biases = (
            [_moved(x, size) for x in each] for each in (weights, biases)
        )
        moved = Head(moved_weights, moved_biases, SWISH)
        factors, rows = (
            [Factor(n, (1 + size) * n, size * n) for n in each] for each in (norms, longest)
        )
        terms = bound_terms(factors, rows, (head.trace(z[0]), moved.trace(z[0])), rho)
        change = _largest(EffectiveHessian(moved, loss, z), target, start)
        found.append(Measured(change, terms))
    worst = max(row.ratio for row in found)
    most = max(row.change / row.published for row in found)
    return Finding(
        outcome=Outcome.AS_STATED if worst <= 1 else Outcome.SURPRISE,
        summary=f"At {'-'.join(map(str, WIDTHS))} the change of H_eff, from below, is at most {rounded_up(worst, 2)} of the full bound and {rounded_up(most, 2)} of the published one, both from above.",
        cases=len(found),
        margin=worst,
        tables=(
            term_table(
                found,
                SIZES,
                f"The share of each term of the full bound at {'-'.join(map(str, WIDTHS))}",
                "change, from below",
                f"Cross-entropy on a Swish head with three layers and He weights, float32. The norm of each weight matrix is bounded from above except with a probability of {RISK**-DRAWS:g}; all other norms follow from these as products of the layers' norms. The bounds are therefore loose by orders of magnitude, and the shares are those of the bound, not of the change.",
            ),
        ),
    )


def _uniform(rows: int, columns: int, generator: torch.Generator) -> Tensor:
    """He's uniform weights: variance 2 / columns."""
    bound = math.sqrt(6 / columns)
    return torch.rand(rows, columns, generator=generator).mul_(2 * bound).sub_(bound)


def _moved(x: Tensor, size: float) -> Tensor:
    """x plus a multiple of itself with the rows shifted by one, in one pass over its memory."""
    shifted = torch.empty_like(x)
    torch.add(x[1:], x[:-1], alpha=size, out=shifted[1:])
    torch.add(x[:1], x[-1:], alpha=size, out=shifted[:1])
    return shifted


def _largest(moved: EffectiveHessian, target: EffectiveHessian, start: Tensor) -> float:
    """A lower bound of |H_phi - H_*|: the longest product with a unit vector that power steps find.

    Up to the rounding of the two products, which is far below the gap to the bound.
    """
    v, longest = start / start.norm(), 0.0
    for _ in range(STEPS):
        image = moved @ v - target @ v
        longest = max(longest, float(image.norm()))
        v = image / image.norm()
    return longest / ROUNDED

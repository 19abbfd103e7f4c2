"""The corollary's use: heads of growing width and depth, fitted to a target that whitens.

The loss is L(u) = (u - t)^T D (u - t) / 2 and the target h_*(z) = D^{-1/2} z, so that the target's
effective Hessian is the identity at every z: kappa = 1 and lambda = 1. A head has random hidden
layers with Swish and a last layer fitted to the target by least squares on a sample, which needs no
training and falls in error as the head grows. Its Jacobian error is compared with the thresholds
and its whole effective Hessian with what the corollary says of it.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from theorems.cor35 import bounds
from theorems.cor35.bounds import Letters
from theorems.prop34.bounds import Letters as Perturbation
from theorems.prop34.bounds import star_terms
from verify.claims.check import Context
from verify.claims.evidence import Finding, Plot, Series, Table, finding
from verify.numeric.activations import SWISH
from verify.numeric.effective_hessian import interaction, pullback
from verify.numeric.heads import Head

DIMENSION = 4
WIDTHS = (4, 8, 16, 32, 64, 128, 256)
DEPTHS = (2, 3, 4)
SAMPLES = 2000
POINTS = 64
RIDGE = 1e-8
SPREAD = 10.0
"""Condition number of D, which without a head is that of the effective Hessian."""

ROUNDING = 1e-9
"""Least eigenvalue taken as negative: below minus this; matrices of order 4 with norms below 1e3."""


class Measured(NamedTuple):
    """One head at all points; each tensor of shape (POINTS,)."""

    width: int
    depth: int
    error: Tensor
    gauss_newton: Tensor
    least: Tensor
    whole_bound: Tensor


def _hidden(
    width: int, depth: int, generator: torch.Generator
) -> tuple[list[Tensor], list[Tensor]]:
    sizes = [DIMENSION] + [width] * (depth - 1)
    weights = [
        torch.randn(rows, columns, generator=generator, dtype=torch.float64) * (2 / columns) ** 0.5
        for columns, rows in pairwise(sizes)
    ]
    biases = [torch.randn(rows, generator=generator, dtype=torch.float64) for rows in sizes[1:]]
    return weights, biases


def _fitted(width: int, depth: int, target: Tensor, generator: torch.Generator) -> Head:
    """A head whose last layer is the ridge fit to z -> target z on Gaussian points."""
    weights, biases = _hidden(width, depth, generator)
    z = torch.randn(SAMPLES, DIMENSION, generator=generator, dtype=torch.float64)
    x = z
    for w, b in zip(weights, biases, strict=True):
        x = SWISH.jet(x @ w.T + b)[0]
    features = torch.cat([x, torch.ones(SAMPLES, 1, dtype=torch.float64)], dim=1)
    gram = features.T @ features
    gram = gram + RIDGE * gram.diagonal().mean() * torch.eye(len(gram), dtype=torch.float64)
    solution = torch.linalg.solve(gram, features.T @ (z @ target.T)).T
    return Head([*weights, solution[:, :-1]], [*biases, solution[:, -1]], SWISH)


def _measure(head: Head, d: Tensor, target: Tensor, shift: Tensor, z: Tensor) -> Measured:
    trace = head.trace(z)
    jacobian, offset = trace.jacobian(), trace.output - z @ target.T
    rho = (trace.output - shift) * d
    loss_hessian = torch.diag(d)
    matrix = pullback(trace, loss_hessian.expand(len(z), -1, -1))
    whole = matrix + interaction(trace, rho)
    error = torch.linalg.matrix_norm(jacobian - target, ord=2)
    # The whole bound of 3.4 with T = 0 and K_2 = 0 (the target is linear):
    # |D^2 h| is at most the norm of the unfolding of the head's second derivative, (k, d d).
    second = torch.stack(
        [interaction(trace, unit.expand(len(z), -1)) for unit in torch.eye(head.k).double()], dim=1
    )
    second_norm = torch.linalg.matrix_norm(second.flatten(2), ord=2)
    rho_target = ((z @ target.T - shift) * d).norm(dim=1)
    largest, bound_m = torch.linalg.matrix_norm(target, ord=2), d.max()
    whole_bound = sum(
        star_terms(
            Perturbation(
                largest,
                bound_m,
                error,
                R=rho_target,
                epsilon0=offset.norm(dim=1),
                epsilon2=second_norm,
            )
        )
    )
    return Measured(
        head.weights[0].shape[0],
        head.depth,
        error,
        torch.linalg.eigvalsh(matrix)[:, 0],
        torch.linalg.eigvalsh((whole + whole.mT) / 2)[:, 0],
        whole_bound,
    )


def fitted_heads(ctx: Context) -> Finding:
    """Compare the errors of fitted heads with the thresholds, and count what happens beyond them."""
    generator = torch.Generator().manual_seed(ctx.seed_for("cor35.capacity"))
    d = SPREAD ** -torch.linspace(0, 1, DIMENSION, dtype=torch.float64)
    target = torch.diag(d**-0.5)
    shift = torch.randn(DIMENSION, generator=generator, dtype=torch.float64)
    z = torch.randn(POINTS, DIMENSION, generator=generator, dtype=torch.float64)
    letters = Letters(1.0, float(target.diagonal().max()), float(d.max()))
    lam, published, root = letters.lam, bounds.published(letters), bounds.convex(letters)
    found = [
        _measure(_fitted(width, depth, target, generator), d, target, shift, z)
        for depth in DEPTHS
        for width in WIDTHS
    ]
    error, matrix, least, whole_bound = (
        torch.stack([getattr(row, name) for row in found]).flatten()
        for name in ("error", "gauss_newton", "least", "whole_bound")
    )
    beyond = error > published
    # What is proved: below either threshold G stays definite, below the full bound H_eff does.
    broken = int(((error < root) & (matrix <= 0)).sum()) + int(
        ((whole_bound < lam) & (least <= 0)).sum()
    )
    definite = int((beyond & (least > ROUNDING)).sum())
    unstable = int((beyond & (least < -ROUNDING)).sum())
    # Another way to the thresholds: the target's spectrum is that of D^{-1/2}, so that L^2 = SPREAD, M = 1.
    told = (
        math.isclose(published, 1 / (2 * SPREAD**0.5))
        and math.isclose(root, 1)
        and int(beyond.sum()) == int((error * 2 * letters.L * letters.M > lam).sum())
        and definite + unstable + int((beyond & (least.abs() <= ROUNDING)).sum())
        == int(beyond.sum())
    )
    tried = bool((error < root).any() and (whole_bound < lam).any())
    return finding(
        told and tried and broken == 0,
        f"{len(found)} heads at {POINTS} points: of {int(beyond.sum())} states beyond the published threshold {definite} have a positive definite effective Hessian and {unstable} a negative eigenvalue. The target's is positive definite everywhere, so that an error can lose definiteness and cannot make it; whether it makes a point critical, and so a collapse point, is not asked. {'No state' if broken == 0 else f'{broken} states'} contradict{'s' if broken == 0 else ''} a proved threshold.",
        cases=error.numel(),
        residuals={
            "states that contradict a proved threshold": float(broken),
            "states below the published threshold": float((~beyond).sum()),
            "states below the full bound's threshold": float((whole_bound < lam).sum()),
            "states below the published threshold with a negative eigenvalue": float(
                (~beyond & (least < -ROUNDING)).sum()
            ),
        },
        tables=(_table(found, published),),
        plots=(_plot(found, published, root), _plot_full(found, lam)),
    )


def _table(found: list[Measured], published: float) -> Table:
    return Table(
        title="Fitted heads: error, thresholds and the effective Hessian",
        columns=(
            "layers",
            "width",
            "median error",
            "points beyond the published threshold",
            "points where the full bound keeps definiteness",
            "points with a negative eigenvalue",
        ),
        rows=tuple(
            (
                str(row.depth),
                str(row.width),
                f"{float(row.error.median()):.3g}",
                f"{int((row.error > published).sum())} of {POINTS}",
                f"{int((row.whole_bound < 1).sum())}",
                f"{int((row.least < -ROUNDING).sum())}",
            )
            for row in found
        ),
        note="Random hidden layers, the last layer fitted by least squares. The target's effective Hessian is the identity. This measures these heads, not trained ones.",
    )


def _by_depth(found: list[Measured], name: str) -> tuple[Series, ...]:
    """The medians over the points of one of the measured quantities against the width."""
    return tuple(
        Series(
            label=f"{depth} layers",
            x=tuple(float(row.width) for row in found if row.depth == depth),
            y=tuple(float(getattr(row, name).median()) for row in found if row.depth == depth),
        )
        for depth in DEPTHS
    )


def _level(label: str, value: float) -> Series:
    return Series(label=label, x=(float(WIDTHS[0]), float(WIDTHS[-1])), y=(value, value))


def _plot(found: list[Measured], published: float, root: float) -> Plot:
    return Plot(
        title="The error of fitted heads against the thresholds",
        kind="line",
        series=(
            *_by_depth(found, "error"),
            _level("published threshold", published),
            _level("sharp threshold for a convex loss", root),
        ),
        xlabel="width of the hidden layers",
        ylabel="median error of the Jacobian",
        xscale="log",
        yscale="log",
    )


def _plot_full(found: list[Measured], lam: float) -> Plot:
    return Plot(
        title="The full bound of 3.4 on fitted heads against lambda",
        kind="line",
        series=(
            *_by_depth(found, "whole_bound"),
            _level("lambda, below which H_eff stays definite", lam),
        ),
        xlabel="width of the hidden layers",
        ylabel="median full bound",
        xscale="log",
        yscale="log",
    )

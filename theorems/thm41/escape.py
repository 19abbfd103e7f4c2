"""Escape from critical collapses: gradient flow near them, every draw reported, and the controls."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from theorems.thm41.flow import FAR, PAIRS, START, D, Draw, K, draw, flow, follow
from verify.checks import attack, section
from verify.numeric.activations import GELU, LINEAR, RELU, SWISH, TANH, Activation
from verify.numeric.heads import Head
from verify.statement import (
    Arithmetic,
    Check,
    Context,
    Finding,
    Kind,
    Outcome,
    Plot,
    Role,
    Series,
    Table,
)
from verify.text import count

SLOPE_TOLERANCE = 0.01
"""Relative deviation of the measured rate of escape from |lambda_min|, as specified."""

DRAWS = 41
"""Seed of the draws: the same in every run, so that a rare stiff draw does not decide a run."""


def rates(ctx: Context) -> Finding:
    """Smooth heads: unstable draws leave at the rate |lambda_min|, stable ones stay; all reported."""
    generator = torch.Generator().manual_seed(DRAWS)
    rows, worst, wrong, late_all, points, fewest = [], 0.0, 0, 0, [], math.inf
    each = 30
    for activation in (GELU, SWISH):
        unstable = stayed = unresolved = 0
        deviations = []
        for _ in range(each):
            found = follow(draw(activation, generator), generator)
            escaped = found.rate is not None
            # A run that was cut short may still be on its way out; it may not leave a stable point.
            late = found.least < 0 and not escaped and not found.resolved
            unresolved += late
            wrong += found.gradient > 1e-12 or ((found.least < 0) is not escaped and not late)
            if found.least < 0 and found.rate is not None:
                unstable += 1
                deviations.append(abs(found.rate / -found.least - 1))
                points.append((-found.least, found.rate))
            stayed += found.least >= 0 and not escaped
        worst, fewest = max(worst, *deviations), min(fewest, unstable)
        late_all += unresolved
        rows.append(
            (
                activation.name,
                *map(str, (each, unstable, stayed, unresolved)),
                f"{max(deviations):.1e}",
            )
        )
    good = not wrong and worst <= SLOPE_TOLERANCE and fewest >= 20
    return Finding(
        outcome=Outcome.AS_STATED if good else Outcome.SURPRISE,
        summary=(
            f"{2 * each} draws, none selected: {len(points)} escape along the least eigenvector, at "
            rf"$|\lambda_{{\min}}|$ within {worst:.1e}; {count(late_all, 'stiff draw')} cut short; "
            f"{count(wrong, 'exception')}."
        ),
        cases=2 * each,
        margin=worst / SLOPE_TOLERANCE,
        tables=(
            Table(
                title="Gradient flow from 1e-6 beside a critical collapse, all draws",
                columns=(
                    "activation",
                    "draws",
                    "unstable and escaped",
                    "stayed",
                    "worst rate error",
                ),
                rows=tuple(rows),
            ),
        ),
        plots=(
            Plot(
                title="Rate of escape",
                kind="scatter",
                series=(
                    Series(
                        label="draws",
                        x=tuple(p[0] for p in points),
                        y=tuple(p[1] for p in points),
                    ),
                ),
                xlabel="|lambda_min|",
                ylabel="rate along the least eigenvector",
                equal_axes=True,
            ),
        ),
    )


def flat(ctx: Context) -> Finding:
    """Linear and ReLU heads with J^T rho = 0 != rho: in z nothing moves, in the weights it does.

    The control: the same flow code, the same draws of rho. In z the loss does not fall and z stays; a
    gradient step in all weights from 1e-6 beside the same state moves away.
    """
    generator = torch.Generator().manual_seed(DRAWS)
    each, rows, wrong = 15, [], 0
    for activation in (LINEAR, RELU):
        stays = leaves = 0
        for _ in range(each):
            state = flat_draw(activation, generator)
            start = torch.randn(D, generator=generator, dtype=torch.float64)
            path = flow(state, START * start / start.norm(), start, 10.0, 8.0)
            moved = weight_flow(state, generator)
            stays += float(path.distances.max()) <= 2 * START
            leaves += moved > FAR
        wrong += 2 * each - stays - leaves
        rows.append((activation.name, str(each), str(stays), str(leaves)))
    return Finding(
        outcome=Outcome.SURPRISE if wrong else Outcome.AS_STATED,
        summary=(
            f"{2 * each} linear and ReLU states: {'all' if not wrong else 'not all'} stay in z and "
            "leave in the weights."
        ),
        cases=2 * each,
        tables=(
            Table(
                title="Control: heads without curvature",
                columns=("activation", "draws", "stay in z", "leave in the weights"),
                rows=tuple(rows),
                note="z within twice the starting distance for 8 units of time; weights beyond 1e-3.",
            ),
        ),
    )


def flat_draw(activation: Activation, generator: torch.Generator) -> Draw:
    """A head off its kinks with J^T rho = 0: W_2^T rho = 0; |u|^2 / 2 then makes G >= 0."""

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    w1, rho, w2 = normal(2 * PAIRS, D), normal(K), normal(K, 2 * PAIRS) / (2 * PAIRS) ** 0.5
    # Every kink is at distance at least 1/10 in each preactivation.
    b1 = normal(2 * PAIRS)
    b1 = b1 + 0.1 * torch.where(b1 >= 0, 1.0, -1.0)
    w2 = w2 - torch.outer(rho, rho @ w2) / (rho @ rho)
    return Draw(Head((w1, w2), (b1, -w2 @ activation(b1)), activation), rho)


def weight_flow(state: Draw, generator: torch.Generator, time: float = 1.0) -> float:
    """How far W_1, b_1 and W_2 go by gradient flow from `START` beside their values; z stays 0."""
    z = torch.zeros(D, dtype=torch.float64)
    head, steps = state.head, 100
    values = [
        w + START * torch.randn(w.shape, generator=generator, dtype=w.dtype)
        for w in (head.biases[0], head.weights[1])
    ]
    first, h, s = [w.clone() for w in values], time / steps, head.activations[0]

    def slopes(point: list[Tensor]) -> list[Tensor]:
        b1, w2 = point
        value, slope, _ = s.jet(head.weights[0] @ z + b1)
        back = state.rho + w2 @ value + head.biases[1]
        return [-(slope * (back @ w2)), -torch.outer(back, value)]

    for _ in range(steps):
        k1 = slopes(values)
        k2 = slopes([x + h / 2 * k for x, k in zip(values, k1, strict=True)])
        values = [x + h * k for x, k in zip(values, k2, strict=True)]
    return math.dist(
        torch.cat([x.flatten() for x in values]).tolist(),
        torch.cat([x.flatten() for x in first]).tolist(),
    )


def sweep(ctx: Context) -> Finding:
    """|rho| against the threshold of a tanh unit, d = m = k = 1, H = W = 1, t = 1/2: 3/4.

    H_eff = 9/16 - (3/4)|rho|: below the threshold the point is stable, beyond it unstable.
    """
    bias = torch.tensor([math.atanh(0.5)], dtype=torch.float64)
    one = torch.ones(1, 1, dtype=torch.float64)
    head = Head((one, one), (bias, -TANH(bias)), TANH)
    sizes = [0.05 * n for n in range(1, 31)]
    origin = torch.zeros(1, dtype=torch.float64)
    least, wrong = [], 0
    for size in sizes:
        state = Draw(head, torch.tensor([size], dtype=torch.float64))
        least.append(float(state.effective_hessian(origin)[0, 0]))
        predicted = 9 / 16 - 0.75 * size
        wrong += abs(least[-1] - predicted) > 1e-12
    return Finding(
        outcome=Outcome.SURPRISE if wrong else Outcome.AS_STATED,
        summary=rf"{len(sizes)} sizes of $\rho$: H_eff changes sign at the threshold 3/4.",
        cases=len(sizes),
        plots=(
            Plot(
                title="Least eigenvalue against the size of rho",
                kind="line",
                series=(Series(label="tanh, t = 1/2", x=tuple(sizes), y=tuple(least)),),
                xlabel="|rho|",
                ylabel="lambda_min(H_eff)",
            ),
        ),
    )


CHECKS = section(
    "thm41.escape",
    Check(
        id="rates",
        title=r"Gradient flow leaves an unstable collapse at the rate $|\lambda_{\min}|$",
        role=Role.SUPPORTS,
        kind=Kind.PROPERTY,
        arithmetic=Arithmetic.FLOAT64,
        run=rates,
        cost=6.0,
    ),
    attack(
        "flat",
        "Control: linear and ReLU heads stay in $z$, and leave in the weights",
        flat,
        cost=3.0,
    ),
    attack("sweep", r"The size of $\rho$ swept across the stability threshold", sweep, cost=0.1),
    part="escape",
)

"""Escape from critical collapses: gradient flow beside them, every draw reported, and the controls."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from theorems.thm41.own_parts.flow import (
    LARGEST,
    MARGINAL,
    D,
    Followed,
    States,
    Window,
    critical_states,
    follow,
    window,
)
from theorems.thm41.own_parts.weight_flow import leave_in_weights
from verify.claims.check import Context
from verify.claims.declare import attack, sampled, section
from verify.claims.evidence import Finding, Outcome, Plot, Series, Table
from verify.claims.text import count
from verify.numeric.activations import GELU, LINEAR, RELU, SWISH, Activation
from verify.numeric.decimals import rounded_up

SLOPE_TOLERANCE = 0.01
"""Relative deviation of the log-distance slope from |lambda_min|, as specified; the window leaves
1e-3 to the transient, 1e-3 to third derivatives and 3e-5 to the integrator."""

DRAWS = 64
"""States of each activation. About three in four are unstable, so that fewer than `FEWEST` of 64 are with
probability below 1e-9 even if only two in three were."""

FEWEST = 20
"""Unstable states of each activation that must be followed, as specified."""

GRADIENT = 1e-12
"""|J^T rho| that rounding leaves at a constructed critical state, for entries of order 1 to 10."""

CURVED = 1e-6
"""|J_h| above which a state counts as one with J_h != 0; the drawn ones are of order 1."""

STAYS = 1 + 1e-4
"""Largest distance over the starting one at a state that does not repel."""


class Flowed(NamedTuple):
    """One activation's draws."""

    states: States
    told: Window
    done: Followed

    @property
    def marginal(self) -> Tensor:
        """Draws whose least eigenvalue is within `MARGINAL` |H_eff| of 0: reported, not followed."""
        return self.told.least.abs() <= MARGINAL * self.told.norm

    @property
    def stays(self) -> Tensor:
        """Draws that are neither marginal nor unstable, and stayed."""
        return (self.told.least >= 0) & ~self.marginal & (self.done.farthest <= STAYS)

    @property
    def unstable(self) -> Tensor:
        """Draws that must leave."""
        return (self.told.least < 0) & ~self.marginal

    @property
    def deviations(self) -> Tensor:
        """|slope / |lambda_min| - 1| of the unstable draws; NaN where one never left."""
        return (self.done.slope / -self.told.least - 1).abs()[self.unstable]

    @property
    def wrong(self) -> int:
        """Draws against the statement: not critical, J_h = 0, slope off, or stable and moved."""
        stable = (self.told.least >= 0) & ~self.marginal
        origin = torch.zeros(len(self.told.least), D, dtype=torch.float64)
        exceptions = (
            (self.states.gradient(origin).norm(dim=1) > GRADIENT)
            | (self.states.jacobian_norms < CURVED)
            | (stable & (self.done.farthest > STAYS))
        )
        return int(exceptions.sum()) + int((~(self.deviations <= SLOPE_TOLERANCE)).sum())


def flowed(activation: Activation, size: int, ctx: Context) -> Flowed:
    """Draw states and starts, fix the windows, and follow every draw that is not marginal."""
    seed = ctx.seed_for(f"thm41.escape.{activation.name}")
    generator = torch.Generator().manual_seed(seed)
    states = critical_states(activation, size, generator)
    start = torch.randn(size, D, generator=generator, dtype=torch.float64)
    start = start / start.norm(dim=1, keepdim=True)
    told = window(states, start)
    # A marginal draw is not followed: its time scale is put to that of the others.
    marginal = told.least.abs() <= MARGINAL * told.norm
    followed = told._replace(least=torch.where(marginal, told.norm, told.least))
    return Flowed(states, told, follow(states, start, followed))


def rates(ctx: Context) -> Finding:
    """Smooth heads: unstable draws leave at the rate |lambda_min|, stable ones stay; all reported."""
    found = {s.name: flowed(s, DRAWS, ctx) for s in (GELU, SWISH)}
    wrong = sum(f.wrong for f in found.values())
    fewest = min(int(f.unstable.sum()) for f in found.values())
    worst = max((float(f.deviations.max()) for f in found.values() if len(f.deviations)), default=1)
    good = not wrong and worst <= SLOPE_TOLERANCE and fewest >= FEWEST
    unstable = sum(int(f.unstable.sum()) for f in found.values())
    marginal = sum(int(f.marginal.sum()) for f in found.values())
    stable, stay = 2 * DRAWS - unstable - marginal, sum(int(f.stays.sum()) for f in found.values())
    stayed = "and stay" if stay == stable else f"of which {stay} stay"
    return Finding(
        outcome=Outcome.AS_STATED if good else Outcome.SURPRISE,
        summary=(
            f"{2 * DRAWS} critical states with $J_h \\neq 0$, none selected: {unstable} are unstable, "
            rf"and the slope of $\log |z(t) - z^*|$ is $|\lambda_{{\min}}|$ within {rounded_up(worst, 2)} at "
            f"each; {stable} are stable {stayed}; {marginal} marginal; "
            f"{count(wrong, 'exception')}."
        ),
        cases=2 * DRAWS,
        margin=worst / SLOPE_TOLERANCE if math.isfinite(worst) else None,
        tables=(_table(found),),
        plots=(_paths(found), _slopes(found)),
    )


def _table(found: dict[str, Flowed]) -> Table:
    return Table(
        title="Gradient flow beside a critical collapse, all draws",
        columns=(
            "activation",
            "draws",
            "unstable",
            "stable, stayed",
            "marginal",
            "slope error: median",
            "worst",
            "first three decades: median",
            "worst",
            "least |J_h|",
            "steps",
        ),
        rows=tuple(
            (
                name,
                str(len(f.told.least)),
                str(int(f.unstable.sum())),
                str(int(f.stays.sum())),
                str(int(f.marginal.sum())),
                f"{float(f.deviations.median()):.1e}",
                f"{float(f.deviations.max()):.1e}",
                f"{float(_first(f).median()):.1e}",
                f"{float(_first(f).max()):.1e}",
                f"{float(f.states.jacobian_norms.min()):.2f}",
                str(f.done.steps),
            )
            for name, f in found.items()
        ),
        note=f"Slope of log |z| by least squares over the last three decades, which end at {LARGEST:g} or where third derivatives along the least eigenvector would bend the flow by 0.1 %, and begin once the linear flow's log-slope is within 0.1 % of |lambda_min|: fixed from the spectrum and the random start before the flow runs. A draw that needs longer is set back along its ray. First three decades: the same slope from the random start on, transient included; not gated. Marginal: |lambda_min| below {MARGINAL:g} |H_eff|, not followed.",
    )


def _first(f: Flowed) -> Tensor:
    return (f.done.first / -f.told.least - 1).abs()[f.unstable]


def _paths(found: dict[str, Flowed]) -> Plot:
    series = [
        Series(label=f"{name} {n}", x=tuple(times), y=tuple(10.0**y for y in decades))
        for name, f in found.items()
        for n, (times, decades) in enumerate(f.done.paths, start=1)
    ]
    return Plot(
        title="Escape: distance from the collapse",
        kind="line",
        series=tuple(series),
        xlabel="|lambda_min| t",
        ylabel="|z(t) - z*|",
        yscale="log",
        note="The first unstable draws of each activation, as drawn. Pieces between two set-backs are joined, so a path may pass the distance at which it was set back.",
    )


def _slopes(found: dict[str, Flowed]) -> Plot:
    return Plot(
        title="Rate of escape, all unstable draws",
        kind="scatter",
        series=tuple(
            Series(
                label=name,
                x=tuple((-f.told.least[f.unstable]).tolist()),
                y=tuple(f.done.slope[f.unstable].nan_to_num(nan=0.0).tolist()),
            )
            for name, f in found.items()
        ),
        xlabel="|lambda_min|",
        ylabel="slope of log |z(t) - z*|",
        equal_axes=True,
    )


FLAT_DRAWS = 24


def flat(ctx: Context) -> Finding:
    """Linear and ReLU heads: no draw leaves in z; in the weights all leave, at sigma_max(C).

    The control against over-reading. In z the same construction and flow as in `rates`; in the
    weights from a state that is critical in z and in the weights, see `weight_flow`.
    """
    rows, still, gone, worst = [], 0, 0, 0.0
    for activation in (LINEAR, RELU):
        f = flowed(activation, FLAT_DRAWS, ctx)
        origin = torch.zeros(FLAT_DRAWS, D, dtype=torch.float64)
        stays = (f.done.farthest <= STAYS) & (f.told.least >= -1e-12 * f.told.norm)
        critical = f.states.gradient(origin).norm(dim=1) <= GRADIENT
        generator = torch.Generator().manual_seed(
            ctx.seed_for(f"thm41.escape.weights.{activation.name}")
        )
        left = leave_in_weights(activation, FLAT_DRAWS, generator)
        deviation = (left.slope / left.rate - 1).abs()
        leaves = (deviation <= SLOPE_TOLERANCE) & (left.gradient == 0)
        still, gone = still + int((stays & critical).sum()), gone + int(leaves.sum())
        worst = max(worst, float(deviation.nan_to_num(nan=1.0).max()))
        rows.append(
            (
                activation.name,
                str(FLAT_DRAWS),
                str(int((stays & critical).sum())),
                str(int(leaves.sum())),
                f"{float(deviation.median()):.1e}",
                f"{float(deviation.max()):.1e}",
            )
        )
    wrong = 4 * FLAT_DRAWS - still - gone
    return Finding(
        outcome=Outcome.SURPRISE if wrong else Outcome.AS_STATED,
        summary=rf"{still} of {2 * FLAT_DRAWS} states of linear and ReLU heads are critical and stay in $z$. In the weights {gone} of {2 * FLAT_DRAWS} leave $W_1 = W_2 = 0$ at the rate $\sigma_{{\max}}(C) = |\rho| |z^*|$ of $C = -\rho z^{{*T}}$; the worst is off by {rounded_up(worst, 2)} of it.",
        cases=4 * FLAT_DRAWS,
        margin=worst / SLOPE_TOLERANCE if not wrong else None,
        tables=(
            Table(
                title="Control: heads without curvature",
                columns=(
                    "activation",
                    "draws",
                    "stay in z",
                    "leave in the weights",
                    "slope error: median",
                    "worst",
                ),
                rows=tuple(rows),
                note="In z: the states of the table above with another activation, J_h^T rho = 0 != rho, watched for 7 time constants of the least eigenvalue, or 500 of the largest. In the weights: from 1e-6 beside W_1 = W_2 = 0, where no z moves; the slope of the log-distance from 1e-4 to 1e-2 against sigma_max(C) = |rho||z*| with C = -rho z*^T.",
            ),
        ),
    )


CHECKS = section(
    "thm41.escape",
    sampled(
        "rates",
        r"Gradient flow leaves an unstable collapse at the rate $|\lambda_{\min}|$",
        rates,
        cost=6.0,
    ),
    attack(
        "flat",
        "Control: linear and ReLU heads stay in $z$, and leave in the weights",
        flat,
        cost=3.0,
    ),
    part="escape",
)

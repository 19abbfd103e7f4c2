"""Escape from critical collapses: gradient flow beside them, every draw reported, and the controls."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from theorems.thm41.own_parts import weight_flow
from theorems.thm41.own_parts.flow import (
    LARGEST,
    MARGINAL,
    NEAR,
    OFF_KINK,
    STABLE_TIME,
    STIFF_TIME,
    WIDTH,
    D,
    Followed,
    K,
    States,
    Window,
    critical_states,
    follow,
    window,
)
from verify.claims.check import Context
from verify.claims.declare import attack, sampled, section
from verify.claims.evidence import Finding, Outcome, Plot, Series, Table, finding
from verify.claims.text import count
from verify.numeric.activations import GELU, LINEAR, RELU, SWISH, Activation
from verify.numeric.decimals import rounded_down, rounded_up

SLOPE_TOLERANCE = 0.01
"""Relative deviation of the log-distance slope from |lambda_min|, as specified; the window leaves
1e-3 to the transient, 1e-3 to third derivatives and 3e-5 to the integrator."""

LEAST_COSINE = 0.995
"""Of the direction in which a draw leaves with the eigenvectors `NEAR` the least: sqrt(1 - 1e-2) where the
window begins, and less apart where it ends."""

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
    def cosines(self) -> Tensor:
        """Of the unstable draws' directions at the window's end with the least eigenvectors; 0 where one never left."""
        shadow = (self.told.along @ self.done.leaving.unsqueeze(-1)).squeeze(-1)
        return shadow.norm(dim=1)[self.unstable].nan_to_num(nan=0.0)

    @property
    def wrong(self) -> int:
        """Draws against the statement: not critical, J_h = 0, slope or direction off, or stable and moved."""
        stable = (self.told.least >= 0) & ~self.marginal
        origin = torch.zeros(len(self.told.least), D, dtype=torch.float64)
        exceptions = (
            (self.states.gradient(origin).norm(dim=1) > GRADIENT)
            | (self.states.jacobian_norms < CURVED)
            | (stable & (self.done.farthest > STAYS))
        )
        leave = (self.deviations <= SLOPE_TOLERANCE) & (self.cosines >= LEAST_COSINE)
        return int(exceptions.sum()) + int((~leave).sum())


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
    """Smooth heads: unstable draws leave at the rate |lambda_min| along the least eigenvectors, stable ones stay."""
    found = {s.name: flowed(s, DRAWS, ctx) for s in (GELU, SWISH)}
    wrong = sum(f.wrong for f in found.values())
    fewest = min(int(f.unstable.sum()) for f in found.values())
    worst = max((float(f.deviations.max()) for f in found.values() if len(f.deviations)), default=1)
    good = not wrong and worst <= SLOPE_TOLERANCE and fewest >= FEWEST
    straight = min(float(f.cosines.min()) if len(f.cosines) else 0.0 for f in found.values())
    unstable = sum(int(f.unstable.sum()) for f in found.values())
    marginal = sum(int(f.marginal.sum()) for f in found.values())
    stable, stay = 2 * DRAWS - unstable - marginal, sum(int(f.stays.sum()) for f in found.values())
    stayed = "and stay" if stay == stable else f"of which {stay} stay"
    return Finding(
        outcome=Outcome.AS_STATED if good else Outcome.SURPRISE,
        summary=(
            f"{2 * DRAWS} critical states with $J_h \\neq 0$, none selected: {unstable} are unstable, "
            rf"and the slope of $\log |z(t) - z^*|$ is $|\lambda_{{\min}}|$ within {rounded_up(worst, 2)} at "
            rf"each, and $z(t) - z^*$ has a cosine of at least {rounded_down(straight, 4)} with the least eigenvectors; {stable} are stable {stayed}; {marginal} marginal; "
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
            "least cosine",
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
                rounded_down(float(f.cosines.min()), 4),
                f"{float(f.states.jacobian_norms.min()):.2f}",
                str(f.done.steps),
            )
            for name, f in found.items()
        ),
        note=f"Two layers of widths {D}, {WIDTH} and {K}. Slope of log |z| by least squares over the last three decades, which end at {LARGEST:g} or where third derivatives along the least eigenvector would bend the flow by 0.1 %, and begin once the linear flow's log-slope is within 0.1 % of |lambda_min|: fixed from the spectrum and the random start before the flow runs. A draw that needs longer is set back along its ray. First three decades: the same slope from the random start on, transient included; not gated. Cosine: of z - z* at the window's end with the span of the eigenvectors whose eigenvalues are within {NEAR:g} |lambda_min| of the least. Marginal: |lambda_min| below {MARGINAL:g} |H_eff|, not followed.",
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


FLAT_DRAWS = 32


def flat(ctx: Context) -> Finding:
    """Linear and ReLU heads of the same construction: no draw leaves in z."""
    still = {}
    for activation in (LINEAR, RELU):
        f = flowed(activation, FLAT_DRAWS, ctx)
        origin = torch.zeros(FLAT_DRAWS, D, dtype=torch.float64)
        stays = (f.done.farthest <= STAYS) & (f.told.least >= -1e-12 * f.told.norm)
        critical = f.states.gradient(origin).norm(dim=1) <= GRADIENT
        still[activation.name] = int((stays & critical).sum())
    return finding(
        all(number == FLAT_DRAWS for number in still.values()),
        f"{sum(still.values())} of {2 * FLAT_DRAWS} states of linear and ReLU heads are critical and stay in $z$.",
        cases=2 * FLAT_DRAWS,
        tables=(
            Table(
                title="Heads without curvature: gradient flow in z",
                columns=("activation", "draws", "stay"),
                rows=tuple((name, str(FLAT_DRAWS), str(number)) for name, number in still.items()),
                note=f"The states of the table above, of widths {D}, {WIDTH} and {K}, with another activation: J_h^T rho = 0 != rho, every preactivation of ReLU at least {OFF_KINK:g} off its kink. Watched for {STABLE_TIME:g} time constants of the least eigenvalue, or {STIFF_TIME:g} of the largest.",
            ),
        ),
    )


def weights(ctx: Context) -> Finding:
    """Linear and ReLU heads beside W_1 = W_2 = 0: all leave in the weights, at sigma_max(C); see `weight_flow`."""
    rows, gone, worst = [], 0, 0.0
    for activation in (LINEAR, RELU):
        generator = torch.Generator().manual_seed(
            ctx.seed_for(f"thm41.escape.weights.{activation.name}")
        )
        left = weight_flow.leave_in_weights(activation, FLAT_DRAWS, generator)
        deviation = (left.slope / left.rate - 1).abs()
        leaves = (deviation <= SLOPE_TOLERANCE) & (left.gradient == 0)
        gone += int(leaves.sum())
        worst = max(worst, float(deviation.nan_to_num(nan=1.0).max()))
        rows.append(
            (
                activation.name,
                str(FLAT_DRAWS),
                str(int(leaves.sum())),
                f"{float(deviation.median()):.1e}",
                f"{float(deviation.max()):.1e}",
            )
        )
    return finding(
        gone == 2 * FLAT_DRAWS,
        rf"{gone} of {2 * FLAT_DRAWS} linear and ReLU heads leave $W_1 = W_2 = 0$ at the rate $\sigma_{{\max}}(C) = |\rho| |z^*|$ of $C = -\rho z^{{*T}}$; the worst is off by {rounded_up(worst, 2)} of it.",
        cases=2 * FLAT_DRAWS,
        margin=worst / SLOPE_TOLERANCE,
        tables=(
            Table(
                title="Heads without curvature: gradient flow in the weights",
                columns=("activation", "draws", "leave", "slope error: median", "worst"),
                rows=tuple(rows),
                note=f"Two layers of widths {weight_flow.D}, {weight_flow.WIDTH} and {weight_flow.K} without biases, from 1e-6 beside W_1 = W_2 = 0, where no z moves (and ReLU has its kink); the slope of the log-distance from 1e-4 to 1e-2 against sigma_max(C) = |rho||z*| with $C = -\\rho z^{{*T}}$.",
            ),
        ),
    )


def misjudged(ctx: Context) -> Finding:
    """A rate that is off by 5 %, and directions across the least eigenvectors, are wrong at every unstable draw."""
    f = flowed(SWISH, FLAT_DRAWS, ctx)
    unstable, least = int(f.unstable.sum()), f.told.least
    across = torch.eye(D, dtype=torch.float64) - f.told.along
    told = {
        # Of a draw that is marginal nothing is told, and at 1.05 of its rate it might not be.
        "the rate 1.05 |lambda_min|": f.told._replace(
            least=torch.where(f.unstable, 1.05 * least, least)
        ),
        "the other eigenvectors": f.told._replace(along=across),
        "as it is": f.told,
    }
    wrong = {name: f._replace(told=one).wrong for name, one in told.items()}
    return finding(
        unstable > 0 and list(wrong.values()) == [unstable, unstable, 0],
        f"Of {count(unstable, 'unstable draw')} a rate that is off by 5 % is refused at {wrong['the rate 1.05 |lambda_min|']}, the other eigenvectors at {wrong['the other eigenvectors']}.",
        cases=FLAT_DRAWS,
        tables=(
            Table(
                title="What draws are told to do, and how many do not",
                columns=("told", "unstable draws", "refused"),
                rows=tuple((name, str(unstable), str(number)) for name, number in wrong.items()),
            ),
        ),
    )


CHECKS = section(
    "thm41.escape",
    sampled(
        "rates",
        r"Gradient flow leaves an unstable collapse along the least eigenvectors at the rate $|\lambda_{\min}|$",
        rates,
        cost=6.0,
    ),
    sampled("flat", "Linear heads stay in $z$, and ReLU heads inside a cell", flat, cost=2.0),
    sampled(
        "weights", "Linear and ReLU heads leave $W_1 = W_2 = 0$ in the weights", weights, cost=2.0
    ),
    attack(
        "misjudged",
        "Control: another rate and other directions are refused at every draw",
        misjudged,
        cost=2.0,
    ),
    part="escape",
)

"""Independent units: how often a collapse is stable at random initialisation, counted and measured."""

from __future__ import annotations

import math
from functools import partial
from itertools import product
from typing import Any

import torch
from flint import fmpq
from hypothesis import strategies as st
from torch import Tensor

from theorems.thm41.own_parts.inertia import STABLE_UNIT, least_negative
from theorems.thm41.own_parts.many_units import BATCH, interval
from theorems.thm41.own_parts.states import State, states
from verify.claims.check import Arithmetic, Context
from verify.claims.declare import mutant_check, property_check, sampled, section
from verify.claims.evidence import Finding, Table, finding
from verify.claims.property import Claim, Vacuous
from verify.numeric import decimals
from verify.numeric.activations import TANH
from verify.numeric.effective_hessian import interaction, pullback
from verify.numeric.heads import Head
from verify.numeric.rational import diagonal, signs


def tail(m: int, r: int) -> float:
    """P(Bin(m, 1/2) <= r)."""
    return sum(math.comb(m, i) for i in range(r + 1)) / 2**m


def turned(state: State, pattern: tuple[int, ...]) -> State:
    """The state with the columns of W_2 multiplied by these signs; b_2 follows h(z*), so rho and H stay."""
    first, last = state.weights
    weights = (first, last * diagonal([fmpq(sign) for sign in pattern]))
    return State.of(state.activation, weights, state.parameters, state.rho, state.loss_hessian)


def allowed(state: State, weights: tuple[int, int] = (1, 1), shift: int = 0) -> int:
    """The number r of units that may bend downwards in a stable state: n_+(H) + m - rank W_1."""
    units, positive = len(state.bends), signs(state.loss_hessian).positive
    return -int(
        least_negative(0, positive, units, state.weights[0].rank(), weights=weights, shift=shift)
    )


def count_violation(state: State, weights: tuple[int, int] = (1, 1), shift: int = 0) -> float:
    """0 if at most sum_{i <= r} binom(m, i) of the 2^m patterns of signs are stable, else infinite.

    Raises:
        Vacuous: if some delta_j s''(a_j) is zero, or r >= m, where the bound says nothing.
    """
    m, r = len(state.bends), allowed(state, weights, shift)
    if any(bend == 0 for bend in state.bends) or r >= m:
        raise Vacuous
    patterns = product((1, -1), repeat=m)
    stable = sum(turned(state, pattern).signs.negative == 0 for pattern in patterns)
    return 0.0 if stable <= sum(math.comb(m, i) for i in range(r + 1)) else math.inf


def two_layers(**sizes: Any) -> st.SearchStrategy[State]:
    """Small states of two layers."""
    return states(depths=(2, 2), **sizes)


COUNT = Claim(
    r"of the $2^m$ changes of signs of units at most $\sum_{i \leq r} \binom{m}{i}$ are stable, $r = n_+(\nabla^2 L) + m - \operatorname{rank} W_1$",
    partial(two_layers, inputs=(2, 4), widths=(1, 4), loss_signs=(-1, 0, 0, 1)),
    count_violation,
    arithmetic=Arithmetic.EXACT,
    case_divisor=4,
)

COUNT_MUTANTS = {
    "loss": COUNT.mutant(
        r"of the $2^m$ changes of signs of units at most $\sum_{i \leq r} \binom{m}{i}$ are stable, $r = m - \operatorname{rank} W_1$",
        (STABLE_UNIT,),
        weights=(0, 1),
    ),
    "width": COUNT.mutant(
        r"of the $2^m$ changes of signs of units at most $\sum_{i \leq r} \binom{m}{i}$ are stable, $r = n_+(\nabla^2 L)$",
        weights=(1, 0),
    ),
    "one-less": COUNT.mutant(
        r"of the $2^m$ changes of signs of units at most $\sum_{i \leq r} \binom{m}{i}$ are stable, $r = n_+(\nabla^2 L) + m - \operatorname{rank} W_1 - 1$",
        shift=1,
    ),
}
"""False variants of the count."""


# --- random initialisation ----------------------------------------------------------------------

SIZES = ((4, 6, 1), (6, 6, 1), (8, 8, 2), (10, 12, 1), (12, 12, 3))
"""Units m, inputs d >= m, and the rank r of the loss Hessian."""

TRIALS = 4000

CLEAR = 1e-12
"""Share of the largest eigenvalue above which the sign of another is not rounding's: 12 roundings of 1e-16,
and a hundred for forming the matrix; a square W_1 may be nearly singular."""


def _on_rows(rank: int, w1: Tensor, b1: Tensor, w2: Tensor) -> Tensor:
    """H_eff at z* = 0 on the span of W_1's rows, across which it vanishes: (m, d), (m,), (r + 1, m) -> (m, m).

    The loss Hessian is 1 on the first r outputs, and rho is the last unit vector.
    """
    trace = Head((w1, w2), (b1, None), TANH).trace(w1.new_zeros(w1.shape[1]))
    ones = torch.ones(rank + 1, dtype=w1.dtype)
    ones[-1] = 0
    basis = torch.linalg.qr(w1.mT)[0]
    effective = pullback(trace, torch.diag(ones)) + interaction(trace, 1 - ones)
    return basis.mT @ effective @ basis


def stable_by_units(rank: int, b1: Tensor, w2: Tensor) -> Tensor:
    """Whether heads as in `_on_rows` have none, from r eigenvalues and not m: (B, m), (B, r + 1, m) -> (B,).

    On the rows of W_1 H_eff is congruent to D + G^T G with D = diag(delta s'') and G of r rows; by Haynsworth's
    additivity n_-(D + G^T G) = n_-(D) - n_-(1 + G D^-1 G^T).
    """
    _, slopes, bends = TANH.jet(b1)
    units, g = w2[:, rank] * bends, w2[:, :rank] * slopes.unsqueeze(1)
    small = torch.eye(rank, dtype=w2.dtype) + (g / units.unsqueeze(1)) @ g.mT
    return (units < 0).sum(1) == (torch.linalg.eigvalsh(small) < 0).sum(1)


def stable_heads(m: int, d: int, rank: int, generator: torch.Generator) -> tuple[int, int]:
    """How many of `TRIALS` Gaussian heads have no negative eigenvalue; and of how many units say otherwise."""

    def normal(*shape: int) -> Tensor:
        return torch.randn(BATCH, *shape, generator=generator, dtype=torch.float64)

    found = differ = 0
    for _ in range(TRIALS // BATCH):
        w1, b1, w2 = normal(m, d), normal(m), normal(rank + 1, m)
        values = torch.linalg.eigvalsh(torch.func.vmap(partial(_on_rows, rank))(w1, b1, w2))
        stable, sizes = values[:, 0] >= 0, values.abs()
        clear = sizes.amin(1) > CLEAR * sizes.amax(1)
        found += int(stable.sum())
        differ += int((clear & (stable != stable_by_units(rank, b1, w2))).sum())
    return found, differ


def frequencies(ctx: Context) -> Finding:
    """Gaussian heads are stable no more often than the binomial tail, at every size.

    Each interval is exact (Clopper-Pearson) and misses with a probability below 1e-7.
    """
    generator = torch.Generator().manual_seed(ctx.seed_for("thm41.initial.frequencies"))
    rows, above, differ = [], [], 0
    for m, d, rank in SIZES:
        stable, otherwise = stable_heads(m, d, rank, generator)
        differ += otherwise
        low, high = interval(stable, TRIALS)
        if low > tail(m, rank):
            above.append(f"m = {m}")
        rows.append(
            (
                f"{m}, {d}, {rank}",
                f"{stable}/{TRIALS}",
                decimals.interval(low, high),
                decimals.rounded_up(tail(m, rank)),
            )
        )
    return finding(
        not above and not differ,
        f"At no size are more heads stable than the binomial tail; at {SIZES[-1][0]} units it is {decimals.rounded_up(tail(*SIZES[-1][::2]), 3)}.",
        f"More often stable than the bound: {', '.join(above) or 'nowhere'}; {differ} heads counted otherwise by their units.",
        cases=TRIALS * len(SIZES),
        tables=(
            Table(
                title="How often a collapse is stable at random initialisation",
                columns=("units, inputs, rank", "stable", "interval", "P(Bin(m, 1/2) <= r)"),
                rows=tuple(rows),
                note="Two-layer tanh heads with Gaussian weights and biases at z* = 0, which is not critical; a loss Hessian of the rank r, and rho in its kernel.",
            ),
        ),
    )


CHECKS = section(
    "thm41.initial",
    property_check(
        "property",
        "Stable patterns of signs, counted on exact states",
        COUNT,
        readings=("2-initial",),
    ),
    *(mutant_check(name, claim, readings=("2-initial",)) for name, claim in COUNT_MUTANTS.items()),
    sampled(
        "frequencies",
        "Gaussian heads against the binomial tail, with exact intervals",
        frequencies,
        readings=("2-initial",),
        cost=3.0,
    ),
    part="initial",
)

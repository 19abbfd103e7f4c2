"""Independent units, more of them than z has dimensions: how often a collapse is stable, counted and measured."""

from __future__ import annotations

import math
from functools import partial
from itertools import product

import torch
from flint import arb, fmpq
from torch import Tensor

from theorems.thm41.own_parts.inertia import STABLE_UNIT
from theorems.thm41.own_parts.initial import CLEAR, turned, two_layers
from theorems.thm41.own_parts.many_units import interval
from theorems.thm41.own_parts.states import State
from verify.claims.check import Arithmetic, Context
from verify.claims.declare import mutant_check, property_check, sampled, section
from verify.claims.evidence import Finding, Table, finding
from verify.claims.property import Claim, Vacuous
from verify.numeric import decimals
from verify.numeric.activations import SWISH
from verify.numeric.effective_hessian import interaction, pullback
from verify.numeric.heads import Head
from verify.numeric.rational import matrix, signs


def exponent(m: int, q: int, n: int) -> fmpq:
    """(q - 2n)^2 / (2m)."""
    return fmpq((q - 2 * n) ** 2, 2 * m)


def tail(m: int, q: int, n: int) -> float:
    """min(1/2, exp(-(q - 2n)^2 / (2m))) for q > 2n."""
    return min(0.5, math.exp(-float(exponent(m, q, n).p) / float(exponent(m, q, n).q)))


def share_violation(state: State, factor: int = 1, losses: int = 1, every: bool = True) -> float:
    """0 if at most that share of the 2^m patterns of signs is stable, else infinite.

    q is the least rank of M over the patterns; with `every` false it is that of the state itself.

    Raises:
        Vacuous: if q <= 2n, where the bound says nothing.
    """
    m, n = len(state.bends), losses * signs(state.loss_hessian).positive
    turns = [turned(state, pattern) for pattern in product((1, -1), repeat=m)]
    q = min(one.interaction.rank() for one in (turns if every else turns[:1]))
    if q <= 2 * n:
        raise Vacuous
    stable = sum(one.signs.negative == 0 for one in turns)
    bound = len(turns) * arb(-factor * exponent(m, q, n)).exp()
    return 0.0 if 2 * stable <= len(turns) and arb(stable) <= bound else math.inf


SHARE = Claim(
    r"of the $2^m$ changes of signs of units at most the share $\min(\frac{1}{2}, \exp(-(q - 2n)^2 / (2m)))$ is stable, $n = n_+(\nabla^2 L)$, where $\operatorname{rank} M \geq q > 2n$ for each of them",
    partial(two_layers, inputs=(1, 3), widths=(1, 5), loss_signs=(-1, 0, 0, 0, 1)),
    share_violation,
    arithmetic=Arithmetic.BALL,
    case_divisor=4,
)

_ONE = matrix([[1]])
UNIT = State.of("tanh", (_ONE, _ONE), ((fmpq(1, 2),),), _ONE, matrix([[0]]))
"""One unit and a loss Hessian 0: one of its two signs is stable, M is of rank 1."""

TWINS = State.of(
    "tanh",
    (matrix([[1], [1]]), matrix([[1, 1]])),
    ((fmpq(-1, 2), fmpq(-1, 2)),),
    _ONE,
    matrix([[0]]),
)
"""Two equal units in one dimension: M is of rank 1, and 0 if one sign changes, so that 3 of 4 patterns are stable."""

SHARE_MUTANTS = {
    "narrow": SHARE.mutant(
        r"of the $2^m$ changes of signs of units at most the share $\exp(-(q - 2n)^2 / m)$ is stable, $n = n_+(\nabla^2 L)$, where $\operatorname{rank} M \geq q > 2n$ for each of them",
        (UNIT,),
        factor=2,
    ),
    "loss": SHARE.mutant(
        r"of the $2^m$ changes of signs of units at most the share $\min(\frac{1}{2}, \exp(-q^2 / (2m)))$ is stable, where $\operatorname{rank} M \geq q > 0$ for each of them",
        (STABLE_UNIT,),
        losses=0,
    ),
    "one-rank": SHARE.mutant(
        r"of the $2^m$ changes of signs of units at most the share $\min(\frac{1}{2}, \exp(-(q - 2n)^2 / (2m)))$ is stable, $n = n_+(\nabla^2 L)$, where $\operatorname{rank} M = q > 2n$ for one of them",
        (TWINS,),
        every=False,
    ),
}
"""False variants of the share."""


# --- random initialisation ----------------------------------------------------------------------

SIZES = ((4, 2, 0), (16, 4, 1), (32, 16, 2), (64, 32, 3))
"""Units m, inputs d <= m, and the rank r < d / 2 of the loss Hessian."""

PUBLISHED = (2048, 512, 9)
"""The published head's widths, and a rank of the loss Hessian."""

TRIALS, BATCH, PUBLISHED_TRIALS = 2000, 250, 4


def _two_forms(rank: int, w1: Tensor, b1: Tensor, w2: Tensor) -> tuple[Tensor, Tensor]:
    """H_eff and M of a Swish head at z* = 0: (m, d), (m,), (r + 1, m) -> (d, d) twice.

    The loss Hessian is 1 on the first r outputs, and rho is the last unit vector.
    """
    trace = Head((w1, w2), (b1, None), SWISH).trace(w1.new_zeros(w1.shape[1]))
    ones = torch.ones(rank + 1, dtype=w1.dtype)
    ones[-1] = 0
    m = interaction(trace, 1 - ones)
    return pullback(trace, torch.diag(ones)) + m, m


def drawn(
    m: int, d: int, rank: int, trials: int, batch: int, generator: torch.Generator
) -> tuple[int, int, int]:
    """Of so many Gaussian heads how many are stable; the fewest negative eigenvalues; and of how many a count is wrong.

    Where the signs are not rounding's, M has d eigenvalues that are not zero, and H_eff has n_-(M) - r negative ones
    at least.
    """

    def normal(*shape: int) -> Tensor:
        return torch.randn(batch, *shape, generator=generator, dtype=torch.float64)

    found, wrong, fewest = 0, 0, d
    for _ in range(trials // batch):
        w1, b1, w2 = normal(m, d), normal(m), normal(rank + 1, m)
        forms = torch.func.vmap(partial(_two_forms, rank))(w1, b1, w2)
        whole, bent = (torch.linalg.eigvalsh(form) for form in forms)
        clear = bent.abs().amin(1) > CLEAR * bent.abs().amax(1)
        negative = (whole < 0).sum(1)
        found += int((negative == 0).sum())
        fewest = min(fewest, int(negative.min()))
        wrong += int((~clear | (negative < (bent < 0).sum(1) - rank)).sum())
    return found, fewest, wrong


def frequencies(ctx: Context) -> Finding:
    """Gaussian heads with more units than inputs are stable no more often than the bound, at every size.

    Each interval is exact (Clopper-Pearson) and misses with a probability below 1e-7.
    """
    generator = torch.Generator().manual_seed(ctx.seed_for("thm41.initial-wide.frequencies"))
    rows, above, differ = [], [], 0
    for size in (*SIZES, PUBLISHED):
        m, d, rank = size
        trials, batch = (PUBLISHED_TRIALS, 1) if size == PUBLISHED else (TRIALS, BATCH)
        stable, fewest, wrong = drawn(m, d, rank, trials, batch, generator)
        differ += wrong
        low, high = interval(stable, trials)
        bound = tail(m, d, rank)
        if low > bound:
            above.append(f"m = {m}")
        rows.append(
            (
                f"{m}, {d}, {rank}",
                f"{stable}/{trials}",
                decimals.interval(low, high),
                decimals.rounded_up(bound),
                str(fewest),
            )
        )
    return finding(
        not above and not differ,
        f"At no size are more heads stable than the bound; at the published widths it is {decimals.rounded_up(tail(*PUBLISHED), 2)}, and {PUBLISHED_TRIALS} heads have {rows[-1][-1]} negative eigenvalues or more each.",
        f"More often stable than the bound: {', '.join(above) or 'nowhere'}; {differ} heads with other signs than M gives.",
        cases=TRIALS * len(SIZES) + PUBLISHED_TRIALS,
        tables=(
            Table(
                title="How often a collapse is stable at random initialisation, with more units than inputs",
                columns=(
                    "units, inputs, rank",
                    "stable",
                    "interval",
                    "min(1/2, exp(-(d - 2r)^2 / (2m)))",
                    "fewest negative eigenvalues",
                ),
                rows=tuple(rows),
                note="Two-layer Swish heads with Gaussian weights and biases at z* = 0; a loss Hessian of the rank r, and rho in its kernel. M has rank d in each of them. Last row: the published widths.",
            ),
        ),
    )


CHECKS = section(
    "thm41.initial-wide",
    property_check(
        "property",
        "Stable patterns of signs with any number of units, counted on exact states",
        SHARE,
        readings=("2-initial-wide",),
    ),
    *(
        mutant_check(name, claim, readings=("2-initial-wide",))
        for name, claim in SHARE_MUTANTS.items()
    ),
    sampled(
        "frequencies",
        "Gaussian heads with more units than inputs against the exponential bound, with exact intervals",
        frequencies,
        readings=("2-initial-wide",),
        cost=6.0,
    ),
    part="initial-wide",
)

"""The size of rho swept across the threshold: stable up to it, unstable beyond the exact onset.

rho = t rho_1 along a ray at frozen loss Hessian. Where W_1 has full row rank, H_eff >= 0 if and only
if A + t B >= 0 with A = W_2^T H W_2 > 0 and B = diag(delta_j s''_j / s'_j^2) at rho_1. So there is one
onset t*, where the pencil turns singular, and the threshold of `threshold` is at most that. It asks for m <= k;
where k < min(d, m) one sign of W_2 has none in general.
"""

from __future__ import annotations

import math
import random
from functools import partial
from statistics import median

import numpy as np
import scipy.linalg
from flint import fmpq
from hypothesis import strategies as st

from theorems.thm41.own_parts.states import State, random_matrix, random_parameters
from theorems.thm41.own_parts.symmetry import flipped
from theorems.thm41.own_parts.threshold import threshold_squared
from verify.claims.check import Arithmetic, Context
from verify.claims.declare import mutant_check, property_check, sampled, section
from verify.claims.evidence import Finding, Outcome, Plot, Series
from verify.claims.property import Claim, Vacuous
from verify.numeric.rational import diagonal, dot, floats, fraction, identity, is_zero

D, M, K = 4, 3, 5
"""m <= min(d, k), as the threshold and the exact criterion ask."""

BRACKET = fmpq(1, 10**6)
"""Relative half-width of the bracket around the onset at whose ends the inertia is counted."""


def rays(d: int, m: int, k: int) -> st.SearchStrategy[State]:
    """Random rays of such sizes, by their seeds."""
    return st.integers(0, 2**31).map(lambda seed: ray(seed, d, m, k))


def ray(seed: int, d: int = D, m: int = M, k: int = K) -> State:
    """A random two-layer state with H > 0; its rho is rho_1."""
    source = random.Random(seed)
    activation = source.choice(("tanh", "softplus"))
    w1, w2 = random_matrix(source, m, d, 3), random_matrix(source, k, m, 3)
    half = random_matrix(source, k, k, 1)
    h = identity(k) + half.transpose() * half
    rho = random_matrix(source, k, 1, 9)
    return State.of(activation, (w1, w2), (random_parameters(source, activation, m),), rho, h)


def require_full_ranks(state: State) -> None:
    """Raises `Vacuous` if W_1 or W_2 has less than full rank."""
    if any(w.rank() < min(w.nrows(), w.ncols()) for w in state.weights):
        raise Vacuous


def scaled(state: State, t: fmpq) -> State:
    """The state with t rho for rho, at the same loss Hessian."""
    return State.of(
        state.activation, state.weights, state.parameters, t * state.rho, state.loss_hessian
    )


def onset(state: State) -> fmpq | None:
    """A rational within rounding of t*, or None if the ray is stable for every t: if B >= 0."""
    w2, slopes = state.weights[1], state.jets[0][0]
    ratios = [bend / (slope * slope) for bend, slope in zip(state.bends, slopes, strict=True)]
    if min(ratios) >= 0:
        return None
    a = floats(w2.transpose() * state.loss_hessian * w2)
    b = floats(diagonal(ratios))
    least = float(scipy.linalg.eigh(b, a, eigvals_only=True)[0])
    numerator, denominator = (-1 / least).as_integer_ratio()
    return fmpq(numerator, denominator)


def threshold(state: State) -> fmpq:
    """A rational t with t |rho_1| at most the threshold, within 2^-20 of its square root.

    Raises:
        Vacuous: if the threshold is 0 or infinite, or rho_1 = 0.
    """
    bound, length = threshold_squared(state), dot(state.rho, state.rho)
    if not bound or length == 0:
        raise Vacuous
    return fmpq(math.isqrt(int(bound / length * 4**20)), 2**20)


def is_threshold(state: State, t: fmpq) -> bool:
    """Whether t |rho_1| <= threshold < (t + 2^-20) |rho_1|, exactly."""
    bound, length = threshold_squared(state), dot(state.rho, state.rho)
    return bound is not None and t**2 * length <= bound < (t + fmpq(1, 2**20)) ** 2 * length


def ray_violation(state: State, beyond: fmpq | None = None, below: int = 1) -> float:
    """0 if H_eff is PSD at the threshold and below the onset and not above it, else infinite.

    Args:
        state: at rho_1.
        beyond: says instead that H_eff is not PSD at this multiple of the threshold.
        below: the multiple of the onset up to which H_eff is said to be PSD.

    Raises:
        Vacuous: if the ray has no onset, the threshold is 0, or a weight matrix lacks full rank.
    """
    require_full_ranks(state)
    least, turns = threshold(state), onset(state)
    if turns is None or least == 0:
        raise Vacuous

    def stable(t: fmpq) -> bool:
        return scaled(state, t).signs.negative == 0

    if beyond is not None:
        return math.inf if stable(beyond * least) else 0.0
    held = stable(least) and stable(below * turns * (1 - BRACKET))
    return 0.0 if held and not stable(turns * (1 + BRACKET)) else math.inf


RAY = Claim(
    rf"$d = {D}$, $m = {M}$, $k = {K}$: along $\rho = t \rho_1$, $H_{{\mathrm{{eff}}}} \succeq 0$ at the threshold and up to the onset $t^*$, and not beyond it",
    partial(rays, D, M, K),
    ray_violation,
    arithmetic=Arithmetic.EXACT,
)

RAY_MUTANTS = {
    "is-onset": RAY.mutant(
        r"beyond $d = m = k = 1$ too, $H_{\mathrm{eff}}$ is not PSD at $1.01$ of the threshold",
        beyond=fmpq(101, 100),
    ),
    "past-onset": RAY.mutant(
        r"along $\rho = t \rho_1$, $H_{\mathrm{eff}} \succeq 0$ up to twice the onset $t^*$",
        below=2,
    ),
}
"""False variants of the sweep."""


WIDE = (4, 8, 3)
"""k < min(d, m): K is more than ker W_1, so that M need not vanish on it. The threshold of `threshold` is 0."""

TINY = fmpq(1, 2**40)


def wide_violation(state: State, wanted: int = 1) -> float:
    """0 if at least so many of t rho_1 with W_2 and with -W_2 are unstable at t = 2^-40, else infinite.

    Raises:
        Vacuous: if M|_K = 0, or a weight matrix lacks full rank.
    """
    require_full_ranks(state)
    state = scaled(state, TINY)
    if is_zero(state.interaction_on_kernel):
        raise Vacuous
    return 0.0 if sum(s.signs.negative > 0 for s in (state, flipped(state))) >= wanted else math.inf


NO_THRESHOLD = Claim(
    r"$d = 4$, $m = 8$, $k = 3$: $H_{\mathrm{eff}}$ has a negative eigenvalue for $W_2$ or for $-W_2$ at $2^{-40} \rho_1$",
    partial(rays, *WIDE),
    wide_violation,
    arithmetic=Arithmetic.EXACT,
)

RAYS, DRAWN = 60, 5

CROSSING = 1e-9
"""|lambda_min(H_eff)| / lambda_max(G) that rounding leaves at the onset, of a pencil's eigenvalue."""


def sweep(ctx: Context) -> Finding:
    """Every ray's signs, exactly, and lambda_min along the first few in floating point."""
    source = random.Random(ctx.seed_for("thm41.threshold.sweep"))
    ratios: list[float] = []
    curves: list[Series] = []
    wrong = vacuous = 0
    while len(ratios) < RAYS:
        state = ray(source.randrange(2**31))
        try:
            wrong += ray_violation(state) > 0
        except Vacuous:
            vacuous += 1
            continue
        turns = onset(state) or fmpq(0)
        least = threshold(state)
        wrong += not is_threshold(state, least)
        ratios.append(float(fraction(least / turns)))
        if len(curves) < DRAWN:
            curves.append(_curve(state, turns, len(curves) + 1))
            wrong += not _crosses(curves[-1])
    above = max(ratios) > 1
    return Finding(
        outcome=Outcome.SURPRISE if wrong or above else Outcome.AS_STATED,
        summary=(
            f"{RAYS} rays of $\\rho$ at $d = {D}$, $m = {M}$, $k = {K}$: stable at the threshold and "
            f"just below the onset, unstable just above it in {RAYS - wrong}; the threshold is "
            f"{min(ratios):.2g} to {max(ratios):.2g} of the onset, {median(ratios):.2g} in the median."
        ),
        cases=RAYS,
        vacuous_cases=vacuous,
        plots=(
            Plot(
                title="Least eigenvalue against the size of rho",
                kind="line",
                series=tuple(curves),
                xlabel="|rho| over its onset",
                ylabel="Least eigenvalue across ker W_1 over lambda_max(G)",
                note="Of H_eff on the complement of ker W_1, on which H_eff is 0. The first rays, as drawn; the signs at the onset's two sides are counted exactly.",
            ),
        ),
    )


def _curve(state: State, turns: fmpq, n: int) -> Series:
    g, m = (np.array(floats(a)) for a in (state.pullback, state.interaction))
    scale = float(np.linalg.eigvalsh(g)[-1])
    sizes = [0.05 * i for i in range(41)]
    t = float(fraction(turns))
    # ker W_1 is not moved at all, so the least eigenvalue that matters is the one across it.
    rows = np.linalg.svd(floats(state.weights[0]))[2][:M]
    least = [float(np.linalg.eigvalsh(rows @ (g + x * t * m) @ rows.T)[0]) / scale for x in sizes]
    return Series(label=f"ray {n}", x=tuple(sizes), y=tuple(least))


def _crosses(curve: Series) -> bool:
    """Whether the least eigenvalue is positive before the onset, 0 at it and negative beyond."""
    n = curve.x.index(1.0)
    return min(curve.y[:n]) > 0 > max(curve.y[n + 1 :]) and abs(curve.y[n]) <= CROSSING


CHECKS = section(
    "thm41.threshold",
    sampled(
        "sweep",
        r"The size of $\rho$ swept across the threshold and the exact onset",
        sweep,
        arithmetic=Arithmetic.EXACT,
        cost=1.5,
    ),
    *(mutant_check(name, claim) for name, claim in RAY_MUTANTS.items()),
    property_check("wide", r"No threshold where $k < \min(d, m)$, on exact states", NO_THRESHOLD),
    mutant_check(
        "wide.both",
        NO_THRESHOLD.mutant(
            r"$d = 4$, $m = 8$, $k = 3$: $H_{\mathrm{eff}}$ has a negative eigenvalue for $W_2$ and for $-W_2$ at $2^{-40} \rho_1$",
            wanted=2,
        ),
    ),
    part="threshold",
)

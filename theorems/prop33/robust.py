"""The barrier is not robust: how the condition number depends on the head, for the trinomial loss.

L = log(1 + e^u1 + e^u2) has three categories with probabilities p_i, at 0, e_1 and e_2. W^T g W is the
covariance of their images under W^T, so that it is formed as a sum of squares, without cancellation,
and its determinant is det(W)^2 p_0 p_1 p_2.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from verify.claims.check import Context
from verify.claims.describe import exact
from verify.claims.evidence import Finding, Outcome, Plot, Series, Table
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import DENOMINATOR, tensors

RADIUS = 10.0
SCALES = (1.0, 1e-2, 1e-4, 1e-6)
RANGE = math.sqrt(2)
"""Largest (x - x').w over |w| for two categories x, x': e_1 - e_2 has length sqrt(2)."""

ROUNDING = 4096 * torch.finfo(torch.float64).eps
"""Relative error allowed to a condition number: a dozen roundings of logarithms below 100, and a determinant
of entries up to 2 that may cancel down to 1/64."""


def log_condition(weight: Tensor, u: Tensor) -> Tensor:
    """log kappa(W^T g(u) W): W (2, d) of rank d = 2, u (n, 2) -> (n,)."""
    categories = torch.cat([torch.zeros(1, weight.shape[1], dtype=weight.dtype), weight])
    logs = torch.log_softmax(torch.cat([u.new_zeros(len(u), 1), u], dim=1), dim=1)
    p = logs.exp().unsqueeze(-1)
    # x_i - E x = sum_j p_j (x_i - x_j), which is accurate where one probability is nearly 1.
    apart = categories.unsqueeze(1) - categories
    centred = (p.unsqueeze(1) * apart).sum(2)
    matrix = (p * centred).mT @ centred
    first, second, across = matrix[:, 0, 0], matrix[:, 1, 1], matrix[:, 0, 1]
    largest = (first + second + ((first - second) ** 2 + 4 * across**2).sqrt()) / 2
    return 2 * largest.log() - logs.sum(1) - 2 * torch.linalg.det(weight).abs().log()


def whitening_at_zero() -> Tensor:
    """W_0 = g(0)^(-1/2), (2, 2)."""
    zero = torch.tensor([[2.0, -1.0], [-1.0, 2.0]], dtype=torch.float64) / 9
    values, vectors = torch.linalg.eigh(zero)
    return vectors * values.rsqrt() @ vectors.T


# --- the bound of its growth --------------------------------------------------------------------


class Pair(NamedTuple):
    """Two outputs (2,) and a head (2, 2)."""

    u: Tensor
    moved: Tensor
    weight: Tensor


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """Outputs up to 8 in modulus and heads mostly of full rank; half of them where kappa grows fast.

    It does where one category is nearly certain and the other two change places.
    """
    u, moved, weight = (
        draw(tensors((2,), bound=8)),
        draw(tensors((2,), bound=8)),
        draw(tensors((2, 2))),
    )
    if draw(st.booleans()):
        step = draw(st.integers(1, 16)) / DENOMINATOR
        u = -u.abs() - 4
        moved = u + torch.tensor([step, -step], dtype=torch.float64)
        weight = torch.eye(2, dtype=torch.float64)
    return Pair(u, moved, weight)


def growth_ratio(case: Pair, rate: float = RANGE) -> float:
    """kappa at one output over exp(rate |u' - u|) times kappa at the other.

    Raises:
        Vacuous: if the head is singular, or the outputs are the same.
    """
    # The entries are multiples of 1/8: a determinant other than 0 is at least 1/64.
    if float(torch.linalg.det(case.weight).abs()) < 1 / 128 or torch.equal(case.u, case.moved):
        raise Vacuous
    before, after = log_condition(case.weight, torch.stack([case.u, case.moved]))
    allowed = rate * float((case.moved - case.u).norm())
    return math.exp(float(after - before) - allowed) / (1 + ROUNDING)


def describe_pair(case: Pair) -> tuple[tuple[str, str], ...]:
    """A pair as (name, value) pairs."""
    return (("$u$", exact(case.u)), ("$u'$", exact(case.moved)), ("$W$", exact(case.weight)))


GROWTH = Claim(
    r"$\kappa(W^T g(u') W) \leq e^{\sqrt{2} |u' - u|} \kappa(W^T g(u) W)$ for the trinomial loss",
    pairs,
    growth_ratio,
    describe_pair,
)


def _vector(*entries: float) -> Tensor:
    return torch.tensor(entries, dtype=torch.float64)


SKEWED = Pair(_vector(-7, -7), _vector(-6, -8), torch.eye(2, dtype=torch.float64))
"""One category nearly certain: kappa grows at nearly the rate sqrt(2)."""

SLOWER = GROWTH.mutant(r"the same with $e^{1.4 |u' - u|}$", supplied=(SKEWED,), rate=1.4)


# --- small heads --------------------------------------------------------------------------------


def small_heads() -> st.SearchStrategy[Fraction]:
    """Scales s of the head s W_0, from 1 down to 10^-6."""
    return st.integers(0, 6).map(lambda n: Fraction(1, 10**n))


def barrier_ratio(scale: Fraction, excess: float = 0.01) -> float:
    """(1 + excess) over an upper bound of kappa on |z| <= 10 under s W_0: above 1, it refutes."""
    largest = float(torch.linalg.matrix_norm(whitening_at_zero(), ord=2))
    return (1 + excess) / math.exp(RANGE * float(scale) * largest * RADIUS)


def describe_scale(scale: Fraction) -> tuple[tuple[str, str], ...]:
    """A scale as (name, value) pairs."""
    return (("$W$", f"${scale} \\, W_0$ with $W_0^T g(0) W_0 = I$"),)


BARRIER = Claim(
    r"every constant head has $\kappa(H_{\mathrm{eff}}) \geq 1.01$ somewhere on $|z| \leq 10$",
    small_heads,
    barrier_ratio,
    describe_scale,
)
"""False: by the bound above, small heads stay below it everywhere on the ball."""


def grid(radius: float, angles: int = 240, radii: int = 60) -> Tensor:
    """Points of the disc, (radii * angles, 2)."""
    angle = torch.arange(angles, dtype=torch.float64) * (2 * math.pi / angles)
    circle = torch.stack([angle.cos(), angle.sin()], dim=1)
    return (torch.linspace(0, radius, radii, dtype=torch.float64)[:, None, None] * circle).reshape(
        -1, 2
    )


def robustness(ctx: Context) -> Finding:
    """kappa(H_eff) on |z| <= 10 against the scale c of W = sqrt(c) W_0, with the proved bound."""
    start = whitening_at_zero()
    stretch = float(torch.linalg.matrix_norm(start, ord=2))
    z = grid(RADIUS)
    worst, bounds = [], []
    for scale in SCALES:
        weight = math.sqrt(scale) * start
        worst.append(math.exp(float(log_condition(weight, z @ weight.T).max())))
        bounds.append(math.exp(RANGE * math.sqrt(scale) * stretch * RADIUS))
    slope = math.log10((worst[2] - 1) / (worst[3] - 1)) / math.log10(SCALES[2] / SCALES[3])
    margin = max(k / bound for k, bound in zip(worst, bounds, strict=True))
    falls = all(a > b for a, b in pairwise(worst)) and worst[0] > 1e6
    rows = tuple(
        (f"{c:g}", f"{k:.4g}", f"{b:.4g}") for c, k, b in zip(SCALES, worst, bounds, strict=True)
    )
    return Finding(
        outcome=Outcome.AS_STATED if margin <= 1 and falls else Outcome.SURPRISE,
        summary=(
            r"Trinomial loss on $|z| \leq 10$: the largest $\kappa(H_{\mathrm{eff}})$ is "
            + ", ".join(f"{k:.4g}" for k in worst)
            + " for $c$ = "
            + ", ".join(f"{c:g}" for c in SCALES)
            + rf"; $\kappa - 1$ falls like $c^{{{slope:.2f}}}$."
        ),
        cases=len(SCALES) * len(z),
        margin=margin,
        tables=(
            Table(
                title="Condition of the effective Hessian against the scale of the head",
                columns=("c", "largest kappa on the disc", "proved upper bound"),
                rows=rows,
                note="Largest over 14,400 points of the disc, so from below; the bound is for all of it.",
            ),
        ),
        plots=(
            Plot(
                title="The barrier is not robust",
                kind="line",
                series=(
                    Series(label="largest kappa - 1", x=SCALES, y=tuple(k - 1 for k in worst)),
                ),
                xlabel="scale c",
                ylabel="kappa - 1",
                xscale="log",
                yscale="log",
            ),
        ),
    )

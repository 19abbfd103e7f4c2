"""The barrier is not robust: how the condition number depends on the head, for the trinomial loss.

L = log(1 + e^u1 + e^u2) has three categories with probabilities p_i, at 0, e_1 and e_2. W^T g W is the
covariance of their images under W^T, so that it is formed as a sum of squares, without cancellation,
and its determinant is det(W)^2 p_0 p_1 p_2.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, NamedTuple

import sympy as sp
import torch
from hypothesis import strategies as st
from torch import Tensor

from theorems.prop33.bounds import RATE, growth
from verify.claims.check import Context
from verify.claims.describe import Pairs
from verify.claims.evidence import Finding, Plot, Series, Table, finding
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import DENOMINATOR, tensors
from verify.numeric.decimals import rounded_up

RADIUS = 10.0
SCALES = (1.0, 1e-2, 1e-4, 1e-6)

TOLERANCE = 0.05
"""Error allowed to the exponent 1/2 and to the coefficient of sqrt(c), from the next term of the series."""

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


def hessian(u: Tensor) -> Tensor:
    """Hess log(1 + e^u1 + e^u2): (n, 2) -> (n, 2, 2)."""
    p = torch.softmax(torch.cat([u.new_zeros(len(u), 1), u], dim=1), dim=1)[:, 1:]
    return torch.diag_embed(p) - p.unsqueeze(2) * p.unsqueeze(1)


def whitening_at_zero() -> Tensor:
    """W_0 = g(0)^(-1/2), (2, 2)."""
    values, vectors = torch.linalg.eigh(hessian(torch.zeros(1, 2, dtype=torch.float64))[0])
    return vectors * values.rsqrt() @ vectors.T


def grid(radius: float, angles: int = 240, radii: int = 60) -> Tensor:
    """Points of the disc other than 0, (radii * angles, 2)."""
    angle = torch.arange(angles, dtype=torch.float64) * (2 * math.pi / angles)
    circle = torch.stack([angle.cos(), angle.sin()], dim=1)
    radii_ = torch.linspace(radius / radii, radius, radii, dtype=torch.float64)
    return (radii_[:, None, None] * circle).reshape(-1, 2)


# --- the bound of its growth --------------------------------------------------------------------


class Pair(NamedTuple):
    """Two outputs (2,) and a head (2, 2)."""

    u: Annotated[Tensor, "$u$"]
    moved: Annotated[Tensor, "$u'$"]
    weight: Annotated[Tensor, "$W$"]


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """Outputs with entries up to 14 in modulus and heads mostly of full rank; half of them where kappa grows fast.

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


def growth_ratio(case: Pair, rate: float = float(RATE)) -> float:
    """kappa at one output over its bound from kappa at the other.

    Raises:
        Vacuous: if the head is singular, or the outputs are the same.
    """
    # The entries are multiples of 1/8: a determinant other than 0 is at least 1/64.
    if float(torch.linalg.det(case.weight).abs()) < 1 / 128 or torch.equal(case.u, case.moved):
        raise Vacuous
    before, after = log_condition(case.weight, torch.stack([case.u, case.moved]))
    allowed = growth(float((case.moved - case.u).norm()), rate) * (1 + ROUNDING)
    return math.exp(float(after - before)) / allowed


def pairs_seen(case: Pair) -> dict[str, bool]:
    """What random pairs must show: those where the condition number grows fast, and others."""
    identity = torch.eye(2, dtype=torch.float64)
    fast = bool((case.u <= -4).all()) and torch.equal(case.weight, identity)
    return {"one category nearly certain, $W = I$": fast, "others": not fast}


GROWTH = Claim(
    rf"$\kappa(W^T g(u') W) \leq e^{{{sp.latex(RATE)} |u' - u|}} \kappa(W^T g(u) W)$ for the trinomial loss",
    pairs,
    growth_ratio,
    features=pairs_seen,
)


def _vector(*entries: float) -> Tensor:
    return torch.tensor(entries, dtype=torch.float64)


SKEWED = Pair(_vector(-7, -7), _vector(-6, -8), torch.eye(2, dtype=torch.float64))
"""One category nearly certain: kappa grows at nearly the rate sqrt(2)."""

SLOWER = GROWTH.mutant(
    r"$\kappa(W^T g(u') W) \leq e^{1.4 |u' - u|} \kappa(W^T g(u) W)$ for the trinomial loss",
    supplied=(SKEWED,),
    rate=1.4,
)


# --- small heads --------------------------------------------------------------------------------


def small_heads() -> st.SearchStrategy[Fraction]:
    """Scales s of the head s W_0, from 1 down to 10^-6."""
    return st.integers(0, 6).map(lambda n: Fraction(1, 10**n))


def scale_of(scale: Fraction) -> Pairs:
    """A case in words."""
    return (("$s$, of $W = s W_0$", str(scale)),)


def conditions(weight: Tensor) -> tuple[float, float]:
    """The largest kappa(H_eff) seen on |z| <= RADIUS under a head with kappa 1 at 0, and its proved bound."""
    seen = math.exp(float(log_condition(weight, grid(RADIUS) @ weight.T).max()))
    return seen, growth(float(torch.linalg.matrix_norm(weight, ord=2)) * RADIUS)


def barrier_ratio(scale: Fraction, excess: float = 0.01) -> float:
    """(1 + excess) over the proved bound of kappa on |z| <= 10 under s W_0: above 1, it refutes.

    It refutes nothing where kappa is not 1 at 0, or is seen to exceed the bound.
    """
    weight = float(scale) * whitening_at_zero()
    seen, bound = conditions(weight)
    at_zero = float(log_condition(weight, torch.zeros(1, 2, dtype=weight.dtype)))
    fine = abs(at_zero) <= ROUNDING and seen <= bound * (1 + ROUNDING)
    return (1 + excess) / bound if fine else 0.0


BARRIER = Claim(
    r"every constant head has $\kappa(H_{\mathrm{eff}}) \geq 1.01$ somewhere on $|z| \leq 10$",
    small_heads,
    barrier_ratio,
    describe=scale_of,
)
"""False: by the bound above, small heads stay below it everywhere on the ball."""


def first_order() -> float:
    """The limit of (kappa - 1) / sqrt(c) on |z| <= RADIUS as c tends to 0.

    With the third derivative D = W_0^T (g(0)' along W_0 z) W_0 it is the largest gap of the eigenvalues of
    D over |z| <= RADIUS; g' is differentiated, not taken from `log_condition`.
    """
    start = whitening_at_zero()
    slopes = torch.autograd.functional.jacobian(
        lambda u: hessian(u.unsqueeze(0))[0], torch.zeros(2, dtype=torch.float64)
    )
    along = torch.einsum("pa,pqr,qb,rc,nc->nab", start, slopes, start, start, grid(RADIUS))
    values = torch.linalg.eigvalsh(along)
    return float((values[:, 1] - values[:, 0]).max())


def robustness(ctx: Context) -> Finding:
    """kappa(H_eff) on |z| <= 10 against the scale c of W = sqrt(c) W_0, with the proved bound."""
    start = whitening_at_zero()
    found = [conditions(math.sqrt(scale) * start) for scale in SCALES]
    worst, bounds = zip(*found, strict=True)
    slope = math.log10((worst[2] - 1) / (worst[3] - 1)) / math.log10(SCALES[2] / SCALES[3])
    margin = max(k / bound for k, bound in found)
    falls = all(a > b for a, b in pairwise(worst)) and worst[0] > 1e6
    rate = (worst[-1] - 1) / math.sqrt(SCALES[-1]) / first_order()
    as_proved = abs(slope - 0.5) <= TOLERANCE and abs(rate - 1) <= TOLERANCE
    # g(0) has the eigenvalues 1/3 and 1/9, so that |W_0| = 3.
    told = all(
        math.isclose(math.log(bound), 3 * RADIUS * math.sqrt(2 * c), rel_tol=1e-9)
        for c, bound in zip(SCALES, bounds, strict=True)
    )
    rows = tuple(
        (f"{c:g}", f"{k:.4g}", rounded_up(b)) for c, k, b in zip(SCALES, worst, bounds, strict=True)
    )
    return finding(
        margin <= 1 and falls and as_proved and told,
        (
            rf"Trinomial loss: the largest $\kappa(H_{{\mathrm{{eff}}}})$ seen at {len(grid(RADIUS)):,} points of $|z| \leq {RADIUS:g}$ is "
            + ", ".join(f"{k:.4g}" for k in worst)
            + " for $c$ = "
            + ", ".join(f"{c:g}" for c in SCALES)
            + rf"; between the last two $\kappa - 1$ falls like $c^{{{slope:.2f}}}$."
        ),
        cases=len(SCALES) * len(grid(RADIUS)),
        margin=margin,
        tables=(
            Table(
                title="Condition of the effective Hessian against the scale of the head",
                columns=("c", "largest kappa on the points", "proved upper bound on the disc"),
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

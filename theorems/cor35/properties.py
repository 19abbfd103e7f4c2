"""The thresholds of 3.5 on random heads, and their false variants.

Oracles. The distance from Jv to the cone {x^T H x <= 0} comes from the secular equation of its
nearest point; that the point found destroys definiteness is checked by forming J + E with the
rank-one E = (w - Jv) v^T and computing the least eigenvalue. Both are compared with closed
forms that share no code with either.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Annotated, NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from theorems.cor35 import bounds
from theorems.cor35.bounds import Letters
from theorems.prop34.bounds import Letters as Perturbation
from theorems.prop34.bounds import pullback_terms
from verify.claims.property import Claim, Vacuous, exactly
from verify.claims.strategies import tensors

ROUNDING = 1e-9
"""Relative error allowed: eigenvalues of matrices of order 5 at most with norms below 100, right to
1e-13 absolute, under square roots of numbers that the cases keep above 1e-6."""

BISECTIONS = 200

DIRECTIONS = 8
"""Unit vectors v tried where d = 2, the least eigenvector of J^T H J first."""


class Case(NamedTuple):
    """A Jacobian J (k, d), an error E (k, d), a loss Hessian H (k, k), and tau in (0, 1)."""

    j: Annotated[Tensor, "$J$"]
    e: Annotated[Tensor, "$E$ up to a factor"]
    h: Annotated[Tensor, "$H$"]
    tau: Annotated[float, r"$\tau$, the size of the error over the threshold"]

    @property
    def letters(self) -> Letters:
        """Least eigenvalue of J^T H J, |J|, |H|."""
        return Letters(float(spectrum(self.j, self.h)[0]), norm(self.j), norm(self.h))


def norm(matrix: Tensor) -> float:
    """The spectral norm."""
    return float(torch.linalg.matrix_norm(matrix, ord=2))


def spectrum(j: Tensor, h: Tensor) -> Tensor:
    """Eigenvalues of J^T H J, ascending."""
    product = j.T @ h @ j
    return torch.linalg.eigvalsh((product + product.T) / 2)


@st.composite
def crossed(draw: st.DrawFn) -> Case:
    """H = diag(1, -1) in one or two blocks, q = lambda / (M L^2) from 1/32 to 3/4: the extremal heads.

    J has the columns (x, y) and E the columns (-1, 1), up to its sign, block by block.
    """
    half = math.asin(draw(st.integers(1, 24)) / 32) / 2
    x, y = ((math.cos(half) + sign * math.sin(half)) / 2**0.5 for sign in (1, -1))
    blocks = draw(st.integers(1, 2))
    signs = torch.tensor([1.0, -1.0][:blocks], dtype=torch.float64)
    column, error = (tensor((a,), (b,)) for a, b in ((x, y), (-1.0, 1.0)))
    j, e = (
        torch.kron(a, c) for a, c in ((torch.eye(blocks).double(), column), (signs.diag(), error))
    )
    return Case(j, e, torch.diag(tensor((1.0, -1.0) * blocks)[0]), draw(st.integers(1, 15)) / 16)


def saddles() -> st.SearchStrategy[Case]:
    """Indefinite loss Hessians: random ones, and those at which the bounds are met or approached."""
    return st.one_of(random_saddles(), crossed())


@st.composite
def random_saddles(draw: st.DrawFn) -> Case:
    """Indefinite loss Hessians with a Jacobian that mostly meets their positive part."""
    d = draw(st.integers(1, 2))
    k = d + draw(st.integers(1, 2))
    h = draw(tensors((k, k))) / 8
    signs = torch.tensor([1.0] * d + [-1.0] * (k - d), dtype=torch.float64)
    h = (h + h.T) / 2 + torch.diag(signs * draw(tensors((k,), nonzero=True)).abs())
    j = draw(tensors((k, d))) / 2
    j[:d] += torch.eye(d, dtype=torch.float64)
    return Case(j, draw(tensors((k, d))), h, draw(st.integers(1, 15)) / 16)


def distance_to_cone(u: Tensor, h: Tensor) -> tuple[float, Tensor]:
    """The distance from u, where f(u) > 0, to {f <= 0} for an indefinite H, and the nearest point.

    The nearest point is w = (I + mu H)^{-1} u with f(w) = 0 and 0 < mu < 1/|lambda_min|; if f(w) > 0
    all the way, mu is that limit and w gets a component along the last eigenvector.
    """
    values, vectors = torch.linalg.eigh(h)
    c = vectors.T @ u
    low, high = 0.0, 1 / float(-values[0])
    pairs = tuple(zip(values.tolist(), c.tolist(), strict=True))

    def form(mu: float) -> float:
        return sum(value * (x / (1 + mu * value)) ** 2 for value, x in pairs)

    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if low < middle < high and form(middle) > 0:
            low = middle
        else:
            high = middle
    w = c / (1 + low * values)
    if abs(float(c[0])) <= 1e-13 * float(c.norm()):  # the hard case: nothing along this direction
        w[0] = max(0.0, float((values[1:] * w[1:] ** 2).sum()) / float(-values[0])) ** 0.5
    return float((w - c).norm()), vectors @ w


def distance_ratio(
    case: Case,
    threshold: Callable[[Letters], float] = bounds.sharp,
    factor: float = 1.0,
    first: bool = False,
) -> float:
    """A threshold over the least error found that destroys definiteness, among `DIRECTIONS`.

    Args:
        case: J and H.
        threshold: a function of `bounds`.
        factor: of the threshold.
        first: claim that no direction is nearer than the first one, a false variant.

    Raises:
        Vacuous: if J^T H J is not positive definite, or H not indefinite.
    """
    product = case.j.T @ case.h @ case.j
    values, vectors = torch.linalg.eigh((product + product.T) / 2)
    found = case.letters
    if found.lam <= 1e-6 or float(torch.linalg.eigvalsh(case.h)[0]) >= -1e-6:
        raise Vacuous
    distances = []
    for turn in range(DIRECTIONS if len(values) > 1 else 1):
        angle = math.pi * turn / DIRECTIONS
        v = vectors[:, 0] * math.cos(angle) + vectors[:, -1] * math.sin(angle) * (turn > 0)
        away, w = distance_to_cone(case.j @ v, case.h)
        lost = spectrum(case.j + torch.outer(w - case.j @ v, v), case.h)[0]
        if float(lost) > ROUNDING * found.M * found.L**2:
            return math.inf  # the point found does not destroy definiteness
        distances.append(away)
    limit = distances[0] if first else factor * threshold(found)
    return limit / (min(distances) * (1 + ROUNDING))


def attained_error(case: Case, factor: float = 1.0) -> float:
    """|eps* over the least error found - 1| over 1e-8."""
    return abs(distance_ratio(case, factor=factor) - 1) / (10 * ROUNDING)


def tensor(*rows: tuple[float, ...]) -> Tensor:
    """A float64 matrix from its rows."""
    return torch.tensor(rows, dtype=torch.float64)


SEVEN = Case(tensor((0.8,), (0.6,)), tensor((-1.0,), (1.0,)), tensor((1.0, 0.0), (0.0, -1.0)), 1.0)
"""q = 7/25, at which the sharp threshold is attained."""


def saddles_seen(case: Case) -> dict[str, bool]:
    """What random saddles must show: the extremal heads and others, in one and two dimensions."""
    signs = torch.diag(tensor((1.0, -1.0) * (len(case.h) // 2))[0])
    extremal = torch.equal(case.h, signs)
    return {"extremal": extremal, "not extremal": not extremal, "$d > 1$": case.j.shape[1] > 1}


SHARP = Claim(
    r"no error below $\epsilon^*$ destroys definiteness",
    saddles,
    distance_ratio,
    attained=(SEVEN,),
    features=saddles_seen,
    case_divisor=2,
)


def crossed_seen(case: Case) -> dict[str, bool]:
    """What the extremal heads must show: both small angles and large ones, and two blocks."""
    q = bounds.share(case.letters)
    return {"$q > 1/2$": q > 1 / 2, "$q < 1/4$": q < 1 / 4, "two blocks": case.j.shape[1] > 1}


ATTAINED = Claim(
    r"an error of $\epsilon^*$ destroys definiteness for $H = \operatorname{diag}(1, -1)$, in one or two blocks",
    crossed,
    attained_error,
    features=crossed_seen,
    case_divisor=2,
)

BELOW_SHARP = ATTAINED.mutant(
    r"an error of $(1 - 10^{-6}) \epsilon^*$ destroys definiteness for $H = \operatorname{diag}(1, -1)$, in one or two blocks",
    factor=1 - 1e-6,
)

PUBLISHED = Claim(
    r"no error below $\lambda / (2LM)$ destroys definiteness",
    saddles,
    partial(distance_ratio, threshold=bounds.published),
    features=saddles_seen,
    case_divisor=2,
)

THRESHOLDS = {
    name: SHARP.mutant(
        f"no error below {text} destroys definiteness", (SEVEN,), threshold=threshold, factor=factor
    )
    for name, text, threshold, factor in (
        ("double", r"$\lambda / (LM)$", bounds.published, 2.0),
        ("root", r"$\sqrt{\lambda / M}$, for indefinite $H$,", bounds.convex, 1.0),
        ("above", r"$(1 + 10^{-6}) \epsilon^*$", bounds.sharp, 1 + 1e-6),
        (
            "root-two",
            r"$\sqrt{2} \lambda / (2LM)$, the published threshold's largest gain,",
            bounds.published,
            2**0.5,
        ),
        ("hundredth", r"$1.01 \lambda / (2LM)$", bounds.published, 1.01),
    )
}
"""False variants of the thresholds."""

DIRECTION = SHARP.mutant(
    "definiteness is lost first along the least eigenvector of $J^T H J$", first=True
)


def beyond_ratio(case: Case, factor: float = 2.0) -> float:
    """0 if the Hessian is positive semidefinite at an error of `factor` times the threshold.

    Raises:
        Vacuous: if J^T H J is not positive definite, or E = 0.
    """
    found, size = case.letters, norm(case.e)
    if found.lam <= 1e-6 or size == 0:
        raise Vacuous
    scaled = factor * bounds.published(found) / size
    after = float(spectrum(case.j + scaled * case.e, case.h)[0])
    return exactly(after >= -ROUNDING)


BEYOND = Claim(
    r"$G_\phi \succeq 0$ for every error of 20 times the threshold",
    saddles,
    partial(beyond_ratio, factor=20.0),
    supplied=(SEVEN,),
)


def weyl_excess(case: Case) -> float:
    """0 if Weyl and Proposition 3.4 leave a positive bound at the published threshold.

    Raises:
        Vacuous: if J^T H J is not positive definite.
    """
    found = case.letters
    if found.lam <= 1e-6:
        raise Vacuous
    moved = pullback_terms(Perturbation(found.L, found.M, bounds.published(found)))
    return exactly(found.lam > sum(moved))


WEYL = Claim(
    r"at the published threshold Weyl and Proposition 3.4 leave $\lambda_{\min} > 0$",
    saddles,
    weyl_excess,
)

"""The thresholds of 3.5 on random heads, and their false variants.

Oracles. The distance from Jv to the cone {x^T H x <= 0} comes from the secular equation of its
nearest point; that the point found destroys definiteness is checked by forming J + E with the
rank-one E = (w - Jv) v^T and computing the least eigenvalue. Both are compared with closed
forms that share no code with either.
"""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from verify.claims.describe import exact
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors

ROUNDING = 1e-9
"""Relative error allowed: eigenvalues of matrices of order 5 at most with norms below 100, right to
1e-13 absolute, under square roots of numbers that the cases keep above 1e-6."""

BISECTIONS = 200

DIRECTIONS = 8
"""Unit vectors v tried where d = 2, the least eigenvector of J^T H J first."""


class Case(NamedTuple):
    """A Jacobian J (k, d), an error E (k, d), a factor or loss Hessian H (k, k), and tau in (0, 1)."""

    j: Tensor
    e: Tensor
    h: Tensor
    tau: float


def describe(case: Case) -> tuple[tuple[str, str], ...]:
    """A case as (name, value) pairs."""
    pairs = (("$J$", exact(case.j)), ("$E$, before scaling", exact(case.e)), ("$H$", exact(case.h)))
    return (*pairs, (r"$\tau$", f"{case.tau:g}"))


def norm(matrix: Tensor) -> float:
    """The spectral norm."""
    return float(torch.linalg.matrix_norm(matrix, ord=2))


def spectrum(j: Tensor, h: Tensor) -> Tensor:
    """Eigenvalues of J^T H J, ascending."""
    product = j.T @ h @ j
    return torch.linalg.eigvalsh((product + product.T) / 2)


def sharp_threshold(lam: float, big_l: float, big_m: float) -> float:
    """L sin(arcsin(lambda / (M L^2)) / 2)."""
    return big_l * math.sin(math.asin(min(1.0, lam / (big_m * big_l**2))) / 2)


@st.composite
def saddles(draw: st.DrawFn) -> Case:
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


def distance_ratio(case: Case, threshold: str = "sharp", factor: float = 1.0) -> float:
    """A threshold over the least error found that destroys definiteness, among `DIRECTIONS`.

    Args:
        case: J and H.
        threshold: ``sharp``, ``published`` or ``root`` (sqrt(lambda / M)).
        factor: of the threshold.

    Raises:
        Vacuous: if J^T H J is not positive definite, or H not indefinite.
    """
    product = case.j.T @ case.h @ case.j
    values, vectors = torch.linalg.eigh((product + product.T) / 2)
    lam = float(values[0])
    if lam <= 1e-6 or float(torch.linalg.eigvalsh(case.h)[0]) >= -1e-6:
        raise Vacuous
    big_l, big_m, distance = norm(case.j), norm(case.h), math.inf
    for turn in range(DIRECTIONS if len(values) > 1 else 1):
        angle = math.pi * turn / DIRECTIONS
        v = vectors[:, 0] * math.cos(angle) + vectors[:, -1] * math.sin(angle) * (turn > 0)
        found, w = distance_to_cone(case.j @ v, case.h)
        lost = spectrum(case.j + torch.outer(w - case.j @ v, v), case.h)[0]
        if float(lost) > ROUNDING * big_m * big_l**2:
            return math.inf  # the point found does not destroy definiteness
        distance = min(distance, found)
    limit = {
        "sharp": sharp_threshold(lam, big_l, big_m),
        "published": lam / (2 * big_l * big_m),
        "root": (lam / big_m) ** 0.5,
    }[threshold]
    return factor * limit / (distance * (1 + ROUNDING))


def tensor(*rows: tuple[float, ...]) -> Tensor:
    """A float64 matrix from its rows."""
    return torch.tensor(rows, dtype=torch.float64)


SEVEN = Case(tensor((0.8,), (0.6,)), tensor((-1.0,), (1.0,)), tensor((1.0, 0.0), (0.0, -1.0)), 1.0)
"""q = 7/25, at which the sharp threshold is attained."""

SHARP = Claim(
    r"no error below $\epsilon^*$ destroys definiteness",
    saddles,
    distance_ratio,
    describe,
    case_divisor=2,
)

PUBLISHED = Claim(
    r"no error below $\lambda / (2LM)$ destroys definiteness",
    saddles,
    partial(distance_ratio, threshold="published"),
    describe,
    case_divisor=2,
)

THRESHOLDS = {
    name: SHARP.mutant(f"no error below {text} destroys definiteness", (SEVEN,), **changed)
    for name, text, changed in (
        ("double", r"$\lambda / (LM)$", {"threshold": "published", "factor": 2.0}),
        ("root", r"$\sqrt{\lambda / M}$, for indefinite $H$,", {"threshold": "root"}),
        ("above", r"$(1 + 10^{-6}) \epsilon^*$", {"factor": 1 + 1e-6}),
        (
            "root-two",
            r"$\sqrt{2} \lambda / (2LM)$, the published threshold's largest gain,",
            {"threshold": "published", "factor": 2**0.5},
        ),
    )
}
"""False variants of the thresholds."""


def beyond_ratio(case: Case, factor: float = 2.0) -> float:
    """0 if the Hessian is positive semidefinite at an error of `factor` times the threshold.

    Raises:
        Vacuous: if J^T H J is not positive definite, or E = 0.
    """
    lam, size = float(spectrum(case.j, case.h)[0]), norm(case.e)
    if lam <= 1e-6 or size == 0:
        raise Vacuous
    scaled = factor * lam / (2 * norm(case.j) * norm(case.h)) / size
    after = float(spectrum(case.j + scaled * case.e, case.h)[0])
    return 0.0 if after >= -ROUNDING else math.inf


BEYOND = Claim(
    r"$G_\phi \succeq 0$ for every error of 20 times the threshold",
    saddles,
    partial(beyond_ratio, factor=20.0),
    describe,
    supplied=(SEVEN,),
)


def weyl_excess(case: Case) -> float:
    """0 if Weyl and Proposition 3.4 leave a positive bound at the published threshold.

    Raises:
        Vacuous: if J^T H J is not positive definite.
    """
    lam, big_l, big_m = float(spectrum(case.j, case.h)[0]), norm(case.j), norm(case.h)
    if lam <= 1e-6:
        raise Vacuous
    epsilon = lam / (2 * big_l * big_m)
    return 0.0 if lam - 2 * big_l * big_m * epsilon - big_m * epsilon**2 > 0 else math.inf


WEYL = Claim(
    r"at the published threshold Weyl and Proposition 3.4 leave $\lambda_{\min} > 0$",
    saddles,
    weyl_excess,
    describe,
)

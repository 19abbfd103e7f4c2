"""The thresholds and bounds of 3.5 on random heads, and their false siblings.

Oracles. The distance from Jv to the cone {x^T H x <= 0} comes from the secular equation of its
nearest point; that the point found destroys definiteness is checked by forming J + E with the
rank-one E = (w - Jv) v^T and computing the least eigenvalue. Condition numbers come from
eigenvalues alone. Everything is compared with closed forms that share no code with either.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from verify.numeric.claim import Claim, Vacuous
from verify.numeric.strategies import exact, tensors

ROUNDING = 1e-9
"""Relative error allowed: eigenvalues of matrices of order 5 at most with norms below 100, right to
1e-13 absolute, under square roots of numbers that the cases keep above 1e-6."""

BISECTIONS = 200


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


# --- indefinite loss Hessians -------------------------------------------------------------------


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

    def form(mu: float) -> float:
        return float((values * (c / (1 + mu * values)) ** 2).sum())

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
    """A threshold over the error at which definiteness is lost along the least eigenvector.

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
    v = vectors[:, 0]
    distance, w = distance_to_cone(case.j @ v, case.h)
    lost = spectrum(case.j + torch.outer(w - case.j @ v, v), case.h)[0]
    big_l, big_m = norm(case.j), norm(case.h)
    if float(lost) > ROUNDING * big_m * big_l**2:
        return math.inf  # the point found does not destroy definiteness
    limit = {
        "sharp": sharp_threshold(lam, big_l, big_m),
        "published": lam / (2 * big_l * big_m),
        "root": (lam / big_m) ** 0.5,
    }[threshold]
    return factor * limit / (distance * (1 + ROUNDING))


def _tensor(*rows: tuple[float, ...]) -> Tensor:
    return torch.tensor(rows, dtype=torch.float64)


SEVEN = Case(
    _tensor((0.8,), (0.6,)), _tensor((-1.0,), (1.0,)), _tensor((1.0, 0.0), (0.0, -1.0)), 1.0
)
"""q = 7/25, at which the sharp threshold is attained."""

SHARP = Claim(
    r"no error below $\epsilon^*$ destroys definiteness", saddles, distance_ratio, describe
)

PUBLISHED = Claim(
    r"no error below $\lambda / (2LM)$ destroys definiteness",
    saddles,
    partial(distance_ratio, threshold="published"),
    describe,
)

THRESHOLDS = {
    name: SHARP.sibling(f"no error below {text} destroys definiteness", (SEVEN,), **changed)
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
"""False siblings of the thresholds."""


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


# --- condition numbers --------------------------------------------------------------------------


@st.composite
def convex_cases(draw: st.DrawFn) -> Case:
    """Positive semidefinite loss Hessians A^T A and Jacobians of full rank mostly."""
    d = draw(st.integers(1, 3))
    k = d + draw(st.integers(0, 1))
    factor = draw(tensors((k, k))) / 4 + torch.eye(k, dtype=torch.float64)
    j = draw(tensors((k, d))) / 4
    j[:d] += torch.eye(d, dtype=torch.float64)
    return Case(j, draw(tensors((k, d))), factor.T @ factor, draw(st.integers(1, 15)) / 16)


def _conditioned(case: Case, published: bool) -> tuple[float, float, float, Tensor]:
    """lambda, Lambda, |E| and the perturbed spectrum, with |E| at tau times a threshold."""
    values, size, big_m = spectrum(case.j, case.h), norm(case.e), norm(case.h)
    lam = float(values[0])
    if lam <= 1e-3 or size == 0:
        raise Vacuous
    limit = lam / (2 * norm(case.j) * big_m) if published else (lam / big_m) ** 0.5
    epsilon = case.tau * limit
    after = spectrum(case.j + epsilon / size * case.e, case.h)
    return lam, float(values[-1]), epsilon, after


def psd_ratio(case: Case, drop: float = 1.0, growth: float = 1.0) -> float:
    """The three bounds for H >= 0 at |E| = tau sqrt(lambda / M), the worst of them.

    Args:
        case: J, E, H and tau.
        drop: factor of sqrt(M) |E| in the lower bound.
        growth: factor of sqrt(M) |E| in the upper bound.

    Raises:
        Vacuous: if J^T H J is nearly singular or E = 0.
    """
    lam, top, epsilon, after = _conditioned(case, published=False)
    moved = norm(case.h) ** 0.5 * epsilon
    low = max(lam**0.5 - drop * moved, 0.0) ** 2
    high = (top**0.5 + growth * moved) ** 2
    least, most = float(after[0]), float(after[-1])
    if least <= 0:
        return math.inf
    bounds = (low / least, most / high) + ((most / least) * low / high,) * (low > 0)
    return max(bounds) / (1 + ROUNDING)


def kappa_ratio(case: Case, multiple: float = 0.0) -> float:
    """kappa_phi below the published threshold over ((2 kappa + 1) / (2 sqrt(kappa) - 1))^2.

    Args:
        case: J, E, H and tau; |E| is tau times the published threshold.
        multiple: if not 0, the bound is this multiple of kappa instead.

    Raises:
        Vacuous: if J^T H J is nearly singular or E = 0.
    """
    lam, top, _, after = _conditioned(case, published=True)
    kappa = top / lam
    bound = multiple * kappa if multiple else ((2 * kappa + 1) / (2 * kappa**0.5 - 1)) ** 2
    if float(after[0]) <= 0:
        return math.inf
    return float(after[-1] / after[0]) / (bound * (1 + ROUNDING))


def weyl_ratio(case: Case, linear: bool = False) -> float:
    """kappa_phi over (kappa + x) / (1 - x), x = tau + tau^2 q / 4, for any symmetric H.

    Args:
        case: J, E, H and tau; |E| is tau times the published threshold.
        linear: whether x = tau^2 instead, which is too small.

    Raises:
        Vacuous: if x >= 1, J^T H J is not positive definite, or E = 0.
    """
    lam, top, _, after = _conditioned(case, published=True)
    q = lam / (norm(case.h) * norm(case.j) ** 2)
    x = case.tau**2 if linear else case.tau + case.tau**2 * q / 4
    if x >= 1:
        raise Vacuous
    if float(after[0]) <= 0:
        return math.inf
    return float(after[-1] / after[0]) * (1 - x) / ((top / lam + x) * (1 + ROUNDING))


_EYE = _tensor((1.0, 0.0), (0.0, 1.0))
_STRETCH = _tensor((1.0, 0.0), (0.0, -1.0))
ISOTROPIC = Case(_EYE, _STRETCH, _EYE, 15 / 16)
"""J = H = I and E a multiple of diag(1, -1): kappa goes from 1 nearly to 9."""

BLOCKS = Case(
    _tensor((0.8, 0.0), (0.6, 0.0), (0.0, 0.8), (0.0, 0.6)),
    _tensor((-1.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.0, -1.0)),
    torch.diag(torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=torch.float64)),
    1.0,
)
"""q = 7/25 and kappa = 1, sent to 99 + 70 sqrt(2) at the published threshold."""

PSD = Claim(
    r"the three bounds for $H \succeq 0$ and $|E| < \sqrt{\lambda / M}$",
    convex_cases,
    psd_ratio,
    describe,
)

BELOW = Claim(
    r"$\kappa_\phi < ((2\kappa + 1) / (2\sqrt{\kappa} - 1))^2$ below the published threshold",
    convex_cases,
    kappa_ratio,
    describe,
)

INDEFINITE = Claim(
    r"$\kappa_\phi \leq (\kappa + x) / (1 - x)$ below the published threshold",
    saddles,
    weyl_ratio,
    describe,
)

PSDS = {
    "drop": PSD.sibling(
        r"$\lambda_{\min} \geq (\sqrt{\lambda} - 0.9 \sqrt{M} |E|)^2$", (ISOTROPIC,), drop=0.9
    ),
    "growth": PSD.sibling(
        r"$\lambda_{\max} \leq (\sqrt{\Lambda} + 0.9 \sqrt{M} |E|)^2$", (ISOTROPIC,), growth=0.9
    ),
}
"""False siblings of the bounds for positive semidefinite loss Hessians."""

BELOWS = {
    "three": BELOW.sibling(
        r"$\kappa_\phi \leq 3\kappa$ below the published threshold", (ISOTROPIC,), multiple=3.0
    ),
    "same": BELOW.sibling(
        r"$\kappa_\phi \leq \kappa$ below the published threshold", (ISOTROPIC,), multiple=1.0
    ),
}
"""False siblings of the bound below the published threshold."""

INDEFINITES = {
    "nine": replace(
        BELOW.sibling(
            r"$\kappa_\phi \leq 9\kappa$ up to the published threshold, for indefinite $H$",
            (BLOCKS,),
            multiple=9.0,
        ),
        cases=saddles,
    ),
    "small": INDEFINITE.sibling(
        r"$\kappa_\phi \leq (\kappa + x) / (1 - x)$ with $x = \tau^2$",
        (BLOCKS._replace(tau=0.5),),
        linear=True,
    ),
}
"""False siblings of the bound for indefinite loss Hessians."""


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

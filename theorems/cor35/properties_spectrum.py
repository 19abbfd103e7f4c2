"""The bounds of 3.5 on perturbed eigenvalues and condition numbers, and their false variants.

Eigenvalues come from a symmetric eigensolver; the bounds are closed forms that share no code with it.
"""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from hypothesis import strategies as st
from torch import Tensor

from theorems.cor35.properties import (
    BEYOND,
    ROUNDING,
    Case,
    describe,
    norm,
    saddles,
    spectrum,
    tensor,
)
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors


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


_EYE = tensor((1.0, 0.0), (0.0, 1.0))
_STRETCH = tensor((1.0, 0.0), (0.0, -1.0))
ISOTROPIC = Case(_EYE, _STRETCH, _EYE, 15 / 16)
"""J = H = I and E a multiple of diag(1, -1): kappa goes from 1 nearly to 9."""

BLOCKS = Case(
    tensor((0.8, 0.0), (0.6, 0.0), (0.0, 0.8), (0.0, 0.6)),
    tensor((-1.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.0, -1.0)),
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
    case_divisor=2,
)

BEYOND_CONVEX = replace(BEYOND, cases=convex_cases, supplied=())
"""What is false of indefinite loss Hessians holds of positive semidefinite ones."""

PSDS = {
    "drop": PSD.mutant(
        r"$\lambda_{\min} \geq (\sqrt{\lambda} - 0.9 \sqrt{M} |E|)^2$", (ISOTROPIC,), drop=0.9
    ),
    "growth": PSD.mutant(
        r"$\lambda_{\max} \leq (\sqrt{\Lambda} + 0.9 \sqrt{M} |E|)^2$", (ISOTROPIC,), growth=0.9
    ),
}
"""False variants of the bounds for positive semidefinite loss Hessians."""

BELOWS = {
    "three": BELOW.mutant(
        r"$\kappa_\phi \leq 3\kappa$ below the published threshold", (ISOTROPIC,), multiple=3.0
    ),
    "same": BELOW.mutant(
        r"$\kappa_\phi \leq \kappa$ below the published threshold", (ISOTROPIC,), multiple=1.0
    ),
}
"""False variants of the bound below the published threshold."""

INDEFINITES = {
    "nine": replace(
        BELOW.mutant(
            r"$\kappa_\phi \leq 9\kappa$ up to the published threshold, for indefinite $H$",
            (BLOCKS,),
            multiple=9.0,
        ),
        cases=saddles,
    ),
    "small": INDEFINITE.mutant(
        r"$\kappa_\phi \leq (\kappa + x) / (1 - x)$ with $x = \tau^2$",
        (BLOCKS._replace(tau=0.5),),
        linear=True,
    ),
}
"""False variants of the bound for indefinite loss Hessians."""

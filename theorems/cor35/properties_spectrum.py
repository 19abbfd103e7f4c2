"""The bounds of 3.5 on perturbed eigenvalues and condition numbers, and their false variants.

Eigenvalues come from a symmetric eigensolver; the bounds are closed forms that share no code with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from theorems.cor35 import bounds
from theorems.cor35.bounds import Letters
from theorems.cor35.properties import BEYOND, ROUNDING, Case, norm, saddles, spectrum, tensor
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors

_EYE = tensor((1.0, 0.0), (0.0, 1.0))
_STRETCH = tensor((1.0, 0.0), (0.0, -1.0))


@st.composite
def convex_cases(draw: st.DrawFn) -> Case:
    """Positive semidefinite loss Hessians A^T A and Jacobians of full rank mostly."""
    d = draw(st.integers(1, 3))
    k = d + draw(st.integers(0, 1))
    factor = draw(tensors((k, k))) / 4 + torch.eye(k, dtype=torch.float64)
    j = draw(tensors((k, d))) / 4
    j[:d] += torch.eye(d, dtype=torch.float64)
    return Case(j, draw(tensors((k, d))), factor.T @ factor, draw(st.integers(1, 15)) / 16)


@st.composite
def stretched(draw: st.DrawFn) -> Case:
    """J = diag(L, L / r), H = M I, E = diag(1, -1), at which the bounds for H >= 0 are attained."""
    big, over = (draw(st.integers(8, 24)) / 8 for _ in range(2))
    j = tensor((big, 0.0), (0.0, big / over))
    return Case(j, _STRETCH, draw(st.integers(1, 16)) / 8 * _EYE, draw(st.integers(1, 15)) / 16)


class Moved(NamedTuple):
    """The constants, Lambda, |E| and the perturbed spectrum."""

    letters: Letters
    top: float
    epsilon: float
    after: Tensor

    @property
    def kappa(self) -> float:
        """Of the target."""
        return self.top / self.letters.lam

    @property
    def condition(self) -> float:
        """Of the perturbed head; infinite where it is not positive definite."""
        return float(self.after[-1] / self.after[0]) if float(self.after[0]) > 0 else math.inf


def _moved(case: Case, threshold: Callable[[Letters], float]) -> Moved:
    """With |E| at tau times a threshold."""
    values, size, found = spectrum(case.j, case.h), norm(case.e), case.letters
    if found.lam <= 1e-3 or size == 0:
        raise Vacuous
    epsilon = case.tau * threshold(found)
    return Moved(
        found, float(values[-1]), epsilon, spectrum(case.j + epsilon / size * case.e, case.h)
    )


def psd_ratios(case: Case, drop: float = 1.0, growth: float = 1.0) -> tuple[float, float, float]:
    """The bounds of the least and largest eigenvalue and of the condition number, against these.

    Args:
        case: J, E, H and tau; |E| is tau sqrt(lambda / M).
        drop: factor of sqrt(M) |E| in the lower bound.
        growth: factor of sqrt(M) |E| in the upper bound.

    Raises:
        Vacuous: if J^T H J is nearly singular or E = 0.
    """
    found = _moved(case, bounds.convex)
    moved = found.letters.M**0.5 * found.epsilon
    low = bounds.least(found.letters.lam**0.5, drop * moved)
    high = bounds.largest(found.top**0.5, growth * moved)
    kappa = bounds.condition_convex(found.kappa**0.5, case.tau)
    least, most = float(found.after[0]), float(found.after[-1])
    if least <= 0:
        return (math.inf,) * 3
    return low / least, most / high, found.condition / kappa


def psd_ratio(case: Case, drop: float = 1.0, growth: float = 1.0) -> float:
    """The worst of the three for H >= 0; arguments as in `psd_ratios`."""
    return max(psd_ratios(case, drop, growth)) / (1 + ROUNDING)


def psd_attained_error(case: Case, drop: float = 1.0, growth: float = 1.0) -> float:
    """The largest difference of the three from 1, over 1e-8."""
    found = psd_ratios(case, drop, growth)
    return max(abs(ratio - 1) for ratio in found) / (10 * ROUNDING)


def kappa_ratio(case: Case, multiple: float = 0.0) -> float:
    """kappa_phi below the published threshold over its bound there.

    Args:
        case: J, E, H and tau; |E| is tau times the published threshold.
        multiple: if not 0, the bound is this multiple of kappa instead.

    Raises:
        Vacuous: if J^T H J is nearly singular or E = 0.
    """
    found = _moved(case, bounds.published)
    kappa = found.kappa
    bound = multiple * kappa if multiple else bounds.condition_below(kappa**0.5)
    return found.condition / (bound * (1 + ROUNDING))


def below_error(case: Case) -> float:
    """|kappa_phi at the published threshold over its bound - 1| over 1e-8."""
    return abs(kappa_ratio(case._replace(tau=1.0)) - 1) / (10 * ROUNDING)


def weyl_ratio(case: Case, weyl: Callable[[float, float], float] = bounds.weyl) -> float:
    """kappa_phi over (kappa + x) / (1 - x), for any symmetric H.

    Args:
        case: J, E, H and tau; |E| is tau times the published threshold.
        weyl: x as a function of tau and q.

    Raises:
        Vacuous: if x >= 1, J^T H J is not positive definite, or E = 0.
    """
    found = _moved(case, bounds.published)
    x = weyl(case.tau, bounds.share(found.letters))
    if x >= 1:
        raise Vacuous
    return found.condition / (bounds.condition(found.kappa, x) * (1 + ROUNDING))


def square_only(tau: float, q: float) -> float:
    """tau^2, which is too small."""
    return tau**2


def nearly_linear(tau: float, q: float) -> float:
    """A hundredth less than tau."""
    return 0.99 * tau


ISOTROPIC = Case(_EYE, _STRETCH, _EYE, 15 / 16)
"""J = H = I and E a multiple of diag(1, -1): kappa goes from 1 nearly to 9."""

BLOCKS = Case(
    tensor((0.8, 0.0), (0.6, 0.0), (0.0, 0.8), (0.0, 0.6)),
    tensor((-1.0, 0.0), (1.0, 0.0), (0.0, 1.0), (0.0, -1.0)),
    torch.diag(torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=torch.float64)),
    1.0,
)
"""q = 7/25 and kappa = 1, sent to 99 + 70 sqrt(2) at the published threshold."""


def convex_seen(case: Case) -> dict[str, bool]:
    """What random convex cases must show."""
    return {
        "$H$ not diagonal": not torch.equal(case.h, torch.diag(case.h.diagonal())),
        "$J$ no frame": not torch.equal(case.j, torch.eye(*case.j.shape, dtype=case.j.dtype)),
        "$k > d > 1$": case.j.shape[0] > case.j.shape[1] > 1,
    }


PSD = Claim(
    r"the three bounds for $H \succeq 0$ and $|E| < \sqrt{\lambda / M}$",
    convex_cases,
    psd_ratio,
    features=convex_seen,
)

PSD_ATTAINED = Claim(
    r"the three bounds are attained at $J = \operatorname{diag}(L, L / r)$ with $r = \sqrt{\kappa}$, $H = M I$, $E = \operatorname{diag}(\epsilon, -\epsilon)$",
    stretched,
    psd_attained_error,
)

BELOW = Claim(
    rf"$\kappa_\phi < {bounds.CONDITION_BELOW}$ below the published threshold",
    convex_cases,
    kappa_ratio,
    features=convex_seen,
)

BELOW_ATTAINED = Claim(
    rf"at the published threshold $\kappa_\phi = {bounds.CONDITION_BELOW}$ for $J = \operatorname{{diag}}(L, L / r)$ with $r = \sqrt{{\kappa}}$, $H = M I$, $E = \operatorname{{diag}}(\epsilon, -\epsilon)$",
    stretched,
    below_error,
)

INDEFINITE = Claim(
    rf"$\kappa_\phi \leq {bounds.CONDITION}$ below the published threshold",
    saddles,
    weyl_ratio,
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
    "attained.more": PSD_ATTAINED.mutant(
        r"the three bounds with $1.001 \sqrt{M} |E|$ for $\sqrt{M} |E|$ are attained at $J = \operatorname{diag}(L, L / r)$ with $r = \sqrt{\kappa}$, $H = M I$, $E = \operatorname{diag}(\epsilon, -\epsilon)$",
        drop=1.001,
        growth=1.001,
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
        rf"$\kappa_\phi \leq {bounds.CONDITION}$ with $x = \tau^2$",
        (BLOCKS._replace(tau=0.5),),
        weyl=square_only,
    ),
    "hundredth": INDEFINITE.mutant(
        rf"$\kappa_\phi \leq {bounds.CONDITION}$ with $x = 0.99 \tau$", weyl=nearly_linear
    ),
}
"""False variants of the bound for indefinite loss Hessians."""

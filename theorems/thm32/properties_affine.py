"""Properties of 3.2: affine heads, behind losses whose Lipschitz constant holds everywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from theorems.thm32 import bounds
from theorems.thm32.heads import Waves
from theorems.thm32.properties import ROUNDING, STEEP, waves
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors
from verify.numeric.activations import LINEAR
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head


class Affine(NamedTuple):
    """A loss, u0 (k,), a point z (d,) with d <= k, and the factor c."""

    loss: Waves
    u0: Annotated[Tensor, "$u_0$"]
    z: Annotated[Tensor, "$z$"]
    c: Annotated[float, "$c$"]


@st.composite
def affine_cases(draw: st.DrawFn, most: int = 3) -> Affine:
    """Random losses, mostly with positive eigenvalues; c from 4^-6 to 1."""
    k = draw(st.integers(1, most))
    loss = draw(waves(k))
    loss = replace(loss, squares=loss.squares.abs())
    z = draw(tensors((draw(st.integers(1, k)),)))
    return Affine(loss, draw(tensors((k,))), z, 4.0 ** -draw(st.integers(0, 6)))


def whitened(hessian: Tensor, d: int) -> tuple[Tensor, Tensor]:
    """X = U_+ Lambda_+^(-1/2) from the d largest eigenvalues, and those, increasing: (k, d), (d,)."""
    values, vectors = torch.linalg.eigh(hessian)
    return vectors[:, -d:] * values[-d:].rsqrt(), values[-d:]


def spectrum(case: Affine, x: Tensor) -> Tensor:
    """The eigenvalues of H_eff / c for h(z) = u0 + sqrt(c) X z, increasing: (d,)."""
    head = Head([case.c**0.5 * x], [case.u0], LINEAR)
    return torch.linalg.eigvalsh(EffectiveHessian(head, case.loss, case.z).dense() / case.c)


def affine_bound(case: Affine, eigenvalue: float, power: float = 1.5, root: float = 0.5) -> float:
    """T lambda_s^(-3/2) sqrt(c) R, with R = |z|."""
    size = float(case.z.norm())
    return float(bounds.affine(case.loss.third, eigenvalue ** (-power / 3), case.c**root, size))


def exceeds(spectrum: Tensor, bound: float) -> float:
    """The largest |eigenvalue - 1| over the bound."""
    return float((spectrum - 1).abs().max()) / (bound * (1 + ROUNDING) + ROUNDING)


def affine_ratio(
    case: Affine,
    constant: float = 1.0,
    power: float = 1.5,
    root: float = 0.5,
    largest: bool = False,
) -> float:
    """|H_eff / c - I| over T lambda_s^(-3/2) sqrt(c) R at |z| = R.

    Args:
        case: loss and point.
        constant: factor on the bound.
        power: of 1 / lambda_s, 3/2 in the theorem.
        root: power of c, 1/2 in the theorem.
        largest: the largest of the eigenvalues for the smallest.

    Raises:
        Vacuous: if the loss has fewer than d eigenvalues above 1/8, is quadratic, or z = 0.
    """
    x, values = whitened(case.loss.hessian(case.u0), len(case.z))
    if not float(values[0]) >= STEEP or case.loss.third == 0 or not bool(case.z.any()):
        raise Vacuous
    chosen = float(values[-1] if largest else values[0])
    return exceeds(spectrum(case, x), constant * affine_bound(case, chosen, power, root))


def affine_seen(case: Affine) -> dict[str, bool]:
    """What random cases must show."""
    return {"$d < k$": len(case.z) < len(case.u0), r"$|z| \geq 1$": float(case.z.norm()) >= 1}


AFFINE = Claim(
    r"$h = u_0 + \sqrt{c} \, U_+ \Lambda_+^{-1/2} z$ has $|H_{\mathrm{eff}} / c - I| \leq T \lambda_s^{-3/2} \sqrt{c} R$",
    affine_cases,
    affine_ratio,
    features=affine_seen,
)

"""Random cases that several statements share: a head at a point with a residual gradient."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd.functional import hessian

from verify.claims.strategies import heads, tensors
from verify.numeric.activations import Activation
from verify.numeric.effective_hessian import interaction, rounding_majorant
from verify.numeric.heads import Head

ROUNDING_SAFETY = 16.0
"""Factor on the first-order rounding estimate, for automatic differentiation's own rounding."""


class HeadCase(NamedTuple):
    """A head, a point z of shape (d,), and a residual gradient rho of shape (k,)."""

    head: Head
    z: Annotated[Tensor, "$z$"]
    rho: Annotated[Tensor, r"$\rho$"]


@st.composite
def head_cases(draw: st.DrawFn, activations: tuple[Activation, ...]) -> HeadCase:
    """Random heads of depth 2 to 5 with a point and a residual gradient."""
    head = draw(heads(activations))
    return HeadCase(head, draw(tensors((head.d,))), draw(tensors((head.k,))))


def autograd_interaction(case: HeadCase) -> Tensor:
    """The Hessian of z -> rho.h(z) by automatic differentiation, row by row, (d, d)."""
    found: Tensor = hessian(lambda z: case.rho @ case.head(z), case.z)
    return found


def interaction_error(found: Tensor, wanted: Tensor, case: HeadCase) -> float:
    """Largest entry of the error of M over the rounding allowed."""
    bound, unit = rounding_majorant(case.head.trace(case.z), case.z)
    allowed = ROUNDING_SAFETY * unit * interaction(bound, case.rho.abs())
    return largest_ratio((found - wanted).abs(), allowed)


def largest_ratio(gap: Tensor, allowed: Tensor) -> float:
    """Largest entry of gap / allowed; 0 where both vanish, infinite where only `allowed` does.

    Raises:
        ValueError: if an allowed error is negative or not finite: then no error exceeds it.
    """
    if not bool((torch.isfinite(allowed) & (allowed >= 0)).all()):
        raise ValueError(
            f"An allowed error must be finite and not negative; the least was {float(allowed.min()):.3g}, the largest {float(allowed.max()):.3g}."
        )
    return float(torch.where(gap == 0, torch.zeros_like(gap), gap / allowed).max())

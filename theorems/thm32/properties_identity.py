"""Properties of 3.2: convex losses, the parabola that isotropy forces, and the oscillation bound.

Oracle: `hessian_products` as in `properties`. The range of a loss is a bound that holds everywhere.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from theorems.thm32.bounds import oscillation
from theorems.thm32.heads import Bends, Waves, convex_parabola
from theorems.thm32.properties import ROUNDING, STEEP, Case, cases, exact_head, hessian_products
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors
from verify.numeric.autodiff import gradient_and_product

# --- the identity behind convex losses ----------------------------------------------------------


class Convex(NamedTuple):
    """A convex loss, a start u0 (k,), a centre (d,) and a point z (d,)."""

    loss: Bends
    u0: Annotated[Tensor, "$u_0$"]
    centre: Annotated[Tensor, "$z_0$"]
    z: Annotated[Tensor, "$z$"]


@st.composite
def convex_cases(draw: st.DrawFn) -> Convex:
    """Random convex losses, k up to 3 and d up to 4."""
    k, d, m = draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
    amplitudes = draw(tensors((m,), nonzero=True)).abs()
    loss = Bends(amplitudes, draw(tensors((m, k))), draw(tensors((m,))))
    return Convex(loss, *(draw(tensors(shape, 4)) for shape in ((k,), (d,), (d,))))


def identity_error(case: Convex, bounded: bool = False) -> float:
    """The error of H_eff = I at a point, over what is allowed.

    Args:
        case: loss and point.
        bounded: replace every bend by a wave, a loss that is not convex; a false variant.

    Raises:
        Vacuous: if grad L(u0) is small.
    """
    loss: Waves | Bends = case.loss
    if bounded:
        bends = case.loss
        loss = Waves(bends.amplitudes, bends.weights, bends.phases, torch.zeros_like(case.u0))
    if not float(loss.gradient(case.u0).norm()) >= STEEP:
        raise Vacuous
    head = convex_parabola(loss, case.u0, case.centre)
    identity = torch.eye(len(case.z), dtype=case.z.dtype)
    product = hessian_products(lambda z: loss(head(z)), case.z, identity)
    return float((product - identity).norm()) / ROUNDING


IDENTITY = Claim(
    r"behind a convex loss the head has $H_{\mathrm{eff}} = I$",
    convex_cases,
    identity_error,
    case_divisor=2,
)


# --- the parabola along a curve -----------------------------------------------------------------


def value_error(case: Case, origin: bool = False) -> float:
    """The error of L(h(gamma)) = (c / 2) |gamma - z0|^2 + const, with z0 from the gradient at one point.

    Args:
        case: loss and curve.
        origin: claim z0 = 0, a false variant.

    Raises:
        Vacuous: if grad L(u0) is small, or both points are one.
    """
    head = exact_head(case)
    first, z = case.curve.points
    if not float((z - first).norm()):
        raise Vacuous
    value, gradient, _ = gradient_and_product(lambda z: head.loss(head(z)), first, "composition")
    centre = torch.zeros_like(first) if origin else first - gradient / head.c
    rise = float(head.loss(head(z)) - value) / head.c
    error = abs(rise - float(((z - centre) ** 2 - (first - centre) ** 2).sum() / 2))
    # The values of L are rounded relative to themselves, and the rise is divided by c.
    size = abs(head.y) + float(head.loss.amplitudes.abs().sum()) + 1
    return error / (ROUNDING + 1000 * torch.finfo(first.dtype).eps * size / head.c)


VALUE = Claim(
    r"where $H_{\mathrm{eff}} = c I$ with $c > 0$ along $\gamma$, $L(h(\gamma)) = \frac{c}{2} |\gamma - z_0|^2 + \mathrm{const}$ for one $z_0$",
    cases,
    value_error,
    case_divisor=2,
)


# --- the oscillation on a segment ---------------------------------------------------------------


class Segment(NamedTuple):
    """A segment of R^d with the centre of the parabola as its midpoint, behind L = sin.

    Attributes:
        centre, direction: (d,); the direction is not 0.
        length: l.
        epsilon: the error; H_eff = (1 - eps) c I.
        share: the part of the oscillation 2 of sin that L o h takes, below 1.
    """

    centre: Annotated[Tensor, "$z_0$"]
    direction: Tensor
    length: Annotated[float, "$l$"]
    epsilon: Annotated[float, r"$\epsilon$"]
    share: Annotated[float, "share of the oscillation"]


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    """Random segments in up to 4 dimensions that use from 1/16 to all but 2^-12 of the oscillation."""
    d = draw(st.integers(1, 4))
    direction = draw(tensors((d,)).filter(lambda x: bool(x.any())))
    return Segment(
        draw(tensors((d,))),
        direction,
        draw(st.integers(1, 160)) / 16,
        draw(st.integers(0, 14)) / 16,
        draw(st.one_of(st.integers(1, 15).map(_sixteenth), st.integers(5, 12).map(_nearly_all))),
    )


def _sixteenth(n: int) -> float:
    return n / 16


def _nearly_all(n: int) -> float:
    return 1 - 2.0**-n


def oscillation_ratio(case: Segment, factor: float = 1.0, whole: bool = False) -> float:
    """(1 - eps) c l^2 / 8 over the oscillation 2 of L = sin, with eps from automatic differentiation.

    Args:
        case: the segment; L(h) = -share + (1 - eps) (c / 2) |z - z0|^2 rises to share at its ends.
        factor: on the bound.
        whole: leave out the factor 1 - eps, a false variant.
    """
    bend = 2 * case.share / oscillation(1, 0, case.length)
    c = bend / (1 - case.epsilon)
    head = partial(arcsine, case.centre, -case.share, bend)
    unit = case.direction / case.direction.norm()
    identity, found = torch.eye(len(unit), dtype=unit.dtype), 0.0
    for t in (-0.5, 0.0, 0.25):
        z = case.centre + t * case.length * unit
        hessian = hessian_products(lambda x: torch.sin(head(x)).sum(), z, identity)
        found = max(found, float(torch.linalg.matrix_norm(hessian / c - identity, ord=2)))
    needed = oscillation(c, 0 if whole else found, case.length)
    return float(factor * needed / (2 * (1 + ROUNDING)))


def arcsine(centre: Tensor, low: float, factor: float, z: Tensor) -> Tensor:
    """arcsin(low + (factor / 2) |z - z0|^2): (d,) -> (1,)."""
    return torch.asin(low + factor * (z - centre).square().sum(-1, keepdim=True) / 2)


def segments_seen(case: Segment) -> dict[str, bool]:
    """What random segments must show: nearly all of the oscillation, and an error."""
    return {
        "all but a tenth of the oscillation": case.share > 0.9,
        "$\\epsilon > 0$": case.epsilon > 0,
    }


OSCILLATION = Claim(
    r"behind $L = \sin$, $(1 - \epsilon) c l^2 / 8 \leq 2$ on a segment",
    segments,
    oscillation_ratio,
    features=segments_seen,
)

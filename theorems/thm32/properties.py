"""Properties of 3.2: heads that are exactly isotropic, up to a factor, and what they share.

Oracle: `hessian_products`, automatic differentiation of the composition L o h, which knows neither
c I nor G + M.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated, NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from theorems.thm32.heads import Parabola, Waves, local_parabola
from verify.claims.describe import HIDDEN
from verify.claims.property import Claim, Vacuous, exactly
from verify.claims.strategies import tensors
from verify.numeric.activations import QUADRATIC, Activation
from verify.numeric.autodiff import gradient_and_product
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head, near_kink

ROUNDING = 1e-10
"""Error allowed relative to c. An estimate and not a bound: roundings of 1.1e-16 in some 10^4 operations on
terms of order 1 to 100, divided twice by slopes of `STEEP` / 2 or more."""

STEEP = 1 / 8
"""Least |rho| of a case; below it the case is vacuous."""


class Eight(NamedTuple):
    """The curve gamma(t) = p sin t + q sin 2t, which meets itself at 0, and one more of its points.

    Shapes: p, q (d,), time (1,).
    """

    p: Annotated[Tensor, r"$\gamma = p \sin t + q \sin 2t$: $p$"]
    q: Annotated[Tensor, "$q$"]
    time: Annotated[Tensor, "$t$"]

    @property
    def points(self) -> Tensor:
        """Where it meets itself, and at the time: (2, d)."""
        t = torch.cat([torch.zeros_like(self.time), self.time])[:, None]
        return self.p * torch.sin(t) + self.q * torch.sin(2 * t)

    @property
    def radius(self) -> float:
        """A bound of |gamma|."""
        return float(self.p.norm() + self.q.norm())


class Case(NamedTuple):
    """A loss, a start u0 (k,), a curve, a centre z0 (d,) and directions (d, n) to multiply."""

    loss: Waves
    u0: Annotated[Tensor, "$u_0$"]
    curve: Eight
    centre: Annotated[Tensor, "$z_0$"]
    probes: Annotated[Tensor, HIDDEN]


@st.composite
def waves(draw: st.DrawFn, k: int) -> Waves:
    """Sums of up to three waves and squares of either sign on R^k."""
    m = draw(st.integers(1, 3))
    return Waves(*(draw(tensors(shape)) for shape in ((m,), (m, k), (m,), (k,))))


@st.composite
def eights(draw: st.DrawFn, d: int) -> Eight:
    """Random curves in R^d."""
    return Eight(*(draw(tensors(shape)) for shape in ((d,), (d,), (1,))))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Random losses and curves, k up to 3 and d up to 4."""
    k, d = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    loss, u0 = draw(waves(k)), draw(tensors((k,)))
    identity = torch.eye(d, dtype=torch.float64)
    return Case(loss, u0, draw(eights(d)), draw(tensors((d,))), identity)


def cases_seen(case: Case) -> dict[str, bool]:
    """What random losses and curves must show."""
    return {
        "$k > 1$": len(case.u0) > 1,
        "$d > 1$": len(case.centre) > 1,
        "waves": case.loss.third > 0,
        "squares": bool(case.loss.squares.any()),
    }


def exact_head(case: Case) -> Parabola:
    """The exact head.

    Raises:
        Vacuous: if grad L(u0) is small.
    """
    if not float(case.loss.gradient(case.u0).norm()) >= STEEP:
        raise Vacuous
    radius = case.curve.radius + float(case.centre.norm())
    return local_parabola(case.loss, case.u0, case.centre, radius)


def hessian_products(function: Callable[[Tensor], Tensor], z: Tensor, v: Tensor) -> Tensor:
    """The Hessian at z of a scalar function times the columns of v: (d,), (d, n) -> (d, n)."""
    _, _, product = gradient_and_product(function, z, "composition")
    return product(v.T).T


def worst(head: Parabola, case: Case, pullback: bool = False, flat: bool = False) -> float:
    """The largest |(H_eff / c) v - v| over the probes v at the points of the curve."""
    weight, found = (0.0 if flat else 1.0), 0.0
    for z in case.curve.points:
        if pullback:
            product = EffectiveHessian(head, head.loss, z).pullback @ case.probes
        else:
            product = hessian_products(lambda x: weight * head.loss(head(x)), z, case.probes)
        error = float((product / head.c - case.probes).norm(dim=0).max())
        found = max(found, error) if error == error else math.inf
    return found


def exact_error(
    case: Case,
    pullback: bool = False,
    flat: bool = False,
    unit: bool = False,
    impossible: bool = False,
) -> float:
    """The error of H_eff = c I along a curve that meets itself, over what is allowed.

    Args:
        case: loss and curve.
        pullback: G in the place of H_eff, a false variant.
        flat: put the same head before a constant loss, a false variant.
        unit: c = 1 for every loss, a false variant.
        impossible: claim instead that no head is isotropic there, a false variant.

    Raises:
        Vacuous: if grad L(u0) is small.
    """
    head = exact_head(case)
    ratio = worst(replace(head, c=1.0) if unit else head, case, pullback, flat) / ROUNDING
    return exactly(ratio > 1) if impossible else ratio


EXACT = Claim(
    r"the exact head has $H_{\mathrm{eff}} = c I$ along a curve that meets itself",
    cases,
    exact_error,
    features=cases_seen,
    case_divisor=2,
)


# --- a network that is exact behind a linear loss -----------------------------------------------


class Straight(NamedTuple):
    """The loss L = rho.u, d orthonormal rows (d, d), biases (d,) and a point (d,)."""

    rho: Annotated[Tensor, r"$L = \rho \cdot u$: $\rho$"]
    rows: Tensor
    biases: Tensor
    z: Annotated[Tensor, "$z$"]


@st.composite
def straight_cases(draw: st.DrawFn) -> Straight:
    """Random linear losses, none constant, and reflections, up to 4 dimensions."""
    k, d = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    rho, axis = (draw(tensors((n,)).filter(lambda x: bool(x.any()))) for n in (k, d))
    rows = torch.eye(d, dtype=torch.float64) - 2 * torch.outer(axis, axis) / (axis @ axis)
    return Straight(rho, rows, draw(tensors((d,))), draw(tensors((d,))))


def straight_error(case: Straight, activation: Activation = QUADRATIC) -> float:
    """The error of H_eff = I for a network with one hidden layer, over what is allowed.

    With s'' = 2 and rows q_j, M = sum_j (rho.w_j) s'' q_j q_j^T is I for w_j = rho / (2 |rho|^2).

    Raises:
        Vacuous: if z is within rounding of a kink of the activation.
    """
    outgoing = (case.rho / (2 * case.rho @ case.rho))[:, None].expand(-1, len(case.z))
    head = Head([case.rows, outgoing], [case.biases, torch.zeros_like(case.rho)], activation)
    if activation.kinks and bool(near_kink(head, case.z)):
        raise Vacuous
    found = EffectiveHessian(head, partial(torch.dot, case.rho), case.z).dense()
    return float((found - torch.eye(len(case.z), dtype=found.dtype)).norm()) / ROUNDING


STRAIGHT = Claim(
    r"behind a linear loss that is not constant a network with one hidden layer of $d$ units has $H_{\mathrm{eff}} = I$",
    straight_cases,
    straight_error,
    case_divisor=2,
)

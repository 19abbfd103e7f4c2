"""Properties of 3.2 along the gradient flow of the same head.

Oracles: how the gradient changes along the flow comes from automatic differentiation of first derivatives, or
from products with a matrix of known eigenvalues; the factor and the error of isotropy come from the eigenvalues of
the assembled effective Hessian; gradient and Hessian beside a helix from automatic differentiation of L o h.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from theorems.thm32 import bounds
from theorems.thm32.heads import Helix, Waves, beside
from theorems.thm32.properties import ROUNDING, STEEP, waves
from theorems.thm32.properties_curve import Moving, allowed, derivative, moving_cases
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors
from verify.numeric.autodiff import gradient_and_product
from verify.numeric.effective_hessian import EffectiveHessian


def flow_error(case: Moving, turn: float = 1.0, decay: float = 1.0) -> float:
    """By how much the flow from z turns faster, or slows down less, than allowed; over its rounding.

    H_eff is isotropic up to epsilon and c, the middle of its eigenvalues; the loss is negated where c < 0.

    Args:
        case: head, loss and z; the curve is not used.
        turn: a factor of the bound epsilon c of the turning; below 1 a false variant.
        decay: a factor of epsilon in the rate (1 - epsilon) c of the decay; below 1 a false variant.

    Raises:
        Vacuous: if z is critical, or c = 0.
    """
    values = torch.linalg.eigvalsh(EffectiveHessian(case.head, case.loss, case.z).dense())
    c, rest = float(values[0] + values[-1]) / 2, float(values[-1] - values[0]) / 2
    if c < 0:
        loss = replace(case.loss, amplitudes=-case.loss.amplitudes, squares=-case.loss.squares)
        case, c = case._replace(loss=loss), -c
    velocity = -case.gradient(case.z.new_zeros(()))
    speed = float(velocity.norm())
    if speed == 0 or c == 0:
        raise Vacuous
    case = case._replace(v=velocity, w=torch.zeros_like(velocity))
    bent = derivative(case)  # -z''
    rate = float(bent @ velocity) / speed**2
    across = float((bent - rate * velocity).norm())
    excess = max(across - turn * rest * speed, (c - decay * rest - rate) * speed)
    return max(0.0, excess) / (2 * allowed(case) + torch.finfo(bent.dtype).tiny)


FLOW = Claim(
    r"along $z' = -\nabla(L \circ h)$ the direction turns by at most $\epsilon c$ and $|z'|$ decays at the rate $(1 - \epsilon) c$ at least",
    moving_cases,
    flow_error,
)


# --- a factor that varies -----------------------------------------------------------------------


class Coil(NamedTuple):
    """A loss, a start u0 (k,), a helix, the rate a of its factor c e^(-at), and a time t of [0, 1]."""

    loss: Waves
    u0: Annotated[Tensor, "$u_0$"]
    path: Helix
    rate: Annotated[float, "$a$"]
    time: Annotated[float, "$t$"]


@st.composite
def coils(draw: st.DrawFn) -> Coil:
    """Random losses and helices, k up to 3, with any function sigma beside them."""
    k = draw(st.integers(1, 3))
    size = st.integers(2, 8).map(lambda n: n / 4)
    path = Helix(draw(size), draw(size), draw(size), draw(size), draw(tensors((3,))))
    return Coil(draw(waves(k)), draw(tensors((k,))), path, draw(size), draw(st.integers(0, 8)) / 8)


def coil_seen(case: Coil) -> dict[str, bool]:
    """What random helices must show."""
    return {
        r"$\omega$ is not $\dot\gamma$": bool(case.path.slant.any()),
        "$t > 0$": case.time > 0,
        "$k > 1$": len(case.u0) > 1,
    }


def coil_error(
    case: Coil, constant: bool = False, isotropic: bool = False, nearest: bool = False
) -> float:
    """The error of -grad = p gamma' and H_eff = c (I - E), relative to c = a p, over what is allowed.

    Args:
        case: loss, helix and time.
        constant: the factor at the start for the one at t, a false variant.
        isotropic: E = 0, a false variant.
        nearest: E as if sigma were the nearest point's time, a false variant.

    Raises:
        Vacuous: if grad L(u0) is small.
    """
    if not float(case.loss.gradient(case.u0).norm()) >= STEEP:
        raise Vacuous
    head = beside(case.loss, case.u0, case.path, case.rate)
    t = torch.tensor(case.time, dtype=torch.float64)
    _, gradient, product = gradient_and_product(
        lambda z: head.loss(head(z)), case.path.at(t), "composition"
    )
    c = head.c * math.exp(0.0 if constant else -case.rate * case.time)
    path = case.path
    velocity, bent, omega = path.velocity(t), path.acceleration(t), path.omega(t)
    size = float(omega.norm())
    if nearest:
        omega = velocity / (velocity @ velocity)
    outer = torch.outer(omega, bent)
    error = (outer + outer.T - velocity @ bent * torch.outer(omega, omega)) / case.rate
    identity = torch.eye(3, dtype=torch.float64)
    wanted = identity if isotropic else identity - error
    off = (gradient / c + velocity / case.rate).norm() + (product(identity) / c - wanted).norm()
    return float(off) / (ROUNDING * math.exp(case.rate * case.time) * (1 + size) ** 2)


COIL = Claim(
    r"beside a helix the head's own flow has the velocity $p \dot\gamma$, and $H_{\mathrm{eff}} = a p (I - E)$",
    coils,
    coil_error,
    features=coil_seen,
    case_divisor=4,
)


class Turn(NamedTuple):
    """A positive definite matrix c (I + E) by its root A (n, d), and a velocity (d,)."""

    root: Annotated[Tensor, r"$H_{\mathrm{eff}} = A^T A$: $A$"]
    velocity: Annotated[Tensor, "$z'$"]


@st.composite
def turns(draw: st.DrawFn) -> Turn:
    """Random matrices of order 2 to 4."""
    d = draw(st.integers(2, 4))
    return Turn(draw(tensors((d, d))), draw(tensors((d,))))


def turn_ratio(case: Turn, whole: bool = False) -> float:
    """The square of the rate of turning over its bound, by the rate at which log |z'| falls.

    The factor is the middle of the eigenvalues, with the least epsilon.

    Args:
        case: matrix and velocity.
        whole: epsilon^2 for epsilon^2 / (1 - epsilon^2), a false variant.

    Raises:
        Vacuous: if the matrix is singular or isotropic within rounding, or the velocity is 0.
    """
    matrix, v = case.root.T @ case.root, case.velocity
    values = torch.linalg.eigvalsh(matrix)
    least, largest = float(values[0]), float(values[-1])
    if not v.any() or not least > 1e-3 * largest or not largest - least > 1e-3 * largest:
        raise Vacuous
    epsilon = (largest - least) / (largest + least)
    v = v / v.norm()
    fall = float(v @ matrix @ v)
    turned = float((matrix @ v - fall * v).square().sum())
    bound = epsilon**2 * fall**2 if whole else bounds.turning(epsilon, fall)
    return turned / (bound * (1 + ROUNDING))


_SHARP = Turn(
    torch.diag(torch.tensor([1.0, 2.0], dtype=torch.float64)),
    torch.tensor([2.0, 1.0], dtype=torch.float64),
)
"""Eigenvalues 1 and 4, epsilon = 3/5, and the velocity that turns as fast as it may."""

TURN = Claim(
    r"the square of the rate of turning is at most $\epsilon^2 / (1 - \epsilon^2)$ times that of the rate at which $\log |z'|$ falls",
    turns,
    turn_ratio,
    attained=(_SHARP,),
)

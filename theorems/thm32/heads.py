"""Losses and heads of 3.2: sums of waves and of convex bends, and the head that makes a parabola.

The parabola head is h(z) = u0 + phi^-1(y + (c / 2) |z - z0|^2) e with phi(s) = L(u0 + s e). Its
inverse is found by bisection; two steps of Newton's method on top of it carry the derivatives, the
first of them up to first order, the second up to third. So automatic differentiation of L o h goes
through the loss and never meets the formula c I.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

BISECTIONS = 30
"""They leave an error of 2^-30 of the interval; second derivatives then err by its square."""


@dataclass(frozen=True)
class Waves:
    """L(u) = sum_j a_j sin(w_j.u + b_j) + sum_i s_i u_i^2 / 2.

    Shapes: amplitudes a and phases b (m,), weights w (m, k), squares s (k,).
    """

    amplitudes: Annotated[
        Tensor, r"$L = \sum_j a_j \sin(w_j \cdot u + b_j) + \sum_i s_i u_i^2 / 2$: $a$"
    ]
    weights: Annotated[Tensor, "$w$"]
    phases: Annotated[Tensor, "$b$"]
    squares: Annotated[Tensor, "$s$"]

    def __call__(self, u: Tensor) -> Tensor:
        """L(u): (k,) -> scalar."""
        return self.amplitudes @ torch.sin(self.weights @ u + self.phases) + self.squares @ u**2 / 2

    def gradient(self, u: Tensor) -> Tensor:
        """Of L: (k,) -> (k,)."""
        waves = self.amplitudes * torch.cos(self.weights @ u + self.phases)
        return waves @ self.weights + self.squares * u

    def hessian(self, u: Tensor) -> Tensor:
        """Of L: (k,) -> (k, k)."""
        waves = self.amplitudes * torch.sin(self.weights @ u + self.phases)
        return torch.diag(self.squares) - (self.weights.T * waves) @ self.weights

    @property
    def bend(self) -> float:
        """An upper bound of |hess L|, everywhere."""
        sizes = self.weights.square().sum(1)
        return float(self.amplitudes.abs() @ sizes + self.squares.abs().max())

    @property
    def third(self) -> float:
        """A Lipschitz constant of hess L, everywhere: sum_j |a_j| |w_j|^3."""
        return float(self.amplitudes.abs() @ self.weights.norm(dim=1) ** 3)


@dataclass(frozen=True)
class Bends:
    """The convex loss L(u) = sum_j a_j sqrt(1 + (w_j.u + b_j)^2) with a_j > 0; shapes as in `Waves`."""

    amplitudes: Annotated[Tensor, r"$L = \sum_j a_j \sqrt{1 + (w_j \cdot u + b_j)^2}$: $a$"]
    weights: Annotated[Tensor, "$w$"]
    phases: Annotated[Tensor, "$b$"]

    def __call__(self, u: Tensor) -> Tensor:
        """L(u): (k,) -> scalar."""
        return self.amplitudes @ (1 + (self.weights @ u + self.phases) ** 2).sqrt()

    def gradient(self, u: Tensor) -> Tensor:
        """Of L: (k,) -> (k,)."""
        x = self.weights @ u + self.phases
        return (self.amplitudes * x / (1 + x**2).sqrt()) @ self.weights


@dataclass(frozen=True)
class Parabola:
    """A head whose L o h is y + (c / 2) |z - z0|^2.

    Attributes:
        loss: L with its gradient.
        u0, e: start and direction of the line, (k,); the slope r = grad L(u0).e is positive.
        y: the value at z0; at least phi(0).
        c: the factor.
        centre: z0, (d,).
        reach: s is looked for in [0, reach], where phi' >= r / 2.
    """

    loss: Waves | Bends
    u0: Tensor
    e: Tensor
    y: float
    c: float
    centre: Tensor
    reach: float

    def phi(self, s: Tensor) -> Tensor:
        """L(u0 + s e)."""
        return self.loss(self.u0 + s * self.e)

    def slope(self, s: Tensor) -> Tensor:
        """Derivative of `phi`."""
        return self.loss.gradient(self.u0 + s * self.e) @ self.e

    def inverse(self, value: Tensor) -> Tensor:
        """The inverse of phi at a scalar, differentiable up to third order."""
        with torch.no_grad():
            zero = torch.zeros((), dtype=value.dtype)
            bound = 2 * (value - self.phi(zero)) / self.slope(zero)
            low, high = zero, bound.clamp(max=self.reach)
            for _ in range(BISECTIONS):
                middle = (low + high) / 2
                low, high = (middle, high) if self.phi(middle) < value else (low, middle)
        s = (low + high) / 2
        for _ in range(2):
            s = s - (self.phi(s) - value) / self.slope(s)
        return s

    def __call__(self, z: Tensor) -> Tensor:
        """h(z): (d,) -> (k,)."""
        value = self.y + self.c * (z - self.centre).square().sum() / 2
        return self.u0 + self.inverse(value) * self.e


def local_parabola(loss: Waves, u0: Tensor, centre: Tensor, radius: float) -> Parabola:
    """The head that is isotropic up to a factor, for |z - z0| <= radius, with its own factor c.

    As |phi''| <= F everywhere, phi' >= r / 2 for s <= a = r / (2 F), and phi reaches eta = phi(a) -
    phi(0) beyond phi(0); c = eta / (radius^2 + 1).
    """
    rho = loss.gradient(u0)
    r = float(rho.norm())
    a = r / (2 * loss.bend)
    head = Parabola(loss, u0, rho / r, float(loss(u0)), math.nan, centre, a)
    eta = float(head.phi(torch.tensor(a, dtype=u0.dtype))) - head.y
    return replace(head, c=eta / (radius**2 + 1))


def convex_parabola(loss: Waves | Bends, u0: Tensor, centre: Tensor) -> Parabola:
    """The head behind a convex loss, with c = 1 and y = phi(0) + 1."""
    rho = loss.gradient(u0)
    return Parabola(loss, u0, rho / rho.norm(), float(loss(u0)) + 1, 1.0, centre, math.inf)

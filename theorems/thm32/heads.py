"""Losses and heads of 3.2: sums of waves and of convex bends, and heads along a line in their outputs.

Such a head is h(z) = u0 + phi^-1(value) e with phi(s) = L(u0 + s e) and any value: a parabola, or one whose
flow runs through a helix. The inverse is found by bisection; two steps of Newton's method on top of it carry
the derivatives, the first of them up to first order, the second up to third. So automatic differentiation of
L o h goes through the loss and never meets the formula c I.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Annotated, TypeVar

import torch
from torch import Tensor

BISECTIONS = 30
"""They leave an error of 2^-30 of the interval; second derivatives then err by its square."""

Head = TypeVar("Head", bound="OnLine")


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
class OnLine:
    """A head h = u0 + phi^-1(value) e, whose L o h is the value.

    Attributes:
        loss: L with its gradient.
        u0, e: start and direction of the line, (k,); the slope r = grad L(u0).e is positive.
        y: the least value; at least phi(0).
        c: the factor.
        reach: s is looked for in [0, reach], where phi' >= r / 2.
    """

    loss: Waves | Bends
    u0: Tensor
    e: Tensor
    y: float
    c: float
    reach: float

    @abstractmethod
    def value(self, z: Tensor) -> Tensor:
        """What L(h(z)) is to be: (d,) -> scalar."""

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
        return self.u0 + self.inverse(self.value(z)) * self.e


@dataclass(frozen=True)
class Parabola(OnLine):
    """A head whose L o h is y + (c / 2) |z - z0|^2; the centre z0 is (d,)."""

    centre: Tensor

    def value(self, z: Tensor) -> Tensor:
        """The parabola."""
        return self.y + self.c * (z - self.centre).square().sum() / 2


@dataclass(frozen=True)
class Helix:
    """The curve gamma(t) = (R cos wx, R sin wx, l x) with x = t + b t^2 / 2, and sigma with sigma(gamma(t)) = t.

    Attributes:
        radius, turns, pitch, quicker: R, w, l > 0 and b > 0.
        slant: m (3,), by which sigma(z) = s + m.(z - gamma(s)) with the time s at which the curve has z_3.
    """

    radius: Annotated[
        float,
        r"$\gamma = (R \cos wx, R \sin wx, lx)$ with $x = t + bt^2/2$: $R$",
    ]
    turns: Annotated[float, "$w$"]
    pitch: Annotated[float, "$l$"]
    quicker: Annotated[float, "$b$"]
    slant: Annotated[
        Tensor, r"$\sigma(z) = s + m \cdot (z - \gamma(s))$ with $\gamma_3(s) = z_3$: $m$"
    ]

    def at(self, t: Tensor) -> Tensor:
        """gamma: scalar -> (3,)."""
        x = t + self.quicker * t**2 / 2
        turned = self.turns * x
        return torch.stack([self.radius * turned.cos(), self.radius * turned.sin(), self.pitch * x])

    def velocity(self, t: Tensor) -> Tensor:
        """gamma': scalar -> (3,)."""
        turned, round_ = self.turns * (t + self.quicker * t**2 / 2), self.radius * self.turns
        unit = torch.stack([-turned.sin(), turned.cos(), torch.ones_like(t)])
        return (1 + self.quicker * t) * unit * unit.new_tensor([round_, round_, self.pitch])

    def acceleration(self, t: Tensor) -> Tensor:
        """gamma'': scalar -> (3,)."""
        turned, speed = self.turns * (t + self.quicker * t**2 / 2), 1 + self.quicker * t
        inward = torch.stack([turned.cos(), turned.sin(), torch.zeros_like(t)])
        bent = -self.radius * self.turns**2 * speed**2 * inward
        return bent + self.quicker / speed * self.velocity(t)

    def sigma(self, z: Tensor) -> Tensor:
        """Of a point: (3,) -> scalar."""
        s = ((1 + 2 * self.quicker * z[2] / self.pitch).sqrt() - 1) / self.quicker
        return s + self.slant @ (z - self.at(s))

    def omega(self, t: Tensor) -> Tensor:
        """The gradient of sigma on the curve: scalar -> (3,)."""
        velocity = self.velocity(t)
        upward = velocity.new_tensor([0.0, 0.0, 1.0]) / velocity[2]
        return upward * (1 - self.slant @ velocity) + self.slant

    def left(self, t: Tensor, rate: float) -> Tensor:
        """The integral of e^(-as) |gamma'(s)|^2 over all s > t, with a the rate."""
        speed, more = 1 + self.quicker * t, self.quicker / rate
        size = (self.radius * self.turns) ** 2 + self.pitch**2
        return size * torch.exp(-rate * t) * (speed**2 + 2 * more * speed + 2 * more**2) / rate


@dataclass(frozen=True)
class Beside(OnLine):
    """A head whose own flow runs through a helix, with the factor c e^(-at).

    Attributes:
        path: the helix, run through for t in [0, 1].
        rate: a.
    """

    path: Helix
    rate: float

    def value(self, z: Tensor) -> Tensor:
        """y + F(sigma) - p gamma'(sigma).q + (a p / 2) |q|^2 with q = z - gamma(sigma), a p = c e^(-a sigma)."""
        t = self.path.sigma(z)
        q = z - self.path.at(t)
        beside = torch.exp(-self.rate * t) * (self.rate * q @ q / 2 - self.path.velocity(t) @ q)
        return self.y + self.c / self.rate * (self.path.left(t, self.rate) + beside)


def _fitted(head: Head, loss: Waves, most: float) -> Head:
    """The head with a reach, and the factor c with which L o h stays in it, being y + c times `most` at most.

    As |phi''| <= F everywhere, phi' >= r / 2 for s <= a = r / (2 F), and phi reaches eta = phi(a) -
    phi(0) beyond phi(0); c = eta / (most + 1).
    """
    a = float(loss.gradient(head.u0).norm()) / (2 * loss.bend)
    eta = float(head.phi(torch.tensor(a, dtype=head.u0.dtype))) - head.y
    return replace(head, c=eta / (most + 1), reach=a)


def _line(loss: Waves | Bends, u0: Tensor) -> tuple[Waves | Bends, Tensor, Tensor, float]:
    """Loss, start, direction and value at the start of a line along which the loss rises."""
    rho = loss.gradient(u0)
    return loss, u0, rho / rho.norm(), float(loss(u0))


def local_parabola(loss: Waves, u0: Tensor, centre: Tensor, radius: float) -> Parabola:
    """The head that is isotropic up to a factor, for |z - z0| <= radius, with its own factor c."""
    return _fitted(Parabola(*_line(loss, u0), math.nan, math.nan, centre), loss, radius**2)


def beside(loss: Waves, u0: Tensor, path: Helix, rate: float) -> Beside:
    """The head whose own flow runs through a helix, with c small enough for it."""
    most = float(path.left(u0.new_zeros(()), rate)) / rate
    return _fitted(Beside(*_line(loss, u0), math.nan, math.nan, path, rate), loss, most)


def convex_parabola(loss: Waves | Bends, u0: Tensor, centre: Tensor) -> Parabola:
    """The head behind a convex loss, with c = 1 and y = phi(0) + 1."""
    loss, u0, e, y = _line(loss, u0)
    return Parabola(loss, u0, e, y + 1, 1.0, math.inf, centre)

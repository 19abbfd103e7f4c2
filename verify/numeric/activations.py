"""Activations: one definition each, a SymPy expression whose derivatives are SymPy's.

The torch form of an activation's jet is written by hand so that it stays accurate far out
(the lambdified second derivative of Swish is NaN at -800), and is tested against the expression.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
import torch
from torch import Tensor

Jet = tuple[Tensor, Tensor, Tensor]
"""Values of s, s' and s'' at the same points, each of the argument's shape."""

a = sp.Symbol("a", real=True)


@dataclass(frozen=True)
class Activation:
    """A scalar activation s.

    Attributes:
        name: as users and configurations spell it.
        expression: s(a) as a SymPy expression in `a`.
        jet: (s, s', s'') in torch, elementwise, in the argument's dtype.
        kinks: points at which s is not differentiable; the jet is undefined there.
    """

    name: str
    expression: sp.Expr
    jet: Callable[[Tensor], Jet]
    kinks: tuple[float, ...] = ()

    def __call__(self, x: Tensor) -> Tensor:
        """Apply s elementwise."""
        return self.jet(x)[0]

    @property
    def is_smooth(self) -> bool:
        """Whether s has no kinks."""
        return not self.kinks

    def derivative(self, order: int) -> sp.Expr:
        """The derivative of s of this order as a SymPy expression in `a`, off the kinks."""
        return _derivative(self.expression, order)

    def at(self, order: int, point: sp.Expr) -> sp.Expr:
        """The exact value of a derivative of s at an exact point."""
        return self.derivative(order).subs(a, point)


@functools.cache
def _derivative(expression: sp.Expr, order: int) -> sp.Expr:
    return sp.diff(expression, a, order)


def _linear(x: Tensor) -> Jet:
    return x, torch.ones_like(x), torch.zeros_like(x)


def _relu(x: Tensor) -> Jet:
    return torch.relu(x), (x > 0).to(x.dtype), torch.zeros_like(x)


def _swish(x: Tensor) -> Jet:
    p, q = torch.sigmoid(x), torch.sigmoid(-x)
    t = p * q
    xt = x * t
    # p - q = tanh(x / 2); its error of one rounding of 1 is small against the 2 that it meets.
    return x * p, p + xt, torch.addcmul(t + t, xt, p - q, value=-1)


def _gelu(x: Tensor) -> Jet:
    cdf = 0.5 * torch.erfc(-x * 0.5**0.5)
    pdf = torch.exp(-0.5 * x * x) * (2 * torch.pi) ** -0.5
    turned = x * pdf  # 0 where x * x overflows
    return x * cdf, cdf + turned, 2 * pdf - x * turned


def _softplus(x: Tensor) -> Jet:
    p, q = torch.sigmoid(x), torch.sigmoid(-x)
    return torch.logaddexp(x, torch.zeros_like(x)), p, p * q


def _tanh(x: Tensor) -> Jet:
    t = torch.tanh(x)
    # 1 - tanh^2 cancels far out; 4 sigma(2x) sigma(-2x) is the same and does not.
    slope = 4 * torch.sigmoid(2 * x) * torch.sigmoid(-2 * x)
    return t, slope, -2 * t * slope


def _quadratic(x: Tensor) -> Jet:
    return x + x * x, 1 + 2 * x, torch.full_like(x, 2.0)


LINEAR = Activation("linear", a, _linear)
RELU = Activation("relu", sp.Piecewise((0, a < 0), (a, True)), _relu, kinks=(0.0,))
SWISH = Activation("swish", a / (1 + sp.exp(-a)), _swish)
GELU = Activation("gelu", a * (1 + sp.erf(a / sp.sqrt(2))) / 2, _gelu)
SOFTPLUS = Activation("softplus", sp.log(1 + sp.exp(a)), _softplus)
TANH = Activation("tanh", sp.tanh(a), _tanh)
QUADRATIC = Activation("quadratic", a + a**2, _quadratic)
"""Polynomial, so that whole heads can be evaluated in exact rationals."""

ACTIVATIONS = {s.name: s for s in (LINEAR, RELU, SWISH, GELU, SOFTPLUS, TANH, QUADRATIC)}
"""Every activation by name."""

SMOOTH = tuple(s for s in ACTIVATIONS.values() if s.is_smooth and s is not LINEAR)
"""The smooth nonlinear ones."""

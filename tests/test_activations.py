"""Activations. Oracles: SymPy at 50 digits, and torch.nn.functional for the values.

SymPy would miss a wrong definition of the activation itself; torch's own function finds it.
"""

from __future__ import annotations

import math

import mpmath
import pytest
import sympy as sp
import torch
from torch.nn import functional

from verify.numeric.activations import ACTIVATIONS, SMOOTH, Activation, a

POINTS = [
    s * p for p in (0.0, 1e-8, 0.1, 0.5, 1.278, 3.0, 7.0, 20.0, 40.0, 800.0, 1e4) for s in (1, -1)
]

FLOOR = 1e-40
"""What 50 digits resolve of values that SymPy's expression forms as a difference of ones."""

REFERENCE = {
    "linear": lambda x: x,
    "relu": functional.relu,
    "swish": functional.silu,
    "gelu": functional.gelu,
    "softplus": lambda x: functional.softplus(x, threshold=1e9),
    "tanh": torch.tanh,
    "quadratic": lambda x: x + x * x,
}


def exact(activation: Activation, order: int, point: float) -> mpmath.mpf:
    """The derivative at a float, in 50-digit arithmetic."""
    with mpmath.workdps(50):
        return sp.lambdify(a, activation.derivative(order), "mpmath")(mpmath.mpf(point))


@pytest.mark.slow
@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_jet_agrees_with_sympy_at_fifty_digits(name, order):
    """Relative to the value and to its sensitivity to the argument, eight roundings are allowed."""
    activation = ACTIVATIONS[name]
    eps = torch.finfo(torch.float64).eps
    for point in POINTS:
        if point in activation.kinks:
            continue
        found = float(activation.jet(torch.tensor(point, dtype=torch.float64))[order])
        wanted = exact(activation, order, point)
        sensitivity = abs(point * exact(activation, order + 1, point))
        # Near a zero of the derivative its two summands, each at most of size s', cancel.
        size = abs(wanted) + sensitivity + (1 if abs(point) < 50 else 0)
        assert abs(found - wanted) <= 8 * eps * size + FLOOR, (point, found, wanted)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_value_is_torchs_own_function(name):
    x = torch.linspace(-30, 30, 601, dtype=torch.float64)
    torch.testing.assert_close(ACTIVATIONS[name](x), REFERENCE[name](x), rtol=1e-13, atol=1e-15)


def test_every_activation_has_a_reference():
    assert set(REFERENCE) == set(ACTIVATIONS)


def test_smooth_ones_are_curved_and_have_no_kink():
    for activation in SMOOTH:
        assert activation.derivative(2) != 0
        assert activation.is_smooth
    assert not ACTIVATIONS["relu"].is_smooth


def test_exact_value_at_an_exact_point():
    assert ACTIVATIONS["softplus"].at(2, sp.S.Zero) == sp.Rational(1, 4)
    assert ACTIVATIONS["swish"].at(2, sp.S.Zero) == sp.Rational(1, 2)
    assert sp.simplify(ACTIVATIONS["gelu"].at(2, sp.S.Zero) - sp.sqrt(2 / sp.pi)) == 0


def test_the_slope_of_tanh_keeps_its_digits_far_out():
    # 1 - tanh(20)^2 is 4 e^-40 to all digits; in floating point that difference is 0.
    _, slope, _ = ACTIVATIONS["tanh"].jet(torch.tensor(20.0, dtype=torch.float64))
    assert float(slope) == pytest.approx(4 * math.exp(-40), rel=1e-12, abs=0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_curvature_of_every_smooth_one_is_0_where_squares_overflow(dtype):
    far = torch.tensor([-1.0, 1.0], dtype=dtype) * 0.9 * torch.finfo(dtype).max
    for activation in SMOOTH:
        if activation.name != "quadratic":
            assert activation.jet(far)[2].tolist() == [0, 0], activation.name

"""Evaluate SymPy expressions in ball arithmetic (Arb), so that signs are proved, not estimated."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import flint
import sympy as sp
from flint import arb, arb_mat

from verify.numeric import decimals
from verify.numeric.activations import a
from verify.numeric.certificates import lower_float, upper_float
from verify.symbolic.exact_head import ExactHead

FUNCTIONS: dict[type[sp.Function], Callable[[arb], arb]] = {
    sp.exp: arb.exp,
    sp.log: arb.log,
    sp.erf: arb.erf,
    sp.tanh: arb.tanh,
}
"""The elementary functions that are understood."""


def enclose(expr: sp.Expr, values: Mapping[sp.Symbol, arb]) -> arb:
    """An enclosure of an expression where each symbol ranges over a ball.

    Rational constants are enclosed exactly as fractions, never through floats.

    Args:
        expr: sums, products, integer and half-integer powers, and `FUNCTIONS`.
        values: a ball for every free symbol.

    Raises:
        TypeError: if the expression holds anything else.
    """
    if expr in values:
        return values[expr]
    if expr.is_Rational:
        return arb(flint.fmpq(int(expr.p), int(expr.q)))
    if expr is sp.pi:
        return arb.pi()
    if expr is sp.E:
        return arb(1).exp()
    if expr.is_Add:
        return sum((enclose(arg, values) for arg in expr.args), arb(0))
    if expr.is_Mul:
        product = arb(1)
        for arg in expr.args:
            product *= enclose(arg, values)
        return product
    if expr.is_Pow and (2 * expr.exp).is_Integer:
        base = enclose(expr.base, values)
        if not expr.exp.is_Integer:
            base = base.sqrt()
        return _power(base, int(expr.exp if expr.exp.is_Integer else 2 * expr.exp))
    if expr.func in FUNCTIONS and len(expr.args) == 1:
        return FUNCTIONS[expr.func](enclose(expr.args[0], values))
    raise TypeError(f"cannot enclose {expr} of type {type(expr).__name__} in a ball")


def _power(base: arb, exponent: int) -> arb:
    # Arb's own power of a ball that contains 0 is NaN.
    if exponent < 0:
        return 1 / _power(base, -exponent)
    result = arb(1)
    for _ in range(exponent):
        result *= base
    return result


def interval(x: arb) -> str:
    """A ball as an interval of decimals that contains it, four significant digits."""
    return decimals.interval(lower_float(x), upper_float(x))


class BallHead:
    """A head whose weights and biases range over balls, with enclosures of its derivatives.

    Args:
        head: the head at the centre.
        radius: how far every single weight and bias may be from it.
    """

    def __init__(self, head: ExactHead, radius: sp.Rational) -> None:
        around = arb(0, enclose(radius, {}))
        self.activation = head.activation
        self.weights, self.biases = (
            tuple(
                arb_mat([[enclose(e, {}) + around for e in m.row(r)] for r in range(m.rows)])
                for m in ms
            )
            for ms in (head.weights, head.biases)
        )

    def trace(self, z: arb_mat) -> tuple[arb_mat, arb_mat, list[tuple[arb_mat, arb_mat, arb_mat]]]:
        """Enclose the head at every z of a box: (d, 1) of balls.

        Returns:
            h(z), (k, 1); J_h(z), (k, d); and for each hidden layer (A_l, s'(a_l), s''(a_l)).
        """
        x, layers = z, []
        jacobian = arb_mat([[arb(i == j) for j in range(z.nrows())] for i in range(z.nrows())])
        for layer, (w, b) in enumerate(zip(self.weights, self.biases, strict=True), start=1):
            jacobian = w * jacobian
            x = w * x + b
            if layer < len(self.weights):
                value, slope, curvature = (
                    arb_mat([[enclose(self.activation.derivative(n), {a: e})] for e in x.entries()])
                    for n in range(3)
                )
                layers.append((jacobian, slope, curvature))
                jacobian = _scaled(slope, jacobian)
                x = value
        return x, jacobian, layers

    def effective_hessian(self, z: arb_mat, rho: arb_mat, loss_hessian: arb_mat) -> arb_mat:
        """Enclose G + M, by (F), at every z of a box and for every rho and hess L in their balls."""
        _, jacobian, layers = self.trace(z)
        total = jacobian.transpose() * loss_hessian * jacobian
        delta = self.weights[-1].transpose() * rho
        for weight, (a_jacobian, slope, curvature) in zip(
            self.weights[-2::-1], layers[::-1], strict=True
        ):
            weighted = arb_mat(
                [[p * q] for p, q in zip(delta.entries(), curvature.entries(), strict=True)]
            )
            total += a_jacobian.transpose() * _scaled(weighted, a_jacobian)
            delta = weight.transpose() * arb_mat(
                [[p * q] for p, q in zip(delta.entries(), slope.entries(), strict=True)]
            )
        return total


def _scaled(column: arb_mat, matrix: arb_mat) -> arb_mat:
    """diag(column) matrix."""
    rows = matrix.tolist()
    return arb_mat([[c * e for e in row] for c, row in zip(column.entries(), rows, strict=True)])


def gershgorin(matrix: arb_mat) -> arb:
    """A number that is at most every eigenvalue of every symmetric matrix in a ball matrix.

    Gershgorin's theorem: an eigenvalue lies within the sum of a row's other moduli of its diagonal.
    It is -infinity if a row has no finite bound.
    """
    n = matrix.nrows()
    lows = [
        (matrix[i, i] - sum((abs(matrix[i, j]) for j in range(n) if j != i), arb(0))).lower()
        for i in range(n)
    ]
    return functools.reduce(arb.min, lows) if all(x.is_finite() for x in lows) else arb("-inf")

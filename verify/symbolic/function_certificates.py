"""Signs of eigenvalues of the Hessian of z -> L(h(z)) itself, for small heads: everything in balls.

Weights, biases and z are the exact numbers that the floats store; activations and the loss are
their SymPy expressions, enclosed in balls of 128 bits. The certificate therefore covers the
function, not a rounded matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import flint
import sympy as sp
import torch
from flint import arb, arb_mat
from torch import Tensor

from verify.numeric.activations import Activation, a
from verify.numeric.certificates import (
    PRECISION,
    Certificate,
    Covers,
    Sign,
    exact_matrix,
    lower_float,
    upper_float,
)
from verify.numeric.heads import Head
from verify.symbolic.balls import enclose

LossExpression = Callable[[Sequence[sp.Symbol]], sp.Expr]
"""A loss as an expression in the head's outputs u_1, .., u_k."""


class UndefinedAtKinkError(ValueError):
    """A preactivation's ball contains a point where the activation has no derivative."""


@dataclass(frozen=True)
class BallHessian:
    """Enclosures of the two parts of the effective Hessian at a point, each (d, d)."""

    pullback: arb_mat
    interaction: arb_mat

    @property
    def total(self) -> arb_mat:
        """G + M."""
        with flint.ctx.workprec(PRECISION):
            return self.pullback + self.interaction


def certify_function(head: Head, loss: LossExpression, z: Tensor) -> Certificate:
    """Prove the sign of the smallest eigenvalue of the Hessian of z -> L(h(z)), if it can be.

    Args:
        head: a small head; BatchNorm must have its running statistics, which are folded into its
            weights in floating point, so that the folded head is the one that is meant.
        loss: the loss as an expression.
        z: (d,), float64.

    Raises:
        TypeError: if head or z are not float64, or an expression cannot be enclosed.
        ValueError: as `enclose_hessian` does.
    """
    with flint.ctx.workprec(PRECISION):
        hessian = enclose_hessian(head, loss, z).total
        middle = torch.tensor(
            [[float(entry.mid()) for entry in row] for row in hessian.tolist()], dtype=torch.float64
        )
        if not bool(middle.isfinite().all()):
            return Certificate(Sign.UNDECIDED, Covers.FUNCTION, "the balls are unbounded")
        vector = torch.linalg.eigh(middle).eigenvectors[:, 0]
        x = exact_matrix(vector.unsqueeze(1))
        quotient = (x.transpose() * hessian * x)[0, 0] / (x.transpose() * x)[0, 0]
        high = upper_float(quotient)
        if quotient < 0:
            method = "Rayleigh quotient in balls"
            return Certificate(Sign.NEGATIVE, Covers.FUNCTION, method, high=high)
        low = lower_float(quotient) / 2
        for bound in (low, 0.0):
            if bound >= 0 and _exceeds(hessian, bound):
                method = "factorisation L D L^T in balls"
                return Certificate(Sign.NON_NEGATIVE, Covers.FUNCTION, method, bound, high)
    return Certificate(Sign.UNDECIDED, Covers.FUNCTION, "Rayleigh quotient and L D L^T", high=high)


def enclose_hessian(head: Head, loss: LossExpression, z: Tensor) -> BallHessian:
    """Enclose G and M at a point, by the formula that `verify.numeric.effective_hessian` evaluates.

    Args:
        head: without BatchNorm over the batch.
        loss: the loss as an expression.
        z: (d,), float64.

    Raises:
        TypeError: if head or z are not float64.
        ValueError: if z is not (d,), not finite, or the head couples a batch.
        UndefinedAtKinkError: if a preactivation may lie on a kink.
    """
    if head.couples_batch or tuple(z.shape) != (head.d,):
        raise ValueError(
            f"Expected a head that treats samples one by one and z of shape ({head.d},); got "
            f"{head!r}{' with BatchNorm over the batch' if head.couples_batch else ''} and shape "
            f"{tuple(z.shape)}."
        )
    if z.dtype != torch.float64 or head.weights[0].dtype != torch.float64:
        raise TypeError(
            f"Expected head and z in float64; got {head.weights[0].dtype} and {z.dtype}."
        )
    if not bool(z.isfinite().all()):
        raise ValueError("`z` must be finite; it holds NaN or infinity.")
    with flint.ctx.workprec(PRECISION):
        weights = [exact_matrix(w) for w in head.weights]
        x, jacobian = exact_matrix(z.unsqueeze(1)), weights[0]
        jacobians, slopes, curvatures = [jacobian], [], []
        for layer, (w, b) in enumerate(zip(weights, head.biases, strict=True)):
            x = w * x + exact_matrix(b.unsqueeze(1))
            if layer < head.depth - 1:
                jets = [_jet(head.activations[layer], v) for v in x.entries()]
                value, slope, curvature = (list(column) for column in zip(*jets, strict=True))
                slopes.append(slope)
                curvatures.append(curvature)
                x = arb_mat(len(value), 1, value)
                jacobian = weights[layer + 1] * _scaled(slope, jacobian)
                jacobians.append(jacobian)
        rho, loss_hessian = _loss_jet(loss, x.entries())
        pullback = jacobian.transpose() * loss_hessian * jacobian
        interaction = arb_mat(head.d, head.d)
        delta = weights[-1].transpose() * rho
        for layer in range(head.depth - 2, -1, -1):
            bent = [d * c for d, c in zip(delta.entries(), curvatures[layer], strict=True)]
            turned = jacobians[layer]
            interaction = interaction + turned.transpose() * _scaled(bent, turned)
            delta = weights[layer].transpose() * _scaled(slopes[layer], delta)
    return BallHessian(pullback, interaction)


def _jet(activation: Activation, x: arb) -> tuple[arb, arb, arb]:
    """(s, s', s'') at a ball."""
    for kink in activation.kinks:
        if x.contains(arb(kink)):
            raise UndefinedAtKinkError(
                f"The head is undefined at kink: a preactivation lies in {x}, which contains "
                f"{kink}, where {activation.name} has no derivative. Move `z`."
            )
    s, s1, s2 = (enclose(_piece(activation.derivative(order), x), {a: x}) for order in range(3))
    return s, s1, s2


def _piece(expression: sp.Expr, x: arb) -> sp.Expr:
    """The piece of a piecewise expression that holds on a ball without kinks."""
    if not isinstance(expression, sp.Piecewise):
        return expression
    numerator, denominator = float(x.mid()).as_integer_ratio()
    point = sp.Rational(numerator, denominator)
    return next(piece for piece, where in expression.args if where.subs(a, point) == sp.true)


def _loss_jet(loss: LossExpression, output: Sequence[arb]) -> tuple[arb_mat, arb_mat]:
    """Gradient (k, 1) and Hessian (k, k) of a loss at a vector of balls."""
    symbols = sp.symbols(f"u1:{len(output) + 1}", real=True)
    at = dict(zip(symbols, output, strict=True))
    expression = sp.sympify(loss(symbols))
    gradient = [sp.diff(expression, u) for u in symbols]
    k = len(symbols)
    hessian = [[arb(0)] * k for _ in symbols]
    for i, slope in enumerate(gradient):
        for j in range(i, k):
            hessian[i][j] = hessian[j][i] = enclose(sp.diff(slope, symbols[j]), at)
    return arb_mat(k, 1, [enclose(g, at) for g in gradient]), arb_mat(hessian)


def _scaled(factors: Sequence[arb], matrix: arb_mat) -> arb_mat:
    """diag(factors) times a matrix."""
    rows = zip(factors, matrix.tolist(), strict=True)
    return arb_mat([[factor * entry for entry in row] for factor, row in rows])


def _exceeds(matrix: arb_mat, bound: float) -> bool:
    """Whether every symmetric matrix in the balls has its eigenvalues above a bound, by L D L^T."""
    rows = matrix.tolist()
    n = len(rows)
    for i in range(n):
        rows[i][i] -= arb(bound)
    for i in range(n):
        pivot = rows[i][i]
        if not pivot > 0:
            return False
        for j in range(i + 1, n):
            factor = rows[j][i] / pivot
            for c in range(j, n):
                rows[c][j] -= factor * rows[c][i]
    return True

"""A collapsed state in exact arithmetic: a loss, a head given by its weights, and a point z*."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from verify.numeric.activations import Activation, a
from verify.symbolic.smoothness import is_analytic_at


@dataclass(frozen=True)
class ExactHead:
    """A head with exact weights: x_0 = z, a_l = W_l x_{l-1} + b_l, x_l = s(a_l), h = W_N x_{N-1} + b_N.

    Attributes:
        weights: W_1, .., W_N as matrices.
        biases: b_1, .., b_N as columns.
        activation: s, applied after every layer but the last; idle if N = 1.
    """

    weights: tuple[sp.ImmutableMatrix, ...]
    biases: tuple[sp.ImmutableMatrix, ...]
    activation: Activation

    @classmethod
    def of(
        cls,
        activation: Activation,
        *layers: tuple[list[list[object]], list[object]],
    ) -> ExactHead:
        """Build a head from (rows of W_l, entries of b_l), layer by layer."""
        weights = tuple(sp.ImmutableMatrix(rows) for rows, _ in layers)
        biases = tuple(sp.ImmutableMatrix(entries) for _, entries in layers)
        return cls(weights, biases, activation)

    @property
    def depth(self) -> int:
        """N, the number of weight matrices."""
        return len(self.weights)

    @property
    def parameters(self) -> int:
        """Number of weights and biases."""
        return sum(len(m) for m in self.weights + self.biases)

    def __call__(self, z: sp.Matrix) -> sp.Matrix:
        """h(z) as an expression: (d, 1) -> (k, 1)."""
        x = z
        for layer, (w, b) in enumerate(zip(self.weights, self.biases, strict=True), start=1):
            x = w * x + b
            if layer < self.depth:
                x = x.applyfunc(lambda entry: self.activation.expression.subs(a, entry))
        return sp.Matrix(x)

    def describe(self) -> tuple[tuple[str, str], ...]:
        """The weights as (name, value) pairs in LaTeX."""
        rows = [("activation", self.activation.name)] if self.depth > 1 else []
        for layer, (w, b) in enumerate(zip(self.weights, self.biases, strict=True), start=1):
            rows.append((f"$W_{layer}$", f"${sp.latex(w)}$"))
            if any(entry != 0 for entry in b):
                rows.append((f"$b_{layer}$", f"${sp.latex(b.T)}^T$"))
        return tuple(rows)


@dataclass(frozen=True)
class Collapse:
    """A collapsed state z* of a head under a loss.

    Attributes:
        loss: L as an expression in `outputs`.
        outputs: the symbols u_1, .., u_k.
        head: the head.
        at: z* as a column.
        spread: how far the encoder f(x) = z* + spread x (1, .., 1)^T moves with its real input x.
    """

    loss: sp.Expr
    outputs: tuple[sp.Symbol, ...]
    head: ExactHead
    at: sp.ImmutableMatrix
    spread: sp.Expr = sp.S.Zero

    def encoder(self, x: sp.Expr) -> sp.Matrix:
        """The representation f(x) of an input, (d, 1)."""
        return sp.Matrix(self.at) + self.spread * x * sp.ones(len(self.at), 1)

    @cached_property
    def inputs(self) -> sp.Matrix:
        """The symbols z_1, .., z_d as a column."""
        return sp.Matrix(sp.symbols(f"z1:{len(self.at) + 1}", real=True))

    @cached_property
    def outputs_at(self) -> dict[sp.Symbol, sp.Expr]:
        """u = h(z*)."""
        values = self.head(sp.Matrix(self.at)).applyfunc(sp.simplify)
        return dict(zip(self.outputs, values, strict=True))

    @cached_property
    def rho(self) -> sp.Matrix:
        """Gradient of L at h(z*), (k, 1)."""
        gradient = sp.Matrix([self.loss.diff(u) for u in self.outputs])
        return gradient.subs(self.outputs_at).applyfunc(sp.simplify)

    @cached_property
    def loss_hessian(self) -> sp.Matrix:
        """Hessian of L at h(z*), (k, k)."""
        return sp.hessian(self.loss, self.outputs).subs(self.outputs_at).applyfunc(sp.simplify)

    @cached_property
    def jacobian(self) -> sp.Matrix:
        """J_h at z*, (k, d)."""
        return self._at(self.head(self.inputs).jacobian(self.inputs))

    @property
    def pullback(self) -> sp.Matrix:
        """G at z*, (d, d)."""
        return self.jacobian.T * self.loss_hessian * self.jacobian

    @cached_property
    def interaction(self) -> sp.Matrix:
        """M at z*, (d, d)."""
        heads = self.head(self.inputs)
        total = sp.zeros(len(self.at))
        for slope, output in zip(self.rho, heads, strict=True):
            total += slope * self._at(sp.hessian(output, list(self.inputs)))
        return total.applyfunc(sp.simplify)

    @property
    def composed(self) -> sp.Expr:
        """L o h."""
        values = dict(zip(self.outputs, self.head(self.inputs), strict=True))
        return self.loss.subs(values, simultaneous=True)

    @cached_property
    def effective_hessian(self) -> sp.Matrix:
        """Hessian of L o h at z*, by differentiating the composition, (d, d)."""
        return self._at(sp.hessian(self.composed, list(self.inputs)))

    @property
    def is_analytic(self) -> bool:
        """Whether L and h are real-analytic near the state."""
        here = dict(zip(self.inputs, self.at, strict=True))
        return is_analytic_at(self.loss, self.outputs_at) and all(
            is_analytic_at(output, here) for output in self.head(self.inputs)
        )

    @property
    def is_curved(self) -> bool:
        """Whether some second derivative of h at z* is certainly not zero, so that h is not affine."""
        return any(
            entry.is_nonzero
            for output in self.head(self.inputs)
            for entry in self._at(sp.hessian(output, list(self.inputs)))
        )

    def _at(self, matrix: sp.Matrix) -> sp.Matrix:
        here = dict(zip(self.inputs, self.at, strict=True))
        return matrix.subs(here).applyfunc(sp.simplify)


def eigenvalues(matrix: sp.Matrix) -> list[sp.Expr]:
    """The eigenvalues of an exact symmetric matrix, with multiplicity, in increasing order.

    Raises:
        ValueError: if a difference of two of them has no sign that SymPy can decide.
    """
    values: list[sp.Expr] = []
    for value in matrix.eigenvals(multiple=True):
        position = 0
        while position < len(values) and _is_less(values[position], value):
            position += 1
        values.insert(position, value)
    return values


def _is_less(left: sp.Expr, right: sp.Expr) -> bool:
    sign = sp.simplify(right - left).is_positive
    if sign is None:
        raise ValueError(f"cannot decide exactly whether {left} < {right}")
    return bool(sign)


def all_of(signs: Iterable[bool | None]) -> bool:
    """Whether every sign was decided, and decided for."""
    return all(sign is True for sign in signs)

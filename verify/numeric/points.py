"""Curvature at one point on a CPU, in NumPy on the tensors' own memory.

At 64-128-128 a call of PyTorch costs as much as its arithmetic, of NumPy a third, and NumPy's OpenBLAS
multiplies matrices of this size faster. What is computed is what `HeadProducts` computes:

    G = J^T (diag d + P^T Q) J,   M = sum_l A_l^T diag(c_l) A_l
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import lapack
from torch import Tensor

from verify.numeric.activations import LINEAR
from verify.numeric.heads import Head, Trace
from verify.numeric.objectives import OBJECTIVES
from verify.numeric.objectives.base import Loss
from verify.numeric.objectives.checks import NORM_FLOOR
from verify.numeric.objectives.derivatives import RowHessians
from verify.numeric.operators import require_finite_products
from verify.numeric.products import HeadProducts

Array = NDArray[Any]

_quietly = np.errstate(over="ignore", under="ignore", invalid="ignore")
"""What is not finite is told in a sentence by those who ask."""

COSINES = {OBJECTIVES["negative_cosine"]: 1, OBJECTIVES["byol"]: 2}
"""Objectives of one row that are multiples of minus the cosine with a target, and the multiples."""


class Row(NamedTuple):
    """Derivatives of a loss at one output u: the gradient, and the Hessian diag(d) + P^T Q.

    Attributes:
        rho: (k,).
        diagonal: d, (k,), or (1,) for a multiple of the identity.
        left, right: P and Q, (r, k).
    """

    rho: Array
    diagonal: Array
    left: Array
    right: Array


def is_one_point(head: Head, loss: object, z: Tensor) -> bool:
    """Whether `PointProducts` serves a head and a loss at z: (B, d)."""
    return (
        len(z) == 1
        and z.device.type == "cpu"
        and not head.couples_batch
        and isinstance(loss, Loss)
        and loss.objective.closed is not None
    )


class PointProducts:
    """Curvature of a loss of a head at one point, with the interface of `HeadProducts`.

    Attributes:
        output: h(z), (1, k).
        rho, gradient: grad of the loss by the output, (1, k), and by z, (1, d), once `differentiate` ran.
    """

    @_quietly
    def __init__(self, head: Head, z: Tensor) -> None:
        """Run the head at z: (1, d), as `is_one_point` allows."""
        self._head = head
        self._jets: list[tuple[Array, Array, Array]] = []
        *hidden, last = head.arrays
        x = z.numpy()[0]
        for (weight, bias), activation in zip(hidden, head.activations, strict=True):
            jet = activation.jet(torch.from_numpy(weight @ x + bias))
            self._jets.append(tuple(part.numpy() for part in jet))  # type: ignore[arg-type]
            x = self._jets[-1][0]
        self._u = last[0] @ x + last[1]
        self.output = torch.from_numpy(self._u[None])

    @_quietly
    def differentiate(self, loss: Callable[[Tensor], Tensor]) -> None:
        """Differentiate one of the project's losses at the output and pull its gradient back.

        Raises:
            TypeError: as `Loss.rows` does.
            ValueError: as `Loss.rows` does.
        """
        assert isinstance(loss, Loss), "asked of `is_one_point`"
        self._row = loss_row(loss, self._u)
        self.rho = torch.from_numpy(self._row.rho[None])
        self._curvatures: list[Array | None] = []
        delta = self._row.rho @ self._head.arrays[-1][0]
        layers = zip(self._head.arrays[:-1], self._head.activations, self._jets, strict=True)
        for (weight, _), activation, (_, slope, bend) in reversed(list(layers)):
            bends = activation is not LINEAR and (activation.is_smooth or bool(bend.any()))
            self._curvatures.insert(0, bend * delta if bends else None)
            delta = (slope * delta) @ weight
        self.gradient = torch.from_numpy(delta[None])

    @_quietly
    def blocks(self, pullback: bool, interaction: bool) -> Tensor:
        """The matrix G + M, or one of the two, exactly symmetric: (1, d, d)."""
        *hidden, jacobian = self._jacobians
        total: Array | None = None
        if pullback:
            _, diagonal, left, right = self._row
            if len(diagonal) == 1:  # the product with itself costs half of another one's
                total = diagonal * (jacobian.T @ jacobian)
            else:
                total = jacobian.T @ (diagonal[:, None] * jacobian)
            if len(left):
                total += (left @ jacobian).T @ (right @ jacobian)
        if interaction:
            for a, curvature in zip(hidden, self._curvatures, strict=True):
                if curvature is not None:
                    term = a.T @ (curvature[:, None] * a)
                    total = term if total is None else np.add(total, term, out=total)
        if total is None:
            total = np.zeros_like(jacobian, shape=(jacobian.shape[1],) * 2)
        total = total + total.T
        total *= 0.5
        return torch.from_numpy(total[None])

    @staticmethod
    @_quietly
    def spectrum(pullback: Tensor, interaction: Tensor) -> Tensor:
        """All eigenvalues of G + M, ascending: (1, d, d), (1, d, d) -> (1, d).

        Raises:
            FloatingPointError: if a matrix is not finite, or LAPACK does not converge.
        """
        total = pullback.numpy()[0] + interaction.numpy()[0]
        syevd = lapack.dsyevd if total.dtype == np.float64 else lapack.ssyevd
        # Fortran's order is the transpose's, which for a symmetric matrix needs no copy.
        values, _, failed = syevd(total.T, compute_v=0, lower=1, overwrite_a=1)
        if failed or not np.isfinite(values).all():
            require_finite_products(pullback)
            require_finite_products(interaction)
            raise FloatingPointError(
                "LAPACK's syevd did not converge on G + M, or its sum overflows. Look for entries of "
                "very different size in the head's weights, or divide the loss by a power of two."
            )
        return torch.from_numpy(values[None])

    @functools.cached_property
    def _jacobians(self) -> list[Array]:
        """A_l = d a_l / d z for l = 1, .., N, each (m_l, d)."""
        (first, _), *others = self._head.arrays
        found = [first]
        for (weight, _), (_, slope, _) in zip(others, self._jets, strict=True):
            found.append(weight @ (slope[:, None] * found[-1]))
        return found

    # --- products with vectors ------------------------------------------------------------------

    def restricted(self, samples: Tensor) -> PointProducts:
        """The same: there is one sample."""
        return self

    def apply(self, v: Tensor, pullback: bool, interaction: bool) -> Tensor:
        """(G + M) v, or one of the two: (m, 1, d) -> (m, 1, d)."""
        return self._products.apply(v, pullback, interaction)

    @functools.cached_property
    def _products(self) -> HeadProducts:
        """The same in PyTorch, formed where a vector is multiplied."""
        jets = tuple(tuple(torch.from_numpy(part[None]) for part in jet) for jet in self._jets)
        trace = Trace(self._head, jets, self.output)  # type: ignore[arg-type]
        hessian = RowHessians(*(torch.from_numpy(part[None]) for part in self._row[1:]))
        return HeadProducts(trace, self.rho, hessian)


def loss_row(loss: Loss, u: Array) -> Row:
    """Derivatives of one of the project's losses, in closed form, at one output u: (k,).

    Raises:
        TypeError: as `Loss.rows` does.
        ValueError: as `Loss.rows` does.
    """
    factor = COSINES.get(loss.objective)
    if factor is not None:
        targets = loss.constants.targets
        alike = targets.dtype == torch.from_numpy(u).dtype and targets.device.type == "cpu"
        length = math.sqrt(u @ u)
        if targets.shape == (1, len(u)) and alike and NORM_FLOOR < length < math.inf:
            return _cosine(u, length, loss.constants.directions.numpy()[0], factor)
    rows = loss.rows(torch.from_numpy(u[None]))
    assert rows is not None, "asked of an objective without a closed form"
    h = rows.hessians
    return Row(*(part.numpy()[0] for part in (rows.gradients, h.diagonal, h.left, h.right)))


def _cosine(u: Array, length: float, s: Array, factor: float) -> Row:
    """As `cosine_jet` has it: c I + e x^T + x e^T over |u|^2."""
    e = u / length
    c = float(e @ s)
    w = s - c * e
    x = s - (1.5 * c) * e
    square = factor / length**2
    pair = np.stack((e, x))
    return Row(w * (-factor / length), np.array([c * square], u.dtype), pair, square * pair[::-1])

"""Curvature at one point on a CPU, in NumPy on the tensors' own memory.

At 64-128-128 a call of PyTorch costs as much as its arithmetic, of NumPy a third. What is computed is what
`HeadProducts` computes.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import NamedTuple, TypeGuard

import numpy as np
import torch
from scipy.linalg import lapack
from scipy.special import erfc, expit
from torch import Tensor

from verify.numeric.activations import GELU, LINEAR, RELU, SWISH, Activation
from verify.numeric.formed import Array, form, jacobians, quietly
from verify.numeric.heads import Head, Trace, near_kink
from verify.numeric.objectives import OBJECTIVES
from verify.numeric.objectives.base import Loss
from verify.numeric.objectives.checks import NORM_FLOOR
from verify.numeric.objectives.derivatives import RowHessians
from verify.numeric.operators import FEW_STEPS, MORE_STEPS, require_finite_products
from verify.numeric.products import HeadProducts

COSINES = {OBJECTIVES["negative_cosine"].closed: 1, OBJECTIVES["byol"].closed: 2}
"""Closed forms of multiples of minus the cosine with a target, and the multiples."""

ArrayJet = tuple[Array, Array, Array]
"""Values of s, s' and s'' at the same points."""


def _relu(x: Array) -> ArrayJet:
    return np.maximum(x, 0), (x > 0).astype(x.dtype), np.zeros_like(x)


def _swish(x: Array) -> ArrayJet:
    p, q = expit(x), expit(-x)
    t = p * q
    xt = x * t
    return x * p, p + xt, t + t - xt * (p - q)


def _gelu(x: Array) -> ArrayJet:
    cdf = 0.5 * erfc(-x * 0.5**0.5)
    pdf = np.exp(-0.5 * x * x) * (2 * math.pi) ** -0.5
    turned = x * pdf
    return x * cdf, cdf + turned, 2 * pdf - x * turned


ARRAY_JETS = {RELU.jet: _relu, SWISH.jet: _swish, GELU.jet: _gelu}
"""The jets that the experiments' heads need, in NumPy by the same formulas; others go through PyTorch."""


def array_jet(activation: Activation, x: Array) -> ArrayJet:
    """The jet of an activation at an array: (s, s', s'') of its shape and type."""
    own = ARRAY_JETS.get(activation.jet)
    if own is not None:
        return own(x)
    value, slope, bend = activation.jet(torch.from_numpy(x))
    return value.numpy(), slope.numpy(), bend.numpy()


def is_finite(x: Array) -> bool:
    """Whether no entry of an array (n,) is infinite or NaN."""
    # A finite sum of squares has finite terms; one that is not may have overflowed, so look again.
    return math.isfinite(x.dot(x)) or bool(np.isfinite(x).all())


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


def is_one_point(head: object, loss: object, z: Tensor) -> TypeGuard[Head]:
    """Whether `PointProducts` serves a head and a loss at z: (d,) or (B, d)."""
    return (
        isinstance(head, Head)
        and isinstance(loss, Loss)
        and (z.ndim == 1 or len(z) == 1)
        and z.is_cpu
        and not head.couples_batch
        and loss.objective.closed is not None
    )


def require_output(head: Head, z: Tensor, shape: tuple[int, ...], finite: bool) -> None:
    """Check that a head is defined at z: (d,) or (B, d), with outputs of a shape.

    Raises:
        ValueError: if an output is not finite, or a preactivation lies at a kink.
    """
    if not finite:
        raise ValueError(f"`head` gave an output of {shape} that holds NaN or infinity.")
    if any(s.kinks for s in head.activations):
        at_kink = near_kink(head, z).reshape(-1).nonzero().flatten().tolist()
        if at_kink:
            raise ValueError(
                f"The head is undefined at kink: a preactivation of sample(s) {at_kink} is within "
                "rounding of a point where the activation has no derivative. Move `z`."
            )


def require_point(finite: bool) -> None:
    """Check that the entries of z are finite.

    Raises:
        ValueError: if they are not.
    """
    if not finite:
        raise ValueError("`z` must be finite; it holds NaN or infinity.")


def not_differentiable(rho_is_finite: bool) -> ValueError:
    """The error where the gradient by z is not finite, which says whose fault it is."""
    return ValueError(
        f"`{'head' if rho_is_finite else 'loss'}` gave a gradient at `z` that holds NaN or "
        "infinity: it is not differentiable there, or overflows."
    )


class PointProducts:
    """Curvature of a loss of a head at one point, with the interface of `HeadProducts`."""

    @quietly
    def __init__(self, head: Head, loss: Callable[[Tensor], Tensor], z: Tensor) -> None:
        """Run head and loss at z, (d,) or (1, d), as `is_one_point` allows, and pull the gradient back.

        Raises:
            TypeError: as `Loss.rows` does.
            ValueError: as `Loss.rows` does, and if z, an output or the gradient is not finite, or the head has a
                kink there.
        """
        assert isinstance(loss, Loss), "asked of `is_one_point`"
        self._head = fused = head.fused
        *hidden, (last, shift) = fused.arrays
        self._jets: list[ArrayJet] = []
        x = z.numpy().ravel()
        require_point(is_finite(x))
        for (weight, bias), activation in zip(hidden, fused.activations, strict=True):
            x = weight @ x
            x += bias
            self._jets.append(array_jet(activation, x))
            x = self._jets[-1][0]
        self._u = last @ x
        self._u += shift
        require_output(head, z, (1, len(self._u)), is_finite(self._u))
        self._row = loss_row(loss, self._u)
        self._curvatures: list[Array | None] = []
        delta = self._row.rho @ last
        layers = zip(hidden[::-1], fused.activations[::-1], self._jets[::-1], strict=True)
        for (weight, _), activation, (_, slope, bend) in layers:
            bends = activation is not LINEAR and (activation.is_smooth or bool(bend.any()))
            self._curvatures.append(bend * delta if bends else None)
            delta = (slope * delta) @ weight
        self._curvatures.reverse()
        self._gradient = delta
        if not is_finite(delta):
            raise not_differentiable(is_finite(self._row.rho))

    @property
    def work(self) -> int:
        """As `HeadProducts.work`."""
        return 2 * sum(w.numel() for w in self._head.weights)

    @property
    def steps(self) -> int:
        """As `HeadProducts.steps`."""
        return FEW_STEPS if len(self._row.diagonal) == 1 else MORE_STEPS

    @property
    def output(self) -> Tensor:
        """h(z), (1, k)."""
        return torch.from_numpy(self._u[None])

    @property
    def rho(self) -> Tensor:
        """Gradient of the loss by the output, (1, k)."""
        return torch.from_numpy(self._row.rho[None])

    @property
    def gradient(self) -> Tensor:
        """Gradient of the loss by z, (1, d)."""
        return torch.from_numpy(self._gradient[None])

    def blocks(self, samples: Tensor | None, pullback: bool, interaction: bool) -> Tensor:
        """The matrix G + M, or one of the two, of the only sample, exactly symmetric: (1, d, d)."""
        return torch.from_numpy(self._matrix(pullback, interaction)[None])

    @quietly
    def terms(self) -> tuple[Tensor, Tensor, Tensor]:
        """G and M, (d, d), and the eigenvalues of their sum, ascending, (d,).

        Raises:
            FloatingPointError: if the sum is not finite, or LAPACK does not converge.
        """
        g, m = self._matrix(True, False), self._matrix(False, True)
        total = g + m
        if not is_finite(total.ravel()):
            require_finite_products(torch.from_numpy(total))
        syevd = lapack.dsyevd if total.dtype == np.float64 else lapack.ssyevd
        # Fortran's order is the transpose's, which for a symmetric matrix needs no copy.
        values, _, failed = syevd(total.T, compute_v=0, lower=1, overwrite_a=1)
        if failed or not is_finite(values):
            raise FloatingPointError(
                "LAPACK's syevd did not converge on G + M, or an eigenvalue overflows. Look for "
                "entries of very different size in the head's weights, or divide the loss by a "
                "power of two."
            )
        return torch.from_numpy(g), torch.from_numpy(m), torch.from_numpy(values)

    def _matrix(self, pullback: bool, interaction: bool) -> Array:
        *hidden, jacobian = self._jacobians
        found = np.empty((self._head.d, self._head.d), jacobian.dtype)
        bent = zip(hidden, self._curvatures, strict=True) if interaction else ()
        form(found, bent, (jacobian, self._row[1:]) if pullback else None)
        return found

    @functools.cached_property
    def _jacobians(self) -> list[Array]:
        """A_l = d a_l / d z for l = 1, .., N, each (m_l, d)."""
        weights = [weight for weight, _ in self._head.arrays]
        return jacobians(weights, (slope for _, slope, _ in self._jets))

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
    factor = COSINES.get(loss.objective.closed)
    if factor is not None and loss.constants.targets.is_cpu:
        s = loss.constants.directions.numpy()
        length = math.sqrt(u.dot(u))
        if s.shape == (1, len(u)) and s.dtype == u.dtype and NORM_FLOOR < length < math.inf:
            return _cosine(u, length, s[0], factor)
    with torch.no_grad():
        rows = loss.rows(torch.from_numpy(u[None]))
    assert rows is not None, "asked of an objective without a closed form"
    h = rows.hessians
    return Row(*(part.numpy()[0] for part in (rows.gradients, h.diagonal, h.left, h.right)))


def _cosine(u: Array, length: float, s: Array, factor: float) -> Row:
    """As `cosine_jet` has it: c I + e x^T + x e^T over |u|^2."""
    pair = np.empty((2, len(u)), u.dtype)
    e = np.divide(u, length, out=pair[0])
    c = float(e.dot(s))
    w = s - c * e
    np.subtract(w, (0.5 * c) * e, out=pair[1])
    square = factor / length**2
    return Row(w * (-factor / length), np.array([c * square], u.dtype), pair, square * pair[::-1])

"""Derivatives of a loss of a head's outputs, and what a rescaling of outputs says of them."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

Product = Callable[[Tensor], Tensor]

CHUNK = 256
"""Hessian-vector products that automatic differentiation runs at once; bounds memory only."""


class Invariance(enum.StrEnum):
    """What may be rescaled by any t > 0, by itself, without a change of the loss.

    If the loss is unchanged as the part u_g of u is rescaled - E_g projects on the entries of the
    part - then ``H u_g = -E_g rho`` and ``u_g . H u_g = 0`` (differentiate ``grad L`` along the
    scaling). Hence H is indefinite wherever some ``E_g rho != 0``. For `ROW` this gives block by
    block ``H_gg u_g = -rho_g`` and, across samples, ``H_bg u_g = 0``.
    """

    ROW = "each row"
    FEATURE = "each feature of a view"
    NONE = "no"

    def parts(self, u: Tensor, views: int) -> Tensor:
        """Split u: (B, k) into the parts that may be rescaled: (B, k, parts), summing to u."""
        batch, k = u.shape
        if self is Invariance.ROW:
            return u.unsqueeze(-1) * torch.eye(batch, dtype=u.dtype, device=u.device).unsqueeze(1)
        if self is Invariance.FEATURE:
            feature = torch.eye(k, dtype=u.dtype, device=u.device)[None, :, None, :]
            view = torch.eye(views, dtype=u.dtype, device=u.device)
            rows = view.repeat_interleave(batch // views, dim=0)[:, None, :, None]
            return (u[:, :, None, None] * feature * rows).reshape(batch, k, views * k)
        return u.new_empty(batch, k, 0)


class Jet(NamedTuple):
    """A loss and its first two derivatives at u.

    Attributes:
        value: L(u), a scalar.
        rho: grad L(u), (B, k).
        hessian_product: v -> hess L(u) v for v of shape (B, k, ...), of v's shape. The loss is
            differentiated once; products reuse what was kept.
    """

    value: Tensor
    rho: Tensor
    hessian_product: Product


@dataclass(frozen=True)
class RowHessians:
    """Hessians of the rows' own losses l_b, each diagonal but for r directions.

        hess l_b = diag(d_b) + P_b^T Q_b,   symmetric as a whole

    Attributes:
        diagonal: d, (B, k), or (B, 1) for multiples of the identity.
        left: P, (B, r, k); r is 0 where the Hessian is diagonal.
        right: Q, likewise.
    """

    diagonal: Tensor
    left: Tensor
    right: Tensor

    def product(self, v: Tensor) -> Tensor:
        """Multiply m vectors of the outputs' shape: (m, B, k) -> (m, B, k)."""
        rows = v.transpose(0, 1)
        scaled = rows * self.diagonal.unsqueeze(1)
        return torch.baddbmm(scaled, rows @ self.right.mT, self.left).transpose(0, 1)

    def between(self, a: Tensor) -> Tensor:
        """A_b^T (hess l_b) A_b for matrices A: (B, k, n) -> (B, n, n)."""
        image = self.diagonal.unsqueeze(-1) * a
        return torch.bmm(a.mT, image.baddbmm_(self.left.mT, torch.bmm(self.right, a)))

    def __getitem__(self, samples: Tensor) -> RowHessians:
        """Those of some of the rows."""
        return RowHessians(self.diagonal[samples], self.left[samples], self.right[samples])


class RowJet(NamedTuple):
    """Closed-form derivatives of the rows' own losses: gradients (B, k), and Hessians."""

    gradients: Tensor
    hessians: RowHessians

    def times(self, factor: float) -> RowJet:
        """The derivatives of a multiple of the losses."""
        if factor == 1:
            return self
        h = self.hessians
        hessians = RowHessians(factor * h.diagonal, h.left, factor * h.right)
        return RowJet(factor * self.gradients, hessians)


def differentiated(value: Callable[[Tensor], Tensor], u: Tensor) -> tuple[Tensor, Tensor, Product]:
    """Gradient, value and v -> H v on (B, k, m), from one recorded gradient.

    By `torch.func`, reverse over reverse: H is symmetric. `torch.func.linearize` would make a
    product up to 1.8 times faster on a CPU, at the cost of 15 to 30 products to set up.
    """
    gradient = torch.func.grad_and_value(value)
    # torch's annotation leaves out the third value, which `has_aux` adds
    rho, pullback, at = torch.func.vjp(gradient, u, has_aux=True)  # type: ignore[misc]

    def product(v: Tensor) -> Tensor:
        columns = torch.vmap(lambda w: pullback(w)[0], in_dims=-1, out_dims=-1, chunk_size=CHUNK)
        return columns(v) if v.shape[-1] else torch.zeros_like(v)

    return rho, at, product

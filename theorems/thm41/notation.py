"""The letters of 4.1's derivations in symbolic dimensions: matrices, and indexed objects where units enter one by one.

Second derivatives are taken along a line z + t v with an arbitrary direction v, so that a
statement about matrices becomes one about indexed sums.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from verify.symbolic.indexed import total
from verify.symbolic.matrices import matrix

d, k, m, n = sp.symbols("d k m n", integer=True, positive=True)
i, j, o = sp.symbols("i j o", integer=True)
"""Free indices; summed ones are made by `total`."""

z, v, w, u, b = (sp.IndexedBase(name) for name in ("z", "v", "w", "u", "b"))
rho, delta = sp.IndexedBase("rho"), sp.IndexedBase("delta")
weight, jacobian, form = (sp.IndexedBase(name) for name in ("W", "J", "A"))
loss_hessian = sp.IndexedBase("L")
"""L_ij: second derivatives of the loss; symmetric."""
J, H = matrix("J", k, d), matrix("H", k, k, symmetric=True)
"""J_h, and H = nabla^2 L at h(z*)."""
M, G = (matrix(name, d, d, symmetric=True) for name in "MG")
"""The interaction term and the pullback."""

Vector = Callable[[sp.Expr], sp.Expr]


def pulled_back(left: Vector, right: Vector) -> sp.Sum:
    """left^T (nabla^2 L) right, for vectors of R^k."""
    return total(lambda i, j: left(i) * loss_hessian[i, j] * right(j), k, k)


def applied(matrix: sp.IndexedBase, vector: Vector, size: sp.Expr) -> Vector:
    """The vector of entries (matrix vector)_r."""
    return lambda r: total(lambda c: matrix[r, c] * vector(c), size)

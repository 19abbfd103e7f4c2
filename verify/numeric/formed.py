"""Matrices of G and M at one point on a CPU, in NumPy.

NumPy's OpenBLAS multiplies matrices of these sizes up to twice as fast as PyTorch, and what belongs to one
sample stays in the processor's cache.

    G = J^T (diag d + P^T Q) J,   M = sum_l A_l^T diag(c_l) A_l

each as a half and its transpose, so that it is exactly symmetric.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

quietly = np.errstate(over="ignore", under="ignore", invalid="ignore")
"""What is not finite is told in a sentence by those who ask."""

Spikes = tuple[Array, Array, Array]
"""A loss Hessian diag(d) + P^T Q at one output: d, (k,), or (1,) for a multiple of the identity, P and Q, (r, k)."""


def jacobians(weights: Sequence[Array], slopes: Iterable[Array | None]) -> list[Array]:
    """A_l = d a_l / d z, each (m_l, d), of layers with these weights; a slope s'(a_l) of None is 1."""
    found = list(weights[:1])
    for weight, slope in zip(weights[1:], slopes, strict=False):
        found.append(weight @ (found[-1] if slope is None else slope[:, None] * found[-1]))
    return found


@quietly
def form(
    out: Array,
    hidden: Iterable[tuple[Array, Array | None]],
    output: tuple[Array, Spikes] | None,
) -> None:
    """Write G + M, (d, d).

    Args:
        out: where to.
        hidden: the parts of M: A_l with c_l, which is 0 where it is None.
        output: the part G: J with the loss Hessian; without it G is left out.
    """
    half: Array | None = None
    if output is not None:
        jacobian, (diagonal, left, right) = output
        if len(diagonal) == 1:  # the product with itself costs half of another one's
            half = jacobian.T @ jacobian
            half *= 0.5 * float(diagonal[0])
        else:
            half = jacobian.T @ ((0.5 * diagonal)[:, None] * jacobian)
        if len(left):
            both = np.concatenate((left, 0.5 * right)) @ jacobian
            half += both[: len(left)].T @ both[len(left) :]
    for a, curvature in hidden:
        if curvature is not None:
            term = a.T @ ((0.5 * curvature)[:, None] * a)
            half = term if half is None else np.add(half, term, out=half)
    if half is None:
        out[:] = 0
    else:
        np.add(half, half.T, out=out)

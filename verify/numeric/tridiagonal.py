"""Eigenvectors at both ends of symmetric matrices, without the others, which cost more than half of all."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from scipy.linalg import get_lapack_funcs
from torch import Tensor

FEWEST = 24
"""Order from which all eigenvectors cost more than the calls that leave most of them out."""

BLOCK = 64
"""Columns that LAPACK's blocked routines take at once, at most: of their workspace."""


def extreme_eigenvectors(matrices: Tensor) -> Tensor:
    """Vectors of length 1 of the smallest and the largest eigenvalue: (b, n, n) -> (b, 2, n).

    On a CPU by LAPACK's tridiagonal form, bisection and inverse iteration, which leave a residual of rounding in
    clusters too; small matrices, those elsewhere and where this does not converge by all eigenvectors.

    Args:
        matrices: symmetric, finite, of a size near 1.
    """
    if matrices.is_cpu and matrices.shape[-1] >= FEWEST:
        arrays = matrices.numpy()
        routines = get_lapack_funcs(("sytrd", "stebz", "stein", "ormqr"), (arrays[0],))
        found = np.empty((len(arrays), 2, arrays.shape[-1]), arrays.dtype)
        if all(_of_one(matrix, routines, pair) for matrix, pair in zip(arrays, found, strict=True)):
            return torch.from_numpy(found)
    vectors: Tensor = torch.linalg.eigh(matrices).eigenvectors
    return vectors[:, :, [0, -1]].mT.contiguous()


def _of_one(matrix: Any, routines: Any, pair: Any) -> bool:
    """Write the two vectors of a matrix into a pair, (2, n); say whether they were found."""
    sytrd, stebz, stein, ormqr = routines
    n = len(matrix)
    # Fortran's order is the transpose's, which for a symmetric matrix needs no copy.
    reduced, diagonal, beside, tau, failed = sytrd(matrix.T, lower=1, lwork=BLOCK * n)
    for end, vector in zip((1, n), pair, strict=True):
        _, values, block, split, missed = stebz(diagonal, beside, 2, 0.0, 0.0, end, end, 0.0, "B")
        found, unconverged = stein(diagonal, beside, values[:1], block, split)
        vector[:] = found[:, 0]
        failed = failed or missed or unconverged
    # The reflectors are those of a QR decomposition of all but the first row.
    turned, _, missed = ormqr("L", "N", reduced[1:, :-1], tau, pair[:, 1:].T, 2 * BLOCK)
    pair[:, 1:] = turned.T
    return not (failed or missed)

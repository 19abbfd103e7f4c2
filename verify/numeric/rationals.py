"""Exact linear algebra over the rationals (python-flint): ranks, kernels, signs, shorted operators."""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq, fmpq_mat


def matrix(rows: Sequence[Sequence[int | fmpq]], columns: int | None = None) -> fmpq_mat:
    """A rational matrix from its rows; `columns` gives the width of one without rows."""
    width = len(rows[0]) if rows else columns or 0
    return fmpq_mat(len(rows), width, [fmpq(entry) for row in rows for entry in row])


def identity(n: int) -> fmpq_mat:
    """The identity of order n."""
    return matrix([[int(i == j) for j in range(n)] for i in range(n)], n)


def columns_of(m: fmpq_mat, chosen: Sequence[int]) -> fmpq_mat:
    """The chosen columns of a matrix, in that order."""
    return matrix([[m[i, j] for j in chosen] for i in range(m.nrows())], len(chosen))


def beside(left: fmpq_mat, right: fmpq_mat) -> fmpq_mat:
    """Two matrices of equally many rows side by side."""
    rows = [
        [left[i, j] for j in range(left.ncols())] + [right[i, j] for j in range(right.ncols())]
        for i in range(left.nrows())
    ]
    return matrix(rows, left.ncols() + right.ncols())


def pivots(m: fmpq_mat) -> list[int]:
    """The columns that are not combinations of those before them: a basis of the column space."""
    reduced, rank = m.rref()
    return [next(j for j in range(m.ncols()) if reduced[i, j] != 0) for i in range(rank)]


def rank(m: fmpq_mat) -> int:
    """The rank."""
    return len(pivots(m))


def kernel(m: fmpq_mat) -> fmpq_mat:
    """A basis of the kernel as columns, (n, n - rank)."""
    reduced, _ = m.rref()
    bound = pivots(m)
    vectors = []
    for free in (j for j in range(m.ncols()) if j not in bound):
        vector = [fmpq(int(j == free)) for j in range(m.ncols())]
        for row, pivot in enumerate(bound):
            vector[pivot] = -reduced[row, free]
        vectors.append(vector)
    return matrix(vectors, m.ncols()).transpose()


def is_positive_semidefinite(m: fmpq_mat) -> bool:
    """Whether a symmetric matrix is positive semidefinite, decided by exact Schur complements."""
    n = m.nrows()
    if n == 0:
        return True
    head = m[0, 0]
    if head < 0 or (head == 0 and any(m[0, j] != 0 for j in range(n))):
        return False
    scale = 1 / head if head != 0 else fmpq(0)
    rest = [[m[i, j] - m[i, 0] * m[0, j] * scale for j in range(1, n)] for i in range(1, n)]
    return is_positive_semidefinite(matrix(rest, n - 1))


def shorted(information: fmpq_mat, v: fmpq_mat) -> fmpq_mat:
    """I/V = I - I V (V^T I V)^+ V^T I for a positive semidefinite I: the information beside V.

    Columns of V whose images under I depend on the others' are left out: then V^T I V is
    invertible, and the column space of I V, on which alone the result depends, is the same.

    Args:
        information: I, (n, n), symmetric and positive semidefinite.
        v: V, (n, q); its columns may be dependent.
    """
    basis = columns_of(v, pivots(information * v))
    if basis.ncols() == 0:
        return information
    image = information * basis
    return information - image * (basis.transpose() * image).inv() * image.transpose()


def projector(v: fmpq_mat) -> fmpq_mat:
    """The orthogonal projector onto the column space of V, (n, n)."""
    return identity(v.nrows()) - shorted(identity(v.nrows()), v)

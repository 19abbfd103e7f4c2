"""Symmetric matrices over the rationals: inertia, kernels, and forms on a subspace, exactly.

All roots of a symmetric matrix's characteristic polynomial are real, so Descartes' rule of signs
counts the positive ones exactly: there are as many as changes of sign among the coefficients.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from flint import fmpq, fmpq_mat

Rows = tuple[tuple[Fraction, ...], ...]
"""A matrix as literals, row by row."""


class Signs(NamedTuple):
    """How many eigenvalues are positive, zero and negative."""

    positive: int
    zero: int
    negative: int


def matrix(rows: Sequence[Sequence[object]]) -> fmpq_mat:
    """A matrix from rows of integers, fractions or fmpq; it must have at least one entry."""
    return fmpq_mat([[_rational(entry) for entry in row] for row in rows])


def diagonal(entries: Sequence[object]) -> fmpq_mat:
    """The diagonal matrix of these entries."""
    n = len(entries)
    return matrix([[entries[r] if r == c else 0 for c in range(n)] for r in range(n)])


def zeros(rows: int, columns: int) -> fmpq_mat:
    """The zero matrix."""
    return fmpq_mat(rows, columns)


def is_zero(m: fmpq_mat) -> bool:
    """Whether every entry is 0."""
    return all(entry == 0 for entry in m.entries())


def signs(symmetric: fmpq_mat) -> Signs:
    """The inertia of a symmetric matrix.

    Raises:
        ValueError: if the matrix is not symmetric.
    """
    if symmetric != symmetric.transpose():
        raise ValueError("The inertia is counted of a symmetric matrix; this one is not symmetric.")
    coefficients = symmetric.charpoly().coeffs()
    zero = next(n for n, c in enumerate(coefficients) if c != 0)
    positive = _changes(coefficients)
    return Signs(positive, zero, len(coefficients) - 1 - zero - positive)


def kernel(m: fmpq_mat) -> fmpq_mat | None:
    """A basis of {v: m v = 0} as columns; None if only 0 is in it."""
    reduced, rank = m.rref()
    n = m.ncols()
    pivots = [next(c for c in range(n) if reduced[r, c] != 0) for r in range(rank)]
    free = [c for c in range(n) if c not in pivots]
    if not free:
        return None
    basis = fmpq_mat(n, len(free))
    for column, f in enumerate(free):
        basis[f, column] = fmpq(1)
        for r, p in enumerate(pivots):
            basis[p, column] = -reduced[r, f]
    return basis


def dot(x: fmpq_mat, y: fmpq_mat) -> fmpq:
    """The inner product of two columns."""
    return (x.transpose() * y)[0, 0]


def rows(m: fmpq_mat) -> Rows:
    """The entries of a matrix as fractions, which `matrix` takes back."""
    return tuple(tuple(fraction(entry) for entry in row) for row in m.tolist())


def fraction(x: fmpq) -> Fraction:
    """A rational of the standard library."""
    return Fraction(int(x.p), int(x.q))


def text(m: fmpq_mat) -> str:
    """A matrix as nested brackets of fractions."""
    return "[" + ", ".join("[" + ", ".join(map(str, row)) + "]" for row in m.tolist()) + "]"


def _changes(coefficients: Sequence[fmpq]) -> int:
    kept = [c > 0 for c in coefficients if c != 0]
    return sum(a != b for a, b in pairwise(kept))


def _rational(entry: object) -> fmpq:
    if isinstance(entry, Fraction):
        return fmpq(entry.numerator, entry.denominator)
    if not isinstance(entry, int | fmpq):
        raise TypeError(f"A rational entry must be an int, a Fraction or an fmpq: got {entry!r}.")
    return fmpq(entry)

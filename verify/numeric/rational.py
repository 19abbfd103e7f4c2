"""Exact linear algebra over the rationals: construction, rank and kernel, inertia, literals.

Matrices are `fmpq_mat`, which python-flint multiplies, inverts and ranks; any dimension may be 0.
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


# --- construction -------------------------------------------------------------------------------


def rational(entry: object) -> fmpq:
    """An int, a Fraction or an fmpq as an fmpq.

    Raises:
        TypeError: if it is anything else; a float would bring its rounding along.
    """
    if isinstance(entry, Fraction):
        return fmpq(entry.numerator, entry.denominator)
    if not isinstance(entry, int | fmpq):
        raise TypeError(f"A rational entry must be an int, a Fraction or an fmpq: got {entry!r}.")
    return fmpq(entry)


def matrix(rows: Sequence[Sequence[object]], columns: int = 0) -> fmpq_mat:
    """A matrix from its rows of ints, Fractions or fmpq; `columns` is the width of one without rows.

    Raises:
        TypeError: if an entry is of another type.
        ValueError: if the rows have different lengths.
    """
    entries = [[rational(entry) for entry in row] for row in rows]
    return fmpq_mat(entries) if entries else fmpq_mat(0, columns)


def diagonal(entries: Sequence[object]) -> fmpq_mat:
    """The diagonal matrix of these entries."""
    n = len(entries)
    return matrix([[entries[r] if r == c else 0 for c in range(n)] for r in range(n)])


def identity(n: int) -> fmpq_mat:
    """The identity of order n."""
    return diagonal([1] * n)


def columns_of(m: fmpq_mat, chosen: Sequence[int]) -> fmpq_mat:
    """The chosen columns of a matrix, in that order."""
    return matrix([[m[r, c] for c in chosen] for r in range(m.nrows())], len(chosen))


def beside(left: fmpq_mat, right: fmpq_mat) -> fmpq_mat:
    """Two matrices side by side.

    Raises:
        ValueError: if one has more rows than the other.
    """
    pairs = zip(left.tolist(), right.tolist(), strict=True)
    return matrix([[*one, *other] for one, other in pairs], left.ncols() + right.ncols())


# --- products, rank and kernel ------------------------------------------------------------------


def dot(x: fmpq_mat, y: fmpq_mat) -> fmpq:
    """The inner product of two columns."""
    return (x.transpose() * y)[0, 0]


def is_zero(m: fmpq_mat) -> bool:
    """Whether every entry is 0; a matrix without entries is zero."""
    return all(entry == 0 for entry in m.entries())


def pivots(m: fmpq_mat) -> list[int]:
    """The columns that are not combinations of those before them: a basis of the column space."""
    return _echelon(m)[1]


def kernel(m: fmpq_mat) -> fmpq_mat:
    """A basis of {v: m v = 0} as columns, (n, n - rank): without columns if only 0 is in it."""
    reduced, bound = _echelon(m)
    n = m.ncols()
    free = [c for c in range(n) if c not in bound]
    basis = fmpq_mat(n, len(free))
    for column, f in enumerate(free):
        basis[f, column] = fmpq(1)
        for r, p in enumerate(bound):
            basis[p, column] = -reduced[r, f]
    return basis


def _echelon(m: fmpq_mat) -> tuple[fmpq_mat, list[int]]:
    """The reduced echelon form, and the columns of its leading ones."""
    reduced, rank = m.rref()
    return reduced, [next(c for c in range(m.ncols()) if reduced[r, c] != 0) for r in range(rank)]


# --- inertia ------------------------------------------------------------------------------------


def signs(symmetric: fmpq_mat) -> Signs:
    """The inertia of a symmetric matrix, by Descartes' rule of signs.

    All roots of its characteristic polynomial are real, so the rule counts the positive ones
    exactly: there are as many as changes of sign among the coefficients.

    Raises:
        ValueError: if the matrix is not symmetric.
    """
    if symmetric != symmetric.transpose():
        raise ValueError("The inertia is counted of a symmetric matrix; this one is not symmetric.")
    coefficients = symmetric.charpoly().coeffs()
    zero = next(n for n, c in enumerate(coefficients) if c != 0)
    kept = [c > 0 for c in coefficients if c != 0]
    positive = sum(a != b for a, b in pairwise(kept))
    return Signs(positive, zero, len(coefficients) - 1 - zero - positive)


def is_positive_semidefinite(symmetric: fmpq_mat) -> bool:
    """Whether a symmetric matrix has no negative eigenvalue.

    Raises:
        ValueError: if the matrix is not symmetric.
    """
    return signs(symmetric).negative == 0


# --- literals -----------------------------------------------------------------------------------


def fraction(x: fmpq) -> Fraction:
    """A rational of the standard library, which `rational` takes back."""
    return Fraction(int(x.p), int(x.q))


def rows(m: fmpq_mat) -> Rows:
    """The entries of a matrix as fractions, which `matrix` takes back."""
    return tuple(tuple(fraction(entry) for entry in row) for row in m.tolist())


def floats(m: fmpq_mat) -> list[list[float]]:
    """The entries of a matrix, each rounded once."""
    return [[float(entry) for entry in row] for row in rows(m)]


def text(m: fmpq_mat) -> str:
    """A matrix as nested brackets of fractions."""
    return "[" + ", ".join("[" + ", ".join(map(str, row)) + "]" for row in m.tolist()) + "]"

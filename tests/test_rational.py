"""Exact inertia and kernels. Oracles: matrices with known spectra, and NumPy away from zero.

NumPy alone would not tell a zero eigenvalue from a small one; the known spectra do.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.numeric.rational import diagonal, dot, is_zero, kernel, matrix, rows, signs, text, zeros


def test_known_inertia():
    hilbert = matrix([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    assert signs(hilbert) == (1, 1, 1)
    assert signs(diagonal([2, -1, -3, 0])) == (1, 1, 2)
    assert signs(zeros(3, 3)) == (0, 3, 0)


def test_only_symmetric_matrices_have_inertia():
    with pytest.raises(ValueError, match="not symmetric"):
        signs(matrix([[0, 1], [0, 0]]))


@settings(deadline=None, database=None)
@given(st.lists(st.integers(-9, 9), min_size=16, max_size=16))
def test_inertia_is_invariant_under_congruence(entries):
    c = matrix([entries[r : r + 4] for r in range(0, 16, 4)])
    d = diagonal([3, 1, -2, -5])
    found = signs(c.transpose() * d * c)
    if c.rank() == 4:
        assert found == (2, 0, 2)
    values = np.linalg.eigvalsh(
        np.array([[float(str(x)) for x in row] for row in (c.transpose() * d * c).tolist()])
    )
    clear = 1e-9 * max(1.0, np.abs(values).max())
    assert found.positive >= (values > clear).sum()
    assert found.negative >= (values < -clear).sum()


@settings(deadline=None, database=None)
@given(st.lists(st.integers(-2, 2), min_size=12, max_size=12))
def test_kernel_is_complete(entries):
    m = matrix([entries[r : r + 4] for r in range(0, 12, 4)])
    basis = kernel(m)
    if basis is None:
        assert m.rank() == 4
    else:
        assert basis.rank() == basis.ncols() == 4 - m.rank()
        assert is_zero(m * basis)


def test_an_injective_matrix_has_no_kernel():
    assert kernel(diagonal([1, 2])) is None


def test_text_and_dot():
    assert text(matrix([[1, 2]])) == "[[1, 2]]"
    assert dot(matrix([[1], [2]]), matrix([[3], [4]])) == 11


def test_rows_are_taken_back():
    m = matrix([[Fraction(1, 2), 3], [0, -2]])
    assert matrix(rows(m)) == m

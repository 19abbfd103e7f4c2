"""Exact linear algebra. Oracles: SymPy, which shares no code with FLINT, and symmetric elimination.

NumPy bounds the inertia from below: it would not tell a zero eigenvalue from a small one.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from flint import fmpq, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st
from rational_fixture import matrices

from verify.numeric.rational import (
    Signs,
    beside,
    columns_of,
    diagonal,
    dot,
    fraction,
    identity,
    is_positive_semidefinite,
    is_zero,
    kernel,
    matrix,
    pivots,
    rational,
    rows,
    signs,
    text,
)
from verify.symbolic.exact_head import eigenvalues
from verify.symbolic.frames import congruence

# --- construction -------------------------------------------------------------------------------


def test_a_matrix_takes_ints_fractions_and_fmpq():
    m = matrix([[1, Fraction(1, 2)], [fmpq(2, 3), -4]])
    assert m.entries() == [fmpq(1), fmpq(1, 2), fmpq(2, 3), fmpq(-4)]


@pytest.mark.parametrize("entry", [0.5, "1/2", sp.Rational(1, 2), np.float64(1)])
def test_a_matrix_takes_nothing_else(entry):
    with pytest.raises(TypeError, match="must be an int, a Fraction or an fmpq"):
        matrix([[1, entry]])
    with pytest.raises(TypeError, match="must be an int, a Fraction or an fmpq"):
        diagonal([entry])


def test_rows_have_one_length():
    with pytest.raises(ValueError, match="length"):
        matrix([[1, 2, 3], [4]])


def test_matrices_without_rows_or_columns_have_a_shape():
    for m, shape in (
        (matrix([], 3), (0, 3)),
        (matrix([[], []]), (2, 0)),
        (columns_of(identity(3), []), (3, 0)),
        (beside(columns_of(identity(3), []), identity(3)), (3, 3)),
        (kernel(fmpq_mat(0, 2)), (2, 2)),
        (identity(0), (0, 0)),
    ):
        assert (m.nrows(), m.ncols()) == shape
    assert signs(identity(0)) == (0, 0, 0)
    assert is_zero(identity(0))


def test_columns_are_chosen_and_put_side_by_side():
    m = matrix([[1, 2, 3], [4, 5, 6]])
    assert columns_of(m, range(1, 3)) == matrix([[2, 3], [5, 6]])
    assert beside(columns_of(m, [2]), columns_of(m, [0])) == columns_of(m, [2, 0])
    with pytest.raises(ValueError, match="shorter"):
        beside(m, identity(1))


# --- products, rank and kernel ------------------------------------------------------------------


@settings(database=None, deadline=None, max_examples=60)
@given(matrices())
def test_rank_pivots_and_kernel_agree_with_sympy(m):
    exact = sp.Matrix(rows(m))
    assert m.rank() == exact.rank()
    assert pivots(m) == list(exact.rref()[1])
    found = kernel(m)
    assert found.nrows() == m.ncols()
    assert found.ncols() == m.ncols() - m.rank() == found.rank()
    assert is_zero(m * found)


def test_an_injective_matrix_has_a_kernel_without_columns():
    found = kernel(diagonal([1, 2]))
    assert (found.nrows(), found.ncols()) == (2, 0)


def test_dot():
    assert dot(matrix([[1], [2]]), matrix([[3], [4]])) == 11


# --- inertia ------------------------------------------------------------------------------------


SYMMETRIC = (
    [[0, 1], [1, 0]],
    [[0, 1], [1, -2]],
    [[0, 1, 0], [1, 0, 0], [0, 0, 0]],
    [[0, 0, 1], [0, 0, 0], [1, 0, 2]],
    [[2, -1, 0], [-1, 2, -1], [0, -1, 2]],
    [[0, 2, 3], [2, 0, 5], [3, 5, 0]],
    [[0]],
    [[0, 0, 0], [0, 0, 0], [0, 0, 0]],
    [[-1, 2, 0, 1], [2, -4, 0, -2], [0, 0, 0, 0], [1, -2, 0, 3]],
)


@pytest.mark.parametrize("entries", SYMMETRIC)
def test_inertia_agrees_with_sympys_eigenvalues(entries):
    values = [float(sp.re(v.evalf(40))) for v in sp.Matrix(entries).eigenvals(multiple=True)]
    wanted = Signs(
        sum(v > 1e-12 for v in values),
        sum(abs(v) <= 1e-12 for v in values),
        sum(v < -1e-12 for v in values),
    )
    assert signs(matrix(entries)) == wanted


def test_inertia_of_a_diagonal_matrix():
    assert signs(diagonal([2, -1, -3, 0])) == Signs(positive=1, zero=1, negative=2)


def test_only_symmetric_matrices_have_inertia():
    for asked in (signs, is_positive_semidefinite):
        with pytest.raises(ValueError, match="not symmetric"):
            asked(matrix([[0, 1], [0, 0]]))


@settings(deadline=None, database=None)
@given(st.lists(st.integers(-9, 9), min_size=16, max_size=16))
def test_inertia_is_invariant_under_congruence(entries):
    c = matrix([entries[r : r + 4] for r in range(0, 16, 4)])
    form = c.transpose() * diagonal([3, 1, -2, -5]) * c
    found = signs(form)
    if c.rank() == 4:
        assert found == (2, 0, 2)
    values = np.linalg.eigvalsh(np.array([[float(x) for x in row] for row in rows(form)]))
    clear = 1e-9 * max(1.0, np.abs(values).max())
    assert found.positive >= (values > clear).sum()
    assert found.negative >= (values < -clear).sum()


@settings(deadline=None, database=None)
@given(matrices(), st.lists(st.integers(-2, 2), min_size=4, max_size=4))
def test_inertia_is_that_of_the_diagonal_that_elimination_finds(c, entries):
    form = c.transpose() * diagonal(entries[: c.nrows()]) * c
    _, values = congruence(form)
    counts = (sum(v > 0 for v in values), values.count(0), sum(v < 0 for v in values))
    assert signs(form) == counts


def test_positive_semidefinite_matrices_have_no_negative_eigenvalue():
    cases = {
        ((2, 1), (1, 1)): True,
        ((1, 1), (1, 1)): True,
        ((0, 0), (0, 1)): True,
        ((0, 1), (1, 5)): False,
        ((1, 2), (2, 1)): False,
        ((1, 0), (0, -1)): False,
    }
    for entries, wanted in cases.items():
        assert is_positive_semidefinite(matrix(entries)) is wanted
        assert (eigenvalues(sp.Matrix(entries))[0] >= 0) == wanted


# --- literals -----------------------------------------------------------------------------------


def test_text():
    assert text(matrix([[1, Fraction(-2, 3)], [0, 5]])) == "[[1, -2/3], [0, 5]]"


def test_literals_are_taken_back():
    m = matrix([[Fraction(1, 2), 3], [0, -2]])
    assert matrix(rows(m)) == m
    assert rational(fraction(fmpq(-3, 7))) == fmpq(-3, 7)

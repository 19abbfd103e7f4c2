"""Exact rational linear algebra. Oracle: SymPy's matrices, which share no code with FLINT's."""

from __future__ import annotations

import sympy as sp
from flint import fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.numeric import rationals
from verify.symbolic.collapse import eigenvalues


def to_sympy(m: fmpq_mat) -> sp.Matrix:
    return sp.Matrix(
        m.nrows(),
        m.ncols(),
        lambda i, j: sp.Rational(int(m[i, j].p), int(m[i, j].q)),
    )


@st.composite
def matrices(draw: st.DrawFn) -> fmpq_mat:
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    row = st.lists(st.integers(-2, 2), min_size=columns, max_size=columns)
    return rationals.matrix(draw(st.lists(row, min_size=rows, max_size=rows)))


@settings(database=None, deadline=None, max_examples=60)
@given(matrices())
def test_rank_and_kernel_agree_with_sympy(m):
    found = rationals.kernel(m)
    assert rationals.rank(m) == to_sympy(m).rank()
    assert found.ncols() == m.ncols() - rationals.rank(m) == rationals.rank(found)
    assert m * found == fmpq_mat(m.nrows(), found.ncols())


@settings(database=None, deadline=None, max_examples=60)
@given(matrices())
def test_shorted_operator_is_the_schur_complement_with_sympys_pseudoinverse(m):
    information, v = m.transpose() * m, rationals.columns_of(rationals.identity(m.ncols()), [0])
    v = rationals.beside(v, v)
    i, w = to_sympy(information), to_sympy(v)
    wanted = i - i * w * (w.T * i * w).pinv() * w.T * i
    assert to_sympy(rationals.shorted(information, v)) == wanted


def test_signs_of_symmetric_matrices():
    signs = {
        ((2, 1), (1, 1)): True,
        ((1, 1), (1, 1)): True,
        ((0, 0), (0, 1)): True,
        ((0, 1), (1, 5)): False,
        ((1, 2), (2, 1)): False,
        ((1, 0), (0, -1)): False,
    }
    for rows, wanted in signs.items():
        assert rationals.is_positive_semidefinite(rationals.matrix(rows)) is wanted
        assert (eigenvalues(sp.Matrix(rows))[0] >= 0) == wanted


def test_projector_is_idempotent_and_fixes_its_range():
    v = rationals.matrix([[1, 2], [0, 1], [3, 6]])
    p = rationals.projector(v)
    assert p * p == p == p.transpose()
    assert p * v == v

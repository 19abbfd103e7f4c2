"""Shorted operators. Oracle: the Schur complement with SymPy's pseudoinverse."""

from __future__ import annotations

import sympy as sp
from hypothesis import given, settings
from rational_fixture import matrices

from verify.numeric.rational import beside, columns_of, identity, matrix, rows
from verify.numeric.shorted import projector, shorted


@settings(database=None, deadline=None, max_examples=60)
@given(matrices())
def test_it_is_the_schur_complement_with_sympys_pseudoinverse(m):
    information, v = m.transpose() * m, columns_of(identity(m.ncols()), [0])
    v = beside(v, v)
    i, w = sp.Matrix(rows(information)), sp.Matrix(rows(v))
    wanted = i - i * w * (w.T * i * w).pinv() * w.T * i
    assert sp.Matrix(rows(shorted(information, v))) == wanted


def test_projector_is_idempotent_and_fixes_its_range():
    v = matrix([[1, 2], [0, 1], [3, 6]])
    p = projector(v)
    assert p * p == p == p.transpose()
    assert p * v == v

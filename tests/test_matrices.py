"""Matrices of symbolic size: the notation means what NumPy's means, and prints as it is written.

Oracle: the entries at small fixed shapes, multiplied by SymPy's own explicit matrices.
"""

from __future__ import annotations

import pytest
import sympy as sp

from verify.claims.derivation import Proof
from verify.symbolic.indexed import is_zero, total
from verify.symbolic.matrices import Matrix, diagonal, identity, matrix, norm, vector, zero

k, d = sp.symbols("k d", integer=True, positive=True)
J, E = matrix("J", k, d), matrix("E", k, d)
H = matrix("H", k, k, symmetric=True)
v = vector("v", d)


SIZES = {k: 2, d: 3}


def plain(expr: sp.Expr) -> sp.Expr:
    """An expression at fixed sizes, its entries as plain symbols; H's with its symmetry."""
    written = sp.sympify(expr).subs(SIZES).doit()
    entries = {
        e: sp.Symbol(f"{e.base}{sorted(e.indices) if e.base.name == 'H' else list(e.indices)}")
        for e in written.atoms(sp.Indexed)
    }
    return sp.expand(written.xreplace(entries))


def explicit(m: Matrix) -> sp.Matrix:
    """The matrix at fixed sizes."""
    rows, columns = (int(sp.sympify(size).subs(SIZES)) for size in m.shape)
    return sp.Matrix(
        rows, columns, lambda a, b: plain(m.entry(sp.Integer(a + 1), sp.Integer(b + 1)))
    )


def test_products_sums_and_transposes_are_those_of_explicit_matrices():
    j, e, h, w = map(explicit, (J, E, H, v))
    found = explicit((J - E).T @ H @ (2 * J + E))
    assert (found - (j - e).T * h * (2 * j + e)).expand() == sp.zeros(3, 3)
    assert sp.expand(plain((v.T @ J.T @ E @ v).scalar) - (w.T * j.T * e * w)[0]) == 0
    assert sp.expand(plain((J.T @ E).trace) - (j.T * e).trace()) == 0
    assert explicit(diagonal(v)) == sp.diag(*w)
    assert explicit(identity(d)) == sp.eye(3)
    assert explicit(-(v @ v.T)) == -w * w.T


def test_an_equality_closes_for_all_sizes_and_a_false_one_stays_open():
    proof = Proof()
    left = (J + E).T @ H @ (J + E) - J.T @ H @ J
    proof.equal("true", left, J.T @ H @ E + E.T @ H @ J + E.T @ H @ E)
    proof.equal("a term dropped", left, J.T @ H @ E + E.T @ H @ J)
    proof.equal("symmetry used", (J.T @ H @ E).T, E.T @ H @ J)
    proof.equal(
        "no symmetry declared", J.T @ matrix("A", k, k) @ J, (J.T @ matrix("A", k, k) @ J).T
    )
    proof.equal("identity", identity(k) @ J @ identity(d), J)
    assert [step.closed for step in proof.steps] == [True, False, True, False, True]
    assert proof.steps[0].latex == (
        r"\left(J + E\right)^T H \left(J + E\right) - J^T H J = J^T H E + E^T H J + E^T H E"
    )


def test_a_hypothesis_that_makes_a_matrix_vanish_is_used():
    for withdrawn in (frozenset(), frozenset({"kernel"})):
        proof = Proof(withdrawn=withdrawn)
        proof.let("kernel", "$J v = 0$")
        proof.follows("so", E.T @ J @ v, 0 * v, using={"kernel": E.T @ (J @ v)})
        assert proof.closed is not bool(withdrawn)


def test_shapes_that_do_not_fit_are_told():
    with pytest.raises(ValueError, match="to multiply J by, got E with k"):
        J @ E
    with pytest.raises(ValueError, match="to have one shape"):
        J + H
    with pytest.raises(ValueError, match="square matrix to be symmetric, got k x d"):
        matrix("A", k, d, symmetric=True)
    with pytest.raises(ValueError, match="1 x 1 matrix"):
        _ = J.scalar


def test_a_delta_with_a_free_index_is_not_summed_out_over_another_range():
    # sum_{i<=k} delta_ij = sum_{i<=d} delta_ij is false for d < j <= k.
    j = sp.Symbol("j", integer=True)
    short, long = (total(lambda i: sp.KroneckerDelta(i, j), size) for size in (d, k))
    for free in ({}, {j: k}, {j: d}):
        with pytest.raises(TypeError, match=r"joins j, whose range is not known to be 1, \.\., "):
            is_zero(short - long, free=free)
    assert is_zero(long - 1, free={j: k})


def test_zero_and_one_print_as_they_are_written():
    assert explicit(zero(d)) == sp.zeros(3, 1)
    assert explicit(zero(k, d)) == sp.zeros(2, 3)
    assert (zero(d).latex, (J + 1 * E).latex, (J - E).latex) == ("0", "J + E", "J - E")


def test_a_norm_is_bounded_letter_by_letter():
    """By the triangle inequality and submultiplicativity, as it prints."""
    of_j, of_e, of_h = norm("J"), norm("E"), norm("H")
    x = sp.Symbol("x", real=True)
    assert ((J + E).T @ H @ (J - E)).norm == (of_j + of_e) ** 2 * of_h
    assert (-J).norm == (-1 * J).norm == of_j
    assert (x * J - 2 * E).norm == sp.Abs(x) * of_j + 2 * of_e
    assert (zero(k, d).norm, identity(d).norm) == (0, 1)

"""Exact frames and signatures. Oracles: Q^T Q = I in exact arithmetic, and SymPy's eigenvalues."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

from verify.symbolic.frames import (
    cayley,
    columns,
    congruence,
    diagonal,
    identity,
    inertia,
    matrix,
    second_differences,
)


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_cayley_is_orthogonal_exactly(n):
    entries = [Fraction(3 * i - 4, 2 + i) for i in range(n * (n - 1) // 2)]
    q = cayley(n, entries)
    assert q.transpose() * q == identity(n)
    assert q * q.transpose() == identity(n)
    assert n == 1 or q != identity(n)


def test_cayley_counts_its_entries():
    with pytest.raises(ValueError, match="has 3 entries"):
        cayley(3, [1])


@pytest.mark.parametrize(
    "rows",
    [
        [[0, 1], [1, 0]],
        [[0, 1], [1, -2]],
        [[0, 0, 1], [0, 0, 0], [1, 0, 2]],
        [[2, -1, 0], [-1, 2, -1], [0, -1, 2]],
        [[0, 2, 3], [2, 0, 5], [3, 5, 0]],
        [[0]],
        [[-1, 2, 0, 1], [2, -4, 0, -2], [0, 0, 0, 0], [1, -2, 0, 3]],
    ],
)
def test_inertia_agrees_with_eigenvalues(rows):
    values = [float(sp.re(v.evalf(40))) for v in sp.Matrix(rows).eigenvals(multiple=True)]
    wanted = (
        sum(v > 1e-12 for v in values),
        sum(abs(v) <= 1e-12 for v in values),
        sum(v < -1e-12 for v in values),
    )
    exact = matrix(rows)
    assert inertia(exact) == wanted
    x, values = congruence(exact)
    assert x.det() != 0
    assert (x.transpose() * exact * x).entries() == diagonal(
        [Fraction(int(v.p), int(v.q)) for v in values]
    ).entries()


def test_congruence_needs_symmetry():
    with pytest.raises(ValueError, match="symmetric"):
        congruence(matrix([[1, 2], [0, 1]]))


def test_columns():
    assert columns(matrix([[1, 2, 3], [4, 5, 6]]), 1, 3) == matrix([[2, 3], [5, 6]])


def test_second_differences_are_exact_for_cubics():
    x, y = sp.symbols("x y")
    cubic = x**3 / 3 - 2 * x**2 * y + 5 * x * y**2 + y**2 / 7 + x
    at = matrix([[Fraction(1, 2)], [Fraction(-2, 3)]])

    def value(z):
        here = {
            s: sp.Rational(int(e.p), int(e.q)) for s, e in zip((x, y), z.entries(), strict=True)
        }
        found = cubic.subs(here)
        return matrix([[Fraction(int(found.p), int(found.q))]])[0, 0]

    wanted = sp.hessian(cubic, (x, y)).subs({x: sp.Rational(1, 2), y: -sp.Rational(2, 3)})
    found = [sp.Rational(int(e.p), int(e.q)) for e in second_differences(value, at).entries()]
    assert found == list(wanted)

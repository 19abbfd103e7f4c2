"""Exact frames, congruences and Hessians. Oracles: their defining equations, and SymPy's Hessian."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from flint import fmpq

from verify.numeric.rational import diagonal, identity, matrix
from verify.symbolic.frames import cayley, congruence, second_differences


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


def test_cayley_takes_no_floats():
    with pytest.raises(TypeError, match=r"got 0\.5"):
        cayley(2, [0.5])


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
def test_congruence_makes_a_diagonal(rows):
    exact = matrix(rows)
    x, values = congruence(exact)
    assert x.det() != 0
    assert x.transpose() * exact * x == diagonal(values)


def test_congruence_needs_symmetry():
    with pytest.raises(ValueError, match="symmetric"):
        congruence(matrix([[1, 2], [0, 1]]))


def test_second_differences_are_exact_for_cubics():
    x, y = sp.symbols("x y")
    cubic = x**3 / 3 - 2 * x**2 * y + 5 * x * y**2 + y**2 / 7 + x
    at = matrix([[Fraction(1, 2)], [Fraction(-2, 3)]])

    def value(z):
        here = {
            s: sp.Rational(int(e.p), int(e.q)) for s, e in zip((x, y), z.entries(), strict=True)
        }
        found = cubic.subs(here)
        return fmpq(int(found.p), int(found.q))

    wanted = sp.hessian(cubic, (x, y)).subs({x: sp.Rational(1, 2), y: -sp.Rational(2, 3)})
    found = [sp.Rational(int(e.p), int(e.q)) for e in second_differences(value, at).entries()]
    assert found == list(wanted)

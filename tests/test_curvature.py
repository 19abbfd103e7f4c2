"""Exact curvature. Oracles: constant-curvature metrics known in closed form, and the two routes.

The sphere and the hyperbolic plane fix sign and factor of `riemann`; agreement with the cubic form
on Hessian metrics then fixes those of `cubic`.
"""

from __future__ import annotations

import pytest
import sympy as sp

from verify.symbolic.curvature import Curvature

x, y, z = sp.symbols("x y z", real=True)


def test_sphere_and_hyperbolic_plane():
    here = {x: sp.Rational(1, 3), y: sp.Rational(2)}
    assert Curvature(4 / (1 + x**2 + y**2) ** 2 * sp.eye(2), (x, y), here).sectional(0, 1) == 1
    assert Curvature(sp.eye(2) / y**2, (x, y), here).sectional(0, 1) == -1
    assert Curvature(9 * sp.eye(2) / y**2, (x, y), here).sectional(0, 1) == -sp.Rational(1, 9)


def test_what_is_nearly_a_number_is_not_taken_for_it():
    """Curvature -a^2 for a = 1 + 10^-20: no float is between it and -1."""
    nearly = 1 + sp.Rational(1, 10**20)
    here = {x: sp.S.Zero, y: sp.Integer(2)}
    found = Curvature(sp.eye(2) / (nearly * y) ** 2, (x, y), here).sectional(0, 1)
    assert found == -(nearly**2)


def test_polar_coordinates_are_flat():
    assert (
        Curvature(sp.diag(1, x**2), (x, y), {x: sp.Integer(3), y: sp.S.Zero}).sectional(0, 1) == 0
    )


@pytest.mark.parametrize(
    "potential",
    [
        x**2 + y**2 + z**2 + x**2 * y / 3 + x * y * z + y**3 / 5,
        x**4 + y**4 + 2 * x**2 + 3 * y**2 + z**2 + x * y**2 * z,
    ],
)
def test_both_routes_agree_on_hessian_metrics(potential):
    here = {x: sp.Rational(1, 5), y: -sp.Rational(1, 3), z: sp.Rational(1, 2)}
    found = Curvature(sp.hessian(potential, (x, y, z)), (x, y, z), here)
    seen = set()
    for indices in [(0, 1, 0, 1), (0, 2, 0, 2), (0, 1, 0, 2), (1, 2, 0, 1), (0, 1, 1, 0)]:
        assert found.riemann(*indices) == found.cubic(*indices)
        seen.add(found.cubic(*indices))
    assert len(seen) > 2
    i, j, k, l = 0, 1, 0, 2  # noqa: E741
    assert found.riemann(i, j, k, l) == -found.riemann(j, i, k, l) == found.riemann(k, l, i, j)
    assert found.cubic(0, 1, 0, 1, factor=sp.Rational(1, 2)) != found.riemann(0, 1, 0, 1)


def test_trinomial_fisher_metric_has_curvature_one_quarter():
    at = {x: sp.log(2), y: sp.log(3)}
    found = Curvature(sp.hessian(sp.log(1 + sp.exp(x) + sp.exp(y)), (x, y)), (x, y), at)
    assert found.sectional(0, 1) == sp.Rational(1, 4)
    assert found.cubic(0, 1, 0, 1) == found.area(0, 1) / 4

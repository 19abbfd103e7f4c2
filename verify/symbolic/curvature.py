"""Exact curvature of a metric given by expressions: Christoffel symbols, and the cubic form.

Convention: R_ijkl = g(R(e_i, e_j) e_l, e_k), so that R_1212 = K det g with K the sectional
curvature (positive on a sphere). For a Hessian metric g = hess L the fourth derivatives cancel:

    R_ijkl = (1/4) g^{pq} (L_ilp L_jkq - L_ikp L_jlq)

(Shima, The Geometry of Hessian Structures, 2007, section 2.1). `riemann` knows nothing of this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import sympy as sp

Point = Mapping[sp.Symbol, sp.Expr]

QUARTER = sp.Rational(1, 4)


class Curvature:
    """The curvature of a metric at one point, by two routes.

    Only the entries that occur are evaluated: derivatives are taken first, the point put in, and
    what is left is arithmetic of numbers.

    Args:
        metric: g as a symmetric matrix of expressions.
        coordinates: its coordinates.
        at: the point.

    >>> x, y = sp.symbols("x y")
    >>> sphere = 4 / (1 + x**2 + y**2) ** 2 * sp.eye(2)
    >>> Curvature(sphere, (x, y), {x: sp.Integer(1), y: sp.Integer(2)}).sectional(0, 1)
    1
    """

    def __init__(self, metric: sp.MatrixBase, coordinates: Sequence[sp.Symbol], at: Point) -> None:
        self.metric = sp.ImmutableMatrix(metric)
        self.coordinates = tuple(coordinates)
        self.at = dict(at)
        self._first: dict[tuple[int, int, int], sp.Expr] = {}

    def _here(self, expr: sp.Expr) -> sp.Expr:
        return sp.simplify(expr.subs(self.at))

    @cached_property
    def g(self) -> sp.ImmutableMatrix:
        """The metric at the point."""
        return self.metric.applyfunc(self._here)

    @cached_property
    def inverse(self) -> sp.ImmutableMatrix:
        """g^{pq} at the point."""
        return self.g.inv()

    def slope(self, i: int, j: int, c: int) -> sp.Expr:
        """d g_ij / d x_c at the point."""
        key = (min(i, j), max(i, j), c)
        if key not in self._first:
            self._first[key] = self._here(self.metric[key[0], key[1]].diff(self.coordinates[c]))
        return self._first[key]

    def christoffel(self, i: int, j: int, l: int) -> sp.Expr:  # noqa: E741
        """Gamma_{l,ij} = (d_i g_jl + d_j g_il - d_l g_ij) / 2, of the first kind."""
        return (self.slope(j, l, i) + self.slope(i, l, j) - self.slope(i, j, l)) / 2

    def riemann(self, i: int, j: int, k: int, l: int) -> sp.Expr:  # noqa: E741
        """R_ijkl from second derivatives of the metric and Christoffel symbols, for any metric.

        R_ijkl = (g_il,jk + g_jk,il - g_ik,jl - g_jl,ik) / 2
                 + g^{pq} (Gamma_{p,il} Gamma_{q,jk} - Gamma_{p,ik} Gamma_{q,jl}).
        """
        second = (
            self._second(i, l, j, k)
            + self._second(j, k, i, l)
            - self._second(i, k, j, l)
            - self._second(j, l, i, k)
        ) / 2
        n = len(self.coordinates)
        quadratic = sum(
            self.inverse[p, q]
            * (
                self.christoffel(i, l, p) * self.christoffel(j, k, q)
                - self.christoffel(i, k, p) * self.christoffel(j, l, q)
            )
            for p in range(n)
            for q in range(n)
            if self.inverse[p, q] != 0
        )
        return sp.simplify(second + quadratic)

    def _second(self, i: int, j: int, a: int, b: int) -> sp.Expr:
        first, then = self.coordinates[a], self.coordinates[b]
        return self._here(self.metric[i, j].diff(first, then))

    def cubic(self, i: int, j: int, k: int, l: int, factor: sp.Expr = QUARTER) -> sp.Expr:  # noqa: E741
        """R_ijkl of a Hessian metric from third derivatives alone; `factor` is 1/4."""
        n = len(self.coordinates)
        return sp.simplify(
            factor
            * sum(
                self.inverse[p, q]
                * (
                    self.slope(i, l, p) * self.slope(j, k, q)
                    - self.slope(i, k, p) * self.slope(j, l, q)
                )
                for p in range(n)
                for q in range(n)
                if self.inverse[p, q] != 0
            )
        )

    def area(self, i: int, j: int) -> sp.Expr:
        """g_ii g_jj - g_ij^2, squared area of the coordinate plane."""
        return sp.simplify(self.g[i, i] * self.g[j, j] - self.g[i, j] ** 2)

    def sectional(self, i: int, j: int) -> sp.Expr:
        """K of the plane of two coordinates, by `riemann`."""
        return sp.simplify(self.riemann(i, j, i, j) / self.area(i, j))

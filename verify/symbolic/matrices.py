"""Matrices of symbolic size in the paper's notation, over the calculus of indexed sums.

A matrix is the function of its entries, so that ``(J + E).T @ H @ (J + E) - J.T @ H @ J`` is an
expression in `verify.symbolic.indexed` for all k and d, and prints as it is written. A vector is a
matrix with one column; a 1 x 1 product is a number, `Matrix.scalar`. The bound of the norm that the
triangle inequality and submultiplicativity give is made with the expression, so that no term of it
can be left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from verify.symbolic.indexed import readable, total

Entry = Callable[[sp.Expr, sp.Expr], sp.Expr]

SUM, PRODUCT, ATOM = range(3)
"""How tightly a printed matrix binds."""


@dataclass(frozen=True)
class Matrix:
    """A matrix of symbolic shape.

    Attributes:
        rows, columns: its shape; one column makes a vector.
        entry: the entry at a row and a column, each from 1.
        latex: as it prints.
        norm: an upper bound of the spectral norm: sums of products of the letters' norms.
        binds: `SUM`, `PRODUCT` or `ATOM`.
        symmetric: indexed bases in it that are symmetric, which an equality may use.
    """

    rows: sp.Expr
    columns: sp.Expr
    entry: Entry
    latex: str
    norm: sp.Expr
    binds: int = ATOM
    symmetric: frozenset[sp.IndexedBase] = frozenset()

    @property
    def T(self) -> Matrix:
        """The transpose."""
        return Matrix(
            self.columns,
            self.rows,
            lambda a, b: self.entry(b, a),
            f"{self._bound(ATOM)}^T",
            self.norm,
            ATOM if self.binds == ATOM else PRODUCT,
            self.symmetric,
        )

    def __matmul__(self, other: Matrix) -> Matrix:
        """The product.

        Raises:
            ValueError: if the shapes do not fit.
        """
        if self.columns != other.rows:
            raise ValueError(
                f"expected {self.columns} rows to multiply {self.latex} by, got {other.latex} with {other.rows}"
            )

        def entry(a: sp.Expr, b: sp.Expr) -> sp.Expr:
            if self.columns == 1:
                return self.entry(a, sp.S.One) * other.entry(sp.S.One, b)
            return total(lambda i: self.entry(a, i) * other.entry(i, b), self.columns)

        return Matrix(
            self.rows,
            other.columns,
            entry,
            f"{self._bound(PRODUCT)} {other._bound(PRODUCT)}",
            self.norm * other.norm,
            PRODUCT,
            self.symmetric | other.symmetric,
        )

    def __add__(self, other: Matrix) -> Matrix:
        """The sum."""
        return self._summed(other, "+")

    def __sub__(self, other: Matrix) -> Matrix:
        """The difference."""
        return self._summed(other, "-")

    def __neg__(self) -> Matrix:
        """The matrix with opposite entries."""
        return -1 * self

    def __rmul__(self, factor: sp.Expr | int) -> Matrix:
        """A number times the matrix."""
        number = sp.sympify(factor)
        if number == 1:
            return self
        text = sp.latex(readable(number))
        written = (
            "-" if number == -1 else f"\\left({text}\\right) " if number.is_Add else f"{text} "
        )
        return Matrix(
            self.rows,
            self.columns,
            lambda a, b: number * self.entry(a, b),
            f"{written}{self._bound(PRODUCT)}" if number else "0",
            sp.Abs(number) * self.norm,
            PRODUCT if not written.startswith("-") else SUM,
            self.symmetric,
        )

    @property
    def scalar(self) -> sp.Expr:
        """The only entry of a 1 x 1 matrix.

        Raises:
            ValueError: if it has more.
        """
        if (self.rows, self.columns) != (1, 1):
            raise ValueError(f"expected a 1 x 1 matrix, got {self.latex} of {self.shape}")
        return self.entry(sp.S.One, sp.S.One)

    @property
    def trace(self) -> sp.Expr:
        """The sum of the diagonal."""
        return total(lambda i: self.entry(i, i), self.rows)

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """Rows and columns."""
        return (self.rows, self.columns)

    def _summed(self, other: Matrix, sign: str) -> Matrix:
        if self.shape != other.shape:
            raise ValueError(
                f"expected {self.latex} and {other.latex} to have one shape, got {self.shape} and {other.shape}"
            )
        factor = 1 if sign == "+" else -1
        right = (
            other.latex
            if sign == "+" and not other.latex.startswith("-")
            else other._bound(PRODUCT)
        )
        return Matrix(
            self.rows,
            self.columns,
            lambda a, b: self.entry(a, b) + factor * other.entry(a, b),
            f"{self.latex} {sign} {right}",
            self.norm + other.norm,
            SUM,
            self.symmetric | other.symmetric,
        )

    def _bound(self, least: int) -> str:
        """As it prints where nothing looser than `least` may stand bare."""
        return self.latex if self.binds >= least else rf"\left({self.latex}\right)"


def matrix(name: str, rows: sp.Expr, columns: sp.Expr, *, symmetric: bool = False) -> Matrix:
    """A matrix with a name, LaTeX, and free entries.

    Raises:
        ValueError: if it is to be symmetric and is not square.
    """
    if symmetric and rows != columns:
        raise ValueError(f"expected a square matrix to be symmetric, got {rows} x {columns}")
    base = sp.IndexedBase(name)
    held = frozenset({base}) if symmetric else frozenset()
    size = norm(name)
    return Matrix(
        sp.sympify(rows), sp.sympify(columns), lambda a, b: base[a, b], name, size, ATOM, held
    )


def norm(name: str) -> sp.Symbol:
    """The norm of a letter, as it prints: ``|J|``."""
    return sp.Symbol(f"|{name}|", nonnegative=True)


def vector(name: str, size: sp.Expr) -> Matrix:
    """A column with a name, LaTeX, and free entries."""
    base = sp.IndexedBase(name)
    return Matrix(sp.sympify(size), sp.S.One, lambda a, _: base[a], name, norm(name))


def zero(rows: sp.Expr, columns: sp.Expr = sp.S.One) -> Matrix:
    """The zero matrix, by default a column."""
    return Matrix(sp.sympify(rows), columns, lambda a, b: sp.S.Zero, "0", sp.S.Zero)


def identity(size: sp.Expr) -> Matrix:
    """The identity I."""
    return Matrix(sp.sympify(size), sp.sympify(size), sp.KroneckerDelta, "I", sp.S.One)


def diagonal(entries: Matrix) -> Matrix:
    """diag(v) of a vector v."""
    return Matrix(
        entries.rows,
        entries.rows,
        lambda a, b: sp.KroneckerDelta(a, b) * entries.entry(a, sp.S.One),
        rf"\operatorname{{diag}}({entries.latex})",
        entries.norm,
    )


@dataclass(frozen=True)
class Forms:
    """k symmetric bilinear forms on R^d, such as D^2 h for a head h: R^d -> R^k.

    Attributes:
        count, size: k and d.
        entry: entry (a, b) of form i.
        latex: as they print.
        norm: an upper bound of sup |B[v, v]| over unit v.
        binds: `SUM` or `ATOM`.
    """

    count: sp.Expr
    size: sp.Expr
    entry: Callable[[sp.Expr, sp.Expr, sp.Expr], sp.Expr]
    latex: str
    norm: sp.Expr
    binds: int = ATOM

    def __add__(self, other: Forms) -> Forms:
        """The sum, form by form."""
        return self._summed(other, 1)

    def __sub__(self, other: Forms) -> Forms:
        """The difference, form by form."""
        return self._summed(other, -1)

    def _summed(self, other: Forms, factor: int) -> Forms:
        right = other.latex if other.binds == ATOM else rf"\left({other.latex}\right)"
        return Forms(
            self.count,
            self.size,
            lambda i, a, b: self.entry(i, a, b) + factor * other.entry(i, a, b),
            f"{self.latex} {'+' if factor == 1 else '-'} {right}",
            self.norm + other.norm,
            SUM,
        )


def forms(name: str, count: sp.Expr, size: sp.Expr) -> Forms:
    """Symmetric bilinear forms with a name, LaTeX, and free entries."""
    base = sp.IndexedBase(name)
    return Forms(
        sp.sympify(count), sp.sympify(size), lambda i, a, b: base[i, a, b], name, norm(name)
    )


def contract(vector: Matrix, forms: Forms) -> Matrix:
    """sum_i r_i B_i for r in R^k, of norm at most |r| |B| by Cauchy-Schwarz."""
    right = forms.latex if forms.binds == ATOM else rf"\left({forms.latex}\right)"
    return Matrix(
        forms.size,
        forms.size,
        lambda a, b: total(lambda i: vector.entry(i, sp.S.One) * forms.entry(i, a, b), forms.count),
        rf"{vector._bound(PRODUCT)} \cdot {right}",
        vector.norm * forms.norm,
        SUM,
        vector.symmetric,
    )

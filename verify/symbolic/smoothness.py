"""Decide that an expression is real-analytic near a point, from the functions it is built of."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

ENTIRE = (sp.exp, sp.sin, sp.cos, sp.erf, sp.tanh, sp.sinh, sp.cosh, sp.atan)
"""Functions that are real-analytic on the whole line."""


def is_analytic_at(expr: sp.Expr, point: Mapping[sp.Symbol, sp.Expr]) -> bool:
    """Whether `expr` is real-analytic in a neighbourhood of `point`; False where undecided.

    Sums, products and compositions of analytic functions are analytic; a power needs a positive
    base (or a non-zero one for negative integer exponents), a logarithm a positive argument.
    Anything else (`Abs`, `Max`, `Piecewise`, an undefined function) counts as not analytic.
    """
    if expr.is_number or expr.is_Symbol:
        return True
    if expr.is_Pow:
        base = expr.base.subs(point)
        if expr.exp.is_Integer:
            allowed = expr.exp >= 0 or bool(base.is_nonzero)
        else:
            allowed = bool(expr.exp.is_number and base.is_positive)
    elif isinstance(expr, sp.log):
        allowed = bool(expr.args[0].subs(point).is_positive)
    else:
        allowed = expr.is_Add or expr.is_Mul or isinstance(expr, ENTIRE)
    return bool(allowed) and all(is_analytic_at(arg, point) for arg in expr.args)

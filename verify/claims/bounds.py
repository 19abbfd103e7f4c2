"""Bounds as hypotheses of a derivation, and inequalities decided by the signs of symbols.

A bound |x| <= X enters as X = |x| + s with a slack s >= 0, so that an inequality between bounds
becomes an expression in nonnegative symbols whose terms are nonnegative one by one.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from verify.claims.derivation import Proof, expression
from verify.claims.statement import Formula
from verify.symbolic.matrices import Matrix


def formula(side: sp.Expr | Matrix, latex: str = "") -> Formula:
    """An expression that a text states, in LaTeX if it does not print there as SymPy would print it."""
    return Formula(latex=latex or sp.latex(side), expression=expression(side))


def bounded(proof: Proof, name: str, bound: str, norm: str, text: str) -> tuple[sp.Expr, sp.Expr]:
    """Declare the hypothesis norm <= bound of the statement.

    Args:
        proof: the derivation.
        name: the hypothesis's id in the statement.
        bound: the bound's name, LaTeX.
        norm: the bounded quantity's name, LaTeX.
        text: what the bound says.

    Returns:
        The norm and the bound, which is the norm and a nonnegative slack; if the hypothesis is
        withdrawn, the slack has no known sign.
    """
    over = f"s_{{{bound}}}"
    assumed = proof.given(name, f"{text}: ${bound} = {norm} + {over}$ with ${over} \\geq 0$")
    below = sp.Symbol(norm, nonnegative=True)
    return below, below + slack(over, assumed)


def slack(name: str, assumed: bool, *, strict: bool = False) -> sp.Symbol:
    """A nonnegative (strictly: positive) symbol, or one of unknown sign if it is not assumed."""
    if not assumed:
        return sp.Symbol(name, real=True)
    return sp.Symbol(name, positive=True) if strict else sp.Symbol(name, nonnegative=True)


def at_most(
    proof: Proof,
    text: str,
    lower: sp.Expr,
    upper: sp.Expr,
    *,
    strict: bool = False,
    equal_at: Mapping[sp.Symbol, sp.Expr | int] | None = None,
) -> None:
    """State lower <= upper (strictly: <), decided from the difference as one reduced fraction.

    It stays open where a side divides by what is not known to be other than 0.

    Args:
        proof: the derivation.
        text: the step in words.
        lower: the left side.
        upper: the right side.
        strict: whether it is <.
        equal_at: values at which the two sides are the same, mostly slacks that are 0, so that
            the bound is not a looser one; without it no such place is asserted.
    """
    gap = _reduced(upper - lower)
    relation = sp.Gt if strict else sp.Ge
    proof.fact(
        text,
        relation(gap, 0, evaluate=False),
        equal_at=equal_at,
        reduced_from=map(sp.sympify, (lower, upper)),
    )


def _reduced(expr: sp.Expr) -> sp.Expr:
    """As one fraction, expanded above and below."""
    top, bottom = (sp.expand(part) for part in sp.fraction(sp.cancel(sp.together(expr))))
    return top / bottom


class Bounds:
    """The letters of a bound, each with the hypothesis that some quantity is at most it.

    A bound is then one expression in its letters, which is printed, and decided for quantities that
    are the letters less their slack.
    """

    def __init__(self, proof: Proof) -> None:
        self.proof = proof
        self._values: dict[sp.Symbol, sp.Expr] = {}

    def assume(self, hypothesis: str, letter: sp.Symbol, quantity: sp.Symbol, text: str) -> None:
        """Declare the statement's hypothesis that a quantity is at most a letter."""
        _, self._values[letter] = bounded(
            self.proof, hypothesis, sp.latex(letter), quantity.name, text
        )

    def at_most(self, text: str, lower: sp.Expr, upper: sp.Expr) -> None:
        """State lower <= upper, an expression in the letters; what is assumed of them decides it."""
        self.proof.fact(text, sp.Le(lower, upper, evaluate=False), at=self._values)

"""Inequalities by signs of symbols: true ones close, false ones and withdrawn ones do not."""

from __future__ import annotations

import pytest
import sympy as sp

from verify.claims.bounds import Bounds, at_most, bounded, slack
from verify.claims.derivation import Proof

x = sp.Symbol("x", positive=True)
y = sp.Symbol("y", nonnegative=True)


@pytest.mark.parametrize(
    ("lower", "upper", "strict", "holds"),
    [
        (y, x + y, True, True),
        (x, x + y, False, True),
        (x, x + y, True, False),
        (x + y, x, False, False),
        (x / (x + y), sp.S.One, False, True),
        (sp.S.One, x / (x + y), False, False),
        (2 * x * y, x**2 + y**2, False, False),  # true, but not term by term
    ],
)
def test_at_most(lower: sp.Expr, upper: sp.Expr, strict: bool, holds: bool) -> None:
    proof = Proof()
    at_most(proof, "step", lower, upper, strict=strict)
    assert proof.closed is holds


@pytest.mark.parametrize("withdrawn", [False, True])
def test_bounded(withdrawn: bool) -> None:
    proof = Proof(withdrawn=frozenset({"size"} if withdrawn else ()))
    norm, bound = bounded(proof, "size", "X", "|x|", "a bound")
    at_most(proof, "step", norm**2, bound**2)
    assert proof.closed is not withdrawn
    assert [premise.by for premise in proof.premises.values()] == ["statement"]


def test_slack_signs() -> None:
    assert slack("s", True).is_nonnegative
    assert slack("s", True, strict=True).is_positive
    assert slack("s", False).is_nonnegative is None


def test_a_bound_is_the_same_where_it_is_said_to_be():
    x, s = sp.symbols("x s", nonnegative=True)
    proof = Proof()
    at_most(proof, "attained", x, x + s, equal_at={s: 0})
    at_most(proof, "twice as large", x, 2 * (x + s), equal_at={s: 0})
    assert [step.closed for step in proof.steps] == [True, False]


@pytest.mark.parametrize(("factor", "holds"), [(2, True), (1, True), (sp.Rational(1, 2), False)])
def test_bounds_in_letters(factor: sp.Expr, holds: bool) -> None:
    """|x| <= X gives |x|^2 <= factor X^2 for the factors that are at least 1."""
    proof = Proof()
    letters, letter, size = Bounds(proof), sp.Symbol("X", positive=True), sp.Symbol("|x|")
    letters.assume("size", letter, size, "a bound")
    letters.at_most("step", sp.Symbol("|x|", nonnegative=True) ** 2, factor * letter**2)
    assert proof.closed is holds

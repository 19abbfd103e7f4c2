"""The derivations: steps that an exact zero test or the signs of symbols close."""

from __future__ import annotations

import sympy as sp

from theorems.template.statement import SQUARE, X
from verify.claims.bounds import slack
from verify.claims.derivation import Proof


def repaired(proof: Proof) -> None:
    """x <= x^2 for x >= 1."""
    assumed = proof.given("above-one", r"$x = 1 + s$ with $s \geq 0$")
    s = slack("s", assumed)
    proof.fact(
        "$x^2 - x = s + s^2$ has nonnegative coefficients",
        sp.Le(X, SQUARE, evaluate=False),
        at={X: 1 + s},
        equal_at={s: 0},
    )

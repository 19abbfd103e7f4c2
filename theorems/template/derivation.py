"""The derivations: steps that an exact zero test or the signs of symbols close."""

from __future__ import annotations

from verify.claims.bounds import at_most, slack
from verify.claims.derivation import Proof


def repaired(proof: Proof) -> None:
    """x <= x^2 for x >= 1."""
    assumed = proof.given("above-one", r"$x = 1 + s$ with $s \geq 0$")
    x = 1 + slack("s", assumed)
    at_most(proof, "$x^2 - x = s + s^2$ has nonnegative coefficients", x, x**2)

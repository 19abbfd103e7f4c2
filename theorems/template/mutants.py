"""False variants of the claims, which the same search must refute."""

from __future__ import annotations

from fractions import Fraction

from theorems.template.properties import BELOW_ITS_SQUARE, Point

MUTANTS = {
    "half": BELOW_ITS_SQUARE.mutant(
        r"$2x \leq x^2$ for $x \geq 1$", supplied=(Point(Fraction(1)),), factor=2
    )
}

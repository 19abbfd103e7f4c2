"""Counterexamples in exact arithmetic, and the points at which they may refute nothing."""

from __future__ import annotations

from fractions import Fraction

from theorems.template.properties import Point
from theorems.template.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.controls import ByConstruction
from verify.claims.counterexample import counterexample
from verify.claims.describe import describe
from verify.claims.evidence import Finding

HALF = Point(Fraction(1, 2))

VIOLATIONS = {"real": ByConstruction("every point is a fraction")}
"""By hypothesis of the refuted reading, a point that violates it alone."""

MILD = Point(Fraction(2))
"""Hypotheses and conclusion hold here."""


def above_its_square(point: Point, reading: str, ctx: Context) -> Finding:
    """A number above its square."""
    square = point.x**2
    return counterexample(
        STATEMENT,
        reading,
        describe(point),
        {"real": ("it is a fraction", True)},
        (f"$x^2 = {square}$", point.x <= square),
        f"{point.x} is above its square {square}.",
    )

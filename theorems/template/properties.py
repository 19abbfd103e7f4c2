"""The claims on random cases.

Oracle. Fractions are compared exactly, which shares no code with the derivation.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, NamedTuple

from hypothesis import strategies as st

from verify.claims.check import Arithmetic
from verify.claims.property import Claim


class Point(NamedTuple):
    """A number."""

    x: Annotated[Fraction, "$x$"]


def points() -> st.SearchStrategy[Point]:
    """Fractions from 1 to 8 with a small denominator."""
    return st.builds(Point, st.fractions(1, 8, max_denominator=8))


def ratio(case: Point, factor: int = 1) -> float:
    """Factor x over x^2; it is at most 1 where the claim holds."""
    return float(factor * case.x / case.x**2)


BELOW_ITS_SQUARE = Claim(r"$x \leq x^2$ for $x \geq 1$", points, ratio, arithmetic=Arithmetic.EXACT)

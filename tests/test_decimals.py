"""Displayed bounds are no stronger than they are. Oracle: exact fractions of the printed decimals."""

from __future__ import annotations

import math
import sys
from decimal import Decimal
from fractions import Fraction

import pytest

from verify.numeric.decimals import interval, rounded_down, rounded_up

EXTREME = [5e-324, -5e-324, 7 * 5e-324, 1.2345e-320, sys.float_info.min, sys.float_info.max]
"""Where the nearest float of a decimal lies on the wrong side of it, and two that are next to those."""


@pytest.mark.parametrize(
    "value", [math.exp(0.03 * math.sqrt(2)), 0.1, 1 / 3, -2 / 3, 12345.6, 1e-7, *EXTREME]
)
@pytest.mark.parametrize("digits", [1, 2, 4])
def test_decimals_lie_on_the_side_that_they_say_within_a_unit_of_the_last_digit(value, digits):
    low, high = (Fraction(r(value, digits)) for r in (rounded_down, rounded_up))
    unit = Fraction(10) ** (Decimal(value).adjusted() - digits + 1)
    assert low <= Fraction(value) <= high
    assert high - low <= unit


def test_a_bound_is_not_rounded_to_the_nearest_decimal():
    bound = math.exp(0.03 * math.sqrt(2))  # 1.04334, which 1.043 is below
    assert (rounded_down(bound), rounded_up(bound)) == ("1.043", "1.044")
    assert interval(-bound, bound) == "[-1.044, 1.044]"
    assert (rounded_up(1.5), rounded_up(math.inf)) == ("1.5", "inf")
    assert (rounded_down(0.0), rounded_up(math.nan)) == ("0", "nan")

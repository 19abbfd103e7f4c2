"""Displayed bounds are no stronger than they are. Oracle: exact fractions of the printed decimals."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from verify.numeric.decimals import interval, rounded_down, rounded_up


@pytest.mark.parametrize(
    "value", [math.exp(0.03 * math.sqrt(2)), 0.1, 1 / 3, -2 / 3, 12345.6, 1e-7]
)
@pytest.mark.parametrize("digits", [1, 2, 4])
def test_decimals_lie_on_the_side_that_they_say_within_a_unit_of_the_last_digit(value, digits):
    low, high = (Fraction(r(value, digits)) for r in (rounded_down, rounded_up))
    unit = Fraction(10) ** (math.floor(math.log10(abs(value))) - digits + 1)
    assert low <= Fraction(value) <= high
    assert high - low <= unit


def test_a_bound_is_not_rounded_to_the_nearest_decimal():
    bound = math.exp(0.03 * math.sqrt(2))  # 1.04334, which 1.043 is below
    assert (rounded_down(bound), rounded_up(bound)) == ("1.043", "1.044")
    assert interval(-bound, bound) == "[-1.044, 1.044]"
    assert (rounded_up(1.5), rounded_up(math.inf)) == ("1.5", "inf")

"""Decimals that bound a number from above or below, so that no bound that is displayed is stronger than it is."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal


def rounded_up(value: float, digits: int = 4) -> str:
    """The least decimal of so many significant digits that is not below a float."""
    return _decimal(value, digits, ROUND_CEILING)


def rounded_down(value: float, digits: int = 4) -> str:
    """The largest decimal of so many significant digits that is not above a float."""
    return _decimal(value, digits, ROUND_FLOOR)


def interval(low: float, high: float) -> str:
    """An interval of decimals that contains [low, high], four significant digits."""
    return f"[{rounded_down(low)}, {rounded_up(high)}]"


def _decimal(value: float, digits: int, rounding: str) -> str:
    """A float as a decimal, rounded as decimals are, without an error in between."""
    rounded = Context(prec=digits, rounding=rounding).create_decimal(Decimal(value))
    text = f"{float(rounded):.{digits}g}"
    # Below the smallest normal number the nearest float may lie on the other side, and above the largest there is none.
    return text if Decimal(text) == rounded or rounded.is_nan() else f"{rounded:e}"

"""The rate at which a condition number may grow behind the trinomial loss: derived, sampled, measured and printed from here."""

from __future__ import annotations

import math

import sympy as sp

RATE = sp.sqrt(2)
"""Largest gap of the categories 0, e_1, e_2 along w, over |w|: e_1 - e_2 has length sqrt(2)."""


def growth(distance: float, rate: float = float(RATE)) -> float:
    """Bound of kappa at u' over kappa at u, |u' - u| = `distance`."""
    return math.exp(rate * distance)

"""The bounds of 5.2, each one function of its letters: derived, sampled, measured and printed from here."""

from __future__ import annotations

import math
import re
from typing import Any

import sympy as sp

from verify.claims.bounds import formula


def ends_apart(delta: Any, ell: Any) -> Any:
    """How far apart a curve of length l, on which |J tau| <= delta, is mapped at most."""
    return delta * ell


def closed_diameter(delta: Any, ell: Any) -> Any:
    """The diameter of the image of such a closed curve."""
    return delta * ell / 2


def slope_variance(delta: Any, ell: Any) -> Any:
    """The variance of h under uniform arclength."""
    return delta**2 * ell**2 / 12


def poincare(ell: Any, energy: Any, closed: bool, pi: Any = math.pi) -> Any:
    """The same, by the mean of |J tau|^2, its energy."""
    return (ell / ((2 if closed else 1) * pi)) ** 2 * energy


def landau(diameter: Any, bend: Any, ell: Any) -> Any:
    """The slope of a curve whose image has this diameter, and |(h gamma)''| <= bend."""
    return diameter / ell + bend * ell / 2


def remainder(slope: Any, bend: Any, third: Any, fourth: Any) -> Any:
    """What E|h(T z) - h(z)|^2 lacks of E|J P eta|^2, by moments of |eta|."""
    return slope * bend * third + bend**2 * fourth / 4


def printed(bound: sp.Expr) -> str:
    """A bound in LaTeX, on one line."""
    text = re.sub(r"\^\{(\w)\}", r"^\1", sp.latex(bound, fold_short_frac=True, order="rev-lex"))
    return re.sub(r"(\d) (?=\\pi)", r"\1", text)


DELTA, ELL = sp.symbols("delta ell", positive=True)
D, B = sp.symbols("D B", nonnegative=True)
ENDS, DIAMETER, VARIANCE = (
    printed(bound(DELTA, ELL)) for bound in (ends_apart, closed_diameter, slope_variance)
)
OPEN, CLOSED = (
    f"({printed(sp.sqrt(poincare(ELL, 1, closed, sp.pi)))})^2" for closed in (False, True)
)
LANDAU = printed(landau(D, B, ELL))
REMAINDER = printed(remainder(sp.Symbol(r"|\varphi'(0)|"), B, *sp.symbols(r"E\eta^3 E\eta^4")))
CONCLUDES = {
    "spread": (
        formula(ends_apart(DELTA, ELL), ENDS),
        formula(closed_diameter(DELTA, ELL), DIAMETER),
        formula(slope_variance(DELTA, ELL), VARIANCE),
    ),
    "small": (formula(landau(D, B, ELL), LANDAU),),
}
"""By part, what its derivations end in."""

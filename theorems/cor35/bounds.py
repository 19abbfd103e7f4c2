"""The thresholds and bounds of 3.5, each one function of its letters: derived, sampled, measured and printed from here."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import sympy as sp

from verify.claims.bounds import formula


class Letters(NamedTuple):
    """What the thresholds depend on; numbers or symbols."""

    lam: Any  # the least eigenvalue of J_*^T H J_*
    L: Any  # |J_*|
    M: Any  # |H|


def root(x: Any) -> Any:
    """The square root of a number or expression."""
    return sp.sqrt(x) if isinstance(x, sp.Basic) else math.sqrt(x)


def half_sine(q: Any) -> Any:
    """sin(arcsin(q) / 2)."""
    kit = sp if isinstance(q, sp.Basic) else math
    return kit.sin(kit.asin(q) / 2)


def share(x: Letters) -> Any:
    """q = lambda / (M L^2), at most 1."""
    return x.lam / (x.M * x.L**2)


def published(x: Letters) -> Any:
    """The published threshold."""
    return x.lam / (2 * x.L * x.M)


def sharp(x: Letters, sine: Any = None) -> Any:
    """eps*; `sine` stands for sin(a / 2) with sin a = q."""
    if sine is None:
        q = share(x)
        sine = half_sine(q if isinstance(q, sp.Basic) else min(1.0, q))
    return x.L * sine


def convex(x: Letters) -> Any:
    """The threshold for a positive semidefinite H."""
    return root(x.lam / x.M)


def least(root_lam: Any, moved: Any) -> Any:
    """Of the least eigenvalue for H >= 0; `moved` is sqrt(M) |E|."""
    return (root_lam - moved) ** 2


def largest(root_top: Any, moved: Any) -> Any:
    """Of the largest eigenvalue for H >= 0."""
    return (root_top + moved) ** 2


def condition_convex(root_kappa: Any, tau: Any) -> Any:
    """Of the condition number for H >= 0 at |E| = tau sqrt(lambda / M)."""
    return ((root_kappa + tau) / (1 - tau)) ** 2


def kept(root_goal: Any, root_kappa: Any) -> Any:
    """The tau up to which `condition_convex` is at most the goal."""
    return (root_goal - root_kappa) / (root_goal + 1)


def condition_below(root_kappa: Any) -> Any:
    """Of the condition number for H >= 0 below the published threshold."""
    return ((2 * root_kappa**2 + 1) / (2 * root_kappa - 1)) ** 2


def weyl(tau: Any, q: Any) -> Any:
    """x: the bound of 3.4 over lambda, at |E| = tau lambda / (2 L M)."""
    return tau + tau**2 * q / 4


def condition(kappa: Any, x: Any) -> Any:
    """Of the condition number for any H."""
    return (kappa + x) / (1 - x)


SYMBOLS = Letters(*sp.symbols("lambda L M", positive=True))
E, TOP, KAPPA, TAU, Q, X, GOAL = sp.symbols(r"|E| Lambda kappa tau q x K", positive=True)
_MOVED, _ROOT, _GOAL = sp.sqrt(SYMBOLS.M) * E, sp.sqrt(KAPPA), sp.sqrt(GOAL)


CONVEX_LEAST, CONVEX_LARGEST = least(sp.sqrt(SYMBOLS.lam), _MOVED), largest(sp.sqrt(TOP), _MOVED)
CONVEX_CONDITION = condition_convex(_ROOT, TAU)
"""The three bounds for H >= 0, in the letters of the statement."""


def _latex(expr: sp.Expr) -> str:
    return str(sp.latex(expr, inv_trig_style="full", fold_short_frac=True))


PUBLISHED, SHARP, CONVEX = map(
    _latex, (published(SYMBOLS), sharp(SYMBOLS, half_sine(Q)), convex(SYMBOLS))
)
LEAST, LARGEST, CONDITION_CONVEX = map(_latex, (CONVEX_LEAST, CONVEX_LARGEST, CONVEX_CONDITION))
KEPT = _latex(kept(_GOAL, _ROOT))
CONDITION_BELOW, WEYL = _latex(condition_below(_ROOT)), _latex(weyl(TAU, Q))
CONDITION = _latex(condition(KAPPA, X))

CONCLUDES = {
    "published": (formula(published(SYMBOLS), PUBLISHED),),
    "sharp": (formula(sharp(SYMBOLS, half_sine(Q)), SHARP),),
    "psd": (
        formula(CONVEX_LEAST, LEAST),
        formula(CONVEX_LARGEST, LARGEST),
        formula(CONVEX_CONDITION, CONDITION_CONVEX),
    ),
    "below": (formula(condition_below(_ROOT), CONDITION_BELOW), formula(9 * KAPPA, r"9\kappa")),
    "indefinite": (formula(condition(KAPPA, X), CONDITION),),
}
"""By part, what its derivations end in."""

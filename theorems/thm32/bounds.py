"""The bounds of 3.2, each one function of its letters: derived, sampled, measured, tried and printed from here."""

from __future__ import annotations

from typing import Any

import sympy as sp


def oscillation(c: Any, epsilon: Any, length: Any) -> Any:
    """What the loss has to oscillate by if H_eff / c is I within epsilon on a segment of this length."""
    return (1 - epsilon) * c * length**2 / 8


def affine(lipschitz: Any, inverse_root: Any, root_c: Any, radius: Any) -> Any:
    """Of |H_eff / c - I| for an affine head; `inverse_root` is lambda_s^(-1/2)."""
    return lipschitz * inverse_root**3 * root_c * radius


def arc(epsilon: Any, radius: Any) -> Any:
    """How long a circular arc of this radius is at most that the head's own gradient flow runs through."""
    return epsilon * radius / (1 - epsilon)


_C, _EPSILON, _LENGTH, _LIPSCHITZ, _RADIUS = sp.symbols("c epsilon l T R", positive=True)
_LEAST = sp.Symbol(r"\lambda_s", positive=True)
OSCILLATION = str(sp.latex(oscillation(_C, _EPSILON, _LENGTH)))
ARC = str(sp.latex(arc(_EPSILON, _RADIUS)))
AFFINE = str(sp.latex(affine(_LIPSCHITZ, 1 / sp.sqrt(_LEAST), sp.sqrt(_C), _RADIUS)))

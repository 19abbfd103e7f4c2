"""The bounds of 3.2, each one function of its letters: derived, sampled, measured, tried and printed from here."""

from __future__ import annotations

from typing import Any

import sympy as sp

from verify.claims.bounds import formula


def oscillation(c: Any, epsilon: Any, length: Any) -> Any:
    """What the loss has to oscillate by if H_eff / c is I within epsilon on a segment of this length."""
    return (1 - epsilon) * c * length**2 / 8


def affine(lipschitz: Any, inverse_root: Any, root_c: Any, radius: Any) -> Any:
    """Of |H_eff / c - I| for an affine head; `inverse_root` is lambda_s^(-1/2)."""
    return lipschitz * inverse_root**3 * root_c * radius


def arc(epsilon: Any, radius: Any) -> Any:
    """How long a circular arc of this radius is at most that the head's own gradient flow runs through."""
    return epsilon * radius / (1 - epsilon)


def turning(epsilon: Any, fall: Any) -> Any:
    """The square of the angle by which the flow turns at most while its speed falls by exp(-fall)."""
    return epsilon**2 * fall**2 / (1 - epsilon**2)


C, EPSILON, LENGTH, LIPSCHITZ, RADIUS = sp.symbols("c epsilon l T R", positive=True)
FALL = sp.Symbol("D", positive=True)
LEAST = sp.Symbol(r"\lambda_s", positive=True)
CHANGE = oscillation(C, EPSILON, LENGTH)
DEVIATION = affine(LIPSCHITZ, 1 / sp.sqrt(LEAST), sp.sqrt(C), RADIUS)
TURN = turning(EPSILON, FALL)
"""The bounds in the letters of the statement."""

OSCILLATION = str(sp.latex(CHANGE))
AFFINE = str(
    sp.latex(DEVIATION, fold_frac_powers=True)
)  # beside an index a small fraction would touch it
ARC = str(sp.latex(arc(EPSILON, RADIUS)))
TURNING = str(sp.latex(TURN))
CONCLUDES = {
    "identity": (formula(CHANGE),),
    "affine": (formula(DEVIATION, AFFINE),),
    "flow-varying": (formula(TURN),),
}
"""By part, what its derivations end in."""

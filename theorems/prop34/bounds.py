"""The bounds of 3.4, each one function of its letters: derived, sampled, measured and printed from here."""

from __future__ import annotations

from typing import Any, NamedTuple

import sympy as sp

from verify.claims.bounds import formula


class Letters(NamedTuple):
    """What the bounds depend on, at one point z; numbers or symbols."""

    L: Any  # |J_*|
    M: Any  # |hess loss(h_*)|
    epsilon: Any  # |J_phi - J_*|
    T: Any = 0  # Lipschitz constant of hess loss on [h_*, h_phi]
    R: Any = 0  # |grad loss(h_*)|
    K2: Any = 0  # |D^2 h_*|
    epsilon0: Any = 0  # |h_phi - h_*|
    epsilon2: Any = 0  # |D^2 h_phi - D^2 h_*|


class Weights(NamedTuple):
    """Factors on what the bounds are made of; each other than 1 makes a false variant."""

    cross: float = 1  # 2 L M eps
    square: float = 1  # M eps^2
    jump: float = 1  # T eps0 (L + eps)^2
    residual: float = 1  # R eps2
    value: float = 1  # M eps0 in the change of the gradient
    taylor: float = 1  # T eps0^2 / 2 in it
    curved: float = 1  # eps2 in K2 + eps2


EXACT = Weights()


def pullback_terms(x: Letters, w: Weights = EXACT) -> tuple[Any, ...]:
    """2 L M eps and M eps^2, the published bound."""
    return (w.cross * 2 * x.L * x.M * x.epsilon, w.square * x.M * x.epsilon**2)


def gradient_change(x: Letters, w: Weights = EXACT) -> Any:
    """M eps0 + T eps0^2 / 2, which bounds |rho_phi - rho_*|."""
    return w.value * x.M * x.epsilon0 + w.taylor * x.T * x.epsilon0**2 / 2


def star_terms(x: Letters, w: Weights = EXACT, gradient: Any = None) -> tuple[Any, ...]:
    """The five terms of (star), in order; `gradient` takes the place of `gradient_change`."""
    change = gradient_change(x, w) if gradient is None else gradient
    return (
        *pullback_terms(x, w),
        w.jump * x.T * x.epsilon0 * (x.L + x.epsilon) ** 2,
        w.residual * x.R * x.epsilon2,
        change * (x.K2 + w.curved * x.epsilon2),
    )


SYMBOLS = Letters(*sp.symbols("L M epsilon T R K_2 epsilon_0 epsilon_2", nonnegative=True))
TERMS = tuple(f"${sp.latex(term)}$" for term in star_terms(SYMBOLS))
"""The five terms as they print."""

PULLBACK = " + ".join(map(sp.latex, pullback_terms(SYMBOLS)))
STAR = " + ".join(map(sp.latex, star_terms(SYMBOLS)))
GRADIENT = sp.latex(gradient_change(SYMBOLS))
CONCLUDES = {
    "pullback": (formula(sp.Add(*pullback_terms(SYMBOLS)), PULLBACK),),
    "star": (
        formula(sp.Add(*star_terms(SYMBOLS)), STAR),
        formula(sp.Symbol("M'") * SYMBOLS.epsilon0, r"M'\epsilon_0"),
    ),
}
"""By part, what its derivations end in."""

"""Counterexamples to 3.4 for more than the Gauss-Newton term, in exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp

from theorems.prop34.bounds import Letters, pullback_terms
from theorems.prop34.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.counterexample import Value, counterexample
from verify.claims.evidence import Finding

u, z = sp.symbols("u z", real=True)


@dataclass(frozen=True)
class Pair:
    """Two heads under one loss at z = 0, d = k = 1, with the constants of the bound.

    Attributes:
        loss: L(u), an expression in `u`.
        target, perturbed: h_*(z) and h_phi(z), expressions in `z`.
        epsilon, bound_l, bound_m: the constants that the hypotheses name.
    """

    loss: sp.Expr
    target: sp.Expr
    perturbed: sp.Expr
    epsilon: sp.Expr
    bound_l: sp.Expr
    bound_m: sp.Expr

    def effective_hessian(self, head: sp.Expr) -> sp.Expr:
        """The second derivative of L(h(z)) at 0."""
        return self.loss.subs(u, head).diff(z, 2).subs(z, 0)

    def gauss_newton(self, head: sp.Expr) -> sp.Expr:
        """J^T H J at 0, with the loss Hessian at the head's own output."""
        return self.loss_hessian(head) * head.diff(z).subs(z, 0) ** 2

    def loss_hessian(self, head: sp.Expr) -> sp.Expr:
        """The second derivative of L at h(0)."""
        return self.loss.diff(u, 2).subs(u, head.subs(z, 0))

    @property
    def bound(self) -> sp.Expr:
        """The published bound."""
        return sp.Add(*pullback_terms(Letters(self.bound_l, self.bound_m, self.epsilon)))


CURVED = Pair(u + u**2 / 2, z + z**2 / 2, z - 3 * z**2 / 2, sp.S.Zero, sp.S.One, sp.S.One)
"""Equal outputs and Jacobians, different second derivatives: H_eff goes from 2 to -2."""

CURVED_TILTED = replace(
    CURVED, perturbed=sp.Rational(11, 10) * z - 3 * z**2 / 2, epsilon=sp.Rational(1, 10)
)
"""The same with a Jacobian error that is not 0."""

SHIFTED = Pair(u**3 / 6, z, z + 1, sp.S.Zero, sp.S.One, sp.S.One)
"""Equal Jacobians, different outputs: the loss Hessian goes from 0 to 1."""

SHIFTED_TILTED = replace(SHIFTED, perturbed=1 + sp.Rational(11, 10) * z, epsilon=sp.Rational(1, 10))
"""The same with a Jacobian error that is not 0."""


NEAR = Pair(4 * u + u**2 / 2, z, z + z**2 / 2, sp.S.One, sp.S.One, sp.S.One)
"""Within 1 of each other up to order 2: H_eff goes from 1 to 5, the loss gradient times that, where 3 is allowed."""


def hypotheses(pair: Pair, reading: str) -> dict[str, Value]:
    """Evaluate every hypothesis of a reading at a pair of heads."""
    evaluate = {
        "A1": _polynomial,
        "jacobian": _jacobian,
        "c2": _c2,
        "L": _bound_l,
        "M": _bound_m,
        "same-output": _same_output,
        "gauss-newton": _straight,
    }
    return {id: evaluate[id](pair) for id in STATEMENT.reading(reading).hypotheses}


def _polynomial(pair: Pair) -> Value:
    smooth = pair.loss.is_polynomial(u) and all(
        head.is_polynomial(z) for head in (pair.target, pair.perturbed)
    )
    return "all three are polynomials" if smooth else "not all three are polynomials", smooth


def _jacobian(pair: Pair) -> Value:
    error = abs((pair.perturbed - pair.target).diff(z).subs(z, 0))
    text = rf"$|J_\phi - J_*| = {sp.latex(error)}$, $\epsilon = {sp.latex(pair.epsilon)}$"
    return text, (pair.epsilon - error).is_nonnegative is True


def _c2(pair: Pair) -> Value:
    gap = pair.perturbed - pair.target
    sizes = [abs(gap.diff(z, order).subs(z, 0)) for order in range(3)]
    text = rf"${', '.join(map(sp.latex, sizes))}$, $\epsilon = {sp.latex(pair.epsilon)}$"
    return text, all((pair.epsilon - size).is_nonnegative is True for size in sizes)


def _bound_l(pair: Pair) -> Value:
    size = abs(pair.target.diff(z).subs(z, 0))
    text = f"$|J_*| = {sp.latex(size)}$, $L = {sp.latex(pair.bound_l)}$"
    return text, (pair.bound_l - size).is_nonnegative is True


def _bound_m(pair: Pair) -> Value:
    sizes = [abs(pair.loss_hessian(head)) for head in (pair.target, pair.perturbed)]
    text = rf"$|\nabla^2 \mathcal{{L}}| = {sp.latex(sizes[0])}$ and ${sp.latex(sizes[1])}$, "
    text += f"$M = {sp.latex(pair.bound_m)}$"
    return text, all((pair.bound_m - size).is_nonnegative is True for size in sizes)


def _same_output(pair: Pair) -> Value:
    values = [head.subs(z, 0) for head in (pair.target, pair.perturbed)]
    return f"$h_* = {values[0]}$, $h_\\phi = {values[1]}$", (values[0] - values[1]).is_zero is True


def _straight(pair: Pair) -> Value:
    seconds = [head.diff(z, 2).subs(z, 0) for head in (pair.target, pair.perturbed)]
    text = f"$h_*'' = {seconds[0]}$, $h_\\phi'' = {seconds[1]}$"
    return text, all(second.is_zero is True for second in seconds)


def bound_is_violated(pair: Pair, reading: str, ctx: Context) -> Finding:
    """The published bound fails at a pair of heads that meets every hypothesis of the reading."""
    own = reading == "own-hessian"
    hessian = pair.gauss_newton if own else pair.effective_hessian
    at_target, at_perturbed = hessian(pair.target), hessian(pair.perturbed)
    gap = abs(at_perturbed - at_target)
    what = "J^T H J" if own else r"H_{\mathrm{eff}}"
    shown = rf"${what}$ goes from ${sp.latex(at_target)}$ to ${sp.latex(at_perturbed)}$"
    return counterexample(
        STATEMENT,
        reading,
        (
            (r"$\mathcal{L}(u)$", f"${sp.latex(pair.loss)}$"),
            ("$h_*(z)$", f"${sp.latex(pair.target)}$"),
            (r"$h_\phi(z)$", f"${sp.latex(pair.perturbed)}$"),
            ("$z$", "0"),
        ),
        hypotheses(pair, reading),
        (
            rf"{shown}, a difference of ${sp.latex(gap)}$, where ${sp.latex(pair.bound)}$ is allowed",
            (gap - pair.bound).is_positive is not True,
        ),
        rf"{shown}; the bound allows ${sp.latex(pair.bound)}$.",
    )


LESS = sp.Rational(99, 100)

MILD = Pair(u**2 / 2, z, sp.Rational(11, 10) * z, sp.Rational(1, 10), sp.S.One, sp.S.One)
"""The published bound is attained, so that it holds with nothing to spare."""

MILDS = {"c2-distance": replace(NEAR, loss=3 * u + u**2 / 2)}
"""By reading, a mild pair of its own."""

_COMMON = {
    "A1": replace(CURVED, perturbed=z + z * abs(z)),
    "jacobian": replace(CURVED_TILTED, epsilon=sp.Rational(1, 11)),
    "L": replace(CURVED, bound_l=LESS),
    "M": replace(CURVED, bound_m=LESS),
}
SHIFTED_BACK = replace(SHIFTED, target=SHIFTED.perturbed, perturbed=SHIFTED.target)
"""The loss Hessian goes from 1 to 0, so that M = 99/100 is too small at the target only."""

VIOLATIONS = {
    "full": {**_COMMON, "M": replace(SHIFTED_BACK, bound_m=LESS)},
    "full-same-output": {**_COMMON, "same-output": SHIFTED},
    "c2-distance": {
        "A1": replace(NEAR, perturbed=z + z * abs(z) / 2),
        "c2": replace(NEAR, epsilon=LESS),
        "L": replace(NEAR, bound_l=LESS),
        "M": replace(NEAR, bound_m=LESS),
    },
    "own-hessian": {
        "A1": replace(SHIFTED, loss=u * abs(u) / 2),
        "jacobian": replace(SHIFTED_TILTED, epsilon=sp.Rational(1, 11)),
        "L": replace(SHIFTED, bound_l=LESS),
        "M": replace(SHIFTED, bound_m=LESS),
        "gauss-newton": CURVED,
    },
}
"""By reading, for each of its hypotheses a pair that violates it alone."""

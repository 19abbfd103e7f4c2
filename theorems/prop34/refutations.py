"""Counterexamples to 3.4 for more than the Gauss-Newton term, in exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp

from theorems.prop34.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.counterexample import Value, counterexample
from verify.claims.evidence import Finding, Outcome, Table

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
        """2 L M eps + M eps^2."""
        return 2 * self.bound_l * self.bound_m * self.epsilon + self.bound_m * self.epsilon**2


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


def hypotheses(pair: Pair, reading: str) -> dict[str, Value]:
    """Evaluate every hypothesis of a reading at a pair of heads."""
    evaluate = {
        "A1": _polynomial,
        "jacobian": _jacobian,
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


def _bound_l(pair: Pair) -> Value:
    size = abs(pair.target.diff(z).subs(z, 0))
    text = f"$|J_*| = {sp.latex(size)}$, $L = {sp.latex(pair.bound_l)}$"
    return text, (pair.bound_l - size).is_nonnegative is True


def _bound_m(pair: Pair) -> Value:
    sizes = [abs(pair.loss_hessian(head)) for head in (pair.target, pair.perturbed)]
    text = rf"$|\nabla^2 L| = {sp.latex(sizes[0])}$ and ${sp.latex(sizes[1])}$, "
    text += f"$M = {sp.latex(pair.bound_m)}$"
    return text, all((pair.bound_m - size).is_nonnegative is True for size in sizes)


def _same_output(pair: Pair) -> Value:
    values = [head.subs(z, 0) for head in (pair.target, pair.perturbed)]
    return f"$h_* = {values[0]}$, $h_\\phi = {values[1]}$", (values[0] - values[1]).is_zero is True


def _straight(pair: Pair) -> Value:
    seconds = [head.diff(z, 2).subs(z, 0) for head in (pair.target, pair.perturbed)]
    text = f"$h_*'' = {seconds[0]}$, $h_\\phi'' = {seconds[1]}$"
    return text, all(second.is_zero is True for second in seconds)


def exceeds(pair: Pair, reading: str, ctx: Context) -> Finding:
    """The published bound fails at a pair of heads that meets every hypothesis of the reading."""
    names = pair.gauss_newton if reading == "own-hessian" else pair.effective_hessian
    at_target, at_perturbed = names(pair.target), names(pair.perturbed)
    gap = abs(at_perturbed - at_target)
    what = "J^T H J" if reading == "own-hessian" else r"H_{\mathrm{eff}}"
    shown = rf"${what}$ goes from ${sp.latex(at_target)}$ to ${sp.latex(at_perturbed)}$"
    return counterexample(
        STATEMENT,
        reading,
        (
            ("$L(u)$", f"${sp.latex(pair.loss)}$"),
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


def hypotheses_can_fail(ctx: Context) -> Finding:
    """Every evaluated hypothesis fails at a pair made to violate it, and a mild pair is a surprise."""
    attempts = {
        "A1": ("full", replace(CURVED, perturbed=z + z * abs(z))),
        "jacobian": ("full", replace(CURVED_TILTED, epsilon=sp.Rational(1, 11))),
        "L": ("full", replace(CURVED, bound_l=sp.Rational(99, 100))),
        "M": ("full", replace(SHIFTED, bound_m=sp.Rational(99, 100))),
        "same-output": ("full-same-output", SHIFTED),
        "gauss-newton": ("own-hessian", CURVED),
    }
    rows, passed = [], []
    for name, (reading, pair) in attempts.items():
        failing = [id for id, (_, holds) in hypotheses(pair, reading).items() if not holds]
        rows.append((name, ", ".join(failing) or "none"))
        if failing != [name]:
            passed.append(name)
    mild = exceeds(replace(CURVED, perturbed=CURVED.target), "full", ctx)
    rows.append(("the conclusion, at two equal heads", mild.outcome.value))
    if mild.outcome is not Outcome.SURPRISE:
        passed.append("conclusion")
    return Finding(
        outcome=Outcome.SURPRISE if passed else Outcome.AS_STATED,
        summary=f"Not as made: {', '.join(passed)}."
        if passed
        else "Each hypothesis, and it alone, fails at the pair made to violate it.",
        cases=len(rows),
        tables=(
            Table(
                title="Pairs that must be void",
                columns=("violated", "hypotheses that fail"),
                rows=tuple(rows),
            ),
        ),
    )

"""Counterexamples to 4.1 in exact arithmetic."""

from __future__ import annotations

import sympy as sp

from theorems.thm41.hypotheses import describe, hypotheses, spectrum
from theorems.thm41.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.counterexample import counterexample
from verify.claims.evidence import Finding, Outcome
from verify.numeric.activations import LINEAR, RELU, Activation
from verify.symbolic.exact_head import Collapse, ExactHead, all_of, eigenvalues

u1, u2, u3 = sp.symbols("u1 u2 u3", real=True)


def column(*entries: object) -> sp.ImmutableMatrix:
    """An exact column vector."""
    return sp.ImmutableMatrix(entries)


# --- part (1): linear heads ---------------------------------------------------------------------


LENGTH = sp.sqrt(u1**2 + u2**2 + u3**2)

LINEAR_SADDLE = Collapse(
    loss=u1 / LENGTH - (u2 / LENGTH) ** 2,
    outputs=(u1, u2, u3),
    head=ExactHead.of(LINEAR, ([[0, 0], [1, 0], [0, 1]], [0, 0, 0])),
    at=column(0, 1),
)
"""A critical strict saddle of a scale-invariant loss with a linear head, W = [e2, e3]."""


OBTUSE = Collapse(
    loss=-(3 * u1 + 4 * u2) / (5 * LENGTH),
    outputs=(u1, u2, u3),
    head=ExactHead.of(LINEAR, ([[1, 0], [0, 0], [0, 1]], [0, 0, 0])),
    at=column(-1, 0),
)
"""Negative cosine with the target (3/5, 4/5, 0) and the output -e_1, W = [e1, e3]: at (1, 0) H_eff >= 0."""


def linear_saddle(state: Collapse, reading: str, ctx: Context) -> Finding:
    """The effective Hessian behind a linear head has a negative eigenvalue."""
    least = eigenvalues(state.effective_hessian)[0]
    return counterexample(
        STATEMENT,
        reading,
        describe(state),
        hypotheses(state, reading),
        (spectrum(state), not least.is_negative),
        "A scale-invariant loss, a linear head and a critical point with "
        rf"$\lambda_{{\min}}(H_{{\mathrm{{eff}}}}) = {least}$.",
    )


FLAT_LINEAR = ExactHead.of(LINEAR, ([[1], [0]], [0, 0]))
"""h(z) = (z, 0)."""

FLAT_RELU = ExactHead.of(RELU, ([[1]], [1]), ([[1], [0]], [-1, 0]))
"""h(z) = (relu(z + 1) - 1, 0), which is (z, 0) for z > -1: no kink near 0."""


def flat(head: ExactHead, loss: sp.Expr = u2 - u1**4) -> Collapse:
    """The collapse at 0 behind such a head; L(h(z)) = -z^4 near 0."""
    return Collapse(loss=loss, outputs=(u1, u2), head=head, at=column(0))


def falling_quartic(state: Collapse, reading: str, ctx: Context) -> Finding:
    """PSD at the point and yet repelling: L(h(z)) = -z^4 near 0."""
    (z,) = state.inputs
    # Within 1/2 of 0 the heads used here have no kink: z = +-p/(1 + 2p) runs through that interval.
    p = sp.Symbol("p", positive=True)
    inside = p / (1 + 2 * p)
    values = [sp.piecewise_fold(state.composed.subs(z, side * inside)) for side in (1, -1)]
    here = state.at.is_zero_matrix is True  # what is seen near 0 says nothing of another point
    repels = here and all(sp.simplify(value + inside**4) == 0 for value in values)
    q = sp.Symbol("q", positive=True)
    sides = [sp.simplify(value.subs(p, q / (1 - 2 * q))) for value in values]
    if repels:
        found = r"$L(h(z)) = -z^4$ near $0$: along $\dot z = 4 z^3$, $\frac{d}{dt} z^2 = 8 z^4 > 0$ for $z \neq 0$, so every other trajectory leaves"
    else:
        found = rf"at $z = q$ and at $z = -q$, $0 < q < \frac{{1}}{{2}}$, $L(h(z))$ is ${sp.latex(sides[0])}$ and ${sp.latex(sides[1])}$, not both seen to be $-q^4$"
    return counterexample(
        STATEMENT,
        reading,
        describe(state),
        hypotheses(state, reading),
        (found, not repels),
        r"$\nabla^2 L \succeq 0$ at the point, $M = 0$, and gradient flow of $-z^4$ leaves $0$.",
    )


# --- part (2): smooth heads ---------------------------------------------------------------------

LOSS = u1 + u2**2 / 2
"""Gradient (1, u2), Hessian diag(0, 1): convex, of rank 1, and never stationary."""

SQUARED_ERROR = (u1 + 1) ** 2 / 2
"""The squared error of one output against the target -1: bounded below, and trained with."""


def one_output_head(s: Activation, sign: int = 1) -> ExactHead:
    """h = sign sum_i [s(z_i) + s(-z_i) - 2 s(0)] of two inputs: four hidden units."""
    return ExactHead.of(
        s,
        ([[1, 0], [-1, 0], [0, 1], [0, -1]], [0, 0, 0, 0]),
        ([[sign] * 4], [-4 * sign * s.at(0, sp.S.Zero)]),
    )


def squared_error_state(s: Activation, sign: int = 1) -> Collapse:
    """The collapse at z* = 0 behind that head, under `SQUARED_ERROR`: J_h = 0, and M = 2 sign s''(0) I."""
    return Collapse(SQUARED_ERROR, (u1,), one_output_head(s, sign), column(0, 0))


def two_output_head(s: Activation, sign: int = 1) -> ExactHead:
    """h1 = sign (s(z1) + s(-z1) - 2 s(0)), h2 = s(z2) - s(0): three hidden units."""
    zero = s.at(0, sp.S.Zero)
    return ExactHead.of(
        s,
        ([[1, 0], [-1, 0], [0, 1]], [0, 0, 0]),
        ([[sign, sign, 0], [0, 0, 1]], [-2 * sign * zero, -zero]),
    )


def two_output_state(s: Activation, sign: int = 1) -> Collapse:
    """The collapse at z* = 0 behind that head, under `LOSS`."""
    return Collapse(LOSS, (u1, u2), two_output_head(s, sign), column(0, 0))


def stable_collapse(state: Collapse, reading: str, ctx: Context) -> Finding:
    """A stable collapse that satisfies every hypothesis, r < d among them."""
    least = eigenvalues(state.effective_hessian)[0]
    return counterexample(
        STATEMENT,
        reading,
        describe(state),
        hypotheses(state, reading),
        (spectrum(state), not least.is_positive),
        rf"{state.head.activation.name}: $M$ is positive on $\ker G$ and $\lambda_{{\min}}(H_{{\mathrm{{eff}}}}) = "
        rf"{sp.latex(least)} > 0$.",
    )


def unstable_collapse(s: Activation, ctx: Context) -> Finding:
    """The mechanism exists: the same head with the sign of its first output changed."""
    reading = STATEMENT.reading("2-mechanism")
    state = two_output_state(s, sign=-1)
    least = eigenvalues(state.effective_hessian)[0]
    evaluated = hypotheses(state, reading.id)
    holds = all(value[1] for value in evaluated.values()) and bool(least.is_negative)
    return Finding(
        outcome=Outcome.AS_STATED if holds else Outcome.SURPRISE,
        summary=(
            rf"{s.name}: $M$ is negative on $\ker G$ and "
            rf"$\lambda_{{\min}}(H_{{\mathrm{{eff}}}}) = {sp.latex(least)} < 0$."
        ),
        cases=1,
        witness=counterexample(
            STATEMENT,
            reading.id,
            describe(state),
            evaluated,
            (spectrum(state), holds),
            "",
        ).witness,
    )


# --- ReLU ---------------------------------------------------------------------------------------


def even(s: Activation, sign: int = 1, at: int = 0, loss: sp.Expr = u1) -> Collapse:
    """h(z) = sign (s(z) + s(-z)): with ReLU, sign |z|."""
    head = ExactHead.of(s, ([[1], [-1]], [0, 0]), ([[sign, sign]], [0]))
    return Collapse(loss=loss, outputs=(u1,), head=head, at=column(at))


def relu_kink(state: Collapse, reading: str, ctx: Context) -> Finding:
    """A ReLU head that repels at its kink: h = -relu(z) - relu(-z) = -|z|, with L increasing above -1."""
    (z,) = state.inputs
    away = sp.Symbol("p", positive=True)
    # With z = +-p and dz/dt = -f'(z), d/dt z^2 = -2p d/dp f(+-p) on either side of the kink.
    growth = [-2 * away * state.composed.subs(z, side * away).diff(away) for side in (1, -1)]
    q = sp.Symbol("q", positive=True)  # p = q / (1 + q) runs through 0 < p < 1
    inside = [sp.factor(rate.subs(away, q / (1 + q))) for rate in growth]
    repels = all_of(rate.is_positive for rate in inside)
    along = state.composed.subs(z, away).subs(away, sp.Symbol("|z|"))
    found = (
        "both positive: every other trajectory leaves" if repels else "not both seen to be positive"
    )
    return counterexample(
        STATEMENT,
        reading,
        describe(state),
        hypotheses(state, reading),
        (
            rf"at $z = p$ and at $z = -p$, $0 < p < 1$, $\frac{{d}}{{dt}} z^2 = {sp.latex(growth[0])}$ and "
            f"${sp.latex(growth[1])}$, {found}",
            not repels,
        ),
        f"$M = 0$ off the kink, and gradient flow of ${sp.latex(along)}$ leaves $0$.",
    )

"""Counterexamples to 3.2 in exact arithmetic: a bounded loss, a narrow head, and a short metric."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp
from sympy.calculus.util import maximum, minimum

from theorems.thm32.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.counterexample import Value, counterexample
from verify.claims.evidence import Finding, Outcome, Table
from verify.symbolic.smoothness import is_analytic_at

u = sp.Symbol("u", real=True)
t = sp.Symbol("t", nonnegative=True)
"""The parameter of a curve, on [0, length]."""


@dataclass(frozen=True)
class Instance:
    """A loss with one output, and a trajectory.

    Attributes:
        loss: L as an expression in `u`; k = 1.
        curve: gamma(t) by its coordinates.
        length: the end of the parameter's interval.
        epsilon: the error at which the statement is tried.
    """

    loss: sp.Expr
    curve: tuple[sp.Expr, ...]
    length: sp.Expr
    epsilon: sp.Expr

    @property
    def velocity(self) -> sp.Matrix:
        """The derivative of the curve."""
        return sp.Matrix([x.diff(t) for x in self.curve])

    @property
    def is_straight(self) -> bool:
        """Whether it is a segment run through at unit speed, so that `length` is its length."""
        unit = sp.simplify(self.velocity.dot(self.velocity)) == 1
        return bool(unit and self.velocity.diff(t).is_zero_matrix)

    def describe(self) -> tuple[tuple[str, str], ...]:
        """The instance as (name, value) pairs."""
        return (
            ("$L(u)$", f"${sp.latex(self.loss)}$, $k = 1$"),
            (
                r"$\gamma(t)$",
                rf"$({', '.join(map(sp.latex, self.curve))})$ for $0 \leq t \leq {sp.latex(self.length)}$, "
                f"$d = {len(self.curve)}$",
            ),
            (r"$\epsilon$", f"${sp.latex(self.epsilon)}$"),
        )


WAVE = Instance(sp.sin(u), (t, sp.S.Zero), sp.Integer(10), sp.Rational(1, 2))
"""A loss that oscillates by 2, along a straight segment of length 10."""

NARROW = Instance(u**2 / 2, (t, sp.S.Zero), sp.S.One, sp.Rational(1, 2))
"""k = 1 and d = 2."""

SHORT = Instance(u * sp.atan(u) / 2, (t,), sp.Integer(4), sp.Rational(1, 4))
"""k = d = 1, and a line whose length in the metric L'' is pi."""


def hypotheses(instance: Instance, reading: str) -> dict[str, Value]:
    """Evaluate every hypothesis of a reading at an instance."""
    evaluate = {
        "trajectory": _trajectory,
        "A1": _smooth,
        "nonconstant": _nonconstant,
        "metric": _metric,
    }
    return {id: evaluate[id](instance) for id in STATEMENT.reading(reading).hypotheses}


def _trajectory(instance: Instance) -> Value:
    smooth = all(x.is_polynomial(t) for x in instance.curve)
    speed = sp.simplify(instance.velocity.dot(instance.velocity))
    rising = [n for n, x in enumerate(instance.velocity, start=1) if x.is_positive is True]
    text = rf"{'polynomial' if smooth else 'not polynomial'}; $|\gamma'|^2 = {sp.latex(speed)}$; "
    text += f"coordinate {rising[0]} increases" if rising else "no coordinate is seen to increase"
    return text, smooth and speed.is_positive is True and bool(rising)


def _smooth(instance: Instance) -> Value:
    smooth = is_analytic_at(instance.loss, {})
    return f"$L$ is {'' if smooth else 'not seen to be '}real-analytic on the line", smooth


def _nonconstant(instance: Instance) -> Value:
    slope = instance.loss.diff(u).subs(u, 0)
    return f"$L'(0) = {sp.latex(slope)}$", slope.is_nonzero is True


def _metric(instance: Instance) -> Value:
    second = sp.factor(sp.simplify(instance.loss.diff(u, 2)))
    return f"$L''(u) = {sp.latex(second)}$", second.is_positive is True


def bounded(instance: Instance, ctx: Context) -> Finding:
    """H_eff = I within eps on a segment of length l needs (1 - eps) l^2 / 8 <= sup L - inf L."""
    if not instance.is_straight:
        raise ValueError("The bound on the oscillation is for a straight segment at unit speed.")
    range_ = maximum(instance.loss, u, sp.S.Reals) - minimum(instance.loss, u, sp.S.Reals)
    needed = (1 - instance.epsilon) * instance.length**2 / 8
    return counterexample(
        STATEMENT,
        "identity",
        instance.describe(),
        hypotheses(instance, "identity"),
        (
            rf"a head with $|H_{{\mathrm{{eff}}}} - I| \leq \epsilon$ on the segment needs $(1 - "
            rf"\epsilon) l^2 / 8 = {sp.latex(needed)} \leq \sup L - \inf L = {sp.latex(range_)}$, as "
            "derived in the part on the identity",
            (range_ - needed).is_nonnegative is not False,
        ),
        rf"On a segment of length ${sp.latex(instance.length)}$ the loss would have to oscillate by "
        rf"${sp.latex(needed)}$; it oscillates by ${sp.latex(range_)}$.",
    )


def narrow(instance: Instance, ctx: Context) -> Finding:
    """With k = 1 < d = 2, G is singular for every Jacobian, so that |G - I| >= 1."""
    jacobian = sp.Matrix([sp.symbols(f"J1:{len(instance.curve) + 1}", real=True)])
    pulled = jacobian.T * sp.Matrix([[instance.loss.diff(u, 2)]]) * jacobian
    determinant = sp.expand(pulled.det())
    singular = determinant == 0 and instance.epsilon < 1
    return counterexample(
        STATEMENT,
        "pullback",
        instance.describe(),
        hypotheses(instance, "pullback"),
        (
            rf"$\det G = {sp.latex(determinant)}$ for every Jacobian $J = {sp.latex(jacobian)}$: an "
            rf"eigenvalue of $G - I$ is $-1$, beyond $\epsilon$",
            not singular,
        ),
        r"With $k = 1 < d = 2$, $G$ is singular for every head, and $|G - I| \geq 1$.",
    )


def short(instance: Instance, ctx: Context) -> Finding:
    """With k = d = 1, |G - 1| <= eps needs sqrt(1 - eps) l < the length of the line in the metric."""
    if not instance.is_straight or len(instance.curve) != 1:
        raise ValueError("The bound on the length is for a curve in one dimension at unit speed.")
    root = sp.sqrt(sp.factor(sp.simplify(instance.loss.diff(u, 2))))
    whole = sp.integrate(root, (u, -sp.oo, sp.oo))
    needed = sp.sqrt(1 - instance.epsilon) * instance.length
    return counterexample(
        STATEMENT,
        "pullback",
        instance.describe(),
        hypotheses(instance, "pullback"),
        (
            r"a head with $|G - 1| \leq \epsilon$ has a derivative without a zero, so that it does not "
            r"turn, and a speed of at least $\sqrt{1 - \epsilon}$ in the metric: its way is "
            rf"${sp.latex(needed)}$ long, and the line $\int \sqrt{{L''}} \, du = {sp.latex(whole)}$",
            (whole - needed).is_negative is not True,
        ),
        rf"With $k = d = 1$ the image would be ${sp.latex(needed)}$ long in a metric in which the whole "
        rf"line has length ${sp.latex(whole)}$.",
    )


def hypotheses_can_fail(ctx: Context) -> Finding:
    """Each hypothesis fails at an instance made to violate it, and a mild instance is a surprise."""
    attempts = {
        "trajectory": ("identity", replace(WAVE, curve=((t - 1) ** 2, sp.S.Zero))),
        "A1": ("identity", replace(WAVE, loss=sp.sin(u) + sp.Abs(u + 1))),
        "nonconstant": ("identity", replace(WAVE, loss=sp.Integer(7))),
        "metric": ("pullback", replace(NARROW, loss=sp.sin(u))),
    }
    rows, passed = [], []
    for name, (reading, instance) in attempts.items():
        failing = [id for id, (_, holds) in hypotheses(instance, reading).items() if not holds]
        rows.append((name, ", ".join(failing) or "none"))
        if failing != [name]:
            passed.append(name)
    mild = {
        "a segment of length 5": bounded(replace(WAVE, length=sp.Integer(5)), ctx),
        "k = d = 1 for the narrow head": narrow(replace(NARROW, curve=(t,)), ctx),
        "length 3 in the short metric": short(replace(SHORT, length=sp.Integer(3)), ctx),
    }
    for name, found in mild.items():
        rows.append((f"the conclusion: {name}", found.outcome.value))
        if found.outcome is not Outcome.SURPRISE:
            passed.append(name)
    return Finding(
        outcome=Outcome.SURPRISE if passed else Outcome.AS_STATED,
        summary=f"Not as made: {', '.join(passed)}."
        if passed
        else "Each hypothesis, and it alone, fails where it must, and mild instances refute nothing.",
        cases=len(rows),
        tables=(
            Table(
                title="Instances that must not refute",
                columns=("violated", "found"),
                rows=tuple(rows),
            ),
        ),
    )

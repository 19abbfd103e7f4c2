"""Counterexamples to 3.2 in exact arithmetic: a bounded loss, a narrow head, and a short metric."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

import sympy as sp
from sympy.calculus.util import maximum, minimum

from theorems.thm32.bounds import ARC, OSCILLATION, arc, oscillation
from theorems.thm32.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.controls import Refute
from verify.claims.counterexample import Value, counterexample
from verify.claims.describe import describe
from verify.claims.evidence import Finding
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
        length: the end of the parameter's interval, which starts at 0.
        epsilon: the error at which the statement is tried.
    """

    loss: Annotated[sp.Expr, "$L(u)$"]
    curve: Annotated[tuple[sp.Expr, ...], r"$\gamma(t)$"]
    length: Annotated[sp.Expr, "$T$"]
    epsilon: Annotated[sp.Expr, r"$\epsilon$"]

    @property
    def velocity(self) -> sp.Matrix:
        """The derivative of the curve."""
        return sp.Matrix([x.diff(t) for x in self.curve])

    @property
    def is_straight(self) -> bool:
        """Whether it is a segment run through at unit speed, so that `length` is its length."""
        unit = sp.simplify(self.velocity.dot(self.velocity)) == 1
        return bool(unit and self.velocity.diff(t).is_zero_matrix)


WAVE = Instance(sp.sin(u), (t, sp.S.Zero), sp.Integer(10), sp.Rational(1, 2))
"""A loss that oscillates by 2, along a straight segment of length 10."""

NARROW = Instance(u**2 / 2, (t, sp.S.Zero), sp.S.One, sp.Rational(1, 2))
"""k = 1 and d = 2."""

SHORT = Instance(u * sp.atan(u) / 2, (t,), sp.Integer(4), sp.Rational(1, 4))
"""k = d = 1, and a line whose length in the metric L'' is pi."""


BOW = Instance(
    u + u**2 / 2, ((1 - t**2) / (1 + t**2), 2 * t / (1 + t**2)), sp.S.One, sp.Rational(1, 2)
)
"""A quarter of the unit circle."""


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
    """Rational without poles, regular, longer than a point, and with a coordinate whose derivative keeps its sign.

    Such a derivative vanishes at isolated times at most, so that the coordinate takes no value twice.
    """
    smooth = all(
        x.is_rational_function(t) and sp.denom(sp.together(x)).is_positive for x in instance.curve
    )
    speed = sp.factor(instance.velocity.dot(instance.velocity))
    stops = sp.Poly(sp.numer(speed), t).count_roots(0) if smooth and speed else 1
    slopes = [(n, sp.factor(x)) for n, x in enumerate(instance.velocity, start=1)]
    kept = [n for n, x in slopes if x != 0 and (x.is_nonnegative or x.is_nonpositive)]
    text = rf"{'rational without poles' if smooth else 'not rational'}; $|\gamma'|^2 = {sp.latex(speed)}$; "
    text += f"coordinate {kept[0]} is monotone" if kept else "no coordinate is seen to be monotone"
    return text, stops == 0 and bool(kept) and instance.length.is_positive is True


def _smooth(instance: Instance) -> Value:
    smooth = is_analytic_at(instance.loss, {})
    return f"$L$ is {'' if smooth else 'not seen to be '}real-analytic on the line", smooth


def _nonconstant(instance: Instance) -> Value:
    slope = instance.loss.diff(u).subs(u, 0)
    return f"$L'(0) = {sp.latex(slope)}$", slope.is_nonzero is True


def _metric(instance: Instance) -> Value:
    second = sp.factor(sp.simplify(instance.loss.diff(u, 2)))
    return f"$L''(u) = {sp.latex(second)}$", second.is_positive is True


Conclusion = tuple[str, bool, str]
"""What becomes of the conclusion in words, whether it holds, and a sentence if it does not."""


def _judged(
    instance: Instance, reading: str, conclude: Callable[[Instance], Conclusion]
) -> Finding:
    """Judge an instance; the conclusion is looked at where the hypotheses hold.

    Raises:
        ValueError: if the error at which the statement is tried is not positive.
    """
    if instance.epsilon.is_positive is not True:
        raise ValueError(f"The statement is about positive errors; got {instance.epsilon}.")
    evaluated = hypotheses(instance, reading)
    fine = all(holds for _, holds in evaluated.values())
    text, holds, summary = conclude(instance) if fine else ("not evaluated", True, "")
    return counterexample(STATEMENT, reading, describe(instance), evaluated, (text, holds), summary)


def bounded(instance: Instance, reading: str, ctx: Context) -> Finding:
    """H_eff = I within eps on a segment of length l needs (1 - eps) l^2 / 8 <= sup L - inf L."""
    return _judged(instance, reading, _bounded)


def _bounded(instance: Instance) -> Conclusion:
    if not instance.is_straight:
        raise ValueError("The bound on the oscillation is for a straight segment at unit speed.")
    range_ = maximum(instance.loss, u, sp.S.Reals) - minimum(instance.loss, u, sp.S.Reals)
    needed = oscillation(1, instance.epsilon, instance.length)
    return (
        rf"a head with $|H_{{\mathrm{{eff}}}} - I| \leq \epsilon$ on the segment needs, with $c = 1$, ${OSCILLATION} = {sp.latex(needed)} \leq \sup L - \inf L = {sp.latex(range_)}$, as derived in the part on the identity",
        (range_ - needed).is_nonnegative is not False,
        rf"On a segment of length ${sp.latex(instance.length)}$ the loss would have to oscillate by ${sp.latex(needed)}$; it oscillates by ${sp.latex(range_)}$.",
    )


def narrow(instance: Instance, reading: str, ctx: Context) -> Finding:
    """With k = 1 < d = 2, G is singular for every Jacobian, so that |G - I| >= 1."""
    return _judged(instance, reading, _narrow)


def _narrow(instance: Instance) -> Conclusion:
    jacobian = sp.Matrix([sp.symbols(f"J1:{len(instance.curve) + 1}", real=True)])
    pulled = jacobian.T * sp.Matrix([[instance.loss.diff(u, 2)]]) * jacobian
    determinant = sp.expand(pulled.det())
    return (
        rf"$\det G = {sp.latex(determinant)}$ for every Jacobian $J = {sp.latex(jacobian)}$"
        + (
            rf": an eigenvalue of $G - I$ is $-1$, and $\epsilon = {sp.latex(instance.epsilon)}$"
            if determinant == 0
            else ""
        ),
        determinant != 0 or bool(instance.epsilon >= 1),
        r"With $k = 1 < d = 2$, $G$ is singular for every head, and $|G - I| \geq 1$.",
    )


def short(instance: Instance, reading: str, ctx: Context) -> Finding:
    """With k = d = 1, |G - 1| <= eps needs sqrt(1 - eps) l < the length of the line in the metric."""
    return _judged(instance, reading, _short)


def _short(instance: Instance) -> Conclusion:
    if not instance.is_straight or len(instance.curve) != 1:
        raise ValueError("The bound on the length is for a curve in one dimension at unit speed.")
    root = sp.sqrt(sp.factor(sp.simplify(instance.loss.diff(u, 2))))
    whole = sp.integrate(root, (u, -sp.oo, sp.oo))
    needed = sp.sqrt(1 - instance.epsilon) * instance.length
    refutes = bool(instance.epsilon < 1) and (whole - needed).is_positive is False
    return (
        rf"a head with $|G - 1| \leq \epsilon$ has a derivative without a zero, so that it does not turn, and a speed of at least $\sqrt{{1 - \epsilon}}$ in the metric: its way is at least ${sp.latex(needed)}$ long, and the line $\int \sqrt{{L''}} \, du = {sp.latex(whole)}$",
        not refutes,
        rf"With $k = d = 1$ the image would be at least ${sp.latex(needed)}$ long in a metric in which the whole line has length ${sp.latex(whole)}$.",
    )


def bent(instance: Instance, reading: str, ctx: Context) -> Finding:
    """A circular arc of radius R about 0 is a path of the flow only if it is at most eps R / (1 - eps) long."""
    return _judged(instance, reading, _bent)


def _bent(instance: Instance) -> Conclusion:
    square = sp.simplify(sum(x**2 for x in instance.curve))
    if square.has(t):
        raise ValueError("The bound on the length is for a circular arc about 0.")
    speed = sp.sqrt(sp.factor(instance.velocity.dot(instance.velocity)))
    length = sp.integrate(sp.simplify(speed), (t, 0, instance.length))
    most = arc(instance.epsilon, sp.sqrt(square))
    refutes = bool(instance.epsilon < 1) and (length - most).is_positive is True
    return (
        rf"an arc of radius $R = {sp.latex(sp.sqrt(square))}$ that the flow runs through is at most ${ARC} = {sp.latex(most)}$ long, as proved in the part on the flow; this one is ${sp.latex(length)}$ long",
        not refutes,
        rf"The arc is ${sp.latex(length)}$ long, and one that the gradient flow of such a head runs through is at most ${sp.latex(most)}$ long, whatever the loss.",
    )


KINKED = sp.Piecewise((u**2 / 2, u < 0), (u**2, True))
"""Convex, with a second derivative that jumps."""

NODE = ((t - 2) ** 2, (t - 2) ** 3 - (t - 2))
"""A regular curve that passes through (1, 0) at t = 1 and at t = 3."""


def _no_metric(instance: Instance) -> dict[str, Instance]:
    return {"A1": replace(instance, loss=KINKED), "metric": replace(instance, loss=u)}


_NARROW = {"trajectory": replace(NARROW, curve=NODE, length=sp.Integer(4)), **_no_metric(NARROW)}

CONTROLS: dict[str, tuple[str, Refute, dict[str, Instance], Instance]] = {
    "identity": (
        "identity",
        bounded,
        {
            "trajectory": replace(WAVE, curve=NODE),
            "A1": replace(WAVE, loss=sp.sin(u) + sp.Abs(u + 1)),
            "nonconstant": replace(WAVE, loss=sp.Integer(7)),
        },
        replace(
            WAVE, length=sp.Rational(99, 25) * sp.sqrt(2)
        ),  # needs 1.9602, and H_eff = I / 2 exists
    ),
    "bow": (
        "own-flow",
        bent,
        {
            "trajectory": replace(BOW, curve=tuple(x.subs(t, t**2) for x in BOW.curve)),
            "A1": replace(BOW, loss=BOW.loss + sp.Abs(u + 1)),
            "nonconstant": replace(BOW, loss=sp.Integer(7)),
        },
        replace(BOW, length=sp.Rational(2, 5)),  # an arc of 0.761
    ),
    "narrow": ("pullback", narrow, _NARROW, replace(NARROW, epsilon=sp.S.One)),
    "narrow-line": ("pullback", narrow, _NARROW, replace(NARROW, curve=(t,))),
    "short": (
        "pullback",
        short,
        {"trajectory": replace(SHORT, curve=((t - 1) ** 2,)), **_no_metric(SHORT)},
        replace(SHORT, length=sp.pi * sp.Rational(99, 100) * 2 / sp.sqrt(3)),  # 99/100 of pi
    ),
}
"""By name: the reading, what refutes it, for each hypothesis an instance that violates it alone, a mild one."""

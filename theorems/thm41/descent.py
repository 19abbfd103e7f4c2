"""Gradient descent beside strict saddles: which starts come back, with any step and with a small one."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from theorems.thm41.hypotheses import describe, hypotheses, spectrum
from theorems.thm41.notation import d
from theorems.thm41.refutations import column, u1, u2
from theorems.thm41.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.counterexample import counterexample
from verify.claims.derivation import Proof
from verify.claims.evidence import Finding
from verify.numeric.activations import Activation
from verify.symbolic.exact_head import Collapse, ExactHead
from verify.symbolic.matrices import matrix, vector
from verify.symbolic.smoothness import is_analytic_at

t = sp.Symbol("t", real=True)
SMOOTH_STEP = 6 * t**5 - 15 * t**4 + 10 * t**3
"""From 0 at t = 0 to 1 at t = 1, flat to second order at both ends."""

ETA = sp.S.One
"""The step of gradient descent."""


@dataclass(frozen=True)
class Joined:
    """A collapse whose loss is another function where u_2 >= 2; between 1 and 2 a step joins them.

    L = (1 - theta) L_near + theta L_far with theta = 0 for u_2 <= 1, step(u_2 - 1) up to 2, and 1 from there.

    Attributes:
        near: the collapse, with the loss L_near.
        far: L_far, in the same outputs.
        step: in t.
    """

    near: Collapse
    far: sp.Expr
    step: sp.Expr = SMOOTH_STEP

    @property
    def is_smooth(self) -> bool:
        """Whether L is C^2: theta and its first two derivatives agree with 0 and 1 at the ends."""
        return all(
            self.step.diff(t, n).subs(t, end) == (end if n == 0 else 0)
            for n in range(3)
            for end in (0, 1)
        )


def two_outputs(s: Activation) -> ExactHead:
    """h = (s(z) + s(-z) - 2 s(0), s(z) - s(-z)): for Swish and GELU the second output is z."""
    return ExactHead.of(
        s,
        ([[1], [-1]], [0, 0]),
        ([[1, 1], [1, -1]], [-2 * s.at(0, sp.S.Zero), 0]),
    )


def returning(s: Activation) -> Joined:
    """L = -u_1 near h(z*) and u_2^2 / 2 where u_2 >= 2: a strict saddle at z* = 0, and a bowl around it."""
    return Joined(Collapse(-u1, (u1, u2), two_outputs(s), column(0)), u2**2 / 2)


def lands(point: Joined, reading: str, ctx: Context) -> Finding:
    """Gradient descent with the step 1 goes from every z > 2 to the saddle, and stays there."""
    near = point.near
    values = hypotheses(near, reading)
    # With no point put in, the signs that decide are those everywhere.
    pieces = (near.loss, point.far, *near.head(near.inputs))
    analytic = all(is_analytic_at(piece, {}) for piece in pieces)
    resting = near.head(near.at)[-1]
    beneath = bool((resting - 1).is_negative)
    joins = f"{'is' if point.is_smooth else 'is not'} $0$ and $1$ at its ends with its first two derivatives $0$"
    values["A1"] = (
        rf"$h$ and both pieces of $L$ are {'' if analytic else 'not seen to be '}real-analytic everywhere; the step "
        rf"${sp.latex(point.step)}$ that joins them, $t = u_2 - 1$, {joins}; at $z^*$, $u_2 = {sp.latex(resting)}$"
        + ("" if beneath else ", where the loss is another one"),
        analytic and point.is_smooth and beneath,
    )
    away = sp.Symbol("p", positive=True)
    start = (2 + away) * sp.ones(len(near.at), 1)
    outputs = near.head(near.inputs).applyfunc(sp.simplify)
    far = point.far.subs(dict(zip(near.outputs, outputs, strict=True)), simultaneous=True)
    at_start = dict(zip(near.inputs, start, strict=True))
    second = sp.simplify(outputs[-1].subs(at_start))
    slope = sp.Matrix([far.diff(z) for z in near.inputs]).subs(at_start)
    image = (start - ETA * slope - near.at).applyfunc(sp.simplify)
    returns = image.is_zero_matrix is True and bool((second - 2).is_positive)
    (_, loss), *rest = describe(near)
    return counterexample(
        STATEMENT,
        reading,
        (
            (r"$L(u)$ where $u_2 \leq 1$", loss),
            (r"$L(u)$ where $u_2 \geq 2$", f"${sp.latex(point.far)}$"),
            *rest,
        ),
        values,
        (
            rf"{spectrum(near)}; at $z = {sp.latex(start.T)}^T$, $p > 0$, the output $u_2$ is ${sp.latex(second)}$ and "
            rf"$z - \nabla(L \circ h)(z) - z^* = {sp.latex(image.T)}^T$",
            not returns,
        ),
        rf"{near.head.activation.name}: from every $z > 2$ one step of gradient descent, of length $\eta = 1$, ends "
        r"at the strict saddle $z^* = 0$.",
    )


def small_step(proof: Proof) -> None:
    """With a step below 1/l, g = id - eta grad f is a local diffeomorphism that expands at a strict saddle."""
    eta, constant = sp.symbols("eta ell", positive=True)
    eigenvalue = sp.Symbol("lambda", real=True)
    at, slope, v = vector("z^*", d), vector("g", d), vector("v", d)
    hessian = matrix("F", d, d, symmetric=True)
    proof.given("critical", r"$f = L \circ h$ has the gradient $g = 0$ at $z^*$")
    proof.follows(
        r"One step from $z^*$ ends there",
        at - eta * slope,
        at,
        using={"critical": -eta * slope},
    )
    proof.let(
        "eigenvector",
        r"$F = \nabla^2 f(z)$, at any $z$, and $F v = \lambda v$",
        hessian @ v - eigenvalue * v,
        by="definition",
    )
    proof.follows(
        r"The derivative $I - \eta F$ of a step has the eigenvalue $1 - \eta \lambda$",
        v - eta * (hessian @ v),
        (1 - eta * eigenvalue) * v,
        using={"eigenvector": -eta * (hessian @ v - eigenvalue * v)},
    )
    proof.cite("lipschitz-hessian")
    bounded = proof.given("lipschitz", r"$\lambda \leq \ell$: $\ell - \lambda = a \geq 0$")
    small = proof.given("small-step", r"$0 < \eta < 1 / \ell$: $1 - \eta \ell = b > 0$")
    rest, room = sp.Symbol("a", nonnegative=bounded or None), sp.Symbol("b", positive=small or None)
    proof.follows(
        "It is",
        1 - eta * eigenvalue,
        room + eta * rest,
        using={
            "lipschitz": eta * (constant - eigenvalue - rest),
            "small-step": 1 - eta * constant - room,
        },
    )
    positive = room + eta * rest
    proof.fact(
        "which is positive: the derivative is invertible everywhere",
        sp.Gt(positive, 0, evaluate=False),
    )
    proof.cite("null-preimages")
    saddle = proof.given("saddle", r"at $z^*$ some $\lambda = -c < 0$")
    fall = sp.Symbol("c", positive=saddle or None)
    proof.follows(
        "At $z^*$ it is",
        1 - eta * eigenvalue,
        1 + eta * fall,
        using={"saddle": -eta * (eigenvalue + fall)},
    )
    proof.fact("which is above 1", sp.Gt(eta * fall, 0, evaluate=False))
    proof.cite("stable-manifold")

"""The open set of weights on which the decisive counterexample to 4.1 persists, in balls."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from flint import arb, arb_mat

from theorems.thm41.refutations import LOSS, column, u1, u2
from theorems.thm41.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.counterexample import Value, counterexample
from verify.claims.evidence import Finding
from verify.symbolic.balls import BallHead, enclose, gershgorin, interval
from verify.symbolic.exact_head import Collapse, ExactHead, all_of, eigenvalues

RADIUS = sp.Rational(1, 1000)
"""How far every weight and bias may be from the counterexample's."""

REACH = sp.Rational(1, 16)
"""Half the width of the square of z in which the perturbed critical point is enclosed."""


@dataclass(frozen=True)
class Box:
    """All heads whose weights and biases lie within a radius of a head's, behind one loss of u_1, .., u_k.

    The encoder is f(x) = z* + spread x (1, .., 1)^T of real inputs x, with the z* of each head.
    """

    head: ExactHead
    radius: sp.Rational = RADIUS
    loss: sp.Expr = LOSS
    spread: sp.Expr = sp.S.Zero

    @property
    def outputs(self) -> tuple[sp.Symbol, ...]:
        """The symbols of the outputs."""
        return (u1, u2)[: self.head.weights[-1].rows]


def persistence(around: Box, reading: str, ctx: Context) -> Finding:
    """The counterexample persists on a box around all weights and biases, shown in balls.

    On opposite faces of the square |z_i| <= REACH the components of grad(L o h) have opposite
    signs, by its value at the centre and the mean value theorem, so that it vanishes at some z* in
    the square (Poincare-Miranda). H_eff is positive definite on the whole square (Gershgorin).
    """
    head, radius, loss, outputs = around.head, around.radius, around.loss, around.outputs
    box = BallHead(head, radius)
    square, centre = (
        arb_mat([[arb(0, bound)], [arb(0, bound)]]) for bound in (enclose(REACH, {}), 0)
    )
    loss_hessian = sp.hessian(loss, outputs)
    d = 2

    def gradient_of_loss(z: arb_mat) -> arb_mat:
        values = dict(zip(outputs, box.trace(z)[0].entries(), strict=True))
        return arb_mat([[enclose(loss.diff(u), values)] for u in outputs])

    rho = gradient_of_loss(square)
    curvature = arb_mat(
        [[enclose(e, {}) for e in loss_hessian.row(r)] for r in range(len(outputs))]
    )
    h_eff = box.effective_hessian(square, rho, curvature)
    slope = (box.trace(centre)[1].transpose() * gradient_of_loss(centre)).entries()
    reach = enclose(REACH, {})
    faces = [h_eff[i, i] * reach - abs(h_eff[i, 1 - i]) * reach - abs(slope[i]) for i in range(d)]
    interaction = box.effective_hessian(square, rho, curvature * 0)
    least, rank = gershgorin(h_eff), loss_hessian.rank()
    analytic = Collapse(loss, outputs, head, column(0, 0)).is_analytic
    curved = bool(interaction[0, 0] != 0)
    outwards = all(bool(face > 0) for face in faces)
    moves = rf" + {sp.latex(around.spread)} \, x (1, 1)^T" if around.spread != 0 else ""
    unbiased = [f"$b_{n}$" for n, b in enumerate(head.biases, 1) if b.is_zero_matrix]
    zero = f", of which those in {' and '.join(unbiased)} are $0$," if unbiased else ""
    values: dict[str, Value] = {
        "A1": (
            f"{head.activation.name} and $L$ are {'' if analytic else 'not seen to be '}real-analytic",
            analytic,
        ),
        "collapsed": (
            f"the encoder $f(x) = z^*{moves}$, of every input $x$",
            around.spread.is_zero is True,
        ),
        "A6": (rf"$\rho_1 \in {interval(rho[0, 0])}$", bool(rho[0, 0] != 0)),
        "critical": (
            rf"$\nabla(L \circ h)$ {'points' if outwards else 'is not seen to point'} outwards on every face of the square; its outward component there is at least "
            + " and ".join(f"${interval(face.lower())}$" for face in faces),
            outwards,
        ),
        "smooth": (
            rf"activation {head.activation.name}, $M_{{11}} \in {interval(interaction[0, 0])}$"
            + (r", so $\nabla^2 h \neq 0$" if curved else ""),
            head.activation.is_smooth and curved,
        ),
        "rank": (f"$r = {rank}$, $d = {d}$", rank < d),
        "psd": (
            rf"$\nabla^2 L = {sp.latex(loss_hessian)}$",
            all_of(value.is_nonnegative for value in eigenvalues(loss_hessian)),
        ),
    }
    return counterexample(
        STATEMENT,
        reading,
        (
            ("$L(u)$", f"${sp.latex(loss)}$"),
            *head.describe(),
            (
                "box",
                f"each of the {head.parameters} weights and biases{zero} within ${radius}$ of these",
            ),
            ("$z^*$", rf"for each of them, some point with $|z^*_i| \leq {REACH}$"),
        ),
        values,
        (
            rf"$\lambda_{{\min}}(H_{{\mathrm{{eff}}}}) \geq {_below(least)}$ for all of them, a set of "
            rf"measure $({2 * radius})^{{{head.parameters}}}$",
            not bool(least > 0),
        ),
        f"{head.activation.name}: the collapse is stable for every choice of the {head.parameters} "
        "parameters in a box of positive measure.",
    )


def _below(x: arb) -> str:
    return interval(x).strip("[]").split(",")[0]

"""Theorem 4.1 in a picture: the loss around two collapses that differ in a sign, one stable and one not."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from theorems.thm41.refutations import squared_error_state
from verify.claims.evidence import Outcome, Plot, Series
from verify.claims.picture import Line, Picture
from verify.engine.record import CheckRecord
from verify.numeric.activations import SOFTPLUS
from verify.symbolic.exact_head import Collapse, eigenvalues

SHOWN_BY = "thm41.2.squared-error.softplus"
REACH, STEPS = 2, 20
"""How far from the collapse, and in how many steps to each side, the loss is computed."""


def _along(state: Collapse) -> list[sp.Expr]:
    """The loss less its value at the collapse, along the first coordinate axis."""
    first, *others = state.inputs
    at_rest = dict.fromkeys(state.inputs, sp.S.Zero)
    loss = state.composed.subs(dict.fromkeys(others, sp.S.Zero))
    start = state.composed.subs(at_rest)
    return [
        sp.N(loss.subs(first, sp.Rational(REACH * step, STEPS)) - start, 12, chop=True)
        for step in range(-STEPS, STEPS + 1)
    ]


def picture(checks: Mapping[str, CheckRecord]) -> Picture | None:
    """The loss along a line through both collapses; nothing unless the stable one was found as stated."""
    if checks[SHOWN_BY].outcome is not Outcome.AS_STATED:
        return None
    series, found = [], {}
    for name, sign in (("the head", 1), ("the same head, its sign changed", -1)):
        state = squared_error_state(SOFTPLUS, sign)
        found[sign] = eigenvalues(state.effective_hessian)
        values = ", ".join(str(value).replace("-", "−") for value in found[sign])
        series.append(
            Series(
                label=f"{name}: eigenvalues {values}",
                x=tuple(REACH * step / STEPS for step in range(-STEPS, STEPS + 1)),
                y=tuple(float(value) for value in _along(state)),
            )
        )
    if not (found[1][0].is_positive and found[-1][-1].is_negative):
        raise ValueError(f"Expected a stable and a repelling collapse, got eigenvalues {found}.")
    return Picture(
        plot=Plot(
            title="Two smooth heads, two collapses: one stays, one is left",
            kind="line",
            series=tuple(series),
            xlabel="distance from the collapse along the first coordinate of z",
            ylabel="loss less its value at the collapse",
        ),
        caption=r"$h = \pm (s(z_1) + s(-z_1) + s(z_2) + s(-z_2) - 4 s(0))$ with softplus $s$ under $L = \frac{1}{2} (u + 1)^2$, at $z^* = 0$ with $J_h = 0$, $\rho = 1$. As quoted, a smooth head has a negative eigenvalue there. This one has none, in exact numbers, and its collapse is a strict local minimum; with its sign changed it has. That smooth heads can repel holds; that they all do is refuted.",
        lines=(Line("y", 0.0, ""),),
        shown_by=(SHOWN_BY,),
    )

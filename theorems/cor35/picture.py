"""Corollary 3.5 in a picture: what a growing error of the Jacobian does to an isotropic effective Hessian."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sympy as sp

from theorems.cor35.instances import STRETCHED, Heads, spectrum, z1, z2
from verify.claims.evidence import Outcome, Plot, Series
from verify.claims.picture import Line, Picture
from verify.engine.record import CheckRecord

SHOWN_BY = "cor35.published.isotropy"
STEPS = 48
"""Places at which the curves are computed, from no error to the one that loses definiteness."""

WORST = 9
"""The condition number at the published threshold."""


def stretched(error: sp.Expr) -> Heads:
    """The heads of the counterexample, with this error of the Jacobian in place of 1/4."""
    return replace(STRETCHED, perturbed=((1 + error) * z1, (1 - error) * z2), epsilon=error)


def eigenvalues(heads: Heads) -> list[sp.Expr]:
    """Those of the perturbed head's effective Hessian, in ascending order."""
    return spectrum(heads.effective_hessian(heads.perturbed))


def picture(checks: Mapping[str, CheckRecord]) -> Picture | None:
    """Both eigenvalues against the error; nothing unless the counterexample was found as stated."""
    if checks[SHOWN_BY].outcome is not Outcome.AS_STATED:
        return None
    lost = sp.S.One
    least, threshold = eigenvalues(stretched(lost))[0], STRETCHED.threshold
    if least != 0 or not STRETCHED.error < threshold < lost:
        raise ValueError(f"At |E| = {lost} the least eigenvalue is {least}; expected 0.")
    lowest, highest = eigenvalues(stretched(threshold))
    if highest != WORST * lowest:
        raise ValueError(
            f"At |E| = {threshold} the eigenvalues are {lowest} and {highest}; expected a ratio of {WORST}."
        )
    errors = [lost * step / STEPS for step in range(STEPS + 1)]
    curves = list(zip(*(eigenvalues(stretched(error)) for error in errors), strict=True))
    low, high = eigenvalues(STRETCHED)
    at, kappa, quoted = (sp.latex(x) for x in (STRETCHED.error, high / low, threshold))
    return Picture(
        plot=Plot(
            title=f"Below the threshold exact isotropy is lost, and κ stays below {WORST}; at it, definiteness is not lost",
            kind="line",
            series=(
                Series(label="largest eigenvalue", x=_floats(errors), y=_floats(curves[1])),
                Series(label="least eigenvalue", x=_floats(errors), y=_floats(curves[0])),
                Series(
                    label=f"the exact counterexample: {low} and {high}",
                    x=_floats([STRETCHED.error] * 2),
                    y=_floats([low, high]),
                ),
            ),
            xlabel="error of the Jacobian, |E|",
            ylabel="eigenvalues of the effective Hessian",
        ),
        caption=rf"The heads $z$ and $((1 + t) z_1, (1 - t) z_2)$ under $L = \frac{{1}}{{2}} |u|^2$, in exact numbers, $t = |E|$. At $|E| = {at}$, below the published threshold ${quoted}$, the condition number is ${kappa}$ where it was $1$; it grows with $t$, and is ${WORST}$ at the threshold. Definiteness, which the threshold does guarantee here, since both heads are linear under one loss Hessian, is lost at $|E| = {sp.latex(lost)}$ only.",
        lines=(Line("x", float(threshold), f"published threshold {threshold}"),),
        shown_by=(SHOWN_BY,),
    )


def _floats(values: list[sp.Expr] | tuple[sp.Expr, ...]) -> tuple[float, ...]:
    return tuple(map(float, values))

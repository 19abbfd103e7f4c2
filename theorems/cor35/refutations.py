"""Counterexamples to 3.5 in exact arithmetic: every one evaluates all hypotheses of its reading."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import sympy as sp

from theorems.cor35.instances import (
    BOWED,
    CONSTANT,
    CONSTANT_ENCODER,
    CURVED,
    FAR,
    KEPT,
    LOST,
    SADDLE,
    STRETCHED,
    TURNED,
    UNBOUNDED,
    UNSTABLE,
    Heads,
    hypotheses,
    linear,
    positive,
    spectrum,
    u1,
    u2,
    u3,
    u4,
    z1,
    z2,
)
from theorems.cor35.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.controls import ByConstruction, Refute
from verify.claims.counterexample import counterexample
from verify.claims.describe import describe
from verify.claims.evidence import Finding, finding


def _judged(heads: Heads, reading: str, text: str, holds: bool, summary: str) -> Finding:
    return counterexample(
        STATEMENT,
        reading,
        (
            *describe(heads),
            *((("$C$", "any positive number"),) if heads.factor.has(CONSTANT) else ()),
            ("$z$", "0"),
        ),
        hypotheses(heads, reading),
        (text, holds),
        summary,
    )


def _spectra(heads: Heads) -> tuple[list[sp.Expr], list[sp.Expr], str]:
    """The spectra of H_eff of the target and of the perturbed head, and both in words."""
    before, after = (
        spectrum(heads.effective_hessian(head)) for head in (heads.target, heads.perturbed)
    )
    shown = [", ".join(map(sp.latex, values)) for values in (before, after)]
    text = rf"eigenvalues of $H_{{\mathrm{{eff}}}}$: ${shown[0]}$ for the target, ${shown[1]}$ for the perturbed head"
    return before, after, text


def loses_definiteness(heads: Heads, reading: str, ctx: Context) -> Finding:
    """H_eff of the perturbed head is not positive definite."""
    _, after, text = _spectra(heads)
    lost = after[0].is_nonpositive is True
    return _judged(heads, reading, text, not lost, f"{text[0].upper()}{text[1:]}.")


def loses_semidefiniteness(heads: Heads, reading: str, ctx: Context) -> Finding:
    """H_eff of the perturbed head has a negative eigenvalue."""
    _, after, text = _spectra(heads)
    lost = after[0].is_negative is True
    return _judged(heads, reading, text, not lost, f"{text[0].upper()}{text[1:]}.")


def keeps_everything(heads: Heads, reading: str, ctx: Context) -> Finding:
    """Beyond the threshold, the Hessian is positive definite and as well conditioned."""
    before, after, text = _spectra(heads)
    better = before[-1] * after[0] - after[-1] * before[0]
    intact = after[0].is_positive is True and better.is_nonnegative is True
    summary = rf"$|E|$ is ${sp.latex(heads.error / heads.threshold)}$ times the threshold; $H_{{\mathrm{{eff}}}}$ goes from ${sp.latex(before[0])}$ to ${sp.latex(after[0])}$."
    return _judged(heads, reading, text, not intact, summary)


def condition_number(heads: Heads, reading: str, ctx: Context) -> Finding:
    """The condition number of the perturbed head is more than `factor`, where it was 1."""
    _, after, text = _spectra(heads)
    kappa = sp.factor(sp.simplify(after[-1] / after[0]))
    grows = positive(after[0]) and positive(kappa - heads.factor)
    shown = sp.latex(kappa), sp.latex(sp.factor(heads.factor))
    return _judged(
        heads,
        reading,
        rf"{text}; $\kappa_\phi = {shown[0]}$, where ${shown[1]}$ is allowed",
        not grows,
        rf"Below the threshold $\kappa$ goes from $1$ to ${shown[0]} > {shown[1]}$.",
    )


def can_fail(ctx: Context) -> Finding:
    """Beyond the published threshold, exactly at the sharp one: definiteness is lost."""
    _, after, text = _spectra(LOST)
    lost = after[0].is_nonpositive is True
    witness = _judged(LOST, "can-fail", text, lost, "").witness
    return finding(
        lost and witness is not None and all(h.holds for h in witness.hypotheses),
        rf"At $q = 7/25$, $|E| = {sp.latex(LOST.error)}$ where the threshold is ${sp.latex(LOST.threshold)}$: $H_{{\mathrm{{eff}}}}$ goes to ${sp.latex(after[0])}$.",
        cases=1,
        witness=witness,
    )


def can_be_stable(ctx: Context) -> Finding:
    """Beyond the threshold, a collapse at a critical point with a residual gradient that is stable."""
    _, after, text = _spectra(KEPT)
    stable = after[0].is_nonnegative is True
    witness = _judged(KEPT, "can-be-stable", text, stable, "").witness
    return finding(
        stable and witness is not None and all(h.holds for h in witness.hypotheses),
        rf"$|E| = {sp.latex(KEPT.error)}$ where the threshold is ${sp.latex(KEPT.threshold)}$: $H_{{\mathrm{{eff}}}} = {sp.latex(after[0])}$.",
        cases=1,
        witness=witness,
    )


def _saddled(heads: Heads) -> Heads:
    """The same with an output that is 0 and that the loss bends down."""
    target, perturbed = (*heads.target, ZERO), (*heads.perturbed, ZERO)
    return replace(heads, loss=heads.loss - u2**2 / 2, target=target, perturbed=perturbed)


TENTH, LESS, ZERO = sp.Rational(1, 10), sp.Rational(99, 100), sp.S.Zero

IMPLIED = ByConstruction(
    r"$0 \leq |E| \leq \epsilon < \lambda / (2LM)$, $L \geq 0$ and $M \geq 0$ make $\lambda$ positive"
)


def _low(heads: Heads) -> dict[str, Heads]:
    """Bounds L and M that are too small."""
    return {"L": replace(heads, bound_l=LESS), "M": replace(heads, bound_m=LESS)}


_BELOW: dict[str, Heads | ByConstruction] = {
    "A1": replace(STRETCHED, perturbed=(z1 * 5 / 4 + z1 * abs(z1), z2 * 3 / 4)),
    "jacobian": replace(STRETCHED, perturbed=(z1 * 5 / 4, z2 * 7 / 8), epsilon=sp.Rational(6, 25)),
    **_low(STRETCHED),
    "lambda": IMPLIED,
    "threshold": replace(STRETCHED, epsilon=sp.Rational(1, 2)),
    "isotropic": replace(STRETCHED, target=(z1, z2 * LESS)),
}
T = 1 / (1 + CONSTANT)


class Refuted(NamedTuple):
    """A counterexample, for each hypothesis heads that violate it alone, and mild heads."""

    title: str
    refute: Refute
    heads: Heads
    violations: dict[str, Heads | ByConstruction]
    mild: Heads


REFUTED: dict[str, Refuted] = {
    "definite-full": Refuted(
        r"No error of the Jacobian, and $H_{\mathrm{eff}}$ goes from $2$ to $-2$",
        loses_definiteness,
        CURVED,
        {
            "A1": replace(CURVED, perturbed=(z1 + z1 * abs(z1),)),
            "jacobian": replace(CURVED, perturbed=(z1 * 11 / 10 - z1**2 * 3 / 2,)),
            **_low(CURVED),
            # At the output of the perturbed head alone.
            "M": replace(
                CURVED, loss=CURVED.loss + u1**3, perturbed=(TENTH + CURVED.perturbed[0],)
            ),
            "lambda": IMPLIED,
            "threshold": replace(CURVED, epsilon=sp.S.One),
        },
        replace(CURVED, perturbed=(z1 - z1**2 * LESS / 2,)),
    ),
    "isotropy": Refuted(
        r"Below the threshold and with $\nabla^2 L = I$, $\kappa$ goes from $1$ to $25/9$",
        condition_number,
        STRETCHED,
        {
            **_BELOW,
            "psd": replace(
                STRETCHED,
                loss=STRETCHED.loss - u3**2 / 2,
                target=(*STRETCHED.target, ZERO),
                perturbed=(*STRETCHED.perturbed, ZERO),
            ),
        },
        replace(STRETCHED, perturbed=(z1 * 5 / 4, z2 * 5 / 4)),
    ),
    # Here and in the next the mild constant is the condition number itself.
    "conditioning": Refuted(
        r"Below the threshold $\kappa$ goes from $1$ beyond any constant $C$",
        condition_number,
        UNBOUNDED,
        _BELOW,
        replace(UNBOUNDED, factor=(2 - T**2 + T**4) / (3 * T**2 - T**4)),
    ),
    "conditioning-psd": Refuted(
        r"No error of the Jacobian and $\nabla^2 L = I$, and $\kappa$ goes from $1$ to $1 + C$, with any $C > 0$",
        condition_number,
        BOWED,
        {
            "A1": replace(BOWED, perturbed=(z1, z2, CONSTANT * z1**2 / 2 + z1 * abs(z1))),
            "jacobian": replace(BOWED, perturbed=(z1 * 11 / 10, *BOWED.perturbed[1:])),
            **_low(BOWED),
            "lambda": IMPLIED,
            "threshold": replace(BOWED, epsilon=sp.Rational(1, 2)),
            "isotropic": replace(
                BOWED,
                target=(z1, z2 * LESS, ZERO),
                perturbed=(z1, z2 * LESS, BOWED.perturbed[2]),
            ),
            "psd": replace(
                BOWED,
                loss=BOWED.loss - u4**2 / 2,
                target=(*BOWED.target, ZERO),
                perturbed=(*BOWED.perturbed, ZERO),
            ),
        },
        replace(BOWED, factor=1 + CONSTANT),
    ),
    "necessary": Refuted(
        r"Twenty times the threshold, and $H_{\mathrm{eff}}$ goes from $1$ to $121$ (at $d = 1$, where every $\kappa$ is $1$)",
        keeps_everything,
        FAR,
        {
            "A1": replace(FAR, perturbed=(11 * z1 + z1 * abs(z1),)),
            **_low(FAR),
            "lambda": replace(FAR, target=(ZERO,)),
            "exceeds": replace(FAR, perturbed=(z1 * 3 / 2,)),
        },
        replace(STRETCHED, perturbed=(11 * z1, (11 + TENTH) * z2)),
    ),
    "stable": Refuted(
        r"Beyond the threshold a collapse with $H_{\mathrm{eff}} = 1$ is sent to $-4$",
        loses_semidefiniteness,
        UNSTABLE,
        {
            "A1": replace(UNSTABLE, perturbed=(ZERO, 2 * z1 + z1 * abs(z1), ZERO)),
            "A6": replace(UNSTABLE, loss=SADDLE),
            "collapsed": CONSTANT_ENCODER,
            "critical": replace(UNSTABLE, perturbed=(ZERO, 2 * z1, TENTH * z1)),
            **_low(UNSTABLE),
            "lambda": replace(UNSTABLE, target=(ZERO, ZERO, ZERO)),
            "exceeds": replace(UNSTABLE, perturbed=(z1, z1 / 2, ZERO)),
        },
        replace(UNSTABLE, perturbed=(z1, z1, ZERO)),
    ),
}
REFUTED |= {
    "definite-full-psd": REFUTED["definite-full"]._replace(
        title=r"$\nabla^2 L = 1$ everywhere, no error of the Jacobian, and $H_{\mathrm{eff}}$ goes from $2$ to $-2$",
        violations={**REFUTED["definite-full"].violations, "psd": _saddled(CURVED)},
    ),
    "necessary-psd": REFUTED["necessary"]._replace(
        title=r"$\nabla^2 L = 1$ everywhere, twenty times the threshold, and $H_{\mathrm{eff}}$ goes from $1$ to $121$",
        violations={**REFUTED["necessary"].violations, "psd": _saddled(FAR)},
    ),
    # The mild collapse has H_eff = 0.
    "stable-psd": Refuted(
        r"Behind a convex loss, at twice the threshold, a collapse with $H_{\mathrm{eff}} = 1$ is sent to $-2$",
        loses_semidefiniteness,
        TURNED,
        {
            "A1": replace(TURNED, perturbed=(z1 * abs(z1) - z1**2,)),
            "A6": replace(TURNED, loss=u1**2 / 2),
            "collapsed": CONSTANT_ENCODER,
            "critical": replace(TURNED, perturbed=(TENTH * z1 - z1**2,)),
            "psd": _saddled(TURNED),
            **_low(TURNED),
            "lambda": replace(TURNED, target=(-z1 - z1**2,)),
            "exceeds": replace(TURNED, target=(-z1 + z1**2,)),
        },
        replace(TURNED, perturbed=(ZERO,)),
    ),
}
"""By reading."""

LOST_BEYOND = linear(SADDLE, (1, 0), (1, 1))
"""Another mild point of `keeps_everything`: beyond the threshold H_eff goes to 0."""

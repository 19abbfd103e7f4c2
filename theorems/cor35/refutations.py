"""Counterexamples to 3.5 in exact arithmetic: every one evaluates all hypotheses of its reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sympy as sp

from theorems.cor35.instances import (
    CURVED,
    FAR,
    LOST,
    SADDLE,
    STRETCHED,
    UNSTABLE,
    Heads,
    hypotheses,
    linear,
    positive,
    spectrum,
    u3,
    z1,
    z2,
)
from theorems.cor35.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.counterexample import Value, counterexample
from verify.claims.evidence import Finding, Outcome, Table
from verify.symbolic.exact_head import all_of


def _judged(heads: Heads, reading: str, conclusion: Value, summary: str) -> Finding:
    return counterexample(
        STATEMENT,
        reading,
        (
            ("$L(u)$", f"${sp.latex(heads.loss)}$"),
            ("$h_*(z)$", f"${sp.latex(heads.target)}$"),
            (r"$h_\phi(z)$", f"${sp.latex(heads.perturbed)}$"),
            ("$z$", "0"),
        ),
        hypotheses(heads, reading),
        conclusion,
        summary,
    )


def _values(heads: Heads) -> tuple[list[sp.Expr], str]:
    after = spectrum(heads.effective_hessian(heads.perturbed))
    before = spectrum(heads.effective_hessian(heads.target))
    text = (
        rf"eigenvalues of $H_{{\mathrm{{eff}}}}$: ${', '.join(map(sp.latex, before))}$ for the target, "
        rf"${', '.join(map(sp.latex, after))}$ for the perturbed head"
    )
    return after, text


def loses_definiteness(heads: Heads, reading: str, ctx: Context) -> Finding:
    """The effective Hessian of the perturbed head has a negative eigenvalue."""
    after, text = _values(heads)
    return _judged(
        heads, reading, (text, after[0].is_negative is not True), f"{text[0].upper()}{text[1:]}."
    )


def keeps_everything(ctx: Context) -> Finding:
    """Far beyond the threshold, the Hessian is positive definite and as well conditioned."""
    after, text = _values(FAR)
    intact = all_of(value.is_positive for value in after) and after[-1] == after[0]
    return _judged(
        FAR,
        "necessary",
        (text, not intact),
        r"$|E|$ is $20$ times the threshold; $H_{\mathrm{eff}}$ goes from $1$ to $121$.",
    )


def condition_number(heads: Heads, reading: str, factor: sp.Expr, ctx: Context) -> Finding:
    """The condition number of the perturbed head is more than `factor`, where it was 1."""
    after, text = _values(heads)
    kappa = sp.factor(sp.simplify(after[-1] / after[0]))
    grows = positive(after[0]) and positive(kappa - factor)
    return _judged(
        heads,
        reading,
        (rf"{text}; $\kappa_\phi = {sp.latex(kappa)}$, more than ${sp.latex(factor)}$", not grows),
        rf"Below the threshold $\kappa$ goes from $1$ to ${sp.latex(kappa)} > {sp.latex(factor)}$.",
    )


def can_fail(ctx: Context) -> Finding:
    """Beyond the published threshold, exactly at the sharp one: definiteness is lost."""
    after, text = _values(LOST)
    lost = after[0].is_nonpositive is True
    found = _judged(LOST, "can-fail", (text, lost), "")
    evaluated = found.witness is not None and all(h.holds for h in found.witness.hypotheses)
    return Finding(
        outcome=Outcome.AS_STATED if lost and evaluated else Outcome.SURPRISE,
        summary=(
            rf"At $q = 7/25$, $|E| = {sp.latex(LOST.error)}$ where the threshold is "
            rf"${sp.latex(LOST.threshold)}$: $H_{{\mathrm{{eff}}}}$ goes to ${sp.latex(after[0])}$."
        ),
        cases=1,
        witness=found.witness,
    )


def hypotheses_can_fail(ctx: Context) -> Finding:
    """Every evaluated hypothesis fails, and it alone, at heads made to violate it."""
    tenth = sp.Rational(1, 10)
    attempts: Mapping[str, tuple[str, Heads]] = {
        "A1": ("definite-full", replace(CURVED, perturbed=(z1 + z1 * abs(z1),))),
        "A6": ("stable", replace(UNSTABLE, loss=SADDLE)),
        "critical": ("stable", replace(UNSTABLE, perturbed=(sp.S.Zero, 2 * z1, tenth * z1))),
        "L": ("definite-full", replace(CURVED, bound_l=1 - tenth)),
        "M": ("definite-full", replace(CURVED, bound_m=1 - tenth)),
        "lambda": ("can-fail", linear(SADDLE, (3 * tenth, 4 * tenth), (1, 1))),
        "threshold": ("isotropy", replace(STRETCHED, perturbed=(z1 * 8 / 5, z2 * 2 / 5))),
        "exceeds": ("necessary", replace(FAR, perturbed=(z1 * 11 / 10,))),
        "isotropic": ("isotropy", replace(STRETCHED, target=(z1, z2 * 9 / 10))),
        "psd": (
            "isotropy",
            replace(
                STRETCHED,
                loss=STRETCHED.loss - u3**2 / 2,
                target=(z1, z2, sp.S.Zero),
                perturbed=(*STRETCHED.perturbed, sp.S.Zero),
            ),
        ),
    }
    rows, passed = [], []
    for name, (reading, heads) in attempts.items():
        failing = [id for id, (_, holds) in hypotheses(heads, reading).items() if not holds]
        rows.append((name, ", ".join(failing) or "none"))
        if failing != [name]:
            passed.append(name)
    mild = condition_number(replace(STRETCHED, perturbed=(z1, z2)), "isotropy", sp.S.One, ctx)
    rows.append(("the conclusion, at two equal heads", mild.outcome.value))
    if mild.outcome is not Outcome.SURPRISE:
        passed.append("conclusion")
    return Finding(
        outcome=Outcome.SURPRISE if passed else Outcome.AS_STATED,
        summary=f"Not as made: {', '.join(passed)}."
        if passed
        else "Each hypothesis, and it alone, fails at the heads made to violate it.",
        cases=len(rows),
        tables=(
            Table(
                title="Heads that must be void",
                columns=("violated", "hypotheses that fail"),
                rows=tuple(rows),
            ),
        ),
    )

"""Proposition 3.4: how an error of the head perturbs the effective Hessian.

Read in this order: `statement` (the quoted text, its readings, the repaired parts), `bounds`, `derivation`,
`properties` (with the false variants), `refutations`, `scale`, `scale_large`.
"""

from __future__ import annotations

from theorems.prop34 import derivation, properties, proved, refutations, scale, scale_large
from theorems.prop34.bounds import GRADIENT
from theorems.prop34.bounds import PULLBACK as PULLBACK_BOUND
from theorems.prop34.statement import STATEMENT as STATEMENT
from verify.claims.check import Arithmetic
from verify.claims.declare import (
    at_scale,
    fixed_dimensions,
    mutant_check,
    proof,
    property_check,
    refutation,
    refutation_controls,
    section,
)

PULLBACK = section(
    "prop34.pullback",
    *proof(
        "derivation",
        f"${PULLBACK_BOUND}$ bounds the Gauss-Newton term, for all $k$ and $d$",
        derivation.pullback,
        readings=("one-hessian",),
    ),
    *proof("tight", "The bound is attained for all $k$ and $d$", derivation.tight),
    property_check(
        "property",
        r"The Gauss-Newton bound on random Jacobians and loss Hessians, $k, d \leq 3$",
        properties.PULLBACK_BOUND,
        readings=("one-hessian",),
    ),
    *(
        mutant_check(name, claim, readings=("one-hessian",))
        for name, claim in properties.PULLBACKS.items()
    ),
    part="pullback",
)

FULL = section(
    "prop34.star",
    *proof(
        "derivation",
        "The full bound, for all $k$ and $d$",
        derivation.star,
        rests_on=("thm41.identity",),
    ),
    *proof(
        "segment",
        rf"$M'\epsilon_0$ for ${GRADIENT}$, where $M'$ bounds the Hessian",
        derivation.segment,
    ),
    fixed_dimensions(
        "attained",
        "All terms are attained at once at $d = k = 1$, a polynomial identity",
        derivation.attained,
    ),
    property_check(
        "property",
        r"The full bound on random cubic losses and heads, $k, d \leq 3$",
        properties.STAR,
        cost=4.0,
    ),
    property_check(
        "segment.property",
        r"The form with $M'$ on random cubic losses and heads, $k, d \leq 3$",
        properties.SEGMENT,
        cost=4.0,
    ),
    property_check(
        "equality",
        "The full bound is attained where the derivation says, by automatic differentiation",
        properties.EQUALITY,
    ),
    property_check(
        "segment.equality",
        "The form with $M'$ is attained for quadratic losses",
        properties.SEGMENT_EQUALITY,
    ),
    mutant_check("loose", properties.LOOSE),
    mutant_check("segment.loose", properties.SEGMENT_LOOSE),
    *(mutant_check(name, claim) for name, claim in properties.STARS.items()),
    at_scale(
        "production",
        "The full bound and the share of its terms at 512-2048-2048",
        scale.term_shares,
        cost=5.0,
    ),
    at_scale(
        "wide",
        "The full bound and the share of its terms at 2048-8192-8192-8192",
        scale_large.term_shares,
        arithmetic=Arithmetic.FLOAT32,
        cost=8.0,
    ),
    part="star",
)

COUNTEREXAMPLES = section(
    "prop34.full",
    *(
        refutation(f"{name}.{reading}", title, refutations.bound_is_violated, pair, reading=reading)
        for name, title, pair, reading in (
            (
                "curved",
                r"Equal outputs and Jacobians, and $H_{\mathrm{eff}}$ goes from $2$ to $-2$",
                refutations.CURVED,
                "full",
            ),
            (
                "curved-tilted",
                r"The same with $\epsilon = 1/10$",
                refutations.CURVED_TILTED,
                "full",
            ),
            (
                "shifted",
                "Equal Jacobians, and the loss Hessian at another output",
                refutations.SHIFTED,
                "full",
            ),
            (
                "curved-tilted",
                "Equal outputs do not help",
                refutations.CURVED_TILTED,
                "full-same-output",
            ),
            (
                "near",
                r"Heads within $1$ of each other up to order 2, and a loss gradient of $4$",
                refutations.NEAR,
                "c2-distance",
            ),
            (
                "shifted",
                "Without second derivatives, the loss Hessian still moves",
                refutations.SHIFTED,
                "own-hessian",
            ),
            (
                "shifted-tilted",
                r"The same with $\epsilon = 1/10$",
                refutations.SHIFTED_TILTED,
                "own-hessian",
            ),
        )
    ),
    *(
        refutation_controls(
            f"controls.{reading}",
            refutations.bound_is_violated,
            reading=reading,
            violations=violations,
            mild=refutations.MILDS.get(reading, refutations.MILD),
        )
        for reading, violations in refutations.VIOLATIONS.items()
    ),
)

CHECKS = (*proved.CHECKS, *PULLBACK, *FULL, *COUNTEREXAMPLES)

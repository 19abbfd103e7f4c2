"""Corollary 3.5: which error of the head the curvature of the target survives.

Read in this order: `statement` (the quoted text, its readings, the repaired parts); `derivation` and
`derivation_spectrum`; `sharpness`; `properties`, `properties_spectrum` and `square` (with their mutant_check
mutants); `instances` and `refutations`; `production` and `capacity`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from theorems.cor35 import (
    capacity,
    derivation,
    derivation_spectrum,
    instances,
    production,
    properties,
    properties_spectrum,
    proved,
    refutations,
    sharpness,
    square,
)
from theorems.cor35.statement import STATEMENT as STATEMENT
from verify.claims.declare import (
    at_scale,
    example,
    fixed_dimensions,
    mutant_check,
    proof,
    property_check,
    refutation,
    refutation_controls,
    section,
)
from verify.claims.derivation import derive

PUBLISHED = section(
    "cor35.published",
    *proof(
        "derivation",
        r"Below $\lambda / (2LM)$ the Gauss-Newton term stays positive definite",
        derivation.published,
        readings=("definite",),
    ),
    property_check(
        "property",
        r"The published threshold against the exact distance to the cone $\{x : x^T H x \leq 0\}$",
        properties.PUBLISHED,
        readings=("definite",),
    ),
    mutant_check("double", properties.THRESHOLDS["double"], readings=("definite",)),
    mutant_check("root-two", properties.THRESHOLDS["root-two"], readings=("definite",)),
    mutant_check("hundredth", properties.THRESHOLDS["hundredth"], readings=("definite",)),
    mutant_check("weyl", properties.WEYL),
    part="published",
)

SHARP = section(
    "cor35.sharp",
    *proof(
        "derivation",
        r"Below $\epsilon^*$ it stays positive definite: a dual certificate on a plane",
        derivation.sharp,
    ),
    mutant_check("direction", properties.DIRECTION),
    *proof(
        "ratio",
        r"The published threshold is $\epsilon^* \cos(\frac{1}{2} \arcsin q)$",
        derivation.ratio,
    ),
    fixed_dimensions(
        "attained",
        r"At $\epsilon^*$ definiteness is lost, for all $L$, $M$, $q$; $d = 1$ and $d = 3$",
        partial(derive, sharpness.threshold),
    ),
    property_check(
        "property",
        r"$\epsilon^*$ against the exact distance to the cone $\{x : x^T H x \leq 0\}$",
        properties.SHARP,
    ),
    property_check(
        "attained.property",
        r"$\epsilon^*$ is the exact distance where $H$ is $\operatorname{diag}(1, -1)$, in blocks",
        properties.ATTAINED,
    ),
    mutant_check("attained.below", properties.BELOW_SHARP),
    property_check(
        "square", "Where $k = d$ the loss Hessian is positive definite too", square.SQUARE
    ),
    mutant_check("square.wide", square.WIDE),
    mutant_check("root", properties.THRESHOLDS["root"]),
    mutant_check("above", properties.THRESHOLDS["above"]),
    part="sharp",
)

PSD = section(
    "cor35.psd",
    *proof(
        "derivation", r"The three bounds for $H \succeq 0$, all attained", derivation_spectrum.psd
    ),
    property_check(
        "property", r"The three bounds on random $H \succeq 0$", properties_spectrum.PSD
    ),
    property_check(
        "attained", "The three bounds where they are attained", properties_spectrum.PSD_ATTAINED
    ),
    *(mutant_check(name, claim) for name, claim in properties_spectrum.PSDS.items()),
    part="psd",
)

GAUSS_NEWTON = ("conditioning-gauss-newton-psd",)

BELOW = section(
    "cor35.below",
    *proof(
        "derivation",
        r"$\kappa_\phi < ((2\kappa + 1) / (2\sqrt{\kappa} - 1))^2 \leq 9\kappa$",
        derivation_spectrum.below,
        readings=GAUSS_NEWTON,
        rests_on=("cor35.psd",),
    ),
    property_check(
        "property",
        r"The bound on random $H \succeq 0$",
        properties_spectrum.BELOW,
        readings=GAUSS_NEWTON,
    ),
    property_check(
        "attained", "The bound at the threshold, approached", properties_spectrum.BELOW_ATTAINED
    ),
    *(
        mutant_check(name, claim, readings=GAUSS_NEWTON)
        for name, claim in properties_spectrum.BELOWS.items()
    ),
    part="below",
)

INDEFINITE = section(
    "cor35.indefinite",
    *proof(
        "derivation",
        r"$\kappa_\phi \leq (\kappa + x) / (1 - x)$",
        derivation_spectrum.indefinite,
        rests_on=("prop34.pullback",),
    ),
    fixed_dimensions(
        "unbounded",
        r"From $\kappa = 1$ to $\cot^2(\frac{1}{4} \arcsin q)$, exactly $99 + 70\sqrt{2}$",
        partial(derive, sharpness.unbounded),
    ),
    property_check(
        "property", "The bound on random indefinite $H$", properties_spectrum.INDEFINITE
    ),
    *(
        # That the bound behind positive semidefinite ones fails behind others is a control of its reading.
        mutant_check(name, claim, readings=GAUSS_NEWTON if name == "nine" else ())
        for name, claim in properties_spectrum.INDEFINITES.items()
    ),
    part="indefinite",
)

FULL = section(
    "cor35.full",
    *proof(
        "derivation",
        r"The full bound of 3.4 below $\lambda$ keeps $H_{\mathrm{eff}}$ positive definite",
        derivation_spectrum.full,
        rests_on=("prop34.star",),
    ),
    # Its id is older than what it bears on, and recorded.
    replace(
        at_scale(
            "production",
            "The constants at 512-2048-2048, and random against aligned errors",
            production.thresholds,
            cost=4.0,
        ),
        part="sharp",
    ),
    at_scale(
        "capacity",
        "Fitted heads of growing width and depth against the thresholds",
        capacity.fitted_heads,
        cost=1.0,
    ),
    part="full",
)

BEYOND = section(
    "cor35.beyond",
    *proof(
        "derivation",
        r"Where $H \succeq 0$, $G_\phi \succeq 0$ whatever the error",
        derivation_spectrum.beyond,
    ),
    property_check(
        "property",
        r"$G_\phi \succeq 0$ at 20 times the threshold on random $H \succeq 0$",
        properties_spectrum.BEYOND_CONVEX,
    ),
    part="beyond",
)

COUNTEREXAMPLES = section(
    "cor35.published",
    *(
        refutation(reading.removeprefix("definite-"), r.title, r.refute, r.heads, reading=reading)
        for reading, r in refutations.REFUTED.items()
    ),
    example(
        "can-fail",
        "Beyond the threshold, at the sharp one, definiteness is lost",
        refutations.can_fail,
        readings=("can-fail",),
    ),
    refutation(
        "stable-psd.bent",
        r"Behind a convex loss with two outputs a collapse with $H_{\mathrm{eff}} = 3$ is sent to $-1$, and both points are critical",
        refutations.loses_semidefiniteness,
        instances.BENT,
        reading="stable-psd",
    ),
    example(
        "can-be-stable",
        "Beyond the threshold, a stable collapse",
        refutations.can_be_stable,
        readings=("can-be-stable",),
    ),
    mutant_check("beyond", properties.BEYOND, readings=("stable",)),
    *(
        refutation_controls(
            f"controls.{reading}", r.refute, reading=reading, violations=r.violations, mild=r.mild
        )
        for reading, r in refutations.REFUTED.items()
    ),
    refutation_controls(
        "controls.necessary-definite",
        refutations.keeps_everything,
        reading="necessary",
        violations=refutations.REFUTED["necessary"].violations,
        mild=refutations.LOST_BEYOND,
    ),
)

CHECKS = (
    *proved.CHECKS,
    *PUBLISHED,
    *SHARP,
    *PSD,
    *BELOW,
    *INDEFINITE,
    *FULL,
    *BEYOND,
    *COUNTEREXAMPLES,
)

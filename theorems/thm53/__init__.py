"""Theorem 5.3: the information hierarchy.

Read in this order: `statement` (the quoted text, its readings, the repaired parts), `bounds`, `derivation`,
`properties` (forms and their false variants), `derivation_models` and `models` (Gaussian and finite models), `latents` and
`refutations`, `scale`, `proved` (by Coq's kernel), `fisher` and `trained`.
"""

from __future__ import annotations

from theorems.thm53 import (
    derivation,
    derivation_models,
    fisher,
    latents,
    models,
    properties,
    proved,
    refutations,
    scale,
    trained,
)
from theorems.thm53.bounds import FULL
from theorems.thm53.statement import STATEMENT as STATEMENT
from verify.claims.check import Arithmetic
from verify.claims.declare import (
    at_scale,
    measurement,
    mutant_check,
    proof,
    property_check,
    refutation,
    refutation_controls,
    section,
)
from verify.experiments.networks import DIGITS_NETWORKS

RANK_BOUND = section(
    "thm53.rank",
    *proof("bound", rf"$\operatorname{{rank}} A \leq {FULL}$", derivation.full_bound),
    *proof("attained", "$A = I/V$ attains the bound", derivation.attained),
    property_check(
        "property", "The bound on random exact pairs with forced overlaps", properties.RANK
    ),
    property_check("equality", "$I/V$ is admissible and attains the bound", properties.ATTAINED),
    *(mutant_check(name, claim) for name, claim in properties.RANKS.items()),
    property_check(
        "fisher", "Fisher matrices of softmax models, by automatic differentiation", fisher.SOFTMAX
    ),
    mutant_check("fisher.uncentred", fisher.SOFTMAX_UNCENTRED),
    at_scale("production", "The rank of J at 512-2048-2048", scale.rank_of_jacobian, cost=4.0),
    measurement(
        "trained",
        "Fisher matrices of probes on trained networks, and which hypotheses hold there",
        trained.information,
        artefacts=DIGITS_NETWORKS.artefacts,
        arithmetic=Arithmetic.FLOAT64,
        cost=8.0,
    ),
    part="rank",
)

TRANSVERSAL = section(
    "thm53.transversal",
    *proof(
        "bound", r"The published bound where $\ker I_z \cap V = 0$", derivation.transversal_bound
    ),
    property_check(
        "property", "The published bound on exact transversal pairs", properties.TRANSVERSAL
    ),
    mutant_check("slack", properties.TRANSVERSAL_SLACK),
    part="rank",
    readings=("transversal",),
)

MOVING = section(
    "thm53.law",
    *proof(
        "derivation",
        "$I_h v = 0$ where the law moves along orbits on which $h$ is constant",
        derivation_models.moving_law,
    ),
    *proof(
        "bound",
        "The published bound where the law moves along the orbits",
        derivation_models.moving_bound,
        readings=("moves",),
    ),
    property_check(
        "property", "Finite models whose mass moves along the level sets of $h$", models.LAW
    ),
    mutant_check("across", models.LAW_ACROSS),
    part="law",
)

SHORTED_OPERATOR = section(
    "thm53.order",
    *proof("bound", r"$A \preceq I/V$", derivation.shorted_order),
    *proof(
        "attained", r"$0 \preceq I/V \preceq I$, and $I/V$ vanishes on $V$", derivation.attained
    ),
    property_check("property", r"$A \preceq I/V$ on random exact pairs", properties.ORDER),
    *(mutant_check(name, claim) for name, claim in properties.ORDERS.items()),
    part="order",
)

FREE = section(
    "thm53.free",
    *proof(
        "bound",
        r"$V \subseteq \ker I$: the bound is $\operatorname{rank} I$",
        derivation.free_bound,
    ),
    property_check("property", "Directions without information cost no rank", properties.FREE),
    mutant_check("costs", properties.FREE_COSTS),
    part="free",
)

GAUSSIAN = section(
    "thm53.gaussian",
    *proof(
        "derivation",
        r"$I_h = I_z/V$ for $h = Pz$, $V = \ker P$",
        derivation_models.gaussian,
        rests_on=("thm53.order",),
    ),
    property_check("property", "The closed form on random exact models", models.GAUSSIAN),
    *(mutant_check(name, claim) for name, claim in models.GAUSSIANS.items()),
    part="gaussian",
)

PROCESSING = section(
    "thm53.processing",
    *proof("derivation", "Merging two outcomes loses information", derivation_models.merging),
    property_check(
        "property",
        r"$I_h \preceq I_z$ on random finite models, and when it is equal",
        models.PROCESSING,
    ),
    *(mutant_check(name, claim) for name, claim in models.PROCESSINGS.items()),
    part="processing",
)

PUBLISHED = section(
    "thm53.published",
    *(
        refutation(name, title, refutations.refute, model, reading=reading)
        for name, title, model, reading in (
            ("overlap", "$h = z_1$ loses nothing", latents.HALF_KNOWN, "law"),
            (
                "overlap-invariant",
                "$h = z_1$ is invariant and loses nothing",
                latents.HALF_KNOWN,
                "invariant",
            ),
            ("parabola", "$h = z_1 - z_2^2$ on parabolas", latents.PARABOLA, "invariant"),
            ("circle", "$h = |z|^2$ under rotations", latents.CIRCLE, "invariant"),
            ("cube", "$h = z^3$ at $0$: no slope, and no loss", latents.CUBE, "point"),
        )
    ),
    refutation(
        "models",
        "Fisher matrices of two unrelated models",
        refutations.two_models,
        refutations.UNRELATED,
        reading="models",
    ),
    *proof(
        "models.nonsingular",
        "The published bound for two models where $I_z$ is nonsingular",
        derivation_models.nonsingular_models,
        readings=("models-nonsingular",),
    ),
    *(
        refutation_controls(
            f"controls.{reading}",
            refutations.refute,
            reading=reading,
            violations=violations,
            mild=latents.MILD[reading],
        )
        for reading, violations in latents.VIOLATIONS.items()
    ),
    refutation_controls(
        "controls.models",
        refutations.two_models,
        reading="models",
        violations=refutations.TWO_MODELS_VIOLATIONS,
        mild=refutations.SEES_ALL,
    ),
)

CHECKS = (
    *proved.CHECKS,
    *RANK_BOUND,
    *TRANSVERSAL,
    *MOVING,
    *SHORTED_OPERATOR,
    *FREE,
    *GAUSSIAN,
    *PROCESSING,
    *PUBLISHED,
)

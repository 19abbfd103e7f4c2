"""Theorem 5.3: the information hierarchy.

Read in this order: `statement` (the quoted text, its readings, the repaired parts), `derivation` and
`properties` (forms), `derivation_models` and `models` (Gaussian and finite models), `latents` and
`refutations`, `mutants`, `scale`, `proved` (by Coq's kernel), `fisher` and `trained`.
"""

from __future__ import annotations

from functools import partial

from theorems.thm53 import (
    derivation,
    derivation_models,
    fisher,
    latents,
    models,
    mutants,
    properties,
    proved,
    refutations,
    scale,
    trained,
)
from theorems.thm53.statement import STATEMENT
from verify.claims.check import Arithmetic
from verify.claims.declare import (
    at_scale,
    attack,
    measurement,
    mutant_check,
    proof,
    property_check,
    refutation,
    section,
)
from verify.experiments.networks import DIGITS_NETWORKS

RANK_BOUND = section(
    "thm53.rank",
    *proof(
        "bound",
        r"$\operatorname{rank} A \leq \operatorname{rank} I - \dim V + \dim(\ker I \cap V)$",
        derivation.rank_bound,
    ),
    *proof("attained", "$A = I/V$ attains the bound", derivation.attained),
    property_check(
        "property", "The bound on random exact pairs with forced overlaps", properties.RANK
    ),
    property_check("equality", "$I/V$ is admissible and attains the bound", properties.ATTAINED),
    *(mutant_check(name, claim) for name, claim in mutants.RANKS.items()),
    property_check(
        "fisher", "Fisher matrices of softmax models, by automatic differentiation", fisher.SOFTMAX
    ),
    mutant_check("fisher.uncentred", mutants.SOFTMAX_UNCENTRED),
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
        "bound",
        r"The published bound where $\ker I_z \cap V = 0$",
        derivation.transversal_bound,
    ),
    property_check(
        "property", "The published bound on exact transversal pairs", properties.TRANSVERSAL
    ),
    mutant_check("slack", mutants.TRANSVERSAL_SLACK),
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
    mutant_check("across", mutants.LAW_ACROSS),
    part="law",
)

SHORTED_OPERATOR = section(
    "thm53.order",
    *proof("bound", r"$A \preceq I/V$", derivation.shorted_order),
    *proof(
        "attained", r"$0 \preceq I/V \preceq I$, and $I/V$ vanishes on $V$", derivation.attained
    ),
    property_check("property", r"$A \preceq I/V$ on random exact pairs", properties.ORDER),
    *(mutant_check(name, claim) for name, claim in mutants.ORDERS.items()),
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
    mutant_check("costs", mutants.FREE_COSTS),
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
    *(mutant_check(name, claim) for name, claim in mutants.GAUSSIANS.items()),
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
    *(mutant_check(name, claim) for name, claim in mutants.PROCESSINGS.items()),
    part="processing",
)

PUBLISHED = section(
    "thm53.published",
    refutation(
        "overlap",
        r"$I_z = \operatorname{diag}(1, 0)$, $h = z_1$: the head loses nothing",
        partial(refutations.refute, latents.HALF_KNOWN, "law"),
        reading="law",
    ),
    refutation(
        "overlap-invariant",
        "The same model, with $h$ constant on the orbits",
        partial(refutations.refute, latents.HALF_KNOWN, "invariant"),
        reading="invariant",
    ),
    refutation(
        "parabola",
        "$h = z_1 - z_2^2$, exactly invariant, with $I_h$ of full rank",
        partial(refutations.refute, latents.PARABOLA, "invariant"),
        reading="invariant",
    ),
    refutation(
        "circle",
        "$h = |z|^2$ under rotations, with $I_h$ of full rank",
        partial(refutations.refute, latents.CIRCLE, "invariant"),
        reading="invariant",
    ),
    refutation(
        "cube",
        "$h = z^3$ at $z = 0$: no slope there, and no loss",
        partial(refutations.refute, latents.CUBE, "point"),
        reading="point",
    ),
    refutation(
        "models",
        "Fisher matrices of two unrelated models",
        partial(refutations.two_models, refutations.UNRELATED),
        reading="models",
    ),
    attack(
        "void",
        "Every hypothesis fails at a model made to violate it",
        refutations.hypotheses_can_fail,
        readings=("law", "invariant", "point", "models"),
        arithmetic=Arithmetic.EXACT,
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

__all__ = ["CHECKS", "STATEMENT"]

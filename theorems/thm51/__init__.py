"""5.1: the augmentation tangent space, of which no source that we can see states more than a definition.

Read in this order: `statement` (the quoted text, its readings, the repaired parts), `derivation`,
`images`, `properties`, `groups`, `refutations`, `scale`, `trained`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from theorems.thm51 import derivation, groups, properties, proved, refutations, scale, trained
from theorems.thm51.statement import STATEMENT as STATEMENT
from verify.claims.check import Arithmetic
from verify.claims.declare import (
    at_scale,
    attack,
    measurement,
    mutant_check,
    proof,
    property_check,
    refutation,
    refutation_controls,
    section,
)
from verify.experiments.networks import DIGITS_NETWORKS

SUBSPACE = section(
    "thm51.subspace",
    *proof(
        "derivation",
        r"$\mathcal{V}_{\mathrm{aug}}$ is the image of a linear map",
        derivation.subspace,
        readings=("subspace",),
    ),
    mutant_check("dimension", properties.DIMENSION),
    part="subspace",
)

PARAMETERS = section(
    "thm51.parameters",
    *proof("derivation", r"$V_\psi \subseteq V$, equal if $D\psi$ is onto", derivation.parameters),
    *proof("composition", "$V_{1 \\circ 2} = V_1 + V_2$", derivation.composition),
    property_check(
        "property",
        "Random reparametrisations of image augmentations",
        properties.REPARAMETRISED,
        cost=3.0,
    ),
    property_check(
        "property.composition", "Brightness after contrast", properties.COMPOSED, cost=3.0
    ),
    property_check(
        "property.twice", "Brightness after brightness", properties.COMPOSED_TWICE, cost=3.0
    ),
    *(mutant_check(name, claim) for name, claim in properties.REPARAMETRISATIONS.items()),
    *(mutant_check(name, claim) for name, claim in properties.COMPOSITIONS.items()),
    part="parameters",
)

CONE = section(
    "thm51.cone",
    *proof(
        "derivation",
        "One-sided parameters have a cone of velocities",
        derivation.cone,
        readings=("one-sided",),
    ),
    attack(
        "blur",
        r"False: the velocities of blur by its variance $t \geq 0$ form a subspace",
        partial(refutations.not_a_subspace, refutations.HEAT, replace(refutations.HEAT, both=True)),
        arithmetic=Arithmetic.EXACT,
    ),
    attack(
        "kink",
        r"False: the velocities of $z + \vert t \vert v$, $v \neq 0$, form a subspace",
        partial(refutations.not_a_subspace, refutations.KINK, refutations.SMOOTH),
        arithmetic=Arithmetic.EXACT,
    ),
    part="cone",
)

OF_Z = section(
    "thm51.of-z",
    *proof(
        "derivation",
        "Under an action on representations the tangent space depends on $z$ only",
        derivation.of_z,
        readings=("of-z-equivariant",),
    ),
    *proof("group", r"$\mathcal{V}(gz) = g \mathcal{V}(z)$", derivation.group),
    *proof(
        "stabiliser",
        r"$\dim \mathcal{V} = \dim \mathfrak{g} - \dim \mathfrak{g}_z$",
        derivation.stabiliser,
    ),
    property_check("property", "Four kinds of matrix groups, exactly", groups.GROUP),
    *proof(
        "semicontinuous",
        r"$\dim \mathcal{V}$ is lower semicontinuous in $z$",
        derivation.semicontinuous,
    ),
    property_check(
        "limit", r"$\dim \mathcal{V}$ does not jump up at a limit, exactly", groups.LIMIT
    ),
    property_check("fibres", "Tangent spaces that agree where the maps do not", groups.FIBRES),
    *(mutant_check(name, claim) for name, claim in groups.GROUPS.items()),
    *(mutant_check(name, claim) for name, claim in groups.LIMITS.items()),
    *(mutant_check(f"fibres.{name}", claim) for name, claim in groups.FIBRE.items()),
    refutation(
        "rotations",
        r"$\mathrm{enc} = x_1$ under rotations: one $z$, two tangent spaces",
        refutations.not_of_z,
        refutations.ROTATIONS,
        reading="of-z",
    ),
    refutation_controls(
        "controls.of-z",
        refutations.not_of_z,
        reading="of-z",
        violations=refutations.VIOLATIONS["of-z"],
        mild=refutations.MILD["of-z"],
    ),
    part="of-z",
)

DISCRETE = section(
    "thm51.discrete",
    *proof("derivation", "A discrete parameter has no velocity", derivation.discrete),
    property_check(
        "property", "A flip adds nothing to the tangent space", properties.DISCRETE, cost=3.0
    ),
    mutant_check("flip", properties.FLIP),
    part="discrete",
)

IMAGES = section(
    "thm51.images",
    property_check(
        "order", "Jacobian-vector products against central differences", properties.ORDER, cost=3.0
    ),
    property_check("kink", "One-sided derivatives at the identity", properties.KINK, cost=3.0),
    property_check("rank", "The numerical rank of the tangents", properties.RANK, cost=3.0),
    at_scale(
        "spectrum",
        "The gap in the singular values that the rank rests on",
        scale.spectrum,
        cost=0.5,
    ),
    at_scale("kinks", "The kinks of bilinear interpolation", scale.kinks, cost=1.0),
    at_scale("production", "Tangents at d = 512 and 2048", scale.production, cost=4.0),
    measurement(
        "trained",
        "Tangent spaces through trained backbones, before and after the head",
        trained.tangent_spaces,
        artefacts=DIGITS_NETWORKS.artefacts,
        arithmetic=Arithmetic.FLOAT64,
        cost=4.0,
    ),
    mutant_check("forward", properties.ORDER_FORWARD),
    mutant_check("nearly", properties.ORDER_NEARLY),
    mutant_check("smooth", properties.KINK_OTHER),
    part="images",
)

CHECKS = (*proved.CHECKS, *SUBSPACE, *PARAMETERS, *CONE, *OF_Z, *DISCRETE, *IMAGES)

"""5.1: the augmentation tangent space, of which no source that we can see states more than a definition.

Read in this order: `statement` (the quoted text, its readings, the repaired parts), `derivation`,
`properties`, `refutations`, `siblings`.
"""

from __future__ import annotations

from functools import partial

from theorems.thm51 import derivation, properties, refutations, siblings
from theorems.thm51.statement import STATEMENT
from verify.checks import at_scale, attack, false, proof, refutation, section, true
from verify.statement import Arithmetic

SUBSPACE = section(
    "thm51.subspace",
    *proof(
        "derivation",
        r"$\mathcal{V}_{\mathrm{aug}}$ is the image of a linear map",
        derivation.subspace,
        readings=("subspace",),
    ),
    false("dimension", siblings.DIMENSION),
    part="subspace",
)

PARAMETERS = section(
    "thm51.parameters",
    *proof("derivation", r"$V_\psi \subseteq V$, equal if $D\psi$ is onto", derivation.parameters),
    *proof("composition", "$V_{1 \\circ 2} = V_1 + V_2$", derivation.composition),
    true(
        "property",
        "Random reparametrisations of image augmentations",
        properties.REPARAMETRISED,
        cost=3.0,
    ),
    true("property.composition", "Brightness after contrast", properties.COMPOSED, cost=3.0),
    *(false(name, claim) for name, claim in siblings.REPARAMETRISATIONS.items()),
    false("one", siblings.COMPOSED_ONE),
    part="parameters",
)

OF_Z = section(
    "thm51.of-z",
    *proof(
        "derivation",
        "An action on representations has a tangent space that depends on $z$",
        derivation.of_z,
        readings=("of-z-equivariant",),
    ),
    *proof("group", r"$\mathcal{V}(gz) = g \mathcal{V}(z)$", derivation.group),
    true("property", "Rotations of space, exactly", properties.GROUP),
    *(false(name, claim) for name, claim in siblings.GROUPS.items()),
    refutation(
        "rotations",
        r"$\mathrm{enc} = x_1$ under rotations: one $z$, two tangent spaces",
        partial(refutations.not_of_z, refutations.ROTATIONS),
        reading="of-z",
    ),
    attack(
        "void",
        "Every hypothesis fails at a model made to violate it",
        refutations.hypotheses_can_fail,
        readings=("of-z",),
        arithmetic=Arithmetic.EXACT,
    ),
    part="of-z",
)

DISCRETE = section(
    "thm51.discrete",
    *proof("derivation", "A discrete parameter has no velocity", derivation.discrete),
    true("property", "A flip adds nothing to the tangent space", properties.DISCRETE, cost=3.0),
    false("flip", siblings.FLIP),
    part="discrete",
)

IMAGES = section(
    "thm51.images",
    true(
        "order", "Jacobian-vector products against central differences", properties.ORDER, cost=3.0
    ),
    true("rank", "The numerical rank of the tangents", properties.RANK, cost=3.0),
    at_scale(
        "spectrum",
        "The gap in the singular values that the rank rests on",
        properties.spectrum,
        cost=2.0,
    ),
    false("forward", siblings.ORDER_FORWARD),
    part="images",
)

CHECKS = (*SUBSPACE, *PARAMETERS, *OF_Z, *DISCRETE, *IMAGES)

__all__ = ["CHECKS", "STATEMENT"]

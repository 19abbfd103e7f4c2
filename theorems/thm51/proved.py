"""What Coq's kernel checks of 5.1, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.thm51.statement import STATEMENT
from verify.claims.theorems import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "subspace": said(
            "subspace.part_subspace", "subspace.part_subspace_met", read="870020ef763f9921"
        ),
        "parameters": said(
            "parameters.part_parameters",
            "parameters.part_parameters_needs_onto",
            "parameters.part_parameters_composition",
            "parameters.part_parameters_composition_met",
            read="2a102db48dd3929f",
        ),
        "cone": said(
            "cone.part_cone",
            "cone.part_cone_no_subspace",
            "cone.part_cone_kink",
            "refuted_tangents.part_cone_blur",
            "refuted_tangents.part_cone_two_sided_kink",
            read="67fc2458268e6629",
        ),
        "of-z": said(
            "of_z.part_of_z",
            "of_z.part_of_z_sufficient",
            "of_z.part_of_z_not_necessary",
            "of_z.part_of_z_two_inputs",
            "group.part_of_z_group",
            "group.part_of_z_dimension",
            "group.part_of_z_orbit",
            "group.part_of_z_semicontinuous",
            read="064a851fe561d96a",
        ),
        "discrete": said(
            "discrete.part_discrete",
            "discrete.part_discrete_met",
            "discrete.part_discrete_needs_isolated",
            read="60fbf9b25bed236b",
        ),
    },
    readings={
        "one-sided": said(
            "spans.reading_one_sided", "spans.reading_one_sided_met", read="555d4120d163c27a"
        ),
        "fibre": said(
            "spans.reading_fibre",
            "spans.reading_fibre_singular",
            "spans.reading_fibre_exceeds",
            read="180858b741397c6b",
        ),
        "subspace": said("subspace.reading_subspace", read="db09aa984e7ac256"),
        "of-z": said(
            "refuted_tangents.refuted_of_z",
            "refuted_tangents.of_z_counterexample",
            read="500cab0dcd00833f",
        ),
        "of-z-equivariant": said("of_z.reading_of_z_equivariant", read="7a8f172e3b555b0c"),
    },
)

"""What Coq's kernel checks of 5.1, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.thm51.statement import STATEMENT
from verify.claims.declare import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "subspace": said(
            "subspace.part_subspace", "subspace.part_subspace_met", read="b692ba2beb1554c1"
        ),
        "parameters": said(
            "parameters.part_parameters",
            "parameters.part_parameters_needs_onto",
            "parameters.part_parameters_composition",
            "parameters.part_parameters_composition_met",
            read="ec3380579112e0c6",
        ),
        "cone": said(
            "cone.part_cone",
            "cone.part_cone_no_subspace",
            "cone.part_cone_kink",
            "refuted_tangents.part_cone_blur",
            "refuted_tangents.part_cone_two_sided_kink",
            read="e1bcead075d7fc0f",
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
            read="af1be59f08f0073a",
        ),
        "discrete": said(
            "discrete.part_discrete",
            "discrete.part_discrete_met",
            "discrete.part_discrete_needs_isolated",
            read="3abd772d8abbc35c",
        ),
    },
    readings={
        "one-sided": said(
            "spans.reading_one_sided", "spans.reading_one_sided_met", read="92636af60640c6e8"
        ),
        "fibre": said(
            "spans.reading_fibre",
            "spans.reading_fibre_singular",
            "spans.reading_fibre_exceeds",
            read="172bfa425be990ad",
        ),
        "subspace": said("subspace.reading_subspace", read="2260804ee72ed656"),
        "of-z": said("refuted_tangents.refuted_of_z", read="57118cdc903caa24"),
        "of-z-equivariant": said("of_z.reading_of_z_equivariant", read="43d1505ac142c00d"),
    },
)

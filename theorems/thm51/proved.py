"""What Coq's kernel checks of 5.1, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.thm51.statement import STATEMENT
from verify.claims.declare import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "subspace": said(
            "subspace.part_subspace", "subspace.part_subspace_met", read="ad1c60745df1af17"
        ),
        "parameters": said(
            "parameters.part_parameters",
            "parameters.part_parameters_needs_onto",
            "parameters.part_parameters_composition",
            "parameters.part_parameters_composition_met",
            read="157dc3d89cf4a3ac",
        ),
        "cone": said(
            "cone.part_cone",
            "cone.part_cone_no_subspace",
            "cone.part_cone_kink",
            "refuted_tangents.part_cone_blur",
            "refuted_tangents.part_cone_two_sided_kink",
            read="d4330cd5c02b4776",
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
            read="e0656102ad983569",
        ),
        "discrete": said(
            "discrete.part_discrete",
            "discrete.part_discrete_met",
            "discrete.part_discrete_needs_isolated",
            read="ddf20fe64d5dc2cc",
        ),
    },
    readings={
        "one-sided": said(
            "spans.reading_one_sided", "spans.reading_one_sided_met", read="2f4872c288f3236c"
        ),
        "fibre": said(
            "spans.reading_fibre",
            "spans.reading_fibre_singular",
            "spans.reading_fibre_exceeds",
            read="c073834b4bebc185",
        ),
        "subspace": said("subspace.reading_subspace", read="6d9deace2454e79d"),
        "of-z": said(
            "refuted_tangents.refuted_of_z",
            "refuted_tangents.of_z_counterexample",
            read="930ae4d476b101de",
        ),
        "of-z-equivariant": said("of_z.reading_of_z_equivariant", read="c0deeb088819f924"),
    },
)

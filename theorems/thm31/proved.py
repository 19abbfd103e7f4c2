"""What Coq's kernel checks of 3.1, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.thm31.statement import STATEMENT
from verify.claims.declare import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "metric": said("parts.part_metric", read="3149075373264d63"),
        "affine": said(
            "parts.part_affine",
            "parts.part_affine_solution",
            "met.part_affine_met",
            "met.part_affine_solution_met",
            read="414c79b56f6e7ccb",
        ),
        "linear": said(
            "parts.part_linear",
            "radial.part_linear_bowl",
            "radial.part_linear_scale_invariant",
            "met.part_linear_met",
            read="4dd1eb0180f7ed39",
        ),
        "fixed-point": said(
            "parts.part_fixed_point", "met.part_fixed_point_met", read="aa4caaffd83d4c92"
        ),
    },
    readings={
        "affine-rank": said("refuted.refuted_affine_rank", read="d6cf84d23dd7b0ad"),
        "affine-psd": said(
            "refuted.reading_affine_psd", "met.reading_affine_psd_met", read="37cb2c8b70c68133"
        ),
        "affine-positive": said(
            "refuted.reading_affine_positive",
            "met.reading_affine_positive_met",
            read="d89722d8493f966f",
        ),
        "linear-metric": said("refuted_linear.refuted_linear_metric", read="2a15d63e0e3e0c7c"),
        "similarity": said("parts.reading_similarity", read="f222146ae02a0fa8"),
        "linear-outside": said(
            "refuted.reading_linear_outside",
            "met.reading_linear_outside_met",
            read="beeff7dba5c98b34",
        ),
        "stays-fixed": said("refuted.refuted_stays_fixed", read="43cbefa88a923f98"),
    },
)

"""What Coq's kernel checks of 3.1, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.thm31.statement import STATEMENT
from verify.claims.proved import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "metric": said("parts.part_metric", read="7e81a2a5a59f60b0"),
        "affine": said(
            "parts.part_affine",
            "parts.part_affine_solution",
            "met.part_affine_met",
            "met.part_affine_solution_met",
            read="120d379b5c7b1346",
        ),
        "linear": said(
            "parts.part_linear",
            "radial.part_linear_bowl",
            "radial.part_linear_scale_invariant",
            "met.part_linear_met",
            read="1f4d7b4b7935e203",
        ),
        "fixed-point": said(
            "parts.part_fixed_point", "met.part_fixed_point_met", read="44c91687a6aab595"
        ),
    },
    readings={
        "affine-rank": said("refuted.refuted_affine_rank", read="0c3bf5aa45402b39"),
        "affine-psd": said(
            "refuted.reading_affine_psd", "met.reading_affine_psd_met", read="9324546e2882e8e0"
        ),
        "affine-positive": said(
            "refuted.reading_affine_positive",
            "met.reading_affine_positive_met",
            read="9a8be7869f8866a9",
        ),
        "linear-metric": said("refuted_linear.refuted_linear_metric", read="860c7ed514023307"),
        "similarity": said("parts.reading_similarity", read="e7e23ac116e0996c"),
        "linear-outside": said(
            "refuted.reading_linear_outside",
            "met.reading_linear_outside_met",
            read="40a0354693c860e1",
        ),
        "stays-fixed": said("refuted.refuted_stays_fixed", read="bf66fb9f70efeb20"),
        "linear-smaller": said(
            "refuted.reading_linear_smaller",
            "met.reading_linear_smaller_met",
            read="78fc453cae743ef9",
        ),
        "stays-fixed-full": said(
            "refuted.reading_stays_fixed_full",
            "met.reading_stays_fixed_full_met",
            read="42274e1961cd2a22",
        ),
    },
)

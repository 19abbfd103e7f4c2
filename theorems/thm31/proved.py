"""What Coq's kernel checks of 3.1, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.thm31.statement import STATEMENT
from verify.claims.declare import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "metric": said("parts.part_metric", read="c338a42266642386"),
        "affine": said(
            "parts.part_affine",
            "parts.part_affine_solution",
            "met.part_affine_met",
            "met.part_affine_solution_met",
            read="87ce700c9d8dafe3",
        ),
        "linear": said(
            "parts.part_linear",
            "radial.part_linear_bowl",
            "radial.part_linear_scale_invariant",
            "met.part_linear_met",
            read="187174e718db86be",
        ),
        "fixed-point": said(
            "parts.part_fixed_point", "met.part_fixed_point_met", read="d41aab5fc33df866"
        ),
    },
    readings={
        "affine-rank": said("refuted.refuted_affine_rank", read="1eeb2665c86cfdbe"),
        "affine-psd": said(
            "refuted.reading_affine_psd", "met.reading_affine_psd_met", read="4dd9868bcb262dbd"
        ),
        "affine-positive": said(
            "refuted.reading_affine_positive",
            "met.reading_affine_positive_met",
            read="963cf7e6d655dfaa",
        ),
        "linear-metric": said("refuted_linear.refuted_linear_metric", read="269dd711a96d4db0"),
        "similarity": said("parts.reading_similarity", read="f69e9271f022ac95"),
        "linear-outside": said(
            "refuted.reading_linear_outside",
            "met.reading_linear_outside_met",
            read="831e985374a4b3fa",
        ),
        "stays-fixed": said("refuted.refuted_stays_fixed", read="dd2bdb3cd0f98416"),
        "linear-smaller": said(
            "refuted.reading_linear_smaller",
            "met.reading_linear_smaller_met",
            read="4384fb35a3be286b",
        ),
        "stays-fixed-full": said(
            "refuted.reading_stays_fixed_full",
            "met.reading_stays_fixed_full_met",
            read="cae1c6e38044ab23",
        ),
    },
)

"""What Coq's kernel checks of 3.1, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.thm31.statement import STATEMENT
from verify.claims.theorems import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "metric": said("parts.part_metric", read="7f8b97fc6f3a69a0"),
        "affine": said(
            "parts.part_affine",
            "parts.part_affine_solution",
            "met.part_affine_met",
            "met.part_affine_solution_met",
            read="c01fbe83ad9a8e13",
        ),
        "linear": said(
            "parts.part_linear",
            "radial.part_linear_bowl",
            "radial.part_linear_scale_invariant",
            "factor.part_linear_factor",
            "met.part_linear_met",
            read="410b44d272d61f16",
        ),
        "fixed-point": said(
            "parts.part_fixed_point", "met.part_fixed_point_met", read="f1427732b54817f7"
        ),
    },
    readings={
        "affine-rank": said("refuted.refuted_affine_rank", read="896bfc94ccc4713f"),
        "affine-psd": said(
            "refuted.reading_affine_psd", "met.reading_affine_psd_met", read="61058b0c801ce2e1"
        ),
        "affine-positive": said(
            "refuted.reading_affine_positive",
            "met.reading_affine_positive_met",
            read="0e2b0baffc72d732",
        ),
        "linear-metric": said("refuted_linear.refuted_linear_metric", read="860c7ed514023307"),
        "linear-factor": said(
            "factor.reading_linear_factor",
            "factor.reading_linear_factor_met",
            read="3109d5690e953f8d",
        ),
        "similarity": said("parts.reading_similarity", read="22d09691f59ec562"),
        "linear-outside": said(
            "refuted.reading_linear_outside",
            "met.reading_linear_outside_met",
            read="d92778b3ce503e1d",
        ),
        "stays-fixed": said("refuted.refuted_stays_fixed", read="18802cf5317f7777"),
        "linear-smaller": said(
            "refuted.reading_linear_smaller",
            "met.reading_linear_smaller_met",
            read="1d7fd975859c646f",
        ),
        "stays-fixed-full": said(
            "refuted.reading_stays_fixed_full",
            "met.reading_stays_fixed_full_met",
            read="3fc8573137414f42",
        ),
    },
)

"""What Coq's kernel checks of 3.1, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.thm31.statement import STATEMENT
from verify.claims.declare import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "metric": said("parts.part_metric", read="3149075373264d63"),
        "affine": said("parts.part_affine", "parts.part_affine_solution", read="d5083c786e4c2774"),
        "linear": said(
            "parts.part_linear",
            read="fc232265b05b3534",
            missing="the maximum for $\\sqrt{1 + |u|^2}$, and the $0$ of scale-invariant losses",
        ),
        "fixed-point": said("parts.part_fixed_point", read="4617843baf2dfe77"),
    },
    readings={
        "affine-rank": said("refuted.refuted_affine_rank", read="d6cf84d23dd7b0ad"),
        "affine-psd": said("refuted.reading_affine_psd", read="0409fad20e99eb69"),
        "affine-positive": said("refuted.reading_affine_positive", read="29f118434437419d"),
        "linear-metric": said("refuted_linear.refuted_linear_metric", read="2a15d63e0e3e0c7c"),
        "linear-outside": said("refuted.reading_linear_outside", read="7d097104ebe1304c"),
        "stays-fixed": said("refuted.refuted_stays_fixed", read="43cbefa88a923f98"),
    },
)

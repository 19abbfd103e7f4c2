"""What Coq's kernel checks of 3.5, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.cor35.statement import STATEMENT
from verify.claims.declare import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "published": said("parts.part_published", "parts.part_published_weyl", read=""),
        "sharp": said(
            "sharp.part_sharp",
            "sharp.part_sharp_attained",
            "sharp.part_sharp_published",
            "sharp.part_sharp_square",
            "sharp.part_sharp_larger",
            read="",
        ),
        "psd": said(
            "parts.part_psd",
            "parts.part_psd_attained",
            "parts.part_psd_threshold_attained",
            "parts.part_psd_target",
            read="",
        ),
        "below": said("parts.part_below", "parts.part_below_approached", read=""),
        "indefinite": said(
            "indefinite.part_indefinite",
            "unbounded.part_indefinite_example",
            "unbounded.part_indefinite_unbounded",
            "unbounded.part_indefinite_value",
            "unbounded.part_indefinite_growth",
            read="",
        ),
        "full": said("readings.part_full", read=""),
        "beyond": said(
            "parts.part_beyond",
            read="",
            missing="that below the full bound's threshold the whole effective Hessian stays definite, which part full says",
        ),
    },
    readings={
        "definite": said("readings.reading_definite", read=""),
        "definite-full": said("readings.refuted_definite_full", read=""),
        "isotropy": said("readings.refuted_isotropy", read=""),
        "necessary": said("readings.refuted_necessary", read=""),
    },
)

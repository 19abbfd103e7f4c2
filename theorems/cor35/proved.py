"""What Coq's kernel checks of 3.5, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.cor35.statement import STATEMENT
from verify.claims.declare import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "published": said(
            "parts.part_published", "parts.part_published_weyl", read="18016f2c20f15e08"
        ),
        "sharp": said(
            "sharp.part_sharp",
            "sharp.part_sharp_attained",
            "sharp.part_sharp_published",
            "sharp.part_sharp_square",
            "sharp.part_sharp_larger",
            read="8a8fcbce0e44f087",
        ),
        "psd": said(
            "parts.part_psd",
            "parts.part_psd_attained",
            "parts.part_psd_threshold_attained",
            "parts.part_psd_target",
            read="7225626a174e8e19",
        ),
        "below": said("parts.part_below", "parts.part_below_approached", read="d130d3d4767a89c4"),
        "indefinite": said(
            "indefinite.part_indefinite",
            "unbounded.part_indefinite_example",
            "unbounded.part_indefinite_unbounded",
            "unbounded.part_indefinite_value",
            "unbounded.part_indefinite_growth",
            read="baa7dc11b8915036",
        ),
        "full": said("readings.part_full", read="481f346751d95d85"),
        "beyond": said(
            "parts.part_beyond",
            read="5789abc9fa5f3f4a",
            missing="that below the full bound's threshold the whole effective Hessian stays definite, which part full says",
        ),
    },
    readings={
        "definite": said("readings.reading_definite", read="4e5a3b5c636aadd3"),
        "definite-full": said("readings.refuted_definite_full", read="fa7db834161d6e43"),
        "isotropy": said("readings.refuted_isotropy", read="c806473363df65d3"),
        "necessary": said("readings.refuted_necessary", read="013df2aeebc83d79"),
    },
)

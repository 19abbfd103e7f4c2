"""What Coq's kernel checks of 3.4, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.prop34.statement import STATEMENT
from verify.claims.theorems import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "pullback": said(
            "perturbation.part_pullback",
            "attained.part_pullback_attained",
            "met.part_pullback_met",
            read="b1418424c39a8af7",
        ),
        "star": said(
            "star.part_star",
            "attained.part_star_attained",
            "star.part_star_segment",
            "attained.part_star_segment_attained",
            "met.part_star_met",
            "met.part_star_segment_met",
            read="4170430481568239",
        ),
    },
    readings={
        "full": said("readings.refuted_full", read="2cdd5e2de523971a"),
        "full-same-output": said("readings.refuted_full_same_output", read="2d968f598236e218"),
        "c2-distance": said("readings_c2.refuted_c2_distance", read="081a9a5f3207449d"),
        "own-hessian": said("readings.refuted_own_hessian", read="8db375026fd1d67b"),
        "one-hessian": said(
            "readings.reading_one_hessian",
            "readings.reading_one_hessian_met",
            read="142c63dfa8ebf16d",
        ),
    },
)

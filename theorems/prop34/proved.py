"""What Coq's kernel checks of 3.4, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.prop34.statement import STATEMENT
from verify.claims.declare import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "pullback": said(
            "perturbation.part_pullback",
            "attained.part_pullback_attained",
            "met.part_pullback_met",
            read="720f19314ae28cdc",
        ),
        "star": said(
            "star.part_star",
            "attained.part_star_attained",
            "star.part_star_segment",
            "attained.part_star_segment_attained",
            "met.part_star_met",
            "met.part_star_segment_met",
            read="fbd618d408ea22c0",
        ),
    },
    readings={
        "full": said("readings.refuted_full", read="03cd4fed8bc4ce2a"),
        "full-same-output": said("readings.refuted_full_same_output", read="933aa2bc01ccfb4c"),
        "c2-distance": said("readings_c2.refuted_c2_distance", read="284cbbc0574047ac"),
        "own-hessian": said("readings.refuted_own_hessian", read="7ba8f4354690623a"),
        "one-hessian": said(
            "readings.reading_one_hessian",
            "readings.reading_one_hessian_met",
            read="0a3c5b3930c97222",
        ),
    },
)

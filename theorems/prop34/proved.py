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
            read="f9efa7d715083c95",
        ),
        "star": said(
            "star.part_star",
            "attained.part_star_attained",
            "star.part_star_segment",
            "attained.part_star_segment_attained",
            "met.part_star_met",
            "met.part_star_segment_met",
            read="84d30d21c64c6f4b",
        ),
    },
    readings={
        "full": said("readings.refuted_full", read="5c39fe098dbf64bf"),
        "full-same-output": said("readings.refuted_full_same_output", read="286164a9132e3aa6"),
        "c2-distance": said("readings_c2.refuted_c2_distance", read="c30eeadaeeda04b0"),
        "own-hessian": said("readings.refuted_own_hessian", read="454dfd7d9b44be2c"),
        "one-hessian": said(
            "readings.reading_one_hessian",
            "readings.reading_one_hessian_met",
            read="1a34ced40ec73f3b",
        ),
    },
)

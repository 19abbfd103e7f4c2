"""What Coq's kernel checks of 3.2, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.thm32.statement import STATEMENT
from verify.claims.declare import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "exact": said(
            "exact.part_exact",
            "exact.part_exact_constant",
            "exact.part_exact_linear",
            "exact.part_exact_met",
            read="d2a4438bb258adb4",
            missing="that networks with one hidden layer come within every $\\epsilon$ of that head",
        ),
        "identity": said(
            "convex.part_identity_convex",
            "necessary.part_identity_necessary",
            "necessary.part_identity_oscillation",
            "sine.part_identity_sine",
            "sine.part_identity_cosine",
            "identity_hypotheses.part_identity_convex_met",
            "identity_hypotheses.part_identity_convex_needs_nonconstant",
            "identity_hypotheses.part_identity_met",
            "identity_hypotheses.part_identity_necessary_needs_isotropy",
            read="54cdbcea04fa49d5",
        ),
        "affine": said("affine.part_affine", "affine.part_affine_met", read="480877cbba645ad0"),
        "forced": said(
            "forced.part_forced",
            "forced.part_forced_met",
            read="bed4c23d51a2d88c",
            missing="the converse, which constructs a head",
        ),
        "flow": said(
            "flow.part_flow_acceleration",
            "flow.part_flow_turn",
            "flow.part_flow_speed",
            "flow.part_flow_arc",
            "refuted_flow.part_flow_straight",
            read="f483e91dac9d67d1",
        ),
    },
    readings={
        "own-flow": said("refuted_flow.refuted_own_flow", read="d3337aac834e3964"),
        "identity": said("refuted_isotropy.refuted_identity", read="55e5fc1004af873a"),
        "pullback": said("refuted_isotropy.refuted_pullback", read="391358058b4bd3ad"),
    },
)

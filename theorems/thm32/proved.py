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
            read="ce52c4b879a852f0",
            missing="that networks with one hidden layer come within every $\\epsilon$ of that head, and that a ReLU head is affine near a point off its kinks",
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
            read="fe482af654f81fda",
        ),
        "affine": said("affine.part_affine", "affine.part_affine_met", read="5f92a92b3fa716b9"),
        "forced": said(
            "forced.part_forced",
            "forced.part_forced_met",
            read="8be7c204302bda1b",
            missing="the converse, which constructs a head",
        ),
        "flow": said(
            "flow.part_flow_acceleration",
            "flow.part_flow_turn",
            "flow.part_flow_speed",
            "flow.part_flow_arc",
            "refuted_flow.part_flow_straight",
            read="0037fef32bbca6ec",
        ),
    },
    readings={
        "own-flow": said("refuted_flow.refuted_own_flow", read="4f65ddbce2d43ae0"),
        "identity": said("refuted_isotropy.refuted_identity", read="c7910575101d16fd"),
        "pullback": said(
            "refuted_isotropy.refuted_pullback",
            "refuted_isotropy.pullback_counterexample_short",
            read="a0b0a015ced068c1",
        ),
    },
)

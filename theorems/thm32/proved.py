"""What Coq's kernel checks of 3.2, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.thm32.statement import STATEMENT
from verify.claims.theorems import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "exact": said(
            "exact.part_exact",
            "exact.part_exact_constant",
            "exact.part_exact_linear",
            "exact.part_exact_met",
            read="86379fdea257a2e4",
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
            read="604f659746d53ab4",
        ),
        "affine": said("affine.part_affine", "affine.part_affine_met", read="3edffeaec62b32d3"),
        "forced": said(
            "forced.part_forced",
            "forced.part_forced_met",
            read="212418909adabbe2",
            missing="the converse, which constructs a head",
        ),
        "flow": said(
            "flow.part_flow_acceleration",
            "flow.part_flow_turn",
            "flow.part_flow_speed",
            "flow.part_flow_arc",
            "refuted_flow.part_flow_straight",
            read="055a25d09c95cb3c",
        ),
    },
    readings={
        "own-flow": said("refuted_flow.refuted_own_flow", read="e83852dca8e53164"),
        "identity": said("refuted_isotropy.refuted_identity", read="04fa2ae867ef5de0"),
        "identity-metric": said(
            "metric.reading_identity_metric",
            "metric.reading_identity_metric_met",
            read="2caa8482b3bad112",
            missing="that networks with one hidden layer come within every $\\epsilon$ of that head",
        ),
        "pullback": said(
            "refuted_isotropy.refuted_pullback",
            "refuted_isotropy.pullback_counterexample_short",
            read="e3135f07321daf4b",
        ),
    },
)

"""What Coq's kernel checks of 5.2, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.prop52.statement import STATEMENT
from verify.claims.theorems import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "metric": said(
            "metric.part_metric",
            "metric_hypotheses.part_metric_met",
            "metric_hypotheses.part_metric_needs_invariant",
            read="797ff7c4b00024f0",
        ),
        "hessian": said(
            "hessian.part_hessian",
            "hessian.part_hessian_met",
            "neighbourhood.part_hessian_neighbourhood",
            "neighbourhood.part_hessian_neighbourhood_met",
            "neighbourhood.part_hessian_neighbourhood_needs_neighbourhood",
            read="a05aa0ee66fd34d0",
        ),
        "converse": said(
            "converse.part_converse",
            "converse.part_converse_met",
            "converse.part_converse_needs_every_point",
            read="9d9f35bbebba692d",
        ),
        "spread": said(
            "length.part_spread_length",
            "length.part_spread_closed",
            "length.part_spread_length_attained",
            "length.part_spread_closed_attained",
            read="a38085ed913b67f4",
            missing="the bounds of the variance under uniform arclength, and that they are attained",
        ),
        "small": said(
            "small.part_small_converse",
            read="bc25052ea2ee2400",
            missing="the expansion of the mean square",
        ),
    },
    readings={
        "metric": said("metric.reading_metric", read="5ae97efcb91e9e55"),
        "effective": said(
            "refuted_orbits.refuted_effective",
            "refuted_orbits.effective_counterexample",
            read="e716844b3cae35f7",
        ),
        "effective-form": said("effective_form.reading_effective_form", read="9cd83b581efef9cf"),
        "effective-kernel": said(
            "refuted_orbits.refuted_effective_kernel",
            "refuted_orbits.effective_kernel_counterexample",
            read="f982cbf3058e3c63",
        ),
        "collapse": said(
            "refuted_orbits.refuted_collapse",
            "refuted_orbits.collapse_counterexample",
            read="642f81bf8996a385",
        ),
        "collapse-group": said(
            "groups.reading_collapse_group",
            "groups.reading_collapse_group_met",
            "groups.reading_collapse_group_needs_every_point",
            "groups.reading_collapse_group_needs_group",
            read="e0ea60a1bacb5b50",
        ),
        "converse": said(
            "refuted_orbits.refuted_converse",
            "refuted_orbits.converse_counterexample",
            read="719c965394388aa3",
        ),
        "effective-neighbourhood": said(
            "readings.reading_effective_neighbourhood", read="2e9a07fb31f411f1"
        ),
        "collapse-everywhere": said(
            "readings.reading_collapse_everywhere", read="b539dc46ba99006c"
        ),
    },
)

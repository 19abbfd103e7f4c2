"""What Coq's kernel checks of 5.2, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.prop52.statement import STATEMENT
from verify.claims.declare import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "metric": said(
            "metric.part_metric",
            "metric_hypotheses.part_metric_met",
            "metric_hypotheses.part_metric_needs_invariant",
            read="2d2ae42655b513e1",
        ),
        "hessian": said(
            "hessian.part_hessian",
            "hessian.part_hessian_met",
            "neighbourhood.part_hessian_neighbourhood",
            "neighbourhood.part_hessian_neighbourhood_met",
            "neighbourhood.part_hessian_neighbourhood_needs_neighbourhood",
            read="2a0960a960abc196",
        ),
        "converse": said(
            "converse.part_converse",
            "converse.part_converse_met",
            "converse.part_converse_needs_every_point",
            read="70e42f58b666c148",
        ),
        "spread": said(
            "length.part_spread_length",
            "length.part_spread_closed",
            "length.part_spread_length_attained",
            "length.part_spread_closed_attained",
            read="59be69a2053ccc0e",
            missing="the bounds of the variance under uniform arclength, and that they are attained",
        ),
        "small": said(
            "small.part_small_converse",
            read="b63474a14d285d86",
            missing="the expansion of the mean square",
        ),
    },
    readings={
        "metric": said("metric.reading_metric", read="75ab02bc022d2f79"),
        "effective": said(
            "refuted_orbits.refuted_effective",
            "refuted_orbits.effective_counterexample",
            read="e541c66ccd1cf1f5",
        ),
        "effective-form": said("effective_form.reading_effective_form", read="9082ab4e9b83d8fb"),
        "effective-kernel": said(
            "refuted_orbits.refuted_effective_kernel",
            "refuted_orbits.effective_kernel_counterexample",
            read="caaaf9e09758c51d",
        ),
        "collapse": said(
            "refuted_orbits.refuted_collapse",
            "refuted_orbits.collapse_counterexample",
            read="8cf2e478c2ad354f",
        ),
        "collapse-group": said(
            "groups.reading_collapse_group",
            "groups.reading_collapse_group_met",
            "groups.reading_collapse_group_needs_every_point",
            "groups.reading_collapse_group_needs_group",
            read="8f08c3c11889d00e",
        ),
        "converse": said(
            "refuted_orbits.refuted_converse",
            "refuted_orbits.converse_counterexample",
            read="91fd0f5face7d72c",
        ),
        "effective-neighbourhood": said(
            "readings.reading_effective_neighbourhood", read="6740383ca08811f9"
        ),
        "collapse-everywhere": said(
            "readings.reading_collapse_everywhere", read="fe1ca47d63f0f1a7"
        ),
    },
)

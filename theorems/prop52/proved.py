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
            read="2d6c24a03568bc87",
        ),
        "hessian": said(
            "hessian.part_hessian",
            "hessian.part_hessian_met",
            "neighbourhood.part_hessian_neighbourhood",
            "neighbourhood.part_hessian_neighbourhood_met",
            "neighbourhood.part_hessian_neighbourhood_needs_neighbourhood",
            read="e574bb96ef8b0d88",
        ),
        "converse": said(
            "converse.part_converse",
            "converse.part_converse_met",
            "converse.part_converse_needs_every_point",
            read="a2cb8b5df4dc309d",
        ),
        "spread": said(
            "length.part_spread_length",
            "length.part_spread_closed",
            "length.part_spread_length_attained",
            "length.part_spread_closed_attained",
            read="76905b0cd8f8e2b8",
            missing="the bounds of the variance under uniform arclength, and that they are attained",
        ),
        "small": said(
            "small.part_small_converse",
            read="4e731b687c0a8013",
            missing="the expansion of the mean square",
        ),
    },
    readings={
        "metric": said("metric.reading_metric", read="794ae64777d49bff"),
        "effective": said("refuted_orbits.refuted_effective", read="f8c1733d3da986e1"),
        "effective-form": said("effective_form.reading_effective_form", read="bf958f3cadb99395"),
        "effective-kernel": said(
            "refuted_orbits.refuted_effective_kernel", read="5f3ecadc054ad39a"
        ),
        "collapse": said("refuted_orbits.refuted_collapse", read="dff719daef6e4fc7"),
        "converse": said("refuted_orbits.refuted_converse", read="0561b1335de63115"),
        "effective-neighbourhood": said(
            "readings.reading_effective_neighbourhood", read="68146ad47b3950d5"
        ),
        "collapse-everywhere": said(
            "readings.reading_collapse_everywhere", read="976cac021bf6f408"
        ),
    },
)

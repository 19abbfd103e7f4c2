"""What Coq's kernel checks of 5.3, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.thm53.statement import STATEMENT
from verify.claims.declare import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "rank": said(
            "rank.part_rank", "rank.part_rank_attained", "rank.part_rank_published", read=""
        ),
        "order": said(
            "order.part_order", "order.part_order_attained", "order.part_order_nuisance", read=""
        ),
        "free": said("rank.part_free", read=""),
        "processing": said("processing.part_processing", read=""),
    },
    readings={
        "law": said("refutations.refuted_law", read=""),
        "transversal": said("rank.reading_transversal", read=""),
        "invariant": said("invariant.refuted_invariant", read=""),
        "point": said("refutations.refuted_point", read=""),
        "models": said("refutations.refuted_models", read=""),
    },
)

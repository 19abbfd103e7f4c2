"""What Coq's kernel checks of 5.3, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.thm53.statement import STATEMENT
from verify.claims.declare import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "rank": said(
            "rank.part_rank",
            "rank.part_rank_attained",
            "rank.part_rank_published",
            read="7eed623a9aad65ea",
        ),
        "order": said(
            "order.part_order",
            "order.part_order_attained",
            "order.part_order_nuisance",
            read="a9bdb5d2f2109af4",
        ),
        "free": said("rank.part_free", read="2c21a33eb930e8b6"),
        "gaussian": said(
            "gaussian.part_gaussian", "hypotheses.part_gaussian_met", read="8b85bbbb00ed4ca0"
        ),
        "processing": said("processing.part_processing", read="3154750c7b12f171"),
    },
    readings={
        "law": said("refutations.refuted_law", read="e2f1f8f70cbf3451"),
        "transversal": said("rank.reading_transversal", read="5b9ce6c344609797"),
        "invariant": said("invariant.refuted_invariant", read="c9e2e8452c291151"),
        "point": said("refutations.refuted_point", read="143abbc5e88f6724"),
        "models": said("refutations.refuted_models", read="6876ea05f4653526"),
        "models-nonsingular": said(
            "models.reading_models_nonsingular",
            "models.reading_models_nonsingular_met",
            "models.fisher_chain",
            read="2adef5dc8e0b5cdc",
        ),
    },
)

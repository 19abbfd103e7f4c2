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
            read="2bd0ff7b6c0e3fb8",
        ),
        "order": said(
            "order.part_order",
            "order.part_order_attained",
            "order.part_order_nuisance",
            read="3f741567a0e2c28f",
        ),
        "free": said("rank.part_free", read="4773742c0e03d9cd"),
        "gaussian": said(
            "gaussian.part_gaussian", "hypotheses.part_gaussian_met", read="60c269a25a794631"
        ),
        "processing": said("processing.part_processing", read="5b2b5b2bdb80503f"),
    },
    readings={
        "law": said("refutations.refuted_law", read="f4fb1b2427727b7f"),
        "transversal": said("rank.reading_transversal", read="095b564cef174b82"),
        "invariant": said("invariant.refuted_invariant", read="f7e004528c8782d5"),
        "point": said("refutations.refuted_point", read="16e985c12f2c885b"),
        "models": said("refutations.refuted_models", read="960b0d6d1ec296ee"),
        "models-nonsingular": said(
            "models.reading_models_nonsingular",
            "models.reading_models_nonsingular_met",
            "models.fisher_chain",
            read="2220a9db6a2bdc70",
        ),
    },
)

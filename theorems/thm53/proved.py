"""What Coq's kernel checks of 5.3, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.thm53.statement import STATEMENT
from verify.claims.theorems import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "rank": said(
            "rank.part_rank",
            "rank.part_rank_attained",
            "rank.part_rank_published",
            read="c110a5ba03c50670",
        ),
        "order": said(
            "order.part_order",
            "order.part_order_attained",
            "order.part_order_nuisance",
            read="0076b3f164e84440",
        ),
        "free": said("rank.part_free", read="6c18d145dc7fd047"),
        "gaussian": said(
            "gaussian.part_gaussian", "hypotheses.part_gaussian_met", read="9c44c732b25121f5"
        ),
        "processing": said("processing.part_processing", read="035447254e252f3c"),
    },
    readings={
        "law": said("refutations.refuted_law", read="a8c81ecaca6fba5f"),
        "transversal": said("rank.reading_transversal", read="f5bceee17d217d41"),
        "invariant": said("invariant.refuted_invariant", read="01ac31855031c7ce"),
        "point": said("refutations.refuted_point", read="26b562dfcba2f5bb"),
        "models": said("refutations.refuted_models", read="cff58cee89fb87bb"),
        "models-nonsingular": said(
            "models.reading_models_nonsingular",
            "models.reading_models_nonsingular_met",
            "models.fisher_chain",
            read="99c0e04d10c78bf5",
        ),
        "models-ordered": said(
            "models.reading_models_ordered",
            "models.reading_models_ordered_met",
            "models.fisher_chain",
            read="2d174c7fe01f920e",
        ),
    },
)

"""What Coq's kernel checks of 3.3, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.prop33.statement import STATEMENT
from verify.claims.declare import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "iff": said(
            "isotropic.part_iff",
            "isotropic.part_iff_affine",
            "isotropic.part_iff_met",
            read="63904960c4968b73",
        ),
        "factor": said(
            "factor.part_factor",
            "factor_beyond.part_factor_not_beyond",
            "factor_hypotheses.part_factor_met",
            "factor_hypotheses.part_factor_needs_dimension",
            "factor_hypotheses.part_factor_needs_hessian",
            read="c2453b022eeca1e1",
        ),
        "square": said("square.part_square", "square.part_square_narrow", read="e4e32370581c5340"),
        "general": said(
            "general.part_general",
            "general.part_general_curved",
            "general.part_general_flat",
            read="a980c49e900ceccc",
        ),
        "curvature": said(
            "curvature.part_curvature",
            "curvature.part_curvature_constant",
            "curvature.part_curvature_not_sufficient",
            "curvature.part_curvature_not_necessary",
            "curvature.part_curvature_met",
            read="d9d450ce07b7c126",
        ),
        "robust": said(
            "robust.part_robust",
            "robust.part_robust_met",
            "conditioning.part_robust_conditioning",
            "conditioning.part_robust_sharp",
            read="f9669a2825ae32c9",
        ),
        "scope": said(
            "scope.part_scope",
            "scope.part_scope_origin",
            "scope.part_scope_met",
            read="01b14e414083ebd5",
        ),
    },
    readings={
        "constant-factor": said(
            "refuted_barrier.refuted_constant_factor",
            "refuted_all_widths.barrier_counterexample_all_widths",
            read="8a946ced6bb37c54",
        ),
        "varying-factor": said(
            "refuted_barrier.refuted_varying_factor",
            "refuted_all_widths.barrier_counterexample_all_widths",
            read="17d914bb154bd25e",
        ),
        "some-loss": said("some_loss.reading_some_loss", read="198b323e38e79b29"),
        "square": said("readings.reading_square", read="29963133d5257c6a"),
        "square-varying": said("readings.reading_square_varying", read="ea76773d76fc44cf"),
        "curved-subspaces": said("general.reading_curved_subspaces", read="109716e3f4b174ed"),
        "narrow": said("square.reading_narrow", read="e943601209b8f35e"),
    },
)

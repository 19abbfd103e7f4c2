"""What Coq's kernel checks of 3.3, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.prop33.statement import STATEMENT
from verify.claims.declare import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "iff": said(
            "isotropic.part_iff", "isotropic.part_iff_affine", "isotropic.part_iff_met", read=""
        ),
        "factor": said(
            "factor.part_factor",
            "factor_beyond.part_factor_not_beyond",
            "factor_hypotheses.part_factor_met",
            "factor_hypotheses.part_factor_needs_dimension",
            "factor_hypotheses.part_factor_needs_hessian",
            read="",
        ),
        "square": said("square.part_square", "square.part_square_narrow", read=""),
        "general": said(
            "general.part_general",
            "general.part_general_curved",
            "general.part_general_flat",
            read="",
        ),
        "curvature": said(
            "curvature.part_curvature",
            "curvature.part_curvature_constant",
            "curvature.part_curvature_not_sufficient",
            "curvature.part_curvature_not_necessary",
            "curvature.part_curvature_met",
            read="",
        ),
        "robust": said(
            "robust.part_robust",
            "robust.part_robust_met",
            "conditioning.part_robust_conditioning",
            "conditioning.part_robust_sharp",
            read="",
        ),
        "scope": said(
            "scope.part_scope", "scope.part_scope_origin", "scope.part_scope_met", read=""
        ),
    },
    readings={
        "constant-factor": said("refuted_barrier.refuted_constant_factor", read=""),
        "varying-factor": said("refuted_barrier.refuted_varying_factor", read=""),
        "some-loss": said("some_loss.reading_some_loss", read=""),
        "square": said("readings.reading_square", read=""),
        "square-varying": said("readings.reading_square_varying", read=""),
        "curved-subspaces": said("general.reading_curved_subspaces", read=""),
        "narrow": said("square.reading_narrow", read=""),
    },
)

"""What Coq's kernel checks of 3.3, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.prop33.statement import STATEMENT
from verify.claims.proved import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "iff": said(
            "isotropic.part_iff",
            "isotropic.part_iff_affine",
            "isotropic.part_iff_met",
            read="28de3accc50817ba",
        ),
        "factor": said(
            "factor.part_factor",
            "factor_beyond.part_factor_not_beyond",
            "factor_hypotheses.part_factor_met",
            "factor_hypotheses.part_factor_needs_dimension",
            "factor_hypotheses.part_factor_needs_hessian",
            read="09d5b05ff8418fd9",
        ),
        "square": said("square.part_square", "square.part_square_narrow", read="7c26d2ee355f2c15"),
        "general": said(
            "general.part_general",
            "general.part_general_curved",
            "general.part_general_flat",
            "general_met.reading_curved_subspaces_met",
            read="c6a18588f0ba2724",
        ),
        "curvature": said(
            "curvature.part_curvature",
            "curvature.part_curvature_constant",
            "curvature.part_curvature_not_sufficient",
            "curvature.part_curvature_not_necessary",
            "curvature.part_curvature_met",
            read="6478676f1ea1d191",
        ),
        "robust": said(
            "robust.part_robust",
            "robust.part_robust_met",
            "conditioning.part_robust_conditioning",
            "conditioning.part_robust_sharp",
            read="da66b861f4fc1d94",
        ),
        "scope": said(
            "scope.part_scope",
            "scope.part_scope_origin",
            "scope.part_scope_met",
            read="308db95832833ba0",
        ),
    },
    readings={
        "constant-factor": said(
            "refuted_barrier.refuted_constant_factor",
            "refuted_all_widths.barrier_counterexample_all_widths",
            read="479d894a18a88a8c",
        ),
        "varying-factor": said(
            "refuted_barrier.refuted_varying_factor",
            "refuted_all_widths.barrier_counterexample_all_widths",
            read="0899add3534eb563",
        ),
        "some-loss": said("some_loss.reading_some_loss", read="abef74cc5285cad5"),
        "square": said("readings.reading_square", read="c5f59c39c92731bf"),
        "square-varying": said("readings.reading_square_varying", read="d66fcc5a343aefb5"),
        "curved-subspaces": said(
            "general.reading_curved_subspaces",
            "general_met.reading_curved_subspaces_met",
            read="43e02812b7ea991b",
        ),
        "narrow": said("square.reading_narrow", read="7386aff18a4c2c4e"),
    },
)

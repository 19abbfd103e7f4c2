"""What Coq's kernel checks of 3.3, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.prop33.statement import STATEMENT
from verify.claims.theorems import kernel, said

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
        "square": said("square.part_square", "square.part_square_narrow", read="179438a64fd8dda3"),
        "general": said(
            "general.part_general",
            "general.part_general_curved",
            "general.part_general_flat",
            "general_met.reading_curved_subspaces_met",
            read="8e0f59561beb7c54",
        ),
        "curvature": said(
            "curvature.part_curvature",
            "curvature.part_curvature_constant",
            "curvature.part_curvature_not_sufficient",
            "curvature.part_curvature_not_necessary",
            "curvature.part_curvature_met",
            read="f660a09eca402ed0",
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
        "some-loss": said("some_loss.reading_some_loss", read="9653a74ff8993587"),
        "square": said("readings.reading_square", read="bd5c83aabc36d44b"),
        "square-varying": said("readings.reading_square_varying", read="214151798052190c"),
        "curved-subspaces": said(
            "general.reading_curved_subspaces",
            "general_met.reading_curved_subspaces_met",
            read="ff8713130065a7ca",
        ),
        "third": said("third.reading_third", "third.reading_third_met", read="2ee004f677a9044b"),
        "narrow": said("square.reading_narrow", read="7386aff18a4c2c4e"),
    },
)

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
            read="ff6ef5626fd04bfc",
        ),
        "factor": said(
            "factor.part_factor",
            "factor_beyond.part_factor_not_beyond",
            "factor_hypotheses.part_factor_met",
            "factor_hypotheses.part_factor_needs_dimension",
            "factor_hypotheses.part_factor_needs_hessian",
            read="30c5d21ef2108ae3",
        ),
        "square": said("square.part_square", "square.part_square_narrow", read="b2e10e47dbd1966b"),
        "general": said(
            "general.part_general",
            "general.part_general_curved",
            "general.part_general_flat",
            "general_met.reading_curved_subspaces_met",
            read="2fa17366e0c4fc51",
        ),
        "curvature": said(
            "curvature.part_curvature",
            "curvature.part_curvature_constant",
            "curvature.part_curvature_not_sufficient",
            "curvature.part_curvature_not_necessary",
            "curvature.part_curvature_met",
            read="2e3c02a6a421dadc",
        ),
        "robust": said(
            "robust.part_robust",
            "robust.part_robust_met",
            "conditioning.part_robust_conditioning",
            "conditioning.part_robust_sharp",
            read="0602364f5c2d898a",
        ),
        "scope": said(
            "scope.part_scope",
            "scope.part_scope_origin",
            "scope.part_scope_met",
            read="b442c1ab81e7af9f",
        ),
    },
    readings={
        "constant-factor": said(
            "refuted_barrier.refuted_constant_factor",
            "refuted_all_widths.barrier_counterexample_all_widths",
            read="82aa9f83fa4317c4",
        ),
        "varying-factor": said(
            "refuted_barrier.refuted_varying_factor",
            "refuted_all_widths.barrier_counterexample_all_widths",
            read="6879a9f19a87ff64",
        ),
        "some-loss": said("some_loss.reading_some_loss", read="50341f63f4086128"),
        "square": said("readings.reading_square", read="f80e2306e077e264"),
        "square-varying": said("readings.reading_square_varying", read="815ce4a43edaee74"),
        "curved-subspaces": said(
            "general.reading_curved_subspaces",
            "general_met.reading_curved_subspaces_met",
            read="fcf86b56f70b2236",
        ),
        "narrow": said("square.reading_narrow", read="6cbbfff81ce80663"),
    },
)

"""What Coq's kernel checks of 4.1, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.thm41.statement import STATEMENT
from verify.claims.declare import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "identity": said(
            "identity.part_identity",
            "identity.part_identity_lines",
            "identity.part_identity_met",
            read="07a6f8e0c24180f6",
        ),
        "F": said("layers.part_F", "layers.part_F_met", read="b516fee4661265bb"),
        "affine": said(
            "direction.part_affine",
            "hessian_parts.reading_1_psd_premise_hessian",
            "direction.part_affine_needs_psd",
            "matrix_hypotheses.part_affine_met",
            "convex_flow.part_affine_flow",
            "cosine_affine.part_affine_cosine",
            "cosine_affine.part_affine_cosine_met",
            read="92f7fa620a3abc72",
        ),
        "direction": said(
            "hessian_parts.part_direction_hessian",
            "direction.part_direction_met",
            "direction.part_direction_needs_kernel",
            read="3a01c9184d41d401",
        ),
        "fact0": said(
            "scale.part_fact0",
            "cosine_spectrum.part_fact0_cosine",
            "cosine_spectrum.part_fact0_met",
            "cosine_spectrum.part_fact0_needs_scale_invariant",
            "cross_entropy.part_fact0_cross_entropy",
            "cross_entropy.part_fact0_cross_entropy_met",
            read="b38105d12c0c4f11",
        ),
        "inertia": said(
            "hessian_parts.part_inertia_hessian",
            "hessian_met.part_inertia_hessian_attained",
            "matrix_hypotheses.part_inertia_met",
            read="f557e036a3ae6e5b",
        ),
        "kernel": said(
            "criterion.part_kernel",
            "criterion.part_kernel_every",
            "criterion.part_kernel_definite",
            "criterion.part_kernel_definite_not_every",
            "criterion.part_kernel_met",
            read="cce9a8a5000f893c",
        ),
        "symmetry": said(
            "hessian_parts.part_symmetry_hessian",
            "coin.part_symmetry_probability",
            "coin.part_symmetry_half",
            "coin.part_symmetry_coherent",
            "softplus.softplus_bends",
            "coin.part_symmetry_one_half",
            read="fbea2f8f91131d61",
        ),
        "initial": said(
            "initial.part_initial",
            "initial.part_initial_count",
            "initial.part_initial_not_critical",
            "initial_met.part_initial_attained",
            read="ea7aeebb9cb9ca42",
        ),
        "critical": said(
            "hessian_parts.part_critical_hessian",
            "matrix_hypotheses.part_critical_met",
            "matrix_hypotheses.part_critical_needs_tapering",
            "matrix_hypotheses.part_critical_needs_slope",
            read="e038e8f63344f6ed",
        ),
        "threshold": said(
            "hessian_parts.part_threshold_hessian",
            "hessian_parts.part_threshold_exact_hessian",
            "hessian_met.part_threshold_hessian_attained",
            "matrix_hypotheses.part_threshold_met",
            "matrix_hypotheses.part_threshold_needs_bound",
            read="e18485a433e70140",
        ),
        "natural": said(
            "natural.part_natural", "natural.part_natural_met", read="9ef6aab13a54b57f"
        ),
    },
    readings={
        "1-interaction": said("direction.part_affine", read="fb218dba3fa4e22f"),
        "1-psd": said("refuted_definite.refuted_1_psd", read="d77dfe295ac8aef2"),
        "1-psd-premise": said(
            "direction.part_affine",
            "direction.reading_1_psd_premise",
            "hessian_parts.reading_1_psd_premise_hessian",
            read="e656d74ea0cffda1",
        ),
        "1-psd-cosine": said(
            "cosine_affine.reading_1_psd_cosine",
            "cosine_affine.part_affine_cosine_met",
            "cosine_affine.reading_1_psd_cosine_needs_acute",
            read="3601ca9e95a38999",
        ),
        "1-non-repelling": said(
            "refuted_repelling.refuted_1_non_repelling", read="0d75f505ca25d0b2"
        ),
        "1-non-repelling-convex": said(
            "convex_flow.reading_1_non_repelling_convex",
            "convex_flow_met.reading_1_non_repelling_convex_met",
            read="9f65f234a1feccf5",
        ),
        "2-mechanism": said(
            "refuted_mechanism.reading_2_mechanism",
            "refuted_mechanism.reading_2_mechanism_met",
            read="33bc3b544b4a4640",
        ),
        "2-every": said("refuted_smooth.refuted_2_every", read="707fb9fdda606d47"),
        "2-generic": said(
            "refuted_generic.refuted_2_generic",
            "refuted_generic.generic_counterexample",
            read="3dbcd12f96bb1017",
        ),
        "2-direction": said(
            "hessian_parts.reading_2_direction_hessian",
            "matrix_hypotheses.reading_2_direction_met",
            read="7ede36e0962375c0",
        ),
        "2-escape": said("refuted_escape.refuted_2_escape", read="725c3ae74f3f05cc"),
        "2-initial": said(
            "initial.reading_2_initial",
            "initial_met.part_initial_attained",
            read="ccd967f943e1c136",
        ),
        "relu-non-repelling": said(
            "refuted_repelling.refuted_relu_non_repelling",
            "refuted_repelling.relu_counterexample",
            read="3b3cc768e8cc73ab",
        ),
        "relu-non-repelling-convex": said(
            "convex_flow.reading_relu_non_repelling_convex",
            "convex_flow_met.reading_relu_non_repelling_convex_met",
            read="706c11e1aa52099f",
        ),
    },
)

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
            read="e030be041ffed28e",
        ),
        "F": said("layers.part_F", "layers.part_F_met", read="05a1ff318e65b814"),
        "affine": said(
            "direction.part_affine",
            "direction.part_affine_needs_psd",
            "matrix_hypotheses.part_affine_met",
            "convex_flow.part_affine_flow",
            read="c1c358bb950769bb",
        ),
        "direction": said(
            "hessian_parts.part_direction_hessian",
            "direction.part_direction_met",
            "direction.part_direction_needs_kernel",
            read="5bc1dad5b9e1b8ad",
        ),
        "fact0": said(
            "scale.part_fact0",
            "cosine_spectrum.part_fact0_cosine",
            "cosine_spectrum.part_fact0_met",
            "cosine_spectrum.part_fact0_needs_scale_invariant",
            "cross_entropy.part_fact0_cross_entropy",
            "cross_entropy.part_fact0_cross_entropy_met",
            read="c258304e599460cb",
        ),
        "inertia": said(
            "hessian_parts.part_inertia_hessian",
            "hessian_met.part_inertia_hessian_attained",
            "matrix_hypotheses.part_inertia_met",
            read="f85773f08eda74f4",
        ),
        "kernel": said(
            "criterion.part_kernel",
            "criterion.part_kernel_every",
            "criterion.part_kernel_definite",
            "criterion.part_kernel_definite_not_every",
            "criterion.part_kernel_met",
            read="72067ccebf663a31",
        ),
        "symmetry": said(
            "hessian_parts.part_symmetry_hessian",
            "coin.part_symmetry_probability",
            "coin.part_symmetry_half",
            "coin.part_symmetry_coherent",
            "softplus.softplus_bends",
            "coin.part_symmetry_one_half",
            read="6cfff6aacb1ee789",
        ),
        "initial": said(
            "initial.part_initial",
            "initial.part_initial_count",
            "initial.part_initial_not_critical",
            "initial_met.part_initial_attained",
            read="7ff277dc3b461fc7",
        ),
        "critical": said(
            "hessian_parts.part_critical_hessian",
            "matrix_hypotheses.part_critical_met",
            "matrix_hypotheses.part_critical_needs_tapering",
            "matrix_hypotheses.part_critical_needs_slope",
            read="fc444ced4a9a7b95",
        ),
        "threshold": said(
            "hessian_parts.part_threshold_hessian",
            "hessian_parts.part_threshold_exact_hessian",
            "hessian_met.part_threshold_hessian_attained",
            "matrix_hypotheses.part_threshold_met",
            "matrix_hypotheses.part_threshold_needs_bound",
            read="7079fdda76106573",
        ),
        "natural": said(
            "natural.part_natural", "natural.part_natural_met", read="b2a47fbffcdb0c5a"
        ),
    },
    readings={
        "1-psd": said("refuted_definite.refuted_1_psd", read="8c0c1e6e264781b9"),
        "1-psd-premise": said(
            "direction.part_affine", "direction.reading_1_psd_premise", read="c0c9910ae5b53827"
        ),
        "1-non-repelling": said(
            "refuted_repelling.refuted_1_non_repelling", read="10a08611b4fda4e1"
        ),
        "1-non-repelling-convex": said(
            "convex_flow.reading_1_non_repelling_convex",
            "convex_flow_met.reading_1_non_repelling_convex_met",
            read="72a353ab982ff619",
        ),
        "2-mechanism": said(
            "refuted_mechanism.reading_2_mechanism",
            "refuted_mechanism.reading_2_mechanism_met",
            read="c8a42a78a0248d06",
        ),
        "2-every": said("refuted_smooth.refuted_2_every", read="e58cdd59840eed3e"),
        "2-generic": said("refuted_generic.refuted_2_generic", read="207686c9bc3a9545"),
        "2-direction": said(
            "hessian_parts.reading_2_direction_hessian",
            "matrix_hypotheses.reading_2_direction_met",
            read="b6b200e4f42aedb7",
        ),
        "2-escape": said("refuted_escape.refuted_2_escape", read="21556748d90500a3"),
        "2-initial": said(
            "initial.reading_2_initial",
            "initial_met.part_initial_attained",
            read="3e25907da627d2c0",
        ),
        "relu-non-repelling": said(
            "refuted_repelling.refuted_relu_non_repelling", read="27ce818ce301d56d"
        ),
        "relu-non-repelling-convex": said(
            "convex_flow.reading_relu_non_repelling_convex",
            "convex_flow_met.reading_relu_non_repelling_convex_met",
            read="d4a53d5b7017c945",
        ),
    },
)

"""What Coq's kernel checks of 4.1, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.thm41.statement import STATEMENT
from verify.claims.theorems import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "identity": said(
            "identity.part_identity",
            "identity.part_identity_lines",
            "identity.part_identity_met",
            read="334d551ccad388c3",
        ),
        "F": said("layers.part_F", "layers.part_F_met", read="0fc9923d11817741"),
        "affine": said(
            "direction.part_affine",
            "hessian_parts.reading_1_psd_premise_hessian",
            "direction.part_affine_needs_psd",
            "matrix_hypotheses.part_affine_met",
            "convex_flow.part_affine_flow",
            "cosine_affine.part_affine_cosine",
            "cosine_affine.part_affine_cosine_met",
            read="a7bcdbd2d9f3d291",
        ),
        "direction": said(
            "hessian_parts.part_direction_hessian",
            "direction.part_direction_met",
            "direction.part_direction_needs_kernel",
            read="3f6d12ca70b084ef",
        ),
        "fact0": said(
            "scale.part_fact0",
            "cosine_spectrum.part_fact0_cosine",
            "cosine_spectrum.part_fact0_met",
            "cosine_spectrum.part_fact0_needs_scale_invariant",
            "cross_entropy.part_fact0_cross_entropy",
            "cross_entropy.part_fact0_cross_entropy_met",
            read="ea1766c4de30fa5b",
        ),
        "inertia": said(
            "hessian_parts.part_inertia_hessian",
            "hessian_met.part_inertia_hessian_attained",
            "matrix_hypotheses.part_inertia_met",
            read="c3326fd5ddfe9405",
        ),
        "kernel": said(
            "criterion.part_kernel",
            "criterion.part_kernel_every",
            "criterion.part_kernel_definite",
            "criterion.part_kernel_definite_not_every",
            "criterion.part_kernel_met",
            read="c923647b98061b9c",
        ),
        "symmetry": said(
            "hessian_parts.part_symmetry_hessian",
            "coin.part_symmetry_probability",
            "coin.part_symmetry_half",
            "coin.part_symmetry_coherent",
            "softplus.softplus_bends",
            "coin.part_symmetry_one_half",
            read="06056dd58051e7d5",
        ),
        "initial": said(
            "initial.part_initial",
            "initial.part_initial_count",
            "initial.part_initial_not_critical",
            "initial_met.part_initial_attained",
            read="a10324643ab4a319",
        ),
        "initial-wide": said(
            "initial_wide.part_initial_wide",
            "initial_wide.part_initial_wide_count",
            "initial_wide.part_initial_wide_half",
            "initial_wide.part_initial_wide_rank",
            "initial_wide_met.part_initial_wide_attained",
            read="c8da63a479a3a22e",
        ),
        "critical": said(
            "hessian_parts.part_critical_hessian",
            "matrix_hypotheses.part_critical_met",
            "matrix_hypotheses.part_critical_needs_tapering",
            "matrix_hypotheses.part_critical_needs_slope",
            read="6e902e8df4cee348",
        ),
        "threshold": said(
            "hessian_parts.part_threshold_hessian",
            "hessian_parts.part_threshold_exact_hessian",
            "hessian_met.part_threshold_hessian_attained",
            "matrix_hypotheses.part_threshold_met",
            "matrix_hypotheses.part_threshold_needs_bound",
            read="66b1d397adfefb93",
        ),
        "natural": said(
            "natural.part_natural", "natural.part_natural_met", read="fbc5016e4495a943"
        ),
    },
    readings={
        "1-interaction": said("direction.part_affine", read="43b8298de4261ffa"),
        "1-psd": said("refuted_definite.refuted_1_psd", read="d94742be3c6dc52e"),
        "1-psd-premise": said(
            "direction.part_affine",
            "direction.reading_1_psd_premise",
            "hessian_parts.reading_1_psd_premise_hessian",
            read="0871a766eea152cc",
        ),
        "1-psd-cosine": said(
            "cosine_affine.reading_1_psd_cosine",
            "cosine_affine.part_affine_cosine_met",
            "cosine_affine.reading_1_psd_cosine_needs_acute",
            read="1cd8fa75a0643a5a",
        ),
        "1-non-repelling": said(
            "refuted_repelling.refuted_1_non_repelling", read="f046caee910cb850"
        ),
        "1-non-repelling-everywhere": said(
            "convex_everywhere.reading_1_non_repelling_everywhere",
            "convex_everywhere.reading_1_non_repelling_everywhere_met",
            read="6bae68358dfb86b4",
        ),
        "1-non-repelling-convex": said(
            "convex_flow.reading_1_non_repelling_convex",
            "convex_flow_met.reading_1_non_repelling_convex_met",
            read="c7c6b1bc844fc16a",
        ),
        "2-mechanism": said(
            "refuted_mechanism.reading_2_mechanism",
            "refuted_mechanism.reading_2_mechanism_met",
            read="718f8f1ccc1340d4",
        ),
        "2-every": said("refuted_smooth.refuted_2_every", read="61cfd93b36e45532"),
        "2-generic": said(
            "refuted_generic.refuted_2_generic",
            "refuted_generic.generic_counterexample",
            read="eb0182d36fc2c8ba",
        ),
        "2-direction": said(
            "hessian_parts.reading_2_direction_hessian",
            "matrix_hypotheses.reading_2_direction_met",
            read="a0853e04599eb4b9",
        ),
        "2-escape": said("refuted_escape.refuted_2_escape", read="8a4bfe0d35ea8d55"),
        "2-initial": said(
            "initial.reading_2_initial",
            "initial_met.part_initial_attained",
            read="fa126760133d21be",
        ),
        "2-initial-wide": said(
            "initial_wide.reading_2_initial_wide",
            "initial_wide_met.part_initial_wide_attained",
            read="1d8cf9c635e69f41",
        ),
        "relu-non-repelling": said(
            "refuted_repelling.refuted_relu_non_repelling",
            "refuted_repelling.relu_counterexample",
            read="44093a93ef53ee71",
        ),
        "relu-non-repelling-everywhere": said(
            "convex_everywhere.refuted_relu_non_repelling_everywhere",
            "refuted_repelling.relu_counterexample",
            read="7685ca17984aba77",
        ),
        "relu-non-repelling-convex": said(
            "convex_flow.reading_relu_non_repelling_convex",
            "convex_flow_met.reading_relu_non_repelling_convex_met",
            read="b8e64fdcb883dca0",
        ),
    },
)

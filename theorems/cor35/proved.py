"""What Coq's kernel checks of 3.5, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.cor35.statement import STATEMENT
from verify.claims.theorems import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "published": said(
            "parts.part_published",
            "parts.part_published_weyl",
            "met.part_published_met",
            read="4daa93fa1195a9bb",
        ),
        "sharp": said(
            "sharp.part_sharp",
            "sharp.part_sharp_attained",
            "sharp.part_sharp_published",
            "sharp.part_sharp_square",
            "sharp.part_sharp_larger",
            "needs.part_sharp_met",
            read="268a8760c401aed3",
        ),
        "psd": said(
            "parts.part_psd",
            "parts.part_psd_attained",
            "parts.part_psd_threshold_attained",
            "parts.part_psd_target",
            "met.part_psd_met",
            "met.part_psd_target_met",
            "needs.part_psd_needs_psd",
            read="533a304f9d434d82",
        ),
        "below": said(
            "parts.part_below",
            "parts.part_below_approached",
            "met.part_below_met",
            read="a42d56e7e74009d5",
        ),
        "indefinite": said(
            "indefinite.part_indefinite",
            "unbounded.part_indefinite_example",
            "unbounded.part_indefinite_unbounded",
            "unbounded.part_indefinite_value",
            "unbounded.part_indefinite_growth",
            "met.part_indefinite_met",
            read="4b27d3abdb9b6e09",
        ),
        "full": said("readings.part_full", "met.part_full_met", read="1ae767b34207b771"),
        "beyond": said(
            "parts.part_beyond",
            "readings.part_full",
            "beyond.part_beyond_target",
            "beyond.part_beyond_kept_or_lost",
            "met.part_beyond_met",
            read="e5c1a82e859ffa1b",
        ),
    },
    readings={
        "definite": said(
            "readings.reading_definite", "met.reading_definite_met", read="d6849a1c0a131be5"
        ),
        "conditioning-gauss-newton-psd": said(
            "readings_conditioning.reading_conditioning_gauss_newton_psd",
            "readings_conditioning.reading_conditioning_gauss_newton_psd_met",
            "readings_conditioning.reading_conditioning_gauss_newton_psd_needs_psd",
            "readings_conditioning.reading_conditioning_gauss_newton_psd_needs_one_hessian",
            read="3b7f051d78777909",
        ),
        "definite-full": said("readings.refuted_definite_full", read="f2adbe1ee2883743"),
        "isotropy": said("readings.refuted_isotropy", read="52643bc386950580"),
        "necessary": said("readings.refuted_necessary", read="b54b56d4ce9c811a"),
        "conditioning": said("readings_beyond.refuted_conditioning", read="d52e446257f46f4a"),
        "stable": said("readings_beyond.refuted_stable", read="28e320dd2f76ba1d"),
        "definite-full-psd": said(
            "readings_psd.refuted_definite_full_psd", read="93273e6a3d051146"
        ),
        "necessary-psd": said("readings_psd.refuted_necessary_psd", read="66d57e1b231c1701"),
        "stable-psd": said("readings_psd.refuted_stable_psd", read="5211cf7a3286388f"),
        "can-be-stable": said("readings_psd.reading_can_be_stable", read="e31550fa084107ab"),
        "can-fail": said("readings_beyond.reading_can_fail", read="a7c4da14e9edcb8f"),
    },
)

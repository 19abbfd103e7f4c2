"""What Coq's kernel checks of 3.5, in whole sentences; the sources are in `kernel/`."""

from __future__ import annotations

from theorems.cor35.statement import STATEMENT
from verify.claims.declare import kernel, said

CHECKS = kernel(
    STATEMENT,
    parts={
        "published": said(
            "parts.part_published",
            "parts.part_published_weyl",
            "met.part_published_met",
            read="de04e6bb35afe2ab",
        ),
        "sharp": said(
            "sharp.part_sharp",
            "sharp.part_sharp_attained",
            "sharp.part_sharp_published",
            "sharp.part_sharp_square",
            "sharp.part_sharp_larger",
            "needs.part_sharp_met",
            read="01be31a9aabd37c2",
        ),
        "psd": said(
            "parts.part_psd",
            "parts.part_psd_attained",
            "parts.part_psd_threshold_attained",
            "parts.part_psd_target",
            "met.part_psd_met",
            "met.part_psd_target_met",
            "needs.part_psd_needs_psd",
            read="9b161f2e01667afa",
        ),
        "below": said(
            "parts.part_below",
            "parts.part_below_approached",
            "met.part_below_met",
            read="d0d025c88c1c7d2c",
        ),
        "indefinite": said(
            "indefinite.part_indefinite",
            "unbounded.part_indefinite_example",
            "unbounded.part_indefinite_unbounded",
            "unbounded.part_indefinite_value",
            "unbounded.part_indefinite_growth",
            "met.part_indefinite_met",
            read="080c7b66449f2a32",
        ),
        "full": said("readings.part_full", "met.part_full_met", read="b55d181c73e70b9b"),
        "beyond": said(
            "parts.part_beyond",
            "readings.part_full",
            "beyond.part_beyond_target",
            "beyond.part_beyond_kept_or_lost",
            "met.part_beyond_met",
            read="042d0c233e411d04",
        ),
    },
    readings={
        "definite": said(
            "readings.reading_definite", "met.reading_definite_met", read="f8c86c3efae80e4b"
        ),
        "conditioning-gauss-newton-psd": said(
            "readings_conditioning.reading_conditioning_gauss_newton_psd",
            "readings_conditioning.reading_conditioning_gauss_newton_psd_met",
            "readings_conditioning.reading_conditioning_gauss_newton_psd_needs_psd",
            "readings_conditioning.reading_conditioning_gauss_newton_psd_needs_one_hessian",
            read="2c2b7eaad2d076c0",
        ),
        "definite-full": said("readings.refuted_definite_full", read="f22ada39536b771c"),
        "isotropy": said("readings.refuted_isotropy", read="e2a3b2683e0de4d9"),
        "necessary": said("readings.refuted_necessary", read="d324d90884c22760"),
        "conditioning": said("readings_beyond.refuted_conditioning", read="b5b46d7e7adf83a3"),
        "stable": said("readings_beyond.refuted_stable", read="baba1867ff00fd60"),
        "definite-full-psd": said(
            "readings_psd.refuted_definite_full_psd", read="ca88349ae8610849"
        ),
        "necessary-psd": said("readings_psd.refuted_necessary_psd", read="210ce956b38967c1"),
        "stable-psd": said("readings_psd.refuted_stable_psd", read="bd786db673282d88"),
        "can-be-stable": said("readings_psd.reading_can_be_stable", read="cff09d0efdbe3dce"),
        "can-fail": said("readings_beyond.reading_can_fail", read="de4d41e8547f59b7"),
    },
)

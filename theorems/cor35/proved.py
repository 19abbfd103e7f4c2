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
            read="636e8333e3217efa",
        ),
        "sharp": said(
            "sharp.part_sharp",
            "sharp.part_sharp_attained",
            "sharp.part_sharp_published",
            "sharp.part_sharp_square",
            "sharp.part_sharp_larger",
            "needs.part_sharp_met",
            read="271ecb5f74b82e9e",
        ),
        "psd": said(
            "parts.part_psd",
            "parts.part_psd_attained",
            "parts.part_psd_threshold_attained",
            "parts.part_psd_target",
            "met.part_psd_met",
            "met.part_psd_target_met",
            "needs.part_psd_needs_psd",
            read="4457ebfb1a167e34",
        ),
        "below": said(
            "parts.part_below",
            "parts.part_below_approached",
            "met.part_below_met",
            read="5107f6efe869d94a",
        ),
        "indefinite": said(
            "indefinite.part_indefinite",
            "unbounded.part_indefinite_example",
            "unbounded.part_indefinite_unbounded",
            "unbounded.part_indefinite_value",
            "unbounded.part_indefinite_growth",
            "met.part_indefinite_met",
            read="10a922498ad178ec",
        ),
        "full": said("readings.part_full", "met.part_full_met", read="311a00f7280fae53"),
        "beyond": said(
            "parts.part_beyond",
            "readings.part_full",
            "beyond.part_beyond_target",
            "beyond.part_beyond_kept_or_lost",
            "met.part_beyond_met",
            read="1c824bdadbe15b5a",
        ),
    },
    readings={
        "definite": said(
            "readings.reading_definite", "met.reading_definite_met", read="77c3e8ac38017732"
        ),
        "definite-full": said("readings.refuted_definite_full", read="fa7db834161d6e43"),
        "isotropy": said("readings.refuted_isotropy", read="c806473363df65d3"),
        "necessary": said("readings.refuted_necessary", read="f44189fef5f0bc0a"),
        "conditioning": said("readings_beyond.refuted_conditioning", read="6026705eafe5243f"),
        "stable": said("readings_beyond.refuted_stable", read="4885788df73b30df"),
        "definite-full-psd": said(
            "readings_psd.refuted_definite_full_psd", read="fd57a1252f7eeb92"
        ),
        "necessary-psd": said("readings_psd.refuted_necessary_psd", read="2a8049af26976adb"),
        "stable-psd": said("readings_psd.refuted_stable_psd", read="020d408f7e3d5ddd"),
        "can-be-stable": said("readings_psd.reading_can_be_stable", read="85fa93872cf845e3"),
        "can-fail": said("readings_beyond.reading_can_fail", read="6525ce12e9d03eeb"),
    },
)

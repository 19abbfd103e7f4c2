"""Remarks on the published measurement of E8, one sentence each: what it gets wrong, and what it does not say."""

from __future__ import annotations

from verify.experiments.remarks import as_read

FLAWS = (
    as_read(
        "E8.variance",
        "the compression is a ratio of variances of raw outputs, averaged over their coordinates: it changes with the units of either representation and with their lengths. Of VICReg's and Barlow Twins' eight ratios seven are above 1. By the cosines printed beside them, which change with neither, all eight orbits are wider behind the head: 1 - cosine is 1.7 to 2.2 times as large.",
    ),
    as_read(
        "E8.variance",
        "nothing is divided by the total variance, and no head that was never trained is measured.",
    ),
    as_read(
        "E8.standardised E8.orbits",
        "hue and saturation are changed after the images were standardised, by functions for values in [0, 1]. Here they are changed before.",
    ),
)

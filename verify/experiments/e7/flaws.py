"""Remarks on the published measurement of E7, one sentence each: what it gets wrong, and what it does not say."""

from __future__ import annotations

from verify.experiments.remarks import as_read

FLAWS = (
    "The measure depends on the size of the head's weights, which a homogeneous head under an objective of directions does not: at a tenth of every weight it computes the same and the measure is a hundred times as large (check E7.scale). Every published run starts at a tenth.",
    "An arithmetic mean over epochs of a ratio is drawn up by the few epochs in which it is largest: without BatchNorm five of 50 hold 68 to 100 % of the sum, but for ReLU at 0.005, which gives the 653: there they hold 31 to 35 %, and with BatchNorm 14 to 24 %. The geometric mean is the typical one.",
    as_read(
        "E7.printed",
        "the script that draws the figure prints another ratio, that of the means over seeds and epochs with 1e-8 added to the backbone's: 56 to 4235 without BatchNorm and 0.47 to 2.74 with it on the released arrays. The ratio of these means itself is 57 to 5563 without BatchNorm: there the backbone's is 1.9e-9 to 7.8e-6, and ReLU at 0.005, which has the 5563, is printed as 876.",
    ),
    as_read(
        "E7.projector E2.start E2.configuration E7.shade",
        "the head's update is that of the projector alone, from the start with its weights x 0.1; there are 3 seeds, of which the figure shades least to largest, and the ratio has no interval.",
    ),
)

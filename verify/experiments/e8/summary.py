"""What became of E8, in words; the recorded answers are held to the records by a test, those on the digits are of the last full run."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told
from verify.experiments.released.citations import cite

PRINTED = cite("E8.printed").place

SUMMARY = (
    Told(
        effects=("dino-vit-s16", "dino-resnet-50"),
        text="the heads of DINO's networks compress orbits (this needs their weights)",
        published="in figures only",
        arrays=(
            Answer.YES,
            f"variance of raw outputs, `z` over `h`, 117 to 3730, and at least 2.39 by squared distances of unit vectors, without an interval, as the release's notebook printed ({PRINTED}); not divided by the total variance, nor set beside a head that was never trained",
        ),
        claims=("compress-raw", "compress-unit"),
    ),
    Told(
        effects=("vicreg-resnet-50", "barlow-twins-resnet-50"),
        text="those of VICReg and Barlow Twins expand them (this needs their weights)",
        published="in figures only",
        arrays=(
            Answer.UNDECIDED,
            f"asked by both measures, as of DINO's: by squared distances of unit vectors they do, `z` over `h` 0.453 to 0.593, without an interval; by the published ratio of raw variances, 0.851 to 2.63, they compress in 7 of 8, in 6 with the whole interval, as the release's notebook printed ({PRINTED}); not divided by the total variance, nor set beside a head that was never trained",
        ),
        claims=("expand-raw", "expand-unit"),
    ),
    Told(
        effects=("objective-dino",),
        text="of networks trained here, alike but for the objective, DINO's head compresses orbits",
        digits=(Answer.YES, "selectivity 1.2 to 2.8; InfoNCE 3.2 to 3.7"),
    ),
    Told(
        effects=("objective-expand",),
        text="those of VICReg and Barlow Twins expand them",
        digits=(Answer.NO, "they compress them, selectivity 2.9 to 4.7"),
    ),
)

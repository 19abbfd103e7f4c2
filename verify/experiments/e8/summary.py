"""What became of E8, in words; the answers are those of the runs."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("dino-vit-s16", "dino-resnet-50"),
        text="the heads of DINO's networks compress orbits (this needs their weights)",
        published="claimed",
        arrays=(Answer.YES, "spread of `z` over that of `h` 117 to 3730, as its notebook printed"),
        claims=("compress-raw",),
    ),
    Told(
        effects=("vicreg-resnet-50", "barlow-twins-resnet-50"),
        text="those of VICReg and Barlow Twins expand them (this needs their weights)",
        published="claimed",
        arrays=(Answer.UNDECIDED, "0.851 to 2.63, as its notebook printed"),
        claims=("expand-raw",),
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

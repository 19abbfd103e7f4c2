"""What became of E8, in words; the answers are those of the runs."""

from __future__ import annotations

from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=(
            "dino-vit-s16",
            "dino-resnet-50",
            "vicreg-resnet-50",
            "barlow-twins-resnet-50",
        ),
        text="the heads of released networks compress orbits, or expand them (this needs their weights)",
    ),
)

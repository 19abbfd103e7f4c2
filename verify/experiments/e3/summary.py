"""What became of E3, in words; the answers are those of the runs."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("compresses",),
        text="the head compresses augmentation orbits",
        digits=(
            Answer.YES,
            "selectivity 5 to 7, against 1.0 for an untrained network and a fresh head; the published protocol says 94, and 13 for a head that was never trained",
        ),
        reduced=(
            Answer.NO,
            "selectivity 0.81 to 0.96, where 1 is no selectivity; the published protocol says 44, and 66 for a head that was never trained",
        ),
    ),
)

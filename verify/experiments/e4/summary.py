"""What became of E4, in words; the answers are those of the runs."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("cost",),
        text="the head costs information on the rotation",
        digits=(
            Answer.YES,
            "a linear probe loses about 32 points from `z` to `h`, of which a head that was never trained costs 10",
        ),
        reduced=(Answer.UNDECIDED, "−6 to 4 points"),
    ),
    Told(
        effects=("entangled",),
        text="what it costs is entangled, not erased",
        digits=(
            Answer.UNDECIDED,
            "an MLP probe 16 times as wide brings the gap from 27 to 16 points, and half of it is within the interval",
        ),
        reduced=(Answer.NOT_APPLICABLE, ""),
    ),
)

"""What became of E7, in words; the answers are those of the runs."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("separates",),
        text="the head moves much faster than the backbone without BatchNorm, from the published start",
        digits=(Answer.UNDECIDED, "10 times for Swish, 118 to 280 for ReLU; published 31 to 653"),
    ),
    Told(
        effects=("usual-start",),
        text="so it does from the usual start",
        digits=(Answer.NO, "1.9 to 8 times"),
    ),
)

"""What became of E7, in words; the answers are those of the runs."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("separates",),
        text="the head moves much faster than the backbone without BatchNorm",
        digits=(Answer.NO, "3.5 to 8 times, published 31 to 653"),
        reduced=(Answer.UNDECIDED, "3 to 11 times"),
    ),
)

"""What became of E5, in words; the answers are those of the runs."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("curvature",),
        text="the head bends rotation orbits",
        digits=(Answer.NO, "second differences of `h` over `z` 0.87"),
        reduced=(Answer.YES, "2.1, published 1.93"),
    ),
)

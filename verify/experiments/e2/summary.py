"""What became of E2, in words; the answers are those of the runs."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("grows",),
        text="the heads escape collapse and grow the variance",
        digits=(Answer.NO, "it falls to 0.01 to 0.07 of its start"),
        reduced=(Answer.NO, "0.87 to 0.93"),
    ),
)

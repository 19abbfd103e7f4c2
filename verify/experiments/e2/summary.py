"""What became of E2, in words; the answers are those of the runs."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("regrows", "linear"),
        text="from the published start smooth and linear heads regrow, in the published quantity",
        digits=(Answer.NO, "to 0.06 to 0.12 of the first epoch's mean, linear to 0.03 to 0.10"),
    ),
    Told(
        effects=("escapes",),
        text="they escape: they come to where runs with BatchNorm are",
        digits=(Answer.NO, "less than 1e-4 of that run's variance"),
    ),
)

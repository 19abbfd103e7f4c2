"""What became of E6, in words; the recorded answers are held to the records by a test, those on the digits are of the last full run."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("selective",),
        text="a deeper head compresses orbits more",
        published="compression 49, 57, 79 at one, two and three layers",
        arrays=(
            Answer.YES,
            "selectivity 0.81 [0.73, 0.91], 1.50 [1.35, 1.66], 2.03 [1.77, 2.29], published protocol",
        ),
        claims=("selective",),
        digits=(Answer.YES, "selectivity 1.6, 2.0 and 2.5 at one, two and three layers"),
        reduced=(Answer.UNDECIDED, "0.85, 0.86, 0.89"),
    ),
)

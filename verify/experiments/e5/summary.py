"""What became of E5, in words; the recorded answers are held to the records by a test, those on the digits are of the last full run."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("published",),
        text="the head raises second differences of rotation orbits, as published",
        published="1.93 times",
        arrays=(Answer.YES, "1.933 [1.927, 1.939] times"),
        claims=("bends",),
        digits=(
            Answer.UNDECIDED,
            "0.92 to 1.01 times; 1.45 to 1.46 behind a head that was never trained",
        ),
        reduced=(
            Answer.YES,
            "2.14 to 2.34 times; 3.01 to 3.40 behind a head that was never trained",
        ),
        medium=(
            Answer.YES,
            "2.10 to 2.16 times; 2.34 to 2.46 behind a head that was never trained",
        ),
    ),
    Told(
        effects=("curvature",),
        text="so it does where images are interpolated, and do not jump",
        digits=(Answer.NO, "0.84 to 0.90 times; 1.62 to 1.67 behind a head that was never trained"),
        reduced=(
            Answer.YES,
            "2.17 to 2.39 times; 3.11 to 3.51 behind a head that was never trained",
        ),
        medium=(
            Answer.YES,
            "2.10 to 2.15 times; 2.44 to 2.53 behind a head that was never trained",
        ),
    ),
    Told(
        effects=("turning",),
        text="it bends the orbits: they turn more sharply",
        published="hypothesised (release)",
        digits=(
            Answer.YES,
            "by 64 degrees at a step, 50 before the head; 1.28 times, and 1.11 behind a head that was never trained",
        ),
        reduced=(Answer.UNDECIDED, "1.00 times, over seeds and images [0.99, 1.01]"),
        medium=(
            Answer.YES,
            "1.03 to 1.04 times; 1.01 to 1.02 behind a head that was never trained",
        ),
    ),
)

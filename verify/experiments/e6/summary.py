"""What became of E6, in words; the recorded answers are held to the records by a test, those on the digits are of the last full run."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("compresses",),
        text="a deeper head compresses orbits more",
        published="claimed; by the arrays compression 49, 57, 79 at one, two and three layers",
        arrays=(Answer.YES, "49.1, 57.2, 78.5"),
        claims=("compresses",),
        digits=(
            Answer.YES,
            "20.6, 38.1 and 59.1; 21.2, 17.2 and 22.6 by heads that were never trained",
        ),
        reduced=(
            Answer.NO,
            "49.7, 54.5, 40.1; 82.2, 69.4, 54.3 by heads that were never trained",
        ),
    ),
    Told(
        effects=("selective",),
        text="so it does beyond the total variance",
        arrays=(
            Answer.YES,
            "selectivity 0.81 [0.72, 0.92], 1.50 [1.33, 1.68], 2.03 [1.74, 2.32], published protocol",
        ),
        claims=("selective",),
        digits=(Answer.YES, "selectivity 1.6, 2.0 and 2.5 at one, two and three layers"),
        reduced=(Answer.UNDECIDED, "0.84, 0.88, 0.97"),
    ),
    Told(
        effects=("cost",),
        text="a deeper head loses more of the rotation",
        arrays=(
            Answer.YES,
            "a linear probe loses 0.12 [−1.26, 1.50], 13.12 [11.75, 14.49], 16.74 [15.38, 18.10] points",
        ),
        claims=("cost",),
        digits=(
            Answer.YES,
            "by 7.4 to 14.2 points from one layer to three; undecided on another machine",
        ),
        reduced=(Answer.UNDECIDED, "by −0.2 to 5.6 points from one layer to three"),
    ),
    Told(
        effects=("bends",),
        text="a deeper head raises the second differences of rotation orbits more",
        arrays=(Answer.YES, "second differences, `h` over `z`, 1.93, 2.00 and 2.09"),
        claims=("bends",),
        digits=(Answer.NO, "1.07 to 1.22 at one layer, 0.75 to 0.97 at three"),
        reduced=(Answer.NO, "2.36 to 2.59 at one layer, 1.67 to 1.82 at three"),
    ),
)

"""What became of E9, in words; the recorded answers are held to the records by a test, those on the digits are of the last full run."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("z-beats-h",),
        text="`z` beats `h` downstream",
        published="claimed",
        digits=(Answer.UNDECIDED, "−2.1 to 9.1 points"),
        reduced=(Answer.UNDECIDED, "−7.3 to 3.2 points"),
    ),
    Told(
        effects=("head-helps", "linear-helps"),
        text="a head leaves a better `z` than no head",
        published="claimed",
        digits=(
            Answer.UNDECIDED,
            "−4.2 to 5.1 points, where an untrained `z` gets 94.6 % (96.0 with BatchNorm as built) and the others 96.0 to 96.5",
        ),
        reduced=(Answer.UNDECIDED, "−10.2 to 6.5 points"),
    ),
    Told(
        effects=("rotation",),
        text="the head gives up the rotation",
        published="see E4",
        digits=(Answer.YES, "1.7 to 15.6 points, without a head that was never trained"),
        reduced=(
            Answer.UNDECIDED,
            "it gains 0.3 to 3.6 points, without a head that was never trained, which may gain more",
        ),
    ),
    Told(
        effects=("faster",),
        text="a nonlinear head speeds training up",
        published="claimed",
        digits=(Answer.UNDECIDED, "−1.8 to 2.9 points, mean over the epochs"),
        reduced=(Answer.UNDECIDED, "−5.5 to 2.6 points, mean over the epochs"),
    ),
)

"""What became of E7, in words; the recorded answers are held to the records by a test, those on the digits are of the last full run."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("separates",),
        text="the head moves much faster than the backbone without BatchNorm, from the projector × 0.1",
        published="31 to 653 times",
        arrays=(Answer.YES, "31 to 690 times by run and seed, the arithmetic mean over epochs"),
        claims=("separates",),
        digits=(
            Answer.UNDECIDED,
            "at 0.05 9.6 to 10.7 times for Swish, where 10 are asked of every run, 118 to 280 for ReLU",
        ),
        reduced=(Answer.YES, "99 to 4200 times, of one seed"),
        medium=(
            Answer.UNDECIDED,
            "40 times for Swish, 670 for ReLU, four runs of eight, of one seed; yes by the criterion of its record",
        ),
    ),
    Told(
        effects=("typical",),
        text="so it does typically, by the geometric mean",
        arrays=(
            Answer.UNDECIDED,
            "0.055 to 550 times over epochs: 21.69 or more in four runs of eight, at most 9.34 in the others",
        ),
        claims=("typical",),
        digits=(Answer.UNDECIDED, "1.5 to 280 times, over all steps"),
        reduced=(Answer.UNDECIDED, "6.6 to 2300 times, over all steps, of one seed"),
        medium=(
            Answer.UNDECIDED,
            "2.1 times for Swish, 63 for ReLU, over all steps, four runs of eight, of one seed",
        ),
    ),
    Told(
        effects=("usual-start",),
        text="so it does from the usual start",
        digits=(Answer.NO, "1.9 to 8 times"),
        reduced=(Answer.NO, "2.3 to 4.6 times, of one seed"),
        medium=(Answer.NO, "1.9 times for Swish, 3.1 for ReLU, of one seed"),
    ),
    Told(
        effects=("batchnorm",),
        text="BatchNorm brings the two together, from the projector × 0.1",
        published="0.4 to 2.7 times",
        arrays=(
            Answer.YES,
            "0.39 to 2.8 times by run and seed, the arithmetic mean over epochs, beside 31 to 690 without it; 0.35 to 2.8 by the geometric",
        ),
        claims=("batchnorm",),
        digits=(Answer.YES, "0.23 to 0.87 times"),
        reduced=(Answer.YES, "0.50 to 1.7 times, of one seed"),
        medium=(
            Answer.UNDECIDED,
            "1.1 times, of one run of six and one seed; yes by the criterion of its record",
        ),
    ),
)

"""What became of E3, in words; the recorded answers are held to the records by a test, those on the digits are of the last full run."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("compresses-published",),
        text="the head compresses augmentation orbits, under the published protocol",
        published="compression 22.5 (21.85 by the arrays)",
        arrays=(
            Answer.YES,
            "selectivity 1.46 [1.34, 1.59], without a head that was never trained",
        ),
        claims=("selective",),
        digits=(
            Answer.YES,
            "selectivity 5.2 to 5.9, against 0.94 to 1.00 for an untrained network and a fresh head; the compression is 90 to 110, and 12 to 14 for a head that was never trained",
        ),
        reduced=(
            Answer.UNDECIDED,
            "selectivity 0.87 to 1.08, against 0.66 to 0.80 for a head that was never trained; the compression is 45, and 62 for a head that was never trained; networks whose `z` gives a linear class probe 34 % only",
        ),
        medium=(
            Answer.YES,
            "selectivity 1.27 to 1.41, over seeds and orbits [1.16, 1.51] (1.29 to 1.48 on 15 orbits at the nearest pixel, as published), against 0.88 to 0.92 for a head that was never trained, whose compression is 50 to 60 against 10 to 13, and 0.89 to 0.98 for an untrained network; networks whose `z` gives a linear class probe 50.0 %, where 55 % were asked; asked of its record's figures",
        ),
    ),
    Told(
        effects=("compresses",),
        text="so it does fed what it was trained on",
        published="claimed, measured under the published protocol alone",
        digits=(
            Answer.YES,
            "selectivity 5.1 to 6.9, against 0.93 to 1.01 for an untrained network and a fresh head",
        ),
        reduced=(
            Answer.NO,
            "selectivity 0.79 to 0.87, where 1 is no selectivity and a fresh head has 0.53 to 0.59",
        ),
        medium=(
            Answer.NO,
            "selectivity 0.80 to 0.84, where 1 is none, a fresh head has 0.65 to 0.69 and an untrained network 0.87 to 0.93",
        ),
    ),
    Told(
        effects=("semantics-published",),
        text="classes are kept apart more than orbits, under the published protocol",
        published="1.22 times",
        arrays=(Answer.YES, "1.22 [1.15, 1.28]"),
        claims=("semantics",),
        digits=(Answer.YES, "4.0 to 4.4 times"),
        reduced=(Answer.UNDECIDED, "0.86 to 1.01 times, of three seeds"),
        medium=(
            Answer.UNDECIDED,
            "1.06 to 1.16 times, of three seeds; asked of its record's figures",
        ),
    ),
    Told(
        effects=("semantics",),
        text="so they are behind a head fed what it was trained on",
        published="claimed, measured under the published protocol alone",
        digits=(Answer.YES, "3.9 to 4.8 times"),
        reduced=(Answer.NO, "0.73 to 0.88 times"),
        medium=(Answer.NO, "0.57 to 0.64 times"),
    ),
    Told(
        effects=("artefact",),
        text="compression under the published protocol is mostly global shrinkage",
        published="the contrary: targeted compression",
        arrays=(
            Answer.YES,
            "a share of 0.88 [0.85, 0.90] of its logarithm, without a head that was never trained",
        ),
        digits=(Answer.YES, "a share of 0.61 to 0.64"),
        reduced=(Answer.YES, "a share of 0.97 to 1.05"),
        medium=(Answer.YES, "a share of 0.86 to 0.90"),
    ),
    Told(
        effects=("interpolation",),
        text="whether images are interpolated or turned to the nearest pixel, as published, does not matter",
        digits=(Answer.NO, "the selectivity moves by 9 to 31 %"),
        reduced=(Answer.UNDECIDED, "it moves the selectivity by 0.3 to 1.6 %"),
        medium=(Answer.YES, "it moves the selectivity by 0.4 to 1.0 %"),
    ),
)

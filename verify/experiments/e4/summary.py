"""What became of E4, in words; the recorded answers are held to the records by a test, those on the digits are of the last full run."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("cost-published",),
        text="a linear probe loses information on the rotation from `z` to `h`, with the published probe",
        published="14.72 points",
        arrays=(
            Answer.YES,
            "14.72 [13.36, 16.08] points (11.90 [10.52, 13.28] for an MLP), without a head that was never trained",
        ),
        claims=("cost",),
        digits=(Answer.YES, "9.5 to 33.8 points, after 30 steps"),
        reduced=(
            Answer.UNDECIDED,
            "25.9 % on `z`, which is not clear of chance, and 37.5 % on `h`, after 20 steps where 980 were published",
        ),
        medium=(
            Answer.UNDECIDED,
            "42.8 % on both, by seed −0.2, 0.5 and 0.0 points, after 200 steps where 980 were published; asked of its record's figures",
        ),
    ),
    Told(
        effects=("cost",),
        text="training the head costs information on the rotation, by standardised features and all four turns",
        digits=(
            Answer.YES,
            "a linear probe loses about 32 points from `z` to `h`, of which a head that was never trained costs 10",
        ),
        reduced=(
            Answer.UNDECIDED,
            "a linear probe loses −3.4 to 0.4 points from `z` to `h`, an MLP −2.2 to 4.7; they get 45.8 and 47.7 % behind a head that was never trained, 44.5 and 46.5 behind the trained one",
        ),
        medium=(
            Answer.YES,
            "a linear probe loses [5.9, 7.7] points from `z` to `h`, an MLP [7.3, 9.2], on standardised features: 52.1 % on `z`, 45.3 % on `h` and 52.0 % behind a head that was never trained; 57.6, 49.4 and 55.2 % by an MLP",
        ),
    ),
    Told(
        effects=("pattern-published",),
        text="an MLP's advantage over a linear probe grows from `z` to `h`, with the published probes of 256 and 512 hidden units",
        published="3.19 to 6.01 points",
        arrays=(Answer.YES, "by 2.82 [0.88, 4.76] points"),
        claims=("pattern",),
        digits=(Answer.UNDECIDED, "by −4.2 to 10.5 points, after 30 steps"),
        reduced=(
            Answer.UNDECIDED,
            "by −12.1 to 4.0 points, after 20 steps where 980 were published, with a linear probe of `z` that is not clear of chance",
        ),
        medium=(
            Answer.UNDECIDED,
            "it falls by 0.4 to 1.8 points, after 200 steps where 980 were published; no by the criterion of its record",
        ),
    ),
    Told(
        effects=("pattern",),
        text="so it does with equal probes",
        digits=(
            Answer.YES,
            "by 6.2 to 18.4 points, from 11.4 on `z` to 23.7 on `h`, and to 16.4 behind a head that was never trained",
        ),
        reduced=(
            Answer.NO,
            "it falls by 1.1 to 4.4 points, from 4.7 on `z` to 2.0 on `h`, and to 1.9 behind a head that was never trained",
        ),
        medium=(
            Answer.NO,
            "it falls by 0.3 to 2.6 points, from 5.5 on `z` to 4.0 on `h`, and to 3.2 behind a head that was never trained",
        ),
    ),
    Told(
        effects=("entangled",),
        text="what it costs is entangled, not erased",
        published="concluded",
        digits=(
            Answer.NO,
            "an MLP probe 16 times as wide brings the gap from 25.3 to 16.1 points, 1.6 to 5.4 above half of it; 20 epochs in place of 5 bring that of a probe as wide as `z` from 19.9 to 9.2, below half; undecided on another machine",
        ),
        reduced=(Answer.NOT_APPLICABLE, ""),
        medium=(
            Answer.NO,
            "from an MLP probe of width 32 to one of 512 the gap goes from 7.2 to 8.7 points",
        ),
    ),
)

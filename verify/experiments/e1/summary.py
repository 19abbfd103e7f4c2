"""What became of E1, in words; the recorded answers are held to the records by a test, those on the digits are of the last full run."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("injected", "injected-mse"),
        text="smooth heads inject negative curvature, ReLU and linear heads do not",
        published="claimed",
        digits=(
            Answer.YES,
            "84 to 100 % of states against 0 % under SimSiam, 100 % under MSE, of one seed, as all of E1",
        ),
        reduced=(Answer.YES, "95 to 100 % against 0 %, of one seed, as all of E1"),
    ),
    Told(
        effects=("signs",),
        text="the published estimate of the least eigenvalue is negative for Swish and not for ReLU",
        published="negative for Swish, not for ReLU",
        arrays=(
            Answer.YES,
            "69 of 100, 72 of 100 and 1 of 100 epochs, by the published estimator; in that one, the first, the Swish runs' is positive; ReLU's other 99 are exactly 0, and these signs are not resolved",
        ),
        claims=("signs",),
        digits=(
            Answer.UNDECIDED,
            "in 6 of 6 epochs for Swish from the usual start, in none from the projector × 0.1, and in 3 for ReLU from there",
        ),
        reduced=(
            Answer.UNDECIDED,
            "in 8 of 8 epochs for Swish from the usual start, in 1 from the projector × 0.1, and in 0 for ReLU from there",
        ),
    ),
    Told(
        effects=("condition",),
        text="the published condition number takes the published course",
        published="a peak, then a plateau (Swish), drift (ReLU; linear × 0.1), static (ReLU × 0.1)",
        arrays=(
            Answer.UNDECIDED,
            "2 of 3 rows, the others' runs were not released: Swish from the usual start peaks at 1.22 times its last value, too low to count, from the projector × 0.1 at 2.38; ReLU's largest from there is 1.010 times its smallest",
        ),
        claims=("condition",),
        digits=(Answer.UNDECIDED, "2 of 5 rows"),
        reduced=(Answer.UNDECIDED, "1 of 5 rows"),
    ),
    Told(
        effects=("negative",),
        text="a negative eigenvalue of the effective Hessian itself separates smooth heads from the others",
        digits=(
            Answer.NO,
            "under SimSiam's loss it is negative in every state of every head, since the pullback alone is indefinite",
        ),
        reduced=(
            Answer.NO,
            "the same, but that the pullback's sign is not resolved in a few states of smooth heads from the shrunken projector",
        ),
    ),
    Told(
        effects=("estimator",),
        text="the published estimator tells the sign",
        digits=(Answer.NO, "wrong in 40 of 120 epochs, each time by missing a negative value"),
        reduced=(
            Answer.NO,
            "wrong in 42 of 160: under SimSiam in 0 of 32 from the normal start, in 21 of 32 from the projector × 0.1; each time it missed a negative value, and whatever it called negative was",
        ),
    ),
    Told(
        effects=("spearman",),
        text="the variance of `z` and the published condition number rise and fall together",
        published="0.339, 0.609, 0.669",
        arrays=(
            Answer.UNDECIDED,
            "0.34 [−0.07, 0.68], 0.61 [0.23, 0.99], 0.67 [0.52, 0.79]: the first is not resolved from 0 where neighbouring epochs are taken to depend on each other, the other two are; by the criterion of our own runs, which takes epochs for independent, yes",
        ),
        claims=("spearman",),
        digits=(Answer.UNDECIDED, "6 epochs resolve nothing below 0.886"),
        reduced=(Answer.YES, "0.98, 0.93, 0.74: the last is just the 0.738 that 8 epochs resolve"),
    ),
    Told(
        effects=("spearman-honest",),
        text="so they do with a condition number that is not clamped, of `z` itself",
        digits=(Answer.UNDECIDED, "6 epochs resolve nothing below 0.886"),
        reduced=(Answer.UNDECIDED, "0.93, 0.38, −0.48; 8 epochs resolve nothing below 0.738"),
    ),
    Told(
        effects=("escapes",),
        text="from the projector × 0.1 Swish escapes a collapse of `z` and `h`, and ReLU does not",
        published="Swish yes, by mechanism; ReLU no",
        arrays=(
            Answer.NOT_APPLICABLE,
            "by construction, since the projector alone is scaled, and `z` stays as it was: its deviation begins at 0.0154 (Swish) and 0.0142 (ReLU), 0.0138 from the usual start; `h` was not recorded",
        ),
        digits=(
            Answer.NOT_APPLICABLE,
            "by construction: neither was collapsed before the first step",
        ),
        reduced=(
            Answer.NOT_APPLICABLE,
            "by construction: neither was collapsed before the first step",
        ),
    ),
)

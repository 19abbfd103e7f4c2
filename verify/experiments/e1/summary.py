"""What became of E1, in words; the answers are those of the runs."""

from __future__ import annotations

from verify.claims.evidence import Answer
from verify.claims.summary import Told

SUMMARY = (
    Told(
        effects=("injected", "injected-mse"),
        text="smooth heads inject negative curvature, ReLU and linear heads do not",
        digits=(Answer.YES, "100 % of states against 0 %, under SimSiam and under MSE"),
        reduced=(Answer.YES, "98 to 100 % against 0 %"),
    ),
    Told(
        effects=("negative",),
        text="a negative least eigenvalue separates smooth heads from the others",
        digits=(
            Answer.NO,
            "under SimSiam's loss it is negative in every state of every head, since the pullback alone is indefinite",
        ),
        reduced=(Answer.NO, "the same"),
    ),
    Told(
        effects=("estimator",),
        text="the published estimator tells the sign",
        digits=(Answer.NO, "wrong in 54 of 120 epochs"),
        reduced=(Answer.NO, "wrong in 72 of 160"),
    ),
)

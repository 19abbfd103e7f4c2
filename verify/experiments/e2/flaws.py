"""Remarks on the published measurement of E2, one sentence each: what it gets wrong, and what it does not say."""

from __future__ import annotations

from verify.experiments.remarks import as_read

FLAWS = (
    "Regrowing is not escaping: the first epoch's mean is itself collapsed, in the released arrays at 7.3e-5 to 4.5e-4 where runs with BatchNorm have 0.0106 to 0.0171. Which of the two is meant is asked apart.",
    "The start is none for a bias-free ReLU or linear head: the objective sees directions only, and the projector x 0.1 computes the same ones (check E1.start). Beside a run from the usual start it is then not collapsed.",
    "The published run of the smallest step, 0.005, which is nearest to a continuous-time flow, ends at 0.57 of its first epoch's mean; from its second epoch on it grows, 1.25- to 1.31-fold, in a tenth of the training time of the runs at 0.05.",
    as_read(
        "E2.epochs E2.cells E2.configuration",
        "runs of different step sizes are compared after equally many epochs, and so after training times that differ 100-fold.",
    ),
    as_read(
        "E2.condition",
        "condition numbers as low as 0.22, in the mean over seeds, come about, which no condition number can be.",
    ),
)

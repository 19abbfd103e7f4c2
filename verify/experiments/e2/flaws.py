"""Remarks on the published measurement of E2, one sentence each: what it gets wrong, and what it does not say."""

from __future__ import annotations

from verify.experiments.remarks import as_read

FLAWS = (
    "Regrowing is not escaping: the first epoch's mean is itself collapsed, in the released arrays at 7.3e-5 to 4.5e-4 where runs with BatchNorm have 0.0106 to 0.0171. Which of the two is meant is asked apart. That a run ends below those with BatchNorm says little: so do runs that were never collapsed, from the usual start and without BatchNorm; none of these was released.",
    "The start is no collapse for a bias-free ReLU or linear head: the objective sees directions only, and the projector x 0.1 computes the same ones (check E1.start). Before the first step it is not collapsed beside a run from the usual start; the updates, relative to the weights at first a hundred times as large (check E7.scale), bring it within the first epoch to 0.4 to 1.1 % of that run's variance (its mean, recorded on CIFAR-10).",
    "The published run of the smallest step, 0.005, which is nearest to a continuous-time flow, ends at 0.57 of its first epoch's mean; from its second epoch on it grows, 1.25- to 1.31-fold, in a tenth of the training time of the runs at 0.05.",
    as_read(
        "E2.epochs E2.cells E2.configuration",
        "runs of different step sizes are compared after equally many epochs, and so after training times that differ 100-fold.",
    ),
    as_read(
        "E2.claim",
        "linear heads are said to remain collapsed, where the published main table says that they finally escape, slowly; in the arrays of ResNet-18 on CIFAR-10 the linear head, which has no interaction term, regrows in two seeds of three, 44- and 5.9-fold, where no smooth head at that rate does more than 7.7-fold; from its second epoch on it grows in all three.",
    ),
    "It is one setting: in the released arrays of ViT-Tiny, at the same rate and for as many epochs, no smooth head regrows in any seed, 0.04 to 0.20 of the first epoch, and the linear head in none, though one of its seeds, at 0.90, still rises; on CIFAR-100, for 20 epochs, GELU does in all, Swish in two of three.",
    as_read(
        "E2.condition",
        "condition numbers as low as 0.22 come about, in the mean over seeds; no condition number is below 1.",
    ),
)

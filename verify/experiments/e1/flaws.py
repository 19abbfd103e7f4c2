"""Remarks on the published measurement of E1, one sentence each: what it gets wrong, and what it does not say."""

from __future__ import annotations

from verify.experiments.remarks import as_read

FLAWS = (
    as_read(
        "E1.tracked",
        "the condition number is the largest eigenvalue over 1e-7: the covariance of 512 centred samples in 512 dimensions has rank 511 at most, and its smallest eigenvalue, 0, is clamped there. The three correlations compare a standard deviation with the top eigenvalue.",
    ),
    as_read(
        "E1.estimator E1.iterations E1.states",
        "the smallest eigenvalue comes from 20 steps of power iteration and 20 of shifted power iteration in float32 on the mean loss; the recorded values are of size 1e-15 to 6e-6, and 99 of the 100 of the ReLU run are exactly 0, and half of the pseudo-collapsed Swish run's are below 2e-11: these signs are not resolved; in the first epoch, which the figure leaves out, the signs are the other way round: the ReLU run's one other value is negative, -1.9e-6, and the Swish runs' are positive, 2.3e-7 and 1.7e-6; of the normal Swish run's, whose median is 6e-8, the arrays cannot tell.",
    ),
    "The pseudo-collapsed start is no collapse for a bias-free ReLU or linear head without BatchNorm: the objective sees directions only, so that it and its curvature in z stay as they are (check E1.start), and the weights are at first updated a hundred times as fast, relative to their size (check E7.scale). Nor does scaling the projector collapse z, whose variance is tracked.",
    "As a function of all of space the negative cosine has an indefinite Hessian wherever its gradient is not zero (check E1.cosine): there the premise of Theorem 4.1(1), a positive semidefinite loss Hessian, fails for the objective that is trained. So G alone, too, can have a negative eigenvalue: it has one behind a bias-free linear or ReLU head unless $J_h^T \\rho = 0$, and had one in nearly every state measured here. Restricted to directions it is the cosine times the identity (check E1.tangent).",
    as_read(
        "E1.runs",
        "one run of each is shown; no line of that file sets a seed. Here there is one seed.",
    ),
)

"""Remarks on the published measurement of E3, one sentence each: what it gets wrong, and what it does not say."""

from __future__ import annotations

from verify.experiments.remarks import as_read

FLAWS = (
    as_read(
        "E3.normalised",
        "the head is fed the L2-normalised representation, although it was trained on the raw one and its BatchNorm, in evaluation mode, keeps the raw one's statistics.",
    ),
    as_read(
        "E3.compression",
        "no total variance is set beside the compression, though the ratio of classes to orbits is, which a global shrinkage leaves as it is (1.22 times): in the arrays the total variance shrinks 14.93x (the mean of the unit vectors after the head has norm 0.992), so the selective part of the 21.85x is 1.46x.",
    ),
    as_read(
        "E3.orbits",
        "orbits are measured of the trained network alone: there is no untrained control.",
    ),
    as_read("E3.seed", "there is one training seed, with 15 orbits, and no interval."),
)

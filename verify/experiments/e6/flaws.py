"""Remarks on the published measurement of E6, one sentence each: what it gets wrong, and what it does not say."""

from __future__ import annotations

from verify.experiments.remarks import as_read

FLAWS = (
    as_read(
        "E6.reused E3.normalised",
        "the head is fed the L2-normalised representation, as in E3: divided by the ratio of the total variances the three compressions are 0.81, 1.50 and 2.03.",
    ),
    as_read(
        "E6.batch",
        "there is one training run for each depth, with batches of 512 where E3 has 256, and no interval.",
    ),
)

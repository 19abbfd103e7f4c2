"""Remarks on the published measurement of E4, one sentence each: what it gets wrong, and what it does not say."""

from __future__ import annotations

from verify.experiments.remarks import as_read

FLAWS = (
    as_read("E3.seed", "there is one training seed and no interval."),
    as_read(
        "E4.features",
        "probes see the trained network alone: what any head of that shape loses is not told apart from the cost of invariance.",
    ),
    as_read(
        "E4.widths",
        "the MLP probe has 256 hidden units on z and 512 on h, 132 thousand against 1.05 million weights, so that its growing advantage compares two probes; and no wider one tells information that is erased from information that a probe of that size, after 5 epochs, does not find.",
    ),
)

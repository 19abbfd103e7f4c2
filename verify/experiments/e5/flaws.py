"""Remarks on the published measurement of E5, one sentence each: what it gets wrong, and what it does not say."""

from __future__ import annotations

from verify.experiments.remarks import as_read

FLAWS = (
    as_read(
        "E5.images",
        "the three seeds draw 200 images each, and one trained network serves them all; no head that was never trained is measured.",
    ),
    as_read(
        "E5.raw E5.angles",
        "images are rotated to the nearest pixel, so that an orbit moves in jumps, and there is one step, 5 degrees: nothing tells a curvature from jumps.",
    ),
    as_read(
        "E5.hypothesis",
        "warping as the cause of larger second differences is a hypothesis.",
    ),
    "A second difference grows with the size of an orbit, so that its ratio mixes how far a representation moves with how sharply it turns.",
)

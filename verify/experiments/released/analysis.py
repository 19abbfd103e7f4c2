"""Every figure of the release, recomputed from its arrays with intervals: `analyse`."""

from __future__ import annotations

from pathlib import Path

from verify.experiments.released import collapse, heads, orbits, pretrained, tracks
from verify.experiments.released.reader import read
from verify.experiments.released.rows import Analysis

PARTS = (
    tracks.track,
    collapse.escape,
    orbits.compress,
    heads.probe,
    heads.bend,
    heads.deepen,
    collapse.updates,
    pretrained.spread,
)
"""E1 to E8, in order; each takes the release and returns its rows and claims."""


def analyse(path: Path) -> Analysis:
    """Recompute every published figure of a release, and apply our statistics to its arrays.

    Args:
        path: a checkout of the release, its ``results`` folder, or the converted archive. What the
            release printed of E8 is in a checkout only.

    Raises:
        ReleaseError: if there is no release, or an array of it is missing.
    """
    release = read(path)
    parts = [part(release) for part in PARTS]
    return Analysis(
        rows=tuple(row for part in parts for row in part.rows),
        claims=tuple(claim for part in parts for claim in part.claims),
    )

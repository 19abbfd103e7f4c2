"""What E2 reads off the collapse runs: how far the projector's output regrows, and whether it escapes."""

from __future__ import annotations

from collections.abc import Sequence

from verify.experiments.collapse import (
    CELLS,
    HEADS,
    RATES,
    SMOOTH,
    Cell,
    Track,
    Tracks,
)

SLOWER = tuple(c for c in CELLS if c.rate < RATES[-1] and c.faster in CELLS)
"""The runs that are also made at ten times their learning rate."""

SMOOTH_CELLS = tuple(cell for cell in HEADS if cell.activation in SMOOTH)

REGREW = 1.1
"""Growth from the second epoch on that counts as one, as for the released arrays."""

ESCAPED, COLLAPSED = 0.5, 0.1
"""Shares of another run's variance: from which a run has escaped, up to which it is collapsed."""


def regrowth(track: Track, start: int = 0) -> float:
    """Last epoch's mean deviation of the unit projector output over that of a starting one, from 0.

    From 0 it is the published "final / initial variance".
    """
    return float(track["deviation"][-1] / track["deviation"][start])


def growth(track: Track, of: str = "variance_z") -> float:
    """Last over first of a variance over the test images, in evaluation mode."""
    return float(track[of][-1] / track[of][0])


def share(tracks: Tracks, cell: Cell, other: Cell, epoch: int = -1) -> float:
    """The deviation of a run, squared, over that of another one from the same seed, in an epoch from 0."""
    return float(tracks[cell]["deviation"][epoch] / tracks[other]["deviation"][epoch]) ** 2


def beside(cell: Cell, other: Cell | None) -> Cell:
    """The run that one is set beside: another one, or if there is none the same from the usual start."""
    return cell.normal if other is None else other


def collapsed(seeds: Sequence[Tracks], cells: Sequence[Cell], other: Cell | None) -> bool:
    """Whether in the first epoch every run was at less than a tenth of the variance it is set beside."""
    return all(
        share(tracks, cell, beside(cell, other), 0) < COLLAPSED
        for tracks in seeds
        for cell in cells
    )


def at_equal_time(tracks: Tracks, cell: Cell) -> float:
    """The mean deviation of the last ten epochs over that at ten times the rate, of the epoch in the same training time."""
    slow, fast = tracks[cell]["deviation"], tracks[cell.faster]["deviation"]
    return float(slow[-10:].mean() / fast[len(fast) // 10 - 1])

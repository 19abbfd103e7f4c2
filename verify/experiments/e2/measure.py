"""What E2 measures: variances before and after training, by head and step size."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

RATES = (0.005, 0.05, 0.5)

NORMED, PLAIN = "BatchNorm", "none"


class Cell(NamedTuple):
    """One run: activation, whether BatchNorm is in both heads, learning rate."""

    activation: str
    norm: str
    rate: float


CELLS = (
    Cell("linear", PLAIN, 0.05),
    Cell("gelu", PLAIN, 0.05),
    *(Cell(a, norm, rate) for a in ("swish", "relu") for norm in (PLAIN, NORMED) for rate in RATES),
)


def faster(cell: Cell) -> Cell:
    """The same at ten times the learning rate."""
    return cell._replace(rate=RATES[RATES.index(cell.rate) + 1])


SLOWER = tuple(cell for cell in CELLS if cell.rate < RATES[-1] and faster(cell) in CELLS)
"""Those that are also run at ten times their learning rate."""

Track = dict[str, np.ndarray]
"""What was tracked in one run, each of shape (epochs + 1,)."""

Tracks = dict[Cell, Track]
"""The runs of one seed."""


def growth(track: Track, epoch: int = -1, of: str = "variance_z") -> float:
    """Variance after some epochs, or all, over the initial one."""
    return float(track[of][epoch] / track[of][0])


def at_equal_time(tracks: Tracks, cell: Cell) -> tuple[float, float]:
    """Growth of a run after all epochs, and at ten times its learning rate after a tenth of them."""
    quick = tracks[faster(cell)]
    return growth(tracks[cell]), growth(quick, (len(quick["variance_z"]) - 1) // 10)

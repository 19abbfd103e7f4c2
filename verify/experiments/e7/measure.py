"""What E7 reads off the collapse runs: how fast the parts of a network are changed while it is trained."""

from __future__ import annotations

import numpy as np

from verify.experiments.collapse import CELLS, NORMED, PLAIN, Cell
from verify.ssl.training import Start

NORMAL = tuple(c for c in CELLS if c.norm == PLAIN and c.start is Start.NORMAL)

SHRUNK = tuple(c for c in CELLS if c.norm == PLAIN and c.start is not Start.NORMAL)

WITH_BATCHNORM = tuple(c for c in CELLS if c.norm == NORMED and c.start is not Start.NORMAL)

RELU = Cell("relu")

KEPT = ("update_backbone", "update_projector", "update_predictor", "log_ratio")
"""What is read of a run."""

Updates = dict[Cell, dict[str, np.ndarray]]
"""For every run what was kept of its steps, means over an epoch's, each (seeds, epochs)."""


def arithmetic(updates: dict[str, np.ndarray], part: str = "projector") -> list[float]:
    """Mean over epochs of a part's mean relative update over the backbone's, by seed, as published."""
    return (updates[f"update_{part}"] / updates["update_backbone"]).mean(1).tolist()


def geometric(updates: dict[str, np.ndarray]) -> list[float]:
    """Geometric mean over every step of the projector's relative update over the backbone's, by seed."""
    return np.exp(updates["log_ratio"].mean(1)).tolist()


def epochs_geometric(updates: dict[str, np.ndarray]) -> list[float]:
    """Geometric mean over epochs of the ratio of their means, as for the released arrays, by seed."""
    logarithms = np.log(updates["update_projector"] / updates["update_backbone"])
    return np.exp(logarithms.mean(1)).tolist()

"""What E1 reads off its tracks: patterns, signs of curvature, and escapes."""

from __future__ import annotations

import numpy as np
import torch

from verify.claims.evidence import Answer
from verify.experiments.e1.setting import Cell
from verify.ssl.training import Start
from verify.ssl.variances import spearman

Track = dict[str, np.ndarray]
"""What was tracked in one run, each of shape (epochs + 1, ...)."""

Tracks = dict[Cell, Track]

MARGIN = 64 * float(np.finfo(np.float64).eps)
"""Times d, the modulus, over the largest one of the spectrum, below which an eigenvalue's sign is not
resolved: d eps is the eigensolver's backward error, and the rest allows for the matrix's rounding."""

INJECTED = 0.1
"""How much of lambda_min(H_eff) must come from M for it to be called injected."""


def epochs(tracks: Tracks) -> int:
    """Epochs of every run."""
    return min(len(track["variance_z"]) for track in tracks.values()) - 1


def rank_correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Spearman's correlation."""
    return spearman(torch.from_numpy(np.asarray(x, float)), torch.from_numpy(np.asarray(y, float)))


def tolerance(track: Track) -> np.ndarray:
    """What lambda_min must exceed for its sign to be resolved, (epochs + 1, samples)."""
    size = np.abs(track["effective"]).max(-1)
    return 3 * track["residuals"] + MARGIN * float(track["dimensions"][0]) * size


def negative(track: Track) -> np.ndarray:
    """Where lambda_min(H_eff) is resolved below 0; an undefined state is not."""
    return track["effective"][..., 0] < -tolerance(track)


def injected(track: Track) -> np.ndarray:
    """Where it is, and below min(0, lambda_min(G)) by more than a tenth of itself."""
    below = np.minimum(0, track["pullback"][..., 0]) - track["effective"][..., 0]
    needed = np.maximum(INJECTED * np.abs(track["effective"][..., 0]), tolerance(track))
    return negative(track) & (below > needed)


def share(states: np.ndarray) -> float:
    """Share of the states after the first step."""
    return float(states[1:].mean())


def semidefinite_pullback(track: Track) -> float:
    """Share of the states in which G is not resolved negative."""
    size = np.abs(track["pullback"]).max(-1)
    below = track["pullback"][..., 0] < -(
        3 * track["residuals"] + MARGIN * float(track["dimensions"][0]) * size
    )
    return 1 - share(below)


def loss_hessian(track: Track) -> tuple[np.ndarray, np.ndarray]:
    """Extremes (epochs + 1, samples, 2) of the negative cosine's Hessian: in space, on directions.

    In closed form, which check E1.cosine compares with eigenvalues; on directions both are equal.
    """
    c, scale = track["cosine"], 1 / track["length"] ** 2
    root = np.sqrt(c**2 + 4 * (1 - np.minimum(c**2, 1)))
    space = np.stack([(c - root) / 2 * scale, (c + root) / 2 * scale], axis=-1)
    return space, np.stack([c * scale] * 2, axis=-1)


def estimates_wrong(track: Track) -> int:
    """Epochs in which the published estimate has the wrong sign.

    The batch's smallest eigenvalue is the least of the samples': below 0 if one of them is resolved
    to be, and otherwise 0 or more. An estimate of exactly 0 counts as not negative.
    """
    below = negative(track)[1:].any(axis=1)
    return int((below != (track["estimate"][1:] < 0)).sum())


def pattern(values: np.ndarray, name: str) -> Answer:
    """Whether a condition number by epoch shows a published pattern.

    `peak`: the maximum lies in the first fifth and is at least 1.5 times the last value. `static`:
    largest over smallest at most 1.2, and |Spearman with epoch| below 0.3. `drift`: at least 0.7.
    """
    trend = abs(rank_correlation(values, np.arange(len(values))))
    shown = {
        "peak": int(values.argmax()) < len(values) / 5 and values.max() >= 1.5 * values[-1],
        "static": values.max() <= 1.2 * values.min() and trend < 0.3,
        "drift": trend >= 0.7,
    }
    return Answer.YES if shown[name] else Answer.NO


def escape(tracks: Tracks, cell: Cell, quantity: str) -> Answer:
    """Whether a variance grew back to that of the normal start by the last epoch.

    Not applicable if it began at a tenth of it or more: it was not collapsed.
    """
    normal = tracks[cell._replace(start=Start.NORMAL)][quantity]
    values = tracks[cell][quantity]
    if values[0] >= normal[0] / 10:
        return Answer.NOT_APPLICABLE
    if values[-1] >= normal[-1] / 2:
        return Answer.YES
    return Answer.NO if values[-1] <= normal[-1] / 10 else Answer.UNDECIDED

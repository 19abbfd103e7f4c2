"""What E9 measures: linear probes before and after every head, while it is trained."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from verify.ssl.augment import quarter_turns
from verify.ssl.data import Dataset
from verify.ssl.measurements import head_outputs, represent
from verify.ssl.probes import ridge_accuracy
from verify.ssl.training import Config, Networks, Observe, State
from verify.ssl.variances import with_statistics

NONE, LINEAR, NONLINEAR = "no head", "linear", ("relu", "swish")

HEADS = (NONE, LINEAR, *NONLINEAR)

TURNS = 4

LABELLED = 10
"""Training images of each class whose labels the probe of few labels sees."""


def features(networks: Networks, images: Tensor) -> dict[str, Tensor]:
    """Raw representations z and head outputs h of images (..., C, H, W)."""
    z = represent(networks.backbone, images)
    return {"z": z, "h": head_outputs(networks.projector, z)}


def observe_probes(config: Config, dataset: Dataset) -> Observe:
    """Test accuracy on z and on h of probes of the class: of all training labels, and of few.

    And of the quarter turns, in the last epoch, NaN before it; and of the class on z with BatchNorm as it is
    built, before the first step, NaN after it.
    """
    labelled = torch.cat(
        [(dataset.train_labels == c).nonzero()[:LABELLED, 0] for c in range(dataset.classes)]
    )
    halves = dataset.train_images, dataset.test_images
    labels, answers = dataset.train_labels, dataset.test_labels
    every = torch.arange(len(labels), device=labels.device)
    turns, turned = (torch.arange(TURNS, device=x.device).repeat(len(x)) for x in halves)

    def bare(networks: Networks) -> float:
        seen, judged = (represent(networks.backbone, images) for images in halves)
        return ridge_accuracy(seen, labels, judged, answers, dataset.classes)

    def observe(state: State) -> dict[str, float | np.ndarray]:
        networks = with_statistics(state, dataset)
        seen, judged = (features(networks, images) for images in halves)
        found: dict[str, float | np.ndarray] = {
            f"{probe}_{of}": ridge_accuracy(
                seen[of][chosen], labels[chosen], judged[of], answers, dataset.classes
            )
            for probe, chosen in (("class", every), ("few", labelled))
            for of in seen
        }
        found["bare_z"] = bare(state.networks) if state.epoch == 0 else math.nan
        if state.epoch < config.epochs:
            return found | {f"rotation_{of}": math.nan for of in seen}
        seen, judged = (features(networks, quarter_turns(images)) for images in halves)
        return found | {
            f"rotation_{of}": ridge_accuracy(
                seen[of].flatten(0, 1), turns, judged[of].flatten(0, 1), turned, TURNS
            )
            for of in seen
        }

    return observe


Curves = list[dict[str, dict[str, np.ndarray]]]
"""For each training seed and head: accuracies in [0, 1], each of shape (epochs + 1,)."""


def at(curves: Curves, head: str, name: str, epoch: int = -1) -> list[float]:
    """Accuracy after some epochs, or all, for each seed."""
    return [float(runs[head][name][epoch]) for runs in curves]


def mean(curves: Curves, head: str) -> list[float]:
    """Class accuracy on z, mean over the epochs, for each seed."""
    return [float(runs[head]["class_z"][1:].mean()) for runs in curves]


def epochs_to(curve: np.ndarray, accuracy: float) -> str:
    """The first epoch at which a curve reaches a value."""
    reached = np.flatnonzero(curve >= accuracy)
    return str(int(reached[0])) if len(reached) else "never"

"""Train under a head, then discard it: what linear probes find before and after the head."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor

from verify.ssl.augment import quarter_turns
from verify.ssl.data import Dataset
from verify.ssl.image_source import Source, fit, timing
from verify.ssl.measurements import head_outputs, represent
from verify.ssl.probes import ridge_accuracy
from verify.ssl.training import Config, Networks, Observe, State
from verify.ssl.variances import with_statistics

if TYPE_CHECKING:
    from verify.ssl.session import Session

TURNS = 4

LABELLED = 10
"""Training images of each class whose labels the probe of few labels sees."""


def features(networks: Networks, images: Tensor) -> dict[str, Tensor]:
    """Raw representations z and head outputs h of images (..., C, H, W)."""
    z = represent(networks.backbone, images)
    return {"z": z, "h": head_outputs(networks.projector, z)}


def observe_classes(config: Config, dataset: Dataset) -> Observe:
    """Test accuracy on z and on h of probes of the class: of all training labels, and of few."""
    del config
    labelled = torch.cat(
        [(dataset.train_labels == c).nonzero()[:LABELLED, 0] for c in range(dataset.classes)]
    )
    labels, answers = dataset.train_labels, dataset.test_labels

    def observe(state: State) -> dict[str, float | np.ndarray]:
        networks = with_statistics(state, dataset)
        seen = features(networks, dataset.train_images)
        judged = features(networks, dataset.test_images)
        every = torch.arange(len(labels), device=labels.device)
        return {
            f"{probe}_{name}": ridge_accuracy(
                seen[name][chosen], labels[chosen], judged[name], answers, dataset.classes
            )
            for probe, chosen in (("class", every), ("few", labelled))
            for name in seen
        }

    return observe


def rotation_accuracy(networks: Networks, dataset: Dataset) -> dict[str, float]:
    """Test accuracy of a probe of the quarter turns, on z and on h."""
    seen, judged = (
        features(networks, quarter_turns(images))
        for images in (dataset.train_images, dataset.test_images)
    )
    turns = torch.arange(TURNS, device=dataset.train_images.device)
    labels, answers = (
        turns.repeat(len(images)) for images in (dataset.train_images, dataset.test_images)
    )
    return {
        f"rotation_{name}": ridge_accuracy(
            seen[name].flatten(0, 1), labels, judged[name].flatten(0, 1), answers, TURNS
        )
        for name in seen
    }


def build(arguments: tuple[object, ...], session: Session) -> dict[str, np.ndarray]:
    """Class accuracy by epoch and rotation accuracy at the end, of a `Source` and a `Config`."""
    source, config = cast("tuple[Source, Config]", arguments)
    dataset, run = fit(source, config, session, observe_classes)
    rotation = rotation_accuracy(run.networks, dataset)
    accuracies = {name: np.array(value) for name, value in rotation.items()}
    return {"losses": np.array(run.losses), **run.curves, **accuracies, **timing(source, run)}

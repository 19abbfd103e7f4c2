"""Train under a head, then discard it: what linear probes find before and after the head."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor

from verify.ssl.augment import quarter_turns
from verify.ssl.collapse import with_statistics
from verify.ssl.data import Dataset, load_digits
from verify.ssl.measurements import head_outputs, represent
from verify.ssl.probes import ridge_accuracy
from verify.ssl.training import Config, Networks, Observe, State, train

if TYPE_CHECKING:
    from verify.statement import Context

CLASSES, TURNS = 10, 4

LABELLED = 10
"""Training images of each class whose labels the probe of few labels sees."""


def features(networks: Networks, images: Tensor) -> dict[str, Tensor]:
    """Raw representations z and head outputs h of images (..., C, H, W)."""
    z = represent(networks.backbone, images)
    return {"z": z, "h": head_outputs(networks.projector, z)}


def observe_classes(dataset: Dataset) -> Observe:
    """Test accuracy on z and on h of probes of the class: of all training labels, and of few."""
    labelled = torch.cat(
        [(dataset.train_labels == c).nonzero()[:LABELLED, 0] for c in range(CLASSES)]
    )
    labels, answers = dataset.train_labels, dataset.test_labels

    def observe(state: State) -> dict[str, float | np.ndarray]:
        networks = with_statistics(state, dataset)
        seen = features(networks, dataset.train_images)
        judged = features(networks, dataset.test_images)
        every = torch.arange(len(labels), device=labels.device)
        return {
            f"{probe}_{name}": ridge_accuracy(
                seen[name][chosen], labels[chosen], judged[name], answers, CLASSES
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


def build(arguments: tuple[object, ...], ctx: Context) -> dict[str, np.ndarray]:
    """Class accuracy by epoch and rotation accuracy at the end; the argument is a `Config`."""
    (config,) = cast("tuple[Config]", arguments)
    dataset = load_digits().to(ctx.device)
    run = train(config, dataset, ctx.device, observe_classes(dataset))
    rotation = rotation_accuracy(run.networks, dataset)
    return run.curves | {name: np.array(value) for name, value in rotation.items()}

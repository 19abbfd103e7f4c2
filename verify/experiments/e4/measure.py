"""What E4 measures: probes of the rotation before and after the head. Accuracies lie in [0, 1]."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from verify.experiments.networks import Run, Trained
from verify.ssl.augment import quarter_turns
from verify.ssl.data import Dataset
from verify.ssl.measurements import head_outputs, represent
from verify.ssl.probes import ProbeConfig, train_probes
from verify.ssl.training import Config

FEATURES = ("z", "h", "fresh h")

PROBE_SEED = 0

Features = dict[str, tuple[Tensor, Tensor]]
"""For each of `FEATURES`: those of training and test images, (seeds, images, 4, d)."""

Accuracies = dict[tuple[int, str], list[float]]
"""By width of the probe (0: linear) and kind of features, the accuracy for each seed."""


def widths(config: Config) -> tuple[int, int, int]:
    """Hidden widths of the MLP probes; the middle one is compared with the linear probe."""
    length = config.representation
    return length // 4, length, 4 * length


def features(form: Trained, runs: Iterable[Run], dataset: Dataset) -> Features:
    """Raw representations and head outputs of the quarter turns of the probed images."""
    halves: tuple[dict[str, list[Tensor]], ...] = (defaultdict(list), defaultdict(list))
    train, test = form.probed
    probed = (dataset.train_images[:train], dataset.test_images[:test])
    for run in runs:
        for half, images in zip(halves, probed, strict=True):
            z = represent(run.trained.backbone, quarter_turns(images))
            of_heads = (head_outputs(n.projector, z) for n in (run.trained, run.fresh))
            for name, found in zip(FEATURES, (z, *of_heads), strict=True):
                half[name].append(found)
    seen, judged = halves
    return {name: (torch.stack(seen[name]), torch.stack(judged[name])) for name in FEATURES}


def turns(images: Tensor) -> Tensor:
    """The labels (seeds, images * 4) of features (seeds, images, 4, d)."""
    seeds, count, angles, _ = images.shape
    return torch.arange(angles, device=images.device).repeat(count).expand(seeds, -1)


def probe(found: Features, hidden: tuple[int, ...], config: ProbeConfig) -> Accuracies:
    """Train a probe of every width on every kind of features; accuracies on the test images."""
    accuracies = {}
    for names in (FEATURES[:1], FEATURES[1:]):  # features of one length are probed at once
        train, test = (torch.cat([found[name][half] for name in names]) for half in (0, 1))
        for width in hidden:
            probes = train_probes(train.flatten(1, 2), turns(train), 4, width, PROBE_SEED, config)
            correct = probes.correct(test.flatten(1, 2), turns(test)) / turns(test).shape[1]
            for name, values in zip(names, correct.chunk(len(names)), strict=True):
                accuracies[width, name] = values.tolist()
    return accuracies


def differences(first: Sequence[float], second: Sequence[float]) -> list[float]:
    """First minus second, seed by seed."""
    return [a - b for a, b in zip(first, second, strict=True)]


def gaps(accuracies: Accuracies, width: int, of: str = "h") -> list[float]:
    """Accuracy on z minus accuracy on h, for each seed."""
    return differences(accuracies[width, "z"], accuracies[width, of])


def advantages(accuracies: Accuracies, width: int, name: str) -> list[float]:
    """What an MLP finds beyond the linear probe, for each seed."""
    return differences(accuracies[width, name], accuracies[0, name])

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
from verify.ssl.probes import PUBLISHED_PROBE, ProbeConfig, train_probes
from verify.ssl.training import Config

FEATURES = ("z", "h", "fresh h")

PROBE_SEED = 0

PUBLISHED_WIDTHS = {"z": 256, "h": 512}
"""Hidden widths of the published MLP probes."""

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


def turned_once(found: Features, seed: int = PROBE_SEED) -> tuple[Features, tuple[Tensor, Tensor]]:
    """Of every image one random quarter turn, as published: features (seeds, images, 1, d), and turns.

    Returns:
        the features, and the turns (images,) of training and test images, the same for all seeds.
    """
    generator = torch.Generator().manual_seed(seed)
    train, test = (pair.shape[1] for pair in found[FEATURES[0]])
    chosen = (
        torch.randint(0, 4, (train,), generator=generator),
        torch.randint(0, 4, (test,), generator=generator),
    )

    def pick(features: Tensor, turn: Tensor) -> Tensor:
        images = torch.arange(len(turn), device=features.device)
        return features[:, images, turn.to(features.device)][:, :, None]

    once = {
        name: (pick(pair[0], chosen[0]), pick(pair[1], chosen[1])) for name, pair in found.items()
    }
    return once, chosen


def probe_as_published(found: Features, config: ProbeConfig = PUBLISHED_PROBE) -> Accuracies:
    """Linear probes and MLPs of both published widths on raw z and h of images turned once."""
    once, (seen, judged) = turned_once(found)
    accuracies = {}
    for name in ("z", "h"):
        train, test = (features.squeeze(2) for features in once[name])
        labels, answers = (t.to(train.device).expand(len(train), -1) for t in (seen, judged))
        for width in (0, *PUBLISHED_WIDTHS.values()):
            probes = train_probes(train, labels, 4, width, PROBE_SEED, config)
            accuracies[width, name] = (probes.correct(test, answers) / len(judged)).tolist()
    return accuracies


def steps_on(images: int) -> int:
    """Steps of a published probe that sees so many images; the last batch of an epoch may be smaller."""
    return PUBLISHED_PROBE.epochs * -(-images // PUBLISHED_PROBE.batch)


PUBLISHED_STEPS = steps_on(50_000)
"""As many as were published."""


def growth(accuracies: Accuracies, z: int, h: int) -> list[float]:
    """How much more an MLP finds on h than on z beyond the linear probe, at these widths, by seed."""
    return differences(advantages(accuracies, h, "h"), advantages(accuracies, z, "z"))


def differences(first: Sequence[float], second: Sequence[float]) -> list[float]:
    """First minus second, seed by seed."""
    return [a - b for a, b in zip(first, second, strict=True)]


def gaps(accuracies: Accuracies, width: int, of: str = "h") -> list[float]:
    """Accuracy on z minus accuracy on h, for each seed."""
    return differences(accuracies[width, "z"], accuracies[width, of])


def advantages(accuracies: Accuracies, width: int, name: str) -> list[float]:
    """What an MLP finds beyond the linear probe, for each seed."""
    return differences(accuracies[width, name], accuracies[0, name])

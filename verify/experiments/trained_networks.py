"""The networks that E3 to E6 measure: trained once for each seed, with their controls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor, nn

from verify.engine.artefact import Artefact
from verify.ssl.backbones import calibrate
from verify.ssl.data import Dataset
from verify.ssl.image_source import Source, fit, timing
from verify.ssl.measurements import represent
from verify.ssl.training import Config, Networks, from_arrays, to_arrays, untrained

if TYPE_CHECKING:
    from verify.claims.check import Context

TRAINED, FRESH, UNTRAINED = "trained", "fresh head on the trained backbone", "untrained network"
"""What is measured of every run: the networks and two controls."""

FRESH_OFFSET = 1000
"""Added to a training seed, the seed of the fresh head's weights."""

CALIBRATED = 2048
"""Training images at most from which BatchNorm statistics of untrained networks are taken."""


def build(arguments: tuple[object, ...], ctx: Context) -> dict[str, np.ndarray]:
    """Train; the arguments are a `Source` and a `Config`."""
    source, config = cast("tuple[Source, Config]", arguments)
    _, run = fit(source, config, ctx)
    return to_arrays(run) | timing(source, run)


@dataclass(frozen=True, kw_only=True)
class Trained:
    """Networks trained in one way from several seeds, and how many images they are measured on.

    Attributes:
        name: what they are called among the networks of their source.
        config: what they are trained with, whatever its seed.
        orbits: test images whose orbits are measured (E3); None for all.
        bent: test images whose orbits' bending is measured (E5); None for all.
        probed: training and test images that probes see (E4); None for all.
        cost: CPU-seconds of training from one seed, roughly.
    """

    source: Source
    name: str
    config: Config
    seeds: tuple[int, ...]
    orbits: int | None = None
    bent: int | None = None
    probed: tuple[int | None, int | None] = (None, None)
    cost: float = 4.0

    @property
    def artefacts(self) -> tuple[Artefact, ...]:
        """One trained backbone and projector for each seed."""
        return tuple(
            Artefact(
                f"{self.source.name}-{self.name}-seed{seed}",
                build,
                (self.source, replace(self.config, seed=seed)),
                cost=self.cost,
            )
            for seed in self.seeds
        )


@dataclass(frozen=True)
class Run:
    """One training seed's networks and controls, in evaluation mode.

    Attributes:
        seed: the training seed.
        trained: after training.
        fresh: the trained backbone under a projector that was never trained.
        untrained: the networks as training found them.
        arrays: what was kept of the training.

    BatchNorm statistics of everything untrained are set from augmented training images, so that
    the controls differ from the trained networks by their weights alone.
    """

    seed: int
    trained: Networks
    fresh: Networks
    untrained: Networks
    arrays: dict[str, np.ndarray]

    def represented(self, images: Tensor) -> Iterator[tuple[str, nn.Module, Tensor]]:
        """What is measured, by name: a projector with the representations (.., d) that it is fed."""
        z = represent(self.trained.backbone, images)
        yield TRAINED, self.trained.projector, z
        yield FRESH, self.fresh.projector, z
        yield UNTRAINED, self.untrained.projector, represent(self.untrained.backbone, images)


def runs(form: Trained, ctx: Context, dataset: Dataset) -> Iterator[Run]:
    """Every training seed's run, on the device that the data set is on."""
    images = dataset.train_images[:CALIBRATED]
    config = replace(form.config, dataset=dataset.name)
    for artefact, seed in zip(form.artefacts, form.seeds, strict=True):
        arrays = artefact.load(ctx)
        trained = from_arrays(arrays, config, dataset).to(images.device)
        initial = untrained(replace(config, seed=seed), dataset).to(images.device)
        fresh = (
            untrained(replace(config, seed=seed + FRESH_OFFSET), dataset)
            .to(images.device)
            .projector
        )
        views = config.augmentation(images, torch.Generator(images.device).manual_seed(seed))
        calibrate(initial.backbone, views)
        calibrate(initial.projector, represent(initial.backbone, views))
        calibrate(fresh, represent(trained.backbone, views))
        alone = Networks(trained.backbone, fresh, trained.predictor)
        yield Run(seed, trained, alone, initial, arrays)

"""The networks that the digits experiments share: trained once, with their controls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch

from verify.artefact import Artefact
from verify.ssl.backbones import calibrate
from verify.ssl.data import Dataset
from verify.ssl.digits import DIGITS_SIMCLR, SEEDS, build, seeded_configs
from verify.ssl.measurements import represent
from verify.ssl.training import Config, Networks, from_arrays, untrained
from verify.statement import Context

FRESH = 1000
"""Added to a training seed, the seed of the fresh head's weights."""

SIMCLR = tuple(
    Artefact(f"digits-simclr-seed{config.seed}", build, (config,), cost=5.0)
    for config in seeded_configs(DIGITS_SIMCLR)
)
"""One trained backbone and projector for each training seed."""


@dataclass(frozen=True)
class Run:
    """One training seed's networks and controls, in evaluation mode.

    Attributes:
        seed: the training seed.
        trained: after training.
        fresh: the trained backbone under a projector that was never trained.
        untrained: the networks as training found them.

    BatchNorm statistics of everything untrained are set from augmented training images, so that
    the controls differ from the trained networks by their weights alone.
    """

    seed: int
    trained: Networks
    fresh: Networks
    untrained: Networks


def runs(
    ctx: Context,
    dataset: Dataset,
    artefacts: tuple[Artefact, ...] = SIMCLR,
    config: Config = DIGITS_SIMCLR,
) -> Iterator[Run]:
    """Every training seed's run, on the device that the data set is on.

    Args:
        ctx: where the artefacts are kept.
        dataset: the digits.
        artefacts: the trained networks, one for each of `SEEDS`.
        config: what they were trained with, whatever its seed.
    """
    images = dataset.train_images
    for artefact, seed in zip(artefacts, SEEDS, strict=True):
        trained = from_arrays(artefact.load(ctx), config, dataset).to(images.device)
        initial = untrained(replace(config, seed=seed), dataset).to(images.device)
        fresh = untrained(replace(config, seed=seed + FRESH), dataset).to(images.device).projector
        views = config.augmentation(images, torch.Generator(images.device).manual_seed(seed))
        calibrate(initial.backbone, views)
        calibrate(initial.projector, represent(initial.backbone, views))
        calibrate(fresh, represent(trained.backbone, views))
        yield Run(seed, trained, Networks(trained.backbone, fresh, trained.predictor), initial)

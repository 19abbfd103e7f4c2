"""The configurations of the digits experiments, and how their networks are built.

Nothing here knows how results are presented, so that what is presented can change without anything
being trained anew.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np

from verify.ssl.augment import Augmentation
from verify.ssl.data import DIGITS, load_digits
from verify.ssl.training import Config, Mlp, Optimiser, to_arrays, train

if TYPE_CHECKING:
    from verify.statement import Context

SEEDS = (0, 1, 2)
"""Training seeds of every experiment that has more than one."""

DIGITS_AUGMENTATION = Augmentation(
    rotation=180, translation=0.15, scale=(0.8, 1.2), brightness=0.4, contrast=0.4
)
"""Rotations cover the whole orbit that is measured afterwards."""

DIGITS_SIMCLR = Config(
    dataset=DIGITS,
    backbone="small",
    representation=128,
    projector=Mlp(widths=(1024, 64), activation="relu", batchnorm=True),
    objective="info_nce",
    temperature=0.1,
    optimiser=Optimiser(name="adam", learning_rate=1e-3),
    augmentation=DIGITS_AUGMENTATION,
    batch=128,
    epochs=20,
    seed=0,
)
"""SimCLR on the digits, seed 0."""


DIGITS_CROPS = Augmentation(
    rotation=0, translation=0.15, scale=(0.8, 1.2), brightness=0, contrast=0
)
"""Crops without rotations or jitter, as for the published SimSiam runs; a mirrored digit is none."""

DIGITS_SIMSIAM = Config(
    dataset=DIGITS,
    backbone="small, no closing BatchNorm",
    representation=64,
    projector=Mlp(widths=(256, 128), activation="swish", batchnorm=False),
    predictor=Mlp(widths=(64, 128), activation="swish", batchnorm=False),
    objective="simsiam",
    optimiser=Optimiser(name="sgd", learning_rate=0.05, momentum=0.9),
    augmentation=DIGITS_CROPS,
    batch=128,
    epochs=20,
    seed=0,
)
"""SimSiam on the digits with a Swish head, seed 0; nothing keeps z from collapsing."""


def with_head(config: Config, activation: str, batchnorm: bool) -> Config:
    """The configuration with another activation, and BatchNorm or none, in both heads."""
    heads = {
        name: replace(head, activation=activation, batchnorm=batchnorm)
        for name in ("projector", "predictor")
        if (head := getattr(config, name))
    }
    return replace(config, **heads)


def seeded_configs(config: Config) -> tuple[Config, ...]:
    """The configuration with each of `SEEDS`."""
    return tuple(replace(config, seed=seed) for seed in SEEDS)


def build(arguments: tuple[object, ...], ctx: Context) -> dict[str, np.ndarray]:
    """Train on the digits; the only argument is a `Config`."""
    (config,) = cast("tuple[Config]", arguments)
    return to_arrays(train(config, load_digits(), ctx.device))

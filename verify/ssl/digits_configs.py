"""The configurations of the digits experiments, and how their networks are built.

Nothing here knows how results are presented, so that what is presented can change without anything
being trained anew.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np

from verify.numeric.objectives import VICRegWeights
from verify.ssl.augment import Augmentation
from verify.ssl.data import DIGITS, load_digits
from verify.ssl.training import Config, Mlp, Momentum, Optimiser, to_arrays, train

if TYPE_CHECKING:
    from verify.ssl.session import Session

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

_SHORT = replace(DIGITS_SIMCLR, temperature=math.nan, epochs=10)
_WITH_PREDICTOR = replace(
    _SHORT, predictor=Mlp(widths=(128, 64), activation="relu", batchnorm=True)
)
_TARGET = Momentum(decay=0.99)  # it lags by 100 steps; the run has 110

DIGITS_METHODS = {
    "info_nce": replace(_SHORT, temperature=0.1),
    "nt_xent": replace(_SHORT, objective="nt_xent", temperature=0.2),
    "moco": replace(_SHORT, objective="moco", temperature=0.1, target=replace(_TARGET, queue=1024)),
    "dino": replace(
        _SHORT, objective="dino", temperature=0.1, target=replace(_TARGET, temperature=0.04)
    ),
    "byol": replace(_WITH_PREDICTOR, objective="byol", target=_TARGET),
    "simsiam": replace(_WITH_PREDICTOR, objective="simsiam"),
    "vicreg": replace(
        _SHORT,
        objective="vicreg",
        # What the released code divides by the 64 outputs and by 2, the paper's formula does not.
        weights=VICRegWeights(invariance=25 / 64, variance=25 / 2, covariance=1),
    ),
    "barlow_twins": replace(_SHORT, objective="barlow_twins"),
}
"""Every method on the digits for ten epochs, seed 0, by its objective: under SimCLR's projector, with
a predictor where the method has one. Not tuned beyond that each learns."""


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


def build(arguments: tuple[object, ...], session: Session) -> dict[str, np.ndarray]:
    """Train on the digits; the only argument is a `Config`."""
    (config,) = cast("tuple[Config]", arguments)
    return to_arrays(train(config, load_digits(), session.device))

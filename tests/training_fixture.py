"""A short run on the digits with an observer, and the process that the tests of resuming kill."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from verify.experiments.networks import DIGITS_SIMCLR
from verify.numeric.objectives import VICRegWeights
from verify.ssl.data import load_digits
from verify.ssl.training import Mlp, Momentum, Progress, State, to_arrays, train

NARROW = Mlp(widths=(32, 16), activation="relu", batchnorm=True)
SHORT = replace(DIGITS_SIMCLR, projector=NARROW, representation=32, epochs=2)
LONG = replace(SHORT, epochs=8, batch=32)
EVERY = 3

TEN_EPOCHS = replace(DIGITS_SIMCLR, temperature=math.nan, epochs=10)
WITH_PREDICTOR = replace(
    TEN_EPOCHS, predictor=Mlp(widths=(128, 64), activation="relu", batchnorm=True)
)
TARGET = Momentum(decay=0.99)  # it lags by 100 steps; the run has 110

DIGITS_METHODS = {
    "info_nce": replace(TEN_EPOCHS, temperature=0.1),
    "nt_xent": replace(TEN_EPOCHS, objective="nt_xent", temperature=0.2),
    "moco": replace(
        TEN_EPOCHS, objective="moco", temperature=0.1, target=replace(TARGET, queue=1024)
    ),
    "dino": replace(
        TEN_EPOCHS, objective="dino", temperature=0.1, target=replace(TARGET, temperature=0.04)
    ),
    "byol": replace(WITH_PREDICTOR, objective="byol", target=TARGET),
    "simsiam": replace(WITH_PREDICTOR, objective="simsiam"),
    "vicreg": replace(
        TEN_EPOCHS,
        objective="vicreg",
        # What the released code divides by the 64 outputs and by 2, the paper's formula does not.
        weights=VICRegWeights(invariance=25 / 64, variance=25 / 2, covariance=1),
    ),
    "barlow_twins": replace(TEN_EPOCHS, objective="barlow_twins"),
}
"""Every method on the digits for ten epochs, by its objective: under SimCLR's projector, with a
predictor where the method has one. Not tuned beyond that each learns."""


def look(state: State) -> Mapping[str, float | np.ndarray]:
    """A whole number and an array of every state."""
    weight = next(state.networks.projector.parameters())
    return {"steps": state.steps, "row": weight[0].detach().numpy().copy()}


def main() -> None:
    """Train `LONG` with checkpoints in one folder, and write its arrays to a file.

    What it prints it waits to have answered, if there is anyone, so that it never is far ahead.
    """
    torch.set_num_threads(1)
    folder, result = map(Path, sys.argv[1:])

    def show(progress: Progress) -> None:
        print(progress.step, flush=True)
        sys.stdin.readline()

    run = train(LONG, load_digits(), observe=look, checkpoint=folder, every=EVERY, progress=show)
    np.savez(result, **to_arrays(run))  # type: ignore[arg-type]

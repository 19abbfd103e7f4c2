"""A short run on the digits with an observer, and the process that the tests of resuming kill."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from verify.experiments.networks import DIGITS_SIMCLR
from verify.ssl.data import load_digits
from verify.ssl.training import Mlp, Progress, State, to_arrays, train

NARROW = Mlp(widths=(32, 16), activation="relu", batchnorm=True)
SHORT = replace(DIGITS_SIMCLR, projector=NARROW, representation=32, epochs=4)
LONG = replace(SHORT, epochs=12, batch=32)
EVERY = 3


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

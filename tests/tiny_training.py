"""A training run of a second, built as checks build theirs, in a process that a test may kill."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from training_fixture import SHORT

from verify.claims.check import Context
from verify.engine.artefact import Artefact
from verify.ssl.data import Dataset, Source, load_digits, take
from verify.ssl.session import Session
from verify.ssl.training import Config, Observe, State, build, loop
from verify.ssl.training.config import weights_to_arrays

TINY = replace(SHORT, epochs=8, batch=30)
SEEN = Path("seen")
"""In the folder that a process works in: every epoch whose end it saw, a line each."""


def few(session: Session) -> Dataset:
    """Four batches of the digits."""
    return take(load_digits(), 4 * TINY.batch, 100)


def noting(config: Config, dataset: Dataset) -> Observe:
    """Keeps all weights of every epoch, and notes that it saw the epoch."""

    def observe(state: State) -> Mapping[str, float | np.ndarray]:
        with SEEN.open("a", encoding="utf-8") as file:
            file.write(f"{state.epoch}\n")
        return {name: array.copy() for name, array in weights_to_arrays(state.networks).items()}

    return observe


SOURCE = Source(name="few", load=few, size="reduced", long=True)
RUN = Artefact("tiny", build, (SOURCE, TINY, noting))


def context(folder: str) -> Context:
    """Of a run whose artefacts are kept in this folder."""
    return Context(seed=0, profile="standard", device="cpu", cache=folder, rooms={})


def build_tiny(folder: str) -> None:
    """Build the run with a checkpoint after every epoch."""
    torch.set_num_threads(1)
    os.chdir(folder)
    loop.APART = 0.0
    try:
        RUN.load(context(folder))
    except KeyboardInterrupt:
        sys.exit(130)


RUN.key(context("."))  # Reads the code once, before processes are forked that would each read it.

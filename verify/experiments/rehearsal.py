"""What a form would take on this machine: a few real steps of every experiment, and the rest multiplied.

A rehearsal fails where a run would: it trains, observes and writes a checkpoint as one does, on the same
images and device and at the same size.
"""

from __future__ import annotations

import heapq
import resource
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import torch

from verify.claims.check import Check, Context
from verify.claims.text import count
from verify.engine.artefact import Artefact
from verify.ssl.data import Source
from verify.ssl.training import Config, Observing, State, Watch, to_arrays, train
from verify.ssl.training.loop import APART

STEPS = 2
"""Steps that are timed, after one that is not."""


@dataclass(frozen=True)
class Piece:
    """The training runs of one check, extrapolated from the first; sizes in bytes, times in seconds.

    Attributes:
        check: its id.
        runs: so many, all alike but for seeds, activations and rates.
        steps, epochs: of a run.
        step: one of them.
        observation: what is observed of the networks at an epoch's end; 0 where nothing is.
        memory: most that was in use, on CUDA by tensors, on the CPU by the process.
        checkpoint: the file, of which a run keeps one and rewrites it every `APART` seconds at most.
        kept: what stays of a run.
        threads: CPU threads that train it.
    """

    check: str
    runs: int
    steps: int
    epochs: int
    step: float
    observation: float
    memory: int
    checkpoint: int
    kept: int
    threads: int

    @property
    def seconds(self) -> float:
        """Of all runs; what is measured of the trained networks comes on top."""
        return self.runs * (self.steps * self.step + (self.epochs + 1) * self.observation)

    @property
    def written(self) -> float:
        """By checkpoints, over all runs."""
        seconds = self.seconds / self.runs
        return self.runs * self.checkpoint * min(self.epochs, 1 + seconds / APART)


def rehearse(check: Check, ctx: Context) -> Piece:
    """Train the first of a check's runs for a few steps.

    Raises:
        ValueError: if the check trains nothing.
    """
    artefacts = [need for need in check.artefacts if isinstance(need, Artefact)]
    if not artefacts:
        raise ValueError(f"{check.id} trains nothing that could be rehearsed.")
    source, config, *observers = cast(
        "tuple[Source, Config, Observing, Watch]", artefacts[0].arguments
    )
    observing = cast("Observing | None", observers[0] if observers else None)
    watch = cast("Watch | None", observers[1] if len(observers) > 1 else None)
    dataset = source.load(ctx)
    config = replace(config, dataset=dataset.name)
    brief = replace(config, epochs=1)
    cuda = torch.device(ctx.device).type == "cuda"
    if cuda:
        torch.cuda.reset_peak_memory_stats()
    with tempfile.TemporaryDirectory() as folder:
        for steps in (1, STEPS):
            few = slice(0, steps * config.batch)
            part = replace(
                dataset,
                train_images=dataset.train_images[few],
                train_labels=dataset.train_labels[few],
            )
            run = train(brief, part, ctx.device, watch=watch, checkpoint=Path(folder))
        checkpoint = max(file.stat().st_size for file in Path(folder).iterdir())
    step = config.batch / run.images_per_second
    observation, kept = 0.0, _size(to_arrays(run).values())
    if observing is not None:
        observe, begun = observing(config, dataset), time.monotonic()
        seen = observe(State(1, STEPS, run.networks, config.optimiser.learning_rate))
        observation = time.monotonic() - begun
        kept = (config.epochs + 1) * _size(map(np.asarray, seen.values()))
        checkpoint += kept
    return Piece(
        check=check.id,
        runs=len(artefacts),
        steps=config.epochs * (len(dataset.train_images) // config.batch),
        epochs=config.epochs,
        step=step,
        observation=observation,
        memory=torch.cuda.max_memory_allocated() if cuda else _resident(),
        checkpoint=checkpoint,
        kept=kept,
        threads=torch.get_num_threads(),
    )


def spread(pieces: Sequence[Piece], workers: int) -> float:
    """Seconds until workers have trained all runs, one at a time each, the longest first."""
    ends = [0.0] * workers
    for seconds in sorted(
        (p.seconds / p.runs for p in pieces for _ in range(p.runs)), reverse=True
    ):
        heapq.heapreplace(ends, ends[0] + seconds)
    return max(ends)


def told(pieces: Sequence[Piece], device: str, workers: int = 1) -> str:
    """A line for each piece, and what they take together, and so many workers."""
    heading = f"{'':34}{'runs':>5}{'steps':>7}{'s/step':>8}{'s/epoch seen':>14}{'hours':>8}{'memory, GB':>12}{'written, GB':>13}{'kept, GB':>10}"
    lines = [
        f"{p.check:34}{p.runs:5}{p.steps:7}{p.step:8.3g}{p.observation:14.3g}{p.seconds / 3600:8.3g}{p.memory / 1e9:12.3g}{p.written / 1e9:13.3g}{p.runs * p.kept / 1e9:10.3g}"
        for p in pieces
    ]
    hours = sum(p.seconds for p in pieces) / 3600
    last = f"On {device}, {count(max(p.threads for p in pieces), 'CPU thread')}: {hours:.3g} hours of training one after another, what several experiments share counted in each; what is measured of trained networks comes on top."
    longest = max(p.seconds / p.runs for p in pieces) / 3600
    shared = f"Spread over {count(workers, 'worker')}, each as fast as this and at one run at a time: {spread(pieces, workers) / 3600:.3g} hours; over any number not below the {longest:.3g} of the longest run."
    return "\n".join([heading, *lines, last, shared])


def _size(arrays: Iterable[np.ndarray]) -> int:
    return sum(array.nbytes for array in arrays)


def _resident() -> int:
    """The most memory that this process has had, in bytes (Linux counts in kibibytes)."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

"""Checkpoints, from which a run that was killed goes on as if nothing had happened; and progress.

A checkpoint is one file, written whole or not at all, and named by a hash of everything that
determines the run: so a run never goes on from another's. It holds tensors and numbers only, and is
read without unpickling code.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import itertools
import os
import platform
import time
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from verify.identity.closure import closure_digest, versions
from verify.ssl.data import Dataset
from verify.ssl.training.config import Config

TRAINING = __name__.rpartition(".")[0]
"""The package whose code a checkpoint rests on."""


class OutOfTime(TimeoutError):
    """A run stopped at its deadline, after a checkpoint from which the same call goes on.

    Attributes:
        epoch: epochs done.
        epochs: epochs of the whole run.
        checkpoint: the file.
    """

    def __init__(self, epoch: int, epochs: int, checkpoint: Path) -> None:
        super().__init__(
            f"Training was stopped after {epoch} of {epochs} epochs; the same command goes on from there."
        )
        self.epoch, self.epochs, self.checkpoint = epoch, epochs, checkpoint


@dataclass
class Progression:
    """How far a run has come, and what it has to show; one entry for each epoch done.

    Attributes:
        losses: mean objective of each epoch.
        seen: what was observed before the first step and after every epoch, by name.
        seconds: wall time.
        making_views, stepping: seconds of training that went into fetching and augmenting images,
            and into everything else.
    """

    losses: list[float] = field(default_factory=list)
    seen: dict[str, list[np.ndarray]] = field(default_factory=dict)
    seconds: float = 0.0
    making_views: float = 0.0
    stepping: float = 0.0

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.losses)

    def note(self, observed: Mapping[str, float | np.ndarray]) -> None:
        """Keep what was observed."""
        for name, value in observed.items():
            self.seen.setdefault(name, []).append(np.asarray(value))

    def curves(self) -> dict[str, np.ndarray]:
        """What was observed, each of shape (observations, ...)."""
        return {name: np.array(values) for name, values in self.seen.items()}


@dataclass(frozen=True)
class Live:
    """Everything that changes while a run trains, besides its progression.

    Attributes:
        modules: networks and method by name.
        optimiser: of the networks' parameters.
        generators: of the order of the images and of their augmentations, by name.
    """

    modules: Mapping[str, nn.Module]
    optimiser: torch.optim.Optimizer
    generators: Mapping[str, torch.Generator]

    def save(self, path: Path, progression: Progression) -> None:
        """Write a checkpoint: until it is whole, the one before stands.

        Raises:
            OSError: if the folder cannot be written.
        """
        content = {
            "progression": {
                **vars(progression),
                "seen": {n: torch.from_numpy(curve) for n, curve in progression.curves().items()},
            },
            **self._state(),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                torch.save(content, file)
                file.flush()
                os.fsync(file.fileno())  # whole on the disk before it takes the name
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)

    def load(self, path: Path) -> Progression:
        """Go back to a checkpoint; without one, or where it is damaged, stay at the beginning."""
        _sweep(path)
        if not path.exists():
            return Progression()
        beginning = copy.deepcopy(self._state())
        try:
            with zipfile.ZipFile(path) as archive:  # PyTorch reads over a flipped bit
                if archive.testzip() is not None:
                    raise ValueError("a checksum differs")
            content = torch.load(path, map_location="cpu", weights_only=True)
            self._restore(content)
            kept = content["progression"]
            kept["seen"] = {name: list(curve.numpy()) for name, curve in kept["seen"].items()}
            return Progression(**kept)
        except Exception as error:  # whatever is wrong with a file, its run can be repeated
            self._restore(beginning)
            kind = type(error).__name__
            warnings.warn(f"{path} is no checkpoint ({kind}); its run starts over.", stacklevel=3)
            return Progression()

    def _state(self) -> dict[str, Any]:
        return {
            "modules": {name: module.state_dict() for name, module in self.modules.items()},
            "optimiser": self.optimiser.state_dict(),
            "generators": {name: draw.get_state() for name, draw in self.generators.items()},
        }

    def _restore(self, state: Mapping[str, Any]) -> None:
        for name, module in self.modules.items():
            module.load_state_dict(state["modules"][name])
        self.optimiser.load_state_dict(state["optimiser"])
        for name, draw in self.generators.items():
            draw.set_state(state["generators"][name])


def checkpoint_path(
    folder: Path,
    config: Config,
    dataset: Dataset,
    device: str | torch.device = "cpu",
    observe: Callable[..., Any] | None = None,
    watch: Callable[..., Any] | None = None,
) -> Path:
    """Where a run keeps its checkpoint.

    The name is a hash of the configuration, the images and labels, the device, the versions, and
    the code of training and of the observers' modules. What an observer closed over is not in it.

    Raises:
        ValueError: if an observer's module has no source file.
    """
    functions = [
        function.func if isinstance(function, functools.partial) else function
        for function in (observe, watch)
        if function is not None
    ]
    modules = [TRAINING, *(function.__module__ for function in functions)]
    parts = (
        repr(config),
        dataset.name,
        dataset.fingerprint(),
        _describe(torch.device(device)),
        repr(sorted(versions().items())),
        closure_digest(*modules),
        *(f"{function.__module__}.{function.__qualname__}" for function in functions),
    )
    address = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return folder / f"{address[:16]}.pt"


def _describe(device: torch.device) -> str:
    if device.type == "cuda":
        return f"cuda {torch.cuda.get_device_name(device)}"
    return f"{device.type} {platform.machine()}"


def _sweep(path: Path) -> None:
    """Remove what processes that no longer run had begun to write."""
    for part in path.parent.glob(f"{path.name}.*.part"):
        try:
            os.kill(int(part.name.split(".")[-2]), 0)  # signal 0 only asks whether it runs
        except ProcessLookupError:
            part.unlink(missing_ok=True)
        except PermissionError:
            pass  # it runs, and is another user's


SHOWN_EVERY = 0.5
"""Seconds between two reports of progress within an epoch, at least."""


@dataclass(frozen=True)
class Progress:
    """Where a run is.

    Attributes:
        epoch: the one in progress, from 1.
        epochs: of the whole run.
        step, steps: done, and of the whole run.
        images_per_second: training images, each in two views, since this call began; observing
            counts.
        seconds_left: at this rate.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    images_per_second: float
    seconds_left: float


@dataclass
class Reporter:
    """Calls back with the progress, twice a second at most, and at the end of every epoch.

    Attributes:
        call: what is called, or nothing.
        first: steps done before.
        steps: of the whole run.
        batch: images of a step.
        epochs: of the whole run.
    """

    call: Callable[[Progress], None] | None
    first: int
    steps: int
    batch: int
    epochs: int

    def __post_init__(self) -> None:
        self.began = self.shown = time.monotonic()

    def __call__(self, epoch: int, step: int, always: bool = False) -> None:
        """Report, if it is time."""
        now = time.monotonic()
        if self.call is None or (now - self.shown < SHOWN_EVERY and not always):
            return
        self.shown = now
        seconds = max(now - self.began, 1e-9) / (step - self.first)
        left = seconds * (self.steps - step)
        self.call(Progress(epoch, self.epochs, step, self.steps, self.batch / seconds, left))


class Stopwatch:
    """Seconds between marks; on CUDA by events, so that nothing waits for the device until `read`."""

    def __init__(self, device: str | torch.device) -> None:
        self.cuda = torch.device(device).type == "cuda"
        self.marks: list[float] = []
        self.events: list[torch.cuda.Event] = []

    def mark(self) -> None:
        """Note the time."""
        if self.cuda:
            event = torch.cuda.Event(enable_timing=True)
            event.record()
            self.events.append(event)
        else:
            self.marks.append(time.perf_counter())

    def read(self) -> list[float]:
        """The seconds between successive marks, of which there are none afterwards."""
        if self.cuda:
            self.events[-1].synchronize()
            pairs = itertools.pairwise(self.events)
            seconds = [before.elapsed_time(after) / 1000 for before, after in pairs]
        else:
            seconds = [after - before for before, after in itertools.pairwise(self.marks)]
        self.marks, self.events = [], []
        return seconds

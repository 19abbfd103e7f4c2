"""How fast a run goes: seconds by the device's own clock, and what a command line may show."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

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


class Reporter:
    """Calls back with the progress, twice a second at most, and at the end of every epoch.

    Args:
        call: what is called, or nothing.
        step: steps done before.
        steps: of the whole run.
        batch: images of a step.
        epochs: of the whole run.
    """

    def __init__(
        self,
        call: Callable[[Progress], None] | None,
        step: int,
        steps: int,
        batch: int,
        epochs: int,
    ) -> None:
        self.call, self.steps, self.batch, self.epochs = call, steps, batch, epochs
        self.first = step
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

"""The published size on a stand-in: every run, observer and measurement, with everything but its size.

No GPU is needed: networks, images and epochs are few, and the rest - precision, passes, views, objectives,
cells, observers, probes - is what a GPU would be given.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import msgspec
import pytest
import torch
from torch import Tensor

from verify.claims.check import Check, Context
from verify.claims.evidence import Answer, Outcome
from verify.engine import registry as rooms
from verify.engine.artefact import Artefact
from verify.experiments.e1.experiment import setup as e1
from verify.experiments.e2.experiment import setup as e2
from verify.experiments.e6.experiment import setup as e6
from verify.experiments.e9.experiment import setup as e9
from verify.experiments.forms import DIGITS, LIVE, MEDIUM, PUBLISHED
from verify.experiments.networks import Runs, trained, with_heads
from verify.experiments.rehearsal import rehearse, told
from verify.experiments.report import _measured, what_could_decide
from verify.ssl.data import Dataset, Source
from verify.ssl.training import Config, to_arrays, train

PLACES = rooms.contents(["verify.experiments"])
ROOMS = {p.entry.id: rooms.load(p.entry.id, p.module) for p in PLACES}
CLASSES, TRAIN, TEST = 10, 60, 50


def images(session: object) -> Dataset:
    """Noise about a colour for each class: a stand-in for CIFAR-10."""
    del session
    draw = torch.Generator().manual_seed(0)
    colours = torch.randint(60, 200, (CLASSES, 3, 1, 1), generator=draw)

    def part(count: int) -> tuple[Tensor, Tensor]:
        labels = torch.arange(count) % CLASSES
        noise = torch.randint(-50, 51, (count, 3, 32, 32), generator=draw)
        return (colours[labels] + noise).byte(), labels

    return Dataset("CIFAR-10 (stand-in)", "noise", *part(TRAIN), *part(TEST))


SOURCE = Source(name="stand-in", load=images, size="published", long=False)


def shrunk(config: Config) -> Config:
    """The configuration with small networks and batches, for an epoch of three steps."""
    heads = [h.widths[:-1] for h in (config.projector, config.predictor) if h]
    hidden = [{"widths": (*(16,) * len(widths), 16)} for widths in heads]
    small = with_heads(config, *(hidden + [{}, {}])[:2])
    return replace(small, representation=8, batch=20, epochs=1)


def stand_in(runs: Runs, seeds: int) -> Runs:
    """The same runs on the stand-in, from so many seeds."""
    small = {
        name: count
        for name, count in (("orbits", 50), ("bent", 4), ("probed", (20, 20)))
        if hasattr(runs, name)
    }
    return replace(
        runs,
        source=SOURCE,
        seeds=tuple(range(seeds)),
        config=shrunk(runs.config),
        cells={cell: shrunk(config) for cell, config in runs.cells.items()},
        **small,
    )

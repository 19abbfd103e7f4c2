"""The SimSiam runs that E2 and E7 read: from the published start, and from the usual one beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from verify.experiments.forms import LIVE, MEDIUM, REDUCED, Form
from verify.experiments.networks import Runs, runs_of, with_head
from verify.ssl.steps import watch_collapse
from verify.ssl.training import Config, Start
from verify.ssl.variances import observe_variances

RATES = (0.005, 0.05, 0.5)

NORMED, PLAIN = "BatchNorm", "none"

SMOOTH = ("gelu", "swish")


class Cell(NamedTuple):
    """One run: activation, whether BatchNorm is in both heads, learning rate, start."""

    activation: str
    norm: str = PLAIN
    rate: float = 0.05
    start: Start = Start.SHRUNK_PROJECTOR

    @property
    def normal(self) -> Cell:
        """The same from the usual start."""
        return self._replace(start=Start.NORMAL)

    @property
    def plain(self) -> Cell:
        """The same without BatchNorm."""
        return self._replace(norm=PLAIN)

    @property
    def faster(self) -> Cell:
        """The same at ten times the learning rate."""
        return self._replace(rate=RATES[RATES.index(self.rate) + 1])


PUBLISHED = (
    Cell("linear"),
    Cell("gelu"),
    *(Cell(a, norm, rate) for a in ("swish", "relu") for norm in (PLAIN, NORMED) for rate in RATES),
)
"""The published runs, all from the projector x 0.1."""

HEADS = tuple(Cell(activation) for activation in ("linear", "gelu", "swish", "relu"))
"""Those without BatchNorm at the rate 0.05."""

REFERENCE = Cell("swish", NORMED)
"""The run that is not collapsed, beside which the others are set."""

CELLS = (*PUBLISHED, *(cell.normal for cell in (*HEADS, REFERENCE, Cell("relu", NORMED))))
"""The published runs, and some of them from the usual start."""

CORE = (*HEADS, REFERENCE, *(cell.normal for cell in HEADS))
"""What the medium form has."""

Track = dict[str, np.ndarray]
"""What was kept of one run: by epoch, or before the first step and by epoch."""

Tracks = dict[Cell, Track]
"""The runs of one seed."""


def expected_trained(seeds: Sequence[Tracks]) -> list[Tracks]:
    """Of every seed the runs with BatchNorm: one without may stay collapsed."""
    return [{cell: runs[cell] for cell in runs if cell.norm == NORMED} for runs in seeds]


def configure(config: Config, cells: Sequence[Cell] = CELLS) -> dict[Cell, Config]:
    """Every head, step size and start."""
    return {
        cell: replace(
            with_head(config, cell.activation, cell.norm == NORMED),
            optimiser=replace(config.optimiser, learning_rate=cell.rate),
            start=cell.start,
        )
        for cell in cells
    }


def setup(form: Form, seeds: Sequence[int] = ()) -> Runs[Cell]:
    """SimSiam; its epochs are a multiple of ten, for runs to be compared at equal training time."""
    few = form is LIVE or form is REDUCED
    return runs_of(
        form,
        "E2",
        "collapse",
        lambda config: configure(config, CORE if form.size == MEDIUM.size else CELLS),
        observe_variances,
        watch=watch_collapse,
        seeds=seeds or range(1 if few else form.seeds),
        cost=2.0,
    )

"""E1's runs: every head, start and objective, in each of its forms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from verify.engine.artefact import Artefact
from verify.experiments.e1.tracked_networks import build_tracks
from verify.ssl.digits_configs import with_head
from verify.ssl.image_source import Source
from verify.ssl.training import Config, Start

ACTIVATIONS = ("swish", "gelu", "relu", "linear")

SMOOTH, PIECEWISE = ACTIVATIONS[:2], ACTIVATIONS[2:]

RATE = 0.05
"""The published learning rate."""

OBJECTIVES = ("simsiam", "mse")


class Cell(NamedTuple):
    """One run: objective, activation and start."""

    objective: str
    activation: str
    start: Start


CELLS = tuple(
    Cell(objective, activation, start)
    for objective in OBJECTIVES
    for activation in ACTIVATIONS
    for start in Start
    if objective == "simsiam" or start is not Start.COLLAPSED
)


SIGNIFICANT = {6: 0.886, 8: 0.738, 10: 0.65, 100: 0.197}
"""Spearman's correlation that so many epochs exceed by chance with probability 1/20, two-sided."""

STARTS = (Start.NORMAL, Start.SHRUNK_PROJECTOR)


@dataclass(frozen=True, kw_only=True)
class E1Setup:
    """One form of E1: SimSiam on some images, seed 0."""

    source: Source
    config: Config
    cost: float = 3.5

    def rate(self, objective: str) -> float:
        """The published rate; for the squared error the same steps as with PyTorch's mean of it.

        That is 2 / k of half the squared distance in k dimensions.
        """
        return RATE * 2 / self.config.output if objective == "mse" else RATE

    def configure(self, cell: Cell) -> Config:
        """The configuration of a run, without BatchNorm in either head."""
        return replace(
            with_head(self.config, cell.activation, False),
            objective=cell.objective,
            start=cell.start,
            optimiser=replace(self.config.optimiser, learning_rate=self.rate(cell.objective)),
        )

    @property
    def runs(self) -> dict[Cell, Artefact]:
        """What is tracked in every run; epoch 0 is before the first step."""
        return {
            cell: Artefact(
                f"{self.source.name}-tracks-{cell.objective}-{cell.activation}-"
                f"{list(Start).index(cell.start)}",
                build_tracks,
                (self.source, self.configure(cell)),
                cost=self.cost,
            )
            for cell in CELLS
        }

    @property
    def artefacts(self) -> tuple[Artefact, ...]:
        """The same, in order."""
        return tuple(self.runs.values())

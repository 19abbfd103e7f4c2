"""What E6 measures: orbits, probes and bending for heads of growing depth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from verify.experiments.e3 import measure as e3
from verify.experiments.e4 import measure as e4
from verify.experiments.e5 import measure as e5
from verify.experiments.networks import TRAINED, Run, Trained
from verify.ssl.data import Dataset
from verify.ssl.measurements import Interval, Protocol
from verify.ssl.probes import PROBE
from verify.ssl.training import Config

DEPTHS = (1, 2, 3)
"""Layers of the heads, as published."""


def deepen(config: Config, depth: int) -> Config:
    """The configuration with a head of so many layers, which repeats its hidden width.

    Raises:
        ValueError: if it has no head.
    """
    if config.projector is None:
        raise ValueError("A head's depth can be changed only where there is a head.")
    hidden, output = config.projector.widths
    widths = (hidden,) * (depth - 1) + (output,)
    return replace(config, projector=replace(config.projector, widths=widths))


def layers(form: Trained) -> int:
    """Layers of the head; 0 without one."""
    return len(form.config.projector.widths) if form.config.projector else 0


@dataclass(frozen=True)
class Depth:
    """What is measured of one depth, seed by seed.

    Attributes:
        layers: of the head.
        orbits: E3's cells.
        bending: E5's cells.
        accuracies: E4's, of the linear probe and of the MLP as wide as z.
    """

    layers: int
    orbits: e3.Cells
    bending: e5.Cells
    accuracies: e4.Accuracies

    def contraction(self, quantity: str, protocol: Protocol, network: str = TRAINED) -> list[float]:
        """A property of `Contraction`."""
        return e3.values(self.orbits[network, protocol], quantity)

    @property
    def selectivity(self) -> list[Interval]:
        """Under the consistent protocol."""
        return e3.intervals(self.orbits[TRAINED, Protocol.CONSISTENT], "selectivity")

    @property
    def selected(self) -> list[float]:
        """The selectivity itself."""
        return self.contraction("selectivity", Protocol.CONSISTENT)

    @property
    def curved(self) -> list[float]:
        """The ratio of the second differences itself."""
        return [cell.ratio("second") for cell in self.bent]

    @property
    def bent(self) -> list[e5.Cell]:
        """Of interpolated orbits, the head fed what it was trained on."""
        return self.bending[TRAINED, e5.Way.RAW]

    @property
    def second(self) -> list[Interval]:
        """Second differences, h over z."""
        return [cell.intervals["second"] for cell in self.bent]

    @property
    def loss(self) -> list[float]:
        """What a linear probe of the rotation loses from z to h."""
        return e4.gaps(self.accuracies, 0)


def measure(form: Trained, runs: Iterable[Run], dataset: Dataset) -> Depth:
    """E3, E4 and E5 of one depth."""
    runs = list(runs)
    found = e4.features(form, runs, dataset)
    return Depth(
        layers(form),
        e3.measure(form, runs, dataset)[0],
        e5.measure(form, runs, dataset),
        e4.probe(found, (0, form.config.representation), PROBE),
    )

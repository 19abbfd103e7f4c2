"""What E6 measures: orbits, probes and bending for heads of growing depth, and its answers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np

from verify.claims.check import Context
from verify.claims.evidence import Finding, Measured, Outcome, Plot, Series, Table
from verify.engine.artefact import Artefact
from verify.experiments.e3 import measure as e3_orbits
from verify.experiments.e3.display import intervals, values
from verify.experiments.e4.display import Accuracies, differences, gaps, points
from verify.experiments.e4.measure import features, probe
from verify.experiments.e5 import measure as e5_curvature
from verify.experiments.tables import (
    PUBLISHED_SIMCLR,
    answer_by_interval,
    answer_over_seeds,
    describe,
    describe_mlp,
    listed,
    not_published,
    over_seeds,
    setting_table,
    shortfall,
    spans,
    timing_tables,
    words_table,
)
from verify.experiments.trained_networks import FRESH, TRAINED, Trained, runs
from verify.ssl.data import Dataset
from verify.ssl.measurements import Interval, Protocol, paired_interval
from verify.ssl.probes import PROBE
from verify.ssl.training import Config

DEPTHS = (1, 2, 3)


@dataclass(frozen=True, kw_only=True)
class Depths:
    """One form of E6: networks whose heads have as many layers as `DEPTHS` say."""

    networks: tuple[Trained, ...]

    @property
    def artefacts(self) -> tuple[Artefact, ...]:
        """All of them, in order."""
        return tuple(artefact for trained in self.networks for artefact in trained.artefacts)


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


@dataclass(frozen=True)
class Depth:
    """What is measured of one depth, seed by seed.

    Attributes:
        orbits: E3's cells.
        bending: E5's cells.
        accuracies: E4's, of the linear probe and of the MLP as wide as z.
    """

    orbits: e3_orbits.Cells
    bending: e5_curvature.Cells
    accuracies: Accuracies

    @property
    def compression(self) -> list[float]:
        """Under the published protocol."""
        cells = self.orbits[TRAINED, Protocol.PUBLISHED]
        return [cell.plain.compression.item() for cell in cells]

    @property
    def selectivity(self) -> list[Interval]:
        """Under the consistent protocol."""
        return intervals(self.orbits[TRAINED, Protocol.CONSISTENT], "selectivity")

    @property
    def second(self) -> list[Interval]:
        """Second differences, h over z, under the consistent protocol."""
        return [cell.intervals["second"] for cell in self.bending[TRAINED, Protocol.CONSISTENT]]

    @property
    def loss(self) -> list[float]:
        """What a linear probe of the rotation loses from z to h."""
        return gaps(self.accuracies, 0)


def run_depth(form: Depths, ctx: Context) -> Finding:
    """Measure E3, E4 and E5 for every depth."""
    dataset = form.networks[0].source.load(ctx)
    setting = form.networks[0].source.setting(dataset)
    depths: list[Depth] = []
    kept: dict[str, dict[str, np.ndarray]] = {}
    for depth, trained in zip(DEPTHS, form.networks, strict=True):
        measured = list(runs(trained, ctx, dataset))
        cells, _, arrays = e3_orbits.measure(trained, measured, dataset)
        found = features(trained, measured, dataset)
        accuracies = probe(found, (0, trained.config.representation), PROBE)
        depths.append(Depth(cells, e5_curvature.measure(trained, measured, dataset), accuracies))
        kept |= {f"{depth} layers, {name}": run for name, run in arrays.items()}
    answers = _answers(depths)
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=shortfall(answers) + _summary(setting, depths),
        cases=sum(len(trained.seeds) for trained in form.networks),
        tables=(
            *_settings(form, dataset),
            _table(form, dataset, depths),
            *timing_tables(setting, kept),
        ),
        plots=(_plot(setting, depths),),
        answers=answers,
    )


def _above(first: Sequence[Interval], second: Sequence[Interval]) -> list[bool]:
    """Whether each of the first intervals lies above its counterpart."""
    return [a.low > b.high for a, b in zip(first, second, strict=True)]


def _answers(depths: Sequence[Depth]) -> tuple[Measured, ...]:
    """Apply the criteria of E6."""
    one, three = depths[0], depths[-1]
    seeds = list(zip(*(depth.compression for depth in depths), strict=True))
    lost = paired_interval(differences(three.loss, one.loss))
    return (
        Measured(
            effect="compresses",
            answer=answer_over_seeds(
                [all(a < b for a, b in itertools.pairwise(seed)) for seed in seeds],
                [seed[-1] <= seed[0] for seed in seeds],
            ),
            value="; ".join(over_seeds(depth.compression, ".1f") for depth in depths),
        ),
        Measured(
            effect="selective",
            answer=answer_over_seeds(
                _above(three.selectivity, one.selectivity),
                _above(one.selectivity, three.selectivity),
            ),
            value=f"selectivity {spans(one.selectivity)} at 1 layer, {spans(three.selectivity)} at 3",
        ),
        Measured(
            effect="cost",
            answer=answer_by_interval(lost),
            value=(
                f"{100 * fmean(one.loss):.1f} points at 1 layer, {100 * fmean(three.loss):.1f} at 3; "
                f"difference {points(lost)}"
            ),
        ),
        Measured(
            effect="bends",
            answer=answer_over_seeds(
                _above(three.second, one.second), _above(one.second, three.second)
            ),
            value=f"h over z {spans(one.second)} at 1 layer, {spans(three.second)} at 3",
        ),
    )


def _summary(setting: str, depths: Sequence[Depth]) -> str:
    compression, selectivity = (
        ", ".join(values(depth.orbits[TRAINED, protocol], quantity) for depth in depths)
        for protocol, quantity in (
            (Protocol.PUBLISHED, "compression"),
            (Protocol.CONSISTENT, "selectivity"),
        )
    )
    lost = ", ".join(f"{100 * fmean(depth.loss):.1f}" for depth in depths)
    return (
        f"On {setting}, for heads of 1, 2 and 3 layers: the published protocol gives compressions of "
        f"{compression} (published 49.1, 57.2, 78.5); fed what they were trained on, the heads have "
        f"selectivities of {selectivity}; a linear probe of the rotation loses {lost} points from z "
        "to h."
    )


def _settings(form: Depths, dataset: Dataset) -> tuple[Table, Table]:
    first = form.networks[0]
    setting = first.source.setting(dataset)
    heads = [
        describe_mlp(trained.config.projector, trained.config.representation)
        for trained in form.networks
    ]
    ours = describe(first.config, first.seeds, dataset) | {"head": "; ".join(heads)}
    published = PUBLISHED_SIMCLR | {
        "head": "1, 2 and 3 layers, no biases",
        "activation": "Swish",
    }
    note = (
        f"{len(dataset.test_images[: first.orbits])} test images x 12 rotations, bending of "
        f"{len(dataset.test_images[: first.bent])}; probes see "
        f"{len(dataset.train_images[: first.probed[0]])} training images x 4 turns."
    )
    return (
        setting_table(setting, published, ours, note),
        words_table(
            setting,
            "consistent protocol",
            "published protocol",
            "fresh head",
            "compression",
            "selectivity",
            "gain",
        ),
    )


def _table(form: Depths, dataset: Dataset, depths: Sequence[Depth]) -> Table:
    first = form.networks[0]
    wide = first.config.representation
    rows = []
    for layers, depth in zip(DEPTHS, depths, strict=True):
        consistent = depth.orbits[TRAINED, Protocol.CONSISTENT]
        rows.append(
            (
                str(layers),
                values(depth.orbits[TRAINED, Protocol.PUBLISHED], "compression", ".1f"),
                values(depth.orbits[FRESH, Protocol.PUBLISHED], "compression", ".1f"),
                values(consistent, "compression"),
                values(consistent, "selectivity"),
                spans(depth.selectivity),
                values(consistent, "semantic_gain"),
                *(
                    over_seeds([100 * a for a in depth.accuracies[width, name]], ".1f")
                    for width in (0, wide)
                    for name in ("z", "h")
                ),
                over_seeds(
                    [c.ratio("second") for c in depth.bending[TRAINED, Protocol.CONSISTENT]]
                ),
            )
        )
    return Table(
        title=f"Heads of growing depth: {first.source.setting(dataset)}",
        columns=(
            "layers",
            "compression, published protocol",
            "the same by a fresh head",
            "compression, consistent",
            "selectivity",
            "95 % intervals",
            "gain",
            "linear probe of the rotation, z, %",
            "h",
            f"MLP of width {wide}, z, %",
            "h",
            "second difference, h / z",
        ),
        rows=tuple(rows),
        note=(
            f"{not_published(dataset)}Mean over training seeds {listed(first.seeds)}, each in "
            "parentheses. Published, from the released arrays: compression 49.1, 57.2, 78.5; over the "
            "ratio of the total variances 0.81, 1.50, 2.03. Columns as in E3, E4 and E5."
        ),
    )


def _plot(setting: str, depths: Sequence[Depth]) -> Plot:
    series = []
    for protocol, quantity in (
        (Protocol.PUBLISHED, "compression"),
        (Protocol.CONSISTENT, "compression"),
        (Protocol.CONSISTENT, "selectivity"),
    ):
        found = [
            [getattr(cell.plain, quantity).item() for cell in depth.orbits[TRAINED, protocol]]
            for depth in depths
        ]
        series.append(
            Series(
                label=f"{quantity}, {protocol.value} protocol",
                x=tuple(map(float, DEPTHS)),
                y=tuple(map(fmean, found)),
                low=tuple(map(min, found)),
                high=tuple(map(max, found)),
            )
        )
    return Plot(
        title="Compression of orbits against the depth of the head",
        kind="line",
        series=tuple(series),
        xlabel="layers of the head",
        ylabel="z over h",
        yscale="log",
        note=f"{setting}; mean and range over seeds.",
    )

"""The claim about released networks, put to networks that differ by their objective alone.

Released networks differ in data, architecture and training besides. Here one backbone under one head is
trained on the digits with the objectives of all four, and measured as in E3; for every layer there is a
probe of the class, and for z and h how many dimensions they use.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from verify.claims.check import Context
from verify.claims.evidence import Finding, Measured, Plot, Series, Table
from verify.claims.statement import Effect
from verify.experiments import report
from verify.experiments.e3.measure import CONTROLS, Cells, intervals, measure, values
from verify.experiments.forms import LIVE
from verify.experiments.networks import DIGITS_SIMCLR, TRAINED, Run, Trained, trained
from verify.numeric.effective_rank import EffectiveRanks, effective_ranks
from verify.numeric.objectives import VICRegWeights
from verify.ssl.data import Dataset, floating
from verify.ssl.measurements import Interval, Protocol
from verify.ssl.probes import ridge_accuracy
from verify.ssl.training import Momentum

TEN_EPOCHS = replace(DIGITS_SIMCLR, epochs=10)

WITHOUT_TEMPERATURE = replace(TEN_EPOCHS, temperature=math.nan)

CONFIGS = {
    "InfoNCE": TEN_EPOCHS,
    "DINO": replace(TEN_EPOCHS, objective="dino", target=Momentum(decay=0.99, temperature=0.04)),
    "VICReg": replace(
        WITHOUT_TEMPERATURE,
        objective="vicreg",
        # The released code divides by the outputs, and the hinges by 2.
        weights=VICRegWeights(invariance=25 / DIGITS_SIMCLR.output, variance=25 / 2),
    ),
    "Barlow Twins": replace(WITHOUT_TEMPERATURE, objective="barlow_twins"),
}
"""SimCLR's networks, augmentations and optimiser under four objectives. Not tuned."""

EXPANDING = ("VICReg", "Barlow Twins")

FORMS: dict[str, Trained] = {
    name: trained(LIVE, f"objective-{name.lower().replace(' ', '-')}", config)
    for name, config in CONFIGS.items()
}

EFFECTS = (
    Effect(
        id="objective-dino",
        text="Of networks that differ by their objective alone, DINO's head compresses orbits.",
        published="",
        criterion="Ours; published are figures of released networks. Digits, rotation, head fed what it was trained on. Yes: in every seed the selectivity's 95 % bootstrap interval over orbits lies above 1 and above those of an untrained network and of a fresh head. No: below all three in every seed. Undecided otherwise. Fixed before the run.",
    ),
    Effect(
        id="objective-expand",
        text="Those of VICReg and Barlow Twins expand orbits.",
        published="",
        criterion="Ours. The same. Yes: below all three in every seed, for both. No: above all three in every seed, for both. Undecided otherwise.",
    ),
)


def outputs(network: nn.Sequential, inputs: Tensor) -> Iterator[Tensor]:
    """What every layer with a ReLU leaves, and the last: means over the pixels, (n, features)."""
    for index, layer in enumerate(network):
        inputs = layer(inputs)
        if isinstance(layer, nn.ReLU) or index == len(network) - 1:
            yield inputs.flatten(2).mean(2) if inputs.ndim == 4 else inputs


@torch.no_grad()
def layers(run: Run, images: Tensor) -> dict[str, Tensor]:
    """By name, the features (n, d) of every layer of backbone and head, as the head sees them."""
    found: dict[str, Tensor] = {}
    inputs = floating(images)
    for part, module, last in (
        ("backbone", run.trained.backbone, "z"),
        ("head", run.trained.projector, "h"),
    ):
        made = list(outputs(module.layers, inputs))  # type: ignore[arg-type]
        for index, features in enumerate(made[:-1], start=1):
            found[f"{part}, layer {index}"] = features
        found[last] = inputs = made[-1]
    return found


@dataclass(frozen=True)
class Objective:
    """What is measured of one objective's networks.

    Attributes:
        cells: E3's.
        probes: accuracies of linear class probes by layer, one for each seed.
        ranks: effective ranks of z and h, one for each seed.
        spectra: of seed 0, singular values of the centred z and h over the largest.
    """

    cells: Cells
    probes: dict[str, list[float]]
    ranks: dict[str, list[EffectiveRanks]]
    spectra: dict[str, list[float]]

    def sides(self, above: bool) -> bool:
        """Whether in every seed the selectivity lies above 1 and the controls', or below them."""
        own, *others = (
            intervals(self.cells[name, Protocol.CONSISTENT], "selectivity")
            for name in (TRAINED, *CONTROLS)
        )
        one = [Interval(1, 1)] * len(own)
        pairs = [(i, bar) for bars in (one, *others) for i, bar in zip(own, bars, strict=True)]
        return all(i.low > bar.high if above else i.high < bar.low for i, bar in pairs)


def examine(form: Trained, runs: Sequence[Run], dataset: Dataset) -> Objective:
    """Orbits, probes of every layer, and the spectra of z and h over the test images."""
    probes: dict[str, list[float]] = {}
    ranks: dict[str, list[EffectiveRanks]] = {"z": [], "h": []}
    spectra: dict[str, list[float]] = {}
    for run in runs:
        seen, judged = (
            layers(run, images) for images in (dataset.train_images, dataset.test_images)
        )
        for name, features in seen.items():
            labels, answers = dataset.train_labels, dataset.test_labels
            accuracy = ridge_accuracy(features, labels, judged[name], answers, dataset.classes)
            probes.setdefault(name, []).append(accuracy)
        for name, found in ranks.items():
            found.append(effective_ranks(judged[name]))
            centred = judged[name].double() - judged[name].double().mean(0)
            sizes = torch.linalg.svdvals(centred)
            spectra.setdefault(name, (sizes / sizes[0]).tolist())
    return Objective(measure(form, runs, dataset)[0], probes, ranks, spectra)


def answers(found: dict[str, Objective]) -> tuple[Measured, ...]:
    """Apply the criteria."""

    def spans(*names: str) -> str:
        return "; ".join(
            f"{name} {report.spans(intervals(found[name].cells[TRAINED, Protocol.CONSISTENT], 'selectivity'))}"
            for name in names
        )

    return (
        report.decided(
            "objective-dino",
            found["DINO"].sides(True),
            found["DINO"].sides(False),
            f"selectivity {spans('DINO', 'InfoNCE')}",
        ),
        report.decided(
            "objective-expand",
            all(found[name].sides(False) for name in EXPANDING),
            all(found[name].sides(True) for name in EXPANDING),
            f"selectivity {spans(*EXPANDING)}",
        ),
    )


def tables(setting: str, found: dict[str, Objective]) -> tuple[Table, ...]:
    """Orbits by objective and network; probes of every layer; dimensions of z and h."""

    def column(
        quantity: str, protocol: Protocol = Protocol.CONSISTENT
    ) -> Callable[[str, str, Cells], str]:
        return lambda name, network, cells: report.over_seeds(
            values(cells[network, protocol], quantity)
        )

    config = DIGITS_SIMCLR
    return (
        report.table(
            f"Orbits under four objectives: {setting}",
            [(n, w, one.cells) for n, one in found.items() for w in (TRAINED, *CONTROLS)],
            ("objective", lambda name, network, cells: name),
            ("network", lambda name, network, cells: network),
            ("spread z / h", column("compression")),
            ("total variance z / h", column("shrinkage")),
            ("selectivity", column("selectivity")),
            ("compression, published protocol of E3", column("compression", Protocol.PUBLISHED)),
            note=f"Unit vectors, {report.describe_mlp(config.projector, config.representation)}, ReLU and BatchNorm, {TEN_EPOCHS.epochs} epochs, batch {config.batch}, Adam; mean over training seeds, each in parentheses. Networks, views and optimiser are alike, so that objectives alone differ, DINO's with its momentum teacher; none is tuned.",
        ),
        report.table(
            f"Linear class probe of every layer, accuracy in %: {setting}",
            found.items(),
            ("objective", lambda name, one: name),
            *(
                (layer, lambda name, one, layer=layer: report.percent(one.probes[layer]))
                for layer in next(iter(found.values())).probes
            ),
            note="Ridge regression on what a layer leaves, means over pixels; test images.",
        ),
        report.table(
            f"Dimensions that z and h use: {setting}",
            [(n, of, one.ranks[of]) for n, one in found.items() for of in one.ranks],
            ("objective", lambda name, of, ranks: name),
            ("of", lambda name, of, ranks: of),
            (
                "effective rank (Roy and Vetterli)",
                lambda *row: report.over_seeds([r.roy_vetterli for r in row[-1]], ".1f"),
            ),
            ("RankMe", lambda *row: report.over_seeds([r.rankme for r in row[-1]], ".1f")),
            (
                "of the covariance's eigenvalues (von Neumann)",
                lambda *row: report.over_seeds([r.von_neumann for r in row[-1]], ".1f"),
            ),
            note=f"Of {config.representation} dimensions of z and {config.output} of h, over test images; few of many is a dimensional collapse.",
        ),
    )


FLOOR = 1e-6
"""Where smaller singular values are drawn."""


def spectrum_plot(setting: str, found: dict[str, Objective]) -> Plot:
    """Singular values of z and h, by objective."""
    least = min(size for one in found.values() for sizes in one.spectra.values() for size in sizes)
    below = f"; what is below {FLOOR:g} is drawn there" * (least < FLOOR)
    return Plot(
        title="Singular values of z and h, by objective",
        kind="line",
        series=tuple(
            Series(
                label=f"{of}, {name}",
                x=tuple(float(i) for i in range(1, len(sizes) + 1)),
                y=tuple(max(size, FLOOR) for size in sizes),
            )
            for name, one in found.items()
            for of, sizes in one.spectra.items()
        ),
        xlabel="index",
        ylabel="over the largest",
        yscale="log",
        note=f"{setting}; seed 0; centred, over test images{below}.",
    )


def run_objectives(ctx: Context) -> Finding:
    """Measure the networks of every objective."""
    form = next(iter(FORMS.values()))
    dataset = form.source.load(ctx)
    setting = form.source.setting(dataset)
    found = {
        name: examine(form, list(form.runs(ctx, dataset)), dataset) for name, form in FORMS.items()
    }
    said = "; ".join(
        f"{name} {report.over_seeds(values(one.cells[TRAINED, Protocol.CONSISTENT], 'selectivity'))}"
        for name, one in found.items()
    )
    return report.shown(
        answers(found),
        f"On {setting}: selectivity of the head after training with {said}.",
        cases=len(dataset.test_images) * sum(len(form.seeds) for form in FORMS.values()),
        tables=tables(setting, found),
        plots=(spectrum_plot(setting, found),),
    )

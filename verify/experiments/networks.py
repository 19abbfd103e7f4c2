"""What the experiments train, in every form; and the networks that E3 to E6 measure, with controls.

A form's `Scale` says how large its runs are. `Runs` are runs of one experiment in one form, each an
artefact; what they are built by knows nothing of how results are presented, so that what is presented
can change without anything being trained anew.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor

from verify.claims.check import Context
from verify.engine.artefact import Arrays, Artefact
from verify.experiments.forms import DIGITS, LIVE, MEDIUM, PUBLISHED, REDUCED, Form
from verify.ssl.augment import SIMCLR_CIFAR, SIMSIAM_CIFAR, Augmentation
from verify.ssl.backbones import CALIBRATED, calibrate
from verify.ssl.data import DIGITS as DIGITS_NAME
from verify.ssl.data import DIGITS_SOURCE, Dataset, Source
from verify.ssl.data.loading import images
from verify.ssl.measurements import Protocol, project, represent, represent_orbits, unit
from verify.ssl.probes import ridge_accuracy
from verify.ssl.snapshots import observe_weights
from verify.ssl.training import (
    Config,
    Mlp,
    Networks,
    Observing,
    Optimiser,
    Watch,
    build,
    from_arrays,
    untrained,
)

SEEDS = (0, 1, 2)
"""Training seeds of every experiment that has more than one."""

# --- configurations, all of seed 0 ----------------------------------------------------------

SIMCLR = Config(
    dataset="cifar10",
    backbone="ResNet-18",
    representation=512,
    projector=Mlp(widths=(2048, 2048), activation="relu", batchnorm=True),
    objective="info_nce",
    temperature=0.1,
    optimiser=Optimiser(name="adam", learning_rate=1e-3),
    augmentation=SIMCLR_CIFAR,
    batch=256,
    epochs=50,
    seed=0,
    precision="bfloat16",
    passes=2,
)
"""SimCLR as published, but in bfloat16."""

SIMSIAM = replace(
    SIMCLR,
    projector=Mlp(widths=(2048, 2048), activation="swish", batchnorm=False),
    predictor=Mlp(widths=(512, 2048), activation="swish", batchnorm=False),
    objective="simsiam",
    temperature=math.nan,
    optimiser=Optimiser(name="sgd", learning_rate=0.05, momentum=0.9),
    augmentation=SIMSIAM_CIFAR,
    epochs=100,
    # Collapsed outputs differ in the fourth digit; bfloat16 rounds in the third.
    precision="float32",
)
"""SimSiam as published for E1, with a Swish head."""


def with_heads(config: Config, projector: dict[str, Any], predictor: dict[str, Any]) -> Config:
    """The configuration with what is changed of those heads that it has."""
    changed = {"projector": projector, "predictor": predictor}
    heads = {n: replace(head, **changed[n]) for n in changed if (head := getattr(config, n))}
    return replace(config, **heads)


def with_head(config: Config, activation: str, batchnorm: bool) -> Config:
    """The configuration with another activation, and BatchNorm or none, in both heads."""
    changed = {"activation": activation, "batchnorm": batchnorm}
    return with_heads(config, changed, changed)


def narrowed(config: Config, widths: tuple[int, int], hidden: int = 0, **changed: Any) -> Config:
    """The configuration with a projector of these widths, and a predictor of this hidden one."""
    sized = with_heads(config, {"widths": widths}, {"widths": (hidden, widths[1])})
    return replace(sized, precision="float32", **changed)


SIMCLR_REDUCED = narrowed(SIMCLR, (512, 512), representation=128, batch=100, epochs=6)

SIMSIAM_REDUCED = narrowed(SIMSIAM, (256, 256), 64, representation=64, batch=50, epochs=6)

SIMCLR_MEDIUM = narrowed(
    SIMCLR,
    (512, 512),
    representation=128,
    epochs=20,
)
"""Of 50 000 images 3900 steps at batch 256."""

SIMSIAM_MEDIUM = narrowed(SIMSIAM, (256, 256), 64, representation=64, epochs=25)
"""Of 10 000 images 975 steps at batch 256."""

DIGITS_SIMCLR = narrowed(
    SIMCLR,
    (1024, 64),
    representation=128,
    dataset=DIGITS_NAME,
    backbone="small",
    # Rotations cover the whole orbit that is measured afterwards.
    augmentation=Augmentation(
        rotation=180, translation=0.15, scale=(0.8, 1.2), brightness=0.4, contrast=0.4
    ),
    batch=128,
    epochs=20,
    passes=1,
)
"""SimCLR on the digits."""

DIGITS_SIMSIAM = narrowed(
    SIMSIAM,
    (256, 128),
    64,
    representation=64,
    dataset=DIGITS_NAME,
    backbone="small, no closing BatchNorm",
    # As for the published SimSiam runs without rotations or jitter; a mirrored digit is none.
    augmentation=Augmentation(
        rotation=0, translation=0.15, scale=(0.8, 1.2), brightness=0, contrast=0
    ),
    batch=128,
    epochs=20,
)
"""SimSiam on the digits with a Swish head; nothing keeps z from collapsing."""


# --- how large the runs of a form are -------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How large the runs of a form are.

    Attributes:
        simclr, simsiam: what is trained.
        train: training images of SimCLR's and of SimSiam's runs; None for all.
        test: test images; None for all.
        orbits: test images whose orbits are measured (E3); None for all.
        bent: test images whose orbits' bending is measured (E5); None for all.
        probed: training and test images that probes see (E4); None for all.
        snapshots: whether SimCLR's networks are kept after every epoch, not after the last alone.
        own: by experiment, what it changes of the configuration.
    """

    simclr: Config
    simsiam: Config
    train: tuple[int | None, int | None] = (None, None)
    test: int | None = None
    orbits: int | None = None
    bent: int | None = 100
    probed: tuple[int | None, int | None] = (None, None)
    snapshots: bool = False
    own: Mapping[str, dict[str, Any]]


SMALLER = {
    "representation": 64,
    "projector": Mlp(widths=(256, 256), activation="relu", batchnorm=True),
    "epochs": 15,
}
"""Half as wide and three quarters as long, for what trains many networks."""

SCALES = {
    LIVE.size: Scale(
        simclr=DIGITS_SIMCLR,
        simsiam=DIGITS_SIMSIAM,
        # At 20 epochs, as in E3, the three depths of E6 would cost more than E3 to E5 together.
        own={"E1": {"epochs": 6}, "E2": {"epochs": 10}, "E6": {"epochs": 6}}
        | {"E9": {"epochs": 5}},
    ),
    REDUCED.size: Scale(
        simclr=SIMCLR_REDUCED,
        simsiam=SIMSIAM_REDUCED,
        train=(2000, 1000),
        test=500,
        orbits=200,
        probed=(1000, 500),
        own={"E1": {"epochs": 8}, "E2": {"epochs": 10}},
    ),
    MEDIUM.size: Scale(
        simclr=SIMCLR_MEDIUM,
        simsiam=SIMSIAM_MEDIUM,
        train=(None, 10000),
        test=10000,
        bent=1000,
        probed=(10000, 10000),
        snapshots=True,
        own={"E6": SMALLER, "E9": SMALLER},
    ),
    PUBLISHED.size: Scale(
        simclr=SIMCLR,
        simsiam=SIMSIAM,
        orbits=1000,
        probed=(10000, 10000),
        own={"E2": {"epochs": 50, "batch": 512}, "E6": {"batch": 512}},
    ),
}
"""By a form's size. Below the published one, for a CPU, a ResNet-18 has a quarter of the width, under
SimSiam an eighth; the reduced one has a few images besides."""


def config_of(form: Form, experiment: str) -> Config:
    """What an experiment trains in a form, before it varies it."""
    scale = SCALES[form.size]
    config = scale.simsiam if experiment in ("E1", "E2") else scale.simclr
    if form.network == "vit-tiny":
        config = replace(config, backbone="ViT-Tiny", representation=192)
    return replace(config, **scale.own.get(experiment, {}))


def source_of(form: Form, config: Config) -> Source:
    """The images that a configuration is trained on in a form."""
    if form.data == DIGITS:
        return DIGITS_SOURCE
    scale = SCALES[form.size]
    train = scale.train[config.objective in ("simsiam", "mse")]
    return Source(
        name=form.images,
        load=partial(images, form.data, train, scale.test),
        size=form.size,
        long=True,
    )


# --- runs, each an artefact -----------------------------------------------------------------

Cell = TypeVar("Cell", bound=tuple[str | float, ...])
"""What sets one run of an experiment apart from the others, besides its seed."""


def label(cell: tuple[str | float, ...]) -> str:
    """As tables call it."""
    return ", ".join(f"{part:g}" if isinstance(part, float) else part for part in cell)


@dataclass(frozen=True, kw_only=True)
class Runs(Generic[Cell]):
    """Runs of one experiment in one form: of every cell from every seed.

    Attributes:
        name: what they are called among the runs on their images.
        config: what they have in common.
        cells: the configuration of each, whatever its seed.
        observing: what is kept of a run; None for its networks.
        watch: what is kept of its steps besides.
        cost: CPU-seconds of one of them, roughly.
    """

    source: Source
    name: str
    config: Config
    seeds: tuple[int, ...]
    cells: Mapping[Cell, Config]
    observing: Observing | None = None
    watch: Watch | None = None
    cost: float

    @property
    def by_seed(self) -> list[dict[Cell, Artefact]]:
        """For each seed, the run of every cell."""
        return [
            {cell: self._artefact(cell, replace(c, seed=seed)) for cell, c in self.cells.items()}
            for seed in self.seeds
        ]

    @property
    def artefacts(self) -> tuple[Artefact, ...]:
        """The same, one after another."""
        return tuple(artefact for runs in self.by_seed for artefact in runs.values())

    def load(self, ctx: Context) -> list[dict[Cell, Arrays]]:
        """For each seed, what was kept of every cell's run."""
        return [{cell: run.load(ctx) for cell, run in runs.items()} for runs in self.by_seed]

    def named(self, kept: list[dict[Cell, Arrays]]) -> dict[str, Arrays]:
        """What was kept of each run, by the name of the run."""
        return {
            f"{label(cell)}, seed {seed}".removeprefix(", "): arrays
            for seed, runs in zip(self.seeds, kept, strict=True)
            for cell, arrays in runs.items()
        }

    def _artefact(self, cell: Cell, config: Config) -> Artefact:
        words = (self.source.name, self.name, label(cell), f"seed{config.seed}")
        observing = tuple(filter(None, (self.observing, self.watch)))
        return Artefact(
            "-".join(re.sub(r"[^\w.]+", "-", word) for word in words if word),
            build,
            (self.source, config, *observing),
            cost=self.cost,
        )


def runs_of(
    form: Form,
    experiment: str,
    name: str,
    vary: Callable[[Config], Mapping[Cell, Config]],
    observing: Observing,
    *,
    watch: Watch | None = None,
    seeds: Iterable[int] = (),
    cost: float,
) -> Runs[Cell]:
    """An experiment's runs in a form, from the form's seeds or others, of what `vary` makes of one."""
    config = config_of(form, experiment)
    seeds, cells = tuple(seeds or range(form.seeds)), vary(config)
    return Runs(
        source=source_of(form, config),
        name=name,
        config=config,
        seeds=seeds,
        cells=cells,
        observing=observing,
        watch=watch,
        cost=cost if form is LIVE else share(form, experiment, len(seeds) * len(cells)),
    )


def share(form: Form, experiment: str, runs: int) -> float:
    """Seconds of one of so many runs of an experiment; one that takes very much longer is stopped."""
    return 60 * form.minutes[experiment] / runs


# --- networks with their controls -----------------------------------------------------------

TRAINED, FRESH, UNTRAINED = "trained", "fresh head on the trained backbone", "untrained network"
"""What is measured of every run: the networks and two controls."""

TRAINED_FROM = 0.55
"""Accuracy of a linear class probe of z from which a network on CIFAR-10 counts as trained, fixed before
the medium runs. An untrained one has 0.20 to 0.32; a table whose networks do not reach it says so first."""

LABELLED = 10_000
"""Training images at most that this probe sees."""

FRESH_OFFSET = 1000
"""Added to a training seed, the seed of the fresh head's weights."""


def snapshot(arrays: Arrays, epoch: int) -> Arrays:
    """What `verify.ssl.training.from_arrays` takes, of all that was kept of a run, after an epoch."""
    parts = ("backbone.", "projector.", "predictor.")
    return {name: curve[epoch, ...] for name, curve in arrays.items() if name.startswith(parts)}


@dataclass(frozen=True)
class Run:
    """One training seed's networks and controls, in evaluation mode.

    Attributes:
        seed: the training seed.
        trained: after training.
        fresh: the trained backbone under a projector that was never trained.
        untrained: the networks as training found them.
        arrays: what was kept of the training.

    BatchNorm statistics of everything untrained are set from augmented training images, so that
    the controls differ from the trained networks by their weights alone.
    """

    seed: int
    trained: Networks
    fresh: Networks
    untrained: Networks
    arrays: Arrays

    def class_probe(
        self, dataset: Dataset, train: int = LABELLED, test: int | None = None
    ) -> float:
        """Accuracy in [0, 1] of a linear probe of the class on raw z: of so many images at most."""
        (seen, labels), (judged, answers) = (
            (represent(self.trained.backbone, images[:count]), answers[:count])
            for images, answers, count in (
                (dataset.train_images, dataset.train_labels, train),
                (dataset.test_images, dataset.test_labels, test),
            )
        )
        return ridge_accuracy(seen, labels, judged, answers, dataset.classes)

    def compared(
        self, images: Tensor, orbit: Callable[[Tensor], Tensor]
    ) -> Iterator[tuple[str, Protocol, Tensor, Tensor]]:
        """Unit vectors z (n, A, d) and h (n, A, k) of images' orbits, by network and protocol.

        Args:
            images: (n, C, H, W).
            orbit: of some images, (m, A, C, H, W).
        """
        z, other = (
            represent_orbits(n.backbone, images, orbit) for n in (self.trained, self.untrained)
        )
        named = {
            TRAINED: (self.trained, z),
            FRESH: (self.fresh, z),
            UNTRAINED: (self.untrained, other),
        }
        for name, (networks, raw) in named.items():
            for protocol in Protocol:
                yield name, protocol, unit(raw), project(networks.projector, raw, protocol)


@dataclass(frozen=True, kw_only=True)
class Trained(Runs[tuple[()]]):
    """Networks trained in one way from several seeds, and how many images they are measured on.

    Attributes:
        orbits, bent, probed: as of a `Scale`.
    """

    orbits: int | None
    bent: int | None
    probed: tuple[int | None, int | None]

    def runs(self, ctx: Context, dataset: Dataset) -> Iterator[Run]:
        """Every training seed's run, on the device that the data set is on."""
        for artefact, seed in zip(self.artefacts, self.seeds, strict=True):
            yield self._run(artefact.load(ctx), seed, dataset, self.config.epochs)

    def course(self, ctx: Context, dataset: Dataset) -> Iterator[Iterator[Run]]:
        """For every training seed, its run as it was before the first step and after every epoch.

        Of a form that keeps snapshots.
        """
        for artefact, seed in zip(self.artefacts, self.seeds, strict=True):
            arrays = artefact.load(ctx)
            epochs = range(self.config.epochs + 1)
            yield (self._run(arrays, seed, dataset, epoch) for epoch in epochs)

    def _run(self, arrays: Arrays, seed: int, dataset: Dataset, epoch: int) -> Run:
        images = dataset.train_images[:CALIBRATED]
        config = replace(self.config, dataset=dataset.name, seed=seed)
        other = replace(config, seed=seed + FRESH_OFFSET)
        kept = snapshot(arrays, epoch) if self.observing else arrays
        trained = from_arrays(kept, config, dataset).to(images.device)
        initial = untrained(config, dataset).to(images.device)
        fresh = untrained(other, dataset).to(images.device).projector
        views = config.augmentation(images, torch.Generator(images.device).manual_seed(seed))
        for networks in [trained, initial] if epoch == 0 else [initial]:
            calibrate(networks.backbone, views)
            calibrate(networks.projector, represent(networks.backbone, views))
        calibrate(fresh, represent(trained.backbone, views))
        alone = Networks(trained.backbone, fresh, trained.predictor)
        return Run(seed, trained, alone, initial, arrays)


def trained(
    form: Form, name: str = "simclr", config: Config | None = None, **images: Any
) -> Trained:
    """SimCLR in a form, or another configuration, measured on the form's numbers of images or others."""
    config = config or config_of(form, "E3")
    scale = SCALES[form.size]
    numbers = {name: getattr(scale, name) for name in ("orbits", "bent", "probed")} | images
    return Trained(
        source=source_of(form, config),
        name=name,
        config=config,
        cells={(): config},
        seeds=tuple(range(form.seeds)),
        observing=observe_weights if scale.snapshots else None,
        cost=4.0 if form is LIVE else share(form, "E3", form.seeds),
        **numbers,
    )


DIGITS_NETWORKS = trained(LIVE)
"""What E3, E4 and E5 measure on the digits, as the theorems' checks on trained networks do."""

"""Self-supervised training of a backbone under a projector: one loop, read top to bottom.

Given the configuration and one thread, a run on the CPU is deterministic.
"""

from __future__ import annotations

import enum
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from verify.numeric.objectives import OBJECTIVES
from verify.ssl.augment import Augmentation
from verify.ssl.backbones import BACKBONES, Projector, seeded
from verify.ssl.data import Dataset

SHRUNK = 0.1
"""What the published pseudo-collapsed start multiplies the projector's weights by; also what our
collapsed start multiplies the deviations of the backbone's last BatchNorm by."""


class Start(enum.StrEnum):
    """What the networks are before the first step."""

    NORMAL = "normal"
    SHRUNK_PROJECTOR = "projector x0.1"  # the published "pseudo-collapsed" start
    COLLAPSED = "collapsed z"


@dataclass(frozen=True, kw_only=True)
class Mlp:
    """A projector or predictor: bias-free layers, see `verify.ssl.backbones.Projector`.

    Attributes:
        widths: lengths of the layers' outputs.
        activation: between the layers, a key of `verify.ssl.backbones.ACTIVATIONS`.
        batchnorm: whether every layer is followed by BatchNorm.
    """

    widths: tuple[int, ...]
    activation: str
    batchnorm: bool

    def on(self, inputs: int) -> Projector:
        """The module, for inputs of this length."""
        return Projector((inputs, *self.widths), self.activation, self.batchnorm)


@dataclass(frozen=True, kw_only=True)
class Optimiser:
    """An optimiser and its hyperparameters.

    Attributes:
        name: ``adam`` or ``sgd``.
        schedule: ``constant``, or ``cosine``: down to 0 over the run, step by step.
    """

    name: str
    learning_rate: float
    momentum: float = 0.0
    weight_decay: float = 0.0
    schedule: str = "constant"

    def __post_init__(self) -> None:
        if self.name not in ("adam", "sgd"):
            raise ValueError(f"An optimiser is adam or sgd; it was {self.name!r}.")
        if self.schedule not in ("constant", "cosine"):
            raise ValueError(f"A schedule is constant or cosine; it was {self.schedule!r}.")

    def of(self, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
        """The optimiser of these parameters."""
        rate, decay = self.learning_rate, self.weight_decay
        if self.name == "adam":
            return torch.optim.Adam(parameters, lr=rate, weight_decay=decay, fused=True)
        return torch.optim.SGD(
            parameters, lr=rate, momentum=self.momentum, weight_decay=decay, fused=True
        )

    def rate(self, progress: float) -> float:
        """The learning rate after this share of the run."""
        if self.schedule == "constant":
            return self.learning_rate
        return self.learning_rate * (1 + math.cos(math.pi * progress)) / 2


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything that a run depends on besides its images.

    Attributes:
        dataset: the name of the data set.
        backbone: a key of `verify.ssl.backbones.BACKBONES`.
        representation: length of z.
        projector, predictor: None is the identity.
        objective: a key of `TWO_VIEWS`.
        temperature: of the contrastive objectives.
        seed: of the weights, the order of the images and the augmentations.
    """

    dataset: str
    backbone: str
    representation: int
    projector: Mlp | None
    predictor: Mlp | None = None
    objective: str
    temperature: float = math.nan
    optimiser: Optimiser
    augmentation: Augmentation
    batch: int
    epochs: int
    start: Start = Start.NORMAL
    seed: int

    @property
    def output(self) -> int:
        """Length of the projector's output."""
        return self.projector.widths[-1] if self.projector else self.representation


@dataclass(frozen=True)
class Networks:
    """A backbone with a projector and a predictor on top, in evaluation mode unless trained.

    Attributes:
        backbone: images (N, C, H, W) to representations z (N, d).
        projector: z to h.
        predictor: h to p.
    """

    backbone: nn.Module
    projector: nn.Module
    predictor: nn.Module

    def parts(self) -> dict[str, nn.Module]:
        """The three modules by name."""
        return {name: getattr(self, name) for name in ("backbone", "projector", "predictor")}

    def to(self, device: str | torch.device) -> Networks:
        """The same networks, moved to `device`."""
        return Networks(*(module.to(device) for module in self.parts().values()))

    def train(self, mode: bool) -> None:
        """Put every module in training or evaluation mode."""
        for module in self.parts().values():
            module.train(mode)


def contrast(name: str, config: Config, h: Tensor, p: Tensor) -> Tensor:
    """A contrastive objective of the two views' predictions."""
    del h
    return OBJECTIVES[name].function(*p.chunk(2), config.temperature)


def simsiam(config: Config, h: Tensor, p: Tensor) -> Tensor:
    """SimSiam: predictions against the other view's projections, which get no gradient."""
    del config
    return OBJECTIVES["simsiam"].function(*p.chunk(2), *h.detach().chunk(2))


def mse(config: Config, h: Tensor, p: Tensor) -> Tensor:
    """The same with half the squared distance in place of the negative cosine."""
    del config
    h1, h2 = h.detach().chunk(2)
    return OBJECTIVES["mse"].function(p, torch.cat([h2, h1]))


TWO_VIEWS: dict[str, Callable[[Config, Tensor, Tensor], Tensor]] = {
    "info_nce": partial(contrast, "info_nce"),
    "nt_xent": partial(contrast, "nt_xent"),
    "simsiam": simsiam,
    "mse": mse,
}
"""How an objective, by its registered name, is trained on two views: a function of the configuration
and of projections h and predictions p (2n, k), view 1 above view 2."""


@dataclass(frozen=True)
class State:
    """A run between two epochs, as `train` shows it; the networks are in evaluation mode.

    Attributes:
        epoch: epochs done; 0 is before the first step, and has no gradients.
        steps: steps done.
        networks: parameters hold the gradient of the last minibatch in ``grad``.
        learning_rate: of the last step, or of the first to come.
    """

    epoch: int
    steps: int
    networks: Networks
    learning_rate: float


Observe = Callable[[State], Mapping[str, "float | np.ndarray"]]
"""What is measured of a state, by name; the same names and shapes at every state."""


@dataclass(frozen=True)
class TrainedRun:
    """What training leaves behind.

    Attributes:
        networks: trained, in evaluation mode, on the device they were trained on.
        losses: mean objective of each epoch.
        curves: what was observed, each of shape (epochs + 1, ...).
        seconds: wall time.
    """

    networks: Networks
    losses: tuple[float, ...]
    curves: dict[str, np.ndarray]
    seconds: float


def untrained(config: Config, dataset: Dataset) -> Networks:
    """The networks as a run finds them, in evaluation mode, on the CPU."""

    def build() -> Networks:
        backbone = BACKBONES[config.backbone](dataset.channels, dataset.size, config.representation)
        projector = config.projector.on(config.representation) if config.projector else None
        predictor = config.predictor.on(config.output) if config.predictor else None
        return Networks(backbone, projector or nn.Identity(), predictor or nn.Identity())

    networks = seeded(build, config.seed)
    if config.start is Start.SHRUNK_PROJECTOR:
        _scale(networks.projector, SHRUNK)
    if config.start is Start.COLLAPSED:
        _flatten(networks.backbone)
    networks.train(False)
    return networks


@torch.no_grad()
def _scale(module: nn.Module, factor: float) -> None:
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            layer.weight.mul_(factor)


@torch.no_grad()
def _flatten(backbone: nn.Module) -> None:
    """Let every feature after the last BatchNorm be 1 plus a tenth of what it deviates by."""
    norms = [m for m in backbone.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
    norms[-1].weight.mul_(SHRUNK)
    norms[-1].bias.fill_(1)


def train(
    config: Config,
    dataset: Dataset,
    device: str | torch.device = "cpu",
    observe: Observe | None = None,
) -> TrainedRun:
    """Train a backbone and projector on the training images, without their labels.

    Args:
        config: everything that is chosen.
        dataset: only `name` and `train_images` are read.
        device: where to train.
        observe: called before the first step and after every epoch.

    Raises:
        ValueError: if the data set is not the configuration's, there are fewer training images
            than a batch holds, or the objective cannot be trained on two views.
    """
    _require(config, dataset)
    start = time.perf_counter()
    networks = untrained(config, dataset).to(device)
    networks.backbone.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # faster
    parameters = [p for module in networks.parts().values() for p in module.parameters()]
    optimiser = config.optimiser.of(parameters)
    images = dataset.train_images.to(device)
    order = torch.Generator().manual_seed(config.seed)
    views = torch.Generator(device).manual_seed(config.seed)
    full_batches = len(images) - len(images) % config.batch  # every image has as many negatives
    steps = config.epochs * full_batches // config.batch
    step, rate = 0, config.optimiser.learning_rate
    losses: list[float] = []
    seen: list[Mapping[str, float | np.ndarray]] = []

    def show(epoch: int) -> None:
        if observe is not None:
            networks.train(False)
            seen.append(observe(State(epoch, step, networks, rate)))

    show(0)
    for epoch in range(1, config.epochs + 1):
        networks.train(True)
        shuffled = torch.randperm(len(images), generator=order)[:full_batches].to(device)
        total = torch.zeros((), device=device)
        for indices in shuffled.split(config.batch):
            both = config.augmentation(images[indices].repeat(2, 1, 1, 1), views)
            h = networks.projector(networks.backbone(both))
            loss = TWO_VIEWS[config.objective](config, h, networks.predictor(h))
            rate = config.optimiser.rate(step / steps)
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            step += 1
            total += loss.detach() * config.batch / full_batches
        losses.append(total.item())
        show(epoch)

    networks.train(False)
    return TrainedRun(
        networks,
        tuple(losses),
        {
            name: np.array([observed[name] for observed in seen])
            for name in (seen[0] if seen else ())
        },
        time.perf_counter() - start,
    )


def _require(config: Config, dataset: Dataset) -> None:
    if dataset.name != config.dataset:
        raise ValueError(
            f"The configuration is for the data set {config.dataset!r}, but it was given "
            f"{dataset.name!r}; load the one or change the other."
        )
    if len(dataset.train_images) < config.batch:
        raise ValueError(
            f"A batch holds {config.batch} images, but {dataset.name} has only "
            f"{len(dataset.train_images)} training images; choose a smaller batch."
        )
    if config.objective not in TWO_VIEWS:
        raise ValueError(
            f"Two views are trained with one of {', '.join(TWO_VIEWS)}; the objective was "
            f"{config.objective!r}."
        )


def to_arrays(run: TrainedRun) -> dict[str, np.ndarray]:
    """A run's weights (``backbone.*``, ...), losses and curves (``curve.*``) as arrays."""
    arrays = {"losses": np.array(run.losses)}
    arrays |= {f"curve.{name}": values for name, values in run.curves.items()}
    for part, module in run.networks.parts().items():
        state = module.state_dict()
        arrays |= {f"{part}.{name}": value.cpu().numpy() for name, value in state.items()}
    return arrays


def from_arrays(arrays: dict[str, np.ndarray], config: Config, dataset: Dataset) -> Networks:
    """The trained networks from `to_arrays`, in evaluation mode, on the CPU."""
    networks = untrained(config, dataset)
    for part, module in networks.parts().items():
        state = {
            name.removeprefix(f"{part}."): torch.from_numpy(value.copy())
            for name, value in arrays.items()
            if name.startswith(f"{part}.")
        }
        module.load_state_dict(state)
    return networks

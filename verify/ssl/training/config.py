"""What is trained, as frozen data; its networks; and how each objective is trained on two views.

Outputs of two views are stacked, view 1 above view 2. What a method remembers between steps - a
target network, a queue, a centre - are its parameters and buffers, so that a checkpoint holds them.
"""

from __future__ import annotations

import copy
import enum
import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from verify.numeric.objectives import OBJECTIVES, BarlowWeight, VICRegWeights
from verify.ssl.backbones import BACKBONES, Projector, collapse, seeded
from verify.ssl.data import Dataset

PRECISIONS = ("float32", "bfloat16")
"""What the networks may compute in while they are trained; what they are measured in is float32."""


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
        _require_schedule(self.schedule)

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
        return self.learning_rate * _left(self.schedule, progress)


@dataclass(frozen=True, kw_only=True)
class Momentum:
    """A target network that follows the trained one: MoCo's, BYOL's and DINO's.

    Attributes:
        decay: the share of itself that the target keeps at a step, in [0, 1).
        schedule: ``constant``, or ``cosine``: the decay rises to 1 over the run, as in BYOL and DINO.
        queue: negatives that MoCo keeps of earlier batches.
        temperature: of DINO's teacher, smaller than the student's.
        centre_decay: the share of itself that DINO's centre keeps at a step.
    """

    decay: float
    schedule: str = "constant"
    queue: int = 0
    temperature: float = math.nan
    centre_decay: float = 0.9

    def __post_init__(self) -> None:
        _require_schedule(self.schedule)
        for name in ("decay", "centre_decay"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(
                    f"A target's {name} is a share in [0, 1); it was {getattr(self, name)}."
                )

    def kept(self, progress: float) -> float:
        """The decay after this share of the run."""
        return self.decay + (1 - self.decay) * (1 - _left(self.schedule, progress))


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything that a run depends on besides its images.

    Attributes:
        dataset: the name of the data set.
        backbone: a key of `verify.ssl.backbones.BACKBONES`.
        representation: length of z.
        projector, predictor: None is the identity.
        objective: a key of `verify.ssl.training.TWO_VIEWS`.
        temperature: of the contrastive objectives, and of DINO's student.
        weights: coefficients of VICReg or Barlow Twins; None is their papers'.
        target: the momentum target of MoCo, BYOL or DINO.
        augmentation: frozen data that augments (N, C, H, W) images, drawing from a generator.
        seed: of the weights, the order of the images and the augmentations.
        precision: one of `PRECISIONS`; the objective itself is evaluated in float32.
        compiled: whether the networks are compiled by `torch.compile` for training, on CUDA only.
        passes: forward passes of a step: 1, of both views together, or 2, of each view alone, so that
            BatchNorm normalises every view by its own statistics.
    """

    dataset: str
    backbone: str
    representation: int
    projector: Mlp | None
    predictor: Mlp | None = None
    objective: str
    temperature: float = math.nan
    weights: VICRegWeights | BarlowWeight | None = None
    target: Momentum | None = None
    optimiser: Optimiser
    augmentation: Callable[[Tensor, torch.Generator], Tensor]
    batch: int
    epochs: int
    start: Start = Start.NORMAL
    seed: int
    precision: str = "float32"
    compiled: bool = False
    passes: int = 1

    def __post_init__(self) -> None:
        if self.passes not in (1, 2):
            raise ValueError(
                f"Two views take 1 forward pass together or 2 alone; it was {self.passes}."
            )
        if self.precision not in PRECISIONS:
            raise ValueError(
                f"Networks are trained in {' or '.join(PRECISIONS)}; it was {self.precision!r}."
            )

    @property
    def output(self) -> int:
        """Length of the projector's output."""
        return self.projector.widths[-1] if self.projector else self.representation

    def passed(self, networks: Callable[[Tensor], Any], views: Tensor) -> Any:
        """What networks, in so many passes, make of both views (2n, C, H, W): tensors (2n, ..)."""
        made = [networks(part) for part in views.chunk(self.passes)]
        if isinstance(made[0], Tensor):
            return torch.cat(made)
        return tuple(torch.cat(parts) for parts in zip(*made, strict=True))


def _left(schedule: str, progress: float) -> float:
    """What a schedule leaves after this share of the run of what it brings down to 0."""
    return 1.0 if schedule == "constant" else (1 + math.cos(math.pi * progress)) / 2


def _require_schedule(schedule: str) -> None:
    if schedule not in ("constant", "cosine"):
        raise ValueError(f"A schedule is constant or cosine; it was {schedule!r}.")


SHRUNK = 0.1
"""What the published pseudo-collapsed start multiplies the projector's weights by; also what our
collapsed start multiplies the deviations of the backbone's features by."""


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

    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Projections h and predictions p of images."""
        h = self.projector(self.backbone(images))
        return h, self.predictor(h)

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
        collapse(networks.backbone, SHRUNK)
    networks.train(False)
    return networks


def weights_to_arrays(networks: Networks) -> dict[str, np.ndarray]:
    """The networks' weights and BatchNorm statistics, named ``backbone.*`` and so on."""
    return {
        f"{part}.{name}": value.cpu().numpy()
        for part, module in networks.parts().items()
        for name, value in module.state_dict().items()
    }


def from_arrays(arrays: Mapping[str, np.ndarray], config: Config, dataset: Dataset) -> Networks:
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


@torch.no_grad()
def _scale(module: nn.Module, factor: float) -> None:
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            layer.weight.mul_(factor)


class Method(nn.Module):
    """An objective of the two views' predictions and of constants of the configuration.

    Args:
        config: names the objective in `verify.numeric.objectives.OBJECTIVES`.
        networks: on the device that they are trained on, before the first step.
    """

    def __init__(self, config: Config, networks: Networks) -> None:
        del networks
        super().__init__()
        self.config = config

    def targets(self, views: Tensor, h: Tensor) -> Tensor:
        """Outputs that no gradient reaches, (2n, k); here the projections themselves.

        Args:
            views: (2n, C, H, W).
            h: (2n, k), the trained networks' projections.
        """
        del views
        return h.detach()

    def loss(self, p: Tensor, targets: Tensor) -> Tensor:
        """The objective, a scalar, of predictions and targets (2n, k)."""
        del targets
        return self.objective(*p.chunk(2), *self.constants())

    def update(self, networks: Networks, progress: float) -> None:
        """Remember what the next step needs; `progress` is the share of the run before this one."""

    def objective(self, *arguments: Any) -> Tensor:
        """The registered objective: what is trained is what is verified."""
        return OBJECTIVES[self.config.objective].function(*arguments)

    def constants(self) -> tuple[Any, ...]:
        """The objective's arguments after the two views."""
        return (self.config.temperature,)


class VICReg(Method):
    """VICReg, with the configuration's weights or the paper's."""

    def constants(self) -> tuple[Any, ...]:
        """The weights."""
        return (_weights(self.config, VICRegWeights),)


class BarlowTwins(Method):
    """Barlow Twins, with the configuration's weight or the paper's."""

    def constants(self) -> tuple[Any, ...]:
        """The weight of the off-diagonal terms."""
        return (_weights(self.config, BarlowWeight).off_diagonal,)


class SimSiam(Method):
    """Predictions against the other view's projections, which get no gradient."""

    def loss(self, p: Tensor, targets: Tensor) -> Tensor:
        """The objective of both views' predictions and both views' projections."""
        return self.objective(*p.chunk(2), *targets.chunk(2))


class Regression(Method):
    """The same, with an objective that takes each prediction with its own target."""

    def loss(self, p: Tensor, targets: Tensor) -> Tensor:
        """The objective of predictions with the other view's targets."""
        return self.objective(p, exchanged(targets))


class Follower(Regression):
    """Predictions against the other view's projections by a target network, as in BYOL.

    The target begins as a copy of backbone and projector, and follows them by an exponential moving
    average. Its BatchNorms normalise by the batch, as theirs do.
    """

    def __init__(self, config: Config, networks: Networks) -> None:
        super().__init__(config, networks)
        if config.target is None:
            raise ValueError(
                f"{config.objective} compares with a network that follows the trained one: give the configuration a `target`, for example Momentum(decay=0.99)."
            )
        self.momentum: Momentum = config.target
        self.target = copy.deepcopy(nn.Sequential(networks.backbone, networks.projector))
        self.target.requires_grad_(False).train(True)

    def targets(self, views: Tensor, h: Tensor) -> Tensor:
        """The target's projections; nothing of it has a gradient."""
        return self.config.passed(self.target, views)

    @torch.no_grad()
    def update(self, networks: Networks, progress: float) -> None:
        """Let the target follow."""
        kept = self.momentum.kept(progress)
        leaders = itertools.chain(networks.backbone.parameters(), networks.projector.parameters())
        for follower, leader in zip(self.target.parameters(), leaders, strict=True):
            follower.lerp_(leader, 1 - kept)


class MoCo(Follower):
    """MoCo: against the target's projections of the other view, and a queue of earlier ones.

    Both views are queries; in the published pre-training only the first is. The queue begins with
    random directions.
    """

    queue: Tensor

    def __init__(self, config: Config, networks: Networks) -> None:
        super().__init__(config, networks)
        if self.momentum.queue < 1:
            raise ValueError(
                f"MoCo keeps at least one negative in its queue; the configuration's target has queue={self.momentum.queue}."
            )
        draw = torch.Generator().manual_seed(config.seed)
        queue = torch.randn(self.momentum.queue, config.output, generator=draw)
        self.register_buffer("queue", queue)
        self.keys = queue[:0]

    def loss(self, p: Tensor, targets: Tensor) -> Tensor:
        """The objective of queries, keys and the queue."""
        self.keys = targets
        return self.objective(p, exchanged(targets), self.queue, self.config.temperature)

    def update(self, networks: Networks, progress: float) -> None:
        """Let the target follow, and put the step's keys in place of the oldest."""
        super().update(networks, progress)
        self.queue = torch.cat([self.keys, self.queue])[: len(self.queue)]


class DINO(Follower):
    """DINO on two views: cross-entropy under the target, centred and sharpened."""

    centre: Tensor

    def __init__(self, config: Config, networks: Networks) -> None:
        super().__init__(config, networks)
        self.register_buffer("centre", torch.zeros(config.output))
        self.mean = self.centre

    def loss(self, p: Tensor, targets: Tensor) -> Tensor:
        """The objective of the student's and the teacher's outputs."""
        self.mean = targets.mean(dim=0)
        temperatures = self.config.temperature, self.momentum.temperature
        return self.objective(p, exchanged(targets), self.centre, *temperatures)

    def update(self, networks: Networks, progress: float) -> None:
        """Let the target follow its student, and the centre the mean of the target's outputs."""
        super().update(networks, progress)
        self.centre = torch.lerp(self.mean, self.centre, self.momentum.centre_decay)


TWO_VIEWS: dict[str, type[Method]] = {
    "info_nce": Method,
    "nt_xent": Method,
    "moco": MoCo,
    "dino": DINO,
    "byol": Follower,
    "simsiam": SimSiam,
    "vicreg": VICReg,
    "barlow_twins": BarlowTwins,
    "mse": Regression,
}
"""How an objective, by its registered name, is trained on two views."""


def exchanged(outputs: Tensor) -> Tensor:
    """Outputs of view 1 above those of view 2, the other way round."""
    first, second = outputs.chunk(2)
    return torch.cat([second, first])


def _weights(config: Config, kind: type[Any]) -> Any:
    """The configuration's coefficients, or the paper's, which are the defaults."""
    weights = kind() if config.weights is None else config.weights
    if not isinstance(weights, kind):
        raise TypeError(
            f"{config.objective} takes its coefficients from {kind.__name__}; the configuration's weights were {type(weights).__name__}."
        )
    return weights

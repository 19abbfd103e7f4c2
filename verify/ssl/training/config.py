"""Everything that a training run depends on besides its images, as frozen data."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from verify.numeric.objectives import BarlowWeight, VICRegWeights
from verify.ssl.backbones import Projector

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
        if self.schedule == "constant":
            return self.learning_rate
        return self.learning_rate * (1 + math.cos(math.pi * progress)) / 2


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
        if self.schedule == "constant":
            return self.decay
        return 1 - (1 - self.decay) * (1 + math.cos(math.pi * progress)) / 2


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

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise ValueError(
                f"Networks are trained in {' or '.join(PRECISIONS)}; it was {self.precision!r}."
            )

    @property
    def output(self) -> int:
        """Length of the projector's output."""
        return self.projector.widths[-1] if self.projector else self.representation


def _require_schedule(schedule: str) -> None:
    if schedule not in ("constant", "cosine"):
        raise ValueError(f"A schedule is constant or cosine; it was {schedule!r}.")

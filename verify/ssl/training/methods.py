"""How each objective is trained on two views: what it compares with, and what follows a step.

Outputs of two views are stacked, view 1 above view 2. What a method remembers between steps - a
target network, a queue, a centre - are its parameters and buffers, so that a checkpoint holds them.
"""

from __future__ import annotations

import copy
import itertools
from typing import Any

import torch
from torch import Tensor, nn

from verify.numeric.objectives import OBJECTIVES, BarlowWeight, VICRegWeights
from verify.ssl.training.config import Config, Momentum
from verify.ssl.training.networks import Networks


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
                f"{config.objective} compares with a network that follows the trained one: give the "
                "configuration a `target`, for example Momentum(decay=0.99)."
            )
        self.momentum: Momentum = config.target
        self.target = copy.deepcopy(nn.Sequential(networks.backbone, networks.projector))
        self.target.requires_grad_(False).train(True)

    def targets(self, views: Tensor, h: Tensor) -> Tensor:
        """The target's projections; nothing of it has a gradient."""
        return self.target(views)

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
                "MoCo keeps at least one negative in its queue; the configuration's target has "
                f"queue={self.momentum.queue}."
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
            f"{config.objective} takes its coefficients from {kind.__name__}; the configuration's "
            f"weights were {type(weights).__name__}."
        )
    return weights

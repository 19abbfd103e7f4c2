"""What the published runs of E2 and E7 track at every step, in training mode, before the update."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from verify.ssl.training import Step


def coordinate_deviation(vectors: Tensor) -> Tensor:
    """Mean over coordinates of the standard deviation of the directions of (n, k); at most 1 / sqrt(k).

    The published "variance": its square times k is the total variance of the directions, but for
    n / (n - 1) and for how unequal the coordinates are.
    """
    return F.normalize(vectors, dim=1).std(dim=0).mean()


def relative_update(module: nn.Module, learning_rate: float) -> Tensor:
    """Learning rate times |gradient| / |weights|, over all parameters as one vector.

    Raises:
        ValueError: if the module has no gradients.
    """
    parameters = list(module.parameters())
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not gradients:
        raise ValueError(
            "A relative update needs gradients, but the module has none; take a step first."
        )
    gradient, weights = (
        torch.stack([tensor.detach().norm() for tensor in tensors]).norm()
        for tensors in (gradients, parameters)
    )
    return learning_rate * gradient / weights


def watch_collapse(step: Step) -> dict[str, Tensor]:
    """The deviation of the projector's output, and the relative updates of every part.

    Besides, for the geometric mean over steps, the logarithm of the projector's over the backbone's.
    """
    updates = {
        f"update_{name}": relative_update(module, step.learning_rate)
        for name, module in step.networks.parts().items()
        if any(True for _ in module.parameters())
    }
    ratio = updates["update_projector"] / updates["update_backbone"]
    return {"deviation": coordinate_deviation(step.h), **updates, "log_ratio": ratio.log()}

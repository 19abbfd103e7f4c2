"""Heads and objectives as plain code for any array library, which owes nothing to what it is compared with.

Every form is written once, for PyTorch and JAX alike, from the formula in its objective's docstring.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from verify.numeric.activations import LINEAR
from verify.numeric.heads import Head


@dataclass(frozen=True)
class Library:
    """What an array library calls what heads and objectives are made of.

    Attributes:
        module: its functions of arrays.
        array: a tensor of PyTorch as one of its own.
        linear: (x, w, b) -> x w^T + b.
        activations: its own, by name.
        cosines: of the rows of two arrays (B, k), (B,).
        logsumexp: of the rows of an array.
    """

    module: Any
    array: Callable[[Tensor], Any]
    linear: Callable[[Any, Any, Any], Any]
    activations: dict[str, Callable[[Any], Any]]
    cosines: Callable[[Any, Any], Any]
    logsumexp: Callable[[Any], Any]


TORCH = Library(
    module=torch,
    array=lambda x: x,
    linear=F.linear,
    activations={"linear": lambda x: x, "relu": torch.relu, "gelu": F.gelu, "swish": F.silu},
    cosines=lambda x, y: F.cosine_similarity(x, y, dim=-1),
    logsumexp=lambda x: torch.logsumexp(x, -1),
)


def outputs(library: Library, head: Head, weights: Any, z: Any) -> Any:
    """A head's outputs, (.., d) -> (.., k), by the library's own functions.

    Args:
        library: whose arrays `weights` and `z` are.
        head: without BatchNorm over the batch; which activations it has.
        weights: its weights and biases, layer by layer; `parameters`.
        z: where.
    """
    for (w, b), activation in zip(weights, (*head.activations, LINEAR), strict=True):
        z = library.activations[activation.name](library.linear(z, w, b))
    return z


def parameters(library: Library, head: Head) -> list[tuple[Any, Any]]:
    """Weights and biases of a head as a library's arrays."""
    pairs = zip(head.weights, head.biases, strict=True)
    return [(library.array(w), library.array(b)) for w, b in pairs]


def _negative_cosine(library: Library, c: Any, u: Any, target: Any) -> Any:
    return -library.cosines(u, target).sum()


def _dino(library: Library, c: Any, u: Any, target: Any) -> Any:
    x = u / c.student_temperature
    return (library.logsumexp(x) - (target * x).sum(-1)).sum()


def _vicreg(library: Library, c: Any, u: Any, target: None) -> Any:
    xp, n, k = library.module, len(u) // 2, u.shape[1]
    loss = c.invariance * ((u[:n] - u[n:]) ** 2).sum() / n
    for view in (u[:n], u[n:]):
        x = view - view.mean(0)
        covariance = x.T @ x / (n - 1)
        variances = xp.diag(covariance)
        below = c.target - xp.sqrt(variances + c.epsilon)
        loss = loss + c.variance * xp.where(below > 0, below, 0.0).mean()
        squares = (covariance**2).sum() - (variances**2).sum()
        loss = loss + c.covariance * squares / k
    return loss


def _barlow_twins(library: Library, c: Any, u: Any, target: None) -> Any:
    xp, n = library.module, len(u) // 2
    centred = [view - view.mean(0) for view in (u[:n], u[n:])]
    one, other = (x / xp.sqrt((x**2).sum(0)) for x in centred)
    correlation = one.T @ other
    own = xp.diag(correlation)
    others = (correlation**2).sum() - (own**2).sum()
    return ((1 - own) ** 2).sum() + c.off_diagonal * others


def _info_nce(library: Library, c: Any, u: Any, target: None) -> Any:
    xp, n = library.module, len(u) // 2
    unit = u / xp.sqrt((u**2).sum(1))[:, None]
    logits = unit[:n] @ unit[n:].T / c.temperature
    return (library.logsumexp(logits) - xp.diag(logits)).mean()


FORMS: dict[str, Callable[[Library, Any, Any, Any], Any]] = {
    "negative_cosine": _negative_cosine,
    "dino": _dino,
    "vicreg": _vicreg,
    "barlow_twins": _barlow_twins,
    "info_nce": _info_nce,
}
"""By an objective's name: (library, constants, outputs u (B, k), targets) -> the sum over the rows where these have
losses of their own, targets (B, k); else the loss of the batch."""


def plain_function(head: Head, targets: Tensor) -> Callable[[Tensor], Tensor]:
    """The batch-mean negative cosine of a head's outputs in PyTorch, in z's type: (B, d) -> scalar.

    Args:
        head: without BatchNorm over the batch, with PyTorch's own activations.
        targets: (B, k), constant.
    """

    def function(z: Tensor) -> Tensor:
        weights = [(w.to(z.dtype), b.to(z.dtype)) for w, b in parameters(TORCH, head)]
        u = outputs(TORCH, head, weights, z)
        return torch.as_tensor(_negative_cosine(TORCH, None, u, targets.to(z.dtype)) / len(z))

    return function

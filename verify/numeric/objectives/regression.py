"""Objectives that compare each output with its own target: MSE, cross-entropy, negative cosine.

With l_b the loss of row b, u its output and everything else constant:

    MSE              l = |u - t|^2 / 2       grad = u - t            hess = I
    cross-entropy    l = -log p_y            grad = (p - y)/tau      hess = (diag p - p p^T)/tau^2
    negative cosine  l = -c                  grad = -w/|u|           hess = (e w^T + w e^T + c P)/|u|^2

where p = softmax(u/tau), and e, s are the directions of u and t, c = e.s, w = s - c e and
P = I - e e^T. Each Hessian is diagonal but for at most two directions.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from verify.numeric.objectives.base import Objective, Sampler
from verify.numeric.objectives.checks import require_batch, require_matching
from verify.numeric.objectives.derivatives import Invariance, RowHessians, RowJet


@dataclass(frozen=True)
class Targets:
    """Targets t: (B, k), one per output, held constant."""

    targets: Tensor

    @functools.cached_property
    def directions(self) -> Tensor:
        """t / |t|, (B, k); kept once computed."""
        return F.normalize(self.targets.detach(), dim=1)


@dataclass(frozen=True)
class Labels:
    """Class labels: (B,), int64, in [0, k)."""

    labels: Tensor


def mse(u: Tensor, targets: Tensor) -> Tensor:
    """Half the squared distance, mean over the batch, so that a row's Hessian is the identity.

    `torch.nn.functional.mse_loss` is 2/k times it.

    Args:
        u: (B, k), outputs.
        targets: (B, k).

    Raises:
        TypeError: if they are not of one real floating-point type.
        ValueError: if they are not of one shape (B, k) or on one device.
    """
    return mse_rows(u, targets).mean()


def mse_rows(u: Tensor, targets: Tensor) -> Tensor:
    """The rows' own losses of `mse`, (B,)."""
    require_matching("mse", u=u, targets=targets)
    return (u - targets).square().sum(dim=1) / 2


def softmax_cross_entropy(u: Tensor, labels: Tensor) -> Tensor:
    """Softmax cross-entropy with class labels, mean over the batch.

    Args:
        u: (B, k), logits.
        labels: (B,), int64, in [0, k).

    Raises:
        TypeError: if u is not real floating point or the labels are not int64.
        ValueError: if the shapes do not fit, a label is out of range, or the devices differ.
    """
    return softmax_cross_entropy_rows(u, labels).mean()


def softmax_cross_entropy_rows(u: Tensor, labels: Tensor) -> Tensor:
    """The rows' own losses of `softmax_cross_entropy`, (B,)."""
    _require_labels(u, labels)
    return F.cross_entropy(u, labels, reduction="none")


def _require_labels(u: Tensor, labels: Tensor) -> None:
    require_batch("softmax_cross_entropy", "u", u)
    if not isinstance(labels, Tensor) or labels.dtype != torch.int64:
        kind = labels.dtype if isinstance(labels, Tensor) else type(labels).__name__
        raise TypeError(
            f"softmax_cross_entropy expects `labels` to be class numbers, int64; they were {kind}."
        )
    if labels.shape != u.shape[:1]:
        raise ValueError(
            f"softmax_cross_entropy expects one label per row of `u`, shape {tuple(u.shape[:1])}; "
            f"the shape of `labels` was {tuple(labels.shape)}."
        )
    if labels.device != u.device:
        raise ValueError(
            f"softmax_cross_entropy expects one device: `u` is on {u.device}, but `labels` was on "
            f"{labels.device}. Move one of them."
        )
    if bool(((labels < 0) | (labels >= u.shape[1])).any()):
        raise ValueError(
            f"softmax_cross_entropy expects `labels` in [0, {u.shape[1]}); they ran from "
            f"{int(labels.min())} to {int(labels.max())}."
        )


def negative_cosine(u: Tensor, targets: Tensor) -> Tensor:
    """Minus the cosine between each output and its target, mean over the batch.

    Args:
        u: (B, k), outputs; directions only matter.
        targets: (B, k); directions only matter.

    Raises:
        TypeError: if they are not of one real floating-point type.
        ValueError: if they are not of one shape (B, k) or on one device.
    """
    return -cosines("negative_cosine", u, targets).mean()


def cosines(where: str, u: Tensor, targets: Tensor) -> Tensor:
    """Cosine of each row with its target: (B, k), (B, k) -> (B,); `where` names the objective."""
    require_matching(where, u=u, targets=targets)
    return (F.normalize(u, dim=1) * F.normalize(targets, dim=1)).sum(dim=1)


# --- derivatives of the rows' losses ------------------------------------------------------------


def mse_jet(u: Tensor, targets: Tensor) -> RowJet:
    """Derivatives of half the squared distance of u from its target."""
    require_matching("mse", u=u, targets=targets)
    none = u.new_empty(len(u), 0, u.shape[1])
    return RowJet(u - targets, RowHessians(torch.ones_like(u[:, :1]), none, none))


def cross_entropy_jet(u: Tensor, labels: Tensor) -> RowJet:
    """Derivatives of the cross-entropy of softmax(u) with class labels."""
    _require_labels(u, labels)
    return softmax_jet(u, F.one_hot(labels, u.shape[1]).to(u.dtype))


def softmax_jet(u: Tensor, probabilities: Tensor, temperature: float = 1.0) -> RowJet:
    """Derivatives of -sum_i y_i log softmax(u / tau)_i for probabilities y: (B, k).

    With r = p - e and e the largest one's, diag p - p p^T is diag r - e r^T - r p^T.
    """
    p = torch.softmax(u / temperature, dim=1)
    top = p.argmax(dim=1, keepdim=True)
    r, e = summing_to_zero(p, top), torch.zeros_like(p).scatter(1, top, 1.0)
    left, right = torch.stack((e, r), dim=1), torch.stack((r, p), dim=1)
    square = temperature**2
    hessians = RowHessians(r / square, left, right / -square)
    return RowJet(summing_to_zero(p - probabilities, top) / temperature, hessians)


def summing_to_zero(x: Tensor, at: Tensor) -> Tensor:
    """Rows x: (B, k) whose entry at, (B, 1), is minus the sum of the others.

    Of probabilities p that is p - 1, with all of its digits where p is nearly 1.
    """
    others = x.scatter(1, at, 0.0)
    return others.scatter(1, at, -others.sum(dim=1, keepdim=True))


def cosine_jet(where: str, u: Tensor, targets: Targets) -> RowJet:
    """Derivatives of minus the cosine of u and its target, in u; `where` names the objective.

    e w^T + w e^T + c P is c I + e x^T + x e^T for x = w - c e / 2.
    """
    require_matching(where, u=u, targets=targets.targets)
    inverse = torch.linalg.vector_norm(u, dim=1, keepdim=True).reciprocal_()
    e, s = u * inverse, targets.directions
    c = (e * s).sum(dim=1, keepdim=True)
    w = torch.addcmul(s, c, e, value=-1)
    x = torch.addcmul(w, c, e, value=-0.5)
    square = inverse * inverse
    left, right = torch.stack((e, x), dim=1), torch.stack((x, e), dim=1)
    hessians = RowHessians(c * square, left, right.mul_(square.unsqueeze(-1)))
    return RowJet(w.mul_(-inverse), hessians)


# --- registry entries ---------------------------------------------------------------------------


def draw_targets(sampler: Sampler, batch: int, k: int) -> Targets:
    """Standard normal targets."""
    return Targets(sampler.normal(batch, k))


MSE = Objective(
    name="mse",
    title="mean squared error",
    source="half the squared distance; its Hessian is the identity",
    shapes="u (B, k); targets (B, k)",
    function=mse,
    constants=Targets,
    draw=draw_targets,
    evaluate=lambda c, u: mse_rows(u, c.targets),
    separable=True,
    invariance=Invariance.NONE,
    closed=lambda c, u: mse_jet(u, c.targets),
)

SOFTMAX_CROSS_ENTROPY = Objective(
    name="softmax_cross_entropy",
    title="softmax cross-entropy",
    source="the negative log-likelihood of a softmax classifier",
    shapes="u (B, k), logits; labels (B,)",
    function=softmax_cross_entropy,
    constants=Labels,
    draw=lambda sampler, batch, k: Labels(sampler.integers(k, batch)),
    evaluate=lambda c, u: softmax_cross_entropy_rows(u, c.labels),
    separable=True,
    invariance=Invariance.NONE,
    closed=lambda c, u: cross_entropy_jet(u, c.labels),
)

NEGATIVE_COSINE = Objective(
    name="negative_cosine",
    title="negative cosine similarity",
    source="Chen and He 2021 (SimSiam), eq. 1",
    shapes="u (B, k); targets (B, k)",
    function=negative_cosine,
    constants=Targets,
    draw=draw_targets,
    evaluate=lambda c, u: -cosines("negative_cosine", u, c.targets),
    separable=True,
    invariance=Invariance.ROW,
    closed=lambda c, u: cosine_jet("negative_cosine", u, c),
    network=("targets",),
)

"""Contrastive objectives: InfoNCE and NT-Xent on two trainable views, MoCo against a queue.

Each is a softmax cross-entropy over cosines divided by a temperature; they differ in which
candidates an output is compared with, and in what the gradient reaches.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from verify.numeric.objectives.base import Objective, halves
from verify.numeric.objectives.checks import (
    require_alike,
    require_batch,
    require_matching,
    require_positive,
    require_width,
)
from verify.numeric.objectives.derivatives import Invariance

SIMCLR_TEMPERATURE = 0.1
"""Of the published SimCLR set-up that is reproduced here."""

NT_XENT_TEMPERATURE = 0.5
"""Best on CIFAR-10 (Chen et al. 2020, appendix B.9)."""

MOCO_TEMPERATURE = 0.07
"""He et al. 2020, section 3.3."""

DRAWN_QUEUE = 32
"""Negatives in a drawn queue; MoCo's own holds 65,536."""


@dataclass(frozen=True)
class Temperature:
    """The temperature tau > 0 of an objective that holds nothing else constant."""

    temperature: float


@dataclass(frozen=True)
class Keys:
    """What MoCo holds constant: keys (B, k), a queue of negatives (K, k), the temperature."""

    keys: Tensor
    queue: Tensor
    temperature: float


def info_nce(z1: Tensor, z2: Tensor, temperature: float) -> Tensor:
    r"""One-directional InfoNCE between two views, as in the published SimCLR set-up.

    .. math:: -\frac1n \sum_i \log
       \frac{\exp(\cos(z_{1i}, z_{2i}) / \tau)}{\sum_j \exp(\cos(z_{1i}, z_{2j}) / \tau)}

    The negatives of an image are the second views of the others only, and the roles of the two
    views are not exchanged; that is how it differs from NT-Xent.

    Args:
        z1: (n, k), first views; directions only matter.
        z2: (n, k), second views of the same images, in the same order.
        temperature: tau > 0.

    Returns:
        The mean over the n images, a scalar.

    Raises:
        TypeError: if the views are not of one real floating-point type.
        ValueError: if the shapes differ or are not (n, k), or the temperature is not positive.
    """
    require_matching("info_nce", z1=z1, z2=z2)
    require_positive("info_nce", temperature=temperature)
    cosines = F.normalize(z1, dim=1) @ F.normalize(z2, dim=1).T
    return F.cross_entropy(cosines / temperature, torch.arange(len(z1), device=z1.device))


def nt_xent(z1: Tensor, z2: Tensor, temperature: float) -> Tensor:
    r"""NT-Xent: every view is an anchor, and all 2n - 1 other views are its candidates.

    .. math:: -\frac1{2n} \sum_{i=1}^{2n} \log
       \frac{\exp(\cos(z_i, z_{i'}) / \tau)}{\sum_{j \ne i} \exp(\cos(z_i, z_j) / \tau)}

    with i' the other view of i (Chen et al. 2020, eq. 1).

    Args:
        z1: (n, k), first views; directions only matter.
        z2: (n, k), second views of the same images, in the same order.
        temperature: tau > 0.

    Returns:
        The mean over the 2n views, a scalar.

    Raises:
        TypeError: if the views are not of one real floating-point type.
        ValueError: if the shapes differ or are not (n, k), or the temperature is not positive.
    """
    require_matching("nt_xent", z1=z1, z2=z2)
    require_positive("nt_xent", temperature=temperature)
    z = F.normalize(torch.cat([z1, z2]), dim=1)
    itself = torch.eye(len(z), dtype=torch.bool, device=z.device)
    logits = (z @ z.T / temperature).masked_fill(itself, -torch.inf)
    return F.cross_entropy(logits, torch.arange(len(z), device=z.device).roll(len(z1)))


def moco(u: Tensor, keys: Tensor, queue: Tensor, temperature: float) -> Tensor:
    r"""MoCo: each query against its own key and a queue of negatives, all held constant.

    .. math:: -\frac1B \sum_b \log \frac{\exp(\cos(u_b, k_b) / \tau)}
       {\exp(\cos(u_b, k_b) / \tau) + \sum_j \exp(\cos(u_b, q_j) / \tau)}

    (He et al. 2020, eq. 1). The keys come from a momentum encoder, so no gradient reaches them.

    Args:
        u: (B, k), queries; directions only matter.
        keys: (B, k), positive keys; directions only matter.
        queue: (K, k), negative keys; directions only matter.
        temperature: tau > 0.

    Returns:
        The mean over the batch, a scalar.

    Raises:
        TypeError: if the tensors are not of one real floating-point type.
        ValueError: if the shapes do not fit, or the temperature is not positive.
    """
    return moco_rows(u, keys, queue, temperature).mean()


def moco_rows(u: Tensor, keys: Tensor, queue: Tensor, temperature: float) -> Tensor:
    """The rows' own losses of `moco`, (B,)."""
    require_matching("moco", u=u, keys=keys)
    require_batch("moco", "queue", queue)
    require_width("moco", "queue", queue, u.shape[1])
    require_alike("moco", u=u, queue=queue)
    require_positive("moco", temperature=temperature)
    query = F.normalize(u, dim=1)
    positive = (query * F.normalize(keys.detach(), dim=1)).sum(dim=1, keepdim=True)
    negatives = query @ F.normalize(queue.detach(), dim=1).T
    logits = torch.cat([positive, negatives], dim=1) / temperature
    return logits.logsumexp(dim=1) - logits[:, 0]


INFO_NCE = Objective(
    name="info_nce",
    title="InfoNCE",
    source="van den Oord et al. 2018, eq. 4, with cosines; as in the published SimCLR set-up",
    shapes="u (2n, k), view 1 above view 2",
    function=info_nce,
    constants=Temperature,
    draw=lambda sampler, batch, k: Temperature(SIMCLR_TEMPERATURE),
    evaluate=lambda c, u: info_nce(*halves(u), c.temperature),
    separable=False,
    invariance=Invariance.ROW,
    views=2,
)

NT_XENT = Objective(
    name="nt_xent",
    title="NT-Xent",
    source="Chen et al. 2020 (SimCLR), eq. 1",
    shapes="u (2n, k), view 1 above view 2",
    function=nt_xent,
    constants=Temperature,
    draw=lambda sampler, batch, k: Temperature(NT_XENT_TEMPERATURE),
    evaluate=lambda c, u: nt_xent(*halves(u), c.temperature),
    separable=False,
    invariance=Invariance.ROW,
    views=2,
)

MOCO = Objective(
    name="moco",
    title="MoCo",
    source="He et al. 2020 (MoCo), eq. 1",
    shapes="u (B, k), queries; keys (B, k); queue (K, k)",
    function=moco,
    constants=Keys,
    draw=lambda sampler, batch, k: Keys(
        sampler.normal(batch, k), sampler.normal(DRAWN_QUEUE, k), MOCO_TEMPERATURE
    ),
    evaluate=lambda c, u: moco_rows(u, c.keys, c.queue, c.temperature),
    separable=True,
    invariance=Invariance.ROW,
    network=("keys", "queue"),
)

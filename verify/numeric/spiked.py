"""Loss Hessians that are a multiple of the identity but for two directions.

A loss of u that depends on |u| and on u.t for a constant t alone - squared error, negative cosine,
anything else that rotations about t leave as it is - has, at each sample,

    grad^2 L = alpha I + Q (C - alpha I) Q^T,   Q an orthonormal basis of span(u, grad L)

so W^T (grad^2 L) W = alpha W^T W + P (C - alpha I) P^T with P = W^T Q. For outputs wider than the
layer below, W^T W is the smaller matrix, and it is the same for all samples and products. Whether
a loss is of this kind is found out by multiplying, so there is no second copy of its formula.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from verify.numeric.heads import REPAID, Head

ROUNDING = 64
"""Multiple of the type's epsilon, times the Hessian's norm, by which products with a Hessian of
this kind may differ from it: the few operations of each entry, and inner products of k terms,
whose errors grow like sqrt(k) at most here (k <= 10^4 gives 100, of which both vectors being unit
vectors takes most)."""


@dataclass(frozen=True)
class Spiked:
    """B = W^T (grad^2 L) W for each sample.

    Attributes:
        gram: W^T W, (m, m).
        multiple: alpha, (B, 1).
        directions: P, (B, m, 2).
        core: C - alpha I, (B, 2, 2).
    """

    gram: Tensor
    multiple: Tensor
    directions: Tensor
    core: Tensor

    def product(self, x: Tensor) -> Tensor:
        """B x: (m, B, width) -> (m, B, width)."""
        along = (x.unsqueeze(-2) @ self.directions) @ self.core
        spikes = (along @ self.directions.mT).squeeze(-2)
        return (x @ self.gram).mul_(self.multiple).add_(spikes)

    def __getitem__(self, samples: Tensor) -> Spiked:
        """The same for some of the samples."""
        return Spiked(
            self.gram, self.multiple[samples], self.directions[samples], self.core[samples]
        )


def turning(
    head: Head, output: Tensor, rho: Tensor, loss_product: Callable[[Tensor], Tensor]
) -> Spiked | None:
    """The structure above at a head's last layer, if the loss has it and it saves work.

    A random vector outside the two directions is an eigenvector of the rest of the Hessian, with
    probability 1, only if the rest is a multiple of the identity.

    Args:
        head: whose last layer is meant.
        output: h(z), (B, k).
        rho: grad L there, (B, k).
        loss_product: products with a Hessian that is block-diagonal in the samples, (m, B, k).
    """
    k, width = head.weights[-1].shape
    if k < 4 or k * width**2 > REPAID * (2 * k * width - width**2):
        return None
    generator = torch.Generator().manual_seed(0)
    vectors = output.new_empty(3, *output.shape)
    for index, given in enumerate((output, rho, None)):
        vectors[index] = _unit(given, vectors[:index], generator)
    images = torch.cat([loss_product(vector.unsqueeze(0)) for vector in vectors])
    basis, probe = vectors[:2].movedim(0, -1), vectors[2]
    core = basis.mT @ images[:2].movedim(0, -1)
    multiple = (probe * images[2]).sum(-1, keepdim=True)
    told = torch.stack((*(basis @ core).unbind(-1), multiple * probe))
    allowed = ROUNDING * torch.finfo(output.dtype).eps * images.norm(dim=(0, 2))
    if not bool(((images - told).norm(dim=(0, 2)) <= allowed).all()):
        return None
    identity = torch.eye(2, dtype=output.dtype, device=output.device)
    core = (core + core.mT) / 2 - multiple.unsqueeze(-1) * identity
    directions = (vectors[:2] @ head.weights[-1]).permute(1, 2, 0).contiguous()
    return Spiked(head.last_gram, multiple, directions, core)


def _unit(given: Tensor | None, before: Tensor, generator: torch.Generator) -> Tensor:
    """Unit vectors (B, k) orthogonal to `before`: along `given`, or random where that is spanned."""
    if given is None:
        shape, like = before.shape[1:], before
        drawn = torch.randn(shape, generator=generator, dtype=like.dtype).to(like.device)
        return _unit(drawn, before, generator)
    length = given.norm(dim=-1, keepdim=True)
    v = given
    for unit in (*before, *before):
        v = v - (v * unit).sum(-1, keepdim=True) * unit
    left = v.norm(dim=-1, keepdim=True)
    spanned = left <= length * torch.finfo(v.dtype).eps ** 0.5 + torch.finfo(v.dtype).tiny
    if bool(spanned.any()):
        return torch.where(
            spanned, _unit(None, before, generator), v / left.masked_fill(spanned, 1)
        )
    return v / left

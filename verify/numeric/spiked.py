"""Loss Hessians that are a multiple of the identity but for a few directions.

Where grad^2 L = alpha I + P^T Q, as for squared error and the negative cosine,

    W^T (grad^2 L) W = alpha W^T W + (P W)^T (Q W)

For outputs wider than the layer below, W^T W is the smaller matrix, and it is the same for all
samples and products.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from verify.numeric.heads import REPAID, Head
from verify.numeric.objectives.derivatives import RowHessians


@dataclass(frozen=True)
class Spiked:
    """W^T (grad^2 L) W for each sample.

    Attributes:
        gram: W^T W, (m, m).
        hessians: alpha, P W and Q W in the places of the diagonal, P and Q.
    """

    gram: Tensor
    hessians: RowHessians

    def product(self, x: Tensor) -> Tensor:
        """Multiply vectors x: (n, B, m) -> (n, B, m)."""
        rows = x.transpose(0, 1)
        spikes = (rows @ self.hessians.right.mT) @ self.hessians.left
        return (x @ self.gram).mul_(self.hessians.diagonal).add_(spikes.transpose(0, 1))

    def __getitem__(self, samples: Tensor) -> Spiked:
        """The same for some of the samples."""
        return Spiked(self.gram, self.hessians[samples])


def spiked(head: Head, hessians: RowHessians) -> Spiked | None:
    """The structure above at a head's last layer, if the loss has it and it saves work."""
    weight = head.weights[-1]
    k, width = weight.shape
    multiple = hessians.diagonal.shape[1] == 1
    if not multiple or k * width**2 > REPAID * (2 * k * width - width**2):
        return None
    both = torch.cat((hessians.left, hessians.right), dim=1) @ weight  # one pass over the weights
    left, right = both.chunk(2, dim=1)
    return Spiked(head.last_gram, RowHessians(hessians.diagonal, left, right))

"""What depth means, and what shows that the check can fail. All gate a run.

A head of one layer is affine in evaluation mode, BatchNorm and all, so that it compresses as a
matrix does; its activation plays no part. What E3, E4 and E5 must satisfy is checked there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from hypothesis import strategies as st
from torch import Tensor

from verify.claims.declare import mutant_check, property_check, section
from verify.claims.property import Claim
from verify.claims.strategies import tensors
from verify.experiments.e6.measure import deepen
from verify.experiments.networks import DIGITS_SIMCLR, with_head
from verify.ssl.backbones import Projector, calibrate, seeded
from verify.ssl.training import Mlp

EPS = torch.finfo(torch.float64).eps


@dataclass(frozen=True)
class Midpoint:
    """Two representations z (2, d), and the head of a seed, of hidden width 6 with Swish."""

    z: Tensor
    seed: int

    def head(self, depth: int) -> Projector:
        """The head with so many layers, its BatchNorms calibrated on random representations."""
        mlp = Mlp(widths=(6, 3), activation="relu", batchnorm=True)
        config = with_head(replace(DIGITS_SIMCLR, projector=mlp), "swish", True)
        projector, length = deepen(config, depth).projector, self.z.shape[1]
        assert projector is not None
        head = seeded(lambda: projector.on(length).double(), self.seed)
        draw = torch.Generator().manual_seed(self.seed)
        calibrate(head, torch.randn(32, length, generator=draw, dtype=torch.float64))
        return head


@st.composite
def midpoints(draw: st.DrawFn) -> Midpoint:
    """Two small representations of one to four dimensions."""
    return Midpoint(draw(tensors((2, draw(st.integers(1, 4))))), draw(st.integers(0, 2**63 - 1)))


@torch.no_grad()
def midpoint_ratio(case: Midpoint, depth: int = 1) -> float:
    """The head maps the middle of two representations to the middle of their outputs."""
    head = case.head(depth)
    ends, middle = head(case.z), head(case.z.mean(0, keepdim=True))
    weight, mean, variance = (
        case.head(1).state_dict()[f"layers.{name}"]
        for name in ("0.weight", "1.running_mean", "1.running_var")
    )
    # Roundings of d products and of BatchNorm's affine map, of the size of what is added up.
    size = (weight.abs() @ case.z.abs().amax(0) + mean.abs()) / variance.sqrt()
    allowed = 2 * (case.z.shape[1] + 4) * EPS * (size + 1)
    return float(((ends.mean(0) - middle[0]).abs() / allowed).max())


AFFINE = Claim("a head of one layer maps midpoints to midpoints", midpoints, midpoint_ratio)
DEEPER = AFFINE.mutant("a head of two layers maps midpoints to midpoints", depth=2)

CHECKS = section(
    "E6",
    property_check("affine", "A head of one layer is affine", AFFINE),
    mutant_check("affine.deeper", DEEPER),
)

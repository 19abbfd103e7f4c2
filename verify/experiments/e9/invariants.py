"""Invariants of E9's measurement, and what shows that their checks can fail. All gate a run."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from hypothesis import strategies as st
from torch import Tensor

from verify.claims.declare import mutant_check, property_check
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors
from verify.ssl.probes import RIDGE, ridge_scores

EPS = torch.finfo(torch.float64).eps

CLASSES = 3


@dataclass(frozen=True)
class Probing:
    """Features (n, d) with labels (n,), others (m, d), and a map x -> scale Q x + shift of both."""

    features: Tensor
    labels: Tensor
    others: Tensor
    seed: int
    scale: float
    shift: Tensor

    def mapped(self, features: Tensor, orthogonal: bool) -> Tensor:
        """The features after the map, whose matrix is orthogonal or any Gaussian one."""
        generator = torch.Generator().manual_seed(self.seed)
        length = features.shape[1]
        matrix = torch.randn(length, length, generator=generator, dtype=torch.float64)
        if orthogonal:
            matrix = torch.linalg.qr(matrix).Q
        return self.scale * features @ matrix.T + self.shift


@st.composite
def probings(draw: st.DrawFn) -> Probing:
    """Six to nine samples of two to four features."""
    count, length = draw(st.integers(6, 9)), draw(st.integers(2, 4))
    labels = draw(st.lists(st.integers(0, CLASSES - 1), min_size=count, max_size=count))
    return Probing(
        features=draw(tensors((count, length))),
        labels=torch.tensor(labels),
        others=draw(tensors((3, length))),
        seed=draw(st.integers(0, 2**63 - 1)),
        scale=draw(st.sampled_from((0.01, 1.0, 50.0))),
        shift=draw(tensors((length,))),
    )


def probe_ratio(case: Probing, orthogonal: bool = True) -> float:
    """The probe's scores are the same after the map."""
    if (case.features - case.features.mean(0)).norm() == 0:
        raise Vacuous
    before = ridge_scores(case.features, case.labels, case.others, CLASSES)
    mapped = (case.mapped(x, orthogonal) for x in (case.features, case.others))
    features, others = mapped
    after = ridge_scores(features, case.labels, others, CLASSES)
    # The system's condition is at most 1 + d / RIDGE. Centring loses what the shift exceeds the
    # scaled features by, at most 2 / 0.01, and features spread by an eighth or more.
    condition = 1 + features.shape[1] / RIDGE
    lost = 16 * (1 + case.shift.abs().max().item() / case.scale)
    size = max(1.0, before.abs().max().item())
    return (before - after).abs().max().item() / (64 * EPS * condition * lost * size)


INVARIANT = Claim(
    "the probe's scores do not change when features are rotated, rescaled and shifted",
    probings,
    probe_ratio,
)
AFFINE = INVARIANT.mutant(
    "the probe's scores do not change under any invertible affine map of the features",
    orthogonal=False,
)

CHECKS = (
    property_check(
        "probe", "The probe ignores rotation, size and origin of the features", INVARIANT
    ),
    mutant_check("probe.affine", AFFINE),
)

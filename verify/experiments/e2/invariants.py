"""Invariants of E2's measurement, and what shows that their checks can fail. All gate a run.

The variance that is compared is one of directions; and under an objective of directions a homogeneous
head's gradient by z is orthogonal to z, so that the gradient flow keeps the length of z and only a
finite step lets it grow.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from hypothesis import strategies as st
from torch import Tensor
from torch.func import grad

from verify.claims.declare import mutant_check, property_check
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors
from verify.experiments import homogeneity
from verify.experiments.homogeneity import Scaled
from verify.ssl.variances import direction_variance, total_variance

EPS = torch.finfo(torch.float64).eps


@dataclass(frozen=True)
class Rescaled:
    """Vectors (n, d), and a power of two for each of them."""

    vectors: Tensor
    exponents: tuple[int, ...]

    @property
    def rescaled(self) -> Tensor:
        """Each vector times its power of two."""
        return self.vectors * 2.0 ** torch.tensor(self.exponents, dtype=torch.float64)[:, None]


@st.composite
def rescalings(draw: st.DrawFn) -> Rescaled:
    """Two to five vectors of one to four dimensions."""
    count = draw(st.integers(2, 5))
    vectors = draw(tensors((count, draw(st.integers(1, 4)))))
    exponents = draw(st.lists(st.integers(-4, 4), min_size=count, max_size=count))
    return Rescaled(vectors, tuple(exponents))


def direction_ratio(case: Rescaled, raw: bool = False) -> float:
    """The variance of the directions, or of the vectors, is the same after rescaling each of them."""
    variance = total_variance if raw else direction_variance
    before, after = variance(case.vectors), variance(case.rescaled)
    size = max(1.0, before)
    return abs(before - after) / (8 * sum(case.vectors.shape) * EPS * size)


DIRECTIONS = Claim(
    "the variance of directions does not depend on the vectors' lengths",
    rescalings,
    direction_ratio,
)
RAW = DIRECTIONS.mutant("the total variance does not depend on the vectors' lengths", raw=True)


def orthogonal_ratio(case: Scaled, name: str = "negative_cosine") -> float:
    """The gradient by z is orthogonal to z."""
    gradient = grad(homogeneity.objective(case, False, name))(case.z)
    size = (gradient.norm() * case.z.norm()).item()
    if size == 0:
        raise Vacuous
    # Backward error of the layers' products, and the cancellation within the gradient itself.
    head = case.head(False)
    magnitude = case.z.abs()
    for weight in head.parameters():
        magnitude = weight.detach().abs() @ magnitude
    condition = (magnitude.norm() / head(case.z).detach().norm()).item()
    allowed = 64 * sum(case.widths) * EPS * condition * max(1.0, condition / size)
    return abs(float(gradient @ case.z)) / size / allowed


ORTHOGONAL = homogeneity.claim(
    "under the negative cosine a homogeneous head's gradient by z is orthogonal to z",
    orthogonal_ratio,
    homogeneity.HOMOGENEOUS,
)
SMOOTH = homogeneity.claim(
    "under the negative cosine a Swish or GELU head's gradient by z is orthogonal to z",
    orthogonal_ratio,
    homogeneity.SMOOTH,
)
SQUARED = ORTHOGONAL.mutant(
    "under the squared error a homogeneous head's gradient by z is orthogonal to z", name="mse"
)

CHECKS = (
    property_check("directions", "The variance of directions ignores lengths", DIRECTIONS),
    mutant_check("directions.raw", RAW),
    property_check(
        "orthogonal", "A homogeneous head's gradient flow keeps the length of z", ORTHOGONAL
    ),
    mutant_check("orthogonal.smooth", SMOOTH),
    mutant_check("orthogonal.squared", SQUARED),
)

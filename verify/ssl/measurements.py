"""What is measured of representations along augmentation orbits. Pure functions of tensors.

Two protocols give the pair (z, h) of unit vectors of an image x, with backbone f and head g, both
in evaluation mode, and u(a) = a / |a|:

* *consistent*: z = u(f(x)), h = u(g(f(x))): the head sees what it was trained on;
* *published*: z = u(f(x)), h = u(g(u(f(x)))): the head sees the normalised representation.

The two agree for a positively homogeneous head and disagree for a head with BatchNorm.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import NamedTuple

import torch
from torch import Tensor, nn

from verify.ssl.data.dataset import floating

FORWARD_BATCH = 256
"""Images per forward pass; a matter of memory and speed only."""


class Protocol(enum.StrEnum):
    """What the head is given: the raw representation, or the normalised one."""

    CONSISTENT = "consistent"
    PUBLISHED = "published"


def unit(vectors: Tensor) -> Tensor:
    """Vectors (..., d) divided by their Euclidean norms.

    Raises:
        ValueError: if a vector is zero, since it has no direction.
    """
    norms = torch.linalg.vector_norm(vectors, dim=-1, keepdim=True)
    if not bool((norms > 0).all()):
        raise ValueError(
            f"{int((norms <= 0).sum())} of {norms.numel()} representations are zero or not a number, and so have no direction; look at the network before measuring angles."
        )
    return vectors / norms


@torch.no_grad()
def represent(backbone: nn.Module, images: Tensor) -> Tensor:
    """Raw representations (..., d) of images (..., C, H, W), bytes or not, with the same leading axes.

    Raises:
        ValueError: if the backbone is in training mode, where BatchNorm would mix the images.
    """
    _require_evaluation_mode(backbone)
    batches = images.flatten(0, -4).split(FORWARD_BATCH)
    outputs = [backbone(floating(batch)) for batch in batches]
    return torch.cat(outputs).unflatten(0, images.shape[:-3])


def represent_orbits(
    backbone: nn.Module, images: Tensor, orbit: Callable[[Tensor], Tensor]
) -> Tensor:
    """Raw representations (n, A, d) of the orbits (n, A, C, H, W) of images (n, C, H, W), in parts.

    The turned images themselves are never all in memory.
    """
    parts = (represent(backbone, orbit(part)) for part in images.split(FORWARD_BATCH))
    return torch.cat(list(parts))


@torch.no_grad()
def head_outputs(projector: nn.Module, z: Tensor) -> Tensor:
    """Raw outputs (..., k) of the head for representations z (..., d), with the same leading axes.

    Raises:
        ValueError: if the projector is in training mode.
    """
    _require_evaluation_mode(projector)
    return projector(z.flatten(0, -2)).unflatten(0, z.shape[:-1])


def project(projector: nn.Module, z: Tensor, protocol: Protocol) -> Tensor:
    """The head's outputs, as unit vectors (..., k), for raw representations z (..., d).

    Raises:
        ValueError: if the projector is in training mode, or an output is zero.
    """
    return unit(head_outputs(projector, z if protocol is Protocol.CONSISTENT else unit(z)))


def _require_evaluation_mode(module: nn.Module) -> None:
    if module.training:
        raise ValueError(
            f"Measurements need the {type(module).__name__} in evaluation mode, but it is in training mode; call .eval() on it first."
        )


# --- spread along orbits, and across everything ---------------------------------------------


@dataclass(frozen=True)
class Orbits:
    """What the statistics below need to know of n orbits of points in R^d.

    All of them are unchanged by a translation, so the origin is put at the mean of all points,
    where the variance loses no digits.

    Attributes:
        centres: (n, d), mean of each orbit.
        squares: (n,), mean of |x|^2 over each orbit.
        spreads: (n,), mean of |x - centre|^2 over each orbit.
        distances: (n,), mean distance between two different points of each orbit.
        classes: (n,), int64, class of each orbit.
    """

    centres: Tensor
    squares: Tensor
    spreads: Tensor
    distances: Tensor
    classes: Tensor


def summarise(points: Tensor, classes: Tensor) -> Orbits:
    """Reduce orbits of points (n, A, d), with classes (n,), to float64 summaries; A >= 2."""
    points = points.double()
    points = points - points.mean((0, 1))
    centres = points.mean(1)
    return Orbits(
        centres=centres,
        squares=points.square().sum(-1).mean(1),
        spreads=(points - centres[:, None]).square().sum(-1).mean(1),
        distances=_mean_distance(points),
        classes=classes,
    )


@dataclass(frozen=True)
class Statistics:
    """Statistics of a set of orbits; a vector (B,) of each for B reweightings of the orbits.

    Attributes:
        spread: mean-square spread within orbits, E|x - centre of its orbit|^2.
        variance: total variance, E|x - E x|^2; at least `spread`.
        intra: mean distance between two points of one orbit (D_intra).
        inter: mean distance between two class centroids (D_inter).
    """

    spread: Tensor
    variance: Tensor
    intra: Tensor
    inter: Tensor

    @property
    def contrast(self) -> Tensor:
        """D_inter / D_intra."""
        return self.inter / self.intra


def statistics(orbits: Orbits, weights: Tensor) -> Statistics:
    """Statistics of orbits under weights (B, n); rows sum to 1 and give every class a share."""
    centroids = []
    for label in orbits.classes.unique():
        members = (orbits.classes == label).nonzero()[:, 0]
        share = weights[:, members]
        centroids.append(share @ orbits.centres[members] / share.sum(1, keepdim=True))
    return Statistics(
        spread=weights @ orbits.spreads,
        variance=weights @ orbits.squares - (weights @ orbits.centres).square().sum(1),
        intra=weights @ orbits.distances,
        inter=_mean_distance(torch.stack(centroids, dim=1)),
    )


def _mean_distance(points: Tensor) -> Tensor:
    """Mean distance (n,) between two different ones of A points (n, A, d)."""
    count = points.shape[1]
    # The default mode multiplies matrices beyond 25 points and loses half of the digits.
    pairwise = torch.cdist(points, points, compute_mode="donot_use_mm_for_euclid_dist")
    return pairwise.sum((1, 2)) / (count * (count - 1))


def equal_weights(classes: Tensor) -> Tensor:
    """The weights (1, n) of the plain statistics of orbits with classes (n,)."""
    return torch.full((1, len(classes)), 1 / len(classes), dtype=torch.float64).to(classes.device)


def bootstrap_weights(classes: Tensor, draws: int, generator: torch.Generator) -> Tensor:
    """Weights (draws, n) of resampled sets of orbits with classes (n,).

    Orbits are drawn with replacement within their class, by a generator on the CPU, so that every
    class keeps its number of orbits.
    """
    classes, device = classes.cpu(), classes.device
    weights = torch.zeros(draws, len(classes), dtype=torch.float64)
    for label in classes.unique():
        members = (classes == label).nonzero()[:, 0]
        drawn = members[torch.randint(len(members), (draws, len(members)), generator=generator)]
        weights.scatter_add_(1, drawn, torch.ones_like(drawn, dtype=torch.float64))
    return (weights / len(classes)).to(device)


@dataclass(frozen=True)
class Contraction:
    """How the head changes the statistics of z into those of h; every ratio is z over h.

    Attributes:
        z, h: the statistics of the two representations under the same weights.
    """

    z: Statistics
    h: Statistics

    @property
    def compression(self) -> Tensor:
        """Of the spread within orbits: the published figure."""
        return self.z.spread / self.h.spread

    @property
    def shrinkage(self) -> Tensor:
        """Of the total variance: what a global contraction does to every direction."""
        return self.z.variance / self.h.variance

    @property
    def growth(self) -> Tensor:
        """Of the total variance from z to h, the inverse of the shrinkage."""
        return self.h.variance / self.z.variance

    @property
    def selectivity(self) -> Tensor:
        """Compression beyond shrinkage; unchanged by any affine shrinking of h."""
        return self.compression / self.shrinkage

    @property
    def shrinkage_share(self) -> Tensor:
        """The part of the logarithm of the compression that is shrinkage."""
        return self.shrinkage.log() / self.compression.log()

    @property
    def semantic_gain(self) -> Tensor:
        """(D_inter / D_intra of h) over (D_inter / D_intra of z)."""
        return self.h.contrast / self.z.contrast


def contraction(z: Orbits, h: Orbits, weights: Tensor) -> Contraction:
    """Compare the same orbits in two representations under the same weights (B, n)."""
    return Contraction(statistics(z, weights), statistics(h, weights))


LEVEL = 0.95
"""Level of every interval."""

STUDENT = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764, 5: 2.5706, 7: 2.3646, 9: 2.2622}
"""Quantile of Student's t for a two-sided interval at `LEVEL`, by degrees of freedom."""


class Interval(NamedTuple):
    """A closed interval."""

    low: float
    high: float


def percentile_interval(samples: Tensor) -> Interval:
    """The central part of bootstrap samples (B,) that holds a share `LEVEL` of them."""
    tails = torch.tensor([(1 - LEVEL) / 2, (1 + LEVEL) / 2]).to(samples)
    return Interval(*torch.quantile(samples, tails).tolist())


def paired_interval(differences: Sequence[float]) -> Interval:
    """Student's interval for the mean of differences, one for each training seed.

    Raises:
        ValueError: if the number of seeds is not one that `STUDENT` provides for.
    """
    freedom = len(differences) - 1
    if freedom not in STUDENT:
        provided = ", ".join(str(n + 1) for n in STUDENT)
        raise ValueError(
            f"A paired interval is provided for {provided} training seeds; it was asked for {len(differences)}. Add the quantile for {freedom} degrees of freedom to STUDENT."
        )
    mean = fmean(differences)
    half = STUDENT[freedom] * stdev(differences) / len(differences) ** 0.5
    return Interval(mean - half, mean + half)


def pooled_interval(values: Sequence[float], drawn: Sequence[Tensor]) -> Interval:
    """Interval for a positive ratio, of the noise of training and of the choice of orbits together.

    On the logarithm: the mean over training seeds, give or take Student's quantile times the root of
    (variance over seeds) / seeds + (variance of the mean over the bootstrap draws).

    Args:
        values: of every training seed, from all orbits.
        drawn: of every seed, (B,), from the same draws of orbits in each.

    Raises:
        ValueError: as for `paired_interval`.
    """
    logs = [math.log(value) for value in values]
    seeds = paired_interval(logs)
    training = (seeds.high - seeds.low) / 2
    orbits = torch.stack([draw.double().log() for draw in drawn]).mean(0).std()
    half = math.hypot(training, STUDENT[len(values) - 1] * float(orbits))
    return Interval(math.exp(fmean(logs) - half), math.exp(fmean(logs) + half))


MOST_SEEDS = 1000
"""Beyond so many, a number of seeds is not looked for."""


def seeds_to_decide(differences: Sequence[float]) -> int | None:
    """So many training seeds would put 0 outside Student's interval, if mean and spread stayed as they are.

    None where `MOST_SEEDS` would not.
    """
    from scipy.special import stdtrit  # measuring needs no SciPy

    spread = stdev(differences)
    if spread == 0:  # seeds that agree to the last bit decide at once, or never
        return 2 if any(differences) else None
    ratio = abs(fmean(differences)) / spread
    for seeds in range(2, MOST_SEEDS + 1):
        if stdtrit(seeds - 1, (1 + LEVEL) / 2) < ratio * seeds**0.5:
            return seeds
    return None


def principal_coordinates(points: Tensor, count: int = 2) -> Tensor:
    """Coordinates (n, count) of points (n, d) along their principal axes, centred.

    An axis is oriented so that its coordinate of largest magnitude is positive.
    """
    centred = points.double() - points.double().mean(0)
    left, singular, _ = torch.linalg.svd(centred, full_matrices=False)
    coordinates = left[:, :count] * singular[:count]
    peaks = coordinates.gather(0, coordinates.abs().argmax(0, keepdim=True))
    return coordinates * peaks.sign()

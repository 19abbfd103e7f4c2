"""How far representations have collapsed: variances and condition, at a point and while training."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from verify.numeric.effective_rank import effective_ranks
from verify.ssl.backbones import CALIBRATED, calibrate
from verify.ssl.data import Dataset, floating
from verify.ssl.measurements import head_outputs, represent
from verify.ssl.probes import ridge_accuracy
from verify.ssl.training import Config, Networks, Observe, State

PUBLISHED_CLAMP = 1e-7
"""What the published condition number clamps the smallest eigenvalue at."""


def direction_variance(vectors: Tensor) -> float:
    """Total variance of the directions of vectors (n, d); a zero vector stays zero."""
    return total_variance(F.normalize(vectors.double(), dim=1))


def total_variance(vectors: Tensor) -> float:
    """Total variance of the vectors (n, d) themselves."""
    vectors = vectors.double()
    return float((vectors - vectors.mean(0)).square().sum(1).mean())


@dataclass(frozen=True)
class Conditioning:
    """Condition of the covariance of representations.

    Attributes:
        published: of the directions of z, as published: largest eigenvalue over the smallest one clamped at
            `PUBLISHED_CLAMP`, from as many samples as dimensions, of which centring takes one.
        honest: largest over smallest eigenvalue above the noise floor, from all samples.
        rank: eigenvalues above the noise floor.
    """

    published: float
    honest: float
    rank: int


def conditioning(z: Tensor) -> Conditioning:
    """Condition of float32 representations z (n, d) with n > d.

    The noise floor is d eps of float32 times the largest eigenvalue: rounding z to float32 leaves
    the smaller ones unknown.

    Raises:
        ValueError: if there are not more samples than dimensions.
    """
    samples, d = z.shape
    if samples <= d:
        raise ValueError(
            f"The covariance of {d}-dimensional representations needs more than {d} samples; there were {samples}."
        )
    directions = F.normalize(z[:d].double(), dim=1)
    few, every = (torch.linalg.eigvalsh(torch.cov(part.double().T)) for part in (directions, z))
    floor = d * torch.finfo(torch.float32).eps * every[-1]
    above = every[every > floor]
    return Conditioning(
        published=float(few[-1] / few[0].clamp(min=PUBLISHED_CLAMP)),
        honest=float(above[-1] / above[0]) if len(above) else float("nan"),
        rank=len(above),
    )


def spearman(x: Tensor, y: Tensor) -> float:
    """Spearman's rank correlation of (n,) and (n,); ties share their mean rank; NaN if one is constant."""
    ranks = []
    for values in (x.double(), y.double()):
        below = (values[:, None] > values).sum(1)
        equal = (values[:, None] == values).sum(1)
        ranks.append(below.double() + (equal.double() + 1) / 2)
    centred = [rank - rank.mean() for rank in ranks]
    scale = torch.stack([c.norm() for c in centred]).prod()
    return float((centred[0] @ centred[1]) / scale) if scale > 0 else float("nan")


# --- while training -------------------------------------------------------------------------


def with_statistics(state: State, dataset: Dataset) -> Networks:
    """The state's networks; before the first step a copy whose BatchNorms have statistics."""
    if state.epoch:
        return state.networks
    networks = copy.deepcopy(state.networks)
    images = floating(dataset.train_images[:CALIBRATED])
    calibrate(networks.backbone, images)
    calibrate(networks.projector, represent(networks.backbone, images))
    return networks


OBSERVED = 2000
"""Images at most, of training and of test, that a run is observed on, after every epoch."""


def observe_variances(config: Config, dataset: Dataset) -> Observe:
    """Variance of the directions of z and h, condition and effective ranks of z, over the first test images.

    And, after the last epoch, test accuracy of a linear probe of the class on z; NaN before it.
    """
    images, answers = dataset.test_images[:OBSERVED], dataset.test_labels[:OBSERVED]
    known, labels = dataset.train_images[:OBSERVED], dataset.train_labels[:OBSERVED]

    def observe(state: State) -> dict[str, float | np.ndarray]:
        networks = with_statistics(state, dataset)
        z = represent(networks.backbone, images)
        condition, ranks = conditioning(z), effective_ranks(z)
        probed = math.nan
        if state.epoch == config.epochs:
            seen = represent(networks.backbone, known)
            probed = ridge_accuracy(seen, labels, z, answers, dataset.classes)
        return {
            "steps": state.steps,
            "variance_z": direction_variance(z),
            "variance_raw": total_variance(z),
            "variance_h": direction_variance(head_outputs(networks.projector, z)),
            "condition_published": condition.published,
            "condition": condition.honest,
            "rank": condition.rank,
            "effective_rank": ranks.roy_vetterli,
            "rankme": ranks.rankme,
            "von_neumann_rank": ranks.von_neumann,
            "class_z": probed,
        }

    return observe

"""What is tracked while a network may collapse: curvature of the objective, besides variances."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import torch
import torch.nn.functional as F

from verify.experiments.e1.loss_curvature import estimate_as_published, extremes, whole_head
from verify.ssl.data import Dataset, floating
from verify.ssl.image_source import Source, fit
from verify.ssl.measurements import head_outputs, represent
from verify.ssl.training import Config, Observe, State
from verify.ssl.variances import kept, observe_variances, with_statistics

if TYPE_CHECKING:
    from verify.claims.check import Context

SAMPLES = 32
"""Fixed images whose curvature is computed."""


def observe_curvature(config: Config, dataset: Dataset) -> Observe:
    """Extreme eigenvalues of H_eff and G of fixed views of fixed images, and as published.

    The first view gives z, the second the target. Also the lengths of the outputs and their cosines
    with the targets, which determine the Hessian of the negative cosine.
    """
    views = torch.Generator(dataset.test_images.device).manual_seed(config.seed)
    images = floating(dataset.test_images[:SAMPLES]).repeat(2, 1, 1, 1)
    images = config.augmentation(images, views)

    def observe(state: State) -> dict[str, float | np.ndarray]:
        networks = with_statistics(state, dataset)
        raw = represent(networks.backbone, images)
        z = raw[:SAMPLES]
        targets = head_outputs(networks.projector, raw)[SAMPLES:]
        head = whole_head(networks, config)
        found = extremes(head, config.objective, z, targets)
        outputs = head(z.double())
        return {
            "effective": found.effective.cpu().numpy(),
            "pullback": found.pullback.cpu().numpy(),
            "residuals": found.residuals.cpu().numpy(),
            "dimensions": z.shape[1],
            "length": outputs.norm(dim=1).cpu().numpy(),
            "cosine": F.cosine_similarity(outputs, targets.double()).cpu().numpy(),
            "estimate": estimate_as_published(head, config.objective, z, targets, state.epoch),
        }

    return observe


def observe_both(config: Config, dataset: Dataset) -> Observe:
    """Variances and curvature."""
    variances, curvature = (o(config, dataset) for o in (observe_variances, observe_curvature))

    def observe(state: State) -> dict[str, float | np.ndarray]:
        return {**variances(state), **curvature(state)}

    return observe


def build_tracks(arguments: tuple[object, ...], ctx: Context) -> dict[str, np.ndarray]:
    """Losses, variances and curvature while training; the arguments: a `Source` and a `Config`."""
    source, config = cast("tuple[Source, Config]", arguments)
    _, run = fit(source, config, ctx, observe_both)
    return kept(source, run)

"""What is tracked while a network may collapse: curvature of the objective, and variances."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
import torch.nn.functional as F

from verify.ssl.backbones import calibrate
from verify.ssl.data import Dataset, floating
from verify.ssl.loss_curvature import (
    conditioning,
    direction_variance,
    estimate_as_published,
    extremes,
    total_variance,
    whole_head,
)
from verify.ssl.measurements import head_outputs, represent
from verify.ssl.source import Source, fit, timing
from verify.ssl.training import Config, Networks, Observe, State, TrainedRun

if TYPE_CHECKING:
    from verify.statement import Context

SAMPLES = 32
"""Fixed images whose curvature is computed."""

CALIBRATED = 2048
"""Training images at most from which BatchNorm statistics are taken before the first step."""


def with_statistics(state: State, dataset: Dataset) -> Networks:
    """The state's networks; before the first step a copy whose BatchNorms have statistics."""
    if state.epoch:
        return state.networks
    networks = copy.deepcopy(state.networks)
    images = floating(dataset.train_images[:CALIBRATED])
    calibrate(networks.backbone, images)
    calibrate(networks.projector, represent(networks.backbone, images))
    return networks


def observe_variances(config: Config, dataset: Dataset) -> Observe:
    """Variance of the directions of z and h, and the condition of z, over the test images."""
    del config

    def observe(state: State) -> dict[str, float | np.ndarray]:
        networks = with_statistics(state, dataset)
        z = represent(networks.backbone, dataset.test_images)
        condition = conditioning(z)
        return {
            "steps": state.steps,
            "variance_z": direction_variance(z),
            "variance_raw": total_variance(z),
            "variance_h": direction_variance(head_outputs(networks.projector, z)),
            "condition_published": condition.published,
            "condition": condition.honest,
            "rank": condition.rank,
            "effective_rank": condition.effective_rank,
        }

    return observe


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
        start = torch.Generator().manual_seed(state.epoch)
        return {
            "effective": found.effective.cpu().numpy(),
            "pullback": found.pullback.cpu().numpy(),
            "residuals": found.residuals.cpu().numpy(),
            "dimensions": z.shape[1],
            "length": outputs.norm(dim=1).cpu().numpy(),
            "cosine": F.cosine_similarity(outputs, targets.double()).cpu().numpy(),
            "estimate": estimate_as_published(head, config.objective, z, targets, start),
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
    return _kept(source, run)


def build_variances(arguments: tuple[object, ...], ctx: Context) -> dict[str, np.ndarray]:
    """Losses and variances while training; the arguments: a `Source` and a `Config`."""
    source, config = cast("tuple[Source, Config]", arguments)
    _, run = fit(source, config, ctx, observe_variances)
    return _kept(source, run)


def _kept(source: Source, run: TrainedRun) -> dict[str, np.ndarray]:
    return {"losses": np.array(run.losses), **run.curves, **timing(source, run)}

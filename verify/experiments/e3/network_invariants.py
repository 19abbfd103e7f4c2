"""Invariants of E3 that concern the trained networks and their training. Both gate a run."""

from __future__ import annotations

import copy
import math
from dataclasses import replace

import torch

from verify.claims.check import Arithmetic, Check, Context, Kind, Role
from verify.claims.evidence import Finding, Outcome
from verify.experiments.digits_networks import SIMCLR, runs
from verify.ssl.augment import quarter_turns, rotation_orbit
from verify.ssl.data import load_digits
from verify.ssl.digits_configs import DIGITS_SIMCLR
from verify.ssl.measurements import Protocol, project, represent, unit
from verify.ssl.training import to_arrays, train

EPS = torch.finfo(torch.float64).eps

IMAGES_PER_SEED = 60
"""Test images whose orbits are compared with their plain features."""

AMPLIFICATION = 1e6
"""How much larger than float64 rounding of an image its features' error may be: a loose bound on a
network's condition. Half a pixel moves the trained features of the digits by a tenth or more."""


def run_quarter_turns(ctx: Context) -> Finding:
    """An orbit passes through the features of the image itself and of its quarter turns."""
    dataset = load_digits().to(ctx.device)
    images = dataset.test_images[:IMAGES_PER_SEED].double()
    angles = torch.arange(5, dtype=torch.float64) * (math.pi / 2)
    turned = quarter_turns(images)[:, [0, 1, 2, 3, 0]]
    distances = []
    for run in runs(ctx, dataset):
        backbone, projector = (
            copy.deepcopy(m).double() for m in (run.trained.backbone, run.trained.projector)
        )
        z = represent(backbone, rotation_orbit(images, angles)), represent(backbone, turned)
        h = [project(projector, values, Protocol.CONSISTENT) for values in z]
        for orbit, plain in (map(unit, z), h):
            distances.append((orbit - plain).norm(dim=-1).max())
    worst = torch.stack(distances).max().item()
    margin = worst / (AMPLIFICATION * EPS)
    return Finding(
        outcome=Outcome.AS_STATED if margin <= 1 else Outcome.SURPRISE,
        summary=(
            f"Unit vectors at 0, 90, 180, 270 and 360 degrees differ from those of the turned "
            f"images by at most {worst:.1e} (allowed {AMPLIFICATION * EPS:.1e})."
        ),
        cases=len(images) * len(SIMCLR),
        margin=margin,
    )


def run_deterministic(ctx: Context) -> Finding:
    """One epoch from the same seed gives the same weights to the bit, from another seed others."""
    del ctx  # on the CPU whatever the device: CUDA's sums are not ordered
    dataset, config = load_digits(), replace(DIGITS_SIMCLR, epochs=1)
    first, again, other = (
        to_arrays(train(replace(config, seed=seed), dataset)) for seed in (0, 0, 1)
    )
    same = sum((first[name] == again[name]).all() for name in first)
    unlike = (first["backbone.layers.0.weight"] != other["backbone.layers.0.weight"]).any()
    return Finding(
        outcome=Outcome.AS_STATED if same == len(first) and unlike else Outcome.SURPRISE,
        summary=(
            f"{same} of {len(first)} arrays are equal to the bit when one epoch is trained twice."
        ),
        cases=len(first),
    )


CHECKS = (
    Check(
        id="E3.quarter_turns",
        title="Orbits of the trained networks pass through the plain features",
        role=Role.SUPPORTS,
        kind=Kind.PROPERTY,
        arithmetic=Arithmetic.FLOAT64,
        run=run_quarter_turns,
        artefacts=SIMCLR,
    ),
    Check(
        id="E3.deterministic",
        title="Training is deterministic",
        role=Role.SUPPORTS,
        kind=Kind.TRAINING,
        arithmetic=Arithmetic.FLOAT32,
        run=run_deterministic,
    ),
)

"""5.1 on trained digits backbones: the tangent space of real augmentations, before and after the head.

These backbones have ReLUs, so their orbits have kinks of their own: central differences are expected
to approach the Jacobian-vector products at second order only where no unit switches within a step.
"""

from __future__ import annotations

import copy
import math
from statistics import fmean

import torch
from torch import Tensor, nn

from theorems.thm51.images import EPS, RANK_TOLERANCE, base, differences, scaled, slopes
from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome, Table
from verify.experiments.networks import DIGITS_NETWORKS, Run
from verify.experiments.report import SETTING
from verify.numeric.decimals import rounded_down
from verify.ssl.augment import blur, brighten, contrast, similarity
from verify.ssl.data import load_digits
from verify.ssl.rotation_orbits import first_images

PARAMETERS = ("rotation", "shift right", "shift down", "scale", "brightness", "contrast", "blur")
"""All but blur were augmentations in training. Digits are grey: they have no hue or saturation."""

PER_CLASS = 2

STEP = 2.0**-14
"""Of the central differences: short enough that about half of the columns meet no kink."""

ORDER_TOLERANCE = 0.1
"""Allowed of an error where halving the step should divide it by four."""


def augmented(image: Tensor, theta: Tensor) -> Tensor:
    """T_theta x, (N, 1, S, S), for a grey image (1, S, S) and theta (N, 7)."""
    copies = image.expand(len(theta), -1, -1, -1)
    moved = similarity(copies, theta[:, 0], theta[:, 1:3], theta[:, 3])
    return blur(contrast(brighten(moved, theta[:, 4]), theta[:, 5]), theta[:, 6])


def switches(backbone: nn.Module, images: Tensor) -> Tensor:
    """Which ReLUs are on, (N, units)."""
    on = []
    x = images
    for layer in backbone.layers:  # type: ignore[union-attr]
        x = layer(x)
        if isinstance(layer, nn.ReLU):
            on.append((x > 0).flatten(1))
    return torch.cat(on, dim=1)


def _kinkless(backbone: nn.Module, image: Tensor, at: Tensor) -> Tensor:
    """The parameters (p,) for which every unit is on or off alike at 0, STEP / 2, STEP, and back."""
    axes = torch.eye(len(at), dtype=at.dtype)
    steps = torch.tensor([-1, -0.5, 0, 0.5, 1], dtype=at.dtype) * STEP
    points = at + axes[:, None] * steps[:, None]
    on = switches(backbone, augmented(image, points.flatten(0, 1))).unflatten(0, points.shape[:2])
    return (on == on[:, :1]).all((1, 2))


def _measure(run: Run, images: Tensor, at: Tensor) -> dict[str, Tensor]:
    """Tangents before and after the head, and the differences' errors, for every image."""
    backbone, head = (
        copy.deepcopy(module).double() for module in (run.trained.backbone, run.trained.projector)
    )
    found: dict[str, list[Tensor]] = {"z": [], "h": [], "still": [], "second": [], "error": []}
    for image in images:

        def path(theta: Tensor, image: Tensor = image) -> Tensor:
            return backbone(augmented(image, theta))

        def through(theta: Tensor, image: Tensor = image) -> Tensor:
            return head(backbone(augmented(image, theta)))

        with torch.no_grad():
            exact = slopes(path, at)
            errors = [differences(path, at, (h, h)) - exact for h in (STEP, STEP / 2)]
            rounding = 100 * EPS * path(at[None]).norm() / STEP
            gap = (errors[0] - 4 * errors[1]).norm(dim=0)
            found["z"].append(exact)
            found["h"].append(slopes(through, at))
            found["still"].append(_kinkless(backbone, image, at))
        found["second"].append(gap <= ORDER_TOLERANCE * errors[0].norm(dim=0) + rounding)
        found["error"].append(errors[1].norm(dim=0) / exact.norm(dim=0))
    return {name: torch.stack(values) for name, values in found.items()}


def _gap(columns: Tensor) -> tuple[int, float]:
    """The least rank over the images, and the least singular value over the largest."""
    s = torch.linalg.svdvals(torch.stack([scaled(each) for each in columns]))
    s = s / s[:, :1]
    return int((s > RANK_TOLERANCE).sum(1).min()), float(s[:, -1].min())


def tangent_spaces(ctx: Context) -> Finding:
    """Rank and singular values of V_aug through trained backbones, and what the head does to it."""
    dataset = load_digits()
    images, _ = first_images(dataset, PER_CLASS)
    shape = base(dataset.size)
    at = torch.cat([shape[:4], torch.tensor([1.1, 0.9, 0.7], dtype=torch.float64)])
    rows, gains, still, second, errors = [], [], [], [], []
    ranks, least = {"z": len(at), "h": len(at)}, {"z": math.inf, "h": math.inf}
    for run in DIGITS_NETWORKS.runs(ctx, dataset):
        found = _measure(run, images, at)
        for name in ("z", "h"):
            rank, smallest = _gap(found[name])
            ranks[name], least[name] = min(ranks[name], rank), min(least[name], smallest)
        gains.append(found["h"].norm(dim=1) / found["z"].norm(dim=1))
        still.append(found["still"])
        second.append(found["second"])
        errors.append(found["error"])
    gain, quiet, order, error = (torch.cat(x) for x in (gains, still, second, errors))
    for column, name in enumerate(PARAMETERS):
        none = quiet[:, column]
        rows.append(
            (
                name,
                f"{float(gain[:, column].square().mean().sqrt()):.2f}",
                f"{100 * fmean(none.tolist()):.0f} %",
                f"{int(order[none, column].sum())} of {int(none.sum())}",
                f"{float(error[none, column].max()):.0e}" if none.any() else "none",
            )
        )
    kept = int(order[quiet].sum())
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=f"Through trained backbones the {len(at)} tangents of {len(quiet)} digits span at least {ranks['z']} dimensions in z (last singular value over the first at least {rounded_down(least['z'], 1)}) and {ranks['h']} in h ({rounded_down(least['h'], 1)}). Where no ReLU switches, central differences behave as of second order in {kept} of {int(quiet.sum())} columns.",
        cases=len(quiet),
        tables=(
            Table(
                title=f"Tangents through trained backbones, by augmentation: {SETTING}",
                columns=(
                    "augmentation",
                    "|J v| / |v| of the head, root mean square",
                    "no ReLU switches within a step",
                    "second order there",
                    "central difference off there by at most, relatively",
                ),
                rows=tuple(rows),
                note="Three training seeds. The last differences are exact up to rounding where the orbit is quadratic, as it is between kinks for brightness and contrast.",
            ),
        ),
    )

"""5.2 on trained digits networks: slopes of the head along true rotation orbits.

An orbit theta -> f(R_theta x) of a test image x is a closed curve of length l in representations.
Forward mode gives its velocity and that of its image under the head g, hence |J tau| for the unit
tangent tau; the statement bounds by it how far the image spreads. What contracts along orbits may
contract everything, so |J tau| is set beside |J b| for other unit vectors b: of random direction,
and between the centroids of classes, which the published account says are preserved.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from theorems.prop52 import bounds as limits
from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome, Table
from verify.experiments.networks import DIGITS_NETWORKS
from verify.experiments.report import SETTING, answer_over_seeds, over_seeds, spans
from verify.numeric.modules import head_of
from verify.ssl.data import Dataset, load_digits
from verify.ssl.measurements import Interval, bootstrap_weights, percentile_interval
from verify.ssl.rotation_orbits import Orbits, first_images, rotation_orbits
from verify.ssl.training import Networks

NAMES = TRAINED, FRESH, UNTRAINED = "trained", "fresh head", "untrained network"

CRITERION = r"Semantics are preserved. Yes: in every training seed the ratio of the root mean square of $|J b|$ over unit vectors $b$ between class centroids to that of $|J \tau|$ over unit tangents of the rotation orbits, at the same points, has a 95 % bootstrap interval over images above 1. No: below 1 in every seed. Undecided otherwise. Owed to training, by the same rule: the interval lies above those of the untrained network and of a fresh head on the trained backbone."
"""Fixed before the first run."""

PER_CLASS = {"chain": 1, "semantics": 6}
"""Test images of each class."""

EVERY = 13
"""Every so many of these angles the whole Jacobian is formed: at 3, 76, 149, 222 and 295 degrees,
which lie at different distances from the quarter turns."""

DISCRETISATION = 0.1
"""Allowed beyond 1 for means and lengths from 64 points of a closed curve. A midpoint rule errs by half of
what its values vary by from point to point, on average; here that is some 10 % of a slope."""

DRAWS, BOOTSTRAP_SEED = 1000, 52


def bounds(found: Orbits) -> dict[str, Tensor]:
    """Measured over bound, (n,), of every inequality for closed curves."""
    diameter, spread = torch.cdist(found.h, found.h).amax((1, 2)), found.spread(found.h)
    return {
        "diameter / half the image's length": diameter
        / limits.closed_diameter(1, found.image_length),
        r"diameter / $(\delta \ell / 2)$": diameter
        / limits.closed_diameter(found.steepest, found.length),
        "variance / mean-square bound": spread / limits.poincare(found.length, found.slope, True),
        "variance / largest-slope bound": spread
        / limits.poincare(found.length, found.steepest**2, True),
    }


def polygons(found: Orbits) -> dict[str, Tensor]:
    """The polygon through an orbit's points over the length that was found, (n,): a check of the lengths."""
    return {
        r"polygon of $z$ / $\ell$": _polygon(found.z) / found.length,
        "polygon of $h(z)$ / the image's length": _polygon(found.h) / found.image_length,
    }


def _polygon(points: Tensor) -> Tensor:
    """Lengths (n,) of the closed polygons through points (n, A, m), which no curve undercuts."""
    return (points.roll(-1, 1) - points).norm(dim=-1).sum(1)


def networks(ctx: Context, dataset: Dataset) -> Iterator[tuple[int, str, Networks]]:
    """Every training seed's trained network and its controls, by seed and name."""
    for run in DIGITS_NETWORKS.runs(ctx, dataset):
        named = {TRAINED: run.trained, FRESH: run.fresh, UNTRAINED: run.untrained}
        for name, network in named.items():
            yield run.seed, name, network


def between(z: Tensor, classes: Tensor) -> Tensor:
    """Unit vectors from each class's centroid to the others', (classes, classes - 1, d)."""
    present = classes.unique()
    centroids = torch.stack([z[classes == c].mean((0, 1)) for c in present])
    gaps = centroids[None] - centroids[:, None]
    others = ~torch.eye(len(present), dtype=torch.bool)
    gaps = gaps[others].view(len(present), len(present) - 1, -1)
    return gaps / gaps.norm(dim=-1, keepdim=True)


def gains(network: Networks, found: Orbits, classes: Tensor) -> dict[str, Tensor]:
    """Mean squares of |J b| over the points of every orbit, (n,) each, for unit vectors b.

    For random b the mean is that over the whole sphere, |J|^2 / d with the Frobenius norm.
    """
    head, d = head_of(network.projector), found.z.shape[-1]
    _, rank = classes.unique(return_inverse=True)
    directions = between(found.z, classes)[rank]
    random, across = [], []
    for z, b in zip(found.z, directions, strict=True):
        jacobian = head.trace(z).jacobian()
        random.append(jacobian.square().sum((1, 2)).mean() / d)
        across.append((jacobian @ b.T).square().sum(1).mean())
    return {
        "orbit": found.slopes.square().mean(1),
        "random": torch.stack(random),
        "class": torch.stack(across),
    }


def _sorted(rows: list[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Rows by network, and by seed within."""
    return tuple(sorted(rows, key=lambda row: (NAMES.index(row[0]), row[1])))


def chain(ctx: Context) -> Finding:
    """The bounds on real orbits, and how much of them the measured spread takes up."""
    dataset = load_digits()
    images, _ = first_images(dataset, PER_CLASS["chain"])
    taken, sides, cases = 0.0, 0.0, 0
    rows: list[tuple[str, ...]] = []
    ratios: dict[str, Tensor] = {}
    for seed, name, network in networks(ctx, dataset):
        found = rotation_orbits(network, images)
        spread, around = bounds(found), polygons(found)
        taken = max(taken, *(float(r.max()) for r in spread.values()))
        sides = max(sides, *(float(r.max()) for r in around.values()))
        ratios = spread | around
        cases += len(images)
        linear = found.spread(found.h) / (found.slope * found.spread(found.z))
        rows.append(
            (
                name,
                str(seed),
                f"{float(found.length.median()):.0f}",
                f"{float(found.slope.sqrt().median()):.2f}",
                f"{float(found.steepest.median()):.2f}",
                *(f"{float(r.median()):.2f} ({float(r.max()):.2f})" for r in ratios.values()),
                f"{float(linear.median()):.2f}",
            )
        )
    worst = max(taken, sides)
    return Finding(
        outcome=Outcome.AS_STATED if worst <= 1 + DISCRETISATION else Outcome.SURPRISE,
        summary=f"On {cases} rotation orbits, of trained networks and controls, diameter and variance of the image are at most {taken:.2f} of their bounds. The polygon through an orbit's points, than which no curve through them is shorter, is at most {sides:.2f} of the length found. Allowed is {1 + DISCRETISATION:g} of either, since lengths and means are taken from 64 points.",
        cases=cases,
        margin=worst / (1 + DISCRETISATION),
        residuals={"diameter or variance / bound": taken, "polygon / length": sides},
        tables=(
            Table(
                title=f"Predicted and measured spread along rotation orbits: {SETTING}",
                columns=(
                    "network",
                    "seed",
                    r"$\ell$",
                    r"$|J \tau|$, root mean square",
                    r"$\delta$",
                    *ratios,
                    r"variance of $h(z)$ / (mean $|J \tau|^2$ times variance of $z$)",
                ),
                rows=_sorted(rows),
                note=r"Medians over orbits; in parentheses the largest. Raw representations, uniform arclength. The mean-square bound is $(\ell / 2\pi)^2$ times the mean of $|J \tau|^2$, the largest-slope bound $(\ell / 2\pi)^2 \delta^2$. The polygon joins the 64 points of a curve by straight lines and tests the lengths found, not the statement: no curve through the points is shorter.",
            ),
        ),
    )


def semantics(ctx: Context) -> Finding:
    """Contraction along orbits against that in random and in between-class directions."""
    dataset = load_digits()
    images, classes = first_images(dataset, PER_CLASS["semantics"])
    intervals: dict[str, list[Interval]] = {name: [] for name in NAMES}
    random: list[Interval] = []
    ratios: dict[str, dict[str, list[float]]] = {name: {} for name in NAMES}
    rows: list[tuple[str, ...]] = []
    for seed, name, network in networks(ctx, dataset):
        gain = gains(network, rotation_orbits(network, images, EVERY), classes)
        generator = torch.Generator().manual_seed(BOOTSTRAP_SEED)
        weights = bootstrap_weights(classes, DRAWS, generator)
        drawn = {key: ((weights @ gain[key]) / (weights @ gain["orbit"])).sqrt() for key in gain}
        plain = {key: float((gain[key].mean() / gain["orbit"].mean()).sqrt()) for key in gain}
        spread = {key: percentile_interval(drawn[key]) for key in ("random", "class")}
        intervals[name].append(spread["class"])
        random += [spread["random"]] if name == TRAINED else []
        for key, ratio in plain.items():
            ratios[name].setdefault(key, []).append(ratio)
        rows.append(
            (
                name,
                str(seed),
                *(f"{float(gain[key].mean().sqrt()):.2f}" for key in gain),
                *(f"{plain[key]:.2f} {spans([spread[key]])}" for key in spread),
            )
        )
    trained = intervals[TRAINED]
    answer, beyond = (
        answer_over_seeds([i.low > 1 for i in each], [i.high < 1 for i in each])
        for each in (trained, random)
    )
    controls = list(zip(intervals[FRESH], intervals[UNTRAINED], strict=True))
    owed = answer_over_seeds(
        [i.low > max(c.high for c in cs) for i, cs in zip(trained, controls, strict=True)],
        [i.high < min(c.low for c in cs) for i, cs in zip(trained, controls, strict=True)],
    )
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=f"Semantics are preserved: {answer}. A unit step between class centroids moves the trained head's output {over_seeds(ratios[TRAINED]['class'])} times as far as one along a rotation orbit ({spans(trained)}); a fresh head's {over_seeds(ratios[FRESH]['class'])}, an untrained network's {over_seeds(ratios[UNTRAINED]['class'])}. Owed to training: {owed}. By the same rule, orbits are contracted more than random directions: {beyond}. A random unit step moves the trained head's output {over_seeds(ratios[TRAINED]['random'])} times as far as one along the orbit ({spans(random)}).",
        cases=len(rows) * len(images),
        tables=(
            Table(
                title=f"Root mean square of $|J b|$ for unit vectors $b$: {SETTING}",
                columns=(
                    "network",
                    "seed",
                    "along the orbit",
                    "random",
                    "between classes",
                    "random / orbit",
                    "between classes / orbit",
                ),
                rows=_sorted(rows),
                note=f"In brackets 95 % bootstrap intervals over {len(images)} images. {CRITERION} That the rule is put to random directions too was decided after the first runs.",
            ),
        ),
    )

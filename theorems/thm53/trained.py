"""5.3 on trained digits networks: Fisher matrices of probes, and which hypotheses hold for them.

A probe p(y | z) = softmax(W z + b) has the Fisher matrix I_z = W^T (diag p - p p^T) W about z; one
on the head's output has I_h = J^T (..) J, pulled back to z. These are two models, as in the reading
`models`. The location family z ~ N(theta, sigma^2 1) as sigma -> 0 is a third, to leading order:
sigma^2 I_z = 1, sigma^2 I_h -> J^+ J where the rank of J is constant nearby, and data processing holds
of the limits. V is the tangent of the rotation orbit.
"""

from __future__ import annotations

from statistics import fmean
from typing import NamedTuple

import torch
from torch import Tensor

from theorems.thm53.bounds import rank_bound
from theorems.thm53.fisher import RANK_TOLERANCE, Fisher, probe_root
from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome, Plot, Series, Table
from verify.experiments.networks import DIGITS_NETWORKS, SEEDS, Run
from verify.experiments.report import SETTING
from verify.numeric.modules import head_of
from verify.ssl.augment import quarter_turns
from verify.ssl.data import Dataset, load_digits
from verify.ssl.measurements import head_outputs, represent
from verify.ssl.probes import ProbeConfig, Probes, train_probes
from verify.ssl.rotation_orbits import Orbits, first_images, rotation_orbits

PER_CLASS, EVERY = 3, 13
"""Test images of each class, and which of the orbits' 64 angles are taken: five of them."""

PROBE = ProbeConfig()
PROBE_SEED = 53

CLASSES = {"rotation": 4, "class": 10}


def _probes(run: Run, dataset: Dataset) -> dict[tuple[str, str], Probes]:
    """Linear probes of the rotation and of the class, on z and on h, from all training images."""
    z = represent(run.trained.backbone, quarter_turns(dataset.train_images)).flatten(0, 1)
    count = len(dataset.train_images)
    labels = {
        "rotation": torch.arange(4).repeat(count),
        "class": dataset.train_labels.repeat_interleave(4),
    }
    features = {"z": z, "h": head_outputs(run.trained.projector, z)}
    return {
        (label, name): train_probes(x[None], y[None], CLASSES[label], 0, PROBE_SEED, PROBE)
        for label, y in labels.items()
        for name, x in features.items()
    }


def _matrices(run: Run, dataset: Dataset, found: Orbits) -> dict[tuple[str, str], Fisher]:
    """Every Fisher matrix about z at the orbits' points, by model and representation."""
    z, h = found.z.flatten(0, 1), found.h.flatten(0, 1)
    jacobian = head_of(run.trained.projector).trace(z).jacobian()
    matrices = {}
    for (label, name), probes in _probes(run, dataset).items():
        root = probe_root(probes, z if name == "z" else h)
        matrices[label, name] = Fisher(root if name == "z" else root @ jacobian)
    _, s, vh = torch.linalg.svd(jacobian, full_matrices=False)
    kept = s**2 > RANK_TOLERANCE * s[:, :1] ** 2
    matrices["location", "z"] = Fisher(torch.eye(z.shape[1]).to(z).expand(len(z), -1, -1))
    matrices["location", "h"] = Fisher(vh * kept[:, :, None])
    return matrices


class Seen(NamedTuple):
    """What the tables say of one model on one network: figures over its points.

    Attributes:
        ranks: least and largest rank of I_z and of I_h.
        exceeding: share of points where rank I_h > rank I_z - 1.
        unprocessed: share of tr I_h in ker I_z, median and largest.
        along: medians of v^T I_z v and v^T I_h v over those of a random direction.
        seen: the largest v^T I_h v over that of a random direction.
        overlapping: share of points where v lies in ker I_z.
        spectra: of the mean matrices.
    """

    ranks: tuple[tuple[int, int], tuple[int, int]]
    exceeding: float
    unprocessed: tuple[float, float]
    along: tuple[float, float]
    seen: float
    overlapping: float
    spectra: tuple[Tensor, Tensor]

    @classmethod
    def at(cls, i_z: Fisher, i_h: Fisher, v: Tensor) -> Seen:
        """Compare two Fisher matrices at the points whose orbit tangents are v (m, d)."""
        ranks, outside = (i_z.ranks, i_h.ranks), i_h.outside(i_z)
        along = i_z.along(v), i_h.along(v)
        return cls(
            ranks=tuple((int(r.min()), int(r.max())) for r in ranks),  # type: ignore[arg-type]
            exceeding=float((ranks[1] > rank_bound(ranks[0], 1)).double().mean()),
            unprocessed=(float(outside.median()), float(outside.max())),
            along=(float(along[0].median()), float(along[1].median())),
            seen=float(along[1].max()),
            overlapping=float((along[0] <= RANK_TOLERANCE).double().mean()),
            spectra=(i_z.mean_spectrum, i_h.mean_spectrum),
        )


def _span(ranks: list[tuple[int, int]]) -> str:
    low, high = min(r[0] for r in ranks), max(r[1] for r in ranks)
    return str(low) if low == high else f"{low} to {high}"


MODELS = {
    "rotation": "linear probe of the rotation",
    "class": "linear probe of the class",
    "location": "location family, leading order",
}


def information(ctx: Context) -> Finding:
    """Ranks and spectra of Fisher matrices on z and on h, and the hypotheses of the readings."""
    dataset = load_digits()
    images, _ = first_images(dataset, PER_CLASS)
    seen: dict[str, list[Seen]] = {model: [] for model in MODELS}
    invariance, steepest, count = [], 0.0, 0
    for run in DIGITS_NETWORKS.runs(ctx, dataset):
        found = rotation_orbits(run.trained, images, EVERY)
        v = (found.velocity / found.speed[..., None]).flatten(0, 1)
        matrices = _matrices(run, dataset, found)
        for model in MODELS:
            seen[model].append(Seen.at(matrices[model, "z"], matrices[model, "h"], v))
        invariance.append(float(found.slopes.median()))
        steepest = max(steepest, float(found.slopes.max()))
        count += len(v)
    average = {
        model: tuple(fmean(s.along[side] for s in each) for side in (0, 1))
        for model, each in seen.items()
    }
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=(
            f"At {count} points of rotation orbits the trained heads have $|J v| = {fmean(invariance):.2f}$ in the median, for the unit tangent $v$, where invariance is 0. Over that of a random direction, the information along the orbit goes from "
            + ", ".join(
                f"{before:.2f} on $z$ to {after:.2f} on $h$ ({MODELS[model]})"
                for model, (before, after) in average.items()
            )
            + "."
        ),
        cases=count,
        tables=(_rank_table(seen), _hypothesis_table(seen, average, invariance, steepest)),
        plots=(_spectrum_plot(seen),),
    )


def _rank_table(seen: dict[str, list[Seen]]) -> Table:
    rows = []
    for model, each in seen.items():
        for side, name in enumerate(("z", "h")):
            spectra = [s.spectra[side] / s.spectra[side][0] for s in each]
            ranks = [int((x > RANK_TOLERANCE).sum()) for x in spectra]
            effective, third, tenth = (
                fmean(map(float, figure))
                for figure in zip(*((x.sum(), x[2], x[9]) for x in spectra), strict=True)
            )
            at_a_point, of_the_mean = (
                _span([s.ranks[side] for s in each]),
                _span([(min(ranks), max(ranks))]),
            )
            rows.append(
                (
                    MODELS[model],
                    name,
                    at_a_point,
                    of_the_mean,
                    f"{effective:.1f}",
                    f"{third:.1e}",
                    f"{tenth:.1e}",
                )
            )
    return Table(
        title=f"Fisher matrices about $z$, trained heads, {len(SEEDS)} seeds: {SETTING}",
        columns=(
            "model",
            "of",
            "rank at a point",
            "rank of the mean",
            "trace / largest eigenvalue of the mean",
            "its third eigenvalue / first",
            "its tenth / first",
        ),
        rows=tuple(rows),
        note=f"Eigenvalues above {RANK_TOLERANCE:.0e} of the largest count. Averaged over points, the matrix of $h$ gains rank, since $J$ turns with $z$. The location family is $z \\sim N(\\theta, \\sigma^2 1)$, of which the limits of $\\sigma^2 I_z$ and $\\sigma^2 I_h$ as $\\sigma \\to 0$ are shown: $1$ and, where the rank of $J$ is constant nearby, $J^+ J$, whose rank is that of $J$. Before the limit $I_h$ may have a larger rank: at $\\sigma = 1$ on parabolas it has (check thm53.published.parabola).",
    )


def _hypothesis_table(
    seen: dict[str, list[Seen]],
    average: dict[str, tuple[float, ...]],
    invariance: list[float],
    steepest: float,
) -> Table:
    rows = []
    for model, each in seen.items():
        before, after = average[model]
        exceeding = fmean(s.exceeding for s in each)
        lost = rf"{fmean(s.unprocessed[0] for s in each):.2f} of $\operatorname{{tr}} I_h$ in $\ker I_z$"
        found = (
            (max(s.unprocessed[1] for s in each) <= RANK_TOLERANCE, lost),
            (steepest <= RANK_TOLERANCE, f"$|J v| = {fmean(invariance):.2f}$"),
            (max(s.seen for s in each) <= RANK_TOLERANCE, f"{after:.2f} of the average"),
            (not any(s.overlapping for s in each), f"$v^T I_z v$ is {before:.2f} of the average"),
            (exceeding == 0, f"exceeded at {100 * exceeding:.0f} % of points"),
        )
        rows.append(
            (
                MODELS[model],
                *(f"{'holds' if held else 'fails'}: {figure}" for held, figure in found),
            )
        )
    return Table(
        title=f"Hypotheses of 5.3 at trained heads, $V$ the tangent of the rotation orbit: {SETTING}",
        columns=(
            "model",
            "function: $\\ker I_z \\subseteq \\ker I_h$",
            "point: $J v = 0$",
            "law: $I_h v = 0$",
            "transversal: $v \\notin \\ker I_z$",
            "bound: $\\operatorname{rank} I_h \\leq \\operatorname{rank} I_z - 1$",
        ),
        rows=tuple(rows),
        note=f"Holds: at every point, up to {RANK_TOLERANCE:.0e}. The figures are medians over points, $v$ a unit vector; the average is over random directions. Where a hypothesis fails, whether the published bound is exceeded neither confirms nor refutes it.",
    )


def _spectrum_plot(seen: dict[str, list[Seen]]) -> Plot:
    series = []
    for model, each in seen.items():
        for name, values in zip(("z", "h"), each[0].spectra, strict=True):
            kept = (values[values > RANK_TOLERANCE * values[0]] / values[0]).tolist()
            numbers = tuple(map(float, range(1, len(kept) + 1)))
            series.append(Series(label=f"{MODELS[model]}, {name}", x=numbers, y=tuple(kept)))
    return Plot(
        title=f"Spectra of the mean Fisher matrices about $z$, seed {SEEDS[0]}: {SETTING}",
        kind="line",
        series=tuple(series),
        xlabel="eigenvalue, by size",
        ylabel="over the largest",
        yscale="log",
    )

"""Invariants of E3's measurement, and what shows that their checks can fail. All gate a run.

Each property is run as it stands and once more with what makes it true taken away: unit vectors,
the division by the total variance, the absence of BatchNorm, positive homogeneity.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated

import torch
from hypothesis import strategies as st
from torch import Tensor, nn

from verify.claims.check import Context
from verify.claims.declare import invariant, mutant_check, property_check, section, trial
from verify.claims.describe import HIDDEN
from verify.claims.evidence import Finding, finding
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors
from verify.experiments.networks import DIGITS_NETWORKS, DIGITS_SIMCLR
from verify.numeric.decimals import rounded_up
from verify.ssl.augment import quarter_turns, rotation_orbit
from verify.ssl.backbones import Projector, seeded
from verify.ssl.data import load_digits
from verify.ssl.measurements import (
    Contraction,
    Protocol,
    contraction,
    equal_weights,
    project,
    represent,
    summarise,
    unit,
)
from verify.ssl.training import to_arrays, train

EPS = torch.finfo(torch.float64).eps

# --- the spread of unit vectors, two ways ---------------------------------------------------


@st.composite
def clouds(draw: st.DrawFn) -> Tensor:
    """Orbits of points (n, A, d)."""
    shape = draw(st.tuples(st.integers(2, 4), st.integers(2, 5), st.integers(1, 4)))
    return draw(tensors(shape))


def spread_ratio(points: Tensor) -> float:
    """E|x - E x|^2 over each orbit against 1 - |E x|^2, which agree for unit vectors only."""
    _, count, length = points.shape
    direct = summarise(points, torch.zeros(len(points), dtype=torch.int64)).spreads
    other = 1 - points.mean(1).square().sum(-1)
    allowed = 4 * (count + length + 4) * EPS  # roundings of sums of numbers of size at most 1
    return ((direct - other).abs().max() / allowed).item()


def unit_spread_ratio(points: Tensor) -> float:
    """`spread_ratio` of the unit vectors."""
    if (points.norm(dim=-1) == 0).any():
        raise Vacuous
    return spread_ratio(unit(points))


SPREAD = Claim(
    "the spread of unit vectors is one minus the squared norm of their mean",
    clouds,
    unit_spread_ratio,
)

SPREAD_OF_ANY = Claim(
    "the spread of any vectors is one minus the squared norm of their mean", clouds, spread_ratio
)


# --- shrinking everything towards a point ---------------------------------------------------


@dataclass(frozen=True)
class Shrinking:
    """Orbits z and h (n, A, d), and h after h -> centre + 2^-halvings (h - centre), exactly."""

    z: Tensor
    h: Tensor
    centre: Tensor
    halvings: int

    @property
    def shrunk(self) -> Tensor:
        """The shrunk h; no rounding, since every entry is a small dyadic rational."""
        return self.centre + 2.0**-self.halvings * (self.h - self.centre)


@st.composite
def shrinkings(draw: st.DrawFn) -> Shrinking:
    """Shrinkings of random orbits towards random points."""
    shape = draw(st.tuples(st.integers(2, 4), st.integers(2, 5), st.integers(1, 4)))
    z, h, centre = draw(tensors(shape)), draw(tensors(shape)), draw(tensors(shape[2:]))
    return Shrinking(z, h, centre, draw(st.integers(1, 8)))


def _contraction(z: Tensor, h: Tensor) -> tuple[Contraction, float]:
    """The contraction of orbits in two classes, and the relative rounding error to expect of it.

    Raises:
        Vacuous: if a spread, a variance or a distance between classes vanishes.
    """
    classes = torch.arange(len(z)) % 2
    found = contraction(summarise(z, classes), summarise(h, classes), equal_weights(classes))
    condition = 1.0
    for s in (found.z, found.h):
        if min(s.spread, s.inter, s.intra) <= EPS * s.variance:
            raise Vacuous
        condition = max(condition, (s.variance / s.spread).item(), (s.variance / s.inter**2).item())
    return found, 16 * (sum(z.shape) + 8) * EPS * condition


def shrinking_ratio(case: Shrinking, quantity: str = "selectivity") -> float:
    """A quantity of `Contraction` is the same for h and the shrunk h."""
    before, allowed = _contraction(case.z, case.h)
    after, _ = _contraction(case.z, case.shrunk)
    change = getattr(after, quantity) / getattr(before, quantity) - 1
    return (change.abs() / allowed).item()


SELECTIVITY = Claim(
    "shrinking h towards a point leaves the selectivity unchanged",
    shrinkings,
    shrinking_ratio,
    case_divisor=2,
)

COMPRESSION = SELECTIVITY.mutant(
    "shrinking h towards a point leaves the published compression unchanged", quantity="compression"
)


# --- heads that change no angle -------------------------------------------------------------


@dataclass(frozen=True)
class HeadCase:
    """A head in evaluation mode and raw representations z (..., d), float64."""

    head: Annotated[nn.Module, HIDDEN]
    z: Tensor
    text: Annotated[str, "head"]


@st.composite
def isometries(draw: st.DrawFn) -> HeadCase:
    """Heads that rotate and rescale, z -> scale * Q z with orthogonal Q."""
    z = draw(clouds())
    length = z.shape[-1]
    seed = draw(st.integers(0, 2**63 - 1))
    scale = draw(st.sampled_from((0.01, 0.7, 3.0, 100.0)))
    generator = torch.Generator().manual_seed(seed)
    gaussian = torch.randn(length, length, generator=generator, dtype=torch.float64)
    head = seeded(lambda: nn.Linear(length, length, bias=False).double(), seed)
    head.weight.data = scale * torch.linalg.qr(gaussian).Q
    return HeadCase(head.eval(), z, f"{scale} times the orthogonal matrix of seed {seed}")


def isometry_ratio(case: HeadCase) -> float:
    """Every ratio of z to h is 1, under both protocols."""
    if (case.z.norm(dim=-1) == 0).any():
        raise Vacuous
    errors = []
    for protocol in Protocol:
        found, allowed = _contraction(unit(case.z), project(case.head, case.z, protocol))
        allowed /= found.z.spread.item()  # normalising errs by a few roundings in each point
        for quantity in ("compression", "shrinkage", "selectivity", "semantic_gain"):
            errors.append((getattr(found, quantity) - 1).abs() / allowed)
    return torch.cat(errors).max().item()


ISOMETRY = Claim(
    "compression, shrinkage, selectivity and gain of a head that rotates and rescales are 1",
    isometries,
    isometry_ratio,
    case_divisor=2,
)


# --- when the published protocol is the consistent one --------------------------------------


@st.composite
def projectors(
    draw: st.DrawFn, activations: tuple[str, ...], batchnorm: bool, layers: int = 2, points: int = 1
) -> HeadCase:
    """Bias-free projectors of one or two layers at z (points, d); BatchNorm has random statistics."""
    z = draw(tensors((points, draw(st.integers(1, 4)))))
    hidden, output = draw(st.integers(2, 8)), draw(st.integers(1, 4))
    widths = (z.shape[-1], *(hidden,) * (layers - 1), output)
    activation, seed = draw(st.sampled_from(activations)), draw(st.integers(0, 2**63 - 1))
    head = seeded(lambda: Projector(widths, activation, batchnorm).double(), seed)
    generator = torch.Generator().manual_seed(seed)
    for name, buffer in head.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            buffer.uniform_(0.5, 2, generator=generator)
    with_norm = "with" if batchnorm else "without"
    return HeadCase(
        head.eval(), z, f"{activation} projector {widths} {with_norm} BatchNorm, seed {seed}"
    )


def protocol_ratio(case: HeadCase) -> float:
    """The two protocols give the same h, to the rounding of bias-free layers."""
    outputs, magnitudes, roundings = case.head(case.z), case.z.abs(), 8
    if case.z.norm() == 0 or outputs.norm() == 0:
        raise Vacuous
    for layer in case.head.modules():
        if isinstance(layer, nn.Linear):
            magnitudes = magnitudes @ layer.weight.abs().T
            roundings += layer.in_features + layer.out_features
    # Componentwise error bound of the products, as an error of the direction of the output.
    allowed = 4 * roundings * EPS * magnitudes.norm() / outputs.norm()
    consistent = project(case.head, case.z, Protocol.CONSISTENT)
    published = project(case.head, case.z, Protocol.PUBLISHED)
    return ((consistent - published).norm() / allowed).item()


def _coincide(heads: str, activations: tuple[str, ...], batchnorm: bool) -> Claim[HeadCase]:
    return Claim(
        f"the published and the consistent protocol give the same h for {heads}",
        partial(projectors, activations, batchnorm),
        protocol_ratio,
    )


HOMOGENEOUS = _coincide(
    "bias-free ReLU or linear heads without BatchNorm", ("relu", "linear"), False
)
BATCHNORM = _coincide("bias-free ReLU or linear heads with BatchNorm", ("relu", "linear"), True)
SMOOTH = _coincide("bias-free Swish or GELU heads without BatchNorm", ("swish", "gelu"), False)


# --- the trained networks and their training ------------------------------------------------

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
    orbits, turned = rotation_orbit(images, angles), quarter_turns(images)[:, [0, 1, 2, 3, 0]]
    distances = []
    for run in DIGITS_NETWORKS.runs(ctx, dataset):
        backbone, projector = (
            copy.deepcopy(m).double() for m in (run.trained.backbone, run.trained.projector)
        )
        z = represent(backbone, orbits), represent(backbone, turned)
        h = (project(projector, values, Protocol.CONSISTENT) for values in z)
        distances += [
            (orbit - plain).norm(dim=-1).max() for orbit, plain in (tuple(map(unit, z)), tuple(h))
        ]
    worst = torch.stack(distances).max().item()
    margin = worst / (AMPLIFICATION * EPS)
    return finding(
        margin <= 1,
        f"Unit vectors at 0, 90, 180, 270 and 360 degrees differ from those of the turned images by at most {rounded_up(worst, 2)} (allowed {AMPLIFICATION * EPS:.1e}).",
        cases=len(images) * len(DIGITS_NETWORKS.seeds),
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
    return finding(
        same == len(first) and bool(unlike),
        f"{same} of {len(first)} arrays are equal to the bit when one epoch is trained twice.",
        cases=len(first),
    )


CHECKS = section(
    "E3",
    property_check("spread", "The spread of unit vectors, computed two ways", SPREAD),
    mutant_check("spread.any", SPREAD_OF_ANY),
    property_check("selectivity", "Selectivity ignores global shrinking", SELECTIVITY),
    mutant_check("selectivity.compression", COMPRESSION),
    property_check("isometry", "A head that rotates and rescales contracts nothing", ISOMETRY),
    property_check(
        "homogeneous",
        "Both protocols agree for a bias-free ReLU or linear head without BatchNorm",
        HOMOGENEOUS,
    ),
    mutant_check("homogeneous.batchnorm", BATCHNORM),
    mutant_check("homogeneous.smooth", SMOOTH),
    invariant(
        "quarter_turns",
        "Orbits of the trained networks pass through the plain features",
        run_quarter_turns,
        artefacts=DIGITS_NETWORKS.artefacts,
    ),
    trial("deterministic", "Training is deterministic", run_deterministic),
)

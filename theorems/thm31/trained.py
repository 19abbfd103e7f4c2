"""Does training whiten? Linear heads trained on the digits, against no head.

3.1 says that a linear head exists which whitens; this measures what training finds. H_L is the
Hessian of the objective in one sample's output u = Wz, all other outputs held fixed, and H_eff =
W^T H_L W. Their loss subspaces are spanned by the eigenvectors of positive eigenvalues, and where W
has rank k they have one dimension (Sylvester), so that kappa(H_eff) and kappa(H_L) compare: a head
that whitens brings the first below the second, and to 1. Without a head the two are equal.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median
from typing import NamedTuple

import torch
from torch import Tensor

from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome, Table
from verify.engine.artefact import Artefact
from verify.experiments.networks import DIGITS_SIMCLR, SEEDS
from verify.numeric.effective_rank import effective_ranks
from verify.numeric.objectives import OBJECTIVES, BarlowWeight, Loss, Temperature, VICRegWeights
from verify.numeric.operators import symmetrised
from verify.ssl.backbones import calibrate
from verify.ssl.data import DIGITS_SOURCE, Dataset, load_digits
from verify.ssl.measurements import represent
from verify.ssl.training import Config, Mlp, Networks, build, from_arrays, untrained

LINEAR = replace(
    DIGITS_SIMCLR,
    projector=Mlp(widths=(32,), activation="linear", batchnorm=False),
    representation=64,
    batch=64,
    epochs=4,
)
"""SimCLR with a linear head, 64-32; short runs, since twelve networks are trained."""

CONFIGS = {
    "InfoNCE, no head": replace(LINEAR, projector=None),
    "InfoNCE, linear head": LINEAR,
    "VICReg as released, linear head": replace(
        LINEAR,
        objective="vicreg",
        temperature=math.nan,
        weights=VICRegWeights(invariance=25 / LINEAR.output, variance=25 / 2),
    ),
    "Barlow Twins, linear head": replace(
        LINEAR, objective="barlow_twins", temperature=math.nan, weights=BarlowWeight()
    ),
}
"""The last two objectives ask for white outputs explicitly. VICReg's released code divides the distance by
the number of outputs and the hinges by 2; the paper's formula with the same weights, 25, 25 and 1, counts the
distance as many times as there are outputs and the hinges twice as much. Barlow Twins has its paper's weight."""

ARTEFACTS = {
    name: tuple(
        Artefact(
            f"digits-{'-'.join(name.lower().replace(',', '').split())}-{seed}",
            build,
            (DIGITS_SOURCE, replace(config, seed=seed)),
        )
        for seed in SEEDS
    )
    for name, config in CONFIGS.items()
}

SPREAD = 512
"""Training images over which the outputs' covariance is taken."""

ANCHORS = 4
"""Samples of the first view at which the Hessians are taken."""

COLLAPSED = 0.1
"""Share of the outputs' deviation before training up to which a trained network's outputs have collapsed."""

RESOLVED = 1e-10
"""Eigenvalues that count, over the largest modulus; those of order 64 are right to 64 eps of it."""


class Conditions(NamedTuple):
    """Condition numbers on the loss subspace, medians over the anchors.

    Attributes:
        positive: dimension of the loss subspace, n_+ of H_eff.
        loss: kappa of H_L on its own.
        effective: kappa of H_eff.
        head: kappa of W W^T.
        roy_vetterli, von_neumann: effective ranks of the centred outputs, of their singular values and of
            their covariance's eigenvalues.
        deviation: of the outputs, a mean over features.
    """

    positive: float
    loss: float
    effective: float
    head: float
    roy_vetterli: float
    von_neumann: float
    deviation: float


def bound(config: Config) -> Loss:
    """The objective that the configuration trains, with its constants."""
    constants = config.weights or Temperature(config.temperature)
    return OBJECTIVES[config.objective].bind(constants)


def blocks(loss: Loss, u: Tensor, anchors: int) -> Tensor:
    """Diagonal blocks of hess L at the first rows of u (n, k): (anchors, k, k)."""

    def of_row(row: Tensor, at: int) -> Tensor:
        return loss.unchecked(torch.cat([u[:at], row.unsqueeze(0), u[at + 1 :]]))

    found = [torch.func.hessian(of_row)(u[at], at) for at in range(anchors)]
    return symmetrised(torch.stack(found))


def condition(matrix: Tensor) -> tuple[float, int]:
    """Largest over smallest positive eigenvalue, and how many there are, of a symmetric (n, n)."""
    values = torch.linalg.eigvalsh(matrix)
    positive = values[values > RESOLVED * values.abs().max()]
    return float(positive[-1] / positive[0]), len(positive)


def conditions(networks: Networks, config: Config, images: Tensor) -> Conditions:
    """The condition numbers of a network on two views of the first images."""
    generator = torch.Generator().manual_seed(config.seed)
    views = config.augmentation(images[: config.batch].repeat(2, 1, 1, 1), generator)
    weight = torch.eye(config.representation, dtype=torch.float64)
    for parameter in networks.projector.parameters():
        weight = parameter.detach().double()
    u, clean = (
        represent(networks.backbone, x).double() @ weight.T for x in (views, images[:SPREAD])
    )
    hessians = blocks(bound(config), u, ANCHORS)
    own = [condition(h) for h in hessians]
    through = [condition(weight.T @ h @ weight) for h in hessians]
    ranks = effective_ranks(clean.float())
    return Conditions(
        positive=median(count for _, count in through),
        loss=median(kappa for kappa, _ in own),
        effective=median(kappa for kappa, _ in through),
        head=condition(weight @ weight.T)[0],
        roy_vetterli=ranks.roy_vetterli,
        von_neumann=ranks.von_neumann,
        deviation=float(clean.std(0).mean()),
    )


def states(ctx: Context, name: str, dataset: Dataset) -> Iterator[tuple[Conditions, Conditions]]:
    """Before and after training, for every seed; BatchNorm is calibrated before training."""
    for artefact, seed in zip(ARTEFACTS[name], SEEDS, strict=True):
        config = replace(CONFIGS[name], seed=seed)
        initial = untrained(config, dataset)
        generator = torch.Generator().manual_seed(config.seed)
        calibrate(initial.backbone, config.augmentation(dataset.train_images, generator))
        trained = from_arrays(artefact.load(ctx), config, dataset)
        yield tuple(conditions(n, config, dataset.train_images) for n in (initial, trained))  # type: ignore[misc]


def whitening(ctx: Context) -> Finding:
    """Whether training whitens, by the criterion of the table's note, seed by seed."""
    dataset = load_digits()
    found = {name: tuple(states(ctx, name, dataset)) for name in CONFIGS}
    without = [after for _, after in found["InfoNCE, no head"]]
    answers = []
    for name, pairs in found.items():
        if CONFIGS[name].projector is None:
            continue
        trained = [after for _, after in pairs]
        whitened = sum(state.effective < state.loss for state in trained)
        answers.append(
            f"{name}: kappa {_over(trained, 'effective')} through the head against "
            f"{_over(trained, 'loss')} of the loss alone, better in {whitened} of {len(trained)} seeds"
            f"{collapse(pairs)}"
        )
    return Finding(
        outcome=Outcome.AS_STATED,
        summary=(
            "Does training a linear head on the digits whiten the loss Hessian? "
            + "; ".join(answers)
            + f". Without a head, InfoNCE: {_over(without, 'effective')}."
        ),
        cases=sum(2 * len(pairs) for pairs in found.values()),
        tables=(_table(found),),
    )


def collapse(pairs: Sequence[tuple[Conditions, Conditions]]) -> str:
    """In how many seeds the outputs collapsed, in words; empty if in none."""
    collapsed = sum(after.deviation <= COLLAPSED * before.deviation for before, after in pairs)
    return f", and its outputs collapsed in {collapsed}" if collapsed else ""


def _over(measured: list[Conditions], field: str) -> str:
    """The range of one field over the seeds, to three digits."""
    values = sorted(getattr(state, field) for state in measured)
    return f"{values[0]:.3g} to {values[-1]:.3g}"


def _table(found: dict[str, tuple[tuple[Conditions, Conditions], ...]]) -> Table:
    fields = ("positive", "loss", "effective", "head", "roy_vetterli", "von_neumann", "deviation")
    rows = tuple(
        (
            name,
            when + collapse(pairs) * index,
            *(_over([pair[index] for pair in pairs], field) for field in fields),
        )
        for name, pairs in found.items()
        for index, when in enumerate(("before training", "after"))
    )
    return Table(
        title="Trained linear heads on the digits: condition numbers on the loss subspace",
        columns=(
            "objective and head",
            "state",
            "dim of the loss subspace",
            "kappa of H_L",
            "kappa of H_eff",
            "kappa of $W W^T$",
            "effective rank of the outputs: singular values",
            "effective rank of the outputs: eigenvalues of the covariance",
            "deviation of the outputs",
        ),
        rows=rows,
        note=(
            f"Least and largest of three seeds, each the median over {ANCHORS} samples. H_L: the "
            "Hessian of the objective in one sample's output, the other outputs of the batch fixed; "
            f"$d = {LINEAR.representation}$, $k = {LINEAR.output}$ with a head, {LINEAR.epochs} epochs. "
            f"The loss subspace is spanned by the eigenvectors of $H_{{\\mathrm{{eff}}}}$ with eigenvalues above {RESOLVED:g} of the largest; where its "
            "dimension differs, condition numbers do not compare. Training is said to whiten where "
            "kappa of H_eff after it is below that of H_L, which a head that whitens brings to 1; own "
            "criterion, chosen after exploratory runs. VICReg and Barlow Twins ask for outputs "
            "with a white covariance, not for a white Hessian; the effective rank of the outputs, of 32 at "
            "most, says how far these short runs get: by singular values as Roy and Vetterli (2007), or by "
            "the covariance's eigenvalues (von Neumann's entropy). Outputs have collapsed where their mean "
            f"deviation is at most {COLLAPSED:g} of that before training. Before training BatchNorm's "
            "statistics were set from augmented images."
        ),
    )

"""Inertia of a loss's Hessian: how many of its eigenvalues are positive, zero and negative.

The rank is n_+ + n_-, never the number of positive eigenvalues alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import torch
from torch import Tensor

from verify.numeric.coupled import FORMS
from verify.numeric.objectives import (
    OBJECTIVES,
    BarlowWeight,
    Invariance,
    Loss,
    Objective,
    VICRegWeights,
)
from verify.numeric.released_objectives import BATCHNORM_EPSILON

FORMING_SAFETY = 8.0
"""Factor on the forming error seen at float32, since float64 rounds differently."""


@dataclass(frozen=True, kw_only=True)
class Inertia:
    """Signs of the eigenvalues of hess L, counted over its blocks if L is separable.

    Attributes:
        positive: eigenvalues above their block's tolerance, n_+.
        zero: eigenvalues within it, n_0; their sign is not resolved.
        negative: eigenvalues below minus it, n_-.
        smallest: lambda_min.
        largest: lambda_max.
        tolerance: the largest tolerance of a block, see `inertia`.
        below: largest |lambda| / tolerance of those counted as zero; 0 without one.
        above: smallest of the others; infinite without one. The counts hang on the tolerance where
            either is near 1.
    """

    positive: int
    zero: int
    negative: int
    smallest: float
    largest: float
    tolerance: float
    below: float
    above: float

    @property
    def rank(self) -> int:
        """n_+ + n_-."""
        return self.positive + self.negative

    @property
    def positive_semidefinite(self) -> str:
        """``yes`` if every eigenvalue is resolved positive, ``no`` if one is resolved negative.

        Between the two: ``within tolerance``.
        """
        if self.negative:
            return "no"
        return "within tolerance" if self.zero else "yes"


def inertia(loss: Loss, u: Tensor) -> Inertia:
    """The inertia of hess L at u: (B, k).

    An eigenvalue of a block of order n counts as zero within::

        n eps |H|  +  FORMING_SAFETY |H - H_32| eps / eps_32  +  cancellation(L, u)

    The first term is the backward error of the symmetric eigensolver (LAPACK Users' Guide, section
    4.7). The others are the error of forming H: H_32 is the same Hessian from constants and outputs
    rounded to float32, and rounding errors scale with the unit roundoff, unless both precisions lose
    an entry whole; and since float32 may round nothing where float64 does, what `cancellation`
    leaves at least. An estimate, not a bound, and needed where H cancels: with the first alone, a
    Hessian that vanishes shows the signs of its rounding noise.

    Raises:
        TypeError: if u is not float64, or the loss does not take it.
        ValueError: if the loss is not defined at u, in float64 or in float32.
    """
    if not isinstance(u, Tensor) or u.dtype != torch.float64:
        kind = u.dtype if isinstance(u, Tensor) else type(u).__name__
        raise TypeError(
            f"inertia resolves signs in float64 only; `u` was {kind}. Convert it with .double(), and the constants with Loss.to."
        )
    single = _hessian(loss.to(torch.float32), u.float()).double()
    double = _hessian(loss, u)
    if not loss.separable:
        double, single = double.unsqueeze(0), single.unsqueeze(0)
    eigenvalues = torch.linalg.eigvalsh((double + double.mT) / 2)
    eps = torch.finfo(torch.float64).eps
    solving = double.shape[-1] * eps * eigenvalues.abs().amax(dim=1)
    forming = (double - single).norm(dim=(1, 2)) * eps / torch.finfo(torch.float32).eps
    cancelled = cancellation(loss, u) if loss.separable else cancellation(loss, u).max()
    tolerance = (solving + FORMING_SAFETY * forming + cancelled).unsqueeze(1)
    if not tolerance.isfinite().all():
        raise ValueError(
            "The Hessian is not finite in float32, so its forming error cannot be seen, nor a sign be told. Scale the outputs and the constants."
        )
    resolved = eigenvalues.abs() > tolerance
    ratios = eigenvalues.abs() / tolerance
    positive = int((eigenvalues > tolerance).sum())
    negative = int((eigenvalues < -tolerance).sum())
    return Inertia(
        positive=positive,
        zero=eigenvalues.numel() - positive - negative,
        negative=negative,
        smallest=float(eigenvalues.min()),
        largest=float(eigenvalues.max()),
        tolerance=float(tolerance.max()),
        below=max(ratios[~resolved & (eigenvalues != 0)].tolist(), default=0.0),
        above=min(ratios[resolved].tolist(), default=math.inf),
    )


def _hessian(loss: Loss, u: Tensor) -> Tensor:
    """As `Loss.dense_hessian`, but by closed forms alone: a saturated softmax keeps its digits in them."""
    form = FORMS.get(loss.objective)
    if form is None:
        return loss.dense_hessian(u)
    loss(u)  # its checks of the constants, and of u
    _, product = form(loss.constants, u)
    batch, k = u.shape
    identity = torch.eye(batch * k, dtype=u.dtype, device=u.device)
    if not loss.separable:
        return product(identity.reshape(-1, batch, k)).reshape(identity.shape)
    return product(identity[:k, None, :k].expand(k, batch, k)).transpose(0, 1)


def cancellation(loss: Loss, u: Tensor) -> Tensor:
    """Rounding of the sums that hess L at u: (B, k) is made of, an estimate: of rows (B,), or of all (1,).

    Between two rows it is at most the root of the product of theirs. It counts where terms may cancel to nothing, and is 0 where none exceeds the Hessian. Derivatives
    of unit vectors x / r are over r^2, r the length of a row, or of a centred feature of a view. Of a
    softmax at temperature tau they hold 1 - p <= -log p once over tau and once over tau^2; of VICReg
    the hinges and the covariances count. Centring rounds a feature by its own length, not its spread.
    """
    objective, held = loss.objective, loss.constants
    batch, k = u.shape
    terms = u.new_zeros(1)
    if objective.invariance is Invariance.ROW:
        lengths = torch.linalg.vector_norm(u, dim=1)
        share = torch.full_like(lengths, 4 / batch)
        if (tau := getattr(held, "temperature", None)) is not None:
            lost = loss.per_sample(u) / batch if loss.separable else loss(u)
            share = 2 / tau * (1 + 1 / tau) * lost
        terms = share / lengths / lengths
    elif isinstance(held, BarlowWeight | VICRegWeights):
        n = batch // 2
        views = u.reshape(2, n, k)
        lengths = (views - views.mean(1, keepdim=True)).norm(dim=1)
        rounded = lengths * views.norm(dim=1)  # at least the squared lengths
        if isinstance(held, BarlowWeight):
            added = 0.0 if objective.invariance is Invariance.FEATURE else n * BATCHNORM_EPSILON
            squares = lengths.square() + added
            terms = 4 * (1 + held.off_diagonal * k) * (rounded + added) / squares / squares
        else:
            squares = lengths.square() / (n - 1) + held.epsilon
            hinge = held.variance * (squares.sqrt() < held.target) / squares.sqrt()
            hinge = hinge * (1 + rounded / (n - 1) / squares)
            terms = hinge + 16 * held.covariance * rounded.sum(1, keepdim=True) / (n - 1)
            terms = terms / (k * (n - 1))
        terms = terms.max().reshape(1)
    if not loss.separable:
        k += batch
    return FORMING_SAFETY * k * torch.finfo(u.dtype).eps * terms


def collapsed(objective: Objective[Any], constants: Any, u: Tensor) -> tuple[Any, Tensor]:
    """Complete collapse: every row of u, and of the constants that a network puts out, is u's first.

    Targets that are data (MSE, class labels) stay as they are.
    """
    row = u[0]
    same = {name: row.expand_as(getattr(constants, name)).clone() for name in objective.network}
    return replace(constants, **same), row.expand_as(u).clone()


COLUMNS = (
    "objective",
    "separable?",
    "scale-invariant?",
    "outputs",
    "|rho|",
    "n_+",
    "n_0",
    "n_-",
    "rank",
    "lambda_min",
    "lambda_max",
    "hess L PSD here?",
)


class InertiaRows(NamedTuple):
    """Rows of text under `COLUMNS`, and what a reader of them must know."""

    rows: tuple[tuple[str, ...], ...]
    note: str


def inertia_rows(seed: int, batch: int = 6, k: int = 4) -> InertiaRows:
    """The inertia of every objective's Hessian at random and at collapsed outputs, in float64.

    Args:
        seed: of the outputs and constants.
        batch: rows of u; even, and at least 4, for the objectives of two views.
        k: the head's outputs.

    Raises:
        ValueError: if an objective is not defined for so many rows.
    """
    rows, states = [], []
    for objective in OBJECTIVES.values():
        generator = torch.Generator().manual_seed(seed)
        constants = objective.context(batch, k, generator)
        u = torch.randn(batch, k, generator=generator, dtype=torch.float64)
        at = {"random": (constants, u), "collapsed": collapsed(objective, constants, u)}
        for state, (held, outputs) in at.items():
            claims = (
                objective.title,
                "yes" if objective.separable else "no, couples the batch",
                str(objective.invariance),
                state,
            )
            try:
                objective.require_outputs(outputs)
            except ValueError:  # 0/0: Barlow Twins where a feature is constant
                rows.append((*claims, *["undefined"] * (len(COLUMNS) - len(claims))))
                continue
            loss = objective.bind(held)
            found = inertia(loss, outputs)
            states.append(found)
            counts = (found.positive, found.zero, found.negative, found.rank)
            rows.append(
                (
                    *claims,
                    f"{float(loss.jet(outputs).rho.norm()):.1e}",
                    *(str(count) for count in counts),
                    f"{found.smallest:.2e}",
                    f"{found.largest:.2e}",
                    found.positive_semidefinite,
                )
            )
    below, above = max(s.below for s in states), min(s.above for s in states)
    note = (
        f"Hessian of the mean over B = {batch} rows in k = {k} dimensions, in float64; a "
        "separable objective's is counted over its B blocks. Collapsed: all rows equal, those "
        "of every network that takes part likewise. n_0 counts eigenvalues within rounding: "
        f"n eps |H|, {FORMING_SAFETY:g} times the forming error and what cancels. Nearest to that threshold "
        f"came {below:.2g} of it from below and {above:.2g} of it from above. Rank: n_+ + n_-."
    )
    return InertiaRows(tuple(rows), note)

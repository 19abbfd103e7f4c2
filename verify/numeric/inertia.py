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
from verify.numeric.objectives import OBJECTIVES, Loss, Objective

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
        nearest: |lambda| / tolerance of the eigenvalue nearest to the threshold on a logarithmic
            scale; a value near 1 means that the counts hang on the tolerance.
    """

    positive: int
    zero: int
    negative: int
    smallest: float
    largest: float
    tolerance: float
    nearest: float

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

        n eps |H|  +  FORMING_SAFETY |H - H_32| eps / eps_32

    The first term is the backward error of the symmetric eigensolver (LAPACK Users' Guide, section
    4.7). The second is the error of forming H: H_32 is the same Hessian from constants and outputs
    rounded to float32, and rounding errors scale with the unit roundoff, unless both precisions lose
    an entry whole: an estimate, not a bound. It is needed where H cancels: with the first alone, a
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
    tolerance = (solving + FORMING_SAFETY * forming).unsqueeze(1)
    positive = int((eigenvalues > tolerance).sum())
    negative = int((eigenvalues < -tolerance).sum())
    ratios = [r for r in (eigenvalues.abs() / tolerance).flatten().tolist() if r > 0]
    return Inertia(
        positive=positive,
        zero=eigenvalues.numel() - positive - negative,
        negative=negative,
        smallest=float(eigenvalues.min()),
        largest=float(eigenvalues.max()),
        tolerance=float(tolerance.max()),
        nearest=min(ratios, key=lambda r: abs(math.log(r)), default=0.0),
    )


def _hessian(loss: Loss, u: Tensor) -> Tensor:
    """As `Loss.dense_hessian`, but by closed forms alone: a saturated softmax keeps its digits in them."""
    form = FORMS.get(loss.objective)
    if form is None:
        return loss.dense_hessian(u)
    loss.objective.require_outputs(u)
    _, product = form(loss.constants, u)
    batch, k = u.shape
    identity = torch.eye(batch * k, dtype=u.dtype, device=u.device)
    if not loss.separable:
        return product(identity.reshape(-1, batch, k)).reshape(identity.shape)
    return product(identity[:k, None, :k].expand(k, batch, k)).transpose(0, 1)


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
    rows, nearest = [], []
    for objective in OBJECTIVES.values():
        generator = torch.Generator().manual_seed(seed)
        constants = objective.context(batch, k, generator)
        u = torch.randn(batch, k, generator=generator, dtype=torch.float64)
        states = {"random": (constants, u), "collapsed": collapsed(objective, constants, u)}
        for state, (held, outputs) in states.items():
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
            nearest.append(found.nearest)
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
    below = max((r for r in nearest if r <= 1), default=0.0)
    above = min((r for r in nearest if r > 1), default=math.inf)
    note = (
        f"Hessian of the mean over B = {batch} rows in k = {k} dimensions, in float64; a "
        "separable objective's is counted over its B blocks. Collapsed: all rows equal, those "
        "of every network that takes part likewise. n_0 counts eigenvalues within rounding: "
        f"n eps |H| plus {FORMING_SAFETY:g} times the forming error. Nearest to that threshold "
        f"came {below:.2g} of it from below and {above:.2g} of it from above. Rank: n_+ + n_-."
    )
    return InertiaRows(tuple(rows), note)

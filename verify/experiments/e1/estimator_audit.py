"""The audit of the published estimate of lambda_min, cell by cell of heads and starts.

It multiplies the exact Hessian rounded to float32, which differs from the published products by
rounding (a test compares the two), and also counts how often the sign is wrong if the shift is
upwards by the modulus of what the first iteration found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import torch
from torch import Tensor

from verify.claims.evidence import Table
from verify.experiments.e1.published_power_iteration import (
    FADED,
    drawn_starts,
    shifted_power_iteration,
)
from verify.experiments.report import table
from verify.numeric.activations import GELU, LINEAR, RELU, SWISH, Activation
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head
from verify.numeric.lanczos import extreme_eigenpairs
from verify.numeric.objectives import NEGATIVE_COSINE, Targets


@dataclass(frozen=True)
class Cell:
    """One kind of state: an activation, and what the projector's weights are multiplied by."""

    activation: Activation
    scale: float = 1.0

    @property
    def name(self) -> str:
        """As the tables spell it."""
        return f"{self.activation.name}, {'normal' if self.scale == 1 else f'x{self.scale:g}'}"


CELLS = tuple(Cell(s, scale) for s in (LINEAR, RELU, GELU, SWISH) for scale in (1.0, 0.1))
"""The published heads and starts."""


@dataclass(frozen=True)
class Setting:
    """Sizes of an audited state: projector and predictor widths, and samples in the batch mean."""

    projector: tuple[int, ...] = (512, 2048, 2048)
    predictor: tuple[int, ...] = (2048, 512, 2048)
    batch: int = 16


@dataclass(frozen=True)
class State:
    """A head with its representations z (B, d) and targets (B, k), the other view's projections."""

    head: Head
    z: Tensor
    targets: Tensor


@dataclass(frozen=True)
class CellAudit:
    """How the published estimator did in one cell; relative errors are those of its value.

    Attributes:
        states: states seen.
        negative: those whose exact lambda_min is negative by more than its residual.
        wrong_sign: those whose estimate has not the exact sign; `wrong_upwards` with the shift
            upwards instead.
        errors: |estimate - exact| / |exact|: median, least, largest.
        confidence: median of |estimate| / its own residual.
        beyond: median of |estimate - exact| / the estimate's own residual, which bounds the distance
            to the nearest eigenvalue: how far beyond it the extreme one lies.
        negative_end: how often the first power iteration landed on a negative value.
        faded: how often a vector faded; `zero` how often the value was 0 to float32.
    """

    cell: str
    states: int
    negative: int
    wrong_sign: int
    wrong_upwards: int
    errors: tuple[float, float, float]
    confidence: float
    beyond: float
    negative_end: int
    faded: int
    zero: int


def initial_state(cell: Cell, setting: Setting, seed: int) -> State:
    """A state at initialisation: PyTorch's default weights, no biases, features of two views.

    Features are those of a ReLU backbone in kind: a common mean, 16 shared factors, and a smaller
    part that differs between the views, cut off at 0.
    """
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    def mlp(widths: tuple[int, ...], scale: float) -> Head:
        weights = []
        for inputs, outputs in pairwise(widths):
            uniform = torch.rand(outputs, inputs, generator=generator, dtype=torch.float64)
            weights.append((2 * uniform - 1) * scale / math.sqrt(inputs))
        return Head(weights, None, cell.activation)

    projector = mlp(setting.projector, cell.scale)
    d = projector.d
    shared = normal(d) + normal(setting.batch, 16) @ normal(16, d) / 4
    z, other = (torch.relu(shared + 0.3 * normal(setting.batch, d)) for _ in range(2))
    return State(projector.then(mlp(setting.predictor, 1.0)), z, projector(other))


def audit(
    cells: Sequence[Cell],
    states: int,
    seed: int,
    setting: Setting | None = None,
    make: Callable[[Cell, Setting, int], State] = initial_state,
) -> tuple[CellAudit, ...]:
    """Compare the published estimator with exact eigenvalues, cell by cell.

    Args:
        cells: the kinds of states, e.g. `CELLS`.
        states: states in each cell.
        seed: of everything; state i of every cell uses the seed ``seed + i``.
        setting: sizes; the published ones with 16 samples by default.
        make: the state of a cell for a seed, at initialisation by default.

    Raises:
        ValueError: if there is no state.
    """
    if states < 1:
        raise ValueError(f"`states` must be at least 1; it was {states}.")
    setting = setting or Setting()
    seeds = range(seed, seed + states)
    return tuple(
        _audit_cell(cell, ((make(cell, setting, number), number) for number in seeds))
        for cell in cells
    )


def _audit_cell(cell: Cell, states: Iterable[tuple[State, int]]) -> CellAudit:
    found, wrong_upwards = [], 0
    for state, seed in states:
        hessian = EffectiveHessian(
            state.head, NEGATIVE_COSINE.bind(Targets(state.targets)), state.z
        )
        pairs = extreme_eigenpairs(hessian)
        least = int(pairs.values[:, 0].argmin())
        exact, residual = float(pairs.values[least, 0]), float(pairs.residuals[least, 0])
        matrices = hessian.dense().float()

        def product(v: Tensor, matrices: Tensor = matrices) -> Tensor:
            return (matrices @ v.unsqueeze(-1)).squeeze(-1)

        starts = drawn_starts(state.z.float(), seed)
        estimate = shifted_power_iteration(product, starts)
        found.append((estimate, exact, residual))
        if estimate.first < 0:  # else the shift is upwards as it is
            estimate = shifted_power_iteration(product, starts, upwards=True)
        wrong_upwards += (estimate.value < 0) != (exact < 0)
    tiny = torch.finfo(torch.float32).tiny
    gaps = [abs(estimate.value - exact) for estimate, exact, _ in found]
    errors = [gap / abs(exact) for gap, (_, exact, _) in zip(gaps, found, strict=True)]
    own = [max(estimate.residual, tiny) for estimate, _, _ in found]
    return CellAudit(
        cell=cell.name,
        states=len(found),
        negative=sum(exact < -residual for _, exact, residual in found),
        wrong_sign=sum((estimate.value < 0) != (exact < 0) for estimate, exact, _ in found),
        wrong_upwards=wrong_upwards,
        errors=(median(errors), min(errors), max(errors)),
        confidence=median(abs(e.value) / r for (e, _, _), r in zip(found, own, strict=True)),
        beyond=median(gap / r for gap, r in zip(gaps, own, strict=True)),
        negative_end=sum(estimate.first < 0 for estimate, _, _ in found),
        faded=sum(estimate.faded for estimate, _, _ in found),
        zero=sum(abs(estimate.value) < tiny for estimate, _, _ in found),
    )


def audit_table(audits: Sequence[CellAudit], setting: Setting) -> Table:
    """The audit as a table of the report."""
    widths = "-".join(map(str, setting.projector)) + " + " + "-".join(map(str, setting.predictor))
    return table(
        r"The published estimate of $\lambda_{\min}$ against exact eigenvalues",
        ((audit,) for audit in audits),
        ("head, start", lambda audit: audit.cell),
        ("states", lambda audit: str(audit.states)),
        (r"exact $\lambda_{\min} < 0$", lambda audit: str(audit.negative)),
        ("wrong sign", lambda audit: str(audit.wrong_sign)),
        ("wrong sign if shifted upwards", lambda audit: str(audit.wrong_upwards)),
        (
            "relative error, median (least to largest)",
            lambda audit: "{:.3g} ({:.2g} to {:.3g})".format(*audit.errors),
        ),
        ("|estimate| / own residual, median", lambda audit: f"{audit.confidence:.2g}"),
        ("error / own residual, median", lambda audit: f"{audit.beyond:.2g}"),
        ("first iteration on the negative end", lambda audit: str(audit.negative_end)),
        ("vector faded", lambda audit: str(audit.faded)),
        ("value 0 to float32", lambda audit: str(audit.zero)),
        note=f"{widths}, negative cosine, mean of {setting.batch} samples, at initialisation. Exact: the smallest eigenvalue over the samples' blocks, float64 Lanczos to a residual of 1e-8 of the norm. A vector has faded if its length, which should be 1, is below {FADED:g}.",
    )

"""The published estimate of lambda_min, written anew from its description, and its audit.

The published runs follow lambda_min of the effective Hessian of the batch-mean loss by 20 steps of
power iteration in float32, v <- H v / (|H v| + 1e-8), and 20 more on H shifted by the value found.
Power iteration converges to the end of the spectrum with the larger modulus. Where that is the
negative end the shift returns the other, positive one; and where |H v| is not large against 1e-8,
as for the mean of 256 samples, v fades to 0 and the value with it. `audit` counts both, and how
often the sign is wrong if the shift is upwards by the modulus of what the first iteration found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import torch
import torch.nn.functional as F
from torch import Tensor

from verify.numeric.activations import GELU, LINEAR, RELU, SWISH, Activation
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head
from verify.numeric.lanczos import extreme_eigenpairs
from verify.numeric.objectives import NEGATIVE_COSINE, Targets
from verify.statement import Table

STEPS = 20
"""Steps of each of the two power iterations."""

FLOOR = 1e-8
"""What the published iteration adds to the length that it divides by."""

FADED = 0.5
"""A vector whose length should be 1 and is less has been shortened by `FLOOR`, not by rounding."""

PLAIN: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda x: x,
    "relu": torch.relu,
    "gelu": F.gelu,
    "swish": F.silu,
}
"""PyTorch's own activations, for code that is compared with ours and should owe it nothing."""


@dataclass(frozen=True)
class PublishedEstimate:
    """What the published estimator returns, and what it does not look at.

    Attributes:
        value: its lambda_min.
        first: the eigenvalue that the first power iteration found.
        residual: |H u - value u| for the unit vector u along its last vector, in float32; infinite
            if that vector is 0.
        lengths: lengths of the vectors after each iteration; 1 unless they faded.
    """

    value: float
    first: float
    residual: float
    lengths: tuple[float, float]

    @property
    def faded(self) -> bool:
        """Whether a vector faded, so that the value is no Rayleigh quotient of anything."""
        return min(self.lengths) < FADED


def published_estimate(
    function: Callable[[Tensor], Tensor],
    z: Tensor,
    seed: int,
    steps: int = STEPS,
    upwards: bool = False,
) -> PublishedEstimate:
    """Estimate the smallest eigenvalue of the Hessian of a scalar function as published.

    Args:
        function: the batch-mean loss as a function of z, (B, d) -> scalar.
        z: (B, d); its type is the estimator's, float32 as published.
        seed: of the start vectors, which are drawn on the CPU.
        steps: of each power iteration.
        upwards: shift by the modulus of the first value, which the published estimator does not;
            then the end of larger modulus is the negative one, whichever it was before.
    """
    z = z.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(function(z), z, create_graph=True)
    generator = torch.Generator().manual_seed(seed)
    first, second = (
        torch.randn(z.shape, generator=generator, dtype=z.dtype).to(z.device) for _ in range(2)
    )

    def product(v: Tensor) -> Tensor:
        return torch.autograd.grad(gradient, z, v, retain_graph=True)[0]

    return shifted_power_iteration(product, (first, second), steps, upwards)


def shifted_power_iteration(
    product: Callable[[Tensor], Tensor],
    starts: tuple[Tensor, Tensor],
    steps: int = STEPS,
    upwards: bool = False,
) -> PublishedEstimate:
    """Estimate the smallest eigenvalue of a symmetric matrix as published, from its products.

    Args:
        product: multiplies the matrix.
        starts: of the two power iterations, not zero.
        steps: of each.
        upwards: as in `published_estimate`.
    """

    def power_iteration(v: Tensor, shift: float) -> tuple[float, Tensor]:
        v = v / v.norm()
        for _ in range(steps):
            image = product(v) - shift * v
            v = image / (image.norm() + FLOOR)
        return float((v * (product(v) - shift * v)).sum()), v

    first, v = power_iteration(starts[0], 0.0)
    shift = abs(first) if upwards else first
    shifted, w = power_iteration(starts[1], shift)
    value, length = shift + shifted, float(w.norm())
    residual = math.inf
    if length > 0:
        u = w / length
        residual = float((product(u) - value * u).norm())
    return PublishedEstimate(value, first, residual, (float(v.norm()), length))


def plain_function(head: Head, targets: Tensor) -> Callable[[Tensor], Tensor]:
    """The batch-mean negative cosine of a head's outputs as PyTorch code: (B, d) -> scalar.

    Args:
        head: without BatchNorm over the batch, with activations among `PLAIN`.
        targets: (B, k), constant.
    """
    outputs = plain_outputs(head)

    def function(z: Tensor) -> Tensor:
        return -F.cosine_similarity(outputs(z), targets.to(z.dtype), dim=-1).mean()

    return function


def plain_outputs(head: Head) -> Callable[[Tensor], Tensor]:
    """A head as PyTorch code, (..., d) -> (..., k); as `plain_function` takes it."""
    layers = list(zip(head.weights, head.biases, (*head.activations, LINEAR), strict=True))

    def outputs(z: Tensor) -> Tensor:
        x = z
        for w, b, activation in layers:
            x = PLAIN[activation.name](F.linear(x, w.to(z.dtype), b.to(z.dtype)))
        return x

    return outputs


# --- audit --------------------------------------------------------------------------------------


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
        loss = NEGATIVE_COSINE.bind(Targets(state.targets))
        pairs = extreme_eigenpairs(EffectiveHessian(state.head, loss, state.z))
        least = int(pairs.values[:, 0].argmin())
        exact, residual = float(pairs.values[least, 0]), float(pairs.residuals[least, 0])
        function = plain_function(state.head, state.targets)
        estimate = published_estimate(function, state.z.float(), seed)
        found.append((estimate, exact, residual))
        if estimate.first < 0:  # else the shift is upwards as it is
            estimate = published_estimate(function, state.z.float(), seed, upwards=True)
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
    rows = tuple(
        (
            audit.cell,
            str(audit.states),
            str(audit.negative),
            str(audit.wrong_sign),
            str(audit.wrong_upwards),
            "{:.3g} ({:.2g} to {:.3g})".format(*audit.errors),
            f"{audit.confidence:.2g}",
            f"{audit.beyond:.2g}",
            str(audit.negative_end),
            str(audit.faded),
            str(audit.zero),
        )
        for audit in audits
    )
    widths = "-".join(map(str, setting.projector)) + " + " + "-".join(map(str, setting.predictor))
    return Table(
        title=r"The published estimate of $\lambda_{\min}$ against exact eigenvalues",
        columns=(
            "head, start",
            "states",
            r"exact $\lambda_{\min} < 0$",
            "wrong sign",
            "wrong sign if shifted upwards",
            "relative error, median (least to largest)",
            "|estimate| / own residual, median",
            "error / own residual, median",
            "first iteration on the negative end",
            "vector faded",
            "value 0 to float32",
        ),
        rows=rows,
        note=(
            f"{widths}, negative cosine, mean of {setting.batch} samples, at initialisation. Exact: "
            "the smallest eigenvalue over the samples' blocks, float64 Lanczos to a residual of "
            "1e-8 of the norm. A vector has faded if its length, which should be 1, is below "
            f"{FADED:g}."
        ),
    )

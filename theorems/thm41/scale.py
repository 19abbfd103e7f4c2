"""4.1 on heads of production size: the small-size property functions, and the spectra of G, M, H_eff."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from theorems.thm41 import mechanism
from theorems.thm41.outputs import EULER_TOLERANCE, TRAINED, OutputCase, TrainedCase, euler_error
from theorems.thm41.properties import curvature_error, flat_error, formula_error
from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome, Table
from verify.claims.head_cases import HeadCase, largest_ratio
from verify.numeric.activations import GELU, LINEAR, RELU, SWISH, Activation
from verify.numeric.effective_hessian import EffectiveHessian, interaction
from verify.numeric.heads import Head, Trace
from verify.numeric.lanczos import extreme_eigenpairs
from verify.numeric.operators import SymmetricOperator

SHAPES = {
    "512-2048-2048 + 2048-512-2048": ((512, 2048, 2048), (2048, 512, 2048)),
    "2048-8192-8192-8192": ((2048, 8192, 8192, 8192),),
}
"""The parts of each head: a projector with its predictor, and a large projector. Between two parts
there is no activation."""

ACTIVATIONS = (LINEAR, RELU, GELU, SWISH)

PROBES = 4
"""Random directions along which matrices are compared with automatic differentiation."""

FORMING_SAFETY = 8.0
"""Factor on the forming error seen at float32, since float64 rounds differently."""


class Spectrum(NamedTuple):
    """One symmetric matrix of a cell.

    Attributes:
        negative, unresolved: eigenvalues below -tolerance, and within it of 0.
        least, largest: extreme eigenvalues, by factorisation.
        residual: largest of the two pairs' residuals by Lanczos on the operator, over the norm.
        gap: largest difference between both routes, over what residual and tolerance allow.
        tolerance: n eps |A| + FORMING_SAFETY |A - A_32| eps / eps_32, as for the losses' inertia.
        counted: whether pivots count as many eigenvalues below either end of the tolerance.
    """

    negative: int
    unresolved: int
    least: float
    largest: float
    residual: float
    gap: float
    tolerance: float
    counted: bool


class Cell(NamedTuple):
    """One head under one loss: property functions' ratios, and the spectra of G, M and H_eff."""

    activation: str
    objective: str
    cosine: float
    ratios: dict[str, float]
    spectra: dict[str, Spectrum]
    mechanism: mechanism.Mechanism | None

    @property
    def flat(self) -> bool:
        """Whether the activation is linear or ReLU, so that M = 0."""
        return self.activation in (LINEAR.name, RELU.name)

    @property
    def wrong(self) -> list[str]:
        """What contradicts the statement: a ratio above 1, routes that differ, a sign."""
        g, m, h = (self.spectra[name] for name in ("G", "M", "H_eff"))
        checks = {
            **{name: ratio <= 1 for name, ratio in self.ratios.items()},
            "both routes": max(g.gap, m.gap, h.gap) <= 1,
            "pivots": g.counted and m.counted and h.counted,
            "M = 0": not self.flat or (m.least == 0 == m.largest),
            "G is PSD under squared error": self.objective != "mse" or g.negative == 0,
            "H_eff is PSD": self.objective != "mse" or not self.flat or h.negative == 0,
        }
        if self.mechanism is not None:
            checks |= {name: not bad for name, bad in self.mechanism.wrong(self.flat).items()}
        return [
            f"{self.activation}, {self.objective}: {n}" for n, good in checks.items() if not good
        ]


def seeded_head(shape: str, activation: Activation, seed: int, device: str) -> tuple[Head, Tensor]:
    """A head with He weights and small biases, and a point with standard normal entries."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*size: int) -> Tensor:
        return torch.randn(*size, generator=generator).double().to(device)

    head: Head | None = None
    for widths in SHAPES[shape]:
        weights = [normal(m, n) * (2 / n) ** 0.5 for n, m in pairwise(widths)]
        part = Head(weights, [0.1 * normal(m) for m in widths[1:]], activation)
        head = part if head is None else head.then(part)
    if head is None:
        raise ValueError(f"{shape!r} has no parts.")
    return head, normal(head.d)


def cell(shape: str, activation: Activation, objective: str, seed: int, device: str) -> Cell:
    """Form G and M of one head, run the property functions on them, and take their spectra."""
    head, z = seeded_head(shape, activation, seed, device)
    case = TrainedCase(head, z, objective, seed + 1)
    trace = head.trace(z)
    rho, g, m = _formed(case, trace)
    generator = torch.Generator().manual_seed(seed + 2)
    directions = torch.randn(head.d, PROBES, generator=generator, dtype=torch.float64).to(device)
    held = HeadCase(head, z, rho)
    ratios = {
        "G + M": curvature_error(case, g + m, directions),
        "M": formula_error(held, lambda *_: m, directions),
    }
    if activation in (LINEAR, RELU):
        ratios["M = 0"] = flat_error(held, directions)
    if objective == "negative_cosine":
        ratios["Euler"] = euler_error(
            OutputCase(objective, seed + 1, trace.output.unsqueeze(0).cpu())
        )
    matrices = {"G": g, "M": m, "H_eff": g + m}
    single = _single(case)
    operator = EffectiveHessian(head, case.placed, z.unsqueeze(0))
    operators = {"G": operator.pullback, "M": operator.interaction, "H_eff": operator}
    spectra = {
        name: _spectrum(matrices[name], single[name], operators[name], seed + 3)
        for name in matrices
    }
    t = case.targets
    cosine = float(trace.output @ t / (trace.output.norm() * t.norm()))
    on_kernel = None
    if objective == "mse":
        whole = spectra["M"]
        norm = max(-whole.least, whole.largest)
        on_kernel = mechanism.mechanism(trace, rho, whole.tolerance / norm if norm else 0.0)
    return Cell(activation.name, objective, cosine, ratios, spectra, on_kernel)


def _formed(case: TrainedCase, trace: Trace) -> tuple[Tensor, Tensor, Tensor]:
    """rho, G = J^T (H J) and M, with the objective's products for H J, in the trace's type."""
    jet, j = case.placed.jet(trace.output.unsqueeze(0)), trace.jacobian()
    rho = jet.rho[0]
    return rho, j.T @ jet.hessian_product(j.unsqueeze(0))[0], interaction(trace, rho)


def _single(case: TrainedCase) -> dict[str, Tensor]:
    """G, M and H_eff formed in float32."""
    head = case.head
    rounded = Head(
        [w.float() for w in head.weights], [b.float() for b in head.biases], head.activations
    )
    trace = rounded.trace(case.z.float())
    _, g, m = _formed(case._replace(z=case.z.float()), trace)
    return {"G": g.double(), "M": m.double(), "H_eff": (g + m).double()}


def _spectrum(matrix: Tensor, single: Tensor, operator: SymmetricOperator, seed: int) -> Spectrum:
    if bool((matrix == 0).all()):
        return Spectrum(0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, True)
    symmetric = (matrix + matrix.T) / 2
    values = torch.linalg.eigvalsh(symmetric)
    norm, eps = float(values.abs().max()), torch.finfo(torch.float64).eps
    forming = float((matrix - single).norm()) * eps / torch.finfo(torch.float32).eps
    tolerance = len(values) * eps * norm + FORMING_SAFETY * forming
    pairs = extreme_eigenpairs(operator, seed=seed)
    found, residuals = pairs.values.reshape(2), pairs.residuals.reshape(2)
    negative, unresolved = int((values < -tolerance).sum()), int((values.abs() <= tolerance).sum())
    counts = [mechanism.below(symmetric, level) for level in (-tolerance, tolerance)]
    return Spectrum(
        negative,
        unresolved,
        float(values[0]),
        float(values[-1]),
        float(residuals.max()) / norm,
        largest_ratio((found - values[[0, -1]]).abs(), residuals + tolerance),
        tolerance,
        counts == [negative, negative + unresolved],
    )


def table(
    shape: str, activations: tuple[Activation, ...], device: str, repeats: int, ctx: Context
) -> list[tuple[str, Cell]]:
    """Every activation under both losses, so many heads of its own for each cell."""
    found: list[tuple[str, Cell]] = []
    for activation in activations:
        for objective in TRAINED:
            for n in range(repeats):
                name = f"thm41.production.{shape}.{activation.name}.{objective}.{n}"
                seed = ctx.seed_for(name) % 2**31
                found.append((shape, cell(shape, activation, objective, seed, device)))
    return found


def _finding(found: list[tuple[str, Cell]]) -> Finding:
    wrong = [text for _, c in found for text in c.wrong]
    margin = max(ratio for _, c in found for ratio in c.ratios.values())
    gaps = max(s.gap for _, c in found for s in c.spectra.values())
    smooth = [c for _, c in found if not c.flat]
    negative = [c.spectra["H_eff"].negative for c in smooth if c.objective == "mse"]
    flat = [c.spectra["H_eff"].negative for _, c in found if c.flat and c.objective == "mse"]
    return Finding(
        outcome=Outcome.SURPRISE if wrong else Outcome.AS_STATED,
        summary=(
            f"Against the statement: {'; '.join(wrong)}."
            if wrong
            else f"{len(found)} heads. Under squared error $H_{{\\mathrm{{eff}}}}$ has {min(negative)} to "
            f"{max(negative)} negative eigenvalues behind GELU and Swish and {max(flat)} behind "
            "linear and ReLU heads; under negative cosine the pullback alone has some in "
            f"{sum(c.spectra['G'].negative > 0 for _, c in found if c.objective != 'mse')} of "
            f"{sum(c.objective != 'mse' for _, c in found)} heads."
        ),
        cases=len(found),
        margin=max(margin, gaps) if not wrong else None,
        residuals={
            f"{c.activation}, {c.objective}: {name}, Lanczos residual": s.residual
            for _, c in found
            for name, s in c.spectra.items()
        },
        tables=(
            _report(found),
            mechanism.table([(s, c.activation, c.mechanism) for s, c in found if c.mechanism]),
        ),
    )


def _report(found: list[tuple[str, Cell]]) -> Table:
    rows = []
    for shape, c in found:
        cells = [shape, c.activation, c.objective.replace("_", " "), f"{c.cosine:+.3f}"]
        for name in ("G", "M", "H_eff"):
            s = c.spectra[name]
            count = str(s.negative) + (f" (+{s.unresolved}?)" if s.unresolved else "")
            cells += [count, f"{s.least:.2e}", f"{s.largest:.2e}", f"{s.residual:.0e}"]
        gap = max(s.gap for s in c.spectra.values())
        rows.append((*cells, f"{gap:.3g}", f"{max(c.ratios.values()):.0e}"))
    columns = [f"{what} {name}" for name in ("G", "M", "H_eff") for what in _WHAT]
    return mechanism.of_heads(
        title="Production heads: signs and extreme eigenvalues",
        columns=(
            "head",
            "activation",
            "loss",
            "cosine",
            *columns,
            "gap of routes / allowed",
            "worst error / allowed",
        ),
        rows=rows,
        note=f"He weights, small biases and a standard normal z of their own in every row, float64. n_-: eigenvalues below minus the tolerance, by factorisation; in brackets how many are within it: n eps |A| + {FORMING_SAFETY:g} times the error of forming A, taken from float32. Residual: of the extreme pairs by Lanczos on products, over the norm. Gap of routes: between the extreme eigenvalues by factorisation and by Lanczos; allowed are residual and tolerance. Last column: the property functions of the small sizes, along {PROBES} random directions (Euler's relations: tolerance {EULER_TOLERANCE:g}). The margin of the check is the largest number of the last two columns.",
    )


_WHAT = ("n_-", "lambda_min", "lambda_max", "residual")


MEDIUM_SHAPE, LARGE_SHAPE = SHAPES


def medium(ctx: Context) -> Finding:
    """The table at 512-2048-2048 with predictor 2048-512-2048, on a CPU.

    One head a cell; in the deep profile four, and Swish at the large size, without a GPU too.
    """
    deep = ctx.profile == "deep"
    found = table(MEDIUM_SHAPE, ACTIVATIONS, "cpu", 4 if deep else 1, ctx)
    if deep:
        found += table(LARGE_SHAPE, (SWISH,), "cpu", 1, ctx)
    return _finding(found)


def large(ctx: Context) -> Finding:
    """The table at 2048-8192-8192-8192, on a GPU."""
    return _finding(table(LARGE_SHAPE, ACTIVATIONS, "cuda", 1, ctx))

"""``python -m verify bench``: the curvature kernels against what they replace, in one process.

All of it is at random initialisation, in float64 unless the reference is published in float32, with
a relative residual of 1e-8. `verify.timing` says how times are compared.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import Tensor

from verify.numeric.activations import ACTIVATIONS
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.estimator import (
    Cell,
    Setting,
    initial_state,
    plain_function,
    plain_outputs,
    published_estimate,
)
from verify.numeric.heads import Head
from verify.numeric.lanczos import ExtremeEigenpairs, extreme_eigenpairs
from verify.numeric.objectives import NEGATIVE_COSINE, Loss, Targets
from verify.timing import REPETITIONS, Comparison, Scaling, compare, environment, time_of

CHUNK = 256
"""Columns of `torch.func.hessian` at once at the largest size, where all of them need 20 GB."""


def run(full: bool = False, report: Callable[[str], None] = print) -> dict[str, Any]:
    """Run every comparison and the cost table.

    Args:
        full: time the reference at 2048-8192-8192-8192 in every repetition, not once
            (``--profile deep``).
        report: told each result as it comes.

    Returns:
        Plain data: environment, comparisons, cost table and plots.
    """
    before = os.getloadavg()
    comparisons = []
    first = (dense_small, dense_small_terms, one_sample, one_sample_cold)
    for one in (*first, batch, partial(batch, 0.1)):
        comparisons.append(one())
        report(str(comparisons[-1]))
    comparisons.append(one_large_sample(REPETITIONS if full else 1))
    report(str(comparisons[-1]))
    table = []
    for scaling in costs():
        table.append(scaling)
        report(f"cost ~ {scaling.size}^{scaling.exponent:.2f}: {_milliseconds(scaling)}")
    return {
        "environment": environment() | {"load before": before, "load after": os.getloadavg()},
        "comparisons": [
            asdict(c) | {"ratios": c.ratios, "ratio": c.ratio, "cpu ratio": c.cpu_ratio}
            for c in comparisons
        ],
        "costs": [asdict(s) | {"exponent": s.exponent} for s in table],
        "plots": [
            {
                "title": f"Seconds for one head's extreme eigenpairs against {s.size}",
                "xlabel": s.size,
                "ylabel": "seconds",
                "xscale": "log",
                "yscale": "log",
                "x": s.values,
                "y": s.seconds,
            }
            for s in table
        ],
    }


def write(result: dict[str, Any], path: Path) -> None:
    """Write a result as JSON."""
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


# --- comparisons --------------------------------------------------------------------------------


def dense_small() -> Comparison:
    """64-128-128 Swish: G, M and the spectrum of their sum, against the spectrum alone."""
    state = _state("swish", (64, 128, 128), None, 1)
    return compare(
        "64-128-128 Swish, G, M and spectrum",
        "torch.func.hessian and eigvalsh: the sum only, not G and M",
        "G and M in closed form and eigvalsh of their sum",
        lambda: _spectrum(state),
        partial(_terms_and_spectrum, state),
        required=15,
        inner=20,
        threads=1,
        note=(
            "one thread for both: at this size a second one is only waited for. The reference is "
            "F.linear, F.silu and F.cosine_similarity. Three matrix products and one eigvalsh, the "
            "least that the kernel can do, are about half of its time"
        ),
    )


def dense_small_terms() -> Comparison:
    """The same against a reference that gives G and M too."""
    state = _state("swish", (64, 128, 128), None, 1)
    head, loss, z = state
    function = plain_function(head, loss.constants.targets)
    outputs, target = plain_outputs(head), loss.constants.targets[0]

    def reference() -> Tensor:
        def at(row: Tensor) -> Tensor:
            return function(row.unsqueeze(0))

        total = torch.func.hessian(at)(z[0])
        u = outputs(z[0])
        rho = torch.func.grad(lambda u: -torch.cosine_similarity(u, target, dim=-1))(u)
        interaction = torch.func.hessian(lambda row: rho @ outputs(row))(z[0])
        pullback = total - interaction
        return torch.linalg.eigvalsh(pullback + interaction)

    return compare(
        "the same, against a reference that gives G and M",
        "torch.func.hessian of the loss and of rho.h, and eigvalsh",
        "G and M in closed form and eigvalsh of their sum",
        reference,
        partial(_terms_and_spectrum, state),
        required=1,
        inner=20,
        threads=1,
        note="G is the difference of the two Hessians; one thread for both",
    )


def one_sample() -> Comparison:
    """Projector and predictor: extremes of one sample, of a head that is used more than once."""
    state = _state("swish", (512, 2048, 2048), (2048, 512, 2048), 1)
    return compare(
        "512-2048-2048 + 2048-512-2048 Swish, extremes of one sample",
        "torch.func.hessian and eigvalsh",
        "Lanczos to 1e-8",
        lambda: _spectrum(state)[[0, -1]],
        lambda: _extremes(state).values[0],
        required=6,
        note="the head's fused weights, formed once per head, are not in the time",
    )


def one_sample_cold() -> Comparison:
    """The same with a head that is seen for the first time."""
    state = _state("swish", (512, 2048, 2048), (2048, 512, 2048), 1)
    head, loss, z = state

    def kernel() -> Tensor:
        fresh = Head(head.weights, head.biases, head.activations)
        return _extremes((fresh, loss, z)).values[0]

    return compare(
        "the same, of a new head",
        "torch.func.hessian and eigvalsh",
        "Lanczos to 1e-8, fusing the weights included",
        lambda: _spectrum(state)[[0, -1]],
        kernel,
        required=1,
        note="the first sample of a head; every further one costs what the line above says",
    )


def one_large_sample(references: int) -> Comparison:
    """2048-8192-8192-8192: extremes of one sample."""
    state = _state("swish", (2048, 8192, 8192, 8192), None, 1)
    return compare(
        "2048-8192-8192-8192 Swish, extremes of one sample",
        f"torch.func.hessian, {CHUNK} columns at once, and eigvalsh",
        "Lanczos to 1e-8",
        lambda: _spectrum(state, CHUNK)[[0, -1]],
        lambda: _extremes(state).values[0],
        required=5,
        references=references,
        note=f"reference timed {references} time(s)",
    )


def batch(scale: float = 1.0) -> Comparison:
    """256 samples at once against the published float32 estimator, in either published start."""
    cell = Cell(ACTIVATIONS["swish"], scale)
    state = initial_state(cell, Setting(batch=256), 0)
    loss = NEGATIVE_COSINE.bind(Targets(state.targets))
    single = Head([w.float() for w in state.head.weights], None, state.head.activations)
    function = plain_function(single, state.targets.float())
    worst: list[float] = []

    def kernel() -> Tensor:
        pairs = extreme_eigenpairs(EffectiveHessian(state.head, loss, state.z))
        worst.append(float((pairs.residuals.amax(-1) / pairs.scale).max()))
        return pairs.values

    def reference() -> None:
        published_estimate(function, state.z.float(), 0)

    kernel()
    return compare(
        f"256 samples at once, the same head ({cell.name})",
        "the published estimator: 20 + 20 float32 steps on the batch mean",
        "Lanczos on every sample's block, float64, to 1e-8",
        reference,
        kernel,
        required=2.5,
        note=(
            f"largest relative residual {max(worst):.1e}; the published value is one number for "
            "the batch and is not compared"
        ),
    )


def costs() -> Iterator[Scaling]:
    """Extremes as the input, the hidden width and the batch grow, each from 128-512-512."""
    yield _scaling("d", (128, 256, 512, 1024), lambda n: _state("swish", (n, 512, 512), None, 1))
    yield _scaling(
        "width", (512, 1024, 2048, 4096), lambda n: _state("swish", (256, n, n), None, 1)
    )
    yield _scaling("batch", (4, 16, 64, 256), lambda n: _state("swish", (256, 512, 512), None, n))


# --- machinery ----------------------------------------------------------------------------------

Sample = tuple[Head, Loss, Tensor]


def _state(
    activation: str, projector: tuple[int, ...], predictor: tuple[int, ...] | None, batch: int
) -> Sample:
    """A head at initialisation with z and the negative cosine to random targets."""
    widths = predictor or (projector[-1], projector[-1])
    setting = Setting(projector, widths, batch)
    state = initial_state(Cell(ACTIVATIONS[activation]), setting, 0)
    head = state.head
    if predictor is None:
        depth = len(projector) - 1
        head = Head(head.weights[:depth], None, head.activations[: depth - 1])
    targets = torch.randn(batch, head.k, generator=torch.Generator().manual_seed(1)).double()
    return head, NEGATIVE_COSINE.bind(Targets(targets)), state.z


def _extremes(state: Sample) -> ExtremeEigenpairs:
    return extreme_eigenpairs(EffectiveHessian(*state), dense_up_to=1)


def _terms_and_spectrum(state: Sample) -> Tensor:
    hessian = EffectiveHessian(*state)
    total = hessian.pullback.dense() + hessian.interaction.dense()
    return torch.linalg.eigvalsh(total)[0]


def _values(state: Sample) -> Tensor:
    return _extremes(state).values


def _spectrum(state: Sample, chunk: int | None = None) -> Tensor:
    """Eigenvalues of one sample by PyTorch's own Hessian of PyTorch's own functions."""
    head, loss, z = state
    function = plain_function(head, loss.constants.targets)

    def at(row: Tensor) -> Tensor:
        return function(row.unsqueeze(0))

    if chunk is None:
        return torch.linalg.eigvalsh(torch.func.hessian(at)(z[0]))

    def column(v: Tensor) -> Tensor:
        return torch.func.jvp(torch.func.grad(at), (z[0],), (v,))[1]

    identity = torch.eye(z.shape[1], dtype=z.dtype)
    return torch.linalg.eigvalsh(torch.vmap(column, chunk_size=chunk)(identity))


def _scaling(size: str, values: tuple[int, ...], make: Callable[[int], Sample]) -> Scaling:
    seconds = []
    for value in values:
        state = make(value)
        _extremes(state)
        runs = [time_of(partial(_values, state), 1)[0][0] for _ in range(3)]
        seconds.append(median(runs))
    return Scaling(size, values, tuple(seconds))


def _milliseconds(scaling: Scaling) -> str:
    pairs = zip(scaling.values, scaling.seconds, strict=True)
    return ", ".join(f"{value}: {1e3 * seconds:.3g} ms" for value, seconds in pairs)

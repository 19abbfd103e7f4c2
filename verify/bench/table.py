"""``python -m verify bench``: the curvature kernels against what they replace, in one process.

All of it is at random initialisation but for the collapsed states, in float64 unless the reference
is published in float32, with a relative residual of 1e-8. `verify.bench.timing` says how times are
compared, `verify.bench.workloads` what is timed.
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

from verify.bench import workloads as work
from verify.bench.reference_functions import plain_function, plain_outputs
from verify.bench.timing import (
    REPETITIONS,
    Comparison,
    Scaling,
    compare,
    draw,
    environment,
    time_of,
)
from verify.experiments.e1.estimator_audit import Cell, Setting, initial_state
from verify.experiments.e1.published_power_iteration import published_estimate
from verify.numeric.activations import ACTIVATIONS
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head
from verify.numeric.lanczos import extreme_eigenpairs
from verify.numeric.objectives import NEGATIVE_COSINE, Targets


def run(
    full: bool = False, device: str = "cpu", report: Callable[[str], None] = print
) -> dict[str, Any]:
    """Run every comparison and the cost table.

    Args:
        full: time the reference at 2048-8192-8192-8192 in every repetition, not once
            (``--profile deep``).
        device: of both sides of every comparison.
        report: told each result as it comes.

    Returns:
        Plain data: environment, comparisons and cost table.
    """
    before = os.getloadavg()
    comparisons = []
    first = (dense_small, dense_small_terms, one_sample, one_sample_cold)
    for one in (*first, batch, partial(batch, scale=0.1), collapsed_lanczos, collapsed_fallback):
        comparisons.append(one(device=device))
        report(str(comparisons[-1]))
    comparisons.append(one_large_sample(REPETITIONS if full else 1, device))
    report(str(comparisons[-1]))
    table = []
    for scaling in costs(device):
        table.append(scaling)
        report(str(scaling))
    return {
        "environment": environment(device) | {"load before": before, "load after": os.getloadavg()},
        "comparisons": [
            asdict(c) | {"ratios": c.ratios, "ratio": c.ratio, "cpu ratio": c.cpu_ratio}
            for c in comparisons
        ],
        "costs": [asdict(s) | {"exponent": s.exponent} for s in table],
    }


def write(result: dict[str, Any], path: Path) -> tuple[Path, Path]:
    """Write a result as JSON, and its costs as a drawing beside it; return both paths."""
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    drawing = path.with_name(path.name + ".svg")
    costs = [Scaling(c["size"], tuple(c["values"]), tuple(c["seconds"])) for c in result["costs"]]
    draw(costs, drawing)
    return path, drawing


# --- comparisons --------------------------------------------------------------------------------

AUTHORS = (512, 2048, 2048), (2048, 512, 2048)
"""Widths of the published projector and predictor."""

PUBLISHED = Setting(*AUTHORS, 256)


def dense_small(device: str = "cpu") -> Comparison:
    """64-128-128 Swish: G, M and the spectrum of their sum, against the spectrum alone."""
    sample = work.initial("swish", (64, 128, 128), None, 1, device)
    return compare(
        "64-128-128 Swish, G, M and spectrum",
        "torch.func.hessian and eigvalsh: the sum only, not G and M",
        "G and M in closed form and eigvalsh of their sum",
        lambda: work.spectrum(sample),
        partial(work.terms_and_spectrum, sample),
        required=15,
        inner=20,
        threads=1,
        note="one thread for both: at this size a second one is only waited for. The reference is F.linear, F.silu and F.cosine_similarity. In a loop of its own, more than a third of the kernel's time is LAPACK's syevd, two fifths are G and M with their three matrix products, and a fifth is the rest: derivatives, calls and checks",
    )


def dense_small_terms(device: str = "cpu") -> Comparison:
    """The same against a reference that gives G and M too."""
    sample = work.initial("swish", (64, 128, 128), None, 1, device)
    head, loss, z = sample
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
        partial(work.terms_and_spectrum, sample),
        required=1,
        inner=20,
        threads=1,
        note="G is the difference of the two Hessians; one thread for both",
    )


def one_sample(device: str = "cpu") -> Comparison:
    """Projector and predictor: extremes of one sample, of a head that is used more than once."""
    sample = work.initial("swish", *AUTHORS, 1, device)
    return compare(
        "512-2048-2048 + 2048-512-2048 Swish, extremes of one sample",
        "torch.func.hessian and eigvalsh",
        "Lanczos to 1e-8",
        lambda: work.spectrum(sample)[[0, -1]],
        lambda: work.values(sample)[0],
        required=6,
        note="the head's fused weights, formed once per head, are not in the time",
    )


def one_sample_cold(device: str = "cpu") -> Comparison:
    """The same with a head that is seen for the first time."""
    sample = work.initial("swish", *AUTHORS, 1, device)
    head, loss, z = sample

    def kernel() -> Tensor:
        fresh = Head(head.weights, head.biases, head.activations)
        return work.values((fresh, loss, z))[0]

    return compare(
        "the same, of a new head",
        "torch.func.hessian and eigvalsh",
        "Lanczos to 1e-8, fusing the weights included",
        lambda: work.spectrum(sample)[[0, -1]],
        kernel,
        required=1,
        note="the first sample of a head; every further one costs what the line above says",
    )


def one_large_sample(references: int, device: str = "cpu") -> Comparison:
    """2048-8192-8192-8192: extremes of one sample."""
    sample = work.initial("swish", (2048, 8192, 8192, 8192), None, 1, device)
    return compare(
        "2048-8192-8192-8192 Swish, extremes of one sample",
        f"torch.func.hessian, {work.CHUNK} columns at once, and eigvalsh",
        "Lanczos to 1e-8",
        lambda: work.spectrum(sample, chunk=work.CHUNK)[[0, -1]],
        lambda: work.values(sample)[0],
        required=5,
        references=references,
        note=f"reference timed {references} time(s)",
    )


def batch(device: str = "cpu", scale: float = 1.0) -> Comparison:
    """256 samples at once against the published float32 estimator, in either published start."""
    cell = Cell(ACTIVATIONS["swish"], scale)
    state = work.moved(initial_state(cell, PUBLISHED, 0), device)
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
        note=f"largest relative residual {max(worst):.1e}; the published value is one number for the batch and is not compared",
    )


def collapsed_lanczos(
    device: str = "cpu", setting: Setting = PUBLISHED, samples: int = 8
) -> Comparison:
    """Samples of a head that training has collapsed, where the smallest eigenvalues crowd together."""
    sample, (before, after) = work.collapsed(setting, samples, device)
    pairs = work.extremes(sample)
    ratio = float((pairs.values[:, 0].abs() / pairs.scale).median())
    return compare(
        f"{samples} samples of the same head, collapsed by training",
        "torch.func.hessian and eigvalsh, sample by sample",
        f"Lanczos to 1e-8, falling back if need be; here: {pairs.method}",
        partial(work.ends, sample),
        partial(work.values, sample),
        required=1,
        note=(
            f"{work.STEPS} steps of SimSiam on random features from the pseudo-collapsed start; the "
            f"variance of directions fell from {before:.2g} to {after:.2g}; the smallest eigenvalue "
            f"is {ratio:.1e} of the norm; up to {int(pairs.iterations.max())} products; largest "
            f"relative residual {float((pairs.residuals.amax(-1) / pairs.scale).max()):.1e}"
        ),
    )


def collapsed_fallback(
    device: str = "cpu", setting: Setting = PUBLISHED, samples: int = 8
) -> Comparison:
    """What the fallback itself costs on the same samples, and how accurate it is."""
    sample, _ = work.collapsed(setting, samples, device)
    return compare(
        "the same by the fallback alone",
        "torch.func.hessian and eigvalsh, sample by sample",
        "closed form and eigh of every sample",
        partial(work.ends, sample),
        partial(work.factorised, sample),
        required=1,
        note="what a sample costs on which Lanczos does not converge, beyond the Lanczos steps",
    )


def costs(device: str = "cpu") -> Iterator[Scaling]:
    """Extremes as the input, the hidden width and the batch grow, by themselves."""

    def scaling(size: str, sizes: tuple[int, ...], make: Callable[[int], work.Sample]) -> Scaling:
        seconds = []
        for value in sizes:
            sample = make(value)
            work.values(sample)
            times = (time_of(partial(work.values, sample), 1)[0] for _ in range(REPETITIONS))
            seconds.append(median(wall for wall, _ in times))
        return Scaling(size, sizes, tuple(seconds))

    def initial(widths: tuple[int, ...], batch: int = 1) -> work.Sample:
        return work.initial("swish", widths, None, batch, device)

    yield scaling("d", (128, 256, 512, 1024), lambda n: initial((n, 512, 512)))
    yield scaling("width", (512, 1024, 2048, 4096), lambda n: initial((256, n, n)))
    yield scaling("batch", (4, 16, 64, 256), lambda n: initial((256, 512, 512), n))

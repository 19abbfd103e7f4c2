"""Timing of alternatives in one process, robust against whatever else the machine does.

The result of a comparison is the median of ratios, each between two runs that follow each other.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

REPETITIONS = 7


@dataclass(frozen=True)
class Comparison:
    """One reference against one kernel.

    Attributes:
        reference_s, kernel_s: seconds of each repetition, in the order they ran.
        reference_cpu_s, kernel_cpu_s: processor seconds of the same, over all threads.
        required: the ratio below which the kernel is not worth having.
        error: largest difference of the eigenvalues, over the largest modulus; None if the
            reference gives none to compare with.
        note: what is and what is not in the times.
    """

    name: str
    reference: str
    kernel: str
    reference_s: tuple[float, ...]
    kernel_s: tuple[float, ...]
    reference_cpu_s: tuple[float, ...]
    kernel_cpu_s: tuple[float, ...]
    required: float
    error: float | None
    note: str = ""

    @property
    def ratios(self) -> list[float]:
        """Reference over kernel; a reference run that was timed once stands for all."""
        return _ratios(self.reference_s, self.kernel_s)

    @property
    def ratio(self) -> float:
        """The median ratio."""
        return median(self.ratios)

    @property
    def cpu_ratio(self) -> float:
        """The median ratio of processor times, which a busy machine disturbs less."""
        return median(_ratios(self.reference_cpu_s, self.kernel_cpu_s))

    def __str__(self) -> str:
        """One line for the terminal."""
        return (
            f"{self.name}: {self.ratio:.1f}x ({min(self.ratios):.1f} to {max(self.ratios):.1f}; "
            f"processor time {self.cpu_ratio:.1f}x; at least {self.required:g} wanted), "
            f"{1e3 * median(self.reference_s):.4g} -> {1e3 * median(self.kernel_s):.4g} ms"
            + ("" if self.error is None else f", error {self.error:.0e}")
        )


@dataclass(frozen=True)
class Scaling:
    """Seconds of one sample's extremes as one size grows, and the exponent of a power law fitted."""

    size: str
    values: tuple[int, ...]
    seconds: tuple[float, ...]

    @property
    def exponent(self) -> float:
        """Slope of the least-squares line through the logarithms."""
        return self._line()[0]

    @property
    def fitted(self) -> tuple[float, ...]:
        """Seconds by the power law, one for each value."""
        slope, intercept = self._line()
        return tuple(float(v) for v in np.exp(intercept + slope * np.log(self.values)))

    def _line(self) -> tuple[float, float]:
        slope, intercept = np.polyfit(np.log(self.values), np.log(self.seconds), 1)
        return float(slope), float(intercept)

    def __str__(self) -> str:
        """One line for the terminal."""
        pairs = zip(self.values, self.seconds, strict=True)
        times = ", ".join(f"{value}: {1e3 * seconds:.3g} ms" for value, seconds in pairs)
        return f"cost ~ {self.size}^{self.exponent:.2f}: {times}"


def draw(scalings: Sequence[Scaling], path: Path) -> None:
    """Draw costs against sizes on logarithmic axes, with the power laws fitted, as an SVG file."""
    figure = Figure(figsize=(3.4 * max(len(scalings), 1), 3.2), layout="constrained")
    for number, scaling in enumerate(scalings, start=1):
        axes = figure.add_subplot(1, len(scalings), number)
        axes.loglog(scaling.values, scaling.seconds, "o", color="C0", label="measured")
        law = f"~ {scaling.size}^{scaling.exponent:.2f}"
        axes.loglog(scaling.values, scaling.fitted, "--", color="C1", label=law)
        axes.set(xlabel=scaling.size, ylabel="seconds for the extreme eigenpairs")
        axes.set_xticks(scaling.values, [str(v) for v in scaling.values], minor=False)
        axes.minorticks_off()
        axes.legend()
    figure.savefig(path, format="svg", metadata={"Date": None})


def environment(device: str = "cpu") -> dict[str, Any]:
    """What the times depend on."""
    on_gpu = torch.device(device).type == "cuda"
    return {
        "device": torch.cuda.get_device_name(device) if on_gpu else "cpu",
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "processor": _processor(),
        "cpus": os.cpu_count(),
        "torch threads": torch.get_num_threads(),
        "repetitions": REPETITIONS,
    }


def compare(
    name: str,
    reference: str,
    kernel: str,
    slow: Callable[[], Tensor | None],
    fast: Callable[[], Tensor],
    *,
    required: float,
    references: int = REPETITIONS,
    inner: int = 1,
    threads: int | None = None,
    note: str = "",
) -> Comparison:
    """Time both in turn.

    Args:
        name: as in `Comparison`, like all that is not named here.
        reference: what `slow` is, in words.
        kernel: what `fast` is, in words.
        slow: runs the reference and returns its eigenvalues, or None.
        fast: runs the kernel and returns the same ones.
        required: the ratio wanted.
        references: how often the reference is timed.
        inner: runs that make one time, where one is too short for the clock.
        threads: of PyTorch during the comparison; by default as many as there are.
        note: what is and what is not in the times.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(threads or before)
    wanted = fast()  # warms what is kept
    found = wanted
    slow_s: list[Times] = []
    fast_s: list[Times] = []
    compared = False
    try:
        for repetition in range(REPETITIONS):
            if repetition < references:
                seconds, result = time_of(slow, inner)
                slow_s.append(seconds)
                if result is not None:
                    wanted, compared = result, True
            seconds, found = time_of(fast, inner)
            fast_s.append(seconds)
    finally:
        torch.set_num_threads(before)
    error = float((found - wanted).abs().max() / found.abs().max()) if compared else None
    (wall, cpu), (fast_wall, fast_cpu) = (tuple(zip(*s, strict=True)) for s in (slow_s, fast_s))
    times = (wall, fast_wall, cpu, fast_cpu)
    return Comparison(name, reference, kernel, *times, required, error, note)


Result = TypeVar("Result")


Times = tuple[float, float]
"""Seconds by the clock, and of the processor over all threads."""


def time_of(work: Callable[[], Result], runs: int) -> tuple[Times, Result]:
    """Times that one of some runs took, and what the last of them returned."""
    _finish()
    start, busy = time.perf_counter(), time.process_time()
    for _ in range(runs):
        result = work()
    _finish()
    seconds, cpu = time.perf_counter() - start, time.process_time() - busy
    return (seconds / runs, cpu / runs), result


def _finish() -> None:
    """Wait for a GPU, which works on after its calls have returned."""
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()


def _ratios(reference: tuple[float, ...], kernel: tuple[float, ...]) -> list[float]:
    if len(reference) < len(kernel):
        reference = (median(reference),) * len(kernel)
    return [slow / fast for slow, fast in zip(reference, kernel, strict=True)]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())

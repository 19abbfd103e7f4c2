"""Timing of alternatives in one process, robust against whatever else the machine does.

They run in turn, and a peer's result is the median of ratios of processor time, each between two runs of one turn.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

ROUNDS, FEWEST_ROUNDS = 7, 3
"""How often each is timed, and at least: no further where it has taken `LONG` seconds altogether."""

LONG, SHORT = 2.0, 0.1
"""Processor seconds after which no further round is timed, and that a round takes at least, by several runs."""


@dataclass
class Times:
    """Seconds of one run, in each round: of the processor over all threads, and by the clock."""

    cpu_s: list[float] = field(default_factory=list)
    wall_s: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Spread:
    """Ratios of two alternatives, round by round: the median, the least and the largest."""

    median: float
    least: float
    largest: float

    @classmethod
    def of(cls, slow: Sequence[float], fast: Sequence[float]) -> Spread:
        """Each round's ratio; rounds that one of them was not timed in do not count."""
        ratios = [a / b for a, b in zip(slow, fast, strict=False)]
        return cls(median(ratios), min(ratios), max(ratios))


def timed(alternatives: Mapping[str, Callable[[], object]]) -> dict[str, Times]:
    """Time each in turn, round by round; the first one in every round that any other is timed in.

    They should have run before, so that what is kept and compiled is there.
    """
    found = {name: Times() for name in alternatives}
    inner: dict[str, int] = {}
    first, *others = alternatives
    for turn in range(ROUNDS):
        due = [n for n, t in found.items() if turn < FEWEST_ROUNDS or _taken(t, inner[n]) < LONG]
        if not due or (others and due == [first]):
            break
        for name in dict.fromkeys((first, *due)):
            runs = inner.get(name, 1)
            seconds = _seconds(alternatives[name], runs)
            if name not in inner:
                inner[name] = runs = max(1, round(SHORT / max(seconds[0], 1e-6)))
                seconds = _seconds(alternatives[name], runs) if runs > 1 else seconds
            found[name].cpu_s.append(seconds[0])
            found[name].wall_s.append(seconds[1])
    return found


def _taken(times: Times, inner: int) -> float:
    return inner * sum(times.cpu_s)


def _seconds(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """Processor and wall seconds of one of some runs."""
    _finish()
    start, busy = time.perf_counter(), time.process_time()
    for _ in range(runs):
        work()
    _finish()
    wall, cpu = time.perf_counter() - start, time.process_time() - busy
    return cpu / runs, wall / runs


def _finish() -> None:
    """Wait for a GPU, which works on after its calls have returned."""
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()


def error(found: Tensor, wanted: Tensor) -> float:
    """Largest difference, over the largest modulus of each operator's values (blocks, m)."""
    scale = wanted.abs().amax(-1, keepdim=True)
    return float(((found.cpu() - wanted.cpu()).abs() / scale.cpu()).max())


@dataclass(frozen=True)
class Scaling:
    """What a product of our Lanczos costs as one size grows, bookkeeping included; in theory weights x batch.

    Attributes:
        size: what grows.
        values: what it grows through.
        work: weights x batch at each.
        cpu_s: processor seconds of the extreme eigenpairs over the products that they took.
    """

    size: str
    values: tuple[int, ...]
    work: tuple[int, ...]
    cpu_s: tuple[float, ...]

    @property
    def exponent(self) -> float:
        """Slope of the least-squares line through the logarithms of seconds by work; 1 in theory."""
        return float(self._line()[0])

    @property
    def fitted(self) -> tuple[float, ...]:
        """Seconds by the power law, one for each value."""
        slope, intercept = self._line()
        return tuple(float(v) for v in np.exp(intercept + slope * np.log(self.work)))

    def _line(self) -> Any:
        return np.polyfit(np.log(self.work), np.log(self.cpu_s), 1)

    def __str__(self) -> str:
        """One line for the terminal."""
        pairs = zip(self.values, self.cpu_s, strict=True)
        times = ", ".join(f"{value}: {1e3 * seconds:.3g} ms" for value, seconds in pairs)
        return f"a product as {self.size} grows ~ (weights x batch)^{self.exponent:.2f}: {times}"


def draw(scalings: Sequence[Scaling], path: Path) -> None:
    """Draw costs against weights x batch on logarithmic axes, with the power laws fitted, as an SVG file."""
    figure = Figure(figsize=(3.4 * max(len(scalings), 1), 3.2), layout="constrained")
    for number, scaling in enumerate(scalings, start=1):
        axes = figure.add_subplot(1, len(scalings), number)
        axes.loglog(scaling.work, scaling.cpu_s, "o", color="C0", label=f"as {scaling.size} grows")
        law = f"~ work^{scaling.exponent:.2f}"
        axes.loglog(scaling.work, scaling.fitted, "--", color="C1", label=law)
        axes.set(xlabel="work: weights x batch", ylabel="processor seconds of a product")
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
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())

"""Precision, images as bytes, and what a run says about its speed.

Oracles: float32 runs; a clock whose times are known beforehand; the dtypes that the objective sees.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor
from training_fixture import SHORT

from verify.numeric.objectives import OBJECTIVES
from verify.ssl.data import Dataset, load_digits
from verify.ssl.training import Progress, checkpoint, ieee, to_arrays, train
from verify.ssl.training.checkpoint import Reporter, Stopwatch

pytestmark = pytest.mark.slow  # it trains networks

WALL = {"monotonic": time.monotonic}


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_digits()


def test_bytes_are_trained_on_as_their_numbers(digits: Dataset) -> None:
    levels = (digits.train_images * 255).round()
    numbers = replace(digits, train_images=levels / 255)
    stored = replace(digits, train_images=levels.to(torch.uint8))
    assert train(SHORT, stored).losses == train(SHORT, numbers).losses


def test_bfloat16_reaches_the_networks_and_not_the_objective(
    digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bfloat16 has 8 bits: a loss near 4 moves by some 4/256, and not by nothing."""
    registered = OBJECTIVES["info_nce"].function
    seen: list[tuple[torch.dtype, bool]] = []

    def spy(z1: Tensor, z2: Tensor, temperature: float) -> Tensor:
        seen.append((z1.dtype, torch.is_autocast_enabled("cpu")))
        return registered(z1, z2, temperature)

    full = train(replace(SHORT, epochs=2), digits)
    monkeypatch.setitem(OBJECTIVES, "info_nce", replace(OBJECTIVES["info_nce"], function=spy))
    half = train(replace(SHORT, epochs=2, precision="bfloat16"), digits)
    assert set(seen) == {(torch.float32, False)}
    assert half.losses != full.losses
    assert half.losses == pytest.approx(full.losses, rel=0.02)
    floats = [a.dtype for a in to_arrays(half).values() if a.dtype.kind == "f"]
    assert {str(dtype) for dtype in floats} == {"float32", "float64"}  # weights; losses


def test_precisions_are_named(digits: Dataset) -> None:
    with pytest.raises(ValueError, match="in float32 or bfloat16; it was 'float16'"):
        replace(SHORT, precision="float16")
    with pytest.raises(ValueError, match="on CUDA only, and the device is cpu"):
        train(replace(SHORT, compiled=True), digits)


def test_ieee_turns_tf32_off_and_back() -> None:
    def flags() -> tuple[bool, ...]:
        cudnn = torch.backends.cudnn
        return cudnn.allow_tf32, cudnn.deterministic, torch.backends.cuda.matmul.allow_tf32

    before = flags()
    assert before[0]  # PyTorch's default, which is what ieee is for
    with ieee():
        assert flags() == (False, True, False)
    assert flags() == before
    with pytest.raises(KeyError), ieee():
        raise KeyError
    assert flags() == before


@dataclass
class Clock:
    """A clock that stands still but for what is said to take time."""

    now: float = 0.0

    def taking(self, seconds: float, function: Callable[..., Tensor]) -> Callable[..., Tensor]:
        """The function, taking so long."""

        def slow(*arguments: Any) -> Tensor:
            self.now += seconds
            return function(*arguments)

        return slow


def test_speed_is_told(digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """3 s of making views and 1 s of everything else in each step of 128 images."""
    own = Clock()
    monkeypatch.setattr(checkpoint, "time", SimpleNamespace(perf_counter=lambda: own.now, **WALL))
    function = own.taking(1, OBJECTIVES["info_nce"].function)
    monkeypatch.setitem(OBJECTIVES, "info_nce", replace(OBJECTIVES["info_nce"], function=function))
    run = train(replace(SHORT, augmentation=own.taking(3, SHORT.augmentation)), digits)
    assert run.data_share == 0.75
    assert run.images_per_second == 128 / 4


def test_progress_ends_every_epoch_and_the_run(digits: Dataset) -> None:
    seen: list[Progress] = []
    train(replace(SHORT, epochs=3), digits, progress=seen.append)
    assert {p.epoch for p in seen if p.step % 11 == 0} == {1, 2, 3}
    assert {(p.epochs, p.steps) for p in seen} == {(3, 33)}
    assert [p.step for p in seen] == sorted(p.step for p in seen)
    assert seen[-1].step == 33
    assert seen[-1].seconds_left == 0
    assert all(p.images_per_second > 0 for p in seen)


def test_progress_counts_from_where_the_run_went_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """20 steps of 5 images in 10 s since step 40 of 100: 10 images a second, 20 s left."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    seen: list[Progress] = []
    report = Reporter(seen.append, first=40, steps=100, batch=5, epochs=4)
    now[0] = 0.4
    report(2, 41)  # too soon
    now[0] = 10
    report(3, 60)
    report(3, 60)  # too soon again
    report(3, 60, always=True)
    assert seen == [Progress(3, 4, 60, 100, 10.0, 20.0)] * 2


def test_stopwatch(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([1.0, 1.5, 4.0, 7.0, 8.0])
    monkeypatch.setattr(time, "perf_counter", lambda: next(times))
    watch = Stopwatch("cpu")
    for _ in range(3):
        watch.mark()
    assert watch.read() == [0.5, 2.5]
    for _ in range(2):
        watch.mark()
    assert watch.read() == [1.0]


class Event:
    """A CUDA event on a device whose clock runs in whole milliseconds, one at a record."""

    clock = 0

    def __init__(self, enable_timing: bool) -> None:
        assert enable_timing
        self.at: Any = None

    def record(self) -> None:
        """The device passes here."""
        Event.clock += 1
        self.at = Event.clock

    def synchronize(self) -> None:
        """Nothing is left to wait for."""

    def elapsed_time(self, later: Event) -> float:
        """Milliseconds."""
        return later.at - self.at


def test_stopwatch_reads_cudas_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "Event", Event)
    watch = Stopwatch("cuda")
    for _ in range(4):
        watch.mark()
    assert watch.read() == [0.001] * 3

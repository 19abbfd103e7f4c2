"""One check must not change what the next one sees: the state of a process, before and after.

What all checks of a process share is the working directory, the environment, the standard streams,
the generators of random numbers, the `SETTINGS` of NumPy, python-flint and PyTorch (not mpmath's precision, nor any
other), and the process's threads and children.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GRACE_S = 2.0
"""Seconds that a thread or a child process has to end by itself."""


SETTINGS: dict[str, tuple[str, Callable[[Any], Any], Callable[[Any, Any], object]]] = {
    "the errors that NumPy tells": (
        "numpy",
        lambda np: np.geterr(),
        lambda np, was: np.seterr(**was),
    ),
    "the precision of python-flint": (
        "flint",
        lambda flint: flint.ctx.prec,
        lambda flint, was: setattr(flint.ctx, "prec", was),
    ),
    "the type that PyTorch takes by default": (
        "torch",
        lambda torch: torch.get_default_dtype(),
        lambda torch, was: torch.set_default_dtype(was),
    ),
    "whether PyTorch differentiates": (
        "torch",
        lambda torch: torch.is_grad_enabled(),
        lambda torch, was: torch.set_grad_enabled(was),
    ),
    "the threads of PyTorch": (
        "torch",
        lambda torch: torch.get_num_threads(),
        lambda torch, was: torch.set_num_threads(was),
    ),
}
"""By what it is called: a setting's library, how it is read there, and how it is put back."""


class TraceLeftError(RuntimeError):
    """A check changed what other checks share; the message says what."""


@dataclass(frozen=True)
class _Shared:
    """What the checks of a process share, as it is when this is made."""

    directory: Path = field(default_factory=Path.cwd)
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    streams: tuple[object, ...] = field(default_factory=lambda: (sys.stdin, sys.stdout, sys.stderr))
    settings: dict[str, Any] = field(default_factory=lambda: _settings())
    threads: frozenset[threading.Thread] = field(
        default_factory=lambda: frozenset(threading.enumerate())
    )
    children: frozenset[int] = field(default_factory=lambda: _children())

    def put_back(self) -> list[str]:
        """Put back what was changed since, and return what was done, as in ``closed stdout``."""
        done = []
        try:
            moved = Path.cwd() != self.directory
        except FileNotFoundError:  # it went to a folder and removed that
            moved = True
        if moved:
            os.chdir(self.directory)
            done.append("changed the working directory")
        # Libraries set variables of their own when they are first imported.
        changed = [
            name
            for name, value in sorted(self.environment.items())
            if os.environ.get(name) != value
        ]
        if changed:
            done.append(f"changed {', '.join(changed)} in the environment")
        if os.environ != self.environment:
            os.environ.clear()
            os.environ.update(self.environment)
        if (sys.stdin, sys.stdout, sys.stderr) != self.streams:
            sys.stdin, sys.stdout, sys.stderr = self.streams
            done.append("replaced a standard stream")
        for name in ("stdout", "stderr"):
            if getattr(sys, name).closed:
                setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
                done.append(f"closed {name}")
        now = _settings()
        for name, was in self.settings.items():  # of a library that came later nothing is known
            if now[name] != was:
                library, _, put = SETTINGS[name]
                put(sys.modules[library], was)
                done.append(f"changed {name}")
        patience = time.monotonic() + GRACE_S
        while (left := self._left()) != ([], []) and time.monotonic() < patience:
            time.sleep(0.02)
        threads, children = left
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if threads:
            done.append(f"left the thread {threads[0].name} running")
        if children:
            done.append(f"left the process {children[0]} running")
        return done

    def _left(self) -> tuple[list[threading.Thread], list[int]]:
        """The threads and children that were not there and still run."""
        threads = [one for one in threading.enumerate() if one not in self.threads]
        return threads, sorted(_children() - self.children)


def _settings() -> dict[str, Any]:
    """The settings of the libraries that are loaded."""
    return {
        name: read(loaded)
        for name, (library, read, _) in SETTINGS.items()
        if (loaded := sys.modules.get(library))
    }


def _children() -> frozenset[int]:
    """The process's children that run; elsewhere than on Linux only those of `multiprocessing`."""
    found = {child.pid or 0 for child in multiprocessing.active_children()}
    for listed in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):  # the thread has ended
            found.update(int(pid) for pid in listed.read_text().split() if _runs(pid))
    return frozenset(found)


def _runs(pid: str) -> bool:
    """Whether a process of Linux has not ended, nobody having asked yet how."""
    with contextlib.suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    return False


@contextlib.contextmanager
def leaving_no_trace(seed: int) -> Iterator[None]:
    """Seed the shared generators; afterwards put back what was changed, and raise if something was.

    A thread cannot be stopped from outside: one that stays is told of, and ends with its process.
    Outside a process's main thread checks may run side by side, and nothing is done.

    Args:
        seed: what the generators of Python, NumPy and PyTorch start from.

    Raises:
        TraceLeftError: if the working directory, the environment, a standard stream or a setting of a library was
            changed, or a thread or child process still runs, unless an exception is on its way already.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    shared = _Shared()
    _seed(seed)
    try:
        yield
    except BaseException:
        shared.put_back()
        raise
    if done := shared.put_back():
        raise TraceLeftError(
            f"the check {' and '.join(done)}, which the checks after it would have met; let it undo what it does"
        )


def _seed(seed: int) -> None:
    """Seed the generators that all code of a process draws from, where their library is loaded."""
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed % 2**32)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)

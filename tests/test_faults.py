"""Whatever one check does, the others find what they find without it, and nothing hangs or is left.

The checks are those of `toy.FAULTS`, on one worker, before an ordinary one. The oracle is the same
room without them, and the list of the system's processes.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import flint
import numpy as np
import pytest
import torch
from toy import FAULTS, context, load_checks, write_registry

from verify.claims.evidence import Outcome
from verify.engine import runner
from verify.engine.isolation import SETTINGS, TraceLeftError, leaving_no_trace
from verify.engine.runner import process_pool, run_all
from verify.engine.store import Store

pytestmark = pytest.mark.slow  # it starts processes

SAID = {
    "exits": "SystemExit: 3",
    "base": "Odd: neither here nor there",
    "unpicklable": "Local: <function",
    "mute": "Mute: it has no readable message",
    "surrogate": "ValueError: half a pair: \\ud83d",
    "seven": "TypeError: expected a Finding from toy.P.seven, got int",
    "memory": "MemoryError: no message",
    "recursion": "RecursionError: maximum recursion depth exceeded",
    "moves": "TraceLeftError: the check changed the working directory",
    "removes": "TraceLeftError: the check changed the working directory",
    "environment": "TraceLeftError: the check changed OMP_NUM_THREADS, PATH in the environment",
    "closes": "TraceLeftError: the check closed stdout",
    "replaces": "TraceLeftError: the check replaced a standard stream",
    "thread": "TraceLeftError: the check left the thread sleeper running",
    "child": "TraceLeftError: the check left the process ",
}
"""How the summary of each fault begins."""

HARMLESS = ("grows", "draws", "half", "escapes")
"""What a check may do."""


def run(folder, *names, jobs=1):
    registry = write_registry(folder, names)
    results = run_all(
        load_checks(registry),
        context(registry, folder),
        Store(folder / "-".join(names)[:40]),
        process_pool,
        jobs=jobs,
    )
    return {id.rpartition(".")[2]: found for id, found in results.evidence.items()}


def left_over(mark: str) -> list[str]:
    """The command lines of running processes that hold a mark."""
    found = []
    for listed in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(listed.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it has ended
            continue
    return [command for command in found if mark in command]


def test_a_fault_is_an_error_of_its_check_and_changes_no_other(folder):
    alone = run(folder, "derivation", "property", *HARMLESS)
    found = run(folder, *SAID, "leave", "derivation", "property", *HARMLESS)
    for name, beginning in SAID.items():
        assert found[name].outcome is Outcome.ERROR, name
        assert found[name].summary.startswith(beginning), found[name].summary
    assert "worker process died" in found["leave"].summary
    for name in ("property", *HARMLESS):
        assert found[name].outcome is Outcome.AS_STATED
        assert found[name].summary == alone[name].summary
        assert found[name].residuals == alone[name].residuals
    assert set(SAID) | {*HARMLESS, "hangs"} == set(FAULTS)
    assert found["half"].summary == r"half a pair: \ud83d"
    assert found["escapes"].summary == r"\x1b[2Jall is well\x07, \u202edetats sa"
    assert left_over("sleep 600") == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: np.seterr(all="ignore"), "the errors that NumPy tells"),
        (lambda: setattr(flint.ctx, "prec", 20), "the precision of python-flint"),
        (lambda: torch.set_default_dtype(torch.float16), "the type that PyTorch takes by default"),
        (lambda: torch.set_grad_enabled(False), "whether PyTorch differentiates"),
        (lambda: torch.set_num_threads(3), "the threads of PyTorch"),
    ],
)
def test_what_a_check_sets_in_a_library_is_told_and_put_back(change, said):
    def fail():
        change()
        raise ZeroDivisionError

    before = {name: read(sys.modules[library]) for name, (library, read, _) in SETTINGS.items()}
    with pytest.raises(TraceLeftError, match=f"^the check changed {said}, "), leaving_no_trace(0):
        change()
    with pytest.raises(ZeroDivisionError), leaving_no_trace(0):
        fail()
    for name, (library, read, _) in SETTINGS.items():
        assert read(sys.modules[library]) == before[name]


def test_all_generators_that_checks_share_are_seeded():
    """Those of Python, NumPy and PyTorch, whatever was drawn before."""

    def drawn(seed):
        with leaving_no_trace(seed):
            return random.random(), np.random.random(), torch.rand(()).item()  # noqa: NPY002

    first, again, other = drawn(1), drawn(1), drawn(2)
    assert first == again
    assert all(one != another for one, another in zip(first, other, strict=True))


def test_a_check_that_does_not_end_is_stopped_and_the_others_go_on(folder, monkeypatch):
    monkeypatch.setattr(runner, "LEAST_S", 8.0)
    monkeypatch.setattr(runner, "TIMES", 0.0)
    found = run(folder, "hangs", "derivation", "property", jobs=2)
    assert found["hangs"].outcome is Outcome.ERROR
    assert "had not ended after 8 s" in found["hangs"].summary
    assert found["property"].outcome is Outcome.AS_STATED


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGHUP])
def test_workers_end_with_the_process_that_started_them(folder, how):
    registry = write_registry(folder, ["hangs", "derivation", "property"])
    mark = str(folder)
    code = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"  # nohup has it ignored
        f"import sys; sys.path[:0] = [{mark!r}, {str(Path(__file__).parent)!r}]\n"
        "from verify.__main__ import main\n"
        f"main(['toy', '--jobs', '2', '--out', {mark + '/out'!r}], registries=[{registry!r}])\n"
    )
    started = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    for line in started.stdout:
        if line.startswith("toy.P.property"):
            break
    workers = [
        int(pid)
        for listed in Path(f"/proc/{started.pid}/task").glob("*/children")
        for pid in listed.read_text().split()
    ]
    assert workers
    started.send_signal(how)
    started.wait(timeout=60)
    patience = time.monotonic() + 10.0
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < patience:
        time.sleep(0.05)
    assert [pid for pid in workers if Path(f"/proc/{pid}").exists()] == []

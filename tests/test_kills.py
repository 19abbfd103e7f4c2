"""A run that is killed loses nothing that had finished, and ends, once it is repeated, as if undisturbed.

The moments are drawn at random over the time that an undisturbed run takes, which is the oracle, one for each
way to disturb it: `pytest tests/test_kills.py --kills 40` tries more of them.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from toy import write_registry

from verify.engine.record import RunRecord

pytestmark = pytest.mark.slow  # it starts processes

CHECKS = ("derivation", "property", "surprise", "undecided", "weigh", "weigh_again", "grows")

WAYS = ("kill", "kill a worker", "interrupt twice", "terminate", "interrupt")


@contextlib.contextmanager
def started(folder: Path, registry: str, out: str) -> Iterator[subprocess.Popen[str]]:
    """A run of the toy room on two workers, in a session of its own."""
    code = (
        # A shell has its background jobs ignore it.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"import sys; sys.path[:0] = [{str(folder)!r}, {str(Path(__file__).parent)!r}]\n"
        "from verify.__main__ import main\n"
        f"arguments = ['toy', '--seed', '1', '--jobs', '2', '--out', {str(folder / out)!r}]\n"
        f"arguments += ['--json', {str(folder / out) + '.json'!r}]\n"
        f"sys.exit(main(arguments, registries=[{registry!r}]))\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-u", "-c", code],  # what is told is seen at once
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield run
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()


def disturb(run: subprocess.Popen[str], way: str) -> None:
    """Do to a run, or to one of its workers, what a machine or a person may."""
    if way == "kill a worker":
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
        with contextlib.suppress(OSError, ProcessLookupError):  # it has ended, or none has begun
            for pid in children.read_text().split()[-1:]:
                os.kill(int(pid), signal.SIGKILL)
        return
    sent = {"kill": signal.SIGKILL, "terminate": signal.SIGTERM}.get(way, signal.SIGINT)
    run.send_signal(sent)
    if way == "interrupt twice":
        time.sleep(0.05)
        run.send_signal(sent)


def findings(folder: Path, out: str) -> dict[str, object]:
    """What a run found, without when and how long."""
    record = msgspec.json.decode((folder / f"{out}.json").read_bytes(), type=RunRecord)
    found: dict[str, object] = {
        check.id: (check.outcome, check.summary, check.evidence and check.evidence.residuals)
        for check in record.checks
    }
    return found | {about: judged.verdict for about, judged in record.reached.items()}


def test_a_killed_run_ends_as_an_undisturbed_one(
    folder: Path, request: pytest.FixtureRequest
) -> None:
    moments: int = max(request.config.getoption("--kills"), len(WAYS))
    registry = write_registry(folder, CHECKS)
    begun = time.monotonic()
    with started(folder, registry, "undisturbed") as run:
        said = run.communicate()[0]
    lasted = time.monotonic() - begun
    wanted, code = findings(folder, "undisturbed"), run.returncode
    assert code == 1, said  # the surprise is one
    draw = random.Random()
    for number in range(moments):
        way, out, after = WAYS[number % len(WAYS)], f"disturbed{number}", draw.uniform(0.0, lasted)
        with started(folder, registry, out) as run:
            time.sleep(after)
            disturb(run, way)
            said = run.communicate(timeout=120)[0]
        tried = f"{way} after {after:.3f} of {lasted:.3f} s: {said}"
        if way != "kill a worker":
            evidence = folder / out / "evidence"
            kept = {
                file: file.read_bytes()
                for file in evidence.glob("*.json")
                if file.name != "run.json"
            }
            told = set(re.findall(r"^(toy\.P\.[\w.]+)  ", said, re.MULTILINE))
            assert told <= {file.name.rpartition("-")[0] for file in kept}, tried
            with started(folder, registry, out) as run:
                said = run.communicate(timeout=120)[0]
            for file, content in kept.items():
                assert file.read_bytes() == content, tried
            assert not list(evidence.glob("*.damaged")), tried
        assert run.returncode == code, f"{tried}\n{said}"
        assert findings(folder, out) == wanted, tried

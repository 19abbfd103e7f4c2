"""A run that is killed loses nothing that had finished, and ends, once it is repeated, as if undisturbed.

The oracle is an undisturbed run. The others are disturbed at random moments, one for each way to do it: some time
after a number of checks was told, which is drawn, since most of a run's time goes into imports; and each check takes
a while, so that there is time between two of them. `pytest tests/test_kills.py --kills 40` tries more of them.
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

CHECK_S = 0.2
"""Seconds that each check takes at least."""

WAYS = ("kill", "kill a worker", "interrupt twice", "terminate", "interrupt")


@contextlib.contextmanager
def started(folder: Path, registry: str, out: str) -> Iterator[subprocess.Popen[bytes]]:
    """A run of the toy room on two workers, in a session of its own."""
    code = (
        # A shell has its background jobs ignore it.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"import sys; sys.path[:0] = [{str(folder)!r}, {str(Path(__file__).parent)!r}]\n"
        "from verify.__main__ import main\n"
        f"arguments = ['toy', '--seed', '1', '--device', 'cpu', '--jobs', '2', '--out', {str(folder / out)!r}]\n"
        f"arguments += ['--json', {str(folder / out) + '.json'!r}]\n"
        f"sys.exit(main(arguments, registries=[{registry!r}]))\n"
    )
    with (folder / out).with_suffix(".txt").open("w") as said:
        run = subprocess.Popen(
            [sys.executable, "-u", "-c", code],  # what is told is seen at once
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield run
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()


def told(said: str) -> list[str]:
    """The checks whose end a run has told."""
    return re.findall(r"^(toy\.P\.[\w.]+)  ", said, re.MULTILINE)


def disturb(run: subprocess.Popen[bytes], way: str) -> None:
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
    for source in (folder / registry / "toy").glob("*.py"):
        slow = re.sub(
            r"(?m)^(def \w+\(ctx.*\):\n)", rf"\1    time.sleep({CHECK_S})\n", source.read_text()
        )
        source.write_text(slow)
    begun = time.monotonic()
    with started(folder, registry, "undisturbed") as run:
        run.wait(timeout=120)
    lasted = time.monotonic() - begun
    said = (folder / "undisturbed.txt").read_text()
    wanted, code, checks = findings(folder, "undisturbed"), run.returncode, len(told(said))
    assert code == 1, said  # the surprise is one
    assert checks > len(CHECKS)
    draw, unfinished = random.Random(), 0
    for number in range(moments):
        way, out = WAYS[number % len(WAYS)], f"disturbed{number}"
        heard = draw.randrange(checks)
        after = draw.uniform(0.0, CHECK_S if heard else lasted)
        log = folder / f"{out}.txt"
        with started(folder, registry, out) as run:
            while len(told(log.read_text())) < heard and run.poll() is None:
                time.sleep(0.01)
            time.sleep(after)
            disturb(run, way)
            run.wait(timeout=120)
        said = log.read_text()
        tried = f"{way} {after:.3f} s after {heard} of {checks} checks: {said}"
        if way != "kill a worker":
            evidence = folder / out / "evidence"
            kept = {
                file: file.read_bytes()
                for file in evidence.glob("*.json")
                if file.name != "run.json"
            }
            assert {*told(said)} <= {file.name.rpartition("-")[0] for file in kept}, tried
            unfinished += 0 < len(kept) < checks
            with started(folder, registry, out) as run:
                run.wait(timeout=120)
            for file, content in kept.items():
                assert file.read_bytes() == content, tried
            assert not list(evidence.glob("*.damaged")), tried
        assert run.returncode == code, f"{tried}\n{said}"
        assert findings(folder, out) == wanted, tried
    print(f"{moments} runs disturbed, {unfinished} of them between two checks; none lost")

"""A cluster in the place of one machine: the same evidence, nothing lost, nothing counted twice, strangers refused.

The cluster is Dask's own scheduler with two worker processes on the loopback interface, one of them under
a nanny, as `dask worker` starts it. The oracle is the same room on this machine's local pool.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from toy import context, load_checks, write_registry

from verify.__main__ import main
from verify.claims.check import Context
from verify.claims.evidence import Outcome
from verify.cli import soak
from verify.cli.cluster import Pool, pool
from verify.engine import cluster as engine
from verify.engine import runner
from verify.engine.mutation import campaign
from verify.engine.mutation.campaign import Campaign, Change
from verify.engine.registry import Room, load
from verify.engine.runner import Stage, WorkersError, run_all
from verify.engine.store import Store
from verify.experiments.rehearsal import Piece, spread, told

CHECKS = ("derivation", "property", "surprise", "undecided", "weigh", "weigh_again", "images")


class Loopback:
    """A scheduler and its workers, which import from a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._running = folder, contextlib.ExitStack()
        self._file = folder / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", "--port", "0", "--host", "127.0.0.1", "--scheduler-file", str(self._file)
        )
        from distributed import Client

        self.wait(self._file.is_file)
        self._client = Client(scheduler_file=str(self._file), set_as_default=False, timeout=5)
        self.address = self._client.scheduler.address
        self.bare: subprocess.Popen[bytes] | None = None

    def worker(self, *options: str, path: Path | None = None) -> subprocess.Popen[bytes]:
        """Start a worker, whose modules come from a folder; that of the cluster by default."""
        name = f"worker{time.monotonic_ns()}"
        own = ("--name", name, "--nthreads", "1", "--local-directory", str(self.folder / name))
        return self._start("worker", self.address, *own, *options, path=path)

    def _start(self, what: str, *options: str, path: Path | None = None) -> subprocess.Popen[bytes]:
        started = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{what}", "--no-dashboard", *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(path or self.folder), *sys.path]),
            },
        )
        self._running.callback(started.wait)
        self._running.callback(started.kill)
        return started

    @staticmethod
    def wait(until: Callable[[], object]) -> None:
        """Wait until something is true."""
        ends = time.monotonic() + 60.0
        while not until():
            assert time.monotonic() < ends
            time.sleep(0.1)

    def complete(self) -> None:
        """See that there are a worker under a nanny, which would start it again, and one without."""
        if self.bare is None or self.bare.poll() is not None:
            self.bare = self.worker("--no-nanny")
        self.wait(lambda: self.workers() == 2)

    def workers(self) -> int:
        """How many workers the scheduler knows."""
        return len(self._client.nthreads())

    def kill(self, worker: int) -> None:
        """Kill a worker, by the number of its process, and wait until the scheduler has noticed."""
        (lost,) = (at for at, pid in self._client.run(os.getpid).items() if pid == worker)
        os.kill(worker, signal.SIGKILL)
        self.wait(lambda: lost not in self._client.nthreads())

    def close(self) -> None:
        """End all of it."""
        self._client.close()
        self._running.close()


@pytest.fixture(scope="session")
def dask() -> None:
    """Skips where it is not installed."""
    pytest.importorskip(
        "distributed", reason="Dask is not installed: `pip install -e '.[cluster]'`"
    )


@pytest.fixture(scope="module")
def loopback(dask: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """A scheduler with two workers."""
    with contextlib.closing(Loopback(tmp_path_factory.mktemp("cluster"))) as running:
        running.worker()
        running.complete()
        yield running


@pytest.fixture(scope="module")
def single(dask: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """A scheduler with one worker, to be lost by the last test that has it."""
    with contextlib.closing(Loopback(tmp_path_factory.mktemp("single"))) as running:
        running.worker("--no-nanny")
        running.wait(lambda: running.workers() == 1)
        yield running


@pytest.fixture
def registry(loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> str:
    """A registry with the toy room, which the workers can import."""
    monkeypatch.syspath_prepend(loopback.folder)
    return write_registry(loopback.folder, CHECKS)


def connected(loopback: Loopback, registry: str, cache: Path) -> Pool:
    """The workers, as the command line has them."""
    cache.mkdir(parents=True, exist_ok=True)
    return pool(loopback.address, None, cache=cache, modules=[f"{registry}.toy"], kernel=True)


def run(registry, folder, runs, events=None, **options):
    """Run the toy room, and return what is found but for times."""
    with runs:
        results = run_all(
            load_checks(registry),
            context(registry, folder, git="abc", data={"cifar10": "abc"}),
            Store(folder / "evidence"),
            runs.make,
            jobs=runs.jobs,
            on_event=(lambda event: None) if events is None else events.append,
            **options,
        )
    return {id: timeless(found) for id, found in results.evidence.items()}


def timeless(evidence):
    """Evidence without when it was made and how long that took."""
    made = msgspec.structs.replace(evidence.provenance, date="", wall_s=0.0, cpu_s=0.0)
    return msgspec.structs.replace(evidence, provenance=made)


def finished(events):
    """The names of what finished, as often as it did."""
    return sorted(event.name for event in events if event.stage is Stage.FINISHED)


@pytest.mark.slow
def test_evidence_is_that_of_one_machine(loopback, registry, tmp_path, monkeypatch):
    alone = run(registry, tmp_path / "alone", Pool(2))
    for shared in (True, False):
        there, events = tmp_path / f"shared {shared}", []
        with monkeypatch.context() as patched:
            if not shared:  # as if the client's folder were on no other machine
                patched.setattr(engine, "write_whole", lambda path, content: None)
            runs = connected(loopback, registry, there / "cache")
        assert runs.jobs == 2
        assert run(registry, there, runs, events) == alone
        assert finished(events) == sorted([*alone, "toy-head", "toy-images"])
        # What was built is here under its address, wherever it was built, and was built once.
        kept, brought = (
            {f.name for f in (at / "cache").iterdir()} for at in (tmp_path / "alone", there)
        )
        assert kept == brought != set()
        built = [*loopback.folder.rglob("built"), *there.rglob("built")]
        assert "".join(file.read_text() for file in built) == "once\n" * 2
        assert (there / "built" in built) is shared


@pytest.mark.slow
def test_a_worker_that_is_killed_loses_nothing_and_nothing_counts_twice(
    loopback, registry, tmp_path
):
    room, began = loopback.folder / registry / "toy" / "__init__.py", tmp_path / "began"
    noted = f"    open({str(began)!r}, 'a').write(f'{{os.getpid()}}\\n')\n    time.sleep(1.0)\n"
    room.write_text(room.read_text().replace("def derive(ctx):\n", f"def derive(ctx):\n{noted}"))
    alone = run(registry, tmp_path / "alone", Pool(2))
    began.unlink()
    events = []

    def kill():
        loopback.wait(lambda: began.is_file() and began.read_text().endswith("\n"))
        process = int(began.read_text().split()[0])
        loopback.kill(parent(process))
        loopback.wait(lambda: not Path(f"/proc/{process}").exists())

    runs = connected(loopback, registry, tmp_path / "there/cache")
    disturbs = threading.Thread(target=kill)
    disturbs.start()
    assert run(registry, tmp_path / "there", runs, events) == alone
    disturbs.join()
    assert finished(events) == sorted([*alone, "toy-head", "toy-images"])
    assert len(began.read_text().split()) == 3, "the one that was killed, and two that ended"
    loopback.complete()


def making(worker: int) -> bool:
    """Whether a worker has the process that makes its calls."""
    listed = Path(f"/proc/{worker}/task").glob("*/children")
    started = [one for children in listed for one in children.read_text().split()]
    return any(b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes() for one in started)


def parent(process: int) -> int:
    """The process that started a process."""
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.mark.slow
def test_a_check_that_hangs_or_dies_is_an_error_of_its_own(single, tmp_path, monkeypatch):
    """The one worker there is goes on with a process that is new, and may import for long beside others."""
    monkeypatch.syspath_prepend(single.folder)
    registry = write_registry(single.folder, ["hangs", "leave", "thread", "derivation"])
    monkeypatch.setattr(runner, "LEAST_S", 20.0)
    monkeypatch.setattr(runner, "TIMES", 0.0)
    found = run(registry, tmp_path, connected(single, registry, tmp_path / "cache"))
    said = {id.rpartition(".")[2]: (one.outcome, one.summary) for id, one in found.items()}
    assert "it had not ended after 20 s, and was stopped" in said["hangs"][1]
    assert "died, and died again when it ran alone" in said["leave"][1]
    assert "left the thread sleeper running" in said["thread"][1]
    assert {said[name][0] for name in ("hangs", "leave", "thread")} == {Outcome.ERROR}
    assert said["derivation"][0] is said["ablation"][0] is Outcome.AS_STATED
    assert single.workers() == 1


@pytest.mark.slow
def test_a_worker_of_other_code_is_refused(loopback, registry, tmp_path):
    cache, other = tmp_path / "cache", tmp_path / "other"
    shutil.copytree(loopback.folder / registry, other / registry)
    formula = other / registry / "toy" / "formula.py"
    formula.write_text(formula.read_text().replace("x * x", "x * x * x"))
    stranger = loopback.worker("--no-nanny", path=other)
    loopback.wait(lambda: loopback.workers() == 3)
    with pytest.raises(
        WorkersError, match=r"^The worker tcp://.* is refused: the code is .* here\."
    ):
        connected(loopback, registry, cache)
    stranger.terminate()
    loopback.wait(lambda: loopback.workers() == 2)
    # One that comes once the others were admitted is refused with its first call.
    with connected(loopback, registry, cache) as runs:
        wanted = runs.cluster._terms.wanted | {"numpy": "0.1"}
        runs.cluster._terms = replace(runs.cluster._terms, wanted=wanted, session="later")
        with pytest.raises(WorkersError, match=r"refused: numpy is [\d.]+ there and 0\.1 here"):
            run(registry, tmp_path, runs)
    assert not list((tmp_path / "evidence").glob("*.json"))
    assert list(cache.iterdir()) == []


@pytest.mark.slow
def test_a_worker_of_several_threads_is_refused(loopback, registry, tmp_path):
    stranger = loopback.worker("--no-nanny", "--nthreads", "2")
    loopback.wait(lambda: loopback.workers() == 3)
    with pytest.raises(WorkersError, match=r"has 2 threads, .* start it with `--nthreads 1`"):
        connected(loopback, registry, tmp_path)
    stranger.terminate()
    loopback.wait(lambda: loopback.workers() == 2)


@pytest.mark.slow
def test_a_soak_counts_every_seed_once_though_a_worker_is_killed(loopback, registry, tmp_path):
    checks = tuple(one for one in load_checks(registry) if one.id == "toy.P.property")
    said: list[str] = []
    room = Room("toy", load("toy", f"{registry}.toy").subject, checks)

    def kill():
        loopback.wait(lambda: making(loopback.bare.pid))
        loopback.kill(loopback.bare.pid)

    disturbs = threading.Thread(target=kill)
    disturbs.start()
    with connected(loopback, registry, tmp_path / "cache") as runs:
        code = soak.soak(
            [room],
            context(registry, tmp_path),
            tmp_path / soak.FILE,
            seeds=20,
            jobs=runs.jobs,
            make=runs.make,
            until=None,
            say=said.append,
        )
    disturbs.join()
    assert code == 0
    kept = soak.read(tmp_path / soak.FILE)
    assert [(one.seeds, one.draws, one.alarms) for one in kept.values()] == [(20, True, {})]
    assert said[-1].startswith("0 alarms in 20 runs of 1 check that draw")
    assert "hours of 2 workers" in said[-1]
    loopback.complete()


@pytest.mark.slow
def test_changes_are_tried_on_a_copy_of_this_machine_s_checkout(single, tmp_path, monkeypatch):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_sum.py").write_text(
        "from tests.sums import add\n\ndef test_sum():\n    assert add(1, 2) == 3\n"
    )
    (tmp_path / "tests/sums.py").write_text("add = lambda a, b: a + b\n")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    monkeypatch.setattr(campaign, "COPIED", ("pyproject.toml", "tests"))
    test = ("tests/test_sum.py",)
    changes = [
        Change("", "", "", test),
        Change("minus", "tests/sums.py", "add = lambda a, b: a - b\n", test),
        Change("same", "tests/sums.py", "add = lambda a, b: b + a\n", test),
    ]
    cache = tmp_path / "cache"
    cache.mkdir()
    with (
        pool(single.address, None, cache=cache, modules=[]) as runs,
        Campaign(
            tmp_path,
            Context(seed=0, profile="smoke", device="cpu", cache="", rooms={}),
            1,
            runs.cluster,
        ) as tries,
    ):
        found = {id: (one["red"], one["how"].split("\n")[0]) for id, one in tries.outcomes(changes)}
    assert found == {
        "": ("", ""),
        "minus": (test[0], "failed: tests/test_sum.py::test_sum: assert -1 == 3"),
        "same": ("", ""),
    }
    assert list(cache.iterdir()) == []


@pytest.mark.slow
def test_a_scheduler_that_is_lost_ends_the_run_and_what_had_finished_stays(
    single, tmp_path, monkeypatch, capsys
):
    monkeypatch.syspath_prepend(single.folder)
    registry = write_registry(single.folder, ["derivation", "property"])
    room = single.folder / registry / "toy" / "__init__.py"
    hangs = "def derive(ctx):\n    time.sleep(600)\n"
    room.write_text(room.read_text().replace("def derive(ctx):\n", hangs))
    out = tmp_path / "out"

    def kill():
        single.wait(lambda: list(out.glob("evidence/toy.P.*.json")))
        single.scheduler.kill()

    monkeypatch.setattr(engine, "CONNECT_S", 2.0)
    disturbs = threading.Thread(target=kill)
    disturbs.start()
    asked = ["toy", "--seed", "1", "--cluster", single.address, "--out", str(out)]
    code = main(asked, registries=[registry])
    disturbs.join()
    said = capsys.readouterr().err
    assert code == 3
    assert said.startswith(f"verify: The connection to the scheduler at {single.address} was lost.")
    assert "Traceback" not in said
    assert len(list(out.glob("evidence/toy.P.*.json"))) == 1


# --- what needs no cluster ----------------------------------------------------------------------


@pytest.fixture
def asked(folder, verify):
    """The exit code and the complaint of a run of the toy room on a cluster."""

    def call(address="tcp://127.0.0.1:9"):
        code, _, said = verify(write_registry(folder), "toy", "--cluster", address)
        return code, said

    return call


def test_without_dask_a_sentence_says_what_to_install(asked, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, said = asked()
    assert code == 3
    assert said.startswith("verify: `--cluster` needs Dask, which cannot be imported")
    assert "pip install -e '.[cluster]'" in said


def test_a_scheduler_that_is_not_there_is_a_sentence(dask, asked, monkeypatch):
    monkeypatch.setattr(engine, "CONNECT_S", 0.5)
    code, said = asked()
    assert code == 3
    assert said.startswith("verify: No Dask scheduler answers at tcp://127.0.0.1:9 (")
    assert "Traceback" not in said


@pytest.mark.parametrize("address", ["here", "http://a:1", "tcp://a", "tcp://:8786", "tcp://a:b"])
def test_an_address_that_is_none_is_refused(asked, address):
    code, said = asked(address)
    assert code == 2
    assert "expected a scheduler's address such as tcp://host:8786" in said


def test_images_that_are_fetched_are_on_one_machine_alone(verify, folder):
    asked = "ssl E3 --data cifar10 --download --cluster tcp://a:1"
    code, _, said = verify("verify.experiments", *asked.split())
    assert code == 2
    assert "name where they are, on every machine, with `--data-path`" in said


def test_runs_are_spread_with_the_longest_first():
    def piece(runs, seconds):
        return Piece("E", runs, 1, 0, seconds, 0.0, 0, 0, 0, 1)

    pieces = [piece(3, 2.0), piece(2, 5.0)]
    assert [spread(pieces, workers) for workers in (1, 2, 3, 9)] == [16.0, 9.0, 6.0, 5.0]
    assert "over 2 workers" in told(pieces, "cpu", 2)

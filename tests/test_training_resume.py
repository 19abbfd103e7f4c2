"""A run that was killed goes on from its last checkpoint, and ends as one that never stopped.

Oracle: the same run unbroken, compared bit by bit. The kill is SIGKILL to another process, which no
handler sees; what that process printed says how far it had come.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tiny_training
import torch
from msgspec import structs
from training_fixture import DIGITS_METHODS, EVERY, LONG, NARROW, SHORT, look

from verify.ssl.data import Dataset, load_digits
from verify.ssl.steps import watch_collapse
from verify.ssl.training import (
    Config,
    Optimiser,
    OutOfTime,
    Progress,
    State,
    loop,
    to_arrays,
    train,
)
from verify.ssl.training.checkpoint import checkpoint_path
from verify.ssl.training.loop import TrainedRun

pytestmark = pytest.mark.slow  # it trains networks

HERE = Path(__file__).parent
COMMAND = [sys.executable, "-c", "from training_fixture import main; main()"]
STEPS = 1437 // LONG.batch
"""Steps of an epoch of `LONG`."""


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_digits()


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def assert_equal(found: Mapping[str, np.ndarray], wanted: Mapping[str, np.ndarray]) -> None:
    """Losses, curves and weights are the same to the last bit."""
    assert set(found) == set(wanted)
    for name, values in wanted.items():
        assert values.dtype == found[name].dtype, name
        assert np.array_equal(values, found[name]), name


def test_a_killed_run_loses_at_most_one_interval(tmp_path: Path, digits: Dataset) -> None:
    folder, result = tmp_path / "checkpoints", tmp_path / "run.npz"
    command = [*COMMAND, str(folder), str(result)]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)]),
        "OMP_NUM_THREADS": "1",
    }

    pipe = subprocess.PIPE
    killed = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)
    assert killed.stdin is not None
    assert killed.stdout is not None
    steps = 0
    while steps < 5 * STEPS:  # two epochs past the first checkpoint
        steps = int(killed.stdout.readline())
        killed.stdin.write("\n")
        killed.stdin.flush()
    killed.send_signal(signal.SIGKILL)  # while the sixth epoch is trained
    steps = max([steps, *map(int, killed.stdout)])
    killed.stdout.close()
    killed.stdin.close()
    assert killed.wait(timeout=60) == -signal.SIGKILL
    assert steps < LONG.epochs * STEPS
    assert not result.exists()

    again = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=300,
    )
    reported = dict.fromkeys(map(int, again.stdout.split()))
    ends = [step for step in reported if step % STEPS == 0]
    resumed = ends[0] // STEPS - 1  # the first epoch whose end was reported is the one after
    assert resumed >= EVERY
    assert resumed % EVERY == 0
    assert steps // STEPS - resumed <= EVERY  # epochs that were trained twice
    assert ends == [STEPS * epoch for epoch in range(resumed + 1, LONG.epochs + 1)]
    with np.load(result) as stored:
        assert_equal(dict(stored), to_arrays(train(LONG, digits, observe=look)))


FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([tiny_training.__name__])


def build(folder: Path, kill: int = 0, after: float = 0.0) -> tuple[int, list[int]]:
    """Build the tiny run in a process of its own; return its exit code and the epochs that it saw end.

    Args:
        folder: what earlier processes left there it goes on from.
        kill: a signal to send, if any.
        after: seconds after which it is sent.
    """
    folder.mkdir(exist_ok=True)
    seen = folder / tiny_training.SEEN
    seen.unlink(missing_ok=True)
    process = FORKS.Process(target=tiny_training.build_tiny, args=(str(folder),))
    process.start()
    if kill:
        process.join(after)
        if process.exitcode is None and process.pid:
            os.kill(process.pid, kill)
    process.join(300)
    assert process.exitcode is not None, "it hangs"
    return process.exitcode, [*map(int, seen.read_text().split())] if seen.exists() else []


def built(folder: Path) -> dict[str, np.ndarray]:
    """What was kept of the tiny run, but for times: losses, and all weights of every epoch."""
    arrays = tiny_training.RUN.load(tiny_training.context(str(folder)))
    times = ("seconds", "images_per_second", "data_share")
    return {name: array for name, array in arrays.items() if name not in times}


def test_a_run_killed_at_random_moments_ends_as_an_undisturbed_one(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Killed up to three times on its way, run after run, each the same to the last bit.

    No later process repeats what an earlier one finished: the first epoch that it sees end is the one
    after the last that was seen, or that one, where its checkpoint was not whole. The moments are drawn
    over what an undisturbed run takes; `--kills 40` tries so many.
    """
    nothing = FORKS.Process(target=int)  # the others' parent imports first
    nothing.start()
    nothing.join()
    begun = time.monotonic()
    states = list(
        range(tiny_training.TINY.epochs + 1)
    )  # before the first step, and after each epoch
    assert build(tmp_path / "undisturbed") == (0, states)
    lasted, wanted = time.monotonic() - begun, built(tmp_path / "undisturbed")
    draw, killed, runs = random.Random(), 0, 0
    while killed < request.config.getoption("--kills"):
        folder, done = tmp_path / f"disturbed{runs}", 0
        for kill in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, 0):
            begun = time.monotonic()
            code, seen = build(folder, kill, draw.uniform(0.0, lasted))
            killed += code != 0
            if (code, seen) == (0, states):
                lasted = time.monotonic() - begun  # as fast as the machine is now
            said = f"signal {int(kill)}: exit code {code}, saw {seen}, the last before was {done}"
            # Interrupted in its own code, PyTorch may abort.
            assert code in (0, -kill) or kill is signal.SIGINT, said
            if seen:
                assert seen == list(range(seen[0], seen[-1] + 1)), said
                assert seen[0] in (done, done + 1), said
                done = seen[-1]
        assert code == 0, said
        assert_equal(built(folder), wanted)
        assert build(folder) == (0, [])
        runs += 1
    print(f"{killed} kills of {runs} runs, none lost or otherwise")


class Ticking:
    """A clock that an observer moves on: every epoch takes ten seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: self.now))

    def look(self, state: State) -> Mapping[str, float | np.ndarray]:
        """What is seen, ten seconds later."""
        self.now += 10
        return look(state)

    def run(
        self, config: Config, digits: Dataset, folder: Path, budget: float, every: int = 1
    ) -> TrainedRun:
        """Train for so many seconds."""
        return train(
            config,
            digits,
            observe=self.look,
            watch=watch_collapse,
            checkpoint=folder,
            every=every,
            deadline=self.now + budget,
        )


def variants() -> dict[str, Config]:
    """Runs that keep different things between steps."""
    predictor = replace(NARROW, batchnorm=False)
    momentum = Optimiser(name="sgd", learning_rate=0.01, momentum=0.9, schedule="cosine")
    sgd = replace(SHORT, objective="simsiam", predictor=predictor, optimiser=momentum)
    methods = {
        name: replace(
            config, projector=NARROW, predictor=config.predictor and NARROW, representation=32
        )
        for name, config in DIGITS_METHODS.items()
    }
    passes = replace(sgd, passes=2)
    return {
        **methods,
        "two passes": passes,
        "sgd with momentum": sgd,
        "bfloat16": replace(SHORT, precision="bfloat16"),
    }


@pytest.mark.parametrize("name", variants())
def test_stopping_and_going_on_changes_nothing(
    name: str, tmp_path: Path, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after epoch 2 of 3 by a deadline, though checkpoints are written every 5 only."""
    digits = replace(digits, train_images=digits.train_images[:300])
    config = replace(variants()[name], epochs=3, batch=64)
    clock = Ticking(monkeypatch)
    with pytest.raises(OutOfTime, match="after 2 of 3 epochs; the same command goes on") as stopped:
        clock.run(config, digits, tmp_path, budget=35, every=5)
    assert (stopped.value.epoch, stopped.value.epochs) == (2, 3)
    assert [stopped.value.checkpoint] == list(tmp_path.iterdir())
    run = clock.run(config, digits, tmp_path, budget=35, every=5)
    assert run.resumed == 2
    assert run.checkpoint == stopped.value.checkpoint
    whole = train(config, digits, observe=look, watch=watch_collapse)
    assert_equal(to_arrays(run), to_arrays(whole))


def test_checkpoints_are_some_time_apart_and_the_last_is_written(
    tmp_path: Path, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An epoch takes ten seconds, and so does what is seen before the first."""
    clock, written = Ticking(monkeypatch), []
    monkeypatch.setattr(loop.Live, "save", lambda live, path, run: written.append(run.epoch))
    config = replace(SHORT, epochs=6)
    train(config, digits, observe=clock.look, checkpoint=tmp_path, apart=25)
    assert written == [2, 5, 6]


def test_a_run_on_images_of_ones_own_keeps_one_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing says how far apart; an epoch takes ten seconds again."""
    clock, written = Ticking(monkeypatch), []
    monkeypatch.setattr(loop.Live, "save", lambda live, path, run: written.append(run.epoch))
    session = structs.replace(tiny_training.context(str(tmp_path)), scratch=str(tmp_path))
    config = replace(tiny_training.TINY, epochs=12)
    loop.fit(tiny_training.SOURCE, config, session, lambda *_: clock.look)
    assert written == [5, 11, 12]


def test_a_deadline_is_kept(
    tmp_path: Path, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No epoch is begun that would end too late; a call with any time left trains one."""
    config = replace(SHORT, epochs=5)
    clock = Ticking(monkeypatch)
    for budget, done in ((-1, 0), (1, 1), (20, 3), (19, 4)):
        with pytest.raises(OutOfTime) as stopped:
            clock.run(config, digits, tmp_path, budget)
        assert stopped.value.epoch == done, budget
    assert clock.now == 60  # four epochs, and what was seen before the first of them, twice
    assert clock.run(config, digits, tmp_path, budget=1).resumed == 4
    finished = clock.run(config, digits, tmp_path, budget=-1)  # nothing is left to do
    assert finished.resumed == 5
    with pytest.raises(ValueError, match="loses what it has done, unless it keeps checkpoints"):
        train(config, digits, deadline=1e9)


def test_a_finished_run_is_not_trained_again(tmp_path: Path, digits: Dataset) -> None:
    first = train(SHORT, digits, observe=look, checkpoint=tmp_path)

    def refuse(progress: Progress) -> None:
        raise AssertionError(f"trained: {progress}")

    again = train(SHORT, digits, observe=look, checkpoint=tmp_path, progress=refuse)
    assert (first.resumed, again.resumed) == (0, SHORT.epochs)
    assert_equal(to_arrays(again), to_arrays(first))
    assert again.seconds == first.seconds
    assert again.images_per_second == first.images_per_second
    assert not again.networks.backbone.training


def other_look(state: State) -> Mapping[str, float | np.ndarray]:
    """Another observer."""
    return look(state)


def test_only_the_same_run_goes_on(tmp_path: Path, digits: Dataset) -> None:
    """The address changes with configuration, pixels, labels, name and observer."""
    pixels = digits.train_images.clone()
    pixels[0, 0, 0, 0] += 0.5
    dark = replace(digits, train_images=pixels)
    addresses = [
        checkpoint_path(tmp_path, SHORT, digits),
        checkpoint_path(tmp_path, replace(SHORT, seed=1), digits),
        checkpoint_path(tmp_path, replace(SHORT, epochs=5), digits),
        checkpoint_path(
            tmp_path, replace(SHORT, augmentation=replace(SHORT.augmentation, rotation=1)), digits
        ),
        checkpoint_path(tmp_path, replace(SHORT, precision="bfloat16"), digits),
        checkpoint_path(tmp_path, SHORT, dark),
        checkpoint_path(tmp_path, SHORT, replace(digits, test_labels=digits.test_labels + 1)),
        checkpoint_path(tmp_path, SHORT, replace(digits, name="other")),
        checkpoint_path(tmp_path, SHORT, digits, observe=look),
        checkpoint_path(tmp_path, SHORT, digits, observe=other_look),
        checkpoint_path(tmp_path, SHORT, digits, watch=watch_collapse),
        checkpoint_path(tmp_path, SHORT, digits, observe=look, watch=watch_collapse),
        checkpoint_path(tmp_path, SHORT, digits, "meta"),
    ]
    assert len(set(addresses)) == len(addresses)
    assert checkpoint_path(tmp_path, replace(SHORT), load_digits()) == addresses[0]


def test_the_address_changes_with_the_code(
    tmp_path: Path, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    from verify.ssl.training import checkpoint

    before = checkpoint_path(tmp_path, SHORT, digits)
    asked: list[tuple[str, ...]] = []

    def digest(*modules: str) -> str:
        asked.append(modules)
        return "another"

    monkeypatch.setattr(checkpoint, "closure_digest", digest)
    assert checkpoint_path(tmp_path, SHORT, digits, observe=look) != before
    assert checkpoint_path(tmp_path, SHORT, digits) != before
    assert asked == [("verify.ssl.training", "training_fixture"), ("verify.ssl.training",)]


def test_a_checkpoint_is_written_whole_or_not_at_all(
    tmp_path: Path, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted while the second checkpoint is half written, a run goes on from the first."""
    write, written = torch.save, []

    def interrupted(content: object, file: object) -> None:
        if written:
            file.write(b"half a checkpoint")  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        written.append(content)
        write(content, file)

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train(SHORT, digits, observe=look, checkpoint=tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] == [".pt"]
    run = train(SHORT, digits, observe=look, checkpoint=tmp_path)
    assert run.resumed == 1
    assert_equal(to_arrays(run), to_arrays(train(SHORT, digits, observe=look)))


def test_what_a_killed_process_left_is_swept(tmp_path: Path, digits: Dataset) -> None:
    """Of this run, and of no process that may still be writing."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    path = checkpoint_path(tmp_path, SHORT, digits)
    left = path.with_name(f"{path.name}.{gone.pid}.part")
    writing = path.with_name(f"{path.name}.{os.getppid()}.part")
    others = tmp_path / f"0123456789abcdef.pt.{gone.pid}.part"
    for part in (left, writing, others):
        part.touch()
    train(replace(SHORT), digits, checkpoint=tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {path.name, writing.name, others.name}


def _flip_a_weight(path: Path) -> None:
    """Change one bit of the largest tensor, which PyTorch alone reads without a word."""
    with zipfile.ZipFile(path) as archive:
        largest = max(archive.infolist(), key=lambda member: member.file_size)
        whole = archive.read(largest)
    content = bytearray(path.read_bytes())
    content[content.index(whole) + len(whole) // 2] ^= 64
    path.write_bytes(content)


def _without(content: Any, *names: str) -> Any:
    """The content without the entry at the end of a path of names."""
    *above, last = names
    inner = content
    for name in above:
        inner = inner[name]
    del inner[last]
    return content


def _wider(content: Any) -> Any:
    weights = next(iter(content["modules"].values()))
    name = next(name for name, tensor in weights.items() if tensor.dim() == 2)
    weights[name] = torch.zeros(weights[name].shape[0], weights[name].shape[1] + 1)
    return content


FORGED = {
    "no progression": lambda content: _without(content, "progression"),
    "no generators": lambda content: _without(content, "generators"),
    "another shape": _wider,
    "a field of the future": lambda content: {
        **content,
        "progression": {**content["progression"], "mood": 1.0},
    },
    "a list": lambda content: [1, 2],
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, digits: Dataset) -> TrainedRun:
    return train(SHORT, digits, checkpoint=tmp_path_factory.mktemp("finished"))


@pytest.mark.parametrize("damage", ["cut", "empty", "code", "archived code", "flipped", *FORGED])
def test_a_damaged_checkpoint_starts_over(
    damage: str, finished: TrainedRun, tmp_path: Path, digits: Dataset
) -> None:
    """With a warning, from the very beginning; and what would run when unpickled is not run."""
    assert finished.checkpoint is not None
    path = Path(shutil.copy(finished.checkpoint, tmp_path))
    proof = tmp_path / "ran"
    if damage == "code":
        path.write_bytes(pickle.dumps(Touch(str(proof)), protocol=2))
    elif damage == "archived code":
        torch.save({"progression": Touch(str(proof))}, path)
    elif damage == "flipped":
        _flip_a_weight(path)
    elif damage in FORGED:
        torch.save(FORGED[damage](torch.load(path, weights_only=True)), path)
    else:
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2] if damage == "cut" else b"")
    with pytest.warns(UserWarning, match="is no checkpoint .* its run starts over"):
        run = train(SHORT, digits, checkpoint=tmp_path)
    assert run.resumed == 0
    assert not proof.exists()
    assert_equal(to_arrays(run), to_arrays(finished))


class Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (self.path, "w")


def test_intervals_are_whole_epochs(digits: Dataset) -> None:
    with pytest.raises(ValueError, match="at least 1; every=0"):
        train(SHORT, digits, every=0)

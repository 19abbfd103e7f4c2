"""Trying changes: each on a copy of the checkout, with the checks that must notice, many at a time.

A check that is red without any change would notice everything; every check is therefore first run
on the unchanged copy.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext
from importlib.util import cache_from_source
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from verify.claims.check import Context
from verify.engine import registry as rooms
from verify.engine.mutation import host
from verify.engine.mutation.catalogue import Mutation, MutationError, is_test
from verify.engine.provenance import evidence_key
from verify.engine.runner import RemoteExecutor
from verify.engine.worker import THREADS

COPIED = ("projection_head_verifier.py", "pyproject.toml", "reports", "tests", "theorems", "verify")
"""What of the checkout is copied."""

LEFT = shutil.ignore_patterns("site", ".pytest_cache", "*.part")

LIMIT = 300.0
"""Seconds that the checks of one change may take, several times what any take together."""

WORDS = "since they were read against each other"
"""What a check says that compares words and code with a digest of what was once read, and evaluates nothing."""

FEW = 4
"""Checks that are run one after another on an unchanged copy."""


By = Literal["", "check", "exception", "words"]
"""What noticed a change: what a check or test found, an exception, or a digest of words alone; empty if nothing did."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one change.

    Attributes:
        id: of the change.
        key: `Keys.of` the change.
        noticed_by: the first check that turned red; empty if none did.
        how: what it said; without a check, why it is not known whether one would have.
        seconds: wall time.
    """

    id: str
    key: str
    noticed_by: str
    how: str
    seconds: float

    @property
    def decided(self) -> bool:
        """Whether a check turned red, or every one ended green."""
        return bool(self.noticed_by) or not self.how

    @property
    def by(self) -> By:
        """What noticed it."""
        if not self.noticed_by:
            return ""
        if WORDS in self.how:
            return "words"
        return "exception" if self.how.startswith("error:") else "check"


def is_over(until: float | None) -> bool:
    """Whether a time on `time.monotonic`'s clock has come."""
    return until is not None and time.monotonic() > until


class Change(NamedTuple):
    """A file's new content, and the checks to be tried on it; without a file, nothing is changed."""

    id: str
    file: str
    content: str
    checks: tuple[str, ...]


def copy_checkout(root: Path, folder: Path) -> None:
    """Copy what is needed of a checkout to a new folder."""
    folder.mkdir()
    for name in COPIED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=LEFT)
        else:
            shutil.copy2(source, folder / name)


class Copy:
    """A copy of the checkout, and the process that tries changes on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._host = subprocess.Popen(
            [sys.executable, "-P", host.__file__, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **THREADS},
        )

    def tried(self, change: Change, ctx: Context, limit: float) -> dict[str, str]:
        """Make a change, and return what `first_red` does."""
        with self.changed(change) if change.file else nullcontext():
            return self.first_red(change.checks, ctx, limit)

    def first_red(self, checks: Sequence[str], ctx: Context, limit: float) -> dict[str, str]:
        """Run checks until one is not green; return its id and what it said; or no check, and why it is not known."""
        assert self._host.stdin is not None
        assert self._host.stdout is not None
        job = {"checks": checks, "context": msgspec.to_builtins(ctx), "limit": limit}
        self._host.stdin.write(f"{json.dumps(job)}\n")
        self._host.stdin.flush()
        line = self._host.stdout.readline()
        if not line:
            raise MutationError("The process that tries changes died; try again.")
        found: dict[str, str] = json.loads(line)
        return found

    @contextmanager
    def changed(self, change: Change) -> Iterator[None]:
        """Change a file of the copy for a while."""
        path = self.folder / change.file
        before = path.read_bytes()
        try:
            path.write_text(change.content, encoding="utf-8")
            # Python tells compiled code by the second and the size, which may be the same.
            Path(cache_from_source(str(path))).unlink(missing_ok=True)
            yield
        finally:
            path.write_bytes(before)
            Path(cache_from_source(str(path))).unlink(missing_ok=True)

    def close(self) -> None:
        """End the process."""
        assert self._host.stdin is not None
        assert self._host.stdout is not None
        self._host.stdin.close()
        self._host.wait()
        self._host.stdout.close()


class RemoteCopy:
    """A copy of the checkout on whichever worker of a cluster is free.

    Args:
        workers: of the cluster.
        archive: the checkout, in their cache.
    """

    def __init__(self, workers: RemoteExecutor, archive: Path) -> None:
        self._workers, self._archive = workers, archive

    def tried(self, change: Change, ctx: Context, limit: float) -> dict[str, str]:
        """Make a change, and return what `Copy.first_red` does."""
        call = (tried_on_worker, (self._archive.name, change, ctx, limit))
        found: dict[str, str] = self._workers.send(
            call, math.inf, brings=[str(self._archive)]
        ).result()
        return found

    def close(self) -> None:
        """Leave it to the worker, which ends with the process that tries."""


_unpacked: dict[str, Copy] = {}
"""The copy that this process tries changes on, by the archive's name."""


def tried_on_worker(archive: str, change: Change, ctx: Context, limit: float) -> dict[str, str]:
    """Try a change on a worker, on a copy that is made once.

    Args:
        archive: the checkout, a file of the context's cache.
        change: see `Copy.tried`.
        ctx: the context; the copy is below its `scratch`.
        limit: see `Copy.tried`.
    """
    if archive not in _unpacked:
        for left in Path(ctx.scratch).glob("changed-*"):  # by a process that was stopped
            shutil.rmtree(left)
        folder = Path(tempfile.mkdtemp(prefix="changed-", dir=ctx.scratch))
        shutil.unpack_archive(Path(ctx.cache) / archive, folder / "0")
        _unpacked[archive] = Copy(folder / "0")
    copy = _unpacked[archive]
    cache = str(copy.folder.parent / "artefacts")
    return copy.tried(change, msgspec.structs.replace(ctx, cache=cache), limit)


SEED = 20260517
"""Every change is tried with the same draws, so that who notices it can be said."""


def context(modules: dict[str, str]) -> Context:
    """What the checks run in, given the module of each room."""
    return Context(seed=SEED, profile="smoke", device="cpu", cache="", rooms=modules)


class Keys:
    """The keys of trials: what became of a change stands as long as its key does.

    Args:
        root: of the checkout.
        ctx: the context in which the checks run.
        load: returns a room by its name and module.
    """

    def __init__(
        self,
        root: Path,
        ctx: Context,
        load: Callable[[str, str], rooms.Room] = rooms.load,
    ) -> None:
        self.root, self.ctx, self._load = root, ctx, load
        self._keys: dict[str, str] = {}

    def of(self, mutation: Mutation) -> str:
        """Hash of a change, of the file that it changes, and of the code of its checks.

        Of a check that is a test that is the text of its own file: what the test imports, fixtures among it, has
        no part in the key. Nor have the versions of libraries.

        Raises:
            MutationError: if there is no such file or check.
        """
        tries = Path(host.__file__).read_text(encoding="utf-8")
        words = [msgspec.json.encode(mutation).decode(), source(self.root, mutation.file), tries]
        return hashlib.sha256(
            "\n\n".join([*words, *map(self._key_of, mutation.checks)]).encode()
        ).hexdigest()

    def _key_of(self, check: str) -> str:
        if check not in self._keys:
            if is_test(check):
                self._keys[check] = source(self.root, check.partition("::")[0])
            else:
                name = check.partition(".")[0]
                try:
                    found = self._load(name, self.ctx.rooms[name]).check(check)
                except (KeyError, rooms.RoomError) as error:
                    raise MutationError(f"There is no check {check!r}: {error}") from None
                self._keys[check] = evidence_key(found, self.ctx, {})
        return self._keys[check]


class Campaign:
    """Changes tried on some copies of a checkout; a context manager.

    Args:
        root: of the checkout.
        ctx: the context in which the checks run.
        jobs: how many changes are tried at a time.
        workers: where they are tried; on this machine by default.
    """

    def __init__(
        self, root: Path, ctx: Context, jobs: int, workers: RemoteExecutor | None = None
    ) -> None:
        self.root, self.ctx, self.jobs, self.limit = root, ctx, jobs, LIMIT
        self.workers = workers
        self._free: queue.SimpleQueue[Copy | RemoteCopy] = queue.SimpleQueue()
        self._copies: list[Copy | RemoteCopy] = []
        self._archive: Path | None = None
        self.keys = Keys(root, ctx)

    def __enter__(self) -> Campaign:
        self._folder = tempfile.TemporaryDirectory(prefix="changed-")
        self.ctx = msgspec.structs.replace(self.ctx, cache=f"{self._folder.name}/artefacts")
        return self

    def __exit__(self, *raised: object) -> None:
        for copy in self._copies:
            copy.close()
        if self._archive is not None:
            self._archive.unlink()
        self._folder.cleanup()

    def _copy(self, number: int) -> Copy | RemoteCopy:
        """Another copy of the checkout."""
        folder = Path(self._folder.name) / str(number)
        if self.workers is None:
            copy_checkout(self.root, folder)
            return Copy(folder)
        if self._archive is None:
            copy_checkout(self.root, folder)
            packed = Path(shutil.make_archive(str(folder), "zip", folder))
            self._archive = self.workers.cache / f"{Path(self._folder.name).name}.zip"
            shutil.move(packed, self._archive)
        return RemoteCopy(self.workers, self._archive)

    def red_unchanged(self, checks: Sequence[str]) -> Iterator[str]:
        """Run checks on the unchanged copies, a few at a time; yield a sentence on what is not known to be green."""
        parts = [tuple(checks[first : first + FEW]) for first in range(0, len(checks), FEW)]
        unchanged = [Change(", ".join(part), "", "", part) for part in parts]
        for id, found in self.outcomes(unchanged):
            if found["how"]:
                yield f"{found['red'] or id} is not green without a change: {found['how']}"

    def tried(
        self, mutations: Sequence[Mutation], *, until: float | None = None
    ) -> Iterator[Trial]:
        """Try changes; yield what became of each as soon as it is known.

        Args:
            mutations: the changes.
            until: on `time.monotonic`'s clock, when no further one is begun.

        Raises:
            MutationError: if one cannot be made.
        """
        waiting = [
            Change(one.id, one.file, one.apply(source(self.root, one.file)), one.checks)
            for one in mutations
        ]
        keys = {one.id: self.keys.of(one) for one in mutations}
        for id, found in self.outcomes(waiting, until):
            yield Trial(
                id=id,
                key=keys[id],
                noticed_by=found["red"],
                how=found["how"],
                seconds=round(float(found["seconds"]), 1),
            )

    def outcomes(
        self, waiting: Sequence[Change], until: float | None = None
    ) -> Iterator[tuple[str, dict[str, str]]]:
        """Make changes; yield the id of each with its first red check, what that said, and the seconds; or no check, and why it is not known."""

        def one(change: Change) -> dict[str, str] | None:
            if is_over(until):
                return None
            copy, begun = self._free.get(), time.monotonic()
            try:
                found = copy.tried(change, self.ctx, self.limit)
            finally:
                self._free.put(copy)
            return {**found, "seconds": str(time.monotonic() - begun)}

        for _ in range(min(self.jobs, len(waiting)) - len(self._copies)):
            self._copies.append(self._copy(len(self._copies)))
            self._free.put(self._copies[-1])
        with ThreadPoolExecutor(self.jobs) as pool:
            futures = {pool.submit(one, change): change.id for change in waiting}
            try:
                for future in as_completed(futures):
                    if (found := future.result()) is not None:
                        yield futures[future], found
            finally:
                for future in futures:
                    future.cancel()


def source(root: Path, file: str) -> str:
    """Return the text of a file of the checkout.

    Raises:
        MutationError: if it cannot be read.
    """
    try:
        return (root / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MutationError(f"{file} cannot be read: {error}.") from None

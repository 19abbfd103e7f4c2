"""The workers of a Dask cluster in the place of this machine's.

A worker is a process of ``dask worker``. It has every call made by a process of its own, one like those of the
local pool: there a check finds what it finds on one machine, and may be stopped, or die, without the worker.
Dask gives the calls of a worker that is lost to another one. What a call returns is taken once.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import math
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass
from multiprocessing import current_process
from pathlib import Path
from typing import Any

import msgspec

from verify.claims.check import Context
from verify.engine.origin import NOTE
from verify.engine.runner import (
    Call,
    RemoteExecutor,
    Workers,
    WorkersError,
    process_pool,
    too_long,
    wait_until,
)
from verify.engine.store import write_whole
from verify.identity.closure import closure_digest

CONNECT_S, CLOSE_S = 10.0, 2.0
"""Seconds that the scheduler has to answer, and the first worker to be there; and to take leave."""

IMPORTED = closure_digest(__name__)
"""Of the code that serves calls, as it was when this process imported it."""

Facts = dict[str, str]
"""What evidence is keyed by or rests on besides the context, in words."""


@dataclass(frozen=True)
class Terms:
    """What a worker must know of the client that it works for.

    Attributes:
        session: of this client alone; also a file in its cache, by which a folder that is shared is known.
        cache: where the client keeps artefacts.
        facts: finds them on the machine that it is called on.
        wanted: what it found on the client's.
    """

    session: str
    cache: str
    facts: Callable[[], Facts]
    wanted: Facts

    @property
    def share(self) -> bool:
        """Whether the client's cache is a folder of this machine too."""
        return Path(self.cache, self.session).is_file()


# --- on a worker --------------------------------------------------------------------------------

_refusals: dict[str, str] = {}
"""Why a client's calls are refused, by session; empty if they are not."""

_serving: dict[str, Workers] = {}
"""The process that makes a client's calls, by session: one at most."""

_over: set[str] = set()
"""The sessions that have ended."""


def _meet(terms: Terms) -> tuple[str, bool]:
    """Return why this worker must not work for a client, or an empty string; and whether they share the cache."""
    if terms.session not in _refusals:
        found = terms.facts() | {"the code that serves calls": IMPORTED}
        unlike = [
            f"{what} is {found.get(what, 'unknown')[:40]} there and {wanted[:40]} here"
            for what, wanted in terms.wanted.items()
            if found.get(what) != wanted
        ]
        _refusals[terms.session] = ", ".join(unlike)
    return _refusals[terms.session], terms.share


def _serve(
    terms: Terms,
    call: Call,
    limit: float,
    left: float | None,
    fetches: Sequence[str],
    names: Sequence[str],
    *contents: bytes,
) -> tuple[Any, dict[str, bytes]]:
    """Make a call; return what it returns, and the files that the client asked for and does not share.

    Args:
        terms: of the client.
        call: see `RemoteExecutor.send`.
        limit: see there.
        left: seconds until the deadline of its contexts, if they have one.
        fetches: names of files.
        names: of files that were brought, with their contents.
        contents: see `names`.
    """
    from distributed import get_worker

    worker = get_worker()
    if unlike := _meet(terms)[0]:
        raise WorkersError(refused(worker.address, unlike))
    own = Path(worker.local_directory)
    cache = Path(terms.cache) if terms.share else own / "artefacts"
    for name, content in zip(names, contents, strict=True):
        if not terms.share:
            write_whole(cache / name, content)
    here = {
        "cache": str(cache),
        "scratch": str(own),
        "deadline": None if left is None else time.monotonic() + left,
    }
    function, given = call
    arguments = tuple(
        msgspec.structs.replace(one, **here) if isinstance(one, Context) else one for one in given
    )
    found = _in_time(terms.session, (function, arguments), limit)
    made = [] if terms.share else [cache / name for name in fetches]
    return found, {path.name: path.read_bytes() for path in made if path.is_file()}


def _in_time(session: str, call: Call, limit: float) -> Any:
    """Return what a call returns in the process that a client has here; once more where the process dies."""
    # Dask's nanny has its workers be such as may have no children, who then end with the worker as well.
    vars(current_process())["_config"]["daemon"] = False
    for other in _serving.keys() - {session}:
        _serving.pop(other).stop()
    if session in _over:
        raise WorkersError("Its client has left.")
    workers = _serving.setdefault(session, Workers(process_pool, 1))
    for _ in range(2):
        future = workers.call(call)
        if not wait_until([future], time.monotonic() + limit):
            workers.replace()
            raise TimeoutError(too_long(limit))
        if not isinstance(future.exception(), BrokenExecutor) or session in _over:
            break
    return future.result()


def _leave(session: str) -> None:
    """End the process that made a client's calls."""
    _over.add(session)
    if (workers := _serving.pop(session, None)) is not None:
        workers.stop()


# --- on the client ------------------------------------------------------------------------------


def refused(worker: str, unlike: str) -> str:
    """What is said of a worker that is unlike this machine."""
    return (
        f"The worker {worker} is refused: {unlike}. Evidence is keyed by code and versions, and rests on the "
        "data; install the same on every machine, and start the worker again."
    )


class Cluster(RemoteExecutor):
    """The workers of the cluster whose scheduler is at an address.

    Args:
        address: as in ``tcp://HOST:PORT``.
        cache: where this machine keeps artefacts.
        facts: finds what must be the same on every worker as here; pickles.

    Raises:
        WorkersError: if there is no such cluster, or it has a worker that must not be used.
    """

    def __init__(self, address: str, cache: Path, facts: Callable[[], Facts]) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise WorkersError(
                f"`--cluster` needs Dask, which cannot be imported ({error}): `pip install "
                "'projection-head-verifier[cluster]'`, or in a checkout `pip install -e '.[cluster]'`."
            ) from None
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it says is said here
        self.address, self.cache = address, cache.resolve()
        self._files: dict[str, Any] = {}
        self._sent: dict[Future[Any], Any] = {}
        try:
            self._client = Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise WorkersError(
                f"No Dask scheduler answers at {address} ({error}); start one with `dask scheduler`, which "
                "prints its address."
            ) from None
        wanted = facts() | {"the code that serves calls": IMPORTED}
        self._terms = Terms(f"cluster-{secrets.token_hex(16)}", str(self.cache), facts, wanted)
        self._mark = self.cache / self._terms.session
        try:
            write_whole(self._mark, b"")
            self._share = self._admit()
        except BaseException:
            self.shutdown()
            raise

    def _admit(self) -> bool:
        """See that every worker may be used; return whether all of them share the cache."""
        with contextlib.suppress(TimeoutError):
            self._client.wait_for_workers(1, timeout=CONNECT_S)
        threads = self._client.nthreads()
        if not threads:
            raise WorkersError(
                f"The scheduler at {self.address} has no worker; start some with "
                f"`dask worker {self.address} --nthreads 1`."
            )
        for worker, number in threads.items():
            if number != 1:
                raise WorkersError(
                    f"The worker {worker} has {number} threads, where one check is run at a time; start it "
                    "with `--nthreads 1`, as often as it has cores."
                )
        met = self._client.run(_meet, self._terms, on_error="return")
        for worker, found in met.items():
            died = isinstance(found, BaseException)
            unlike = f"it cannot run this code ({found})" if died else found[0]
            if unlike:
                raise WorkersError(refused(worker, unlike))
        self.workers = len(met)
        return all(share for _, share in met.values())

    def everywhere(self, function: Callable[[], object]) -> bool:
        """Whether a function returns something that is true on every worker."""
        return all(self._client.run(function).values())

    def submit(self, function: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        """Have a call made that may take any time."""
        return self.send((functools.partial(function, **options), args), math.inf)

    def send(
        self, call: Call, limit: float, *, brings: Sequence[str] = (), fetches: Sequence[str] = ()
    ) -> Future[Any]:
        """See `RemoteExecutor`; what every worker shares with this machine is not sent."""
        deadlines = [one.deadline for one in call[1] if isinstance(one, Context)]
        left = min((one - time.monotonic() for one in deadlines if one is not None), default=None)
        fetched = _with_notes(fetches)
        paths = [] if self._share else [one for one in _with_notes(brings) if one.is_file()]
        there = self._client.submit(
            _serve,
            self._terms,
            call,
            limit,
            left,
            [path.name for path in fetched],
            [path.name for path in paths],
            *map(self._carried, paths),
            pure=False,
        )
        here: Future[Any] = Future()
        self._sent[here] = there
        there.add_done_callback(functools.partial(self._take, here, fetched))
        return here

    def _carried(self, path: Path) -> Any:
        """A file's content on the cluster, which is sent once and can be had again from the scheduler."""
        if path.name not in self._files:
            self._files[path.name] = self._client.submit(_same, path.read_bytes(), pure=False)
        return self._files[path.name]

    def _take(self, here: Future[Any], fetched: Sequence[Path], there: Any) -> None:
        """Take what came of a call, on a thread of Dask's."""
        from distributed import CancelledError, KilledWorker

        self._sent.pop(here, None)
        try:
            found, files = there.result()
            for path in fetched:
                if path.name in files:
                    write_whole(path, files[path.name])
        except CancelledError:
            here.set_exception(
                WorkersError(
                    f"The connection to the scheduler at {self.address} was lost. What was stored stays; a "
                    "command that stores what it finds goes on from there, without --fresh."
                )
            )
        except KilledWorker as error:
            here.set_exception(BrokenExecutor(str(error)))
        except BaseException as error:  # of the call
            here.set_exception(error)
        else:
            here.set_result(found)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, which stays; what it is at for this client is stopped."""
        self._mark.unlink(missing_ok=True)
        if self._client.status == "running":
            self._client.cancel([*self._sent.values(), *self._files.values()])
            with contextlib.suppress(Exception):  # a worker that is lost has nothing to leave
                self._client.run(_leave, self._terms.session, on_error="ignore")
        with contextlib.suppress(Exception):  # a scheduler that is lost does not answer
            self._client.close(timeout=CLOSE_S)


def _with_notes(files: Sequence[str]) -> list[Path]:
    """Files, each after the note that may be beside it."""
    return [Path(name) for file in files for name in (file + NOTE, file)]


def _same(content: bytes) -> bytes:
    return content

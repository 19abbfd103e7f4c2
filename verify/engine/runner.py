"""Running many checks on workers.

`run_all` leaves out what stored evidence already answers, builds each artefact once, hands
``(check id, context)`` to the workers of any `concurrent.futures.Executor`, and keeps every
finding as soon as it is there.
"""

from __future__ import annotations

import enum
import math
import multiprocessing
import os
import signal
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from verify.claims.check import CASES, Check, Context
from verify.claims.evidence import Finding, Outcome
from verify.engine import registry as rooms
from verify.engine.provenance import Traced, data_of, effective_context, evidence_key
from verify.engine.store import Records, Store, lookup_valid
from verify.engine.worker import (
    THREADS,
    build_artefact,
    failure,
    missing_capability,
    run_check,
    with_provenance,
)

LEAST_S, TIMES = 900.0, 60.0
"""A check may take so many seconds, and besides so many times the CPU-seconds that it is expected to."""

PATIENCE_S = 5.0
"""Seconds that workers without work have to end by themselves."""

TIME_IS_UP = "The time was up before it began; the same command goes on from here."

ExecutorFactory = Callable[[int], Executor]

Call = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function and its arguments."""


class WorkersError(Exception):
    """No worker can be used; the message is a sentence for the user."""


class RemoteExecutor(Executor):
    """Workers elsewhere: each call has a process to itself there, and harms no other call.

    Attributes:
        cache: the folder of this machine whose files can be brought and fetched.
    """

    cache: Path

    @abstractmethod
    def send(
        self, call: Call, limit: float, *, brings: Sequence[str] = (), fetches: Sequence[str] = ()
    ) -> Future[Any]:
        """Have a call made elsewhere; what is wrong with the workers themselves is a `WorkersError`.

        Args:
            call: of contexts whose cache and deadline are those of this machine.
            limit: seconds after which it is stopped there, which is a TimeoutError.
            brings: files of the cache that it reads.
            fetches: files of the cache that it makes, and that are here once it is done.
        """


class Stage(enum.StrEnum):
    """How far a piece of work has come."""

    QUEUED = "queued"
    STARTED = "started"
    FINISHED = "finished"
    FAILED = "failed"  # of an artefact; the checks that needed it finish as errors
    REUSED = "reused"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Progress of one piece of work.

    Attributes:
        name: a check id, or the name of an artefact.
        room: the room it is done for.
        cost: CPU-seconds it was expected to take.
        evidence: what a check found, once it is finished; None for an artefact.
    """

    stage: Stage
    name: str
    room: str
    cost: float
    evidence: Traced | None = None


@dataclass(frozen=True, kw_only=True)
class Results:
    """Evidence by check id in the order asked for, and where what did not run now comes from.

    Attributes:
        evidence: by check id.
        reused: ids of the checks whose evidence was kept before.
        recorded: ids of those among them whose evidence comes from the records.
    """

    evidence: dict[str, Traced]
    reused: frozenset[str] = frozenset()
    recorded: frozenset[str] = frozenset()


def process_pool(jobs: int) -> ProcessPoolExecutor:
    """Return a pool of worker processes with one numerical thread each.

    The threads are set in this process's environment too, which the workers inherit.
    """
    os.environ.update(THREADS)
    return ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_start_worker
    )


def _start_worker() -> None:
    # Ctrl-C reaches the whole process group; the parent alone answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end with parent", daemon=True).start()


def _end_with_parent() -> None:
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)  # nobody is left to take what this worker finds


class Workers:
    """An executor that can be stopped, whatever its workers do, and replaced."""

    def __init__(self, make: ExecutorFactory, jobs: int) -> None:
        self._make, self._jobs = make, jobs
        self._others = set(multiprocessing.active_children())
        self._executor = make(jobs)

    @property
    def remote(self) -> bool:
        """Whether they are elsewhere, where each call is held to its time and harms no other."""
        return isinstance(self._executor, RemoteExecutor)

    def submit(self, task: _Task) -> Future[Any]:
        """Hand a task to a worker."""
        if isinstance(self._executor, RemoteExecutor):
            made = (task.address,) if task.check is None else ()
            return self._executor.send(task.call, task.limit, brings=task.reads, fetches=made)
        return self.call(task.call)

    def call(self, call: Call) -> Future[Any]:
        """Hand a call to a worker of this machine."""
        try:
            return self._executor.submit(call[0], *call[1])
        except BrokenExecutor:  # a worker died with nothing to do
            self.replace()
            return self._executor.submit(call[0], *call[1])

    def replace(self) -> None:
        """Stop these workers, in the middle of what they do, and have new ones."""
        self.stop()
        self._executor = self._make(self._jobs)

    def stop(self, patience: float = 0.0) -> None:
        """Let idle workers end; after `patience` seconds kill those that have not."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        ends = time.monotonic() + patience
        for child in set(multiprocessing.active_children()) - self._others:
            child.join(max(0.0, ends - time.monotonic()))
            if child.exitcode is None:
                child.kill()
                child.join()


@dataclass(frozen=True)
class _Task:
    """A call for a worker. `check` is None for an artefact; `address` is where the artefact will be.

    `limit` is how many seconds it may take, `reads` the artefacts that it needs, made or not.
    """

    name: str
    room: str
    cost: float
    call: Call
    limit: float
    check: Check | None = None
    address: str = ""
    waits_for: frozenset[str] = frozenset()
    reads: tuple[str, ...] = ()
    on_gpu: bool = False


@dataclass
class _Run:
    """The state of one call of `run_all`."""

    ctx: Context
    store: Store
    recorded: Records | None
    make_executor: ExecutorFactory
    jobs: int
    on_event: Callable[[Event], None]
    load: Callable[[str, str], rooms.Room]
    evidence: dict[str, Traced] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    tasks: list[_Task] = field(default_factory=list)
    built: set[str] = field(default_factory=set)
    reused: set[str] = field(default_factory=set)
    from_records: set[str] = field(default_factory=set)

    def settle(self, check: Check, evidence: Traced) -> None:
        """Take note of what a check found, and keep it if it ran."""
        if evidence.outcome is not Outcome.NOT_RUN and evidence.provenance.key:
            try:
                self.store.write(evidence)
            except ValueError as error:
                evidence = with_provenance(check, self.ctx, failure(error))
        self.evidence[check.id] = evidence
        self._tell(Stage.FINISHED, check.id, check.room, check.cost, evidence)

    def plan(self, check: Check, fresh: bool) -> None:
        """Queue a check and its artefacts, unless kept evidence answers it."""
        try:
            key = evidence_key(check, self.ctx)
            ctx = effective_context(check, self.ctx)
            needed = {str(need.path(ctx)): need for need in check.artefacts}
            missing = {path: need for path, need in needed.items() if not Path(path).exists()}
        except Exception as error:
            self.settle(check, with_provenance(check, self.ctx, failure(error)))
            return
        if not fresh and self._answered(check, key):
            return
        if reason := missing_capability(check, self.ctx):
            finding = Finding(outcome=Outcome.NOT_RUN, summary=reason)
            self.settle(check, with_provenance(check, self.ctx, finding))
            return
        self.keys[check.id] = key
        # What trains on data of the user's takes hours, and `--budget` ends it.
        often = (
            math.inf if check.ignores_run_seed else TIMES * max(1.0, ctx.cases / CASES["standard"])
        )
        planned = {task.address for task in self.tasks}
        for address, artefact in missing.items():
            if address not in planned:
                self._queue(
                    _Task(
                        artefact.name,
                        check.room,
                        artefact.cost,
                        (build_artefact, (check.id, artefact.name, self.ctx)),
                        LEAST_S + often * artefact.cost,
                        address=address,
                        on_gpu="cuda" in check.capabilities,
                    )
                )
        self._queue(
            _Task(
                check.id,
                check.room,
                check.cost,
                (run_check, (check.id, self.ctx)),
                LEAST_S + often * check.cost,
                check=check,
                waits_for=frozenset(missing),
                reads=tuple(needed),
                on_gpu="cuda" in check.capabilities,
            )
        )

    def _answered(self, check: Check, key: str) -> bool:
        """Whether kept evidence answers a check; an error never does, so that it runs again."""
        subject = self.load(check.room, self.ctx.rooms[check.room]).subject
        for kept in (self.store, self.recorded):
            found = None if kept is None else lookup_valid(check, subject, key, kept)
            if (
                found is not None
                and found.outcome is not Outcome.ERROR
                and self._of_these(check, found)
            ):
                self.evidence[check.id] = found
                self.reused.add(check.id)
                if kept is self.recorded:
                    self.from_records.add(check.id)
                self._tell(Stage.REUSED, check.id, check.room, check.cost, found)
                return True
        return False

    def _of_these(self, check: Check, found: Traced) -> bool:
        """Whether evidence is of the data that this run was given, if it was given any for the check."""
        if not any(name in self.ctx.data for name in check.capabilities):
            return True
        try:
            return data_of(check, self.ctx).items() <= found.data.items()
        except Exception:  # whatever is wrong with the data, the check's worker says so
            return False

    def work(self) -> None:
        """Run the queue to its end: artefacts before checks, long ones before short ones.

        Where time may run out they stay in order, so that one check is finished before the next.
        """
        if not self.tasks:
            return
        if self.ctx.deadline is None:
            self.tasks.sort(key=lambda task: (task.check is not None, -task.cost))
        running: dict[Future[Any], _Task] = {}
        ends: dict[Future[Any], float] = {}  # on the clock of `time.monotonic`
        workers = Workers(self.make_executor, self.jobs)
        try:
            while self.tasks or running:
                while len(running) < self.jobs and (
                    task := self._next(() if workers.remote else running.values())
                ):
                    self._tell(Stage.STARTED, task.name, task.room, task.cost)
                    future = workers.submit(task)
                    running[future] = task
                    ends[future] = math.inf if workers.remote else time.monotonic() + task.limit
                if not running and not self.tasks:  # the time was up before any of them began
                    break
                done = wait_until(running, min(ends[future] for future in running))
                if not workers.remote and any(
                    isinstance(future.exception(), BrokenExecutor) for future in done
                ):
                    # Every call in the pool is lost with it, and no one says whose worker died.
                    wait(running)
                    for future, task in running.items():
                        again = isinstance(future.exception(), BrokenExecutor)
                        if again:
                            self._alone(task)
                        else:
                            self._finish(task, future)
                    running.clear()
                    workers.replace()
                    continue
                for future in done:
                    self._finish(running.pop(future), future)
                if late := [future for future in running if ends[future] <= time.monotonic()]:
                    for future in late:
                        self._finish(running.pop(future), None)
                    # No worker can be stopped alone: what the others were at begins again.
                    self.tasks[:0] = running.values()
                    running.clear()
                    workers.replace()
            workers.stop(PATIENCE_S)
        except BaseException:
            workers.stop()
            raise

    def _next(self, beside: Iterable[_Task]) -> _Task | None:
        """Take the next task off the queue that can start beside others; a GPU takes one at a time."""
        self._drop_late()
        gpu_is_free = not any(task.on_gpu for task in beside)
        for index, task in enumerate(self.tasks):
            if task.waits_for <= self.built and (gpu_is_free or not task.on_gpu):
                return self.tasks.pop(index)
        return None

    def _drop_late(self) -> None:
        """Leave what has not started undone once the time is up."""
        if self.ctx.deadline is None or time.monotonic() < self.ctx.deadline:
            return
        late, self.tasks = self.tasks, []
        for task in late:
            if task.check is not None:
                finding = Finding(outcome=Outcome.NOT_RUN, summary=TIME_IS_UP)
                self.settle(task.check, with_provenance(task.check, self.ctx, finding))

    def _alone(self, task: _Task) -> None:
        """Run a task that may have killed its worker by itself, so that it harms no other."""
        workers = Workers(self.make_executor, 1)
        future = workers.submit(task)
        done = wait_until([future], time.monotonic() + task.limit)
        workers.stop(PATIENCE_S if done else 0.0)
        self._finish(task, future if done else None)

    def _finish(self, task: _Task, future: Future[Any] | None) -> None:
        """Take note of what came of a task; None if it was stopped at its limit."""
        from verify.engine.artefact import Postponed  # with NumPy, which listing must not wait for

        error = TimeoutError(too_long(task.limit)) if future is None else future.exception()
        if isinstance(error, WorkersError):
            raise error
        finding = None if error is None else failure(error)
        if isinstance(error, Postponed):
            finding = Finding(outcome=Outcome.NOT_RUN, summary=str(error))
        if isinstance(error, BrokenExecutor):
            finding = Finding(
                outcome=Outcome.ERROR,
                summary="Its worker process died, and died again when it ran alone; it may have run out of memory.",
                detail=str(error),
            )
        if task.check is None:
            self._built(task, finding)
        elif finding is not None:
            self.settle(task.check, with_provenance(task.check, self.ctx, finding))
        elif future is not None and future.result().provenance.key == self.keys[task.check.id]:
            self.settle(task.check, future.result())
        else:
            finding = Finding(
                outcome=Outcome.ERROR,
                summary="The code it rests on changed while it ran; run it again.",
            )
            self.settle(task.check, with_provenance(task.check, self.ctx, finding))

    def _built(self, task: _Task, fault: Finding | None) -> None:
        """Take note of an artefact; if it could not be built, so fail the checks that need it."""
        if fault is None:
            self.built.add(task.address)
            self._tell(Stage.FINISHED, task.name, task.room, task.cost)
            return
        self._tell(Stage.FAILED, task.name, task.room, task.cost)
        summary = f"The artefact {task.name} could not be built. {fault.summary}"
        if fault.outcome is Outcome.NOT_RUN:
            summary = f"{task.name} is not finished. {fault.summary}"
        for waiting in [other for other in self.tasks if task.address in other.waits_for]:
            self.tasks.remove(waiting)
            if waiting.check is not None:
                finding = replace(fault, summary=summary)
                self.settle(waiting.check, with_provenance(waiting.check, self.ctx, finding))

    def _queue(self, task: _Task) -> None:
        self.tasks.append(task)
        self._tell(Stage.QUEUED, task.name, task.room, task.cost)

    def _tell(
        self, stage: Stage, name: str, room: str, cost: float, evidence: Traced | None = None
    ) -> None:
        self.on_event(Event(stage=stage, name=name, room=room, cost=cost, evidence=evidence))


def wait_until(futures: Iterable[Future[Any]], until: float) -> set[Future[Any]]:
    """Return what is done as soon as something is, or at a time on the clock of `time.monotonic`."""
    patience = None if math.isinf(until) else max(0.0, until - time.monotonic())
    return wait(futures, timeout=patience, return_when=FIRST_COMPLETED).done


def too_long(limit: float) -> str:
    """What is said of a call that was stopped after so many seconds."""
    return f"it had not ended after {limit:.0f} s, and was stopped; run it alone to see where it stands"


def run_all(
    checks: Sequence[Check],
    ctx: Context,
    store: Store,
    make_executor: ExecutorFactory = process_pool,
    *,
    recorded: Records | None = None,
    jobs: int = 1,
    on_event: Callable[[Event], None] = lambda event: None,
    fresh: bool = False,
    load: Callable[[str, str], rooms.Room] = rooms.load,
) -> Results:
    """Run checks on workers, except those that kept evidence answers.

    Evidence is kept as soon as it is there, so an interrupted run resumes. A check whose worker
    dies, or that does not end in its time, is an error, and the others go on. Errors are kept for the record and run again next time.

    Args:
        checks: the checks, each of a room in `ctx.rooms`.
        ctx: the context; pickled to the workers.
        store: where evidence is read and kept.
        make_executor: makes an executor with the given number of workers.
        recorded: what was recorded elsewhere, and answers a check where the store does not.
        jobs: number of workers.
        on_event: called in this process as the work proceeds.
        fresh: reuse no evidence; artefacts are.
        load: returns a room by its name and module; workers import those whose checks they run.

    Raises:
        StoreError: if evidence cannot be kept.
        WorkersError: if the workers, which are elsewhere, can no longer be used; what is stored stays.
        KeyboardInterrupt: after the workers were stopped; what is stored stays.
    """
    run = _Run(ctx, store, recorded, make_executor, jobs, on_event, load)
    for check in checks:
        run.plan(check, fresh)
    run.work()
    return Results(
        evidence={check.id: run.evidence[check.id] for check in checks},
        reused=frozenset(run.reused),
        recorded=frozenset(run.from_records),
    )

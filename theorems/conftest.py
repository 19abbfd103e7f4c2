"""The pytest door to the checks: it runs what the command line runs, and reads no stored evidence.

What is trained or compiled for them it shares with the command line.

A statement's test file holds its check ids and two assertions::

    from theorems.thm41 import CHECKS, STATEMENT

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
    def test_check(check, assert_as_stated):
        assert_as_stated(check)

    def test_verdicts(assert_verdicts):
        assert_verdicts(STATEMENT, CHECKS)

The seed is drawn once per session and shown in the header and in every failure;
``--verify-seed`` and ``--verify-profile`` set seed and profile, ``--verify-out`` where what is found is
kept.
"""

from __future__ import annotations

import functools
import os
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from verify.__main__ import REGISTRIES, ROOT, Folders
from verify.claims.check import CASES, Check, Context, Kind, Role
from verify.claims.evidence import Evidence, Outcome
from verify.claims.judgement import gate_failures, judge
from verify.claims.statement import Statement
from verify.cli.arguments import seed
from verify.engine.provenance import git_state
from verify.engine.registry import contents, foundations, load, modules
from verify.engine.runner import Event, run_all
from verify.engine.store import SEED_LIMIT, Store
from verify.engine.worker import THREADS, run_check

os.environ.update(THREADS)  # before PyTorch reads it

SEED = pytest.StashKey[int]()

LIGHT = 0.5
"""CPU-seconds up to which a check that decides is not slow: derivations and counterexamples."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the run."""
    group = parser.getgroup("verify")
    group.addoption("--verify-profile", choices=tuple(CASES), help="default: smoke")
    group.addoption("--verify-seed", type=seed, metavar="N", help="default: drawn at random")
    group.addoption(
        "--verify-out",
        type=Path,
        metavar="DIR",
        help="keep evidence and artefacts here, where `python -m verify --out DIR` finds them",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Draw the session's seed."""
    chosen = getattr(config, "workerinput", {}).get("seed", config.getoption("verify_seed", None))
    config.stash[SEED] = secrets.randbelow(SEED_LIMIT) if chosen is None else chosen


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give the workers of pytest-xdist one seed."""
    node.workerinput["seed"] = node.config.stash[SEED]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what takes long, and order what waits: theorems, which Coq may be compiling meanwhile, then verdicts.

    Slow are the controls, the checks that take long, and the verdicts, which rest on all of them.
    """
    waits: dict[pytest.Item, int] = {}
    for item in items:
        check = item.callspec.params.get("check") if hasattr(item, "callspec") else None
        verdicts = "assert_verdicts" in getattr(item, "fixturenames", ())
        slow = isinstance(check, Check) and (check.role is Role.CONTROL or check.cost > LIGHT)
        if slow or verdicts:
            item.add_marker("slow")
        theorem = isinstance(check, Check) and check.kind is Kind.KERNEL
        waits[item] = 2 if verdicts else int(theorem)
    items.sort(key=waits.__getitem__)


def pytest_report_header(config: pytest.Config) -> str:
    """Show what a repetition needs."""
    return f"verify: --verify-seed={config.stash[SEED]} --verify-profile={_profile(config)}"


def _artefacts(config: pytest.Config) -> Path:
    """Where artefacts are kept, of the command line too: the address of each holds its code."""
    return Folders.at(config.getoption("verify_out", None)).artefacts


def _profile(config: pytest.Config) -> str:
    return config.getoption("verify_profile", None) or "smoke"


@pytest.fixture(scope="session")
def kept_in(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this session keeps what it finds."""
    named: Path | None = pytestconfig.getoption("verify_out", None)
    return tmp_path_factory.mktemp("verify") if named is None else named


@pytest.fixture(scope="session")
def ctx(pytestconfig: pytest.Config) -> Context:
    """The context of every check in this session; a GPU is not used."""
    return Context(
        seed=pytestconfig.stash[SEED],
        profile=_profile(pytestconfig),
        device="cpu",
        cache=str(_artefacts(pytestconfig)),
        rooms=modules(contents(REGISTRIES)),
        git=git_state(ROOT),
    )


class _Ahead:
    """The checks of a session, run ahead of its tests on as many workers as there are CPUs."""

    def __init__(self, checks: Sequence[Check], ctx: Context, folder: Path) -> None:
        self.found: dict[str, Future[Evidence]] = {check.id: Future() for check in checks}
        self._over = False
        self._thread = threading.Thread(target=self._run, args=(checks, ctx, folder))
        self._thread.start()

    def _run(self, checks: Sequence[Check], ctx: Context, folder: Path) -> None:
        store = Store(folder)
        try:
            store.prepare()
            jobs = os.cpu_count() or 1
            run_all(checks, ctx, store, jobs=jobs, on_event=self._note, fresh=True)
        except BaseException as error:
            for future in self.found.values():
                if not future.done():
                    future.set_exception(error)

    def _note(self, event: Event) -> None:
        if self._over:
            raise KeyboardInterrupt  # which makes the runner stop its workers
        if event.evidence is not None:
            self.found[event.name].set_result(event.evidence)

    def stop(self) -> None:
        """Start nothing more, and wait for what runs."""
        self._over = True
        self._thread.join()


def _kept(ctx: Context, store: Store, check_id: str) -> Evidence:
    """Run a check, and keep what it finds."""
    found = run_check(check_id, ctx)
    if found.outcome is not Outcome.NOT_RUN:
        store.write(found)
    return found


@pytest.fixture(scope="session")
def evidence(
    ctx: Context, request: pytest.FixtureRequest, kept_in: Path
) -> Iterator[Callable[[str], Evidence]]:
    """A function that returns the evidence of a check, which runs once in the session."""
    if hasattr(request.config, "workerinput"):  # pytest-xdist has workers of its own
        yield functools.cache(functools.partial(_kept, ctx, Store(kept_in / "evidence")))
        return
    selected = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    checks = [params["check"] for params in selected if isinstance(params.get("check"), Check)]
    ahead = _Ahead(checks, ctx, kept_in / "evidence")
    alone = functools.cache(functools.partial(run_check, ctx=ctx))

    def find(check_id: str) -> Evidence:
        return ahead.found[check_id].result() if check_id in ahead.found else alone(check_id)

    yield find
    ahead.stop()


@pytest.fixture
def assert_as_stated(evidence: Callable[[str], Evidence]) -> Callable[[Check], None]:
    """An assertion on one check: it finds what it states, or is skipped with the reason."""

    def assertion(check: Check) -> None:
        found = evidence(check.id)
        if found.outcome is Outcome.NOT_RUN:
            pytest.skip(f"{check.id}: {found.summary}")
        made = found.provenance
        assert not gate_failures([check], {check.id: found}, []), (
            f"{found.outcome}: {found.summary} (seed {made.seed}, profile {made.profile})\n"
            f"{found.detail or found.witness}"
        )

    return assertion


@pytest.fixture
def assert_verdicts(
    ctx: Context, evidence: Callable[[str], Evidence]
) -> Callable[[Statement, Sequence[Check]], None]:
    """An assertion on one statement: every verdict is complete and the predicted one."""

    def assertion(statement: Statement, checks: Sequence[Check]) -> None:
        others = foundations([load(statement.id, ctx.rooms[statement.id])], contents(REGISTRIES))
        needed = [*checks, *(check for room in others for check in room.checks)]
        judged = judge(
            statement,
            checks,
            {check.id: evidence(check.id) for check in needed},
            [(room.subject, room.checks) for room in others if isinstance(room.subject, Statement)],
        )
        for judgement in judged.readings + judged.parts:
            assert judgement.complete, f"{judgement.target}: {judgement.reason}"
            assert judgement.agrees, (
                f"{judgement.target}: {judgement.verdict}, where {judgement.predicted} is "
                f"predicted ({judgement.reason})"
            )

    return assertion

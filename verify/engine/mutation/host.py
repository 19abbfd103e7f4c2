"""A process that has the libraries imported, and forks itself for every change that is tried.

Run as a script with the folder of a copy of the checkout; it imports nothing of the project, its
forks import the copy. It reads jobs, one JSON object a line, and answers each with one line: the
first check that is not green, and what it said; or no check, and why it is not known: a fork died,
did not end in time and was killed, or a check did not run.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import sys
import traceback
from typing import Any

LIBRARIES = ("torch", "sympy", "hypothesis", "scipy.optimize", "flint", "msgspec", "pytest")
"""What most checks import; anything else is imported by the fork that wants it."""

MOST = 400
"""Characters of what a check said that are kept."""


def serve() -> None:
    """Answer jobs until the input ends."""
    sys.dont_write_bytecode = True
    for name in LIBRARIES:
        importlib.import_module(name)
    for line in sys.stdin:
        job = json.loads(line)
        print(json.dumps(_forked(job)), flush=True)


def _forked(job: dict[str, Any]) -> dict[str, str]:
    """What a fork finds, or that it did not end or died."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        os.setsid()  # what it starts ends with it
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        with contextlib.suppress(BaseException):
            os.write(tell, json.dumps(_first_red(job)).encode())
        os._exit(0)
    os.close(tell)
    ready, _, _ = select.select([told], [], [], job["limit"])
    answer = b""
    while ready and (piece := os.read(told, 1 << 16)):
        answer += piece
    os.close(told)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if answer:
        found: dict[str, str] = json.loads(answer)
        return found
    how = "it ended without an answer" if ready else f"it did not end within {job['limit']:g} s"
    return {"red": "", "how": how}


def _first_red(job: dict[str, Any]) -> dict[str, str]:
    """The first of the job's checks that is not green, with the reason; in a fork."""
    sys.path.insert(0, sys.argv[1])
    os.chdir(sys.argv[1])
    for check in job["checks"]:
        try:
            how = _test(check) if ".py" in check.partition("::")[0] else _check(check, job)
        except BaseException as error:
            how = f"error: {''.join(traceback.format_exception_only(error)).strip()}"
        if how:
            return {"red": "" if how.startswith("not run") else check, "how": how[:MOST]}
    return {"red": "", "how": ""}


def _check(check: str, job: dict[str, Any]) -> str:
    """Why a check of a room is not green; empty if it is."""
    context = importlib.import_module("verify.claims.check").Context(**job["context"])
    # What Coq checked is recorded, and no change of Python changes Coq's sources.
    vars(importlib.import_module("verify.kernel.coq"))["version"] = lambda: ""
    found = importlib.import_module("verify.engine.worker").run_check(check, context)
    return "" if found.outcome == "as stated" else f"{found.outcome}: {found.summary}"


def _test(test: str) -> str:
    """Why a test, or a file of tests, is not green; empty if it is. An error is any exception but an assertion."""
    import pytest

    said: list[str] = []

    class Notes:
        def pytest_exception_interact(
            self,
            call: pytest.CallInfo[object],
            report: pytest.CollectReport | pytest.TestReport,
        ) -> None:
            assert call.excinfo is not None
            decided = call.when == "call" and call.excinfo.errisinstance(
                (AssertionError, pytest.fail.Exception)
            )
            how = "failed" if decided else "error"
            said.append(f"{how}: {report.nodeid}: {call.excinfo.exconly(tryshort=True)}")

    os.environ.pop("PYTEST_ADDOPTS", None)  # the caller's, of which a copy may know nothing
    code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", test], plugins=[Notes()])
    if code == pytest.ExitCode.OK:
        return ""
    return said[0] if said else f"not run: pytest ended with {code!r}"


if __name__ == "__main__":
    serve()

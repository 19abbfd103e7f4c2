"""A process that has the libraries imported, and forks itself for every change that is tried.

Run as a script with the folder of a copy of the checkout; it imports nothing of the project, its
forks import the copy. It reads jobs, one JSON object a line, and answers each with one line: the
first check that is not green, and what it said. A fork that does not end in time is killed.
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
    return {"red": job["checks"][0], "how": how}


def _first_red(job: dict[str, Any]) -> dict[str, str]:
    """The first of the job's checks that is not green, with the reason; in a fork."""
    sys.path.insert(0, sys.argv[1])
    os.chdir(sys.argv[1])
    for check in job["checks"]:
        try:
            how = _test(check) if ".py" in check.partition("::")[0] else _check(check, job)
        except BaseException as error:
            how = "".join(traceback.format_exception_only(error)).strip()
        if how:
            return {"red": check, "how": how[:MOST]}
    return {"red": "", "how": ""}


def _check(check: str, job: dict[str, Any]) -> str:
    """Why a check of a room is not green; empty if it is."""
    context = importlib.import_module("verify.claims.check").Context(**job["context"])
    # What Coq checked is recorded, and no change of Python changes Coq's sources.
    vars(importlib.import_module("verify.kernel.coq"))["version"] = lambda: ""
    found = importlib.import_module("verify.engine.worker").run_check(check, context)
    return "" if found.outcome == "as stated" else f"{found.outcome}: {found.summary}"


def _test(test: str) -> str:
    """Why a test, or a file of tests, is not green; empty if it is."""
    import pytest

    failed: list[str] = []

    class Notes:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.failed:
                failed.append(report.nodeid)

        def pytest_collectreport(self, report: pytest.CollectReport) -> None:
            if report.failed:
                failed.append(f"{report.nodeid} is not collected")

    os.environ.pop("PYTEST_ADDOPTS", None)  # the caller's, of which a copy may know nothing
    code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", test], plugins=[Notes()])
    if code == pytest.ExitCode.OK:
        return ""
    return f"failed: {failed[0]}" if failed else f"pytest ended with {code}"


if __name__ == "__main__":
    serve()

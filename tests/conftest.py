"""What the tests of the machinery share: a folder for toy rooms, the command line on them, and a record with its report."""

from __future__ import annotations

import os

import pytest
from report_fixture import run_record
from report_parser import Parsed

from verify.__main__ import REGISTRIES, main
from verify.cli.arguments import COMMANDS
from verify.engine.mutation import catalogue
from verify.engine.worker import THREADS

os.environ.update(THREADS)  # before PyTorch reads it

LONG = ("kills", "mutation", "same_bits", "scaffold", "script", "ssl_e1", "training_resume")
"""The files that take longest and whose names would have them begun late."""


def pytest_addoption(parser):
    parser.addoption(
        "--kills",
        type=int,
        default=3,
        help="how often test_kills disturbs a run, at least once in each way, and test_training_resume kills one",
    )
    parser.addoption(
        "--report-in",
        metavar="FOLDER",
        help="of test_report_browser: the --out of a run that wrote its record to run.json there",
    )


def pytest_collection_modifyitems(items):
    """Begin with what takes longest: a worker of pytest-xdist runs a whole file."""
    long = {f"test_{name}" for name in LONG}
    items.sort(key=lambda item: item.path.stem not in long)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder from which modules can be imported; one numerical thread."""
    monkeypatch.syspath_prepend(tmp_path)
    for name in THREADS:
        monkeypatch.setenv(name, "1")
    return tmp_path


@pytest.fixture
def verify(folder, capsys, monkeypatch):
    """Run the command line on a registry; returns exit code, standard output and standard error.

    A report of toy rooms shows no changes to the project's code, whose rooms would all be imported for it.
    """

    def call(registry, *arguments):
        command = COMMANDS.get(str(arguments[0]), COMMANDS["run"])
        given = "--out" in arguments or "--out" not in command.options
        out = () if given else ("--out", str(folder / "out"))
        if registry not in REGISTRIES:
            monkeypatch.setattr(catalogue, "FOLDERS", {})
        code = main([*map(str, arguments), *out], registries=[registry])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


@pytest.fixture(scope="session")
def run():
    """The record with everything that a report has to show."""
    return run_record()


@pytest.fixture(scope="session")
def html(run):
    """Its report as one page."""
    from reports.render import page

    return page(run)


@pytest.fixture(scope="session")
def parsed(html):
    """The page, read."""
    return Parsed(html)

"""What a reader of an experiment has to open, found from the imports and not from what a run loads."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from verify.__main__ import ROOT
from verify.identity.closure import closure

MOST = 18
"""Files at most in which E3 can be read: those of `verify.experiments` and `verify.ssl` that its
import closure holds. A package's ``__init__`` that only names what its modules hold does not count,
nor does the list of citations: a sentence looks up its line there, by id."""

LOOKED_UP = "verify.experiments.released.citations"

NAMES = ("display", "experiment", "invariants", "measure")
"""The files that every experiment has."""


def place(module: str) -> Path:
    path = ROOT / Path(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def only_names(path: Path) -> bool:
    """Whether a file has imports, a docstring and a list of names, and nothing else."""
    return all(
        isinstance(node, ast.ImportFrom | ast.Assign)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
    )


def read(experiment: str) -> list[str]:
    modules = closure(f"verify.experiments.{experiment}")
    ours = [
        m
        for m in modules
        if m.startswith(("verify.experiments.", "verify.ssl.")) and m != LOOKED_UP
    ]
    return [m for m in ours if place(m).name != "__init__.py" or not only_names(place(m))]


def test_e3_can_be_read_in_eighteen_files() -> None:
    modules = read("e3")
    assert {f"verify.experiments.e3.{name}" for name in NAMES} <= set(modules)
    assert len(modules) <= MOST, "\n".join(sorted(modules))


@pytest.mark.parametrize("number", range(1, 10))
def test_every_experiment_has_the_same_four_files(number: int) -> None:
    folder = ROOT / "verify" / "experiments" / f"e{number}"
    assert {f"{name}.py" for name in NAMES} <= {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    "observing",
    ["verify.experiments.e1.measure", "verify.experiments.e9.measure", "verify.ssl.steps"],
)
def test_what_is_kept_of_a_run_does_not_rest_on_how_it_is_shown(observing: str) -> None:
    """These are hashed with the runs that they observe, which take hours."""
    modules = closure(observing)
    assert not [m for m in modules if m.startswith(("verify.claims", "verify.engine"))]
    assert not [m for m in modules if m.endswith((".report", ".display", ".networks"))]

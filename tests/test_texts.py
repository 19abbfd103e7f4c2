"""Displayed texts are as they were when they were read against the code that evaluates them.

A sentence that Coq's theorems say has its digest there (`verify.claims.proved`), and what a part or reading
concludes is printed from what is evaluated. All else that a statement displays is a person's to read: the
hypotheses, which counterexamples evaluate, and the sentences that derivations alone decide. `texts.toml` has
the digest of each with the code that it was read against. Oracle: whoever read them.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import inspect
import sys
import tomllib
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.__main__ import REGISTRIES, ROOT
from verify.claims.check import Check, Kind
from verify.claims.property import Claim
from verify.claims.statement import Statement
from verify.engine import registry as rooms

READ = Path(__file__).with_name("texts.toml")
PLACES = {
    place.entry.id: place.module
    for place in rooms.contents(REGISTRIES)
    if isinstance(rooms.load(place.entry.id, place.module).subject, Statement)
}
DECIDE = (Kind.DERIVATION, Kind.COUNTEREXAMPLE, Kind.EXAMPLE)
"""What decides; where a part has nothing of these, numerics alone support it, and all of its checks count."""


def evaluations(folder: Path, id: str) -> Iterator[str]:
    """The code in a room that says how a hypothesis comes out at a point, with the functions that it calls."""
    for source, defined, evaluating in _parsed(folder):
        for node in evaluating:
            for found in _values(node, id):
                seen: dict[str, ast.AST] = {"": found}
                waiting: list[ast.AST] = [found]
                while waiting:
                    for name in sorted(_names(waiting.pop()) & defined.keys() - seen.keys()):
                        seen[name] = defined[name]
                        waiting.append(defined[name])
                yield from (ast.get_source_segment(source, one) or "" for one in seen.values())


@functools.cache
def _parsed(
    folder: Path,
) -> list[tuple[str, dict[str, ast.FunctionDef], list[ast.FunctionDef]]]:
    """Of every file of a room its source, its functions by name, and all that evaluate hypotheses."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        defined = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
        every = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
        evaluating = [n for n in every if _names(n) & {"Value", "counterexample"}]
        found.append((source, defined, evaluating))
    return found


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _values(function: ast.FunctionDef, id: str) -> Iterator[ast.expr]:
    """What a function puts under a key."""
    for node in ast.walk(function):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == id:
                    yield value
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            index = node.targets[0].slice
            if isinstance(index, ast.Constant) and index.value == id:
                yield node.value


def deciding(check: Check) -> Iterator[str]:
    """The code of what a check runs, with the names that its cases are drawn of."""
    waiting: list[object] = [check.run]
    while waiting:
        one = waiting.pop()
        if isinstance(one, functools.partial):
            waiting += [one.func, *one.args, *one.keywords.items()]
        elif isinstance(one, Claim):
            yield one.text
            waiting += [one.normalised_error, one.cases, one.features]
        elif isinstance(one, tuple):
            yield ", ".join(name for name in one if isinstance(name, str))
            waiting += one
        elif inspect.isfunction(one) and one.__module__.startswith("theorems."):
            yield _source(one)


def _source(function: types.FunctionType) -> str:
    """The source of a function, or of the one that a strategy was composed from."""
    if not is_composed(function):
        return inspect.getsource(function)
    source = inspect.getsource(sys.modules[function.__module__])
    found = [
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__
    ]
    return ast.get_source_segment(source, found[0]) or ""


def is_composed(function: types.FunctionType) -> bool:
    """Whether Hypothesis made the function, of which there is no source."""
    return bool(getattr(function, "is_hypothesis_strategy_function", False))


def digests(name: str) -> dict[str, str]:
    """The digest of every text of a statement that nothing else holds, by what it is."""
    room = rooms.load(name, PLACES[name])
    statement, folder = room.subject, ROOT.joinpath(*PLACES[name].split("."))
    assert isinstance(statement, Statement)
    proved = [check for check in room.checks if check.kind is Kind.KERNEL]
    titles = [statement.title, *(part.title for part in statement.parts)]
    seen = {"statement": [statement.quoted, statement.unseen, statement.source, *titles]}
    for hypothesis in statement.hypotheses:
        words = [hypothesis.text, hypothesis.source, hypothesis.origin]
        found = list(evaluations(folder, hypothesis.id))
        assert found or not any(hypothesis.id in check.violates for check in room.checks)
        seen[f"hypothesis {hypothesis.id}"] = [*words, *found]
    for part in statement.parts:
        checks = [check for check in room.checks if check.part == part.id]
        if not any(check in proved for check in checks):
            seen[f"part {part.id}"] = [part.text, *_code(checks)]
    for reading in statement.readings:
        checks = [check for check in room.checks if reading.id in check.readings]
        theorems = [check.run.args[0].said.read for check in checks if check in proved]
        assumed = [statement.hypothesis(id).text for id in reading.hypotheses]
        seen[f"reading {reading.id}"] = [
            *assumed,
            *(theorems or [reading.text, *_code(checks)]),
        ]
    return {
        id: hashlib.sha256("\n\n".join(words).encode()).hexdigest()[:16]
        for id, words in seen.items()
    }


def _code(checks: list[Check]) -> list[str]:
    decide = [check for check in checks if check.kind in DECIDE]
    return [code for check in decide or checks for code in deciding(check)]


@pytest.mark.parametrize("name", PLACES)
def test_what_is_displayed_is_what_was_read(name):
    found = digests(name)
    read = tomllib.loads(READ.read_text(encoding="utf-8")).get(name, {})
    changed = [f'"{id}" = "{digest}"' for id, digest in found.items() if read.get(id) != digest]
    assert not changed, (
        f"These texts of {name}, or the code that evaluates them, changed since they were read against each "
        f"other; read them, and write into {READ.name} under [{name}]: {'; '.join(changed)}."
    )
    assert not set(read) - set(found), f"{READ.name} has texts that {name} does not display."

"""Every counterexample as a script: it refutes with SymPy alone, and where it must not refute it does not.

The oracle is another process in which nothing can be imported but SymPy, mpmath and the standard library.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from theorems.thm41.refutations import LINEAR_SADDLE, linear_saddle
from verify.__main__ import main
from verify.claims.check import Arithmetic, Kind, Role
from verify.claims.controls import ByConstruction, controls
from verify.engine import registry
from verify.engine.script import ALLOWED, NoScript, script

ROOMS = [registry.load(p.entry.id, p.module) for p in registry.contents(["theorems"])]
ALONE = """
import contextlib, io, json, pathlib, runpy, sys
class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in {"sympy", "mpmath", "__main__", *sys.stdlib_module_names}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Nothing())
told = {}
for file in sorted(pathlib.Path(sys.argv[1]).glob("*.py")):
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            runpy.run_path(str(file), run_name="__main__")
    except SystemExit as end:
        told[file.stem] = end.code, printed.getvalue()
json.dump(told, sys.stdout)
"""


def run(folder: Path) -> dict[str, tuple[object, str]]:
    """Exit code and output of every script in a folder."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    return {name: tuple(told) for name, told in json.loads(done.stdout).items()}


def told():
    """Every refutation that is no theorem, with its room."""
    for room in ROOMS:
        for check in room.checks:
            if check.role is Role.REFUTES and check.kind is not Kind.KERNEL:
                yield room, check


def test_every_exact_counterexample_refutes_with_sympy_alone(tmp_path):
    without = {}
    for room, check in told():
        assert check.kind is Kind.COUNTEREXAMPLE  # so the report tells which have one
        try:
            (tmp_path / f"{check.id}.py").write_text(script(check, room.subject), "utf-8")
        except NoScript as why:
            without[check.id] = str(why)
        assert (check.id in without) == (check.arithmetic is Arithmetic.BALL)
    assert len(list(tmp_path.iterdir())) >= 48
    assert all(id.startswith("thm41.2.persistence.") for id in without)
    assert {*without.values()} == {
        "Refuted in ball arithmetic, by python-flint, which SymPy has not."
    }
    for file in tmp_path.iterdir():
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                assert {one.name.partition(".")[0] for one in node.names} <= ALLOWED
            elif isinstance(node, ast.ImportFrom):
                assert node.module.partition(".")[0] in ALLOWED
    found = run(tmp_path)
    assert len(found) == len(list(tmp_path.iterdir()))
    for id, (code, printed) in found.items():
        assert code == 0, (id, printed)
        assert printed.endswith("\nRefuted.\n")
        assert "IT " not in printed


def test_a_script_refutes_nothing_where_a_hypothesis_fails_or_at_a_mild_point(tmp_path):
    """The points are those of the rooms' own controls: of each one, a violation or the mild one."""
    expected = {}
    for room in ROOMS:
        for number, check in enumerate(room.checks):
            if getattr(check.run, "func", None) is not controls:
                continue
            refute, reading, violations, mild = check.run.args
            twin = next(
                one for _, one in told() if one.readings == (reading,) and one.room == room.name
            )
            twin = replace(twin, run=type(twin.run)(twin.run.func, refute, None, reading))
            points = {h: p for h, p in violations.items() if not isinstance(p, ByConstruction)}
            points[""] = mild
            for hypothesis, point in list(points.items())[number % len(points) :][:1]:
                try:
                    text = script(twin, room.subject, point)
                except NoScript:
                    continue
                name = f"{check.id}.{hypothesis or 'mild'}"
                expected[name] = hypothesis
                (tmp_path / f"{name}.py").write_text(text, "utf-8")
    assert len(expected) >= 15
    assert {*expected.values()} > {""}
    found = run(tmp_path)
    assert found.keys() == expected.keys()
    for name, hypothesis in expected.items():
        code, printed = found[name]
        assert code == 1, (name, printed)
        assert printed.endswith("\nNot refuted.\n")
        said = "IT FAILS, so that" if hypothesis else "IT HOLDS, so that nothing is refuted"
        assert printed.count("IT FAILS") == bool(hypothesis)
        assert said in printed
        if hypothesis:
            paragraph = printed.partition(f"hypothesis {hypothesis}: ")[2].partition("\n\n")[0]
            assert said in paragraph


def test_the_point_is_printed_as_it_is():
    (room,) = (room for room in ROOMS if room.name == "thm41")
    check = room.check("thm41.1.saddle")
    assert check.run.args[:2] == (linear_saddle, LINEAR_SADDLE)
    text = script(check, room.subject)
    assert "u1 = sp.Symbol('u1', real=True)" in text
    assert "loss=u1/sp.sqrt(u1**2 + u2**2 + u3**2) - u2**2/(u1**2 + u2**2 + u3**2)" in text


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["4.1", "2-every"], 0, "Theorem 4.1, reading 2-every: a counterexample in exact"),
        (["4.1", "thm41.relu.kink"], 0, "the check thm41.relu.kink of the project"),
        (["4.1"], 0, "2-generic  thm41.2.persistence.softplus  Refuted in ball arithmetic"),
        (["4.1", "2-generic"], 3, "Refuted in ball arithmetic, by python-flint"),
        (["4.1", "2-evry"], 2, "Theorem 4.1 has no refuted reading '2-evry'; it has "),
        ([], 2, "`script` expects the name of a statement"),
        (["E3"], 2, "Experiment E3 has no counterexample"),
    ],
)
def test_the_command_prints_it(capsys, words, code, sentence):
    assert main(["script", *words]) == code
    printed = capsys.readouterr()
    assert sentence in (printed.err if code else printed.out)

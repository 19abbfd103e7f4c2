"""`python -m verify new`: the room it makes is judged at once and passes the tests of the house.

The oracle is the house: its command line, its tests and its linter, run in a copy of the checkout.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from verify.__main__ import ROOT
from verify.cli.arguments import UsageError
from verify.cli.scaffold import make_room
from verify.engine.registry import load

WORDS = ("thm61", "Theorem 6.1", "What it is about")
HOUSE = ("readme", "rooms", "layers", "lemmas", "report_rooms", "foundations")
"""The tests that read every room."""

OF_NO_ROOM = (
    "few_arrows",
    "code_gives_the_curvature",
    "eight_lines",
    "report_links_a_lemma",
    "asked_alone",
    "report_has_the_rooms",
    "falls_with_a_foundation",
    "unknown_foundation",
)
"""What costs most in these files and reads no room of the list, so that a new one changes nothing for it."""


@pytest.fixture
def checkout(tmp_path):
    """A copy of what a checkout holds."""
    ignored = shutil.ignore_patterns("__pycache__", "site", ".*_cache")
    for name in ("verify", "theorems", "reports", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    documents = (file.name for file in ROOT.glob("*.md"))
    for name in (*documents, "pyproject.toml", "projection_head_verifier.py"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_the_template_is_a_room_without_faults():
    assert load("template", "theorems.template").checks


@pytest.mark.slow
def test_a_room_is_made_and_judged_in_one_command_and_passes_the_tests(checkout):
    def run(*arguments):
        environment = os.environ | {"PYTHONPATH": str(checkout)}
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=checkout,
            env=environment,
            capture_output=True,
            text=True,
        )

    made = run("verify", "new", *WORDS, "--profile", "smoke", "--seed", "1")
    assert made.returncode == 0, made.stdout + made.stderr
    assert "reading quoted, Every real number and its square: refuted" in made.stdout
    assert (
        "reading above-one, Numbers from 1 on and their squares: holds with an added hypothesis"
        in made.stdout
    )
    assert "part repaired, From 1 on: derived" in made.stdout
    assert "6 as stated, 0 surprises" in made.stdout
    assert "thm61   Theorem 6.1 " in run("verify", "list").stdout
    house = [f"tests/test_{name}.py" for name in HOUSE]
    chosen = f"(thm61 or template or not [) and not ({' or '.join(OF_NO_ROOM)})"
    tested = run("pytest", "-q", "-k", chosen, "theorems/test_thm61.py", *house)
    assert tested.returncode == 0, tested.stdout
    for linter in (("check",), ("format", "--check")):
        done = run("ruff", *linter, "theorems", "README.md", "reports/RESULTS.md")
        assert done.returncode == 0, done.stdout
    again = run("verify", "new", *WORDS)
    assert again.returncode == 2
    assert "There is a statement that is called 'thm61' already." in again.stderr


def test_nothing_of_the_template_is_left(checkout):
    files = make_room(checkout, WORDS, ())
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert "theorems.template" not in text
        assert '"template' not in text
        assert "0.0" not in text
    assert len(files) == len(list((ROOT / "theorems" / "template").glob("*.py"))) + 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "expects an id, a label and a title"),
        (("Theorem", "Theorem 6.1", "About"), "An id is letters and digits"),
        (("thm61", "Theorem", "About"), "A label is a word and a number"),
        (("thm61", "Theorem 6.1", "A | B"), "A title begins with a letter"),
        (("thm61", "Theorem 6.1", "A" * 51), "A title begins with a letter"),
        (("thm41", "Theorem 6.1", "About"), "called 'thm41' already"),
        (("thm61", "Theorem 4.1", "About"), "called 'theorem 4.1' already"),
        (("thm61", "Lemma 4.1", "About"), "called '4.1' already"),
    ],
)
def test_what_names_no_new_statement_is_refused(tmp_path, words, sentence):
    with pytest.raises(UsageError, match=sentence):
        make_room(tmp_path, words, {"thm41", "theorem 4.1", "4.1"})

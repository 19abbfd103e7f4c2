"""``python -m verify new ID LABEL TITLE``: a room for another statement, which passes every test.

It is a copy of the template among the theorems, an inequality with one check of each usual kind.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from verify.cli.arguments import UsageError

TEMPLATE = "template"
"""The folder that is copied; what is written in it as `TEMPLATE`, `LABEL` or `TITLE` is replaced."""

LABEL = "Statement 0.0"
TITLE = "A number is at most its square"

LONGEST = 50
"""Characters of a title at most, so that lines stay below 100."""

TEST = '''"""{label}: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

import pytest

from theorems.{id} import CHECKS, STATEMENT


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check(check, assert_as_stated):
    assert_as_stated(check)


def test_verdicts(assert_verdicts):
    assert_verdicts(STATEMENT, CHECKS)
'''


def make_room(root: Path, words: Sequence[str], taken: Collection[str]) -> list[Path]:
    """Make the room of a statement: its files, and its line in the contents.

    Args:
        root: the checkout.
        words: the id, such as ``thm61``, the label, such as ``Theorem 6.1``, and a title.
        taken: names that are in use, in lower case.

    Returns:
        The files that were written.

    Raises:
        UsageError: if the words do not name a statement, or name one that is there.
    """
    id, label, title = _checked(words, taken)
    room = root / "theorems" / id
    written = {
        room / file.name: _renamed(file.read_text(encoding="utf-8"), id, label, title)
        for file in sorted((root / "theorems" / TEMPLATE).glob("*.py"))
    }
    written[root / "theorems" / f"test_{id}.py"] = TEST.format(id=id, label=label)
    contents = root / "theorems" / "__init__.py"
    line = f'    Entry("{id}", "{label}", "{title}"),\n'
    written[contents] = _after(contents, r'    Entry\(".*"\),\n', line)
    if room.exists():
        raise UsageError(f"The folder {room} is there already; choose another id.")
    room.mkdir()
    for file, text in written.items():
        file.write_text(text, encoding="utf-8")
    return list(written)


def _checked(words: Sequence[str], taken: Collection[str]) -> tuple[str, str, str]:
    if len(words) != 3:
        raise UsageError(
            '`new` expects an id, a label and a title, such as: `new thm61 "Theorem 6.1" "What it is about"`.'
        )
    id, label, title = words
    if not re.fullmatch("[a-z]+[0-9]+", id):
        raise UsageError(f"An id is letters and digits, such as thm61; got {id!r}.")
    if not re.fullmatch(r"[A-Z][a-z]+ \d+\.\d+", label):
        raise UsageError(f"A label is a word and a number, such as 'Theorem 6.1'; got {label!r}.")
    if not re.fullmatch(rf'[A-Za-z][^"\\|\n]{{1,{LONGEST - 1}}}', title):
        raise UsageError(
            f"A title begins with a letter, has 2 to {LONGEST} characters and no quotation mark, backslash or |; got {title!r}."
        )
    for name in (id, label.lower(), label.rpartition(" ")[2]):
        if name in taken:
            raise UsageError(f"There is a statement that is called {name!r} already.")
    return id, label, title


def _renamed(text: str, id: str, label: str, title: str) -> str:
    """A file of the template as one of the room."""
    text = re.sub('^"""The template of a room, .*', f'"""{label}: {title}.', text)
    text = text.replace(f"theorems.{TEMPLATE}", f"theorems.{id}")
    text = re.sub(rf'"{TEMPLATE}([".])', rf'"{id}\1', text)
    return text.replace(LABEL, label).replace(TITLE, title)


def _after(file: Path, pattern: str, line: str) -> str:
    """A file's text with a line more, after the last one that matches a pattern."""
    text = file.read_text(encoding="utf-8")
    last = [*re.finditer(f"^{pattern}", text, re.MULTILINE)][-1].end()
    return text[:last] + line + text[last:]

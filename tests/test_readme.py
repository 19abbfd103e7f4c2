"""The README says nothing that the project does not: no placeholder, and readings that exist."""

from __future__ import annotations

import re
from pathlib import Path

from theorems.thm41.statement import STATEMENT

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_no_placeholder_is_left():
    assert "@@" not in README
    assert "TODO" not in README


def test_the_findings_of_theorem_41_are_its_readings_with_their_verdicts():
    rows = re.findall(r"^\| `([^`]+)` \| .*? \| (.*?) \| .*? \|$", README, flags=re.MULTILINE)
    readings = {reading.id: reading for reading in STATEMENT.readings}
    assert [name for name, _ in rows] == list(readings)
    for name, verdict in rows:
        predicted = str(readings[name].predicted).replace("an added hypothesis", "")
        assert verdict.strip("*").startswith(predicted.strip()), (name, verdict)

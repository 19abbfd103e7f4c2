"""The README says nothing that the project does not: readings, verdicts and code that are so.

The oracle of its code is `torch.func.hessian`.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
import torch

from theorems import CONTENTS
from theorems.thm41.statement import STATEMENT
from verify.claims.statement import Verdict
from verify.cli.arguments import parse

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


@pytest.mark.parametrize("entry", CONTENTS, ids=lambda entry: entry.id)
def test_what_became_of_a_statement_is_what_its_readings_predict(entry):
    number = entry.label.rpartition(" ")[2]
    (row,) = re.findall(rf"^\| {re.escape(number)} [^|]*\|(.*)\|$", README, flags=re.MULTILINE)
    if entry.id == "thm41":  # it has a table of its own
        assert row.strip() == "see below"
        return
    statement = importlib.import_module(f"theorems.{entry.id}.statement").STATEMENT
    predicted = {reading.predicted for reading in statement.readings}
    assert ("**refuted**" in row.lower()) is (Verdict.REFUTED in predicted)
    assert ("holds" in row.lower() or "linear subspace" in row) is bool(
        predicted & {Verdict.HOLDS, Verdict.HOLDS_ADDED}
    )


def test_every_command_that_is_shown_can_be_parsed():
    commands = re.findall(r"python -m verify ([^`#\n]+)", README)
    assert len(commands) > 8
    for command in commands:
        parse(command.replace("PATH", "path").split())


def test_the_code_gives_the_curvature_of_a_head_of_ones_own():
    (code,) = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    assert len([line for line in code.splitlines() if line and "import" not in line]) == 5
    found: dict[str, object] = {}
    exec(code, found)
    head, z = found["head"], torch.zeros(8, dtype=torch.float64)
    exact = torch.func.hessian(lambda z: (head(z) - 1).square().sum())(z)
    jacobian = torch.func.jacrev(head)(z)
    bound = 1e-12 * exact.norm()  # thousands of roundings
    assert (found["H"].dense() - exact).norm() < bound
    assert (found["H"].pullback.dense() - 2 * jacobian.mT @ jacobian).norm() < bound
    ends = torch.linalg.eigvalsh(exact)[[0, -1]]
    assert ((found["found"].values - ends).abs() <= found["found"].residuals + bound).all()

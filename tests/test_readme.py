"""The README says nothing that the project does not: readings, verdicts and code that are so.

The oracle of its code is `torch.func.hessian`.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import torch

from reports.readme import renewed
from theorems.thm41.statement import STATEMENT
from verify.claims.statement import Verdict
from verify.cli.arguments import parse
from verify.engine import registry
from verify.engine.store import Records
from verify.experiments.released.rows import decode
from verify.numeric import OBJECTIVES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
ROOMS = [
    registry.load(place.entry.id, place.module) for place in registry.contents(registry.REGISTRIES)
]


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


def test_the_tables_of_results_are_those_of_the_rooms():
    assert renewed(README, ROOMS) == README, "run `python -m reports.readme`"


def test_a_verdict_that_changes_makes_readme_red():
    room = ROOMS[0]
    reading, *others = room.subject.readings
    assert reading.predicted is Verdict.HOLDS
    changed = (msgspec.structs.replace(reading, predicted=Verdict.REFUTED), *others)
    subject = msgspec.structs.replace(room.subject, readings=changed)
    told = renewed(README, [replace(room, subject=subject), *ROOMS[1:]])
    assert told != README
    assert len(told.splitlines()) == len(README.splitlines())


@pytest.mark.parametrize("lost", ["<!-- end of counts -->\n", "<!-- counts: "])
def test_a_readme_without_the_place_of_a_table_is_refused(lost):
    with pytest.raises(ValueError, match="Expected one generated part 'counts'"):
        renewed(README.replace(lost, ""), ROOMS)


RECORDED = [
    (room.name, one, form)
    for room in ROOMS
    for one in room.told
    for form in ("reduced", "medium")
    if getattr(one, form) is not None
]


@pytest.mark.parametrize(
    ("name", "one", "form"), RECORDED, ids=[f"{n}-{o.effects[0]}-{f}" for n, o, f in RECORDED]
)
def test_what_is_told_of_recorded_runs_is_what_was_recorded(name, one, form):
    """The answer is that of the record, and every figure is in it, rounded as it is told."""
    answer, figures = getattr(one, form)
    (file,) = ROOT.glob(f"reports/evidence/{name}.*.cifar10-{form}-*.json")
    record = Records(file.parent).newest(file.name.rpartition("-")[0], besides="")
    assert record is not None
    assert {found.answer for found in record.answers if found.effect in one.effects} == {answer}
    known = [abs(float(n)) for n in re.findall(r"-?\d+(?:\.\d+)?", file.read_text("utf-8"))]
    for figure in re.findall(r"\d+(?:\.\d+)?", figures.partition(", published")[0]):
        decimals = len(figure.partition(".")[2])
        assert any(round(n, decimals) == float(figure) for n in known), figure


RELEASED = decode((ROOT / "reports/evidence/released.json").read_bytes())

SETTINGS = ("CIFAR-10, ResNet-18", "CIFAR-10 test images at 224 pixels, released networks")

ARRAYS = [(room.name, one) for room in ROOMS for one in room.told if one.arrays is not None]


@pytest.mark.parametrize(("name", "one"), ARRAYS, ids=[f"{n}-{o.effects[0]}" for n, o in ARRAYS])
def test_what_is_told_of_the_released_arrays_is_what_they_gave(name, one):
    """The answer is that of every claim it names, and every figure is among theirs or a row's."""
    answer, figures = one.arrays
    claims = [
        claim for claim in RELEASED.claims if claim.experiment == name and claim.setting in SETTINGS
    ]
    told = [claim for claim in claims if claim.id in one.claims]
    assert len(told) == len(one.claims)
    assert {claim.answer for claim in told} <= {answer}
    rows = [row for row in RELEASED.rows if row.experiment == name]
    estimates = [e for row in rows for e in (row.as_published, row.ours) if e is not None]
    known = [value for e in estimates for value in (e.value, *e.each, *(e.interval or ()))]
    quoted = " ".join(claim.value for claim in (told or claims))
    known += [float(number) for number in re.findall(r"\d+(?:\.\d+)?(?:e\+\d+)?", quoted)]
    for figure in re.findall(r"\d+(?:\.\d+)?", figures):
        decimals = len(figure.partition(".")[2])
        assert any(round(abs(n), decimals) == float(figure) for n in known), figure


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_published_effect_has_its_arrays(room):
    """What quotes a published figure says what the arrays give, or is known not to be in them."""
    unreleased = {
        ("E1", "injected"),
        ("E2", "escapes-start"),
        ("E4", "entangled"),
        ("E5", "turning"),
        ("E9", "z-beats-h"),
        ("E9", "head-helps"),
        ("E9", "faster"),
    }
    for one in room.told:
        if one.published:
            assert (one.arrays is not None) != ((room.name, one.effects[0]) in unreleased)


def test_every_effect_that_is_told_has_an_answer_on_the_digits():
    """But of released networks, which need their weights."""
    without = {(room.name, one.effects[0]) for room in ROOMS for one in room.told if not one.digits}
    assert without == {("E8", "dino-vit-s16"), ("E8", "vicreg-resnet-50")}


def test_every_command_that_is_shown_can_be_parsed():
    commands = re.findall(r"python -m verify ([^`#\n]+)", README)
    assert len(commands) > 8
    for command in commands:
        if command.endswith("--help"):
            continue
        parse(shlex.split(command.replace("PATH", "path")))


def test_every_promise_names_tests_that_are_there():
    promised = README.partition("| promise |")[2].partition("\n\n")[0].splitlines()[2:]
    assert len(promised) > 10
    for line in promised:
        named = re.findall(r"test_\w+\.py", line)
        assert named, line
        assert [name for name in named if not (ROOT / "tests" / name).is_file()] == []


def test_the_code_gives_the_curvature_of_a_head_of_ones_own():
    code, _ = CODE
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


def test_eight_lines_diagnose_a_head_of_ones_own(capsys):
    _, code = CODE
    assert len([line for line in code.splitlines() if line]) <= 8
    found: dict[str, object] = {}
    exec(code, found)
    assert capsys.readouterr().out.startswith("Not completely collapsed, where the gradient is not")
    smallest = found["found"].term("H_eff").smallest
    few = torch.randperm(256, generator=torch.Generator().manual_seed(0))[:8].sort().values
    head, z, views = found["head"].double(), found["z"].double(), found["views"].double()
    loss = OBJECTIVES["nt_xent"].bind(OBJECTIVES["nt_xent"].draw(None, 16, 32))
    point = torch.cat([z[few], views[few]])
    exact = torch.func.hessian(lambda z: loss.unchecked(head(z)))(point).reshape(1024, 1024)
    assert smallest == pytest.approx(float(torch.linalg.eigvalsh(exact)[0]), rel=1e-6)

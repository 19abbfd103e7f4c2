"""The README says nothing that the project does not: readings, verdicts and code that are so.

The oracle of its code is `torch.func.hessian`.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import test_bad_input
import torch

from reports.readme import renewed
from theorems.thm41.statement import STATEMENT
from verify.claims.check import CASES, Kind
from verify.claims.evidence import Answer, Table
from verify.claims.statement import Verdict
from verify.cli import soak
from verify.cli.arguments import parse
from verify.engine import registry
from verify.engine.provenance import Traced
from verify.engine.store import Records
from verify.experiments.e1.display import SIGNIFICANT
from verify.experiments.e3.measure import SAMPLE_CLASSES, SAMPLE_IMAGES
from verify.experiments.forms import PUBLISHED, Form
from verify.experiments.networks import TRAINED_FROM
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
        told = re.sub("(that|these) added hypothes[ei]s", "an added hypothesis", verdict)
        assert told.strip("*") == readings[name].predicted, name


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


def sharing(form: Form) -> list[list[str]]:
    """The experiments that read the very same runs in a form, in order."""
    by_runs: dict[frozenset[str], list[str]] = {}
    for room in ROOMS:
        for check in room.checks:
            if check.id.endswith(f".{form.name}"):
                by_runs.setdefault(frozenset(a.name for a in check.artefacts), []).append(room.name)
    return [names for names in by_runs.values() if len(names) > 1]


def in_words(names: list[str]) -> str:
    """``E3, E4 and E5``."""
    return f"{', '.join(names[:-1])} and {names[-1]}"


def test_what_a_large_run_takes_is_computed_from_what_was_recorded():
    """README's paragraph of costs, number by number, from the records of the soak and the forms."""
    folder = ROOT / "reports/evidence"
    each, deep = (
        {id: one.cpu_s / one.seeds for id, one in soak.read(file).items() if one.draws}
        for file in (folder / soak.file(profile) for profile in (soak.PROFILE, "deep"))
    )
    kinds = {check.id: check.kind for room in ROOMS for check in room.checks}

    def rate(is_property: bool) -> float:
        """How many times as long `deep` took, of properties or of what else draws."""
        timed = [id for id in deep if (kinds[id] is Kind.PROPERTY) == is_property]
        return sum(deep[id] for id in timed) / sum(each[id] for id in timed)

    rates = {True: rate(True), False: rate(False)}
    estimated = {id: one * rates[kinds[id] is Kind.PROPERTY] for id, one in each.items()}
    hours = 10_000 / 3600
    longest, minutes = max(each, key=each.__getitem__), PUBLISHED.minutes
    assert {id.partition(".")[0] for id in deep} == {"thm53"}
    said = " ".join(README.split())
    first, second = (in_words(names) for names in sharing(PUBLISHED))
    assert (
        f"by `reports/evidence/soak.json` the {len(each)} checks that draw take {sum(each.values()):.1f} CPU-seconds a seed with the "
        f"{CASES[soak.PROFILE]} cases of `smoke`, and 10,000 seeds {sum(each.values()) * hours:.0f} CPU-hours, not below "
        f"{each[longest] * hours:.0f} hours of any number of workers, which `{longest}` takes. With the {CASES['deep']} of `deep` only the "
        f"{len(deep)} of 5.3 were timed (`soak_deep.json`): properties took {rates[True]:.0f} times as long, what else draws "
        f"{rates[False]:.1f} times. If it is so elsewhere, 10,000 seeds of all take about {round(sum(estimated.values()) * hours, -2):.0f} "
        f"CPU-hours, not below {round(max(estimated.values()) * hours, -1):.0f} hours of any number of workers"
    ) in said, (rates, sum(estimated.values()) * hours, max(estimated.values()) * hours)
    assert (
        f"the published table, {', '.join(minutes)} with up to {PUBLISHED.seeds} seeds, takes at most {sum(minutes.values()):g} "
        f"minutes of one GPU by arithmetic, if each is run alone, no more than {max(minutes.values()):g} an experiment; "
        f"{first} share their runs, and {second} theirs."
    ) in said


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


def numbers(text: str) -> list[str]:
    """The numbers of a text, and none that is part of a name or of a place in a file."""
    text = re.sub(r"\w+\.\w+:\d+(?:-\d+)?", "", text)
    return re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]\d+)?", text.replace("−", "-"))


def stands(figure: str, among: Iterable[str | float]) -> bool:
    """Whether a figure is one of these numbers, rounded as it is told; words may say that it is one of a fall."""
    rounded = [round(float(number), len(figure.partition(".")[2])) for number in among]
    return any(float(figure) in (number, abs(number)) for number in rounded)


def recorded(name: str, form: str) -> Traced:
    """The committed evidence of an experiment."""
    (file,) = ROOT.glob(f"reports/evidence/{name}.*.cifar10-{form}-*.json")
    record = Records(file.parent).newest(file.name.rpartition("-")[0], besides="")
    assert record is not None
    return record


def answered(record: Traced, *effects: str) -> list[str]:
    """The numbers of the answers to these effects."""
    values = (found.value for found in record.answers if found.effect in effects)
    return numbers(" ".join(value.partition("; what could decide")[0] for value in values))


def table(record: Traced, title: str) -> Table:
    """The table whose title begins so."""
    (found,) = (one for one in record.tables if one.title.startswith(title))
    return found


def measured(record: Traced, title: str, row: str, *columns: str) -> list[str]:
    """The numbers of our own rows that begin so, in these columns of the table whose title does."""
    found = table(record, title)
    chosen = [n for n, column in enumerate(found.columns) if column in columns]
    assert len(chosen) == len(columns)
    ours = [cells for cells in found.rows if not cells[0].startswith("published:")]
    return numbers(
        " ".join(
            cells[n]
            for cells in ours
            if any(cell.startswith(row) for cell in cells[:2])
            for n in chosen
        )
    )


def wrong_signs(record: Traced) -> list[int]:
    """How many estimates are wrong, of how many, under SimSiam from either of the published starts."""
    rows = table(record, "Curvature in z").rows
    found = []
    for start in ("normal", "projector x0.1"):
        told = [row[-1] for row in rows if row[0] == "simsiam" and row[1].endswith(start)]
        found += [sum(int(one.split(" of ")[n]) for one in told) for n in (0, 1)]
    return found


def setting(name: str, row: str) -> tuple[str, str]:
    """What the reduced record of an experiment calls published in a row of its setting, and what it has itself."""
    (cells,) = (
        cells for cells in table(recorded(name, "reduced"), "Setting").rows if cells[0] == row
    )
    return cells[1], cells[2]


def test_where_earlier_records_differ_from_what_was_published_is_told():
    """Red, too, once they are recorded anew and README still says it."""
    said = " ".join(README.split())
    told = "E9 with crops of scale 0.2 to 1, where 0.08 to 1 was published"
    assert (told in said) == ("scale 0.2 to 1)" in setting("E9", "augmentations")[1])
    assert "scale 0.08 to 1," in setting("E6", "augmentations")[1]
    assert setting("E6", "batch and epochs")[0].startswith("batch 512,")


def steps(record: Traced) -> int:
    """How many steps each network of E2 was trained for."""
    rows = {cells[0]: cells[2] for cells in table(record, "Setting").rows}
    epochs = numbers(rows["batch and epochs"])[1]
    return int(rows["steps of an epoch"]) * int(epochs)


FALL = "MLP minus linear, on h minus on z, in points"
COMPRESSIONS = "compression, published protocol", "the same by a fresh head"

BESIDES: dict[tuple[str, str], Callable[[Traced], Iterable[str | float]]] = {
    ("E1", "estimator"): lambda of: [*wrong_signs(of), 0.1],  # that start
    ("E1", "spearman"): lambda of: [8, SIGNIFICANT[8]],
    ("E2", "regrows"): lambda of: [steps(of)],
    ("E3", "compresses"): lambda of: [
        *measured(of, "Setting", "linear class probe of z", "here"),
        *(100 * TRAINED_FROM, SAMPLE_CLASSES * SAMPLE_IMAGES),
        *measured(
            of,
            "Mean-square spread",
            "",
            "selectivity",
            "compression z / h",
            "over seeds and orbits",
        ),
        *measured(
            of,
            "Interpolated",
            "trained",
            f"selectivity of {SAMPLE_CLASSES} x {SAMPLE_IMAGES} orbits, nearest pixel",
        ),
    ],
    ("E3", "semantics"): lambda of: measured(of, "Distances", "trained", "gain"),
    ("E4", "cost"): lambda of: measured(of, "Rotation probes", "", "z", "h", "h of a fresh head"),
    ("E4", "pattern-published"): lambda of: [
        *measured(of, "The published probes", "", FALL),
        *numbers(table(of, "The published probes").note),
    ],
    ("E4", "entangled"): lambda of: measured(of, "Rotation probes", "MLP", "probe"),
    ("E5", "published"): lambda of: measured(of, "Bending", "as published", "h / z"),
    ("E5", "curvature"): lambda of: measured(of, "Bending", "raw z", "h / z"),
    ("E5", "turning"): lambda of: measured(of, "Bending", "fresh head", "turning angle, h / z"),
    ("E6", "compresses"): lambda of: measured(of, "Heads of growing depth", "", *COMPRESSIONS),
    ("E6", "selective"): lambda of: measured(of, "Heads of growing depth", "", "selectivity"),
}
"""By experiment and effect, the figures that are told and that the recorded answer lacks."""


@pytest.mark.parametrize(
    ("name", "one", "form"), RECORDED, ids=[f"{n}-{o.effects[0]}-{f}" for n, o, f in RECORDED]
)
def test_what_is_told_of_recorded_runs_is_what_was_recorded(name, one, form):
    """The answer is that of the record, and every figure is in it or where it is said to be."""
    answer, said = getattr(one, form)
    record, about = recorded(name, form), (name, one.effects[0])
    assert {found.answer for found in record.answers if found.effect in one.effects} == {answer}
    known = answered(record, *one.effects)
    besides = list(BESIDES[about](record)) if about in BESIDES else []
    for figure in numbers(said):
        assert stands(figure, known) or stands(figure, besides), figure


RELEASED = decode((ROOT / "reports/evidence/released.json").read_bytes())

SETTINGS = ("CIFAR-10, ResNet-18", "CIFAR-10 test images at 224 pixels, released networks")

ARRAYS = [(room.name, one) for room in ROOMS for one in room.told if one.arrays is not None]


DENIED = {("E3", "artefact"): "compression"}
"""Effects that a claim on the released arrays denies: if it is mostly shrinkage, it is not mostly compression of orbits."""

OPPOSITE = {Answer.YES: Answer.NO, Answer.NO: Answer.YES}

QUANTITIES = {
    ("E2", "flow"): "the same, last epoch over second: ReLU, no BatchNorm, 0.005",
    ("E4", "cost"): "MLP probe, z minus h, points",
    ("E7", "typical"): "relative update, projector over backbone:",
    ("E8", "vicreg-resnet-50"): "orbit of z over that of h:",
}
"""Where the figures stand that the claims of an effect lack: the beginnings of their rows."""


@pytest.mark.parametrize(("name", "one"), ARRAYS, ids=[f"{n}-{o.effects[0]}" for n, o in ARRAYS])
def test_what_is_told_of_the_released_arrays_is_what_they_gave(name, one):
    """The answer is that of every claim it names, and every figure is theirs or a row's."""
    answer, said = one.arrays
    about = name, one.effects[0]
    claims = one.claims or (DENIED[about],)
    told = [
        claim
        for claim in RELEASED.claims
        if claim.experiment == name and claim.setting in SETTINGS and claim.id in claims
    ]
    assert len(told) == len(claims)
    wanted = OPPOSITE.get(answer, answer) if about in DENIED else answer
    assert {claim.answer for claim in told} == {wanted}
    known = [number for claim in told for number in numbers(claim.value)]
    besides = [
        value
        for row in RELEASED.rows
        if row.experiment == name and about in QUANTITIES
        if row.setting in SETTINGS and row.quantity.startswith(QUANTITIES[about])
        for found in (row.as_published, row.ours)
        if found is not None
        for value in (found.value, *found.each, *(found.interval or ()))
    ]
    for figure in numbers(said):
        assert stands(figure, known) or stands(figure, besides), figure


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
        ("E9", "rotation"),
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


def test_the_cases_of_bad_input_are_as_many_as_is_said():
    told = re.findall(r"`test_bad_input\.py`, (\d+) cases", README)
    tests = [test for name, test in vars(test_bad_input).items() if name.startswith("test_")]
    marks = [getattr(test, "pytestmark", []) for test in tests]
    cases = [math.prod(len(m.args[1]) for m in of if m.name == "parametrize") for of in marks]
    assert told == [str(sum(cases))]


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

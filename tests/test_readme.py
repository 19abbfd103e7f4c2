"""README, RESULTS and USING say nothing that the project does not: readings, verdicts and code that are so.

The oracle of its code is `torch.func.hessian`.
"""

from __future__ import annotations

import math
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import test_bad_input
import torch

from reports import crosswalk, readme
from theorems.thm41.statement import STATEMENT
from verify.__main__ import Folders
from verify.claims.check import Context, Kind
from verify.claims.evidence import Answer, Table
from verify.claims.statement import Experiment, Statement, Verdict
from verify.claims.summary import Told, refuted
from verify.cli.arguments import parse
from verify.engine import registry
from verify.engine.provenance import Traced, evidence_key
from verify.engine.store import Records
from verify.experiments import collapse
from verify.experiments.e1 import experiment as e1
from verify.experiments.e1.display import SIGNIFICANT
from verify.experiments.e3.measure import SAMPLE_CLASSES, SAMPLE_IMAGES
from verify.experiments.forms import LIVE, PUBLISHED, Form
from verify.experiments.networks import TRAINED_FROM
from verify.experiments.released.collapse import ENOUGH, RATES, STEPS
from verify.experiments.released.rows import Claim, decode
from verify.numeric import OBJECTIVES
from verify.ssl.data import load_digits
from verify.ssl.measurements import paired_interval

ROOT = Path(__file__).parents[1]
TEXTS = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in (readme.README, readme.RESULTS, readme.USING, "CONTRIBUTING.md")
}
README, RESULTS, USING, _ = TEXTS.values()
CODE = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
ROOMS = [
    registry.load(place.entry.id, place.module) for place in registry.contents(registry.REGISTRIES)
]


def renewed(rooms: list[registry.Room]) -> dict[str, str]:
    """The files as they are with the generated parts of these rooms."""
    return {
        name: readme.renewed(TEXTS[name], parts) for name, parts in readme.blocks(rooms).items()
    }


def test_no_placeholder_is_left():
    for text in TEXTS.values():
        assert "@@" not in text
        assert "TODO" not in text


def test_readings_that_ask_for_more_than_was_quoted_are_not_counted_as_quoted():
    """By the words of readings and titles; the count is taken from a field."""
    rooms = [room for room in ROOMS if isinstance(room.subject, Statement)]
    readings = [(room, one) for room in rooms for one in room.subject.readings]
    beyond = [one for room, one in readings if one.id in room.summary.beyond]
    said = [
        one
        for room, one in readings
        if one.text.startswith("Beyond the quoted words")
        or room.summary.titles[one.id].endswith("(not quoted)")
    ]
    assert said
    assert said == [one for one in beyond if one.predicted is Verdict.REFUTED]
    found = re.search(
        r"Of (\d+) readings as quoted (\d+) are refuted, (\d+) hold, and (\d+) hold with an added hypothesis; "
        r"of (\d+) that ask for more than was quoted (\d+) are refuted, (\d+) hold, and (\d+) hold with one\.",
        " ".join(README.split()),
    )
    quoted, *as_quoted = (int(number) for number in found.groups()[:4])
    more, *besides = (int(number) for number in found.groups()[4:])
    assert (more, besides[0]) == (len(beyond), len(said))
    verdicts = Counter(one.predicted for _, one in readings)
    of = (Verdict.REFUTED, Verdict.HOLDS, Verdict.HOLDS_ADDED)
    assert [a + b for a, b in zip(as_quoted, besides, strict=True)] == [verdicts[v] for v in of]
    assert (sum(as_quoted), sum(besides)) == (quoted, more)


def test_readme_stays_short_and_so_does_every_cell():
    lines = README.splitlines()
    assert len(lines) < 300
    assert [line for line in lines if line.startswith("|") and len(line) > 450] == []


def test_every_link_leads_to_a_file_and_a_heading_that_are_there():
    found = [
        (name, one) for name, text in TEXTS.items() for one in re.findall(r"\]\(([^)]+)\)", text)
    ]
    assert len(found) > 8
    for name, link in found:
        file, _, heading = link.partition("#")
        target = (ROOT / name).parent / file if file else ROOT / name
        assert target.is_file(), (name, link)
        headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), flags=re.MULTILINE)
        slugs = {re.sub(r"[^\w -]", "", one).strip().lower().replace(" ", "-") for one in headings}
        assert not heading or heading in slugs, (name, link)


def test_the_findings_of_theorem_41_are_its_readings_with_their_verdicts():
    rows = re.findall(r"^\| `([^`]+)` \| .*? \| (.*?) \| .*? \|$", RESULTS, flags=re.MULTILINE)
    readings = {reading.id: reading for reading in STATEMENT.readings}
    assert [name for name, _ in rows] == list(readings)
    for name, verdict in rows:
        told = re.sub("(that|these) added hypothes[ei]s", "an added hypothesis", verdict)
        assert told.strip("*") == readings[name].predicted, name


def test_the_tables_of_results_are_those_of_the_rooms():
    for name, text in renewed(ROOMS).items():
        assert text == TEXTS[name], "run `python -m reports.readme`"


def test_a_verdict_that_changes_makes_both_files_red():
    room = ROOMS[0]
    reading, *others = room.subject.readings
    assert reading.predicted is Verdict.HOLDS
    changed = (msgspec.structs.replace(reading, predicted=Verdict.REFUTED), *others)
    subject = msgspec.structs.replace(room.subject, readings=changed)
    counted = renewed([replace(room, subject=subject), *ROOMS[1:]])
    assert counted[readme.README] != README
    # Its room contradicts itself until its summary says so, in the sentence and, where that tells it, in the headline.
    clause = refuted("refuted", reading.id)
    summary = msgspec.structs.replace(room.summary, headline=(clause,), readings=(clause,))
    told = renewed([replace(room, subject=subject, summary=summary), *ROOMS[1:]])
    for name, text in told.items():
        assert (text != TEXTS[name]) == (name != readme.USING)  # which tells no verdict
        assert len(text.splitlines()) == len(TEXTS[name].splitlines())


def test_an_answer_that_changes_makes_both_files_red():
    place = next(n for n, room in enumerate(ROOMS) if room.told)
    first, *others = ROOMS[place].told
    changed = msgspec.structs.replace(first, digits=(Answer.NOT_APPLICABLE, ""))
    rooms = [*ROOMS[:place], replace(ROOMS[place], told=(changed, *others)), *ROOMS[place + 1 :]]
    for name, text in renewed(rooms).items():
        assert (text != TEXTS[name]) == (name != readme.USING)


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


def test_what_the_published_table_takes_is_computed_from_its_form():
    minutes = PUBLISHED.minutes
    said, short = (" ".join(text.split()) for text in (USING, README))
    first, second = (in_words(names) for names in sharing(PUBLISHED))
    assert (
        f"the published table, {', '.join(minutes)} with up to {PUBLISHED.seeds} seeds, takes at most {sum(minutes.values()):g} "
        f"minutes of one GPU by arithmetic, if each is run alone, no more than {max(minutes.values()):g} an experiment; "
        f"{first} share their runs, and {second} theirs."
    ) in said
    assert list(minutes) == [f"E{n}" for n in (*range(1, 8), 9)]
    assert (
        f"E1 to E7 and E9, takes at most {sum(minutes.values()):g} minutes of one GPU by arithmetic."
        in short
    )


@pytest.mark.parametrize("lost", ["<!-- end of {} -->\n", "<!-- {}: "])
def test_a_file_without_the_place_of_a_table_is_refused(lost):
    for name, parts in readme.blocks(ROOMS).items():
        for part in parts:
            with pytest.raises(ValueError, match=f"Expected one generated part '{part}'"):
                readme.renewed(TEXTS[name].replace(lost.format(part), ""), parts)


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
    """Red, too, once they are recorded anew and it is still said."""
    said = " ".join(RESULTS.split())
    told = "E9 with crops of scale 0.2 to 1, where 0.08 to 1 was published"
    assert (told in said) == ("scale 0.2 to 1)" in setting("E9", "augmentations")[1])
    assert "scale 0.08 to 1," in setting("E6", "augmentations")[1]
    assert setting("E6", "batch and epochs")[0].startswith("batch 512,")


def steps(record: Traced) -> int:
    """How many steps each network of E2 was trained for."""
    rows = {cells[0]: cells[2] for cells in table(record, "Setting").rows}
    epochs = numbers(rows["batch and epochs"])[1]
    return int(rows["steps of an epoch"]) * int(epochs)


def seeds_of(record: Traced, title: str, column: str, *row: str) -> list[float]:
    """Each seed's figure, in a column of the row that begins so."""
    found = table(record, title)
    (cells,) = (cells for cells in found.rows if cells[: len(row)] == row)
    return [float(one) for one in numbers(cells[found.columns.index(column)])[1:]]


def linear_cost(record: Traced) -> list[float]:
    """What the published linear probe loses from z to h, by seed, as a share of the images."""
    z, h = (seeds_of(record, "The published probes", of, "linear") for of in ("z", "h"))
    return [(a - b) / 100 for a, b in zip(z, h, strict=True)]


def side(low: float, high: float, bar: float) -> Answer:
    """Yes above a bar, no below, undecided across it."""
    return Answer.YES if low > bar else Answer.NO if high < bar else Answer.UNDECIDED


def compresses_as_published(record: Traced) -> Answer:
    """By the rounded figures of a table: above 1 and either control in every seed, and over the seeds."""
    networks = ("trained", "fresh head on the trained backbone", "untrained network")
    each, *controls = (
        seeds_of(record, "Mean-square spread", "selectivity", name, "published")
        for name in networks
    )
    beside = [[1.0] * len(each), *controls]
    ratios = [[a / b for a, b in zip(each, other, strict=True)] for other in beside]
    over = [paired_interval([math.log(ratio) for ratio in one]) for one in ratios]
    sides = {side(low, high, 0) for low, high in over}
    sides |= {side(min(one), max(one), 1) for one in ratios}
    return sides.pop() if len(sides) == 1 else Answer.UNDECIDED


def semantics_as_published(record: Traced) -> Answer:
    """The same of the gain, which is set beside 1 alone."""
    gains = seeds_of(record, "Distances", "gain", "trained", "published")
    low, high = paired_interval([math.log(gain) for gain in gains])
    sides = {side(low, high, 0), side(min(gains), max(gains), 1)}
    return sides.pop() if len(sides) == 1 else Answer.UNDECIDED


def cost_as_published(record: Traced) -> Answer:
    """By Student's interval, where the probe of z is clear of chance; too few steps deny nothing."""
    z = seeds_of(record, "The published probes", "z", "linear")
    clear = paired_interval([one / 100 - 1 / 4 for one in z]).low > 0
    lost = side(*paired_interval(linear_cost(record)), 0)
    return lost if clear and lost is Answer.YES else Answer.UNDECIDED


ASKED_SINCE: dict[tuple[str, str], Callable[[Traced], Answer]] = {
    ("E3", "compresses-published"): compresses_as_published,
    ("E3", "semantics-published"): semantics_as_published,
    ("E4", "cost-published"): cost_as_published,
}
"""What an earlier record was not asked, by its figures."""

FALL = "MLP minus linear, on h minus on z, in points"
COMPRESSIONS = "compression, published protocol", "the same by a fresh head"

BESIDES: dict[tuple[str, str], Callable[[Traced], Iterable[str | float]]] = {
    ("E1", "signs"): lambda of: [0.1],  # that start
    ("E1", "estimator"): lambda of: [*wrong_signs(of), 0.1],
    ("E1", "spearman"): lambda of: [8, SIGNIFICANT[8]],
    ("E2", "regrows"): lambda of: [steps(of)],
    ("E3", "compresses-published"): lambda of: [
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
    ("E3", "compresses"): lambda of: [
        1,
        *measured(of, "Mean-square spread", "", "selectivity"),
    ],
    ("E3", "semantics-published"): lambda of: measured(of, "Distances", "trained", "gain"),
    ("E3", "semantics"): lambda of: measured(of, "Distances", "trained", "gain"),
    ("E4", "cost-published"): lambda of: [
        *measured(of, "The published probes", "linear", "z", "h"),
        *(100 * lost for lost in linear_cost(of)),
        *numbers(table(of, "The published probes").note),
    ],
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
    given = {found.answer for found in record.answers if found.effect in one.effects}
    since = re.search(r"; (\w+) by the criterion of its record$", said)
    later = said.endswith("; asked of its record's figures")
    assert later == (not given)
    if about in ASKED_SINCE:  # the rounded figures give what the record does
        assert ASKED_SINCE[about](record) is answer
    assert given == (set() if later else {Answer(since[1]) if since else answer})
    assert not since or answer is Answer.UNDECIDED
    known = answered(record, *one.effects)
    besides = list(BESIDES[about](record)) if about in BESIDES else []
    for figure in numbers(said):
        assert stands(figure, known) or stands(figure, besides), figure


def by_seed(record: Traced, title: str, column: str, *row: str) -> list[str]:
    """The least and the largest of the seeds, in a column of the row that begins so."""
    found = table(record, title)
    (cells,) = (cells for cells in found.rows if cells[: len(row)] == row)
    each = numbers(cells[found.columns.index(column)])[1:]
    return sorted(each, key=float)[:: len(each) - 1]


RELEASED = decode((ROOT / "reports/evidence/released.json").read_bytes())

SETTINGS = ("CIFAR-10, ResNet-18", "CIFAR-10 test images at 224 pixels, released networks")

ARRAYS = [(room.name, one) for room in ROOMS for one in room.told if one.arrays is not None]


BY_ANOTHER = {
    ("E3", "artefact"): ("compression", {Answer.YES: Answer.NO, Answer.NO: Answer.YES}),
    ("E1", "escapes"): ("collapsed", {Answer.NOT_APPLICABLE: Answer.NO}),
}
"""Effects that a claim on something else answers, and what it says then: mostly shrinkage is not mostly compression of orbits,
and what was not collapsed escapes from nothing."""

QUANTITIES = {
    ("E2", "flow"): "the same, last epoch over second: ReLU, no BatchNorm, 0.005",
    ("E4", "cost-published"): "MLP probe, z minus h, points",
    ("E7", "typical"): "relative update, projector over backbone:",
    ("E8", "vicreg-resnet-50"): "orbit of z over that of h:",
}
"""Where the figures stand that the claims of an effect lack: the beginnings of their rows."""


USUAL = [f"{head}, none, 0.05, normal" for head in ("gelu", "swish")]


def usual_starts() -> list[str]:
    """Where smooth heads from the usual start end beside Swish with BatchNorm, by the records of E2."""
    column = "square, of that of Swish with BatchNorm"
    return [
        measured(recorded("E2", form), "Deviation of the unit", row, column)[-1]
        for form in ("medium", "reduced")
        for row in USUAL
    ]


def test_runs_that_were_never_collapsed_end_below_a_tenth_of_the_reference() -> None:
    """What the criteria of E2 say was seen."""
    assert all(float(share) < 0.1 for share in usual_starts())


def test_what_the_start_of_a_head_that_sees_directions_does_is_what_was_recorded() -> None:
    """E2's remark: beside the usual start, in the first epoch, of ReLU and linear heads."""
    column = "square, of that from the usual start"
    shares = [
        100 * float(measured(recorded("E2", form), "Deviation of the unit", row, column)[0])
        for form in ("medium", "reduced")
        for row in ("relu, none, 0.05, projector x0.1", "linear, none, 0.05, projector x0.1")
    ]
    (room,) = (room for room in ROOMS if room.name == "E2")
    said = f"to {min(shares):.1f} to {max(shares):.1f} % of that run's variance"
    assert said in " ".join(room.subject.flaws), said


@pytest.mark.parametrize(("name", "one"), ARRAYS, ids=[f"{n}-{o.effects[0]}" for n, o in ARRAYS])
def test_what_is_told_of_the_released_arrays_is_what_they_gave(name, one):
    """The answer is that of the claims it names together, and every figure is theirs or a row's."""
    answer, said = one.arrays
    about = name, one.effects[0]
    other, wanted = BY_ANOTHER.get(about, ("", {}))
    claims = one.claims or (other,)
    told = [
        claim
        for claim in RELEASED.claims
        if claim.experiment == name and claim.setting in SETTINGS and claim.id in claims
    ]
    assert len(told) == len(claims)
    given = {claim.answer for claim in told}
    together = given.pop() if len(given) == 1 else Answer.UNDECIDED
    assert together == wanted.get(answer, answer)
    known = [number for claim in told for number in numbers(f"{claim.value} {claim.remark}")]
    besides = [
        value
        for row in RELEASED.rows
        if row.experiment == name and about in QUANTITIES
        if row.setting in SETTINGS and row.quantity.startswith(QUANTITIES[about])
        for found in (row.as_published, row.ours)
        if found is not None
        for value in (found.value, *found.each, *(found.interval or ()))
    ]
    besides += map(float, usual_starts()) if about == ("E2", "escapes") else ()
    for figure in numbers(said):
        assert stands(figure, known) or stands(figure, besides), figure


def contrary() -> set[str]:
    """The effects whose yes speaks against a claim of the paper and for none; a limitation that it grants is none."""
    against, claimed, under = set(), set(), ""
    for source in crosswalk.read():
        for one in source.sentences:
            under = one.headings[0] if one.headings else under
            claimed |= set(one.about) - set(one.contrary)
            against |= set() if under.startswith("Limitations") else set(one.contrary)
    return against - claimed


def claimed_ones() -> list[tuple[str, Told]]:
    """What is told of the arrays and claimed: in words or numbers, not in figures alone, and nothing contrary."""
    return [
        (name, one)
        for name, one in ARRAYS
        if one.published and one.published != "in figures only"
        if not {f"{name}.{effect}" for effect in one.effects} & contrary()
    ]


def test_what_speaks_against_a_claim_counts_as_none():
    assert {"E3.artefact", "E8.vicreg-resnet-50"} <= contrary()
    assert "E2.linear" not in contrary()  # that it finally escapes is in the main table
    assert "E7.separates" not in contrary()
    told = {f"{name}.{effect}" for name, one in claimed_ones() for effect in one.effects}
    assert not told & contrary()
    assert {"E1.signs", "E2.regrows", "E2.linear", "E7.separates"} <= told
    assert "E8.dino-vit-s16" not in told


def claim(name: str, id: str) -> Claim:
    """A claim of the main setting."""
    (found,) = (
        one
        for one in RELEASED.claims
        if (one.experiment, one.id) == (name, id) and one.setting in SETTINGS
    )
    return found


def test_what_is_for_the_paper_and_against_it_is_what_was_found():
    """README's paragraphs under the short table, number by number."""
    said = " ".join(README.split())
    answers = Counter(one.arrays[0] for _, one in claimed_ones())
    once = {f"E{n}" for n in (1, 3, 4, 5, 6)}
    of_one = [n for n, one in claimed_ones() if one.arrays[0] is Answer.YES and n in once]
    assert (
        "E3 to E5 have one training each, E6 one for each depth, E1 one run of each kind, over whose epochs its intervals go; "
        "E2 and E7 have three seeds."
    ) in " ".join(RESULTS.split())
    again, fresh_one = (
        sorted(figures, key=float)[:: len(figures) - 1]
        for figures in (
            numbers(claim("E2", "flow-later").value)[1:],
            [f"{one:.2f}" for one in after_fall("ReLU, no BatchNorm, 0.005")],
        )
    )
    assert claim("E2", "flow-later").answer is Answer.YES
    assert len(numbers(claim("E2", "flow-later").value)[1:]) == 3
    assert float(fresh_one[1]) < 1
    assert (
        f"of the {answers.total()} effects above that it claims and of which something was released (without E8's, which a notebook "
        "shows), the arrays answer "
        f"{answers[Answer.YES]} with yes, {answers[Answer.UNDECIDED]} with undecided, {answers[Answer.NOT_APPLICABLE]} with "
        "not applicable, and none with no, which to the first of E2's escapes and to small steps they cannot say, having no "
        "run from the usual start, and none at small steps that is long enough (from its second epoch on a Swish head grows there, "
        f"{' to '.join(again)} times in its three seeds, and a ReLU head does not, {' to '.join(fresh_one)}), and to E1's no run can, "
        "since × 0.1 leaves `z` as it was. "
        f"Of the {answers[Answer.YES]}, {len(of_one)} are of one training of each network,"
    ) in said
    assert Answer.NO not in answers
    assert RATES["small"] * STEPS * 50 < ENOUGH  # of the 50 epochs that were released
    assert f"{ENOUGH:g}" in numbers(claim("E2", "flow").criterion)

    share = 100 * float(numbers(claim("E3", "compression").value)[1])
    linear = [float(one) > 1 for one in numbers(claim("E2", "regrows-linear").value)[1:]]
    raw = claim("E8", "expand-raw").value
    (compress, printed) = re.findall(r"above 1 in (\d) of (\d)", raw)[0]
    assert f"above 1 in 0 of {printed}" in claim("E8", "expand-unit").value
    assert (
        f"Against it: {share:.0f} % of the logarithm of the published compression is that of the total variance,"
        in said
    )
    assert (
        "A linear head, which by the release (README.md:80) remains collapsed, though the paper's main table says that it finally "
        f"escapes, regrows in {sum(linear)} seeds of {len(linear)}."
    ) in said
    for measure in ("raw", "unit"):
        assert f"above 1 in {printed} of {printed}" in claim("E8", f"compress-{measure}").value
    assert (
        f"DINO's heads compress orbits in {printed} of {printed} printed rows, by both measures."
        in said
    )
    assert (
        f"expand orbits by each of the {printed} printed cosines, though by the printed ratio of raw variances they "
        f"compress them in {compress} of {printed}." in said
    )

    orbits, bends, turns = (recorded(name, "medium") for name in ("E3", "E5", "E4"))
    fresh, spread = "fresh head on the trained backbone", "Mean-square spread"
    under_published = {
        network: " to ".join(by_seed(orbits, spread, "selectivity", network, "published"))
        for network in ("trained", fresh)
    }
    (answer,) = (one.value for one in orbits.answers if one.effect == "compresses")
    heads = [numbers(one.partition(", over")[0]) for one in answer.split("; ")]
    trained, new, untrained = (f"{min(each)} to {max(each)}" for each in heads)
    (bends_more,) = (one.value for one in bends.answers if one.effect == "turning")
    sharper = numbers(bends_more.partition(", over")[0])
    turned = by_seed(bends, "Bending", "turning angle, h / z", fresh, "raw z, interpolated")
    bent = {
        network: " to ".join(
            by_seed(bends, "Bending", "h / z", network, table(bends, "Bending").rows[0][1])
        )
        for network in ("trained", fresh)
    }
    lost = next(one.value for one in turns.answers if one.effect == "cost")
    note = table(turns, "The published probes").note
    ((here, of),) = re.findall(r"here (\d+) steps on .*, published (\d+) on", note)
    (published,) = (
        claim.value
        for claim in RELEASED.claims
        if (claim.experiment, claim.id, claim.setting) == ("E4", "cost", SETTINGS[0])
    )
    assert (
        f"our medium heads compress orbits (selectivity {under_published['trained']}, against {under_published[fresh]} "
        "of heads that were never trained). On standardised features and with all four turns a linear probe of the rotation loses "
        f"{re.findall(r'linear (.*?),? MLP', lost)[0]} points, where {numbers(published)[0]} were published; the published probe, after "
        f"{here} of {of} steps, leaves it undecided. Interpolated orbits turn more "
        f"sharply behind trained heads than behind fresh ones ({min(sharper)} to {max(sharper)} times against {' to '.join(turned)})."
    ) in said
    assert abs(sum(linear_cost(turns))) / 3 < 0.0015  # and by every seed less than one point
    assert max(map(abs, linear_cost(turns))) < 0.01
    assert (
        f"spread orbits out more than everything else ({trained}, where 1 is alike): less so than fresh heads on the same "
        f"backbone ({new}), and more so than networks that were never trained ({untrained}). Fresh heads raise second "
        f"differences of orbits more, {bent[fresh]} times against {bent['trained']}."
    ) in said
    (vit,) = (s for s in {claim.setting for claim in RELEASED.claims} if "ViT-Tiny" in s)
    regrow = [
        claim.answer
        for claim in RELEASED.claims
        if claim.setting == vit and re.match("A (GELU|Swish) head regrows", claim.text)
    ]
    assert set(regrow) == {Answer.NO}


def after_fall(cell: str) -> tuple[float, ...]:
    """By seed, the last epoch over the second of a run of the main setting."""
    (found,) = (
        row.ours
        for row in RELEASED.rows
        if (row.quantity, row.setting) == (f"the same, last epoch over second: {cell}", SETTINGS[0])
    )
    assert found is not None
    return found.each


def test_that_nobody_asked_whether_the_digits_networks_are_trained_is_told():
    """Their steps, and how near the class probe is to its ceiling on what was never trained."""
    images = len(load_digits().train_images)
    each = [
        setup(LIVE).config.epochs * (images // setup(LIVE).config.batch)
        for setup in (e1.setup, collapse.setup)
    ]
    (told,) = (
        one.digits[1]
        for room in ROOMS
        if room.name == "E9"
        for one in room.told
        if "head-helps" in one.effects
    )
    said, probe = " ".join(README.split()), numbers(told)[2]
    assert (
        f"Of the digits' networks this is not asked, and could not be: E1 trains for {each[0]} steps there, E2 for {each[1]}, and "
        f"an untrained `z` gets {probe} % in E9."
    ) in said
    for text in (README, RESULTS):
        head = next(one for one in text.splitlines() if one.startswith("| effect | published"))
        assert "| digits: not asked whether trained |" in head
    front = (ROOT / "reports/templates/front.html").read_text(encoding="utf-8")
    assert '": not asked whether trained" if form == "digits"' in front


def test_no_network_that_was_recorded_counts_as_trained():
    """README's sentence on the last two columns; red, too, once some do."""
    said = " ".join(README.split())
    tables = [recorded(name, form).tables for name, form in {(n, f) for n, _, f in RECORDED}]
    probes = [
        float(number)
        for each in tables
        for found in each
        for cells in found.rows
        if cells[0].startswith("linear class probe of z")
        for number in numbers(cells[2])
    ]
    assert len(probes) > 10
    asked = 100 * TRAINED_FROM
    assert max(probes) < asked
    assert f"it gets {max(probes):g} % at most, and {asked:g} % were asked." in said


def test_what_is_of_one_seed_and_of_earlier_code_is_told():
    """README's sentence on the forms; red, too, once they are recorded anew and it is still said."""
    said = " ".join(README.split())
    forms = {(name, form) for name, _, form in RECORDED}
    alone = {
        (name, form)
        for name, form in forms
        for cells in table(recorded(name, form), "Setting").rows
        if cells[0] == "training seeds" and cells[2].split()[0] == "1"
    }
    assert alone == {one for one in forms if one[0] in ("E1", "E2", "E7")}
    assert "E1 is of one seed throughout, E2 and E7 reduced and medium too." in said
    checks = {check.id: check for room in ROOMS for check in room.checks}
    medium = {name: recorded(name, form) for name, form in forms if form == "medium"}
    earlier = set()
    for name, record in medium.items():
        made = record.provenance
        ctx = msgspec.structs.replace(CTX, seed=made.seed, profile=made.profile, device=made.device)
        if evidence_key(checks[record.check], ctx, made.versions) != made.key:
            earlier.add(name)
    assert earlier in (set(), set(medium)), (
        "name those of the medium column that are of earlier code"
    )
    assert ("The medium column was measured with earlier code," in said) == bool(earlier)


def test_how_many_effects_the_report_alone_asks_after_is_told():
    asked = {
        (room.name, effect.id)
        for room in ROOMS
        if isinstance(room.subject, Experiment)
        for effect in room.subject.effects
    }
    told = {(room.name, effect) for room in ROOMS for one in room.told for effect in one.effects}
    assert told < asked
    assert f"The report asks after {len(asked - told)} effects more." in " ".join(README.split())


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_published_effect_has_its_arrays(room):
    """What quotes a published figure says what the arrays give, or is known not to be in them."""
    unreleased = {
        ("E1", "injected"),
        ("E2", "escapes-start"),
        ("E3", "compresses"),
        ("E3", "semantics"),
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


CTX = Context(
    seed=0,
    profile="smoke",
    device="cpu",
    cache="",
    rooms=registry.modules(registry.contents(registry.REGISTRIES)),
)

TURNS = {
    (room.name, effect)
    for room in ROOMS
    for one in room.told
    if one.digits and one.digits[1].endswith(readme.TURNED)
    for effect in one.effects
}
"""Answers on the digits that another machine's rounding turned."""


def test_an_answer_that_another_machine_turned_says_so_in_every_table():
    assert {("E4", "entangled"), ("E6", "cost")} == TURNS
    for text in (README, RESULTS):
        lines = [line for line in text.splitlines() if line.startswith("| E")]
        assert sum(readme.TURNED in line for line in lines) == len(TURNS)


def found_here(folder: Path) -> dict[tuple[str, str], Answer]:
    """The answers on the digits that this code found in a run whose evidence is kept in a folder."""
    kept, found = Records(folder), dict[tuple[str, str], Answer]()
    for room in ROOMS:
        for check in room.checks:
            if check.kind is not Kind.TRAINING or check.ignores_run_seed:
                continue
            for one in kept.kept(check.id):
                made = one.provenance
                asked = msgspec.structs.replace(CTX, seed=made.seed, profile=made.profile)
                if made.key == evidence_key(check, asked):
                    for answer in one.answers:
                        found.setdefault((room.name, answer.effect), answer.answer)
    return found


def test_what_is_told_of_the_digits_is_what_a_run_here_finds(pytestconfig):
    """Where there was one by this code, and where rounding does not turn it."""
    found = found_here(Folders.at(pytestconfig.getoption("verify_out", None)).evidence)
    told = {
        (room.name, effect): one.digits[0]
        for room in ROOMS
        for one in room.told
        if one.digits
        for effect in one.effects
        if (room.name, effect) in found and (room.name, effect) not in TURNS
    }
    if not told:
        pytest.skip("no evidence on the digits by this code: `python -m verify all` finds it")
    assert {about: found[about] for about in told} == told


def test_every_effect_that_is_told_has_an_answer_on_the_digits():
    """But of released networks, which need their weights."""
    without = {(room.name, one.effects[0]) for room in ROOMS for one in room.told if not one.digits}
    assert without == {("E8", "dino-vit-s16"), ("E8", "vicreg-resnet-50")}


def test_every_command_that_is_shown_can_be_parsed():
    texts = (README, RESULTS, USING)
    commands = [one for text in texts for one in re.findall(r"python -m verify ([^`#\n]+)", text)]
    assert len(commands) > 30
    for command in commands:
        if command.endswith("--help"):
            continue
        parse(shlex.split(command.replace("PATH", "path")))


def test_every_promise_names_tests_that_are_there():
    promised = USING.partition("| promise |")[2].partition("\n\n")[0].splitlines()[2:]
    assert len(promised) > 10
    for line in promised:
        named = re.findall(r"test_\w+\.py", line)
        assert named, line
        assert [name for name in named if not (ROOT / "tests" / name).is_file()] == []


def test_the_cases_of_bad_input_are_as_many_as_is_said():
    told = re.findall(r"`test_bad_input\.py`, (\d+) cases", USING)
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

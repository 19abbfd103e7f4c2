"""What became of a statement or experiment, in words that are tied to its verdicts or answers.

Report and README both take their sentences from here. Every clause names the readings or parts whose
verdict it tells, so that a verdict that changes makes its sentence a fault of the room. Text may contain
inline LaTeX between dollar signs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from verify.claims.check import Check, Role
from verify.claims.evidence import Answer
from verify.claims.statement import Experiment, Part, Reading, Statement, Verdict

DATA = {
    "digits": "digits",
    "reduced": "CIFAR-10 (JPEG), reduced: hardly trained",
    "medium": "CIFAR-10 (JPEG), medium: not trained enough",
}
"""By the fields of `Told`: what was measured on."""

UNLEARNED = "do not count as trained"
"""What the summary of a measurement says of networks that hardly learned: no answer of theirs counts as one."""

TITLE = 60
"""Characters of a short title, at most."""

HEADLINE = 200
"""Characters of a headline, at most."""

_INLINE = re.compile(r"\$[^$\\]{1,12}\$")
"""A formula that is read as fast as a word."""

_WORD = {Verdict.HOLDS: "hold", Verdict.HOLDS_ADDED: "hold", Verdict.REFUTED: "refuted"}
"""What a clause on readings has to say, by their verdict."""


class Clause(msgspec.Struct, frozen=True):
    """A clause of a sentence, the verdict that it tells, and of which readings or parts."""

    verdict: Verdict
    about: tuple[str, ...]
    text: str

    @property
    def of_readings(self) -> bool:
        """Whether it tells readings, and not parts, which may share their ids."""
        return self.verdict in _WORD


class Defence(msgspec.Struct, frozen=True, kw_only=True):
    """What the authors could answer to refutations, as strong as we can make it, and our reply.

    Attributes:
        of: ids of the refuted readings.
        answer: theirs.
        reply: the clauses of ours, which grant what is right; they tell the readings and parts that decide it.
    """

    of: tuple[str, ...]
    answer: str
    reply: tuple[Clause, ...]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a statement.

    Attributes:
        headline: what holds and what is refuted, in a line: clauses on the readings that matter most.
        readings: the clauses of one sentence; together they tell every reading.
        smallest: the smallest counterexample, if a reading is refuted.
        shown_by: id of the check that holds it.
        instead: what is true instead, a line; its clauses tell parts.
        defences: what the authors could answer, to every refuted reading.
        beyond: ids of the readings that ask for more than the quoted words say.
        titles: by id of each reading, what it is about, as a phrase that claims nothing by itself.
        part_titles: the same of the parts whose own title says too little where their statement is not beside it.
    """

    readings: tuple[Clause, ...]
    headline: tuple[Clause, ...] = ()
    smallest: str = ""
    shown_by: str = ""
    instead: tuple[Clause, ...] = ()
    defences: tuple[Defence, ...] = ()
    beyond: tuple[str, ...] = ()
    titles: dict[str, str] = {}
    part_titles: dict[str, str] = {}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to effects that were answered alike, in words.

    Attributes:
        effects: their ids.
        text: what was asked, as a clause.
        digits, reduced, medium: the answer on the digits, and in the recorded reduced and medium forms, each with
            its figures; None where they were not run.
        published: the published figures; empty if there are none.
        arrays: the answer that the author's released arrays of CIFAR-10 and ResNet-18, or what the notebook printed, give by our criterion, with
            its figures; None where nothing of it was released.
        claims: ids of the claims of `verify.experiments.released` that the answer is that of, if there are.
    """

    effects: tuple[str, ...]
    text: str
    published: str = ""
    arrays: tuple[Answer, str] | None = None
    claims: tuple[str, ...] = ()
    digits: tuple[Answer, str] | None = None
    reduced: tuple[Answer, str] | None = None
    medium: tuple[Answer, str] | None = None

    @property
    def answers(self) -> list[tuple[str, tuple[Answer, str] | None]]:
        """The answer in each form that every effect is asked in, or was told in, by the name of its data."""
        told = {form: getattr(self, form) for form in DATA}
        return [(DATA[form], said) for form, said in told.items() if said or form == "digits"]


def refuted(text: str, *about: str) -> Clause:
    """A clause on refuted readings."""
    return Clause(Verdict.REFUTED, about, text)


def holds(text: str, *about: str) -> Clause:
    """A clause on readings that hold as quoted."""
    return Clause(Verdict.HOLDS, about, text)


def holds_added(text: str, *about: str) -> Clause:
    """A clause on readings that hold with an added hypothesis, which it names."""
    return Clause(Verdict.HOLDS_ADDED, about, text)


def proved(text: str, *about: str) -> Clause:
    """A clause on parts that the kernel checked."""
    return Clause(Verdict.PROVED, about, text)


def derived(text: str, *about: str) -> Clause:
    """A clause on parts that are derived."""
    return Clause(Verdict.DERIVED, about, text)


def sentence(clauses: Sequence[Clause]) -> str:
    """The clauses as one sentence; a formula at its beginning stays as it is."""
    text = "; ".join(clause.text for clause in clauses)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def title(about: Reading | Part, summary: Summary | None) -> str:
    """What a reading or part is called: its short title, or of a reading without one its text."""
    of_reading = isinstance(about, Reading)
    given = {} if summary is None else summary.titles if of_reading else summary.part_titles
    return given.get(about.id) or (about.text if isinstance(about, Reading) else about.title)


def faults(summary: Summary, statement: Statement, checks: Sequence[Check]) -> Iterable[str]:
    """Where a summary does not tell the verdicts that its statement predicts, one phrase each."""
    readings = {reading.id: reading.predicted for reading in statement.readings}
    parts = {part.id: part.predicted for part in statement.parts}
    yield from _wrong(summary.readings, readings, "reading")
    yield from _wrong(summary.instead, parts, "part")
    told = Counter(id for clause in summary.readings for id in clause.about)
    for id in readings:
        if told[id] != 1:
            yield f"its summary tells the reading {id!r} {told[id]} times and must tell it once"
    for id in sorted(set(summary.beyond) - set(readings)):
        yield f"its summary says of the reading {id!r}, which is not stated, that it is not quoted"
    for clause in (*summary.headline, *summary.readings):
        word = _WORD.get(clause.verdict)
        if word is None or word not in clause.text.lower():
            yield f"the clause {clause.text!r} of its summary does not say {clause.verdict.value!r}"
        elif word != "refuted" and "refuted" in clause.text.lower():
            yield f"the clause {clause.text!r} of its summary says 'refuted' of what is not"
    yield from _unheaded(summary.headline, readings)
    refuting = {check.id for check in checks if check.role is Role.REFUTES}
    if bool(summary.smallest) != (Verdict.REFUTED in readings.values()):
        yield "its summary must tell a smallest counterexample if a reading is refuted, and only then"
    if summary.smallest and summary.shown_by not in refuting:
        yield f"its summary takes a counterexample from {summary.shown_by!r}, which refutes nothing"

    yield from _undefended(summary.defences, readings, parts)
    yield from _untitled(summary, statement)


def _unheaded(headline: Sequence[Clause], readings: dict[str, Verdict]) -> Iterable[str]:
    """Where a headline is no line, or leaves out that something is refuted or holds."""
    yield from _wrong(headline, readings, "reading")
    text = sentence(headline)
    if len(text) > HEADLINE:
        yield f"its headline has {len(text)} characters and may have {HEADLINE}"
    if "$" in _INLINE.sub("", text):
        yield f"a formula of its headline {text!r} is not short; say it in words"
    said = {_WORD.get(clause.verdict) for clause in headline}
    for word in sorted({_WORD[one] for one in readings.values() if one in _WORD} - said):
        what = "is refuted" if word == "refuted" else "holds"
        yield f"its headline does not say what {what}"


def _untitled(summary: Summary, statement: Statement) -> Iterable[str]:
    """The short titles that are missing, of nothing, too long, or given twice."""
    for what, given, known in (
        ("reading", summary.titles, statement.readings),
        ("part", summary.part_titles, statement.parts),
    ):
        for id in sorted(set(given) - {one.id for one in known}):
            yield f"its summary has a title of the {what} {id!r}, which is not stated"
    for reading in statement.readings:
        if not summary.titles.get(reading.id):
            yield f"its summary has no title of the reading {reading.id!r}"
    named: tuple[Reading | Part, ...] = (*statement.readings, *statement.parts)
    for text, times in Counter(title(one, summary) for one in named).items():
        if len(text) > TITLE:
            yield f"the title {text!r} has {len(text)} characters and may have {TITLE}"
        if "$" in text:
            yield f"the title {text!r} has a formula and must be in words"
        if times > 1:
            yield f"{times} readings or parts have the title {text!r}"


def _undefended(
    defences: Sequence[Defence], readings: dict[str, Verdict], parts: dict[str, Verdict]
) -> Iterable[str]:
    """The refuted readings that have no defence, and the defences that none needs or nothing decides."""
    defended = {id for defence in defences for id in defence.of}
    denied = {id for id, verdict in readings.items() if verdict is Verdict.REFUTED}
    for id in sorted(denied - defended):
        yield f"its summary does not say what the authors could answer to the refutation of {id!r}"
    for id in sorted(defended - denied):
        yield f"its summary defends the reading {id!r}, which is not refuted"
    for defence in defences:
        if not (defence.of and defence.answer and defence.reply):
            yield f"the defence {defence.answer!r} of its summary is of no reading, or has no reply"
        yield from _wrong([c for c in defence.reply if c.of_readings], readings, "reading")
        yield from _wrong([c for c in defence.reply if not c.of_readings], parts, "part")


def _wrong(clauses: Sequence[Clause], predicted: dict[str, Verdict], what: str) -> Iterable[str]:
    for clause in clauses:
        if not clause.about:
            yield f"the clause {clause.text!r} of its summary is about no {what}"
        for id in clause.about:
            if id not in predicted:
                yield f"its summary tells of the {what} {id!r}, which is not stated"
            elif predicted[id] is not clause.verdict:
                yield (
                    f"its summary tells that the {what} {id!r} is {clause.verdict.value!r}, and predicted is "
                    f"{predicted[id].value!r}; say what became of it in summary.py"
                )


def faults_of_answers(told: Sequence[Told], experiment: Experiment) -> Iterable[str]:
    """The effects that a summary tells and the experiment does not ask, one phrase each."""
    asked = {effect.id for effect in experiment.effects}
    for id in (id for one in told for id in one.effects):
        if id not in asked:
            yield f"its summary tells of the effect {id!r}, which is not asked"

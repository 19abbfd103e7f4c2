"""The crosswalk leaves no published sentence out, and takes its verdicts from the record.

The oracle of completeness is a digest of the sources' words; that of the verdicts is the record itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

import pytest
from msgspec.structs import replace
from report_parser import Parsed

from reports import crosswalk, released
from reports.crosswalk import Sentence, Source, Standing, read, standing
from reports.mathml import prose
from reports.render import page
from verify.claims.evidence import Answer
from verify.claims.statement import Experiment, Statement, Verdict
from verify.claims.summary import Summary, Told
from verify.engine import registry
from verify.engine.record import FoundationRecord, RunRecord

ROOMS = [
    registry.load(place.entry.id, place.module) for place in registry.contents(registry.REGISTRIES)
]
STATEMENTS = [(room, room.subject) for room in ROOMS if isinstance(room.subject, Statement)]
PARTS = {f"{one.id}.{part.id}" for _, one in STATEMENTS for part in one.parts}


def reading(room: str, id: str) -> str:
    """A reading as the crosswalk names it."""
    return f"{room}.{id}" + (" (reading)" if f"{room}.{id}" in PARTS else "")


READINGS = {reading(one.id, each.id) for _, one in STATEMENTS for each in one.readings}
BEYOND = {reading(one.id, id) for room, one in STATEMENTS for id in room.summary.beyond}
"""They ask for more than was quoted, so that no sentence says them."""
REPAIRS = {
    reading(one.id, each.id): (
        reading(one.id, each.rescued_by)
        if each.rescued_by in {other.id for other in one.readings}
        else f"{one.id}.{each.rescued_by}"
    )
    for room, one in STATEMENTS
    for each in one.readings
    if each.rescued_by and each.id not in room.summary.beyond
}
"""What repairs a refuted reading."""

EFFECTS = {
    f"{room.name}.{effect.id}"
    for room in ROOMS
    if isinstance(room.subject, Experiment)
    for effect in room.subject.effects
}
KNOWN = PARTS | READINGS | EFFECTS
MAPPED = {target for source in read() for one in source.sentences for target in one.about}


def faults(sources: Iterable[Source]) -> Iterable[str]:
    """The sentences that are missing, changed, mapped to nothing, or to what is not there, a sentence each."""
    for source in sources:
        words = (word for one in source.sentences for word in (*one.headings, one.text))
        if hashlib.sha256(" ".join(words).encode()).hexdigest() != source.digest:
            yield f"The sentences of {source.name} are not all of its words, in order."
        for one in source.sentences:
            if not (one.about or one.open):
                yield f"Nothing speaks of {one.text!r}, and it does not say why."
            for target in sorted(set(one.contrary) - set(one.about)):
                yield f"{target!r} is to speak against {one.text!r}, and is not among what speaks of it."
            for target in one.about:
                if target not in KNOWN:
                    yield f"{target!r} is to speak of {one.text!r}, and there is no such reading, part or effect."
                if target in BEYOND:
                    yield f"{target!r} asks for more than was quoted, and is to speak of {one.text!r}."
                if (ours := target.removesuffix("-published")) not in one.about:
                    yield f"{target!r} speaks of {one.text!r} without {ours!r}, which asks by what the head was trained on."
            for refuted, repair in REPAIRS.items():
                named = {refuted, repair if repair in READINGS else refuted} & set(one.about)
                for lacking in {refuted, repair} - {*one.about, *one.aside} if named else ():
                    yield f"{lacking!r} is not named for {one.text!r}, where {', '.join(named)} is, which it repairs or is repaired by."
            if aimed(one) and "E3.artefact" not in one.contrary:
                yield f"Orbits are compressed by {one.text!r} and not all else, and 'E3.artefact' does not speak against it."


def aimed(sentence: Sentence) -> bool:
    """Whether it says of the compression that was measured that it is of orbits and not of everything.

    By its words, or because it takes a metric that is singular along them from it.
    """
    of_metric = any(target.startswith("prop52.") for target in sentence.about)
    measured = any(target.startswith("E3.") for target in sentence.about)
    words = re.search(r"\b(selective|target)", sentence.text, re.IGNORECASE)
    return measured and bool(of_metric or words)


def test_every_sentence_is_there_and_something_speaks_of_it_or_it_says_why() -> None:
    assert list(faults(read())) == []
    assert [len(source.sentences) for source in read()] == [6, 68]


def test_every_reading_speaks_of_a_sentence() -> None:
    assert READINGS - BEYOND <= MAPPED
    assert BEYOND


def changed(number: int, **changes: object) -> tuple[Source, ...]:
    """The crosswalk with one sentence of the summary changed, or without it."""
    first, summary = read()
    own = list(summary.sentences)
    if changes:
        own[number] = replace(own[number], **changes)
    else:
        del own[number]
    return first, replace(summary, sentences=tuple(own))


@pytest.mark.parametrize(
    ("sources", "fault"),
    [
        (changed(22), "not all of its words, in order"),
        (changed(22, text="Proposition 3.4 is true."), "not all of its words, in order"),
        (changed(22, about=()), "Nothing speaks of 'Proposition 3.4 quantifies"),
        (changed(2, open=""), "Nothing speaks of 'Historical Phenomenon"),
        (changed(22, about=("prop34.fulll",)), "'prop34.fulll' is to speak of"),
        (changed(45, about=("E4.costs",)), "'E4.costs' is to speak of"),
        (changed(45, contrary=("E3.artefact",)), "'E3.artefact' is to speak against"),
        (changed(45, about=("E4.cost-published",)), "without 'E4.cost'"),
        (changed(45, about=("prop52.effective",)), "asks for more than was quoted"),
        (changed(28, aside=("thm41.2-generic",)), "'thm41.2-every' is not named"),
        (changed(45, about=("thm53.law (reading)",)), "'thm53.transversal' is not named"),
        (changed(45, about=("thm53.transversal",)), "'thm53.law (reading)' is not named"),
        (changed(45, about=("thm32.own-flow",)), "'thm32.flow-varying' is not named"),
        (changed(42, contrary=()), "'E3.artefact' does not speak against it"),
        (changed(41, contrary=()), "'E3.artefact' does not speak against it"),
    ],
)
def test_what_is_missing_or_mapped_to_nothing_is_a_fault(
    sources: tuple[Source, ...], fault: str
) -> None:
    found = list(faults(sources))
    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        (("thm41.affine-zero", "thm41.affine-psd"), Standing.HOLDS),
        (("thm41.affine-zero", "thm41.generic"), Standing.MIXED),
        (("thm41.generic",), Standing.REFUTED),
        (("thm41.F", "thm41.generic"), Standing.REFUTED),
        (("thm41.F",), Standing.OPEN),
        (("E3.selective", "thm41.generic"), Standing.REFUTED),
        (("E3.spread", "thm41.affine-zero"), Standing.HOLDS),
        (("E3.probe",), Standing.UNDECIDED),
        (("E3.probe", "thm41.affine-zero"), Standing.MIXED),
        (("thm31.similarity",), None),
        (("thm31.similarity", "thm41.F"), None),
        (("thm31.similarity", "thm41.affine-zero"), Standing.MIXED),
        (("thm31.similarity", "thm41.generic"), Standing.MIXED),
        (("E9.helps", "E3.probe"), Standing.UNDECIDED),
        ((), Standing.OPEN),
    ],
)
def test_a_sentence_stands_as_all_its_readings_and_effects_do(
    run: RunRecord, about: tuple[str, ...], expected: Standing | None
) -> None:
    assert standing(run, Sentence("It is so.", about=about)) == expected


def test_a_part_of_a_room_that_was_not_asked_for_decides_nothing_either(run: RunRecord) -> None:
    judged = replace(run.reached["thm41.F"], target="ground", verdict=Verdict.DERIVED)
    ground = FoundationRecord(
        id="thm99.ground", label="Theorem 9.9", title="The ground", judgement=judged, checks=()
    )
    on = Sentence("So.", about=("thm99.ground", "thm41.affine-zero"))
    assert standing(run, on) is Standing.MIXED
    assert standing(replace(run, foundations=(ground,)), on) is Standing.HOLDS


def test_what_is_open_and_what_released_arrays_answer_count(run: RunRecord) -> None:
    for about in ("thm41.affine-zero", "thm41.generic"):
        assert standing(run, Sentence("So.", about=(about,), open="more")) is Standing.MIXED
    spread = Sentence("So.", about=("E3.spread",))
    (room,) = run.experiments
    told = Told(effects=("spread",), text="so", arrays=(Answer.NO, "1"))
    denied = replace(run, experiments=(replace(room, told=(told,)),))
    assert standing(run, spread) is Standing.HOLDS
    assert standing(denied, spread) is Standing.MIXED


def test_arrays_of_the_published_protocol_answer_what_asks_by_it() -> None:
    (told,) = (room.told for room in ROOMS if room.name == "E3")
    answered = [one.effects for one in told if one.arrays is not None]
    assert answered == [("compresses-published",), ("semantics-published",), ("artefact",)]


def test_released_arrays_of_every_setting_speak(
    run: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Smooth heads regrow in the arrays of one network and not in those of another one: all answers are shown and count."""
    (told,) = (one for room in ROOMS for one in room.told if "regrows" in one.effects)
    vit, hundred = "CIFAR-10, ViT-Tiny", "CIFAR-100, ResNet-18"
    others = {vit: [Answer.NO], hundred: [Answer.YES, Answer.UNDECIDED]}
    assert released.elsewhere("E2", told) == others
    (room,) = run.experiments
    experiment = replace(room.experiment, id="E2")
    told = replace(told, effects=("spread",))
    shown = replace(run, experiments=(replace(room, experiment=experiment, told=(told,)),))
    spread = Sentence("So.", about=("E2.spread",))
    assert standing(shown, spread) is Standing.MIXED
    monkeypatch.setattr(crosswalk, "read", lambda: (Source("x", "https://x", "", (spread,)),))
    parsed = Parsed(page(shown))
    assert f"; {vit}: no; {hundred}: yes and undecided." in parsed.text["result--E2"]
    assert "yes no undecided what the author released, by the setting" in " ".join(
        parsed.text["crosswalk"].split()
    )
    assert "What the released arrays say of E2" in parsed.text["E2"]
    assert "GELU, no BatchNorm, 0.05: 0.0443" in parsed.text["E2"]


def test_an_answer_of_earlier_code_does_not_count_and_says_so(
    run: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    spread = Sentence("So.", about=("E3.spread",))
    (room,) = run.experiments
    checks = tuple(replace(c, stale=True, note="Not run yet.") for c in room.checks)
    earlier = replace(run, experiments=(replace(room, checks=checks, answers={}),))
    assert standing(earlier, spread) is Standing.UNDECIDED
    source = Source("an abstract", "https://example.org", "", (spread,))
    monkeypatch.setattr(crosswalk, "read", lambda: (source,))
    assert "E3.spread, with earlier code" in Parsed(page(earlier)).text["crosswalk"]
    assert "E3.spread, with earlier code" not in Parsed(page(run)).text["crosswalk"]


def test_a_yes_that_speaks_against_a_sentence_counts_against_it(run: RunRecord) -> None:
    spread = Sentence("So.", about=("E3.spread",))
    assert standing(run, spread) is Standing.HOLDS
    assert standing(run, replace(spread, contrary=("E3.spread",))) is Standing.REFUTED


def test_a_verdict_that_changes_changes_what_is_shown(
    run: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentences = (
        Sentence("Heads of $h$ escape.", about=("thm41.generic", "E3.spread")),
        Sentence("They whiten.", about=("E3.spread", "thm31.affine")),
        Sentence("It is new.", open="an opinion"),
    )
    source = Source("an abstract", "https://example.org", "", sentences)
    monkeypatch.setattr(crosswalk, "read", lambda: (source,))
    summary = Summary(readings=(), titles={"generic": "Instability, generically"})
    room = replace(run.statements[0], summary=summary)
    run = replace(run, statements=(room,))
    generic, *others = [j for j in room.judged.readings if j.target == "generic"]
    assert generic.verdict is Verdict.REFUTED
    assert not others
    readings = tuple(
        replace(j, verdict=Verdict.HOLDS) if j is generic else j for j in room.judged.readings
    )
    holds = replace(room, judged=replace(room.judged, readings=readings))
    told = {}
    for name, record in (("refuted", run), ("holds", replace(run, statements=(holds,)))):
        parsed = Parsed(page(record))
        assert parsed.unbalanced == []
        told[name] = re.sub(r"\s+", " ", parsed.text["crosswalk"])
        check = next(id for id in generic.checks if id in generic.reason)
        assert {"#thm41--generic", f"#{check}", "#E3"} <= parsed.links["crosswalk"]
    assert "refuted Instability, generically 4.1 generic: by " in told["refuted"]
    assert "holds Instability, generically 4.1 generic: by " in told["holds"]
    assert "3 sentences; in part: 2, not decided: 1." in told["refuted"]
    assert "3 sentences; holds as read: 1, in part: 1, not decided: 1." in told["holds"]
    for text in told.values():
        assert Answer.YES in text
        assert "thm31.affine: not in this part of the report" in text
        assert "Not decided: an opinion." in text


def test_sentences_and_answers_of_the_authors_can_be_set_and_name_what_there_is() -> None:
    texts = [text for source in read() for one in source.sentences for text in (one.text, one.open)]
    for room, _ in STATEMENTS:
        assert room.summary is not None
        for defence in room.summary.defences:
            texts += [defence.answer, *(clause.text for clause in defence.reply)]
    mentions = set()
    for text in texts:
        assert "$" not in re.sub(r"<[^>]*>", "", str(prose(text)))
        mentions |= set(re.findall(r"\((thm\d+|prop\d+|cor\d+), ([\w-]+)\)", text))
    assert mentions
    assert {".".join(mention) for mention in mentions} <= set(KNOWN)

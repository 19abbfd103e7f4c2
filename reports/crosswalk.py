"""From the sentences that were published of the paper to what became of them here.

The sentences, and which readings, parts and effects speak of each, are data: ``crosswalk.toml``. Verdicts and
answers are those of the record that is shown.
"""

from __future__ import annotations

import enum
import functools
import itertools
from collections.abc import Sequence
from pathlib import Path

import msgspec

from reports.released import elsewhere
from verify.claims.evidence import Answer
from verify.claims.judgement import Judgement
from verify.claims.statement import Effect, Verdict
from verify.engine.record import ExperimentRecord, RunRecord

FILE = Path(__file__).with_name("crosswalk.toml")


class Sentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A published sentence.

    Attributes:
        text: it, word for word, with formulas between dollar signs.
        headings: that it stands under, if it is the first there.
        about: the readings and parts that speak of it, as in `RunRecord.reached`, and effects, ``E1.id``.
        contrary: the effects among these whose yes speaks against it.
        aside: readings and parts that what is named repairs, or is repaired by, and that say nothing of it.
        open: what of it nobody decided.
    """

    text: str
    headings: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    contrary: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    open: str = ""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A published text, sentence by sentence.

    Attributes:
        name: in words.
        address: where it is.
        digest: SHA-256 of all its words in order, headings among them, with one space between two.
        sentences: all of them.
    """

    name: str
    address: str
    digest: str
    sentences: tuple[Sentence, ...] = msgspec.field(name="sentence")


class _Crosswalk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sources: tuple[Source, ...] = msgspec.field(name="source")


class Standing(enum.StrEnum):
    """What became of a sentence, by every reading and effect that speaks of it; parts are our own statements."""

    HOLDS = "holds as read"
    MIXED = "in part"
    REFUTED = "refuted as read"
    UNDECIDED = "undecided"
    OPEN = "not decided"


_FOR = {Verdict.HOLDS, Verdict.HOLDS_ADDED, Answer.YES}
_AGAINST = {Verdict.REFUTED, Answer.NO}
_OF_PARTS = {Verdict.PROVED, Verdict.DERIVED, Verdict.SUPPORTED, Verdict.FAILED}
_CONTRARY = {Answer.YES: Answer.NO, Answer.NO: Answer.YES}


@functools.cache
def read() -> tuple[Source, ...]:
    """The sources, as the file has them."""
    return msgspec.toml.decode(FILE.read_bytes(), type=_Crosswalk).sources


def effects(run: RunRecord) -> dict[str, tuple[ExperimentRecord, Effect]]:
    """Every effect that a record asks after, by ``E1.id``, with its experiment."""
    return {
        f"{room.experiment.id}.{effect.id}": (room, effect)
        for room in run.experiments
        for effect in room.experiment.effects
    }


def released_answers(room: ExperimentRecord, effect: Effect) -> list[Answer]:
    """What the author's released arrays answer by our statistic, of every setting, each answer once."""
    told = [(one, one.arrays) for one in room.told if effect.id in one.effects]
    answers = [
        answer
        for one, main in told
        if main is not None
        for answer in (main[0], *itertools.chain(*elsewhere(room.experiment.id, one).values()))
    ]
    return list(dict.fromkeys(answers))


def _parts(run: RunRecord) -> set[str]:
    """The parts of a record's statements, as in `RunRecord.reached`."""
    return {
        f"{room.statement.id}.{part.id}" for room in run.statements for part in room.statement.parts
    }


def numbered(run: RunRecord, target: str) -> str:
    """A reading or part with its statement's number, ``4.1 part kernel``."""
    room, _, id = target.partition(".")
    numbers = {one.statement.id: one.statement.label.rpartition(" ")[2] for one in run.statements}
    part = "part " if target in _parts(run) else ""
    return f"{numbers.get(room, room)} {part}{id.removesuffix(' (reading)')}"


def standing(run: RunRecord, sentence: Sentence) -> Standing | None:
    """What became of a sentence in a record; None if nothing in it decides anything of the sentence.

    A sentence of which something is open, or is decided by what the record does not have, neither holds nor is
    refuted as a whole.
    """
    asked, parts = effects(run), _parts(run)
    lacking = any(target not in run.reached and target not in asked for target in sentence.about)
    found: list[Verdict | Answer] = []
    for target in sentence.about:
        if target in asked:
            room, effect = asked[target]
            answers = [measured.answer for _, measured in room.counted(effect.id)]
            given = [*answers, *released_answers(room, effect)] or [Answer.UNDECIDED]
            contrary = target in sentence.contrary
            found += [_CONTRARY.get(one, one) for one in given] if contrary else given
        elif target in run.reached and target not in parts:
            verdict = run.reached[target].verdict
            found += [verdict] if verdict not in _OF_PARTS else []  # of a room not asked for
    if not found:
        return None if lacking else Standing.OPEN
    for wanted, whole in ((_FOR, Standing.HOLDS), (_AGAINST, Standing.REFUTED)):
        if all(one in wanted for one in found):
            return Standing.MIXED if sentence.open or lacking else whole
    decided = any(one in _FOR or one in _AGAINST for one in found)
    return Standing.MIXED if decided else Standing.UNDECIDED


def shown(
    run: RunRecord, sources: Sequence[Source]
) -> list[tuple[Source, list[tuple[Sentence, Standing]]]]:
    """The sentences that a record says something of, with what it says, by source.

    A part of the report leaves out the sentences of which nothing in it decides anything.
    """
    found = []
    for source in sources:
        rows = [(one, standing(run, one)) for one in source.sentences]
        if any(one.about and where is not None for one, where in rows):
            found.append((source, [(one, where) for one, where in rows if where is not None]))
    return found


def decided_by(judgement: Judgement) -> list[str]:
    """The checks that a verdict's reason names, in its order; none where nothing is decided."""
    if judgement.verdict in (Verdict.UNDECIDED, Verdict.FAILED):
        return []
    words = judgement.reason.replace(",", " ").replace(";", " ").split()
    return [word for word in words if word in judgement.checks]

"""What became of a statement, in words: a sentence that does not tell the verdicts is refused.

The oracle is the template's room, whose summary is changed in one place at a time.
"""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from verify.claims.evidence import Answer
from verify.claims.statement import Effect, Experiment, Verdict
from verify.claims.summary import (
    Clause,
    Defence,
    Summary,
    Told,
    faults,
    faults_of_answers,
    holds_added,
    proved,
    refuted,
    sentence,
)
from verify.engine.registry import load

ROOM = load("template", "theorems.template")
assert isinstance(ROOM.summary, Summary)
SUMMARY: Summary = ROOM.summary
DEFENCE: Defence = SUMMARY.defences[0]


def test_clauses_make_one_sentence() -> None:
    clauses = (refuted("refuted for some", "a"), holds_added("holds for others", "b"))
    assert sentence(clauses) == "Refuted for some; holds for others."
    assert sentence((proved("$x$ is", "c"),)) == "$x$ is."
    assert sentence(()) == ""


def test_the_templates_summary_is_without_faults() -> None:
    assert list(faults(SUMMARY, ROOM.subject, ROOM.checks)) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"readings": SUMMARY.readings[:1]}, "tells the reading 'above-one' 0 times"),
        ({"readings": SUMMARY.readings * 2}, "tells the reading 'quoted' 2 times"),
        (
            {"readings": (refuted("refuted", "quoted"), refuted("refuted", "above-one"))},
            "predicted is 'holds with an added hypothesis'",
        ),
        (
            {"readings": (refuted("wrong", "quoted"), SUMMARY.readings[1])},
            "does not say 'refuted'",
        ),
        (
            {"readings": (*SUMMARY.readings, Clause(Verdict.HOLDS, (), "it holds"))},
            "is about no reading",
        ),
        ({"instead": (proved("so", "repaired"),)}, "predicted is 'derived'"),
        ({"instead": (proved("so", "lost"),)}, "the part 'lost', which is not stated"),
        ({"smallest": ""}, "must tell a smallest counterexample"),
        ({"shown_by": "template.repaired.derivation"}, "which refutes nothing"),
        ({"defences": ()}, "could answer to the refutation of 'quoted'"),
        (
            {"defences": (replace(DEFENCE, of=("quoted", "above-one")),)},
            "defends the reading 'above-one', which is not refuted",
        ),
        ({"defences": (DEFENCE, replace(DEFENCE, of=()))}, "is of no reading, or has no reply"),
        ({"defences": (replace(DEFENCE, answer=""),)}, "is of no reading, or has no reply"),
        ({"defences": (replace(DEFENCE, reply=()),)}, "is of no reading, or has no reply"),
        (
            {"defences": (replace(DEFENCE, reply=(refuted("no", "above-one"),)),)},
            "predicted is 'holds with an added hypothesis'",
        ),
        (
            {"defences": (replace(DEFENCE, reply=(proved("so", "repaired"),)),)},
            "the part 'repaired' is 'proved', and predicted is 'derived'",
        ),
        ({"titles": {"quoted": "Q"}}, "no title of the reading 'above-one'"),
        (
            {"titles": {**SUMMARY.titles, "lost": "L"}},
            "a title of the reading 'lost', which is not",
        ),
        ({"part_titles": {"quoted": "Q"}}, "a title of the part 'quoted', which is not"),
        ({"titles": {**SUMMARY.titles, "quoted": 61 * "t"}}, "has 61 characters and may have 60"),
        ({"titles": {**SUMMARY.titles, "quoted": "On $x$"}}, "has a formula and must be in words"),
        (
            {"part_titles": {"repaired": SUMMARY.titles["quoted"]}},
            "2 readings or parts have the title",
        ),
        (
            {"defences": (replace(DEFENCE, reply=(proved("so", "quoted"),)),)},
            "the part 'quoted', which is not stated",
        ),
    ],
)
def test_a_summary_that_does_not_tell_the_verdicts_is_refused(changes, fault: str) -> None:
    changed = replace(SUMMARY, **changes)
    assert any(fault in found for found in faults(changed, ROOM.subject, ROOM.checks))


def test_a_verdict_that_changes_makes_its_sentence_a_fault() -> None:
    first, *others = ROOM.subject.readings
    for verdict in (Verdict.HOLDS, Verdict.HOLDS_ADDED):
        changed = replace(first, predicted=verdict)
        subject = replace(ROOM.subject, readings=(changed, *others))
        assert any("'quoted' is 'refuted'" in one for one in faults(SUMMARY, subject, ROOM.checks))


def test_an_effect_that_is_not_asked_cannot_be_told() -> None:
    effect = Effect(id="so", text="it is so", published="yes", criterion="above 0")
    asked = Experiment(id="X1", title="t", question="q", published="p", flaws=(), effects=(effect,))
    told = Told(effects=("so",), text="it is so", digits=(Answer.YES, "1"))
    assert list(faults_of_answers((told,), asked)) == []
    (fault,) = faults_of_answers((replace(told, effects=("so", "not-so")),), asked)
    assert "'not-so', which is not asked" in fault

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
        ({"headline": ()}, "headline does not say what is refuted"),
        ({"headline": SUMMARY.headline[:1]}, "headline does not say what holds"),
        ({"headline": SUMMARY.headline[1:]}, "headline does not say what is refuted"),
        (
            {"headline": (replace(SUMMARY.headline[0], text="false"), SUMMARY.headline[1])},
            "does not say 'refuted'",
        ),
        (
            {"headline": (*SUMMARY.headline, holds_added("it is fine", "above-one"))},
            "does not say 'holds with an added hypothesis'",
        ),
        (
            {"headline": (*SUMMARY.headline, holds_added("holds, or refuted", "above-one"))},
            "says 'refuted' of what is not",
        ),
        (
            {"headline": (*SUMMARY.headline, refuted("refuted", "above-one"))},
            "predicted is 'holds with an added hypothesis'",
        ),
        (
            {"headline": (*SUMMARY.headline, refuted("refuted", "lost"))},
            "the reading 'lost', which is not stated",
        ),
        (
            {"headline": (*SUMMARY.headline, refuted("refuted"))},
            "is about no reading",
        ),
        (
            {"headline": (*SUMMARY.headline, refuted(f"refuted{145 * '.'}", "quoted"))},
            "headline has 201 characters and may have 200",
        ),
        (
            {"headline": (*SUMMARY.headline, refuted(r"refuted of $\\ker G$", "quoted"))},
            "is not short; say it in words",
        ),
        (
            {"headline": (*SUMMARY.headline, refuted("refuted of $a + b + c = d$", "quoted"))},
            "is not short; say it in words",
        ),
        ({"beyond": ("quoted", "lost")}, "the reading 'lost', which is not stated"),
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


def test_a_line_of_two_hundred_characters_with_a_short_formula_is_a_headline() -> None:
    longest = refuted(f"refuted for $k > d$, {130 * '.'}", "quoted")
    changed = replace(SUMMARY, headline=(*SUMMARY.headline, longest))
    assert len(sentence(changed.headline)) == 200
    assert list(faults(changed, ROOM.subject, ROOM.checks)) == []


def test_a_verdict_that_changes_makes_its_sentence_and_its_headline_a_fault() -> None:
    first, *others = ROOM.subject.readings
    for verdict in (Verdict.HOLDS, Verdict.HOLDS_ADDED):
        changed = replace(first, predicted=verdict)
        subject = replace(ROOM.subject, readings=(changed, *others))
        found = list(faults(SUMMARY, subject, ROOM.checks))
        assert sum("'quoted' is 'refuted'" in one for one in found) >= 2, found


def test_an_effect_that_is_not_asked_cannot_be_told() -> None:
    effect = Effect(id="so", text="it is so", published="yes", criterion="above 0")
    asked = Experiment(id="X1", title="t", question="q", published="p", flaws=(), effects=(effect,))
    told = Told(effects=("so",), text="it is so", digits=(Answer.YES, "1"))
    assert list(faults_of_answers((told,), asked)) == []
    (fault,) = faults_of_answers((replace(told, effects=("so", "not-so")),), asked)
    assert "'not-so', which is not asked" in fault

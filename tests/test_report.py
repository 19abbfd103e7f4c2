"""What the report tells of statements and experiments: verdicts, reasons, answers, and the run.

The oracle is the record itself together with a plain HTML parser: every verdict, value and reason
of a record is looked for in the element where a reader would look. The other parts of the report
are tested in ``test_report_checks.py``, ``test_report_page.py`` and ``test_report_parts.py``.
"""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace
from report_fixture import EXPERIMENT_FINDINGS, FINDINGS, run_record
from report_parser import Parsed, shown, squeezed

from reports import crosswalk, readme, tiers
from reports.crosswalk import Sentence, Source
from reports.mathml import prose
from reports.plain import plain
from reports.render import PAGE, page, pages
from verify.claims.check import Arithmetic, Kind
from verify.claims.evidence import Answer, Outcome
from verify.claims.judgement import Judgement
from verify.claims.statement import Part, Reading, Verdict
from verify.claims.summary import Clause, Defence, Summary, Told
from verify.cli.console import overview, verdicts
from verify.cli.console import shown as show
from verify.engine.record import ExperimentRecord, RunRecord

GREEN = FINDINGS | {"thm41.mutant.rank-only": FINDINGS["thm41.mutant.extra-slope"]}


def test_every_verdict_stands_beside_what_it_judges(run: RunRecord, parsed: Parsed) -> None:
    room = run.statements[0]
    reached = {judgement.verdict for judgement in (*room.judged.readings, *room.judged.parts)}
    assert reached == set(Verdict) - {Verdict.FAILED, Verdict.UNDECIDED}
    table = squeezed(parsed.text["verdicts"])
    parts = list(room.statement.parts)
    judged: list[tuple[Judgement, Reading | Part]] = [
        *zip(room.judged.readings, room.statement.readings, strict=True),
        *zip(room.judged.parts, room.statement.parts, strict=True),
    ]
    for judgement, subject in judged:
        anchor = f"{room.statement.id}--{judgement.target}"
        own = squeezed(parsed.text[anchor])
        title = shown(subject.title) if isinstance(subject, Part) else shown(subject.text)
        assert own.startswith(title + squeezed(judgement.verdict))
        assert shown(subject.text) in own
        assert shown(judgement.reason) in own
        words = tiers.words(room.checks, subject).values()
        name = shown(room.title(subject))
        row = (
            name
            + squeezed("part" if isinstance(subject, Part) else "reading")
            + squeezed(judgement.target + judgement.verdict + "".join(words))
        )
        assert row in table
        assert f"#{anchor}" in parsed.links["verdicts"]
        proofs = [id for id in judgement.checks if id in judgement.reason]
        assert proofs
        assert {f"#{id}" for id in proofs} <= parsed.links[anchor]
    first = f"reading{room.statement.readings[0].id}"
    assert table.index(shown(parts[-1].title)) < table.index(first)


def test_readings_and_parts_are_called_by_their_short_titles_wherever_ids_stand(
    run: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = run.statements[0]
    titles = {reading.id: f"Title of {reading.id}" for reading in room.statement.readings}
    summary = Summary(readings=(), titles=titles, part_titles={"F": "The formula"})
    called = [*titles.values(), "The formula", "Inertia", "Affine heads"]
    on_readings = tuple(f"thm41.{id}" for id in titles)
    parts = tuple(replace(one, rests_on=on_readings) for one in room.judged.parts)
    told = replace(room, summary=summary, judged=replace(room.judged, parts=parts))
    record = replace(run, statements=(told,))
    source = Source(
        "it", "https://example.org", "", (Sentence("So.", about=tuple(record.reached)),)
    )
    monkeypatch.setattr(crosswalk, "read", lambda: (source,))
    parsed = Parsed(page(record))
    places = ("crosswalk", "verdicts", "thm41", "overview", "dependencies")
    seen = {place: parsed.text[place] for place in places}
    seen |= {"tally": verdicts(record), "show": overview(record, plain, 80), "full": show(record)}
    for place, text in seen.items():
        for title in called:
            assert squeezed(title) in squeezed(text), (place, title)
    for id, title in titles.items():
        assert squeezed(parsed.text[f"thm41--{id}"]).startswith(squeezed(title))


def test_what_the_authors_could_answer_stands_once_with_the_reply(run: RunRecord) -> None:
    room = run.statements[0]
    granted = Clause(Verdict.SUPPORTED, ("T2",), "granted of $x$ and (thm41, F)")
    wrong = Clause(Verdict.REFUTED, ("affine-zero",), "but refuted")
    answers = (
        Defence(of=("generic",), answer="all heads", reply=(granted,)),
        Defence(of=("generic", "affine-psd"), answer="most heads", reply=(granted, wrong)),
    )
    told = replace(room, summary=Summary(readings=(), defences=answers))
    parsed = Parsed(page(replace(run, statements=(told,))))
    assert parsed.unbalanced == []
    for number, answer in enumerate(("all heads", "most heads"), 1):
        assert squeezed(parsed.text[""]).count(squeezed(answer)) == 1
        assert squeezed(answer) in squeezed(parsed.text[f"thm41--defence-{number}"])
    own = squeezed(parsed.text["thm41--defence-2"])
    assert (
        squeezed("Granted of x and thm41, F; but refuted (here: holds).").replace(
            "thm41,f", "(thm41,f)"
        )
        in own
    )
    assert squeezed("Decided by part T2, affine-zero.") in own
    links = {"#thm41--T2", "#thm41--affine-zero", "#thm41--F"}
    assert links <= parsed.links["thm41--defence-2"]
    assert "#thm41--defence-2" in parsed.links["thm41--affine-psd"]
    assert "#thm41--defence-1" not in parsed.links["thm41--affine-psd"]


def test_no_line_begins_with_the_mark_between_two_clauses(run: RunRecord) -> None:
    room = run.statements[0]
    clauses = tuple(Clause(Verdict.SUPPORTED, ("T2",), f"of ${letter}$") for letter in "xy")
    told = replace(room, summary=Summary(readings=clauses))
    html = page(replace(run, statements=(told,)))
    assert '<mi>x</mi></math>;</span> of <span class="nowrap">' in html
    assert "<mi>y</mi></math>.</span>" in html


def test_where_a_hypothesis_comes_from_is_told(run: RunRecord, parsed: Parsed) -> None:
    statement = run.statements[0].statement
    for hypothesis in statement.hypotheses:
        own = squeezed(parsed.text[f"thm41--hypothesis-{hypothesis.id}"])
        assert own.startswith(squeezed(hypothesis.id + hypothesis.origin) + shown(hypothesis.text))
    remarked = parsed.text["thm41--hypothesis-critical"]
    assert remarked.rstrip().endswith("Source: a critical region.")
    for reading in statement.readings:
        own = squeezed(parsed.text[f"thm41--{reading.id}"])
        for id in reading.hypotheses:
            assert squeezed(id + statement.hypothesis(id).origin) in own


def test_a_refutation_that_assumes_more_says_so(parsed: Parsed) -> None:
    even_so = (
        "Refuted even under the added hypothesis psd and the hypothesis critical, "
        "remarked in the section"
    )
    own = re.sub(r"\s+", " ", parsed.text["thm41--generic"])
    assert f"{even_so}: assuming more makes the refutation stronger." in own
    assert squeezed(parsed.text[""]).count(squeezed(even_so)) == 1
    linked = {f"#thm41--hypothesis-{id}" for id in ("psd", "critical")}
    assert linked <= parsed.links["thm41--generic"]
    assert "Refuted even" not in parsed.text["thm41--affine-psd"]


def test_what_did_not_run_is_listed_with_its_reason(run: RunRecord, parsed: Parsed) -> None:
    assert set(run.not_run) == {"thm41.scale.cuda", "E3.probe"}
    for id, reason in run.not_run.items():
        assert f"#{id}" in parsed.links["not-run"]
        assert reason.replace("It needs", "2 checks. They need") in parsed.text["not-run"]
    assert 'id="not-run"' in pages(run)[PAGE]


@pytest.mark.slow
def test_what_to_type_for_a_check_that_did_not_run_stands_beside_it(run: RunRecord) -> None:
    room, typed = run.experiments[0], "python -m verify ssl E3 --data-path PATH"
    assert "What to type" not in Parsed(page(run)).text["not-run"]
    checks = tuple(replace(check, command=typed) for check in room.checks)
    parsed = Parsed(page(replace(run, experiments=(replace(room, checks=checks),))))
    assert f"It needs a GPU. To run it: {typed}." in parsed.text["E3.probe"]
    assert f"To run it again: {typed}." in parsed.text["E3.spread"]
    assert "What to type" in parsed.text["not-run"]


@pytest.mark.slow
def test_many_that_did_not_run_open_on_demand_and_all_are_linked(run: RunRecord) -> None:
    many = {check.id: "Left out by --only scale." for check in run.checks}
    assert len(many) > 16
    html = page(replace(run, not_run=many))
    section = html[html.index('id="not-run"') :].partition("</section>")[0]
    assert "<details>" in section
    assert {f"#{id}" for id in many} <= Parsed(html).links["not-run"]


def test_readings_that_ask_for_more_than_was_quoted_are_counted_and_listed_apart(
    run: RunRecord,
) -> None:
    room = run.statements[0]
    generic = next(j for j in room.judged.readings if j.target == "generic")
    assert (room.quoted, room.beyond) == (room.judged.readings, ())
    summary = Summary(readings=(), beyond=("generic",), titles={"generic": "Instability"})
    more = replace(room, summary=summary)
    assert more.beyond == (generic,)
    assert {*more.quoted} == {*room.judged.readings} - {generic}
    told = Parsed(page(replace(run, statements=(more,))))
    own = squeezed(told.text["counts"])
    assert "readingsthataskformorethanwasquoted:1refuted" in own
    assert "readingsthat" not in squeezed(Parsed(page(run)).text["counts"])
    listed = squeezed(told.text["thm41"])
    assert "readingsthataskformorethanwasquotedrefutedinstability" in listed
    (said,) = re.findall(
        r"ask for more than was quoted:\n  refuted:\n +generic",
        overview(replace(run, statements=(more,)), plain, 80),
    )
    assert said


def test_at_a_glance_every_verdict_and_answer_is_counted(run: RunRecord, parsed: Parsed) -> None:
    own = squeezed(parsed.text["counts"])
    room = run.statements[0]
    for judgements in (room.judged.readings, room.judged.parts):
        reached = [judgement.verdict for judgement in judgements]
        cell = "".join(f"{reached.count(v)}{v}" for v in Verdict if v in reached)
        assert squeezed(cell) in own
    assert "1theoremcheckedbycoq’skernel" in own.replace("theorems", "theorem")
    own = squeezed(parsed.text["result--E3"])
    answers = [measured.answer for _, measured in run.experiments[0].answers.values()]
    asked = len(run.experiments[0].experiment.effects)
    assert (
        sum(
            int(n)
            for n in re.findall(r"(\d)(?=yes|no|undecided)", own.partition("measuredhere:")[2])
        )
        == asked
    )
    assert own.count("notmeasured") == asked - len(answers) > 0


@pytest.mark.slow
def test_a_restricted_run_says_what_it_covers(run: RunRecord, parsed: Parsed) -> None:
    told = (
        "This report covers only Theorem 4.1, Experiment E3. Not asked for: Theorem 3.1, Experiment E4.",
        "This is a part of the report. Only checks of this kind are in it: scale.",
        "This is a part of the report. Checks of these kinds are left out: attack, training.",
    )
    assert told[0] in parsed.text[""]
    kinds = replace(run, omitted=(), only=(Kind.SCALE,), skip=(Kind.ATTACK, Kind.TRAINING))
    text = Parsed(page(kinds)).text[""]
    assert "covers only" not in text
    assert all(sentence in text for sentence in told[1:])
    assert not any(sentence in parsed.text[""] for sentence in told[1:])


@pytest.mark.slow
def test_sentences_begin_with_a_capital_and_symbols_do_not(run: RunRecord, parsed: Parsed) -> None:
    assert "All inputs map to one point" in parsed.text["thm41--hypothesis-collapsed"]
    assert "What shrinks is mostly the overall scale" in parsed.text["E3"]
    assert "Stays open without" in parsed.text["line--thm41.T1.derivation.ablation"]
    assert "Each hypothesis withdrawn in turn" in parsed.text["thm41.T1.derivation.ablation"]
    assert "Derived: thm41.F.derivation" in parsed.text["thm41--F"]
    room = run.experiments[0]
    for value in ("z minus h: 3.1", "λ_min is 2", "relu(z) + 1", "$m$ is 3", "E3.scale"):
        by, measured = room.answers["spread"]
        answers = room.answers | {"spread": (by, replace(measured, value=value))}
        changed = replace(run, experiments=(replace(room, answers=answers),))
        own = Parsed(page(changed)).text["E3"]
        told = Parsed(str(prose(value))).text[""]
        assert re.sub(r"\s+", "", told) in re.sub(r"\s+", "", own)


def test_the_notation_is_told(run: RunRecord, parsed: Parsed) -> None:
    text = squeezed(parsed.text["notation"])
    for term in ("Jh", "Heff", "critical", "collapsed", "residual gradient"):
        assert squeezed(term) in text
    assert 'id="notation"' in pages(run)[PAGE]


def test_an_effect_that_does_not_reproduce_is_told_first(parsed: Parsed) -> None:
    own = parsed.text["E3"]
    first = "Does not reproduce. Orbits contract more than classes."
    assert own.index(first) < own.index("Does the head contract")
    assert own.count("Does not reproduce.") == 1
    besides = own.index("What we ask besides")
    assert own.rindex("Orbits contract more", 0, besides) > own.index("Effects")
    assert besides < own.index("What shrinks is mostly the overall scale")
    for measured in EXPERIMENT_FINDINGS["E3.spread"].answers:
        assert squeezed(measured.value) in squeezed(own)
    assert "not measured" in own


def test_every_word_has_a_meaning_in_the_legend(parsed: Parsed) -> None:
    for word in (*Verdict, *Arithmetic, *Outcome):
        assert word in parsed.text["legend"]


def test_failures_are_announced_if_and_only_if_there_are_any(parsed: Parsed) -> None:
    assert "failures" in parsed.ids
    assert "1 failure" in parsed.text["failures"]
    assert parsed.links["failures"] == {"#thm41.mutant.rank-only"}
    green = run_record(GREEN)
    assert green.failures == ()
    assert "failures" not in Parsed(page(green)).ids


def test_a_verdict_against_the_prediction_says_so() -> None:
    wrong = replace(FINDINGS["thm41.F.property"], outcome=Outcome.SURPRISE)
    run = run_record(GREEN | {"thm41.F.property": wrong})
    parsed = Parsed(page(run))
    own = parsed.text["thm41--F"]
    assert Verdict.FAILED in own
    assert "The specification predicts: derived." in own
    assert len(run.failures) == 2
    assert parsed.links["failures"] == {"#thm41.F.property", "#thm41--F"}
    assert "predicts" not in Parsed(page(run_record(GREEN))).text["thm41"]


def test_a_figure_that_we_computed_from_what_was_released_makes_no_claim(run: RunRecord) -> None:
    (room,) = run.experiments
    quoted = [one.id for one in room.experiment.effects if one.published]
    assert [one.id for one in room.claimed] == quoted
    ours = replace(room, told=(Told(effects=(quoted[0],), text="so it does"),))
    assert [one.id for one in ours.claimed] == quoted[1:]
    claimed = replace(ours, told=(replace(ours.told[0], published="22.5 times"),))
    assert claimed.claimed == room.claimed


def test_an_answer_that_another_machine_left_undecided_says_so(run: RunRecord) -> None:
    (room,) = run.experiments
    effect = next(id for id in room.answers if room.answers[id][1].answer is Answer.NO)
    figures = f"a gap of 3.25 points; {readme.TURNED}"
    one = Told(effects=(effect,), text="so it does", published="so", digits=(Answer.NO, figures))
    told = replace(room, told=(one,))
    assert told.turned == {effect: figures}
    assert room.turned == {}
    assert readme.TURNED not in page(run)
    text = squeezed(Parsed(page(replace(run, experiments=(told,)))).text["E3"])
    assert squeezed(f"on the digits {readme.TURNED}") in text
    assert squeezed(figures) in text


def test_an_effect_that_other_data_deny_is_no_plain_yes(run: RunRecord) -> None:
    room = run.experiments[0]
    assert room.disputes == []
    check = next(c for c in room.checks if c.evidence is not None and c.evidence.answers)
    (first, *others) = check.evidence.answers
    contrary = Answer.NO if first.answer is Answer.YES else Answer.YES
    denied = (replace(first, answer=contrary), *others)
    other = replace(check, id=f"{check.id}.other", evidence=replace(check.evidence, answers=denied))
    told = replace(room, checks=(*room.checks, other))
    assert told.disputes == [first.effect]
    assert replace(told, checks=(*room.checks, replace(other, stale=True))).disputes == []
    parsed = Parsed(page(replace(run, experiments=(told,))))
    assert "Reproduces on some data and not on others." in parsed.text["E3"]
    assert "Does not reproduce. " + shown_text(first.effect, room) not in parsed.text["E3"]
    for one in (first, denied[0]):
        assert squeezed(f"{one.answer}, {one.value}") in squeezed(parsed.text["E3"])
    words = squeezed("yes and no, by the data")
    assert words in squeezed(Parsed(page(replace(run, experiments=(told,)))).text["result--E3"])


def test_answers_of_earlier_code_are_shown_and_marked_and_do_not_count(run: RunRecord) -> None:
    (room,) = run.experiments
    (check,) = (c for c in room.checks if c.evidence is not None and c.evidence.answers)
    told = Told(effects=("selective",), text="so", published="1.2", digits=(Answer.NO, "0.97"))
    now = replace(room, told=(told,))
    stale = replace(check, stale=True, note="Not run yet. Measured with earlier code.")
    others = tuple(c for c in room.checks if c is not check)
    then = replace(now, checks=(*others, stale), answers={})
    assert [m.answer for _, m in now.counted("selective")] == [Answer.NO]
    assert then.counted("selective") == []
    before, after = (Parsed(page(replace(run, experiments=(one,)))).text for one in (now, then))
    mark = "with earlier code"
    assert "Does not reproduce" in before["E3"]
    assert "Does not reproduce" not in after["E3"]
    assert squeezed("E3.spread, by earlier code and its criterion: no") in squeezed(after["E3"])
    assert mark not in before["result--E3"]
    assert f"(measured {mark})" in after["result--E3"]
    denied = replace(then, told=(replace(told, digits=(Answer.YES, "0.97")),))
    denied_page = Parsed(page(replace(run, experiments=(denied,)))).text["result--E3"]
    assert f"(here, {mark}: no)" in denied_page
    assert f"E3.spread: no, {mark}" in show(replace(run, experiments=(then,)))


@pytest.mark.parametrize("form", ["medium", "medium-1-seed"])
def test_what_is_told_of_a_form_is_set_beside_what_it_found_with_however_many_seeds(
    run: RunRecord, form: str
) -> None:
    (room,) = run.experiments
    (check,) = (c for c in room.checks if c.evidence is not None and c.evidence.answers)
    told = Told(effects=("selective",), text="so", medium=(Answer.YES, "1.2"))
    recorded = replace(check, id=f"E3.orbits.cifar10-{form}", command="python -m verify ssl")
    shown = replace(room, told=(told,), checks=(recorded,), answers={})
    text = Parsed(page(replace(run, experiments=(shown,)))).text["result--E3"]
    assert "(here: no)" in text


def shown_text(effect: str, room: ExperimentRecord) -> str:
    return next(one.text for one in room.experiment.effects if one.id == effect)

"""What the report tells of each check: outcome, effort, witness, steps, and what lies behind a line.

The oracle is the record itself together with a plain HTML parser, as in ``test_report.py``.
"""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace
from report_fixture import FINDINGS, run_record
from report_parser import Parsed, shown, squeezed

from reports import tiers
from reports.mathml import formula, prose_or_source, unbroken
from reports.render import _arrows, _column_class, _commented, _heading, _summary, _untold, page
from reports.styles import rules
from reports.typed import as_latex, lettered
from reports.vocabulary import anchor
from verify.claims.check import Kind, Role
from verify.claims.evidence import Evaluated, Outcome, Premise, Table
from verify.engine.record import RunRecord


def whole(parsed: Parsed, id: str) -> str:
    """What is told of a check, with its line if it is one that opens."""
    return parsed.text.get(f"line--{id}", parsed.text[id])


def test_counterexample_shows_every_hypothesis_with_its_value(parsed: Parsed) -> None:
    id = "thm41.generic.counterexample"
    witness, own = FINDINGS[id].witness, squeezed(parsed.text[id])
    assert witness is not None
    assert len(witness.hypotheses) == 6
    for evaluated in witness.hypotheses:
        found = (
            re.escape(shown(evaluated.text))
            + "(quoted|added|remarkedinthesection)"
            + re.escape(shown(evaluated.value))
        )
        assert re.search(found + "holds", own)
    assert shown(witness.conclusion.text) + shown(witness.conclusion.value) + "fails" in own
    assert "thecounterexample:all6hypothesesholdhere,theconclusionfails." in own


def test_hypotheses_are_worded_once_for_all_points_that_refute_the_same_readings(
    run: RunRecord,
) -> None:
    (room,) = run.statements
    check = next(check for check in room.checks if check.id == "thm41.generic.counterexample")
    assert check.evidence is not None
    assert check.evidence.witness is not None
    stated = room.statement.hypotheses[:2]
    met = tuple(Evaluated(id=h.id, text=h.text, value="as-it-is", holds=True) for h in stated)

    def drawn(text: str, readings: tuple[str, ...] = check.readings) -> str:
        """A second point, at which the last hypothesis is worded so, after a first."""
        told = (met, (*met[:-1], replace(met[-1], text=text)))
        first, second = (
            replace(
                check,
                id=f"thm41.generic.{i}",
                readings=readings if i else check.readings,
                evidence=replace(
                    check.evidence, witness=replace(check.evidence.witness, hypotheses=hypotheses)
                ),
            )
            for i, hypotheses in enumerate(told)
        )
        html = page(replace(run, statements=(replace(room, checks=(first, second)),)))
        texts = Parsed(html).text
        assert all(shown(h.text) in squeezed(texts[first.id]) for h in stated)
        links = [f'href="#thm41--hypothesis-{h.id}"><code>' in html for h in stated]
        told_here = shown(stated[0].text) in squeezed(texts[second.id])
        assert links == [not told_here] * 2
        assert ("Its hypotheses are worded beside" in html) is not told_here
        assert texts[second.id].count("as-it-is") == 2
        return "worded" if told_here else "named"

    assert drawn(met[-1].text) == "named"
    assert drawn("something else") == "worded"
    assert drawn(met[-1].text, readings=()) == "worded"


def test_a_point_without_hypotheses_does_not_count_them(parsed: Parsed) -> None:
    assert parsed.text["E3.scale.any"].split() == ["z[[1,", "0]]"]  # its line says what it refutes
    assert "0 hypotheses" not in parsed.text[""]


def test_a_point_where_a_hypothesis_fails_is_not_called_a_counterexample() -> None:
    id = "thm41.generic.counterexample"
    witness = FINDINGS[id].witness
    assert witness is not None
    broken = replace(witness.hypotheses[2], holds=False)
    witness = replace(witness, hypotheses=(*witness.hypotheses[:2], broken))
    html = page(run_record(FINDINGS | {id: replace(FINDINGS[id], witness=witness)}))
    own = Parsed(html).text[id]
    assert "1 of 3 hypotheses fails here" in own
    assert "hypotheses hold here" not in own


def test_every_check_is_shown_with_outcome_arithmetic_and_summary(
    run: RunRecord, parsed: Parsed
) -> None:
    for check in run.checks:
        own = squeezed(whole(parsed, check.id))
        if check.outcome is not Outcome.AS_STATED:
            assert squeezed(check.outcome) in own
        assert check.arithmetic in own
        summary = check.summary if check.outcome is Outcome.ERROR else None
        assert (squeezed(summary) if summary else shown(check.summary)) in own


def test_an_outcome_is_worded_by_what_the_check_is_for(parsed: Parsed) -> None:
    worded = {
        "thm41.F.property": "holds supports F",
        "thm41.generic.counterexample": "refutes generic exact",
        "thm41.mutant.inertia-bare": "caught exact",
        "thm41.T1.derivation.ablation": "needed symbolic",
        "thm41.scale.widths": "measured float64",
        "thm41.mutant.rank-only": "error exact",
    }
    for id, words in worded.items():
        assert squeezed(words) in squeezed(whole(parsed, id))
        assert "as stated" not in whole(parsed, id)
        assert words.split()[0] in parsed.text["legend"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", Kind)
def test_a_check_of_every_kind_is_shown_under_its_heading(run: RunRecord, kind: Kind) -> None:
    room = run.statements[0]
    checks = tuple(
        replace(check, kind=kind) if check.id == "thm41.F.property" else check
        for check in room.checks
    )
    html = page(replace(run, statements=(replace(room, checks=checks),)))
    before = html[: html.index('id="thm41.F.property"')]
    heading = before[before.rindex("<h3>") :].partition("</h3>")[0].casefold()
    assert kind.value[:4] in heading or (kind is Kind.KERNEL and "parts" in heading)


def test_power_checks_are_lines_that_open(run: RunRecord, html: str) -> None:
    tables = html.split('<div class="power">')[1:]
    assert len(tables) == 2
    rooms = (run.statements[0].checks, run.experiments[0].checks)
    for table, checks in zip(tables, rooms, strict=True):
        lines = re.findall(r'class="tried[^>]* id="(?:line--)?([^"]+)"', table)
        assert lines == [check.id for check in checks if check.role is Role.CONTROL]
    case = tables[1].partition('id="E3.scale.any">')[2]
    line = tables[1].partition('id="line--E3.scale.any"')[2].partition("</summary>")[0]
    assert "Refuted by search, at case 2." in line
    assert '<div class="witness">' not in line
    assert "<a " not in line
    assert '<div class="witness">' in case.partition("</details>")[0]


def test_a_withdrawn_hypothesis_is_not_called_necessary(parsed: Parsed) -> None:
    own = parsed.text["thm41"]
    assert own.index("What shows that the checks can fail") < own.index(
        "a derivation cannot be completed"
    )
    assert own.count("does not show the statement false without it") == 1
    assert "What shows that the checks can fail" in parsed.text["E3"]
    assert "a derivation" not in parsed.text["E3"]


def test_cases_vacuous_cases_and_margin_of_a_property(parsed: Parsed) -> None:
    assert "200 cases" in parsed.text["thm41.F.property"]
    assert "vacuous" not in parsed.text["thm41.F.property"]
    assert "worst error / allowed 0.31" in parsed.text["thm41.F.property"]
    assert "187 cases, 13 more vacuous" in parsed.text["thm41.T2.property"]


def test_an_open_step_is_said_to_be_open(parsed: Parsed) -> None:
    id = "thm41.F.derivation"
    assert "4 steps, all closed" in parsed.text[id]
    steps = FINDINGS[id].steps
    finding = replace(
        FINDINGS[id], outcome=Outcome.SURPRISE, steps=(replace(steps[0], closed=False), *steps[1:])
    )
    own = Parsed(page(run_record(FINDINGS | {id: finding}))).text[id]
    assert "1 not closed" in own
    assert "all closed" not in own


def test_stale_evidence_is_shown_and_does_not_count(run: RunRecord) -> None:
    room = run.statements[0]
    note = "Not run yet. Measured with earlier code."
    checks = tuple(
        replace(check, stale=True, note=note) if check.id == "thm41.F.property" else check
        for check in room.checks
    )
    parsed = Parsed(page(replace(run, statements=(replace(room, checks=checks),))))
    own = parsed.text["thm41.F.property"]
    assert "not run" in own
    assert "holds" not in own
    assert note in own
    assert unbroken(lettered(FINDINGS["thm41.F.property"].summary)) in own
    assert note in parsed.text["provenance"]


def test_a_theorem_is_quoted_verbatim_with_its_definitions_and_axioms(html: str) -> None:
    block = html[html.index('id="thm41.kernel.part.T1"') :].partition("</article>")[0]
    block = block.replace('<span class="nowrap">-&gt;</span>', "-&gt;")
    assert "Theorem part_T1 (W : &#39;M[F]_(d, k)) : psd H -&gt; psd (W *m H *m W^T)." in block
    assert "Variable F : realFieldType." in block
    definition = re.findall(r'href="#(coq--[^"]+)"', block)
    assert len(definition) == 1
    defined = Parsed(html).text[definition[0]]
    assert "A is symmetric and positive semidefinite." in defined
    assert "Assumes <code>classic</code>" in block
    assert "<code>Classical_Prop.classic</code> (the excluded middle)" in html
    assert "Classical_Prop.classic (the excluded middle)" in Parsed(html).text["definitions"]
    assert "python -m verify kernel thm41" in Parsed(html).text["thm41"]


def test_a_definition_that_is_all_a_theorem_says_stands_beside_it() -> None:
    id = "thm41.kernel.part.T1"
    (theorem,) = FINDINGS[id].theorems
    (defined,) = theorem.vocabulary
    word = defined.name.rpartition(".")[2]
    statement = replace(theorem.statement, text=f"Theorem refuted : ~ {word}.")
    finding = replace(FINDINGS[id], theorems=(replace(theorem, statement=statement),))
    html = page(run_record(FINDINGS | {id: finding}))
    block = html[html.index(f'id="{id}"') :].partition("</article>")[0]
    assert f'id="{anchor(defined.name)}"' in block
    assert defined.comment in block
    assert 'id="definitions"' not in html


def test_an_equation_whose_sides_print_alike_is_told_once() -> None:
    id = "thm41.F.derivation"
    first, *others = FINDINGS[id].steps
    alike = replace(first, latex=r"\frac{4}{27} = \frac{4}{27}")
    finding = replace(FINDINGS[id], steps=(alike, *others))
    html = page(run_record(FINDINGS | {id: finding}))
    block = html[html.index(f'id="{id}"') :].partition("</article>")[0]
    assert block.count('aria-label="4/27"') == 1
    assert block.count("Computed:</span>") == 1
    assert "Computed:" not in page(run_record())


def test_a_check_is_called_in_words_and_not_by_ids() -> None:
    run = run_record()
    (room,) = run.statements
    reading = room.statement.readings[0]
    control = next(check for check in room.checks if check.role is Role.CONTROL)
    theorem = next(check for check in room.checks if check.kind is Kind.KERNEL)
    of_reading = replace(control, title=f"{reading.id}: void elsewhere", readings=(reading.id,))
    of_none = replace(of_reading, readings=())
    assert _heading(of_reading, room) == f"“{room.title(reading)}”: void elsewhere"
    assert _heading(of_none, room) == of_none.title
    assert (theorem.title, _heading(theorem, room)) == (
        "Theorems of Coq's kernel: affine.part_T1",
        "Theorems of Coq's kernel",
    )
    assert _heading(room.checks[-1], room) == room.checks[-1].title


def test_a_property_says_its_cases_and_margin_once() -> None:
    id = "thm41.T2.property"
    finding = replace(
        FINDINGS[id], summary="187 cases, 13 more vacuous; largest error / allowed 0.3."
    )
    own = Parsed(page(run_record(FINDINGS | {id: finding}))).text[id]
    assert own.count("187 cases") == own.count("error / allowed") == 1


def test_a_measurement_counts_its_answers_and_calls_things_by_the_names_of_the_literature() -> None:
    (room,) = run_record().experiments
    measured = next(check for check in room.checks if check.evidence)
    said = "On toys: swish 9.6 (9.6), relu 0.1 (0.2), by `ssl --loss info_nce`, of part-relu."
    table = Table(title="t", columns=("head", "loss"), rows=(("gelu, normal", "mse"),))
    named = replace(
        measured,
        title="Orbits: CIFAR-10, resnet18, reduced",
        evidence=replace(
            measured.evidence,
            summary=f"Not answered with yes: {room.experiment.effects[0].id} (no). {said}",
            tables=(table,),
        ),
    )
    assert _summary(named, room) == (
        "3 effects: yes 1, no 2. On toys: Swish 9.6, ReLU 0.1 (0.2), by `ssl --loss info_nce`, of part-relu."
    )
    assert _heading(named, room) == "Orbits: CIFAR-10, ResNet-18, reduced"
    (shown,) = _untold({}, named, room)
    assert shown.rows == (("GELU, normal", "squared error"),)
    (of_a_statement,) = _untold({}, named, run_record().statements[0])
    assert of_a_statement.rows == table.rows
    cases = "100 cases; info nce: 60, mse: 40; of reading relu."
    counted = replace(named, evidence=replace(named.evidence, summary=cases))
    assert _summary(counted, run_record().statements[0]) == (
        "100 cases; InfoNCE: 60, squared error: 40; of reading relu."
    )
    begun = replace(named, evidence=replace(named.evidence, summary="gelu: relu holds."))
    assert _summary(begun, run_record().statements[0]) == "GELU: relu holds."


def test_columns_of_words_are_wider_than_a_word_where_there_is_room() -> None:
    words, few = ("published: CIFAR-10, ResNet-18", "14.7"), ("network", "z minus h")
    narrow = Table(title="t", columns=few, rows=(words,))
    wide = Table(title="t", columns=few * 4, rows=(words * 4,))
    assert [_column_class(narrow, i) for i in (0, 1)] == [' class="long"', ' class="nowrap"']
    assert [_column_class(wide, i) for i in (0, 1)] == ["", ""]


def test_a_table_of_sentences_is_a_list_of_them_where_the_page_is_narrow() -> None:
    (room,) = run_record().experiments
    (measured,) = (c for c in room.checks if c.evidence and c.evidence.answers)
    said = Table(title="t", columns=("", "published", "here"), rows=(("data", "a", "b" * 60),))
    few = replace(said, rows=(("data", "a", "b"),))

    def shown(table: Table) -> str:
        checks = (replace(measured, evidence=replace(measured.evidence, tables=(table,))),)
        return page(replace(run_record(), experiments=(replace(room, checks=checks),)))

    assert '<td data-label="Published">a</td>' in shown(said)
    assert '<td data-label="Published">a</td>' not in shown(few)


def test_what_a_premise_or_an_earlier_step_says_is_named_alone() -> None:
    id = "thm41.F.derivation"
    step = FINDINGS[id].steps[0]
    stated, derived = "psd: $a = 0$", "psd: $2 a = 0$"
    steps = tuple(
        replace(step, uses=uses)
        for uses in ((stated, derived), (derived, "$b' = c$"), ("$b' = c$",))
    )
    premises = (Premise(name="psd", by="", text="it is zero", says="$a = 0$"),)
    finding = replace(FINDINGS[id], steps=steps, premises=premises)
    own = Parsed(page(run_record(FINDINGS | {id: finding}))).text[id]
    told = re.findall(r"With (.*?)\.\s*\n", own)
    assert list(map(squeezed, told)) == [
        squeezed(text) for text in ("psd, psd: 2a=0", "psd as in step 1, b′=c", "b′=c")
    ]


@pytest.mark.parametrize(
    ("text", "says", "told"),
    [
        (r"some $v \neq 0$ has $Wv = 0$", "$W v = 0$", False),
        (r"$\rho = 0$", "$rho = 0$", False),
        (r"$E J v = 0$ by the law", "$J v = 0$", True),
        ("it is zero", "$a = 0$", True),
    ],
)
def test_what_a_premise_says_word_for_word_is_not_said_again(text, says, told) -> None:
    id = "thm41.F.derivation"
    finding = replace(FINDINGS[id], premises=(Premise(name="p", by="any", text=text, says=says),))
    own = squeezed(Parsed(page(run_record(FINDINGS | {id: finding}))).text[id])
    assert (squeezed(f": {shown(says)}.") in own) == told
    assert squeezed("by the lemma") not in own


@pytest.mark.parametrize(
    ("comment", "shown"),
    [
        ("[psd A]: [A v >= 0]", "<code>psd A</code>: <code>A v ≥ 0</code>"),
        ("Reading [non-lambda], [eps_of]", "Reading <code>non-lambda</code>, <code>eps_of</code>"),
        ("the head [I; 0] on [0, T]", "the head [I; 0] on [0, T]"),
        ("on [[0, T]], [u, u']", "on <code>[0, T]</code>, [u, u&#x27;]"),
        ("of [[0, 2], [2, 1]]", "of [[0, 2], [2, 1]]"),
        ("[2 - 2 cos(u, t)] of [(i, j)]", "<code>2 − 2 cos(u, t)</code> of <code>(i, j)</code>"),
        ("[n_plus A] of [x^T *m y_i]", "<code>n_plus A</code> of <code>xᵀ *m y_i</code>"),
    ],
)
def test_brackets_of_a_comment_are_of_code_or_of_an_interval(comment: str, shown: str) -> None:
    assert _commented(comment) == shown


@pytest.mark.parametrize(
    ("comment", "latex"),
    [
        ("L : R^k -> R", r"L : \mathbb{R}^{k} → \mathbb{R}"),
        ("|z| <= R0", "|z| ≤ R_{0}"),
        ("R_jkl = 1/4 sum_pq g^pq R^p_jkl", r"R_{jkl} = 1/4 \sum_{pq} g^{pq} R^{p}_{jkl}"),
        ("T least^(-3/2) sqrt c R", r"T \operatorname{least}^{-3/2} \sqrt{c} R"),
        ("phi^(-1)(c/2 |z|^2) e", "φ^{-1}(c/2 |z|^{2}) e"),
        ("{B y} spans H_eff", ""),
        ("{B y + u0}", r"\{B y + u_{0}\}"),
        ("a_l = W_l^T x_{l-1}, u_1 . v", r"a_{l} = W_{l}^{T} x_{l-1}, u_{1} \cdot v"),
    ],
)
def test_a_formula_of_a_comment_is_set_where_something_in_it_is_raised_or_lowered(
    comment: str, latex: str
) -> None:
    assert as_latex(comment) == latex
    assert _commented(f"[{comment}]") == (
        formula(latex) if latex else f"<code>{lettered(comment)}</code>"
    )


def test_hypotheses_beside_those_that_are_told_elsewhere_say_so() -> None:
    (room, *_) = run_record().statements
    withdrawn = Table(title="Each", columns=("hypothesis", "text"), rows=(("T", "t"), ("F", "f")))
    check = next(check for check in room.checks if check.evidence)
    check = replace(
        check, id="thm41.x.ablation", evidence=replace(check.evidence, tables=(withdrawn,))
    )
    (whole,) = _untold({"thm41.x": {"A": 1}}, check, room)
    (rest,) = _untold({"thm41.x": {"T": 1}}, check, room)
    assert whole == withdrawn
    assert rest.rows == (("F", "f"),)
    assert rest.title == "Hypotheses that are no premises, each withdrawn in turn"


def test_no_line_of_coq_breaks_within_an_arrow_and_a_copy_has_nothing_more() -> None:
    source = "forall x, x < 1 -> (a <-> b) /\\ f |-> x - y"
    shown = _arrows(source)
    assert shown.striptags() == source
    assert re.findall('<span class="nowrap">(.*?)</span>', shown) == [
        "-&gt;",
        "&lt;-&gt;",
        "|-&gt;",
    ]


def test_where_the_tiers_stand_in_a_list_each_has_its_name_before_its_word() -> None:
    named = re.findall(
        r'\.tiers\.stack td:nth-of-type\((\d)\)::before { content: "(\w+): "', rules()
    )
    assert named == [(str(i), name) for i, name in enumerate(tiers.TIERS, 2)]


def test_the_tiers_say_what_went_wrong_and_what_did_not_run(run: RunRecord) -> None:
    room = run.statements[0]
    part = next(part for part in room.statement.parts if part.id == "F")
    (check,) = (c for c in room.checks if c.id == "thm41.F.property")
    assert check.evidence is not None
    for outcome, word in (
        (Outcome.AS_STATED, "agrees"),
        (Outcome.SURPRISE, "surprise"),
        (Outcome.ERROR, "error"),
        (Outcome.UNDECIDED, "undecided"),
    ):
        changed = replace(check, evidence=replace(check.evidence, outcome=outcome))
        assert tiers.words([changed], part)["property"] == word
    missing = replace(check, evidence=None)
    assert tiers.words([missing], part)["property"] == "not run"
    assert tiers.words([check, missing], part)["property"] == "agrees, 1 not run"
    assert tiers.words([], part) == dict.fromkeys(tiers.TIERS, "none")
    about = replace(room.statement, parts=(part,), readings=())
    assert tiers.share([check], about, "property") == "all"
    assert tiers.share([missing], about, "property") == "none"


def test_a_measurement_is_called_measured_unless_it_ended_with_an_error(run: RunRecord) -> None:
    room = run.statements[0]
    part = next(part for part in room.statement.parts if part.id == "F")
    (check,) = (c for c in room.checks if c.id == "thm41.F.property")
    assert check.evidence is not None
    for role, outcome, word in (
        (Role.CONTEXT, Outcome.AS_STATED, "measured"),
        (Role.CONTEXT, Outcome.SURPRISE, "measured"),
        (Role.CONTEXT, Outcome.ERROR, "error"),
        (Role.SUPPORTS, Outcome.SURPRISE, "surprise"),
    ):
        evidence = replace(check.evidence, outcome=outcome)
        trained = replace(check, role=role, kind=Kind.TRAINING, evidence=evidence)
        assert tiers.words([trained], part)["training"] == word


def test_a_stale_control_says_that_it_was_not_run_and_what_it_found_then(run: RunRecord) -> None:
    room = run.statements[0]
    id, note = "thm41.mutant.extra-slope", "Not run yet. Measured with earlier code."
    checks = tuple(replace(c, stale=True, note=note) if c.id == id else c for c in room.checks)
    html = page(replace(run, statements=(replace(room, checks=checks),)))
    line = html[html.index(f'id="line--{id}"') :]
    summary, _, behind = line.partition("</details>")[0].partition("</summary>")
    found = str(prose_or_source(FINDINGS[id].summary))
    assert note in summary
    assert found not in summary
    assert found in behind


def test_where_a_derivation_fails_without_a_premise_stands_beside_the_premise() -> None:
    id = "thm41.T1.derivation"
    says = r"the loss Hessian is $H \succeq 0$"
    premises = tuple(
        Premise(name=name, by="statement", text=text)
        for name, text in (("psd", says), ("smooth", "the head is linear"))
    )
    table = replace(
        FINDINGS[f"{id}.ablation"].tables[0],
        rows=(
            ("psd", says, "Congruence"),
            ("smooth", "the head is linear", "No rule for $D h$"),
            ("H", "$H$ is symmetric", "Congruence"),
        ),
    )
    findings = FINDINGS | {
        id: replace(FINDINGS[id], premises=premises),
        f"{id}.ablation": replace(FINDINGS[f"{id}.ablation"], tables=(table,)),
    }
    parsed = Parsed(page(run_record(findings)))
    own = " ".join(parsed.text[id].split())
    assert "Without it step 1 does not close." in own
    assert "Without it this does not close: No rule for Dh." in own
    tried = squeezed(parsed.text[f"{id}.ablation"])
    assert squeezed("H is symmetric") in tried
    assert "headislinear" not in tried
    assert f"#{id}" in parsed.links[f"{id}.ablation"]
    otherwise = replace(table, rows=(("psd", "another hypothesis", "Congruence"),))
    findings[f"{id}.ablation"] = replace(FINDINGS[f"{id}.ablation"], tables=(otherwise,))
    parsed = Parsed(page(run_record(findings)))
    assert "Without it" not in parsed.text[id]
    assert "another hypothesis" in parsed.text[f"{id}.ablation"]

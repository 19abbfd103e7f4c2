"""Which definitions a theorem of Coq links, and which its definitions link in turn."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from report_fixture import FINDINGS, run_record
from report_parser import Parsed

from reports.render import page
from reports.vocabulary import Vocabulary, anchor, called
from verify.claims.evidence import Outcome, Quoted
from verify.engine.record import CheckRecord, RunRecord

ID = "thm41.kernel.part.T1"
OUTER = Quoted(name="Geometry.a.outer", text="Definition outer x := inner x.")
INNER = Quoted(name="Geometry.a.inner", text="Notation inner := b.inner.")
BELOW = Quoted(name="Geometry.b.inner", text="Definition inner x := x + 1.")
OTHER = Quoted(name="Geometry.c.inner", text="Definition inner x := x + 2.")
SIGN = Quoted(name="Geometry.b.x == y", text='Notation "x == y" := (inner x = y).')
EVERY = (OUTER, INNER, BELOW, OTHER, SIGN)


def recorded() -> RunRecord:
    """The fixture's record with a theorem that names one definition, and another that names all."""
    (theorem,) = FINDINGS[ID].theorems
    first = replace(
        theorem,
        name="Geometry.t.first",
        statement=Quoted(name="Geometry.t.first", text="Theorem first : outer 0 == 1."),
        vocabulary=(OUTER, INNER, BELOW, SIGN),
    )
    second = replace(
        theorem,
        name="Geometry.t.second",
        statement=Quoted(name="Geometry.t.second", text="Theorem second : c.inner 0 = 2."),
        vocabulary=(OTHER,),
    )
    return run_record(FINDINGS | {ID: replace(FINDINGS[ID], theorems=(first, second))})


def test_a_theorem_links_what_it_names_and_what_nothing_that_it_names_leads_to() -> None:
    run = recorded()
    vocabulary = Vocabulary(run)
    evidence = next(check.evidence for check in run.checks if check.id == ID)
    assert evidence is not None
    assert vocabulary.named(evidence) == [OUTER, SIGN, OTHER]  # a sign is no word to be found
    assert vocabulary.named_by(OUTER) == [INNER]  # a bare name is that of the same module
    assert vocabulary.named_by(INNER) == [BELOW]  # with its module, the one's of that module
    assert vocabulary.named_by(BELOW) == vocabulary.named_by(OTHER) == []


def test_what_a_text_binds_and_the_suffix_of_a_scope_are_no_names() -> None:
    """A matrix `B`, a length `R` and the scope of `2%:R` are none of the definitions of these letters."""
    letters = [Quoted(name=f"Geometry.b.{one}", text=f"Definition {one} := 1.") for one in "BR"]
    used = Quoted(name="Geometry.d.used", text="Definition used := R + 2%:R.")
    bound = (
        Quoted(name="Geometry.d.of", text="Definition of (A B : 'M_n) := A *m B."),
        Quoted(name="Geometry.d.le", text="Definition le := forall R : nat, 2%:R <= R."),
        Quoted(name="Geometry.d.sign", text="Definition sign := fun B => (1 / 2%:R) * B."),
    )
    (theorem,) = FINDINGS[ID].theorems
    theorem = replace(theorem, vocabulary=(*letters, used, *bound))
    vocabulary = Vocabulary(run_record(FINDINGS | {ID: replace(FINDINGS[ID], theorems=(theorem,))}))
    assert vocabulary.named_by(used) == letters[1:]
    assert [vocabulary.named_by(one) for one in bound] == [[], [], []]


def test_everything_that_theorems_use_is_reached_by_links_from_them() -> None:
    html = page(recorded())
    parsed = Parsed(html)
    reached, waiting = set(), [ID]
    while waiting:
        id = waiting.pop()
        if id not in reached:
            reached.add(id)
            waiting += [link[1:] for link in parsed.links.get(id, ()) if link.startswith("#coq--")]
    assert reached == {ID, *(anchor(one.name) for one in EVERY)}


def test_what_all_theorems_of_a_check_assume_is_told_once() -> None:
    block = page(recorded()).partition(f'id="{ID}"')[2].partition("</article>")[0]
    assert block.count("Each assumes <code>classic</code>") == 1
    run = recorded()
    (first, second) = next(c.evidence for c in run.checks if c.id == ID).theorems  # type: ignore[union-attr]
    unlike = replace(FINDINGS[ID], theorems=(first, replace(second, axioms=())))
    block = page(run_record(FINDINGS | {ID: unlike})).partition(f'id="{ID}"')[2]
    block = block.partition("</article>")[0]
    assert block.count("Assumes <code>classic</code>.") == 1
    assert block.count("Assumes no axiom.") == 1


def test_theorems_that_do_not_count_are_quoted_and_not_counted() -> None:
    run = recorded()
    assert "2 theorems checked" in Parsed(page(run)).text["counts"]
    (room,) = run.statements
    for changed in ({"stale": True, "note": "Not run yet."}, {"outcome": Outcome.SURPRISE}):
        checks = tuple(_changed(c, **changed) if c.id == ID else c for c in room.checks)
        told = replace(run, statements=(replace(room, checks=checks),))
        assert set(Vocabulary(told).theorems) == {"Geometry.t.first", "Geometry.t.second"}
        assert "theorem" not in Parsed(page(told)).text["counts"]


def _changed(check: CheckRecord, **changes: Any) -> CheckRecord:
    """The record of a check, or its evidence, with some fields changed."""
    if "outcome" in changes:
        assert check.evidence is not None
        return replace(check, evidence=replace(check.evidence, **changes))
    return replace(check, **changes)


def test_definitions_of_one_name_are_told_apart_by_their_modules() -> None:
    assert called([OUTER, INNER, BELOW]) == [
        (OUTER.name, "outer"),
        (INNER.name, "a.inner"),
        (BELOW.name, "b.inner"),
    ]
    alike = [replace(BELOW, name=f"Geometry.{room}.readings.quoted") for room in ("x", "y")]
    assert [word for _, word in called(alike)] == ["x.readings.quoted", "y.readings.quoted"]

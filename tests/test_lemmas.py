"""The register of lemmas. The oracle of what cites it is the syntax of the rooms, not a run."""

from __future__ import annotations

import ast
import re

import pytest
import sympy as sp
from report_fixture import run_record

from reports.mathml import prose
from reports.render import page
from verify.__main__ import ROOT
from verify.claims.derivation import Proof, derive
from verify.claims.lemmas import CONVENTIONS, FIELDS, LEMMAS, LemmaKind, lemma


def _cited(text: str) -> set[str]:
    """The ids in the calls of ``cite``, in ``by="id"`` of the calls of ``let``, and in ``lemmas=``."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if called == "cite":
            found |= {ast.literal_eval(id) for id in node.args}
        for keyword in node.keywords:
            if keyword.arg == "lemmas":
                found |= set(ast.literal_eval(keyword.value))
            if called == "let" and keyword.arg == "by":
                given = keyword.value.value if isinstance(keyword.value, ast.Constant) else ""
                found |= {given} - {"", "definition", "any", "steps", "contrary"}
    return found


def test_every_lemma_is_cited_and_every_citation_is_a_lemma():
    rooms = (ROOT / "theorems").rglob("*.py")
    assert set().union(*(_cited(path.read_text(encoding="utf-8")) for path in rooms)) == set(LEMMAS)


def test_a_lemma_that_gives_a_premise_is_cited():
    assert _cited('proof.let("basis", "$x = y$", x - y, by="dimension")') == {"dimension"}
    assert _cited('proof.let("letter", "$x = y$", x - y, by="definition")') == set()


def test_ids_are_words_that_no_two_lemmas_share():
    assert len(LEMMAS) == sum(map(len, FIELDS.values()))
    assert len({entry.name for entry in LEMMAS.values()}) == len(LEMMAS)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", id) for id in LEMMAS)


@pytest.mark.parametrize("entry", LEMMAS.values(), ids=lambda entry: entry.id)
def test_a_lemma_is_a_sentence_that_can_be_printed_and_has_a_source(entry):
    assert entry.text.endswith(".")
    assert entry.source
    argued = FIELDS["Argued in words, not checked"]
    assert (entry.kind is LemmaKind.ARGUED) == (entry in argued)
    for text in (entry.name, entry.text, entry.source, CONVENTIONS):
        assert "$" not in prose(text)


def test_an_unknown_lemma_is_refused_with_the_ones_that_are_close():
    with pytest.raises(ValueError, match=r"No lemma is called 'weil'\. Did you mean 'weyl'\?"):
        lemma("weil")
    with pytest.raises(ValueError, match="No lemma is called"):
        Proof().cite("spectral", "derived above")


def test_a_derivation_says_how_many_lemmas_of_either_kind_it_cites():
    def derivation(proof: Proof) -> None:
        proof.cite("weyl", "merging", "spectral")
        proof.equal("a number is itself", sp.Symbol("x"), sp.Symbol("x"))

    found = derive(derivation, None)
    assert found.summary.endswith("citing 2 standard lemmas and 1 argued lemma.")
    assert found.lemmas == ("weyl", "merging", "spectral")


def test_the_report_links_a_lemma_to_its_text_and_source():
    html = page(run_record())
    assert '<a href="#lemma--square-root">' in html
    assert html.count('id="lemma--square-root"') == 1
    assert "Theorem 7.2.6" in html

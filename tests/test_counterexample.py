"""Counterexamples: void where a quoted hypothesis fails, refused where one was not evaluated."""

from __future__ import annotations

import pytest

from verify.claims.counterexample import counterexample
from verify.claims.evidence import Outcome
from verify.claims.statement import Hypothesis, Reading, Statement, Verdict

STATEMENT = Statement(
    id="toy",
    label="Theorem 0",
    title="toy",
    source="here",
    quoted="",
    unseen="",
    hypotheses=(Hypothesis(id="A", text="a"), Hypothesis(id="B", text="b")),
    readings=(Reading(id="r", text="c", hypotheses=("A", "B"), predicted=Verdict.REFUTED),),
    parts=(),
)


def judge(hypotheses, conclusion):
    return counterexample(STATEMENT, "r", (("x", "1"),), hypotheses, conclusion, "it fails.")


def test_every_hypothesis_true_and_the_conclusion_false_refutes():
    found = judge({"A": ("1", True), "B": ("2", True)}, ("3", False))
    assert found.outcome is Outcome.AS_STATED
    assert [h.value for h in found.witness.hypotheses] == ["1", "2"]


def test_a_failing_hypothesis_makes_it_void():
    found = judge({"A": ("1", True), "B": ("2", False)}, ("3", False))
    assert found.outcome is Outcome.VACUOUS
    assert "B" in found.summary


def test_a_conclusion_that_holds_is_a_surprise():
    assert judge({"A": ("1", True), "B": ("2", True)}, ("3", True)).outcome is Outcome.SURPRISE


@pytest.mark.parametrize(
    "hypotheses", [{"A": ("1", True)}, {"A": ("1", True), "B": ("", True), "C": ("", True)}]
)
def test_exactly_the_hypotheses_of_the_reading_are_wanted(hypotheses):
    with pytest.raises(ValueError, match="must evaluate exactly its hypotheses"):
        judge(hypotheses, ("3", False))


def test_an_undecided_conclusion_is_none():
    with pytest.raises(ValueError, match="is undecided at this point"):
        judge({"A": ("1", True), "B": ("2", True)}, ("3", None))

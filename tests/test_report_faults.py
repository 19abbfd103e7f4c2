"""What cannot be shown is told in its place and at the top; everything else is shown.

The oracle is the report of the same record without the fault, through a plain HTML parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from report_fixture import EXPERIMENT_FINDINGS, FINDINGS, run_record
from report_parser import Parsed

from reports.faults import Faults
from reports.render import PAGE, page, pages, render
from verify.claims.evidence import Series, Step
from verify.engine.record import RunRecord


def _title(run: RunRecord, title: str) -> RunRecord:
    room = run.statements[0]
    return replace(run, statements=(replace(room, statement=replace(room.statement, title=title)),))


def _quoted(run: RunRecord, quoted: str) -> RunRecord:
    room = run.statements[0]
    return replace(
        run, statements=(replace(room, statement=replace(room.statement, quoted=quoted)),)
    )


def _step(run: RunRecord, latex: str) -> RunRecord:
    finding = FINDINGS["thm41.T1.derivation"]
    step = Step(text="Congruence", latex=latex, closed=True)
    return run_record(FINDINGS | {"thm41.T1.derivation": replace(finding, steps=(step,))})


def _plot(run: RunRecord, **changes: object) -> RunRecord:
    finding = FINDINGS["thm41.scale.widths"]
    plot = replace(finding.plots[0], **changes)
    return run_record(FINDINGS | {"thm41.scale.widths": replace(finding, plots=(plot,))})


_ONE = Series(label="", x=(1.0,), y=(1.0,))
KINDS: dict[str, tuple[Callable[[RunRecord], RunRecord], str]] = {
    "unknown command": (lambda run: _title(run, r"on $\foo{x}$"), r"the command \foo is unknown"),
    "missing argument": (lambda run: _title(run, r"on $\frac{1}$"), "needs 2 arguments"),
    "lone dollar": (lambda run: _quoted(run, "from $5"), "an odd number"),
    "empty formula": (lambda run: _quoted(run, "from $ $ on"), "does not parse"),
    "bad step": (lambda run: _step(run, r"\begin{gather} a \end{gather}"), "'gather' would lose"),
    "kind of plot": (lambda run: _plot(run, kind="pie"), "expected line, scatter or bar"),
    "lengths of a series": (lambda run: _plot(run, series=(replace(_ONE, y=()),)), "1 x, 0 y"),
    "label of a plot": (lambda run: _plot(run, xlabel=r"$\undefined$"), "does not read"),
    "scale of a plot": (lambda run: _plot(run, yscale="sideways"), "'sideways'"),
    "numbers of a plot": (
        lambda run: _plot(run, series=(replace(_ONE, x=("one",)), _ONE), kind="bar"),
        "TypeError",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_is_told_in_its_place_and_at_the_top_and_the_rest_is_shown(
    parsed: Parsed, kind: str
) -> None:
    break_it, why = KINDS[kind]
    faults = Faults()
    broken = Parsed(page(break_it(run_record()), faults))
    assert broken.unbalanced == []
    assert len(faults.reasons) == 1
    assert why in next(iter(faults.reasons))
    assert why in broken.text["faults"]
    assert faults.met
    for id in faults.met:
        assert f"#{id}" in broken.links["faults"]
        assert "Could not be shown." in broken.text[id]
        assert why in broken.text[id]
    assert "faults" not in parsed.ids
    assert set(parsed.ids) - set(broken.ids) <= {
        id for id in parsed.ids if re.fullmatch(r"g\d+", id)
    }
    for id in ("E3", "lemmas", "provenance", "thm41.F.derivation", "thm41--generic"):
        assert parsed.text[id] == broken.text[id]


def test_only_the_formula_that_cannot_be_shown_is_missing_from_its_sentence() -> None:
    parsed = Parsed(page(_quoted(run_record(), r"Let $x$, $\foo$, and $y$ be real.")))
    own = " ".join(parsed.text["thm41"].split())
    assert "Let x, \\foo Could not be shown." in own
    assert ", and y be real." in own


def test_a_section_that_cannot_be_made_leaves_the_others(monkeypatch) -> None:
    def fail(check):
        raise RuntimeError("no answer")

    monkeypatch.setattr("reports.render._measured_on", fail)
    faults = Faults()
    written = pages(run_record(), faults)
    assert list(faults.reasons) == ["RuntimeError: no answer"]
    assert "Could not be shown." in Parsed(written["E3.html"]).text["E3"]
    assert "RuntimeError: no answer" in Parsed(written["E3.html"]).text["faults"]
    assert 'href="E3.html#fault-1"' in written[PAGE]
    assert "fault" not in Parsed(written["thm41.html"]).ids


def test_the_report_says_that_it_has_faults(tmp_path: Path) -> None:
    done = render(_title(run_record(), r"on $\foo$"), tmp_path)
    assert [r"\foo is unknown" in reason for reason in done.faults] == [True]
    assert "Not everything could be shown" in done.page.read_text("utf-8")


def test_what_is_no_character_does_not_stop_the_report(tmp_path: Path) -> None:
    finding = replace(EXPERIMENT_FINDINGS["E3.scale"], summary="Half a pair: \ud800")
    run = run_record()
    room = run.experiments[0]
    checks = tuple(
        replace(c, evidence=replace(c.evidence, summary=finding.summary)) if c.evidence else c
        for c in room.checks
    )
    done = render(replace(run, experiments=(replace(room, checks=checks),)), tmp_path)
    assert done.faults == ()
    assert "Half a pair: \\ud800" in (tmp_path / "E3.html").read_text("utf-8")

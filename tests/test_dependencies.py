"""What rests on what, in the record and in the report.

The oracles are small graphs drawn by hand, and the page as a reader has it.
"""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace
from report_fixture import empty_record, run_record
from report_parser import Parsed

from reports.dependencies import anchor, columns, drawing, edges
from reports.render import page
from verify.claims.statement import Verdict
from verify.cli.console import shown
from verify.engine.record import FoundationRecord, RunRecord


@pytest.fixture
def run() -> RunRecord:
    """The record, with T1 resting on F, and F on the foundation ``thm99.ground``."""
    run = run_record()
    room = run.statements[0]
    on = {"T1": ("thm41.F",), "F": ("thm99.ground",)}
    parts = tuple(replace(one, rests_on=on.get(one.target, ())) for one in room.judged.parts)
    ground = FoundationRecord(
        id="thm99.ground",
        label="Theorem 9.9",
        title="The ground",
        judgement=replace(parts[0], target="ground", verdict=Verdict.FAILED, rests_on=()),
        checks=(),
    )
    judged = replace(room.judged, parts=parts)
    return replace(run, statements=(replace(room, judged=judged),), foundations=(ground,))


def test_every_node_is_right_of_what_rests_on_it():
    below = {"a": ("b", "d"), "b": ("c",), "c": (), "d": ("c",), "e": ("c",)}
    assert [sorted(column) for column in columns(below)] == [["a"], ["b", "d", "e"], ["c"]]


def test_places_follow_the_neighbours():
    below = {"a": ("y",), "b": ("x",), "x": (), "y": ()}
    left, right = columns(below)
    crossing = (left.index("a") - left.index("b")) * (right.index("y") - right.index("x"))
    assert crossing > 0


def test_the_graph_holds_what_rests_and_what_carries(run):
    assert edges(run) == {
        "thm41.F": ("thm99.ground",),
        "thm41.T1": ("thm41.F",),
        "thm99.ground": (),
    }
    assert run.resting_on("thm41.F") == ("thm41.T1",)
    assert run.resting_on("thm99.ground") == ("thm41.F",)


def test_a_target_that_was_not_judged_is_no_node(run):
    assert "thm99.ground" not in edges(replace(run, foundations=()))
    assert '<span id="thm99' not in page(replace(run, foundations=()))


def test_the_drawing_links_every_node_and_tells_what_falls(run):
    svg = Parsed(str(drawing(run)))
    assert not svg.unbalanced
    assert svg.links[""] == {"#thm41--F", "#thm41--T1", "#thm99--ground"}
    assert svg.tags.count("path") == 2
    assert svg.tags.count("title") == 1 + 3
    falling = re.findall(r'<(\w+)(?: href="[^"]*")? class="falls"', str(drawing(run)))
    assert sorted(falling) == ["a", "path"]
    assert "script" not in svg.tags


def test_the_page_says_what_rests_on_what(run):
    html = page(run)
    parsed = Parsed(html)
    assert not parsed.unbalanced
    assert len(parsed.ids) == len(set(parsed.ids))
    assert {"#thm41--F", "#thm41--T1", "#thm99--ground"} <= parsed.links["dependencies"]
    assert "Rests on this: thm41.T1." in parsed.text["thm41--F"]
    assert "Its derivations rest on thm41.F." in parsed.text["thm41--T1"]
    assert "The ground" in parsed.text["thm99--ground"]
    assert "Rests on it: " in parsed.text["lemma--square-root"]
    assert all(link[1:] in parsed.ids for link in parsed.links["dependencies"])


def test_a_page_without_lemmas_has_no_such_sections():
    parsed = Parsed(page(empty_record()))
    assert "dependencies" not in parsed.ids
    assert "lemmas" not in parsed.ids


def test_a_reading_that_shares_its_id_with_a_part_has_a_place_of_its_own(run):
    room = run.statements[0]
    old = room.statement.readings[0]
    statement = replace(
        room.statement, readings=(replace(old, id="F"), *room.statement.readings[1:])
    )
    judged = replace(
        room.judged,
        readings=(replace(room.judged.readings[0], target="F"), *room.judged.readings[1:]),
    )
    checks = tuple(
        replace(check, readings=tuple("F" if id == old.id else id for id in check.readings))
        for check in room.checks
    )
    both = replace(
        run, statements=(replace(room, statement=statement, judged=judged, checks=checks),)
    )
    assert {"thm41.F", "thm41.F (reading)"} <= set(both.reached)
    parsed = Parsed(page(both))
    assert anchor("thm41.F (reading)") == "thm41--reading--F"
    assert {"thm41--F", "thm41--reading--F"} <= set(parsed.ids)
    assert len(parsed.ids) == len(set(parsed.ids))
    assert "holds supports F, F (reading) symbolic" in " ".join(
        parsed.text["thm41.F.derivation"].split()
    )


def test_show_says_what_rests_on_what(run):
    text = shown(run)
    assert (
        "What rests on what, of these rooms:\n\n  thm41.F: thm41.T1\n  thm99.ground: thm41.F"
        in text
    )
    assert "rests on it: " in text

"""What is printed for a person: cut short where it is long, plain where the terminal is."""

from __future__ import annotations

import io
import re
from types import SimpleNamespace

import pytest
from msgspec.structs import replace
from report_fixture import run_record
from toy import context, write_registry

from verify.claims.summary import UNLEARNED
from verify.cli.console import LiveProgress, Progress, answered, not_run, progress, shortened
from verify.engine.registry import load
from verify.engine.runner import Event, Stage
from verify.engine.worker import run_check

IDS = tuple(f"thm.P.{letter}" for letter in "abcde")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"not run: {', '.join(IDS)}", "not run: thm.P.a, thm.P.b, thm.P.c and 2 more"),
        (
            f"did: {', '.join(IDS[:4])}; 2 agree",
            "did: thm.P.a, thm.P.b, thm.P.c and 1 more; 2 agree",
        ),
        (f"derived: {', '.join(IDS[:3])}", "derived: thm.P.a, thm.P.b, thm.P.c"),
        ("under the hypotheses A1, A2, A3, A4", "under the hypotheses A1, A2, A3, A4"),
        (
            f"contradictory: {', '.join(IDS)} against {', '.join(IDS)}",
            "contradictory: thm.P.a, thm.P.b, thm.P.c and 2 more against thm.P.a, thm.P.b, "
            "thm.P.c and 2 more",
        ),
    ],
)
def test_long_lists_of_checks_are_cut_and_nothing_else(text, expected):
    assert shortened(text, IDS) == expected


def test_what_did_not_run_is_a_line_for_each_reason_and_many_are_cut():
    run = run_record()
    few = {"toy.a": "It needs a GPU.", "toy.b": "It needs data.", "toy.c": "It needs a GPU."}
    assert not_run(replace(run, not_run=few)).splitlines() == [
        "not run, 2 checks: It needs a GPU. toy.a, toy.c",
        "not run, 1 check: It needs data. toy.b",
    ]
    many = {f"toy.{n}": "Left out by --only scale." for n in range(21)}
    assert not_run(replace(run, not_run=many)) == (
        "not run, 21 checks: Left out by --only scale. toy.0, toy.1, toy.2 and 18 more, which the "
        "report names"
    )
    assert not_run(replace(run, not_run={})) == ""


def test_an_answer_that_does_not_count_says_so_where_a_run_ends():
    room = run_record().experiments[0]
    check = next(one for one in room.checks if one.evidence and one.evidence.answers)
    rooms = [SimpleNamespace(name=room.experiment.id, subject=room.experiment)]
    learned = replace(check.evidence, summary="So it is.")
    unlearned = replace(check.evidence, summary=f"Networks that {UNLEARNED}.")
    lines = answered(rooms, [learned, unlearned]).split(f"\n\n{check.id}\n")
    assert UNLEARNED not in lines[0]
    assert lines[1].splitlines()
    for line in lines[1].splitlines():
        assert line.endswith(f", by networks that {UNLEARNED}")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        """As a terminal says."""
        return True


@pytest.mark.parametrize(
    ("out", "term", "kind"),
    [
        (Terminal, "xterm-256color", LiveProgress),
        (Terminal, "dumb", Progress),
        (Terminal, "DUMB", Progress),
        (io.StringIO, "xterm-256color", Progress),
    ],
)
def test_a_table_is_drawn_only_on_a_terminal_that_can(folder, monkeypatch, out, term, kind):
    monkeypatch.setenv("TERM", term)
    room = load("toy", f"{write_registry(folder)}.toy")
    assert type(progress(out(), [room], [])) is kind


@pytest.mark.parametrize(("no_color", "coloured"), [("1", False), ("", True)])
def test_no_color_is_honoured(folder, monkeypatch, no_color, coloured):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", no_color)
    registry = write_registry(folder, ["derivation", "surprise"])
    room = load("toy", f"{registry}.toy")
    found = run_check("toy.P.surprise", context(registry, folder))
    out = Terminal()
    with progress(out, [room], [found.check]) as shown:
        event = {"name": found.check, "room": "toy", "cost": 1.0}
        shown(Event(stage=Stage.FINISHED, evidence=found, **event))
    assert "it moved" in out.getvalue()
    assert (re.search(r"\x1b\[[0-9;]*m", out.getvalue()) is not None) is coloured

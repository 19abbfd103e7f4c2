"""E2: its criteria on made-up variances, and the room on short runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ssl_fixture import short_context, tables_are_whole

from verify.ssl.experiments import e2
from verify.statement import Answer, Outcome
from verify.worker import run_check


@pytest.mark.parametrize("check", [c.id for c in e2.CHECKS if c.gates])
def test_gates(check: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    evidence = run_check(check, short_context(tmp_path_factory.mktemp("cache"), ()))
    assert evidence.outcome is Outcome.AS_STATED, evidence.summary + evidence.detail


def made_up(**growths: float) -> e2.Tracks:
    """Variances that grow evenly in training time, by a factor over the whole run at 0.05."""
    tracks = {}
    for cell in e2.CELLS:
        steps = 22 * np.arange(e2.EPOCHS + 1)
        rate = 1.0 if cell.batchnorm else growths[cell.activation]
        grown = rate ** (cell.rate / 0.05 * steps / steps[-1])
        tracks[cell] = {
            "steps": steps,
            "losses": -grown,
            "condition": 1 + grown,
        } | {f"variance_{of}": 0.1 * grown for of in ("z", "h", "raw")}
    return tracks


def answers(tracks: e2.Tracks) -> dict[str, Answer]:
    return {a.effect: a.answer for a in e2._answers(tracks)}


def test_as_published() -> None:
    found = answers(made_up(linear=17.2, gelu=6.4, swish=4.4, relu=0.11))
    assert found == dict.fromkeys(found, Answer.YES)


def test_the_opposite() -> None:
    found = answers(made_up(linear=0.5, gelu=0.5, swish=0.5, relu=2.0))
    assert found["grows"] is found["relu"] is found["flow"] is Answer.NO


def test_step_sizes_that_matter() -> None:
    tracks = made_up(linear=17.2, gelu=6.4, swish=4.4, relu=0.11)
    for cell in tracks:
        if cell.rate != 0.05:
            tracks[cell] = tracks[cell] | {"variance_z": np.geomspace(1, 1e-3, e2.EPOCHS + 1)}
    found = answers(tracks)
    assert found["flow"] is Answer.NO
    assert found["batchnorm"] is Answer.UNDECIDED
    assert found["time"] is not Answer.YES


def test_every_run_is_configured_once() -> None:
    assert len({artefact.arguments[0] for artefact in e2.ARTEFACTS.values()}) == 14


def test_growth_at_equal_training_time() -> None:
    tracks = made_up(linear=17.2, gelu=6.4, swish=4.4, relu=0.11)
    assert e2.growth(tracks[e2.Cell("swish", False, 0.05)]) == pytest.approx(4.4)
    slow, fast = e2.at_equal_time(tracks, "swish", False, 0.005)
    assert slow == pytest.approx(fast) == pytest.approx(4.4**0.1)


def test_escape(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of one epoch, repeated, stands for every run."""
    ctx = short_context(tmp_path_factory.mktemp("cache"), ())
    first = e2.ARTEFACTS[e2.CELLS[0]]
    built = first.build((replace(e2.configure(e2.CELLS[0]), epochs=1),), ctx)
    long = {name: np.resize(values, e2.EPOCHS + 1) for name, values in built.items()}
    monkeypatch.setattr(type(first), "load", lambda self, ctx: long)
    evidence = run_check("E2.escape", ctx)
    tables_are_whole(evidence)
    assert evidence.tables[1].rows[0][1] == "17.2"
    assert [a.effect for a in evidence.answers] == [e.id for e in e2.EXPERIMENT.effects]

"""E2: its criteria on made-up variances, and the room on short runs."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from ssl_fixture import short_context, tables_are_whole

from verify.claims.check import Context
from verify.claims.evidence import Answer, Outcome
from verify.engine.worker import missing_capability, run_check
from verify.experiments.e2 import experiment as e2
from verify.experiments.e2 import measure as e2_escape
from verify.experiments.e2.experiment import setup
from verify.experiments.forms import LIVE

pytestmark = pytest.mark.slow  # it trains networks


@pytest.mark.parametrize("check", [c.id for c in e2.CHECKS if c.gates])
def test_gates(check: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    evidence = run_check(check, short_context(tmp_path_factory.mktemp("cache"), ()))
    assert evidence.outcome is Outcome.AS_STATED, evidence.summary + evidence.detail


DIGITS_ESCAPE = setup(LIVE)
EPOCHS = DIGITS_ESCAPE.config.epochs


def made_up(**growths: float) -> e2_escape.Tracks:
    """Variances that grow evenly in training time, by a factor over the whole run at 0.05."""
    tracks = {}
    for cell in e2_escape.CELLS:
        steps = 22 * np.arange(EPOCHS + 1)
        rate = 1.0 if cell.norm == e2_escape.NORMED else growths[cell.activation]
        grown = rate ** (cell.rate / 0.05 * steps / steps[-1])
        tracks[cell] = {
            "steps": steps,
            "losses": -grown,
            "condition": 1 + grown,
        } | {f"variance_{of}": 0.1 * grown for of in ("z", "h", "raw")}
    return tracks


def answers(tracks: e2_escape.Tracks) -> dict[str, Answer]:
    return {a.effect: a.answer for a in e2.answers([tracks])}


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
            tracks[cell] = tracks[cell] | {"variance_z": np.geomspace(1, 1e-3, EPOCHS + 1)}
    found = answers(tracks)
    assert found["flow"] is Answer.NO
    assert found["batchnorm"] is Answer.UNDECIDED
    assert found["time"] is not Answer.YES


def test_one_of_several_does_not_answer_for_all() -> None:
    tracks = made_up(linear=17.2, gelu=6.4, swish=0.9, relu=0.6)
    slow = e2_escape.Cell("relu", e2_escape.PLAIN, 0.005)
    tracks[slow] = tracks[slow] | {"variance_z": np.geomspace(1, 1e-3, EPOCHS + 1)}
    found = answers(tracks)
    assert found["grows"] is found["relu"] is found["time"] is Answer.UNDECIDED


def test_every_run_is_configured_once() -> None:
    assert len({artefact.arguments[1] for artefact in DIGITS_ESCAPE.artefacts}) == 14


def test_growth_at_equal_training_time() -> None:
    tracks = made_up(linear=17.2, gelu=6.4, swish=4.4, relu=0.11)
    assert e2_escape.growth(
        tracks[e2_escape.Cell("swish", e2_escape.PLAIN, 0.05)]
    ) == pytest.approx(4.4)
    slowest = e2_escape.Cell("swish", e2_escape.PLAIN, 0.005)
    slow, fast = e2_escape.at_equal_time(tracks, slowest)
    assert slow == pytest.approx(fast) == pytest.approx(4.4**0.1)


def test_escape(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of one epoch, repeated, stands for every run."""
    ctx = short_context(tmp_path_factory.mktemp("cache"), ())
    first = DIGITS_ESCAPE.artefacts[0]
    source, config, observing = first.arguments
    built = first.build((source, replace(config, epochs=1), observing), ctx)
    long = {name: np.resize(values, EPOCHS + 1) for name, values in built.items()}
    monkeypatch.setattr(type(first), "load", lambda self, ctx: long)
    evidence = run_check("E2.escape", ctx)
    tables_are_whole(evidence)
    assert evidence.tables[1].rows[0][1] == "17.2"
    assert [a.effect for a in evidence.answers] == [e.id for e in e2.EXPERIMENT.effects]


def test_seeds_that_disagree_leave_it_undecided() -> None:
    growing = made_up(linear=17.2, gelu=6.4, swish=4.4, relu=0.11)
    falling = made_up(linear=0.5, gelu=0.5, swish=0.5, relu=0.11)
    found = {a.effect: a for a in e2.answers([growing, falling])}
    assert found["grows"].answer is Answer.UNDECIDED
    assert found["relu"].answer is Answer.YES
    assert found["relu"].value == "0.11 / 0.11"


def test_more_seeds_are_run_in_the_deep_profile_only() -> None:
    (check,) = (check for check in e2.CHECKS if check.id == "E2.escape.seeds")
    standard = Context(seed=0, profile="standard", device="cpu", cache="", rooms={})
    assert "deep profile" in missing_capability(check, standard)
    assert not missing_capability(check, msgspec.structs.replace(standard, profile="deep"))
    assert len(check.artefacts) == 3 * 14

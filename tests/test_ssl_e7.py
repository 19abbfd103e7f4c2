"""E7: its statistics by hand, and its criteria on made-up updates; the room is tested with E2's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ssl_fixture import short_context

from verify.claims.evidence import Answer, Measured, Outcome
from verify.engine.worker import run_check
from verify.experiments.collapse import CELLS, CORE, NORMED, Cell
from verify.experiments.e7 import experiment as e7
from verify.experiments.e7.measure import (
    NORMAL,
    SHRUNK,
    WITH_BATCHNORM,
    Updates,
    arithmetic,
    epochs_geometric,
    geometric,
)
from verify.ssl.training import Start


@pytest.mark.parametrize("check", [c.id for c in e7.CHECKS if c.gates])
def test_gates(check: str, tmp_path: Path) -> None:
    evidence = run_check(check, short_context(tmp_path, ()))
    assert evidence.outcome is Outcome.AS_STATED, evidence.summary + evidence.detail


DRIFT = np.array([[0.5, 2.0], [1.0, 1.0], [0.25, 4.0]])
"""Of three seeds in two epochs: geometric mean 1, arithmetic means 1.25, 1 and 2.125."""


def made_up(plain: float, normed: float, shrunk: float, cells: tuple[Cell, ...] = CELLS) -> Updates:
    """Ratios that drift around a level; within an epoch a step has a third of the ratio of the means."""
    updates = {}
    for cell in cells:
        level = plain if cell.start is Start.NORMAL else shrunk
        ratio = (normed if cell.norm == NORMED else level) * DRIFT
        updates[cell] = {
            "update_backbone": np.full((3, 2), 0.01),
            "update_projector": 0.01 * ratio,
            "update_predictor": 0.02 * ratio,
            "log_ratio": np.log(ratio / 3),
        }
    return updates


def test_the_three_means() -> None:
    runs = made_up(plain=5, normed=1, shrunk=300)[Cell("relu")]
    assert arithmetic(runs) == pytest.approx([375, 300, 637.5])
    assert arithmetic(runs, "predictor") == pytest.approx([750, 600, 1275])
    assert epochs_geometric(runs) == pytest.approx([300] * 3)
    assert geometric(runs) == pytest.approx([100] * 3)


def answers(updates: Updates) -> dict[str, Answer]:
    found: tuple[Measured, ...] = e7.answers(updates)
    return {measured.effect: measured.answer for measured in found}


YES, NO, UNDECIDED = Answer.YES, Answer.NO, Answer.UNDECIDED


@pytest.mark.parametrize(
    ("plain", "normed", "shrunk", "expected"),
    [
        (60, 1, 700, (YES, YES, YES, YES, YES)),
        (60, 20, 15, (YES, NO, YES, NO, NO)),  # typically a third of what the means say
        (15, 1, 300, (YES, YES, NO, YES, YES)),
        (3, 0.05, 4, (NO, NO, NO, UNDECIDED, NO)),  # one seed's mean is just above a tenth ..
        (3, 0.01, 4, (NO, NO, NO, NO, NO)),
    ],
)
def test_criteria(plain: float, normed: float, shrunk: float, expected: tuple[Answer, ...]) -> None:
    found = answers(made_up(plain, normed, shrunk))
    effects = [effect.id for effect in e7.EXPERIMENT.effects]
    assert [found[effect] for effect in effects] == list(expected)


def test_runs_that_disagree_leave_it_undecided() -> None:
    updates = made_up(60, 1, 700)
    updates[Cell("gelu")] = made_up(60, 1, 1)[Cell("gelu")]
    assert answers(updates)["separates"] is UNDECIDED


@pytest.mark.parametrize("normed", [1, 20])
def test_some_runs_do_not_answer_for_every_one(normed: float) -> None:
    """The medium form has four of eight without BatchNorm, one of six with it, and all from the usual start."""
    found = answers(made_up(60, normed, 700, CORE))
    for effect in ("separates", "typical", "batchnorm"):
        assert found[effect] is UNDECIDED, effect
    assert found["usual-start"] is found["start"] is YES
    values = {a.effect: a.value for a in e7.answers(made_up(60, normed, 700, CORE))}
    assert values["separates"].endswith(", in 4 of 8 runs")
    assert values["batchnorm"].endswith(", in 1 of 6 runs")
    denied = answers(made_up(3, normed, 4, CORE))
    assert denied["separates"] is denied["typical"] is UNDECIDED
    assert denied["usual-start"] is NO


def test_every_run_is_read() -> None:
    """Those of the x 0.1 start apart from those of the usual one; those with BatchNorm beside theirs."""
    normal_bn = {cell for cell in CELLS if cell.norm == NORMED and cell.start is Start.NORMAL}
    assert {*SHRUNK, *NORMAL, *WITH_BATCHNORM} == {*CELLS} - normal_bn
    assert all(cell.plain in SHRUNK for cell in WITH_BATCHNORM)
    assert {cell.start for cell in SHRUNK} == {Start.SHRUNK_PROJECTOR}
    assert set(answers(made_up(5, 1, 300, CORE))) == {e.id for e in e7.EXPERIMENT.effects}


def test_the_published_mean_is_one_of_ratios() -> None:
    """Not the ratio of the means, which a large epoch of the backbone draws down."""
    runs = made_up(plain=5, normed=1, shrunk=300)[Cell("relu")]
    drifting = runs | {"update_backbone": np.array([[0.01, 0.04]] * 3)}
    expected = [0.01 * 300 * (a / 0.01 + b / 0.04) / 2 for a, b in DRIFT]
    assert arithmetic(drifting) == pytest.approx(expected)

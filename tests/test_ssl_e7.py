"""E7: relative updates by hand, the criteria on made-up updates, and the room."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from ssl_fixture import short_context, tables_are_whole
from torch import nn

from verify.claims.check import Context
from verify.claims.evidence import Answer, Outcome
from verify.engine.worker import run_check
from verify.experiments.e7 import experiment as e7
from verify.experiments.e7 import measure as e7_updates
from verify.experiments.e7.measure import relative_update

pytestmark = pytest.mark.slow  # it trains networks


def test_relative_update_by_hand() -> None:
    layer = nn.Linear(1, 1)
    layer.weight.data, layer.bias.data = torch.tensor([[3.0]]), torch.tensor([4.0])
    with pytest.raises(ValueError, match="take a step first"):
        relative_update(layer, 0.1)
    (layer(torch.tensor([[2.0]])) * 3).sum().backward()  # gradient (6, 3)
    assert relative_update(layer, 0.1) == pytest.approx(0.1 * 45**0.5 / 5)


@pytest.fixture(scope="module")
def ctx(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return short_context(tmp_path_factory.mktemp("cache"), (e7,))


@pytest.mark.parametrize("check", [c.id for c in e7.CHECKS if c.gates])
def test_gates(check: str, ctx: Context) -> None:
    evidence = run_check(check, ctx)
    assert evidence.outcome is Outcome.AS_STATED, evidence.summary + evidence.detail


def test_updates(ctx: Context) -> None:
    evidence = run_check("E7.updates", ctx)
    tables_are_whole(evidence)
    assert evidence.tables[1].rows[0][2] == "31 to 653"
    assert [a.effect for a in evidence.answers] == [e.id for e in e7.EXPERIMENT.effects]


def made_up(plain: float, normed: float, shrunk: float) -> e7_updates.Updates:
    levels = {e7_updates.PLAIN: plain, e7_updates.NORMED: normed, e7_updates.SHRUNK: shrunk}
    drift = np.array([[0.5, 2.0], [1.0, 1.0], [0.25, 4.0]])  # geometric mean 1 for every seed
    return {
        (activation, variant): {
            "backbone": np.full((3, 2), 0.01),
            "projector": 0.01 * level * drift,
            "predictor": 0.02 * level * drift,
        }
        for activation in e7_updates.ACTIVATIONS
        for variant, level in levels.items()
    }


@pytest.mark.parametrize(
    ("plain", "normed", "shrunk", "expected"),
    [
        (100, 1, 5000, (Answer.YES, Answer.YES, Answer.YES)),
        (5, 0.05, 20, (Answer.NO, Answer.NO, Answer.NO)),
        (5, 6, 60, (Answer.NO, Answer.NO, Answer.YES)),
    ],
)
def test_criteria(plain: float, normed: float, shrunk: float, expected: tuple[Answer, ...]) -> None:
    updates = made_up(plain, normed, shrunk)
    assert e7_updates.ratios(updates["relu", e7_updates.PLAIN]) == pytest.approx([plain] * 3)
    assert tuple(a.answer for a in e7.answers(updates)) == expected


def test_activations_that_disagree_leave_it_undecided() -> None:
    updates = made_up(100, 1, 5000) | {
        ("relu", e7_updates.PLAIN): made_up(5, 1, 1)["relu", e7_updates.PLAIN]
    }
    assert e7.answers(updates)[0].answer is Answer.UNDECIDED

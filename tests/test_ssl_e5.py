"""E5: bending of orbits against loops in NumPy, its criteria on made-up orbits, and the room."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from ssl_fixture import short_context, tables_are_whole
from torch import Tensor

from verify.claims.check import Context
from verify.claims.evidence import Answer, Outcome
from verify.engine.worker import run_check
from verify.experiments.e5 import experiment as e5
from verify.experiments.e5 import measure as e5_curvature
from verify.experiments.e5.measure import COUNT, HALVINGS, Cells, bending
from verify.experiments.networks import TRAINED
from verify.ssl.measurements import Protocol

pytestmark = pytest.mark.slow  # it trains networks


def test_bending_by_definition() -> None:
    points = np.random.default_rng(0).normal(size=(2, 5, 3))
    found = bending(torch.tensor(points))
    for index, curve in enumerate(points):
        steps = [b - a for a, b in itertools.pairwise(curve)]
        pairs = list(itertools.pairwise(steps))
        cosines = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in pairs]
        expected = (
            np.mean([np.linalg.norm(s) for s in steps]),
            np.mean([np.linalg.norm(b - a) for a, b in pairs]),
            np.mean([math.acos(c) for c in cosines]),
        )
        values = (found.step[index], found.second[index], found.turning[index])
        assert [v.item() for v in values] == pytest.approx(expected, rel=1e-12)


def test_halving_the_step_tells_curves_from_kinks() -> None:
    t = torch.linspace(-1, 1, 401, dtype=torch.float64)
    smooth = torch.stack([t, t.exp()], 1)[None]
    kicks = torch.randn(1, 2**17, 2, generator=torch.Generator().manual_seed(0)).double()
    kinked = kicks.cumsum(1).cumsum(1)
    for curve, strides, second in ((smooth, (4, 2), 4), (kinked, (64, 32), 2**1.5)):
        coarse, fine = (bending(curve[:, ::stride]) for stride in strides)
        assert (coarse.second / fine.second).item() == pytest.approx(second, rel=0.05)
    coarse, fine = (bending(smooth[:, ::stride]) for stride in (4, 2))
    assert (coarse.turning / fine.turning).item() == pytest.approx(2, rel=0.02)


@pytest.fixture(scope="module")
def ctx(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return short_context(tmp_path_factory.mktemp("cache"), (e5,))


@pytest.mark.parametrize("check", [c.id for c in e5.CHECKS if c.gates])
def test_gates(check: str, ctx: Context) -> None:
    evidence = run_check(check, ctx)
    assert evidence.outcome is Outcome.AS_STATED, evidence.summary + evidence.detail


def test_curvature(ctx: Context) -> None:
    evidence = run_check("E5.curvature", ctx)
    tables_are_whole(evidence)
    assert evidence.tables[2].rows[0][2:5] == ("0.125", "0.242", "1.93")
    assert [a.effect for a in evidence.answers] == [e.id for e in e5.EXPERIMENT.effects]


def arcs(degrees: float, size: float) -> Tensor:
    """Forty circular arcs that turn by so many degrees at each coarse step, of this radius."""
    steps = torch.arange(4 * COUNT, dtype=torch.float64)
    angles = math.radians(degrees) / 2**HALVINGS * steps
    noise = 1e-3 * torch.randn(40, 1, 1, generator=torch.Generator().manual_seed(0)).double()
    flat = torch.stack([angles.cos(), angles.sin()], 1)[None]
    return (size + noise) * flat


@pytest.mark.parametrize(
    ("degrees", "size", "curvature", "turning"),
    [
        (20.0, 1.0, Answer.YES, Answer.YES),
        (5.0, 1.0, Answer.NO, Answer.NO),
        (10.0, 1.0, Answer.UNDECIDED, Answer.UNDECIDED),
        (20.0, 0.1, Answer.NO, Answer.YES),
    ],
)
def test_criteria(degrees: float, size: float, curvature: Answer, turning: Answer) -> None:
    cell = e5_curvature.compare(arcs(10.0, 1.0), arcs(degrees, size))
    cells: Cells = {(TRAINED, protocol): [cell] * 3 for protocol in Protocol}
    answers = {a.effect: a.answer for a in e5.answers(cells)}
    assert (answers["curvature"], answers["turning"]) == (curvature, turning)
    assert answers["protocol"] is curvature

"""E5: bending of orbits against loops in NumPy, its criteria on made-up orbits, and the room."""

from __future__ import annotations

import itertools
import math
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from ssl_fixture import short_context, tables_are_whole
from torch import Tensor, nn

from verify.claims.check import Context
from verify.claims.evidence import Answer, Outcome
from verify.engine.worker import run_check
from verify.experiments.e5 import experiment as e5
from verify.experiments.e5 import measure as e5_curvature
from verify.experiments.e5.measure import COUNT, HALVINGS, Cells, Way, bending
from verify.experiments.networks import TRAINED, Run
from verify.ssl.augment import rotation_orbit
from verify.ssl.data import Dataset
from verify.ssl.measurements import unit
from verify.ssl.training import Networks

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
    cells: Cells = {(TRAINED, way): [cell] * 3 for way in Way}
    answers = {a.effect: a.answer for a in e5.answers(cells)}
    assert (answers["curvature"], answers["turning"]) == (curvature, turning)
    assert answers["protocol"] is answers["published"] is curvature


@pytest.mark.parametrize(("turned", "few"), [((11.0, 20.0, 60.0), True), ((9.0, 4.0, 1.0), False)])
def test_seeds_that_agree_but_lie_far_apart_decide_nothing(
    turned: tuple[float, ...], few: bool
) -> None:
    """Each seed's interval lies on one side of 1, that over seeds and images on neither."""
    each = [e5_curvature.compare(arcs(10.0, 1.0), arcs(degrees, 1.0)) for degrees in turned]
    intervals = [cell.intervals["turning"] for cell in each]
    assert all((i.low > 1) is few and (i.high < 1) is not few for i in intervals)
    cells: Cells = {(TRAINED, way): each for way in Way}
    assert {a.answer for a in e5.answers(cells)} == {Answer.UNDECIDED}


def test_every_answer_is_about_its_own_orbits() -> None:
    """Where one way alone is not bent, the effects that rest on it say no, and the others yes."""
    bent, straight = (e5_curvature.compare(arcs(10.0, 1.0), arcs(d, 1.0)) for d in (20.0, 5.0))
    resting = {
        Way.PUBLISHED: {"published"},
        Way.RAW: {"curvature", "turning"},
        Way.NORMALISED: {"protocol"},
    }
    for way, effects in resting.items():
        cells: Cells = {(TRAINED, other): [straight if other is way else bent] * 3 for other in Way}
        found = {a.effect for a in e5.answers(cells) if a.answer is Answer.NO}
        assert found == effects


class Flat(nn.Module):
    """The pixels as they are, less 1 in the first: a head that is no multiple of its input."""

    def __init__(self, less: float) -> None:
        super().__init__()
        self.less = less

    def forward(self, values: Tensor) -> Tensor:
        """Vectors of images or of vectors."""
        flat = values.flatten(1)
        return flat - self.less * torch.eye(flat.shape[1])[0]


def test_orbits_are_made_as_published() -> None:
    """Against Pillow's rotation to the nearest pixel: 10 angles from 0 to 45 degrees, raw z to the head.

    The two differ at 45 degrees, where the diagonals fall between two pixels.
    """
    images = torch.rand(6, 1, 10, 10, generator=torch.Generator().manual_seed(0))
    networks = Networks(Flat(0).eval(), Flat(1).eval(), nn.Identity())
    run = Run(0, networks, networks, networks, {})
    labels = torch.arange(6)
    dataset = Dataset("made up", "here", images, labels, images, labels)
    form = SimpleNamespace(bent=None)
    cells = e5_curvature.measure(form, [run], dataset)  # type: ignore[arg-type]
    curves = {"z": [], "h": []}
    for image in images[:, 0].numpy():
        turned = [
            np.asarray(Image.fromarray(image).rotate(angle, Image.Resampling.NEAREST)).ravel()
            for angle in np.linspace(0, 45, 10)
        ]
        first = np.eye(100)[0]
        for name, points in (("z", turned), ("h", [point - first for point in turned])):
            units = np.array([point / np.linalg.norm(point) for point in points])
            second = np.linalg.norm(units[2:] - 2 * units[1:-1] + units[:-2], axis=1)
            curves[name].append(second.mean())
    (cell,) = cells[TRAINED, Way.PUBLISHED]
    assert cell.z[0]["second"] == pytest.approx(np.mean(curves["z"]), rel=5e-3)
    assert cell.h[0]["second"] == pytest.approx(np.mean(curves["h"]), rel=5e-3)
    (smooth,) = cells[TRAINED, Way.RAW]
    assert smooth.z[0]["second"] < 0.8 * cell.z[0]["second"]  # interpolation takes the jumps out
    angles = torch.deg2rad(e5_curvature.FIRST + 5 * torch.arange(10))
    raw, first = rotation_orbit(images, angles).flatten(2), torch.eye(100)[0]
    for way, values in ((Way.RAW, raw), (Way.NORMALISED, unit(raw))):
        second = bending(unit(values - first)).second.mean().item()
        assert cells[TRAINED, way][0].h[0]["second"] == pytest.approx(second, rel=1e-3)
    assert "turning" not in cell.intervals


def test_a_ratio_and_its_interval_are_at_the_published_step() -> None:
    """Of h every other point is off the arc by so little that only the finest step sees it."""
    z, h = arcs(10.0, 1.0), arcs(20.0, 1.0)
    h[:, 1::2] *= 1.01
    cell = e5_curvature.compare(z, h)
    expected = (bending(h[:, ::4]).second.mean() / bending(z[:, ::4]).second.mean()).item()
    finest = (bending(h).second.mean() / bending(z).second.mean()).item()
    assert abs(finest - expected) > 0.5
    assert cell.ratio("second") == pytest.approx(expected)
    assert tuple(cell.intervals["second"]) == pytest.approx(
        (expected, expected)
    )  # all orbits are one


def test_interpolated_orbits_begin_off_the_grid() -> None:
    """At 0 degrees, and at every quarter turn, interpolation has a kink; no angle is one of these."""
    asked = []

    class Looking:
        def compared(self, images: Tensor, orbit: partial[Tensor]) -> list[object]:
            """What is asked of a run."""
            asked.append(torch.rad2deg(orbit.keywords["angles"]))
            return []

    images, labels = torch.rand(3, 1, 4, 4), torch.zeros(3, dtype=torch.int64)
    dataset = Dataset("made up", "here", images, labels, images, labels)
    e5_curvature.measure(SimpleNamespace(bent=None), [Looking()], dataset)  # type: ignore[arg-type, list-item]
    jumps, fine = asked
    assert jumps.tolist() == pytest.approx(list(range(0, 50, 5)))
    assert fine.diff().tolist() == pytest.approx([1.25] * 36, abs=1e-4)
    assert fine[0].item() == pytest.approx(13.75, abs=0.01)  # a tenth of the golden angle

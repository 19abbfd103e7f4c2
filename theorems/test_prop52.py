"""Proposition 5.2: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pytest
import sympy as sp
import torch
from torch import nn

from theorems.prop52 import CHECKS, STATEMENT, curves, refutations, scale, trained
from verify.claims.check import Context
from verify.claims.evidence import Answer, Outcome
from verify.ssl.rotation_orbits import Orbits


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check(check, assert_as_stated):
    assert_as_stated(check)


def test_verdicts(assert_verdicts):
    assert_verdicts(STATEMENT, CHECKS)


ASTRAY = refutations.Orbit(
    refutations.z1 * refutations.z2**2,
    (refutations.z1 - 1, refutations.z2 + refutations.t),
    (sp.S.One, sp.S.Zero),
)
"""h is 0 on a line that does not run through z: T_0 z = z - e_1."""

CORNERED = refutations.Orbit(
    sp.sqrt((refutations.z1 - 1) ** 2 + refutations.z2**2) + refutations.z1 - 1,
    (refutations.z1 + refutations.t, refutations.z2),
    (sp.S.Zero, sp.S.Zero),
    time=sp.Integer(2),
)
"""h is analytic at z, and has the tip of a cone on the orbit."""


def test_the_converse_is_about_short_times():
    # The ledge is 0 up to 1: constant near 0, and 1 at t = 2.
    ctx = Context(seed=0, profile="smoke", device="cpu", cache="", rooms={})
    assert refutations.moving(refutations.LEDGE, "converse", ctx).outcome is Outcome.SURPRISE


@pytest.mark.parametrize(
    ("reading", "hypothesis", "model"),
    [
        (  # another knot
            "collapse",
            "smooth",
            replace(refutations.LEDGE, h=refutations.LEDGE.h + sp.Max(refutations.z1, 5)),
        ),
        ("effective", "invariant", replace(refutations.BOWL, at=(sp.S.Zero, sp.S.Zero))),  # at rest
        ("effective-kernel", "invariant", ASTRAY),
        ("converse", "singular", ASTRAY),
        ("collapse", "smooth", CORNERED),
        (  # invariant at t = 0 alone
            "effective",
            "invariant",
            replace(refutations.BOWL, h=refutations.z1**2 + 2 * refutations.z2**2, reach=sp.S.Zero),
        ),
    ],
)
def test_what_is_not_smooth_everywhere_or_not_an_orbit_of_the_point_fails(
    reading, hypothesis, model
):
    assert not refutations.hypotheses(model, reading)[hypothesis][1]


@pytest.mark.parametrize(("slope", "bent"), [(1.5, 0.0), (0.0, 2.0), (-1.0, 1.0), (0.5, -0.25)])
def test_parabolas_in_closed_form(slope, bent):
    # Oracle: the same curve on a fine grid.
    case = curves.Parabola(slope, bent, 1.5)
    s = torch.linspace(0, case.size, 100_001, dtype=torch.float64)
    phi, slopes = slope * s + bent * s**2 / 2, slope + bent * s
    assert case.variance == pytest.approx(float(phi.var(correction=0)), rel=1e-4)
    assert case.diameter == pytest.approx(float(phi.max() - phi.min()), rel=1e-8)
    assert case.steepest == pytest.approx(float(slopes.abs().max()))
    assert case.apart == pytest.approx(float((phi[-1] - phi[0]).abs()))


def test_means_over_a_curve_are_those_of_its_series():
    # Oracle: Parseval, half of the sum of the squares of the coefficients.
    cosine = torch.tensor([[1.0, 2.0], [0.5, -1.0], [0.0, 3.0]], dtype=torch.float64)
    sine = torch.tensor([[-2.0, 0.0], [1.0, 1.0], [0.25, 0.0]], dtype=torch.float64)
    for case in (
        curves.Curve(cosine, torch.zeros_like(sine), 2.5, False),
        curves.Curve(cosine, sine, 1.5, True),
    ):
        squares = (case.cosine**2 + case.sine**2).sum(1) / 2
        assert case.variance == pytest.approx(float(squares.sum()))
        assert case.energy == pytest.approx(float(squares @ case.frequencies**2))


def test_what_orbits_take_up_of_their_bounds_is_told_apart_from_what_checks_their_lengths(
    monkeypatch,
):
    # Oracle: a circle that the head halves. Its diameter is 2 / pi of the bound, its variance reaches
    # it, and the polygon of 64 points has 64 sin(pi / 64) / pi of the length.
    angle = (torch.arange(64, dtype=torch.float64) + 0.5) * (2 * torch.pi / 64)
    z = torch.stack([angle.cos(), angle.sin()], 1).expand(3, -1, -1)
    turned = torch.stack([-angle.sin(), angle.cos()], 1).expand(3, -1, -1)
    found = Orbits(z=z, h=z / 2, velocity=turned, pushed=turned / 2)
    spread, around = trained.bounds(found), trained.polygons(found)
    taken = [round(float(ratio.max()), 4) for ratio in (*spread.values(), *around.values())]
    assert taken == [0.6366, 0.6366, 1.0, 1.0, 0.9996, 0.9996]
    flat = {name: ratio / 10 for name, ratio in spread.items()}
    for name, instead in {
        "load_digits": lambda: None,
        "first_images": lambda dataset, count: (torch.zeros(3, 1), None),
        "networks": lambda ctx, dataset: iter([(0, trained.TRAINED, None)]),
        "rotation_orbits": lambda network, images: found,
        "bounds": lambda orbits: flat,
    }.items():
        monkeypatch.setattr(trained, name, instead)
    finding = trained.chain(None)
    assert "diameter and variance of the image are at most 0.10 of their bounds." in finding.summary
    assert "is at most 1.00 of the length found" in finding.summary
    assert "Allowed is 1.1 of either" in finding.summary
    assert finding.margin == pytest.approx(0.9996 / 1.1, abs=1e-4)


def test_a_head_that_scales_gains_the_same_in_every_direction():
    # Oracle: |c b|^2 = c^2 for every unit vector b, of the orbits, random and between the classes.
    generator = torch.Generator().manual_seed(0)
    head = nn.Linear(3, 3, bias=False).double()
    nn.init.eye_(head.weight).data.mul_(-1.5)
    z, velocity = (torch.randn(4, 8, 3, generator=generator).double() for _ in range(2))
    found = trained.gains(
        SimpleNamespace(projector=nn.Sequential(head)),
        Orbits(z=z, h=head(z).detach(), velocity=velocity, pushed=-1.5 * velocity),
        torch.tensor([0, 0, 5, 7]),
    )
    assert set(found) == {"orbit", "random", "class"}
    for gain in found.values():
        assert gain.tolist() == pytest.approx([2.25] * 4)


@pytest.mark.parametrize(
    ("gains", "said", "answer"),
    [
        (  # |J b|^2 along the orbit, of random directions, and between classes
            (1.0, 4.0, 9.0),
            "3.00 (3.00, 3.00, 3.00) times as far as one along a rotation orbit",
            Answer.YES,
        ),
        (
            (9.0, 4.0, 1.0),
            "0.33 (0.33, 0.33, 0.33) times as far as one along a rotation orbit",
            Answer.NO,
        ),
    ],
)
def test_semantics_are_preserved_where_steps_between_classes_are_the_longer_ones(
    monkeypatch, gains, said, answer
):
    images, classes = torch.zeros(6, 1), torch.arange(6) // 3
    found = dict(zip(("orbit", "random", "class"), gains, strict=True))
    nothing = dict.fromkeys(found, 1.0)  # of the controls, which keep all lengths

    def made_up(network, orbits, labels):
        each = found if network == trained.TRAINED else nothing
        return {key: torch.full((6,), gain, dtype=torch.float64) for key, gain in each.items()}

    every = [(seed, name, name) for seed in range(3) for name in trained.NAMES]
    for name, instead in {
        "load_digits": lambda: None,
        "first_images": lambda dataset, count: (images, classes),
        "networks": lambda ctx, dataset: iter(every),
        "rotation_orbits": lambda network, images, every: None,
        "gains": made_up,
    }.items():
        monkeypatch.setattr(trained, name, instead)
    finding = trained.semantics(None)
    assert finding.summary.startswith(f"Semantics are preserved: {answer}. ")
    assert f"moves the trained head's output {said}" in finding.summary
    assert f"Owed to training: {answer}." in finding.summary
    assert f"orbits are contracted more than random directions: {answer}." in finding.summary


def _times(factor, compute):
    """A function with all that it returns multiplied."""

    def scaled(*given):
        found = compute(*given)
        return tuple(factor * x for x in found) if isinstance(found, tuple) else factor * found

    return scaled


@pytest.mark.parametrize(
    ("where", "name", "change", "outcome"),
    [
        pytest.param(torch, "cdist", partial(_times, 1), "as stated", id="as it should be"),
        pytest.param(
            torch.linalg, "qr", partial(_times, 1.001), "surprise", id="the circle is too wide"
        ),
        pytest.param(
            torch, "cdist", partial(_times, 1.001), "surprise", id="distances tell another variance"
        ),
        pytest.param(
            torch.func,
            "jvp",
            lambda jvp: lambda *given: (jvp(*given)[0], 1.02 * jvp(*given)[1]),
            "surprise",
            id="slopes are steeper than differences",
        ),
        pytest.param(
            torch.func,
            "jvp",
            partial(_times, 1.1),
            "surprise",
            id="the head on the arc is not the one at its ends",
        ),
        *(
            pytest.param(
                scale.bounds, name, partial(_times, 0.1), "surprise", id=f"beyond the bound {name}"
            )
            for name in ("ends_apart", "slope_variance", "poincare")
        ),
    ],
)
def test_the_spread_at_production_size_is_red_where_one_condition_fails(
    monkeypatch, where, name, change, outcome
):
    monkeypatch.setattr(scale, "WIDTHS", (6, 9, 9))
    monkeypatch.setattr(where, name, change(getattr(where, name)))
    ctx = Context(seed=0, profile="smoke", device="cpu", cache="", rooms={})
    assert scale.spread(ctx).outcome == Outcome(outcome)

"""Theorem 5.1: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp
import torch

from theorems.thm51 import CHECKS, STATEMENT, scale, trained
from theorems.thm51.refutations import (
    HEAT,
    KINK,
    ROTATIONS,
    SMOOTH,
    OneSided,
    hypotheses,
    not_a_subspace,
    not_of_z,
    t,
    x1,
    x2,
)
from verify.claims.check import Context
from verify.claims.evidence import Outcome

CTX = Context(seed=0, profile="smoke", device="cpu", cache="", rooms={})


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check(check, assert_as_stated):
    assert_as_stated(check)


def test_verdicts(assert_verdicts):
    assert_verdicts(STATEMENT, CHECKS)


def test_a_family_that_does_not_start_at_the_identity_is_no_orbit():
    assert not hypotheses(replace(ROTATIONS, family=(x1 + 1, x2 + t)))["orbit"][1]


def test_an_equivariant_encoder_refutes_nothing():
    inputs = ((sp.S.One, sp.S.Zero), (sp.S.Zero, sp.S.One))
    model = replace(ROTATIONS, encoder=x1**2 + x2**2, inputs=inputs)
    assert not_of_z(model, "of-z", None).outcome is Outcome.SURPRISE


def test_singular_values_of_tangents_are_those_of_units_over_the_largest():
    # Oracle: orthogonal columns of any length, one of them twice: sqrt 2, seven times 1, and 0.
    lengths = torch.arange(1, 9, dtype=torch.float64)
    found = scale._singular_values(torch.eye(10, 8, dtype=torch.float64) * lengths)
    assert found.tolist() == pytest.approx([1, *[2**-0.5] * 7, 0], abs=1e-15)


def test_the_rank_of_tangents_is_the_least_over_the_images():
    # Oracle: orthogonal columns; of the second image the last one is nothing beside the others.
    columns = torch.eye(5, 3, dtype=torch.float64).repeat(2, 1, 1)
    columns[1, :, 2] = columns[1, :, 1]
    rank, least = trained._gap(columns)
    assert rank == 2
    assert least == pytest.approx(0, abs=1e-12)
    assert trained._gap(columns[:1]) == (3, pytest.approx(1))


@pytest.mark.parametrize(
    ("model", "mild", "outcome"),
    [
        pytest.param(KINK, SMOOTH, "as stated", id="as it should be"),
        pytest.param(
            OneSided((sp.sqrt(sp.Abs(t)), sp.S.Zero), both=False),
            SMOOTH,
            "surprise",
            id="the velocity is infinite",
        ),
        pytest.param(SMOOTH, SMOOTH, "surprise", id="the velocities form a line"),
        pytest.param(KINK, HEAT, "surprise", id="the mild orbit has a ray as well"),
    ],
)
def test_a_ray_is_shown_only_by_a_ray_beside_a_line(model, mild, outcome):
    assert not_a_subspace(model, mild, CTX).outcome == Outcome(outcome)


VALUES = (1.0, 0.7, 1e-2, 1e-16)
"""Singular values over the largest; the last one of a repeated parameter."""

DEPENDENT = (1.0, 0.7, 1e-10, 1e-16)
SEEN = (1.0, 0.7, 1e-2, 1e-8)


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        pytest.param(VALUES, "as stated", id="as it should be"),
        pytest.param(DEPENDENT, "surprise", id="two tangents of one picture are parallel"),
        pytest.param(SEEN, "surprise", id="a repeated parameter counts in one picture"),
    ],
)
def test_the_gap_of_the_rank_is_red_where_one_side_of_it_fails(monkeypatch, values, outcome):
    found = iter(torch.tensor([VALUES, values, VALUES], dtype=torch.float64))
    monkeypatch.setattr(scale, "SAMPLE", 3)
    monkeypatch.setattr(scale, "tangents", lambda *_: None)
    monkeypatch.setattr(scale, "_singular_values", lambda _: next(found))
    assert scale.spectrum(CTX).outcome == Outcome(outcome)


@pytest.mark.parametrize(
    ("values", "order", "outcome"),
    [
        pytest.param(VALUES, 2, "as stated", id="as it should be"),
        pytest.param(DEPENDENT, 2, "surprise", id="two tangents of one image are parallel"),
        pytest.param(SEEN, 2, "surprise", id="a repeated parameter counts in one image"),
        pytest.param(VALUES, 1, "surprise", id="differences approach the tangents at first order"),
        pytest.param(VALUES, 3, "surprise", id="differences approach the tangents at third order"),
    ],
)
def test_tangents_at_production_width_are_red_where_one_condition_fails(
    monkeypatch, values, order, outcome
):
    found = iter(torch.tensor([VALUES, values, VALUES, VALUES], dtype=torch.float64))
    monkeypatch.setattr(scale, "_production", lambda *_: None)
    monkeypatch.setattr(scale, "tangents", lambda *_: torch.eye(9, 8, dtype=torch.float64))
    monkeypatch.setattr(scale, "_singular_values", lambda _: next(found))
    monkeypatch.setattr(
        scale,
        "differences",
        lambda path, at, steps: scale.tangents() + steps[0] ** order,
    )
    assert scale.production(CTX).outcome == Outcome(outcome)


KINKED = torch.ones(5, 4, dtype=torch.float64)
"""Derivatives from above in rotation, two shifts and a scaling; those from below are their negatives."""

ROTATION, RIGHT = 0, 1


def _with(column, value, matrix=KINKED):
    changed = matrix.clone()
    changed[:, column] = value
    return changed


FOUND = {
    "below": -KINKED,
    "differences": -KINKED,
    "direct": torch.tensor([0, 1, -1, 0], dtype=torch.float64).expand(5, 4),
}


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        pytest.param({}, "as stated", id="as it should be"),
        pytest.param(
            dict.fromkeys(("below", "differences"), _with(RIGHT, 1 - 5e-7, -KINKED)),
            "surprise",
            id="one parameter has no kink",
        ),
        pytest.param(
            {"differences": _with(RIGHT, -1.05, -KINKED)},
            "surprise",
            id="differences tell another gap",
        ),
        pytest.param(
            {"direct": _with(RIGHT, 0.0, FOUND["direct"])},
            "surprise",
            id="autodiff misses both derivatives of a shift",
        ),
        pytest.param(
            {"direct": _with(ROTATION, 1.0, FOUND["direct"])},
            "surprise",
            id="autodiff finds a derivative of a rotation",
        ),
    ],
)
def test_kinks_are_red_where_one_condition_fails(monkeypatch, change, outcome):
    found = FOUND | change
    monkeypatch.setattr(scale, "SAMPLE", 2)
    monkeypatch.setattr(scale, "tangents", lambda *_: found["direct"])
    for name, key in (("one_sided", "below"), ("one_sided_difference", "differences")):
        monkeypatch.setattr(
            scale, name, lambda image, side, *_, key=key: KINKED if side > 0 else found[key]
        )
    assert scale.kinks(CTX).outcome == Outcome(outcome)

"""Theorem 3.1: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import sympy as sp
import torch

from theorems.thm31 import CHECKS, STATEMENT, properties_linear, refutations, trained
from verify.numeric.objectives import OBJECTIVES, BarlowWeight
from verify.ssl.data import load_digits
from verify.ssl.training import untrained


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check(check, assert_as_stated):
    assert_as_stated(check)


def test_verdicts(assert_verdicts):
    assert_verdicts(STATEMENT, CHECKS)


def test_blocks_are_those_of_the_whole_hessian():
    loss = OBJECTIVES["barlow_twins"].bind(BarlowWeight())
    u = torch.randn(6, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    whole = loss.dense_hessian(u).reshape(6, 3, 6, 3)
    found = trained.blocks(loss, u, 2)
    for row in range(2):
        assert torch.allclose(found[row], whole[row, :, row], rtol=1e-9, atol=1e-12)


def test_condition_leaves_out_what_is_not_positive():
    matrix = torch.diag(torch.tensor([4.0, 2.0, 0.0, -3.0], dtype=torch.float64))
    assert trained.condition(matrix) == (2.0, 2)


def test_the_measurement_gates_nothing():
    (check,) = (check for check in CHECKS if check.id == "thm31.affine.trained")
    assert not check.gates


def test_the_bound_of_the_bowl_is_compared_exactly():
    # Its form attains 4/27 at |u|^2 = 2: in floating point the second bound would not tell.
    at = (Fraction(1), Fraction(1))
    assert properties_linear.radial_ratio(at) == 1
    assert properties_linear.radial_ratio(at, Fraction(4, 27) - Fraction(1, 10**30)) == math.inf


@pytest.mark.parametrize(
    ("setting", "reading", "added"),
    [
        (refutations.BOWL, "linear-smaller", "smaller"),
        (refutations.PARABOLOID, "stays-fixed-full", "full"),
    ],
)
def test_a_counterexample_lacks_only_what_is_added(setting, reading, added):
    # Where the hypothesis fails that these two readings add, their conclusions do too: it is needed.
    found = refutations.hypotheses(setting, reading)
    assert [id for id, (_, holds) in found.items() if not holds] == [added]


def test_the_counterexample_of_factor_one_is_whitened_up_to_a_factor():
    # Oracle: d^2/dz^2 sqrt(1 + 2 z^2) at 1 by hand, 2 / 3^(3/2), where w = sqrt 2.
    # What it meets, a definite Hessian everywhere, is more than `linear-factor` asks for.
    found = refutations.hypotheses(refutations.BOWL, "linear-metric")
    assert all(holds for _, holds in found.values())
    z = sp.Symbol("z", real=True)
    loss = refutations.BOWL.loss.subs(refutations.u1, sp.sqrt(2) * z)
    assert loss.diff(z, 2).subs(z, 1) == 2 / (3 * sp.sqrt(3))


def _state(**more: float) -> trained.Conditions:
    return trained.Conditions(**dict.fromkeys(trained.Conditions._fields, 1.0) | more)


def test_a_head_whitens_where_its_condition_number_is_the_smaller(monkeypatch):
    # Oracle: made-up states, of which two of three are better through the head.
    after = [_state(loss=8.0, effective=effective) for effective in (2.0, 4.0, 9.0)]
    pairs = [(_state(), state) for state in after]
    monkeypatch.setattr(trained, "states", lambda ctx, name, dataset: iter(pairs))
    monkeypatch.setattr(trained, "load_digits", lambda: None)
    summary = trained.whitening(None).summary
    heads = sum(config.projector is not None for config in trained.CONFIGS.values())
    told = "kappa 2 to 9 through the head against 8 to 8 of the loss alone, better in 2 of 3 seeds"
    assert summary.count(told) == heads > 0


def test_without_a_head_there_is_nothing_to_whiten_with():
    digits = load_digits()
    config = trained.CONFIGS["InfoNCE, no head"]
    found = trained.conditions(untrained(config, digits), config, digits.train_images)
    assert found.effective == found.loss > 1
    assert found.head == 1

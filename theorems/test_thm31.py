"""Theorem 3.1: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch

from theorems.thm31 import CHECKS, STATEMENT, properties_linear, trained
from verify.numeric.objectives import OBJECTIVES, BarlowWeight


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

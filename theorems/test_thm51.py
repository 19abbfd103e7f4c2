"""Theorem 5.1: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp
import torch

from theorems.thm51 import CHECKS, STATEMENT, scale, trained
from theorems.thm51.refutations import ROTATIONS, hypotheses, not_of_z, t, x1, x2
from verify.claims.evidence import Outcome


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

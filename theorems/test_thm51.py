"""Theorem 5.1: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp

from theorems.thm51 import CHECKS, STATEMENT
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

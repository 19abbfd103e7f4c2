"""Theorem 5.3: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp

from theorems.thm53 import CHECKS, STATEMENT, latents


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check(check, assert_as_stated):
    assert_as_stated(check)


def test_verdicts(assert_verdicts):
    assert_verdicts(STATEMENT, CHECKS)


def test_moments_of_the_normal_law_are_derivatives_of_its_generating_function():
    mean, variance, t = sp.symbols("mean variance t")
    generating = sp.exp(mean * t + variance * t**2 / 2)
    for order in range(7):
        expected = generating.diff(t, order).subs(t, 0)
        assert sp.expand(latents.normal_moment(order, mean, variance) - expected) == 0


@pytest.mark.parametrize(("h", "rank"), [(sp.S.One, 0), (latents.z1, 1)])
def test_moments_certify_no_more_rank_than_there_is(h, rank):
    assert replace(latents.PARABOLA, h=h).moment_rank == rank


@pytest.mark.parametrize(
    ("reading", "hypothesis", "model"),
    [
        ("invariant", "invariant", replace(latents.PARABOLA, orbit=latents.z)),  # at rest
        ("law", "law", latents.PARABOLA),  # not decided
    ],
)
def test_what_is_at_rest_or_not_decided_fails(reading, hypothesis, model):
    assert not latents.hypotheses(model, reading)[hypothesis][1]


def test_what_a_mean_tells_is_divided_by_the_variance():
    # Oracle: the Fisher matrix of N(theta, s) is 1 / s.
    assert latents.CIRCLE.information == sp.diag(1, sp.Rational(1, 4))

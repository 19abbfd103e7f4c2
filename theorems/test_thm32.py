"""Theorem 3.2: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import NamedTuple

import pytest
import sympy as sp
import torch
from torch.autograd.functional import hessian, jacobian

from theorems.thm32 import CHECKS, STATEMENT, fitting, properties, refutations
from verify.claims.check import Context
from verify.claims.evidence import Outcome
from verify.numeric.activations import TANH
from verify.numeric.heads import Head


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check(check, assert_as_stated):
    assert_as_stated(check)


def test_verdicts(assert_verdicts):
    assert_verdicts(STATEMENT, CHECKS)


def test_isotropy_errors_are_what_autograd_finds():
    # Oracle: automatic differentiation of the loss, of the network and of the composition, norms by SVD.
    draw = torch.Generator().manual_seed(6)
    shapes = ((5, 2), (2, 5), (5,), (2,), (3, 2))
    w, v, b, a, z = (torch.randn(s, generator=draw, dtype=torch.float64) for s in shapes)
    network, c = Head([w, v], [b, a], TANH), 0.7
    errors, shares = fitting.isotropy_errors(network, c, z)
    for x, error, share in zip(z, errors, shares, strict=True):
        j, inner = jacobian(network, x), hessian(fitting.LOSS, network(x))
        whole = hessian(lambda x: fitting.LOSS(network(x)), x) / c - torch.eye(2)
        assert float(error) == pytest.approx(float(torch.linalg.matrix_norm(whole, ord=2)))
        assert float(share) == pytest.approx(
            float(torch.linalg.matrix_norm(j.T @ inner @ j, ord=2)) / c
        )


def test_the_width_beyond_which_the_error_rises_is_named(monkeypatch):
    errors = (1.0, 1e-3, 1e-8, 1e-10, 1e-9)
    rows = [fitting.Measured(0, error, 0) for error in errors]
    monkeypatch.setattr(fitting, "measure", lambda ctx, name: rows)
    found = fitting.networks(None)
    assert "(least at width 600)" in found.summary
    assert found.plots[0].title.startswith("Up to width 600 ")


@pytest.mark.parametrize(
    ("errors", "title"),
    [
        ((0.5, 0.9, 0.95, 1e-10, 1e-9), "Wider networks are not always closer to isotropic"),
        ((1.0, 1e-3, 2e-3, 1e-10, 1e-9), "Up to width 60 wider networks are closer to isotropic"),
        ((1.0, 1e-3, 1e-4, 1e-5, 1e-6), "Up to width 2000 wider networks are closer to isotropic"),
    ],
)
def test_a_title_names_a_width_up_to_which_every_curve_falls(monkeypatch, errors, title):
    falling = (1.0, 1e-2, 1e-4, 1e-6, 1e-8)
    curves = {name: errors if name == "arc" else falling for name in fitting.CURVES}
    monkeypatch.setattr(
        fitting, "measure", lambda ctx, name: [fitting.Measured(0, e, 0) for e in curves[name]]
    )
    assert fitting.networks(None).plots[0].title.startswith(title)


CONTEXT = Context(seed=0, profile="smoke", device="cpu", cache="", rooms={})

TRIED = [
    (refutations.bounded, refutations.WAVE, "identity"),
    (refutations.bent, refutations.BOW, "own-flow"),
    (refutations.narrow, refutations.NARROW, "pullback"),
    (refutations.short, refutations.SHORT, "pullback"),
]


@pytest.mark.parametrize(("refute", "instance", "reading"), TRIED)
def test_an_error_that_is_not_positive_or_a_curve_without_length_refutes_nothing(
    refute, instance, reading
):
    assert refute(instance, reading, CONTEXT).outcome is Outcome.AS_STATED
    for epsilon in (0, -1, -3):
        with pytest.raises(ValueError, match="positive errors"):
            refute(replace(instance, epsilon=sp.Integer(epsilon)), reading, CONTEXT)
    for length in (0, -1, -10):
        found = refute(replace(instance, length=sp.Integer(length)), reading, CONTEXT)
        assert found.outcome is Outcome.VACUOUS
    # An error of 1 or more forces nothing: where G = 0 it is 1.
    for epsilon in (1, 2):
        found = refute(replace(instance, epsilon=sp.Integer(epsilon)), reading, CONTEXT)
        assert found.outcome is Outcome.SURPRISE


class _Power(NamedTuple):
    """The head h(z) = z behind L(u) = (u^2)^(5/4), whose product by automatic differentiation at 0 is NaN."""

    c: float = 3.75

    def __call__(self, z):
        return z

    def loss(self, u):
        return u.square().sum() ** 1.25


@pytest.mark.parametrize(("points", "error"), [((1, 1), 0), ((1, 0), math.inf), ((0, 1), math.inf)])
def test_a_product_that_is_no_number_is_an_infinite_error(points, error):
    curve = SimpleNamespace(points=torch.tensor(points, dtype=torch.float64)[:, None])
    case = SimpleNamespace(curve=curve, probes=torch.ones(1, 1, dtype=torch.float64))
    assert properties.worst(_Power(), case) == error

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

from theorems.thm32 import CHECKS, STATEMENT, fitting, properties, refutations, scale
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


class _Square(NamedTuple):
    """The head h(z) = z behind L(u) = u^2."""

    c: float = 2.0

    def __call__(self, z):
        return z

    def loss(self, u):
        return u.square().sum()


@pytest.mark.parametrize(("points", "error"), [((1, 1), 0), ((1, 0), math.inf), ((0, 1), math.inf)])
def test_a_product_that_is_no_number_is_an_infinite_error(monkeypatch, points, error):
    products = properties.hessian_products

    def undefined_at_0(f, z, probes):
        return products(f, z, probes) + (0 if float(z) else math.nan)

    monkeypatch.setattr(properties, "hessian_products", undefined_at_0)
    curve = SimpleNamespace(points=torch.tensor(points, dtype=torch.float64)[:, None])
    case = SimpleNamespace(curve=curve, probes=torch.ones(1, 1, dtype=torch.float64))
    assert properties.worst(_Square(), case) == error


@pytest.mark.parametrize("curve", fitting.CURVES)
@pytest.mark.parametrize(("of_allowed", "outcome"), [(0.9, "as stated"), (1.1, "surprise")])
def test_networks_are_red_where_the_error_along_one_curve_does_not_fall(
    monkeypatch, curve, of_allowed, outcome
):
    def measured(ctx, name):
        end = of_allowed * fitting.FALL if name == curve else 1e-8
        return [fitting.Measured(0, error, 0) for error in (1.0, 0.1, 0.01, 0.01, end)]

    monkeypatch.setattr(fitting, "measure", measured)
    assert fitting.networks(None).outcome == Outcome(outcome)


@pytest.mark.parametrize("size", [1, 5])
@pytest.mark.parametrize(
    ("error", "whole", "alone", "outcome"),
    [  # in what is allowed of each
        pytest.param(0.9, 0.9, 0.9, "as stated", id="as it should be"),
        pytest.param(1.1, 0.9, 0.9, "surprise", id="the properties' own error is too large"),
        pytest.param(0.9, 1.1, 0.9, "surprise", id="H_eff v is not c v at the last point"),
        pytest.param(
            0.9, 0.9, 1.1, "surprise", id="G is not the matrix of rank 1 that it should be"
        ),
    ],
)
def test_the_exact_head_at_production_size_is_red_where_one_error_is_too_large(
    monkeypatch, size, error, whole, alone, outcome
):
    # What is too large is so at one head: of production size, or of 5 dimensions.
    def of(case, factor, otherwise=0.1):
        return (factor if len(case.centre) == size else otherwise) * scale.ROUNDING

    monkeypatch.setattr(scale, "D", 1)
    monkeypatch.setattr(
        scale, "_case", lambda seeded, d, k: SimpleNamespace(centre=range(d), u0=range(k))
    )
    monkeypatch.setattr(scale, "exact_error", lambda case: error)
    monkeypatch.setattr(
        scale, "_split", lambda case: (1.0, (of(case, whole), 2.0, 3.0), of(case, alone))
    )
    assert scale.exact(CONTEXT).outcome == Outcome(outcome)


def _shrink(monkeypatch):
    """Heads 3-6-5 for those of production size."""
    for constant, small in {"SEEDS": 2, "D": 3, "K": 5, "WIDTHS": (3, 6, 5)}.items():
        monkeypatch.setattr(scale, constant, small)
    monkeypatch.setattr(scale.Seeded.loss, "__defaults__", (5,))


def _off(compute):
    """A function with its values off by a millionth."""
    return lambda *given: (1 + 1e-6) * compute(*given)


@pytest.mark.parametrize(
    ("name", "change", "outcome"),
    [
        pytest.param("SEEDS", 2, "as stated", id="as it should be"),
        pytest.param(
            "forced_error",
            lambda case: 1.1,
            "surprise",
            id="the properties' own error is too large",
        ),
        pytest.param(
            "derivative",
            _off(scale.derivative),
            "surprise",
            id="the derivative along the curve is another product",
        ),
        pytest.param(
            "hessian_products",
            _off(scale.hessian_products),
            "surprise",
            id="the head's second derivative is another product with M",
        ),
        pytest.param(
            "STEPS", (2.0**-4, 2.0**-4.8), "surprise", id="the errors fall as if of order 1.6"
        ),
        pytest.param(
            "STEPS", (2.0**-4, 2.0**-5.2), "surprise", id="the errors fall as if of order 2.4"
        ),
    ],
)
def test_what_isotropy_forces_at_production_size_is_red_where_one_condition_fails(
    monkeypatch, name, change, outcome
):
    _shrink(monkeypatch)
    monkeypatch.setattr(scale, name, change)
    assert scale.forced(CONTEXT).outcome == Outcome(outcome)


SPECTRA = ((0.9, 1.2), (1.0, 1.02), (1.0, 1.002), (1.0, 1.0002))
"""Of H_eff / c, for the four scales c: kappa - 1 falls like the root of c from the third to the fourth."""

BOUNDS = (0.25, 0.025, 0.0025, 0.00025)


@pytest.mark.parametrize(
    ("spectra", "bounds", "told", "outcome"),
    [
        pytest.param({}, {}, 0.9, "as stated", id="as it should be"),
        pytest.param({1: (1.02, 1.0)}, {}, 0.9, "surprise", id="a kappa is below 1"),
        pytest.param({1: (0.9, 1.02)}, {}, 0.9, "surprise", id="a kappa is beyond its bound"),
        pytest.param(
            {1: (1.0, 1.0)}, {1: 1e-10}, 0.9, "surprise", id="the bound of kappa is but rounding"
        ),
        pytest.param({}, {}, 1.1, "surprise", id="an eigenvalue is beyond its bound"),
        pytest.param(
            {2: (1.0, 1.0024)}, {}, 0.9, "surprise", id="kappa - 1 falls faster than a root"
        ),
        pytest.param(
            {2: (1.0, 1.0018)}, {}, 0.9, "surprise", id="kappa - 1 falls slower than a root"
        ),
    ],
)
def test_affine_heads_are_red_where_one_condition_fails(
    monkeypatch, spectra, bounds, told, outcome
):
    found = iter([spectra.get(n, each) for n, each in enumerate(SPECTRA)])
    allowed = iter([bounds.get(n, each) for n, each in enumerate(BOUNDS)])
    shares = iter([0.5, told, 0.5, 0.5])
    _shrink(monkeypatch)
    monkeypatch.setattr(scale, "spectrum", lambda *_: torch.tensor(next(found)).double())
    monkeypatch.setattr(scale, "affine_bound", lambda *_: next(allowed))
    monkeypatch.setattr(scale, "exceeds", lambda *_: next(shares))
    assert scale.affine(CONTEXT).outcome == Outcome(outcome)

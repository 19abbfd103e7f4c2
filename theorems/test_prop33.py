"""Proposition 3.3: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import hypothesis
import numpy as np
import pytest
import sympy as sp
import torch

from theorems.prop33 import CHECKS, STATEMENT, properties, refutations, robust, scale, search
from verify.claims.check import Context
from verify.claims.describe import describe as case_in_words
from verify.claims.evidence import Outcome
from verify.numeric.decimals import rounded_up
from verify.numeric.rational import identity, matrix
from verify.symbolic.curvature import Curvature

RESULTS = Path(__file__).parents[1] / "reports" / "RESULTS.md"
CTX = Context(seed=0, profile="smoke", device="cpu", cache="", rooms={})


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check(check, assert_as_stated):
    assert_as_stated(check)


def test_verdicts(assert_verdicts):
    assert_verdicts(STATEMENT, CHECKS)


@pytest.mark.parametrize("said", [*STATEMENT.readings, *STATEMENT.parts], ids=lambda said: said.id)
def test_what_is_isotropic_has_a_positive_factor(said):
    # Else W = 0 with c = 0 makes the sentence false, or empty. Oracle: the theorems of Coq, which all have 0 < c.
    isotropic = r"= c I$", r"= c(z) I$", "isotropic everywhere"
    if any(words in said.text for words in isotropic):
        assert "c > 0" in said.text or "c(z) > 0" in said.text


@pytest.mark.parametrize("claim", [properties.CURVATURE, robust.BARRIER], ids=lambda c: c.name)
def test_cases_are_told_by_their_letter(claim):
    (told,) = claim.describe(hypothesis.find(claim.cases(), lambda _: True))
    assert told[0].startswith("$")


def test_a_cubic_loss_is_told_by_the_terms_that_it_has():
    # Oracle: the polynomial, written by hand.
    terms = (((0, 0, 1), Fraction(0)), ((0, 1, 1), Fraction(3, 2)), ((1, 1, 1), Fraction(-1)))
    case = properties.Restricted(matrix([[1]]), identity(2), terms, Fraction(1), matrix([[2]]))
    told = dict(case_in_words(case))
    expected = sp.sympify("3*y1*y2**2/2 - y2**3")
    assert told["cubic terms in $y = T^T u$"] == f"${sp.latex(expected)}$"


@pytest.mark.parametrize("reading", refutations.MILD)
def test_a_mild_loss_is_no_quadratic_where_it_is_looked_at(reading):
    # Else some W with the image of [I; 0] whitens it, and the reading is false of it. Oracle: third derivatives.
    (loss,) = refutations.MILD[reading]
    seen = loss.loss.subs(dict(zip(loss.outputs, loss.head, strict=True)), simultaneous=True)
    assert any(seen.diff(z, 3) != 0 for z in loss.inputs)


def test_conditions_agree_with_eigenvalues():
    # Oracle: a symmetric eigensolver on the formed W^T g W, where it is well conditioned.
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(2, 2, generator=generator, dtype=torch.float64)
    u = torch.randn(20, 2, generator=generator, dtype=torch.float64)
    values = torch.linalg.eigvalsh(weight.T @ robust.hessian(u) @ weight)
    expected = (values[:, 1] / values[:, 0]).log()
    assert torch.allclose(robust.log_condition(weight, u), expected, atol=1e-9)


def test_conditions_of_wide_heads_agree_with_autograd():
    # Oracle: automatic differentiation of the composition, and a symmetric eigensolver.
    generator = torch.Generator().manual_seed(1)
    weight, z = (torch.randn(s, generator=generator, dtype=torch.float64) for s in ((4, 2), (5, 2)))

    def loss(z):
        u = weight @ z
        return u[:2].square().sum() / 2 + (1 + u[2:].exp().sum()).log()

    values = [torch.linalg.eigvalsh(torch.autograd.functional.hessian(loss, x)) for x in z]
    expected = torch.stack([(x[1] / x[0]).log() for x in values])
    assert torch.allclose(search.log_condition_wide(weight, z @ weight.T), expected, atol=1e-9)


def test_the_certificate_bounds_every_head():
    # Oracle: the largest condition number itself, on the same points, at random heads; and the pencil's
    # eigenvalues from the metric at 0 in symmetric form.
    start = robust.whitening_at_zero()
    z = robust.grid(2.0, 12, 4)
    for seed in range(10):
        generator = torch.Generator().manual_seed(seed)
        weight = torch.randn(2, 2, generator=generator, dtype=torch.float64)
        found = search.certificate(weight, z)
        assert found <= torch.exp(search.worst(weight, z)) * (1 + 1e-9)
        metrics = start @ robust.hessian(z @ weight.T) @ start
        assert found == pytest.approx(float(torch.linalg.cond(metrics).max()) ** 0.5)


@pytest.mark.parametrize("d", [1, 2])
def test_the_dome_is_a_quadratic_on_the_subspace_and_curved_at_every_point(d):
    # Oracles: Christoffel symbols, which do not know that the metric is a Hessian, with any numbers for u_d and its
    # exponentials; the eigenvalues of the Hessian in floating point.
    dome = refutations.domed(d)
    u, t = dome.outputs[d - 1 :]
    for numbers in (
        (1, 2, 3),
        (sp.Rational(1, 2), 5, sp.Rational(1, 7)),
        (-2, sp.Rational(9, 8), 1),
    ):
        here = dict(zip((u, sp.exp(u**2 / 2), sp.exp(t)), map(sp.S, numbers), strict=True))
        curvature = Curvature(dome.metric, dome.outputs, here)
        assert curvature.sectional(d - 1, d) == sp.Rational(1, 4) == dome.everywhere
    hessian = sp.lambdify(dome.outputs, dome.metric, "numpy")
    for at in ((0.0, 0.0), (1.0, -3.0), (-2.0, 2.0), (3.0, 1.0)):
        assert np.linalg.eigvalsh(hessian(*[0.5] * (d - 1), *at))[0] > 0
    on = dome.loss.subs(t, 0) - sum(x**2 for x in dome.outputs[:d]) / 2
    assert sp.simplify(on) == sp.log(2)


def test_the_results_tell_the_condition_that_is_seen_and_the_bound_from_above():
    scale = robust.SCALES[-1] ** 0.5
    seen, bound = robust.conditions(scale * robust.whitening_at_zero())
    points = len(robust.grid(robust.RADIUS))
    assert robust.SCALES[-1] == 1e-6
    where = "behind the loss log(1 + e^u₁ + e^u₂) on d = k = 2, scaling W alone (c = 10⁻⁶) brings the condition number"
    told = f"{where} of 3.3 down to {seen:.4g}, the largest seen at {points:,} points, where the proved bound is {rounded_up(bound)};"
    assert told in " ".join(RESULTS.read_text(encoding="utf-8").split())


TRINOMIAL = refutations.trinomial(0)
RIPPLE = refutations.rippled(1)
X, Y = TRINOMIAL.outputs


@pytest.mark.parametrize(
    ("loss", "failing", "outcome"),
    [
        pytest.param(TRINOMIAL, set(), "as stated", id="as it should be"),
        pytest.param(RIPPLE, set(), "surprise", id="the metric changes by a matrix of rank 1"),
        pytest.param(
            replace(TRINOMIAL, loss=-TRINOMIAL.loss), {"metric"}, "surprise", id="a concave loss"
        ),
        pytest.param(
            replace(TRINOMIAL, loss=sp.cosh(X) + sp.cosh(Y)),
            {"curved"},
            "surprise",
            id="a flat loss",
        ),
    ],
)
def test_the_square_barrier_is_red_where_one_condition_fails(monkeypatch, loss, failing, outcome):
    monkeypatch.setattr(refutations, "trinomial", lambda d: loss)
    found = refutations.square_barrier(CTX)
    assert found.outcome == Outcome(outcome)
    assert {h.id for h in found.witness.hypotheses if not h.holds} == failing


def test_the_square_barrier_is_red_where_determinants_do_not_factor(monkeypatch):
    # The entries of W do not commute, so that determinants of products are no products.
    symbols = sp.symbols

    def apart(names, **of):
        return symbols(names, commutative=False) if names.startswith("w") else symbols(names, **of)

    monkeypatch.setattr(sp, "symbols", apart)
    found = refutations.square_barrier(CTX)
    assert all(h.holds for h in found.witness.hypotheses)
    assert found.outcome is Outcome.SURPRISE


FIRST = 30.0
"""A limit of (kappa - 1) / sqrt(c)."""


@pytest.mark.parametrize(
    ("kappas", "looser", "outcome"),
    [
        pytest.param((1e7, 3, 1.3, 1.03), 1, "as stated", id="as it should be"),
        pytest.param((1e7, 80, 1.3, 1.03), 1, "surprise", id="one kappa is beyond its bound"),
        pytest.param((1e7, 1.2, 1.3, 1.03), 1, "surprise", id="kappa rises from c = 0.01 on"),
        pytest.param((1e5, 3, 1.3, 1.03), 1, "surprise", id="the largest head is well conditioned"),
        pytest.param((1e7, 3, 1.4, 1.03), 1, "surprise", id="kappa - 1 falls faster than a root"),
        pytest.param((1e7, 3, 1.33, 1.033), 1, "surprise", id="the coefficient of the root is off"),
        pytest.param((1e7, 3, 1.3, 1.03), 1.1, "surprise", id="the bound at c = 1 is another"),
    ],
)
def test_robustness_is_red_where_one_condition_fails(monkeypatch, kappas, looser, outcome):
    # Oracle of the bounds: |W_0| = 3, so that they are exp(30 sqrt(2 c)).
    found = iter(
        [
            (k, (looser if c == 1 else 1) * np.exp(30 * (2 * c) ** 0.5))
            for k, c in zip(kappas, robust.SCALES, strict=True)
        ]
    )
    monkeypatch.setattr(robust, "conditions", lambda weight: next(found))
    monkeypatch.setattr(robust, "first_order", lambda: FIRST)
    assert robust.robustness(CTX).outcome == Outcome(outcome)


@pytest.mark.parametrize(
    ("flat", "curved", "across", "outcome"),
    [
        pytest.param(1, 1, lambda x: x, "as stated", id="as it should be"),
        pytest.param(
            1 + 1e-11, 1, lambda x: x, "surprise", id="the flat directions are not those of c = 1"
        ),
        pytest.param(
            1, 1e-15, torch.zeros_like, "surprise", id="the other directions are as good as flat"
        ),
        pytest.param(
            1,
            1,
            lambda x: x + 1e-11,
            "surprise",
            id="automatic differentiation finds another product",
        ),
    ],
)
def test_production_heads_are_red_where_one_condition_fails(
    monkeypatch, flat, curved, across, outcome
):
    # The loss is the same with other weights, and the part off v by automatic differentiation another.
    loss, off = scale.production_loss, scale._across

    def weighed(u):
        squares, others = (part.square().sum() / 2 for part in (u[: scale.D], u[scale.D :]))
        return flat * squares + curved * (loss(u) - squares) + (1 - curved) * others

    for name, small in {"D": 4, "K": 8, "HEADS": 2, "PROBES": 3}.items():
        monkeypatch.setattr(scale, name, small)
    monkeypatch.setattr(scale, "production_loss", weighed)
    monkeypatch.setattr(scale, "_across", lambda *given: across(off(*given)))
    assert scale.production(CTX).outcome == Outcome(outcome)


@pytest.mark.parametrize(
    ("square", "least", "wide", "outcome"),
    [
        pytest.param((9, 4, 2), (3, 2, 1.5), 1.05, "as stated", id="as it should be"),
        pytest.param((9, 4, 2), (3, 4.1, 1.5), 1.05, "surprise", id="a head beats its certificate"),
        pytest.param((9, 4, 4), (3, 2, 1.5), 1.05, "surprise", id="a smaller head is no better"),
        pytest.param((9, 4, 2), (3, 2, 1.5), 1.1, "surprise", id="the isotropic head is not found"),
    ],
)
def test_the_search_is_red_where_one_condition_fails(monkeypatch, square, least, wide, outcome):
    found, bounds = iter((*square, wide)), iter(least)
    monkeypatch.setattr(search, "best", lambda *_: (next(found), None))
    monkeypatch.setattr(search, "certificate", lambda *_: next(bounds))
    assert search.optimised(CTX).outcome == Outcome(outcome)


def test_the_metric_changes_by_what_it_is_there_less_what_it_is_at_0(ctx):
    """Oracle: diag(p) - p p^T at the probabilities (1/3, 1/2) and (1/3, 1/3)."""
    there, here = (sp.Matrix([sp.Rational(1, 3), sp.Rational(1, n)]) for n in (2, 3))
    change = sp.diag(*there) - there * there.T - sp.diag(*here) + here * here.T
    conclusion = refutations.square_barrier(ctx).witness.conclusion.value
    assert f"the metric changes by ${sp.latex(sp.ImmutableMatrix(change))}$" in conclusion

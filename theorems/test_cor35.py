"""Corollary 3.5: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import sympy as sp
import torch
from torch.autograd.functional import hessian, jacobian

from theorems.cor35 import CHECKS, STATEMENT, capacity, instances, production
from theorems.cor35.properties import distance_to_cone
from verify.numeric.objectives import OBJECTIVES, Labels, Targets


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check(check, assert_as_stated):
    assert_as_stated(check)


def test_verdicts(assert_verdicts):
    assert_verdicts(STATEMENT, CHECKS)


@pytest.mark.parametrize("part", STATEMENT.parts[:5], ids=lambda part: part.id)
def test_a_part_with_a_threshold_says_that_lambda_is_positive(part):
    # Else the threshold is 0 or negative, or kappa is no number. Oracle: the theorems of Coq, which all have 0 < lambda.
    said = re.split("If |Then |With ", part.text)[0]
    assert re.search(r"\\lambda[^$]* > 0\$", said)


def test_no_title_leaves_to_another_what_it_is_about():
    # Titles are read beside those of other readings and kinds, in an order that the report chooses.
    assert not [check.title for check in CHECKS if check.title.startswith("The same")]


def test_the_head_of_a_row_is_named():
    names = [name for name, _ in production.HEADS]
    assert len(set(names)) == len(names)


def test_what_refutes_any_constant_is_told_without_fractions_in_fractions():
    for head in (instances.UNBOUNDED.target, instances.UNBOUNDED.perturbed):
        assert all(part.is_polynomial() for h in head for part in sp.fraction(h))


def test_lost_at_is_on_the_cone():
    # Oracle: the form itself, and for the negative cosine a full eigenvalue problem in place of a plane.
    generator = torch.Generator().manual_seed(0)
    u, target = (torch.randn(1, 9, generator=generator, dtype=torch.float64) for _ in range(2))
    target = u + 0.3 * target
    jacobian = torch.randn(9, 2, generator=generator, dtype=torch.float64)
    v = torch.tensor([1.0, 0.0], dtype=torch.float64)
    for label, loss in (
        ("cross-entropy", OBJECTIVES["softmax_cross_entropy"].bind(Labels(torch.tensor([0])))),
        ("negative cosine", OBJECTIVES["negative_cosine"].bind(Targets(target))),
    ):
        hessian = loss.dense_hessian(u)[0]
        w = production.lost_at(jacobian, v, loss, u, label)
        assert abs(float(w @ hessian @ w)) <= 1e-9
        if label == "cross-entropy":  # in the kernel, and nearest there
            assert float((w - jacobian @ v) @ torch.ones(9, dtype=w.dtype)) == pytest.approx(
                0, abs=1e-12
            )
        if label == "negative cosine":
            distance, _ = distance_to_cone(jacobian @ v, hessian)
            assert float((w - jacobian @ v).norm()) == pytest.approx(distance, rel=1e-6)


def _norm(matrix):
    return float(torch.linalg.matrix_norm(matrix, ord=2))


@pytest.mark.parametrize(
    ("label", "name", "constants"),
    [
        ("MSE", "mse", lambda target: Targets(target)),
        ("cross-entropy", "softmax_cross_entropy", lambda target: Labels(torch.tensor([0]))),
        ("negative cosine", "negative_cosine", lambda target: Targets(target)),
    ],
)
def test_the_row_of_a_head_is_what_autograd_finds(label, name, constants):
    # Oracle: automatic differentiation of head and loss, norms by SVD, eigenvalues of the formed product.
    generator = torch.Generator().manual_seed(3)
    made = production.head(((2, 7, 6),), generator)
    z, target, noise = (
        torch.randn(s, generator=generator, dtype=torch.float64) for s in ((1, 2), (1, 6), (6, 2))
    )
    at = production.state("small", made, z)
    loss = OBJECTIVES[name].bind(constants(at.u + target / 4))
    j, h = jacobian(made, z[0]), hessian(lambda u: loss(u.unsqueeze(0)), at.u[0])
    least = torch.linalg.eigvalsh(j.T @ h @ j)[0]
    found = production.measure(at, label, loss, noise / _norm(noise))
    threshold = float(least) / (2 * _norm(j) * _norm(h))
    error = production.MULTIPLE * threshold * noise / _norm(noise)
    after = torch.linalg.eigvalsh((j + error).T @ h @ (j + error))[0]
    assert found.letters == pytest.approx((float(least), _norm(j), _norm(h)))
    assert found.q == pytest.approx(float(least) / (_norm(h) * _norm(j) ** 2))
    assert found.published == pytest.approx(threshold)
    assert found.random == pytest.approx(float(after / least))
    assert found.threshold <= found.reached * (1 + 1e-9)


def test_a_fitted_head_is_measured_as_autograd_sees_it():
    # Oracle: automatic differentiation of the head and of the composition, norms by SVD.
    generator = torch.Generator().manual_seed(5)
    d = torch.tensor([1.0, 0.5, 0.25, 0.1], dtype=torch.float64)
    target = torch.diag(d**-0.5)
    shift, z = (torch.randn(s, generator=generator, dtype=torch.float64) for s in ((4,), (1, 4)))
    head = capacity._fitted(9, 3, target, generator)
    found = capacity._measure(head, d, target, shift, z)
    j, x = jacobian(head, z[0]), z[0]
    second = torch.stack([hessian(lambda x, i=i: head(x)[i], x).flatten() for i in range(4)])
    whole = hessian(lambda x: (d * (head(x) - shift) ** 2).sum() / 2, x)
    apart, bent = _norm(j - target), _norm(second)
    away, rho = (float((head(x) - target @ x).norm()), float((d * (target @ x - shift)).norm()))
    most, largest = _norm(target), float(d.max())
    bound = 2 * most * largest * apart + largest * apart**2 + (rho + largest * away) * bent
    assert (found.width, found.depth, found.error.item()) == (9, 3, pytest.approx(apart))
    assert found.gauss_newton.item() == pytest.approx(
        float(torch.linalg.eigvalsh(j.T @ (d[:, None] * j))[0])
    )
    assert found.least.item() == pytest.approx(float(torch.linalg.eigvalsh(whole)[0]))
    assert found.whole_bound.item() == pytest.approx(bound)


@pytest.mark.parametrize("bound", [-1, -10])
def test_a_negative_bound_bounds_no_norm(bound):
    # Oracle: norms are not negative; squares of the bounds are large enough.
    pair = instances.linear(instances.u1**2 / 2, (1,), (sp.Rational(1, 2),))
    for letter, hypothesis in (("epsilon", instances._jacobian), ("bound_l", instances._bound_l)):
        for value, holds in ((-bound, True), (bound, False)):
            assert hypothesis(replace(pair, **{letter: sp.Integer(value)}))[1] is holds


def test_what_is_assumed_of_the_loss_hessian_is_evaluated_at_both_outputs():
    # L = u^3 / 6 has the Hessian u: definite at one output and indefinite at the other, or smaller there.
    loss, one, other = instances.u1**3 / 6, 1 + instances.z1, -2 + instances.z1
    for heads in (((one,), (other,)), ((other,), (one,))):
        pair = instances.Heads(loss, *heads)
        assert not instances._psd(pair)[1]
        assert not instances._bound_m(pair)[1]  # M = 1, and |-2| at one of them
        assert instances._bound_m(replace(pair, bound_m=sp.Integer(2)))[1]
    assert instances._psd(instances.Heads(loss, (one,), (one + 1,)))[1]

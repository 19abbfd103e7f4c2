"""Corollary 3.5: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
import sympy as sp
import torch
from torch.autograd.functional import hessian, jacobian

from theorems.cor35 import CHECKS, STATEMENT, capacity, instances, production, refutations
from theorems.cor35.bounds import Letters
from theorems.cor35.properties import distance_to_cone
from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome
from verify.numeric.objectives import OBJECTIVES, Labels, Targets

CTX = Context(seed=0, profile="smoke", device="cpu", cache="", rooms={})


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


FITTED = {
    "error": (0.1, 0.9, 1.0),
    "gauss_newton": (1.0, 1.0, 0.0),
    "least": (1.0, 1.0, -1.0),
    "whole_bound": (0.5, 1.0, 1.0),
}
"""Three heads, lambda = 1: below the published threshold 0.158, between it and the sharp one 1, and exactly there."""

EDGE = 1 / (2 * capacity.SPREAD**0.5)
"""The published threshold."""


@pytest.mark.parametrize(
    ("heads", "threshold", "outcome"),
    [
        pytest.param({}, None, "as stated", id="as it should be"),
        pytest.param({}, ("published", 1.1), "surprise", id="the published threshold is larger"),
        pytest.param({}, ("convex", 0.95), "surprise", id="the sharp threshold is smaller"),
        pytest.param(
            {"error": (0.1, EDGE * (1 - 5e-11), 1.0)},
            ("published", 1 - 1e-10),
            "surprise",
            id="a head is beyond one way to the published threshold and below the other",
        ),
        pytest.param(
            {"least": (1.0, math.nan, -1.0)}, None, "surprise", id="an eigenvalue is no number"
        ),
        pytest.param(
            {"error": (1.0, 1.5, 2.0)}, None, "surprise", id="no head is below the sharp threshold"
        ),
        pytest.param(
            {"whole_bound": (1.0, 1.5, 2.0)}, None, "surprise", id="no full bound is below lambda"
        ),
        pytest.param(
            {"gauss_newton": (1.0, 0.0, 0.0)},
            None,
            "surprise",
            id="G is singular below the sharp threshold",
        ),
        pytest.param(
            {"least": (0.0, 1.0, -1.0)},
            None,
            "surprise",
            id="H_eff is singular below the full bound's threshold",
        ),
    ],
)
def test_fitted_heads_are_red_where_one_condition_fails(monkeypatch, heads, threshold, outcome):
    rows = iter(zip(*(FITTED | heads).values(), strict=True))
    monkeypatch.setattr(capacity, "DEPTHS", (2,))
    monkeypatch.setattr(capacity, "WIDTHS", (4, 8, 16))
    monkeypatch.setattr(capacity, "_fitted", lambda width, *_: width)
    monkeypatch.setattr(
        capacity,
        "_measure",
        lambda width, *_: capacity.Measured(
            width, 2, *torch.tensor(next(rows), dtype=torch.float64)[:, None]
        ),
    )
    if threshold is not None:
        name, factor = threshold
        right = getattr(capacity.bounds, name)
        monkeypatch.setattr(capacity.bounds, name, lambda x: factor * right(x))
    assert capacity.fitted_heads(CTX).outcome == Outcome(outcome)


@pytest.mark.parametrize(
    ("change", "longer", "outcome"),
    [
        pytest.param({}, 1, "as stated", id="as it should be"),
        pytest.param(
            {"aligned": 1e-11}, 1, "surprise", id="one aligned error leaves an eigenvalue positive"
        ),
        pytest.param({}, 1.01, "surprise", id="the random error has not the norm 1"),
        pytest.param({"reached": 0.99}, 1, "surprise", id="one proved threshold is beyond"),
        pytest.param({"aligned": math.nan}, 1, "surprise", id="one setting too few is judged"),
    ],
)
def test_thresholds_at_production_size_are_red_where_one_condition_fails(
    monkeypatch, change, longer, outcome
):
    # lambda = L = M = 1: the sharp threshold for a convex loss is 1. Four of twelve settings are not judged.
    row = {"letters": Letters(1.0, 1.0, 1.0), "random": 1.0, "aligned": 0.0, "reached": 1.0}
    rows = iter([row | change, *[row] * 7, *[row | {"aligned": math.nan}] * 4])
    size, eigenvalues = (2, 3, 3), torch.linalg.eigvalsh
    monkeypatch.setattr(production, "PROJECTOR", size)
    monkeypatch.setattr(production, "HEADS", [(name, (size,)) for name, _ in production.HEADS])
    monkeypatch.setattr(torch.linalg, "eigvalsh", lambda x: longer * eigenvalues(x))
    monkeypatch.setattr(
        production,
        "measure",
        lambda at, label, loss, noise: production.Measured(at.name, label, **next(rows)),
    )
    assert production.thresholds(CTX).outcome == Outcome(outcome)


LOW = sp.Rational(99, 100)
LOST, KEPT = instances.LOST, instances.KEPT
KINKED = instances.z1**2 * abs(instances.z1)


def _saddled(heads):
    """With a second output that is 0, and that the loss bends down."""
    target, perturbed = (*heads.target, sp.S.Zero), (*heads.perturbed, sp.S.Zero)
    loss = heads.loss - instances.u2**2 / 2
    return replace(heads, loss=loss, target=target, perturbed=perturbed)


BEYOND = {
    "LOST": {
        "": instances.FAR,  # far beyond the threshold, and definite
        "A1": replace(LOST, perturbed=(LOST.perturbed[0] + KINKED, LOST.perturbed[1])),
        "L": replace(LOST, bound_l=LOW),
        "M": replace(LOST, bound_m=LOW),
        "lambda": instances.linear(instances.SADDLE, (LOW / 2,) * 2, (LOW,) * 2),
        "exceeds": instances.CURVED,  # lost with the same Jacobian
    },
    "KEPT": {
        "": instances.TURNED,  # a collapse that is unstable
        "A1": replace(KEPT, perturbed=(KEPT.perturbed[0] + KINKED,)),
        "A6": replace(KEPT, loss=instances.u1**2 / 2),
        "critical": replace(KEPT, perturbed=(instances.z1,)),
        "psd": _saddled(KEPT),
        "L": replace(KEPT, bound_l=LOW),
        "M": replace(KEPT, bound_m=LOW),
        "lambda": replace(KEPT, target=(-instances.z1 - instances.z1**2 / 2,)),
        "exceeds": replace(KEPT, target=KEPT.perturbed),
    },
}
"""By what is shown: heads that lack one hypothesis, or else (first) what they are to show."""


@pytest.mark.parametrize(
    ("name", "failing"), [(name, failing) for name, each in BEYOND.items() for failing in each]
)
def test_what_can_happen_beyond_the_threshold_is_red_where_one_condition_fails(
    monkeypatch, name, failing
):
    check = {"LOST": refutations.can_fail, "KEPT": refutations.can_be_stable}[name]
    assert check(CTX).outcome is Outcome.AS_STATED
    monkeypatch.setattr(refutations, name, BEYOND[name][failing])
    found = check(CTX)
    assert found.outcome is Outcome.SURPRISE
    assert [h.id for h in found.witness.hypotheses if not h.holds] == [failing] * bool(failing)


@pytest.mark.parametrize("check", [refutations.can_fail, refutations.can_be_stable])
def test_without_a_witness_nothing_is_shown_to_be_possible(monkeypatch, check):
    nothing = Finding(outcome=Outcome.AS_STATED, summary="")
    monkeypatch.setattr(refutations, "_judged", lambda *_: nothing)
    assert check(CTX).outcome is Outcome.SURPRISE

"""Derivatives of the objectives, and what the registry claims of them.

Oracles: automatic differentiation of the loss for the closed forms (it would miss a wrong loss,
which `test_objectives` catches), the spectrum worked by hand, and Euler's relations. Each claim
is tested both ways: it holds where it is made, and fails measurably where it is not.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import pytest
import torch
from hypothesis import strategies as st
from torch import Tensor

from verify.claims.check import MINIMUM_CASES, Context
from verify.claims.property import Claim, Vacuous, search
from verify.claims.strategies import tensors
from verify.numeric.objectives import OBJECTIVES, Invariance, Loss, Targets

RELATIVE = 1e-10
"""Allowed difference of two routes: some hundred roundings, amplified by 1/tau^2 <= 204."""

MEASURABLE = 1e-3
"""A claim that is not made must fail by this much relative, far above rounding."""

CLOSED = [name for name, objective in OBJECTIVES.items() if objective.closed is not None]
SEPARABLE = [name for name, objective in OBJECTIVES.items() if objective.separable]
INVARIANT = [n for n, o in OBJECTIVES.items() if o.invariance is not Invariance.NONE]


class Case(NamedTuple):
    """A bound loss and outputs (B, k)."""

    loss: Loss
    u: Tensor


@st.composite
def cases(draw: st.DrawFn, name: str) -> Case:
    objective = OBJECTIVES[name]
    batch = objective.views * draw(st.integers(objective.least, 3))
    k = draw(st.integers(2, 5))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**63 - 1)))
    u = draw(tensors((batch, k), nonzero=True))
    if name == "dino":  # else the student's softmax saturates and its Hessian cancels
        u = u / 16
    return Case(objective.bind(objective.context(batch, k, generator)), u)


def check(name: str, strategy, ratio) -> None:
    """Run a property on the smoke profile's cases; it must hold on enough that are not vacuous."""
    ctx = Context(seed=11, profile="smoke", device="cpu", cache="unused", rooms={})
    claim = Claim(name, lambda: strategy, ratio, lambda case: (("u", str(case.u)),))
    seen = search(claim, ctx, ctx.cases)
    assert seen.failure is None, f"error / allowed = {seen.failure_ratio} at {seen.failure}"
    assert seen.cases >= MINIMUM_CASES


def full_hessian(case: Case) -> Tensor:
    """Hess L by automatic differentiation, with every cross-sample block: (B, k, B, k)."""
    return torch.func.hessian(case.loss)(case.u)


def size(hessian: Tensor, case: Case) -> float:
    """What a Hessian's error is relative to: its largest entry, or what its terms are made of.

    Cosines of rows have second derivatives of size 1/|u_b|^2, correlations those of 1/|column|^2;
    where an objective cancels them (all candidates alike, all probability on one) their rounding
    stays.
    """
    rows, made_of = case.u, 0.0
    if case.loss.objective.invariance is Invariance.ROW:
        made_of = float(1 / rows.norm(dim=1).min() ** 2 / len(rows))
    if case.loss.objective.invariance is Invariance.FEATURE:
        spreads = [(view - view.mean(dim=0)).norm(dim=0).min() for view in rows.chunk(2)]
        made_of = float(1 / min(spreads) ** 2)
    return max(float(hessian.abs().max()), made_of)


def difference(found: Tensor, wanted: Tensor, case: Case) -> float:
    return float((found - wanted).abs().max()) / (RELATIVE * size(wanted, case))


# --- jets ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", CLOSED)
def test_closed_forms_against_automatic_differentiation(name: str) -> None:
    def ratio(case: Case) -> float:
        value, rho, product = case.loss.jet(case.u)
        hessian = full_hessian(case)
        v = torch.linspace(-1, 2, case.u.numel(), dtype=torch.float64).reshape(case.u.shape)
        gradient = torch.func.grad(case.loss)(case.u)
        scale = max(float(gradient.abs().max()), 1.0)  # rho vanishes where cos = +-1
        assert torch.equal(value, case.loss(case.u))
        return max(
            float((rho - gradient).abs().max()) / (RELATIVE * scale),
            float((product(v) - torch.einsum("bkcl,cl->bk", hessian, v)).abs().max())
            / (RELATIVE * size(hessian, case) * float(v.abs().sum())),
            difference(case.loss.dense_hessian(case.u), torch.einsum("bkbl->bkl", hessian), case),
        )

    check(f"closed.{name}", cases(name), ratio)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in OBJECTIVES if name not in CLOSED])
def test_differentiated_products_against_a_dense_hessian(name: str) -> None:
    def ratio(case: Case) -> float:
        if name == "barlow_twins":
            require_variation(case)
        hessian = full_hessian(case)
        found = case.loss.dense_hessian(case.u)
        if case.loss.objective.separable:
            return difference(found, torch.einsum("bkbl->bkl", hessian), case)
        return difference(found, hessian.reshape(found.shape), case)

    check(f"differentiated.{name}", cases(name), ratio)


def require_variation(case: Case) -> None:
    """Vacuous where a feature is constant over a view, and Barlow Twins undefined."""
    for view in case.u.chunk(2):
        if bool((view == view[0]).all(dim=0).any()):
            raise Vacuous


@pytest.mark.parametrize("name", OBJECTIVES)
def test_products_take_any_trailing_shape(name: str) -> None:
    case = random_case(name)
    product = case.loss.jet(case.u).hessian_product
    v = torch.randn(6, 4, 3, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    together = product(v)
    assert together.shape == v.shape
    for i in range(3):
        for j in range(2):
            torch.testing.assert_close(together[..., i, j], product(v[..., i, j]))
    assert product(v[..., :0]).shape == (6, 4, 3, 0)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_jet_does_not_depend_on_the_callers_gradient_mode(name: str) -> None:
    case = random_case(name)
    v = torch.ones_like(case.u)
    value, rho, product = case.loss.jet(case.u)
    with torch.no_grad():
        silent = case.loss.jet(case.u)
        assert torch.equal(silent.value, value)
        assert torch.equal(silent.rho, rho)
        assert torch.equal(silent.hessian_product(v), product(v))
    assert not rho.requires_grad
    assert not product(v).requires_grad


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_jet_is_symmetric(name: str) -> None:
    case = random_case(name)
    hessian = case.loss.dense_hessian(case.u)
    torch.testing.assert_close(
        hessian, hessian.mT, rtol=0, atol=RELATIVE * float(hessian.abs().max())
    )


# --- spectra worked by hand ---------------------------------------------------------------------


@st.composite
def directions(draw: st.DrawFn) -> Case:
    k = draw(st.integers(2, 5))
    u, t = draw(tensors((1, k), nonzero=True)), draw(tensors((1, k), nonzero=True))
    return Case(OBJECTIVES["negative_cosine"].bind(Targets(t)), u)


def test_the_spectrum_of_negative_cosine() -> None:
    """c/|u|^2, k - 2 times, and (c +- sqrt(4 - 3 c^2)) / (2 |u|^2)."""

    def ratio(case: Case) -> float:
        c = -case.loss(case.u)
        root = (4 - 3 * c**2).sqrt()
        wanted = torch.stack([c] * (case.u.shape[1] - 2) + [(c - root) / 2, (c + root) / 2])
        wanted = wanted.sort().values / case.u.norm() ** 2
        return difference(torch.linalg.eigvalsh(case.loss.dense_hessian(case.u)[0]), wanted, case)

    check("spectrum", directions(), ratio)


def test_negative_cosine_is_indefinite_off_its_extremes() -> None:
    """The hypothesis |cos| < 1 is decided exactly: entries are n/8 and products stay integers."""

    def ratio(case: Case) -> float:
        u, t = (x[0] * 8 for x in (case.u, case.loss.constants.targets))
        if (u @ t) ** 2 == (u @ u) * (t @ t):
            raise Vacuous
        eigenvalues = torch.linalg.eigvalsh(case.loss.dense_hessian(case.u)[0])
        allowed = len(u) * torch.finfo(torch.float64).eps * float(eigenvalues.abs().max())
        return allowed / -float(eigenvalues[0]) if eigenvalues[0] < 0 else math.inf

    check("indefinite", directions(), ratio)


def test_negative_cosine_at_its_extremes() -> None:
    """P/|u|^2 where cos = 1, its negative where cos = -1: so the minimum alone is semidefinite."""
    u = torch.tensor([[0.0, 0.0, 2.0]], dtype=torch.float64)
    for sign in (1.0, -1.0):
        loss = OBJECTIVES["negative_cosine"].bind(Targets(sign * u))
        wanted = sign * torch.diag(torch.tensor([0.25, 0.25, 0.0], dtype=torch.float64))
        assert torch.equal(loss.dense_hessian(u)[0], wanted)


def test_softmax_cross_entropy_is_a_covariance() -> None:
    """diag(p) - p p^T: positive semidefinite, of rank k - 1, with the constants as its kernel."""

    def ratio(case: Case) -> float:
        p = torch.softmax(case.u, dim=1)
        wanted = (torch.diag_embed(p) - p[:, :, None] * p[:, None, :]) / len(p)
        found = case.loss.dense_hessian(case.u)
        eigenvalues = torch.linalg.eigvalsh(found)
        assert float(found.sum(dim=2).abs().max()) <= RELATIVE * float(found.abs().max())
        assert float(eigenvalues[:, 0].abs().max()) <= RELATIVE * float(found.abs().max())
        # entries in [-2, 2] and k <= 5: lambda_2 >= min p >= e^-4 / 5, over B <= 3
        assert float(eigenvalues[:, 1].min()) > 1e-3
        return difference(found, wanted, case)

    check("covariance", cases("softmax_cross_entropy"), ratio)


def test_mse_has_the_identity() -> None:
    case = random_case("mse")
    identity = torch.eye(4, dtype=torch.float64).expand(6, 4, 4)
    assert torch.equal(case.loss.dense_hessian(case.u), identity / 6)


# --- scale invariance ---------------------------------------------------------------------------


def random_case(name: str, seed: int = 0) -> Case:
    generator = torch.Generator().manual_seed(seed)
    constants = OBJECTIVES[name].context(6, 4, generator)
    u = torch.randn(6, 4, generator=generator, dtype=torch.float64)
    return Case(OBJECTIVES[name].bind(constants), u)


@pytest.mark.slow
@pytest.mark.parametrize("name", INVARIANT)
def test_claimed_parts_rescale_freely_and_obey_euler(name: str) -> None:
    """H u_g = -E_g rho and u_g.H u_g = 0 for every part u_g (Fact 0), and L(t u_g, ..) = L."""

    def ratio(case: Case) -> float:
        if name == "barlow_twins":
            require_variation(case)
        value, rho, product = case.loss.jet(case.u)
        parts = case.loss.objective.parts(case.u)
        assert torch.equal(parts.sum(dim=2), case.u)
        moved = [case.loss(case.u + (t - 1) * g) for g in parts.unbind(2) for t in (0.5, 3.0)]
        curved = product(parts)
        euler = (curved + case.loss.objective.parts(rho)).abs().max()
        double = (parts * curved).sum(dim=(0, 1)).abs().max()
        length = float(case.u.norm())
        scale = size(full_hessian(case), case) * length
        return max(
            float((torch.stack(moved) - value).abs().max()) / (RELATIVE * (1 + abs(float(value)))),
            float(euler) / (RELATIVE * scale),
            float(double) / (RELATIVE * scale * length),
        )

    check(f"euler.{name}", cases(name), ratio)


@pytest.mark.parametrize("kind", [Invariance.ROW, Invariance.FEATURE])
@pytest.mark.parametrize("name", OBJECTIVES)
def test_unclaimed_parts_do_not_rescale_freely(name: str, kind: Invariance) -> None:
    case = random_case(name)
    value, rho, product = case.loss.jet(case.u)
    objective = case.loss.objective
    parts = kind.parts(case.u, objective.views)
    moved = torch.stack([case.loss(case.u + g) for g in parts.unbind(2)])
    change = float((moved - value).abs().max() / value.abs())
    euler = product(parts) + kind.parts(rho, objective.views)
    defect = float(euler.abs().max() / rho.abs().max())
    if objective.invariance is kind:
        assert max(change, defect) <= RELATIVE
    else:
        assert min(change, defect) >= MEASURABLE


@pytest.mark.parametrize("name", [n for n in OBJECTIVES if n not in INVARIANT])
def test_unclaimed_outputs_do_not_rescale_together_either(name: str) -> None:
    case = random_case(name)
    value, rho, product = case.loss.jet(case.u)
    assert float((case.loss(2 * case.u) - value).abs() / value.abs()) >= MEASURABLE
    assert float((product(case.u) + rho).abs().max() / rho.abs().max()) >= MEASURABLE


@pytest.mark.parametrize("name", INVARIANT)
def test_an_invariant_objective_is_indefinite_where_its_gradient_does_not_vanish(name: str) -> None:
    case = random_case(name)
    assert float(case.loss.jet(case.u).rho.norm()) > MEASURABLE
    eigenvalues = torch.linalg.eigvalsh(case.loss.dense_hessian(case.u))
    least, most = float(eigenvalues.min()), float(eigenvalues.max())
    assert least < -MEASURABLE * most < 0


# --- separability -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OBJECTIVES)
def test_separable_means_no_cross_sample_block(name: str) -> None:
    case = random_case(name)
    hessian = full_hessian(case).permute(0, 2, 1, 3)
    cross = hessian[~torch.eye(6, dtype=torch.bool)]
    if name in SEPARABLE:
        assert bool((cross == 0).all())
    else:
        assert float(cross.abs().max()) >= MEASURABLE * float(hessian.abs().max())


@pytest.mark.parametrize("name", SEPARABLE)
def test_dense_hessian_of_a_separable_objective_is_its_blocks(name: str) -> None:
    case = random_case(name)
    assert case.loss.separable
    assert case.loss.dense_hessian(case.u).shape == (6, 4, 4)

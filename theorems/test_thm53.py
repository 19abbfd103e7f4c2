"""Theorem 5.3: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
import torch
from torch.autograd.functional import hessian

from theorems.thm53 import CHECKS, STATEMENT, latents, scale, trained
from theorems.thm53.fisher import RANK_TOLERANCE, Fisher, probe_root
from verify.claims.check import Context
from verify.claims.evidence import Outcome
from verify.ssl.probes import Probes

UNIT = torch.eye(3, dtype=torch.float64)


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
        *(
            (reading, reading, replace(model, orbit=(model.orbit[0] + 1, *model.orbit[1:])))
            for reading, model in (("point", latents.CUBE), ("law", latents.HALF_KNOWN))
        ),
        (
            "invariant",
            "fisher",
            replace(latents.PARABOLA, variances=(1 + latents.theta1**2, sp.S.One)),
        ),
    ],
)
def test_what_is_at_rest_or_not_decided_or_no_orbit_or_not_fixed_fails(reading, hypothesis, model):
    assert not latents.hypotheses(model, reading)[hypothesis][1]


def test_what_a_mean_tells_is_divided_by_the_variance():
    # Oracle: the Fisher matrix of N(theta, s) is 1 / s.
    assert latents.CIRCLE.information == sp.diag(1, sp.Rational(1, 4))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize(("of_tolerance", "counts"), [(0.8, False), (1.25, True)])
def test_an_eigenvalue_counts_by_its_share_of_the_largest(scale, of_tolerance, counts):
    # Oracle: diagonal roots.
    small = (of_tolerance * RANK_TOLERANCE) ** 0.5
    other = Fisher(scale * torch.tensor([[[1.0, 0, 0], [0, small, 0]]], dtype=torch.float64))
    assert other.ranks.tolist() == [1 + counts]
    assert Fisher(UNIT[None, 1:2]).outside(other).item() == pytest.approx(1 - counts, abs=1e-12)
    assert Fisher(UNIT[None, 2:]).outside(other).item() == pytest.approx(1)
    assert Fisher(UNIT[None, :2]).outside(other).item() == pytest.approx((1 - counts) / 2)


@pytest.mark.parametrize(("share", "rank"), [(1.01e-6, 2), (0.99e-6, 1)])
def test_an_eigenvalue_of_a_millionth_is_the_least_that_counts(share, rank):
    assert (
        Fisher(torch.diag(torch.tensor([1, share], dtype=torch.float64).sqrt())[None]).ranks == rank
    )


def test_what_is_learnt_about_a_location_is_the_same_along_every_direction():
    # Oracle: the Fisher matrix of N(theta, s^2 I) about theta is I / s^2.
    v = torch.nn.functional.normalize(torch.tensor([[1.0, 2, -2], [0, 3, 4]]).double(), dim=1)
    assert Fisher(torch.stack([UNIT / 2, 3 * UNIT])).along(v).tolist() == pytest.approx([1, 1])


def test_a_probe_tells_of_its_features_what_its_hessian_says():
    # Oracle: automatic differentiation of -log p through the probe's own standardisation.
    generator = torch.Generator().manual_seed(0)
    centre, weight, bias, features = (
        torch.randn(shape, generator=generator, dtype=torch.float64)
        for shape in ((1, 1, 3), (1, 3, 4), (1, 1, 4), (2, 3))
    )
    scale = torch.tensor([[[0.2, 1.0, 5.0]]], dtype=torch.float64)
    probes = Probes(centre, scale, ((weight, bias),))
    roots = probe_root(probes, features)
    for root, z in zip(roots, features, strict=True):
        wanted = hessian(lambda x: -probes.logits(x[None, None])[0, 0].log_softmax(0)[2], z)
        assert torch.allclose(root.T @ root, wanted, rtol=1e-10, atol=1e-12)


SMALL = RANK_TOLERANCE / 2
"""A figure that counts as none."""


@pytest.mark.parametrize("failing", [*range(5), None])
def test_a_hypothesis_holds_where_every_point_meets_it(failing):
    # One network of two meets all of them, the other all but one.
    met = trained.Seen(
        ranks=((3, 3), (2, 2)),
        exceeding=0.0,
        unprocessed=(0.0, SMALL),
        along=(0.5, 0.25),
        seen=SMALL,
        overlapping=0.0,
        spectra=(UNIT, UNIT),
    )
    spoilt = {
        0: {"unprocessed": (0.0, 0.5)},
        2: {"seen": 0.5},
        3: {"overlapping": 0.5},
        4: {"exceeding": 0.5},
    }
    other = met._replace(**spoilt.get(failing, {}))
    steepest = 0.5 if failing == 1 else SMALL
    for each in ([met, other], [other, met]):
        table = trained._hypothesis_table(
            {"rotation": each}, {"rotation": (0.5, 0.25)}, [0.0], steepest
        )
        ((model, *cells),) = table.rows
        assert model == trained.MODELS["rotation"]
        wanted = ["fails" if column == failing else "holds" for column in range(5)]
        assert [cell.partition(":")[0] for cell in cells] == wanted


def test_the_location_family_has_the_rank_of_the_jacobian_to_leading_order_only():
    # Oracle: quadrature of the law of h = z_1 - z_2^2 and its scores. J = (1, -4/5) at theta = (1.3, 2/5); along
    # ker J the variance V of h changes, which tells (dV / V)^2 / 2 = 1.16 of theta however small sigma is.
    theta, nodes = (1.3, 0.4), np.polynomial.hermite_e.hermegauss(80)
    x, weights = nodes[0], nodes[1] / nodes[1].sum()
    j = np.array([1.0, -0.8])
    for sigma in (0.01, 0.001):
        centre, spread = theta[0] - theta[1] ** 2, sigma * np.hypot(*j)
        h = np.linspace(centre - 9 * spread, centre + 9 * spread, 4001)
        away = (h[:, None] + (theta[1] + sigma * x) ** 2 - theta[0]) / sigma
        density = np.exp(-(away**2) / 2) / np.sqrt(2 * np.pi) / sigma
        law = density @ weights
        scores = np.array([(density * each / sigma) @ weights for each in (away, x + 0 * away)])
        information = (scores / law) @ scores.T * (h[1] - h[0])
        limit = np.outer(j, j) / (j @ j)
        assert sigma**2 * information == pytest.approx(limit, abs=3 * sigma**2)
        assert np.linalg.eigvalsh(information)[0] == pytest.approx(1.16, abs=0.01)
    assert trained.MODELS["location"] == "location family, leading order"


BLIND = f"invariant along {scale.INVARIANT} directions"


@pytest.mark.parametrize(
    ("name", "change", "wrong"),
    [
        pytest.param("RELATIVE", scale.RELATIVE, "", id="as it should be"),
        pytest.param("rank_bound", lambda d, v: d - v + 1, BLIND, id="the rank is not the bound"),
        pytest.param(
            "exceeds", lambda gram: len(gram) < 12, "any", id="J^T J is not certified of one head"
        ),
        pytest.param(
            "symmetrised",
            lambda gram: gram + 1e-6 * torch.eye(len(gram), dtype=torch.float64),
            f"any, {BLIND}",
            id="J^T J has another least eigenvalue than J",
        ),
    ],
)
def test_ranks_at_production_size_are_red_where_one_condition_fails(
    monkeypatch, name, change, wrong
):
    monkeypatch.setattr(scale, "WIDTHS", (12, 40, 40))
    monkeypatch.setattr(scale, name, change)
    found = scale.rank_of_jacobian(
        Context(seed=0, profile="smoke", device="cpu", cache="", rooms={})
    )
    assert found.outcome == (Outcome.SURPRISE if wrong else Outcome.AS_STATED)
    assert found.summary.endswith(f"not what it should be: {wrong}.") == bool(wrong)

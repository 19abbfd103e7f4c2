"""Theorem 4.1: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

import pytest
import torch

from theorems.thm41 import CHECKS, STATEMENT
from verify.numeric.activations import SWISH
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check(check, assert_as_stated):
    assert_as_stated(check)


def test_verdicts(assert_verdicts):
    assert_verdicts(STATEMENT, CHECKS)


def test_a_unit_without_slope_needs_no_width():
    # Parts `critical` and `saddles` need s'(a_j) != 0: d = m = k = 1, L(u) = u, and Swish where s' = 0, which
    # lies where its sign changes. There z* is critical, J = 0 and M = s'' != 0, though m = d.
    one, zero = torch.ones(1, 1).double(), torch.zeros(1).double()
    found = []
    for bias in (-1.2784646, -1.2784645):
        head = Head([one, one], [torch.tensor([bias], dtype=torch.float64), zero], SWISH)
        hessian = EffectiveHessian(head, lambda u: u.sum(), zero)
        assert hessian.pullback.dense().item() == 0
        assert hessian.interaction.dense().item() == pytest.approx(0.2178, abs=1e-4)
        found.append(float(hessian.gradient))
    assert found[0] < 0 < found[1]


def test_a_loss_constant_along_one_ray_is_not_scale_invariant():
    # Part `fact0` needs L(t x) = L(x) for all x: L(u) = u_2 is constant along the ray through (1, 0), where
    # rho = (0, 1) != 0 and the Hessian is 0, so that H u != -rho, and it is not strictly indefinite.
    u = torch.tensor([1.0, 0.0], dtype=torch.float64)

    def loss(u):
        return u[1]

    hessian = torch.autograd.functional.hessian(loss, u)
    rho = torch.autograd.functional.jacobian(loss, u)
    assert loss(3 * u) == loss(u)
    assert loss(3 * (u + 1)) != loss(u + 1)
    assert rho.tolist() == [0, 1]
    assert (hessian @ u).tolist() == [0, 0]

"""Theorem 3.2: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

import pytest
import torch
from torch.autograd.functional import hessian, jacobian

from theorems.thm32 import CHECKS, STATEMENT, fitting
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

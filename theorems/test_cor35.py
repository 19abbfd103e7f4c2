"""Corollary 3.5: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

import pytest
import torch

from theorems.cor35 import CHECKS, STATEMENT, production
from theorems.cor35.properties import distance_to_cone
from verify.numeric.objectives import OBJECTIVES, Labels, Targets


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check(check, assert_as_stated):
    assert_as_stated(check)


def test_verdicts(assert_verdicts):
    assert_verdicts(STATEMENT, CHECKS)


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

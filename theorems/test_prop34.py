"""Proposition 3.4: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

import pytest
import torch
from torch.autograd.functional import hessian, jacobian

from theorems.prop34 import CHECKS, STATEMENT, properties, scale_large
from verify.numeric.activations import SWISH
from verify.numeric.effective_hessian import interaction
from verify.numeric.heads import Head


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check(check, assert_as_stated):
    assert_as_stated(check)


def test_verdicts(assert_verdicts):
    assert_verdicts(STATEMENT, CHECKS)


def _head(size: float) -> tuple[Head, Head]:
    """A small head with three layers and a perturbed copy, as in `scale_large.term_shares`."""
    generator = torch.Generator().manual_seed(0)
    weights = [torch.randn(m, n, generator=generator).double() for n, m in ((3, 5), (5, 4), (4, 6))]
    moved = [w + size * w.roll(1, 0) for w in weights]
    return Head(weights, None, SWISH), Head(moved, None, SWISH)


def test_layerwise_bounds_are_upper_bounds():
    # Oracle: spectral norms of formed Jacobians, and second derivatives at many unit vectors.
    size, z = 1e-2, torch.tensor([0.3, -1.0, 0.5], dtype=torch.float64)
    heads = _head(size)
    traces = tuple(head.trace(z) for head in heads)
    norms = [float(torch.linalg.matrix_norm(w, ord=2)) for w in heads[0].weights]
    rows = [float(w.norm(dim=1).max()) for w in heads[0].weights]
    factors = [
        [scale_large.Factor(n, (1 + size) * n, size * n) for n in each] for each in (norms, rows)
    ]
    slopes = [
        scale_large.entrywise(x[1], y[1]) for x, y in zip(*(t.jets for t in traces), strict=True)
    ]
    first = scale_large.jacobian(factors[0], slopes, 1, 3)
    before, after = (trace.jacobian() for trace in traces)
    for matrix, bound in zip((before, after, after - before), first, strict=True):
        assert float(torch.linalg.matrix_norm(matrix, ord=2)) <= bound
    v = torch.randn(500, 3, generator=torch.Generator().manual_seed(1)).double()
    v = v / v.norm(dim=1, keepdim=True)
    units = torch.eye(6, dtype=torch.float64)
    bent = [
        torch.stack([torch.einsum("na,ab,nb->n", v, interaction(t, unit), v) for unit in units])
        for t in traces
    ]
    second = scale_large.second_derivative(*factors, traces)
    for values, bound in zip((*bent, bent[1] - bent[0]), second, strict=True):
        assert 0 < float(values.norm(dim=0).max()) <= bound


def test_letters_are_those_of_the_loss():
    # Oracle: gradient and Hessians of L by automatic differentiation, at both outputs.
    draw = torch.Generator().manual_seed(3)
    a, da, j, b, g, s, c = (
        torch.randn(shape, generator=draw, dtype=torch.float64)
        for shape in ((2,), (2,), (2, 3), (2, 3, 3), (2,), (2, 2), (2, 2, 2))
    )
    case = properties.Jets((a, j, b), (da, 2 * j, b), g, s, c)
    found, most = properties.letters(case)
    hessians = [hessian(case.loss, u) for u in (a, a + da)]
    norms = [
        float(torch.linalg.matrix_norm(h, ord=2)) for h in (*hessians, hessians[1] - hessians[0])
    ]
    assert (found.M, most, found.T * found.epsilon0) == pytest.approx(
        (norms[0], max(norms[:2]), norms[2])
    )
    assert pytest.approx(float(jacobian(case.loss, a).norm())) == found.R
    assert (found.epsilon0, found.epsilon) == pytest.approx((float(da.norm()), 2 * found.L))


def test_the_bound_of_a_product_is_attained_by_numbers():
    # Oracle: 3 * 5 * 7 - 1 * 2 * 3.
    factors = [scale_large.Factor(x, y, y - x) for x, y in ((1, 3), (2, 5), (3, 7))]
    assert scale_large.product(factors) == (6, 105, 99)


def test_upper_norm_is_above_and_not_far():
    generator = torch.Generator().manual_seed(2)
    matrix = torch.randn(200, 100, generator=generator)
    norm = float(torch.linalg.matrix_norm(matrix, ord=2))
    assert norm <= scale_large.upper_norm(matrix, generator) <= 4 * norm

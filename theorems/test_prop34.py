"""Proposition 3.4: every check of the room, and the verdicts they lead to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
from torch.autograd.functional import hessian, jacobian

from theorems.prop34 import CHECKS, STATEMENT, properties, scale, scale_large
from theorems.prop34.bounds import Letters, star_terms
from verify.numeric.activations import SWISH
from verify.numeric.effective_hessian import EffectiveHessian, interaction
from verify.numeric.heads import Head


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_check(check, assert_as_stated):
    assert_as_stated(check)


def test_verdicts(assert_verdicts):
    assert_verdicts(STATEMENT, CHECKS)


def _norm(matrix: torch.Tensor) -> float:
    return float(torch.linalg.matrix_norm(matrix, ord=2))


Map = Callable[[torch.Tensor], torch.Tensor]


def _bent(head: Map, z: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """D^2 h[v, v] by automatic differentiation, for the rows of v: (n, d) -> (n, k)."""
    second = [hessian(lambda x, i=i: head(x)[i], z) for i in range(len(head(z)))]
    return torch.stack([torch.einsum("na,ab,nb->n", v, s, v) for s in second], dim=1)


def _directions(d: int) -> torch.Tensor:
    v = torch.randn(2000, d, generator=torch.Generator().manual_seed(1)).double()
    return v / v.norm(dim=1, keepdim=True)


def _loss(u: torch.Tensor) -> torch.Tensor:
    """Cross-entropy with label 0."""
    return torch.logsumexp(u, dim=0) - u[0]


def _true_letters(heads: Sequence[Map], z: torch.Tensor, loss: Map = _loss) -> Letters:
    """The least values of the letters by automatic differentiation, T, K2 and eps2 from below.

    T from ten points of the segment, K2 and eps2 from many unit vectors.
    """
    before, after = (jacobian(head, z) for head in heads)
    u, moved = (head(z) for head in heads)
    delta = moved - u
    h = hessian(loss, u)
    steps = [n / 10 for n in range(1, 11)]
    jumps = [_norm(hessian(loss, u + s * delta) - h) / float(s * delta.norm()) for s in steps]
    bent = [_bent(head, z, _directions(len(z))) for head in heads]
    k2, epsilon2 = (float(x.norm(dim=1).max()) for x in (bent[0], bent[1] - bent[0]))
    return Letters(
        _norm(before),
        _norm(h),
        _norm(after - before),
        max(jumps),
        float(jacobian(loss, u).norm()),
        k2,
        float(delta.norm()),
        epsilon2,
    )


LOOSE = {"L": 1.001, "M": 1.1, "epsilon": 1.001, "T": 40, "K2": 3, "epsilon0": 1.001, "epsilon2": 5}
"""By how much a letter at 3-5-9 may exceed the largest value that is found; T has exp(2 |Delta|_max) in it."""


@pytest.mark.parametrize("size", scale.SIZES)
def test_letters_are_above_what_they_bound_and_not_far(size):
    # Oracle: automatic differentiation of head and loss, norms by SVD, at the segment and many unit vectors.
    draw = torch.Generator().manual_seed(4)
    shapes = ((5, 3), (9, 5))
    weights, noise = ([torch.randn(s, generator=draw).double() for s in shapes] for _ in range(2))
    z = torch.randn(3, generator=draw).double()
    moved = [w + size * x for w, x in zip(weights, noise, strict=True)]
    # Outputs near 0, so that no probability is near 1 and |H| not far from the largest.
    level = torch.randn(9, generator=draw).double() / 4 - weights[1] @ SWISH(weights[0] @ z)
    heads = Head(weights, (None, level), SWISH), Head(moved, (None, level), SWISH)
    found = scale.letters(
        tuple(head.trace(z) for head in heads), (_norm(weights[1]), size * _norm(noise[1]))
    )
    true = _true_letters(heads, z)
    for name, most in LOOSE.items():
        least = getattr(true, name) * (1 - 1e-9)
        assert least <= getattr(found, name) <= most * least, name


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


@pytest.mark.parametrize(("k", "d"), [(2, 3), (1, 3), (3, 1)])
def test_letters_are_those_of_the_loss(k, d):
    # Oracle: automatic differentiation of all three, T along the segment, where its quotient is constant. Second
    # derivatives at many unit vectors, from below, which comes near where k or d is 1.
    draw = torch.Generator().manual_seed(3)
    shapes = ((k,), (k, d), (k, d, d)), ((k,), (k, d), (k, d, d)), ((k,), (k, k), (k, k, k))
    target, error, loss = (
        tuple(torch.randn(shape, generator=draw, dtype=torch.float64) for shape in each)
        for each in shapes
    )
    case = properties.Jets(target, error, *loss)
    found, most = properties.letters(case)
    heads = [
        lambda z, a=a, j=j, b=b: a + j @ z + torch.einsum("iab,a,b->i", b, z, z) / 2
        for a, j, b in (case.target, case.perturbed)
    ]
    true = _true_letters(heads, torch.zeros(d, dtype=torch.float64), case.loss)
    moved = _norm(hessian(case.loss, case.perturbed[0]))
    assert most == pytest.approx(max(true.M, moved))
    for name, least in true._asdict().items():
        if name in ("K2", "epsilon2"):
            looser = 1.01 if 1 in (k, d) else 2
            assert least * (1 - 1e-9) <= getattr(found, name) <= looser * least, name
        else:
            assert getattr(found, name) == pytest.approx(least), name


def test_the_bound_of_a_product_is_attained_by_numbers():
    # Oracle: 3 * 5 * 7 - 1 * 2 * 3.
    factors = [scale_large.Factor(x, y, y - x) for x, y in ((1, 3), (2, 5), (3, 7))]
    assert scale_large.product(factors) == (6, 105, 99)


def test_upper_norm_is_above_and_not_far():
    generator = torch.Generator().manual_seed(2)
    matrix = torch.randn(200, 100, generator=generator)
    norm = float(torch.linalg.matrix_norm(matrix, ord=2))
    assert norm <= scale_large.upper_norm(matrix, generator) <= 2 * norm


def test_upper_norm_is_too_small_as_often_as_is_said(monkeypatch):
    """Of the matrix 1 with one draw x: where RISK sqrt(2/pi) |x| < 1, with probability near 1/RISK."""
    monkeypatch.setattr(scale_large, "DRAWS", 1)
    generator, one = torch.Generator().manual_seed(5), torch.ones(1, 1)
    found = [scale_large.upper_norm(one, generator) for _ in range(4000)]
    share = sum(norm < scale_large.ROUNDED for norm in found) / len(found)
    assert share == pytest.approx(1 / scale_large.RISK, rel=0.15)


def test_the_terms_of_three_layers_are_above_those_of_the_true_letters():
    # Oracle: the bound with letters by automatic differentiation of head and loss; of M eps^2 the largest p.
    size, z = 1e-2, torch.tensor([0.3, -1.0, 0.5], dtype=torch.float64)
    heads = _head(size)
    true = _true_letters(heads, z)
    norms, rows = (
        [of(w) for w in heads[0].weights] for of in (_norm, lambda w: float(w.norm(dim=1).max()))
    )
    factors = [[scale_large.Factor(n, (1 + size) * n, size * n) for n in e] for e in (norms, rows)]
    traces = tuple(head.trace(z) for head in heads)
    terms = scale_large.bound_terms(*factors, traces, true.R)
    for term, least in zip(terms, star_terms(true), strict=True):
        assert 0 < least <= term
    slopes = [scale_large.entrywise(*(t.jets[n][1] for t in traces)) for n in range(2)]
    epsilon = scale_large.jacobian(factors[0], slopes, 1, 3).apart
    largest = float(torch.softmax(heads[0](z), dim=0).max())
    assert terms[1] == pytest.approx(largest * epsilon**2)


def test_the_largest_product_is_below_the_norm_and_not_far():
    # Oracle: the norm of the difference of Hessians by automatic differentiation of the composition.
    z = torch.tensor([0.3, -1.0, 0.5], dtype=torch.float64)
    heads = _head(1e-2)
    change = _norm(
        hessian(lambda x: _loss(heads[1](x)), z) - hessian(lambda x: _loss(heads[0](x)), z)
    )
    target, moved = (EffectiveHessian(head, _loss, z) for head in heads)
    start = torch.ones(3, dtype=torch.float64)
    assert 0.9 * change <= scale_large._largest(moved, target, start) <= change

"""One point on a CPU in NumPy, and plans: values, errors, and how much PyTorch is called.

Oracle: `torch.func.hessian` of PyTorch's own functions, which shares no line with the closed forms,
and for the terms by themselves the same at frozen rho. Counts of calls stand for speed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from curvature_fixture import Dispatches, generator, normal, random_head

from verify.numeric import EffectiveHessian, extreme_eigenpairs
from verify.numeric.activations import ACTIVATIONS, GELU, RELU, SWISH, TANH
from verify.numeric.heads import Head
from verify.numeric.objectives import NEGATIVE_COSINE, OBJECTIVES, Targets
from verify.numeric.points import PointProducts, array_jet

CLOSED = sorted(n for n, o in OBJECTIVES.items() if o.closed is not None and o.views == 1)
RELATIVE = 1e-12


def naive(name, u, constants):
    """The losses of one row in PyTorch's own words."""
    if name in ("negative_cosine", "byol"):
        cosine = F.cosine_similarity(u, constants.targets).mean()
        return 2 - 2 * cosine if name == "byol" else -cosine
    if name == "mse":
        return (u - constants.targets).pow(2).sum() / 2
    if name == "softmax_cross_entropy":
        return F.cross_entropy(u, constants.labels)
    probabilities = F.softmax(
        (constants.teacher - constants.centre) / constants.teacher_temperature, 1
    )
    return F.cross_entropy(u / constants.student_temperature, probabilities)


@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("name", CLOSED)
def test_terms_agree_with_automatic_differentiation(name, depth):
    for number, activation in enumerate(ACTIVATIONS):
        head = random_head((5, 7, 4, 6, 5)[: depth + 1], activation, seed=number)
        constants = OBJECTIVES[name].context(1, head.k, generator(number))
        if name == "dino":  # at the published temperature a softmax of random logits saturates
            constants = replace(constants, student_temperature=1.0)
        loss, z = OBJECTIVES[name].bind(constants), normal(5, seed=number)
        wanted = torch.func.hessian(lambda z: naive(name, head(z)[None], constants))(z)  # noqa: B023
        hessian = EffectiveHessian(head, loss, z)
        assert isinstance(hessian._products, PointProducts)
        rho = torch.func.grad(lambda u: naive(name, u[None], constants))(head(z))  # noqa: B023
        bent = torch.func.hessian(lambda z: rho @ head(z))(z)  # noqa: B023
        g, m, values = EffectiveHessian.plan(head, loss).terms(z)
        allowed = RELATIVE * max(1e-2, float(wanted.abs().max()), float(bent.abs().max()))
        v = normal(5, 3, seed=number)
        for found, expected in (
            (g, wanted - bent),
            (m, bent),
            (hessian.dense(), wanted),
            (hessian @ v, wanted @ v),
            (values, torch.linalg.eigvalsh(wanted)),
            (hessian.rho, rho),
            (hessian.gradient, torch.func.grad(lambda z: naive(name, head(z)[None], constants))(z)),  # noqa: B023
        ):
            assert found.shape == expected.shape
            assert (found - expected).abs().max() <= allowed
        assert torch.equal(g, g.T)
        assert torch.equal(m, m.T)
        one = EffectiveHessian.plan(head, loss).terms(z[None])
        assert torch.equal(one.pullback[0], g)
        assert torch.equal(one.eigenvalues[0], values)


def test_every_hidden_layer_has_its_own_curvature_where_the_widths_do_not_tell():
    head, z = random_head((5, 6, 6, 6, 4), SWISH), normal(5, seed=3)
    constants = OBJECTIVES["negative_cosine"].context(1, head.k, generator(0))
    hessian = EffectiveHessian(head, OBJECTIVES["negative_cosine"].bind(constants), z)
    assert isinstance(hessian._products, PointProducts)
    wanted = torch.func.hessian(lambda z: naive("negative_cosine", head(z)[None], constants))(z)
    assert (hessian.dense() - wanted).abs().max() <= RELATIVE * float(wanted.abs().max())


def test_one_plan_serves_points_batches_large_heads_and_callables():
    """A single point, several, and what has no NumPy kernel are what `EffectiveHessian` says."""
    head, targets = random_head((5, 9, 6), SWISH), normal(3, 6, seed=1)
    loss = NEGATIVE_COSINE.bind(Targets(targets))
    z = normal(3, 5, seed=2)
    plan = EffectiveHessian.plan(head, loss)
    terms, hessian = plan.terms(z), EffectiveHessian(head, loss, z)
    torch.testing.assert_close(terms.pullback + terms.interaction, hessian.dense())
    torch.testing.assert_close(terms.eigenvalues, torch.linalg.eigvalsh(hessian.dense()))
    torch.testing.assert_close(plan.extremes(z).values, terms.eigenvalues[:, [0, -1]])
    callables = EffectiveHessian.plan(lambda z: head(z), lambda u: loss.unchecked(u))
    torch.testing.assert_close(
        callables.terms(z).eigenvalues, terms.eigenvalues.flatten().sort().values
    )
    large = random_head((520, 310, 40), SWISH)
    plan = EffectiveHessian.plan(large, NEGATIVE_COSINE.bind(Targets(normal(1, 40, seed=3))))
    point = normal(520, seed=4)
    values = plan.terms(point).eigenvalues
    found = plan.extremes(point)
    assert found.method == "lanczos"
    torch.testing.assert_close(found.values, values[[0, -1]], rtol=1e-9, atol=0)


def test_float32_stays_float32():
    head = random_head((5, 9, 6), SWISH)
    single = Head([w.float() for w in head.weights], [b.float() for b in head.biases], SWISH)
    loss, z = NEGATIVE_COSINE.bind(Targets(normal(1, 6, seed=1))), normal(5, seed=2)
    terms = EffectiveHessian.plan(single, loss.to(torch.float32)).terms(z.float())
    wanted = EffectiveHessian.plan(head, loss).terms(z)
    for one, other in zip(terms, wanted, strict=True):
        assert one.dtype == torch.float32
        torch.testing.assert_close(one.double(), other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("activation", [RELU, SWISH, GELU])
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_jets_in_numpy_are_those_in_pytorch(activation):
    """The oracle is tested against SymPy at fifty digits; far out a quotient of exponentials is NaN."""
    x = np.concatenate((np.linspace(-9, 9, 181), [-800.0, -40.0, -1e-300, 40.0, 800.0]))
    wanted = activation.jet(torch.from_numpy(x))
    for found, expected in zip(array_jet(activation, x), wanted, strict=True):
        torch.testing.assert_close(torch.from_numpy(found), expected, rtol=1e-14, atol=1e-16)
    for part in array_jet(activation, x.astype(np.float32)):
        assert part.dtype == np.float32


def test_a_jet_of_ones_own_is_what_counts():
    flat = replace(SWISH, jet=TANH.jet)
    head = random_head((5, 7, 6), SWISH)
    swapped = Head(head.weights, head.biases, flat)
    z = normal(5, seed=2)
    found = EffectiveHessian.plan(swapped, COSINE).terms(z)
    wanted = EffectiveHessian.plan(Head(head.weights, head.biases, TANH), COSINE).terms(z)
    for one, other in zip(found, wanted, strict=True):
        assert torch.equal(one, other)


COSINE = NEGATIVE_COSINE.bind(Targets(normal(1, 6, seed=1)))


@pytest.mark.parametrize(
    ("head", "loss", "z", "error", "message"),
    [
        (random_head((5, 6), SWISH), COSINE, normal(5, seed=0) * torch.nan, ValueError, "`z` must be finite"),
        (random_head((5, 6), SWISH), COSINE, normal(4, seed=0), ValueError, "last dimension 5"),
        (random_head((5, 6), SWISH), COSINE, normal(5, seed=0).float(), TypeError, "Convert one"),
        (random_head((5, 6), SWISH), COSINE, torch.zeros(5, dtype=torch.int64), TypeError, "float64 or float32"),
        (random_head((5, 6), SWISH, bias=False), COSINE, 0 * normal(5, seed=0), ValueError, "row 0 of `u` has none"),
        (random_head((5, 4), SWISH), COSINE, normal(5, seed=0), ValueError, "same shape"),
        (random_head((5, 6), SWISH), COSINE.to(torch.float32), normal(5, seed=0), TypeError, "one type"),
        (random_head((5, 9, 6), RELU, bias=False), COSINE, 0 * normal(5, seed=0), ValueError, "at kink"),
        (Head([1e200 * normal(6, 5, seed=1)] , None, SWISH), COSINE, 1e200 * normal(5, seed=0), ValueError, "`head` gave an output"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("error::RuntimeWarning")  # an overflow is told in a sentence, and once
def test_a_plan_refuses_what_the_hessian_refuses(head, loss, z, error, message):
    for make in (EffectiveHessian.plan(head, loss).terms, EffectiveHessian.plan(head, loss).at):
        with pytest.raises(error, match=message):
            make(z)


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_matrix_that_overflows_has_no_spectrum():
    head = Head([1e160 * torch.eye(3, dtype=torch.float64)], None, SWISH)
    loss = OBJECTIVES["mse"].bind(Targets(torch.zeros(1, 3, dtype=torch.float64)))
    z = torch.full((3,), 1e-300, dtype=torch.float64)
    with pytest.raises(FloatingPointError, match="not finite"):
        EffectiveHessian.plan(head, loss).terms(z)


def test_what_is_finite_may_have_squares_that_overflow():
    head = Head([torch.eye(3, dtype=torch.float64)], None, SWISH)
    loss = OBJECTIVES["mse"].bind(Targets(torch.zeros(1, 3, dtype=torch.float64)))
    z = torch.full((3,), 1e200, dtype=torch.float64)
    assert torch.equal(
        EffectiveHessian.plan(head, loss).terms(z).eigenvalues, torch.ones(3).double()
    )


def test_the_terms_of_a_small_head_take_few_calls_of_pytorch_and_no_copy_of_a_weight():
    """85 calls before; what is left are views, and the loss's check of its targets."""
    head = random_head((64, 128, 128), SWISH, bias=False)
    loss = NEGATIVE_COSINE.bind(Targets(normal(1, 128, seed=1)))
    z = normal(64, seed=2)
    plan = EffectiveHessian.plan(head, loss)
    plan.terms(z)
    with Dispatches() as seen:
        plan.terms(z)
    assert seen.count <= 15
    for tensor, (weight, bias) in zip(head.weights, head.arrays, strict=True):
        assert np.shares_memory(tensor.numpy(), weight)
        assert bias.shape == weight.shape[:1]


def test_the_hessian_is_ordinary_under_inference_mode_and_autocast():
    """Tensors of inference mode could not be differentiated through afterwards."""
    head, loss, z = random_head((5, 9, 6), SWISH), COSINE, normal(5, seed=2)
    plan = EffectiveHessian.plan(head, loss)
    wanted = plan.terms(z)
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        found, pairs = plan.terms(z), extreme_eigenpairs(plan.at(z))
    assert not found.pullback.is_inference()
    assert not plan.at(z).output.is_inference()
    torch.testing.assert_close(found, wanted, rtol=0, atol=0)
    torch.testing.assert_close(pairs.values, wanted.eigenvalues[[0, -1]])

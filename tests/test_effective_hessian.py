"""EffectiveHessian: products, matrices, coupling and errors.

Oracle: `torch.func.hessian` of the composed function, which shares no line with the closed forms.
It would miss an error that torch's derivative formulas and the activations' jets have in common;
tests/test_activations.py compares those with SymPy at 50 digits, and
tests/test_certificates.py the whole of G and M with balls. PyTorch's own modules are the oracle
for BatchNorm and for heads read from modules: torch.func.hessian of our own BatchNorm would not
notice a wrong variance.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
import torch
import torch.nn.functional as F
from curvature_fixture import LOSSES, Dispatches, generator, normal, random_head
from hypothesis import HealthCheck, assume, given, seed, settings
from hypothesis import strategies as st
from torch import nn

from verify.numeric import EffectiveHessian, extreme_eigenpairs
from verify.numeric.activations import ACTIVATIONS, RELU, SWISH, TANH
from verify.numeric.batchnorm import BatchNorm
from verify.numeric.effective_hessian import interaction
from verify.numeric.heads import Head
from verify.numeric.modules import head_of
from verify.numeric.objectives import NEGATIVE_COSINE, OBJECTIVES, Targets
from verify.numeric.operators import SymmetricOperator
from verify.numeric.products import HeadProducts
from verify.ssl.backbones import Projector

RELATIVE = 1e-10
"""Largest difference allowed, over the largest entry: 1e6 roundings of float64, which covers the
condition of five layers of BatchNorm over as few as four samples."""


SMALL = 1e-3
"""A smaller Hessian is the difference of terms of order 1, as under a saturated softmax, and
inherits their rounding."""


def full_matrix(hessian: SymmetricOperator) -> torch.Tensor:
    """The Hessian over all of z's entries, whether it comes in blocks or not."""
    dense = hessian.dense()
    return torch.block_diag(*dense) if dense.ndim == 3 else dense


def autograd_matrix(function, z: torch.Tensor) -> torch.Tensor:
    return torch.func.hessian(function)(z).reshape(z.numel(), z.numel())


def assert_close(found: torch.Tensor, wanted: torch.Tensor, scale: float = SMALL) -> None:
    scale = wanted.abs().max().clamp(min=scale)
    assert (found - wanted).abs().max() <= RELATIVE * scale, (found - wanted).abs().max() / scale


def summand(head, loss, z: torch.Tensor) -> float:
    """A summand of G may be as large as this, and its rounding stays where the others cancel it."""
    jacobian, u = torch.func.jacrev(head)(z), head(z)
    curvature = torch.func.hessian(lambda u: loss.unchecked(u.reshape(-1, head.k)))(u)
    return max(SMALL, float(jacobian.abs().max() ** 2 * curvature.abs().max()))


def plain(loss):
    """The loss as a callable without a jet."""
    return lambda u: loss.unchecked(u)


# --- agreement with automatic differentiation ----------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("norm", ["none", "eval", "train"])
@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
def test_products_and_matrices_agree_with_autograd(depth, norm):
    """Every activation, with and without a predictor: G + M, and each by itself.

    The losses take turns; over the five depths every activation meets every loss.
    """
    sizes = (3, 5, 4, 6, 5, 4)[: depth + 1]
    names = sorted(LOSSES)
    for number, (activation, predictor) in enumerate(product(ACTIVATIONS, (False, True))):
        name = names[(number + depth) % len(names)]
        head = random_head(sizes, activation, seed=number, norm=norm)
        if predictor:
            head = head.then(random_head((head.k, 4, 4), activation, seed=number + 500, norm=norm))
        z = normal(4, 3, seed=number)
        loss = LOSSES[name].bind(LOSSES[name].context(4, head.k, generator(number)))
        hessian = EffectiveHessian(head, loss, z)
        wanted = autograd_matrix(lambda z, head=head, loss=loss: loss.unchecked(head(z)), z)
        assert_close(full_matrix(hessian), wanted)
        rho = hessian.rho
        frozen = autograd_matrix(lambda z, head=head, rho=rho: (rho * head(z)).sum(), z)
        scale = max(SMALL, float(wanted.abs().max()), float(frozen.abs().max()))
        v = normal(4, 3, 2, seed=number + 1)
        flat = v.reshape(12, 2)
        for operator, matrix in (
            (hessian, wanted),
            (hessian.interaction, frozen),
            (hessian.pullback, wanted - frozen),
        ):
            assert_close(operator @ v, (matrix @ flat).reshape(v.shape), scale)


@pytest.mark.slow
@settings(
    deadline=None,
    max_examples=60,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@seed(1)
@given(st.data())
def test_random_heads_agree_with_autograd(data):
    """Drawn depth, widths, activations, norm and batch, for one sample as for several."""
    depth = data.draw(st.integers(1, 5))
    sizes = tuple(data.draw(st.lists(st.integers(2, 6), min_size=depth + 1, max_size=depth + 1)))
    norm = data.draw(st.sampled_from(["none", "eval", "train"]))
    activation = data.draw(st.sampled_from(sorted(ACTIVATIONS)))
    number = data.draw(st.integers(0, 10**6))
    head = random_head(sizes, activation, seed=number, norm=norm, bias=data.draw(st.booleans()))
    batch = data.draw(st.integers(4, 6)) if norm == "train" else data.draw(st.integers(0, 3))
    z = normal(*((batch, head.d) if batch else (head.d,)), seed=number)
    loss = NEGATIVE_COSINE.bind(Targets(normal(max(batch, 1), head.k, seed=number + 1)))
    hessian = where_defined(head, loss, z)
    wanted = autograd_matrix(lambda z: loss.unchecked(head(z).reshape(-1, head.k)), z)
    bent = autograd_matrix(lambda z: (hessian.rho * head(z)).sum(), z)
    scale = max(float(bent.abs().max()), summand(head, loss, z))  # G and M may cancel
    assert_close(full_matrix(hessian), wanted, scale)


def where_defined(head, loss, z):
    """The Hessian; a case at a kink, or with an output that has no direction, is drawn anew."""
    try:
        return EffectiveHessian(head, loss, z)
    except ValueError as error:
        assume("undefined at kink" not in str(error) and "directions only" not in str(error))
        raise


@pytest.mark.slow
@pytest.mark.parametrize("norm", ["none", "eval", "train"])
@pytest.mark.parametrize("name", OBJECTIVES)
@settings(
    deadline=None,
    max_examples=6,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@seed(3)
@given(data=st.data())
def test_every_objective_on_every_kind_of_head(name, norm, data):
    """The whole, both terms and, where samples separate, each sample's own loss by itself."""
    objective, number = OBJECTIVES[name], data.draw(st.integers(0, 10**6))
    widths = st.lists(st.integers(3, 5), min_size=2, max_size=3)
    activation = data.draw(st.sampled_from(sorted(ACTIVATIONS)))
    head = random_head(tuple(data.draw(widths)), activation, seed=number, norm=norm)
    if data.draw(st.booleans()):  # a predictor
        more = (head.k, *data.draw(widths))
        head = head.then(random_head(more, activation, seed=number + 500, norm=norm))
    batch = 6
    z = normal(batch, head.d, seed=number)
    constants = objective.context(batch, head.k, generator(number + 1))
    if name == "dino":  # at the published temperature a softmax of random logits saturates
        constants = replace(constants, student_temperature=1.0)
    loss = objective.bind(constants)
    hessian = where_defined(head, loss, z)
    assert hessian.separable == (objective.separable and norm != "train")
    torch.testing.assert_close(hessian.value, loss(head(z)))
    whole = autograd_matrix(lambda z: loss.unchecked(head(z)), z)
    rho = torch.func.grad(loss.unchecked)(head(z))
    bent = autograd_matrix(lambda z: (rho * head(z)).sum(), z)
    scale = max(float(bent.abs().max()), summand(head, loss, z))
    v = normal(batch, head.d, seed=number + 2)
    for operator, matrix in (
        (hessian, whole),
        (hessian.interaction, bent),
        (hessian.pullback, whole - bent),
    ):
        assert_close(full_matrix(operator), matrix, scale)
        assert_close((operator @ v).flatten(), matrix @ v.flatten(), scale)
    if hessian.separable:
        sample = data.draw(st.integers(0, batch - 1))

        def own(row):
            others = torch.cat((z[:sample], row, z[sample + 1 :]))
            return objective.evaluate(constants, head(others))[sample]

        block = autograd_matrix(own, z[sample : sample + 1])
        assert_close(batch * hessian.dense()[sample], block, batch * scale)


def test_any_callables_give_what_own_heads_give():
    head = random_head((3, 6, 5), SWISH, norm="train")
    z = normal(4, 3, seed=1)
    loss = LOSSES["vicreg"].bind(LOSSES["vicreg"].context(4, 5, generator(0)))
    own = EffectiveHessian(head, loss, z)
    others = [
        EffectiveHessian(lambda z: head(z), loss, z),
        EffectiveHessian(head, plain(loss), z),
        EffectiveHessian(lambda z: head(z), plain(loss), z),
    ]
    for other in others:
        for term in ("pullback", "interaction"):
            assert_close(getattr(other, term).dense(), getattr(own, term).dense())
        assert_close(other.gradient, own.gradient)


def test_what_is_found_at_a_callable_carries_no_graph() -> None:
    targets = normal(3, 2, seed=1).requires_grad_()
    hessian = EffectiveHessian(
        torch.tanh, OBJECTIVES["mse"].bind(Targets(targets)), normal(3, 2, seed=2)
    )
    assert not any(t.requires_grad for t in (hessian.output, hessian.rho, hessian.gradient))


def test_a_callable_known_to_separate_comes_in_blocks():
    head = random_head((3, 6, 5), SWISH)
    z, targets = normal(4, 3, seed=1), normal(4, 5, seed=2)
    loss = NEGATIVE_COSINE.bind(Targets(targets))
    blocks = EffectiveHessian(lambda z: head(z), plain(loss), z, separable=True)
    assert blocks.shape == (4, 3, 3)
    own = EffectiveHessian(head, loss, z)
    assert_close(blocks.dense(), own.dense())
    for term in ("pullback", "interaction"):
        assert_close(getattr(blocks, term).dense(), getattr(own, term).dense())
    single = EffectiveHessian(lambda z: head(z), lambda u: u.square().sum(), z[:1], separable=True)
    assert single.shape == (1, 3, 3)


@pytest.mark.parametrize("predictor", [False, True])
def test_each_term_of_a_loss_without_a_jet_has_its_own_matrix(predictor):
    """One of the project's heads behind a callable: G and M, formed apart, sample by sample."""
    head = random_head((3, 5, 4), SWISH, seed=1)
    if predictor:
        head = head.then(random_head((4, 4, 4), SWISH, seed=2))
    z = normal(4, 3, seed=3)
    hessian = EffectiveHessian(head, lambda u: (u**4).sum(), z, separable=True)
    for one, pullback, interaction_term in zip(
        z, hessian.pullback.dense(), hessian.interaction.dense(), strict=True
    ):
        jacobian, u = torch.func.jacrev(head)(one), head(one)
        assert_close(pullback, jacobian.mT @ torch.diag(12 * u**2) @ jacobian)
        rho = 4 * u**3
        frozen = autograd_matrix(lambda z, rho=rho: (rho * head(z)).sum(), one)
        assert_close(interaction_term, frozen)


@pytest.mark.parametrize("pair", [(0, 1), (0, 4), (2, 3), (1, 4)])
def test_samples_said_to_separate_must_do_so(pair):
    """One term that ties two samples of five together, in the head or in the loss, is found."""
    first, second = pair
    head = random_head((3, 6, 5), SWISH)
    z = normal(5, 3, seed=1)

    def tied(z: torch.Tensor) -> torch.Tensor:
        u = head(z)
        return torch.cat((u[:first], u[first : first + 1] * u[second, 0], u[first + 1 :]))

    def loss(u: torch.Tensor) -> torch.Tensor:
        return u.square().sum() + 1e-3 * u[first] @ u[second]

    for ties in ((tied, lambda u: u.square().sum()), (lambda z: head(z), loss), (head, loss)):
        with pytest.raises(ValueError, match="gradient changes with the other samples"):
            EffectiveHessian(*ties, z, separable=True)


def test_ties_that_cancel_on_equal_vectors_are_found():
    """u_0 (u_1 + u_2 - u_3) couples samples, and its product with the same vector for each of 1 and 3 vanishes."""

    def loss(u: torch.Tensor) -> torch.Tensor:
        return u.square().sum() / 2 + (u[0] * (u[1] + u[2] - u[3])).sum()

    with pytest.raises(ValueError, match="gradient changes with the other samples"):
        EffectiveHessian(lambda z: 1 * z, loss, normal(4, 2, seed=0), separable=True)


def test_linear_callables_have_no_interaction():
    weight = normal(4, 3, seed=0)
    hessian = EffectiveHessian(
        lambda z: z @ weight.T, lambda u: u.square().sum() / 2, torch.ones(3).double()
    )
    assert (hessian.interaction.dense() == 0).all()
    assert_close(hessian.dense(), weight.T @ weight)
    assert (
        EffectiveHessian(lambda z: z @ weight.T, lambda u: u.sum(), torch.ones(3).double()).dense()
        == 0
    ).all()


def test_the_interaction_is_the_formula_that_the_derivation_proves():
    head = random_head((4, 6, 5, 3), SWISH)
    z = normal(7, 4, seed=3)
    loss = NEGATIVE_COSINE.bind(Targets(normal(7, 3, seed=4)))
    hessian = EffectiveHessian(head, loss, z)
    assert_close(hessian.interaction.dense(), interaction(head.trace(z), hessian.rho))


def test_matrices_of_some_samples_are_those_of_all():
    head = random_head((4, 6, 5, 3), SWISH)
    loss = NEGATIVE_COSINE.bind(Targets(normal(7, 3, seed=4)))
    hessian = EffectiveHessian(head, loss, normal(7, 4, seed=3))
    chosen = torch.tensor([1, 4, 5])
    assert_close(hessian.dense_blocks(chosen), hessian.dense()[chosen])
    part = hessian.restricted(chosen)
    v = normal(3, 4, seed=9)
    assert_close(part @ v, (hessian.dense()[chosen] @ v.unsqueeze(-1)).squeeze(-1))


@pytest.mark.parametrize("name", ["negative_cosine", "softmax_cross_entropy"])
@pytest.mark.parametrize("sizes", [(4, 3), (4, 6, 3), (4, 6, 5, 3)])
def test_matrices_one_by_one_and_at_once_are_the_same(sizes, name):
    """What a GPU forms for all samples at once a CPU forms in NumPy; each of the two sums by itself."""
    objective = LOSSES[name]
    loss = objective.bind(objective.context(5, sizes[-1], generator(4)))
    hessian = EffectiveHessian(random_head(sizes, SWISH), loss, normal(5, sizes[0], seed=3))
    for term, has in (
        (hessian, (True, True)),
        (hessian.pullback, (True, False)),
        (hessian.interaction, (False, True)),
    ):
        found = term.dense()
        assert torch.equal(found, found.mT)
        assert_close(found, hessian._products._at_once(*has))


def test_the_matrices_of_many_samples_are_formed_in_chunks(monkeypatch):
    """Where the loss is one of the caller's own."""
    head, z, wanted = random_head((4, 6, 3), SWISH), normal(7, 4, seed=3), normal(7, 3, seed=4)

    def own(u):
        return F.cosine_similarity(u, wanted).sum()

    whole = EffectiveHessian(head, own, z, separable=True).dense()
    assert_close(
        whole[4],
        autograd_matrix(lambda x: F.cosine_similarity(head(x), wanted[4], 0), z[4]),
    )
    monkeypatch.setattr(HeadProducts, "samples_per_chunk", 2)
    chunks, at_once = [], HeadProducts._at_once
    monkeypatch.setattr(
        HeadProducts,
        "_at_once",
        lambda self, *has: chunks.append(len(self.gradient)) or at_once(self, *has),
    )
    assert_close(EffectiveHessian(head, own, z, separable=True).dense(), whole)
    assert chunks == [2, 2, 2, 1]


def test_the_pairs_of_a_small_batch_take_no_call_of_pytorch_for_each_sample():
    """Counts of calls stand for speed."""
    head, counts = random_head((32, 40, 30), SWISH), []
    for batch in (3, 30):
        loss = NEGATIVE_COSINE.bind(Targets(normal(batch, 30, seed=4)))
        z = normal(batch, 32, seed=3)
        assert extreme_eigenpairs(EffectiveHessian(head, loss, z)).method == "eigh"
        with Dispatches() as seen:
            extreme_eigenpairs(EffectiveHessian(head, loss, z))
        counts.append(seen.count)
    assert counts[0] == counts[1] <= 145


# --- wide outputs: the shortcut through W^T W ------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "taken"), [("negative_cosine", True), ("mse", True), ("softmax_cross_entropy", False)]
)
def test_the_shortcut_is_taken_only_where_the_loss_allows_it(name, taken):
    """The closed-form matrices go through the loss itself, so they are the shortcut's oracle."""
    head = random_head((4, 5, 40), SWISH)
    objective = LOSSES[name]
    loss = objective.bind(objective.context(3, 40, generator(0)))
    hessian = EffectiveHessian(head, loss, normal(3, 4, seed=1))
    assert (hessian._products._spiked is not None) == taken
    v = normal(3, 4, seed=2)
    assert_close(hessian @ v, (hessian.dense() @ v.unsqueeze(-1)).squeeze(-1))


def test_the_shortcut_holds_where_gradient_and_output_are_parallel():
    """For MSE with targets 0 the two directions are one, and with u = t the gradient is 0."""
    head = random_head((4, 5, 40), SWISH)
    z = normal(3, 4, seed=1)
    for targets in (torch.zeros(3, 40).double(), head(z)):
        hessian = EffectiveHessian(head, LOSSES["mse"].bind(Targets(targets)), z)
        assert hessian._products._spiked is not None
        v = normal(3, 4, seed=2)
        assert_close(hessian @ v, (hessian.dense() @ v.unsqueeze(-1)).squeeze(-1))


# --- heads ----------------------------------------------------------------------------------------


def test_fusing_changes_nothing_but_the_number_of_layers():
    head = random_head((4, 30, 20), SWISH).then(random_head((20, 6, 30), RELU, seed=1))
    assert head.depth == 4
    assert head.fused.depth == 3
    z = normal(5, 4, seed=2)
    torch.testing.assert_close(head.fused(z), head(z))
    trained = random_head((4, 30, 20), SWISH, norm="train").then(
        random_head((20, 6, 30), SWISH, seed=1)
    )
    assert trained.fused.depth == 4
    torch.testing.assert_close(trained.fused(z), trained(z))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("batchnorm", [True, False])
@pytest.mark.parametrize("activation", ["linear", "relu", "gelu", "swish"])
def test_heads_read_from_modules_are_those_modules(activation, batchnorm, training):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = nn.Sequential(
            Projector((4, 6, 5), activation, batchnorm), Projector((5, 3, 5), activation, batchnorm)
        ).double()
    module.train()(normal(50, 4, seed=0) * 2 + 1)
    module.train(training)
    head, z = head_of(module), normal(6, 4, seed=1)
    torch.testing.assert_close(head(z), module(z))
    loss = NEGATIVE_COSINE.bind(Targets(normal(6, 5, seed=2)))
    own = EffectiveHessian(head, loss, z)
    other = EffectiveHessian(module, plain(loss), z)
    assert own.separable == (not (batchnorm and training))
    assert_close(full_matrix(own), other.dense())


def test_modules_that_are_no_heads_are_refused():
    with pytest.raises(TypeError, match=r"must be an nn\.Module; it was function"):
        head_of(lambda z: z)
    with pytest.raises(TypeError, match="Dropout"):
        head_of(nn.Sequential(nn.Linear(2, 2), nn.Dropout()))
    with pytest.raises(TypeError, match="GELU"):
        head_of(nn.Sequential(nn.Linear(2, 2), nn.GELU(approximate="tanh"), nn.Linear(2, 2)))
    with pytest.raises(ValueError, match="linear layer last"):
        head_of(nn.Sequential(nn.Linear(2, 2), nn.ReLU()))
    with pytest.raises(ValueError, match="straight after a linear layer"):
        head_of(nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.BatchNorm1d(2), nn.Linear(2, 2)))


def test_what_serves_two_places_is_read_at_both():
    """An activation whose second place was passed over left a linear layer, unseen where the bias is large."""
    first, middle, last = nn.Linear(3, 4), nn.Linear(4, 4), nn.Linear(4, 2)
    nn.init.constant_(middle.bias, 9.0)
    for activation in (nn.GELU(), nn.Tanh(), nn.ReLU()):
        module = nn.Sequential(first, activation, middle, activation, last).double()
        own = head_of(module)
        assert own.activations == (own.activations[0],) * 2
        z = torch.tensor([30.0, -40.0, 25.0]).double()
        torch.testing.assert_close(own(z), module(z))
    layer = nn.Linear(3, 3)
    norm = nn.BatchNorm1d(3, affine=False, track_running_stats=False)
    module = nn.Sequential(nn.Sequential(layer, norm, nn.SiLU()), layer, norm).double()
    z = normal(6, 3, seed=1)
    torch.testing.assert_close(head_of(module)(z), module(z))


class Functional(nn.Module):
    """A step that is no layer, as PyTorch's own examples write it."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Layers and a ReLU that is none of them."""
        return self.last(torch.relu(self.norm(self.first(x))))


def test_a_module_that_does_more_than_its_layers_say_is_refused_and_left_alone():
    module = Functional()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    with pytest.raises(ValueError, match="does more, or in another order, than its layers say"):
        head_of(module)
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())


def test_batchnorm_without_parameters_is_read_too():
    layers = nn.Linear(3, 4), nn.BatchNorm1d(4, affine=False, track_running_stats=False)
    module = nn.Sequential(*layers, nn.Tanh(), nn.Linear(4, 2)).double()
    z = normal(6, 3, seed=1)
    torch.testing.assert_close(head_of(module)(z), module(z))


# --- errors ---------------------------------------------------------------------------------------

HEAD = random_head((3, 4, 2), SWISH)
STEEP = random_head((3, 4, 2), "quadratic")
LOSS = NEGATIVE_COSINE.bind(Targets(normal(1, 2, seed=0)))
Z = normal(3, seed=1)


def _kinked(u: torch.Tensor) -> torch.Tensor:
    return (u - u.detach()).abs().sqrt().sum()


def _steep(u: torch.Tensor) -> torch.Tensor:
    return (u - u.detach()).sqrt().sum()


@pytest.mark.parametrize(
    ("head", "loss", "z", "error", "message"),
    [
        (HEAD, LOSS, [1.0], TypeError, "`z` must be a tensor"),
        (
            HEAD,
            LOSS,
            torch.ones(3, dtype=torch.int64),
            TypeError,
            "`z` must be real floating point",
        ),
        (
            HEAD,
            LOSS,
            Z.to_sparse(),
            TypeError,
            "`z` must be dense; its layout was torch.sparse_coo",
        ),
        (HEAD, LOSS, Z.float(), TypeError, "`z` is torch.float32, but the head's weights"),
        (HEAD, LOSS, torch.zeros(0, 3).double(), ValueError, "at least one sample"),
        (HEAD, LOSS, torch.zeros(1, 1, 3).double(), ValueError, "`z` must be a point"),
        (HEAD, LOSS, torch.full((3,), torch.nan).double(), ValueError, "`z` must be finite"),
        (HEAD, LOSS, torch.tensor([1.0, torch.inf, 0]).double(), ValueError, "`z` must be finite"),
        (HEAD, LOSS, torch.ones(4).double(), ValueError, "last dimension 3"),
        (HEAD, LOSS, Z.to("meta"), ValueError, "`z` is on meta, but the head's weights are on cpu"),
        (HEAD, LOSS, torch.zeros(0).double(), ValueError, "at least one sample"),
        (STEEP, LOSS, 1e200 * Z, ValueError, "`head` gave an output .* holds NaN or infinity"),
        (HEAD, LOSS, normal(2, 3, seed=0), ValueError, r"the same shape; it was given \(2, 2\)"),
        (HEAD, LOSS.to(torch.float32), Z, TypeError, "but `targets` was torch.float32"),
        (lambda z: z / 0, LOSS, Z, ValueError, "`head` returned NaN or infinity"),
        (lambda z: z[:1], LOSS, normal(2, 3, seed=0), ValueError, "`head` must map"),
        (lambda z: z.to("meta"), LOSS, Z, ValueError, "`head` was given a tensor on cpu"),
        (HEAD, lambda u: u, Z, ValueError, "`loss` must return shape"),
        (
            HEAD,
            lambda u: u.sum().detach(),
            Z,
            ValueError,
            "`loss` returned a tensor that is detached",
        ),
        (HEAD, lambda u: u.sum().int(), Z, TypeError, "`loss` must return a real floating-point"),
        (
            HEAD,
            lambda u: u.sum().float(),
            Z,
            TypeError,
            "`loss` was given torch.float64 and returned",
        ),
        (HEAD, lambda u: u.sum() / 0, Z, ValueError, "`loss` returned NaN or infinity"),
        (HEAD, _kinked, Z, ValueError, "gradient of `loss` holds NaN or infinity"),
        (HEAD, _steep, Z, ValueError, "gradient of `loss` holds NaN or infinity"),
        (lambda z: z.detach(), LOSS, Z, ValueError, "`head` returned a tensor that is detached"),
        (lambda z: z.int(), LOSS, Z, TypeError, "`head` must return a real floating-point"),
        (lambda z: 3, LOSS, Z, TypeError, "`head` must return a tensor"),
        (lambda z: z.sum(), LOSS, Z, ValueError, "`head` must map"),
        (lambda z: z.float(), LOSS, Z, TypeError, "`head` was given torch.float64 and returned"),
        (HEAD, LOSS, Z.half(), TypeError, "float64 or float32; its type was torch.float16"),
        (HEAD, OBJECTIVES["mse"], Z, TypeError, "`loss` must be a callable.*Objective.bind"),
        (3, LOSS, Z, TypeError, "`head` must be a callable of tensors; it was int"),
        (nn.Linear(3, 2), LOSS, Z, ValueError, r"`head` failed at .* \(3,\), torch.float64 on cpu"),
        (nn.Linear(5, 2).double(), LOSS, Z, ValueError, "`head` failed at .*its own tensors must"),
        (HEAD, lambda u: u @ torch.ones(9).double(), Z, ValueError, "`loss` failed at a tensor"),
        (
            torch.asin,
            lambda u: u.square().sum(),
            0 * Z + 1,
            ValueError,
            "`head` gave a gradient at `z`",
        ),
        (
            torch.sqrt,
            lambda u: u.square().sum(),
            0 * Z,
            ValueError,
            "at kink: an argument of `sqrt`",
        ),
    ],
)
def test_bad_arguments_are_named_in_a_sentence(head, loss, z, error, message):
    with pytest.raises(error, match=message):
        EffectiveHessian(head, loss, z)


def test_bad_vectors_are_named_in_a_sentence():
    hessian = EffectiveHessian(HEAD, LOSS, Z)
    with pytest.raises(ValueError, match=r"Expected a vector of shape \(3,\).*got \(4,\)"):
        hessian @ torch.ones(4).double()
    with pytest.raises(TypeError, match=r"float64; got torch\.float32"):
        hessian @ torch.ones(3)
    with pytest.raises(ValueError, match="Expected a vector on cpu; got one on meta"):
        hessian @ Z.to("meta")
    with pytest.raises(ValueError, match="got list"):
        hessian @ [1.0, 2.0, 3.0]
    with pytest.raises(ValueError, match="a vector of finite entries; it holds NaN or infinity"):
        hessian @ torch.full((3,), torch.nan).double()


def test_curvature_that_is_not_finite_is_no_number():
    """A wave of length 1e-200 bends by more than there are numbers; a steep tanh at 0 by 0 times infinity."""
    wave = lambda u: torch.cos(1e200 * u).sum()  # noqa: E731
    bent = EffectiveHessian(lambda z: 2 * z, wave, torch.zeros(2).double())
    weights = [torch.full((1, 1), 1e200, dtype=torch.float64), torch.ones(2, 1).double()]
    steep = EffectiveHessian(
        Head(weights, None, TANH), LOSS, torch.full((1,), 1e-200, dtype=torch.float64)
    )
    for hessian in (bent, steep):
        for door in (extreme_eigenpairs, EffectiveHessian.dense):
            with pytest.raises(FloatingPointError, match="not finite, so it has no eigenvalues"):
                door(hessian)


def test_a_relu_head_at_a_kink_says_so():
    head = Head([torch.tensor([[1.0, -1.0]]).double(), torch.ones(4, 1).double()], None, RELU)
    z = torch.tensor([[1.0, 0.5], [1.0, 1.0]]).double()
    with pytest.raises(
        ValueError, match=r"undefined at kink: a preactivation of sample\(s\) \[1\]"
    ):
        EffectiveHessian(head, NEGATIVE_COSINE.bind(Targets(torch.ones(2, 4).double())), z)


def test_a_kink_behind_batchnorm_is_found():
    """Feature 0 of sample 1 is the mean of the batch, so BatchNorm without shift sends it to 0."""
    norm = BatchNorm(torch.ones(1).double(), torch.zeros(1).double())
    weights = [torch.ones(1, 1).double(), torch.ones(4, 1).double()]
    head = Head(weights, None, RELU, [norm, None])
    loss = NEGATIVE_COSINE.bind(Targets(torch.ones(3, 4).double()))
    with pytest.raises(ValueError, match=r"sample\(s\) \[1\]"):
        EffectiveHessian(head, loss, torch.tensor([[0.1], [0.2], [0.3]], dtype=torch.float64))


def test_batchnorm_over_the_batch_needs_a_batch():
    head = random_head((3, 4, 2), SWISH, norm="train")
    with pytest.raises(ValueError, match=r"expects z of shape \(B, d\) with B >= 2"):
        EffectiveHessian(head, LOSS, Z)
    with pytest.raises(ValueError, match="`separable` must not be True"):
        EffectiveHessian(head, LOSS, normal(4, 3, seed=0), separable=True)
    with pytest.raises(ValueError, match="no Jacobian of each sample"):
        head.trace(normal(4, 3, seed=0)).jacobian()
    with pytest.raises(ValueError, match="both running statistics or neither"):
        BatchNorm(torch.ones(2), torch.ones(2), 1e-5, torch.ones(2))


def test_float32_stays_float32_and_is_about_right():
    head = random_head((3, 4, 2), SWISH)
    single = Head([w.float() for w in head.weights], [b.float() for b in head.biases], SWISH)
    hessian = EffectiveHessian(single, LOSS.to(torch.float32), Z.float())
    assert hessian.dense().dtype == torch.float32
    wanted = EffectiveHessian(head, LOSS, Z).dense()
    assert (hessian.dense().double() - wanted).abs().max() < 1e-5 * wanted.abs().max()


def test_batchnorm_agrees_with_pytorch():
    x, weight, bias = normal(6, 3, seed=0), normal(3, seed=1), normal(3, seed=2)
    at = BatchNorm(weight, bias).normalise(x)
    wanted = F.batch_norm(x, None, None, weight, bias, training=True)
    torch.testing.assert_close(weight * at.standardised + bias, wanted)

"""Extreme eigenpairs: Lanczos, the dense route, and when each is used.

Oracles: matrices built from a known spectrum, numpy.linalg.eigvalsh and scipy.sparse.linalg.eigsh.
A known spectrum shows clusters and invariant subspaces, where eigsh, itself a Lanczos method, could
fail alike; eigvalsh is blind to nothing but needs the matrix, so the large cases, where only
products are at hand, are eigsh's.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from curvature_fixture import Dispatches, generator, normal, random_head, symmetric
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from scipy.sparse.linalg import LinearOperator, eigsh

from verify.numeric import EffectiveHessian, extreme_eigenpairs
from verify.numeric.activations import LINEAR, RELU, SWISH
from verify.numeric.lanczos import FALLBACK_UP_TO, RESIDUAL, _Krylov, factorising_is_cheaper
from verify.numeric.objectives import (
    BARLOW_TWINS,
    MSE,
    NEGATIVE_COSINE,
    SOFTMAX_CROSS_ENTROPY,
    Targets,
)
from verify.numeric.operators import MatrixOperator, SymmetricOperator

EIGENVALUE = 1e-10
"""Error allowed over the norm: between the residual's 1e-8 and its square over a gap of 1e-5."""


def lanczos(matrix, **options):
    return extreme_eigenpairs(matrix, dense_up_to=0, **options)


def assert_extremes(pairs, matrices: torch.Tensor, error: float = EIGENVALUE) -> None:
    exact = np.linalg.eigvalsh(matrices.numpy())[..., [0, -1]]
    scale = np.abs(exact).max(-1, keepdims=True)
    assert pairs.converged.all()
    assert (np.abs(pairs.values.numpy() - exact) <= error * scale).all()
    images = (matrices @ pairs.vectors.mT).mT
    residuals = (images - pairs.values.unsqueeze(-1) * pairs.vectors).norm(dim=-1)
    assert (residuals <= RESIDUAL[torch.float64] * pairs.scale.unsqueeze(-1)).all()
    torch.testing.assert_close(pairs.residuals, residuals, rtol=1e-3, atol=1e-13)
    torch.testing.assert_close(pairs.vectors.norm(dim=-1), torch.ones_like(pairs.values))


@settings(
    deadline=None,
    max_examples=60,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@seed(2)
@given(st.integers(1, 60), st.integers(1, 4), st.integers(0, 10**6))
def test_random_matrices(n, batch, number):
    matrices = normal(batch, n, n, seed=number)
    matrices = matrices + matrices.mT
    assert_extremes(lanczos(matrices), matrices)
    assert_extremes(extreme_eigenpairs(matrices), matrices)


@pytest.mark.parametrize(
    "values",
    [
        torch.ones(30),
        torch.zeros(30),
        torch.cat((torch.full((15,), -2.0), torch.full((15,), 3.0))),
        torch.cat((torch.zeros(28), torch.tensor([-1.0, 5.0]))),
        torch.cat((torch.zeros(29), torch.tensor([1e-200]))),
        torch.linspace(-1e-3, 1, 30),
    ],
    ids=["identity", "zero", "two points", "rank two", "tiny", "positive but for one"],
)
def test_invariant_subspaces_are_left(values):
    """Krylov spaces of these end early; scipy's eigsh fails on the first two."""
    matrix = symmetric(30, values)
    pairs = lanczos(matrix)
    assert_extremes(pairs, matrix)
    assert pairs.method == "lanczos"


def test_the_krylov_basis_stays_orthonormal_after_the_extremes_have_converged():
    """Without reorthogonalisation it is lost there, and copies of the extremes appear."""
    values = torch.cat((torch.linspace(0, 1, 78), torch.tensor([-50.0, 70.0])))
    start = normal(1, 80, seed=1)
    krylov = _Krylov(MatrixOperator(symmetric(80, values)), start / start.norm(), 80)
    for _ in range(60):
        krylov.extend(generator(2))
    assert_orthonormal(krylov, 61)


def assert_orthonormal(krylov: _Krylov, size: int) -> None:
    """The basis and the vector that is next."""
    basis = krylov.basis[0, : krylov.size + 1]
    assert (basis @ basis.T - torch.eye(size, dtype=torch.float64)).abs().max() < 1e-12


def test_a_start_within_an_invariant_subspace_does_not_hide_the_rest():
    """The suggested start spans two coordinates; its random part finds the others."""

    class Suggesting(MatrixOperator):
        def starts(self):
            return torch.tensor([[1.0, 1.0] + [0.0] * 28], dtype=torch.float64)

    values = torch.linspace(-5, 5, 30, dtype=torch.float64)
    values[:2] = 0.1
    assert_extremes(lanczos(Suggesting(torch.diag(values))), torch.diag(values))


def test_a_cluster_that_does_not_converge_is_factorised():
    """Extremes of the first matrix converge in 12 steps; those of the second are in clusters."""
    easy = torch.cat((torch.zeros(198), torch.tensor([-1.0, 1.0])))
    cluster = torch.cat((-1 - torch.linspace(0, 1e-4, 100), torch.linspace(0, 10, 100)))
    matrices = torch.stack((symmetric(200, easy), symmetric(200, cluster, seed=1)))
    stuck = lanczos(matrices, maximum_steps=12, fallback_up_to=0)
    assert stuck.method == "lanczos"
    assert stuck.converged.tolist() == [True, False]
    pairs = lanczos(matrices, maximum_steps=12)
    assert pairs.method == "lanczos, then eigh for 1 of 2"
    assert_extremes(pairs, matrices)


def test_finished_operators_are_dropped_and_keep_their_pairs():
    """One hard matrix among easy ones: the products of the hard one alone go on."""
    easy = torch.cat((torch.zeros(118), torch.tensor([-1.0, 1.0])))
    hard = torch.linspace(-1, 1, 120)
    matrices = torch.stack(
        [symmetric(120, v, seed=i) for i, v in enumerate((easy, hard, easy, easy, easy))]
    )
    pairs = lanczos(matrices)
    assert_extremes(pairs, matrices)
    assert pairs.iterations[1] > 2 * pairs.iterations[0]


# --- restarts -------------------------------------------------------------------------------------

SPECTRA = {
    "even": torch.linspace(-1, 1, 300),
    "clusters": torch.cat((torch.linspace(-1.004, -1, 9), torch.linspace(-0.9, 0.9, 282), torch.linspace(1, 1.004, 9))),
    "multiple ends": torch.cat((torch.full((5,), -2.0), torch.linspace(-1.9, 1.9, 290), 2 * torch.ones(5))),
    "equal moduli": torch.cat((torch.tensor([-1.0, 1.0]), torch.linspace(-0.99, 0.99, 298))),
    "rank one": torch.cat((torch.zeros(299), torch.tensor([-3.0]))),
    "zero": torch.zeros(300),
    "small values beside one": torch.cat((torch.linspace(0, 1e-3, 299), torch.ones(1))),
}  # fmt: skip


@pytest.fixture
def short(monkeypatch):
    """Bases of 24 vectors."""
    monkeypatch.setattr("verify.numeric.lanczos.BASIS", 24)


@pytest.mark.parametrize("name", SPECTRA)
def test_restarted_bases_find_the_extremes(name, short):
    matrix = symmetric(300, SPECTRA[name])
    pairs = lanczos(matrix, maximum_steps=600, fallback_up_to=0)
    assert pairs.method == "lanczos"
    assert_extremes(pairs, matrix)
    assert (int(pairs.iterations) > 24) == (name not in ("rank one", "zero"))


def test_operators_of_a_batch_restart_together_and_leave_at_their_time(short):
    matrices = torch.stack([symmetric(300, v, seed=i) for i, v in enumerate(SPECTRA.values())])
    pairs = lanczos(matrices, maximum_steps=600, fallback_up_to=0)
    assert_extremes(pairs, matrices)
    assert len(pairs.iterations.unique()) > 3


def test_of_one_dimension_nothing_restarts(short):
    assert lanczos(torch.tensor([[-2.0]]).double()).values.tolist() == [-2.0, -2.0]


def test_after_restarts_the_basis_is_orthonormal_and_residuals_are_those_of_the_ritz_pairs(short):
    matrix = symmetric(300, SPECTRA["even"])
    start = normal(1, 300, seed=1)
    krylov = _Krylov(MatrixOperator(matrix), start / start.norm(), 300)
    for _ in range(20):
        while not krylov.is_full:
            residual = krylov.extend(generator(2))
        _, values, ritz = krylov.ritz(residual)
        vectors = ritz[0].T @ krylov.basis[0, : krylov.size]
        measured = (vectors @ matrix - values[0].unsqueeze(1) * vectors).norm(dim=1)
        predicted = float(residual) * ritz[0, -1].abs()
        torch.testing.assert_close(predicted, measured, rtol=1e-6, atol=1e-13)
        krylov.restart(values, ritz)
        assert krylov.size == krylov.kept == 8
        assert_orthonormal(krylov, 9)


def test_a_product_that_fails_after_a_restart_is_reported(short):
    class Failing(MatrixOperator):
        products = 0

        def apply(self, v):
            self.products += 1
            return super().apply(v) / (self.products < 40)

    with pytest.raises(FloatingPointError, match="not finite"):
        lanczos(Failing(symmetric(300, SPECTRA["even"])), fallback_up_to=0)


def test_bases_take_no_more_memory_than_is_said():
    for blocks, n in ((1, 50), (1, 20_000), (1, 400_000), (7, 90_000)):
        operator = SymmetricOperator.__new__(Plain)
        operator.blocks, operator.n = blocks, n
        start = torch.ones(blocks, n)
        taken = _Krylov(operator, start, 300).basis.nbytes
        assert taken - start.nbytes <= max(2**24, 32 * start.nbytes)


def test_an_objective_that_couples_a_batch_converges_where_one_basis_of_a_hundred_does_not():
    """Inputs of falling variance."""
    loss = BARLOW_TWINS.bind(BARLOW_TWINS.context(128, 64, generator(1)))
    z = normal(128, 64, seed=2) / torch.arange(1, 65) ** 2.5
    hessian = EffectiveHessian(random_head((64, 64, 64), SWISH), loss, z)
    assert hessian.n > FALLBACK_UP_TO
    assert not bool(extreme_eigenpairs(hessian, maximum_steps=100).converged)
    found = extreme_eigenpairs(hessian)
    assert found.method == "lanczos"
    assert bool(found.converged)
    vectors = found.vectors.reshape(2, 128, 64)
    residuals = (hessian.apply(vectors) - found.values.reshape(2, 1, 1) * vectors).flatten(1)
    torch.testing.assert_close(residuals.norm(dim=1), found.residuals, rtol=1e-3, atol=1e-13)


def test_what_crowds_at_an_end_is_said_not_to_have_converged():
    values = torch.linspace(0, 1, 5000, dtype=torch.float64).square()

    class Diagonal(SymmetricOperator):
        def apply(self, v):
            return values * v

    found = extreme_eigenpairs(Diagonal((5000,), True, values.dtype, values.device))
    assert found.method == "lanczos"
    assert not bool(found.converged)
    assert int(found.iterations) == 300
    assert 1e-8 < float(found.residuals[0]) < 1e-3
    assert float(found.values[0]) <= float(found.residuals[0])
    assert abs(float(found.values[1]) - 1) < 1e-12


def test_small_operators_are_factorised():
    matrix = symmetric(20, torch.linspace(-1, 2, 20))
    pairs = extreme_eigenpairs(matrix)
    assert pairs.method == "eigh"
    assert pairs.values.shape == (2,)
    assert pairs.vectors.shape == (2, 20)
    assert_extremes(pairs, matrix)


# --- effective Hessians ---------------------------------------------------------------------------


@pytest.mark.parametrize("activation", [SWISH, RELU, LINEAR])
def test_one_large_sample_agrees_with_eigsh(activation):
    head = random_head((160, 200, 180), activation).then(random_head((180, 150, 190), activation))
    z = normal(160, seed=1)
    loss = NEGATIVE_COSINE.bind(Targets(normal(1, 190, seed=2)))
    hessian = EffectiveHessian(head, loss, z)
    pairs = lanczos(hessian)
    assert pairs.method == "lanczos"
    product = LinearOperator(
        (160, 160), matvec=lambda v: (hessian @ torch.tensor(v)).numpy(), dtype=float
    )
    for end, which in enumerate(("SA", "LA")):
        exact = eigsh(product, k=1, which=which, return_eigenvectors=False)[0]
        assert abs(float(pairs.values[end]) - exact) <= EIGENVALUE * float(pairs.scale)
    assert_extremes(pairs, hessian.dense())


def hessian_of(widths, batch):
    loss = NEGATIVE_COSINE.bind(Targets(normal(batch, widths[-1], seed=1)))
    return EffectiveHessian(
        random_head(widths, SWISH, bias=False), loss, normal(batch, widths[0], seed=2)
    )


@pytest.mark.parametrize(
    ("widths", "dense", "by_lanczos"),
    [  # the nearest batches of 1, 4, 16, 64, 256 at which one way was measured to win by a half
        ((16, 32, 32), 64, None),
        ((64, 128, 128), 64, None),
        ((96, 192, 192), 16, None),
        ((128, 256, 256), 4, None),
        ((192, 384, 384), 1, 16),
        ((256, 512, 512), 1, 16),
    ],
)
def test_the_cheaper_way_is_chosen_by_order_and_batch(widths, dense, by_lanczos):
    if dense is not None:
        assert factorising_is_cheaper(hessian_of(widths, dense))
    if by_lanczos is not None:
        assert not factorising_is_cheaper(hessian_of(widths, by_lanczos))


def test_matrices_that_are_there_are_factorised_in_larger_batches():
    matrices = normal(16, 128, 128, seed=3)
    operator = MatrixOperator(matrices + matrices.mT)
    assert factorising_is_cheaper(operator)
    assert not factorising_is_cheaper(hessian_of((128, 256, 256), 16))


@pytest.mark.parametrize("widths", [(128, 256, 256), (256, 512, 512)])
def test_a_softmax_takes_more_steps_and_is_factorised_in_larger_batches(widths):
    """24 to 30 steps against 39 to 57 were measured."""
    cosine, batch = hessian_of(widths, 1), 1
    while factorising_is_cheaper(cosine):
        batch += 1
        cosine = hessian_of(widths, batch)
    labels = SOFTMAX_CROSS_ENTROPY.context(batch, widths[-1], generator(1))
    loss = SOFTMAX_CROSS_ENTROPY.bind(labels)
    softmax = EffectiveHessian(random_head(widths, SWISH, bias=False), loss, cosine.gradient)
    assert factorising_is_cheaper(softmax)


def test_both_ways_agree_at_the_crossover():
    widths = (128, 256, 256)
    sides = {batch: factorising_is_cheaper(hessian_of(widths, batch)) for batch in range(1, 65)}
    crossover = sum(sides.values()) + 1
    assert sides == {batch: batch < crossover for batch in sides}
    for batch, method in ((crossover - 1, "eigh"), (crossover, "lanczos")):
        hessian = hessian_of(widths, batch)
        found = extreme_eigenpairs(hessian)
        assert found.method == method
        assert_extremes(found, hessian.dense())


@pytest.mark.parametrize(
    ("ends", "end"), [("smallest", 0), ("largest", 1), ("norm", 0), ("norm", 1)]
)
def test_one_end_alone_takes_fewer_steps_and_its_residual_is_small(ends, end):
    """The end asked for stands apart and is the larger one; at the other one values crowd."""
    values = torch.linspace(-0.1, 0.5, 400, dtype=torch.float64)
    values[-1] = 1.0
    matrix = symmetric(400, values if end else -values, seed=5)
    both = lanczos(matrix, tolerance=1e-3, fallback_up_to=1)
    found = lanczos(matrix, ends=ends, tolerance=1e-3, fallback_up_to=1)
    assert bool(found.converged)
    assert int(found.iterations) < int(both.iterations)
    assert float(found.residuals[end]) <= 1e-3 * float(found.scale)
    assert float(found.residuals[1 - end]) > 1e-3 * float(found.scale)
    assert abs(float(found.values[end])) == pytest.approx(1, abs=1e-3)
    other = lanczos(matrix, ends=("largest", "smallest")[end], tolerance=1e-3, fallback_up_to=1)
    assert float(other.residuals[1 - end]) <= 1e-3 * float(other.scale)


def test_each_operator_of_a_batch_has_its_own_norm():
    values = torch.linspace(-0.1, 0.5, 200, dtype=torch.float64)
    values[-1] = 1.0
    matrix = symmetric(200, values, seed=6)
    found = lanczos(torch.stack((matrix, -matrix)), ends="norm", tolerance=1e-3, fallback_up_to=1)
    assert bool(found.converged.all())
    torch.testing.assert_close(
        found.values[[0, 1], [1, 0]].abs(), torch.ones(2).double(), rtol=0, atol=1e-3
    )


def test_an_end_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="one of smallest, largest, both, norm; it was 'lowest'"):
        extreme_eigenpairs(torch.eye(2), ends="lowest")


def test_a_step_takes_few_calls_of_pytorch_besides_its_product():
    """Counts of calls stand for speed; those of the looks at convergence are included."""
    matrices = normal(1, 150, 150, seed=4)
    operator = MatrixOperator(matrices + matrices.mT)
    with Dispatches() as product:
        operator.rows(normal(1, 1, 150, seed=5))
    counts = []
    for steps in (20, 30):
        with Dispatches() as seen:
            extreme_eigenpairs(
                operator, dense_up_to=0, fallback_up_to=0, maximum_steps=steps, tolerance=1e-14
            )
        counts.append(seen.count)
    assert (counts[1] - counts[0]) / 10 - product.count <= 27


def test_a_batch_gives_what_its_samples_give():
    head = random_head((150, 60, 200), SWISH)
    z, targets = normal(9, 150, seed=1), normal(9, 200, seed=2)
    together = extreme_eigenpairs(EffectiveHessian(head, NEGATIVE_COSINE.bind(Targets(targets)), z))
    assert together.values.shape == (9, 2)
    for sample in range(9):
        loss = NEGATIVE_COSINE.bind(Targets(targets[sample : sample + 1]))
        alone = extreme_eigenpairs(EffectiveHessian(head, loss, z[sample]))
        # The batch's loss is a mean over nine samples.
        error = (9 * together.values[sample] - alone.values).abs().max()
        assert error <= EIGENVALUE * alone.scale


def test_a_coupled_batch_is_one_operator():
    head = random_head((20, 12, 10), SWISH, norm="train")
    loss = MSE.bind(Targets(normal(8, 10, seed=1)))
    hessian = EffectiveHessian(head, loss, normal(8, 20, seed=2))
    assert hessian.shape == (160, 160)
    assert_extremes(extreme_eigenpairs(hessian), hessian.dense())


def test_the_curvature_of_one_hundred_and_fifty_directions_by_autograd():
    """Callables get products by automatic differentiation, and the same answer."""
    head = random_head((150, 30, 20), SWISH)
    loss = NEGATIVE_COSINE.bind(Targets(normal(1, 20, seed=2)))
    z = normal(150, seed=1)
    own = extreme_eigenpairs(EffectiveHessian(head, loss, z))
    other = extreme_eigenpairs(EffectiveHessian(lambda z: head(z), loss, z))
    assert (own.values - other.values).abs().max() <= EIGENVALUE * own.scale


def test_a_matrix_that_is_given_is_neither_followed_by_gradients_nor_handed_out():
    matrix = symmetric(30, torch.linspace(-1, 2, 30))
    for part in (matrix, matrix[:3, :3], torch.stack([matrix, -matrix])):
        wanted = extreme_eigenpairs(part).values
        leaf = part.clone().requires_grad_()
        for found in (extreme_eigenpairs(leaf), lanczos(leaf)):
            torch.testing.assert_close(found.values, wanted)
            assert not found.values.requires_grad
    given = matrix.clone()
    operator = MatrixOperator(given)
    operator.dense().add_(1)
    assert torch.equal(given, matrix)
    assert torch.equal(operator.dense(), matrix)


def test_no_columns_have_no_products():
    z = normal(4, 3, seed=1)
    for head in (random_head((3, 4, 2), SWISH), torch.sin):
        hessian = EffectiveHessian(head, lambda u: u.square().sum(), z)
        assert (hessian @ torch.zeros(4, 3, 0).double()).shape == (4, 3, 0)


def test_matrices_of_some_samples_are_not_formed_of_all(monkeypatch):
    """What is kept of each chunk of rows is theirs alone."""
    monkeypatch.setattr("verify.numeric.operators.CHUNK", 40 * 30 * 2)
    z, kept = normal(40, 30, seed=1), []
    hessian = EffectiveHessian(torch.sin, lambda u: u.square().sum(), z, separable=True)
    joined = torch.cat
    monkeypatch.setattr(torch, "cat", lambda parts: kept.extend(parts) or joined(parts))
    found = hessian.dense_blocks(torch.tensor([3, 17]))
    assert {tuple(part.shape) for part in kept} == {(2, 2, 30)}
    monkeypatch.undo()
    assert torch.equal(found, hessian.dense()[[3, 17]])


def test_float32_is_allowed_and_says_how_far_it_got():
    matrix = symmetric(200, torch.linspace(-1, 2, 200))
    pairs = extreme_eigenpairs(matrix.float())
    assert pairs.values.dtype == torch.float32
    assert pairs.converged.all()
    assert (pairs.values - torch.tensor([-1.0, 2.0])).abs().max() < 1e-3


# --- errors ---------------------------------------------------------------------------------------


def test_bad_arguments_are_named_in_a_sentence():
    for shape in ((2, 3), (3,), (0, 0), (0, 2, 2)):
        with pytest.raises(ValueError, match=r"matrices of shape \(n, n\) or .* at least one; got"):
            extreme_eigenpairs(torch.zeros(*shape))
    for kind in (torch.int64, torch.float16, torch.bfloat16):
        with pytest.raises(TypeError, match=f"in float64 or float32; got {kind}"):
            extreme_eigenpairs(torch.ones(2, 2, dtype=kind))
    with pytest.raises(TypeError, match=r"`operator` must be an EffectiveHessian.*it was list"):
        extreme_eigenpairs([[1.0]])
    with pytest.raises(ValueError, match=r"Expected symmetric .* differ .* by up to 1\.00e\+00"):
        extreme_eigenpairs(torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
    turning = torch.tensor([[0.0, 1.0], [-1.0, 0.0]])
    with pytest.raises(ValueError, match=r"by up to 2\.00e\+00, and 3\.45e-04 is allowed"):
        extreme_eigenpairs(torch.stack((1e10 * torch.eye(2), turning)))  # no other hides it
    with pytest.raises(ValueError, match="holds NaN or infinity"):
        extreme_eigenpairs(torch.full((2, 2), torch.nan))
    with pytest.raises(ValueError, match="must be positive"):
        extreme_eigenpairs(torch.eye(2), tolerance=0)


def test_products_that_are_not_finite_are_reported():
    class Overflowing(SymmetricOperator):
        def apply(self, v):
            return v / 0

    overflowing = Overflowing((5,), True, torch.float64, torch.device("cpu"))
    for door in (lanczos, extreme_eigenpairs, Overflowing.dense):
        with pytest.raises(FloatingPointError, match="not finite"):
            door(overflowing)


def test_rounding_is_symmetrised_away():
    matrix = symmetric(20, torch.linspace(-1, 2, 20))
    matrix[0, 1] += 1e-12
    assert_extremes(extreme_eigenpairs(matrix), (matrix + matrix.T) / 2)


# --- the whole range of a type --------------------------------------------------------------------


class Plain(SymmetricOperator):
    """A matrix that is only multiplied, with no trick of its own."""

    def __init__(self, matrix: torch.Tensor) -> None:
        super().__init__((len(matrix),), True, matrix.dtype, matrix.device)
        self.matrix = matrix

    def apply(self, v: torch.Tensor) -> torch.Tensor:
        """Multiply vectors."""
        return v @ self.matrix


RANGE = [(torch.float32, e) for e in (-148, -140, -120, -90, -60, 0, 60, 115)] + [
    (torch.float64, e) for e in (-1073, -1060, -1030, -900, -550, 0, 550, 1010)
]


@pytest.mark.parametrize("dense", [True, False])
@pytest.mark.parametrize("wrap", [MatrixOperator, Plain])
@pytest.mark.parametrize(("dtype", "exponent"), RANGE)
def test_a_value_is_within_its_residual_over_the_whole_range_of_a_type(
    dtype: torch.dtype, exponent: int, wrap: type[SymmetricOperator], dense: bool
) -> None:
    """-100 to 99 times a power of two; or the call refuses, where products lose digits."""
    n = 200
    values = torch.ldexp(
        torch.arange(-100.0, 100.0, dtype=dtype), torch.tensor(float(exponent)).to(dtype) // 2
    )
    values = torch.ldexp(
        values, (exponent - torch.tensor(float(exponent)).to(dtype) // 2).to(dtype)
    )
    operator = wrap(torch.diag(values))
    limits = torch.finfo(dtype)
    if wrap is Plain and 0 < float(values.abs().max()) < limits.smallest_normal / limits.eps:
        with pytest.raises(FloatingPointError, match=r"loses digits.*Multiply the loss"):
            extreme_eigenpairs(operator, dense_up_to=n if dense else 1)
        return
    found = extreme_eigenpairs(operator, dense_up_to=n if dense else 1, fallback_up_to=1)
    assert bool(found.converged.all())
    unit = 4 * limits.eps * float(values.abs().max()) + limits.smallest_normal * limits.eps
    for value, residual, wanted in zip(found.values, found.residuals, values[[0, -1]], strict=True):
        assert abs(float(value) - float(wanted)) <= float(residual) + unit
        assert (
            float(residual)
            <= (1e-4 if dtype is torch.float32 else 1e-8) * float(values.abs().max()) + unit
        )


def test_the_example_that_read_minus_eight_point_eight() -> None:
    matrix = 1e-25 * torch.diag(torch.arange(-100.0, 100.0))
    found = extreme_eigenpairs(matrix)
    assert found.values.tolist() == pytest.approx([-1e-23, 9.9e-24], rel=1e-4)


def test_operators_of_any_scales_in_one_batch() -> None:
    matrix = symmetric(150, torch.linspace(-1, 2, 150))
    scales = torch.tensor([1e-290, 1e-160, 0.0, 1.0, 1e160, 1e300], dtype=torch.float64)
    for dense in (1, 150):
        found = extreme_eigenpairs(scales[:, None, None] * matrix, dense_up_to=dense)
        wanted = scales[:, None] * torch.tensor([-1.0, 2.0]).double()
        torch.testing.assert_close(found.values, wanted, rtol=1e-7, atol=0)
        assert bool(found.converged.all())


def test_eigenvalues_that_overflow_are_refused() -> None:
    full = torch.full((200, 200), 3e38)
    for dense in (1, 200):
        with pytest.raises(FloatingPointError, match=r"exceeds 3\.4e\+38.*Divide the loss"):
            extreme_eigenpairs(full, dense_up_to=dense)


def test_a_hessian_of_tiny_gradients_is_scaled() -> None:
    """Starts lean on the gradient, whose squares underflow."""
    weight = normal(200, 200, seed=0)
    hessian = EffectiveHessian(
        lambda z: torch.tanh(z @ weight),
        lambda u: 1e-170 * u.pow(4).sum(),
        0.01 * normal(200, seed=1),
    )
    found = extreme_eigenpairs(hessian, dense_up_to=1, fallback_up_to=1, maximum_steps=200)
    wanted = torch.linalg.eigvalsh(1e170 * hessian.dense())[[0, -1]]
    torch.testing.assert_close(1e170 * found.values, wanted, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("dense", [1, 150])
@pytest.mark.parametrize("scale", [1e-30, 1e-22, 1.0, 1e25])
def test_a_residual_is_that_of_its_pair_at_any_scale(scale: float, dense: int) -> None:
    """In float32; the oracle multiplies the same pair in float64, where no square underflows."""
    matrix = (scale * symmetric(150, torch.linspace(-1, 2, 150))).float()
    found = extreme_eigenpairs(matrix, dense_up_to=dense, fallback_up_to=1)
    vectors, values = found.vectors.double(), found.values.double()
    wanted = (
        vectors @ MatrixOperator(matrix).matrices[0].double() - values[:, None] * vectors
    ).norm(dim=1)
    unit = 150 * torch.finfo(torch.float32).eps * 2 * scale
    assert bool((found.residuals > 0).all())
    assert bool(((found.residuals.double() - wanted).abs() <= unit).all())


def test_some_of_a_batch_multiply_as_they_do_in_it():
    class Batch(SymmetricOperator):
        def apply(self, v):
            return torch.einsum("mbn,bnk->mbk", v, matrices)

    matrices = torch.stack(
        [symmetric(3, scale * torch.tensor([-1.0, 1, 2])) for scale in (1, 2, 3, 4)]
    )
    some = Batch((4, 3), True, matrices.dtype, matrices.device).restricted(torch.tensor([1, 3]))
    torch.testing.assert_close(some.dense(), matrices[[1, 3]])

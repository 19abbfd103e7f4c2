"""The peers that the kernels are timed against, one entry each in `PEERS`; what is not installed is a named line.

A peer is compiled or set up before it is timed, and asked for no more than ours: the residual that SciPy's
`eigsh` takes relative to each value is set to ours, relative to the norm; of Lanczos without a stopping rule
as many steps are taken as reach it, found before. All that depends on the point is timed.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from verify.bench.reference_functions import TORCH, Library, outputs, parameters, plain_function
from verify.bench.workloads import ONE_END, Problem, largest, largest_alone
from verify.experiments.e1.published_power_iteration import published_estimate
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head
from verify.numeric.lanczos import RESIDUAL

CHUNK = 2**25
"""Entries of the tangents that are pushed through a layer at once; all of them take 20 GB at the largest size."""

Run = Callable[[], Tensor | None]


class Kind(StrEnum):
    """What a row asks for, which says who can answer."""

    SPECTRUM = "G, M and all eigenvalues of one small Hessian"
    SAMPLES = "both extreme eigenvalues of every sample's Hessian"
    ONE = "both extreme eigenvalues of one sample's Hessian"
    COUPLED = "both extreme eigenvalues of the Hessian of a batch that the loss couples"
    PUBLISHED = "the published estimate, one number for the batch"


DENSE = (Kind.SPECTRUM, Kind.SAMPLES, Kind.ONE)
FREE = (Kind.ONE, Kind.COUPLED)


@dataclass(frozen=True)
class Peer:
    """One peer.

    Attributes:
        name: as the table has it.
        computes: what of a row it computes, and how.
        kinds: of rows that it is timed in.
        make: (problem, our values (blocks, m)) -> what is timed, giving the same values.
        distribution: what must be installed, if not PyTorch and SciPy alone.
        module: its import name.
        tolerance: how far its values may lie from ours, over the largest modulus of an operator's; None
            where it gives none to compare with.
        picks: those of our values that it gives.
        ours: what of ours it is timed against, where it is asked for less than a row is.
    """

    name: str
    computes: str
    kinds: tuple[Kind, ...]
    make: Callable[[Problem, Tensor], Run]
    distribution: str = "torch"
    module: str = "torch"
    tolerance: float | None = 1e-8
    picks: Callable[[Tensor], Tensor] = lambda values: values
    ours: Callable[[Problem], Tensor] | None = None

    @property
    def absent(self) -> str:
        """Why it cannot be timed here; empty if it can."""
        if importlib.util.find_spec(self.module) is not None:
            return ""
        return f"{self.distribution} is not installed"


def of_kind(spectrum: Any, wanted: Tensor) -> Any:
    """All of the eigenvalues (blocks, n), or both ends, as our values have it."""
    return spectrum if wanted.shape == spectrum.shape else spectrum[:, [0, -1]]


# --- dense --------------------------------------------------------------------------------------


def pytorch(problem: Problem, wanted: Tensor) -> Run:
    """`torch.func.hessian`, in chunks of columns where memory asks for it, and eigvalsh."""
    value = partial(problem.value(TORCH), parameters(TORCH, problem.head))
    n, widest = problem.points.shape[1], max(problem.head.widths)
    identity = torch.eye(n, dtype=problem.z.dtype, device=problem.z.device)

    def matrix(x: Tensor, target: Tensor) -> Tensor:
        if n * widest <= CHUNK:
            return torch.func.hessian(value)(x, target)

        def column(v: Tensor) -> Tensor:
            return torch.func.jvp(lambda y: torch.func.grad(value)(y, target), (x,), (v,))[1]

        return torch.vmap(column, chunk_size=CHUNK // widest // 16)(identity)

    def run() -> Tensor:
        points, targets = problem.points, problem.targets
        assert targets is not None, "asked of samples alone"
        if len(points) == 1:
            matrices = matrix(points[0], targets[0]).unsqueeze(0)
        else:
            at_once = max(1, CHUNK // (n * widest))
            matrices = torch.vmap(matrix, chunk_size=at_once)(points, targets)
        return of_kind(torch.linalg.eigvalsh(matrices), wanted)

    return run


def pytorch_terms(problem: Problem, wanted: Tensor) -> Run:
    """The Hessians of the loss and of rho.h, whose difference is G, and eigvalsh of their sum."""
    value, x = problem.of_one()
    assert problem.targets is not None
    loss = partial(TORCH.cosines, problem.targets[0, 0])
    head = Head(problem.head.weights, problem.head.biases, problem.head.activations)

    def h(x: Tensor) -> Tensor:
        return torch.as_tensor(outputs(TORCH, head, parameters(TORCH, head), x))

    def run() -> Tensor:
        rho = torch.func.grad(lambda u: -loss(u))(h(x))
        interaction = torch.func.hessian(lambda x: rho @ h(x))(x)
        pullback = torch.func.hessian(value)(x) - interaction
        return torch.linalg.eigvalsh(pullback + interaction).unsqueeze(0)

    return run


def _jax() -> tuple[Any, Library]:
    """JAX in float64 on one thread, and its library."""
    os.environ.setdefault(
        "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    )
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_platforms", "cpu")

    def cosines(x: Any, y: Any) -> Any:
        return (x * y).sum(-1) / jnp.sqrt((x**2).sum(-1) * (y**2).sum(-1))

    library = Library(
        module=jnp,
        array=lambda x: jnp.asarray(x.numpy()),
        linear=lambda x, w, b: x @ w.T + b,
        activations={
            "linear": lambda x: x,
            "relu": jax.nn.relu,
            "gelu": partial(jax.nn.gelu, approximate=False),
            "swish": jax.nn.silu,
        },
        cosines=cosines,
        logsumexp=lambda x: jax.scipy.special.logsumexp(x, axis=-1),
    )
    return jax, library


def jax_dense(problem: Problem, wanted: Tensor) -> Run:
    """`jax.jit` of `jax.hessian` and eigvalsh in one, over all samples."""
    jax, library = _jax()
    value, weights = problem.value(library), parameters(library, problem.head)
    assert problem.targets is not None, "asked of samples alone"

    def spectrum(weights: Any, x: Any, target: Any) -> Any:
        return library.module.linalg.eigvalsh(jax.hessian(value, 1)(weights, x, target))

    compiled = jax.jit(jax.vmap(spectrum, (None, 0, 0)))
    points, targets = library.array(problem.points), library.array(problem.targets)

    def run() -> Tensor:
        found = compiled(weights, points, targets)
        return of_kind(torch.from_numpy(np.array(found)), wanted)

    return run


# --- products with vectors ----------------------------------------------------------------------


def pytorch_product(problem: Problem) -> Callable[[], Callable[[Tensor], Tensor]]:
    """Products by double backward, on the graph of a gradient that is formed once."""
    value, at = problem.of_one()

    def prepare() -> Callable[[Tensor], Tensor]:
        x = at.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(value(x), x, create_graph=True)
        return lambda v: torch.autograd.grad(gradient, x, v, retain_graph=True)[0]

    return prepare


def jax_product(problem: Problem) -> Callable[[], Callable[[Tensor], Tensor]]:
    """Products by double backward, each half in one jit, on what the first one keeps."""
    jax, library = _jax()
    value, weights = problem.value(library), parameters(library, problem.head)
    point = library.array(problem.points[0])
    target = None if problem.targets is None else library.array(problem.targets[0])

    def pulled(weights: Any, x: Any, target: Any) -> Any:
        return jax.vjp(lambda x: jax.grad(value, 1)(weights, x, target), x)[1]

    first, second = jax.jit(pulled), jax.jit(lambda pull, v: pull(v)[0])

    def prepare() -> Callable[[Tensor], Tensor]:
        pull = first(weights, point, target)
        return lambda v: torch.from_numpy(np.array(second(pull, v.numpy())))

    return prepare


def our_product(problem: Problem) -> Callable[[], Callable[[Tensor], Tensor]]:
    """The closed form's products."""

    def prepare() -> Callable[[Tensor], Tensor]:
        hessian = EffectiveHessian(problem.head, problem.loss, problem.z)
        return lambda v: hessian.rows(v.reshape(1, 1, -1)).reshape(-1)

    return prepare


def arpack(
    prepare: Callable[[Problem], Callable[[], Callable[[Tensor], Tensor]]],
    problem: Problem,
    wanted: Tensor,
) -> Run:
    """SciPy's `eigsh` for one value at each end, on somebody's products."""
    prepared = prepare(problem)
    n = problem.points.shape[1]

    def run() -> Tensor:
        from scipy.sparse.linalg import LinearOperator

        product = prepared()
        operator = LinearOperator(
            (n, n), matvec=lambda v: product(torch.from_numpy(v.ravel())).numpy(), dtype=float
        )
        return _eigsh(operator, wanted)

    return run


def _eigsh(operator: Any, wanted: Tensor) -> Tensor:
    """Both ends of an operator of SciPy's, (1, 2)."""
    from scipy.sparse.linalg import eigsh

    size = wanted.abs()
    tolerance = RESIDUAL[torch.float64] * float(size.max() / size.min())
    start = np.random.default_rng(0).standard_normal(operator.shape[0])
    values = eigsh(operator, k=2, which="BE", tol=tolerance, v0=start, return_eigenvectors=False)
    return torch.from_numpy(np.sort(values)).reshape(1, 2)


class _Point(nn.Module):
    """A model whose parameter is the point, (n,), and whose output is the loss: what peers of parameters take."""

    def __init__(self, problem: Problem, library: Library = TORCH) -> None:
        super().__init__()
        self.value, at = problem.of_one(library)
        self.x = nn.Parameter(at.clone())

    def forward(self, *_: Any) -> Tensor:
        """The loss, as an output of one row."""
        return self.value(self.x).reshape(1)


class _Sum(nn.Module):
    """The loss of an output that is the loss."""

    reduction = "sum"

    def forward(self, output: Tensor, *_: Any) -> Tensor:
        """Itself, a scalar."""
        return output.sum()


NOTHING = torch.zeros(1, 1)
"""The input and label that a model of a point does not look at."""


def curvlinops(problem: Problem, wanted: Tensor) -> Run:
    """curvlinops' operator, and SciPy's `eigsh` as its documentation has it."""
    from curvlinops import HessianLinearOperator

    # Without a graph F.silu's derivative is one kernel, which has no derivative forward.
    swish = {"swish": lambda x: x * torch.sigmoid(x)}
    library = replace(TORCH, activations=TORCH.activations | swish)

    def run() -> Tensor:
        model = _Point(problem, library)
        operator = HessianLinearOperator(
            model, _Sum(), [model.x], [(NOTHING, NOTHING)], check_deterministic=False
        )
        return _eigsh(operator.to_scipy(), wanted)

    return run


def hessian_eigenthings(problem: Problem, wanted: Tensor) -> Run:
    """hessian-eigenthings' own Lanczos, as many steps as reach our residual, and eigvalsh of its matrix."""
    from hessian_eigenthings import HessianOperator, lanczos_tridiagonal

    n = problem.points.shape[1]
    start = torch.randn(n, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def matrix(steps: int) -> tuple[Tensor, Tensor]:
        """The matrix after some steps, and what stands beside its diagonal, once more below."""
        model = _Point(problem)
        operator = HessianOperator(model, [NOTHING], lambda model, _: model().sum())
        found = lanczos_tridiagonal(operator, start, steps)
        beside = found.betas[: found.iterations - 1]
        whole = found.alphas.diag() + beside.diag(1) + beside.diag(-1)
        return whole, torch.cat((beside, torch.tensor([found.last_beta])))

    def enough(steps: int) -> int:
        """The fewest of so many steps that reach the residual; 0 if all of them do not."""
        whole, below = matrix(steps)
        for size in range(2, len(whole) + 1):
            values, vectors = torch.linalg.eigh(whole[:size, :size])
            left = below[size - 1] * vectors[-1, [0, -1]].abs().max()
            if left <= RESIDUAL[torch.float64] * values.abs().max():
                return size
        return 0

    tried = min(32, n)
    while not (steps := enough(tried)):
        tried = min(2 * tried, n)
    return lambda: torch.linalg.eigvalsh(matrix(steps)[0])[[0, -1]].unsqueeze(0)


def pyhessian(problem: Problem, wanted: Tensor) -> Run:
    """PyHessian's power iteration, to a change by 1e-5 in a step."""
    from pyhessian import hessian

    def run() -> Tensor:
        before = torch.get_default_dtype()
        torch.set_default_dtype(torch.float64)  # of its start
        torch.manual_seed(0)
        try:
            model = _Point(problem)
            found = hessian(model, _Sum(), data=(NOTHING, NOTHING), cuda=False)
            values, _ = found.eigenvalues(maxIter=10_000, tol=1e-5)
            model.x.grad = None  # its graph holds itself
        finally:
            torch.set_default_dtype(before)
        return torch.tensor(values, dtype=torch.float64)

    return run


def published(problem: Problem, wanted: Tensor) -> Run:
    """The published estimator, in float32 as published."""
    assert problem.targets is not None
    single = Head([w.float() for w in problem.head.weights], None, problem.head.activations)
    function = plain_function(single, problem.targets[:, 0].float())

    def run() -> None:
        published_estimate(function, problem.z.float(), 0)

    return run


EIGSH = "both ends by SciPy's eigsh on products"

PEERS = (
    Peer("PyTorch", "the matrix by torch.func.hessian, and eigvalsh", DENSE, pytorch),
    Peer(
        "PyTorch, G and M too",
        "torch.func.hessian of the loss and of rho.h, and eigvalsh",
        (Kind.SPECTRUM,),
        pytorch_terms,
    ),
    Peer(
        "JAX", "the matrix by jax.hessian and eigvalsh in one jit", DENSE, jax_dense, "jax", "jax"
    ),
    Peer(
        "SciPy on PyTorch",
        f"{EIGSH} by PyTorch's double backward",
        FREE,
        partial(arpack, pytorch_product),
        "scipy",
        "scipy",
    ),
    Peer(
        "SciPy on JAX",
        f"{EIGSH} by JAX in one jit",
        FREE,
        partial(arpack, jax_product),
        "jax",
        "jax",
    ),
    Peer(
        "SciPy on our products",
        f"{EIGSH} by our closed form",
        FREE,
        partial(arpack, our_product),
        "scipy",
        "scipy",
    ),
    Peer(
        "curvlinops",
        f"{EIGSH} by its HessianLinearOperator",
        FREE,
        curvlinops,
        "curvlinops-for-pytorch",
        "curvlinops",
    ),
    Peer(
        "hessian-eigenthings",
        "both ends by its Lanczos, without a test of convergence",
        FREE,
        hessian_eigenthings,
        "hessian-eigenthings",
        "hessian_eigenthings",
    ),
    Peer(
        "PyHessian, one end",
        "the value of largest modulus alone, by power iteration until a step changes it by less than 1e-5, to 1e-3",
        FREE,
        pyhessian,
        "PyHessian",
        "pyhessian",
        ONE_END,
        largest,
        largest_alone,
    ),
    Peer(
        "published estimator",
        "20 + 20 steps of power iteration on the batch mean in float32; its value is not compared",
        (Kind.PUBLISHED,),
        published,
        tolerance=None,
    ),
)
"""Every peer, in the order of the table."""


def versions() -> dict[str, str]:
    """The version of every distribution that a peer needs and that is installed."""
    present = sorted({peer.distribution for peer in PEERS if not peer.absent})
    return {name: version(name) for name in present}

"""States of a head in exact rationals: weights, jets of the activation, rho and the loss Hessian.

tanh, softplus and a + a^2 have rational s' and s'' at a dense set of points: at a = artanh t,
s' = 1 - t^2 and s'' = -2t(1 - t^2); at a = log(p / (1 - p)), s' = p and s'' = p(1 - p). A bias puts
every unit at the point that is wanted, so such a state is a state of a real head.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from flint import fmpq, fmpq_mat
from hypothesis import strategies as st

from verify.claims.describe import Pairs, describe
from verify.numeric.rational import (
    Rows,
    Signs,
    diagonal,
    fraction,
    kernel,
    matrix,
    rational,
    rows,
    signs,
    text,
)

ACTIVATIONS = ("tanh", "softplus", "quadratic")
"""Activations with rational jets at rational parameters."""


def jet(activation: str, t: fmpq) -> tuple[fmpq, fmpq]:
    """(s', s'') at the point with this parameter: tanh(a), the logistic of a, or a itself."""
    if activation == "tanh":
        return 1 - t * t, -2 * t * (1 - t * t)
    if activation == "softplus":
        return t, t * (1 - t)
    return 1 + 2 * t, fmpq(2)


@dataclass(frozen=True)
class State:
    """A head at a point, in rationals; held as literals, used as matrices.

    Attributes:
        activation: one of `ACTIVATIONS`.
        rows: W_1, .., W_N, then rho (k, 1) and the loss Hessian (k, k).
        points: for each hidden layer its units' parameters, see `jet`.
    """

    activation: str
    rows: tuple[Rows, ...]
    points: tuple[tuple[Fraction, ...], ...]

    @classmethod
    def of(
        cls,
        activation: str,
        weights: Sequence[fmpq_mat],
        parameters: Sequence[Sequence[fmpq]],
        rho: fmpq_mat,
        loss_hessian: fmpq_mat,
    ) -> State:
        """A state from matrices."""
        points = tuple(tuple(fraction(t) for t in layer) for layer in parameters)
        return cls(activation, tuple(rows(m) for m in (*weights, rho, loss_hessian)), points)

    @functools.cached_property
    def weights(self) -> tuple[fmpq_mat, ...]:
        """W_1, .., W_N."""
        return tuple(matrix(m) for m in self.rows[:-2])

    @functools.cached_property
    def rho(self) -> fmpq_mat:
        """The residual gradient, (k, 1)."""
        return matrix(self.rows[-2])

    @functools.cached_property
    def loss_hessian(self) -> fmpq_mat:
        """H, (k, k)."""
        return matrix(self.rows[-1])

    @functools.cached_property
    def parameters(self) -> tuple[tuple[fmpq, ...], ...]:
        """For each hidden layer its units' parameters."""
        return tuple(tuple(rational(t) for t in layer) for layer in self.points)

    @functools.cached_property
    def jets(self) -> tuple[tuple[tuple[fmpq, ...], tuple[fmpq, ...]], ...]:
        """For each hidden layer s' and s'' of its units."""
        pairs = ([jet(self.activation, t) for t in layer] for layer in self.parameters)
        return tuple((tuple(p[0] for p in ps), tuple(p[1] for p in ps)) for ps in pairs)

    @functools.cached_property
    def jacobians(self) -> tuple[fmpq_mat, ...]:
        """A_1, .., A_N; the last one is J_h."""
        found = [self.weights[0]]
        for w, (slopes, _) in zip(self.weights[1:], self.jets, strict=True):
            found.append(w * diagonal(slopes) * found[-1])
        return tuple(found)

    @functools.cached_property
    def adjoints(self) -> tuple[fmpq_mat, ...]:
        """delta_1, .., delta_{N-1} as columns."""
        found = [self.weights[-1].transpose() * self.rho]
        for w, (slopes, _) in zip(self.weights[-2:0:-1], self.jets[:0:-1], strict=True):
            found.append(w.transpose() * diagonal(slopes) * found[-1])
        return tuple(found[::-1])

    @functools.cached_property
    def bends(self) -> tuple[fmpq, ...]:
        """delta_j s''(a_j) for all hidden units, layer by layer: the diagonal of D."""
        return tuple(
            d * c
            for delta, (_, curvatures) in zip(self.adjoints, self.jets, strict=True)
            for d, c in zip(delta.entries(), curvatures, strict=True)
        )

    @property
    def pullback(self) -> fmpq_mat:
        """G = J^T H J."""
        return self.jacobians[-1].transpose() * self.loss_hessian * self.jacobians[-1]

    @functools.cached_property
    def interaction(self) -> fmpq_mat:
        """M, by the layer formula."""
        d = self.weights[0].ncols()
        found, bends = fmpq_mat(d, d), list(self.bends)
        for a in self.jacobians[:-1]:
            layer, bends = bends[: a.nrows()], bends[a.nrows() :]
            found = found + a.transpose() * diagonal(layer) * a
        return found

    @property
    def effective_hessian(self) -> fmpq_mat:
        """H_eff = G + M."""
        return self.pullback + self.interaction

    @property
    def gradient(self) -> fmpq_mat:
        """J^T rho, (d, 1)."""
        return self.jacobians[-1].transpose() * self.rho

    @functools.cached_property
    def kernel(self) -> fmpq_mat:
        """A basis of K = ker(H J) as columns, (d, dim K)."""
        return kernel(self.loss_hessian * self.jacobians[-1])

    @property
    def interaction_on_kernel(self) -> fmpq_mat:
        """The matrix of M on K in the basis `kernel`, (dim K, dim K)."""
        return self.kernel.transpose() * self.interaction * self.kernel

    @property
    def bend_signs(self) -> Signs:
        """The inertia of D."""
        positive = sum(b > 0 for b in self.bends)
        negative = sum(b < 0 for b in self.bends)
        return Signs(positive, len(self.bends) - positive - negative, negative)

    @property
    def signs(self) -> Signs:
        """The inertia of H_eff."""
        return signs(self.effective_hessian)


@describe.register
def _(state: State) -> Pairs:
    """Its weights, the jets of its units, rho and the loss Hessian."""
    rows = [("activation", state.activation)]
    rows += [(f"$W_{n}$", text(w)) for n, w in enumerate(state.weights, start=1)]
    for n, ((slopes, curvatures), _) in enumerate(
        zip(state.jets, state.weights, strict=False), start=1
    ):
        rows.append((f"$s'(a_{n})$", ", ".join(map(str, slopes))))
        rows.append((f"$s''(a_{n})$", ", ".join(map(str, curvatures))))
    return (*rows, (r"$\rho$", text(state.rho)), (r"$\nabla^2 L$", text(state.loss_hessian)))


def parameter(activation: str, eighths: int) -> fmpq:
    """The parameter of a unit from an integer in [-7, 7]."""
    return fmpq(eighths + 8, 16) if activation == "softplus" else fmpq(eighths, 8)


def shaped(entries: list[int], columns: int) -> fmpq_mat:
    """A matrix with so many columns from its entries, row by row."""
    return matrix([entries[n : n + columns] for n in range(0, len(entries), columns)])


def loss_hessian(k: int, factor: list[int], inertia: list[int]) -> fmpq_mat:
    """B^T diag(inertia) B for a (k, k) factor B given row by row."""
    b = shaped(factor, k)
    return b.transpose() * diagonal(inertia) * b


@functools.cache
def integers(size: int, bound: int) -> st.SearchStrategy[list[int]]:
    """Lists of so many integers in [-bound, bound], 0 first when a failure is shrunk.

    They are one choice to Hypothesis, a string of bytes: a draw for each would cost more than the
    checks do.
    """
    span = 2 * bound + 1
    return st.binary(min_size=size, max_size=size).map(
        lambda string: [(byte % span + 1) // 2 * (-1) ** (byte % span + 1) for byte in string]
    )


@st.composite
def states(
    draw: st.DrawFn,
    depths: tuple[int, int] = (2, 2),
    inputs: tuple[int, int] = (1, 4),
    widths: tuple[int, int] = (1, 4),
    loss_signs: tuple[int, ...] = (-1, 0, 1),
) -> State:
    """Small states with small entries; depth, d and the other widths in closed ranges."""
    depth = draw(st.integers(*depths))
    later = draw(st.lists(st.integers(*widths), min_size=depth, max_size=depth))
    sizes = [draw(st.integers(*inputs)), *later]
    activation = draw(st.sampled_from(ACTIVATIONS))
    weights = tuple(
        shaped(draw(integers(rows * columns, 3)), columns) for columns, rows in pairwise(sizes)
    )
    parameters = tuple(
        tuple(parameter(activation, n) for n in draw(integers(width, 7))) for width in sizes[1:-1]
    )
    k = sizes[-1]
    rho = shaped(draw(integers(k, 3)), 1)
    inertia = draw(st.lists(st.sampled_from(loss_signs), min_size=k, max_size=k))
    return State.of(
        activation, weights, parameters, rho, loss_hessian(k, draw(integers(k * k, 2)), inertia)
    )


def random_matrix(source: random.Random, rows: int, columns: int, size: int = 99) -> fmpq_mat:
    """A matrix of integers drawn uniformly from [-size, size]."""
    entries = [[source.randint(-size, size) for _ in range(columns)] for _ in range(rows)]
    return matrix(entries, columns)


def random_parameters(source: random.Random, activation: str, width: int) -> tuple[fmpq, ...]:
    """Parameters of a layer's units, none of them 0, with denominator 211."""
    numbers = (source.randint(1, 200) * source.choice((-1, 1)) for _ in range(width))
    if activation == "softplus":
        return tuple(fmpq(n + 211, 422) for n in numbers)
    return tuple(fmpq(n, 211) for n in numbers)

"""Extreme eigenpairs of symmetric operators, at both ends in one run, with their residuals.

Dense matrices are factorised while they are small. Beyond, Lanczos with full reorthogonalisation
and thick restarts runs for a batch of independent operators at once and drops those that have
converged; what does not converge, such as a cluster at one end, is factorised after all, up to an
order. Residuals are measured at the end, from products with the vectors that are returned.

Beside what the products need, bases take 16 MiB, or 33 vectors of each operator where those are more
(0.55 GB for one of order 1024 x 2048 in float64); as much again for a moment where operators are
dropped from a batch; 16 MiB for a restart; and some vectors, of which two are the result.

Lanczos sees what its start holds enough of: its values are near those of eigenpairs, but one that is a
little more extreme may be missed where the start leans on another, which then counts as converged (in
float32 1 was returned where there is 1.03).
`verify.numeric.certificates` proves signs.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad

from verify.numeric.operators import (
    MatrixOperator,
    SymmetricOperator,
    require_finite_products,
)
from verify.numeric.tridiagonal import extreme_eigenvectors


class Cost(NamedTuple):
    """Nanoseconds, fitted to measurements on one core, n = 16 .. 512, 1 to 64 operators; to a third.

    What they are for is where one way overtakes the other, not what either takes elsewhere.
    """

    factorised: tuple[float, float, float] = 5e4, 25, 0.02  # 1, n^2 and n^3, with two vectors
    formed: float = 0.036  # a multiply-add of the n products that make a matrix
    step: float = 3e5
    stepped: float = 4e3  # an operator more in a step
    multiplied: float = 0.14  # a multiply-add of its product


COST = Cost()

ENDS = ("smallest", "largest", "both", "norm")
"""What may be asked for; the first two by their places."""

FALLBACK_UP_TO = 4096
"""Order up to which what did not converge is factorised (134 MB in float64)."""

RESIDUAL = {torch.float64: 1e-8, torch.float32: 1e-4}
"""Residual over the operator's norm at which a pair has converged, by type; some eigenvalue is then
within that much of the value, and within about its square over the gap to the next one."""

MAXIMUM_STEPS, BEYOND_FALLBACK = 100, 300
"""Steps by default: at orders up to `FALLBACK_UP_TO`, and beyond, where nothing else would help."""

RANDOM_PART = 0.1
"""Length of the random part of a start whose other part, of length 1, the operator suggests."""

BASIS, LEAST_BASIS, MEMORY = 200, 32, 2**24
"""Vectors in a full basis: at most the first; fewer where those of a batch take more bytes than the
third, though not fewer than the second. Of the objectives that couple a batch, bases of 32 took at
most 4 % more products than those of 100, and no more time."""

KEPT = 0.4
"""Share of a full basis that a restart keeps, half of it at each end."""

FIRST_CHECK, CHECK_WITHIN = 6, 8
"""Convergence is looked for at this step first, and then after so many steps at most."""

COMPACT_BELOW = 0.75
"""Share of a batch still running below which the finished operators are dropped from it."""


@dataclass(frozen=True)
class ExtremeEigenpairs:
    """Smallest and largest eigenpair of a symmetric operator, or of each of a batch of them.

    Attributes:
        values: (..., 2), smallest and largest: Rayleigh quotients of the vectors.
        vectors: (..., 2, n), of length 1.
        residuals: (..., 2), |A x - theta x|: some eigenvalue lies within it, and the rounding of a product, of theta.
        scale: (...), the larger modulus of the two values: the operator's norm, unless the end that has it was not asked for.
        iterations: (...), steps that Lanczos took, a product each; 0 without it.
        converged: (...), whether the residuals that were asked for, by default both, are within the tolerance
            times the scale; not where eigenvalues crowd at an end, for the steps that were taken.
        method: ``eigh``, ``lanczos``, or ``lanczos, then eigh for 3 of 8``.
    """

    values: Tensor
    vectors: Tensor
    residuals: Tensor
    scale: Tensor
    iterations: Tensor
    converged: Tensor
    method: str


def extreme_eigenpairs(
    operator: SymmetricOperator | Tensor,
    *,
    ends: str = "both",
    tolerance: float | None = None,
    maximum_steps: int | None = None,
    dense_up_to: int | None = None,
    fallback_up_to: int = FALLBACK_UP_TO,
    seed: int = 0,
) -> ExtremeEigenpairs:
    """Smallest and largest eigenpair, with residuals.

    Args:
        operator: an `EffectiveHessian`, another operator, or symmetric matrices (n, n) or (B, n, n).
        ends: which of the two must reach the tolerance, one of `ENDS`; "norm" is the one of larger modulus. The other one is
            returned as far as Lanczos has come by then.
        tolerance: residual over norm to reach; by default `RESIDUAL` of the operator's type.
        maximum_steps: Lanczos steps at most; by default 100 up to order 4096, and 300 beyond.
        dense_up_to: order up to which the matrix is formed and factorised at once; by default
            where `factorising_is_cheaper`.
        fallback_up_to: order up to which this is done for what did not converge.
        seed: of the random starts.

    Raises:
        TypeError: if the operator is none, or a matrix is not float64 or float32.
        ValueError: if a matrix is not square, symmetric and finite, an option is not positive, or `ends` is none of
            those.
        FloatingPointError: if a product is not finite, an eigenvalue overflows, or a Hessian is so
            small, below the smallest normal number over eps, that its products have lost digits.

    >>> extreme_eigenpairs(torch.diag(torch.tensor([-1.0, 0.5, 3.0]))).values.tolist()
    [-1.0, 3.0]
    """
    if isinstance(operator, Tensor):
        operator = MatrixOperator(operator)
    elif not isinstance(operator, SymmetricOperator):
        raise TypeError(
            f"`operator` must be an EffectiveHessian, another SymmetricOperator, or a tensor of matrices; it was {type(operator).__name__}."
        )
    tolerance = RESIDUAL[operator.dtype] if tolerance is None else tolerance
    if maximum_steps is None:
        maximum_steps = MAXIMUM_STEPS if operator.n <= FALLBACK_UP_TO else BEYOND_FALLBACK
    if not tolerance > 0 or maximum_steps < 1:
        raise ValueError(
            f"The tolerance and the number of steps must be positive; got {tolerance=}, {maximum_steps=}."
        )
    if ends not in ENDS:
        raise ValueError(f"`ends` must be one of {', '.join(ENDS)}; it was {ends!r}.")
    found = _Found(operator, ends)
    everything = torch.arange(operator.blocks)
    if factorising_is_cheaper(operator) if dense_up_to is None else operator.n <= dense_up_to:
        found.factorise(everything)
        return found.pairs(tolerance, "eigh")
    _lanczos(operator, found, tolerance, maximum_steps, seed)
    stuck = everything[~found.converged(tolerance)]
    if len(stuck) == 0 or operator.n > fallback_up_to:
        return found.pairs(tolerance, "lanczos")
    found.factorise(stuck)
    return found.pairs(tolerance, f"lanczos, then eigh for {len(stuck)} of {operator.blocks}")


def factorising_is_cheaper(operator: SymmetricOperator) -> bool:
    """Whether forming and factorising the matrices should cost less than a Lanczos run for all."""
    n, work = operator.n, operator.work
    each, square, cube = COST.factorised
    factorised = each + square * n**2 + cube * n**3
    factorised += COST.formed * n * work * (not operator.is_formed)
    stepped = COST.step + operator.blocks * (COST.stepped + COST.multiplied * work)
    return operator.blocks * factorised <= min(n, operator.steps) * stepped


class _Found:
    """The pairs of every operator of a batch, filled in as they are found."""

    def __init__(self, operator: SymmetricOperator, ends: str) -> None:
        self.operator, self.ends = operator, ends
        blocks, n = operator.blocks, operator.n
        like = {"dtype": operator.dtype, "device": operator.device}
        self.values = torch.zeros(blocks, 2, **like)  # type: ignore[call-overload]
        self.vectors = torch.zeros(blocks, 2, n, **like)  # type: ignore[call-overload]
        self.residuals = torch.full((blocks, 2), math.inf, **like)  # type: ignore[call-overload]
        self.iterations = torch.zeros(blocks, dtype=torch.int64)
        # Values and residuals are kept over this power of two.
        self.exponents = torch.zeros(blocks, dtype=torch.int32, device=operator.device)

    def keep(self, which: Tensor, vectors: Tensor, images: Tensor, exponent: Tensor) -> None:
        """Keep vectors (b, 2, n) with their products over 2^exponent; all else follows from them."""
        length = vectors.norm(dim=-1, keepdim=True)
        vectors, images = vectors / length, images / length
        values = (vectors * images).sum(-1)
        self.values[which], self.vectors[which] = values, vectors
        self.residuals[which] = (images - values.unsqueeze(-1) * vectors).norm(dim=-1)
        self.exponents[which] = exponent

    def factorise(self, which: Tensor) -> None:
        """Find the pairs of some of the operators from their matrices."""
        whole = len(which) == self.operator.blocks
        matrices = require_finite_products(self.operator.dense_blocks(None if whole else which))
        size = torch.linalg.vector_norm(matrices, math.inf, (1, 2))
        _require_digits(self.operator, size)
        exponent = _needed(torch.frexp(size).exponent, size.dtype)
        if bool(exponent.any()):
            matrices = _ldexp(matrices, -exponent)
        vectors = extreme_eigenvectors(matrices)
        self.keep(which, vectors, vectors @ matrices, exponent)

    def converged(self, tolerance: float) -> Tensor:
        """Which operators' residuals are small enough, (b,)."""
        asked = _asked(self.ends, self.residuals, self.values)
        found: Tensor = asked <= tolerance * self.values.abs().amax(-1)
        return found.cpu()

    def pairs(self, tolerance: float, method: str) -> ExtremeEigenpairs:
        """What was found, at the operators' own scale.

        Raises:
            FloatingPointError: if a value overflows there.
        """
        batch = self.operator.shape[:-2]
        values = _ldexp(self.values, self.exponents)
        limits = torch.finfo(values.dtype)
        if not bool(values.isfinite().all()):
            raise FloatingPointError(
                f"An extreme eigenvalue exceeds {limits.max:.1e}, the largest number of {values.dtype}. Divide the loss, or the matrix, by a power of two."
            )
        # A value among the subnormal numbers is rounded to their spacing.
        rounded = (values.abs() < limits.smallest_normal) & (self.values != 0)
        residuals = _ldexp(self.residuals, self.exponents)
        return ExtremeEigenpairs(
            values.reshape(*batch, 2),
            self.vectors.reshape(*batch, 2, self.operator.n),
            (residuals + rounded * limits.smallest_normal * limits.eps).reshape(*batch, 2),
            values.abs().amax(-1).reshape(batch),
            self.iterations.reshape(batch),
            self.converged(tolerance).reshape(batch),
            method,
        )


class _Scaled(SymmetricOperator):
    """An operator over a power of two, block by block, so that its norm is about 1.

    Then no square over- or underflows. Vectors are multiplied at the root of the scale, at which
    neither they nor their products do.
    """

    def __init__(self, whole: SymmetricOperator, exponent: Tensor) -> None:
        super().__init__((whole.blocks, whole.n), True, whole.dtype, whole.device)
        self.whole, self.exponent = whole, exponent
        one = torch.ones(whole.blocks, 1, dtype=whole.dtype, device=whole.device)
        half = exponent // 2
        self.before, self.after = _ldexp(one, -half), _ldexp(one, half - exponent)
        self.is_plain = not bool(exponent.any())

    @classmethod
    def of(cls, whole: SymmetricOperator, generator: torch.Generator) -> _Scaled:
        """Take the scale from the product with random vectors, themselves scaled until it is seen."""
        probe = torch.randn(1, whole.blocks, whole.n, generator=generator, dtype=whole.dtype)
        limits = torch.finfo(whole.dtype)
        reach = _reach(whole.dtype)
        exponent = torch.zeros(whole.blocks, dtype=torch.int32, device=whole.device)
        unseen = torch.ones_like(exponent, dtype=torch.bool)
        for shift in (0, reach, -reach):
            at = torch.full_like(exponent, shift)
            size = whole.rows(_ldexp(probe.to(whole.device)[0], at).unsqueeze(0))[0].abs().amax(1)
            within = (size > limits.smallest_normal / limits.eps) & (size < limits.max * limits.eps)
            exponent = torch.where(unseen & within, torch.frexp(size).exponent - shift, exponent)
            unseen &= ~within
            if not bool(unseen.any()):
                break
        _require_digits(whole, torch.where(unseen, 0, _ldexp(torch.ones_like(size), exponent)))
        return cls(whole, _needed(exponent, whole.dtype))

    def apply(self, v: Tensor) -> Tensor:
        """Multiply vectors v: (m, blocks, n)."""
        if self.is_plain:
            return self.whole.rows(v)
        return self.whole.rows(v * self.before) * self.after

    def starts(self) -> Tensor | None:
        """Vectors (blocks, n) rich in extreme eigenvectors, of entries up to 1."""
        found = self.whole.starts()
        return None if found is None else _ldexp(found, -torch.frexp(found.abs().amax(1)).exponent)

    def restricted(self, samples: Tensor) -> SymmetricOperator:
        """The operators at some positions."""
        return _Scaled(self.whole.restricted(samples), self.exponent[samples])


def _asked(ends: str, residuals: Tensor, values: Tensor) -> Tensor:
    """The residual that must be small, (b,), of those at both ends and their values, each (b, 2)."""
    if ends == "both":
        return residuals.amax(-1)
    if ends == "norm":
        return residuals.gather(-1, values.abs().argmax(-1, keepdim=True)).squeeze(-1)
    return residuals[:, ENDS.index(ends)]


def _reach(dtype: torch.dtype) -> int:
    """A power of two by which numbers near 1 may be multiplied or divided."""
    return int(0.7 * math.log2(torch.finfo(dtype).max))


def _needed(exponent: Tensor, dtype: torch.dtype) -> Tensor:
    """The exponent of a scale, 0 where it is so near 1 that squares stay far within the range."""
    return exponent.masked_fill(exponent.abs() <= _reach(dtype) / 3, 0)


def _ldexp(x: Tensor, exponent: Tensor) -> Tensor:
    """x 2^exponent for x: (blocks, ..); in two steps, since 2^exponent itself may overflow."""
    exponent = exponent.reshape(-1, *(1,) * (x.ndim - 1))
    half = exponent // 2
    return torch.ldexp(torch.ldexp(x, half.to(x.dtype)), (exponent - half).to(x.dtype))


def _require_digits(operator: SymmetricOperator, size: Tensor) -> None:
    """Check that products of this size, (blocks,), were computed with all the digits of their type.

    A matrix that is given is exact however small it is; a product's summands are not.

    Raises:
        FloatingPointError: if they were not.
    """
    limits = torch.finfo(operator.dtype)
    lost = (size > 0) & (size < limits.smallest_normal / limits.eps)
    if not isinstance(operator, MatrixOperator) and bool(lost.any()):
        raise FloatingPointError(
            f"The operator is of size {float(size[lost].min()):.1e}, where {operator.dtype} loses digits, so that no residual could be relied on. Multiply the loss by a power of two."
        )


def _lanczos(
    operator: SymmetricOperator, found: _Found, tolerance: float, maximum_steps: int, seed: int
) -> None:
    """Run Lanczos on every operator of a batch and keep the extreme Ritz pairs."""
    scaled = _Scaled.of(operator, torch.Generator().manual_seed(seed))
    generator = torch.Generator().manual_seed(seed)
    running = torch.arange(operator.blocks)
    krylov = _Krylov(scaled, _start(scaled, generator), maximum_steps, found.ends)
    seen, check = 0, FIRST_CHECK
    before = torch.ones(operator.blocks, dtype=operator.dtype, device=operator.device)
    for step in range(1, maximum_steps + 1):
        residual = krylov.extend(generator)
        due = step in (check, maximum_steps) or krylov.is_full or krylov.is_exhausted
        if not due:
            continue
        relative, values, ritz = krylov.ritz(residual)
        if not bool(relative.isfinite().all()):
            require_finite_products(residual)
        done = relative <= tolerance
        last = bool(done.all()) or step == maximum_steps or krylov.size == operator.n
        dropped = int(done.sum()) > (1 - COMPACT_BELOW) * len(done)
        if last or dropped:
            ending = torch.ones_like(done) if last else done
            which = running[ending.cpu()]
            found.vectors[which] = krylov.vectors(ritz, ending)
            found.iterations[which] = step
        if last:
            break
        if krylov.is_full:
            krylov.restart(values, ritz)
        if dropped:
            running, relative, before = running[~done.cpu()], relative[~done], before[~done]
            krylov = krylov.restricted((~done).nonzero().flatten())
        # When the next ones to be dropped should have converged, at the rates since the last check;
        # soon where a residual has risen, as it does when another Ritz value has become an extreme.
        fallen = (before / relative).log()
        ahead = (step - seen) * (relative / tolerance).log() / fallen
        ahead = torch.where(fallen > 0, ahead, 2)
        next_drop = ahead.kthvalue(int((1 - COMPACT_BELOW) * len(ahead)) + 1).values
        seen, before = step, relative
        check = step + int(next_drop.clamp(1, CHECK_WITHIN))
    images = scaled.rows(found.vectors.transpose(0, 1)).transpose(0, 1)
    found.keep(torch.arange(operator.blocks), found.vectors, images, scaled.exponent)


class _Krylov:
    """Orthonormal bases V of a batch, (b, size, n) and the vector that is next, with T = V^T A V.

    A full basis is reduced to Ritz vectors of both ends and the vector that is next: K. Wu and
    H. Simon, Thick-restart Lanczos method for large symmetric eigenvalue problems, SIAM J. Matrix
    Anal. Appl. 22 (2000). With f what is left of the last product, of length beta,

        A V = V T + f e^T,   |A V y - theta V y| = beta |e.y|   for T y = theta y,

    after it as before. T is tridiagonal but for the Ritz values that were kept and the row below
    them, which is full.
    """

    def __init__(
        self, operator: SymmetricOperator, start: Tensor, wanted: int, ends: str = "both"
    ) -> None:
        self.operator, self.ends = operator, ends
        blocks, n = start.shape
        affordable = max(LEAST_BASIS, MEMORY // (start.numel() * start.element_size()))
        capacity = min(n, wanted, BASIS, affordable)
        self.basis = start.new_empty(blocks, capacity + 1, n)
        self.basis[:, 0] = start
        # T's lower triangle, and rows to come, (b, 2, 1): beside the diagonal, and on it.
        self.projected = start.new_zeros(blocks, 0, 0)
        self.pending: list[Tensor] = []
        self.size = self.kept = 0
        self.scale = start.new_zeros(blocks, 1)
        self.is_exhausted = False

    @property
    def is_full(self) -> bool:
        """Whether it must restart before it grows."""
        return self.size == self.basis.shape[1] - 1

    def extend(self, generator: torch.Generator) -> Tensor:
        """Add one vector; return the length of what is left of its product, 0 if nothing is, (b, 1).

        Raises:
            FloatingPointError: if the product is not finite.
        """
        at = self.size
        image = self.operator.rows(self.basis.narrow(1, at, 1).transpose(0, 1)).permute(1, 2, 0)
        # The recurrence takes out what is large, one pass over the basis what rounding left: the
        # "twice" that is enough (Giraud, Langou, Rozloznik and van den Eshof 2005).
        if at > self.kept:
            left, row = self._orthogonalised(image, at - 1)
            self.pending.append(row)
        else:
            left, row = self._orthogonalised(image, 0)
            self.projected = pad(self.projected, (0, 1, 0, 1))
            self.projected[:, at] = row.squeeze(-1)
        left, _ = self._orthogonalised(left, 0)
        length = torch.linalg.vector_norm(left, dim=1)
        self.scale = torch.maximum(self.scale, torch.linalg.vector_norm(image, dim=1))
        beta: Tensor = length
        self.is_exhausted = False
        floor = self.operator.n * torch.finfo(image.dtype).eps
        if not float((length / self.scale).min()) > floor:  # or NaN
            require_finite_products(length)
            # An invariant subspace is exhausted: go on outside it.
            spent = length <= floor * self.scale
            self.is_exhausted = bool(spent.all())
            beta = length.masked_fill(spent, 0)
            fresh = torch.randn(image.shape, generator=generator, dtype=image.dtype)
            fresh = fresh.to(image.device)
            for _ in range(2):
                fresh, _ = self._orthogonalised(fresh, 0)
            left = torch.where(spent.unsqueeze(-1), fresh, left)
            length = torch.linalg.vector_norm(left, dim=1)
        self.size += 1
        torch.div(left.squeeze(-1), length, out=self.basis.select(1, self.size))
        return beta

    def ritz(self, residual: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Relative residuals (b,) of what is asked for, as T has them, and its eigenpairs, ascending."""
        if self.pending:
            new, band = len(self.pending), torch.cat(self.pending, 2)
            self.pending = []
            self.projected = pad(self.projected, (0, new, 0, new))
            self.projected.diagonal(-1, 1, 2)[:, -new:] = band[:, 0]
            self.projected.diagonal(0, 1, 2)[:, -new:] = band[:, 1]
        values, vectors = torch.linalg.eigh(self.projected)
        predicted = residual * vectors[:, -1, [0, -1]].abs()
        scale = values.abs().amax(-1).clamp(min=torch.finfo(values.dtype).tiny)
        relative = _asked(self.ends, predicted, values[:, [0, -1]]) / scale
        return relative.clamp(min=torch.finfo(values.dtype).tiny), values, vectors

    def vectors(self, ritz: Tensor, which: Tensor) -> Tensor:
        """The extreme Ritz vectors of some of the operators, (b, 2, n)."""
        chosen = slice(None) if bool(which.all()) else which
        extremes: Tensor = ritz[chosen][:, :, [0, -1]].mT @ self.basis[chosen, : self.size]
        return extremes

    def restart(self, values: Tensor, ritz: Tensor) -> None:
        """Keep Ritz vectors of both ends and the next vector alone."""
        end = int(KEPT * self.size / 2)
        chosen = [*range(end), *range(-end, 0)]
        turn = ritz[:, :, chosen].mT
        row = turn[:, :, 0].numel() * turn.element_size()
        for part in self.basis.split(max(1, MEMORY // row), dim=2):
            part[:, : 2 * end] = turn @ part[:, : self.size]
        self.basis[:, 2 * end] = self.basis[:, self.size]
        self.projected = values[:, chosen].diag_embed()
        self.size = self.kept = 2 * end

    def restricted(self, samples: Tensor) -> _Krylov:
        """The bases of some of the operators."""
        part = copy.copy(self)
        part.operator = self.operator.restricted(samples)
        used = slice(0, self.size + 1)
        part.basis = self.basis[: len(samples)]  # in the same memory, so `self` is void
        part.basis[:, used] = self.basis[samples, used]
        part.projected, part.scale = self.projected[samples], self.scale[samples]
        return part

    def _orthogonalised(self, w: Tensor, first: int) -> tuple[Tensor, Tensor]:
        """Columns w, (b, n, 1), without their parts along the vectors from a position on; and these."""
        basis = self.basis.narrow(1, first, self.size + 1 - first)
        parts = torch.bmm(basis, w)
        return torch.baddbmm(w, basis.mT, parts, alpha=-1), parts


def _start(operator: SymmetricOperator, generator: torch.Generator) -> Tensor:
    """Unit vectors (b, n): random, or leaning towards what the operator suggests."""
    start = torch.randn(operator.blocks, operator.n, generator=generator, dtype=operator.dtype)
    start = start.to(operator.device)
    start /= start.norm(dim=-1, keepdim=True)
    suggested = operator.starts()
    if suggested is not None:
        length = suggested.norm(dim=-1, keepdim=True).clamp(min=torch.finfo(start.dtype).tiny)
        start = RANDOM_PART * start + suggested / length
    start /= start.norm(dim=-1, keepdim=True)
    return start

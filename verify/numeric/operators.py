"""Symmetric linear operators on a point's space: products first, a matrix when asked for."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from verify.numeric.objectives.checks import is_finite

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

TYPES = (torch.float64, torch.float32)
"""What eigenvalues are computed in; float32 for throughput only."""

CHUNK = 2**24
"""Entries of the vectors that are multiplied at once when a matrix is formed; bounds memory only."""

FEW_STEPS, MORE_STEPS = 25, 45
"""Steps to 1e-8 of random heads of 32 to 512 dimensions: where the loss Hessian is a multiple of the identity but
for a few directions, and of a softmax, which leaves less of a gap at the ends (24 to 30, and 30 to 60)."""


class SymmetricOperator(ABC):
    """A symmetric operator, or a batch of independent ones, one for each sample.

    Attributes:
        space: shape of the vectors it multiplies: (d,) or (B, d).
        separable: for a space (B, d), whether it is B independent operators on R^d instead of one
            on R^(B d).
        blocks: how many independent operators it is.
        n: order of each of them.
        shape: of `dense`, (n, n), or (B, n, n) for a batch of independent operators.
        dtype, device: of its vectors.
        work: multiply-adds of the product of one of them with a vector, about.
        steps: Lanczos steps that a batch usually takes to both ends, if it has as many dimensions.
        is_formed: whether the matrices are there already.
    """

    is_formed = False

    def __init__(
        self, space: tuple[int, ...], separable: bool, dtype: torch.dtype, device: torch.device
    ) -> None:
        self.space = space
        self.separable = separable
        self.dtype = dtype
        self.device = device
        batch = space[:1] if separable and len(space) == 2 else ()
        self.blocks = math.prod(batch)
        self.n = math.prod(space) // max(self.blocks, 1)
        self.shape = (*batch, self.n, self.n)
        self.steps = FEW_STEPS
        self.work = 12 * self.n**2  # as of a head of twice the width, if nobody knows better

    @abstractmethod
    def apply(self, v: Tensor) -> Tensor:
        """Multiply vectors v: (m, ..) of the space's shape, without checks."""

    def starts(self) -> Tensor | None:
        """Vectors (blocks, n) rich in extreme eigenvectors, if any are known."""
        return None

    def restricted(self, samples: Tensor) -> SymmetricOperator:
        """The independent operators at some positions (distinct, in order), as an operator."""
        return _Restricted(self, samples)

    def __matmul__(self, v: Tensor) -> Tensor:
        """Multiply a vector of the space's shape, or the columns of the space's shape and one axis more.

        Raises:
            TypeError: if v is of another type.
            ValueError: if v is of another shape, on another device, or not finite.
        """
        rank = len(self.space)
        if not isinstance(v, Tensor) or tuple(v.shape[:rank]) != self.space or v.ndim > rank + 1:
            found = tuple(v.shape) if isinstance(v, Tensor) else type(v).__name__
            raise ValueError(
                f"Expected a vector of shape {self.space} or columns of shape {(*self.space, 'm')}; got {found}."
            )
        if v.dtype != self.dtype:
            raise TypeError(f"Expected a vector of type {self.dtype}; got {v.dtype}.")
        if v.device != self.device:
            raise ValueError(f"Expected a vector on {self.device}; got one on {v.device}.")
        if not is_finite(v):
            raise ValueError("Expected a vector of finite entries; it holds NaN or infinity.")
        if v.ndim == rank:
            return self.apply(v.unsqueeze(0)).squeeze(0)
        if v.shape[-1] == 0:
            return v.clone()
        return self.apply(v.movedim(-1, 0)).movedim(0, -1)

    def to_scipy(self) -> LinearOperator:
        """As SciPy's operator on R^N, N the entries of the space: for `eigsh`, `cg` and their like.

        Independent operators are its diagonal blocks.
        """
        from scipy.sparse.linalg import LinearOperator

        size = self.blocks * self.n

        def multiply(x: Any) -> Any:
            columns = torch.as_tensor(x, dtype=self.dtype, device=self.device).reshape(size, -1)
            found = self.rows(columns.T.reshape(-1, self.blocks, self.n))
            return found.reshape(-1, size).T.cpu().numpy().reshape(x.shape)

        kind = torch.empty(0, dtype=self.dtype).numpy().dtype
        return LinearOperator(
            (size, size), matvec=multiply, matmat=multiply, rmatvec=multiply, dtype=kind
        )

    def rows(self, v: Tensor) -> Tensor:
        """Multiply vectors given block by block: (m, blocks, n) -> (m, blocks, n)."""
        return self.apply(v.reshape(len(v), *self.space)).reshape(v.shape)

    def dense(self) -> Tensor:
        """The matrix, or the matrices of the samples: `shape`; exactly symmetric.

        Raises:
            FloatingPointError: if it is not finite.
        """
        return require_finite_products(self.dense_blocks(None)).reshape(self.shape)

    def dense_blocks(self, samples: Tensor | None) -> Tensor:
        """The matrices of some of the independent operators, or of all: (blocks, n, n)."""
        identity = torch.eye(self.n, dtype=self.dtype, device=self.device)
        step = max(1, CHUNK // (self.blocks * self.n))
        chosen = slice(None) if samples is None else samples
        rows = [
            self.rows(chunk.unsqueeze(1).expand(-1, self.blocks, -1))[:, chosen]
            for chunk in identity.split(step)
        ]
        return symmetrised(torch.cat(rows).transpose(0, 1))


class _Restricted(SymmetricOperator):
    """Some of a batch of independent operators; the others multiply zeros."""

    def __init__(self, whole: SymmetricOperator, samples: Tensor) -> None:
        super().__init__((len(samples), whole.n), True, whole.dtype, whole.device)
        self.whole, self.samples = whole, samples

    def apply(self, v: Tensor) -> Tensor:
        """Multiply vectors v: (m, ..) of the space's shape."""
        padded = v.new_zeros(len(v), self.whole.blocks, self.n)
        padded[:, self.samples] = v
        return self.whole.rows(padded)[:, self.samples]


class MatrixOperator(SymmetricOperator):
    """Matrices (n, n) or (B, n, n), symmetric but for rounding, as an operator."""

    is_formed = True

    def __init__(self, matrix: Tensor) -> None:
        """Wrap a matrix or a batch of matrices, as they are without their graph; rounding is symmetrised away.

        Raises:
            TypeError: if they are not float64 or float32.
            ValueError: if they are not square, not finite, or so far from symmetric that less than
                half of the digits agree.
        """
        if matrix.dtype not in TYPES:
            raise TypeError(f"Expected matrices in float64 or float32; got {matrix.dtype}.")
        matrix, shape = matrix.detach(), tuple(matrix.shape)
        if matrix.ndim not in (2, 3) or shape[-1] != shape[-2] or matrix.numel() == 0:
            raise ValueError(
                f"Expected matrices of shape (n, n) or (B, n, n), at least one; got {shape}."
            )
        if not is_finite(matrix):
            raise ValueError("Expected a matrix of finite entries; it holds NaN or infinity.")
        allowed = math.sqrt(torch.finfo(matrix.dtype).eps) * matrix.abs().amax((-2, -1))
        asymmetry = (matrix - matrix.mT).abs().amax((-2, -1))
        worst = int((asymmetry - allowed).argmax())
        if bool((asymmetry > allowed).any()):
            raise ValueError(
                f"Expected symmetric matrices; in one, entries differ from their mirror images by up to {float(asymmetry.flatten()[worst]):.2e}, and {float(allowed.flatten()[worst]):.2e} is allowed."
            )
        super().__init__(shape[:-1], True, matrix.dtype, matrix.device)
        blocks = matrix.reshape(self.blocks, self.n, self.n)
        # Taking the mean with itself could overflow.
        self.matrices = blocks if torch.equal(blocks, blocks.mT) else symmetrised(blocks)
        require_finite_products(self.matrices)

    def apply(self, v: Tensor) -> Tensor:
        """Multiply vectors v: (m, ..) of the space's shape."""
        columns = v.reshape(len(v), self.blocks, self.n).permute(1, 2, 0)
        return (self.matrices @ columns).permute(2, 0, 1).reshape(v.shape)

    def restricted(self, samples: Tensor) -> SymmetricOperator:
        """The matrices at some positions."""
        return MatrixOperator(self.matrices[samples])

    def dense(self) -> Tensor:
        """A copy of the matrix or of the matrices: `shape`."""
        return self.matrices.clone().reshape(self.shape)

    def dense_blocks(self, samples: Tensor | None) -> Tensor:
        """The matrices of some of the samples, or of all: (blocks, n, n)."""
        return self.matrices if samples is None else self.matrices[samples]


def require_finite_products(products: Tensor) -> Tensor:
    """Products with an operator, or its entries, as they are.

    Raises:
        FloatingPointError: if one is not finite.
    """
    if not is_finite(products):
        raise FloatingPointError(
            "A product with the operator is not finite, so it has no eigenvalues. Look for overflow in the head's weights or in `z`, or a point at which head or loss bends without bound."
        )
    return products


def symmetrised(matrix: Tensor) -> Tensor:
    """(A + A^T) / 2, exactly symmetric: (..., n, n)."""
    return (matrix + matrix.mT).mul_(0.5)

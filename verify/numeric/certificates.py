"""Signs of eigenvalues that are proved, not estimated, for a matrix of floating-point numbers.

What is proved here concerns the float64 matrix that is handed in, every entry taken as the exact
number it stores. How far that matrix is from a Hessian is another question.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

import flint
import torch
from flint import arb, arb_mat
from torch import Tensor

UNIT_ROUNDOFF = 2.0**-53
UNDERFLOW = 2.0**-1074

PRECISION = 128
"""Bits that balls are computed with."""

OUTWARD = 1 + 2.0**-20
"""Factor that makes up for the rounding of a sum of non-negative terms: at most 2^30 of them are
summed here, each wrong by a few units of roundoff, so the sum is by less than 2^-22 of itself."""


class Sign(enum.StrEnum):
    """What is proved of the smallest eigenvalue."""

    NEGATIVE = "certified negative"
    NON_NEGATIVE = "certified non-negative"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Certificate:
    """What is proved of the smallest eigenvalue of a float64 matrix.

    Attributes:
        sign: its sign.
        method: how it was proved.
        low, high: it lies between these; infinite where nothing is proved.
    """

    sign: Sign
    method: str
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True)
class SpectrumEnclosure:
    """Proved bounds on every eigenvalue of a float64 matrix, in ascending order.

    Attributes:
        low, high: (n,), the i-th smallest eigenvalue lies between low[i] and high[i].
    """

    low: Tensor
    high: Tensor

    @property
    def certificate(self) -> Certificate:
        """What it says of the smallest eigenvalue."""
        low, high = float(self.low[0]), float(self.high[0])
        sign = Sign.NEGATIVE if high < 0 else Sign.NON_NEGATIVE if low >= 0 else Sign.UNDECIDED
        return Certificate(sign, "residual enclosure of the spectrum", low, high)


def certify_sign(matrix: Tensor) -> Certificate:
    """Prove the sign of the smallest eigenvalue of a symmetric float64 matrix, if it can be.

    A negative sign follows from a Rayleigh quotient in balls, a positive one from `exceeds`. Sums
    of squares that are singular stay undecided: no rounding proves an eigenvalue to be 0.

    Args:
        matrix: (n, n), exactly symmetric, as `SymmetricOperator.dense` gives it.

    Raises:
        TypeError: if it is not float64; float32 is never the source of a sign.
        ValueError: if it is not square, finite and exactly symmetric, or subnormal numbers are flushed to 0.
    """
    _require_symmetric(matrix)
    values, vectors = torch.linalg.eigh(matrix)
    quotient = rayleigh_quotient(matrix, vectors[:, 0])
    high = upper_float(quotient)
    if quotient < 0:
        return Certificate(Sign.NEGATIVE, "Rayleigh quotient in balls", high=high)
    low = max(float(values[0]) / 2, 0.0)
    for bound in (low, 0.0):
        if exceeds(matrix, bound):
            method = "floating-point Cholesky (Rump 2006)"
            return Certificate(Sign.NON_NEGATIVE, method, low=bound, high=high)
    return Certificate(Sign.UNDECIDED, "Rayleigh quotient and Cholesky", high=high)


def rayleigh_quotient(matrix: Tensor, vector: Tensor) -> arb:
    """A ball that contains x.Ax / x.x, both taken as exact; it bounds the smallest eigenvalue above.

    Args:
        matrix: (n, n), exactly symmetric: of others the quotient bounds no eigenvalue.
        vector: (n,), finite and not 0.

    Raises:
        TypeError: if the matrix is not float64.
        ValueError: if it is not square, finite and exactly symmetric, or the vector is none such.
    """
    _require_symmetric(matrix)
    finite = bool(vector.isfinite().all())
    if vector.shape != matrix.shape[:1] or not finite or not bool(vector.any()):
        raise ValueError(
            f"`vector` must be of shape ({len(matrix)},), finite and not 0; its shape was {tuple(vector.shape)}."
        )
    with flint.ctx.workprec(PRECISION):
        a, x = exact_matrix(matrix), exact_matrix(vector.unsqueeze(1))
        return (x.transpose() * a * x)[0, 0] / (x.transpose() * x)[0, 0]


def exact_matrix(matrix: Tensor) -> arb_mat:
    """A matrix of floats as balls of radius 0."""
    return arb_mat([[arb(entry) for entry in row] for row in matrix.tolist()])


def exceeds(matrix: Tensor, bound: float = 0.0) -> bool:
    """Whether every eigenvalue is proved to be larger than a bound; False proves nothing.

    If Cholesky's factorisation of A - c I runs to completion in floating point, with

        c = sum_j (j + 2) u a_jj + 6 n (n + max a_jj) eta,   j = 1, .., n

    then A is positive definite: S. M. Rump, Verification of positive definiteness, BIT 46 (2006),
    Theorem 2.3 with phi_j = gamma_{j+1} / (1 - gamma_{j+1}) < (j + 2) u, as in INTLAB's isspd, which
    gives the underflow term. u is the unit roundoff and eta the smallest subnormal number. The
    bound allows any order of summation and fused multiply-add. It does not allow a triangular
    solve that multiplies by inverted blocks, as a library's may; so the columns are computed here.

    Args:
        matrix: (n, n), exactly symmetric float64.
        bound: what is subtracted from the diagonal first.
    """
    _require_symmetric(matrix)
    n = len(matrix)
    diagonal = _below(matrix.diagonal(), bound)
    if n > 2**24 or not bool((diagonal > 0).all()):
        return False
    weights = torch.arange(3, n + 3, dtype=torch.float64, device=matrix.device)
    error = float((weights * diagonal).sum()) * UNIT_ROUNDOFF
    # One more OUTWARD makes the inequality strict.
    shift = (error + 6 * n * (n + float(diagonal.max())) * UNDERFLOW) * OUTWARD * OUTWARD
    shifted = matrix.clone()
    shifted.diagonal().copy_(_below(diagonal, shift))
    return _factorises(shifted)


def _below(values: Tensor, amount: float) -> Tensor:
    """Numbers that are at most values - amount."""
    if amount == 0:
        return values.clone()
    return torch.nextafter(values - amount, torch.full_like(values, -math.inf))


def _factorises(matrix: Tensor) -> bool:
    """Whether Cholesky's method, column by column, meets positive pivots only."""
    n = len(matrix)
    factor = torch.zeros_like(matrix)
    for j in range(n):
        column = matrix[j:, j] - factor[j:, :j] @ factor[j, :j]
        pivot = float(column[0])
        if not pivot > 0 or not math.isfinite(pivot):
            return False
        factor[j, j] = root = math.sqrt(pivot)
        factor[j + 1 :, j] = column[1:] / root
    return bool(factor.isfinite().all())


def enclose_spectrum(matrix: Tensor) -> SpectrumEnclosure:
    """Prove bounds on all the eigenvalues of a symmetric float64 matrix; meant for n up to 512.

    With approximate eigenvectors X and values D, the matrix S = X^T A X has eigenvalues
    theta_i lambda_i with theta_i between the extreme eigenvalues of X^T X (Ostrowski), and within
    |S - D| of D (Weyl). Both S - D and X^T X - I are bounded in the maximum row sum, with the
    rounding of each product of inner length n bounded by gamma_n times the product of the moduli
    (Higham 2002, section 3.5).

    Args:
        matrix: (n, n), exactly symmetric.

    Raises:
        TypeError: if it is not float64.
        ValueError: if it is not square, finite and exactly symmetric, or its eigenvectors are so
            far from orthogonal that nothing follows.
    """
    _require_symmetric(matrix)
    n = len(matrix)
    values, x = torch.linalg.eigh(matrix)
    product = matrix @ x
    gamma = n * UNIT_ROUNDOFF / (1 - n * UNIT_ROUNDOFF)
    ones = torch.ones(n, dtype=torch.float64, device=matrix.device)
    moduli = x.abs()
    lost = moduli.T @ (gamma * (product.abs() @ ones + matrix.abs() @ (moduli @ ones)))
    underflow = 4 * n**3 * UNDERFLOW  # at most n^3 of it is lost in products, the rest below
    gap = (x.T @ product - torch.diag(values)).abs().sum(1) + lost
    delta = (float(gap.max()) + underflow) * OUTWARD
    skew = (x.T @ x - torch.diag(ones)).abs().sum(1) + gamma * (moduli.T @ (moduli @ ones))
    epsilon = float(skew.max()) * OUTWARD
    if not math.isfinite(delta):
        raise ValueError(
            "The error bound of the spectrum overflows. Scale the matrix to entries of moderate size."
        )
    if not epsilon < 0.5:
        raise ValueError(
            f"The computed eigenvectors are not orthogonal enough to enclose the spectrum: |X^T X - I| <= {epsilon:.2e}. Scale the matrix to entries of moderate size."
        )
    low, high = values - delta, values + delta
    # Dividing by theta moves a bound outwards where it has the bound's own sign.
    low = torch.where(low < 0, low / (1 - epsilon), low / (1 + epsilon))
    high = torch.where(high > 0, high / (1 - epsilon), high / (1 + epsilon))
    slack = 8 * UNIT_ROUNDOFF
    low, high = low - slack * low.abs(), high + slack * high.abs()
    return SpectrumEnclosure(low.sort().values, high.sort().values)


def _require_symmetric(matrix: Tensor) -> None:
    if not UNDERFLOW > 0:
        raise ValueError(
            "Subnormal numbers are flushed to 0 here, so nothing can be proved; call torch.set_flush_denormal(False)."
        )
    if not isinstance(matrix, Tensor) or matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        found = tuple(matrix.shape) if isinstance(matrix, Tensor) else type(matrix).__name__
        raise ValueError(f"`matrix` must be a matrix of shape (n, n); it was {found}.")
    if matrix.numel() == 0:
        raise ValueError("`matrix` must have at least one row; it was empty.")
    if matrix.dtype != torch.float64:
        raise TypeError(
            f"`matrix` must be float64; it was {matrix.dtype}, which is never the source of a sign. Evaluate head, loss and z in float64."
        )
    if not bool(matrix.isfinite().all()):
        raise ValueError("`matrix` must be finite; it holds NaN or infinity.")
    if not torch.equal(matrix, matrix.T):
        raise ValueError(
            f"`matrix` must be exactly symmetric; its largest asymmetry is {float((matrix - matrix.T).abs().max()):.2e}. SymmetricOperator.dense gives symmetric matrices; else use (A + A.T) / 2."
        )


def upper_float(ball: arb) -> float:
    """A float, the smallest or the one after it, that is at least every number in a ball."""
    if not ball.is_finite():
        return math.inf
    top = ball.upper()
    nearest = float(top)
    return nearest if arb(nearest) >= top else math.nextafter(nearest, math.inf)


def lower_float(ball: arb) -> float:
    """A float, the largest or the one before it, that is at most every number in a ball."""
    return -upper_float(-ball)

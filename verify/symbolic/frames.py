"""Exact rational frames, congruences to a diagonal matrix, and Hessians of cubics.

Orthonormal frames have rational entries by Cayley's transform, so that what holds for every frame
can be tested without a tolerance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations

from flint import fmpq, fmpq_mat

from verify.numeric.rational import columns_of, identity, rational


def cayley(n: int, entries: Sequence[Fraction | int]) -> fmpq_mat:
    """The orthogonal matrix (I - A)(I + A)^-1 of the skew matrix A with these entries above its diagonal.

    Raises:
        TypeError: if an entry is not an int, a Fraction or an fmpq.
        ValueError: if there are not n (n - 1) / 2 entries.

    >>> cayley(2, [Fraction(1, 2)])
    [3/5, -4/5]
    [4/5,  3/5]
    """
    pairs = list(combinations(range(n), 2))
    if len(entries) != len(pairs):
        raise ValueError(
            f"A skew matrix of order {n} has {len(pairs)} entries above its diagonal; got {len(entries)}."
        )
    skew = fmpq_mat(n, n)
    for (r, c), entry in zip(pairs, entries, strict=True):
        skew[r, c], skew[c, r] = rational(entry), -rational(entry)
    return (identity(n) - skew) * (identity(n) + skew).inv()


def congruence(symmetric: fmpq_mat) -> tuple[fmpq_mat, list[fmpq]]:
    """An invertible X and numbers D with X^T A X = diag(D), by symmetric elimination.

    By Sylvester's law of inertia the signs of D are those of the eigenvalues of A.

    Raises:
        ValueError: if the matrix is not symmetric.
    """
    if symmetric != symmetric.transpose():
        raise ValueError("A congruence to a diagonal matrix needs a symmetric matrix.")
    n = symmetric.nrows()
    x, form = identity(n), fmpq_mat(symmetric)

    def combine(target: int, source: int, factor: fmpq) -> None:
        """Add `factor` times basis vector `source` to basis vector `target`."""
        step = identity(n)
        step[source, target] = factor
        nonlocal x, form
        x, form = x * step, step.transpose() * form * step

    for pivot in range(n):
        if form[pivot, pivot] == 0:
            mixed = [c for c in range(pivot + 1, n) if form[pivot, c] != 0]
            for c in mixed[:1]:
                # The new diagonal entry is 2 a s + b s^2, which vanishes for at most one s of 1, -1.
                sign = 1 if 2 * form[pivot, c] + form[c, c] != 0 else -1
                combine(pivot, c, fmpq(sign))
        if form[pivot, pivot] == 0:
            continue
        for c in range(pivot + 1, n):
            combine(c, pivot, -form[pivot, c] / form[pivot, pivot])
    return x, [form[r, r] for r in range(n)]


def second_differences(f: Callable[[fmpq_mat], fmpq], z: fmpq_mat) -> fmpq_mat:
    """The Hessian at z of a polynomial of degree 3 or less, exactly, from its values."""
    n, centre, unit = z.nrows(), f(z), identity(z.nrows())

    def along(v: fmpq_mat) -> fmpq:
        return f(z + v) - 2 * centre + f(z - v)

    axes = [columns_of(unit, [r]) for r in range(n)]
    pure = [along(axis) for axis in axes]
    entries = [
        (along(axes[r] + axes[c]) - pure[r] - pure[c]) / 2 if r != c else pure[r]
        for r in range(n)
        for c in range(n)
    ]
    return fmpq_mat(n, n, entries)

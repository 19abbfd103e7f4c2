"""How small a cubic form on R^k can be on a d-dimensional subspace: a search over orthonormal frames."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from verify.claims.check import Context
from verify.claims.evidence import Finding, Table, finding

Array = NDArray[np.float64]

SHAPES = ((2, 3), (3, 5), (2, 4))
"""(d, k): two and four conditions to spare, and as many conditions as numbers."""

FORMS, STARTS, STEPS = 2, 6, 40

MOST = 100
"""Starts, where a form has to vanish on some subspace and has not yet; one start of two or three finds one."""

AWAY, ZERO = 1e-3, 1e-10
"""What counts as away from 0 and as 0, of |T|_V| / |T|. With n conditions to spare a size below x has a chance of order x^n."""


def restricted(cubic: Array, frame: Array) -> Array:
    """The form (k, k, k) on the span of a frame's columns (k, d), in an orthonormal basis: (d, d, d)."""
    basis = np.linalg.qr(frame)[0]
    return np.einsum("abc,ai,bj,cl->ijl", cubic, basis, basis, basis, optimize=True)


def least(cubic: Array, d: int, generator: np.random.Generator, most: int = STARTS) -> float:
    """The least |T|_V| / |T| over d-dimensional subspaces V that the starts find, until one counts as zero."""
    k, size, found = len(cubic), float(np.linalg.norm(cubic)), math.inf
    for _ in range(most):
        one = least_squares(
            lambda x: restricted(cubic, x.reshape(k, d)).ravel(),
            generator.standard_normal(k * d),
            max_nfev=STEPS,
            gtol=1e-14,
        )
        found = min(found, math.sqrt(2 * one.cost) / size)
        if found < ZERO:
            break
    return found


def symmetric(k: int, generator: np.random.Generator) -> Array:
    """A random cubic form (k, k, k)."""
    free = generator.standard_normal((k, k, k))
    orders = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
    return np.mean([free.transpose(order) for order in orders], axis=0)


def conditions(d: int, k: int) -> tuple[int, int]:
    """The conditions to vanish on a d-dimensional subspace of R^k, and the numbers that it has."""
    return math.comb(d + 2, 3), d * (k - d)


def search(ctx: Context) -> Finding:
    """Random forms stay away from 0 where conditions are to spare, and reach it on the lines of cubic surfaces."""
    generator = np.random.default_rng(ctx.seed_for("prop33.cubics"))
    rows, spared, equal = [], math.inf, 0.0
    for d, k in SHAPES:
        needed, free = conditions(d, k)
        most = STARTS if needed > free else MOST
        values = [least(symmetric(k, generator), d, generator, most) for _ in range(FORMS)]
        if needed > free:
            spared = min(spared, *values)
        else:
            equal = max(equal, *values)
        rows.append((str(d), str(k), str(needed), str(free), ", ".join(f"{v:.2g}" for v in values)))
    return finding(
        spared > AWAY and equal < ZERO,
        rf"Of {FORMS} random cubic forms for each of {len(SHAPES)} $(d, k)$, the least size $|T|_V| / |T|$ on a subspace that {STARTS} starts find, or {MOST} where some form has to vanish: {spared:.2g} at least where conditions are to spare, {equal:.2g} at most where they are as many as the free numbers.",
        cases=FORMS * len(SHAPES),
        tables=(
            Table(
                title="The least size of a random cubic form on a subspace",
                columns=("d", "k", "conditions", "free numbers", "least sizes"),
                rows=tuple(rows),
                note=f"Size: $|T|_V| / |T|$, Frobenius norms. Asked where conditions are to spare: more than {AWAY:g}; where they are as many as the numbers: less than {ZERO:g}, as every smooth real cubic surface has a real line.",
            ),
        ),
    )

"""Square heads: k = d leaves no room for an indefinite loss Hessian, in exact rationals.

Definiteness is decided by exact signatures, of J^T H J and of H apart, not by Sylvester's law.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from flint import fmpq_mat
from hypothesis import strategies as st

from verify.claims.check import Arithmetic
from verify.claims.property import Claim, exactly
from verify.numeric.rational import columns_of, diagonal, matrix, signs


class Square(NamedTuple):
    """A symmetric H (k, k) that is not positive definite, and a square matrix (k, k)."""

    hessian: Annotated[fmpq_mat, "$H$"]
    jacobian: Annotated[fmpq_mat, "$J$ and a column more"]


@st.composite
def squares(draw: st.DrawFn) -> Square:
    """Order 2 to 4; H has one non-positive square among the others."""
    k = draw(st.integers(2, 4))
    rows = st.lists(st.lists(st.integers(-2, 2), min_size=k, max_size=k), min_size=k, max_size=k)
    x, jacobian = (matrix(draw(rows)) for _ in range(2))
    positive = draw(st.lists(st.integers(1, 3), min_size=k - 1, max_size=k - 1))
    values = [*positive, draw(st.integers(-2, 0))]
    return Square(x * diagonal(values) * x.transpose(), jacobian)


def square_mismatch(case: Square, fewer: int = 0) -> float:
    """0 if J^T H J is not positive definite, with J the first k - `fewer` columns; else infinite."""
    k = case.jacobian.nrows()
    jacobian = columns_of(case.jacobian, range(k - fewer))
    found = signs(jacobian.transpose() * case.hessian * jacobian)
    return exactly(found.positive != k - fewer)


def squares_seen(case: Square) -> dict[str, bool]:
    """What random matrices must show."""
    found = signs(case.hessian)
    return {
        "$H$ indefinite": found.positive > 0 and found.negative > 0,
        r"$H \succeq 0$ singular": found.negative == 0,
        "$J$ invertible": case.jacobian.det() != 0,
    }


SQUARE = Claim(
    r"where $k = d$, $J^T H J \succ 0$ only for $H \succ 0$",
    squares,
    square_mismatch,
    arithmetic=Arithmetic.EXACT,
    features=squares_seen,
)

WIDE = SQUARE.mutant(r"where $k = d + 1$, $J^T H J \succ 0$ only for $H \succ 0$", fewer=1)

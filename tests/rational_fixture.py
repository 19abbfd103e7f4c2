"""Random rational matrices for the tests of exact linear algebra."""

from __future__ import annotations

from flint import fmpq_mat
from hypothesis import strategies as st

from verify.numeric.rational import matrix


@st.composite
def matrices(draw: st.DrawFn) -> fmpq_mat:
    """Matrices of 1 to 4 rows and columns of small integers, many of them singular."""
    height, width = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    row = st.lists(st.integers(-2, 2), min_size=width, max_size=width)
    return matrix(draw(st.lists(row, min_size=height, max_size=height)))

"""Tangent spaces of linear group actions, and of fibres of an encoder, in exact rationals.

Oracles: dimensions of stabilisers in closed form against ranks; the tangents at a moved point
against the moved tangents.
"""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import Annotated, NamedTuple

from flint import fmpq, fmpq_mat
from hypothesis import strategies as st

from verify.claims.property import exact_claim, exactly
from verify.numeric.rational import beside, identity, matrix

# --- group actions ------------------------------------------------------------------------------

KINDS = ("SO", "torus", "GL", "unitriangular")
"""Rotations, rotations of coordinate pairs, invertible maps, and triangular ones with 1s."""


class Moved(NamedTuple):
    """A point z of R^n and an element g of a matrix group.

    Attributes:
        kind: one of `KINDS`.
        z: the point; the torus moves its pairs (z_1, z_2), (z_3, z_4), ..
        entries: n^2 integers from which g is made.
    """

    kind: Annotated[str, "group"]
    z: Annotated[tuple[int, ...], "$z$"]
    entries: Annotated[tuple[int, ...], "integers of $g$"]

    @property
    def n(self) -> int:
        """The dimension of the space."""
        return len(self.z)

    def _places(self) -> list[tuple[int, int]]:
        """The places (i, j), i < j, that the group's triangular or skew matrices use."""
        if self.kind == "torus":
            return [(i, i + 1) for i in range(0, self.n - 1, 2)]
        return [(i, j) for i in range(self.n) for j in range(i + 1, self.n)]

    @property
    def algebra(self) -> list[fmpq_mat]:
        """A basis of the Lie algebra."""
        if self.kind == "GL":
            return [self._unit(i, j) for i in range(self.n) for j in range(self.n)]
        skew = self.kind in ("SO", "torus")
        return [
            self._unit(i, j) - self._unit(j, i) if skew else self._unit(i, j)
            for i, j in self._places()
        ]

    def _unit(self, i: int, j: int) -> fmpq_mat:
        """The matrix with a 1 at (i, j)."""
        return matrix([[int((r, c) == (i, j)) for c in range(self.n)] for r in range(self.n)])

    @property
    def element(self) -> fmpq_mat:
        """g, a rational matrix: by Cayley's transform, or a product of triangular matrices."""
        one = identity(self.n)
        upper = sum(
            (self.entries[i * self.n + j] * self._unit(i, j) for i, j in self._places()), 0 * one
        )
        if self.kind in ("SO", "torus"):
            skew = upper - upper.transpose()
            return (one - skew) * (one + skew).inv()
        if self.kind == "unitriangular":
            return one + upper
        lower = sum(
            (self.entries[j * self.n + i] * self._unit(j, i) for i, j in self._places()), 0 * one
        )
        return (one + lower) * (one + upper)

    @property
    def stabiliser(self) -> int:
        """The dimension of the Lie algebra of the maps that keep z, in closed form."""
        n, all_of_it = self.n, len(self.algebra)
        if not any(self.z):
            return all_of_it
        if self.kind == "SO":
            return (n - 1) * (n - 2) // 2  # rotations of what is orthogonal to z
        if self.kind == "GL":
            return n * n - n  # any images of the n - 1 other vectors of a basis
        if self.kind == "torus":
            return sum(not any(self.z[i : i + 2]) for i in range(0, n - 1, 2))
        return all_of_it - max(i for i in range(n) if self.z[i])  # rows before z's last entry move


def _tangent_space(case: Moved, z: fmpq_mat) -> fmpq_mat:
    """The tangents X z for X in a basis of the Lie algebra, as columns."""
    return functools.reduce(beside, [generator * z for generator in case.algebra])


@st.composite
def moved(draw: st.DrawFn) -> Moved:
    """Small integer points, those with zeros among them, and elements of all groups."""
    kind, n = draw(st.sampled_from(KINDS)), draw(st.integers(2, 4))
    entry = st.integers(-2, 2)
    z = draw(st.tuples(*[entry] * n))
    return Moved(kind, z, draw(st.tuples(*[entry] * (n * n))))


def group_mismatch(case: Moved, move: bool = True, claimed: str = "stabiliser") -> float:
    """Whether V(g z) = g V(z), and its dimension is dim g - dim g_z.

    Args:
        case: point and group element.
        move: False claims V(g z) = V(z), a false variant.
        claimed: the dimension claimed: by the `stabiliser`, of the whole `algebra`, or `constant`,
            that at (1, .., 1); the last two are false variants.
    """
    z, g = matrix([[entry] for entry in case.z]), case.element
    there, here = _tangent_space(case, g * z), _tangent_space(case, z)
    pushed = g * here if move else here
    same = there.rank() == pushed.rank() == beside(there, pushed).rank()
    lost = {
        "stabiliser": case.stabiliser,
        "algebra": 0,
        "constant": case._replace(z=(1,) * case.n).stabiliser,
    }[claimed]
    return exactly(same and here.rank() == len(case.algebra) - lost)


def moved_seen(case: Moved) -> dict[str, bool]:
    """What random points and elements must show: every group, and points that it moves less."""
    return {
        **{kind: case.kind == kind for kind in KINDS},
        "$g$ moves $z$": case.element * (z := matrix([[x] for x in case.z])) != z,
        "a larger stabiliser": case.stabiliser > case._replace(z=(1,) * case.n).stabiliser,
    }


GROUP = exact_claim(
    r"$\mathcal{V}(gz) = g \mathcal{V}(z)$, of dimension $\dim \mathfrak{g} - \dim \mathfrak{g}_z$",
    moved,
    group_mismatch,
    features=moved_seen,
)


GROUPS = {
    "fixed": GROUP.mutant(r"$\mathcal{V}(gz) = \mathcal{V}(z)$", move=False),
    "free": GROUP.mutant(
        r"the dimension of $\mathcal{V}(z)$ is that of the group", claimed="algebra"
    ),
    "constant": GROUP.mutant(
        r"the dimension of $\mathcal{V}(z)$ is the same at every $z$: it does not drop at the origin",
        claimed="constant",
    ),
}
"""Near-misses of the group action."""


NEAR = fmpq(1, 10**9)
"""How near a limit point its neighbour is. Minors of the integer matrices here are polynomials in
this of degree at most 4 with coefficients below 10^6: one that is not 0 at 0 is not 0 here."""


class Limit(NamedTuple):
    """A point z, as the limit of the points z + t w for t from `NEAR` to 0."""

    at: Moved
    w: Annotated[tuple[int, ...], "$w$"]


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    """Points of all groups, and directions to approach them from."""
    at = draw(moved())
    return Limit(at, draw(st.tuples(*[st.integers(-2, 2)] * at.n)))


def limit_mismatch(case: Limit, rises: bool = False, drop: int = 0) -> float:
    """Whether the dimension of V at the limit is at most that beside it.

    Args:
        case: the limit.
        rises: claim that it is at least as large, a false variant.
        drop: claim that it is smaller by so much, a false variant.
    """
    limit = matrix([[entry] for entry in case.at.z])
    beside_it = limit + NEAR * matrix([[entry] for entry in case.w])
    there, here = (_tangent_space(case.at, z).rank() for z in (limit, beside_it))
    return exactly(there >= here if rises else there <= here - drop)


LIMIT = exact_claim(
    r"$\dim \mathcal{V}$ at a limit is at most that of the points that approach it",
    limits,
    limit_mismatch,
)


LIMITS = {
    "rises": LIMIT.mutant(
        r"$\dim \mathcal{V}$ can only jump up at a limit: it is at least that of the points beside it",
        rises=True,
    ),
    "drops": LIMIT.mutant(r"$\dim \mathcal{V}$ is smaller at a limit", drop=1),
}
"""Near-misses of the semicontinuity."""


# --- fibres of an encoder -----------------------------------------------------------------------


class Fibre(NamedTuple):
    """enc = x_1 under T_t x = (x_1 + t p(x_2), x_2) at two inputs (x_1, a) and (x_1, b).

    p(s) = c + (m s + n)^2, of floor c, slope m and offset n, has no zero if c > 0.
    """

    floor: Annotated[Fraction, "$c$"]
    slope: Annotated[Fraction, "$m$"]
    offset: Annotated[Fraction, "$n$"]
    a: Annotated[Fraction, "first $x_2$"]
    b: Annotated[Fraction, "second $x_2$"]

    def speed(self, s: Fraction, floor: bool) -> Fraction:
        """The tangent p(s), without the floor if asked to."""
        return self.floor * floor + (self.slope * s + self.offset) ** 2


@st.composite
def fibres(draw: st.DrawFn) -> Fibre:
    """Random ones, with small rationals."""
    entry = st.integers(-4, 4).map(lambda n: Fraction(n, 2))
    return Fibre(Fraction(draw(st.integers(1, 4))), *(draw(entry) for _ in range(4)))


def fibre_mismatch(case: Fibre, floor: bool = True, maps: bool = False) -> float:
    """Whether two inputs with one representation have one tangent space.

    Args:
        case: the family and the inputs.
        floor: False drops the floor, so that p may vanish; a false variant.
        maps: claim that the tangent maps agree, as they do for an equivariant encoder.
    """
    first, second = (case.speed(s, floor) for s in (case.a, case.b))
    agree = first == second if maps else (first == 0) == (second == 0)
    return exactly(agree)


_SLIDE = r"$\mathrm{enc} = x_1$ under $T_t x = (x_1 + t p(x_2), x_2)$"
_SQUARE = "(m s + n)^2"

FIBRES = exact_claim(
    rf"{_SLIDE} with $p(s) = c + {_SQUARE}$, $c > 0$: $\mathcal{{V}}$ depends on $z$ only",
    fibres,
    fibre_mismatch,
)

FIBRE = {
    "vanishing": FIBRES.mutant(
        rf"{_SLIDE} with $p(s) = {_SQUARE}$, without $c$: $\mathcal{{V}}$ depends on $z$ only",
        floor=False,
    ),
    "maps": FIBRES.mutant(
        rf"{_SLIDE} with $p(s) = c + {_SQUARE}$, $c > 0$: the tangent maps depend on $z$ only, as under an action",
        maps=True,
    ),
}
"""Near-misses of the condition on fibres: vanishing tangents, and equivariance as a necessity."""

"""Critical points with rho != 0. Which heads have any, and when M is not zero there."""

from __future__ import annotations

import math
import random
from typing import Annotated, NamedTuple

import sympy as sp
from flint import fmpq, fmpq_mat
from hypothesis import strategies as st

from theorems.thm41.notation import J, d, j, k, m
from theorems.thm41.own_parts import witnesses
from theorems.thm41.own_parts.states import State, random_matrix, random_parameters
from theorems.thm41.own_parts.symmetry import flipped
from verify.claims.check import Arithmetic
from verify.claims.declare import mutant_check, proof, property_check, section
from verify.claims.derivation import Proof
from verify.claims.property import Claim, Vacuous
from verify.numeric.rational import diagonal, dot, identity, is_zero, kernel
from verify.symbolic.indexed import total
from verify.symbolic.matrices import diagonal as diagonal_of
from verify.symbolic.matrices import identity as unit
from verify.symbolic.matrices import matrix, vector, zero


def no_interaction(proof: Proof) -> None:
    """Non-increasing widths and full ranks: a critical z* has delta = 0 in all layers, so M = 0."""
    w, right, delta = matrix("W", m, d), matrix("P", d, m), vector(r"\delta", m)
    s, reciprocal, one = diagonal_of(vector("s'", m)), diagonal_of(vector("r", m)), unit(m)
    proof.given(
        "critical",
        r"$\delta_0 = J^T \rho = 0$, and $\delta_{l-1} = W_l^T (s' \circ \delta_l)$",
        w.T @ s @ delta,
    )
    proof.let("injective", "$W_l P = 1$: the rows of $W_l$ are independent", w @ right - one)
    proof.every(m, j)
    inverted = reciprocal.entry(j, j) * s.entry(j, j) - 1
    proof.let("slopes", "$r_j s'_j = 1$: no slope vanishes", inverted)
    proof.cite("right-inverse")
    proof.follows(
        r"If $\delta_{l-1} = 0$ then $\delta_l = 0$",
        delta,
        zero(m),
        using={
            "critical": reciprocal @ right.T @ (w.T @ s @ delta),
            "injective": reciprocal @ (one - (w @ right).T) @ s @ delta,
            "slopes": (one - reciprocal @ s) @ delta,
        },
    )
    proof.cite("layer-induction")
    proof.let("vanishing", r"$\delta_l = 0$ in every hidden layer, as derived", delta)
    bend, y = (sp.IndexedBase(name) for name in ("s''", "y"))
    term = total(lambda j: delta.entry(j, sp.S.One) * bend[j] * y[j] ** 2, m)
    proof.follows(
        "Every layer's term of $v^T M v$ in the layer formula vanishes",
        term,
        sp.S.Zero,
        using={"vanishing": term},
    )


def onto(proof: Proof) -> None:
    """A critical z* with rho != 0 needs rank J < k."""
    rho, right = vector(r"\rho", k), matrix("P", d, k)
    proof.let("critical", r"$J^T \rho = 0$", J.T @ rho)
    proof.let("onto", r"$\operatorname{rank} J = k$: $J P = 1$", J @ right - unit(k))
    proof.follows(
        r"If $J$ is onto, $\rho = (J P)^T \rho = 0$",
        rho,
        zero(k),
        using={"critical": right.T @ (J.T @ rho), "onto": (unit(k) - (J @ right).T) @ rho},
    )
    proof.cite("right-inverse")


# --- critical states ----------------------------------------------------------------------------


class Shape(NamedTuple):
    """Two-layer sizes, the rank of H, whether rho lies in ran H, and a seed."""

    d: Annotated[int, "$d$"]
    m: Annotated[int, "$m$"]
    k: Annotated[int, "$k$"]
    r: Annotated[int, "$r$"]
    in_range: Annotated[bool, r"$\rho$ in the range of $\nabla^2 L$"]
    seed: int


@st.composite
def shapes(draw: st.DrawFn, largest: int = 5) -> Shape:
    """Every admissible shape with d, m, k up to `largest`."""
    d_, m_, k_ = (draw(st.integers(1, largest)) for _ in range(3))
    in_range = draw(st.booleans())
    r = draw(st.integers(1, k_) if in_range else st.integers(0, k_ - 1))
    return Shape(d_, m_, k_, r, in_range, draw(st.integers(0, 2**31)))


def loss_jet(source: random.Random, shape: Shape) -> tuple[fmpq_mat, fmpq_mat]:
    """(rho, H): H >= 0 of rank r, and rho != 0 in its range or not."""
    while True:
        b = random_matrix(source, shape.k, shape.k, 9)
        if b.rank() == shape.k:
            break
    h = b.transpose() * diagonal([int(n < shape.r) for n in range(shape.k)]) * b
    coordinates = fmpq_mat(shape.k, 1)
    for n in range(shape.k):
        coordinates[n, 0] = fmpq(source.randint(1, 9) if n < shape.r or not shape.in_range else 0)
    return b.transpose() * coordinates, h


def critical_state(shape: Shape, attempt: int = 0, activation: str = "tanh") -> State:
    """A critical state with rho != 0: W_2 = rho delta^T / |rho|^2 + W', S delta in ker W_1^T."""
    source = random.Random(f"{shape}{attempt}")
    rho, h = loss_jet(source, shape)
    w1 = random_matrix(source, shape.m, shape.d)
    parameters = random_parameters(source, activation, shape.m)
    basis = kernel(w1.transpose())
    state = State.of(activation, (w1, fmpq_mat(shape.k, shape.m)), (parameters,), rho, h)
    balanced = basis * random_matrix(source, basis.ncols(), 1)
    delta_ = diagonal([1 / s for s in state.jets[0][0]]) * balanced
    length = dot(rho, rho)
    free = random_matrix(source, shape.k, shape.m)
    across = free - rho * (rho.transpose() * free) * (1 / length)
    w2 = rho * delta_.transpose() * (1 / length) + across
    return State.of(activation, (w1, w2), (parameters,), rho, h)


ATTEMPTS = 5
"""Draws in which a generic property may show itself: one suffices to prove that it is generic."""


def critical_violation(
    shape: Shape, wide: bool = True, corrected: bool = True, needs_room: bool = True
) -> float:
    """0 if M|_K != 0 shows itself at critical states exactly where it is predicted, else infinite.

    Predicted: m > d and r' < d, r' = r - [rho in ran H]. The flags drop a condition or correction.

    Raises:
        Vacuous: if W_1 or H J has less than its generic rank in every draw.
    """
    states = [critical_state(shape, attempt) for attempt in range(ATTEMPTS)]
    if any(not is_zero(s.gradient) or is_zero(s.rho) for s in states):
        return math.inf
    generic = [s for s in states if _has_full_ranks(s, shape)]
    if not generic:
        raise Vacuous
    rank = shape.r - (shape.in_range and corrected)
    predicted = (shape.m > shape.d or not wide) and (rank < shape.d or not needs_room)
    found = [_acts(s) for s in generic]
    if any(found) is not predicted:
        return math.inf
    for state, acts in zip(generic, found, strict=True):
        if acts and not any(s.signs.negative for s in (state, flipped(state))):
            return math.inf
    return 0.0


def _has_full_ranks(state: State, shape: Shape) -> bool:
    """Whether W_1 and H J have the ranks that almost all critical heads of a shape have."""
    narrow = min(shape.d, shape.m)
    pulled = state.loss_hessian * state.jacobians[-1]
    ranks = state.weights[0].rank(), pulled.rank()
    return ranks == (narrow, min(narrow, shape.r - shape.in_range))


def _acts(state: State) -> bool:
    return not is_zero(state.interaction_on_kernel)


CRITICAL = Claim(
    r"at constructed critical states with $\rho \neq 0$, $M|_K \neq 0$ occurs if and only if $m > d$ and $r' < d$; and then one sign of $W_2$ is unstable",
    shapes,
    critical_violation,
    arithmetic=Arithmetic.EXACT,
)

CRITICAL_MUTANTS = {
    "narrow": CRITICAL.mutant(
        r"at constructed critical states with $\rho \neq 0$, $M|_K \neq 0$ occurs if and only if $r' < d$: critical heads with $m \leq d$ can have $M \neq 0$",
        (Shape(2, 1, 2, 0, False, 0),),
        wide=False,
    ),
    "uncorrected": CRITICAL.mutant(
        r"at constructed critical states with $\rho \neq 0$, $M|_K \neq 0$ occurs if and only if $m > d$ and $r < d$",
        (Shape(1, 2, 2, 1, True, 0),),
        corrected=False,
    ),
    "no-room": CRITICAL.mutant(
        r"at constructed critical states with $\rho \neq 0$, $M|_K \neq 0$ occurs if and only if $m > d$",
        (Shape(1, 2, 3, 1, False, 0),),
        needs_room=False,
    ),
}
"""False variants of the criterion at critical states."""


class Tower(NamedTuple):
    """Widths d, m_1, .., m_{N-1} and a seed."""

    widths: Annotated[tuple[int, ...], "$d, m_1, ..$"]
    seed: int


@st.composite
def towers(draw: st.DrawFn) -> Tower:
    """Two to five layers of width 1 to 4; half of them tapering."""
    widths = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    if draw(st.booleans()):
        widths.sort(reverse=True)
    return Tower(tuple(widths), draw(st.integers(0, 2**31)))


def injective_violation(tower: Tower, tapering: bool = True) -> float:
    """0 if J^T rho = 0 forces delta_{N-1} = 0, which is a rank, else infinite.

    Raises:
        Vacuous: if widths increase (unless that is allowed) or a weight matrix lacks full rank.
    """
    source = random.Random(str(tower))
    if tapering and any(a < b for a, b in zip(tower.widths, tower.widths[1:], strict=False)):
        raise Vacuous
    through = identity(tower.widths[0])
    for columns, rows in zip(tower.widths, tower.widths[1:], strict=False):
        w = random_matrix(source, rows, columns)
        if w.rank() < min(rows, columns):
            raise Vacuous
        slopes = [1 - t * t for t in random_parameters(source, "tanh", rows)]
        through = diagonal(slopes) * w * through
    return 0.0 if through.rank() == tower.widths[-1] else math.inf


NARROW = Claim(
    r"with non-increasing widths and full ranks, $J^T \rho = 0$ forces $\delta_{N-1} = 0$",
    towers,
    injective_violation,
    arithmetic=Arithmetic.EXACT,
)

CHECKS = section(
    "thm41.critical",
    *proof(
        "derivation",
        "Non-increasing widths: at a critical point $M = 0$",
        no_interaction,
        rests_on=("thm41.identity", "thm41.F"),
    ),
    property_check("property", r"Criticality forces $\delta = 0$, on exact heads", NARROW),
    mutant_check(
        "any-widths",
        NARROW.mutant(r"$J^T \rho = 0$ forces $\delta_{N-1} = 0$ for any widths", tapering=False),
    ),
    part="critical",
) + section(
    "thm41.saddles",
    *proof(
        "acts",
        r"Two layers, $m > d$ and $r' < d$: almost every critical head has $M|_K \neq 0$",
        witnesses.critical_acts,
        rests_on=("thm41.F", "thm41.symmetry"),
    ),
    *proof(
        "void",
        r"Two layers, $m > d$ and $r' \geq d$: almost every critical head has $K = \{0\}$",
        witnesses.critical_void,
        rests_on=("thm41.critical",),
    ),
    *proof(
        "onto",
        r"A critical point with $\rho \neq 0$ needs $\operatorname{rank} J_h < k$",
        onto,
    ),
    property_check("property", r"Where $M|_K \neq 0$ at critical states, exactly", CRITICAL),
    *(mutant_check(name, claim) for name, claim in CRITICAL_MUTANTS.items()),
    part="saddles",
)

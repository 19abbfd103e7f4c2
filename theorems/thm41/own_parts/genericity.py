"""For which ranks M is generically not zero on K.

Derived for two layers in `witnesses`; seen for more. A single exact state with M|_K != 0, at which HJ
has its largest rank, proves that almost every head of its sizes has it. Where M|_K = 0 is predicted,
every exact state must show it.
"""

from __future__ import annotations

import enum
import functools
import itertools
import math
import random
from collections import Counter
from itertools import pairwise
from typing import Annotated, NamedTuple

import flint
import sympy as sp
from flint import arb, arb_mat
from hypothesis import strategies as st

from theorems.thm41.own_parts import witnesses
from theorems.thm41.own_parts.saddles import ATTEMPTS, Shape, loss_jet, shapes
from theorems.thm41.own_parts.states import State, random_matrix, random_parameters
from verify.claims.check import MINIMUM_CASES, Arithmetic, Context
from verify.claims.declare import mutant_check, proof, property_check, sampled, section
from verify.claims.evidence import Finding, Outcome, Table
from verify.claims.property import Claim
from verify.numeric.activations import GELU, SOFTPLUS, SWISH, TANH, Activation
from verify.numeric.certificates import lower_float, upper_float
from verify.numeric.rational import is_zero
from verify.symbolic.balls import BallHead, enclose
from verify.symbolic.exact_head import ExactHead


def generic_state(shape: Shape, hidden: tuple[int, ...], attempt: int, activation: str) -> State:
    """A random exact state with prescribed rho and H; u_0 is held by the last bias."""
    source = random.Random(f"{shape}{hidden}{attempt}{activation}")
    rho, h = loss_jet(source, shape)
    sizes = (shape.d, *hidden, shape.k)
    weights = tuple(random_matrix(source, rows, columns) for columns, rows in pairwise(sizes))
    parameters = tuple(random_parameters(source, activation, width) for width in hidden)
    return State.of(activation, weights, parameters, rho, h)


def acts(state: State, rank: int) -> bool:
    """Whether M|_K != 0 at a state where H J has the rank that it has generically."""
    found = state.weights[0].ncols() - state.kernel.ncols()
    return found == rank and not is_zero(state.interaction_on_kernel)


def two_layer_violation(shape: Shape, width: bool = True, activation: str = "quadratic") -> float:
    """0 if M|_K != 0 shows itself exactly where r < min(d, m), else infinite."""
    limit = min(shape.d, shape.m) if width else shape.d
    rank = min(shape.r, shape.d, shape.m)
    found = any(
        acts(generic_state(shape, (shape.m,), attempt, activation), rank)
        for attempt in range(ATTEMPTS)
    )
    return 0.0 if found is (shape.r < limit) else math.inf


TWO_LAYERS = Claim(
    r"two layers, $s(a) = a + a^2$: $M|_K \neq 0$ generically if and only if $r < \min(d, m)$",
    shapes,
    two_layer_violation,
    arithmetic=Arithmetic.EXACT,
)

TWO_LAYERS_TANH = TWO_LAYERS.mutant(
    r"two layers, tanh: $M|_K \neq 0$ generically if and only if $r < \min(d, m)$",
    activation="tanh",
)

RANK_ONLY = TWO_LAYERS.mutant(
    "two layers: $M|_K \\neq 0$ generically if and only if $r < d$",
    (Shape(3, 1, 2, 1, False, 0),),
    width=False,
)


class Deep(NamedTuple):
    """A shape whose m is the first of several hidden widths."""

    shape: Shape
    hidden: Annotated[tuple[int, ...], "hidden widths"]


@st.composite
def deep_shapes(draw: st.DrawFn) -> Deep:
    """Three to five layers of width 1 to 4."""
    shape = draw(shapes(largest=4))
    later = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    return Deep(shape, (shape.m, *later))


def deep_violation(case: Deep, later: bool = True) -> float:
    """0 if M|_K != 0 shows itself exactly where min(r, m_2, ..) < min(d, m_1), else infinite."""
    shape, hidden = case
    through = min(shape.r, *hidden[1:]) if later else shape.r
    rank = min(shape.r, shape.d, *hidden)
    found = any(
        acts(generic_state(shape, hidden, attempt, "tanh"), rank) for attempt in range(ATTEMPTS)
    )
    return 0.0 if found is (through < min(shape.d, shape.m)) else math.inf


DEEP = Claim(
    r"three to five layers, tanh: $M|_K \neq 0$ generically if and only if $\min(r, m_2, .., m_{N-1}) < \min(d, m_1)$",
    deep_shapes,
    deep_violation,
    arithmetic=Arithmetic.EXACT,
)

FIRST_WIDTH = DEEP.mutant(
    r"three to five layers: $M|_K \neq 0$ generically if and only if $r < \min(d, m_1)$",
    (Deep(Shape(2, 2, 3, 2, False, 0), (2, 1)),),
    later=False,
)

BITS = 512
"""Precision of the balls."""

VANISHES = arb(2) ** (-BITS // 2)
"""What M|_K is at most where it counts as zero: a hundred digits are lost to rounding at the very most,
and a generic head comes as near to zero with about this probability."""

MEASURED = (TANH, SOFTPLUS, GELU, SWISH)


def measured(ctx: Context) -> Finding:
    """The criterion in balls for transcendental activations, random shapes, depth 2 to 5."""
    source = random.Random(ctx.seed_for("thm41.genericity.measured"))
    each, rows = max(ctx.cases // 2, 15), []
    answers: Counter[Answer] = Counter()
    for activation in MEASURED:
        found = [_measure(source, activation) for _ in range(each)]
        counted = Counter(one.answer for one in found)
        zeros, others = (
            [one.size for one in found if one.predicted is acts and one.answer is Answer.AGREES]
            for acts in (False, True)
        )
        answers += counted
        rows.append(
            (
                activation.name,
                str(each),
                str(counted[Answer.CONTRADICTS]),
                str(counted[Answer.OPEN]),
                f"{max(map(upper_float, zeros), default=math.nan):.1e}",
                f"{min(map(lower_float, others), default=math.nan):.1e}",
            )
        )
    wrong, unresolved = answers[Answer.CONTRADICTS], answers[Answer.OPEN]
    return Finding(
        outcome=Outcome.SURPRISE
        if wrong
        else Outcome.AS_STATED
        if answers[Answer.AGREES] >= MINIMUM_CASES
        else Outcome.VACUOUS,
        summary=f"{answers.total()} random heads, {wrong} mismatches, {unresolved} not resolved.",
        cases=answers[Answer.AGREES],
        vacuous_cases=unresolved,
        tables=(
            Table(
                title="M on K, where it is predicted to vanish or not",
                columns=(
                    "activation",
                    "heads",
                    "mismatches",
                    "not resolved",
                    "largest zero",
                    "smallest non-zero",
                ),
                rows=tuple(rows),
                note=f"In balls of {BITS} bits. Not zero: some entry's ball excludes 0, at one of {ATTEMPTS} heads, which proves that almost every head has it. Zero: at all of them at which the rank of $HJ$ is resolved every entry is within $2^{{-{BITS // 2}}}$ of 0.",
            ),
        ),
    )


class Answer(enum.Enum):
    """What heads of a shape say of the criterion."""

    AGREES = enum.auto()
    CONTRADICTS = enum.auto()
    OPEN = enum.auto()


class Measured(NamedTuple):
    """A shape: whether M|_K != 0 is predicted, the answer, and a ball around the largest entry of M|_K."""

    predicted: bool
    answer: Answer
    size: arb


def _measure(source: random.Random, activation: Activation) -> Measured:
    """A random shape with so many heads."""
    depth = source.randint(2, 5)
    sizes = [source.randint(1, 4) for _ in range(depth + 1)]
    k, in_range = sizes[-1], source.random() < 0.5
    r = source.randint(1, k) if in_range else source.randint(0, k - 1)
    shape = Shape(sizes[0], sizes[1], k, r, in_range, 0)
    predicted = min(r, *sizes[2:-1], 99) < min(sizes[0], sizes[1])
    with flint.ctx.workprec(BITS):
        found = [arb(0)]
        for _ in range(ATTEMPTS):
            size = _size_on_kernel(source, activation, shape, sizes)
            if size is not None and size > 0:
                answer = Answer.AGREES if predicted else Answer.CONTRADICTS
                return Measured(predicted, answer, size)
            found += [] if size is None else [size]
        largest = functools.reduce(arb.max, found)
        if len(found) == 1 or not largest < VANISHES:
            return Measured(predicted, Answer.OPEN, largest)
        return Measured(predicted, Answer.CONTRADICTS if predicted else Answer.AGREES, largest)


def _size_on_kernel(
    source: random.Random, activation: Activation, shape: Shape, sizes: list[int]
) -> arb | None:
    """A ball around the largest |entry| of M|_K at a random head; None if the rank of HJ is not resolved."""

    def drawn(rows: int, columns: int) -> sp.ImmutableMatrix:
        numbers = [source.randint(-(2**20), 2**20) for _ in range(rows * columns)]
        return sp.ImmutableMatrix(rows, columns, numbers) / 2**20

    rho, h = (arb_mat(m.tolist()) for m in loss_jet(source, shape))
    weights = tuple(drawn(rows, columns) for columns, rows in pairwise(sizes))
    head = BallHead(
        ExactHead(weights, tuple(drawn(n, 1) for n in sizes[1:]), activation), sp.S.Zero
    )
    z = arb_mat([[enclose(entry, {})] for entry in drawn(shape.d, 1)])
    basis = _kernel_in_balls(h * head.trace(z)[1], min(shape.r, *sizes[:-1]))
    if basis is None:
        return None
    m = head.effective_hessian(z, rho, h * 0)
    return functools.reduce(arb.max, map(abs, (basis.transpose() * m * basis).entries()), arb(0))


def _kernel_in_balls(m: arb_mat, rank: int) -> arb_mat | None:
    """A basis of the kernel of a matrix whose rank is at most this; None if that is not shown to be it."""
    rows, pivots = m.tolist(), []
    for r in range(rank):
        free = [c for c in range(m.ncols()) if c not in pivots]
        best, c = max(
            itertools.product(range(r, m.nrows()), free),
            key=lambda at: abs(rows[at[0]][at[1]]).lower(),
        )
        rows[r], rows[best] = rows[best], rows[r]
        if rows[r][c].contains(0):
            return None
        rows[r] = [entry / rows[r][c] for entry in rows[r]]
        for other in range(m.nrows()):
            if other != r:
                rows[other] = [
                    x - rows[other][c] * y for x, y in zip(rows[other], rows[r], strict=True)
                ]
        pivots.append(c)
    free = [c for c in range(m.ncols()) if c not in pivots]
    basis = arb_mat(m.ncols(), len(free))
    for column, f in enumerate(free):
        basis[f, column] = 1
        for r, p in enumerate(pivots):
            basis[p, column] = -rows[r][f]
    return basis


CHECKS = section(
    "thm41.genericity",
    *proof(
        "acts",
        r"Two layers, $0 < r < \min(d, m)$: almost every head has $M|_K \neq 0$",
        witnesses.acts,
        rests_on=("thm41.F",),
    ),
    *proof(
        "acts.flat",
        r"Two layers, $r = 0$: almost every head has $M|_K \neq 0$",
        witnesses.acts_flat,
        rests_on=("thm41.F",),
    ),
    *proof(
        "void",
        r"Two layers, $r \geq m$: almost every head has $M|_K = 0$",
        witnesses.void,
        rests_on=("thm41.F",),
    ),
    *proof(
        "void.injective",
        r"Two layers, $r \geq d$ and $m \geq d$: almost every head has $K = \{0\}$",
        witnesses.void_injective,
        rests_on=("thm41.F",),
    ),
    property_check("two-layers", "Two layers, a polynomial activation, exact states", TWO_LAYERS),
    property_check("two-layers.tanh", "Two layers, tanh, exact states", TWO_LAYERS_TANH),
    mutant_check("rank-only", RANK_ONLY),
    part="genericity",
) + section(
    "thm41.genericity",
    property_check("deep", "Three to five layers, tanh, exact states", DEEP),
    mutant_check("first-width", FIRST_WIDTH),
    sampled(
        "measured",
        "The criterion for four transcendental activations, two to five layers",
        measured,
        arithmetic=Arithmetic.BALL,
        cost=3.0,
    ),
    part="genericity-deep",
)

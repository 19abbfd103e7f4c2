"""T4: for which ranks M is generically not zero on K.

Derived for two layers in `witnesses`; seen for more. A single exact state with M|_K != 0, at which HJ
has its largest rank, proves that almost every head of its sizes has it. Where M|_K = 0 is predicted,
every exact state must show it.
"""

from __future__ import annotations

import math
import random
from itertools import pairwise
from typing import NamedTuple

import torch
from hypothesis import strategies as st

from theorems.thm41.own_parts import witnesses
from theorems.thm41.own_parts.saddles import ATTEMPTS, Shape, describe, loss_jet, shapes
from theorems.thm41.own_parts.states import State, random_matrix, random_parameters
from verify.claims.check import Arithmetic, Check, Context, Kind, Role
from verify.claims.declare import mutant_check, proof, property_check, section
from verify.claims.evidence import Finding, Outcome, Table
from verify.claims.property import Claim
from verify.numeric.activations import ACTIVATIONS
from verify.numeric.effective_hessian import interaction
from verify.numeric.heads import Head
from verify.numeric.rational import is_zero


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
    describe,
    Arithmetic.EXACT,
)

TANH = TWO_LAYERS.mutant(
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
    hidden: tuple[int, ...]


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


def describe_deep(case: Deep) -> tuple[tuple[str, str], ...]:
    """The case as (name, value) pairs."""
    return (*describe(case.shape), ("hidden widths", ", ".join(map(str, case.hidden))))


DEEP = Claim(
    r"three to five layers, tanh: $M|_K \neq 0$ generically if and only if $\min(r, m_2, .., "
    r"m_{N-1}) < \min(d, m_1)$",
    deep_shapes,
    deep_violation,
    describe_deep,
    Arithmetic.EXACT,
)

FIRST_WIDTH = DEEP.mutant(
    r"three to five layers: if and only if $r < \min(d, m_1)$",
    (Deep(Shape(2, 2, 3, 2, False, 0), (2, 1)),),
    later=False,
)

RESOLVED = 1e-6
"""Least positive singular value of HJ over the largest, below which a draw does not count: rounding
turns K by about 2e-16 over this."""

RESOLUTION = 1e-9
"""Size of M|_K relative to M below which it counts as zero. Rounding turns K by 2e-10 at most and so
leaves less; the best of five generic states of these sizes is far above it."""

MEASURED = ("tanh", "softplus", "gelu", "swish")


def measured(ctx: Context) -> Finding:
    """Both criteria in floating point for transcendental activations, random shapes, depth 2 to 5."""
    source = random.Random(ctx.seed_for("thm41.genericity.measured"))
    each, rows, mismatches = max(ctx.cases // 2, 15), [], 0
    for name in MEASURED:
        smallest, largest, wrong = math.inf, 0.0, 0
        for _ in range(each):
            predicted, size = _float_case(source, name)
            wrong += math.isnan(size) or predicted is not (size > RESOLUTION)
            if predicted:
                smallest = min(smallest, size)
            else:
                largest = max(largest, size)
        mismatches += wrong
        rows.append((name, str(each), str(wrong), f"{largest:.1e}", f"{smallest:.1e}"))
    return Finding(
        outcome=Outcome.SURPRISE if mismatches else Outcome.AS_STATED,
        summary=f"{len(MEASURED) * each} random heads, {mismatches} mismatches.",
        cases=len(MEASURED) * each,
        tables=(
            Table(
                title="M on K relative to M, where it is predicted to vanish or not",
                columns=("activation", "heads", "mismatches", "largest zero", "smallest non-zero"),
                rows=tuple(rows),
            ),
        ),
    )


def _float_case(source: random.Random, name: str) -> tuple[bool, float]:
    """A random shape: whether M|_K != 0 is predicted, and the largest |M|_K| / |M| of five heads.

    Heads whose K rounding blurs are left out; NaN if that is all of them.
    """
    depth = source.randint(2, 5)
    sizes = [source.randint(1, 4) for _ in range(depth + 1)]
    k, in_range = sizes[-1], source.random() < 0.5
    r = source.randint(1, k) if in_range else source.randint(0, k - 1)
    shape = Shape(sizes[0], sizes[1], k, r, in_range, source.randint(0, 2**31))
    predicted = min(r, *sizes[2:-1], 99) < min(sizes[0], sizes[1])
    generator = torch.Generator().manual_seed(shape.seed)

    def normal(*size: int) -> torch.Tensor:
        return torch.randn(*size, generator=generator, dtype=torch.float64)

    best = math.nan
    for _ in range(ATTEMPTS):
        rho, h = (
            torch.tensor([[int(x.p) / int(x.q) for x in row] for row in m.tolist()]).double()
            for m in loss_jet(source, shape)
        )
        weights = [normal(b, a) for a, b in pairwise(sizes)]
        head = Head(weights, [normal(b) for b in sizes[1:]], ACTIVATIONS[name])
        trace = head.trace(normal(sizes[0]))
        rank = min(r, sizes[0], *sizes[1:-1])
        _, values, rows = torch.linalg.svd(h @ trace.jacobian())
        if rank and values[rank - 1] < RESOLVED * values[0]:
            continue
        m, basis = interaction(trace, rho[:, 0]), rows[rank:].T
        scale = float(m.abs().max())
        size = float((basis.T @ m @ basis).abs().max()) / scale if scale and rank < shape.d else 0.0
        best = max(size, best) if best >= 0 else size
    return predicted, best


CHECKS = section(
    "thm41.genericity",
    *proof(
        "acts",
        r"Two layers, $r < \min(d, m)$: almost every head has $M|_K \neq 0$",
        witnesses.acts,
        rests_on=("thm41.F",),
    ),
    *proof(
        "void",
        r"Two layers, $r \geq \min(d, m)$: almost every head has $M|_K = 0$",
        witnesses.void,
        rests_on=("thm41.F",),
    ),
    property_check("two-layers", "Two layers, a polynomial activation, exact states", TWO_LAYERS),
    property_check("two-layers.tanh", "Two layers, tanh, exact states", TANH),
    mutant_check("rank-only", RANK_ONLY),
    part="genericity",
) + section(
    "thm41.genericity",
    property_check("deep", "Three to five layers, tanh, exact states", DEEP),
    mutant_check("first-width", FIRST_WIDTH),
    Check(
        id="measured",
        title="The criterion for four transcendental activations, two to five layers",
        role=Role.SUPPORTS,
        kind=Kind.PROPERTY,
        arithmetic=Arithmetic.FLOAT64,
        run=measured,
        cost=3.0,
    ),
    part="genericity-deep",
)

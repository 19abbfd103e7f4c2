"""How many negative eigenvalues H_eff must have, counted from the signs of the hidden units."""

from __future__ import annotations

import math
import random
from functools import partial
from itertools import pairwise
from typing import Any

import sympy as sp
from flint import fmpq
from hypothesis import strategies as st

from theorems.thm41.notation import d, m, n
from theorems.thm41.own_parts.states import (
    ACTIVATIONS,
    State,
    loss_hessian,
    random_matrix,
    random_parameters,
    states,
)
from verify.claims.check import Arithmetic, Context
from verify.claims.declare import mutant_check, proof, property_check, sampled, section
from verify.claims.derivation import Proof
from verify.claims.evidence import Finding, Outcome, Table
from verify.claims.property import Claim, Vacuous
from verify.numeric.rational import matrix, signs
from verify.symbolic.indexed import total
from verify.symbolic.matrices import diagonal as diagonal_of
from verify.symbolic.matrices import matrix as matrix_of
from verify.symbolic.matrices import vector


def least_negative(
    bends: Any, loss: Any, units: Any, rank: Any, weights: tuple[int, int] = (1, 1), shift: int = 0
) -> Any:
    """The bound n_-(D) - n_+(H) - (m_tot - rank W_1), of numbers or symbols.

    Args:
        bends: n_-(D).
        loss: n_+(H).
        units: m_tot.
        rank: of W_1.
        weights: of the two corrections; each other than 1 makes a false variant.
        shift: what is added, likewise.
    """
    return bends - weights[0] * loss - weights[1] * (units - rank) + shift


def inertia_bound(proof: Proof) -> None:
    """n_-(H_eff) >= n_-(D) - n_+(H) - (m_tot - rank W_1), for any depth and any symmetric H."""
    stacked, inner, first = matrix_of("A", m, d), matrix_of("B", m, n), matrix_of("W_1", n, d)
    bends, v = diagonal_of(vector("D", m)), vector("v", d)
    proof.equal(
        r"The form of $M = A^T \operatorname{diag}(D) A$ is a weighted sum of squares of $y = Av$",
        v.T @ (stacked.T @ bends @ stacked) @ v,
        (stacked @ v).T @ bends @ (stacked @ v),
    )
    proof.let(
        "factor",
        r"$A = B W_1$, since every $A_l$ is a product that begins with $W_1$",
        stacked - inner @ first,
    )
    proof.follows(
        r"$Av = B(W_1 v)$; and $W_1$ is a block of $A$, so $\ker A = \ker W_1$",
        stacked @ v,
        inner @ (first @ v),
        using={"factor": (stacked - inner @ first) @ v},
    )
    # Units and eigenvalues of H split by sign: the negative ones written as minus a square.
    fewer, more, plus, rest = sp.symbols("a b p q", integer=True, positive=True)
    y_minus, y_plus, q_minus, q_plus = (sp.IndexedBase(s) for s in ("y^-", "y^+", "x^-", "x^+"))
    eta, mu, d_plus, lam_plus = (sp.IndexedBase(s) for s in ("eta", "mu", "D^+", "lambda^+"))
    bad_units = total(lambda j: d_plus[j] * y_plus[j] ** 2, more)
    bad_loss = total(lambda i: lam_plus[i] * q_plus[i] ** 2, plus)
    good_units = total(lambda j: eta[j] ** 2 * y_minus[j] ** 2, fewer)
    good_loss = total(lambda i: mu[i] ** 2 * q_minus[i] ** 2, rest)
    proof.cite("spectral")
    units, negative, positive, rank = sp.symbols("m_{tot} n_- n_+ r_1", integer=True)
    unit, eigenvalue = sp.symbols("j i", integer=True)
    proof.every(more, unit)
    proof.every(plus, eigenvalue)
    proof.let(
        "units",
        r"the $b = m_{tot} - n_-(D)$ equations $y_j = 0$ wherever $D_j \geq 0$",
        y_plus[unit],
        units - negative - more,
    )
    proof.let(
        "loss",
        r"the $p = n_+(\nabla^2 L)$ equations $x_i = q_i^T J v = 0$ wherever $\lambda_i > 0$",
        q_plus[eigenvalue],
        positive - plus,
    )
    proof.follows(
        r"With $D_j = -\eta_j^2$ and $\lambda_i = -\mu_i^2$ for the others, the form of $H_{\mathrm{eff}}$ is",
        bad_units + bad_loss - good_units - good_loss,
        -good_units - good_loss,
        using={"units": bad_units, "loss": bad_loss},
    )
    strict = proof.let(
        "complement",
        r"$v \neq 0$ lies in a complement of $\ker A$, so some $y_j \neq 0$ has $D_j < 0$: $\sum_j \eta_j^2 y_j^2 = c > 0$",
    )
    value = sp.Symbol("c", positive=strict or None)
    other = sp.Symbol("e", nonnegative=True)
    proof.fact(
        r"With $\sum_i \mu_i^2 x_i^2 = e \geq 0$ the form is negative",
        sp.Lt(-value - other, 0, evaluate=False),
    )
    proof.follows(
        r"In the complement, of dimension $r_1 = \operatorname{rank} W_1$, these equations leave a subspace of at least this dimension",
        rank - more - plus,
        least_negative(negative, positive, units, rank),
        using={"units": units - negative - more, "loss": positive - plus},
    )
    proof.cite("rank-nullity", "definite-subspace")


# --- random cases -------------------------------------------------------------------------------


def bound_of(state: State, weights: tuple[int, int] = (1, 1), shift: int = 0) -> int:
    """`least_negative` at a state."""
    found: int = least_negative(
        state.bend_signs.negative,
        signs(state.loss_hessian).positive,
        len(state.bends),
        state.weights[0].rank(),
        weights,
        shift,
    )
    return found


def inertia_violation(state: State, weights: tuple[int, int] = (1, 1), shift: int = 0) -> float:
    """0 if H_eff has as many negative eigenvalues as the bound says, else infinite.

    Raises:
        Vacuous: if the bound says nothing (it is not positive).
    """
    bound = bound_of(state, weights, shift)
    if bound <= 0:
        raise Vacuous
    return 0.0 if state.signs.negative >= bound else math.inf


def leaning(**sizes: Any) -> st.SearchStrategy[State]:
    """Small states, with the sign of rho for which more units have D_j < 0: there the bound speaks."""
    return states(**sizes).map(_leaning)


def _leaning(state: State) -> State:
    if state.bend_signs.negative >= state.bend_signs.positive:
        return state
    return State.of(
        state.activation, state.weights, state.parameters, -state.rho, state.loss_hessian
    )


def leaning_seen(state: State) -> dict[str, bool]:
    """What random states must show: bounds that say something, and how much."""
    return {
        "more units bend down than up": state.bend_signs.negative > state.bend_signs.positive,
        "a bound above 1": bound_of(state) > 1,
    }


INERTIA = Claim(
    r"$n_-(H_{\mathrm{eff}}) \geq n_-(D) - n_+(\nabla^2 L) - (m_{tot} - \operatorname{rank} W_1)$",
    partial(leaning, depths=(2, 3), inputs=(3, 5), widths=(1, 3), loss_signs=(-1, -1, 0, 1)),
    inertia_violation,
    arithmetic=Arithmetic.EXACT,
    features=leaning_seen,
    case_divisor=2,
)


def one_unit(t: fmpq, rho: fmpq) -> State:
    """tanh at a = artanh t with d = m = k = 1 and all weights 1."""
    one = matrix([[1]])
    return State.of("tanh", (one, one), ((t,),), matrix([[rho]]), one)


STABLE_UNIT = one_unit(fmpq(1, 2), fmpq(1, 2))
"""t = 1/2, rho = 1/2: n_-(D) = 1 and H_eff = 3/16."""

BOUND_MUTANTS = {
    "uncorrected": INERTIA.mutant(
        r"$n_-(H_{\mathrm{eff}}) \geq n_-(D)$", (STABLE_UNIT,), weights=(0, 0)
    ),
    "loss": INERTIA.mutant(
        r"$n_-(H_{\mathrm{eff}}) \geq n_-(D) - (m_{tot} - \operatorname{rank} W_1)$",
        (STABLE_UNIT,),
        weights=(0, 1),
    ),
    "width": INERTIA.mutant(
        r"$n_-(H_{\mathrm{eff}}) \geq n_-(D) - n_+(\nabla^2 L)$", weights=(1, 0)
    ),
    "one-more": INERTIA.mutant(
        r"$n_-(H_{\mathrm{eff}}) \geq n_-(D) - n_+(\nabla^2 L) - (m_{tot} - \operatorname{rank} W_1) + 1$",
        shift=1,
    ),
}
"""False variants of the inertia bound."""


def sylvester_violation(state: State, first_layers: int = 1) -> float:
    """0 if n_-(M) = n_-(D), else infinite.

    Raises:
        Vacuous: if the rows of W_1 are dependent, or no unit bends.
    """
    first = state.weights[0]
    if first.rank() < first.nrows() * first_layers or state.bend_signs.negative == 0:
        raise Vacuous
    return 0.0 if signs(state.interaction).negative == state.bend_signs.negative else math.inf


SYLVESTER = Claim(
    r"with $\nabla^2 L = 0$ and $\operatorname{rank} W_1 = m$ the bound is attained: $n_-(M) = n_-(D)$",
    partial(leaning, inputs=(2, 4)),
    sylvester_violation,
    arithmetic=Arithmetic.EXACT,
    case_divisor=2,
)

ANY_RANK = SYLVESTER.mutant("$n_-(M) = n_-(D)$ whatever the rank of $W_1$", first_layers=0)


def census(ctx: Context) -> Finding:
    """How often the bound says something, and how often it is attained, by depth; seeded states."""
    source = random.Random(ctx.seed_for("thm41.inertia.census"))
    each, rows, violations, total_cases = 2 * ctx.cases, [], 0, 0
    for depth in (2, 3, 4):
        speaks = attained = 0
        for _ in range(each):
            state = _random_state(source, depth)
            bound, found = bound_of(state), state.signs.negative
            violations += found < bound
            speaks += bound > 0
            attained += 0 < bound == found
        total_cases += each
        rows.append((str(depth), str(each), str(speaks), str(attained)))
    says = sum(int(row[2]) for row in rows)
    met = sum(int(row[3]) for row in rows)
    return Finding(
        outcome=Outcome.SURPRISE if violations or not met else Outcome.AS_STATED,
        summary=f"{total_cases} random states, {violations} violations; the bound is positive in {says} and attained in {met} of these.",
        cases=total_cases,
        tables=(
            Table(
                title="How often the bound says something",
                columns=("layers", "states", "bound positive", "of these attained"),
                rows=tuple(rows),
                note="Widths 1 to 5, loss Hessians of every inertia, counted exactly.",
            ),
        ),
    )


def _random_state(source: random.Random, depth: int) -> State:
    sizes = [source.randint(1, 5) for _ in range(depth + 1)]
    activation = source.choice(ACTIVATIONS)
    weights = tuple(random_matrix(source, rows, columns, 9) for columns, rows in pairwise(sizes))
    k = sizes[-1]
    factor = [source.randint(-3, 3) for _ in range(k * k)]
    inertia = [source.choice((-1, 0, 0, 1)) for _ in range(k)]
    return State.of(
        activation,
        weights,
        tuple(random_parameters(source, activation, width) for width in sizes[1:-1]),
        random_matrix(source, k, 1, 9),
        loss_hessian(k, factor, inertia),
    )


CHECKS = section(
    "thm41.inertia",
    *proof(
        "derivation",
        r"The inertia bound, for any depth and any symmetric $\nabla^2 L$",
        inertia_bound,
        rests_on=("thm41.identity", "thm41.F"),
    ),
    property_check("property", "The inertia bound on exact states", INERTIA),
    property_check(
        "sharp", r"Attained where $\nabla^2 L = 0$ and $W_1$ has full row rank", SYLVESTER
    ),
    sampled(
        "census",
        "How often the inertia bound says something, and is attained",
        census,
        arithmetic=Arithmetic.EXACT,
        cost=2.0,
    ),
    *(mutant_check(name, claim) for name, claim in BOUND_MUTANTS.items()),
    mutant_check("any-rank", ANY_RANK),
    part="inertia",
)

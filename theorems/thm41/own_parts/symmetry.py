"""The sign of the last layer flips M and nothing else, so that instability is at least a coin toss.

The frequencies are gated by exact binomial intervals (Clopper-Pearson) at confidence 1 - 1e-7
each; the five that are gated together raise a false alarm with probability at most 5e-7 a run.
"""

from __future__ import annotations

import math
import random
from functools import partial
from typing import Annotated, NamedTuple

import sympy as sp
from hypothesis import strategies as st

from theorems.thm41.notation import G, H, M, d, k, m
from theorems.thm41.own_parts.inertia import STABLE_UNIT
from theorems.thm41.own_parts.kernel import beside_kernel, falls
from theorems.thm41.own_parts.many_units import sign_frequencies, wide_limit
from theorems.thm41.own_parts.states import State, parameter, random_matrix, states
from verify.claims.check import Arithmetic
from verify.claims.declare import (
    fixed_dimensions,
    mutant_check,
    proof,
    property_check,
    sampled,
    section,
)
from verify.claims.derivation import Proof
from verify.claims.property import Claim, Vacuous
from verify.numeric.rational import is_zero, matrix, signs
from verify.symbolic.matrices import contract, forms, vector
from verify.symbolic.matrices import matrix as matrix_of


def sign_flip(proof: Proof) -> None:
    """W_N -> -W_N with b_N readjusted keeps h(z*), rho, G, K and criticality, and flips M."""
    last, below, second = matrix_of("W", k, m), matrix_of("B", m, d), forms("C", m, d)
    output, x, v, rho = vector("u_0", k), vector("x", m), vector("v", d), vector(r"\rho", k)
    sign = -1 if proof.let("flip", "$W_N$ is replaced by $-W_N$") else sp.Symbol("f")
    moved = vector("b", k)
    if proof.let("bias", "$b_N$ by $u_0 + W_N x_{N-1}$, where $u_0 = h(z^*)$ is the old output"):
        moved = output + last @ x
    new = sign * last
    for text, after, before in (
        (
            "The output stays $u_0$, and with it $\\rho$ and $H = \\nabla^2 L$",
            new @ x + moved,
            output,
        ),
        (
            "$J = W_N B$ changes sign, and so does $J^T \\rho$: a critical point stays critical",
            (new @ below).T @ rho,
            -((last @ below).T @ rho),
        ),
        (
            "and $H J v$, so that $K = \\ker(\\nabla^2 L \\, J)$ stays",
            H @ (new @ below) @ v,
            -(H @ (last @ below) @ v),
        ),
        (
            "$G$ stays",
            (new @ below).T @ H @ (new @ below),
            (last @ below).T @ H @ (last @ below),
        ),
        (
            "$M$ changes sign, with $C$ the second derivatives of $x_{N-1}$",
            contract(new.T @ rho, second),
            -contract(last.T @ rho, second),
        ),
    ):
        proof.equal(text, after, before)


def coin_toss(proof: Proof) -> None:
    """P(lambda_min < 0) >= P(M|_K != 0)/2 + P(M|_K = 0, MK != {0}), for any symmetric H."""
    v, c = vector("v", d), sp.Symbol("c", real=True)
    proof.let("kernel", "$v \\in K$, so $Gv = 0$", G @ v)
    proof.let("value", "$v^T M v = c$", (v.T @ M @ v).scalar - c)
    for sign, matrix_ in SIGNS:
        proof.follows(
            f"At $v$ the form of ${matrix_.latex}$",
            v.T @ matrix_ @ v,
            sign * c,
            using={
                "kernel": (v.T @ (G @ v)).scalar,
                "value": sign * ((v.T @ M @ v).scalar - c),
            },
        )
    nonzero = proof.let("nonzero", r"$M|_K \neq 0$: such a $v$ exists with $|c| = g > 0$")
    size = sp.Symbol("g", positive=nonzero or None)
    proof.fact(
        "so $c$ or $-c$ is negative, namely $-g$: one of the two signs has a negative eigenvalue",
        sp.Lt(-size, 0, evaluate=False),
    )
    proof.cite("polarisation")
    u = vector("u", d)
    proof.let("null", "in the other case $u^T M u = 0$ for a $u \\in K$", u.T @ M @ u, G @ u)
    proof.let("image", "$Mu = w$", M @ u - vector("w", d))
    for sign, matrix_ in SIGNS:
        beside_kernel(proof, matrix_, sign)
    tail = proof.let("moved", r"$w \neq 0$: $|w|^2 = n > 0$; the last bracket is $e$ in modulus")
    falls(proof, sp.S.One, tail)
    proof.cite("rayleigh", "symmetric-law")
    plus, minus, excess = sp.symbols("p_+ p_- e_1", nonnegative=True)
    proof.let(
        "pair",
        "$p_+ + p_- = 1 + e_1$: with $G$ and $K$ the same, one sign at least is unstable",
        plus + minus - 1 - excess,
    )
    proof.follows(
        "The average over the two signs is at least one half",
        (plus + minus) / 2,
        sp.Rational(1, 2) + excess / 2,
        using={"pair": (plus + minus - 1 - excess) / 2},
    )


SIGNS = ((sp.Integer(1), G + M), (sp.Integer(-1), G - M))

# --- exact pairs --------------------------------------------------------------------------------


def flipped(state: State) -> State:
    """The state with W_N -> -W_N; b_N follows h(z*), so rho and H stay."""
    weights = (*state.weights[:-1], -state.weights[-1])
    return State.of(state.activation, weights, state.parameters, state.rho, state.loss_hessian)


def pair_violation(state: State, wanted: int = 1, need_image: bool = True) -> float:
    """0 if at least `wanted` of a state and its flip have a negative eigenvalue, else infinite.

    Raises:
        Vacuous: if M K = {0}, unless that is not asked for.
    """
    other = flipped(state)
    if other.pullback != state.pullback or other.interaction != -state.interaction:
        return math.inf
    if need_image and is_zero(state.interaction * state.kernel):
        raise Vacuous
    return 0.0 if sum(s.signs.negative > 0 for s in (state, other)) >= wanted else math.inf


PAIRS = Claim(
    r"$M K \neq \{0\}$ makes $\lambda_{\min}(H_{\mathrm{eff}}) < 0$ for $W_N$ or for $-W_N$",
    partial(states, depths=(2, 3), inputs=(2, 4), loss_signs=(-1, 0, 0, 1)),
    pair_violation,
    arithmetic=Arithmetic.EXACT,
    case_divisor=2,
)


PAIR_MUTANTS = {
    "every-head": PAIRS.mutant(
        r"one of $W_N$ and $-W_N$ has $\lambda_{\min}(H_{\mathrm{eff}}) < 0$, whatever $M K$",
        (STABLE_UNIT,),
        need_image=False,
    ),
    "both": PAIRS.mutant(
        r"$M K \neq \{0\}$ makes $\lambda_{\min}(H_{\mathrm{eff}}) < 0$ for $W_N$ and for $-W_N$",
        wanted=2,
    ),
}
"""False variants of the coin toss."""


class Coherent(NamedTuple):
    """A seed of a sign-coherent head, and the size of K."""

    seed: int
    kernel_size: Annotated[int, r"$\dim K$ at least"]


def coherent_violation(case: Coherent) -> float:
    """0 if a softplus head with sign-coherent W_2 is stable for exactly one sign, else infinite.

    Raises:
        Vacuous: if W_1 K = {0}, as where two columns of a narrow W_1 are proportional.
    """
    seed, kernel_size = case
    source = random.Random(seed)
    d_, k_ = kernel_size + 1, 2
    width = d_ + 2
    w1 = random_matrix(source, width, d_, 9)
    w2 = matrix([[source.randint(1, 9) for _ in range(width)] for _ in range(k_)])
    rho_ = matrix([[source.randint(1, 9)] for _ in range(k_)])
    parameters = tuple(parameter("softplus", source.randint(-7, 7)) for _ in range(width))
    # H >= 0 of rank 0 or 1, so that dim K is at least d - 1.
    row = random_matrix(source, 1, k_, 9)
    state = State.of("softplus", (w1, w2), (parameters,), rho_, row.transpose() * row)
    if is_zero(w1 * state.kernel):
        raise Vacuous
    counts = [s.signs.negative > 0 for s in (state, flipped(state))]
    return 0.0 if counts == [False, True] and signs(state.interaction).negative == 0 else math.inf


def coherent_cases() -> st.SearchStrategy[Coherent]:
    """Seeds, and dimensions of K from 1 to 12."""
    return st.builds(Coherent, st.integers(0, 2**31), st.integers(1, 12))


COHERENT = Claim(
    r"softplus, $\rho > 0$, $\nabla^2 L \succeq 0$ and $W_2 = \sigma |N|$: stable for $\sigma = 1$ and not for $\sigma = -1$, so $P = 1/2$ for every $\dim K$",
    coherent_cases,
    coherent_violation,
    arithmetic=Arithmetic.EXACT,
)


def certain_violation(case: Coherent) -> float:
    """0 if both signs are unstable, as P -> 1 under sign symmetry alone would need, else infinite.

    Raises:
        Vacuous: for dim K below 6, about which a limit says little.
    """
    if case.kernel_size < 6:
        raise Vacuous
    return math.inf if coherent_violation(case) == 0.0 else 0.0


CERTAIN = Claim(
    r"from $\dim K = 6$ on, sign symmetry alone makes both signs unstable ($P \to 1$)",
    coherent_cases,
    certain_violation,
    arithmetic=Arithmetic.EXACT,
)


CHECKS = section(
    "thm41.symmetry",
    *proof("flip", "The sign of the last layer flips $M$ and keeps $G$ and $K$", sign_flip),
    *proof(
        "coin-toss",
        r"Hence $P(\lambda_{\min} < 0) \geq 1/2$ where $M K \neq \{0\}$",
        coin_toss,
        rests_on=("thm41.identity",),
    ),
    property_check("property", "One of the two signs is unstable, on exact states", PAIRS),
    *(mutant_check(name, claim) for name, claim in PAIR_MUTANTS.items()),
    property_check(
        "coherent", "Sign-coherent heads: exactly one of the two signs is stable", COHERENT
    ),
    mutant_check("certain", CERTAIN),
    fixed_dimensions(
        "wide-limit",
        r"Wide heads with $\dim K = 2$: $P(M|_K \succeq 0) \to (1 - 1/\sqrt{3})/2$",
        wide_limit,
    ),
    sampled(
        "frequencies",
        "How often a random wide head is unstable on $K$, with exact binomial intervals",
        sign_frequencies,
        cost=5.0,
    ),
    part="symmetry",
)

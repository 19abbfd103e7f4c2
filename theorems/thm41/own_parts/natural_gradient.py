"""A gradient step in head coordinates is the step in z preconditioned by (J^T J)^+."""

from __future__ import annotations

import math
from functools import partial

import sympy as sp

from theorems.thm41.notation import applied, d, jacobian, k, rho, w
from theorems.thm41.own_parts.states import State, describe, states
from verify.claims.check import Arithmetic
from verify.claims.declare import mutant_check, proof, property_check, section
from verify.claims.derivation import Proof
from verify.claims.property import Claim, Vacuous
from verify.numeric.rational import is_zero
from verify.symbolic.indexed import total


def natural_step(proof: Proof) -> None:
    """dz = -eta (J^T J)^+ J^T rho solves the normal equations of J dz = -eta rho, and it if it can be."""
    inverse, eta = sp.IndexedBase("P"), sp.Symbol("eta", positive=True)
    c, i = sp.symbols("c i", integer=True)
    gram = lambda a, b: total(lambda r: jacobian[r, a] * jacobian[r, b], k)  # noqa: E731
    pulled = lambda b: total(lambda r: jacobian[r, b] * rho[r], k)  # noqa: E731
    step = lambda a: -eta * total(lambda b: inverse[a, b] * pulled(b), d)  # noqa: E731
    proof.cite("chain-rule", "pseudoinverse")
    proof.let("penrose", "$N P J^T = J^T$ with $N = J^T J$ and $P = N^+$")
    proof.follows(
        r"$J^T (J \, dz + \eta \rho) = 0$: $J \, dz$ is the step $-\eta \rho$ projected on the range of $J$",
        total(lambda r: jacobian[r, c] * (applied(jacobian, step, d)(r) + eta * rho[r]), k),
        sp.S.Zero,
        using={
            "penrose": -eta
            * total(
                lambda r: (
                    (
                        total(lambda a, b: gram(c, a) * inverse[a, b] * jacobian[r, b], d, d)
                        - jacobian[r, c]
                    )
                    * rho[r]
                ),
                k,
            )
        },
    )
    proof.let("penrose-left", "$J P N = J$")
    proof.let(
        "reached", r"$\rho = J w$ lies in the range of $J$, as for every $\rho$ if $J$ is onto"
    )
    gap = lambda r: rho[r] - applied(jacobian, lambda a: w[a], d)(r)  # noqa: E731
    left = lambda b: (  # noqa: E731
        total(lambda a, e: jacobian[i, a] * inverse[a, e] * gram(e, b), d, d) - jacobian[i, b]
    )
    proof.follows(
        r"Then $J \, dz = -\eta \rho$: to first order the output makes the gradient step",
        applied(jacobian, step, d)(i),
        -eta * rho[i],
        using={
            "penrose-left": -eta * total(lambda b: left(b) * w[b], d),
            "reached": eta * gap(i)
            - eta
            * total(
                lambda a, b: (
                    jacobian[i, a] * inverse[a, b] * total(lambda r: jacobian[r, b] * gap(r), k)
                ),
                d,
                d,
            ),
        },
    )


def step_violation(state: State, onto: bool = True, preconditioned: bool = True) -> float:
    """0 if J (J^T J)^+ J^T rho = rho, exactly, else infinite; without `onto`, for an injective J.

    Raises:
        Vacuous: if J is not onto (or not injective), or rho = 0.
    """
    j = state.jacobians[-1]
    if is_zero(state.rho) or j.rank() < (j.nrows() if onto else j.ncols()):
        raise Vacuous
    gram, outer = j.transpose() * j, j * j.transpose()
    inverse = j.transpose() * outer.inv() * outer.inv() * j if onto else gram.inv()
    if gram * inverse * gram != gram or inverse * gram * inverse != inverse:
        return math.inf
    pulled = state.gradient
    moved = j * (inverse * pulled if preconditioned else pulled)
    return 0.0 if moved == state.rho else math.inf


STEP = Claim(
    r"for an onto $J$, $J (J^T J)^+ J^T \rho = \rho$",
    partial(states, widths=(1, 3)),
    step_violation,
    describe,
    Arithmetic.EXACT,
    case_divisor=2,
)

CHECKS = section(
    "thm41.natural",
    *proof("derivation", r"The step preconditioned by $(J^T J)^+$", natural_step),
    property_check("property", "The same on exact states", STEP),
    mutant_check(
        "plain", STEP.mutant(r"$J J^T \rho = \rho$ for an onto $J$", preconditioned=False)
    ),
    mutant_check(
        "injective",
        STEP.mutant(r"$J (J^T J)^+ J^T \rho = \rho$ for an injective $J$", onto=False),
    ),
    part="natural",
)

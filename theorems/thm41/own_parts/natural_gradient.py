"""The step in z preconditioned by (J^T J)^+ makes, to first order, what the head's range holds of a gradient step in head coordinates."""

from __future__ import annotations

import math
from functools import partial

import sympy as sp

from theorems.thm41.notation import J, d, k
from theorems.thm41.own_parts.states import State, states
from verify.claims.check import Arithmetic
from verify.claims.declare import mutant_check, proof, property_check, section
from verify.claims.derivation import Proof
from verify.claims.property import Claim, Vacuous
from verify.numeric.rational import is_zero
from verify.symbolic.matrices import identity, matrix, vector, zero


def natural_step(proof: Proof) -> None:
    """dz = -eta (J^T J)^+ J^T rho solves the normal equations of J dz = -eta rho, and it if it can be."""
    rho, w, p = vector(r"\rho", k), vector("w", d), matrix("P", d, d)
    eta, n = sp.Symbol("eta", positive=True), J.T @ J
    step = -eta * (p @ J.T @ rho)
    proof.cite("chain-rule", "pseudoinverse")
    proof.let("penrose", "$N P J^T = J^T$ with $N = J^T J$ and $P = N^+$", n @ p @ J.T - J.T)
    proof.follows(
        r"$J^T (J \, dz + \eta \rho) = 0$: $J \, dz$ is the step $-\eta \rho$ projected on the range of $J$",
        J.T @ (J @ step + eta * rho),
        zero(d),
        using={"penrose": -eta * ((n @ p @ J.T - J.T) @ rho)},
    )
    proof.let("penrose-left", "$J P N = J$", J @ p @ n - J)
    proof.let(
        "reached",
        r"$\rho = J w$ lies in the range of $J$, as for every $\rho$ if $J$ is onto",
        rho - J @ w,
    )
    proof.follows(
        r"Then $J \, dz = -\eta \rho$: to first order the output makes the gradient step",
        J @ step,
        -eta * rho,
        using={
            "penrose-left": -eta * ((J @ p @ n - J) @ w),
            "reached": eta * ((identity(k) - J @ p @ J.T) @ (rho - J @ w)),
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
    arithmetic=Arithmetic.EXACT,
    case_divisor=2,
)

CHECKS = section(
    "thm41.natural",
    *proof("derivation", r"The step preconditioned by $(J^T J)^+$", natural_step),
    property_check(
        "property", r"$J (J^T J)^+ J^T \rho = \rho$ for an onto $J$, on exact states", STEP
    ),
    mutant_check(
        "plain", STEP.mutant(r"$J J^T \rho = \rho$ for an onto $J$", preconditioned=False)
    ),
    mutant_check(
        "injective",
        STEP.mutant(r"$J (J^T J)^+ J^T \rho = \rho$ for an injective $J$", onto=False),
    ),
    part="natural",
)

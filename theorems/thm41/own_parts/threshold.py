"""A two-layer head with a positive definite loss Hessian is stable up to an explicit |rho|."""

from __future__ import annotations

import math
from functools import partial
from typing import Annotated, Any, NamedTuple

import sympy as sp
from flint import fmpq, fmpq_mat
from hypothesis import strategies as st

from theorems.thm41.notation import H, J, d, j, k, m
from theorems.thm41.own_parts.inertia import one_unit
from theorems.thm41.own_parts.states import State, integers, parameter, shaped
from verify.claims.check import Arithmetic
from verify.claims.declare import mutant_check, proof, property_check, section
from verify.claims.derivation import Proof
from verify.claims.property import Claim, Vacuous
from verify.numeric.rational import (
    columns_of,
    diagonal,
    dot,
    identity,
    is_positive_semidefinite,
    signs,
)
from verify.symbolic.indexed import total
from verify.symbolic.matrices import diagonal as diagonal_of
from verify.symbolic.matrices import identity as unit
from verify.symbolic.matrices import matrix, vector


def factorisation(proof: Proof) -> None:
    """H_eff = W_1^T S (W_2^T H W_2 + diag(delta s''/s'^2)) S W_1; hence the exact criterion."""
    first, outer = matrix("W_1", m, d), matrix("W_2", k, m)
    s, inverse, bends = (diagonal_of(vector(name, m)) for name in ("s'", "r", "D"))
    through = outer @ s @ first
    gap = J - through
    proof.let("two-layer", "$J = W_2 S W_1$ with $S = \\operatorname{diag}(s')$", gap)
    inner = s @ outer.T @ H @ outer @ s
    proof.follows(
        r"With $H = \nabla^2 L$ and $D_j = \delta_j s''_j$, $H_{\mathrm{eff}} = G + M$ is",
        J.T @ H @ J + first.T @ bends @ first,
        first.T @ (inner + bends) @ first,
        using={"two-layer": gap.T @ H @ J + through.T @ H @ gap},
    )
    proof.every(m, j)
    proof.let("slopes", r"$s'_j \neq 0$: $r_j s'_j = 1$", inverse.entry(j, j) * s.entry(j, j) - 1)
    scaled, one = inverse @ bends @ inverse, unit(m)
    proof.follows(
        r"and $D = S \operatorname{diag}(\delta_j s''_j / s'_j{}^2) S$, so that this is the congruence by $S W_1$ of $W_2^T H W_2 + \operatorname{diag}(\delta_j s''_j / s'_j{}^2)$",
        first.T @ (inner + bends) @ first,
        (s @ first).T @ (outer.T @ H @ outer + scaled) @ (s @ first),
        using={
            "slopes": first.T
            @ ((one - s @ inverse) @ bends + s @ inverse @ bends @ (one - inverse @ s))
            @ first
        },
    )
    proof.cite("congruence")


def threshold(curvature: Any, spread: Any, slope: Any, bend: Any) -> Any:
    """The threshold of |rho|, of numbers or symbols; of their squares, its square.

    Args:
        curvature: lambda_min(H).
        spread: sigma_min(W_2)^2.
        slope: min s'_j^2.
        bend: max |s''_j| |W_2 e_j|.
    """
    return curvature * spread * slope / bend


def threshold_bound(proof: Proof) -> None:
    """|rho| <= lambda sigma^2 min s'^2 / max |s''||W_2 e_j| makes H_eff >= 0."""
    slope, bend, value = (sp.IndexedBase(s) for s in ("s'", "c", "w"))
    lam, sigma, most = sp.symbols("lambda sigma b", positive=True)
    proof.cite("rayleigh", "least-singular-value", "cauchy-schwarz")
    proof.equal(
        r"Factorised through $w = W_1 v$, with $|\delta_j s''_j| = c_j$, the form is at least",
        lam * sigma**2 * total(lambda j: (slope[j] * value[j]) ** 2, m)
        - total(lambda j: bend[j] * value[j] ** 2, m),
        total(lambda j: (lam * sigma**2 * slope[j] ** 2 - bend[j]) * value[j] ** 2, m),
    )
    least, room, above, excess, length = sp.symbols(r"p q e f |\rho|", nonnegative=True)
    limit = threshold(lam, sigma**2, least, most)
    proof.let(
        "threshold",
        f"$|\\rho| + q = {sp.latex(limit)}$, $q \\geq 0$, with $p = \\min_j s'_j{{}}^2$, $b = \\max_j |s''_j| |W_2 e_j|$",
        limit - length - room,
    )
    squared, unit_bend = sp.symbols("x c_j", real=True)
    proof.let("slope", "$s'_j{}^2 = p + e$, $e \\geq 0$", squared - least - above)
    proof.let(
        "bend",
        r"$c_j = |\rho| \, b - f$, $f \geq 0$, by Cauchy-Schwarz",
        length * most - excess - unit_bend,
    )
    left_over = room * most + lam * sigma**2 * above + excess
    proof.follows(
        "Each coefficient, with $x = s'_j{}^2$, is a sum of terms that are not negative",
        lam * sigma**2 * squared - unit_bend,
        left_over,
        using={
            "threshold": most * (limit - length - room),
            "slope": lam * sigma**2 * (squared - least - above),
            "bend": length * most - excess - unit_bend,
        },
    )
    proof.fact(
        "so the form is not negative",
        sp.Ge(left_over, 0, evaluate=False),
    )


# --- exact cases --------------------------------------------------------------------------------


@st.composite
def shallow(draw: st.DrawFn) -> State:
    """Two-layer states with m <= min(d, k), W_1 of full row rank, H >= I, W_2 of full column rank."""
    width = draw(st.integers(1, 3))
    d_, k_ = width + draw(st.integers(0, 1)), width + draw(st.integers(0, 1))
    activation = draw(st.sampled_from(("tanh", "softplus")))
    w1, w2, half = (
        shaped(draw(integers(rows * columns, 2)), columns)
        for rows, columns in ((width, d_), (k_, width), (k_, k_))
    )
    h = identity(k_) + half.transpose() * half
    rho_ = fmpq(1, 8) * shaped(draw(integers(k_, 24)), 1)
    parameters = (tuple(parameter(activation, n) for n in draw(integers(width, 7))),)
    return State.of(activation, (w1, w2), parameters, rho_, h)


def exact_violation(state: State, power: int = 2) -> float:
    """0 if H_eff >= 0 exactly where W_2^T H W_2 + diag(delta s''/s'^power) >= 0, else infinite.

    Raises:
        Vacuous: if W_1 has dependent rows.
    """
    w1, w2 = state.weights
    if w1.rank() < w1.nrows():
        raise Vacuous
    slopes = state.jets[0][0]
    ratios = [bend / slope**power for bend, slope in zip(state.bends, slopes, strict=True)]
    inner = w2.transpose() * state.loss_hessian * w2 + diagonal(ratios)
    return 0.0 if (signs(inner).negative == 0) == (state.signs.negative == 0) else math.inf


EXACT = Claim(
    r"$H_{\mathrm{eff}} \succeq 0$ if and only if $W_2^T (\nabla^2 L) W_2 + \operatorname{diag}(\delta_j s''_j / s'_j{}^2) \succeq 0$",
    shallow,
    exact_violation,
    arithmetic=Arithmetic.EXACT,
)

ONE_SLOPE = EXACT.mutant(
    r"$H_{\mathrm{eff}} \succeq 0$ if and only if $W_2^T (\nabla^2 L) W_2 + \operatorname{diag}(\delta_j s''_j / s'_j) \succeq 0$",
    power=1,
)


def threshold_squared(state: State) -> fmpq | None:
    """A rational lower bound of the squared threshold, exact for d = m = k = 1; None if infinite.

    lambda_min(H) and sigma_min(W_2)^2 are bounded below by bisection with exact inertia.
    """
    w2 = state.weights[1]
    columns = [columns_of(w2, [j]) for j in range(w2.ncols())]
    slopes, curvatures = state.jets[0]
    worst = max(c * c * dot(x, x) for c, x in zip(curvatures, columns, strict=True))
    if worst == 0:
        return None
    gram = w2.transpose() * w2
    curvature, spread, slope = _least(state.loss_hessian), _least(gram), min(s * s for s in slopes)
    found: fmpq = threshold(curvature**2, spread**2, slope**2, worst)
    return found


def _least(symmetric: fmpq_mat) -> fmpq:
    """The largest multiple of 1/16 at most the least eigenvalue of a PSD matrix, exactly."""
    one, step = identity(symmetric.nrows()), 0
    while is_positive_semidefinite(symmetric - fmpq(step + 1, 16) * one):
        step += 1
    return fmpq(step, 16)


def threshold_violation(state: State, factor: int = 1) -> float:
    """0 if H_eff >= 0 wherever |rho| is at most `factor` times the threshold, else infinite.

    Raises:
        Vacuous: if |rho| is larger, or the threshold is 0 or infinite.
    """
    bound = threshold_squared(state)
    if not bound or dot(state.rho, state.rho) > factor**2 * bound:
        raise Vacuous
    return 0.0 if state.signs.negative == 0 else math.inf


@st.composite
def below_threshold(draw: st.DrawFn, reach: int = 1) -> State:
    """States of `shallow` with rho scaled to some part of the threshold (at most 7/8 of `reach`)."""
    state = draw(shallow())
    bound, length = threshold_squared(state), dot(state.rho, state.rho)
    if not bound or length == 0:
        return state
    wanted = fmpq(draw(st.integers(1, 7)), 8) * reach
    # A rational scale whose square is at most wanted^2 bound / length.
    ratio = wanted * wanted * bound / length
    scale = fmpq(math.isqrt(int(ratio * 4**20)), 2**20)
    return State.of(
        state.activation, state.weights, state.parameters, scale * state.rho, state.loss_hessian
    )


THRESHOLD = Claim(
    r"$|\rho| \leq \lambda_{\min}(\nabla^2 L) \, \sigma_{\min}(W_2)^2 \min_j s'_j{}^2 / \max_j |s''_j| |W_2 e_j|$ makes $H_{\mathrm{eff}} \succeq 0$",
    below_threshold,
    threshold_violation,
    arithmetic=Arithmetic.EXACT,
)

PAST = one_unit(fmpq(1, 2), fmpq(19, 25))
"""tanh, t = 1/2: the threshold is 3/4, and |rho| = 0.76."""

TWICE = Claim(
    r"$|\rho|$ up to twice the threshold makes $H_{\mathrm{eff}} \succeq 0$",
    partial(below_threshold, reach=2),
    partial(threshold_violation, factor=2),
    arithmetic=Arithmetic.EXACT,
    supplied=(PAST,),
)


class Unit(NamedTuple):
    """A tanh unit at t = n / 128."""

    n: Annotated[int, r"$t = \tanh(a)$: $128 t$"]


def units() -> st.SearchStrategy[Unit]:
    """Units at multiples of 1/128."""
    return st.builds(Unit, st.integers(-127, 127))


def equality_violation(unit: Unit, hundredths: int = 100) -> float:
    """0 if H_eff = 0 at `hundredths` of the threshold of a tanh unit at d = m = k = 1.

    Raises:
        Vacuous: at t = 0, where s'' = 0 and there is no threshold.
    """
    if unit.n == 0:
        raise Vacuous
    t = fmpq(unit.n, 128)
    at_rest = one_unit(t, fmpq(0))
    ((_,), (bend,)) = at_rest.jets[0]
    bound = threshold_squared(at_rest) or fmpq(0)
    size = fmpq(math.isqrt(int(bound.p)), math.isqrt(int(bound.q)))  # the square of a rational here
    side = 1 if bend < 0 else -1
    state = one_unit(t, side * fmpq(hundredths, 100) * size)
    return 0.0 if size * size == bound and state.effective_hessian[0, 0] == 0 else math.inf


EQUALITY = Claim(
    "at $d = m = k = 1$ the threshold is sharp: $H_{\\mathrm{eff}} = 0$ there",
    units,
    equality_violation,
    arithmetic=Arithmetic.EXACT,
)

CHECKS = section(
    "thm41.threshold",
    *proof(
        "factorisation",
        r"$H_{\mathrm{eff}}$ factorises through $W_1$",
        factorisation,
        rests_on=("thm41.identity", "thm41.F"),
    ),
    *proof("bound", "The threshold", threshold_bound),
    property_check("exact", "The exact criterion for two layers, on exact states", EXACT),
    mutant_check("one-slope", ONE_SLOPE),
    property_check("property", "The threshold on exact states", THRESHOLD),
    mutant_check("twice", TWICE),
    property_check("sharp", "The threshold is attained at $d = m = k = 1$", EQUALITY),
    mutant_check(
        "not-sharp",
        EQUALITY.mutant(
            r"at $d = m = k = 1$, $H_{\mathrm{eff}} = 0$ at $0.99$ of the threshold", hundredths=99
        ),
    ),
    part="threshold",
)

"""The derivations of 3.3, in symbolic dimensions d and k."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from verify.symbolic.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total

d, k = sp.symbols("d k", integer=True, positive=True)
i, j, e, m, a, b, p, q = sp.symbols("i j e m a b p q", integer=True)

v, factor = sp.IndexedBase("v"), sp.IndexedBase("c")
weight, inverse, basis = (sp.IndexedBase(name) for name in ("W", "V", "B"))
metric, dual = sp.IndexedBase("g"), sp.IndexedBase("g^{*}")
third, fourth = sp.IndexedBase("T"), sp.IndexedBase("F")
"""Derivatives of the metric: T_ije = d g_ij / d u_e and F_ijem = d T_ije / d u_m."""

CONSTANT_HESSIAN = "a function whose Hessian is constant is a quadratic polynomial"
CONNECTED = "a function whose gradient vanishes on a connected open set is constant there"
CONTINUOUS = "a continuous function is uniformly continuous on compact sets"
WEYL = "Weyl: eigenvalues move by at most the norm of the perturbation"
KERNEL = "a linear map into a space of smaller dimension sends some non-zero vector to 0"
DETERMINANT = "a square matrix with invertible W^T g W is invertible"

Vector = Callable[[sp.Expr], sp.Expr]


def _delta(x: sp.Expr, y: sp.Expr) -> sp.Expr:
    return sp.KroneckerDelta(x, y)


def _form(left: Vector, right: Vector) -> sp.Sum:
    """left^T g right, for vectors of R^k."""
    return total(lambda i, j: left(i) * metric[i, j] * right(j), k, k)


def _pulled(a: sp.Expr, b: sp.Expr) -> sp.Sum:
    """(W^T g W)_ab."""
    return _form(lambda i: weight[i, a], lambda i: weight[i, b])


def _image(vector: sp.IndexedBase) -> Vector:
    return lambda r: total(lambda a: weight[r, a] * vector[a], d)


def necessary(proof: Proof) -> None:
    """(i), necessity: L restricted to V = W(R^d) is a PD quadratic polynomial and dim V = d."""
    proof.symmetric = frozenset({metric})
    proof.let("isotropic", r"$W^T g(Wz) W = c I$ for all $z$")
    wv = _image(v)
    square = total(lambda a: v[a] ** 2, d)
    gap = total(lambda a, b: v[a] * (_pulled(a, b) - factor[0] * _delta(a, b)) * v[b], d, d)
    proof.follows(
        "The second derivative of $L$ along $Wv$, at every point of $V = W(\\mathbb{R}^d)$",
        _form(wv, wv),
        factor[0] * square,
        using={"isotropic": gap},
    )
    rules: dict[sp.IndexedBase, Rule] = {v: constant}
    if proof.let("constant factor", "$c$ does not depend on $z$"):
        rules[factor] = constant
    proof.rate("It does not change along any line", factor[0] * square, rules, sp.S.Zero)
    value, size = sp.symbols("c n", positive=proof.let("positive", "$c > 0$") or None)
    proof.fact(
        "At $v \\neq 0$, $n = |v|^2 > 0$, it is positive: $Wv \\neq 0$, and $\\dim V = d$",
        sp.Gt(value * size, 0, evaluate=False),
        bool((value * size).is_positive),
    )
    proof.cite(CONSTANT_HESSIAN)


def sufficient(proof: Proof) -> None:
    """(i), sufficiency: W = B X with X^T P X = c I, P the constant Hessian of L on V."""
    proof.symmetric = frozenset({metric})
    restricted, root = sp.IndexedBase("P"), sp.IndexedBase("X")
    proof.let("quadratic", r"$B^T g B = P$ at every point of $V$, $B$ a basis of it")
    proof.let("root", r"$X^T P X = c I$, with $X = \sqrt{c} P^{-1/2}$")
    w = lambda i, a: total(lambda p: basis[i, p] * root[p, a], d)  # noqa: E731
    inner = lambda p, q: _form(lambda i: basis[i, p], lambda i: basis[i, q])  # noqa: E731
    proof.follows(
        "For $W = B X$, whose image is $V$, at every $z$",
        _form(lambda i: w(i, a), lambda i: w(i, b)),
        factor[0] * _delta(a, b),
        using={
            "quadratic": total(
                lambda p, q: root[p, a] * (inner(p, q) - restricted[p, q]) * root[q, b], d, d
            ),
            "root": total(lambda p, q: root[p, a] * restricted[p, q] * root[q, b], d, d)
            - factor[0] * _delta(a, b),
        },
    )
    proof.cite("spectral theorem: a positive definite matrix has an invertible square root")


def _constant_factor(proof: Proof) -> None:
    """(d - 1) dc/dz_m = 0 for a Hessian that is c(z) I."""
    jet, slope = sp.IndexedBase("f"), sp.IndexedBase("c'")
    smooth = proof.given("plane: C^3", "$L$ is $C^3$: third derivatives of $L(Wz)$ are symmetric")
    proof.symmetric = frozenset({jet}) if smooth else frozenset()
    proof.let("isotropic", r"$W^T g(Wz) W = c(z) I$, so $f_{abm} = c'_m \delta_{ab}$")
    trace = total(lambda a: jet[a, a, m], d)
    one = total(lambda a: _delta(a, a), d)
    proof.let("trace", "the trace of the identity is $d$")
    along = total(lambda a: jet[a, a, m] - slope[m] * _delta(a, a), d)
    across = total(lambda a: jet[a, m, a] - slope[a] * _delta(a, m), d)
    proof.follows(
        r"Two contractions of the third derivatives of $L(Wz)$: $d \, c'_m = c'_m$",
        d * slope[m] - slope[m],
        trace - total(lambda a: jet[a, m, a], d),
        using={"isotropic": across - along, "trace": slope[m] * (d - one)},
    )
    proof.equal("The right side vanishes by symmetry", trace, total(lambda a: jet[a, m, a], d))
    excess = sp.Symbol(
        "n", positive=proof.given("plane: d", r"$d \geq 2$: $n = d - 1 > 0$") or None
    )
    proof.fact(
        "and the left side's factor $n = d - 1$ is not $0$, so $c' = 0$",
        sp.Ne(excess, 0, evaluate=False),
        bool(excess.is_nonzero),
    )
    proof.cite(CONNECTED)


def constant_factor(proof: Proof) -> None:
    """(ii): a factor c(z) is constant if d >= 2."""
    _constant_factor(proof)


def _flat(proof: Proof) -> None:
    """k = d and W^T g W = c I with constant c: g is constant, so R = 0, against the hypothesis."""
    proof.symmetric = frozenset({metric})
    proof.given("constant", "$W$ and its inverse $V$ do not depend on $z$")
    proof.given("square", "$k = d$: with $W^T g W$ invertible, $W$ has an inverse $V$, $WV = I$")
    proof.cite(DETERMINANT)
    proof.let("isotropic", r"$W^T g W = c I$, $c$ constant")
    error = lambda i, p: total(lambda a: weight[i, a] * inverse[a, p], d) - _delta(i, p)  # noqa: E731
    both = total(lambda i, j: error(i, p) * metric[i, j] * error(j, q), k, k)
    left = total(lambda i: error(i, p) * metric[i, q], k)
    right = total(lambda j: metric[p, j] * error(j, q), k)
    gram = lambda p, q: total(lambda a: inverse[a, p] * inverse[a, q], d)  # noqa: E731
    proof.follows(
        "Solved for the metric: $g = c V^T V$",
        metric[p, q],
        factor[0] * gram(p, q),
        using={
            "square": -(both + left + right),
            "isotropic": total(
                lambda a, b: (
                    inverse[a, p] * (_pulled(a, b) - factor[0] * _delta(a, b)) * inverse[b, q]
                ),
                d,
                d,
            ),
        },
    )
    rules: dict[sp.IndexedBase, Rule] = {factor: constant}
    if "constant" not in proof.withdrawn:
        rules[inverse] = constant
    proof.rate(
        "It has no derivative, and $Wz$ runs through all of $\\mathbb{R}^k$",
        factor[0] * gram(p, q),
        rules,
        sp.S.Zero,
    )
    tensor = _cubic()
    proof.let("flat", "so $T = 0$")
    proof.follows("The curvature, by the cubic form", tensor, sp.S.Zero, using={"flat": tensor})
    given = proof.given("curved", "some component of $R$ is not $0$ somewhere")
    component = sp.Symbol("R", nonzero=given or None)
    proof.fact(
        "It must not vanish: a contradiction",
        sp.Ne(component, 0, evaluate=False),
        bool(component.is_nonzero),
    )
    proof.cite("the curvature of a Hessian metric, derived below")


def square(proof: Proof) -> None:
    """(iii): the barrier for k = d and a constant factor."""
    _flat(proof)


def square_varying(proof: Proof) -> None:
    """(iii) with (ii): the barrier for k = d >= 2 and a varying factor."""
    _constant_factor(proof)
    _flat(proof)


def narrow(proof: Proof) -> None:
    """k < d: H_eff has a kernel."""
    proof.symmetric = frozenset({metric})
    proof.given("narrow", "$k < d$: some $v \\neq 0$ has $Wv = 0$")
    proof.cite(KERNEL)
    wv = _image(v)
    along = lambda r: total(lambda b: _pulled(r, b) * v[b], d)  # noqa: E731
    proof.follows(
        r"$H_{\mathrm{eff}} v = W^T g W v = 0$",
        along(a),
        sp.S.Zero,
        using={"narrow": _form(lambda i: weight[i, a], wv)},
    )


def _cubic() -> sp.Expr:
    """R_ijem = (1/4) g^pq (T_imp T_jeq - T_iep T_jmq), with (k, l) of the convention written (e, m)."""
    return (
        total(
            lambda p, q: (
                dual[p, q] * (third[i, m, p] * third[j, e, q] - third[i, e, p] * third[j, m, q])
            ),
            k,
            k,
        )
        / 4
    )


def cubic_form(proof: Proof) -> None:
    """The curvature of a Hessian metric from Christoffel symbols, for any k."""
    hessian = proof.let(
        "hessian", r"$g = \nabla^2 L$ with $L \in C^4$: $T$ and $F$ are symmetric in all indices"
    )
    proof.symmetric = frozenset({dual, third, fourth} if hessian else {dual})

    def christoffel(a: sp.Expr, b: sp.Expr, c: sp.Expr) -> sp.Expr:
        return (third[b, c, a] + third[a, c, b] - third[a, b, c]) / 2

    proof.equal("Christoffel symbols of the first kind", christoffel(i, j, e), third[i, j, e] / 2)
    second = (fourth[i, m, j, e] + fourth[j, e, i, m] - fourth[i, e, j, m] - fourth[j, m, i, e]) / 2
    proof.equal("The fourth derivatives of $L$ cancel", second, sp.S.Zero)
    quadratic = total(
        lambda p, q: (
            dual[p, q]
            * (
                christoffel(i, m, p) * christoffel(j, e, q)
                - christoffel(i, e, p) * christoffel(j, m, q)
            )
        ),
        k,
        k,
    )
    proof.equal("What is left of the Riemann tensor", second + quadratic, _cubic())
    proof.cite("the Riemann tensor in terms of Christoffel symbols of the first kind")


def not_robust(proof: Proof) -> None:
    """(v): H_eff / c = W_0^T g(sqrt(c) W_0 z) W_0 tends to I."""
    proof.symmetric = frozenset({metric, sp.IndexedBase("g_0")})
    centre, scale = sp.IndexedBase("g_0"), sp.Symbol("s", positive=True)
    proof.let("whitened", r"$W_0^T g_0 W_0 = I$ with $g_0 = \nabla^2 L(0)$")
    at_zero = lambda a, b: total(  # noqa: E731
        lambda i, j: weight[i, a] * centre[i, j] * weight[j, b], k, k
    )
    scaled = total(
        lambda i, j: (scale * weight[i, a]) * metric[i, j] * (scale * weight[j, b]), k, k
    )
    change = total(lambda i, j: weight[i, a] * (metric[i, j] - centre[i, j]) * weight[j, b], k, k)
    proof.follows(
        r"With $W = s W_0$, $s = \sqrt{c}$, $H_{\mathrm{eff}}$ is $c I$ up to the change of $g$",
        scaled,
        scale**2 * _delta(a, b) + scale**2 * change,
        using={"whitened": scale**2 * (at_zero(a, b) - _delta(a, b))},
    )
    z = sp.IndexedBase("z")
    proof.let("limit", "$s = 0$")
    there = total(lambda a: scale * weight[i, a] * z[a], d)
    proof.follows(
        r"where $g$ is taken at $s W_0 z$, which is $0$ in the limit",
        there,
        sp.S.Zero,
        using={"limit": there},
    )
    proof.cite(CONTINUOUS)
    proof.cite(WEYL)

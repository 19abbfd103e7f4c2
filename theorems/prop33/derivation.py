"""The derivations of 3.3, in symbolic dimensions d and k."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from theorems.prop33.derivation_metric import (
    a,
    b,
    cubic,
    d,
    delta,
    k,
    m,
    metric,
    p,
    q,
    weight,
)
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total

v, factor = sp.IndexedBase("v"), sp.IndexedBase("c")
inverse, basis = sp.IndexedBase("V"), sp.IndexedBase("B")


Vector = Callable[[sp.Expr], sp.Expr]


def _form(left: Vector, right: Vector) -> sp.Sum:
    """left^T g right, for vectors of R^k."""
    return total(lambda i, j: left(i) * metric[i, j] * right(j), k, k)


def _pulled(a: sp.Expr, b: sp.Expr) -> sp.Sum:
    """(W^T g W)_ab."""
    return _form(lambda i: weight[i, a], lambda i: weight[i, b])


def _image(vector: sp.IndexedBase) -> Vector:
    return lambda r: total(lambda a: weight[r, a] * vector[a], d)


def necessary(proof: Proof) -> None:
    """(i), necessity: L restricted to V = b + W(R^d) is a PD quadratic polynomial and dim V = d."""
    proof.symmetric = frozenset({metric})
    proof.let("isotropic", r"$W^T g(Wz + b) W = c I$ for all $z$, with $b = 0$ for a linear head")
    wv = _image(v)
    square = total(lambda a: v[a] ** 2, d)
    gap = total(lambda a, b: v[a] * (_pulled(a, b) - factor[0] * delta(a, b)) * v[b], d, d)
    proof.follows(
        "The second derivative of $L$ along $Wv$, at every point of $V = b + W(\\mathbb{R}^d)$",
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
    proof.cite("constant-hessian")


def sufficient(proof: Proof) -> None:
    """(i), sufficiency: W = B X with X^T P X = c I, P the constant Hessian of L on V."""
    proof.symmetric = frozenset({metric})
    restricted, root = sp.IndexedBase("P"), sp.IndexedBase("X")
    proof.let("quadratic", r"$B^T g B = P$ at every point of $V$, $B$ a basis of its directions")
    proof.let("root", r"$X^T P X = c I$, with $X = \sqrt{c} P^{-1/2}$")
    w = lambda i, a: total(lambda p: basis[i, p] * root[p, a], d)  # noqa: E731
    inner = lambda p, q: _form(lambda i: basis[i, p], lambda i: basis[i, q])  # noqa: E731
    proof.follows(
        "For $h(z) = W z + b$ with $W = B X$ and any $b$ in $V$, whose image is $V$, at every $z$",
        _form(lambda i: w(i, a), lambda i: w(i, b)),
        factor[0] * delta(a, b),
        using={
            "quadratic": total(
                lambda p, q: root[p, a] * (inner(p, q) - restricted[p, q]) * root[q, b], d, d
            ),
            "root": total(lambda p, q: root[p, a] * restricted[p, q] * root[q, b], d, d)
            - factor[0] * delta(a, b),
        },
    )
    proof.cite("square-root")


def _constant_factor(proof: Proof) -> None:
    """c(z + t e_m) = c(z) for a Hessian that is c(z) I, from first and second derivatives alone.

    f_a is the a-th derivative of L(Wz) at the corners z, z + s e_a, z + t e_m and z + s e_a + t e_m
    of a rectangle, I_a the integral of f_am along its sides in the direction of e_m.
    """
    proof.over(d, m)
    corners = {name: sp.IndexedBase(f"f_{{{name}}}") for name in ("0", "s", "t", "st")}
    sides = {name: sp.IndexedBase(f"I_{{{name}}}") for name in ("0", "s")}
    means = {name: sp.IndexedBase(f"C_{{{name}}}") for name in ("0", "s")}
    proof.given(
        "plane: C^2",
        "$L$ is $C^2$: the increments of $f_a$ along the sides are the integrals $I_a$ of $f_{am}$",
    )
    proof.let(
        "varying", r"$W^T g(Wz) W = c(z) I$: $I_a = C_a \delta_{am}$, $C_a$ the integral of $c$"
    )

    def others(summand: Vector) -> sp.Sum:
        """The sum over a other than m."""
        return total(summand, d) - summand(m)

    far: Vector = lambda a: corners["st"][a] - corners["s"][a]  # noqa: E731
    near: Vector = lambda a: corners["t"][a] - corners["0"][a]  # noqa: E731
    proof.follows(
        r"The increment of $f_a$ over the rectangle vanishes for $a \neq m$",
        others(lambda a: far(a) - near(a)),
        sp.S.Zero,
        using={
            "plane: C^2": others(lambda a: far(a) - sides["s"][a] - (near(a) - sides["0"][a])),
            "varying": others(
                lambda a: (
                    (sides["s"][a] - delta(a, m) * means["s"][a])
                    - (sides["0"][a] - delta(a, m) * means["0"][a])
                )
            ),
        },
    )
    step = factor[1] - factor[0]
    proof.equal(
        r"Divided by $s \to 0$ it is $f_{aa}(z + t e_m) - f_{aa}(z) = c_1 - c_0$ with $c_0 = c(z)$, $c_1 "
        "= c(z + t e_m)$, so this sum vanishes",
        others(lambda a: step),
        (d - 1) * step,
    )
    excess = sp.Symbol(
        "n", positive=proof.given("plane: d", r"$d \geq 2$: $n = d - 1 > 0$") or None
    )
    proof.fact(
        "whose factor $n = d - 1$ is not $0$: $c_1 = c_0$, for every $m$ and $t$ in a box",
        sp.Ne(excess, 0, evaluate=False),
        bool(excess.is_nonzero),
    )
    proof.cite("fundamental-theorem", "locally-constant")


def constant_factor(proof: Proof) -> None:
    """(ii): a factor c(z) is constant if d >= 2, and L a quadratic polynomial on the image."""
    _constant_factor(proof)
    proof.cite("constant-hessian")


def _constant_metric(proof: Proof) -> None:
    """k = d and W^T g W = c I with constant c: g is constant."""
    proof.symmetric = frozenset({metric})
    proof.given("constant", "$W$ and its inverse $V$ do not depend on $z$")
    proof.given("square", "$k = d$: with $W^T g W$ invertible, $W$ has an inverse $V$, $WV = I$")
    proof.cite("invertible-factor")
    _solved(proof, weight, metric, k, "square")


def _flat(proof: Proof) -> None:
    """So R = 0, against the hypothesis."""
    _constant_metric(proof)
    _contradiction(proof, "curved", "some component of $R$ is not $0$ somewhere", k)


def _solved(
    proof: Proof, w: sp.IndexedBase, g: sp.IndexedBase, size: sp.Expr, invertible: str
) -> None:
    """w^T g w = c I with wV = I, all constant but g: (size, d), (size, size). Then g is constant."""
    proof.over(size, p, q)
    proof.let("isotropic", f"${w}^T {g} {w} = c I$, $c$ constant")
    error = lambda i, p: total(lambda a: w[i, a] * inverse[a, p], d) - delta(i, p)  # noqa: E731
    both = total(lambda i, j: error(i, p) * g[i, j] * error(j, q), size, size)
    left = total(lambda i: error(i, p) * g[i, q], size)
    right = total(lambda j: g[p, j] * error(j, q), size)
    gram = lambda p, q: total(lambda a: inverse[a, p] * inverse[a, q], d)  # noqa: E731
    pulled = lambda a, b: total(lambda i, j: w[i, a] * g[i, j] * w[j, b], size, size)  # noqa: E731
    proof.follows(
        f"Solved for the metric: ${g} = c V^T V$",
        g[p, q],
        factor[0] * gram(p, q),
        using={
            invertible: -(both + left + right),
            "isotropic": total(
                lambda a, b: (
                    inverse[a, p] * (pulled(a, b) - factor[0] * delta(a, b)) * inverse[b, q]
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
        "It has no derivative, on the whole image of the head",
        factor[0] * gram(p, q),
        rules,
        sp.S.Zero,
    )


def _contradiction(proof: Proof, curved: str, text: str, size: sp.Expr) -> None:
    """A metric without derivatives is flat, against a hypothesis."""
    tensor = cubic(size)
    proof.let("flat", "so $T = 0$")
    proof.follows("The curvature, by the cubic form", tensor, sp.S.Zero, using={"flat": tensor})
    component = sp.Symbol("R", nonzero=proof.given(curved, text) or None)
    proof.fact(
        "It must not vanish: a contradiction",
        sp.Ne(component, 0, evaluate=False),
        bool(component.is_nonzero),
    )


def quadratic(proof: Proof) -> None:
    """(iii): for k = d the loss itself is a PD quadratic polynomial, whatever its curvature."""
    proof.over(k, p, q)
    _constant_metric(proof)
    proof.let("solved", "$g = c V^T V$, just derived")
    vv: Vector = lambda a: total(lambda p: inverse[a, p] * v[p], k)  # noqa: E731
    form = total(lambda p, q: v[p] * metric[p, q] * v[q], k, k)
    squares = total(lambda a: vv(a) ** 2, d)
    proof.follows(
        "Its form at $v$", form, factor[0] * squares, using={"solved": form - factor[0] * squares}
    )
    positive = proof.let("positive", "$c > 0$, and $Vv \\neq 0$ for $v \\neq 0$, as $WV = I$")
    value, size = sp.symbols("c n", positive=positive or None)
    proof.fact(
        "is positive for $v \\neq 0$, with $n = |Vv|^2$: $L$ is a PD quadratic polynomial",
        sp.Gt(value * size, 0, evaluate=False),
        bool((value * size).is_positive),
    )
    proof.cite("constant-hessian")


def square(proof: Proof) -> None:
    """(iii): the barrier for k = d and a constant factor."""
    _flat(proof)


def square_varying(proof: Proof) -> None:
    """(iii) with (ii): the barrier for k = d >= 2 and a varying factor."""
    _constant_factor(proof)
    _flat(proof)


def general(proof: Proof) -> None:
    """(iv): for k >= d the metric that g induces on the image of W is constant, and so flat."""
    _constant_factor(proof)
    restricted, root = sp.IndexedBase("P"), sp.IndexedBase("X")
    proof.symmetric = frozenset({metric, restricted})
    proof.given("constant", "$W$ does not depend on $z$, nor do $B$, $X$ and its inverse $V$")
    proof.let(
        "induced metric", "$B^T g B = P$ on the image of $W$, with a basis $B$ of it; $W = B X$"
    )
    w = lambda i, a: total(lambda p: basis[i, p] * root[p, a], d)  # noqa: E731
    inner = lambda p, q: _form(lambda i: basis[i, p], lambda i: basis[i, q])  # noqa: E731
    between = lambda entry: total(  # noqa: E731
        lambda p, q: root[p, a] * entry(p, q) * root[q, b], d, d
    )
    proof.follows(
        "The effective Hessian is that of a square head $X$ behind $L$ on that subspace",
        _form(lambda i: w(i, a), lambda i: w(i, b)),
        between(lambda p, q: restricted[p, q]),
        using={"induced metric": between(lambda p, q: inner(p, q) - restricted[p, q])},
    )
    proof.let("injective", r"$X^T P X = c I$ with $c > 0$: $X$ has an inverse $V$, $XV = I$")
    proof.cite("invertible-factor")
    _solved(proof, root, restricted, d, "injective")
    _contradiction(
        proof, "induced", "some component of the curvature of $P$ is not $0$ somewhere", d
    )


def narrow(proof: Proof) -> None:
    """k < d: H_eff has a kernel."""
    proof.symmetric = frozenset({metric})
    proof.given("narrow", "$k < d$: some $v \\neq 0$ has $Wv = 0$")
    proof.cite("rank-nullity")
    wv = _image(v)
    along = lambda r: total(lambda b: _pulled(r, b) * v[b], d)  # noqa: E731
    proof.follows(
        r"$H_{\mathrm{eff}} v = W^T g W v = 0$",
        along(a),
        sp.S.Zero,
        using={"narrow": _form(lambda i: weight[i, a], wv)},
    )

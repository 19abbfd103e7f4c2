"""The derivations of 3.3, in symbolic dimensions d and k."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from theorems.prop33.derivation_metric import W, d, g, k, m, p, q
from verify.claims.bounds import at_most, slack
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total
from verify.symbolic.matrices import Matrix, identity, matrix, vector

B, X, V = matrix("B", k, d), matrix("X", d, d), sp.IndexedBase("V")
P = matrix("P", d, d, symmetric=True)
v = vector("v", d)
factor = sp.IndexedBase("c")
c = factor[0]


def _positive(proof: Proof, text: str, positive: bool) -> None:
    """c n > 0 for the size n > 0 of a vector that is not 0."""
    value, size = sp.symbols("c_0 n", positive=positive or None)
    proof.fact(text, sp.Gt(value * size, 0, evaluate=False))
    proof.cite("constant-hessian")


def necessary(proof: Proof) -> None:
    """Necessity: L restricted to V = b + W(R^d) is a PD quadratic polynomial and dim V = d."""
    proof.let(
        "isotropic",
        r"$W^T g(Wz + b) W = c_0 I$ for all $z$, with $c_0 = c(z)$, and $b = 0$ for a linear head",
        W.T @ g @ W - c * identity(d),
    )
    proof.follows(
        "The second derivative of $L$ along $Wv$, at every point of $V = b + W(\\mathbb{R}^d)$",
        (W @ v).T @ g @ (W @ v),
        c * (v.T @ v),
        using={"isotropic": v.T @ (W.T @ g @ W - c * identity(d)) @ v},
    )
    rules: dict[sp.IndexedBase, Rule] = {sp.IndexedBase("v"): constant}
    if proof.let("constant factor", "$c_0$ does not depend on $z$"):
        rules[factor] = constant
    proof.rate("It does not change along any line", c * (v.T @ v).scalar, rules, sp.S.Zero)
    _positive(
        proof,
        "At $v \\neq 0$, $n = |v|^2 > 0$, it is positive: $Wv \\neq 0$, and $\\dim V = d$",
        proof.let("positive", "$c_0 > 0$"),
    )


def sufficient(proof: Proof) -> None:
    """Sufficiency: W = B X with X^T P X = c I, P the constant Hessian of L on V."""
    proof.let(
        "quadratic",
        r"$B^T g B = P$ at every point of $V$, $B$ a basis of its directions",
        B.T @ g @ B - P,
    )
    proof.let(
        "root",
        r"$X^T P X = c_0 I$, with $X = \sqrt{c_0} P^{-1/2}$, for any $c_0 > 0$",
        X.T @ P @ X - c * identity(d),
    )
    proof.follows(
        "For $h(z) = W z + b$ with $W = B X$ and any $b$ in $V$, whose image is $V$, at every $z$",
        (B @ X).T @ g @ (B @ X),
        c * identity(d),
        using={"quadratic": X.T @ (B.T @ g @ B - P) @ X, "root": X.T @ P @ X - c * identity(d)},
    )
    proof.cite("square-root")


def _constant_factor(proof: Proof) -> None:
    """c(z + t e_m) = c(z) for a Hessian that is c(z) I, from first and second derivatives alone.

    f_a is the a-th derivative of L(Wz) at the corners z, z + s e_a, z + t e_m and z + s e_a + t e_m
    of a rectangle, I_a the integral of f_am along its sides in the direction of e_m.
    """
    n = sp.Symbol("n", integer=True)
    proof.over(d, m)
    proof.every(d, n)
    f, sides, means = (
        {name: vector(f"{letter}_{{{name}}}", d) for name in ("0", "s", "t", "st")}
        for letter in ("f", "I", "C")
    )
    increments = f["st"] - f["s"] - (f["t"] - f["0"])
    integrals = sides["s"] - sides["0"]
    proof.given(
        "plane: C^2",
        "$L$ is $C^2$: the derivative $f_a$ of $L(Wz)$ by $z_a$ is looked at in the corners $z$, $z + s e_a$, $z + t e_m$ and $z + s e_a + t e_m$ of a rectangle, with the indices $0$, $s$, $t$ and $st$; along the sides in the direction of $e_m$ its increments are the integrals $I_a$ of $f_{am}$",
        increments - integrals,
    )
    across = (means["s"] - means["0"]).entry(n, sp.S.One)
    proof.let(
        "varying",
        r"$W^T g(Wz) W = c(z) I$: $I_a = C_a \delta_{am}$, $C_a$ the integral of $c$",
        integrals.entry(n, sp.S.One) - sp.KroneckerDelta(n, m) * across,
        by="contrary",
    )

    def others(summand: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
        """The sum over a other than m."""
        return total(summand, d) - summand(m)

    proof.follows(
        r"The increment of $f_a$ over the rectangle vanishes for $a \neq m$",
        others(lambda a: increments.entry(a, sp.S.One)),
        sp.S.Zero,
        using={
            "plane: C^2": others(lambda a: (increments - integrals).entry(a, sp.S.One)),
            "varying": others(
                lambda a: (
                    integrals.entry(a, sp.S.One)
                    - sp.KroneckerDelta(a, m) * (means["s"] - means["0"]).entry(a, sp.S.One)
                )
            ),
        },
    )
    step = factor[1] - c
    proof.equal(
        r"Divided by $s \to 0$ it is $f_{aa}(z + t e_m) - f_{aa}(z) = c_1 - c_0$ with $c_0 = c(z)$, $c_1 = c(z + t e_m)$, so this sum vanishes",
        others(lambda a: step),
        (d - 1) * step,
    )
    excess = sp.Symbol(
        "x", positive=proof.given("plane: d", r"$d \geq 2$: $x = d - 1 > 0$") or None
    )
    proof.fact(
        "whose factor $x = d - 1$ is not $0$: $c_1 = c_0$, for every $m$ and $t$ in a box",
        sp.Ne(excess, 0, evaluate=False),
    )
    proof.cite("fundamental-theorem", "locally-constant")


def constant_factor(proof: Proof) -> None:
    """A factor c(z) is constant if d >= 2, and L a quadratic polynomial on the image."""
    _constant_factor(proof)
    proof.cite("constant-hessian")


def _solved(proof: Proof, w: Matrix, metric: Matrix, invertible: str) -> Matrix:
    """w^T metric w = c I with wV = I, all constant but the metric: it is c V^T V, and constant."""
    size = metric.rows
    proof.over(size, p, q)
    proof.let(
        "isotropic",
        f"${w.latex}^T {metric.latex} {w.latex} = c_0 I$, $c_0$ constant",
        w.T @ metric @ w - c * identity(d),
        by="contrary",
    )
    inverse = matrix("V", d, size)
    error = w @ inverse - identity(size)
    solved = c * (inverse.T @ inverse)
    proof.follows(
        f"Solved for the metric: ${metric.latex} = c_0 V^T V$",
        metric,
        solved,
        using={
            invertible: -(error.T @ metric @ error + error.T @ metric + metric @ error),
            "isotropic": inverse.T @ (w.T @ metric @ w - c * identity(d)) @ inverse,
        },
    )
    rules: dict[sp.IndexedBase, Rule] = {factor: constant}
    if "constant" not in proof.withdrawn:
        rules[V] = constant
    proof.rate(
        "It has no derivative, on the whole image of the head", solved.entry(p, q), rules, sp.S.Zero
    )
    return inverse


def _constant_metric(proof: Proof) -> Matrix:
    """k = d and W^T g W = c I with constant c: g = c V^T V is constant."""
    proof.given("constant", "$W$ and its inverse $V$ do not depend on $z$")
    proof.given(
        "square",
        "$k = d$: as $W^T g W = c_0 I$ with $c_0 > 0$ is invertible, $W$ has an inverse $V$, $WV = I$",
        W @ matrix("V", d, k) - identity(k),
    )
    proof.cite("invertible-factor")
    return _solved(proof, W, g, "square")


def _contradiction(proof: Proof, curved: str, text: str) -> None:
    """A metric without derivatives is flat by the cubic form, against a hypothesis."""
    component = sp.Symbol("R", nonzero=proof.given(curved, text) or None)
    proof.fact(
        "By the cubic form, in which every term holds two derivatives of the metric, $R = 0$; assumed: it is not, a contradiction",
        sp.Ne(component, 0, evaluate=False),
    )


def quadratic(proof: Proof) -> None:
    """For k = d the loss itself is a PD quadratic polynomial, whatever its curvature."""
    inverse, x = _constant_metric(proof), vector("x", k)
    proof.equal(
        "Its form at $x$",
        x.T @ (c * (inverse.T @ inverse)) @ x,
        c * ((inverse @ x).T @ (inverse @ x)),
    )
    _positive(
        proof,
        "is positive for $x \\neq 0$, with $n = |Vx|^2$: $L$ is a PD quadratic polynomial",
        proof.let("positive", "$c_0 > 0$, and $Vx \\neq 0$ for $x \\neq 0$, as $WV = I$"),
    )


def square(proof: Proof) -> None:
    """The barrier for k = d and a constant factor."""
    _constant_metric(proof)
    _contradiction(proof, "curved", "some component of $R$ is not $0$ somewhere")


def square_varying(proof: Proof) -> None:
    """The barrier for k = d >= 2 and a varying factor, which is constant."""
    _constant_factor(proof)
    square(proof)


def general(proof: Proof) -> None:
    """For k >= d the metric that g induces on the image of W is constant, and so flat."""
    _constant_factor(proof)
    proof.given("constant", "$W$ does not depend on $z$, nor do $B$, $X$ and its inverse $V$")
    proof.let(
        "induced metric",
        "$B^T g B = P$ on the image of $W$, with a basis $B$ of it; $W = B X$",
        B.T @ g @ B - P,
        by="definition",
    )
    proof.follows(
        "The effective Hessian is that of a square head $X$ behind $L$ on that subspace",
        (B @ X).T @ g @ (B @ X),
        X.T @ P @ X,
        using={"induced metric": X.T @ (B.T @ g @ B - P) @ X},
    )
    proof.let(
        "injective",
        r"$X^T P X = c_0 I$ with $c_0 > 0$: $X$ has an inverse $V$, $XV = I$",
        X @ matrix("V", d, d) - identity(d),
        by="invertible-factor",
    )
    proof.cite("invertible-factor")
    _solved(proof, X, P, "injective")
    _contradiction(proof, "induced", "some component of the curvature of $P$ is not $0$ somewhere")


def almost_every(proof: Proof) -> None:
    """Behind an isotropic head D^3 L(0) vanishes on V; such cubic forms are the image of fewer numbers than a form has."""
    necessary(proof)
    i, forms = sp.Symbol("i", integer=True, positive=True), sp.Symbol("N", positive=True)
    monomials = d * (d + 1) * (d + 2) / 6
    proof.equal(
        r"So $D^3 L(0)[Wv, Wv, Wv] = 0$ for every $v$: that form vanishes on $V$. There a form has a coefficient for each $y_a y_b y_c$, $a \leq b \leq c$, summed over $a$: $\binom{d + 2}{3}$",
        sp.expand(sp.summation((d - i + 1) * (d - i + 2) / 2, (i, 1, d))),
        monomials,
    )
    onto = proof.let(
        "onto",
        r"up to an order of the coordinates $V = \{(y, A y)\}$ with a $(k - d) \times d$ matrix $A$, and every cubic form $S$ in $y$ is that of $S(u_1, .., u_d)$ on $V$: to vanish there is as many independent conditions on a form, which depend smoothly on $A$; $N$ is the dimension of the cubic forms on $\mathbb{R}^k$",
    )
    excess = slack(
        "s",
        proof.let("count", r"$\binom{d + 2}{3} = d (k - d) + s$ with $s > 0$") and onto,
        strict=True,
    )
    at_most(
        proof,
        "$A$ and a form that vanishes on $V$ are fewer numbers than a form on $\\mathbb{R}^k$ has",
        d * (k - d) + forms - (d * (k - d) + excess),
        forms,
        strict=True,
    )
    proof.cite("small-image")


def narrow(proof: Proof) -> None:
    """k < d: H_eff has a kernel."""
    proof.given("narrow", "$k < d$: some $v \\neq 0$ has $Wv = 0$", W @ v)
    proof.cite("rank-nullity")
    proof.follows(
        r"So $H_{\mathrm{eff}} v = 0$",
        W.T @ g @ W @ v,
        0 * v,
        using={"narrow": W.T @ g @ (W @ v)},
    )

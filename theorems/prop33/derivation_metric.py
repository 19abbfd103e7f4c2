"""The derivations of 3.3 about the metric: its curvature, and how little it changes on small balls.

In symbolic dimensions d and k; the letters of `derivation` are here.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from theorems.prop33.bounds import RATE
from verify.claims.bounds import at_most, slack
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total
from verify.symbolic.matrices import identity, matrix, vector

Christoffel = Callable[[sp.Expr, sp.Expr, sp.Expr], sp.Expr]

d, k = sp.symbols("d k", integer=True, positive=True)
i, j, e, m, p, q = sp.symbols("i j e m p q", integer=True)

g, W = matrix("g", k, k, symmetric=True), matrix("W", k, d)
dual, third, fourth = (sp.IndexedBase(name) for name in ("g^{*}", "T", "F"))
"""The inverse metric; derivatives of the metric, T_ije = d g_ij / d u_e and F_ijem = d T_ije / d u_m."""


def _paired(first: Christoffel) -> sp.Expr:
    """g^pq (Gamma_imp Gamma_jeq - Gamma_iep Gamma_jmq), with (k, l) of the convention written (e, m)."""
    return total(
        lambda p, q: (
            dual[p, q] * (first(i, m, p) * first(j, e, q) - first(i, e, p) * first(j, m, q))
        ),
        k,
        k,
    )


def cubic_form(proof: Proof) -> None:
    """The curvature of a Hessian metric from Christoffel symbols, for any k."""
    hessian = proof.let(
        "hessian",
        r"$g = \nabla^2 L$ with $L \in C^4$: its derivatives $T_{ije} = \partial_e g_{ij}$ and $F_{ijem} = \partial_m T_{ije}$ are symmetric in all indices; $g^*$ is the inverse of $g$",
    )
    proof.symmetry(dual)
    if hessian:
        proof.symmetry(third, fourth)

    def christoffel(a: sp.Expr, b: sp.Expr, c: sp.Expr) -> sp.Expr:
        return (third[b, c, a] + third[a, c, b] - third[a, b, c]) / 2

    proof.equal("Christoffel symbols of the first kind", christoffel(i, j, e), third[i, j, e] / 2)
    second = (fourth[i, m, j, e] + fourth[j, e, i, m] - fourth[i, e, j, m] - fourth[j, m, i, e]) / 2
    proof.equal("The fourth derivatives of $L$ cancel", second, sp.S.Zero)
    proof.equal(
        "What is left of the Riemann tensor",
        second + _paired(christoffel),
        total(
            lambda p, q: (
                dual[p, q] * (third[i, m, p] * third[j, e, q] - third[i, e, p] * third[j, m, q])
            ),
            k,
            k,
        )
        / 4,
    )
    proof.cite("riemann-tensor")


def not_robust(proof: Proof) -> None:
    """H_eff / c = W_0^T g(sqrt(c) W_0 z) W_0 tends to I."""
    centre, start = matrix("g_0", k, k, symmetric=True), matrix("W_0", k, d)
    s = sp.Symbol("s", positive=True)
    proof.cite("positive-frame")
    proof.let(
        "whitened",
        r"$W_0^T g_0 W_0 = I$ with $g_0 = \nabla^2 L(0)$",
        start.T @ centre @ start - identity(d),
        by="positive-frame",
    )
    proof.follows(
        r"With $W = s W_0$, $s = \sqrt{c}$, $H_{\mathrm{eff}}$ is $c I$ up to the change of $g$ from $0$ to $s W_0 z$, which vanishes with $s$, uniformly on compact sets",
        (s * start).T @ g @ (s * start),
        s**2 * (identity(d) + start.T @ (g - centre) @ start),
        using={"whitened": s**2 * (start.T @ centre @ start - identity(d))},
    )
    proof.cite("uniform-continuity", "weyl")


def bounded_change(proof: Proof) -> None:
    """The condition number grows by exp(osc w) at most behind a log-partition loss.

    p_i are the probabilities of k categories, v_i and w_i what two vectors are worth there. Along u +
    tw, p_i changes by p_i (w_i - E w), and the form of g at v is the variance of v.
    """
    p, v, w = (sp.IndexedBase(name) for name in ("p", "v", "w"))

    def mean(f: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
        return total(lambda i: p[i] * f(i), k)

    mean_v, mean_w = mean(lambda i: v[i]), mean(lambda i: w[i])
    rules: dict[sp.IndexedBase, Rule] = {v: constant, w: constant}
    if proof.let(
        "exponential",
        r"Along $u + tw$ the probability $p_i$ of category $i$, at which $v$ and $w$ are worth $v_i$ and $w_i$, changes by $\dot p_i = p_i (w_i - E w)$, with the mean $E w$",
    ):
        rules[p] = lambda i: p[i] * (w[i] - mean_w)
    drift = mean(lambda i: w[i] - mean_w)
    cumulant = mean(lambda i: (w[i] - mean_w) * (v[i] - mean_v) ** 2)
    proof.rate(
        "The variance of $v$ changes by",
        mean(lambda i: v[i] ** 2) - mean_v**2,
        rules,
        cumulant - mean_v**2 * drift,
    )
    proof.let("normalised", "the probabilities sum to 1", mean(lambda i: sp.S.One) - 1)
    proof.follows(
        "The last sum vanishes",
        drift,
        sp.S.Zero,
        using={"normalised": -mean_w * (mean(lambda i: sp.S.One) - 1)},
    )
    above = slack(
        "a",
        proof.let(
            "largest", r"$w_i - E w = b - a$ with $a \geq 0$, for each $i$: $b$ is the largest"
        ),
    )
    below = slack(
        "c",
        proof.let(
            "least", r"$w_i - E w = b - o + c$ with $c \geq 0$, for each $i$: $o$ is the range"
        ),
    )
    top, width = sp.symbols("b o", real=True)
    at_most(
        proof,
        "So the logarithm of a variance changes by a mean of the $w_i - E w$, and those of two by amounts that differ by at most their range $o$",
        (top - above) - (top - width + below),
        width,
        equal_at={above: 0, below: 0},
    )
    proof.cite("rayleigh", "gronwall")
    first, second = sp.symbols("w_1 w_2", real=True)
    gaps = sp.Matrix([first, second, first - second])
    proof.equal(
        r"For $L = \log(1 + e^{u_1} + e^{u_2})$ the $w_i$ are $0$, $w_1$, $w_2$: the squares of their gaps fall short of $2 |w|^2$ by sums of squares, the last of which vanishes at $w_2 = -w_1$",
        gaps.applyfunc(lambda gap: RATE**2 * (first**2 + second**2) - gap**2),
        sp.Matrix([first**2 + 2 * second**2, 2 * first**2 + second**2, (first + second) ** 2]),
    )


def scale_invariant(proof: Proof) -> None:
    """A scale-invariant loss has no metric: u^T g u = 0 for every u."""
    loss, rho, base = (sp.IndexedBase(name) for name in ("ell", "rho", "u"))
    u = vector("u", k)
    form = (u.T @ g @ u).scalar
    rules: dict[sp.IndexedBase, Rule] = {base: constant}
    if proof.let(
        "C^2", r"$L$ is $C^2$ at $u \neq 0$: the chain rule for $L$ and its gradient $\rho$"
    ):
        rules[loss] = lambda _: total(lambda i: rho[i] * base[i], k)
        rules[rho] = lambda i: (g @ u).entry(i, sp.S.One)
    proof.rate(r"Along the ray $u + tu$, $\ell_0(t) = L(u + tu)$", loss[0], rules, form, order=2)
    proof.let(
        "invariant", r"$L(u + tu) = L(u)$ for $t > -1$: $\ell$ has no second derivative", form
    )
    proof.follows(
        "Assumed: this is $0$. So $g$ is not positive at $u \\neq 0$",
        form,
        sp.S.Zero,
        {"invariant": form},
    )

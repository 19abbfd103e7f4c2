"""The derivations of 3.3 about the metric: its curvature, and how little it changes on small balls.

In symbolic dimensions d and k; the letters of `derivation` are here.
"""

from __future__ import annotations

import sympy as sp

from verify.claims.bounds import at_most, slack
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total

d, k = sp.symbols("d k", integer=True, positive=True)
i, j, e, m, a, b, p, q = sp.symbols("i j e m a b p q", integer=True)

metric, dual, weight = (sp.IndexedBase(name) for name in ("g", "g^{*}", "W"))
third, fourth = sp.IndexedBase("T"), sp.IndexedBase("F")
"""Derivatives of the metric: T_ije = d g_ij / d u_e and F_ijem = d T_ije / d u_m."""


def delta(x: sp.Expr, y: sp.Expr) -> sp.Expr:
    """I_xy."""
    return sp.KroneckerDelta(x, y)


def cubic(size: sp.Expr) -> sp.Expr:
    """R_ijem = (1/4) g^pq (T_imp T_jeq - T_iep T_jmq), with (k, l) of the convention written (e, m)."""
    return (
        total(
            lambda p, q: (
                dual[p, q] * (third[i, m, p] * third[j, e, q] - third[i, e, p] * third[j, m, q])
            ),
            size,
            size,
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
    proof.equal("What is left of the Riemann tensor", second + quadratic, cubic(k))
    proof.cite("riemann-tensor")


def not_robust(proof: Proof) -> None:
    """(v): H_eff / c = W_0^T g(sqrt(c) W_0 z) W_0 tends to I."""
    proof.symmetric = frozenset({metric, sp.IndexedBase("g_0")})
    centre, scale = sp.IndexedBase("g_0"), sp.Symbol("s", positive=True)
    proof.cite("positive-frame")
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
        scale**2 * delta(a, b) + scale**2 * change,
        using={"whitened": scale**2 * (at_zero(a, b) - delta(a, b))},
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
    proof.cite("uniform-continuity", "weyl")


def bounded_change(proof: Proof) -> None:
    """(v) with a constant: kappa(H_eff) grows by exp(osc w) at most behind a log-partition loss.

    p_i are the probabilities of k categories, v_i and w_i what two vectors are worth there. Along u +
    tw, p_i changes by p_i (w_i - E w), and the form of g at v is the variance of v.
    """
    p, v, w = (sp.IndexedBase(name) for name in ("p", "v", "w"))
    mean = lambda f: total(lambda i: p[i] * f(i), k)  # noqa: E731
    mean_v, mean_w = mean(lambda i: v[i]), mean(lambda i: w[i])
    rules: dict[sp.IndexedBase, Rule] = {v: constant, w: constant}
    if proof.let("exponential", r"$\dot p_i = p_i (w_i - E w)$"):
        rules[p] = lambda i: p[i] * (w[i] - mean_w)
    drift = mean(lambda i: w[i] - mean_w)
    cumulant = mean(lambda i: (w[i] - mean_w) * (v[i] - mean_v) ** 2)
    proof.rate(
        "The variance of $v$ changes by",
        mean(lambda i: v[i] ** 2) - mean_v**2,
        rules,
        cumulant - mean_v**2 * drift,
    )
    proof.let("normalised", "the probabilities sum to 1")
    proof.follows(
        "The last sum vanishes",
        drift,
        sp.S.Zero,
        using={"normalised": -mean_w * (mean(lambda i: sp.S.One) - 1)},
    )
    above = slack("a", proof.let("largest", r"$w_i - E w = b - a$ with $a \geq 0$, for each $i$"))
    below = slack("c", proof.let("least", r"$w_i - E w = b - o + c$ with $c \geq 0$, for each $i$"))
    top, width = sp.symbols("b o", real=True)
    at_most(
        proof,
        r"So the logarithm of a variance changes by a mean of the $w_i - E w$, and those of two by "
        r"amounts that differ by at most their range $o$",
        (top - above) - (top - width + below),
        width,
    )
    proof.cite("rayleigh", "gronwall")
    first, second = sp.symbols("w_1 w_2", real=True)
    gaps = sp.Matrix([first, second, first - second])
    proof.equal(
        r"For $L = \log(1 + e^{u_1} + e^{u_2})$ the $w_i$ are $0$, $w_1$, $w_2$: their gaps are at most "
        r"$\sqrt{2} \, |w|$, as their squares fall short of $2 |w|^2$ by sums of squares",
        gaps.applyfunc(lambda gap: 2 * (first**2 + second**2) - gap**2),
        sp.Matrix([first**2 + 2 * second**2, 2 * first**2 + second**2, (first + second) ** 2]),
    )


def scale_invariant(proof: Proof) -> None:
    """A scale-invariant loss has no metric: u^T g u = 0 for every u."""
    proof.symmetric = frozenset({metric})
    loss, rho, u = (sp.IndexedBase(name) for name in ("ell", "rho", "u"))
    form = total(lambda i, j: u[i] * metric[i, j] * u[j], k, k)
    rules: dict[sp.IndexedBase, Rule] = {u: constant}
    if proof.let("C^2", r"$L$ is $C^2$ at $u \neq 0$: the chain rule for $L$ and its gradient"):
        rules[loss] = lambda _: total(lambda i: rho[i] * u[i], k)
        rules[rho] = lambda i: total(lambda j: metric[i, j] * u[j], k)
    proof.rate(r"Along the ray $u + tu$, $\ell(t) = L(u + tu)$", loss[0], rules, form, order=2)
    proof.let("invariant", r"$L(u + tu) = L(u)$ for $t > -1$: $\ell$ has no second derivative")
    proof.follows("So $g$ is not positive at $u \\neq 0$", form, sp.S.Zero, {"invariant": form})

"""The derivations of 5.3 for statistical models: moving laws, Gaussian latents, and finite models."""

from __future__ import annotations

import sympy as sp

from theorems.thm53.derivation import (
    applied,
    entries,
    form,
    head,
    i,
    info,
    k,
    n,
    q,
    transversal_bound,
    v,
    x,
    y,
)
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, total


def moving_law(proof: Proof) -> None:
    """I_h v = 0 if, as theta moves along v, the law moves along orbits on which h is constant."""
    d = sp.Symbol("d", integer=True, positive=True)
    psi, slope, jacobian, xi, direction = (
        sp.IndexedBase(s) for s in ("psi", "g", "J", r"\xi", "v")
    )
    along = total(lambda r, c: slope[r] * jacobian[r, c] * xi[c], k, d)
    rules: dict[sp.IndexedBase, Rule] = {}
    if proof.let(
        "chain", r"$g = \nabla \psi$, $J = J_h$, and $\xi$ is the velocity of $T_t z$ at 0"
    ):
        rules[psi] = lambda _: along
    proof.rate(
        r"A smooth bounded $\psi$ of $h$, $\psi_0 = \psi(h(T_t z))$, at $t = 0$",
        psi[0],
        rules,
        along,
    )
    proof.given("invariant", r"$h(T_t z) = h(z)$ for all $t$ and $z$: $J \xi = 0$")
    proof.follows("vanishes at every $z$", along, sp.S.Zero, using={"invariant": along})
    rate, product, square = sp.symbols(r"r_\psi c_\psi e", real=True)
    proof.given(
        "moves",
        r"as $\theta$ moves along $v$, $E \psi(h(z))$ changes at the rate $r_\psi$ that is the "
        "expectation of this: 0",
    )
    proof.given(
        "fisher: score",
        r"with the score $s$ of $h(z)$ along $v$: $r_\psi = c_\psi = E \psi(h) s$, $v^T I_h v = e = E s^2$",
    )
    proof.follows(
        r"So $s$ is orthogonal to every $\psi(h)$",
        product,
        sp.S.Zero,
        using={"moves": rate, "fisher: score": product - rate},
    )
    proof.let(
        "dense", r"some $\psi(h)$ tend to $s$, a function of $h$, in square mean: $e = \lim c_\psi$"
    )
    proof.cite("smooth-dense", "cauchy-schwarz")
    variance = form(head, entries(direction), entries(direction))
    proof.follows(
        "and to itself",
        variance,
        sp.S.Zero,
        using={"fisher: score": variance - square, "dense": square},
    )
    proof.cite("semidefinite-null-vector")


def moving_bound(proof: Proof) -> None:
    """The published bound where the law moves along the orbits, and ker I and V meet in 0 only."""
    moving_law(proof)
    transversal_bound(proof, derived=True)


def gaussian(proof: Proof) -> None:
    """I_h = I_z/V for z ~ N(theta, Sigma), h = Pz: the least of the forms is attained at A's own.

    Here P is the head's matrix p, S = (p Sigma p^T)^{-1}, f = S p x and g = p^T f.
    """
    p, sigma, f, g = (sp.IndexedBase(name) for name in ("p", "Sigma", "f", "g"))
    proof.symmetric = frozenset({sigma, info})
    proof.cite("fisher-gaussian")
    px = applied(p, entries(x), n)
    proof.let("kernel", "$p V = 0$")
    vanishing = total(lambda c: total(lambda a: p[i, a] * v[a, c], n) * y[c], q)
    proof.follows(
        "$I_h V = 0$, since $p V = 0$",
        total(lambda a: p[i, a] * total(lambda c: v[a, c] * y[c], q), n),
        sp.S.Zero,
        using={"kernel": vanishing},
    )
    proof.let("pullback", "$g = p^T f$ with $f = S p x$")
    proof.let("inverse", r"$S$ inverts $p \Sigma p^T$: $p \Sigma g = p \Sigma p^T S p x = p x$")
    reach = applied(sigma, entries(g), n)
    proof.follows(
        r"$x - \Sigma g$ lies in $\ker p = V$, so it is $V y$ for some $y$",
        px(i) - total(lambda a: p[i, a] * reach(a), n),
        sp.S.Zero,
        using={"inverse": px(i) - total(lambda a: p[i, a] * reach(a), n)},
    )
    proof.let("information", r"$I = \Sigma^{-1}$")
    through = form(sigma, entries(g), entries(g))
    proof.follows(
        r"The form of $I$ at $x - Vy = \Sigma g$",
        form(info, reach, reach),
        through,
        using={"information": form(info, reach, reach) - through},
    )
    proof.follows(
        r"is that of $I_h = p^T S p$ at $x$, which is $f^T p x$: $I/V \preceq I_h$, as $I/V$ lies below "
        "$I$ and does not see $V y$, and $I_h$ lies below $I/V$",
        through,
        total(lambda c: f[c] * px(c), k),
        using={
            "pullback": total(lambda a: (g[a] - total(lambda c: p[c, a] * f[c], k)) * reach(a), n),
            "inverse": total(lambda c: f[c] * (total(lambda a: p[c, a] * reach(a), n) - px(c)), k),
        },
    )
    proof.cite("fisher-processing")


def merging(proof: Proof) -> None:
    """Merging two outcomes loses information: the identity for one direction of the parameter.

    Every function of a finite outcome is a composition of mergings of two outcomes, and a form is
    decided direction by direction, so the two-outcome identity proves every finite model.
    """
    positive = proof.let("positive", "the outcomes have probabilities $p, q > 0$")
    p, q_ = (sp.Symbol(name, positive=positive or None) for name in ("p", "q"))
    a, b = sp.symbols("a b", real=True)
    if proof.let("merged", "the merged outcome has probability $p + q$ and derivative $a + b$"):
        merged = (a + b) ** 2 / (p + q_)
    else:
        merged = sp.Symbol("m", real=True)
    loss = (a * q_ - b * p) ** 2 / (p * q_ * (p + q_))
    proof.equal(
        "The information of two outcomes less that of the merged one",
        a**2 / p + b**2 / q_ - merged,
        loss,
    )
    proof.fact("is not negative", sp.Ge(loss, 0, evaluate=False), bool(loss.is_nonnegative))
    proof.equal(
        "It vanishes if and only if the two scores agree, as its numerator is the square of",
        a * q_ - b * p,
        p * q_ * (a / p - b / q_),
    )
    proof.cite("merging")

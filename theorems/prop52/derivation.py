"""The derivations of 5.2, along a curve gamma(t) in the orbit with velocity v and acceleration a."""

from __future__ import annotations

import sympy as sp

from verify.claims.bounds import slack
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total
from verify.symbolic.matrices import Matrix, contract, forms, identity, matrix, vector

d, k = sp.symbols("d k", integer=True, positive=True)
i, j = sp.symbols("i j", integer=True)
"""Free indices."""

ONLY = sp.S.One
"""The only column of a vector."""

J, K = matrix("J", k, d), forms("K", k, d)
v, a, rho = vector("v", d), vector("a", d), vector(r"\rho", k)
h = sp.IndexedBase("h")


def _velocity(proof: Proof) -> dict[sp.IndexedBase, Rule]:
    """The chain rule along the curve; prints h' = J v and returns the rules."""
    proof.over(k, i)
    rules: dict[sp.IndexedBase, Rule] = {
        sp.IndexedBase("v"): lambda r: a.entry(r, ONLY),
        sp.IndexedBase("J"): lambda r, s: total(lambda c: K.entry(r, s, c) * v.entry(c, ONLY), d),
        sp.IndexedBase(r"\rho"): constant,
    }
    if proof.given("smooth", "$h$ is twice differentiable: the chain rule, twice"):
        rules[h] = lambda r: (J @ v).entry(r, ONLY)
    proof.rate("The head along the curve", h[i], rules, (J @ v).entry(i, ONLY))
    return rules


def metric(proof: Proof) -> None:
    """J v = 0, and with it J^T B J v for every B."""
    _velocity(proof)
    proof.given(
        "invariant",
        r"$h(\gamma(t))$ is constant, for every curve $\gamma$ in the orbit: $J v = 0$",
        J @ v,
    )
    B = matrix("B", k, k)
    proof.follows(
        "Assumed, as $h$ is constant: its derivative along the orbit vanishes",
        J @ v,
        0 * (J @ v),
        using={"invariant": J @ v},
    )
    proof.follows(
        "So $v$ lies in the kernel of $J^T B J$ for every matrix $B$",
        J.T @ B @ J @ v,
        0 * v,
        using={"invariant": J.T @ B @ (J @ v)},
    )


def rank(proof: Proof) -> None:
    """Rank J <= d - dim V, and rank J^T B J likewise."""
    metric(proof)
    found, kernel, dimension = (
        sp.Symbol(name, integer=True, nonnegative=True)
        for name in (r"\operatorname{rank} J", "k_J", r"\dim V")
    )
    g = slack("g", "contained" not in proof.withdrawn)
    proof.let(
        "contained",
        r"$V$ lies in the kernel of $J$ (of $J^T B J$): $k_J = \dim \ker J$ is $\dim V + g$ with $g \geq 0$",
        dimension + g - kernel,
        by="subspace-dimension",
    )
    proof.let(
        "nullity",
        r"$\operatorname{rank} J + k_J = d$, and so for $J^T B J$",
        found + kernel - d,
        by="rank-nullity",
    )
    proof.follows(
        "By rank and nullity",
        found,
        d - dimension - g,
        using={"contained": dimension + g - kernel, "nullity": found + kernel - d},
    )
    proof.fact("So", sp.Le(found, d - dimension, evaluate=False), at={found: d - dimension - g})
    proof.cite("rank-nullity", "subspace-dimension")


def _curvature(proof: Proof, critical: bool = False) -> None:
    """v^T H_eff v = -rho^T J a, which vanishes at a critical point."""
    rules = _velocity(proof)
    H, M = matrix("H", k, k, symmetric=True), contract(rho, K)
    turned = v.T @ M @ v + rho.T @ J @ a
    proof.rate(
        r"Twice, at frozen $\rho$: the form of $M$ and the curve's acceleration",
        total(lambda r: rho.entry(r, ONLY) * h[r], k),
        rules,
        turned.scalar,
        order=2,
    )
    proof.given("invariant", r"$h(\gamma(t))$ is constant: its derivative $J v$ vanishes", J @ v)
    proof.given("invariant: twice", "and so does the second one, just computed", turned)
    proof.follows(
        "So $v^T M v$ is",
        v.T @ M @ v,
        -(rho.T @ J @ a),
        using={"invariant: twice": turned},
    )
    effective = v.T @ (J.T @ H @ J + M) @ v
    vanishing = {"invariant": (J @ v).T @ H @ (J @ v), "invariant: twice": turned}
    proof.follows(
        r"and as much is $v^T H_{\mathrm{eff}} v$, with $H_{\mathrm{eff}} = G + M$ and $M = \rho \cdot K$, $K = D^2 h$",
        effective,
        -(rho.T @ J @ a),
        using=vanishing,
    )
    if critical:
        proof.given("critical", r"$J^T \rho = 0$", J.T @ rho)
        proof.follows(
            "At a critical point nothing is left",
            effective,
            0 * effective,
            using={**vanishing, "critical": -((J.T @ rho).T @ a)},
        )


def curvature(proof: Proof) -> None:
    """v^T H_eff v = v^T M v = -rho^T J gamma''."""
    _curvature(proof)


def critical_form(proof: Proof) -> None:
    """At a critical point the form of H_eff vanishes on V."""
    _curvature(proof, critical=True)


def critical_kernel(proof: Proof) -> None:
    """With invariance near a critical z, grad f vanishes along the orbit, and H_eff v = 0."""
    g, start, f = vector("g", d), vector("g^0", d), sp.IndexedBase("f")
    D, E, H = (matrix(name, d, d) for name in ("D", "E", r"H_{\mathrm{eff}}"))
    proof.over(d, j)
    smooth = proof.given(
        "smooth", r"$f = L \circ h$ is $C^2$: the chain rule for $f$ and $g = \nabla f$"
    )
    moved = (D.T @ g).entry(j, ONLY)
    proof.rate(
        r"The derivative of $f(T_\theta z)$ in $z_j$, with $D = D_z T_\theta$ and $g$ taken at $T_\theta z$",
        f[0],
        {f: lambda _: moved} if smooth else {},
        moved,
    )
    proof.given(
        "neighbourhood",
        r"$f \circ T_\theta = f$ near $z$: $D^T g = g^0 = \nabla f(z)$",
        D.T @ g - start,
    )
    proof.given("critical", "$g^0 = 0$", start)
    proof.given(
        "neighbourhood: inverse",
        r"$D$ is near the identity, so it has an inverse $E$: $D E = 1$",
        D @ E - identity(d),
    )
    proof.follows(
        r"So $\nabla f = 0$ along the orbit",
        g,
        0 * g,
        using={
            "neighbourhood: inverse": g - (D @ E).T @ g,
            "neighbourhood": E.T @ (D.T @ g - start),
            "critical": E.T @ start,
        },
    )
    slope = vector("g'", d)
    proof.given(
        "smooth: twice",
        r"the derivative of $g = \nabla f$ along the curve is $g' = H_{\mathrm{eff}} v$",
        slope - H @ v,
    )
    follow: dict[sp.IndexedBase, Rule] = {sp.IndexedBase("g"): lambda r: slope.entry(r, ONLY)}
    proof.rate("which it has there", g.entry(j, ONLY), follow, slope.entry(j, ONLY))
    proof.let(
        "constant",
        "$g$ vanishes along the orbit, as just shown, and so does its derivative",
        slope,
        by="steps",
    )
    using = {"smooth: twice": H @ v - slope, "constant": slope}
    proof.follows("so that", H @ v, 0 * v, using=using)


def converse(proof: Proof) -> None:
    """J v = 0 at every point of the orbit makes h constant on it."""
    rules, e = _velocity(proof), vector("e", k)
    along: Matrix = e.T @ J @ v
    proof.rate(
        "That of $e \\cdot h$, for any vector $e$",
        total(lambda r: e.entry(r, ONLY) * h[r], k),
        {**rules, sp.IndexedBase("e"): constant},
        along.scalar,
    )
    proof.given("everywhere", "$J v = 0$ at every point of the curve", J @ v)
    proof.follows("vanishes at every $t$", along, sp.S.Zero, using={"everywhere": e.T @ (J @ v)})
    proof.cite("zero-derivative")


def group(proof: Proof) -> None:
    """Invariance at every point makes t -> h(T_t z) constant near every t, and so everywhere."""
    later, stepped, here = (vector(name, k) for name in ("p", "q", "r"))
    proof.given(
        "group",
        "with $y = T_t z$, $p = h(T_{t + s} z)$ is $q = h(T_s y)$",
        later - stepped,
    )
    proof.given(
        "invariant-everywhere",
        "at $y$ as well: for $s$ near 0, $q$ is $r = h(y)$",
        stepped - here,
    )
    proof.follows(
        r"So $t \mapsto h(T_t z)$ is constant near every $t$, and its derivative vanishes",
        later,
        here,
        using={"group": later - stepped, "invariant-everywhere": stepped - here},
    )
    proof.cite("zero-derivative")

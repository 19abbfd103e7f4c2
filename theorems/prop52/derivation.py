"""The derivations of 5.2, along a curve gamma(t) in the orbit with velocity v and acceleration a."""

from __future__ import annotations

import sympy as sp

from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total

d, k = sp.symbols("d k", integer=True, positive=True)
i, j, b = sp.symbols("i j b", integer=True)
"""Free indices; summed ones are made by `total`."""

v, a, h, rho, jacobian, second, loss_hessian, form = (
    sp.IndexedBase(name) for name in ("v", "a", "h", "rho", "J", "K", "L", "B")
)
"""Velocity, acceleration, head, grad L, its Jacobian, its second derivatives, hess L, any matrix."""


def _jv(index: sp.Expr) -> sp.Expr:
    return total(lambda c: jacobian[index, c] * v[c], d)


def _velocity(proof: Proof) -> dict[sp.IndexedBase, Rule]:
    """The chain rule along the curve; prints h' = J v and returns the rules."""
    rules: dict[sp.IndexedBase, Rule] = {
        v: lambda r: a[r],
        jacobian: lambda r, s: total(lambda c: second[r, s, c] * v[c], d),
        rho: constant,
    }
    if proof.given("smooth", "$h$ is twice differentiable: the chain rule, twice"):
        rules[h] = _jv
    proof.rate(r"The head along the curve", h[i], rules, _jv(i))
    return rules


def metric(proof: Proof) -> None:
    """J v = 0, and with it J^T B J v for every B."""
    _velocity(proof)
    proof.given("invariant", r"$h(\gamma(t))$ is constant, for every curve $\gamma$ in the orbit")
    proof.follows("So $J v = 0$", _jv(i), sp.S.Zero, using={"invariant": _jv(i)})
    pullback = total(lambda r, s: jacobian[r, j] * form[r, s] * _jv(s), k, k)
    proof.follows(
        "and $v$ lies in the kernel of $J^T B J$ for every matrix $B$",
        pullback,
        sp.S.Zero,
        using={"invariant": pullback},
    )


def rank(proof: Proof) -> None:
    """Rank J <= d - dim V, and rank J^T B J likewise."""
    rank_j, dim_v = sp.symbols("r d_V", integer=True, nonnegative=True)
    metric(proof)
    contained = proof.let(
        "contained",
        r"$V$ lies in the kernel of $J$, and of $J^T B J$: $d - r = d_V + g$ with $g \geq 0$, $r$ the rank of either",
    )
    g = sp.Symbol("g", nonnegative=contained or None)
    proof.follows(
        "The rank less the bound",
        rank_j - (d - dim_v),
        -g,
        using={"contained": -((d - rank_j) - dim_v - g)},
    )
    proof.fact("is not positive", sp.Le(-g, 0, evaluate=False), bool((-g).is_nonpositive))
    proof.cite("rank-nullity", "subspace-dimension")


def _curvature(proof: Proof) -> sp.Expr:
    """v^T H_eff v = - rho^T J a; returns the right side."""
    rules = _velocity(proof)
    interaction = total(lambda r, x, y: rho[r] * second[r, x, y] * v[x] * v[y], k, d, d)
    pushed = total(lambda r, c: rho[r] * jacobian[r, c] * a[c], k, d)
    proof.rate(
        r"Twice, at frozen $\rho$: the form of $M$ and the curve's acceleration",
        total(lambda r: rho[r] * h[r], k),
        rules,
        interaction + pushed,
        order=2,
    )
    proof.given("invariant", r"$h(\gamma(t))$ is constant: both its derivatives vanish")
    pullback = total(lambda r, s: _jv(r) * loss_hessian[r, s] * _jv(s), k, k)
    proof.follows(
        r"So $v^T H_{\mathrm{eff}} v = v^T G v + v^T M v = -\rho^T J a$, as $J v = 0$",
        pullback + interaction,
        -pushed,
        using={"invariant": pullback + interaction + pushed},
    )
    return -pushed


def curvature(proof: Proof) -> None:
    """v^T H_eff v = v^T M v = -rho^T J gamma''."""
    _curvature(proof)


def critical_form(proof: Proof) -> None:
    """At a critical point the form of H_eff vanishes on V."""
    value = _curvature(proof)
    proof.given("critical", r"$J^T \rho = 0$")
    proof.follows(
        "At a critical point nothing is left",
        value,
        sp.S.Zero,
        using={"critical": -total(lambda c: a[c] * total(lambda r: jacobian[r, c] * rho[r], k), d)},
    )


def critical_kernel(proof: Proof) -> None:
    """With invariance near a critical z, grad f vanishes along the orbit, and H_eff v = 0."""
    g, start, transform, inverse, hessian, f = (
        sp.IndexedBase(s) for s in ("g", "g^0", "D", "E", "H", "f")
    )
    inward: dict[sp.IndexedBase, Rule] = {}
    if proof.given(
        "smooth", r"$f = L \circ h$ is $C^2$: the chain rule for $f$ and $g = \nabla f$"
    ):
        inward = {f: lambda _: total(lambda c: g[c] * transform[c, j], d)}
    proof.rate(
        r"The derivative of $f(T_\theta z)$ in $z_j$, with $D = D_z T_\theta$ and $g$ taken at $T_\theta z$",
        f[0],
        inward,
        total(lambda c: g[c] * transform[c, j], d),
    )
    proof.given("neighbourhood", r"$f \circ T_\theta = f$ near $z$: $D^T g = g^0 = \nabla f(z)$")
    proof.given("critical", "$g^0 = 0$")
    proof.let("inverse", r"$D$ is near the identity, so it has an inverse $E$: $D E = 1$")
    through = total(lambda c, s: g[c] * transform[c, s] * inverse[s, b], d, d)
    at_start = total(lambda s: start[s] * inverse[s, b], d)
    proof.follows(
        r"So $\nabla f = 0$ along the orbit",
        g[b],
        sp.S.Zero,
        using={
            "inverse": g[b] - through,
            "neighbourhood": through - at_start,
            "critical": at_start,
        },
    )
    hv = total(lambda c: hessian[b, c] * v[c], d)
    proof.rate("Its derivative along the curve", g[b], {g: lambda _: hv} if inward else {}, hv)
    proof.let("constant", r"$g$ vanishes along the orbit, as just shown, so its derivative is 0")
    proof.follows(r"So $H_{\mathrm{eff}} v = 0$", hv, sp.S.Zero, using={"constant": hv})


def converse(proof: Proof) -> None:
    """J v = 0 at every point of the orbit makes h constant on it."""
    _velocity(proof)
    proof.given("everywhere", "$J v = 0$ at every point of the curve")
    proof.follows("vanishes at every $t$", _jv(i), sp.S.Zero, using={"everywhere": _jv(i)})
    proof.cite("zero-derivative")

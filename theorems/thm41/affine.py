"""Heads that are affine, everywhere or inside a cell: M = 0, and what follows from it."""

from __future__ import annotations

import sympy as sp

from theorems.thm41.invariance import cosine_form, dot, inverse, target
from theorems.thm41.notation import (
    H,
    Vector,
    applied,
    b,
    d,
    i,
    j,
    k,
    rho,
    u,
    v,
    w,
    weight,
    z,
)
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total
from verify.symbolic.matrices import matrix, vector


def _affine_map(proof: Proof, affine: bool) -> None:
    """rho . (W z + b)'' = 0 along every line, if W does not depend on z."""
    weight_dot = sp.IndexedBase(r"\dot W")
    rules: dict[sp.IndexedBase, Rule] = {z: lambda r: v[r], v: constant, b: constant}
    rules |= {weight: constant, weight_dot: constant, rho: constant}
    if not affine:
        rules[weight] = lambda r, c: weight_dot[r, c]
    head = applied(weight, lambda c: z[c], d)
    proof.rate(
        r"At frozen $\rho$ it has no second derivative along $\dot z = v$, so $v^T M v = 0$",
        total(lambda i: rho[i] * (head(i) + b[i]), k),
        rules,
        sp.S.Zero,
        order=2,
    )
    proof.cite("polarisation")


def affine_interaction(proof: Proof) -> None:
    """M = 0 for an affine head."""
    _affine_map(proof, proof.given("linear", "$h(z) = Wz + b$ with $W$ independent of $z$"))


def relu_interaction(proof: Proof) -> None:
    """M = 0 for a ReLU head inside every cell of its complex: an affine map there, by the lemma."""
    proof.cite("linear-cells")
    _affine_map(
        proof, proof.given("relu", "inside a cell $h(z) = Wz + b$ with $W$ independent of $z$")
    )


def affine_psd(proof: Proof) -> None:
    """H_eff >= 0 for an affine head where the loss Hessian is positive semidefinite."""
    affine_interaction(proof)
    w, x = matrix("W", k, d), vector("v", d)
    form = (w @ x).T @ H @ (w @ x)
    proof.equal(
        r"So $H_{\mathrm{eff}} = W^T H W$ with $H = \nabla^2 L$; its form at $v$ is that of $H$ at $Wv$",
        x.T @ (w.T @ H @ w) @ x,
        form,
    )
    value = sp.Symbol("c", nonnegative="psd" not in proof.withdrawn or None)
    proof.given(
        "psd",
        r"$\nabla^2 L(h(z^*)) \succeq 0$: its form at $Wv$ is some $c \geq 0$",
        form.scalar - value,
    )
    proof.follows(
        "This is the number $c$ of the hypothesis", form, value, using={"psd": form.scalar - value}
    )
    proof.fact("It is not negative", sp.Ge(value, 0, evaluate=False))


def affine_cosine(proof: Proof) -> None:
    """Behind an affine head and a cosine, H_eff has no sign at a critical point but that of the cosine."""
    affine_interaction(proof)
    of_cosine = proof.given(
        "cosine",
        r"$L = 2 - 2 \cos(u, t)$ at $u = h(z^*) \neq 0$, with $|t| = 1$ and $n_0 = 1 / |u|$: $\dot n_0 = -n_0^3 \, u \cdot \dot u$",
    )
    proof.every(d, j)
    along = applied(weight, lambda c: v[c], d)
    n_ = inverse[0]
    cosine = n_ * dot(u, target)
    rho_: Vector = lambda r: -2 * n_ * (target[r] - n_ * cosine * u[r])  # noqa: E731
    proof.given("critical", r"$W^T \rho = 0$", total(lambda r: weight[r, j] * rho_(r), k))
    value = sp.Symbol("c", nonnegative="not-obtuse" not in proof.withdrawn or None)
    proof.given("not-obtuse", r"$\cos(u, t)$ is some $c \geq 0$", cosine - value)
    proof.every(k, i)
    proof.let(
        "along",
        r"$w = Wv$, where $\nabla^2 L$ has the form of $H_{\mathrm{eff}} = W^T (\nabla^2 L) W$ at $v$",
        w[i] - along(i),
        by="definition",
    )
    form = cosine_form(proof, w, of_cosine)
    proof.rate(
        r"Likewise, the gradient is $\rho = -2 n_0 (t - n_0^2 (u \cdot t) u)$",
        2 - 2 * cosine,
        {u: lambda r: w[r], target: constant, inverse: lambda _: -(n_**3) * dot(u, w)},
        total(lambda r: rho_(r) * w[r], k),
    )
    gap, factor = dot(w, w) - n_**2 * dot(u, w) ** 2, -2 * n_**2 * dot(u, w)
    across = total(lambda c: v[c] * total(lambda r: weight[r, c] * rho_(r), k), d)
    proof.follows(
        r"Since $z^*$ is critical, $\rho \cdot Wv = 0$, and the form at $w$ is",
        form,
        2 * n_**2 * cosine * gap,
        using={
            "critical": factor * across,
            "along": factor * total(lambda r: rho_(r) * (w[r] - along(r)), k),
        },
    )
    rest = sp.Symbol("g", nonnegative="gap" not in proof.withdrawn or None)
    proof.let("gap", r"$|w|^2 - n_0^2 (u \cdot w)^2 = g \geq 0$", gap - rest, by="cauchy-schwarz")
    proof.follows(
        "This is, by Cauchy-Schwarz and for the cosine $c$ of the hypothesis",
        2 * n_**2 * cosine * gap,
        2 * n_**2 * value * rest,
        using={
            "gap": 2 * n_**2 * cosine * (gap - rest),
            "not-obtuse": 2 * n_**2 * rest * (cosine - value),
        },
    )
    proof.fact("It is not negative", sp.Ge(2 * n_**2 * value * rest, 0, evaluate=False))
    proof.equal(
        r"and of $-\cos(u, t)$ it is one half, since that is",
        -cosine,
        (2 - 2 * cosine) / 2 - 1,
    )


def _non_repelling(proof: Proof, affine: bool) -> None:
    """Gradient flow of a convex loss behind an affine map does not move away from a critical z*."""
    at_rest, gradient = sp.IndexedBase("z^*"), sp.IndexedBase("g")
    rules: dict[sp.IndexedBase, Rule] = {at_rest: constant}
    if proof.let("flow", r"$\dot z = -W^T g$ with $g = \nabla L(Wz + b)$", by="definition"):
        rules[z] = lambda r: -total(lambda i: weight[i, r] * gradient[i], k)
    gap: Vector = lambda r: z[r] - at_rest[r]  # noqa: E731
    output_gap: Vector = lambda r: sp.IndexedBase("Delta")[r]  # noqa: E731
    if affine:
        output_gap = applied(weight, gap, d)
    against_gradient = total(lambda i: output_gap(i) * gradient[i], k)
    proof.rate(
        "The squared distance to $z^*$ along the flow, with $h(z) - h(z^*) = W(z - z^*)$",
        total(lambda c: gap(c) ** 2, d),
        rules,
        -2 * against_gradient,
    )
    proof.every(d, j)
    proof.given("critical", r"$W^T \rho = 0$", total(lambda i: weight[i, j] * rho[i], k))
    against_rho = total(lambda c: gap(c) * total(lambda i: weight[i, c] * rho[i], k), d)
    monotone = total(lambda i: output_gap(i) * (gradient[i] - rho[i]), k)
    proof.follows(
        "Since $z^*$ is critical, $g$ may be replaced by $g - \\rho$",
        -2 * against_gradient,
        -2 * monotone,
        using={"critical": -2 * against_rho},
    )
    value = sp.Symbol("c", nonnegative="convex" not in proof.withdrawn or None)
    proof.given(
        "convex",
        r"$L$ is convex near $h(z^*)$: $(h(z) - h(z^*)) \cdot (g - \rho) = c \geq 0$",
        monotone - value,
    )
    proof.cite("monotone-gradient")
    proof.follows(
        "By monotonicity this is",
        -2 * monotone,
        -2 * value,
        using={"convex": -2 * (monotone - value)},
    )
    proof.fact(
        "So the distance to $z^*$ does not grow",
        sp.Le(-2 * value, 0, evaluate=False),
    )
    proof.cite("invariant-ball")


def affine_non_repelling(proof: Proof) -> None:
    """A critical collapse behind an affine head and a convex loss does not repel."""
    _non_repelling(proof, proof.given("linear", "$h(z) = Wz + b$ with $W$ independent of $z$"))


def relu_non_repelling(proof: Proof) -> None:
    """The same for a ReLU head at a z* inside a cell of its complex."""
    proof.cite("linear-cells")
    _non_repelling(
        proof, proof.given("off-kinks", "$z^*$ is inside a cell, so $h(z) = Wz + b$ near it")
    )

"""The derivations of 3.2 for affine heads, and along a curve, in symbolic dimensions d and k."""

from __future__ import annotations

import sympy as sp

from theorems.thm32 import bounds
from theorems.thm32.derivation import H, J, K, d, k, rho
from verify.claims.bounds import slack
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total
from verify.symbolic.matrices import contract, diagonal, identity, matrix, vector

i, a, b = sp.symbols("i a b", integer=True)
"""Free indices; summed ones are made by `total`."""

velocity, u_dot, moving = (sp.IndexedBase(name) for name in (r"\dot\gamma", r"\dot u", r"\dot J"))


# --- affine heads -------------------------------------------------------------------------------


def affine(proof: Proof) -> None:
    """|H_eff / c - I| <= T lambda_s^(-3/2) sqrt(c) R for h = u0 + sqrt(c) X z."""
    start, X, U = matrix("H^{0}", k, k, symmetric=True), matrix("X", k, d), matrix("U", k, d)
    values, roots = diagonal(vector("lambda", d)), diagonal(vector("y", d))
    proof.every(d, a)
    proof.let(
        "eigenvectors",
        r"$U^T H^0 U = \Lambda = \operatorname{diag}(\lambda)$, $H^0 = \nabla^2 L(u_0)$",
        U.T @ start @ U - values,
        by="spectral",
    )
    proof.let(
        "roots",
        r"$\lambda_a > 0$, $\lambda_a y_a^2 = 1$: $\Lambda^{-1/2} = \operatorname{diag}(y)$",
        values.entry(a, a) * roots.entry(a, a) ** 2 - 1,
    )
    away = X - U @ roots
    proof.let("columns", r"$X = U \Lambda^{-1/2}$", away, by="definition")
    proof.follows(
        "It whitens $H^0$",
        X.T @ start @ X,
        identity(d),
        using={
            "columns": away.T @ start @ X + (U @ roots).T @ start @ away,
            "eigenvectors": roots @ (U.T @ start @ U - values) @ roots,
            "roots": roots @ values @ roots - identity(d),
        },
    )
    proof.let("whitened", "$X^T H^0 X = I$", X.T @ start @ X - identity(d), by="steps")
    root = sp.Symbol("s", positive=True)
    proof.follows(
        r"$H_{\mathrm{eff}} = G$ of $h = u_0 + s X z$, $s = \sqrt{c}$, with $H = \nabla^2 L(h(z))$",
        (root * X).T @ H @ (root * X),
        root**2 * (identity(d) + X.T @ (H - start) @ X),
        using={"whitened": root**2 * (X.T @ start @ X - identity(d))},
    )
    proof.cite("operator-norm")
    x, size = sp.Symbol("|X|", positive=True), sp.Symbol("|z|", nonnegative=True)
    most = bounds.LIPSCHITZ
    above = slack("w", proof.let("norm", r"$U^T U = I$: $|X| = \lambda_s^{-1/2} - w$, $w \geq 0$"))
    outside = slack("q", proof.let("ball", "$|z| = R - q$ with $q \\geq 0$"))
    lipschitz = slack("g", proof.let("Lipschitz", r"$|H - H^0| = T |u - u_0| - g$, $g \geq 0$"))
    deviation = sp.Symbol(r"|H_{\mathrm{eff}} / c - I|", nonnegative=True)
    less = slack("e", "product" not in proof.withdrawn)
    found = x**2 * (most * root * x * size - lipschitz) - less
    proof.let(
        "product",
        r"$|H_{\mathrm{eff}} / c - I| = |X|^2 |H - H^0| - e$ with $e \geq 0$, where $|u - u_0|$ is taken as $s |X| |z|$",
        deviation - found,
        by="operator-norm",
    )
    proof.fact(
        "So the norm is at most",
        sp.Le(deviation, bounds.DEVIATION, evaluate=False),
        at={
            deviation: found,
            bounds.LEAST: 1 / (x + above) ** 2,
            bounds.RADIUS: size + outside,
            bounds.C: root**2,
        },
        equal_at=dict.fromkeys((above, outside, lipschitz, less), 0),
    )


# --- what is forced, and what is free -----------------------------------------------------------


def forced(proof: Proof) -> None:
    """H_eff gamma' = d/dt (J^T rho) along every curve."""
    proof.symmetry(*H.symmetric)
    along = vector(r"\dot\gamma", d)

    def turned(i: sp.Expr, a: sp.Expr) -> sp.Expr:
        return total(lambda b: K.entry(i, a, b) * velocity[b], d)

    rules: dict[sp.IndexedBase, Rule] = {}
    if proof.let(
        "head", r"$h$ is $C^2$: $\dot u = J \dot\gamma$ and $\dot J = K[\dot\gamma, \cdot]$"
    ):
        rules[sp.IndexedBase("J")] = turned
    if proof.let("loss", r"$L$ is $C^2$: $\dot\rho = H \dot u$"):
        rules[sp.IndexedBase("rho")] = lambda r: (H @ (J @ along)).entry(r, sp.S.One)
    interaction = contract(rho, K)
    proof.rate(
        r"The gradient $J^T \rho$ of $L \circ h$ changes by $(G + M) \dot\gamma$",
        (J.T @ rho).entry(a, sp.S.One),
        rules,
        ((J.T @ H @ J + interaction) @ along).entry(a, sp.S.One),
    )
    proof.every(k, i)
    proof.every(d, a)
    proof.let(
        "derivative",
        r"$\dot J$ is the derivative of $J(\gamma(t))$",
        turned(i, a) - moving[i, a],
        by="definition",
    )
    proof.follows(
        r"of which $M$'s share is $\dot J^T \rho$",
        (interaction @ along).entry(a, sp.S.One),
        (matrix(r"\dot J", k, d).T @ rho).entry(a, sp.S.One),
        using={
            "derivative": total(lambda i: rho.entry(i, sp.S.One) * (turned(i, a) - moving[i, a]), k)
        },
    )


def tube(proof: Proof, text: str, bent: sp.IndexedBase | None = None, by: str = "") -> None:
    """h(gamma(t) + n) = u + A n (+ B[n, n] / 2) has the Jacobian A on the curve n = 0.

    Curve and data go on a little beyond both ends, so that the head is defined near the whole arc.

    Args:
        proof: the record.
        text: introduces the head.
        bent: B, if the head has that term.
        by: what gives u' = A gamma'; see `Proof.let`.
    """
    data, path, normal, step = (sp.IndexedBase(name) for name in ("A", "u", "n", "nu"))
    data_dot, bent_dot, time = (sp.IndexedBase(name) for name in (r"\dot A", r"\dot B", "tau"))
    rules: dict[sp.IndexedBase, Rule] = {
        path: lambda r: u_dot[r] * time[0],
        data: lambda r, c: data_dot[r, c] * time[0],
        normal: lambda c: step[c],
    }
    along = total(lambda a: data[i, a] * velocity[a], d)
    proof.every(k, i)
    proof.every(d, a)
    proof.let("compatible", r"$\dot u = A \dot\gamma$", u_dot[i] - along, by=by)
    proof.let("curve", r"$n = 0$; $\tau_0$ is the number $\tau$", normal[a], by="definition")
    head = path[i] + total(lambda a: data[i, a] * normal[a], d)
    drift = total(lambda a: data_dot[i, a] * time[0] * normal[a], d)
    if bent is not None:
        rules[bent] = lambda r, c, e: bent_dot[r, c, e] * time[0]
        head += total(lambda a, b: bent[i, a, b] * normal[a] * normal[b], d, d) / 2
        drift += (
            total(lambda a, b: bent_dot[i, a, b] * time[0] * normal[a] * normal[b], d, d)
            + total(lambda a, b: bent[i, a, b] * step[a] * normal[b], d, d)
            + total(lambda a, b: bent[i, a, b] * normal[a] * step[b], d, d)
        ) / 2
    moved = u_dot[i] * time[0] + drift + total(lambda a: data[i, a] * step[a], d)
    proof.rate(text, head, rules, moved)
    proof.follows(
        r"On the curve this is $A$ times the velocity $\tau \dot\gamma + \nu$",
        moved,
        total(lambda a: data[i, a] * (time[0] * velocity[a] + step[a]), d),
        using={"compatible": time[0] * (u_dot[i] - along), "curve": drift},
    )
    proof.cite("tubular-neighbourhood")


def free(proof: Proof) -> None:
    """h = u + A n + B[n, n] / 2 has the values u, Jacobian A and normal second derivative B."""
    data, path, bent, normal, step = (sp.IndexedBase(name) for name in ("A", "u", "B", "n", "nu"))
    tube(
        proof,
        r"With arc and data continued a little beyond both ends, $h(\gamma(t) + n) = u + A n + \frac{1}{2} B[n, n]$, moved by $\dot t = \tau$, $\dot n = \nu$",
        bent,
    )
    rules: dict[sp.IndexedBase, Rule] = {
        path: constant,
        data: constant,
        bent: constant,
        normal: lambda c: step[c],
    }
    if proof.let("normal", r"$t$ is fixed and $n$ moves on a line: $\dot n = \nu$, $\dot \nu = 0$"):
        rules[step] = constant
    proof.rate(
        "The second derivative in the normal directions",
        path[i]
        + total(lambda a: data[i, a] * normal[a], d)
        + total(lambda a, b: bent[i, a, b] * normal[a] * normal[b], d, d) / 2,
        rules,
        total(lambda a, b: (bent[i, a, b] + bent[i, b, a]) / 2 * step[a] * step[b], d, d),
        order=2,
    )
    wanted, weight = sp.IndexedBase("S"), sp.IndexedBase("rho")
    r = sp.Symbol("r", positive=True)
    proof.let("size", r"$|\rho| = r$", total(lambda i: weight[i] ** 2, k) - r**2)
    proof.follows(
        r"and for $\rho \neq 0$, $B = \rho S / r^2$ gives $M$ any normal block $S$",
        total(lambda i: weight[i] * (weight[i] * wanted[a, b] / r**2), k),
        wanted[a, b],
        using={"size": wanted[a, b] * total(lambda i: weight[i] ** 2, k) / r**2 - wanted[a, b]},
    )

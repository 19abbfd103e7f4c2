"""The derivations of 3.2 for affine heads, and along a curve, in symbolic dimensions d and k."""

from __future__ import annotations

import sympy as sp

from theorems.thm32.derivation import d, form, hessian, jacobian, k, rho, second
from verify.claims.bounds import at_most, slack
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total

i, a, b = sp.symbols("i a b", integer=True)
"""Free indices; summed ones are made by `total`."""

velocity, u_dot, moving = (sp.IndexedBase(name) for name in (r"\dot\gamma", r"\dot u", r"\dot J"))


# --- (D) affine heads ---------------------------------------------------------------------------


def affine(proof: Proof) -> None:
    """(D): |H_eff / c - I| <= T lambda_s^(-3/2) sqrt(c) R for h = u0 + sqrt(c) X z."""
    middle, weight = sp.IndexedBase("H^{0}"), sp.IndexedBase("X")
    vectors, value = sp.IndexedBase("U"), sp.IndexedBase("y")
    proof.symmetric = frozenset({hessian, middle})
    root = sp.Symbol("s", positive=True)  # s = sqrt(c)
    proof.let(
        "eigenvectors",
        r"$U^T H^0 U = \Lambda = \operatorname{diag}(y_a^{-2})$, $H^0 = \nabla^2 L(u_0)$",
    )
    column = lambda i, a: vectors[i, a] * value[a]  # noqa: E731
    at_start = total(lambda i, j: column(i, a) * middle[i, j] * column(j, b), k, k)
    inner = total(lambda i, j: vectors[i, a] * middle[i, j] * vectors[j, b], k, k)
    proof.follows(
        r"$X = U \Lambda^{-1/2}$ whitens $H^0$",
        at_start,
        sp.KroneckerDelta(a, b),
        using={"eigenvectors": value[a] * value[b] * inner - sp.KroneckerDelta(a, b)},
    )
    proof.let("whitened", "$X^T H^0 X = I$")
    whitened = total(lambda i, j: weight[i, a] * middle[i, j] * weight[j, b], k, k)
    change = total(lambda i, j: weight[i, a] * (hessian[i, j] - middle[i, j]) * weight[j, b], k, k)
    proof.follows(
        r"$H_{\mathrm{eff}} = G$ of $h = u_0 + s X z$, $s = \sqrt{c}$, with $H = \nabla^2 L(h(z))$",
        total(lambda i, j: root * weight[i, a] * hessian[i, j] * root * weight[j, b], k, k),
        root**2 * (sp.KroneckerDelta(a, b) + change),
        using={"whitened": root**2 * (whitened - sp.KroneckerDelta(a, b))},
    )
    proof.cite("operator-norm")
    x, size, most = sp.symbols("|X| |z| T", nonnegative=True)
    above = slack("a", proof.let("norm", r"$U^T U = I$: $|X| = \lambda_s^{-1/2} - a$, $a \geq 0$"))
    outside = slack("q", proof.let("ball", "$|z| = R - q$ with $q \\geq 0$"))
    lipschitz = slack("g", proof.let("Lipschitz", r"$|H - H^0| = T |u - u_0| - g$, $g \geq 0$"))
    at_most(
        proof,
        r"$|H_{\mathrm{eff}} / c - I| \leq |X|^2 |H - H^0|$ with $|u - u_0| \leq s |X| |z|$ is at most "
        r"$T \lambda_s^{-3/2} s R$, with $\lambda_s^{-1/2} = |X| + a$ and $R = |z| + q$",
        x**2 * (most * root * x * size - lipschitz),
        most * (x + above) ** 3 * root * (size + outside),
    )


# --- (E) what is forced, and what is free -------------------------------------------------------


def forced(proof: Proof) -> None:
    """(E): H_eff gamma' = d/dt (J^T rho) along every curve."""
    proof.symmetric = frozenset({hessian})
    turned = lambda i, a: total(lambda b: second[i, a, b] * velocity[b], d)  # noqa: E731
    through = lambda r: total(lambda b: jacobian[r, b] * velocity[b], d)  # noqa: E731
    rules: dict[sp.IndexedBase, Rule] = {}
    if proof.let(
        "head", r"$h$ is $C^2$: $\dot u = J \dot\gamma$ and $\dot J = K[\dot\gamma, \cdot]$"
    ):
        rules[jacobian] = turned
    if proof.let("loss", r"$L$ is $C^2$: $\dot\rho = H \dot u$"):
        rules[rho] = lambda r: total(lambda j: hessian[r, j] * through(j), k)
    pulled = lambda x, y: form(lambda i: jacobian[i, x], lambda j: jacobian[j, y])  # noqa: E731
    bend = lambda x, y: total(lambda i: rho[i] * second[i, x, y], k)  # noqa: E731
    proof.rate(
        r"The gradient $J^T \rho$ of $L \circ h$ changes by $(G + M) \dot\gamma$",
        total(lambda i: jacobian[i, a] * rho[i], k),
        rules,
        total(lambda b: (pulled(a, b) + bend(a, b)) * velocity[b], d),
    )
    proof.let("derivative", r"$\dot J$ is the derivative of $J(\gamma(t))$")
    by_bend = total(lambda b: bend(a, b) * velocity[b], d)
    proof.follows(
        r"of which $M$'s share is $\dot J^T \rho$",
        by_bend,
        total(lambda i: moving[i, a] * rho[i], k),
        using={"derivative": total(lambda i: rho[i] * (turned(i, a) - moving[i, a]), k)},
    )


def tube(proof: Proof, text: str, bent: sp.IndexedBase | None = None) -> None:
    """h(gamma(t) + n) = u + A n (+ B[n, n] / 2) has the Jacobian A on the curve n = 0.

    Args:
        proof: the record.
        text: introduces the head.
        bent: B, if the head has that term.
    """
    data, path, normal, step = (sp.IndexedBase(name) for name in ("A", "u", "n", "nu"))
    data_dot, bent_dot, time = (sp.IndexedBase(name) for name in (r"\dot A", r"\dot B", "tau"))
    rules: dict[sp.IndexedBase, Rule] = {
        path: lambda r: u_dot[r] * time[0],
        data: lambda r, c: data_dot[r, c] * time[0],
        normal: lambda c: step[c],
    }
    proof.let("compatible", r"$\dot u = A \dot\gamma$")
    proof.let("curve", "$n = 0$")
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
    along = total(lambda a: data[i, a] * velocity[a], d)
    proof.follows(
        r"On the curve this is $A$ times the velocity $\tau \dot\gamma + \nu$",
        moved,
        total(lambda a: data[i, a] * (time[0] * velocity[a] + step[a]), d),
        using={"compatible": time[0] * (u_dot[i] - along), "curve": drift},
    )
    proof.cite("tubular-neighbourhood")


def free(proof: Proof) -> None:
    """(E): h = u + A n + B[n, n] / 2 has the values u, Jacobian A and normal second derivative B."""
    data, path, bent, normal, step = (sp.IndexedBase(name) for name in ("A", "u", "B", "n", "nu"))
    tube(
        proof,
        r"$h(\gamma(t) + n) = u + A n + \frac{1}{2} B[n, n]$, moved by $\dot t = \tau$, $\dot n = \nu$",
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
    wanted = sp.IndexedBase("S")
    r = sp.Symbol("r", positive=True)
    proof.let("size", r"$|\rho| = r$")
    proof.follows(
        r"and for $\rho \neq 0$, $B = \rho S / r^2$ gives $M$ any normal block $S$",
        total(lambda i: rho[i] * (rho[i] * wanted[a, b] / r**2), k),
        wanted[a, b],
        using={"size": wanted[a, b] * total(lambda i: rho[i] ** 2, k) / r**2 - wanted[a, b]},
    )

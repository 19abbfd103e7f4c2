"""The derivations of 3.2 for the whole effective Hessian up to a factor, in symbolic d and k.

Second derivatives are taken along a line z + t v. Scalars that are differentiated, such as c, are
written as indexed objects with the index 0, because the calculus knows no others.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from verify.claims.bounds import at_most, slack
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total

d, k = sp.symbols("d k", integer=True, positive=True)
i, a, b, p, q = sp.symbols("i a b p q", integer=True)
"""Free indices; summed ones are made by `total`."""

z, v, rho, e, gradient = (sp.IndexedBase(name) for name in ("z", "v", "rho", "e", "s"))
hessian, jacobian, second = (sp.IndexedBase(name) for name in ("H", "J", "K"))
factor, start, loss = (sp.IndexedBase(name) for name in ("c", "y", "ell"))


Vector = Callable[[sp.Expr], sp.Expr]


def form(left: Vector, right: Vector) -> sp.Sum:
    """left^T H right, for vectors of R^k."""
    return total(lambda i, j: left(i) * hessian[i, j] * right(j), k, k)


def square(vector: sp.IndexedBase, size: sp.Expr = d) -> sp.Sum:
    """v . v, for a vector of R^d by default."""
    return total(lambda a: vector[a] ** 2, size)


def steep(proof: Proof) -> sp.Symbol:
    """phi(s) = L(u0 + s e) has phi'(0) = |rho| > 0 at a point where rho != 0."""
    rules: dict[sp.IndexedBase, Rule] = {}
    if proof.given("A1", "$L$ is $C^2$: the chain rule for $L$ along a line"):
        rules[loss] = lambda _: total(lambda i: rho[i] * e[i], k)
    along = total(lambda i: rho[i] * e[i], k)
    proof.rate(r"The slope of $\phi(s) = L(u_0 + s e)$ at $0$", loss[0], rules, along)
    given = proof.given(
        "nonconstant", r"some $u_0$ has $\rho = \nabla L(u_0)$ with $r = |\rho| > 0$"
    )
    proof.let("direction", "$e = \\rho / r$, a unit vector")
    r = slack("r", given, strict=True)
    proof.follows(
        "along $e$",
        along,
        r,
        using={
            "direction": total(lambda i: (rho[i] - r * e[i]) * e[i], k) + r * (square(e, k) - 1)
        },
    )
    proof.fact("is positive", sp.Gt(r, 0, evaluate=False), bool(r.is_positive))
    return r


def isotropic(proof: Proof, c: sp.Expr, text: str) -> None:
    """L(h(z)) = y + (c / 2) |z|^2 has second derivative c |v|^2 along every line."""
    rules: dict[sp.IndexedBase, Rule] = {
        factor: constant,
        start: constant,
        z: lambda r: v[r],
        v: constant,
    }
    if not proof.let("line", r"$z$ moves on a straight line: $\dot z = v$, $\dot v = 0$"):
        rules[v] = lambda r: sp.IndexedBase(r"\dot v")[r]
    proof.let("inverse", text)
    wanted = start[0] + c * square(z) / 2
    proof.follows(
        r"$\ell = L(h(z)) = \phi(\phi^{-1}(\cdot))$ along the line",
        loss[0],
        wanted,
        using={"inverse": loss[0] - wanted},
    )
    proof.rate(
        r"Its second derivative, which is $v^T H_{\mathrm{eff}} v$",
        wanted,
        rules,
        c * square(v),
        order=2,
    )
    proof.cite("polarisation")


def network(proof: Proof, c: sp.Expr, what: str) -> None:
    """A network whose matrix is within c eps of c I is eps-isotropic."""
    proof.cite("pinkus", "uniform-continuity")
    near = proof.let(
        "network",
        f"a network is so close to $h$ up to order 2 that its {what} is within $\\omega \\leq c "
        r"\epsilon$: $c \epsilon = \omega + s$",
    )
    omega, s = sp.Symbol("omega", nonnegative=True), slack("s", near)
    at_most(proof, r"So it is $\epsilon$-isotropic", omega / c, (omega + s) / c)


# --- (A) exact isotropy -------------------------------------------------------------------------


def exact(proof: Proof) -> None:
    """(A): h = u0 + phi^-1(phi(0) + c |z|^2 / 2) e has H_eff = c I on a neighbourhood of K."""
    steep(proof)
    proof.cite("inverse-function")
    window = slack(
        "eta",
        proof.let("window", r"$\phi^{-1}$ reaches to $\phi(0) + \eta$, $\eta > 0$"),
        strict=True,
    )
    compact = proof.given("trajectory", "its image is compact: $|z|^2 = R^2 - q$ with $q \\geq 0$")
    radius, inside = sp.Symbol("R", nonnegative=True), slack("q", compact)
    c = window / (radius**2 + 1)
    at_most(
        proof,
        r"For $c = \eta / (R^2 + 1)$, $\frac{c}{2} |z|^2 < \eta$ on the image, and so near it",
        c / 2 * (radius**2 - inside),
        window,
        strict=True,
    )
    isotropic(
        proof, factor[0], r"$h(z) = u_0 + \phi^{-1}(y + \frac{c}{2} |z|^2) e$ with $y = \phi(0)$"
    )
    network(proof, sp.Symbol("c", positive=True), "effective Hessian")


def split(proof: Proof) -> None:
    """G has rank one at most, and off grad s the isotropy is carried by M."""
    proof.symmetric = frozenset({hessian, second})
    curvature = sp.Symbol("phi''")
    pulled = lambda x, y: form(lambda i: e[i] * gradient[x], lambda j: e[j] * gradient[y])  # noqa: E731
    bend = lambda x, y: total(lambda i: rho[i] * e[i] * second[x, y], k)  # noqa: E731
    along = form(lambda i: e[i], lambda j: e[j])
    proof.let("curvature", r"$\phi'' = e^T H e$, for $h = u_0 + s(z) e$ and $J = e (\nabla s)^T$")
    proof.follows(
        r"The pullback is $G = \phi'' \nabla s (\nabla s)^T$",
        pulled(a, b),
        curvature * gradient[a] * gradient[b],
        using={"curvature": (along - curvature) * gradient[a] * gradient[b]},
    )
    proof.equal(
        "so that all its minors of order 2 vanish",
        pulled(a, b) * pulled(p, q) - pulled(a, q) * pulled(p, b),
        sp.S.Zero,
    )
    proof.let("isotropic", r"$G + M = c I$ with $M = (\rho \cdot e) K$, $K = \nabla^2 s$")
    proof.let("across", r"$v \cdot \nabla s = 0$")
    interaction = total(lambda a, b: v[a] * bend(a, b) * v[b], d, d)
    quadratic = total(lambda a, b: v[a] * pulled(a, b) * v[b], d, d)
    crossed = total(lambda a: gradient[a] * v[a], d)
    proof.follows(
        r"In the directions $v$ across $\nabla s$ the isotropy is $M$'s alone",
        interaction,
        factor[0] * square(v),
        using={
            "isotropic": quadratic + interaction - factor[0] * square(v),
            "across": -along * crossed**2,
        },
    )


def _flat(proof: Proof, hypothesis: str) -> None:
    """G = 0 as H = 0, and the hypothesis makes M vanish."""
    proof.let("flat: Hessian", r"$H = \nabla^2 L = 0$")
    pulled = form(lambda i: jacobian[i, a], lambda j: jacobian[j, b])
    bend = total(lambda i: rho[i] * second[i, a, b], k)
    proof.follows(
        r"$H_{\mathrm{eff}} = G + M$ with $K = D^2 h$",
        pulled + bend,
        sp.S.Zero,
        using={hypothesis: bend, "flat: Hessian": pulled},
    )


def constant_loss(proof: Proof) -> None:
    """Where rho = 0 and H = 0, as everywhere for a constant loss, H_eff = 0 for every head."""
    proof.let("flat: gradient", r"$\rho = 0$")
    _flat(proof, "flat: gradient")


def piecewise_linear(proof: Proof) -> None:
    """Where H = 0, as everywhere for a linear loss, H_eff = 0 for every ReLU head off its kinks."""
    proof.let("piecewise linear", "$K = 0$ off the kinks")
    _flat(proof, "piecewise linear")

"""The derivations of 3.2 for the whole effective Hessian up to a factor, in symbolic d and k.

Second derivatives are taken along a line z + t v. Scalars that are differentiated, such as c, are
written as indexed objects with the index 0, because the calculus knows no others.
"""

from __future__ import annotations

import sympy as sp

from theorems.thm32.bounds import EPSILON
from verify.claims.bounds import at_most, slack
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant
from verify.symbolic.matrices import contract, forms, identity, matrix, vector

d, k = sp.symbols("d k", integer=True, positive=True)
z, v, gradient = (vector(name, d) for name in ("z", "v", r"\nabla s"))
rho, e = vector("rho", k), vector("e", k)
H, J, K = matrix("H", k, k, symmetric=True), matrix("J", k, d), forms("K", k, d)
factor, start, loss = (sp.IndexedBase(name) for name in ("c", "y", "ell"))
c = factor[0]


SLOPE = r"some $u_0$ has $\rho = \nabla L(u_0)$ with $r = |\rho| > 0$"


def steep(proof: Proof) -> sp.Symbol:
    """phi(s) = L(u0 + s e) has phi'(0) = |rho| > 0 at a point where rho != 0."""
    return steep_at(proof, proof.given("nonconstant", SLOPE))


def steep_at(proof: Proof, somewhere: bool) -> sp.Symbol:
    """The same, of a point with rho != 0 whose existence was just told."""
    r = slack("r", somewhere, strict=True)
    proof.let(
        "direction",
        "$\\rho = r e$ with a unit vector $e$",
        (e.T @ e).scalar - 1,
        rho - r * e,
        by="definition",
    )
    along = (rho.T @ e).scalar
    rules: dict[sp.IndexedBase, Rule] = {}
    if proof.given(
        "A1",
        r"$L$ is $C^2$: the chain rule for $\ell = L$ along a line; in the steps numbers have the index $0$, as $\ell_0$",
    ):
        rules[loss] = lambda _: along
    proof.rate(r"The slope of $\phi(s) = L(u_0 + s e)$ at $0$", loss[0], rules, along)
    proof.follows(
        "along $e$",
        along,
        r,
        using={"direction": ((rho - r * e).T @ e).scalar + r * ((e.T @ e).scalar - 1)},
    )
    proof.fact("is positive", sp.Gt(r, 0, evaluate=False))
    return r


def isotropic(proof: Proof, c: sp.Expr, text: str) -> None:
    """L(h(z)) = y + (c / 2) |z|^2 has second derivative c |v|^2 along every line."""
    moved = sp.IndexedBase("v")
    rules: dict[sp.IndexedBase, Rule] = {
        factor: constant,
        start: constant,
        sp.IndexedBase("z"): lambda r: moved[r],
        moved: constant,
    }
    if not proof.let(
        "line", r"$z$ moves on a straight line: $\dot z = v$, $\dot v = 0$", by="definition"
    ):
        rules[moved] = lambda r: sp.IndexedBase(r"\dot v")[r]
    wanted = start[0] + c * (z.T @ z).scalar / 2
    proof.let("inverse", text, loss[0] - wanted, by="definition")
    proof.follows(
        r"By the choice of $h$: $\ell = L(h(z)) = \phi(\phi^{-1}(\cdot))$ along the line",
        loss[0],
        wanted,
        using={"inverse": loss[0] - wanted},
    )
    proof.rate(
        r"Its second derivative, which is $v^T H_{\mathrm{eff}} v$",
        wanted,
        rules,
        c * (v.T @ v).scalar,
        order=2,
    )
    proof.cite("polarisation")


def network(proof: Proof, c: sp.Expr, what: str) -> None:
    """A network whose matrix is within c eps of c I is eps-isotropic."""
    proof.cite("pinkus", "uniform-continuity")
    allowed = sp.latex(c * EPSILON)
    near = proof.let(
        "network",
        rf"a network is so close to $h$ up to order 2 that its {what} is within $\omega \leq {allowed}$ of that of $h$: ${allowed} = \omega + s$",
        by="pinkus",
    )
    omega, s = sp.Symbol("omega", nonnegative=True), slack("s", near)
    at_most(proof, r"So it is $\epsilon$-isotropic", omega / c, (omega + s) / c, equal_at={s: 0})


def exact(proof: Proof) -> None:
    """h = u0 + phi^-1(phi(0) + c |z|^2 / 2) e has H_eff = c I on a neighbourhood of K."""
    steep(proof)
    proof.cite("inverse-function")
    window = slack(
        "eta",
        proof.let(
            "window", r"$\phi^{-1}$ reaches to $\phi(0) + \eta$, $\eta > 0$", by="inverse-function"
        ),
        strict=True,
    )
    compact = proof.given("trajectory", "its image is compact: $|z|^2 = R^2 - q$ with $q \\geq 0$")
    radius, inside = sp.Symbol("R", nonnegative=True), slack("q", compact)
    at_most(
        proof,
        r"For $c = \eta / (R^2 + 1)$, $\frac{c}{2} |z|^2 < \eta$ on the image, and so near it",
        window / (radius**2 + 1) / 2 * (radius**2 - inside),
        window,
        strict=True,
    )
    isotropic(proof, c, r"$h(z) = u_0 + \phi^{-1}(y + \frac{c}{2} |z|^2) e$ with $y = \phi(0)$")
    network(proof, sp.Symbol("c_0", positive=True), "effective Hessian")


def split(proof: Proof) -> None:
    """G has rank one at most, and off grad s the isotropy is carried by M."""
    proof.symmetry(*H.symmetric)
    curvature, along = sp.Symbol("phi''"), (e.T @ H @ e).scalar
    jacobian = e @ gradient.T
    pulled = jacobian.T @ H @ jacobian
    proof.let(
        "curvature",
        r"$\phi'' = e^T H e$, for $h = u_0 + s(z) e$ and $J = e (\nabla s)^T$",
        along - curvature,
        by="definition",
    )
    proof.follows(
        r"The pullback is $G = \phi'' \nabla s (\nabla s)^T$",
        pulled,
        curvature * (gradient @ gradient.T),
        using={"curvature": (along - curvature) * (gradient @ gradient.T)},
    )
    a, b, p, q = sp.symbols("a b p q", integer=True)
    proof.equal(
        "so that all its minors of order 2 vanish",
        pulled.entry(a, b) * pulled.entry(p, q) - pulled.entry(a, q) * pulled.entry(p, b),
        sp.S.Zero,
    )
    interaction = (rho.T @ e).scalar * matrix("B", d, d, symmetric=True)
    proof.let(
        "isotropic",
        r"$G + M = c I$ with $M = (\rho \cdot e) B$, $B = \nabla^2 s$; $c_0$ is the number $c$",
        pulled + interaction - c * identity(d),
    )
    proof.let("across", r"$v \cdot \nabla s = 0$", gradient.T @ v)
    proof.follows(
        r"In the directions $v$ across $\nabla s$ the isotropy is $M$'s alone",
        v.T @ interaction @ v,
        (c * (v.T @ v)).scalar,
        using={
            "isotropic": (v.T @ (pulled + interaction - c * identity(d)) @ v).scalar,
            "across": -along * (gradient.T @ v).scalar ** 2,
        },
    )


def _flat(proof: Proof, hypothesis: str) -> None:
    """G = 0 as H = 0, and the hypothesis makes M vanish."""
    proof.let("flat: Hessian", r"$H = \nabla^2 L = 0$", H)
    pulled, bend = J.T @ H @ J, contract(rho, K)
    proof.follows(
        r"Both terms of $H_{\mathrm{eff}} = G + M$ with $K = D^2 h$ have a factor that is $0$",
        pulled + bend,
        0 * identity(d),
        using={hypothesis: bend, "flat: Hessian": pulled},
    )


def constant_loss(proof: Proof) -> None:
    """Where rho = 0 and H = 0, as everywhere for a constant loss, H_eff = 0 for every head."""
    proof.let("flat: gradient", r"$\rho = 0$", rho)
    _flat(proof, "flat: gradient")


def piecewise_linear(proof: Proof) -> None:
    """Where H = 0, as everywhere for a linear loss, H_eff = 0 for every ReLU head off its kinks."""
    a, b, i = sp.symbols("a b i", integer=True)
    proof.every(d, a, b)
    proof.every(k, i)
    proof.let("piecewise linear", "$K = 0$ off the kinks", K.entry(i, a, b))
    _flat(proof, "piecewise linear")

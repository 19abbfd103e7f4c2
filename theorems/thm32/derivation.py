"""The derivations of 3.2 for the whole effective Hessian, in symbolic dimensions d and k.

Second derivatives are taken along a line z + t v. Scalars that are differentiated, such as c, are
written as indexed objects with the index 0, because the calculus knows no others.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from verify.symbolic.bounds import at_most, slack
from verify.symbolic.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total

d, k = sp.symbols("d k", integer=True, positive=True)
i, a, b, p, q = sp.symbols("i a b p q", integer=True)
"""Free indices; summed ones are made by `total`."""

z, v, centre, velocity, slope = (
    sp.IndexedBase(name) for name in ("z", "v", "z^{0}", r"\dot\gamma", r"\nabla f")
)
curve, gradient = sp.IndexedBase("gamma"), sp.IndexedBase("s")
rho, e = sp.IndexedBase("rho"), sp.IndexedBase("e")
hessian, jacobian = sp.IndexedBase("H"), sp.IndexedBase("J")
second, whole = sp.IndexedBase("K"), sp.IndexedBase("F")
factor, start, loss = (sp.IndexedBase(name) for name in ("c", "y", "ell"))

POLARISATION = (
    r"$H_{\mathrm{eff}} = G + M$ is the Hessian of $L \circ h$, derived under Theorem 4.1, and a "
    "symmetric matrix is determined by its quadratic form"
)
INVERSE = (
    r"inverse function theorem: where $\phi' > 0$ a $C^2$ function has a $C^2$ inverse, on an interval "
    "around each of its values"
)
PINKUS = (
    "Pinkus (1999), Theorem 4.1: on compact sets networks with one hidden layer and a $C^m$ activation "
    "that is no polynomial come arbitrarily close, with all derivatives up to order $m$"
)
CONTINUOUS = "a continuous function is uniformly continuous on compact sets"
CONSTANT = "a function on an interval whose derivative vanishes is constant"
TAYLOR = r"Taylor: $F(x) = F(0) + F'(0) x + \int_0^x (x - t) F''(t) \, dt$"
RAYLEIGH = r"$|v^T A v| \leq |A|$ for unit $v$, and $|X^T A X| \leq |X|^2 |A|$"

Vector = Callable[[sp.Expr], sp.Expr]


def _delta(x: sp.Expr, y: sp.Expr) -> sp.Expr:
    return sp.KroneckerDelta(x, y)


def _form(left: Vector, right: Vector, size: sp.Expr = k) -> sp.Sum:
    """left^T H right, for vectors of R^k."""
    return total(lambda i, j: left(i) * hessian[i, j] * right(j), size, size)


def _square(vector: sp.IndexedBase, size: sp.Expr = d) -> sp.Sum:
    return total(lambda a: vector[a] ** 2, size)


def _positive(name: str, assumed: bool) -> sp.Symbol:
    return slack(name, assumed, strict=True)


def _slope(proof: Proof) -> sp.Symbol:
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
    r = _positive("r", given)
    proof.follows(
        "along $e$",
        along,
        r,
        using={
            "direction": total(lambda i: (rho[i] - r * e[i]) * e[i], k) + r * (_square(e, k) - 1)
        },
    )
    proof.fact("is positive", sp.Gt(r, 0, evaluate=False), bool(r.is_positive))
    return r


def _isotropic(proof: Proof, c: sp.Expr, text: str) -> None:
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
    wanted = start[0] + c * _square(z) / 2
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
        c * _square(v),
        order=2,
    )
    proof.cite(POLARISATION)


def _network(proof: Proof, c: sp.Expr, what: str, order: int) -> None:
    """A network whose matrix is within c eps of c I is eps-isotropic."""
    proof.cite(PINKUS)
    proof.cite(CONTINUOUS)
    near = proof.let(
        "network",
        f"a network is so close to $h$ up to order {order} that its {what} is within $\\omega \\leq c "
        r"\epsilon$: $c \epsilon = \omega + s$",
    )
    omega, s = sp.Symbol("omega", nonnegative=True), slack("s", near)
    at_most(proof, r"So it is $\epsilon$-isotropic", omega / c, (omega + s) / c)


# --- (A) exact isotropy -------------------------------------------------------------------------


def exact(proof: Proof) -> None:
    """(A): h = u0 + phi^-1(phi(0) + c |z|^2 / 2) e has H_eff = c I on a neighbourhood of K."""
    _slope(proof)
    proof.cite(INVERSE)
    window = _positive(
        "eta", proof.let("window", r"$\phi^{-1}$ reaches to $\phi(0) + \eta$, $\eta > 0$")
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
    _isotropic(
        proof, factor[0], r"$h(z) = u_0 + \phi^{-1}(y + \frac{c}{2} |z|^2) e$ with $y = \phi(0)$"
    )
    _network(proof, sp.Symbol("c", positive=True), "effective Hessian", 2)


def split(proof: Proof) -> None:
    """G has rank one at most, and off grad s the isotropy is carried by M."""
    proof.symmetric = frozenset({hessian, second})
    curvature = sp.Symbol("phi''")
    pulled = lambda x, y: _form(lambda i: e[i] * gradient[x], lambda j: e[j] * gradient[y])  # noqa: E731
    bend = lambda x, y: total(lambda i: rho[i] * e[i] * second[x, y], k)  # noqa: E731
    along = _form(lambda i: e[i], lambda j: e[j])
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
        factor[0] * _square(v),
        using={
            "isotropic": quadratic + interaction - factor[0] * _square(v),
            "across": -along * crossed**2,
        },
    )


def constant_loss(proof: Proof) -> None:
    """Where rho = 0 and H = 0, as everywhere for a constant loss, H_eff = 0 for every head."""
    proof.let("flat: gradient", r"$\rho = 0$")
    proof.let("flat: Hessian", r"$H = \nabla^2 L = 0$")
    pulled = _form(lambda i: jacobian[i, a], lambda j: jacobian[j, b])
    bend = total(lambda i: rho[i] * second[i, a, b], k)
    proof.follows(
        r"$H_{\mathrm{eff}} = G + M$ for any $J$ and $K = D^2 h$",
        pulled + bend,
        sp.S.Zero,
        using={"flat: gradient": bend, "flat: Hessian": pulled},
    )


# --- (B) the identity ---------------------------------------------------------------------------


def convex(proof: Proof) -> None:
    """(B): for a convex nonconstant loss H_eff = I on all of R^d."""
    at_start = _slope(proof)
    rising = proof.given("convex", r"$\phi'$ does not decrease: $\phi' = r + x$ with $x \geq 0$")
    more, ahead, area = slack("x", rising), sp.Symbol("s", nonnegative=True), slack("X", rising)
    proof.fact(
        r"$\phi'$ stays positive for $s \geq 0$",
        sp.Gt(at_start + more, 0, evaluate=False),
        bool((at_start + more).is_positive),
    )
    at_most(
        proof,
        r"and $\phi(s) - \phi(0)$, the integral of $r + x$, grows without bound: $\phi$ maps $[0, "
        r"\infty)$ onto $[\phi(0), \infty)$",
        at_start * ahead,
        at_start * ahead + area,
    )
    proof.cite(INVERSE)
    size = sp.Symbol("|z|", nonnegative=True)
    at_most(
        proof,
        r"$1 + \frac{1}{2} |z|^2 > 0$ lies inside, for every $z$",
        sp.S.Zero,
        1 + size**2 / 2,
        strict=True,
    )
    _isotropic(
        proof, sp.S.One, r"$h(z) = u_0 + \phi^{-1}(y + \frac{1}{2} |z|^2) e$, $y = \phi(0) + 1$"
    )
    _network(proof, sp.S.One, "effective Hessian, on the compact image of $\\gamma$,", 2)


def necessary(proof: Proof) -> None:
    """(B): H_eff = c I along a curve makes f = L o h a parabola |gamma - z0|^2 along it."""
    proof.symmetric = frozenset({whole})
    pushed = lambda r: total(lambda b: whole[r, b] * velocity[b], d)  # noqa: E731
    rules: dict[sp.IndexedBase, Rule] = {curve: lambda r: velocity[r], factor: constant}
    if proof.let("smooth", r"$f = L \circ h$ is $C^2$ with Hessian $F$"):
        rules |= {loss: lambda _: total(lambda a: slope[a] * velocity[a], d), slope: pushed}
    proof.rate(
        r"Along $\gamma$",
        slope[a] - factor[0] * curve[a],
        rules,
        pushed(a) - factor[0] * velocity[a],
    )
    proof.let("isotropic", r"$F = c I$ along $\gamma$")
    gap = total(lambda b: (whole[a, b] - factor[0] * _delta(a, b)) * velocity[b], d)
    proof.follows(
        "which vanishes",
        pushed(a) - factor[0] * velocity[a],
        sp.S.Zero,
        using={"isotropic": gap},
    )
    proof.cite(CONSTANT)
    proof.let("centre", r"so $\nabla f(\gamma) = c (\gamma - z^0)$ for some fixed $z^0$")
    if "centre" not in proof.withdrawn:
        rules[centre] = constant
    away = lambda r: curve[r] - centre[r]  # noqa: E731
    left = total(lambda a: (slope[a] - factor[0] * away(a)) * velocity[a], d)
    proof.rate(
        r"and $\ell = f(\gamma)$ differs from the parabola",
        loss[0] - factor[0] * total(lambda a: away(a) ** 2, d) / 2,
        rules,
        left,
    )
    proof.follows("by a constant", left, sp.S.Zero, using={"centre": left})


def oscillation(proof: Proof) -> None:
    """(B): (1 - eps) c l^2 / 8 <= sup L - inf L on a straight segment of length l."""
    c, epsilon, length, t = sp.symbols("c epsilon l t", positive=True)
    excess = slack(
        "x", proof.let("sign", r"the form of $F / c - I$ at $v$ is $x - \epsilon$, $x \geq 0$")
    )
    proof.let("unit", r"$v = \gamma'$ is a unit vector")
    quadratic = total(lambda a, b: v[a] * whole[a, b] * v[b], d, d)
    least = (1 - epsilon) * c
    proof.follows(
        r"$F(t) = L(h(\gamma(t)))$ has $F'' = v^T H_{\mathrm{eff}} v$",
        quadratic,
        least + c * excess,
        using={
            "sign": quadratic - c * _square(v) - c * (excess - epsilon),
            "unit": c * (_square(v) - 1),
        },
    )
    proof.cite(RAYLEIGH)
    proof.cite(TAYLOR)
    proof.equal(
        r"A second derivative of at least $(1 - \epsilon) c$ adds to $F(\frac{l}{2}) + "
        r"F(-\frac{l}{2}) - 2 F(0)$ at least",
        sp.integrate((length / 2 - t) * 2 * least, (t, 0, length / 2)),
        least * length**2 / 4,
    )
    top, bottom = sp.symbols("sup inf")
    range_ = proof.let(
        "range", r"$F(\pm \frac{l}{2}) = \sup L - a_\pm$, $F(0) = \inf L + a_0$ with all $a \geq 0$"
    )
    above, below, low = (slack(f"a_{sign}", range_) for sign in ("+", "-", "0"))
    rest = slack("X", "sign" not in proof.withdrawn)
    proof.let("Taylor", "Taylor at both ends, $X \\geq 0$ being what the integral has beyond that")
    bound = least * length**2 / 8
    proof.follows(
        "The oscillation of the loss",
        top - bottom,
        bound + rest / 2 + (above + below) / 2 + low,
        using={
            "Taylor": (top - above + top - below) / 2
            - (bottom + low)
            - least * length**2 / 8
            - rest / 2
        },
    )
    at_most(proof, "is at least the bound", bound, bound + rest / 2 + (above + below) / 2 + low)
    cosine = slack(
        "o", proof.let("cosine", r"$0 \leq 2 - 2 \cos \leq 4$: it oscillates by $4 - o$")
    )
    at_most(
        proof,
        r"For a cosine loss $(1 - \epsilon) c l^2$, eight times the bound, is at most $32$",
        8 * (4 - cosine - rest / 2 - (above + below) / 2 - low),
        sp.Integer(32),
    )
    proof.cite("Cauchy-Schwarz")

"""The derivations of 3.2 for the Gauss-Newton term G = J^T H J alone, in symbolic dimensions.

Along the curve the loss Hessian is a metric g on the images u(t); the head's Jacobian A(t) maps a
Euclidean frame q_1, .., q_d of the curve to a g-orthonormal frame e_1, .., e_d.
"""

from __future__ import annotations

import sympy as sp

from theorems.thm32.derivation import K, d, k, rho
from theorems.thm32.derivation_curve import tube
from verify.claims.bounds import at_most, slack
from verify.claims.derivation import Proof
from verify.symbolic.matrices import Matrix, contract, identity, matrix, vector

v, u_dot, velocity = vector("v", d), vector(r"\dot u", k), vector(r"\dot\gamma", d)
g, A, J = matrix("g", k, k, symmetric=True), matrix("A", k, d), matrix("J", k, d)


def construction(proof: Proof) -> None:
    """A = sum_p e_p q_p^T with A^T g A = I and u' = A gamma', and a head with it."""
    first = sp.Symbol("o", integer=True)  # the number of the tangent in its frame
    proof.over(d, first)
    plane = proof.given("wide: plane", "$k \\geq 2$: $x = k - 1 > 0$")
    excess = slack("x", plane, strict=True)
    proof.fact(
        r"The open set where $g = \nabla^2 L \succ 0$ contains a circle $C$",
        sp.Gt(excess, 0, evaluate=False),
    )
    positive = proof.given("definite", "$g \\succ 0$ there: $w = |C'|_g > 0$")
    regular = proof.given("trajectory", r"$\gamma$ is regular: $\sigma = |\dot\gamma| > 0$")
    w, sigma = slack("w", positive, strict=True), slack("sigma", regular, strict=True)
    turn = sp.Symbol(r"\dot\theta")
    circle = vector("C'", k)
    proof.let("length", "$w^2 = C'^T g C'$", (circle.T @ g @ circle).scalar - w**2, by="definition")
    proof.let(
        "circle",
        r"$u = C(\theta)$ runs round it, with $w \dot\theta = \sigma$",
        turn * w - sigma,
        by="definition",
    )
    off, moved = u_dot - turn * circle, turn * circle
    proof.let("path", r"$\dot u = \dot\theta C'$", off, by="definition")
    speed = {
        "path": (off.T @ g @ off + off.T @ g @ moved + moved.T @ g @ off).scalar,
        "length": turn**2 * ((circle.T @ g @ circle).scalar - w**2),
        "circle": turn**2 * w**2 - sigma**2,
    }
    proof.follows(
        r"as fast in $g$ as $\gamma$: $|\dot u|_g = |\dot\gamma|$",
        u_dot.T @ g @ u_dot,
        sigma**2,
        using=speed,
    )
    proof.fact(
        r"where $\dot\theta = \sigma / w$ is positive and finite",
        sp.Gt(sigma / w, 0, evaluate=False),
    )
    proof.cite("separation")
    start = vector("e_1", k)
    short = sigma * start - u_dot
    proof.let("tangent", r"$e_1 = \dot u / \sigma$", short, by="definition")
    proof.follows(
        r"$e_1$ is a unit vector of $g$: times $\sigma^2$",
        sigma**2 * (start.T @ g @ start),
        sigma**2,
        using={
            **speed,
            "tangent": (short.T @ g @ short + short.T @ g @ u_dot + u_dot.T @ g @ short).scalar,
        },
    )
    room = slack("m", proof.given("wide: frame", "$k \\geq d$: $m = k - d \\geq 0$"))
    proof.fact(
        r"$e_1$ is completed to $d$ vectors in $\mathbb{R}^k$, orthonormal in $g$",
        sp.Ge(room, 0, evaluate=False),
    )
    proof.cite("frame-completion")
    e, q = matrix("e", k, d), matrix("q", d, d)
    unit = Matrix(d, sp.S.One, lambda a, _: sp.KroneckerDelta(a, first), "o", sp.S.One)
    built = e @ q
    proof.let(
        "orthonormal: e",
        r"$e^T g e = I$ for the columns $e_p$",
        e.T @ g @ e - identity(d),
        by="frame-completion",
    )
    proof.let(
        "orthonormal: q", r"$q^T q = I$ for the rows $q_p$", q.T @ q - identity(d), by="definition"
    )
    off = A - built
    proof.let("jacobian", r"$A = e q = \sum_p e_p q_p^T$", off, by="definition")
    proof.follows(
        "$A$ has $A^T g A = I$",
        A.T @ g @ A,
        identity(d),
        using={
            "jacobian": off.T @ g @ A + built.T @ g @ off,
            "orthonormal: e": q.T @ (e.T @ g @ e - identity(d)) @ q,
            "orthonormal: q": q.T @ q - identity(d),
        },
    )
    proof.let(
        "first: q",
        r"$\dot\gamma = \sigma q_1$: $q \dot\gamma = \sigma o$, $o$ the first unit vector",
        q @ velocity - sigma * unit,
        by="frame-completion",
    )
    proof.let(
        "first: e", "$e_1$ is the first of them, $e o$", e @ unit - start, by="frame-completion"
    )
    proof.follows(
        r"and $A \dot\gamma = \dot u$",
        A @ velocity,
        u_dot,
        using={
            "jacobian": off @ velocity,
            "first: q": e @ (q @ velocity - sigma * unit),
            "first: e": sigma * (e @ unit - start),
            "tangent": short,
        },
    )
    tube(
        proof,
        r"With arc, $u$ and $A$ continued a little beyond both ends, the head $h(\gamma(t) + n) = u + A n$, moved by $\dot t = \tau$, $\dot n = \nu$",
        by="steps",
    )
    proof.cite("smooth-approximation", "pinkus", "uniform-continuity")
    near = proof.let(
        "network",
        r"a network is so close to it up to order 1 that $|G - I| = \epsilon - s$, $s \geq 0$",
        by="smooth-approximation",
    )
    size, s = sp.Symbol("|G-I|", nonnegative=True), slack("s", near)
    at_most(proof, r"So it is $\epsilon$-isotropic", size, size + s, equal_at={s: 0})


def signature(proof: Proof) -> None:
    """A^T g A = I takes d positive eigenvalues of g, and so k >= d."""
    proof.let("isotropic", "$A^T g A = I$", A.T @ g @ A - identity(d))
    proof.follows(
        "The form of $g$ at $Av$",
        (A @ v).T @ g @ (A @ v),
        v.T @ v,
        using={"isotropic": v.T @ (A.T @ g @ A - identity(d)) @ v},
    )
    size = sp.Symbol("n", positive=proof.let("nonzero", "$v \\neq 0$: $n = |v|^2 > 0$") or None)
    proof.fact(
        r"is positive: $A$ is injective, and $g$ is positive on its $d$-dimensional image",
        sp.Gt(size, 0, evaluate=False),
    )
    proof.cite("definite-subspace")


def narrow(proof: Proof) -> None:
    """For k < d, |G - I| >= 1 for every head; and |H_eff / c - I| >= 1 where rho = 0."""
    proof.let("narrow", "$k < d$: some unit vector $v$ has $Jv = 0$", J @ v)
    proof.cite("rank-nullity")
    pulled, bend = J.T @ g @ J, contract(rho, K)
    seen, short = ((J @ v).T @ g @ (J @ v)).scalar, 1 - (v.T @ v).scalar
    proof.let("unit", "$|v| = 1$", short)
    proof.follows(
        "The form of $G - I$ at $v$",
        v.T @ (pulled - identity(d)) @ v,
        sp.Integer(-1),
        using={"narrow": seen, "unit": short},
    )
    factor = sp.Symbol("c", positive=True)
    proof.let("critical", r"$\rho = 0$", rho)
    proof.follows(
        r"and where $\rho = 0$ that of $H_{\mathrm{eff}} - c I$ is $-c$",
        v.T @ (pulled + bend - factor * identity(d)) @ v,
        -factor,
        using={"narrow": seen, "critical": (v.T @ bend @ v).scalar, "unit": factor * short},
    )
    proof.cite("symmetric-norm")


def line(proof: Proof) -> None:
    """k = d = 1: G = 1 along a curve means that h moves at speed 1 in the metric L''."""
    speed, root, second_derivative = sp.symbols(r"\dot{h} r L''", real=True)
    proof.let(
        "isotropic",
        r"$G = L'' \dot h^2 = 1$, $\gamma$ by arc length",
        second_derivative * speed**2 - 1,
    )
    proof.let("root", r"$r^2 = L''$", root**2 - second_derivative)
    proof.follows(
        r"The squared speed of $h(\gamma)$ in the metric",
        (root * speed) ** 2,
        sp.S.One,
        using={
            "isotropic": second_derivative * speed**2 - 1,
            "root": speed**2 * (root**2 - second_derivative),
        },
    )
    proof.cite("locally-constant")
    length = sp.Symbol("l", positive=True)
    rest = slack(
        "x",
        proof.let(
            "compact",
            r"the image, of length $l$, is compact in a component of $\{L'' > 0\}$, which is open: its length is $l + x$ with $x > 0$",
        ),
        strict=True,
    )
    at_most(proof, "So $l$ is less than the component's length", length, length + rest, strict=True)
    steps = sp.Symbol(
        "m",
        positive=proof.let("inside", "$L'' > 0$ on the component: $m = \\sqrt{L''} > 0$") or None,
    )
    proof.fact(
        "Conversely, inside a longer component the solution of $\\dot h = 1 / m$",
        sp.Gt(1 / steps, 0, evaluate=False),
    )
    proof.equal("has $G = 1$", steps**2 * (1 / steps) ** 2, sp.S.One)
    proof.cite("separation")

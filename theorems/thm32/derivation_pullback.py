"""The derivations of 3.2 for the Gauss-Newton term G = J^T H J alone, in symbolic dimensions.

Along the curve the loss Hessian is a metric g on the images u(t); the head's Jacobian A(t) maps a
Euclidean frame q_1, .., q_d of the curve to a g-orthonormal frame e_1, .., e_d.
"""

from __future__ import annotations

import sympy as sp

from theorems.thm32.derivation_curve import tube
from verify.claims.bounds import at_most, slack
from verify.claims.derivation import Proof
from verify.symbolic.indexed import total

d, k = sp.symbols("d k", integer=True, positive=True)
i, a, b, first = sp.symbols("i a b o", integer=True)
"""Free indices; `first` is the number of the tangent in its frame."""

v, velocity, u_dot, circle = (
    sp.IndexedBase(name) for name in ("v", r"\dot\gamma", r"\dot u", "C'")
)
metric, frame, basis, jacobian = (sp.IndexedBase(name) for name in ("g", "e", "q", "A"))
rho, second = sp.IndexedBase("rho"), sp.IndexedBase("K")


def _pulled(x: sp.Expr, y: sp.Expr) -> sp.Sum:
    """(A^T g A)_xy."""
    return total(lambda i, j: jacobian[i, x] * metric[i, j] * jacobian[j, y], k, k)


def construction(proof: Proof) -> None:
    """(C): A = sum_p e_p q_p^T with A^T g A = I and u' = A gamma', and a head with it."""
    proof.over(d, first)
    proof.symmetric = frozenset({metric})
    plane = proof.given("wide: plane", "$k \\geq 2$: $n = k - 1 > 0$")
    excess = slack("n", plane, strict=True)
    proof.fact(
        r"The open set where $g = \nabla^2 L \succ 0$ contains a circle $C$",
        sp.Gt(excess, 0, evaluate=False),
        bool(excess.is_positive),
    )
    positive = proof.given("definite", "$g \\succ 0$ there: $w = |C'|_g > 0$")
    regular = proof.given("trajectory", r"$\gamma$ is regular: $\sigma = |\dot\gamma| > 0$")
    w, sigma = slack("w", positive, strict=True), slack("sigma", regular, strict=True)
    turn = sp.Symbol(r"\dot\theta")
    proof.let("circle", r"$u = C(\theta)$ runs round it, with $w \dot\theta = \sigma$")
    moved = total(lambda i, j: turn * circle[i] * metric[i, j] * turn * circle[j], k, k)
    along = total(lambda i, j: circle[i] * metric[i, j] * circle[j], k, k)
    proof.let("length", "$w^2 = C'^T g C'$")
    proof.follows(
        r"as fast in $g$ as $\gamma$: $|\dot u|_g = |\dot\gamma|$",
        moved,
        sigma**2,
        using={
            "length": turn**2 * (along - w**2),
            "circle": turn**2 * w**2 - sigma**2,
        },
    )
    proof.fact(
        r"where $\dot\theta = \sigma / w$ is positive and finite",
        sp.Gt(sigma / w, 0, evaluate=False),
        bool((sigma / w).is_positive),
    )
    proof.cite("separation")
    room = slack("m", proof.given("wide: frame", "$k \\geq d$: $m = k - d \\geq 0$"))
    proof.fact(
        r"$e_1 = \dot u / |\dot u|_g$ is completed to $d$ vectors in $\mathbb{R}^k$, orthonormal in $g$",
        sp.Ge(room, 0, evaluate=False),
        bool(room.is_nonnegative),
    )
    proof.cite("frame-completion")
    entry = lambda r, c: total(lambda p: frame[r, p] * basis[p, c], d)  # noqa: E731
    pairing = lambda p, q: total(lambda i, j: frame[i, p] * metric[i, j] * frame[j, q], k, k)  # noqa: E731
    delta = sp.KroneckerDelta
    proof.let("orthonormal: e", r"$e_p^T g e_q = \delta_{pq}$")
    proof.let("orthonormal: q", r"$q_1, .., q_d$ is orthonormal: $\sum_p q_p q_p^T = I$")
    proof.follows(
        r"$A = \sum_p e_p q_p^T$ has $A^T g A = I$",
        total(lambda i, j: entry(i, a) * metric[i, j] * entry(j, b), k, k),
        delta(a, b),
        using={
            "orthonormal: e": total(
                lambda p, q: basis[p, a] * (pairing(p, q) - delta(p, q)) * basis[q, b], d, d
            ),
            "orthonormal: q": total(lambda p: basis[p, a] * basis[p, b], d) - delta(a, b),
        },
    )
    proof.let("first: q", r"$\dot\gamma = \sigma q_1$: $q_p \cdot \dot\gamma = \sigma \delta_{p1}$")
    proof.let("first: e", r"$\dot u = \sigma e_1$")
    proof.follows(
        r"and $A \dot\gamma = \dot u$ (the first of the frame has the number $o$)",
        total(lambda c: entry(i, c) * velocity[c], d),
        u_dot[i],
        using={
            "first: q": total(
                lambda p: (
                    frame[i, p]
                    * (total(lambda c: basis[p, c] * velocity[c], d) - sigma * delta(p, first))
                ),
                d,
            ),
            "first: e": sigma * frame[i, first] - u_dot[i],
        },
    )
    tube(proof, r"The head $h(\gamma(t) + n) = u + A n$, moved by $\dot t = \tau$, $\dot n = \nu$")
    proof.cite("smooth-approximation", "pinkus", "uniform-continuity")
    near = proof.let(
        "network",
        r"a network is so close to it up to order 1 that $|G - I| = \epsilon - s$, $s \geq 0$",
    )
    size, s = sp.Symbol("|G-I|", nonnegative=True), slack("s", near)
    at_most(proof, r"So it is $\epsilon$-isotropic", size, size + s)


def signature(proof: Proof) -> None:
    """A^T g A = I takes d positive eigenvalues of g, and so k >= d."""
    proof.symmetric = frozenset({metric})
    proof.let("isotropic", "$A^T g A = I$")
    image = lambda r: total(lambda c: jacobian[r, c] * v[c], d)  # noqa: E731
    square = total(lambda a: v[a] ** 2, d)
    gap = total(lambda a, b: v[a] * (_pulled(a, b) - sp.KroneckerDelta(a, b)) * v[b], d, d)
    proof.follows(
        "The form of $g$ at $Av$",
        total(lambda i, j: image(i) * metric[i, j] * image(j), k, k),
        square,
        using={"isotropic": gap},
    )
    size = sp.Symbol("n", positive=proof.let("nonzero", "$v \\neq 0$: $n = |v|^2 > 0$") or None)
    proof.fact(
        r"is positive: $A$ is injective, and $g$ is positive on its $d$-dimensional image",
        sp.Gt(size, 0, evaluate=False),
        bool(size.is_positive),
    )
    proof.cite("definite-subspace")


def narrow(proof: Proof) -> None:
    """For k < d, |G - I| >= 1 for every head; and |H_eff / c - I| >= 1 where rho = 0."""
    proof.symmetric = frozenset({metric, second})
    proof.let("narrow", "$k < d$: some unit vector $v$ has $Jv = 0$, $J = A$")
    proof.cite("rank-nullity")
    image = lambda r: total(lambda c: jacobian[r, c] * v[c], d)  # noqa: E731
    square = total(lambda a: v[a] ** 2, d)
    pulled = total(lambda a, b: v[a] * _pulled(a, b) * v[b], d, d)
    seen = total(lambda i, j: image(i) * metric[i, j] * image(j), k, k)
    proof.let("unit", "$|v| = 1$")
    proof.follows(
        "The form of $G - I$ at $v$",
        pulled - square,
        sp.Integer(-1),
        using={"narrow": seen, "unit": 1 - square},
    )
    bend = total(lambda i: rho[i] * total(lambda a, b: v[a] * second[i, a, b] * v[b], d, d), k)
    factor = sp.Symbol("c", positive=True)
    proof.let("critical", r"$\rho = 0$")
    proof.follows(
        r"and where $\rho = 0$ that of $H_{\mathrm{eff}} - c I$ is $-c$",
        pulled + bend - factor * square,
        -factor,
        using={"narrow": seen, "critical": bend, "unit": factor * (1 - square)},
    )
    proof.cite("symmetric-norm")


def line(proof: Proof) -> None:
    """k = d = 1: G = 1 along a curve means that h moves at speed 1 in the metric L''."""
    speed, root, second_derivative = sp.symbols(r"\dot{h} r L''", real=True)
    proof.let("isotropic", r"$G = L'' \dot h^2 = 1$, $\gamma$ by arc length")
    proof.let("root", r"$r^2 = L''$")
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
            r"the image, of length $l$, is compact in a component of $\{L'' > 0\}$, which is open: its "
            "length is $l + x$ with $x > 0$",
        ),
        strict=True,
    )
    at_most(proof, "So $l$ is less than the component's length", length, length + rest, strict=True)
    steps = sp.Symbol(
        "r", positive=proof.let("inside", "$L'' > 0$ on the component: $r > 0$") or None
    )
    proof.fact(
        "Conversely, inside a longer component the solution of $\\dot h = 1 / r$",
        sp.Gt(1 / steps, 0, evaluate=False),
        bool((1 / steps).is_positive),
    )
    proof.equal("has $G = 1$", steps**2 * (1 / steps) ** 2, sp.S.One)
    proof.cite("separation")

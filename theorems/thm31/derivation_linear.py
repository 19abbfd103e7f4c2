"""The derivations of 3.1 for strictly linear heads and for fixed points that are kept.

As in `derivation`, whose letters these are: every dimension is a symbol.
"""

from __future__ import annotations

import sympy as sp

from theorems.thm31.derivation import (
    Vector,
    a,
    affine_hessian,
    b,
    basis,
    before,
    c,
    d,
    delta,
    dot,
    eigenvectors,
    form,
    frame,
    gram,
    i,
    k,
    loss_hessian,
    orthonormal,
    p,
    psd_eigenvectors,
    q,
    rho,
    s,
    through_frame,
    u,
    v,
    weight,
    z,
)
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total

first = sp.Symbol("o", integer=True)
"""The index of the frame's vector along z*."""


def linear_origin(proof: Proof) -> None:
    """(ii)(a): at z* = 0 a strictly linear head whitens S, with the output 0 whatever W."""
    proof.symmetry(loss_hessian)
    proof.every(d, a)
    proof.let("origin", r"$z^* = 0$; $H = \nabla^2 L(0)$ has $s$ positive eigenvalues", z[a])
    image = total(lambda a: weight[i, a] * z[a], d)
    proof.follows("The output is $0$, where $H$ is taken", image, sp.S.Zero, {"origin": image})
    affine_hessian(proof, "linear")
    eigenvectors(proof, "positive: eigenvectors", "positive: signs")
    through_frame(proof)


def linear_outside(proof: Proof) -> None:
    """(ii)(b): a strictly linear head whitens S at z* outside S, with any prescribed output u."""
    proof.every(s, p, q)
    proof.symmetry(loss_hessian)
    affine_hessian(proof, "linear")
    eigenvectors(proof, "positive: eigenvectors", "positive: signs")
    proof.let(
        "choice", "$e_p^T H e_q = \\delta_{pq}$, just derived", orthonormal(basis, p, q), by="steps"
    )
    proof.given("outside: frame", "$Q^T Q = I$, $S$ the span of $Q$", gram(p, q))
    inside = lambda p: dot(lambda a: frame[a, p], lambda a: z[a], d)  # noqa: E731
    y: Vector = lambda a: z[a] - total(lambda p: frame[a, p] * inside(p), s)  # noqa: E731
    proof.follows(
        "The part $y = z^* - Q Q^T z^*$ is orthogonal to $S$",
        dot(y, lambda a: frame[a, q], d),
        sp.S.Zero,
        using={"outside: frame": -total(lambda p: inside(p) * gram(p, q), s)},
    )
    proof.follows(
        r"and $y \cdot z^* = |y|^2$",
        dot(y, lambda a: z[a], d),
        dot(y, y, d),
        using={"outside: frame": -total(lambda p, q: inside(p) * gram(p, q) * inside(q), s, s)},
    )
    nonzero = proof.given("outside: nonzero", r"$z^* \notin S$: $n \neq 0$")
    n = sp.Symbol("n", nonzero=nonzero or None)
    proof.given("outside: n", "$n = |y|^2$", dot(y, y, d) - n)
    dual = sp.IndexedBase("w")
    at_z = dot(lambda a: dual[a], lambda a: z[a], d)
    at_frame = dot(lambda a: dual[a], lambda a: frame[a, q], d)
    proof.every(d, a)
    proof.let("dual", "$w = y / n$", n * dual[a] - y(a), by="definition")
    defined = lambda x: dot(lambda a: n * dual[a] - y(a), x, d)  # noqa: E731
    proof.follows(
        r"times $n$, $w \cdot z^* = 1$",
        n * at_z,
        n,
        using={
            "dual": defined(lambda a: z[a]),
            "outside: frame": -total(lambda p, q: inside(p) * gram(p, q) * inside(q), s, s),
            "outside: n": dot(y, y, d) - n,
        },
    )
    proof.follows(
        "and $Q^T w = 0$",
        n * at_frame,
        sp.S.Zero,
        using={
            "dual": defined(lambda a: frame[a, q]),
            "outside: frame": -total(lambda p: inside(p) * gram(p, q), s),
        },
    )
    proof.let("dual: z", r"$w \cdot z^* = 1$, just derived", at_z - 1, by="steps")
    proof.let("dual: S", "and $Q^T w = 0$", at_frame, by="steps")
    rest: Vector = lambda i: u[i] - total(lambda p: basis[i, p] * inside(p), s)  # noqa: E731
    w = lambda i, a: total(lambda p: basis[i, p] * frame[a, p], s) + rest(i) * dual[a]  # noqa: E731
    proof.follows(
        "$W = E Q^T + (u - E Q^T z^*) w^T$ sends $z^*$ to $u$",
        total(lambda a: w(i, a) * z[a], d),
        u[i],
        using={"dual: z": rest(i) * (at_z - 1)},
    )
    proof.follows(
        "and $Q$ to $E$",
        total(lambda a: w(i, a) * frame[a, q], d),
        basis[i, q],
        using={
            "outside: frame": total(lambda p: basis[i, p] * gram(p, q), s),
            "dual: S": rest(i) * at_frame,
        },
    )
    proof.follows(
        "so that $Q^T W^T H W Q = E^T H E = I$",
        form(lambda i: basis[i, p], lambda i: basis[i, q]),
        delta(p, q),
        using={"choice": orthonormal(basis, p, q)},
    )


def linear_smaller(proof: Proof) -> None:
    """r < d and H positive semidefinite: S orthogonal to z*, and W = E Q^T + W_0 (I - Q Q^T)."""
    proof.every(k, i)
    proof.given(
        "linear: before",
        "$h_0(z) = W_0 z$, and $u = h_0(z^*)$",
        u[i] - total(lambda a: before[i, a] * z[a], d),
    )
    proof.symmetry(loss_hessian)
    affine_hessian(proof, "linear")
    psd_eigenvectors(proof)
    proof.every(s, p, q)
    proof.let(
        "choice", "$e_p^T H e_q = \\delta_{pq}$, just derived", orthonormal(basis, p, q), by="steps"
    )
    smaller = proof.given("smaller", r"$s < d$: $d = s + 1 + m$ with $m \geq 0$")
    more = sp.Symbol("m", integer=True, nonnegative=smaller or None)
    proof.fact(
        r"The $v$ with $v \cdot z^* = 0$ are a space of at least $d - 1$ dimensions, and",
        sp.Ge(d - 1, s, evaluate=False),
        at={d: s + 1 + more},
    )
    across = lambda p: dot(lambda a: frame[a, p], lambda a: z[a], d)  # noqa: E731
    proof.let("frame", "$Q^T Q = I$, $S$ the span of $Q$", gram(p, q), by="definition")
    proof.let("across", "$S$ is chosen there: $Q^T z^* = 0$", across(p), by="rank-nullity")
    kept = lambda i, p: total(lambda b: before[i, b] * frame[b, p], d)  # noqa: E731
    turned = lambda i, p: basis[i, p] - kept(i, p)  # noqa: E731
    w = lambda i, a: before[i, a] + total(lambda p: turned(i, p) * frame[a, p], s)  # noqa: E731
    proof.follows(
        "$W = E Q^T + W_0 (I - Q Q^T)$ sends $z^*$ to $u$",
        total(lambda a: w(i, a) * z[a], d),
        u[i],
        using={
            "across": total(lambda p: turned(i, p) * across(p), s),
            "linear: before": -(u[i] - total(lambda a: before[i, a] * z[a], d)),
        },
    )
    proof.follows(
        "and $Q$ to $E$",
        total(lambda a: w(i, a) * frame[a, q], d),
        basis[i, q],
        using={"frame": total(lambda p: turned(i, p) * gram(p, q), s)},
    )
    proof.follows(
        "so that $Q^T W^T H W Q = E^T H E = I$",
        form(lambda i: basis[i, p], lambda i: basis[i, q]),
        delta(p, q),
        using={"choice": orthonormal(basis, p, q)},
    )


def linear_factor(proof: Proof) -> None:
    """Behind a PSD loss Hessian, up to a factor: W = g E Q^T with W z* = u, for z* != 0 in S; else see the two above."""
    proof.symmetry(loss_hessian)
    affine_hessian(proof, "linear")
    proof.over(s, first)
    proof.every(s, p, q)
    proof.every(k, i)
    rank = proof.given("rank", r"$s = r$, and at $u$ the rank is $r + m$ with $m \geq 0$")
    more = sp.Symbol("m", integer=True, nonnegative=rank or None)
    semidefinite = proof.given(
        "psd-everywhere",
        r"$H = \nabla^2 L(u) \succeq 0$: $n_+$ is the rank. Some $u$ at which it is $r$ or more has $\eta = u^T H u > 0$, by `semidefinite_reaches` in Coq",
    )
    eigenvalues = sp.Symbol("n_+", integer=True, positive=True)
    proof.fact(
        "These eigenvalues are enough for $S$:",
        sp.Ge(eigenvalues, s, evaluate=False),
        at={eigenvalues: s + more},
    )
    length, root = sp.symbols("zeta g", positive=True)
    size = sp.Symbol("eta", positive=semidefinite or None)
    proof.fact(
        r"$z^*$ is not $0$ and lies in $S$: $\zeta = |z^*| > 0$ and $g = \sqrt{\eta} / \zeta$. The factor $g^2$ is positive",
        sp.Gt(size / length**2, 0, evaluate=False),
    )
    proof.cite("spectral")
    proof.let(
        "choice",
        r"$e_p^T H e_q = \delta_{pq}$ with $g \zeta e_o = u$, by the lemma",
        orthonormal(basis, p, q),
        root * length * basis[i, first] - u[i],
        by="inertia-complement",
    )
    proof.let(
        "frame",
        r"$Q^T Q = I$, $S$ the span of $Q$, with $q_o = z^* / \zeta$",
        gram(p, q),
        by="definition",
    )
    proof.every(d, a, b)
    w = lambda i, a: root * total(lambda p: basis[i, p] * frame[a, p], s)  # noqa: E731
    proof.follows(
        r"$W = g E Q^T$ sends $z^* = \zeta q_o$ to $u$, where $H$ is taken",
        total(lambda a: w(i, a) * length * frame[a, first], d),
        u[i],
        using={
            "frame": root * length * total(lambda p: basis[i, p] * gram(p, first), s),
            "choice": root * length * basis[i, first] - u[i],
        },
    )
    proof.follows(
        "The effective Hessian is $g^2 Q Q^T$",
        form(lambda i: w(i, a), lambda i: w(i, b)),
        root**2 * total(lambda p: frame[a, p] * frame[b, p], s),
        using={
            "choice": root**2
            * total(lambda p, q: frame[a, p] * orthonormal(basis, p, q) * frame[b, q], s, s)
        },
    )
    along: Vector = lambda a: total(lambda p: frame[a, p] * c[p], s)  # noqa: E731
    proof.follows(
        "At $v = Qc$ in $S$ its form is $g^2 |v|^2$",
        root**2 * total(lambda p: dot(along, lambda a: frame[a, p], d) ** 2, s),
        root**2 * dot(along, along, d),
        using={
            "frame": root**2
            * total(lambda p, q, e: c[p] * gram(p, q) * (gram(q, e) + delta(q, e)) * c[e], s, s, s)
        },
    )


def linear_inside(proof: Proof) -> None:
    """(ii)(c): z* in S needs u^T H u = |z*|^2, which with s <= n_+ suffices."""
    proof.over(s, first)
    proof.symmetry(loss_hessian)
    h_eff = sp.IndexedBase("A")
    wz: Vector = lambda r: total(lambda a: weight[r, a] * z[a], d)  # noqa: E731
    at_z = total(lambda a, b: z[a] * h_eff[a, b] * z[b], d, d)
    proof.every(k, i)
    proof.let(
        "hessian",
        r"$A = H_{\mathrm{eff}} = W^T H W$, so that $z^{*T} A z^* = (W z^*)^T H (W z^*)$",
        form(wz, wz) - at_z,
        by="definition",
    )
    proof.let("output", "$u = W z^*$", u[i] - wz(i))
    factor = sp.Symbol("gamma", positive=True)
    whitened = at_z - factor * dot(lambda a: z[a], lambda a: z[a], d)
    proof.let(
        "whitened",
        r"$z^* \in S$, where $H_{\mathrm{eff}} = A$ has the form $\gamma |v|^2$; $\gamma = 1$ where the factor is $1$",
        whitened,
    )
    at_u = form(lambda i: u[i], lambda i: u[i])
    proof.follows(
        r"Necessary: at $v = z^*$, $u^T H u = \gamma |z^*|^2$, which is positive",
        at_u,
        factor * dot(lambda a: z[a], lambda a: z[a], d),
        using={
            "output": at_u - form(wz, wz),
            "hessian": form(wz, wz) - at_z,
            "whitened": whitened,
        },
    )
    length, inverse = sp.symbols("zeta y", positive=True)
    proof.let(
        "scalar",
        r"$y^2 \, u^T H u = 1$ with $y = 1 / \zeta$, $\zeta = |z^*| > 0$",
        inverse**2 * at_u - 1,
    )
    proof.follows(
        r"Sufficient: $e_o = y u$ has $e_o^T H e_o = 1$",
        form(lambda i: inverse * u[i], lambda i: inverse * u[i]),
        sp.S.One,
        using={"scalar": inverse**2 * at_u - 1},
    )
    proof.cite("inertia-complement")
    proof.every(s, p, q)
    proof.let(
        "choice",
        r"$e_p^T H e_q = \delta_{pq}$ with $\zeta e_o = u$, by the lemma",
        orthonormal(basis, p, q),
        length * basis[i, first] - u[i],
        by="inertia-complement",
    )
    proof.let(
        "frame",
        r"$Q^T Q = I$ with $q_o = z^* / \zeta$, $o$ the first index",
        gram(p, q),
        by="definition",
    )
    w = lambda i, a: total(lambda p: basis[i, p] * frame[a, p], s)  # noqa: E731
    proof.follows(
        r"$W = E Q^T$ sends $z^* = \zeta q_o$ to $u$",
        total(lambda a: w(i, a) * length * frame[a, first], d),
        u[i],
        using={
            "frame": length * total(lambda p: basis[i, p] * gram(p, first), s),
            "choice": length * basis[i, first] - u[i],
        },
    )
    wq = lambda i, q: total(lambda a: w(i, a) * frame[a, q], d)  # noqa: E731
    # Contracted with coefficients, so that both sides are sums over the frame.
    spread: Vector = lambda i: total(lambda q: wq(i, q) * c[q], s)  # noqa: E731
    image: Vector = lambda i: total(lambda p: basis[i, p] * c[p], s)  # noqa: E731
    proof.follows(
        "and $Qc$ to $Ec$",
        spread(i),
        image(i),
        using={"frame": total(lambda p, q: basis[i, p] * gram(p, q) * c[q], s, s)},
    )
    proof.follows(
        "whose form is $|c|^2$: $Q^T W^T H W Q = E^T H E = I$",
        form(image, image),
        total(lambda p: c[p] ** 2, s),
        using={"choice": total(lambda p, q: c[p] * orthonormal(basis, p, q) * c[q], s, s)},
    )


def radial(proof: Proof) -> None:
    """L = sqrt(1 + |u|^2): u^T H u = x (1 + x)^(-3/2) with maximum 2 / (3 sqrt 3), x = |u|^2."""
    y = sp.IndexedBase("y")
    at = lambda vector: lambda i: vector[i]  # noqa: E731
    square, across = dot(at(u), at(u), k), dot(at(u), at(v), k)
    rules: dict[sp.IndexedBase, Rule] = {u: lambda i: v[i], v: constant}
    root = y[0] ** 2 * (1 + square) - 1
    proof.let(
        "root", "$y = (1 + |u|^2)^{-1/2}$: $y^2 (1 + |u|^2) - 1 = 0$, so $L = y (1 + |u|^2)$", root
    )
    if proof.let("slope", r"along $u + tv$, $\dot y = -y^3 \, u \cdot v$"):
        rules[y] = lambda _: -(y[0] ** 3) * across
    proof.rate(
        "With this slope the root's equation stays true: its left side is multiplied by",
        root,
        rules,
        -2 * y[0] ** 2 * across * root,
    )
    first = -(y[0] ** 3) * across * (1 + square) + 2 * y[0] * across
    proof.rate("The first derivative of $L$", y[0] * (1 + square), rules, first)
    proof.follows(
        "With the root's equation it is",
        first,
        y[0] * across,
        using={"root": -y[0] * across * root},
    )
    second = y[0] * dot(at(v), at(v), k) - y[0] ** 3 * across**2
    proof.rate("and the second, $v^T H v$, is", y[0] * across, rules, second)
    proof.follows(
        r"At $v = u$, $u^T H u = |u|^2 y^3 = |u|^2 (1 + |u|^2)^{-3/2}$",
        y[0] * square - y[0] ** 3 * square**2,
        square * y[0] ** 3,
        using={"root": -square * y[0] * root},
    )
    x = sp.Symbol("x", nonnegative=proof.let("square", r"$x = |u|^2 \geq 0$") or None)
    proof.equal(
        "Its square $x^2 / (1 + x)^3$ falls short of $4/27$ by",
        sp.Rational(4, 27) - x**2 / (1 + x) ** 3,
        (x - 2) ** 2 * (4 * x + 1) / (27 * (1 + x) ** 3),
    )
    gap = (4 * x + 1) / (27 * (1 + x) ** 3)
    proof.fact(
        "which is a square times a positive number",
        sp.Gt(gap, 0, evaluate=False),
    )
    proof.equal(
        r"and which is $0$ at $x = 2$: the maximum is $2 / (3 \sqrt{3})$, whose square is",
        (x**2 / (1 + x) ** 3).subs(x, 2),
        sp.Rational(4, 27),
    )


def scale_invariant(proof: Proof) -> None:
    """A scale-invariant loss: no strictly linear head whitens a subspace that holds z* != 0."""
    proof.symmetry(loss_hessian)
    loss = sp.IndexedBase("ell")
    at_u = form(lambda i: u[i], lambda i: u[i])
    rules: dict[sp.IndexedBase, Rule] = {u: constant}
    if proof.given("A1", r"$L$ is $C^2$ at $u \neq 0$: the chain rule for $L$ and its gradient"):
        rules[loss] = lambda _: dot(lambda i: rho[i], lambda i: u[i], k)
        rules[rho] = lambda r: total(lambda j: loss_hessian[r, j] * u[j], k)
    proof.rate(r"Along the ray $u + tu$, $\ell_0(t) = L(u + tu)$", loss[0], rules, at_u, order=2)
    proof.let(
        "invariant", r"$L(u + tu) = L(u)$ for $t > -1$: $\ell$ has no second derivative", at_u
    )
    proof.follows("So the form of $H$ at $u$ vanishes", at_u, sp.S.Zero, {"invariant": at_u})
    length = sp.Symbol("zeta", positive=proof.let("inside", r"$0 \neq z^* \in S$") or None)
    proof.fact(
        r"but $u^T H u = |z^*|^2 = \zeta^2$ is needed, and is not $0$",
        sp.Gt(length**2, 0, evaluate=False),
    )


def fixed_point(proof: Proof) -> None:
    """(iii): W^T rho = 0 asks for a positive definite space orthogonal to rho; how large it can be."""
    proof.symmetry(loss_hessian)
    x: Vector = lambda a: v[a]  # noqa: E731
    wx: Vector = lambda r: total(lambda a: weight[r, a] * x(a), d)  # noqa: E731
    proof.every(d, a)
    proof.every(s, p)
    critical = dot(lambda i: weight[i, a], lambda i: rho[i], k)
    proof.let("critical", r"$W^T \rho = 0$", critical)
    against = dot(lambda i: rho[i], wx, k)
    proof.follows(
        r"Necessary: $W(S)$ is orthogonal to $\rho$; $H$ is positive definite on it, as derived",
        against,
        sp.S.Zero,
        using={
            "critical": total(lambda a: v[a] * dot(lambda i: weight[i, a], lambda i: rho[i], k), d)
        },
    )
    proof.let(
        "choice",
        r"$e_1, .., e_s$ are $H$-orthonormal and orthogonal to $\rho$",
        dot(lambda i: basis[i, p], lambda i: rho[i], k),
    )
    w = lambda i, a: total(lambda p: basis[i, p] * frame[a, p], s)  # noqa: E731
    back = total(lambda i: w(i, a) * rho[i], k)
    proof.follows(
        r"Sufficient: with $W = E Q^T$, $W^T \rho = Q E^T \rho = 0$",
        back,
        sp.S.Zero,
        using={
            "choice": total(
                lambda p: frame[a, p] * dot(lambda i: basis[i, p], lambda i: rho[i], k), s
            )
        },
    )
    r = sp.Symbol("r", integer=True, positive=True)
    kernel = sp.Symbol("kappa", integer=True, nonnegative=True)
    proof.cite("semidefinite-null-vector", "symmetric-range", "dimension-sum")
    meets_cut, meets_kept = sp.symbols("m_1 m_2", integer=True, nonnegative=True)
    proof.let("rank", r"$\kappa = \dim \ker H = k - r$", kernel - (k - r))
    proof.let(
        "cut",
        r"$0 \neq \rho \notin \operatorname{ran} H$: $\rho^{\perp}$ cuts $\ker H$",
        meets_cut - (kernel - 1),
    )
    proof.let(
        "kept",
        r"$0 \neq \rho \in \operatorname{ran} H$: $\ker H \subset \rho^{\perp}$",
        meets_kept - kernel,
    )
    proof.follows(
        r"The largest such space, where $\rho \notin \operatorname{ran} H$: $(k - 1) - m_1$ with $m_1 = \dim (\ker H \cap \rho^{\perp})$",
        (k - 1) - meets_cut,
        r,
        using={"cut": (kernel - 1) - meets_cut, "rank": (k - r) - kernel},
    )
    proof.follows(
        r"and where $0 \neq \rho \in \operatorname{ran} H$, with $m_2$ likewise: one less than the rank",
        (k - 1) - meets_kept,
        r - 1,
        using={"kept": kernel - meets_kept, "rank": (k - r) - kernel},
    )
    proof.follows(
        r"and where $\rho = 0$ the condition is void: $k - \kappa$",
        k - kernel,
        r,
        using={"rank": (k - r) - kernel},
    )

"""The derivations of 3.1, in symbolic dimensions d, k and s.

A frame Q (d, s) enters only through Q^T Q = I. Choices of vectors in R^k enter only through the
relations that a named lemma provides. No dimension is ever a number.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from verify.symbolic.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total

d, k, s = sp.symbols("d k s", integer=True, positive=True)
i, p, q, a, b = sp.symbols("i p q a b", integer=True)
first = sp.Symbol("o", integer=True)
"""The index of the frame's vector along z*."""

z, u, v, c, rho = (sp.IndexedBase(name) for name in ("z", "u", "v", "c", "rho"))
weight, frame, basis, shift = (sp.IndexedBase(name) for name in ("W", "Q", "E", "b"))
loss_hessian = sp.IndexedBase("H")

SPECTRAL = "spectral theorem: a symmetric matrix has an orthonormal basis of eigenvectors"
COURANT_FISCHER = (
    "Courant-Fischer: a symmetric form that is positive definite on a space of dimension s has at "
    "least s positive eigenvalues"
)
INJECTIVE = "a linear map that sends no non-zero vector of a space to 0 keeps its dimension"
SYLVESTER = (
    "Sylvester's law of inertia: where e^T H e = 1, H has n_+ - 1 positive eigenvalues on the "
    "H-orthogonal complement of e"
)
DIMENSION = (
    "dimension formula: ker H lies in the hyperplane orthogonal to rho or is cut by it in one less"
)
RANGE = "the range of a symmetric matrix is the orthogonal complement of its kernel"
SEMIDEFINITE = "where H is positive semidefinite, v^T H v = 0 only for H v = 0"

Vector = Callable[[sp.Expr], sp.Expr]


def _form(left: Vector, right: Vector) -> sp.Sum:
    """left^T H right, for vectors of R^k."""
    return total(lambda i, j: left(i) * loss_hessian[i, j] * right(j), k, k)


def _dot(left: Vector, right: Vector, size: sp.Expr) -> sp.Sum:
    return total(lambda i: left(i) * right(i), size)


def _delta(p: sp.Expr, q: sp.Expr) -> sp.Expr:
    return sp.KroneckerDelta(p, q)


def _gram(p: sp.Expr, q: sp.Expr) -> sp.Expr:
    """(Q^T Q - I)_pq, which vanishes for a frame."""
    return total(lambda a: frame[a, p] * frame[a, q], d) - _delta(p, q)


def _orthonormal(vectors: sp.IndexedBase, p: sp.Expr, q: sp.Expr) -> sp.Expr:
    """(E^T H E - I)_pq, which vanishes for H-orthonormal vectors."""
    return _form(lambda i: vectors[i, p], lambda i: vectors[i, q]) - _delta(p, q)


def similarity(proof: Proof) -> None:
    """<Wz, Wz'> = z^T (W^T W) z'; W^T W >= 0; distances."""
    x, y, image = sp.IndexedBase("x"), sp.IndexedBase("y"), sp.IndexedBase("h")
    linear = proof.given("linear", "$h(x) = Wx$")

    def head(vector: sp.IndexedBase) -> Vector:
        if not linear:
            return lambda r: image[r] + vector[r]
        return lambda r: total(lambda a: weight[r, a] * vector[a], d)

    def metric(left: Vector, right: Vector) -> sp.Sum:
        gram = lambda a, b: total(lambda i: weight[i, a] * weight[i, b], k)  # noqa: E731
        return total(lambda a, b: left(a) * gram(a, b) * right(b), d, d)

    at_x, at_y = (lambda r: x[r]), (lambda r: y[r])
    proof.equal("The similarity of two outputs", _dot(head(x), head(y), k), metric(at_x, at_y))
    proof.equal(
        "At one vector it is a sum of squares, so $W^T W$ is positive semidefinite",
        metric(at_x, at_x),
        total(lambda i: head(x)(i) ** 2, k),
    )
    apart: Vector = lambda a: x[a] - y[a]  # noqa: E731
    proof.equal(
        "The squared distance of two outputs",
        total(lambda i: (head(x)(i) - head(y)(i)) ** 2, k),
        metric(apart, apart),
    )


def _affine_hessian(proof: Proof, head: str) -> None:
    """v^T H_eff v = (Wv)^T H (Wv) for a head with constant W."""
    loss, moving = sp.IndexedBase("ell"), sp.IndexedBase(r"\dot W")
    wv: Vector = lambda r: total(lambda a: weight[r, a] * v[a], d)  # noqa: E731
    rules: dict[sp.IndexedBase, Rule] = {v: constant}
    text = "$h(z) = Wz$" if head == "linear" else "$h(z) = Wz + b$"
    given = proof.given(head, f"{text} with $W$ independent of $z$, so $\\dot h = Wv$")
    rules[weight] = constant if given else lambda r, a: moving[r, a]
    if proof.given("A1", r"$L$ is $C^2$: the chain rule for $L$ and its gradient"):
        rules[loss] = lambda _: total(lambda i: rho[i] * wv(i), k)
        rules[rho] = lambda r: total(lambda j: loss_hessian[r, j] * wv(j), k)
    proof.rate(
        r"Along $z + tv$, $\ell(t) = L(h(z + tv))$: the effective Hessian is $W^T H W$",
        loss[0],
        rules,
        _form(wv, wv),
        order=2,
    )


def _eigenvectors(proof: Proof, eigen: str, signs: str) -> None:
    """E = U Lambda^(-1/2) is H-orthonormal."""
    vectors, values, roots = (sp.IndexedBase(n) for n in ("U", "lambda", "x"))
    proof.cite(SPECTRAL)
    declare = proof.given if eigen.startswith("positive") else proof.let
    declare(eigen, r"$H u_q = \lambda_q u_q$ with orthonormal $u_1, .., u_s$")
    declare(signs, r"$\lambda_p x_p^2 = 1$, with $x_p = \lambda_p^{-1/2}$")
    columns = lambda i, p: vectors[i, p] * roots[p]  # noqa: E731
    diagonal = _form(lambda i: vectors[i, p], lambda i: vectors[i, q]) - values[p] * _delta(p, q)
    # p and q are free here: delta_pq makes x_q^2 of x_p x_q only once they are contracted.
    weigh = lambda expr: total(  # noqa: E731
        lambda e, f: c[e] * expr.xreplace({p: e, q: f}) * c[f], s, s
    )
    proof.follows(
        r"The vectors $e_p = x_p u_p$ are $H$-orthonormal: with any coefficients $c$",
        weigh(_form(lambda i: columns(i, p), lambda i: columns(i, q))),
        total(lambda e: c[e] ** 2, s),
        using={
            eigen: weigh(roots[p] * diagonal * roots[q]),
            signs: total(lambda e: c[e] ** 2 * (values[e] * roots[e] ** 2 - 1), s),
        },
    )
    proof.cite("polarisation: a symmetric matrix is determined by its quadratic form")


def _through_frame(proof: Proof) -> None:
    """W = E Q^T gives H_eff = Q Q^T, the identity on S and zero across it."""
    proof.let("choice", "$e_p^T H e_q = \\delta_{pq}$, derived above or provided by the lemma")
    proof.let("frame", "$Q^T Q = I$, $S$ the span of $Q$")
    w = lambda i, a: total(lambda p: basis[i, p] * frame[a, p], s)  # noqa: E731
    h_eff = _form(lambda i: w(i, a), lambda i: w(i, b))
    projector = total(lambda p: frame[a, p] * frame[b, p], s)
    proof.follows(
        "With $W = E Q^T$ the effective Hessian is $Q Q^T$",
        h_eff,
        projector,
        using={
            "choice": total(
                lambda p, q: frame[a, p] * _orthonormal(basis, p, q) * frame[b, q], s, s
            )
        },
    )
    along: Vector = lambda a: total(lambda p: frame[a, p] * c[p], s)  # noqa: E731
    proof.follows(
        "At $v = Qc$ in $S$ its form is $|v|^2$",
        total(lambda p: _dot(along, lambda a: frame[a, p], d) ** 2, s),
        _dot(along, along, d),
        using={
            "frame": total(
                lambda p, q, e: c[p] * _gram(p, q) * (_gram(q, e) + _delta(q, e)) * c[e], s, s, s
            )
        },
    )
    proof.let("across", "$Q^T v = 0$, $v$ orthogonal to $S$")
    image = total(lambda p: frame[a, p] * _dot(lambda e: frame[e, p], lambda e: v[e], d), s)
    proof.follows("It annihilates what is orthogonal to $S$", image, sp.S.Zero, {"across": image})


def affine_positive(proof: Proof) -> None:
    """(i), sufficiency: s positive eigenvalues of H give a whitening affine head."""
    proof.symmetric = frozenset({loss_hessian})
    _affine_hessian(proof, "affine")
    _eigenvectors(proof, "positive: eigenvectors", "positive: signs")
    _through_frame(proof)
    value = u[i] - total(lambda a: weight[i, a] * z[a], d)
    proof.let("bias", "$b = u_0 - W z^*$")
    proof.follows(
        "The bias keeps the output at $u_0$",
        total(lambda a: weight[i, a] * z[a], d) + shift[i],
        u[i],
        using={"bias": shift[i] - value},
    )


def affine_psd(proof: Proof) -> None:
    """(i) where H is positive semidefinite of rank r = s: its non-zero eigenvalues are positive."""
    proof.symmetric = frozenset({loss_hessian})
    _affine_hessian(proof, "affine")
    semidefinite = proof.given("psd", r"no eigenvalue of $H$ is negative")
    rank = proof.given("rank", r"$r = s$ eigenvalues of $H$ are not zero")
    value = sp.Symbol("lambda", nonnegative=semidefinite or None, nonzero=rank or None)
    proof.fact(
        "So $s$ eigenvalues are positive",
        sp.Gt(value, 0, evaluate=False),
        bool(value.is_positive),
    )
    _eigenvectors(proof, "eigenvectors", "roots")
    _through_frame(proof)


def necessary(proof: Proof) -> None:
    """(i) and (ii), necessity: where S is whitened, H is positive definite on W(S)."""
    proof.symmetric = frozenset({loss_hessian})
    h_eff = sp.IndexedBase("A")
    x: Vector = lambda a: total(lambda p: frame[a, p] * c[p], s)  # noqa: E731
    wx: Vector = lambda r: total(lambda a: weight[r, a] * x(a), d)  # noqa: E731
    form = total(lambda a, b: x(a) * h_eff[a, b] * x(b), d, d)
    proof.let("hessian", r"$H_{\mathrm{eff}} = A = W^T H W$, derived above")
    pulled = lambda a, b: _form(lambda i: weight[i, a], lambda i: weight[i, b])  # noqa: E731
    whitened = proof.let("whitened", r"$Q^T H_{\mathrm{eff}} Q = I$")
    proof.follows(
        "The form of $H$ at $Wv$, $v = Qc$, is $|c|^2$",
        _form(wx, wx),
        total(lambda p: c[p] ** 2, s),
        using={
            "hessian": total(lambda a, b: x(a) * (pulled(a, b) - h_eff[a, b]) * x(b), d, d),
            "whitened": form - total(lambda p: c[p] ** 2, s),
        },
    )
    size = sp.Symbol("n", positive=whitened or None)
    proof.fact(
        "With $n = |c|^2 > 0$ it is positive, so $Wv \\neq 0$ and $H$ is positive definite on $W(S)$",
        sp.Gt(size, 0, evaluate=False),
        bool(size.is_positive),
    )
    proof.cite(INJECTIVE)
    proof.cite(COURANT_FISCHER)


def linear_outside(proof: Proof) -> None:
    """(ii)(b): a strictly linear head whitens S at z* outside S, with any prescribed output u."""
    proof.symmetric = frozenset({loss_hessian})
    _affine_hessian(proof, "linear")
    _eigenvectors(proof, "positive: eigenvectors", "positive: signs")
    proof.let("choice", "$e_p^T H e_q = \\delta_{pq}$, just derived")
    proof.let("frame", "$Q^T Q = I$, $S$ the span of $Q$")
    inside = lambda p: _dot(lambda a: frame[a, p], lambda a: z[a], d)  # noqa: E731
    y: Vector = lambda a: z[a] - total(lambda p: frame[a, p] * inside(p), s)  # noqa: E731
    proof.follows(
        "The part $y = z^* - Q Q^T z^*$ is orthogonal to $S$",
        _dot(y, lambda a: frame[a, q], d),
        sp.S.Zero,
        using={"frame": -total(lambda p: inside(p) * _gram(p, q), s)},
    )
    proof.follows(
        r"and $y \cdot z^* = |y|^2$",
        _dot(y, lambda a: z[a], d),
        _dot(y, y, d),
        using={"frame": -total(lambda p, q: inside(p) * _gram(p, q) * inside(q), s, s)},
    )
    n = sp.Symbol(
        "n", nonzero=proof.given("outside", "$z^* \\notin S$: $n = |y|^2 \\neq 0$") or None
    )
    proof.fact("We may divide by $n$", sp.Ne(n, 0, evaluate=False), bool(n.is_nonzero))
    dual = sp.IndexedBase("w")
    proof.let("dual: z", r"$w = y / n$: $w \cdot z^* = 1$")
    proof.let("dual: S", r"and $Q^T w = 0$")
    rest: Vector = lambda i: u[i] - total(lambda p: basis[i, p] * inside(p), s)  # noqa: E731
    w = lambda i, a: total(lambda p: basis[i, p] * frame[a, p], s) + rest(i) * dual[a]  # noqa: E731
    proof.follows(
        "$W = E Q^T + (u - E Q^T z^*) w^T$ sends $z^*$ to $u$",
        total(lambda a: w(i, a) * z[a], d),
        u[i],
        using={"dual: z": rest(i) * (_dot(lambda a: dual[a], lambda a: z[a], d) - 1)},
    )
    proof.follows(
        "and $Q$ to $E$",
        total(lambda a: w(i, a) * frame[a, q], d),
        basis[i, q],
        using={
            "frame": total(lambda p: basis[i, p] * _gram(p, q), s),
            "dual: S": rest(i) * _dot(lambda a: dual[a], lambda a: frame[a, q], d),
        },
    )
    proof.follows(
        "so that $Q^T W^T H W Q = E^T H E = I$",
        _form(lambda i: basis[i, p], lambda i: basis[i, q]),
        _delta(p, q),
        using={"choice": _orthonormal(basis, p, q)},
    )


def linear_inside(proof: Proof) -> None:
    """(ii)(c): z* in S needs u^T H u = |z*|^2, which with s <= n_+ suffices."""
    proof.symmetric = frozenset({loss_hessian})
    h_eff = sp.IndexedBase("A")
    wz: Vector = lambda r: total(lambda a: weight[r, a] * z[a], d)  # noqa: E731
    at_z = total(lambda a, b: z[a] * h_eff[a, b] * z[b], d, d)
    proof.let("hessian", r"$z^{*T} H_{\mathrm{eff}} z^* = (W z^*)^T H (W z^*)$, derived above")
    proof.let("output", "$u = W z^*$")
    proof.let("whitened", "$z^* \\in S$, where $H_{\\mathrm{eff}} = A$ has the form $|v|^2$")
    at_u = _form(lambda i: u[i], lambda i: u[i])
    proof.follows(
        r"Necessary: at $v = z^*$, $u^T H u = |z^*|^2$",
        at_u,
        _dot(lambda a: z[a], lambda a: z[a], d),
        using={
            "output": at_u - _form(wz, wz),
            "hessian": _form(wz, wz) - at_z,
            "whitened": at_z - _dot(lambda a: z[a], lambda a: z[a], d),
        },
    )
    length, inverse = sp.symbols("zeta y", positive=True)
    proof.let("scalar", r"$y^2 \, u^T H u = 1$ with $y = 1 / \zeta$, $\zeta = |z^*| > 0$")
    proof.follows(
        r"Sufficient: $e_o = y u$ has $e_o^T H e_o = 1$",
        _form(lambda i: inverse * u[i], lambda i: inverse * u[i]),
        sp.S.One,
        using={"scalar": inverse**2 * at_u - 1},
    )
    proof.cite(SYLVESTER)
    proof.let("choice", r"$e_p^T H e_q = \delta_{pq}$ with $\zeta e_o = u$, by the lemma")
    proof.let("frame", r"$Q^T Q = I$ with $q_o = z^* / \zeta$, $o$ the first index")
    w = lambda i, a: total(lambda p: basis[i, p] * frame[a, p], s)  # noqa: E731
    proof.follows(
        r"$W = E Q^T$ sends $z^* = \zeta q_o$ to $u$",
        total(lambda a: w(i, a) * length * frame[a, first], d),
        u[i],
        using={
            "frame": length * total(lambda p: basis[i, p] * _gram(p, first), s),
            "choice": length * basis[i, first] - u[i],
        },
    )
    wq = lambda i, q: total(lambda a: w(i, a) * frame[a, q], d)  # noqa: E731
    # Contracted with coefficients, so that both sides are sums over the frame.
    spread: Vector = lambda i: total(lambda q: wq(i, q) * c[q], s)  # noqa: E731
    proof.follows(
        "and $Qc$ to $Ec$, whose form is $|c|^2$ by the choice of $E$",
        spread(i),
        total(lambda p: basis[i, p] * c[p], s),
        using={"frame": total(lambda p, q: basis[i, p] * _gram(p, q) * c[q], s, s)},
    )


def radial(proof: Proof) -> None:
    """L = sqrt(1 + |u|^2): u^T H u = x (1 + x)^(-3/2) with maximum 2 / (3 sqrt 3), x = |u|^2."""
    y = sp.Symbol("y", positive=True)
    square = lambda: _dot(lambda i: u[i], lambda i: u[i], k)  # noqa: E731
    hessian = lambda i, j: y * _delta(i, j) - y**3 * u[i] * u[j]  # noqa: E731
    proof.let("root", "$y^2 (1 + |u|^2) = 1$, so $L = 1 / y$ and $H = y I - y^3 u u^T$")
    proof.follows(
        r"For any $k$, $u^T H u = |u|^2 y^3 = |u|^2 (1 + |u|^2)^{-3/2}$",
        total(lambda i, j: u[i] * hessian(i, j) * u[j], k, k),
        square() * y**3,
        using={"root": square() * y * (1 - y**2 * (1 + square()))},
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
        bool(gap.is_positive),
    )
    proof.equal(
        r"and $0$ at $x = 2$: the maximum is $2 / (3 \sqrt{3})$", (x - 2).subs(x, 2), sp.S.Zero
    )


def scale_invariant(proof: Proof) -> None:
    """A scale-invariant loss: no strictly linear head whitens a subspace that holds z* != 0."""
    proof.symmetric = frozenset({loss_hessian})
    proof.let("euler", r"$H u = -\rho$, differentiated from $L(tu) = L(u)$")
    proof.let("tangent", r"$u \cdot \rho = 0$, likewise")
    hu: Vector = lambda r: total(lambda j: loss_hessian[r, j] * u[j], k)  # noqa: E731
    proof.follows(
        "The form of $H$ at $u$ vanishes",
        _form(lambda i: u[i], lambda i: u[i]),
        sp.S.Zero,
        using={
            "euler": total(lambda i: u[i] * (hu(i) + rho[i]), k),
            "tangent": -_dot(lambda i: u[i], lambda i: rho[i], k),
        },
    )
    length = sp.Symbol("zeta", positive=proof.let("inside", r"$0 \neq z^* \in S$") or None)
    proof.fact(
        r"but $u^T H u = |z^*|^2 = \zeta^2$ is needed, and is not $0$",
        sp.Gt(length**2, 0, evaluate=False),
        bool((length**2).is_positive),
    )
    proof.cite("Euler's relation for functions that are homogeneous of degree 0")


def fixed_point(proof: Proof) -> None:
    """(iii): W^T rho = 0 asks for a positive definite space orthogonal to rho; how large it can be."""
    proof.symmetric = frozenset({loss_hessian})
    x: Vector = lambda a: v[a]  # noqa: E731
    wx: Vector = lambda r: total(lambda a: weight[r, a] * x(a), d)  # noqa: E731
    proof.let("critical", r"$W^T \rho = 0$")
    against = _dot(lambda i: rho[i], wx, k)
    proof.follows(
        r"Necessary: $W(S)$ is orthogonal to $\rho$; $H$ is positive definite on it, as derived",
        against,
        sp.S.Zero,
        using={
            "critical": total(lambda a: v[a] * _dot(lambda i: weight[i, a], lambda i: rho[i], k), d)
        },
    )
    proof.let("choice", r"$e_1, .., e_s$ are $H$-orthonormal and orthogonal to $\rho$")
    w = lambda i, a: total(lambda p: basis[i, p] * frame[a, p], s)  # noqa: E731
    back = total(lambda i: w(i, a) * rho[i], k)
    proof.follows(
        r"Sufficient: with $W = E Q^T$, $W^T \rho = Q E^T \rho = 0$",
        back,
        sp.S.Zero,
        using={
            "choice": total(
                lambda p: frame[a, p] * _dot(lambda i: basis[i, p], lambda i: rho[i], k), s
            )
        },
    )
    r = sp.Symbol("r", integer=True, positive=True)
    kernel = sp.Symbol("kappa", integer=True, nonnegative=True)
    proof.cite(SEMIDEFINITE)
    proof.cite(RANGE)
    proof.cite(DIMENSION)
    proof.let("rank", r"$\kappa = \dim \ker H = k - r$")
    proof.let("cut", r"$0 \neq \rho \notin \operatorname{ran} H$: $\rho^{\perp}$ cuts $\ker H$")
    proof.let("kept", r"$0 \neq \rho \in \operatorname{ran} H$: $\ker H \subset \rho^{\perp}$")
    meets_cut, meets_kept = sp.symbols("m_1 m_2", integer=True, nonnegative=True)
    proof.follows(
        r"The largest such space, where $\rho \notin \operatorname{ran} H$: $(k - 1) - m_1$ with "
        r"$m_1 = \dim (\ker H \cap \rho^{\perp})$",
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

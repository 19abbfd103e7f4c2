"""The derivations of 3.1 for the metric and for affine heads, in symbolic dimensions d, k and s.

A frame Q (d, s) enters only through Q^T Q = I. Choices of vectors in R^k enter only through the
relations that a named lemma provides. No dimension is ever a number.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total

d, k, s = sp.symbols("d k s", integer=True, positive=True)
i, j, p, q, a, b = sp.symbols("i j p q a l", integer=True)  # $b$ is the bias

z, u, v, c, rho = (sp.IndexedBase(name) for name in ("z", "u", "v", "c", "rho"))
weight, frame, basis, shift = (sp.IndexedBase(name) for name in ("W", "Q", "E", "b"))
before = sp.IndexedBase("W_0")
loss_hessian = sp.IndexedBase("H")


Vector = Callable[[sp.Expr], sp.Expr]


def form(left: Vector, right: Vector) -> sp.Sum:
    """left^T H right, for vectors of R^k."""
    return total(lambda i, j: left(i) * loss_hessian[i, j] * right(j), k, k)


def dot(left: Vector, right: Vector, size: sp.Expr) -> sp.Sum:
    """left . right, for vectors of R^size."""
    return total(lambda i: left(i) * right(i), size)


def delta(p: sp.Expr, q: sp.Expr) -> sp.Expr:
    """I_pq."""
    return sp.KroneckerDelta(p, q)


def gram(p: sp.Expr, q: sp.Expr) -> sp.Expr:
    """(Q^T Q - I)_pq, which vanishes for a frame."""
    return total(lambda a: frame[a, p] * frame[a, q], d) - delta(p, q)


def orthonormal(vectors: sp.IndexedBase, p: sp.Expr, q: sp.Expr) -> sp.Expr:
    """(E^T H E - I)_pq, which vanishes for H-orthonormal vectors."""
    return form(lambda i: vectors[i, p], lambda i: vectors[i, q]) - delta(p, q)


def similarity(proof: Proof) -> None:
    """<Wz, Wz'> = z^T (W^T W) z'; W^T W >= 0; distances."""
    x, y, image = sp.IndexedBase("x"), sp.IndexedBase("y"), sp.IndexedBase("h")
    linear = proof.given("linear", "$h(x) = Wx$")

    def head(vector: sp.IndexedBase) -> Vector:
        if not linear:
            return lambda r: image[r] + vector[r]
        return lambda r: total(lambda a: weight[r, a] * vector[a], d)

    def metric(left: Vector, right: Vector) -> sp.Sum:
        product = lambda a, b: total(lambda i: weight[i, a] * weight[i, b], k)  # noqa: E731
        return total(lambda a, b: left(a) * product(a, b) * right(b), d, d)

    at_x, at_y = (lambda r: x[r]), (lambda r: y[r])
    proof.equal("The similarity of two outputs", dot(head(x), head(y), k), metric(at_x, at_y))
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


def affine_hessian(proof: Proof, head: str) -> None:
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
        r"Along $z + tv$, $\ell_0(t) = L(h(z + tv))$: the effective Hessian is $W^T H W$",
        loss[0],
        rules,
        form(wv, wv),
        order=2,
    )


def eigenvectors(proof: Proof, eigen: str, signs: str) -> None:
    """E = U Lambda^(-1/2) is H-orthonormal."""
    vectors, values, roots = (sp.IndexedBase(n) for n in ("U", "lambda", "x"))
    proof.cite("spectral")
    given = eigen.startswith("positive")

    def declare(name: str, text: str, vanishing: sp.Expr, by: str) -> bool:
        return (
            proof.given(name, text, vanishing) if given else proof.let(name, text, vanishing, by=by)
        )

    columns = lambda i, p: vectors[i, p] * roots[p]  # noqa: E731
    diagonal = form(lambda i: vectors[i, p], lambda i: vectors[i, q]) - values[p] * delta(p, q)
    proof.every(s, p, q)
    proof.every(k, i)
    declare(eigen, r"$H u_q = \lambda_q u_q$ with orthonormal $u_1, .., u_s$", diagonal, "spectral")
    declare(
        signs,
        r"$\lambda_p x_p^2 = 1$, with $x_p = \lambda_p^{-1/2}$",
        values[p] * roots[p] ** 2 - 1,
        "definition",
    )
    away = lambda i, p: basis[i, p] - columns(i, p)  # noqa: E731
    proof.let("vectors", "$e_p = x_p u_p$", away(i, p), by="definition")
    # p and q are free here: delta_pq makes x_q^2 of x_p x_q only once they are contracted.
    weigh = lambda expr: total(  # noqa: E731
        lambda e, f: c[e] * expr.xreplace({p: e, q: f}) * c[f], s, s
    )
    proof.follows(
        "The vectors $e_p$ are $H$-orthonormal: with any coefficients $c$",
        weigh(form(lambda i: basis[i, p], lambda i: basis[i, q])),
        total(lambda e: c[e] ** 2, s),
        using={
            "vectors": weigh(
                form(lambda i: away(i, p), lambda i: basis[i, q])
                + form(lambda i: columns(i, p), lambda i: away(i, q))
            ),
            eigen: weigh(roots[p] * diagonal * roots[q]),
            signs: total(lambda e: c[e] ** 2 * (values[e] * roots[e] ** 2 - 1), s),
        },
    )
    proof.cite("polarisation")


def through_frame(proof: Proof) -> None:
    """W = E Q^T gives H_eff = Q Q^T, the identity on S and zero across it."""
    proof.every(s, p, q)
    proof.let(
        "choice",
        "$e_p^T H e_q = \\delta_{pq}$, derived above or provided by the lemma",
        orthonormal(basis, p, q),
        by="steps",
    )
    proof.let("frame", "$Q^T Q = I$, $S$ the span of $Q$", gram(p, q), by="definition")
    w = lambda i, a: total(lambda p: basis[i, p] * frame[a, p], s)  # noqa: E731
    h_eff = form(lambda i: w(i, a), lambda i: w(i, b))
    projector = total(lambda p: frame[a, p] * frame[b, p], s)
    proof.follows(
        "With $W = E Q^T$ the effective Hessian is $Q Q^T$",
        h_eff,
        projector,
        using={
            "choice": total(lambda p, q: frame[a, p] * orthonormal(basis, p, q) * frame[b, q], s, s)
        },
    )
    along: Vector = lambda a: total(lambda p: frame[a, p] * c[p], s)  # noqa: E731
    proof.follows(
        "At $v = Qc$ in $S$ its form is $|v|^2$",
        total(lambda p: dot(along, lambda a: frame[a, p], d) ** 2, s),
        dot(along, along, d),
        using={
            "frame": total(
                lambda p, q, e: c[p] * gram(p, q) * (gram(q, e) + delta(q, e)) * c[e], s, s, s
            )
        },
    )
    y = sp.IndexedBase("y")
    across = dot(lambda e: frame[e, p], lambda e: y[e], d)
    proof.let("across", "$Q^T y = 0$, $y$ orthogonal to $S$", across, by="definition")
    image = total(lambda p: frame[a, p] * dot(lambda e: frame[e, p], lambda e: y[e], d), s)
    proof.follows("It annihilates what is orthogonal to $S$", image, sp.S.Zero, {"across": image})


def _keeps_output(proof: Proof) -> None:
    """h(z*) = u0 by the choice of the bias."""
    image = total(lambda a: weight[i, a] * z[a], d)
    proof.every(k, i)
    proof.let("bias", "$b = u_0 - W z^*$", shift[i] - (u[i] - image), by="definition")
    proof.follows(
        "The bias keeps the output at $u_0$",
        image + shift[i],
        u[i],
        using={"bias": shift[i] - (u[i] - image)},
    )


def affine_positive(proof: Proof) -> None:
    """(i), sufficiency: s positive eigenvalues of H give a whitening affine head."""
    proof.symmetry(loss_hessian)
    affine_hessian(proof, "affine")
    eigenvectors(proof, "positive: eigenvectors", "positive: signs")
    through_frame(proof)
    _keeps_output(proof)


def affine_psd(proof: Proof) -> None:
    """(i) where H is positive semidefinite of rank r = s."""
    proof.symmetry(loss_hessian)
    affine_hessian(proof, "affine")
    psd_eigenvectors(proof)
    through_frame(proof)
    _keeps_output(proof)


def psd_eigenvectors(proof: Proof) -> None:
    """Of a positive semidefinite H the non-zero eigenvalues are positive, and E = U Lambda^(-1/2) with them."""
    semidefinite = proof.given("psd", r"no eigenvalue of $H$ is negative")
    rank = proof.given("rank", r"$r = s$ eigenvalues of $H$ are not zero")
    value = sp.Symbol("mu", nonnegative=semidefinite or None, nonzero=rank or None)
    proof.fact(
        "So $s$ eigenvalues are positive",
        sp.Gt(value, 0, evaluate=False),
    )
    eigenvectors(proof, "eigenvectors", "roots")


def stays_fixed_full(proof: Proof) -> None:
    """(iii) where W_0 has rank k: W_0^T rho = 0 leaves rho = 0, and every head keeps the fixed point."""
    proof.every(d, a)
    proof.every(k, i, j)
    fixed = lambda a: dot(lambda i: before[i, a], lambda i: rho[i], k)  # noqa: E731
    proof.given("fixed", r"$W_0^T \rho = 0$", fixed(a))
    inverse = sp.IndexedBase("P")
    one = lambda i, j: total(lambda a: before[i, a] * inverse[a, j], d) - delta(i, j)  # noqa: E731
    proof.given(
        "full",
        "$W_0$ has rank $k$, so that its rows are independent and $W_0 P = I$ for some $P$",
        one(i, j),
    )
    proof.cite("right-inverse")
    proof.follows(
        r"So $\rho = P^T W_0^T \rho = 0$",
        rho[j],
        sp.S.Zero,
        using={
            "fixed": total(lambda a: inverse[a, j] * fixed(a), d),
            "full": -total(lambda i: rho[i] * one(i, j), k),
        },
    )
    affine_psd(proof)
    proof.let("residual", r"$\rho = 0$, just derived", rho[j], by="steps")
    w = lambda i, a: total(lambda p: basis[i, p] * frame[a, p], s)  # noqa: E731
    back = total(lambda i: w(i, a) * rho[i], k)
    proof.follows(r"And $W^T \rho = 0$", back, sp.S.Zero, using={"residual": back})


def necessary(proof: Proof) -> None:
    """(i) and (ii), necessity: where S is whitened, H is positive definite on W(S)."""
    proof.symmetry(loss_hessian)
    h_eff = sp.IndexedBase("A")
    x: Vector = lambda a: total(lambda p: frame[a, p] * c[p], s)  # noqa: E731
    wx: Vector = lambda r: total(lambda a: weight[r, a] * x(a), d)  # noqa: E731
    at_x = total(lambda a, b: x(a) * h_eff[a, b] * x(b), d, d)
    pulled = lambda a, b: form(lambda i: weight[i, a], lambda i: weight[i, b])  # noqa: E731
    proof.every(d, a, b)
    proof.let(
        "hessian",
        r"$H_{\mathrm{eff}} = A = W^T H W$",
        pulled(a, b) - h_eff[a, b],
        by="definition",
    )
    seen = total(lambda a, b: frame[a, p] * h_eff[a, b] * frame[b, q], d, d)
    proof.every(s, p, q)
    whitened = proof.let("whitened", r"$Q^T H_{\mathrm{eff}} Q = I$", seen - delta(p, q))
    proof.follows(
        "The form of $H$ at $Wv$, $v = Qc$, is $|c|^2$",
        form(wx, wx),
        total(lambda p: c[p] ** 2, s),
        using={
            "hessian": total(lambda a, b: x(a) * (pulled(a, b) - h_eff[a, b]) * x(b), d, d),
            "whitened": at_x - total(lambda p: c[p] ** 2, s),
        },
    )
    size = sp.Symbol("n", positive=whitened or None)
    proof.fact(
        "With $n = |c|^2 > 0$ it is positive, so $Wv \\neq 0$ and $H$ is positive definite on $W(S)$",
        sp.Gt(size, 0, evaluate=False),
    )
    proof.cite("rank-nullity", "definite-subspace")

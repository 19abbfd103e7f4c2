"""The derivations of 3.5: identities for every k and d, then scalars, lemma by lemma.

For a unit vector v put u = J v and f(x) = x^T H x, so that v^T J^T H J v = f(u). Definiteness is
lost only if u + Ev reaches the closed cone {f <= 0}: all that matters is the distance from u to it.
The sharp distance needs one reduction: u and its nearest point of the cone span a plane, and the
compression of H to that plane is a 2 x 2 matrix, whatever k and d.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from verify.claims.bounds import at_most, bounded, slack
from verify.claims.derivation import Proof
from verify.symbolic.indexed import total

d, k = sp.symbols("d k", integer=True, positive=True)
u, w, n, m, v = (sp.IndexedBase(name) for name in ("u", "w", "n", "m", "v"))
hessian, moved, root = sp.IndexedBase("H"), sp.IndexedBase(r"H^\phi"), sp.IndexedBase("S")
jacobian, error = sp.IndexedBase("J"), sp.IndexedBase("E")


Vector = Callable[[sp.Expr], sp.Expr]


def form(x: Vector, matrix: sp.IndexedBase = hessian, y: Vector | None = None) -> sp.Sum:
    """x^T matrix y, with y = x by default."""
    right = x if y is None else y
    return total(lambda i, j: x(i) * matrix[i, j] * right(j), k, k)


def square(x: Vector) -> sp.Expr:
    """x . x, for a vector of R^k."""
    return total(lambda i: x(i) ** 2, k)


def at(base: sp.IndexedBase) -> Vector:
    """A symbolic vector as the function of its index."""
    return lambda i: base[i]


def one_form(proof: Proof) -> None:
    """The perturbed matrix is evaluated with the same H."""
    proof.given("same-hessian", r"$H^\phi = H$ at the perturbed head")
    after, before = form(at(w), moved), form(at(w))
    proof.follows(
        r"$v^T G_\phi v$ is the form $f$ of $H$ at $w = (J + E)v$",
        after,
        before,
        using={"same-hessian": after - before},
    )


def _conclude(proof: Proof, threshold: str, beyond: sp.Symbol) -> None:
    """|Ev| <= |E| <= eps < threshold <= distance; `beyond` is distance - threshold."""
    below = slack(
        "g", proof.given(threshold, r"$\epsilon$ is the threshold less $g > 0$"), strict=True
    )
    size, epsilon = bounded(proof, "jacobian", r"\epsilon", "|E|", "a bound on the error")
    at_most(
        proof,
        "So $|Ev|$ is less than the distance to the cone, and $f(u + Ev) > 0$ for every unit $v$",
        size,
        epsilon + below + beyond,
        strict=True,
    )
    proof.cite("operator-norm")


def published(proof: Proof) -> None:
    """|E| < lambda / (2LM) keeps J^T H J positive definite: the simple argument."""
    proof.symmetric = frozenset({hessian, moved})
    one_form(proof)
    gap: Vector = lambda i: u[i] - w[i]  # noqa: E731
    both: Vector = lambda i: u[i] + w[i]  # noqa: E731
    proof.equal(
        r"With $w$ the point of the cone nearest to $u = Jv$: $f(u) - f(w) = (u - w)^T H (u + w)$",
        form(at(u)) - form(at(w)),
        form(gap, y=both),
    )
    proof.let("nearest", "$(u - w) \\cdot w = 0$")
    proof.cite("nearest-point")
    orthogonal = total(lambda i: gap(i) * w[i], k)
    proof.follows(
        r"$|u + w|^2 = 4|u|^2 - 3|u - w|^2$",
        square(both),
        4 * square(at(u)) - 3 * square(gap),
        using={"nearest": -4 * orthogonal},
    )
    proof.cite("cauchy-schwarz", "operator-norm")
    positive = proof.given("lambda", r"$f(u) \geq \lambda > 0$, so that $u$ is not in the cone")
    distance = slack(r"\delta", positive, strict=True)
    length, bound_l = bounded(proof, "L", "L", "|u|", "$|Jv| \\leq L$")
    excess = slack("s_{M}", proof.given("M", "$|H| = M - s_M$ with $s_M \\geq 0$"))
    norm = sp.Symbol("|H|", positive=True)
    at_most(
        proof,
        r"So $\lambda \leq f(u) - f(w) \leq |H| \delta \sqrt{4|u|^2 - 3\delta^2} < 2LM\delta$, with "
        r"$\delta = |u - w|$; squared, the difference is",
        norm**2 * distance**2 * (4 * length**2 - 3 * distance**2),
        (2 * bound_l * (norm + excess) * distance) ** 2,
        strict=True,
    )
    beyond = slack(r"p", positive, strict=True)
    _conclude(proof, "threshold", beyond)


def sharp(proof: Proof) -> None:
    """|E| < L sin(arcsin(q) / 2) keeps J^T H J positive definite."""
    proof.symmetric = frozenset({hessian, moved})
    one_form(proof)
    proof.cite("nearest-point")
    s, c = sp.symbols("s c")
    x11, x12, x22 = sp.symbols("X_11 X_12 X_22")
    proof.equal(
        r"In the plane of $u$ and its nearest point, $u = |u|(s n + c m)$ with $m = w / |w|$ and "
        r"$n = (u - w) / |u - w|$: $f(u) / |u|^2$ is the form of the compression",
        form(lambda i: s * n[i] + c * m[i]),
        s**2 * form(at(n)) + 2 * s * c * form(at(n), y=at(m)) + c**2 * form(at(m)),
    )
    compression = sp.ImmutableMatrix([[x11, x12], [x12, x22]])
    certificate = sp.ImmutableMatrix([[s**2, s * c], [s * c, s**2]])
    proof.equal(
        r"The dual certificate: with $Y_0 = \binom{s^2 \; sc}{sc \; s^2}$ this is "
        r"$\operatorname{tr}(X Y_0) + (c^2 - s^2) X_{22}$",
        s**2 * x11 + 2 * s * c * x12 + c**2 * x22,
        (compression * certificate).trace() + (c**2 - s**2) * x22,
    )
    for sign in (1, -1):
        vector = sp.ImmutableMatrix([1, sign])
        proof.equal(
            f"${'+' if sign > 0 else '-'}$: an eigenvector of $Y_0$",
            certificate * vector,
            (s**2 + sign * s * c) * vector,
        )
    sine = sp.Symbol("s", nonnegative=True)
    gap = slack(
        "g", proof.let("acute", r"$c = s + g$ with $g \geq 0$: an angle of at most $\pi/4$")
    )
    cosine = sine + gap
    at_most(
        proof,
        r"At an angle of at most $\pi/4$, $s^2 - sc \leq 0$, so that $|Y_0|_* = 2sc$",
        sine**2,
        sine * cosine,
    )
    proof.cite("trace-duality", "operator-norm")
    lost = slack("a", proof.given("lambda", r"$f(u) = \lambda + a$ with $a \geq 0$, $\lambda > 0$"))
    excess = slack("s_{M}", proof.given("M", "$|H| = M - s_M$ with $s_M \\geq 0$"))
    cone = slack("e", proof.let("cone", "$X_{22} = f(m) = -e \\leq 0$, as $w$ is in the cone"))
    norm, trace = sp.Symbol("|H|", nonnegative=True), sp.Symbol("b", nonnegative=True)
    length = sp.Symbol("|u|", nonnegative=True)
    value = length**2 * (2 * sine * cosine * norm - trace - (cosine**2 - sine**2) * cone)
    at_most(
        proof,
        r"So $\lambda = f(u) - a \leq 2sc \, M |u|^2$, with $\operatorname{tr}(X Y_0) = 2sc|H| - b$",
        value - lost,
        2 * sine * cosine * (norm + excess) * length**2,
    )
    _distance(proof)
    _conclude(proof, "below-sharp", sp.Symbol("p", nonnegative=True))


def _distance(proof: Proof) -> None:
    """From sin(2 phi) >= lambda / (M |u|^2) to the distance, which is least at |u| = L."""
    x, big, q = sp.symbols("x X Q")
    r, big_r = sp.symbols("R R_X")
    proof.let("unit", "$s^2 + c^2 = 1$")
    s, c = sp.symbols("s c")
    unit = s**2 + c**2 - 1
    proof.follows(
        r"With $x = |u|^2$ and $\delta^2 = x s^2$: $x^2 - (x - 2\delta^2)^2 = (2sc \, x)^2$, which is at "
        r"least $Q^2$ for $Q = \lambda / M$",
        x**2 - (x - 2 * x * s**2) ** 2,
        (2 * s * c * x) ** 2,
        using={"unit": -4 * s**2 * x**2 * unit},
    )
    proof.let("root", r"$R^2 = x^2 - Q^2$ with $R \geq 0$, so that $\delta^2 \geq (x - R) / 2$")
    proof.follows(
        r"The bound falls as $x$ grows: $(x - R)(x + R) = Q^2$",
        (x - r) * (x + r),
        q**2,
        using={"root": x**2 - q**2 - r**2},
    )
    length, bound_l = bounded(proof, "L", "L", "|u|", "$|Jv| \\leq L$")
    at_most(
        proof,
        r"At $|u| = L$ the root is $R_L = R + r$ with $r \geq 0$, since $R_L^2 - R^2 = L^4 - |u|^4$",
        length**4,
        bound_l**4,
    )
    low, grows = sp.symbols("R r", nonnegative=True)
    at_most(
        proof,
        r"so that the bound is least there: $Q^2 / (L^2 + R_L) \leq Q^2 / (|u|^2 + R)$, the denominators",
        length**2 + low,
        bound_l**2 + low + grows,
    )
    half = sp.Symbol("g", nonnegative=True)
    at_most(
        proof,
        r"At an angle beyond $\pi/4$, $w = 0$ among them, $\delta^2 = |u|^2 (\frac{1}{2} + g)$ is not "
        "below it",
        (length**2 - low) / 2,
        length**2 * (sp.Rational(1, 2) + half),
    )
    alpha = sp.Symbol("C")
    proof.let("half angle", r"$C = \cos a$, $L^2 C = R_L$")
    proof.follows(
        r"With $\cos a = R_L / L^2$, i.e. $\sin a = q$: $\epsilon^{*2} = L^2 (1 - \cos a) / 2 = "
        r"(L^2 - R_L) / 2$",
        big * (1 - alpha) / 2,
        (big - big_r) / 2,
        using={"half angle": (big_r - big * alpha) / 2},
    )
    proof.cite("half-angle")


def ratio(proof: Proof) -> None:
    """lambda / (2LM) = eps* cos(a/2), where sin a = q."""
    bound_l, bound_m, lam = sp.symbols("L M lambda", positive=True)
    s, c = sp.symbols("S C")
    proof.let(
        "angle",
        r"$\lambda = M L^2 \cdot 2SC$ with $S = \sin \frac{a}{2}$, $C = \cos \frac{a}{2}$, $0 "
        r"< \frac{a}{2} \leq \frac{\pi}{4}$",
    )
    proof.follows(
        r"The published threshold is $\epsilon^* \cos \frac{a}{2}$, with $\epsilon^* = LS$",
        lam / (2 * bound_l * bound_m),
        bound_l * s * c,
        using={"angle": (lam - 2 * bound_m * bound_l**2 * s * c) / (2 * bound_l * bound_m)},
    )
    proof.cite("sine")

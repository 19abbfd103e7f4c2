"""The derivations of 3.5: identities for every k and d, then scalars, lemma by lemma.

For a unit vector v put u = J v and f(x) = x^T H x, so that v^T J^T H J v = f(u). Definiteness is
lost only if u + Ev reaches the closed cone {f <= 0}: all that matters is the distance from u to it.
The sharp distance needs one reduction: u and its nearest point of the cone span a plane, and the
compression of H to that plane is a 2 x 2 matrix, whatever k and d.
"""

from __future__ import annotations

import sympy as sp

from theorems.cor35 import bounds
from theorems.cor35.bounds import SYMBOLS
from verify.claims.bounds import at_most, bounded, slack
from verify.claims.derivation import Proof
from verify.symbolic.matrices import Matrix, matrix, vector

d, k = sp.symbols("d k", integer=True, positive=True)
J, E, S = matrix("J", k, d), matrix("E", k, d), matrix("S", k, k)
H, MOVED = matrix("H", k, k, symmetric=True), matrix(r"H^\phi", k, k, symmetric=True)
u, w, n, m = (vector(name, k) for name in "uwnm")
v = vector("v", d)


def form(x: Matrix, y: Matrix | None = None) -> Matrix:
    """x^T H y, with y = x by default: f(x)."""
    return x.T @ H @ (x if y is None else y)


def one_form(proof: Proof) -> None:
    """The form of the perturbed matrix at v is f at w = (J + E) v."""
    moved = (J + E) @ v
    proof.given("same-hessian", r"$H^\phi = H$ at the perturbed head", MOVED - H)
    proof.let("point", "$w = (J + E) v$", moved - w, by="definition")
    proof.follows(
        r"With $G_\phi = (J + E)^T H^\phi (J + E)$, $v^T G_\phi v$ is the form $f$ of $H$ at $w$",
        v.T @ ((J + E).T @ MOVED @ (J + E)) @ v,
        form(w),
        using={
            "same-hessian": moved.T @ (MOVED - H) @ moved,
            "point": (moved - w).T @ H @ moved + form(w, moved - w),
        },
    )


def _conclude(
    proof: Proof,
    hypothesis: str,
    threshold: sp.Expr,
    within: sp.Rel,
    values: dict[sp.Symbol, sp.Expr],
    rest: sp.Symbol,
) -> None:
    """|Ev| <= |E| <= eps < threshold, which is within the distance delta to the cone."""
    below = slack(
        "g", proof.given(hypothesis, r"$\epsilon$ is the threshold less $g > 0$"), strict=True
    )
    loose = slack(r"\eta", proof.given("jacobian", r"$|E| = \epsilon - \eta$ with $\eta \geq 0$"))
    proof.fact(
        r"So $|Ev|$ is less than the distance $\delta$ to the cone, and $f(u + Ev) > 0$ for every unit $v$",
        sp.And(sp.Lt(E.norm, threshold, evaluate=False), within, evaluate=False),
        at={E.norm: threshold - below - loose, **values},
        equal_at=dict.fromkeys((below, loose, rest), 0),
    )
    proof.cite("operator-norm")


DISTANCE, TOTAL = sp.symbols(r"\delta T", positive=True)
"""The distance to the cone, and the sum of two numbers whose squares are compared."""


def _of_squares(
    proof: Proof, said: str, larger: sp.Expr, smaller: sp.Expr, *, strict: bool
) -> sp.Symbol:
    """Of positive numbers the one with the larger square is larger; returns by what the square is."""
    rest = slack("R", "squares" not in proof.withdrawn, strict=strict)
    squares, total = larger**2 - smaller**2 - rest, TOTAL - larger - smaller
    proof.let("squares", said, squares, by="steps")
    proof.let("total", "$T$ is the sum of the two numbers", total, by="definition")
    proof.follows(
        "So they differ by",
        larger,
        smaller + rest / TOTAL,
        using={"squares": squares / TOTAL, "total": (larger - smaller) * total / TOTAL},
    )
    return rest


def published(proof: Proof) -> None:
    """|E| < lambda / (2LM) keeps J^T H J positive definite: the simple argument."""
    one_form(proof)
    near = vector("y", k)
    proof.equal(
        r"With $y$ the point nearest to $u = Jv$ of the cone, that of all $x$ with $f(x) = x^T H x \leq 0$",
        form(u) - form(near),
        form(u - near, u + near),
    )
    gap = u - near
    proof.let("nearest", "$(u - y) \\cdot y = 0$", gap.T @ near, by="nearest-point")
    proof.cite("nearest-point")
    proof.follows(
        r"$|u + y|^2 = 4|u|^2 - 3|u - y|^2$",
        (u + near).T @ (u + near),
        4 * (u.T @ u) - 3 * (gap.T @ gap),
        using={"nearest": -4 * (gap.T @ near)},
    )
    proof.cite("cauchy-schwarz", "operator-norm")
    positive = proof.given("lambda", r"$f(u) \geq \lambda > 0$, so that $u$ is not in the cone")
    distance = DISTANCE if positive else sp.Symbol(r"\delta", real=True)
    length, bound_l = bounded(proof, "L", "L", "|u|", "$|Jv| \\leq L$")
    excess = slack("s_{M}", proof.given("M", "$|H| = M - s_M$ with $s_M \\geq 0$"))
    norm = sp.Symbol("|H|", positive=True)
    at_most(
        proof,
        r"So $\lambda \leq f(u) - f(y) \leq |H| \delta \sqrt{4|u|^2 - 3\delta^2} < 2LM\delta$, with $\delta = |u - y|$; squared and divided by $\delta^2$, the difference is",
        norm**2 * (4 * length**2 - 3 * distance**2),
        (2 * bound_l * (norm + excess)) ** 2,
        strict=True,
        equal_at={distance: 0, excess: 0, bound_l - length: 0},
    )
    threshold = bounds.published(SYMBOLS)
    larger = 2 * SYMBOLS.L * SYMBOLS.M * DISTANCE
    rest = _of_squares(
        proof,
        r"$(2LM\delta)^2 = \lambda^2 + R$ with $R > 0$",
        larger,
        SYMBOLS.lam,
        strict=True,
    )
    lam = larger - rest / TOTAL
    within = sp.Lt(threshold, DISTANCE, evaluate=False)
    _conclude(proof, "threshold", threshold, within, {SYMBOLS.lam: lam}, rest)


def sharp(proof: Proof) -> None:
    """|E| < L sin(arcsin(q) / 2) keeps J^T H J positive definite."""
    one_form(proof)
    proof.cite("nearest-point")
    s, c = sp.Symbol("s", nonnegative=True), sp.Symbol("c")
    x11, x12, x22 = sp.symbols("X_11 X_12 X_22")
    proof.equal(
        r"In the plane of $u$ and its nearest point $y$, which are at the angle $\varphi$, $u = |u|(s n + c m)$ with $s = \sin \varphi$, $c = \cos \varphi$, $m = y / |y|$ and $n = (u - y) / |u - y|$: $f(u) / |u|^2$ is the form of the compression $X$",
        form(s * n + c * m),
        s**2 * form(n) + 2 * s * c * form(n, m) + c**2 * form(m),
    )
    compression = sp.ImmutableMatrix([[x11, x12], [x12, x22]])
    certificate = sp.ImmutableMatrix([[s**2, s * c], [s * c, s**2]])
    proof.equal(
        r"The dual certificate: with $Y_0 = \binom{s^2 \; sc}{sc \; s^2}$ this is $\operatorname{tr}(X Y_0) + (c^2 - s^2) X_{22}$",
        s**2 * x11 + 2 * s * c * x12 + c**2 * x22,
        (compression * certificate).trace() + (c**2 - s**2) * x22,
    )
    values = [s * (s + c), s * (s - c)]
    for sign, value in zip((1, -1), values, strict=True):
        vector = sp.ImmutableMatrix([1, sign])
        proof.equal(
            f"$(1, {sign})$ is an eigenvector of $Y_0$",
            certificate * vector,
            value * vector,
        )
    gap = slack(
        "t",
        proof.let("acute", r"$c = s + t$ with $t \geq 0$: an angle of at most $\pi/4$"),
    )
    cosine = s + gap
    at = {c: cosine}
    at_most(
        proof,
        r"At an angle of at most $\pi/4$, $s^2 - sc \leq 0$",
        values[1].subs(at),
        sp.S.Zero,
        equal_at={gap: 0},
    )
    proof.equal("so that $|Y_0|_*$ is the difference of the two", values[0] - values[1], 2 * s * c)
    proof.cite("trace-duality", "operator-norm")
    lost = slack(
        r"s_{\lambda}",
        proof.given(
            "lambda", r"$f(u) = \lambda + s_\lambda$ with $s_\lambda \geq 0$, $\lambda > 0$"
        ),
    )
    excess = slack("s_{M}", proof.given("M", "$|H| = M - s_M$ with $s_M \\geq 0$"))
    cone = slack("e", proof.let("cone", "$X_{22} = f(m) = -e \\leq 0$, as $y$ is in the cone"))
    norm, trace = sp.Symbol("|H|", nonnegative=True), sp.Symbol("b", nonnegative=True)
    length = sp.Symbol("|u|", nonnegative=True)
    nuclear = (values[0] - values[1]).subs(at)
    value = length**2 * (nuclear * norm - trace - (cosine**2 - s**2) * cone)
    at_most(
        proof,
        r"So $\lambda = f(u) - s_\lambda \leq 2sc \, M |u|^2$, with $\operatorname{tr}(X Y_0) = |Y_0|_* |H| - b$",
        value - lost,
        2 * s * cosine * (norm + excess) * length**2,
        equal_at=dict.fromkeys((lost, excess, cone, trace), 0),
    )
    rest = _distance(proof)
    threshold = bounds.sharp(SYMBOLS, bounds.half_sine(bounds.Q))
    within = sp.Le(threshold, DISTANCE, evaluate=False)
    half = sp.Symbol("S", positive=True)
    distance = bounds.sharp(SYMBOLS, half) + rest / TOTAL
    found = {DISTANCE: distance, half: bounds.half_sine(bounds.Q)}
    _conclude(proof, "below-sharp", threshold, within, found, rest)


def _distance(proof: Proof) -> sp.Symbol:
    """From 2sc |u|^2 >= lambda / M to the distance, |u| s; returns what its square exceeds the threshold's by."""
    S, C = sp.symbols("S C", positive=True)
    more, l, r = sp.symbols("j l r", nonnegative=True)  # noqa: E741
    acute = proof.let(
        "half angle",
        r"with $q = \lambda / (M L^2) = \sin a$, $S = \sin \frac{a}{2} \leq C = \cos \frac{a}{2}$",
    )
    sine, cosine = bounds.half_sine(bounds.Q), sp.cos(sp.asin(bounds.Q) / 2)
    for text, left, right in (
        ("So $2SC = q$", 2 * sine * cosine, bounds.Q),
        ("and $S^2 + C^2 = 1$", sine**2 + cosine**2, sp.S.One),
    ):
        proof.fact(text, sp.Eq(left, right, evaluate=False))
    length, bound_l = bounded(proof, "L", "L", "|u|", "$|Jv| \\leq L$")
    at_most(
        proof,
        r"$sc |u|^2 = SC L^2 + j$ with $j \geq 0$, so that $SC |u|^2 \leq sc |u|^2$",
        S * C * length**2,
        S * C * bound_l**2 + more,
        equal_at={more: 0, bound_l - length: 0},
    )
    low, rest = sp.Symbol("x_1", nonnegative=True), slack("x_3", acute)
    past = sp.Symbol("x_2", positive=True)
    tangent, half = (t / (low + past + rest) for t in (low, low + past))
    at_most(
        proof,
        r"If $\tan \varphi$ were less than $\tan \frac{a}{2} \leq 1$, as $x_1 / (x_1 + x_2 + x_3)$ is less than $(x_1 + x_2) / (x_1 + x_2 + x_3)$ with $x_1, x_3 \geq 0$ and $x_2 > 0$, then $sc < SC$",
        tangent / (1 + tangent**2),
        half / (1 + half**2),
        strict=True,
        equal_at={past: 0},
    )
    squared = bounds.sharp(SYMBOLS, S) ** 2
    at_most(
        proof,
        r"So $\tan \varphi = S / C + r$ with $r \geq 0$, and $|u|^2 s^2 = sc |u|^2 \tan \varphi$ is at least $\epsilon^{*2}$",
        squared,
        (S * C * SYMBOLS.L**2 + more) * (S / C + r),
        equal_at={more: 0, r: 0},
    )
    wide, also = slack("h", acute), sp.Symbol("i", nonnegative=True)
    at_most(
        proof,
        r"At an angle beyond $\pi/4$, $y = 0$ among them, $|u|^2 s^2 = (\lambda / M + i)(\frac{1}{2} + l)$ is not below it either, with $C = S + h$ and $i, l \geq 0$",
        squared,
        (2 * S * (S + wide) * SYMBOLS.L**2 + also) * (sp.Rational(1, 2) + l),
        equal_at={also: 0, l: 0, wide: 0},
    )
    proof.cite("rayleigh", "half-angle")
    return _of_squares(
        proof,
        r"in either case $\delta^2 = |u|^2 s^2 = \epsilon^{*2} + R$ with $R \geq 0$ and $\epsilon^* = LS$",
        DISTANCE,
        bounds.sharp(SYMBOLS, S),
        strict=False,
    )


def ratio(proof: Proof) -> None:
    """lambda / (2LM) = eps* cos(a/2), where sin a = q."""
    lam, big_l, big_m = SYMBOLS
    S, C = sp.symbols("S C")
    proof.let(
        "angle",
        r"$\lambda = M L^2 \cdot 2SC$ with $S = \sin \frac{a}{2}$, $C = \cos \frac{a}{2}$, $0 < \frac{a}{2} \leq \frac{\pi}{4}$",
        lam - 2 * big_m * big_l**2 * S * C,
    )
    proof.follows(
        r"The published threshold is $\epsilon^* \cos \frac{a}{2}$, with $\epsilon^* = LS$",
        bounds.published(SYMBOLS),
        bounds.sharp(SYMBOLS, S) * C,
        using={"angle": (lam - 2 * big_m * big_l**2 * S * C) / (2 * big_l * big_m)},
    )
    proof.cite("sine", "half-angle")

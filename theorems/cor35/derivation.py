"""The derivations of 3.5: identities for every k and d, then scalars, lemma by lemma.

For a unit vector v put u = J v and f(x) = x^T H x, so that v^T J^T H J v = f(u). Definiteness is
lost only if u + Ev reaches the closed cone {f <= 0}: all that matters is the distance from u to it.
The sharp distance needs one reduction: u and its nearest point of the cone span a plane, and the
compression of H to that plane is a 2 x 2 matrix, whatever k and d.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from verify.symbolic.bounds import at_most, bounded, slack
from verify.symbolic.derivation import Proof
from verify.symbolic.indexed import total

d, k = sp.symbols("d k", integer=True, positive=True)
u, w, n, m, v = (sp.IndexedBase(name) for name in ("u", "w", "n", "m", "v"))
hessian, moved, root = sp.IndexedBase("H"), sp.IndexedBase(r"H^\phi"), sp.IndexedBase("S")
jacobian, error = sp.IndexedBase("J"), sp.IndexedBase("E")

NEAREST = (
    r"a closed set has a nearest point; if $tw$ is in it for all $t \geq 0$ then $(u - w) \cdot w = 0$ "
    "at the nearest point $w$"
)
CAUCHY_SCHWARZ = r"Cauchy-Schwarz: $|a^T H b| \leq |a| |H| |b|$"
OPERATOR = r"$|Jv| \leq |J|$ and $|Ev| \leq |E|$ for unit $v$"
DUALITY = (
    r"$|\operatorname{tr}(XY)| \leq |X| |Y|_*$, with $|Y|_*$ the sum of the moduli of the eigenvalues "
    "of a symmetric $Y$"
)
COMPRESSION = r"$|Q^T H Q| \leq |H|$ if $Q^T Q = I$"
HALF_ANGLE = r"$2 \sin^2 \frac{a}{2} = 1 - \cos a$"
ROOT = "a positive semidefinite matrix is $S^T S$ with $|S|^2$ its norm"
TRIANGLE = "$|a| - |b| \\leq |a + b| \\leq |a| + |b|$"
WEYL = "Weyl: eigenvalues move by at most the norm of a symmetric perturbation"
RAYLEIGH = "Courant-Fischer: the extreme eigenvalues are the extreme Rayleigh quotients"

Vector = Callable[[sp.Expr], sp.Expr]


def _form(x: Vector, matrix: sp.IndexedBase = hessian, y: Vector | None = None) -> sp.Sum:
    """x^T matrix y, with y = x by default."""
    right = x if y is None else y
    return total(lambda i, j: x(i) * matrix[i, j] * right(j), k, k)


def _square(x: Vector) -> sp.Expr:
    return total(lambda i: x(i) ** 2, k)


def _at(base: sp.IndexedBase) -> Vector:
    return lambda i: base[i]


def _one_form(proof: Proof) -> None:
    """The perturbed matrix is evaluated with the same H."""
    proof.given("same-hessian", r"$H^\phi = H$ at the perturbed head")
    moved_form, form = _form(_at(w), moved), _form(_at(w))
    proof.follows(
        r"$v^T G_\phi v$ is the form $f$ of $H$ at $w = (J + E)v$",
        moved_form,
        form,
        using={"same-hessian": moved_form - form},
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
    proof.cite(OPERATOR)


def published(proof: Proof) -> None:
    """|E| < lambda / (2LM) keeps J^T H J positive definite: the simple argument."""
    proof.symmetric = frozenset({hessian, moved})
    _one_form(proof)
    gap: Vector = lambda i: u[i] - w[i]  # noqa: E731
    both: Vector = lambda i: u[i] + w[i]  # noqa: E731
    proof.equal(
        r"With $w$ the point of the cone nearest to $u = Jv$: $f(u) - f(w) = (u - w)^T H (u + w)$",
        _form(_at(u)) - _form(_at(w)),
        _form(gap, y=both),
    )
    proof.let("nearest", "$(u - w) \\cdot w = 0$")
    proof.cite(NEAREST)
    orthogonal = total(lambda i: gap(i) * w[i], k)
    proof.follows(
        r"$|u + w|^2 = 4|u|^2 - 3|u - w|^2$",
        _square(both),
        4 * _square(_at(u)) - 3 * _square(gap),
        using={"nearest": -4 * orthogonal},
    )
    proof.cite(CAUCHY_SCHWARZ)
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
    _one_form(proof)
    proof.cite(NEAREST)
    s, c = sp.symbols("s c")
    x11, x12, x22 = sp.symbols("X_11 X_12 X_22")
    proof.equal(
        r"In the plane of $u$ and its nearest point, $u = |u|(s n + c m)$ with $m = w / |w|$ and "
        r"$n = (u - w) / |u - w|$: $f(u) / |u|^2$ is the form of the compression",
        _form(lambda i: s * n[i] + c * m[i]),
        s**2 * _form(_at(n)) + 2 * s * c * _form(_at(n), y=_at(m)) + c**2 * _form(_at(m)),
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
    proof.cite(DUALITY)
    proof.cite(COMPRESSION)
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
    top, low = sp.symbols("Q R", positive=True)
    grows = sp.Symbol("r", nonnegative=True)
    at_most(
        proof,
        "so that it is least at $|u| = L$, where $R$ is $R_L = R + r$",
        top**2 / (bound_l**2 + low + grows),
        top**2 / (length**2 + low),
    )
    half = sp.Symbol("g", nonnegative=True)
    at_most(
        proof,
        r"At an angle beyond $\pi/4$, $\delta^2 = x(\frac{1}{2} + g)$ is above the bound already",
        (length - low) / 2,
        length * (sp.Rational(1, 2) + half),
        strict=True,
    )
    alpha = sp.Symbol("C")
    proof.follows(
        r"With $\cos a = R_L / L^2$, i.e. $\sin a = q$: $\epsilon^{*2} = L^2 (1 - \cos a) / 2 = "
        r"(L^2 - R_L) / 2$",
        big * (1 - alpha) / 2,
        (big - big_r) / 2,
        using={"half angle": (big_r - big * alpha) / 2},
    ) if proof.let("half angle", r"$C = \cos a$, $L^2 C = R_L$") else proof.fact(
        "the angle is not defined", sp.false, False
    )
    proof.cite(HALF_ANGLE)


def ratio(proof: Proof) -> None:
    """lambda / (2LM) = eps* cos(a/2), where sin a = q."""
    bound_l, bound_m, lam = sp.symbols("L M lambda", positive=True)
    s, c = sp.symbols("S C")
    proof.let(
        "angle", r"$\lambda = M L^2 \cdot 2SC$ with $S = \sin \frac{a}{2}$, $C = \cos \frac{a}{2}$"
    )
    proof.follows(
        r"The published threshold is $\epsilon^* \cos \frac{a}{2}$, with $\epsilon^* = LS$",
        lam / (2 * bound_l * bound_m),
        bound_l * s * c,
        using={"angle": (lam - 2 * bound_m * bound_l**2 * s * c) / (2 * bound_l * bound_m)},
    )
    proof.cite(r"$\cos$ falls on $[0, \pi/4]$ from $1$ to $1/\sqrt{2}$, and $0 < a/2 \leq \pi/4$")


def psd(proof: Proof) -> None:
    """The bounds for H = S^T S."""
    moved_by: Vector = lambda i: total(lambda a: (jacobian[i, a] + error[i, a]) * v[a], d)  # noqa: E731
    parts = [
        lambda r, base=base: total(lambda i: root[r, i] * total(lambda a: base[i, a] * v[a], d), k)
        for base in (jacobian, error)
    ]
    product = total(
        lambda i, j: moved_by(i) * total(lambda r: root[r, i] * root[r, j], k) * moved_by(j), k, k
    )
    proof.given("psd", "$H = S^T S$")
    proof.follows(
        "The form of the perturbed matrix is $|SJv + SEv|^2$",
        _form(moved_by),
        total(lambda r: (parts[0](r) + parts[1](r)) ** 2, k),
        using={"psd": _form(moved_by) - product},
    )
    for lemma in (ROOT, TRIANGLE, OPERATOR, RAYLEIGH):
        proof.cite(lemma)
    low = slack("a", proof.given("lambda", r"$|SJv| = \sqrt{\lambda} + a$ with $a \geq 0$"))
    size = slack("b", proof.given("M", r"$|SEv| = \sqrt{M} |E| - b$ with $b \geq 0$"))
    rest = slack(
        "g",
        proof.given("below-root", r"$\sqrt{\lambda} = \sqrt{M} |E| + g$ with $g > 0$"),
        strict=True,
    )
    moved_size = sp.Symbol("y", nonnegative=True)
    at_most(
        proof,
        r"$(\sqrt{\lambda} - \sqrt{M}|E|)^2 = g^2 \leq (|SJv| - |SEv|)^2$, and $|SJv| > |SEv|$",
        rest**2,
        (moved_size + rest + low - (moved_size - size)) ** 2,
    )
    top = slack("h", proof.let("largest", r"$|SJv| = \sqrt{\Lambda} - h$ with $h \geq 0$"))
    jv, ev = sp.Symbol("x", nonnegative=True), sp.Symbol("y", nonnegative=True)
    at_most(
        proof,
        r"$(|SJv| + |SEv|)^2 \leq (\sqrt{\Lambda} + \sqrt{M} |E|)^2$",
        (jv + ev) ** 2,
        (jv + top + ev + size) ** 2,
    )
    kappa, tau, lam, goal = sp.symbols("k t l K")
    proof.equal(
        r"The quotient, with $k = \sqrt{\kappa}$, $l = \sqrt{\lambda}$ and $\sqrt{M}|E| = t l$",
        (kappa * lam + tau * lam) ** 2 / (lam - tau * lam) ** 2,
        ((kappa + tau) / (1 - tau)) ** 2,
    )
    at_goal = (goal - kappa) / (goal + 1)
    proof.equal(
        r"At $t = (K - k) / (K + 1)$ it is $K^2$, where $K$ stands for $\sqrt{K}$",
        (kappa + at_goal) / (1 - at_goal),
        goal,
    )
    _psd_equality(proof)


def _psd_equality(proof: Proof) -> None:
    """Equality at J = diag(L, L / sqrt(kappa)), H = M I, E = diag(eps, -eps)."""
    size, bound_m, kappa, tau = sp.symbols("L M k t", positive=True)
    lam = bound_m * (size / kappa) ** 2
    epsilon = tau * size / kappa  # tau sqrt(lambda / M)
    matrix = sp.diag(size + epsilon, size / kappa - epsilon)
    perturbed = (matrix.T * (bound_m * sp.eye(2)) * matrix).as_immutable()
    proof.equal(
        r"All three are attained at $J = \operatorname{diag}(L, L/k)$, $H = MI$, $E = "
        r"\operatorname{diag}(\epsilon, -\epsilon)$, where $l^2 = \lambda$",
        perturbed,
        sp.ImmutableMatrix(sp.diag(lam * (kappa + tau) ** 2, lam * (1 - tau) ** 2)),
    )


def below(proof: Proof) -> None:
    """kappa_phi < ((2 kappa + 1) / (2 sqrt(kappa) - 1))^2 <= 9 kappa below the published threshold."""
    lam, bound_l, bound_m = sp.symbols("l L m", positive=True)
    proof.cite("the bounds for positive semidefinite $H$, derived above")
    proof.equal(
        r"At $|E| = \lambda / (2LM)$, $\tau = |E| \sqrt{M / \lambda}$ is $\sqrt{q} / 2$, with "
        r"$l = \sqrt{\lambda}$, $m = \sqrt{M}$",
        lam**2 / (2 * bound_l * bound_m**2) * bound_m / lam,
        (lam / (bound_m * bound_l)) / 2,
    )
    root_kappa = 1 + sp.Symbol("h", nonnegative=True)
    largest = slack(
        "s", proof.let("largest", r"$\Lambda \leq M L^2$, so that $\sqrt{q \kappa} = 1 - s$")
    )
    at_most(
        proof,
        r"So $\sqrt{q} / 2 \leq 1 / (2 \sqrt{\kappa})$, with $\sqrt{\kappa} = 1 + h$",
        (1 - largest) / (2 * root_kappa),
        1 / (2 * root_kappa),
    )
    gap = slack(
        "g", proof.given("threshold", r"$\tau = 1/(2\sqrt{\kappa}) - g$ with $g > 0$"), strict=True
    )
    edge = 1 / (2 * root_kappa)
    at_most(
        proof,
        r"$(\sqrt{\kappa} + \tau) / (1 - \tau) < (2\kappa + 1) / (2\sqrt{\kappa} - 1)$",
        (root_kappa + edge - gap) / (1 - edge + gap),
        (2 * root_kappa**2 + 1) / (2 * root_kappa - 1),
        strict=True,
    )
    at_most(
        proof,
        r"which is at most $3\sqrt{\kappa}$",
        (2 * root_kappa**2 + 1) / (2 * root_kappa - 1),
        3 * root_kappa,
    )
    at_most(
        proof,
        r"and $\sqrt{\lambda_{\min} / \lambda} \geq 1 - \tau > 1/2$",
        sp.Rational(1, 2),
        1 - edge + gap,
        strict=True,
    )


def indefinite(proof: Proof) -> None:
    """kappa_phi <= (kappa + x) / (1 - x) with x = tau + tau^2 q / 4, by Weyl."""
    lam, bound_l, bound_m, tau = sp.symbols("lambda L M tau", positive=True)
    epsilon, q = tau * lam / (2 * bound_l * bound_m), lam / (bound_m * bound_l**2)
    x = tau + tau**2 * q / 4
    bound = 2 * bound_l * bound_m * epsilon + bound_m * epsilon**2
    proof.cite(r"$|G_\phi - G_*| \leq 2LM\epsilon + M\epsilon^2$: Proposition 3.4")
    proof.cite(WEYL)
    proof.equal(
        r"At $\epsilon = \tau \lambda / (2LM)$ the bound of 3.4 is $\lambda x$", bound, lam * x
    )
    proof.equal(
        r"At the published threshold, $\tau = 1$, it exceeds $\lambda$: Weyl leaves a negative bound",
        (lam - bound).subs(tau, 1),
        -(lam**2) / (4 * bound_l**2 * bound_m),
    )
    rest = slack("g", proof.let("weyl", "$x = 1 - g$ with $g > 0$"), strict=True)
    kappa, less, up = (sp.Symbol(name, nonnegative=True) for name in ("kappa", "a", "b"))
    unit, share = sp.Symbol("lambda", positive=True), sp.Symbol("x", nonnegative=True)
    top = unit * (kappa + share)  # lambda_max of the perturbed matrix, plus b
    at_most(
        proof,
        r"$\lambda_{\max} = \lambda(\kappa + x) - b$ and $\lambda_{\min} = \lambda(1 - x) + a$, so "
        r"$\kappa_\phi \leq (\kappa + x) / (1 - x)$; cross-multiplied",
        (top - up) * rest,
        top / unit * (unit * rest + less),
    )


def full(proof: Proof) -> None:
    """The full bound of 3.4 below lambda keeps H_eff positive definite."""
    proof.cite("the full bound of Proposition 3.4")
    proof.cite(WEYL)
    rest = slack(
        "g", proof.let("star", r"the full bound is $b = \lambda - g$ with $g > 0$"), strict=True
    )
    above, bound = sp.Symbol("a", nonnegative=True), sp.Symbol("b", nonnegative=True)
    at_most(
        proof,
        r"$\lambda_{\min}(H_{\mathrm{eff}}^\phi) = \lambda - b + a$ with $a \geq 0$ is positive",
        sp.S.Zero,
        (bound + rest) - bound + above,
        strict=True,
    )

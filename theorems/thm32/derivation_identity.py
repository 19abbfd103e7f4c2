"""The derivations of 3.2 for the identity itself, c = 1, and for what isotropy forces on the loss."""

from __future__ import annotations

import sympy as sp

from theorems.thm32 import bounds
from theorems.thm32.derivation import (
    SLOPE,
    c,
    d,
    factor,
    isotropic,
    loss,
    network,
    steep,
    steep_at,
    v,
)
from verify.claims.bounds import at_most, slack
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant
from verify.symbolic.matrices import identity, matrix, vector

velocity, slope, curve, centre = (
    vector(name, d) for name in (r"\dot\gamma", r"\nabla f", "gamma", "z^{0}")
)
F = matrix("F", d, d, symmetric=True)


def convex(proof: Proof) -> None:
    """for a convex nonconstant loss H_eff = I on all of R^d."""
    at_start = steep(proof)
    _whole(
        proof,
        at_start,
        proof.given("convex", r"$\phi'$ does not decrease: $\phi' = r + x$ with $x \geq 0$"),
    )


def metric(proof: Proof) -> None:
    """So for a loss whose Hessian is positive definite everywhere: its slope rises, and is not 0 twice on a line."""
    rising = proof.given(
        "metric",
        r"$\nabla^2 L \succ 0$ everywhere, so that on every line the slope of $L$ rises: by $w > 0$ from $0$ to $1$, and from its value $r$ at $0$ to $r + x$, $x \geq 0$, ahead",
    )
    mean, more = sp.Symbol("a", real=True), slack("w", rising, strict=True)
    at_most(
        proof,
        r"The slopes at $0$ and $1$, $a \mp \frac{w}{2}$, are not both $0$: their squares",
        more**2 / 2,
        (mean - more / 2) ** 2 + (mean + more / 2) ** 2,
        equal_at={mean: 0},
    )
    proof.fact("since", sp.Gt(more**2 / 2, 0, evaluate=False))
    _whole(proof, steep_at(proof, proof.let("slope", f"so {SLOPE}", by="steps")), rising)


def _whole(proof: Proof, at_start: sp.Symbol, rising: bool) -> None:
    """Along e the loss rises without bound from a positive slope that does not decrease: h is defined everywhere."""
    more, ahead, area = slack("x", rising), sp.Symbol("s", nonnegative=True), slack("X", rising)
    proof.fact(
        r"$\phi'$ stays positive for $s \geq 0$",
        sp.Gt(at_start + more, 0, evaluate=False),
    )
    at_most(
        proof,
        r"and $\phi(s) - \phi(0)$, the integral of $r + x$, grows without bound: $\phi$ maps $[0, \infty)$ onto $[\phi(0), \infty)$",
        at_start * ahead,
        at_start * ahead + area,
        equal_at={area: 0},
    )
    proof.cite("inverse-function")
    size = sp.Symbol("|z|", nonnegative=True)
    at_most(
        proof,
        r"$1 + \frac{1}{2} |z|^2 > 0$ lies inside, for every $z$",
        sp.S.Zero,
        1 + size**2 / 2,
        strict=True,
    )
    isotropic(
        proof, sp.S.One, r"$h(z) = u_0 + \phi^{-1}(y + \frac{1}{2} |z|^2) e$, $y = \phi(0) + 1$"
    )
    network(proof, sp.S.One, "effective Hessian, on the compact image of $\\gamma$,")


def necessary(proof: Proof) -> None:
    """H_eff = c I, c > 0, along a curve makes f = L o h a parabola |gamma - z0|^2 along it."""
    a = sp.Symbol("a", integer=True)
    proof.over(d, a)
    proof.symmetry(*F.symmetric)
    rules: dict[sp.IndexedBase, Rule] = {
        sp.IndexedBase("gamma"): lambda r: velocity.entry(r, sp.S.One),
        factor: constant,
    }
    if proof.let(
        "smooth",
        r"$f = L \circ h$ is $C^2$ with Hessian $F$; $c_0$, $\ell_0$ are the numbers $c$, $\ell$",
    ):
        rules[loss] = lambda _: (slope.T @ velocity).scalar
        rules[sp.IndexedBase(slope.latex)] = lambda r: (F @ velocity).entry(r, sp.S.One)
    rate = F @ velocity - c * velocity
    proof.rate(
        r"Along $\gamma$", (slope - c * curve).entry(a, sp.S.One), rules, rate.entry(a, sp.S.One)
    )
    proof.let("isotropic", r"$F = c I$ along $\gamma$, with $c > 0$", F - c * identity(d))
    proof.follows(
        "which vanishes", rate, 0 * velocity, using={"isotropic": (F - c * identity(d)) @ velocity}
    )
    proof.cite("zero-derivative")
    away = curve - centre
    proof.let(
        "centre",
        r"so, as $c \neq 0$, $\nabla f(\gamma) = c (\gamma - z^0)$ for some fixed $z^0$",
        slope - c * away,
    )
    if "centre" not in proof.withdrawn:
        rules[sp.IndexedBase(centre.latex)] = constant
    left = ((slope - c * away).T @ velocity).scalar
    proof.rate(
        r"and $\ell = f(\gamma)$ differs from the parabola",
        loss[0] - c * (away.T @ away).scalar / 2,
        rules,
        left,
    )
    proof.follows(
        "by a constant, as the first factor is $0$", left, sp.S.Zero, using={"centre": left}
    )


def oscillation(proof: Proof) -> None:
    """(1 - eps) c l^2 / 8 <= sup L - inf L on a straight segment of length l."""
    c, epsilon, length, t = sp.symbols("c epsilon l t", positive=True)
    quadratic, square = (v.T @ F @ v).scalar, (v.T @ v).scalar
    excess = slack("x", "sign" not in proof.withdrawn)
    proof.let(
        "sign",
        r"the form of $F / c - I$ at $v$ is $x - \epsilon$, $x \geq 0$",
        quadratic - c * square - c * (excess - epsilon),
    )
    proof.let("unit", r"$v = \gamma'$ is a unit vector", square - 1)
    least = (1 - epsilon) * c
    proof.follows(
        r"$F(t) = L(h(\gamma(t)))$ has $F'' = v^T H_{\mathrm{eff}} v$",
        quadratic,
        least + c * excess,
        using={"sign": quadratic - c * square - c * (excess - epsilon), "unit": c * (square - 1)},
    )
    proof.cite("symmetric-norm", "taylor-integral")
    proof.equal(
        r"A second derivative of at least $(1 - \epsilon) c$ adds to $F(\frac{l}{2}) + F(-\frac{l}{2}) - 2 F(0)$ at least",
        sp.integrate((length / 2 - t) * 2 * least, (t, 0, length / 2)),
        2 * bounds.oscillation(c, epsilon, length),
    )
    top, bottom = sp.symbols("sup inf")
    plus, minus, middle = sp.symbols("F_+ F_- F_0")
    ranged = "range" not in proof.withdrawn
    above, below, low = (slack(f"a_{sign}", ranged) for sign in ("+", "-", "0"))
    at_ends = plus - (top - above), minus - (top - below), middle - (bottom + low)
    proof.let(
        "range",
        r"$F_\pm = F(\pm \frac{l}{2}) = \sup L - a_\pm$, $F_0 = F(0) = \inf L + a_0$ with all $a \geq 0$",
        *at_ends,
    )
    rest = slack("X", "sign" not in proof.withdrawn)
    bound = bounds.oscillation(c, epsilon, length)
    taylor = (plus + minus) / 2 - middle - bound - rest / 2
    proof.let(
        "Taylor", "Taylor at both ends, $X \\geq 0$ being what the integral has beyond that", taylor
    )
    proof.follows(
        "The oscillation of the loss",
        top - bottom,
        bound + rest / 2 + (above + below) / 2 + low,
        using={"Taylor": taylor, "range": at_ends[2] - (at_ends[0] + at_ends[1]) / 2},
    )
    spare = dict.fromkeys((rest, above, below, low), 0)
    cosine = slack(
        "o", proof.let("cosine", r"$0 \leq 2 - 2 \cos \leq 4$: it oscillates by $4 - o$")
    )
    at_most(
        proof,
        r"For a cosine loss $(1 - \epsilon) c l^2$, eight times the bound, is at most $32$",
        8 * (4 - cosine - rest / 2 - (above + below) / 2 - low),
        sp.Integer(32),
        equal_at={**spare, cosine: 0},
    )
    proof.cite("cauchy-schwarz")
    proof.fact(
        "In general it is at least the bound",
        sp.Le(bounds.CHANGE, top - bottom, evaluate=False),
        at={top: bottom + bound + rest / 2 + (above + below) / 2 + low},
        equal_at=spare,
    )


def sine(proof: Proof) -> None:
    """behind L = sin every c l^2 / 8 = 2 p < 2 occurs, with H_eff = c I."""
    share, length = sp.symbols("p l", positive=True)
    scale = 16 * share / length**2
    rest = slack("g", proof.let("share", "$p + g = 1$ with $g > 0$"), strict=True)
    inside = slack("q", proof.let("segment", r"$|z|^2 = \frac{l^2}{4} - q$ with $q \geq 0$"))
    argument = scale / 2 * (length**2 / 4 - inside) - share
    at_most(
        proof,
        r"For $c = 16 p / l^2$, $x = \frac{c}{2} |z|^2 - p < 1$ on the segment about $0$, and near it",
        argument,
        share + rest,
        strict=True,
    )
    at_most(proof, r"and $-1 < -p \leq x$", -share - rest, -share, strict=True)
    proof.cite("sine")
    isotropic(
        proof,
        c,
        r"$h(z) = \phi^{-1}(y + \frac{c}{2} |z|^2)$ with $\phi = \sin$, $y = -p$; $c_0$, $\ell_0$, $y_0$ are the numbers $c$, $\ell$, $y$",
    )
    proof.equal(
        r"The bound is attained by what $L(h)$ takes, from $-p$ to $p$",
        bounds.oscillation(scale, 0, length),
        2 * share,
    )

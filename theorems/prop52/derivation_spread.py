"""The derivations of 5.2 that bound the spread of an orbit's image by its length."""

from __future__ import annotations

import sympy as sp

from theorems.prop52.derivation import d, h, jacobian, k
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total

p = sp.Symbol("p", integer=True, positive=True)


def length(proof: Proof) -> None:
    """|h(end) - h(start)| <= delta l: the slope of e.h, e a unit vector, is at most delta."""
    e, w = sp.IndexedBase("e"), sp.IndexedBase("w")
    rules: dict[sp.IndexedBase, Rule] = {e: constant}
    if proof.let("arclength", r"$\gamma$ runs at unit speed $|v| = 1$, and $w = J v$"):
        rules[h] = lambda r: w[r]
    product = total(lambda r: e[r] * w[r], k)
    proof.rate("The slope of $e \\cdot h$", total(lambda r: e[r] * h[r], k), rules, product)
    ee, ww = (total(lambda r, x=x: x[r] ** 2, k) for x in (e, w))
    square = total(lambda r, s: (e[r] * w[s] - e[s] * w[r]) ** 2, k, k) / 2
    proof.equal("Lagrange's identity", ee * ww - product**2, square)
    unit = proof.let("unit", r"$|e| = 1$, and half a sum of squares is some $s \geq 0$")
    small = proof.let("singular", r"$|J v|^2 = \delta^2 - g$ with $g \geq 0$")
    s = sp.Symbol("s", nonnegative=unit or None)
    g = sp.Symbol("g", nonnegative=small or None)
    delta = sp.Symbol("delta", positive=True)
    proof.follows(
        r"The square of the slope less $\delta^2$",
        product**2 - delta**2,
        -g - s,
        using={
            "unit": -(square - s) + (ee - 1) * ww,
            "singular": ww - delta**2 + g,
        },
    )
    proof.fact("is not positive", sp.Le(-g - s, 0, evaluate=False), bool((-g - s).is_nonpositive))
    proof.cite("mean-value")


def diameter(proof: Proof) -> None:
    """Diam h <= delta l/2 on a closed curve: the shorter way round is at most l/2 long."""
    ell, delta, apart = sp.symbols("ell delta D", positive=True)
    first, second = sp.symbols("l_1 l_2", nonnegative=True)
    proof.let("closed", r"two points cut the curve into arcs: $\ell_1 + \ell_2 = \ell$")
    bounded = proof.let(
        "length",
        r"by the bound along each arc, $D = \delta \ell_1 - g_1 = \delta \ell_2 - g_2$, $g \geq 0$",
    )
    slacks = sp.symbols("g_1 g_2", nonnegative=bounded or None)
    proof.follows(
        r"The distance $D$ of the points' images less $\delta \ell / 2$",
        apart - delta * ell / 2,
        -(slacks[0] + slacks[1]) / 2,
        using={
            "length": (2 * apart - delta * (first + second) + slacks[0] + slacks[1]) / 2,
            "closed": delta * (first + second - ell) / 2,
        },
    )
    rest = -(slacks[0] + slacks[1]) / 2
    proof.fact("is not positive", sp.Le(rest, 0, evaluate=False), bool(rest.is_nonpositive))


def variance(proof: Proof) -> None:
    """Var h <= delta^2 l^2 / 12, from |h(s) - h(t)| <= delta |s - t|."""
    s, t = sp.symbols("s t", real=True)
    ell, delta = sp.symbols("ell delta", positive=True)
    close = proof.let("length", r"$|h(s) - h(t)|^2 = \delta^2 (s - t)^2 - g$ with $g \geq 0$")
    g = sp.Symbol("g", nonnegative=close or None)
    bound = sp.integrate(delta**2 * (s - t) ** 2 / ell**2, (s, 0, ell), (t, 0, ell)) / 2
    proof.equal(
        r"Half the mean of $\delta^2 (s - t)^2$ over the square", bound, delta**2 * ell**2 / 12
    )
    spread = sp.Symbol("Var")
    proof.follows(
        r"The variance, half the mean of $|h(s) - h(t)|^2$, with the mean of $g$ again called $g$",
        spread,
        delta**2 * ell**2 / 12 - g / 2,
        using={"length": spread - bound + g / 2},
    )
    proof.fact("does not exceed it", sp.Le(-g / 2, 0, evaluate=False), bool((-g).is_nonpositive))
    proof.cite("variance-of-copies")


def _poincare(proof: Proof, frequency: sp.Expr, basis: str) -> None:
    """(1/frequency)^2 mean|h'|^2 - Var h, coefficient by coefficient of an orthogonal basis."""
    c = sp.Symbol("c", real=True)
    m = sp.Symbol("m", integer=True, nonnegative=True)
    ordered = proof.let(
        "frequencies", f"the basis is {basis}, $n = m + 1 \\geq 1$; $n = 0$ is the mean"
    )
    n = m + 1 if ordered else sp.Symbol("n")
    gap = (m**2 + 2 * m) * c**2 / 2
    proof.equal(
        r"A coefficient's share of the mean of $|h'|^2$ over $\omega^2$, less its share of the variance",
        (n * frequency * c) ** 2 / 2 / frequency**2 - c**2 / 2,
        gap,
    )
    proof.fact("is not negative", sp.Ge(gap, 0, evaluate=False), bool(gap.is_nonnegative))
    proof.cite("parseval")


def open_poincare(proof: Proof) -> None:
    """Open curves: cos(n pi s / l)."""
    _poincare(
        proof, sp.pi / sp.Symbol("ell", positive=True), r"$\cos(n \omega s)$, $\omega = \pi/\ell$"
    )


def closed_poincare(proof: Proof) -> None:
    """Closed curves: cos and sin of 2 pi n s / l."""
    _poincare(
        proof,
        2 * sp.pi / sp.Symbol("ell", positive=True),
        r"$\cos(n \omega s)$ and $\sin(n \omega s)$, $\omega = 2\pi/\ell$",
    )


def small_augmentations(proof: Proof) -> None:
    """E|J P eta|^2 = tr(J P Sigma P^T J^T), and what the remainder adds."""
    steer, moment, eta = (sp.IndexedBase(s) for s in ("P", "Sigma", "eta"))
    pushed = lambda r, x: total(lambda c: jacobian[r, c] * steer[c, x], d)  # noqa: E731
    proof.let("moments", r"$E \eta_a \eta_b = \Sigma_{ab}$")
    along = lambda r: total(lambda x: pushed(r, x) * eta[x], p)  # noqa: E731
    rest = sp.IndexedBase("r")
    squared = total(lambda r: along(r) ** 2, k)
    proof.equal(
        r"With $h(T_\theta z) - h(z) = J P \eta + r$, the square is",
        total(lambda s: (along(s) + rest[s]) ** 2, k),
        squared + 2 * total(lambda s: along(s) * rest[s], k) + total(lambda s: rest[s] ** 2, k),
    )
    traced = total(lambda r, x, y: pushed(r, x) * moment[x, y] * pushed(r, y), k, p, p)
    proof.follows(
        r"In expectation $|J P \eta|^2$ is the trace",
        squared,
        traced,
        using={"moments": squared - traced},
    )
    slope, bend, size = sp.symbols("slope B eta", nonnegative=True)
    taylor = proof.let("C^{1,1}", r"the remainder has $|r| \leq B |\eta|^2 / 2$")
    remainder = bend * size**2 / 2 if taylor else sp.Symbol("|r|")
    proof.equal(
        r"The other two terms, at most $2 |J P \eta| |r| + |r|^2$, are at most, with $|J P| \leq$ slope,",
        2 * slope * size * remainder + remainder**2,
        size**3 * (slope * bend + bend**2 * size / 4),
    )
    bounded = proof.let("bounded", r"$|\eta| = n - m$ with $m \geq 0$, for some fixed $n$")
    m = sp.Symbol("m", nonnegative=bounded or None)
    proof.equal(
        r"which is at most a constant times $|\eta|^3$: the factor with $n$ for $|\eta|$ is larger by",
        (slope * bend + bend**2 * (size + m) / 4) - (slope * bend + bend**2 * size / 4),
        bend**2 * m / 4,
    )
    larger = sp.Ge(bend**2 * m / 4, 0, evaluate=False)
    proof.fact("which is not negative", larger, bool((bend**2 * m).is_nonnegative))
    proof.cite("taylor-lipschitz", "cauchy-schwarz")


def landau(proof: Proof) -> None:
    """|phi'(t)| <= D/l + B l/2: Taylor at t to both ends, subtracted."""
    ell = sp.Symbol("ell", positive=True)
    t, slope, start, end, here, low, high = sp.symbols("t phi' phi_0 phi_1 phi beta_0 beta_1")
    proof.let(
        "taylor",
        r"$\varphi_1 = \varphi + (\ell - t) \varphi' + \beta_1 (\ell - t)^2 / 2$, $\varphi_0 = \varphi - t \varphi' + \beta_0 t^2 / 2$ with $|\beta| \leq B$",
    )
    at_end = end - here - (ell - t) * slope - high * (ell - t) ** 2 / 2
    at_start = start - here + t * slope - low * t**2 / 2
    proof.follows(
        r"Subtracted, with $\varphi = e \cdot h \circ \gamma$ for a unit vector $e$",
        ell * slope,
        (end - start) - high * (ell - t) ** 2 / 2 + low * t**2 / 2,
        using={"taylor": at_start - at_end},
    )
    inside = proof.let(
        "inside", r"$0 \leq t \leq \ell$: $t = \ell x / (1 + x)$ with $x \geq 0$, or the end"
    )
    x = sp.Symbol("x", nonnegative=inside or None)
    room = sp.factor((ell**2 - (ell - t) ** 2 - t**2).subs(t, ell * x / (1 + x)))
    proof.equal(
        r"The remainders have the factor $((\ell - t)^2 + t^2)/2$, short of $\ell^2/2$ by half of",
        ell**2 - (ell - t) ** 2 - t**2,
        2 * t * (ell - t),
    )
    proof.fact("which is not negative", sp.Ge(room, 0, evaluate=False), bool(room.is_nonnegative))
    proof.cite("taylor-lipschitz")

"""The derivations of 3.2 for a trajectory that is a path of the same head's gradient flow, and a factor c(t).

The head is built beside the curve: sigma is a function with sigma(gamma(t)) = t, q = z - gamma(sigma), and
L o h = F(sigma) - p gamma'(sigma).q + (a p / 2) |q|^2 with p = C e^(-a sigma). So the flow runs through gamma, at
the speed p |gamma'|, and the factor is c = a p. All is taken along a line z + t v.
"""

from __future__ import annotations

import sympy as sp

from theorems.thm32 import bounds
from theorems.thm32.derivation import d, loss, start, steep, v, z
from verify.claims.bounds import at_most, slack
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total
from verify.symbolic.matrices import vector

i, j = sp.symbols("i j", integer=True)
gamma, g, b, third = (
    vector(name, d) for name in ("gamma", r"\dot\gamma", r"\ddot\gamma", r"\dddot\gamma")
)
_a, _p, _F, _s, _w = (
    sp.IndexedBase(name) for name in ("a", "p", "F", r"\dot\sigma", r"\ddot\sigma")
)
a, p, F, s, w = (base[0] for base in (_a, _p, _F, _s, _w))
q = z - gamma


def own_path(proof: Proof) -> None:
    """behind every nonconstant loss gamma is a path of a head's own flow, and H_eff / c(t) nears I as a grows."""
    steep(proof)
    window = slack(
        "eta",
        proof.let(
            "window",
            r"$\phi^{-1}$ reaches from $\phi(0) - \eta$ to $\phi(0) + \eta$, $\eta > 0$",
            by="inverse-function",
        ),
        strict=True,
    )
    _clock(proof)
    rules = _rules(proof)
    ell = F - p * (g.T @ q).scalar + a * p * (q.T @ q).scalar / 2
    rate = (
        -p * (g.T @ v).scalar
        + a * p * (q.T @ v).scalar
        - s * p * ((b.T @ q).scalar + a**2 * (q.T @ q).scalar / 2)
    )
    wanted = start[0] + ell
    proof.let(
        "head",
        r"$h(z) = u_0 + \phi^{-1}(y + \ldots) e$ with $y = \phi(0)$",
        loss[0] - wanted,
        by="definition",
    )
    proof.follows(
        r"By the choice of $h$: $\ell = L(h(z)) = \phi(\phi^{-1}(\cdot))$ along the line",
        loss[0],
        wanted,
        using={"head": loss[0] - wanted},
    )
    proof.rate(r"Its derivative, which is $v \cdot \nabla (L \circ h)$", wanted, rules, rate)
    proof.every(d, i)
    away = q.entry(i, sp.S.One)
    proof.let("curve", r"on $\gamma$, $\sigma(\gamma(t)) = t$: $q = 0$", away, by="steps")
    proof.follows(
        r"On $\gamma$ the flow has the velocity $p \dot\gamma$: it runs through $\gamma$",
        rate,
        -p * (g.T @ v).scalar,
        using={"curve": rate + p * (g.T @ v).scalar},
    )
    second = a * p * (v.T @ v).scalar - 2 * p * s * (b.T @ v).scalar + p * s**2 * (b.T @ g).scalar
    beside = (
        p * (a * s**2 - w) * ((b.T @ q).scalar + a**2 * (q.T @ q).scalar / 2)
        - p * s**2 * (third.T @ q).scalar
        - 2 * a**2 * p * s * (q.T @ v).scalar
        + a**2 * p * s**2 * (q.T @ g).scalar
    )
    proof.rate(r"The second derivative, $v^T H_{\mathrm{eff}} v$", rate, rules, second + beside)
    proof.follows(
        r"On $\gamma$, with $\dot\sigma = \omega \cdot v$: $v^T H_{\mathrm{eff}} v$ is $c = a p$ times $|v|^2 - v^T E v$",
        second + beside,
        second,
        using={"curve": beside},
    )
    proof.cite("polarisation", "symmetric-norm")
    arc = proof.given(
        "trajectory: compact",
        r"on the compact arc $|2 (\omega \cdot v) (\ddot\gamma \cdot v) - (\omega \cdot v)^2 (\ddot\gamma \cdot \dot\gamma)| = K - x$ at most for unit $v$, $x \geq 0$; and $|F - F(0)|$ is at most $C Q$",
    )
    most, small = sp.symbols("K Q", nonnegative=True)
    spare = slack("x", arc)
    epsilon = bounds.EPSILON
    at_most(
        proof,
        r"For $a = (K + 1) / \epsilon$, $|E| = (K - x) / a \leq \epsilon$",
        (most - spare) * epsilon / (most + 1),
        epsilon,
    )
    at_most(
        proof,
        r"For $C = \eta / (Q + 1)$, $L \circ h$ stays within $\eta$ of $\phi(0)$ on $\gamma$, and so near it",
        window / (small + 1) * small,
        window,
        strict=True,
    )
    _network(proof)


def _clock(proof: Proof) -> None:
    """A network with one hidden layer and a function of its output make sigma with sigma(gamma(t)) = t."""
    arc = proof.given(
        "trajectory: arc",
        r"near $\gamma$, and a little beyond its ends, $t$ is a smooth function of $z$",
    )
    proof.cite("tubular-neighbourhood")
    near = proof.let(
        "clock",
        r"a network $n$ is so close to it up to order 2 that $\chi = n \circ \gamma$ has $\dot\chi = \frac{1}{2} + l$ with $l \geq 0$",
        by="pinkus",
    )
    proof.fact(
        r"$\chi$ rises: $\sigma = \chi^{-1} \circ n$ is $C^2$ near $\gamma$ and has $\sigma(\gamma(t)) = t$",
        sp.Gt(sp.Rational(1, 2) + slack("l", arc and near), 0, evaluate=False),
    )
    proof.cite("inverse-function")


def _rules(proof: Proof) -> dict[sp.IndexedBase, Rule]:
    """How everything changes along the line."""
    rules: dict[sp.IndexedBase, Rule] = {_a: constant, _s: lambda _: w, start: constant}
    along = sp.IndexedBase("v")
    if proof.let("line", r"$z$ moves on a line: $\dot z = v$, $\dot v = 0$", by="definition"):
        rules |= {sp.IndexedBase("z"): lambda r: along[r], along: constant}
    if proof.given("trajectory: smooth", r"$\gamma$ has three derivatives, taken at $\sigma$"):
        for one, its in ((gamma, g), (g, b), (b, third)):
            rules[sp.IndexedBase(one.latex)] = lambda r, its=its: its.entry(r, sp.S.One) * s
    if proof.let("speed", r"$p = C e^{-a \sigma}$ with $a, C > 0$", by="definition"):
        rules[_p] = lambda _: -a * p * s
    if proof.let(
        "primitive", r"$F' = -p |\dot\gamma|^2$ as a function of $\sigma$", by="definition"
    ):
        rules[_F] = lambda _: -p * (g.T @ g).scalar * s
    return rules


def _network(proof: Proof) -> None:
    """The head is a network: sums, and functions of one variable, of which products are made."""
    one, other = sp.symbols(r"\alpha \beta", real=True)
    proof.equal(
        r"Sums of functions of one variable make the products, $p \dot\gamma_i q_i$ and $p |q|^2$ among them",
        ((one + other) ** 2 - (one - other) ** 2) / 4,
        one * other,
    )
    value, shifted, weight = (sp.IndexedBase(name) for name in ("f", "A", "m"))
    units = sp.Symbol("n", integer=True, positive=True)
    proof.every(units, j)
    proof.let(
        "activation",
        r"one $C^2$ activation $A$ is each of these functions $f_j$, on a compact interval, behind a bias of its own: $A(x + \beta_j) = f_j(x)$",
        shifted[j] - value[j],
        by="definition",
    )
    proof.follows(
        r"So layers with finitely many units, whose sums have any weights $m_j$, are that head near $\gamma$",
        total(lambda j: weight[j] * shifted[j], units),
        total(lambda j: weight[j] * value[j], units),
        using={"activation": total(lambda j: weight[j] * (shifted[j] - value[j]), units)},
    )


def turning(proof: Proof) -> None:
    """the square of the angle is at most eps^2 D^2 / (1 - eps^2), where the speed falls by e^-D."""
    c, width, angle = sp.symbols(r"c w \Theta", positive=True)
    x = sp.Symbol("x", real=True)
    epsilon = 1 / sp.sqrt(1 + width**2)
    near = slack(
        "y",
        proof.let(
            "near",
            r"$H_{\mathrm{eff}} z' = c (z' + e)$ with $|e|^2 = (\epsilon^2 - y) |z'|^2$, $y \geq 0$, and $e \cdot z' = x |z'|^2$; $\epsilon = 1 / \sqrt{1 + w^2} < 1$",
        ),
    )
    size = epsilon**2 - near
    falls, turns = c * (1 + x), sp.sqrt(size - x**2) * c
    proof.equal(
        r"From $z'' = -H_{\mathrm{eff}} z'$ the direction turns at a rate whose square is $|H_{\mathrm{eff}} z'|^2 / |z'|^2$ less that of the rate at which $\log |z'|$ falls",
        c**2 * (1 + 2 * x + size) - falls**2,
        sp.expand(turns**2),
    )
    rest = c**2 * (((1 + width**2) * x + 1) ** 2 / (1 + width**2) + width**2 * near)
    proof.equal(
        r"The square of the latter is $w^2$ times that of the former, and",
        falls**2 - width**2 * turns**2,
        rest,
    )
    proof.fact(
        "which is not negative",
        sp.Ge(rest, 0, evaluate=False),
        equal_at={near: 0, x: -(epsilon**2)},
    )
    proof.cite("cauchy-schwarz", "fundamental-theorem")
    more = slack(
        "X",
        proof.let(
            "integrals",
            r"the integrals over the path have $D = w \Theta + X$, $X \geq 0$ being that of the difference of the rates $\geq 0$",
            by="steps",
        ),
    )
    proof.fact(
        "So the angle is bounded",
        sp.Le(angle**2, bounds.TURN, evaluate=False),
        at={bounds.EPSILON: epsilon, bounds.FALL: width * angle + more},
        equal_at={more: 0},
    )

"""The derivations of 5.2 that bound the spread of an orbit's image by its length."""

from __future__ import annotations

from functools import partial

import sympy as sp

from theorems.prop52 import bounds
from theorems.prop52.bounds import DELTA, ELL
from theorems.prop52.derivation import ONLY, J, d, h, k
from verify.claims.bounds import slack
from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total
from verify.symbolic.matrices import matrix, vector


def length(proof: Proof) -> None:
    """|h(end) - h(start)| <= delta l: the slope of e.h, e a unit vector, is at most delta."""
    e, w = vector("e", k), vector("w", k)
    rules: dict[sp.IndexedBase, Rule] = {sp.IndexedBase("e"): constant}
    if proof.let("arclength", r"$\gamma$ runs at unit speed $|v| = 1$, and $w = J v$"):
        rules[h] = lambda r: w.entry(r, ONLY)
    along = total(lambda r: e.entry(r, ONLY) * h[r], k)
    proof.rate("The slope of $e \\cdot h$", along, rules, (e.T @ w).scalar)
    unit = proof.let("unit", "$|e| = 1$")
    g = slack("g", proof.let("singular", r"$|J v| = \delta - g$ with $g \geq 0$"))
    proof.cite("cauchy-schwarz", "mean-value")
    steepest = (e.T @ w).norm
    sizes = {e.norm: sp.S.One if unit else e.norm, w.norm: DELTA - g}
    steep = sp.Le(steepest, DELTA, evaluate=False)
    proof.fact("It is at most, by Cauchy-Schwarz,", steep, at=sizes)
    apart = sp.Symbol(r"|h(\mathrm{end}) - h(\mathrm{start})|")
    far = sp.Le(apart, bounds.ends_apart(DELTA, ELL), evaluate=False)
    less = slack("b", "ends" not in proof.withdrawn)
    slope = (steepest - less) * ELL
    proof.let(
        "ends",
        r"with $e$ along it, the distance of the ends' images is $\ell$ times a slope, which is $|e| |w| - b$ with $b \geq 0$",
        apart - slope,
        by="mean-value",
    )
    proof.fact(
        r"So over the length $\ell$ it is at most",
        far,
        at={apart: slope, **sizes},
    )


def diameter(proof: Proof) -> None:
    """Diam h <= delta l/2 on a closed curve: the shorter way round is at most l/2 long."""
    apart = sp.Symbol("D", nonnegative=True)
    first, second = sp.symbols(r"\ell_1 \ell_2", nonnegative=True)
    proof.let(
        "closed",
        r"two points cut the curve into arcs: $\ell_1 + \ell_2 = \ell$",
        first + second - ELL,
    )
    bounded = "length" not in proof.withdrawn
    one, other = slack("g_1", bounded), slack("g_2", bounded)
    proof.let(
        "length",
        r"by the bound along each arc, $D = \delta \ell_1 - g_1 = \delta \ell_2 - g_2$, $g \geq 0$",
        apart - bounds.ends_apart(DELTA, first) + one,
        apart - bounds.ends_apart(DELTA, second) + other,
    )
    bound = bounds.closed_diameter(DELTA, ELL)
    proof.follows(
        "The distance $D$ of the points' images",
        apart,
        bound - (one + other) / 2,
        using={
            "length": (
                2 * apart
                - bounds.ends_apart(DELTA, first)
                - bounds.ends_apart(DELTA, second)
                + one
                + other
            )
            / 2,
            "closed": DELTA * (first + second - ELL) / 2,
        },
    )
    proof.fact("So", sp.Le(apart, bound, evaluate=False), at={apart: bound - (one + other) / 2})


def variance(proof: Proof) -> None:
    """Var h <= delta^2 l^2 / 12, from |h(s) - h(t)| <= delta |s - t|."""
    s, t = sp.symbols("s t", real=True)
    bound, spread = bounds.slope_variance(DELTA, ELL), sp.Symbol(r"\operatorname{Var}")
    half = sp.integrate(bounds.ends_apart(DELTA, s - t) ** 2 / ELL**2, (s, 0, ELL), (t, 0, ELL)) / 2
    g, mean = slack("g", "length" not in proof.withdrawn), sp.Symbol("A")
    proof.equal(
        r"The mean of $\delta^2 (s - t)^2$ over $s$",
        sp.integrate(bounds.ends_apart(DELTA, s - t) ** 2 / ELL, (s, 0, ELL)),
        DELTA**2 * ((ELL - t) ** 3 + t**3) / (3 * ELL),
    )
    proof.let(
        "length",
        r"$|h(s) - h(t)|^2 \leq \delta^2 (s - t)^2$; over $s$ and $t$ the mean of the former is $A$, that of the latter, here integrated, $A + g$ with $g \geq 0$",
        mean - 2 * half + g,
    )
    proof.let("copies", "the variance is half of $A$", spread - mean / 2, by="variance-of-copies")
    proof.follows(
        "So the variance is",
        spread,
        bound - g / 2,
        using={"copies": spread - mean / 2, "length": (mean - 2 * half + g) / 2},
    )
    proof.fact("So", sp.Le(spread, bound, evaluate=False), at={spread: bound - g / 2})


def _poincare(proof: Proof, closed: bool, basis: str) -> None:
    """The bound of the variance by the mean of |h'|^2, coefficient by coefficient of a basis."""
    c = sp.Symbol("c", real=True)
    m = sp.Symbol("m", integer=True, nonnegative=True)
    ordered = proof.let(
        "frequencies", f"the basis is {basis}, $n = m + 1 \\geq 1$; $n = 0$ is the mean"
    )
    n = m + 1 if ordered else sp.Symbol("n")
    share = bounds.poincare(
        ELL, (n * (2 if closed else 1) * sp.pi / ELL * c) ** 2 / 2, closed, sp.pi
    )
    gap = (m**2 + 2 * m) * c**2 / 2
    proof.equal(
        "The bound at a coefficient's share of the mean of $|h'|^2$ is", share, c**2 / 2 + gap
    )
    no_more = sp.Le(c**2 / 2, share, evaluate=False)
    proof.fact("and its share of the variance is no more", no_more)
    proof.cite("parseval")


open_poincare = partial(_poincare, closed=False, basis=r"$\cos(n \omega s)$, $\omega = \pi/\ell$")
closed_poincare = partial(
    _poincare, closed=True, basis=r"$\cos(n \omega s)$ and $\sin(n \omega s)$, $\omega = 2\pi/\ell$"
)


def attained(proof: Proof) -> None:
    """The examples that attain every constant of the spread, integrated exactly."""
    s, angle = sp.symbols("s theta", real=True)

    def mean(expr: sp.Expr) -> sp.Expr:
        return sp.simplify(sp.integrate(expr, (s, 0, ELL)) / ELL)

    def variance(*values: sp.Expr) -> sp.Expr:
        """Of each value the mean square less the squared mean, which are printed."""
        means = [part for x in values for part in (mean(x**2), -(mean(x) ** 2)) if part]
        return sp.Add(*means, evaluate=False)

    def by_energy(closed: bool, *values: sp.Expr) -> sp.Expr:
        energy = sum(mean(x.diff(s) ** 2) for x in values)
        return sp.Mul(bounds.poincare(ELL, sp.S.One, closed, sp.pi), energy, evaluate=False)

    line, wave = DELTA * s, sp.cos(sp.pi * s / ELL)
    circle = sp.cos(2 * sp.pi * s / ELL), sp.sin(2 * sp.pi * s / ELL)
    swing = ELL / 4 * sp.cos(angle)
    there = sp.integrate(-swing.diff(angle), (angle, 0, sp.pi))
    back = DELTA * (swing.subs(angle, 0) - swing.subs(angle, sp.pi))
    for text, left, right in (
        (
            "$h = \\delta s$: the distance of the ends",
            line.subs(s, ELL) - line.subs(s, 0),
            bounds.ends_apart(DELTA, ELL),
        ),
        ("and its variance", variance(line), bounds.slope_variance(DELTA, ELL)),
        (r"$h = \cos(\pi s / \ell)$: the variance", variance(wave), by_energy(False, wave)),
        (
            r"The closed curve $z = (\ell/4) \cos \theta$, to and fro, has the length",
            2 * there,
            ELL,
        ),
        (r"and $h = \delta z$ the diameter", back, bounds.closed_diameter(DELTA, ELL)),
        ("The round circle: the variance", variance(*circle), by_energy(True, *circle)),
    ):
        proof.equal(text, left, right)


def small_augmentations(proof: Proof) -> None:
    """E|J P eta|^2 = tr(J P Sigma P^T J^T), and what the remainder adds."""
    p = sp.Symbol("p", integer=True, positive=True)
    pushed = J @ matrix("P", d, p)
    moment, eta, rest = matrix(r"\Sigma", p, p, symmetric=True), vector(r"\eta", p), vector("r", k)
    along = pushed @ eta
    proof.equal(
        r"With $h(T_\theta z) - h(z) = J P \eta + r$, the square is",
        (along + rest).T @ (along + rest),
        along.T @ along + 2 * (along.T @ rest) + rest.T @ rest,
    )
    proof.equal(
        r"At every $\eta$, $|J P \eta|^2$ is a trace, linear in $\eta \eta^T$",
        along.T @ along,
        (pushed @ (eta @ eta.T) @ pushed.T).trace,
    )
    second, mean = matrix("C", p, p, symmetric=True), sp.Symbol("A", real=True)
    linear = mean - (pushed @ second @ pushed.T).trace
    proof.let(
        "linear",
        r"$A = E |J P \eta|^2$ is therefore the same trace, of $C = E \eta \eta^T$",
        linear,
        by="steps",
    )
    proof.let("moments", r"$C = \Sigma$", second - moment)
    proof.follows(
        r"$E |J P \eta|^2$ is the trace of $J P \Sigma P^T J^T$",
        mean,
        (pushed @ moment @ pushed.T).trace,
        using={"linear": linear, "moments": (pushed @ (second - moment) @ pushed.T).trace},
    )
    size = sp.Symbol(r"|\eta|", positive=True)
    bend, slope, length, lost = sp.symbols(r"B c |JP\eta| |r|", nonnegative=True)
    less = slack("s_c", proof.let("slope", r"$|J P| \leq c$: $c |\eta| = |J P \eta| + s_c$"))
    flat = proof.let("Lipschitz", r"$|r| \leq B |\eta|^2 / 2$: $B |\eta|^2 / 2 = |r| + s_B$")
    above = slack("s_B", flat)
    added = bounds.remainder(slope, bend, size**3, size**4)
    proof.fact(
        r"The other two terms are at most $2 |J P \eta| |r| + |r|^2$, by Cauchy-Schwarz; at $\eta \neq 0$, with $s \geq 0$,",
        sp.Le(2 * length * lost + lost**2, added, evaluate=False),
        at={slope: (length + less) / size, bend: 2 * (lost + above) / size**2},
        equal_at={less: 0, above: 0},
    )
    most = sp.Symbol("n", positive=True)
    m = slack("m", "bounded" not in proof.withdrawn)
    proof.let("bounded", r"$|\eta| = n - m$ with $m \geq 0$, for some fixed $n$", size + m - most)
    bound = bounds.remainder(slope, bend, 1, most) * size**3
    proof.follows(
        r"At most a constant times $|\eta|^3$: with $n$ for one $|\eta|$ it is larger by",
        bound - added,
        bend**2 * m * size**3 / 4,
        using={"bounded": -(bend**2) * size**3 * (size + m - most) / 4},
    )
    proof.fact("so that", sp.Le(added, bound, evaluate=False), at={most: size + m})
    proof.cite("taylor-lipschitz", "cauchy-schwarz", "operator-norm")


def landau(proof: Proof) -> None:
    """|phi'(t)| <= D/l + B l/2: Taylor at t to both ends, subtracted."""
    t, slope, start, end, here, low, high = sp.symbols(
        r"t \varphi' \varphi_0 \varphi_1 \varphi \beta_0 \beta_1"
    )
    at_end = end - here - (ELL - t) * slope - high * (ELL - t) ** 2 / 2
    at_start = start - here + t * slope - low * t**2 / 2
    proof.let(
        "taylor",
        r"$\varphi_1 = \varphi + (\ell - t) \varphi' + \beta_1 (\ell - t)^2 / 2$, $\varphi_0 = \varphi - t \varphi' + \beta_0 t^2 / 2$ with $|\beta| \leq B$",
        at_end,
        at_start,
    )
    proof.follows(
        r"Subtracted, with $\varphi = e \cdot h \circ \gamma$ for a unit vector $e$",
        slope,
        (end - start - high * (ELL - t) ** 2 / 2 + low * t**2 / 2) / ELL,
        using={"taylor": (at_start - at_end) / ELL},
    )
    known = "bounds" not in proof.withdrawn
    apart, first, last = (slack(name, known) for name in ("a", "b_0", "b_1"))
    bounded = (
        end - start - bounds.D + apart,
        low - bounds.B + first,
        high + bounds.B - last,
    )
    proof.let(
        "bounds",
        r"the image has diameter $D$: $\varphi_1 - \varphi_0 = D - a$; and $\beta_0 = B - b_0$, $\beta_1 = b_1 - B$, with $a, b_0, b_1 \geq 0$",
        *bounded,
    )
    bound = bounds.landau(bounds.D, bounds.B, ELL)
    found = (bounds.D + bounds.B * (ELL - t) ** 2 / 2 + bounds.B * t**2 / 2) / ELL
    less = found - (apart + last * (ELL - t) ** 2 / 2 + first * t**2 / 2) / ELL
    proof.follows(
        "so that it is",
        slope,
        less,
        using={
            "taylor": (at_start - at_end) / ELL,
            "bounds": (bounded[0] + bounded[1] * t**2 / 2 - bounded[2] * (ELL - t) ** 2 / 2) / ELL,
        },
    )
    inside = proof.let(
        "inside", r"$0 \leq t \leq \ell$: $t = \ell x / (1 + x)$ with $x \geq 0$, or the end"
    )
    x = slack("x", inside)
    no_more = sp.Le(slope, bound, evaluate=False)
    proof.fact(
        "So it is at most the bound, for $-e$ as for $e$",
        no_more,
        at={slope: less, t: ELL * x / (1 + x)},
        equal_at=dict.fromkeys((apart, first, last, x), 0),
    )
    proof.cite("taylor-lipschitz")

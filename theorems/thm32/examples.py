"""Exact examples of 3.2 at given dimensions, and exact refutations of two near-misses."""

from __future__ import annotations

import sympy as sp

from theorems.thm32.bounds import turning
from verify.claims.derivation import Proof

u, x, y, z = sp.symbols("u x y z", real=True)
DIMENSIONS = (1, 2, 3)


def _points(d: int) -> tuple[sp.Symbol, ...]:
    return sp.symbols(f"z1:{d + 1}", real=True)


def _equal(proof: Proof, text: str, found: sp.Basic, wanted: sp.Basic) -> None:
    """An equality of functions, which SymPy simplifies first."""
    if isinstance(found, sp.MatrixBase):
        found, wanted = (m.applyfunc(sp.simplify).as_immutable() for m in (found, wanted))
        proof.equal(text, found, wanted)
    else:
        proof.fact(text, sp.Eq(found, wanted, evaluate=False))


def hyperbola(proof: Proof) -> None:
    """L = sqrt(1 + u^2), h = sqrt((2 + |z|^2 / 2)^2 - 1): H_eff = I on all of R^d."""
    for d in DIMENSIONS:
        zs = _points(d)
        under = (2 + sum(c**2 for c in zs) / 2) ** 2 - 1
        composed = sp.sqrt(1 + u**2).subs(u, sp.sqrt(under))
        _equal(
            proof,
            f"$d = {d}$: $H_{{\\mathrm{{eff}}}}$ by differentiating the composition",
            sp.hessian(composed, zs),
            sp.eye(d),
        )
        _positive(proof, f"$d = {d}$: what is under the root of $h$ is positive", sp.expand(under))
    _positive(proof, "The loss is convex", sp.simplify(sp.sqrt(1 + u**2).diff(u, 2)))


def _positive(proof: Proof, text: str, expr: sp.Expr) -> None:
    proof.fact(text, sp.Gt(expr, 0, evaluate=False))


def exponential(proof: Proof) -> None:
    """L = e^u + y^2 / 2, h = (2 log(1 + x / 2), z): G = I and H_eff = diag(1 / 2, 1) for x > -2."""
    place = sp.Symbol("x", positive=True)  # x + 2, so that the logarithm is defined
    loss, outputs, inputs = sp.exp(u) + y**2 / 2, (u, y), (place, z)
    head = sp.Matrix([2 * sp.log(place / 2), z])
    here, jacobian = dict(zip(outputs, head, strict=True)), head.jacobian(inputs)
    bend = sp.hessian(loss, outputs).subs(here)
    interaction = sum(
        (loss.diff(o).subs(here) * sp.hessian(here[o], inputs) for o in outputs), sp.zeros(2, 2)
    )
    effective = sp.diag(sp.Rational(1, 2), 1)
    for text, found, wanted in (
        ("The Gauss-Newton term is whitened", jacobian.T * bend * jacobian, sp.eye(2)),
        ("The interaction term", interaction, effective - sp.eye(2)),
        ("The Hessian of $L(h(z))$", sp.hessian(loss.subs(here), inputs), effective),
    ):
        _equal(proof, text, found, wanted)


def blow_up(proof: Proof) -> None:
    """L = u arctan(u) / 2: u' = G^(-1/2) gamma' is u' = 1 + u^2, which ends at length pi / 2."""
    metric = sp.factor(sp.simplify((u * sp.atan(u) / 2).diff(u, 2)))
    time = sp.atan(u)
    _equal(proof, "The metric $L''$", metric, 1 / (1 + u**2) ** 2)
    _equal(proof, r"$u' = (L'')^{-1/2}$ from 0 is $t = \arctan u$", time.diff(u), sp.sqrt(metric))
    end = sp.limit(time, u, sp.oo)
    proof.fact(r"and leaves every bound by $\pi / 2$", sp.Eq(end, sp.pi / 2, evaluate=False))
    _equal(
        proof,
        r"The line's length $\int \sqrt{L''} du$ in the metric",
        sp.integrate(sp.sqrt(metric), (u, -sp.oo, sp.oo)),
        sp.pi,
    )
    bowl = (1 + u**2) ** sp.Rational(-3, 2)
    _equal(
        proof,
        r"The metric of $L = \sqrt{1 + u^2}$, which is convex too",
        sp.sqrt(1 + u**2).diff(u, 2),
        bowl,
    )
    _equal(
        proof,
        "and its line's length, about $5.24$",
        sp.integrate(sp.sqrt(bowl), (u, -sp.oo, sp.oo)),
        sp.sqrt(sp.pi) * sp.gamma(sp.Rational(1, 4)) / sp.gamma(sp.Rational(3, 4)),
    )


def circle(proof: Proof) -> None:
    """The head u + a n + b n^2 / 2 beside the unit circle, d = 2, with u, a, b any functions of t."""
    angle, normal = sp.atan(y / x), sp.sqrt(x**2 + y**2) - 1
    path, slope, bend = (sp.Function(name) for name in ("u", "a", "b"))
    head = path(angle) + slope(angle) * normal + bend(angle) * normal**2 / 2

    def here(expr: sp.Expr) -> sp.Expr:
        return sp.simplify(expr.subs(y, 0).doit().subs(x, 1).doit())

    t = sp.Symbol("t", real=True)
    jet = {
        f.__name__: [f(t).diff(t, n).subs(t, 0) if n else f(0) for n in range(3)]
        for f in (path, slope, bend)
    }
    # A = u' tangent + a normal; along the circle the tangent turns by -normal, the normal by tangent.
    turned = (jet["u"][2] + jet["a"][0], jet["a"][1] - jet["u"][1])
    for text, found, wanted in (
        ("The Jacobian along the tangent is $u'$", head.diff(y), jet["u"][1]),
        ("and along the normal it is $a$", head.diff(x), jet["a"][0]),
        (r"$D^2 h[\gamma', \gamma'] = A' \gamma'$ is forced", head.diff(y, 2), turned[0]),
        (r"as is $D^2 h[\gamma', n] = A' n$", head.diff(x, y), turned[1]),
        ("$D^2 h[n, n]$ is $b$, which is free", head.diff(x, 2), jet["b"][0]),
    ):
        _equal(proof, text, here(found), wanted)


def own_arc(proof: Proof) -> None:
    """e^(-b t) (1/b + m (r - 1)^2 / 2) beside the unit circle: its flow runs round it, and turns as much as it may."""
    b = sp.Symbol("b", positive=True)
    epsilon, unit, m = 1 / sp.sqrt(1 + b**2), b + 1 / b, b + 2 / b
    angle, radius, t = sp.atan(y / x), sp.sqrt(x**2 + y**2), sp.Symbol("t", positive=True)
    f = sp.exp(-b * angle) * (1 / b + m * (radius - 1) ** 2 / 2)

    def here(expr: sp.Expr) -> sp.Expr:
        return expr.subs({x: 1, y: 0})

    slope = sp.Matrix([here(f.diff(s)) for s in (x, y)])
    bent = sp.hessian(f, (x, y)).applyfunc(here)
    _equal(proof, "At the angle $0$ the flow's velocity is the tangent", -slope, sp.Matrix([0, 1]))
    size = (bent / unit - sp.eye(2)) ** 2
    _equal(
        proof,
        rf"and $(H_{{\mathrm{{eff}}}} / c - I)^2 = \epsilon^2 I$ with $\epsilon = {sp.latex(epsilon)}$, $m = {sp.latex(m)}$ and $c = {sp.latex(unit)}$",
        size,
        epsilon**2 * sp.eye(2),
    )
    r, s = sp.symbols("r s", positive=True)
    polar = sp.exp(-b * s) * (1 / b + m * (r - 1) ** 2 / 2)
    _equal(
        proof,
        r"Turned by $t$ about $0$ the function is $e^{b t}$ times as large, so that velocity and $c$ are $e^{-b t}$ times as large at the angle $t$",
        polar.subs(s, s - t),
        sp.exp(b * t) * polar,
    )
    _equal(
        proof,
        r"There it has turned by $t$, while its speed fell by $e^{-b t}$: the bound is attained",
        turning(epsilon, b * t),
        t**2,
    )

"""Exact examples of 3.2 at given dimensions, and exact refutations of two near-misses."""

from __future__ import annotations

import sympy as sp

from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome, Step

u, x, y, z = sp.symbols("u x y z", real=True)
DIMENSIONS = (1, 2, 3)

Line = tuple[str, str, bool]
"""A step: text, formula in LaTeX, and whether it is so."""


def _found(summary: str, lines: list[Line]) -> Finding:
    steps = tuple(Step(text=t, latex=f, closed=bool(holds)) for t, f, holds in lines)
    fine = all(step.closed for step in steps)
    open_steps = "; ".join(step.text for step in steps if not step.closed)
    return Finding(
        outcome=Outcome.AS_STATED if fine else Outcome.SURPRISE,
        summary=summary if fine else f"Does not close: {open_steps}.",
        cases=1,
        steps=steps,
    )


def _equal(text: str, name: str, found: sp.Basic, wanted: sp.Basic) -> Line:
    difference = sp.simplify(found - wanted)
    zero = difference.is_zero_matrix if isinstance(difference, sp.MatrixBase) else difference == 0
    return text, f"{name} = {sp.latex(wanted)}", zero is True


def _points(d: int) -> tuple[sp.Symbol, ...]:
    return sp.symbols(f"z1:{d + 1}", real=True)


def hyperbola(ctx: Context) -> Finding:
    """L = sqrt(1 + u^2), h = sqrt((2 + |z|^2 / 2)^2 - 1): H_eff = I on all of R^d."""
    lines: list[Line] = []
    for d in DIMENSIONS:
        zs = _points(d)
        value = 2 + sum(c**2 for c in zs) / 2
        under = value**2 - 1
        composed = sp.sqrt(1 + u**2).subs(u, sp.sqrt(under))
        text = f"$d = {d}$: $H_{{\\mathrm{{eff}}}}$ by differentiating the composition"
        lines.append(_equal(text, "H", sp.hessian(composed, zs), sp.eye(d)))
        lines.append(
            (
                f"$d = {d}$: what is under the root of $h$ is positive",
                rf"{sp.latex(under)} > 0",
                sp.expand(under).is_positive is True,
            )
        )
    second = sp.simplify(sp.sqrt(1 + u**2).diff(u, 2))
    lines.append(("The loss is convex", rf"{sp.latex(second)} > 0", second.is_positive is True))
    return _found(r"$H_{\mathrm{eff}} = I$ on all of $\mathbb{R}^d$ for $d = 1, 2, 3$.", lines)


def exponential(ctx: Context) -> Finding:
    """L = e^u, h = 2 log(1 + z / 2): G = 1 and H_eff = 1 / 2 for z > -2."""
    place = sp.Symbol("z", positive=True)  # z + 2, so that the logarithm is defined
    head = 2 * sp.log(place / 2)
    rho = sp.exp(u).diff(u).subs(u, head)
    curvature = sp.exp(u).diff(u, 2).subs(u, head)
    g, m = curvature * head.diff(place) ** 2, rho * head.diff(place, 2)
    whole = sp.simplify(sp.exp(head)).diff(place, 2)
    half = sp.Rational(1, 2)
    return _found(
        r"Behind $L = e^u$, $h = 2 \log(1 + z / 2)$ has $G = 1$, $M = -1/2$ and $H_{\mathrm{eff}} = "
        r"1/2$ everywhere.",
        [
            _equal("The Gauss-Newton term is whitened", "G", g, sp.S.One),
            _equal("The interaction term", "M", m, -half),
            _equal("The second derivative of $L(h(z))$", "H", whole, half),
        ],
    )


def blow_up(ctx: Context) -> Finding:
    """L = u arctan(u) / 2: u' = G^(-1/2) gamma' is u' = 1 + u^2, which ends at length pi / 2."""
    loss = u * sp.atan(u) / 2
    metric = sp.simplify(loss.diff(u, 2))
    speed = 1 / sp.sqrt(sp.factor(metric))
    solution = sp.tan(z)
    slope = sp.expand(solution.diff(z) - speed.subs(u, solution))
    total = sp.integrate(1 / speed, (u, -sp.oo, sp.oo))
    end = sp.limit(solution, z, sp.pi / 2, "-")
    cone = sp.integrate((1 + u**2) ** sp.Rational(-3, 4), (u, -sp.oo, sp.oo))
    gammas = sp.sqrt(sp.pi) * sp.gamma(sp.Rational(1, 4)) / sp.gamma(sp.Rational(3, 4))
    return _found(
        r"For $L = \frac{1}{2} u \arctan u$ the equation $u' = (L'')^{-1/2}$ is $u' = 1 + u^2$: from "
        r"$0$ it reaches infinity after length $\pi / 2$, and the whole line has length $\pi$.",
        [
            _equal("The metric", "L''", metric, 1 / (1 + u**2) ** 2),
            ("$u = \\tan t$ solves the equation", f"u' - (L'')^{{-1/2}} = {slope}", slope == 0),
            (r"and leaves every bound at $\pi / 2$", r"\tan t \to \infty", end is sp.oo),
            _equal("The line's length in the metric", r"\int \sqrt{L''} du", total, sp.pi),
            _equal(
                r"The metric of $L = \sqrt{1 + u^2}$, which is convex too",
                "L''",
                sp.sqrt(1 + u**2).diff(u, 2),
                (1 + u**2) ** sp.Rational(-3, 2),
            ),
            _equal(r"and its line's length, about $5.24$", r"\int \sqrt{L''} du", cone, gammas),
        ],
    )


def circle(ctx: Context) -> Finding:
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
    steps = (
        ("The Jacobian along the tangent is $u'$", "J_1", head.diff(y), jet["u"][1]),
        ("and along the normal it is $a$", "J_2", head.diff(x), jet["a"][0]),
        (r"$D^2 h[\gamma', \gamma'] = A' \gamma'$", "K_{11}", head.diff(y, 2), turned[0]),
        (r"$D^2 h[\gamma', n] = A' n$", "K_{12}", head.diff(x, y), turned[1]),
        ("$D^2 h[n, n]$ is $b$, which is free", "K_{22}", head.diff(x, 2), jet["b"][0]),
    )
    return _found(
        "On the unit circle the second derivatives along the tangent are forced, and the other is free.",
        [_equal(text, name, here(found), wanted) for text, name, found, wanted in steps],
    )

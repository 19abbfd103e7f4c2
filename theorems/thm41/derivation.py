"""The derivations of 4.1, in symbolic dimensions: every step is an exact zero test.

Second derivatives are taken along a line z + t v with an arbitrary direction v, so that a
statement about matrices becomes one about indexed sums. Two symmetric matrices whose quadratic
forms agree are equal (the polarisation step of `effective_hessian`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import sympy as sp

from verify.statement import Context, Finding, Outcome, Step
from verify.symbolic.derivation import Proof
from verify.symbolic.indexed import Rule, constant, derivative, total

d, k, m, n = sp.symbols("d k m n", integer=True, positive=True)
i, j, o = sp.symbols("i j o", integer=True)
"""Free indices; summed ones are made by `total`."""

z, v, w, u, b = (sp.IndexedBase(name) for name in ("z", "v", "w", "u", "b"))
rho, delta = sp.IndexedBase("rho"), sp.IndexedBase("delta")
weight, jacobian, form = (sp.IndexedBase(name) for name in ("W", "J", "A"))
loss_hessian = sp.IndexedBase("L")
"""L_ij: second derivatives of the loss; symmetric."""

POLARISATION = "polarisation: a symmetric matrix is determined by its quadratic form"
SCHWARZ = "Schwarz: mixed second derivatives of a C^2 function commute"
COURANT_FISCHER = "Courant-Fischer: the least eigenvalue is at most every Rayleigh quotient"
MONOTONE = "the gradient of a differentiable convex function is monotone"
NON_INCREASING = (
    "a function with non-positive derivative does not increase, so that every ball around the "
    "critical point on which the estimate holds is invariant"
)
PIECEWISE_LINEAR = (
    "a composition of continuous piecewise linear maps is affine on each cell of a finite "
    "polyhedral complex, and the boundaries of its cells form a closed set of measure zero"
)

Vector = Callable[[sp.Expr], sp.Expr]


def _pullback(left: Vector, right: Vector) -> sp.Sum:
    """left^T (nabla^2 L) right, for vectors of R^k."""
    return total(lambda i, j: left(i) * loss_hessian[i, j] * right(j), k, k)


def _applied(matrix: sp.IndexedBase, vector: Vector, size: sp.Expr) -> Vector:
    """The vector of entries (matrix vector)_r."""
    return lambda r: total(lambda c: matrix[r, c] * vector(c), size)


def effective_hessian(proof: Proof) -> None:
    """H_eff = G + M for undefined L and h, any d and k."""
    proof.symmetric = frozenset({loss_hessian})
    loss, hd, hdd, second = (sp.IndexedBase(s) for s in ("ell", r"\dot h", r"\ddot h", "K"))

    rules: dict[sp.IndexedBase, Rule] = {hd: lambda r: hdd[r]}
    if proof.let("loss", "$L$ is twice differentiable: the chain rule for $L$ and its gradient"):
        rules[loss] = lambda _: total(lambda i: rho[i] * hd[i], k)
        rules[rho] = _applied(loss_hessian, lambda c: hd[c], k)
    proof.rate(
        r"The loss along the line, $\ell(t) = L(h(z + tv))$, by the chain rule",
        loss[0],  # SymPy wants an index even on a scalar
        rules,
        _pullback(lambda r: hd[r], lambda r: hd[r]) + total(lambda i: rho[i] * hdd[i], k),
        order=2,
    )
    along: dict[sp.IndexedBase, Rule] = {
        jacobian: lambda r, s: total(lambda c: second[r, s, c] * v[c], d),
        v: constant,
    }
    if not proof.let("line", r"$z$ moves on a straight line $z + tv$, so $\ddot z = 0$"):
        along[v] = lambda r: sp.IndexedBase(r"\dot v")[r]
    h_dot = _applied(jacobian, lambda c: v[c], d)
    h_ddot = lambda r: derivative(h_dot(r), along)  # noqa: E731
    proof.rate(
        r"The head along the line, $\dot h = Jv$, with $K$ the second derivatives of $h$",
        h_dot(i),
        along,
        total(lambda a, b: second[i, a, b] * v[a] * v[b], d, d),
    )
    proof.equal(
        "Inserted, the second derivative is the quadratic form of $G + M$",
        _pullback(h_dot, h_dot) + total(lambda i: rho[i] * h_ddot(i), k),
        total(
            lambda a, b: (
                v[a]
                * (
                    _pullback(lambda r: jacobian[r, a], lambda r: jacobian[r, b])
                    + total(lambda i: rho[i] * second[i, a, b], k)
                )
                * v[b]
            ),
            d,
            d,
        ),
    )
    proof.cite("the chain rule in several variables")
    proof.cite(SCHWARZ)
    if proof.let("symmetry", "both sides are symmetric matrices"):
        proof.symmetric = frozenset({loss_hessian, form})

    def quadratic(sign: int) -> sp.Expr:
        return total(lambda a, b: form[a, b] * (v[a] + sign * w[a]) * (v[b] + sign * w[b]), d, d)

    proof.equal(
        "Polarisation: a symmetric matrix is determined by its quadratic form",
        quadratic(1) - quadratic(-1),
        4 * total(lambda a, b: form[a, b] * v[a] * w[b], d, d),
    )


def effective_hessian_undefined(ctx: Context) -> Finding:
    """The same identity entry by entry with SymPy's own differentiation of undefined functions.

    A second route, at fixed d and k only: it shares nothing with the indexed calculus.
    """
    steps = []
    for dimension, outputs in ((1, 1), (2, 1), (1, 2), (2, 2)):
        zs = sp.symbols(f"z1:{dimension + 1}")
        us = sp.symbols(f"u1:{outputs + 1}")
        heads = [sp.Function(f"h{c}")(*zs) for c in range(1, outputs + 1)]
        loss = sp.Function("L")(*us)
        at_head = dict(zip(us, heads, strict=True))
        composed = sp.Function("L")(*heads)

        def inserted(expr: sp.Expr, at_head: dict[sp.Symbol, sp.Expr] = at_head) -> sp.Expr:
            return sp.Subs(expr, tuple(at_head), tuple(at_head.values()))

        gaps = []
        for x, y in itertools.combinations_with_replacement(zs, 2):
            pulled = sum(
                inserted(sp.diff(loss, us[r], us[c])) * heads[r].diff(x) * heads[c].diff(y)
                for r in range(outputs)
                for c in range(outputs)
            )
            interaction = sum(
                inserted(sp.diff(loss, us[r])) * heads[r].diff(x, y) for r in range(outputs)
            )
            gaps.append(
                _jets(composed.diff(x, y).doit(), heads) - _jets(pulled + interaction, heads)
            )
        closed = all(sp.expand(gap) == 0 for gap in gaps)
        steps.append(
            Step(
                text=f"$d = {dimension}$, $k = {outputs}$: all {len(gaps)} entries of the Hessian",
                latex=r"\nabla^2 (L \circ h) - G - M = 0",
                closed=closed,
            )
        )
    done = all(step.closed for step in steps)
    return Finding(
        outcome=Outcome.AS_STATED if done else Outcome.SURPRISE,
        summary="SymPy's own chain rule gives G + M entry by entry at d, k up to 2."
        if done
        else "SymPy's own chain rule disagrees with G + M.",
        steps=tuple(steps),
    )


def _jets(expr: sp.Expr, heads: list[sp.Expr]) -> sp.Expr:
    """Name every partial derivative of L by how often each slot was differentiated.

    SymPy writes the same jet in several ways: ``Derivative(L(h1, h2), h1)``,
    ``Subs(Derivative(L(xi, h2), xi), xi, h1)`` and ``Subs(.., (u1, u2), (h1, h2))``.
    """

    def jet(function: sp.Expr, variables: list[sp.Symbol]) -> sp.Symbol:
        counts = [sum(variable == slot for variable in variables) for slot in function.args]
        return sp.Symbol("L_" + "".join(map(str, counts)))

    def of_subs(node: sp.Subs) -> sp.Expr:
        inner = node.expr
        if isinstance(inner, sp.Derivative) and isinstance(
            inner.expr, sp.core.function.AppliedUndef
        ):
            return jet(inner.expr, list(inner.variables))
        return node

    def of_derivative(node: sp.Derivative) -> sp.Expr:
        if node.expr.func.__name__ == "L" and all(var in heads for var in node.variables):
            return jet(node.expr, list(node.variables))
        return node

    expr = expr.replace(lambda node: isinstance(node, sp.Subs), of_subs)
    return expr.replace(lambda node: isinstance(node, sp.Derivative), of_derivative)


def layer_formula(proof: Proof) -> None:
    """(F): one layer of the recursion, its two ends, and the Jacobians, for any widths."""
    weight_next, weight_out = sp.IndexedBase("W^{+}"), sp.IndexedBase("W^{out}")
    x, xd, xdd = (sp.IndexedBase(s) for s in ("x", r"\dot x", r"\ddot x"))
    s0, s1, s2 = (sp.IndexedBase(s) for s in ("s", "s'", "s''"))
    a_jacobian, below = sp.IndexedBase("A"), sp.IndexedBase("delta^{-}")
    a_dot = _applied(weight, lambda c: xd[c], n)

    rules: dict[sp.IndexedBase, Rule] = {x: lambda r: xd[r], xd: lambda r: xdd[r]}
    if proof.let("affine layers", "$a_l = W_l x_{l-1} + b_l$ with $W_l$, $b_l$ independent of $z$"):
        rules |= dict.fromkeys((weight, weight_next, weight_out, b), constant)
    if proof.let("smooth", "$s$ is twice differentiable with derivatives $s'$, $s''$"):
        rules |= {s0: lambda r: s1[r] * a_dot(r), s1: lambda r: s2[r] * a_dot(r)}

    def second_derivative(expr: sp.Expr) -> sp.Expr:
        return derivative(derivative(expr, rules), rules)

    proof.rate(
        "A layer's preactivation along the line",
        _applied(weight, lambda c: x[c], n)(j) + b[j],
        rules,
        total(lambda i: weight[j, i] * xdd[i], n),
        order=2,
    )
    proof.rate(
        "A layer's output along the line",
        s0[j],
        rules,
        s2[j] * a_dot(j) ** 2 + s1[j] * total(lambda i: weight[j, i] * xdd[i], n),
        order=2,
    )
    delta_below: Vector = lambda r: below[r]  # noqa: E731
    if proof.let("adjoint", r"$\delta_{l-1} = W_l^T (s'(a_l) \circ \delta_l)$"):
        delta_below = lambda r: total(lambda j: weight[j, r] * s1[j] * delta[j], m)  # noqa: E731
    proof.equal(
        r"Contracted with $\delta_l$: the layer's term of (F), and the layer below",
        total(lambda j: delta[j] * second_derivative(s0[j]), m),
        total(lambda j: delta[j] * s2[j] * a_dot(j) ** 2, m)
        + total(lambda i: delta_below(i) * xdd[i], n),
    )
    proof.equal(
        r"The same for the first derivative",
        total(lambda j: delta[j] * derivative(s0[j], rules), m),
        total(lambda i: delta_below(i) * xd[i], n),
    )
    delta_top: Vector = lambda r: delta[r]  # noqa: E731
    if proof.let("top", r"$\delta_{N-1} = W_N^T \rho$"):
        delta_top = lambda r: total(lambda o: weight_out[o, r] * rho[o], k)  # noqa: E731
    output = _applied(weight_out, lambda c: x[c], m)
    proof.equal(
        r"Top of the recursion: $\rho \cdot \ddot h = \delta_{N-1} \cdot \ddot x_{N-1}$",
        total(lambda o: rho[o] * second_derivative(output(o) + b[o]), k),
        total(lambda j: delta_top(j) * xdd[j], m),
    )
    proof.equal(
        r"and of its first derivative: $\rho \cdot \dot h = \delta_{N-1} \cdot \dot x_{N-1}$",
        total(lambda o: rho[o] * derivative(output(o) + b[o], rules), k),
        total(lambda j: delta_top(j) * xd[j], m),
    )
    proof.let("line", r"$x_0 = z + tv$ with $v$ fixed, so $\ddot x_0 = 0$ and $\dot x_0 = v$")
    bottom = total(lambda i: delta[i] * xdd[i], d)
    proof.follows(
        r"Bottom of the recursion: $\delta_0 \cdot \ddot x_0 = 0$",
        bottom,
        sp.S.Zero,
        using={"line": bottom},
    )
    start = total(lambda i: delta[i] * xd[i], d)
    proof.follows(
        r"and of the first derivative: $\rho \cdot J_h v = \delta_0 \cdot v$",
        start,
        total(lambda i: delta[i] * v[i], d),
        using={"line": total(lambda i: delta[i] * (xd[i] - v[i]), d)},
    )
    proof.follows(
        r"First layer: $\dot a_1 = W_1 v$, so $A_1 = W_1$",
        derivative(_applied(weight, lambda c: x[c], d)(j) + b[j], rules),
        total(lambda c: weight[j, c] * v[c], d),
        using={"line": total(lambda c: weight[j, c] * (xd[c] - v[c]), d)},
    )
    through: Vector = lambda r: sp.IndexedBase(r"\dot a")[r]  # noqa: E731
    if proof.let("jacobian", r"$\dot a_l = A_l v$ for the layer before"):
        through = _applied(a_jacobian, lambda c: v[c], d)
    into_next = rules | ({s0: lambda r: s1[r] * through(r)} if s0 in rules else {})
    proof.equal(
        r"Next layer: $A_{l+1} = W_{l+1} \operatorname{diag}(s'(a_l)) A_l$",
        derivative(_applied(weight_next, lambda c: s0[c], m)(i) + b[i], into_next),
        total(lambda c: total(lambda j: weight_next[i, j] * s1[j] * a_jacobian[j, c], m) * v[c], d),
    )
    proof.equal(
        r"A layer's term is the quadratic form of $A_l^T \operatorname{diag}(\delta_l \circ s'') A_l$",
        total(lambda j: delta[j] * s2[j] * through(j) ** 2, m),
        total(
            lambda c, e: (
                v[c]
                * total(lambda j: a_jacobian[j, c] * delta[j] * s2[j] * a_jacobian[j, e], m)
                * v[e]
            ),
            d,
            d,
        ),
    )
    proof.cite("induction on the number of layers: the recursion telescopes from top to bottom")
    proof.cite(POLARISATION)


def _affine_map(proof: Proof, affine: bool) -> None:
    """rho . (W z + b)'' = 0 along every line, if W does not depend on z."""
    weight_dot = sp.IndexedBase(r"\dot W")
    rules: dict[sp.IndexedBase, Rule] = {z: lambda r: v[r], v: constant, b: constant}
    rules |= {weight: constant, weight_dot: constant, rho: constant}
    if not affine:
        rules[weight] = lambda r, c: weight_dot[r, c]
    head = _applied(weight, lambda c: z[c], d)
    proof.rate(
        r"At frozen $\rho$ it has no second derivative along $\dot z = v$, so $v^T M v = 0$",
        total(lambda i: rho[i] * (head(i) + b[i]), k),
        rules,
        sp.S.Zero,
        order=2,
    )
    proof.cite(POLARISATION)


def affine_interaction(proof: Proof) -> None:
    """M = 0 for an affine head."""
    _affine_map(proof, proof.given("linear", "$h(z) = Wz + b$ with $W$ independent of $z$"))


def relu_interaction(proof: Proof) -> None:
    """M = 0 for a ReLU head inside every cell of its complex: an affine map there, by the lemma."""
    proof.cite(PIECEWISE_LINEAR)
    _affine_map(
        proof, proof.given("relu", "inside a cell $h(z) = Wz + b$ with $W$ independent of $z$")
    )


def affine_psd(proof: Proof) -> None:
    """H_eff >= 0 for an affine head where the loss Hessian is positive semidefinite."""
    proof.symmetric = frozenset({loss_hessian})
    affine_interaction(proof)
    proof.cite("H_eff = G + M, derived above")
    wv = _applied(weight, lambda c: v[c], d)
    proof.equal(
        r"So $H_{\mathrm{eff}} = W^T (\nabla^2 L) W$; its form at $v$ is that of $\nabla^2 L$ at $Wv$",
        total(
            lambda a, b: v[a] * _pullback(lambda r: weight[r, a], lambda r: weight[r, b]) * v[b],
            d,
            d,
        ),
        _pullback(wv, wv),
    )
    psd = proof.given("psd", r"$\nabla^2 L(h(z^*)) \succeq 0$: its form at $Wv$ is some $c \geq 0$")
    value = sp.Symbol("c", nonnegative=psd or None)
    proof.follows(
        "This is the number $c$ of the hypothesis",
        _pullback(wv, wv),
        value,
        using={"psd": _pullback(wv, wv) - value},
    )
    proof.fact("It is not negative", sp.Ge(value, 0, evaluate=False), bool(value.is_nonnegative))


def _non_repelling(proof: Proof, affine: bool) -> None:
    """Gradient flow of a convex loss behind an affine map does not move away from a critical z*."""
    at_rest, gradient = sp.IndexedBase("z^*"), sp.IndexedBase("g")
    rules: dict[sp.IndexedBase, Rule] = {at_rest: constant}
    if proof.let("flow", r"$\dot z = -W^T g$ with $g = \nabla L(Wz + b)$"):
        rules[z] = lambda r: -total(lambda i: weight[i, r] * gradient[i], k)
    gap: Vector = lambda r: z[r] - at_rest[r]  # noqa: E731
    output_gap: Vector = lambda r: sp.IndexedBase("Delta")[r]  # noqa: E731
    if affine:
        output_gap = _applied(weight, gap, d)
    against_gradient = total(lambda i: output_gap(i) * gradient[i], k)
    proof.rate(
        "The squared distance to $z^*$ along the flow, with $h(z) - h(z^*) = W(z - z^*)$",
        total(lambda c: gap(c) ** 2, d),
        rules,
        -2 * against_gradient,
    )
    proof.given("critical", r"$W^T \rho = 0$")
    against_rho = total(lambda c: gap(c) * total(lambda i: weight[i, c] * rho[i], k), d)
    monotone = total(lambda i: output_gap(i) * (gradient[i] - rho[i]), k)
    proof.follows(
        "Since $z^*$ is critical, $g$ may be replaced by $g - \\rho$",
        -2 * against_gradient,
        -2 * monotone,
        using={"critical": -2 * against_rho},
    )
    convex = proof.given(
        "convex", r"$L$ is convex near $h(z^*)$: $(h(z) - h(z^*)) \cdot (g - \rho) = c \geq 0$"
    )
    proof.cite(MONOTONE)
    value = sp.Symbol("c", nonnegative=convex or None)
    proof.follows(
        "By monotonicity this is",
        -2 * monotone,
        -2 * value,
        using={"convex": -2 * (monotone - value)},
    )
    proof.fact(
        "So the distance to $z^*$ does not grow",
        sp.Le(-2 * value, 0, evaluate=False),
        bool((-2 * value).is_nonpositive),
    )
    proof.cite(NON_INCREASING)


def affine_non_repelling(proof: Proof) -> None:
    """A critical collapse behind an affine head and a convex loss does not repel."""
    _non_repelling(proof, proof.given("linear", "$h(z) = Wz + b$ with $W$ independent of $z$"))


def relu_non_repelling(proof: Proof) -> None:
    """The same for a ReLU head at a z* inside a cell of its complex."""
    proof.cite(PIECEWISE_LINEAR)
    _non_repelling(
        proof, proof.given("off-kinks", "$z^*$ is inside a cell, so $h(z) = Wz + b$ near it")
    )


def negative_direction(proof: Proof) -> None:
    """A direction in ker(HJ) on which M is negative makes lambda_min(H_eff) negative."""
    proof.symmetric = frozenset({loss_hessian})
    interaction = sp.IndexedBase("M")
    jv = _applied(jacobian, lambda c: v[c], d)
    g_form = total(
        lambda a, b: v[a] * _pullback(lambda r: jacobian[r, a], lambda r: jacobian[r, b]) * v[b],
        d,
        d,
    )
    m_form = total(lambda a, b: v[a] * interaction[a, b] * v[b], d, d)
    proof.given("negative: kernel", r"$\nabla^2 L \, J v = 0$")
    vanishing = total(lambda i: jv(i) * _applied(loss_hessian, jv, k)(i), k)
    proof.follows(
        "On the kernel only the interaction term is left",
        g_form + m_form,
        m_form,
        using={"negative: kernel": vanishing},
    )
    negative = proof.given("negative: sign", "$v^T M v = c < 0$")
    value = sp.Symbol("c", negative=negative or None)
    proof.follows(
        "This is the number $c$ of the hypothesis",
        g_form + m_form,
        value,
        using={"negative: kernel": vanishing, "negative: sign": m_form - value},
    )
    proof.fact("It is negative", sp.Lt(value, 0, evaluate=False), bool(value.is_negative))
    proof.cite("H_eff = G + M, derived above")
    proof.cite(COURANT_FISCHER)


def scale_invariant_loss(proof: Proof) -> None:
    """Fact 0: H u = -rho and u.H u = 0, and H is indefinite where rho is not 0."""
    proof.symmetric = frozenset({loss_hessian})
    ray, loss = sp.IndexedBase("w"), sp.IndexedBase("ell")
    rules: dict[sp.IndexedBase, Rule] = {ray: lambda r: u[r]}
    if proof.let(
        "smooth", r"$L$ is $C^2$ near $u \neq 0$: $\rho = \nabla L$ and its derivatives exist"
    ):
        rules[loss] = lambda _: total(lambda i: rho[i] * ray[i], k)
        inward: dict[sp.IndexedBase, Rule] = {
            u: lambda r: sp.KroneckerDelta(r, j),
            rho: lambda r: loss_hessian[r, j],
        }
    else:
        inward = {}
    euler = total(lambda i: u[i] * rho[i], k)
    proof.let("invariant", "$L(tu) = L(u)$ for all $t > 0$ and all $u$")
    proof.rate(
        r"Along the ray $w(t) = tu$, $\ell(t) = L(w(t))$: at $t = 1$, where $w = u$",
        loss[0],
        {loss: lambda _: total(lambda i: rho[i] * u[i], k)} if loss in rules else {},
        euler,
    )
    proof.follows(
        "The left side vanishes identically, since $\\ell$ is constant: Euler's relation",
        euler,
        sp.S.Zero,
        using={"invariant": euler},
    )
    euler_gradient = derivative(euler, inward)  # in the free index j
    hu = _applied(loss_hessian, lambda c: u[c], k)
    proof.follows(
        r"Differentiated in $u_j$: $\nabla^2 L \, u = -\rho$",
        hu(j),
        -rho[j],
        using={"invariant": euler_gradient},
    )
    against = lambda x: total(lambda r: x[r] * euler_gradient.xreplace({j: r}), k)  # noqa: E731
    radial = against(u) - euler
    proof.follows(
        r"Contracted with $u$: $u^T \nabla^2 L \, u = 0$",
        total(lambda i: u[i] * hu(i), k),
        sp.S.Zero,
        using={"invariant": radial},
    )
    t = sp.Symbol("t", positive=True)
    length = total(lambda i: rho[i] ** 2, k)
    curvature = _pullback(lambda r: rho[r], lambda r: rho[r])
    residual = proof.let(
        "residual", r"$\rho \neq 0$: $n = |\rho|^2 > 0$; write $c = \rho^T \nabla^2 L \, \rho$"
    )
    n_, c_ = sp.Symbol("n", positive=residual or None), sp.Symbol("c", real=True)
    for sign, direction, below in ((1, r"u + t\rho", "negative"), (-1, r"u - t\rho", "positive")):
        along = lambda r, sign=sign: u[r] + sign * t * rho[r]  # noqa: E731
        proof.follows(
            f"The form of $\\nabla^2 L$ at ${direction}$",
            _pullback(along, along),
            -sign * 2 * t * length + t**2 * curvature,
            using={"invariant": radial + sign * 2 * t * against(rho)},
        )
        # At t = n / (n + |c|) the second term is at most t n in modulus, half of the first.
        values = [
            (-sign * 2 * t * n_ + t**2 * c_).subs({c_: s * size, t: n_ / (n_ + size)})
            for size in (sp.Symbol("m", nonnegative=True),)
            for s in (1, -1)
        ]
        worst = [sp.factor(-sign * value) for value in values]
        proof.fact(
            f"is {below} at $t = n / (n + |c|)$: for $c = m$ and for $c = -m$, $m \\geq 0$, it is",
            sp.And(*(_strict(-sign * value) for value in worst), evaluate=False),
            all(bool(value.is_positive) for value in worst),
        )


def _strict(value: sp.Expr) -> sp.Basic:
    """Value < 0 or value > 0, whichever its leading sign says, unevaluated for printing."""
    relation = sp.Lt if value.could_extract_minus_sign() else sp.Gt
    return relation(value, 0, evaluate=False)

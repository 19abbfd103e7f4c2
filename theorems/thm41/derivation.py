"""The derivations of H_eff = G + M and of the layer formula: every step is an exact zero test.

Two symmetric matrices whose quadratic forms agree are equal (the polarisation step of
`effective_hessian`). What follows for affine and ReLU heads is in `affine`, for directions in the
kernel in `direction`, for scale-invariant losses in `invariance`.
"""

from __future__ import annotations

import itertools

import sympy as sp

from theorems.thm41.notation import (
    Vector,
    applied,
    b,
    d,
    delta,
    i,
    j,
    jacobian,
    k,
    loss_hessian,
    m,
    n,
    pulled_back,
    rho,
    v,
    weight,
)
from verify.claims.check import Context
from verify.claims.derivation import Proof
from verify.claims.evidence import Finding, Outcome, Step
from verify.symbolic.indexed import Rule, constant, derivative, total
from verify.symbolic.matrices import matrix, vector


def effective_hessian(proof: Proof) -> None:
    """H_eff = G + M for undefined L and h, any d and k."""
    proof.symmetry(loss_hessian)
    loss, hd, hdd, second = (sp.IndexedBase(s) for s in ("ell", r"\dot h", r"\ddot h", "K"))

    rules: dict[sp.IndexedBase, Rule] = {hd: lambda r: hdd[r]}
    if proof.let("loss", "$L$ is twice differentiable: the chain rule for $L$ and its gradient"):
        rules[loss] = lambda _: total(lambda i: rho[i] * hd[i], k)
        rules[rho] = applied(loss_hessian, lambda c: hd[c], k)
    proof.rate(
        r"The loss along the line, $\ell_0(t) = L(h(z + tv))$, by the chain rule",
        loss[0],  # SymPy wants an index even on a scalar
        rules,
        pulled_back(lambda r: hd[r], lambda r: hd[r]) + total(lambda i: rho[i] * hdd[i], k),
        order=2,
    )
    along: dict[sp.IndexedBase, Rule] = {
        jacobian: lambda r, s: total(lambda c: second[r, s, c] * v[c], d),
        v: constant,
    }
    if not proof.let("line", r"$z$ moves on a straight line $z + tv$, so $\ddot z = 0$"):
        along[v] = lambda r: sp.IndexedBase(r"\dot v")[r]
    h_dot = applied(jacobian, lambda c: v[c], d)
    h_ddot = lambda r: derivative(h_dot(r), along)  # noqa: E731
    proof.rate(
        r"The head along the line, $\dot h = Jv$, with $K$ the second derivatives of $h$",
        h_dot(i),
        along,
        total(lambda a, b: second[i, a, b] * v[a] * v[b], d, d),
    )
    proof.equal(
        "Inserted, the second derivative is the quadratic form of $G + M$",
        pulled_back(h_dot, h_dot) + total(lambda i: rho[i] * h_ddot(i), k),
        total(
            lambda a, b: (
                v[a]
                * (
                    pulled_back(lambda r: jacobian[r, a], lambda r: jacobian[r, b])
                    + total(lambda i: rho[i] * second[i, a, b], k)
                )
                * v[b]
            ),
            d,
            d,
        ),
    )
    proof.cite("chain-rule", "mixed-derivatives")
    symmetric = proof.let("symmetry", "both sides are symmetric matrices")
    form, x, y = matrix("A", d, d, symmetric=symmetric), vector("v", d), vector("w", d)
    proof.equal(
        "Polarisation: a symmetric matrix is determined by its quadratic form",
        (x + y).T @ form @ (x + y) - (x - y).T @ form @ (x - y),
        4 * (x.T @ form @ y),
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
        entries = "the one entry" if len(gaps) == 1 else f"all {len(gaps)} entries"
        steps.append(
            Step(
                text=f"$d = {dimension}$, $k = {outputs}$: {entries} of the Hessian",
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
    """The layer formula: one layer of the recursion, its two ends, and the Jacobians, for any widths."""
    weight_next, weight_out = sp.IndexedBase("W^{+}"), sp.IndexedBase("W^{out}")
    x, xd, xdd = (sp.IndexedBase(s) for s in ("x", r"\dot x", r"\ddot x"))
    s0, s1, s2 = (sp.IndexedBase(s) for s in ("s", "s'", "s''"))
    a_jacobian, below = sp.IndexedBase("A"), sp.IndexedBase("delta^{-}")
    a_dot = applied(weight, lambda c: xd[c], n)

    rules: dict[sp.IndexedBase, Rule] = {x: lambda r: xd[r], xd: lambda r: xdd[r]}
    if proof.let("affine layers", "$a_l = W_l x_{l-1} + b_l$ with $W_l$, $b_l$ independent of $z$"):
        rules |= dict.fromkeys((weight, weight_next, weight_out, b), constant)
    if proof.let("smooth", "$s$ is twice differentiable with derivatives $s'$, $s''$"):
        rules |= {s0: lambda r: s1[r] * a_dot(r), s1: lambda r: s2[r] * a_dot(r)}

    def second_derivative(expr: sp.Expr) -> sp.Expr:
        return derivative(derivative(expr, rules), rules)

    proof.rate(
        "A layer's preactivation along the line",
        applied(weight, lambda c: x[c], n)(j) + b[j],
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
        r"Contracted with $\delta_l$: the layer's term of the layer formula, and the layer below",
        total(lambda j: delta[j] * second_derivative(s0[j]), m),
        total(lambda j: delta[j] * s2[j] * a_dot(j) ** 2, m)
        + total(lambda i: delta_below(i) * xdd[i], n),
    )
    proof.equal(
        r"Likewise, the first derivative contracted with $\delta_l$: the layer below",
        total(lambda j: delta[j] * derivative(s0[j], rules), m),
        total(lambda i: delta_below(i) * xd[i], n),
    )
    delta_top: Vector = lambda r: delta[r]  # noqa: E731
    if proof.let("top", r"$\delta_{N-1} = W_N^T \rho$"):
        delta_top = lambda r: total(lambda o: weight_out[o, r] * rho[o], k)  # noqa: E731
    output = applied(weight_out, lambda c: x[c], m)
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
    proof.every(d, i)
    first, delta_0 = sp.IndexedBase("W^1"), sp.IndexedBase("delta^0")
    x0, xd0, xdd0 = (sp.IndexedBase(s) for s in ("x^0", r"\dot x^0", r"\ddot x^0"))
    proof.let(
        "line",
        r"$x_0 = z + tv$ with $v$ fixed, so $\ddot x_0 = 0$ and $\dot x_0 = v$; in the steps layers are marked above",
        xdd0[i],
        xd0[i] - v[i],
    )
    bottom = total(lambda i: delta_0[i] * xdd0[i], d)
    proof.follows(
        r"Bottom of the recursion: $\delta_0 \cdot \ddot x_0 = 0$",
        bottom,
        sp.S.Zero,
        using={"line": bottom},
    )
    start = total(lambda i: delta_0[i] * xd0[i], d)
    proof.follows(
        r"and of the first derivative: $\rho \cdot J_h v = \delta_0 \cdot v$",
        start,
        total(lambda i: delta_0[i] * v[i], d),
        using={"line": total(lambda i: delta_0[i] * (xd0[i] - v[i]), d)},
    )
    proof.follows(
        r"First layer: $\dot a_1 = W_1 v$, so $A_1 = W_1$",
        derivative(
            applied(first, lambda c: x0[c], d)(j) + b[j],
            {**rules, first: constant, x0: lambda r: xd0[r]},
        ),
        total(lambda c: first[j, c] * v[c], d),
        using={"line": total(lambda c: first[j, c] * (xd0[c] - v[c]), d)},
    )
    through: Vector = lambda r: sp.IndexedBase(r"\dot a")[r]  # noqa: E731
    if proof.let("jacobian", r"$\dot a_l = A_l v$ for the layer before"):
        through = applied(a_jacobian, lambda c: v[c], d)
    into_next = rules | ({s0: lambda r: s1[r] * through(r)} if s0 in rules else {})
    proof.equal(
        r"Next layer: $A_{l+1} = W_{l+1} \operatorname{diag}(s'(a_l)) A_l$",
        derivative(applied(weight_next, lambda c: s0[c], m)(i) + b[i], into_next),
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
    proof.cite("layer-recursion", "polarisation")

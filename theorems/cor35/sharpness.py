"""The bounds of 3.5 are attained: exact instances for every L, M and q, and the exact 99 + 70 sqrt 2."""

from __future__ import annotations

import sympy as sp

from verify.claims.check import Context
from verify.claims.evidence import Finding, Outcome, Step

half = sp.Symbol("t", positive=True)
"""tan(a / 4), a rational parameter of the angle a / 2 of the sharp threshold, L sin(a / 2)."""

SINE = 2 * half / (1 + half**2)
COSINE = (1 - half**2) / (1 + half**2)


def _found(steps: list[Step], summary: str) -> Finding:
    done = all(step.closed for step in steps)
    open_steps = "; ".join(step.text for step in steps if not step.closed)
    return Finding(
        outcome=Outcome.AS_STATED if done else Outcome.SURPRISE,
        summary=summary if done else f"Does not close: {open_steps}.",
        steps=tuple(steps),
    )


def _zero(expr: sp.Expr) -> bool:
    return bool(sp.expand(sp.cancel(sp.together(sp.expand(expr)))) == 0)


def _step(text: str, lhs: sp.Expr, rhs: sp.Expr) -> Step:
    return Step(
        text=text, latex=f"{sp.latex(sp.factor(lhs))} = {sp.latex(rhs)}", closed=_zero(lhs - rhs)
    )


def threshold(ctx: Context) -> Finding:
    """At |E| = eps* definiteness is lost: d = 1, k = 2, and d = 3, k = 4 by padding."""
    big, m = sp.symbols("L M", positive=True)
    steps = []
    for d in (1, 3):
        column = [big * (COSINE + SINE) / sp.sqrt(2), big * (COSINE - SINE) / sp.sqrt(2)]
        shift = [-big * SINE / sp.sqrt(2), big * SINE / sp.sqrt(2)]
        loss = sp.diag(m, -m, *[m] * (d - 1))
        jacobian = sp.zeros(d + 1, d)
        error = sp.zeros(d + 1, d)
        for row in range(2):
            jacobian[row, 0], error[row, 0] = column[row], shift[row]
        for other in range(1, d):
            jacobian[other + 1, other] = big
        lam = 2 * m * big**2 * SINE * COSINE  # M L^2 sin a
        before = jacobian.T * loss * jacobian
        after = (jacobian + error).T * loss * (jacobian + error)
        wanted = [lam] + [m * big**2] * (d - 1)
        text = f"$d = {d}$, $k = {d + 1}$"
        steps += [
            _step(
                f"{text}: $J^T J$ is $L^2 I$, entry {i + 1}", (jacobian.T * jacobian)[i, i], big**2
            )
            for i in range(d)
        ]
        steps += [
            _step(f"{text}: $J^T H J$ is diagonal, entry {i + 1}", before[i, i], wanted[i])
            for i in range(d)
        ]
        steps.append(
            Step(
                text=f"{text}: both Gram matrices have no other entries",
                latex=r"J^T J, \; J^T H J, \; E^T E \text{ diagonal}",
                closed=all(
                    _zero(matrix[i, j])
                    for matrix in (jacobian.T * jacobian, before, error.T * error)
                    for i in range(d)
                    for j in range(d)
                    if i != j
                ),
            )
        )
        steps.append(
            _step(f"{text}: $|E|^2 = \\epsilon^{{*2}}$", (error.T * error)[0, 0], (big * SINE) ** 2)
        )
        steps.append(_step(f"{text}: the perturbed form vanishes", after[0, 0], sp.S.Zero))
    return _found(steps, "At $|E| = \\epsilon^*$ definiteness is lost, for all $L$, $M$, $q$.")


def unbounded(ctx: Context) -> Finding:
    """kappa_phi = cot^2(a / 4) from kappa = 1 at the published threshold; 99 + 70 sqrt 2 at q = 7/25."""
    loss = sp.diag(1, -1, 1, -1)
    # cos 2 theta = q = sin a, with theta = pi / 4 - a / 2.
    first, second = (COSINE + SINE) / sp.sqrt(2), (COSINE - SINE) / sp.sqrt(2)
    q = 2 * SINE * COSINE
    shift = q / 2 / sp.sqrt(2)
    jacobian = sp.Matrix([[first, 0], [second, 0], [0, first], [0, second]])
    error = sp.Matrix([[-shift, 0], [shift, 0], [0, shift], [0, -shift]])
    after = (jacobian + error).T * loss * (jacobian + error)
    before = jacobian.T * loss * jacobian
    steps = [
        _step("$J^T H J = q I$, first entry", before[0, 0], q),
        _step("and second entry", before[1, 1], q),
        _step("$|J|^2 = 1$", (jacobian.T * jacobian)[0, 0], sp.S.One),
        _step("$|E| = q / 2$, the threshold", (error.T * error)[0, 0], q**2 / 4),
        _step("the same in the other column", (error.T * error)[1, 1], q**2 / 4),
        _step(r"An eigenvalue $q(1 - \cos \frac{a}{2})$", after[0, 0], q * (1 - COSINE)),
        _step(r"and $q(1 + \cos \frac{a}{2})$", after[1, 1], q * (1 + COSINE)),
        _step("No other entries", after[0, 1], sp.S.Zero),
        _step(
            r"$\kappa_\phi = \cot^2 \frac{a}{4}$ with $t = \tan \frac{a}{4}$",
            after[1, 1] / after[0, 0],
            1 / half**2,
        ),
    ]
    limit = sp.limit(q**2 / half**2, half, 0, "+")
    steps.append(
        Step(
            text="It has no bound as $q \\to 0$, where $q^2 \\kappa_\\phi$ tends to $16$",
            latex=rf"\lim_{{t \to 0}} q^2 / t^2 = {sp.latex(limit)}",
            closed=limit == 16,
        )
    )
    # q = 7/25: cos a = 24/25, so cos(a / 2) = 7 sqrt 2 / 10 and tan(a / 4) = 5 sqrt 2 - 7.
    at = 5 * sp.sqrt(2) - 7
    kappa = sp.radsimp(sp.cancel(after[1, 1] / after[0, 0]).subs(half, at))
    steps.append(
        _step(
            "$q = 7/25$ at $t = 5\\sqrt{2} - 7$", sp.radsimp(q.subs(half, at)), sp.Rational(7, 25)
        )
    )
    steps.append(_step(r"There $\kappa_\phi = 99 + 70\sqrt{2}$", kappa, 99 + 70 * sp.sqrt(2)))
    return _found(
        steps,
        r"From $\kappa = 1$ to $\kappa_\phi = \cot^2 \frac{a}{4}$; exactly $99 + 70\sqrt{2}$ at $q = 7/25$.",
    )

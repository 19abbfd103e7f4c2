"""The derivations of 3.4: identities in symbolic $k$ and $d$, then norms, lemma by lemma.

A matrix is its bilinear form at arbitrary v and w. A bound |x| <= X enters as X = |x| + slack with
slack >= 0, so that an inequality becomes: a polynomial in nonnegative symbols with nonnegative
coefficients.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from verify.claims.bounds import at_most, bounded, slack
from verify.claims.check import Context
from verify.claims.derivation import Proof
from verify.claims.evidence import Finding, Outcome, Step
from verify.symbolic.indexed import total

d, k = sp.symbols("d k", integer=True, positive=True)
v, w, p, q, rho, rho_phi = (
    sp.IndexedBase(name) for name in ("v", "w", "p", "q", "rho", r"\rho^\phi")
)
jacobian, error = sp.IndexedBase("J"), sp.IndexedBase("E")
hessian, moved = sp.IndexedBase("H"), sp.IndexedBase(r"H^\phi")
second, second_phi = sp.IndexedBase("B"), sp.IndexedBase(r"B^\phi")


Entries = Callable[[sp.Expr, sp.Expr], sp.Expr]


def _form(left: Entries, middle: Entries, right: Entries) -> sp.Sum:
    """v^T left^T middle right w."""
    return total(
        lambda a, b: (
            v[a] * total(lambda r, c: left(r, a) * middle(r, c) * right(c, b), k, k) * w[b]
        ),
        d,
        d,
    )


def _entries(*bases: sp.IndexedBase) -> Entries:
    return lambda r, c: sp.Add(*(base[r, c] for base in bases))


def pullback(proof: Proof) -> None:
    """|J_phi^T H J_phi - J^T H J| <= 2 L M eps + M eps^2."""
    same = proof.given("same-hessian", "one loss Hessian $H$ at both heads")
    at_phi = _entries(hessian if same else moved)
    _expansion(proof, at_phi)
    proof.cite("operator-norm")
    e, epsilon = bounded(proof, "jacobian", r"\epsilon", "|E|", "the Jacobians differ by $E$")
    j, bound_l = bounded(proof, "L", "L", "|J|", "a bound on the target's Jacobian")
    h, bound_m = bounded(proof, "M", "M", "|H|", "a bound on the loss Hessian")
    at_most(
        proof,
        r"The terms' norms $2|J||H||E| + |H||E|^2$ are at most $2LM\epsilon + M\epsilon^2$: the "
        "difference has nonnegative coefficients",
        2 * j * h * e + h * e**2,
        2 * bound_l * bound_m * epsilon + bound_m * epsilon**2,
    )


def _expansion(proof: Proof, at_phi: Entries) -> None:
    """(J + E)^T H (J + E) - J^T H J = J^T H E + E^T H J + E^T H E."""
    j, e, h = _entries(jacobian), _entries(error), _entries(hessian)
    perturbed = _entries(jacobian, error)
    proof.equal(
        r"With $J_\phi = J + E$: $J_\phi^T H J_\phi - J^T H J = J^T H E + E^T H J + E^T H E$",
        _form(perturbed, at_phi, perturbed) - _form(j, h, j),
        _form(j, h, e) + _form(e, h, j) + _form(e, h, e),
    )


def tight(proof: Proof) -> None:
    """Equality at J = L p q^T, E = eps p q^T, H = M p p^T, for all k and d."""
    bound_l, bound_m, epsilon = sp.symbols("L M epsilon", positive=True)
    np, nq = total(lambda i: p[i] ** 2, k), total(lambda a: q[a] ** 2, d)

    def form(scale: sp.Expr) -> sp.Expr:
        """q^T (scale p q^T)^T (M p p^T) (scale p q^T) q."""
        return total(
            lambda a, b: (
                q[a]
                * total(
                    lambda r, c: (
                        (scale * p[r] * q[a]) * (bound_m * p[r] * p[c]) * (scale * p[c] * q[b])
                    ),
                    k,
                    k,
                )
                * q[b]
            ),
            d,
            d,
        )

    proof.let("unit: p", "$|p| = 1$")
    proof.let("unit: q", "$|q| = 1$")
    bound = 2 * bound_l * bound_m * epsilon + bound_m * epsilon**2
    proof.follows(
        r"The form of the difference at $q$ is $2LM\epsilon + M\epsilon^2$",
        form(bound_l + epsilon) - form(bound_l),
        bound,
        using={
            "unit: p": bound * (np - 1) * (np + 1) * nq**2,
            "unit: q": bound * (nq - 1) * (nq + 1),
        },
    )
    proof.cite("rank-one-norm", "symmetric-norm")


def star(proof: Proof) -> None:
    """The bound on the whole effective Hessian."""
    proof.symmetric = frozenset({hessian, moved})
    j, e, h, h_phi = (_entries(base) for base in (jacobian, error, hessian, moved))
    perturbed = _entries(jacobian, error)
    jump: Entries = lambda r, c: moved[r, c] - hessian[r, c]  # noqa: E731
    proof.equal(
        r"The Gauss-Newton terms, with $J_\phi = J + E$ and the loss Hessians $H$, $H^\phi$",
        _form(perturbed, h_phi, perturbed) - _form(j, h, j),
        _form(j, h, e) + _form(e, h, j) + _form(e, h, e) + _form(perturbed, jump, perturbed),
    )

    def contracted(gradient: Callable[[sp.Expr], sp.Expr], b: Callable[..., sp.Expr]) -> sp.Expr:
        return total(lambda a, c: v[a] * total(lambda i: gradient(i) * b(i, a, c), k) * w[c], d, d)

    b_phi: Callable[..., sp.Expr] = lambda i, a, c: second_phi[i, a, c]  # noqa: E731
    proof.equal(
        r"The interaction terms, with $B = D^2 h$",
        contracted(lambda i: rho_phi[i], b_phi)
        - contracted(lambda i: rho[i], lambda i, a, c: second[i, a, c]),
        contracted(lambda i: rho_phi[i] - rho[i], b_phi)
        + contracted(lambda i: rho[i], lambda i, a, c: second_phi[i, a, c] - second[i, a, c]),
    )
    proof.cite("fundamental-theorem")
    e0, epsilon0 = bounded(
        proof, "outputs", r"\epsilon_0", r"|\Delta|", r"the outputs differ by $\Delta$"
    )
    e1, epsilon = bounded(proof, "jacobian", r"\epsilon", "|E|", "the Jacobians differ by $E$")
    e2, epsilon2 = bounded(
        proof, "second", r"\epsilon_2", r"|B^\phi - B|", "the second derivatives differ"
    )
    jn, bound_l = bounded(proof, "L", "L", "|J|", "a bound on the target's Jacobian")
    hn, bound_m = bounded(proof, "M", "M", "|H|", r"a bound on $|\nabla^2 L(h_*)|$")
    bn, k2 = bounded(proof, "K2", "K_2", "|B|", "a bound on the target's second derivative")
    rn, bound_r = bounded(proof, "R", "R", r"|\rho|", "a bound on the loss gradient")
    tn, bound_t = bounded(
        proof,
        "T",
        "T",
        r"T_{\Delta}",
        r"$|\nabla^2 L(h_* + t\Delta) - \nabla^2 L(h_*)| \leq T_{\Delta} t |\Delta|$",
    )
    t = sp.Symbol("t", nonnegative=True)
    remainder = sp.integrate(tn * t * e0 * e0, (t, 0, 1))
    proof.equal(
        r"Taylor: the remainder of $\rho_\phi - \rho_* = H\Delta + \ldots$ is at most "
        r"$\int_0^1 T_{\Delta} t |\Delta|^2 dt$",
        remainder,
        tn * e0**2 / 2,
    )
    gradient = hn * e0 + remainder
    proof.cite("operator-norm", "cauchy-schwarz", "symmetric-norm")
    pieces = (
        2 * jn * hn * e1 + hn * e1**2 + tn * e0 * (jn + e1) ** 2 + rn * e2 + gradient * (bn + e2)
    )
    at_most(
        proof,
        r"The sum of the terms' norms is at most the bound, since $|B^\phi| \leq |B| + |B^\phi - B|$",
        pieces,
        2 * bound_l * bound_m * epsilon
        + bound_m * epsilon**2
        + bound_t * epsilon0 * (bound_l + epsilon) ** 2
        + bound_r * epsilon2
        + (bound_m * epsilon0 + bound_t * epsilon0**2 / 2) * (k2 + epsilon2),
    )


def segment(proof: Proof) -> None:
    """The weaker form: |rho_phi - rho| <= M' eps0 where M' bounds the loss Hessian on the segment."""
    proof.cite("fundamental-theorem", "operator-norm")
    e0, epsilon0 = bounded(
        proof, "outputs", r"\epsilon_0", r"|\Delta|", r"the outputs differ by $\Delta$"
    )
    on_segment = proof.let("segment", r"$|\nabla^2 L(h_* + t\Delta)| \leq M'$: it is $M' - s(t)$")
    t = sp.Symbol("t", nonnegative=True)
    below = slack("s", on_segment)
    most = sp.Symbol("M'", nonnegative=True)
    at_most(
        proof,
        r"$\int_0^1 |\nabla^2 L(h_* + t\Delta)| |\Delta| dt \leq M' \epsilon_0$, where $s < M'$ is "
        "the mean of $s(t)$",
        sp.integrate((most - below) * e0, (t, 0, 1)),
        most * epsilon0,
    )


def attained(ctx: Context) -> Finding:
    """At d = k = 1 the difference equals the bound identically in all eight symbols."""
    r, m, t, e0, e1, e2, size, k2, u, z = sp.symbols(
        "R M T epsilon_0 epsilon epsilon_2 L K_2 u z", nonnegative=True
    )
    loss = r * u + m * u**2 / 2 + t * u**3 / 6
    target = size * z + k2 * z**2 / 2
    perturbed = e0 + (size + e1) * z + (k2 + e2) * z**2 / 2
    difference = sp.expand(
        (loss.subs(u, perturbed).diff(z, 2) - loss.subs(u, target).diff(z, 2)).subs(z, 0)
    )
    bound = (
        2 * size * m * e1
        + m * e1**2
        + t * e0 * (size + e1) ** 2
        + r * e2
        + (m * e0 + t * e0**2 / 2) * (k2 + e2)
    )
    jets = {
        "h_*": (target, (sp.S.Zero, size, k2)),
        r"h_\phi": (perturbed, (e0, size + e1, k2 + e2)),
    }
    steps = [
        Step(
            text=f"The jet of ${name}$ at $0$",
            latex=rf"({', '.join(sp.latex(x) for x in wanted)})",
            closed=tuple(head.diff(z, order).subs(z, 0) for order in range(3)) == wanted,
        )
        for name, (head, wanted) in jets.items()
    ]
    steps.append(
        Step(
            text="The jet of $L$ at $h_*(0) = 0$, with a third derivative that is constant",
            latex=r"\nabla L = R, \quad \nabla^2 L = M, \quad \nabla^3 L = T",
            closed=[loss.diff(u, n).subs(u, 0) for n in (1, 2, 3)] == [r, m, t]
            and loss.diff(u, 4) == 0,
        )
    )
    steps.append(
        Step(
            text=r"$H_{\mathrm{eff}}^\phi - H_{\mathrm{eff}}^*$ by differentiation is the bound",
            latex=sp.latex(difference) + " = " + sp.latex(bound),
            closed=sp.expand(difference - bound) == 0,
        )
    )
    done = all(step.closed for step in steps)
    return Finding(
        outcome=Outcome.AS_STATED if done else Outcome.SURPRISE,
        summary="All five terms are attained at once, identically in all eight symbols."
        if done
        else "The difference is not the bound.",
        steps=tuple(steps),
    )

"""Genericity, at all heads and at critical ones, for two layers of any size: one head at which M acts on K, and why one is enough.

Where the rank of HJ is r, the sum of the principal r-minors of (HJ)^T HJ times the projector on K is
a polynomial in the entries (Faddeev-LeVerrier). So M|_K = 0 is an analytic equation in the weights,
and one head that violates it shows that almost every head does. That head has two equal units,
twins f and g, with W_2 = V:

    V e_f = V e_g = p,   a_f = a_g,   W_1 v = e_f - e_g.

Then Jv = 0, and v^T M v = 2 (rho.p) s''. With opposite rows f and g of W_1 and all other columns of V across
rho it is critical as well.
"""

from __future__ import annotations

import sympy as sp

from theorems.thm41.notation import (
    Vector,
    applied,
    d,
    i,
    j,
    jacobian,
    k,
    loss_hessian,
    m,
    rho,
    v,
    w,
    weight,
)
from verify.claims.derivation import Proof
from verify.symbolic.indexed import total

f, g, q = sp.symbols("f g q", integer=True)
"""Hidden units."""
c, o = sp.symbols("c o", integer=True)

outer, twin, left = sp.IndexedBase("V"), sp.IndexedBase("p"), sp.IndexedBase("Q")
slope, bend = sp.IndexedBase("s'"), sp.IndexedBase("s''")

along = total(lambda a: twin[a] * rho[a], k)
"""rho . p"""


def _pair(j: sp.Expr) -> sp.Expr:
    """e_f - e_g."""
    return sp.KroneckerDelta(j, f) - sp.KroneckerDelta(j, g)


def _into_units(x: sp.IndexedBase) -> Vector:
    """W_1 x."""
    return applied(weight, lambda c: x[c], d)


def _out(y: Vector) -> Vector:
    """V S y; this is J x where y = W_1 x."""
    return lambda r: total(lambda j: outer[r, j] * slope[j] * y(j), m)


def _curved(x: Vector) -> Vector:
    """H x."""
    return applied(loss_hessian, x, k)


def _adjoint(j: sp.Expr) -> sp.Expr:
    """delta_j = (V^T rho)_j."""
    return total(lambda a: outer[a, j] * rho[a], k)


def _bend(j: sp.Expr) -> sp.Expr:
    """D_j = delta_j s''_j."""
    return _adjoint(j) * bend[j]


def _form(x: Vector, y: Vector) -> sp.Expr:
    """x^T D y; this is v^T M v where both are W_1 v."""
    return total(lambda j: _bend(j) * x(j) * y(j), m)


def _twins(proof: Proof) -> None:
    """Jv = 0 and v^T M v != 0."""
    y = _into_units(v)
    proof.every(k, i)
    proof.every(m, j)
    proof.let(
        "columns",
        "twins $f$, $g$: $V = W_2$ has the column $p$ at both",
        outer[i, f] - twin[i],
        outer[i, g] - twin[i],
    )
    proof.let(
        "points",
        "and $a_f = a_g$, so that $s'$ and $s''$ are the same at both",
        slope[f] - slope[g],
        bend[f] - bend[g],
    )
    proof.let("image", "$W_1 v = e_f - e_g$", y(j) - _pair(j))
    proof.let("distinct", "$f \\neq g$", sp.KroneckerDelta(f, g))
    proof.follows(
        "$Jv = V S W_1 v = 0$, so that $v$ lies in $K$",
        _out(y)(i),
        sp.S.Zero,
        using={
            "image": _out(lambda j: y(j) - _pair(j))(i),
            "columns": (outer[i, f] - twin[i]) * slope[f] - (outer[i, g] - twin[i]) * slope[g],
            "points": twin[i] * (slope[f] - slope[g]),
        },
    )
    (gamma, residual), (beta, bent) = _not_zero(proof, along, "p")
    short = lambda unit: total(lambda a: (outer[a, unit] - twin[a]) * rho[a], k)  # noqa: E731
    proof.follows(
        r"By the layer formula, $v^T M v = \sum_j \delta_j s''_j (W_1 v)_j^2$, where $\delta = V^T \rho$",
        _form(y, y),
        2 * gamma * beta,
        using={
            "image": _form(lambda j: y(j) - _pair(j), y)
            + _bend(f) * (y(f) - _pair(f))
            - _bend(g) * (y(g) - _pair(g)),
            "distinct": -sp.KroneckerDelta(f, g) * (_bend(f) + _bend(g)),
            "columns": short(f) * bend[f] + short(g) * bend[g],
            "points": along * (bend[g] - bend[f]),
            "residual": 2 * residual * bend[f],
            "bent": 2 * gamma * bent,
        },
    )
    proof.fact("is not zero", sp.Ne(2 * gamma * beta, 0, evaluate=False))
    proof.cite("analytic-isolated-zeros")


def _not_zero(
    proof: Proof, out: sp.Expr, column: str
) -> tuple[tuple[sp.Symbol, sp.Expr], tuple[sp.Symbol, sp.Expr]]:
    """Let what a unit's column is to rho, and how the unit bends, not be 0; with what that makes vanish."""
    letters = []
    for name, letter, text, value in (
        ("residual", "gamma", rf"$\rho \cdot {column} = \gamma \neq 0$", out),
        ("bent", "beta", r"$s''(a_f) = \beta \neq 0$", bend[f]),
    ):
        known = None if name in proof.withdrawn else True
        symbol = sp.Symbol(letter, real=True, nonzero=known)
        proof.let(name, text, value - symbol)
        letters.append((symbol, value - symbol))
    return letters[0], letters[1]


def _rank(proof: Proof, text: str) -> None:
    """HJw is a multiple of H V e_q for W_1 w = e_q."""
    y = _into_units(w)
    proof.every(m, j)
    proof.let("unit", "$W_1 w = e_q$ for a unit $q$", y(j) - sp.KroneckerDelta(j, q))
    proof.follows(
        text,
        _curved(_out(y))(i),
        slope[q] * _curved(lambda r: outer[r, q])(i),
        using={"unit": _curved(_out(lambda j: y(j) - sp.KroneckerDelta(j, q)))(i)},
    )
    proof.cite("subspace-dimension")


def _room(proof: Proof, text: str, formula: str) -> None:
    """Integers: a < b leaves room for a + 1."""
    left_over = sp.Symbol("n", integer=True, positive=proof.let("room", formula) or None)
    proof.fact(
        text,
        sp.Ge(left_over - 1, 0, evaluate=False),
    )


def acts(proof: Proof) -> None:
    """0 < r < min(d, m): for almost every (W_1, b_1, W_2), M is not zero on K."""
    proof.over(m, f, g, q)
    _room(
        proof,
        r"The range of $W_1$ has room for $e_j$ at $r + 1$ units: the number left over is",
        r"$\min(d, m) - r = n > 0$",
    )
    proof.cite("two-subspaces")
    _twins(proof)
    _rank(
        proof,
        r"At $r$ of the units, one of the twins among them, with $\rho \cdot p \neq 0$ and $H p \neq 0$, let the $H V e_q$ be independent",
    )
    proof.cite("faddeev-leverrier", "analytic-null-set")


def acts_flat(proof: Proof) -> None:
    """r = 0, where K is everything: one unit f with W_1 v = e_f is enough."""
    y = _into_units(v)
    proof.over(m, f)
    proof.every(m, j)
    proof.let("one", "$W_1 v = e_f$", y(j) - sp.KroneckerDelta(j, f))
    (gamma, residual), (beta, bent) = _not_zero(proof, _adjoint(f), "V e_f")
    proof.follows(
        r"$v^T M v = \sum_j \delta_j s''_j (W_1 v)_j^2$, where $\delta = V^T \rho$",
        _form(y, y),
        gamma * beta,
        using={
            "one": _form(lambda j: y(j) - sp.KroneckerDelta(j, f), y) + _bend(f) * (y(f) - 1),
            "residual": residual * bend[f],
            "bent": gamma * bent,
        },
    )
    proof.fact("is not zero", sp.Ne(gamma * beta, 0, evaluate=False))
    proof.cite("analytic-isolated-zeros", "analytic-null-set")


def _kernel(proof: Proof) -> None:
    proof.every(k, i)
    proof.let("kernel", "$v \\in K$: $HJv = H V S W_1 v = 0$", _curved(_out(_into_units(v)))(i))


def _injective(proof: Proof, text: str) -> None:
    image = total(lambda a: left[c, a] * _curved(_out(_into_units(v)))(a), k)
    proof.every(d, c, o)
    through = _curved(_out(lambda j: weight[j, o]))
    inverse = total(lambda a: left[c, a] * through(a), k)
    proof.let("injective", text, inverse - sp.KroneckerDelta(c, o))
    proof.follows(
        r"Then $v = 0$, so that $K = \{0\}$",
        v[c],
        sp.S.Zero,
        using={"kernel": image, "injective": v[c] - image},
    )
    proof.cite("analytic-null-set")


def void(proof: Proof) -> None:
    """r >= m: almost every head has K = ker W_1, on which M vanishes."""
    y = _into_units(v)
    proof.every(m, j, f)
    _kernel(proof)
    through = _curved(_out(lambda j: sp.KroneckerDelta(j, f)))
    inverse = total(lambda a: left[j, a] * through(a), k)
    proof.let(
        "units",
        r"$m \leq r$: $H V S$ is injective, $Q H V S = 1$",
        inverse - sp.KroneckerDelta(j, f),
    )

    def identity(j: sp.Expr) -> sp.Expr:
        """(1 - Q H V S) y."""
        return y(j) - total(lambda a: left[j, a] * _curved(_out(y))(a), k)

    proof.follows(
        r"Then $W_1 v = 0$, and, by the layer formula, $Mv = W_1^T D W_1 v$ with $D_j = (V^T \rho)_j s''_j$",
        total(lambda j: weight[j, c] * _bend(j) * y(j), m),
        sp.S.Zero,
        using={
            "units": total(lambda j: weight[j, c] * _bend(j) * identity(j), m),
            "kernel": total(
                lambda j: (
                    weight[j, c] * _bend(j) * total(lambda a: left[j, a] * _curved(_out(y))(a), k)
                ),
                m,
            ),
        },
    )
    proof.cite("generic-ranks", "analytic-null-set")


def void_injective(proof: Proof) -> None:
    """r >= d and m >= d: almost every head has K = {0}."""
    _kernel(proof)
    _injective(proof, r"$d \leq r$ and $d \leq m$: $HJ$ is injective, $Q H J = 1$")
    proof.cite("generic-ranks")


def critical_acts(proof: Proof) -> None:
    """m > d and r' < d: for almost every critical head M is not zero on K."""
    proof.over(m, f, g, q)
    _room(
        proof,
        "Of the $d$ units at which the rows of $W_1$ are a basis, $f$ among them, this many more than $r'$ are not $f$",
        "$d - r' = n > 0$",
    )
    _twins(proof)
    both = lambda j: sp.KroneckerDelta(j, f) + sp.KroneckerDelta(j, g)  # noqa: E731
    proof.every(d, c)
    proof.let(
        "opposite",
        "the twins' rows of $W_1$ are opposite; only $m > d$ has room for $g$",
        weight[f, c] + weight[g, c],
    )
    proof.let(
        "across",
        r"the other columns of $V$ are across $\rho$: $\delta = (\rho \cdot p) (e_f + e_g)$",
        _adjoint(j) - along * both(j),
    )
    proof.follows(
        r"$J^T \rho = W_1^T S \delta = 0$: the head is critical",
        total(lambda j: weight[j, c] * slope[j] * _adjoint(j), m),
        sp.S.Zero,
        using={
            "across": total(lambda j: weight[j, c] * slope[j] * (_adjoint(j) - along * both(j)), m),
            "points": along * weight[g, c] * (slope[g] - slope[f]),
            "opposite": along * slope[f] * (weight[f, c] + weight[g, c]),
        },
    )
    _rank(proof, "At $r'$ of the other units let the $H V e_q$ be independent")
    _range(proof)
    proof.cite("critical-family", "faddeev-leverrier", "analytic-null-set")


def _range(proof: Proof) -> None:
    """rank HJ <= r' at every critical head."""
    proof.every(d, c)
    critical = total(lambda o: jacobian[o, c] * rho[o], k)
    proof.let("critical", r"$J^T \rho = 0$", critical)
    x = sp.IndexedBase("x")
    pulled = total(lambda c: x[c] * total(lambda o: jacobian[o, c] * rho[o], k), d)
    proof.follows(
        r"At every critical head the range of $J$ is across $\rho$: $\rho \cdot Jx$",
        total(lambda o: rho[o] * applied(jacobian, lambda c: x[c], d)(o), k),
        sp.S.Zero,
        using={"critical": pulled},
    )
    r = sp.Symbol("r", integer=True)
    for where, kernel, rank in (
        (r"$\rho$ lies in its range, all of $\ker H$ is across it", k - r, r - 1),
        (r"it does not, all but one dimension of $\ker H$", k - r - 1, r),
    ):
        proof.equal(
            rf"so that $\operatorname{{rank}} HJ \leq r'$, the rank of $H$ across $\rho$; where {where}",
            sp.Add(k - 1, sp.Mul(-1, kernel, evaluate=False), evaluate=False),
            rank,
        )
    proof.cite("rank-nullity", "dimension-sum", "symmetric-range")


def critical_void(proof: Proof) -> None:
    """r' >= d and m > d: almost every critical head has K = {0}; for m <= d see `saddles`."""
    _kernel(proof)
    _injective(proof, r"$d \leq r'$ and $d < m$: $HJ$ is injective, $Q H J = 1$")
    proof.cite("generic-critical-ranks", "critical-family")

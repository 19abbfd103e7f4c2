"""The derivations of 5.1: the chain rule in indexed sums, for any numbers of parameters."""

from __future__ import annotations

import sympy as sp

from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total

d, n, p, q = sp.symbols("d n p q", integer=True, positive=True)
i = sp.Symbol("i", integer=True)
"""A free index; summed ones are made by `total`."""

o, theta, eta, zeta, xi, slope, other = (
    sp.IndexedBase(name) for name in ("o", "theta", "eta", "zeta", "xi", "O", "O'")
)
"""Orbit map, parameters, directions in them, and the orbit map's Jacobian at two inputs."""


def _pushed(matrix: sp.IndexedBase, vector: sp.IndexedBase, size: sp.Expr = p) -> sp.Expr:
    return total(lambda a: matrix[i, a] * vector[a], size)


def subspace(proof: Proof) -> None:
    """V_aug is the image of a linear map."""
    rules: dict[sp.IndexedBase, Rule] = {}
    if proof.given("orbit", r"$o_x$ is differentiable at $\theta_0$, with Jacobian $O$"):
        rules[o] = lambda r: total(lambda a: slope[r, a] * eta[a], p)
    proof.rate(
        r"Along $\theta(t) = \theta_0 + t \eta$, at $t = 0$", o[i], rules, _pushed(slope, eta)
    )
    c = sp.Symbol("c")
    proof.equal(
        "Sums and multiples of such directions are again such directions",
        _pushed(slope, eta) + c * _pushed(slope, zeta),
        total(lambda a: slope[i, a] * (eta[a] + c * zeta[a]), p),
    )
    proof.cite("rank-nullity", "subspace-dimension")


def parameters(proof: Proof) -> None:
    """V_psi lies in V, and is V if D psi is onto."""
    inner = sp.IndexedBase("D")
    rules: dict[sp.IndexedBase, Rule] = {}
    if proof.let("chain", r"$\theta = \psi(\xi)$ is $C^1$ with $D = D\psi$, and $O = D o_x$"):
        rules = {
            o: lambda r: total(lambda a: slope[r, a] * theta[a], p),
            theta: constant,
        }
    through = total(lambda a: slope[i, a] * total(lambda c: inner[a, c] * xi[c], q), p)
    proof.rate(
        r"Along a curve with velocity $\theta$ in the parameters",
        o[i],
        rules,
        _pushed(slope, theta),
    )
    proof.equal(
        r"With velocity $\theta = D \xi$, a direction of $V_\psi$ is one of $V$",
        total(lambda c: total(lambda a: slope[i, a] * inner[a, c], p) * xi[c], q),
        through,
    )
    proof.let("onto", r"$D$ is onto: every $\eta$ is $D \xi$ for some $\xi$")
    gap = total(lambda a: slope[i, a] * (eta[a] - total(lambda c: inner[a, c] * xi[c], q)), p)
    proof.follows(
        r"If $D$ is onto, every direction of $V$ is one of $V_\psi$",
        _pushed(slope, eta),
        through,
        using={"onto": gap},
    )


def composition(proof: Proof) -> None:
    """V of T1 after T2 is V1 + V2, as D_x T1 is the identity at the base parameter."""
    encoder, first, second, inside = (sp.IndexedBase(s) for s in ("E", "A", "B", "X"))
    moved = sp.IndexedBase("x")
    rules: dict[sp.IndexedBase, Rule] = {}
    arrival = lambda r: total(lambda c: second[r, c] * zeta[c], q)  # noqa: E731
    if proof.let(
        "chain", r"$A = D_\theta T_1$, $X = D_x T_1$, $B = D_\theta T_2$ and $E = D\,\mathrm{enc}$"
    ):
        rules[moved] = lambda r: (
            total(lambda a: first[r, a] * eta[a], p) + total(lambda s: inside[r, s] * arrival(s), n)
        )
        rules[encoder] = constant
    both = total(lambda r: encoder[i, r] * moved[r], n)
    with_inside = total(
        lambda r: (
            encoder[i, r]
            * (
                total(lambda a: first[r, a] * eta[a], p)
                + total(lambda s: inside[r, s] * arrival(s), n)
            )
        ),
        n,
    )
    proof.rate("The composed orbit, in the directions of both parameters", both, rules, with_inside)
    proof.let("base", r"$T_1$ is the identity at its base parameter: $X = 1$")
    proof.follows(
        r"is a direction of $V_1$ plus one of $V_2$, and every such sum occurs",
        with_inside,
        total(lambda r, a: encoder[i, r] * first[r, a] * eta[a], n, p)
        + total(lambda r: encoder[i, r] * arrival(r), n),
        using={
            "base": total(
                lambda r: (
                    encoder[i, r] * (total(lambda s: inside[r, s] * arrival(s), n) - arrival(r))
                ),
                n,
            )
        },
    )


def of_z(proof: Proof) -> None:
    """If the augmentation acts on z, two inputs with one z have one tangent map."""
    acting = sp.IndexedBase("S")
    rules: dict[sp.IndexedBase, Rule] = {}
    if proof.given("orbit", r"$O$ and $O'$ are the Jacobians of the orbit maps of $x$ and $x'$"):
        rules[o] = lambda r: total(lambda a: slope[r, a] * eta[a], p)
    proof.rate("The orbit of $x$", o[i], rules, _pushed(slope, eta))
    proof.given("encoder", r"$\mathrm{enc}(x) = \mathrm{enc}(x') = z$")
    proof.given(
        "equivariant", r"$O$ is the derivative $S$ of $S_\theta(z)$ in $\theta$, at $x$'s $z$"
    )
    at_other = sp.IndexedBase("S'")
    proof.follows(
        r"With $S'$ the derivative at the representation of $x'$, which is the same $z$",
        _pushed(slope, eta),
        _pushed(other, eta),
        using={
            "equivariant": _pushed(slope, eta)
            - _pushed(acting, eta)
            - (_pushed(other, eta) - _pushed(at_other, eta)),
            "encoder": _pushed(acting, eta) - _pushed(at_other, eta),
        },
    )


def group(proof: Proof) -> None:
    """V(g z) = g V(z): xi (g z) = g (g^{-1} xi g) z, with g^{-1} xi g again in the Lie algebra."""
    g, inverse, z, algebra = (sp.IndexedBase(s) for s in ("g", "h", "z", "X"))
    proof.let("inverse", r"$h = g^{-1}$: $g h = 1$")
    moved = lambda c: total(lambda s: g[c, s] * z[s], d)  # noqa: E731
    direction = lambda r: total(lambda c: algebra[r, c] * moved(c), d)  # noqa: E731
    conjugated = lambda r: total(lambda s: inverse[r, s] * direction(s), d)  # noqa: E731
    back = total(lambda r: g[i, r] * conjugated(r), d)
    proof.follows(
        r"A tangent $X g z$ at $g z$ is $g$ applied to the tangent $(g^{-1} X g) z$ at $z$",
        direction(i),
        back,
        using={"inverse": direction(i) - back},
    )
    proof.cite("adjoint-action")


def stabiliser(proof: Proof) -> None:
    """Dim V = dim g - dim g_z: the kernel of xi -> xi z is the Lie algebra of the stabiliser."""
    basis, c, e, z, moved, flow = (sp.IndexedBase(s) for s in ("B", "c", "e", "z", "y", "F"))
    size = sp.Symbol("n_g", integer=True, positive=True)

    def image(coefficients: sp.IndexedBase, row: sp.Expr) -> sp.Expr:
        return total(lambda a, s: coefficients[a] * basis[row, s, a] * z[s], size, d)

    proof.equal(
        r"$\xi \mapsto \xi z$ is linear in the coefficients of $\xi = \sum_a c_a B_a$",
        image(c, i) + sp.Symbol("t") * image(e, i),
        total(lambda a, s: (c[a] + sp.Symbol("t") * e[a]) * basis[i, s, a] * z[s], size, d),
    )
    rules: dict[sp.IndexedBase, Rule] = {}
    if proof.let("flow", r"$y = F z$ with $F = e^{t \xi}$, so that $y' = F \xi z$"):
        rules[moved] = lambda r: total(lambda s: flow[r, s] * image(c, s), d)
    along = total(lambda s: flow[i, s] * image(c, s), d)
    proof.rate(r"The motion of $z$ by $\xi$", moved[i], rules, along)
    proof.let("kernel", r"$\xi z = 0$")
    proof.follows(
        r"If $\xi z = 0$ the motion stands still: $\xi$ lies in $\mathfrak{g}_z$; at $t = 0$, conversely",
        along,
        sp.S.Zero,
        using={"kernel": along},
    )
    dim_v, dim_z = sp.symbols("d_V d_z", integer=True, nonnegative=True)
    proof.let("count", r"the image has dimension $d_V$ and the kernel $d_z$: $d_V + d_z = n_g$")
    proof.follows(
        r"So $\dim V = \dim \mathfrak{g} - \dim \mathfrak{g}_z$",
        dim_v,
        size - dim_z,
        using={"count": dim_v + dim_z - size},
    )
    proof.cite("rank-nullity")


def semicontinuous(proof: Proof) -> None:
    """Dim V is lower semicontinuous: it is the rank of a matrix that is linear in z."""
    basis, z, w = (sp.IndexedBase(s) for s in ("B", "z", "w"))
    a = sp.Symbol("a", integer=True)
    t = sp.Symbol("t")
    column, moved = sp.IndexedBase("A"), sp.IndexedBase("A'")
    generated = lambda point: total(lambda s: basis[i, s, a] * point(s), d)  # noqa: E731
    here, change = (generated(lambda s, x=x: x[s]) for x in (z, w))
    there = generated(lambda s: z[s] + t * w[s])
    proof.let(
        "columns", r"$A$ at $z$ and $A'$ at $z + t w$ have the columns $B_a z$, $B_a (z + t w)$"
    )
    proof.follows(
        r"The entries of $A'$ are continuous in $t$, with those of $A$ as their limit",
        moved[i, a],
        column[i, a] + t * change,
        using={"columns": moved[i, a] - there - (column[i, a] - here)},
    )
    proof.cite("rank-semicontinuous")


def cone(proof: Proof) -> None:
    """One-sided parameters: the velocities form a convex cone, and it spans V."""
    rules: dict[sp.IndexedBase, Rule] = {}
    if proof.given("one-sided", r"$o_x(\theta_0 + t \eta)$ has the derivative $O \eta$ from above"):
        rules[o] = lambda r: total(lambda a: slope[r, a] * eta[a], p)
    proof.rate(
        r"In an admissible direction $\eta \in K$, at $t = 0$", o[i], rules, _pushed(slope, eta)
    )
    kappa = sp.IndexedBase("kappa")
    s, t = sp.symbols("s t", nonnegative=True)
    proof.let(
        "cone", r"$K$ is a convex cone: $\kappa = s \eta + t \zeta$ is in $K$ for $s, t \geq 0$"
    )
    proof.follows(
        "Sums and non-negative multiples of velocities are velocities",
        s * _pushed(slope, eta) + t * _pushed(slope, zeta),
        _pushed(slope, kappa),
        using={"cone": total(lambda a: slope[i, a] * (s * eta[a] + t * zeta[a] - kappa[a]), p)},
    )
    proof.let("spans", r"every direction is a difference $\xi = \eta - \zeta$ of two of $K$")
    proof.follows(
        "and every direction of $V$ is a difference of two velocities",
        _pushed(slope, xi),
        _pushed(slope, eta) - _pushed(slope, zeta),
        using={"spans": total(lambda a: slope[i, a] * (xi[a] - eta[a] + zeta[a]), p)},
    )


def discrete(proof: Proof) -> None:
    """A parameter that takes isolated values is constant on every curve, and has no velocity."""
    flip, by_flip = sp.IndexedBase("f"), sp.IndexedBase("F")
    rules: dict[sp.IndexedBase, Rule] = {theta: lambda r: eta[r]}
    if proof.let("isolated", "$f$ takes isolated values only: a continuous curve keeps it"):
        rules[flip] = constant
    rules |= {slope: constant, by_flip: constant}
    proof.rate(
        r"To first order along a curve of parameters $(\theta, f)$, whatever $F$ is",
        _pushed(slope, theta) + _pushed(by_flip, flip, q),
        rules,
        _pushed(slope, eta),
    )
    proof.cite("locally-constant")

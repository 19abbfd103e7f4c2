"""The derivations of 5.1: the chain rule in indexed sums, for any numbers of parameters."""

from __future__ import annotations

import sympy as sp

from verify.claims.derivation import Proof
from verify.symbolic.indexed import Rule, constant, total
from verify.symbolic.matrices import ATOM, Matrix, contract, forms, identity, matrix, vector

d, n, p, q = sp.symbols("d n p q", integer=True, positive=True)
i, ONLY = sp.Symbol("i", integer=True), sp.S.One
"""A free index, and the only column of a vector."""

slope = matrix("O", d, p)
eta, zeta, theta = vector(r"\eta", p), vector(r"\zeta", p), vector(r"\theta", p)
o = sp.IndexedBase("o")
"""The orbit map, its Jacobian, and directions in the parameters."""


def _along(proof: Proof, text: str, known: bool, velocity: Matrix) -> None:
    """The derivative of the orbit map along a curve, if the chain rule is known."""
    proof.over(d, i)
    rules: dict[sp.IndexedBase, Rule] = {o: lambda r: velocity.entry(r, ONLY)} if known else {}
    proof.rate(text, o[i], rules, velocity.entry(i, ONLY))


def subspace(proof: Proof) -> None:
    """V_aug is the image of a linear map."""
    smooth = proof.given("orbit", r"$o_x$ is differentiable at $\theta_0$, with Jacobian $O$")
    _along(proof, r"Along $\theta(t) = \theta_0 + t \eta$, at $t = 0$", smooth, slope @ eta)
    c = sp.Symbol("c")
    proof.equal(
        "Sums and multiples of such directions are again such directions",
        slope @ eta + c * (slope @ zeta),
        slope @ (eta + c * zeta),
    )
    proof.cite("rank-nullity", "subspace-dimension")


def parameters(proof: Proof) -> None:
    """V_psi lies in V, and is V if D psi is onto."""
    D, xi = matrix("D", p, q), vector(r"\xi", q)
    chain = proof.let("chain", r"$\theta = \psi(\xi)$ is $C^1$ with $D = D\psi$, and $O = D o_x$")
    direction = slope @ (D @ xi)
    _along(
        proof, r"Along $\psi$ of a curve with velocity $\xi$: a direction of $V$", chain, direction
    )
    proof.let("onto", r"$D$ is onto: every $\eta$ is $D \xi$ for some $\xi$", eta - D @ xi)
    proof.follows(
        r"If $D$ is onto, every direction of $V$ is one of $V_\psi$",
        slope @ eta,
        slope @ D @ xi,
        using={"onto": slope @ (eta - D @ xi)},
    )


def composition(proof: Proof) -> None:
    """V of T1 after T2 is V1 + V2, as D_x T1 is the identity at the base parameter."""
    E, A, X, B = matrix("E", d, n), matrix("A", n, p), matrix("X", n, n), matrix("B", n, q)
    later = vector(r"\zeta", q)
    chain = proof.let(
        "chain", r"$A = D_\theta T_1$, $X = D_x T_1$, $B = D_\theta T_2$ and $E = D\,\mathrm{enc}$"
    )
    moved = E @ (A @ eta + X @ B @ later)
    _along(proof, "The composed orbit, in the directions of both parameters", chain, moved)
    proof.let("base", r"$T_1$ is the identity at its base parameter: $X = 1$", X - identity(n))
    proof.follows(
        r"is a direction of $V_1$ plus one of $V_2$, and every such sum occurs",
        moved,
        E @ A @ eta + E @ B @ later,
        using={"base": E @ (X - identity(n)) @ B @ later},
    )


def of_z(proof: Proof) -> None:
    """If the augmentation acts on z, two inputs with one z have one tangent map."""
    other, S, S_other = (matrix(name, d, p) for name in ("O'", "S", "S'"))
    smooth = proof.given(
        "orbit", r"$O$ and $O'$ are the Jacobians of the orbit maps of $x$ and $x'$"
    )
    _along(proof, "The orbit of $x$", smooth, slope @ eta)
    proof.given("encoder", r"$\mathrm{enc}(x) = \mathrm{enc}(x') = z$: $S = S'$", S - S_other)
    proof.given(
        "equivariant",
        r"$O = S$ and $O' = S'$, the derivatives of $S_\theta$ in $\theta$ at the $z$ of $x$ and of $x'$",
        slope - S,
        other - S_other,
    )
    proof.follows(
        "So the tangent maps of $x$ and $x'$ are one",
        slope,
        other,
        using={"equivariant": (slope - S) - (other - S_other), "encoder": S - S_other},
    )


def group(proof: Proof) -> None:
    """V(g z) = g V(z): X (g z) = g (g^{-1} X g) z, with g^{-1} X g again in the Lie algebra."""
    g, inverse, X, z = matrix("g", d, d), matrix("g^{-1}", d, d), matrix("X", d, d), vector("z", d)
    proof.let("inverse", "$g g^{-1} = 1$", g @ inverse - identity(d))
    proof.follows(
        r"A tangent $X g z$ at $g z$ is $g$ applied to the tangent $(g^{-1} X g) z$ at $z$",
        X @ g @ z,
        g @ (inverse @ X @ g) @ z,
        using={"inverse": (identity(d) - g @ inverse) @ X @ g @ z},
    )
    proof.cite("adjoint-action")


def stabiliser(proof: Proof) -> None:
    """Dim V = dim g - dim g_z: the kernel of xi -> xi z is the Lie algebra of the stabiliser."""
    size = sp.Symbol(r"\dim \mathfrak{g}", integer=True, positive=True)
    basis, t = forms("B", size, d), sp.Symbol("t")
    c, e, z, F = vector("c", size), vector("e", size), vector("z", d), matrix("F", d, d)
    xi = contract(c, basis)
    proof.equal(
        r"$\xi \mapsto \xi z$ is linear in the coefficients of $\xi = \sum_a c_a B_a = c \cdot B$",
        xi @ z + t * (contract(e, basis) @ z),
        contract(c + t * e, basis) @ z,
    )
    flow = proof.let("flow", r"$o = F z$ with $F = e^{t \xi}$, so that $o' = F \xi z$")
    _along(proof, r"The motion of $z$ by $\xi$", flow, F @ xi @ z)
    proof.let("kernel", r"$\xi z = 0$", xi @ z)
    proof.follows(
        r"If $\xi z = 0$ the motion stands still: $\xi$ lies in $\mathfrak{g}_z$; at $t = 0$, conversely",
        F @ xi @ z,
        0 * z,
        using={"kernel": F @ (xi @ z)},
    )
    dim_v, dim_z, kernel = (
        sp.Symbol(name, integer=True, nonnegative=True)
        for name in (r"\dim \mathcal{V}", r"\dim \mathfrak{g}_z", "k")
    )
    proof.let(
        "nullity",
        r"the image $\mathcal{V}$ and the kernel, of dimension $k$: $\dim \mathcal{V} + k = \dim \mathfrak{g}$",
        dim_v + kernel - size,
    )
    proof.let("stabiliser", r"the kernel is $\mathfrak{g}_z$, as just shown", dim_z - kernel)
    proof.cite("rank-nullity")
    proof.follows(
        "So",
        dim_v,
        size - dim_z,
        using={"nullity": dim_v + kernel - size, "stabiliser": dim_z - kernel},
    )


def semicontinuous(proof: Proof) -> None:
    """Dim V is lower semicontinuous: it is the rank of a matrix that is linear in z."""
    size, t = sp.Symbol(r"\dim \mathfrak{g}", integer=True, positive=True), sp.Symbol("t")
    basis, z, w = forms("B", size, d), vector("z", d), vector("w", d)
    A, A_moved = matrix("A", d, size), matrix("A'", d, size)

    def columns(point: Matrix, name: str) -> Matrix:
        """The matrix with the columns B_a z."""

        def entry(row: sp.Expr, a: sp.Expr) -> sp.Expr:
            return total(lambda s: basis.entry(a, row, s) * point.entry(s, ONLY), d)

        return Matrix(d, size, entry, rf"\left[B_a {name}\right]", basis.norm * point.norm, ATOM)

    at, moved = columns(z, "z"), columns(z + t * w, "(z + t w)")
    proof.let(
        "columns",
        "$A$ at $z$ and $A'$ at $z + t w$ have the columns $B_a z$, $B_a (z + t w)$",
        A - at,
        A_moved - moved,
    )
    proof.follows(
        r"The entries of $A'$ are continuous in $t$, with those of $A$ as their limit",
        A_moved,
        A + t * columns(w, "w"),
        using={"columns": (A_moved - moved) - (A - at)},
    )
    proof.cite("rank-semicontinuous")


def cone(proof: Proof) -> None:
    """One-sided parameters: the velocities form a convex cone, and it spans V."""
    s, t = sp.symbols("s t", nonnegative=True)
    kappa, xi = vector(r"\kappa", p), vector(r"\xi", p)
    known = proof.given(
        "one-sided", r"$o_x(\theta_0 + t \eta)$ has the derivative $O \eta$ from above"
    )
    _along(proof, r"In an admissible direction $\eta \in K$, at $t = 0$", known, slope @ eta)
    proof.let(
        "cone",
        r"$K$ is a convex cone: $\kappa = s \eta + t \zeta$ is in $K$ for $s, t \geq 0$",
        s * eta + t * zeta - kappa,
        by="definition",
    )
    proof.follows(
        "Sums and non-negative multiples of velocities are velocities",
        s * (slope @ eta) + t * (slope @ zeta),
        slope @ kappa,
        using={"cone": slope @ (s * eta + t * zeta - kappa)},
    )
    proof.let(
        "spans",
        r"every direction is a difference $\xi = \eta - \zeta$ of two of $K$",
        xi - eta + zeta,
        by="definition",
    )
    proof.follows(
        "and every direction of $V$ is a difference of two velocities",
        slope @ xi,
        slope @ eta - slope @ zeta,
        using={"spans": slope @ (xi - eta + zeta)},
    )


def discrete(proof: Proof) -> None:
    """A parameter that takes isolated values is constant on every curve, and has no velocity."""
    F, flip = matrix("F", d, q), vector("f", q)
    rules: dict[sp.IndexedBase, Rule] = {
        sp.IndexedBase("O"): constant,
        sp.IndexedBase("F"): constant,
        sp.IndexedBase(r"\theta"): lambda r: eta.entry(r, ONLY),
    }
    if proof.let("isolated", "$f$ takes isolated values only: a continuous curve keeps it"):
        rules[sp.IndexedBase("f")] = constant
    proof.rate(
        r"To first order along a curve of parameters $(\theta, f)$, whatever $F$ is",
        (slope @ theta + F @ flip).entry(i, ONLY),
        rules,
        (slope @ eta).entry(i, ONLY),
    )
    proof.cite("locally-constant")

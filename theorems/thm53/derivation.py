"""The derivations of 5.3 for pairs of forms, for all dimensions.

A is the information of the head, I that of the representation, and V has the forbidden directions as
columns.
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theorems.thm53.bounds import LETTERS, rank_bound
from verify.claims.bounds import at_most, slack
from verify.claims.derivation import Proof
from verify.symbolic.matrices import Matrix, identity, matrix, vector

n, q, k = sp.symbols("n q k", integer=True, positive=True)
one = replace(identity(n), latex="1")
V, x, y, u = matrix("V", n, q), vector("x", n), vector("y", q), vector("u", n)
pinv = matrix("B^+", q, q, symmetric=True)
"""The pseudoinverse of B = V^T I V."""

RANK_A, RANK, DIMENSION, OVERLAP = (
    sp.Symbol(name, integer=True, nonnegative=True) for name in (r"\operatorname{rank} A", *LETTERS)
)


KERNEL, BOTH = sp.symbols("k_A s_V", integer=True, nonnegative=True)
"""dim ker A and dim (ker I + V)."""


def fisher_matrices(proof: Proof) -> tuple[Matrix, Matrix]:
    """A and I, which are symmetric."""
    symmetric = proof.given("fisher: symmetric", "$A = I_h$ and $I = I_z$ are symmetric")
    return matrix("A", n, n, symmetric=symmetric), matrix("I", n, n, symmetric=symmetric)


def _form(m: Matrix, at: Matrix) -> sp.Expr:
    """The quadratic form of a matrix at a vector."""
    return (at.T @ m @ at).scalar


def _count(proof: Proof, rest: sp.Expr, overlap: sp.Expr, **more: sp.Expr) -> None:
    """Rank A is the bound less the rest, by which ker A exceeds ker I + V; `more` vanishes as named."""
    kernel, kernel_i, both = KERNEL, sp.Symbol("k_I", integer=True, nonnegative=True), BOTH
    proof.let(
        "nullity",
        r"$\operatorname{rank} A + k_A = n = \operatorname{rank} I + k_I$",
        RANK_A + kernel - n,
        RANK + kernel_i - n,
        by="rank-nullity",
    )
    proof.let(
        "sum",
        r"$s_V = \dim(\ker I + V) = k_I + \dim V - \dim(\ker I \cap V)$",
        kernel_i + DIMENSION - OVERLAP - both,
        by="dimension-sum",
    )
    proof.cite("rank-nullity", "dimension-sum", "subspace-dimension")
    proof.follows(
        "By rank and nullity, and the dimension of a sum",
        RANK_A,
        rank_bound(RANK, DIMENSION, overlap) - rest,
        using={
            "contained": both + rest - kernel,
            "nullity": (RANK_A + kernel - n) - (RANK + kernel_i - n),
            "sum": kernel_i + DIMENSION - OVERLAP - both,
            **more,
        },
    )


def _rank_bound(proof: Proof, overlap: sp.Expr, derived: bool = False, **more: sp.Expr) -> None:
    """A vanishes on ker I + V; so its rank is at most the bound with this overlap.

    The law's hypothesis may be derived before, and is then none of the statement's.
    """
    head, info = matrix("A", n, n), matrix("I", n, n)
    proof.let("kernel", "$u$ lies in $\\ker I$: $I u = 0$", info @ u, by="any")
    c, s = (
        slack(x, by not in proof.withdrawn) for x, by in (("c", "fisher: sign"), ("s", "function"))
    )
    proof.given("fisher: sign", r"$A \succeq 0$: $u^T A u = c \geq 0$", c - _form(head, u))
    proof.given("function", r"$A \preceq I$: $u^T (I - A) u = s \geq 0$", s - _form(info - head, u))
    proof.cite("fisher-processing", "semidefinite-null-vector")
    proof.follows(
        "On the kernel of $I$ the two forms sum to",
        c + s,
        sp.S.Zero,
        using={
            "kernel": (u.T @ (info @ u)).scalar,
            "fisher: sign": c - _form(head, u),
            "function": s - _form(info - head, u),
        },
    )
    at_most(proof, "neither is negative, so both are $0$, and $A u = 0$: that of $A$", sp.S.Zero, c)
    at_most(proof, "and that of $I - A$", sp.S.Zero, s)
    proof.let(
        "absorbed",
        "$A u = 0$ for $u \\in \\ker I$, as just shown",
        head @ u,
        by="semidefinite-null-vector",
    )
    if derived:
        proof.let("law", "$A V = 0$ for $A = I_h$, as just derived", head @ V, by="steps")
    else:
        proof.given("law", "$A V = 0$", head @ V)
    proof.follows(
        r"On $\ker I + V$ therefore",
        head @ (u + V @ y),
        0 * u,
        using={"absorbed": head @ u, "law": head @ V @ y},
    )
    g = slack("g", "contained" not in proof.withdrawn)
    proof.let(
        "contained",
        r"$\ker A \supseteq \ker I + V$: $k_A = \dim \ker A$ is $s_V + g$ with $g \geq 0$",
        BOTH + g - KERNEL,
        by="subspace-dimension",
    )
    _count(proof, g, overlap, **more)
    most = rank_bound(RANK, DIMENSION, overlap)
    proof.fact("So", sp.Le(RANK_A, most, evaluate=False), at={RANK_A: most - g})


def full_bound(proof: Proof) -> None:
    """The rank bound with the intersection term."""
    _rank_bound(proof, OVERLAP)


def transversal_bound(proof: Proof, derived: bool = False) -> None:
    """The published bound where ker I and V meet in 0 only; `derived` as for every rank bound."""
    proof.given("transversal", r"$\dim(\ker I \cap V) = 0$", OVERLAP)
    _rank_bound(proof, sp.S.Zero, derived, transversal=OVERLAP)


def free_bound(proof: Proof) -> None:
    """Where V lies inside ker I the bound is rank I, and I/V = I attains it."""
    info = matrix("I", n, n)
    proof.let("inside: kernel", r"$V \subseteq \ker I$: $I V = 0$", info @ V)
    proof.follows(
        "$I/V$ is then $I$, of the rank that the bound comes to",
        shorted(info),
        info,
        using={"inside: kernel": -(info @ V) @ pinv @ V.T @ info},
    )
    proof.let("inside", r"and $\dim(\ker I \cap V) = \dim V$", OVERLAP - DIMENSION)
    _rank_bound(proof, DIMENSION, inside=OVERLAP - DIMENSION)


def shorted(info: Matrix) -> Matrix:
    """I/V = I - I V (V^T I V)^+ V^T I."""
    return info - info @ V @ pinv @ V.T @ info


def _completed(proof: Proof, info: Matrix) -> tuple[Matrix, Matrix]:
    """States I/V = R^T I R with R = 1 - V B^+ V^T I; returns R, and what Penrose makes vanish."""
    b = V.T @ info @ V
    proof.let(
        "penrose",
        "$B = V^T I V$: $B^+ B B^+ = B^+$, and $B^+$ is symmetric",
        pinv - pinv @ b @ pinv,
        by="pseudoinverse",
    )
    proof.cite("pseudoinverse")
    rest = one - V @ pinv @ V.T @ info
    penrose = info @ V @ (pinv - pinv @ b @ pinv) @ V.T @ info
    proof.follows(
        "$I/V = R^T I R$ with $R = 1 - V B^+ V^T I$",
        shorted(info),
        rest.T @ info @ rest,
        using={"penrose": penrose},
    )
    return rest, penrose


def shorted_order(proof: Proof) -> None:
    """A <= I/V, as A does not see what I/V takes from x."""
    head, info = fisher_matrices(proof)
    rest, penrose = _completed(proof, info)
    proof.given("law", "$A V = 0$", head @ V)
    s = slack("s", "function" not in proof.withdrawn)
    proof.given(
        "function",
        r"$A \preceq I$: the form of $I - A$ at $R x$ is $s \geq 0$",
        _form(info - head, rest @ x) - s,
    )
    proof.cite("fisher-processing")
    taken = pinv @ V.T @ info
    proof.follows(
        "With $R = 1 - V B^+ V^T I$, $A$ does not tell $R x$ from $x$, so that",
        x.T @ (shorted(info) - head) @ x,
        s,
        using={
            "penrose": _form(penrose, x),
            "law": -_form(head @ V @ (2 * taken) - taken.T @ V.T @ (head @ V) @ taken, x),
            "function": _form(info - head, rest @ x) - s,
        },
    )
    at_most(proof, r"which is not negative, for any $x$: $A \preceq I/V$", sp.S.Zero, s)


def attained(proof: Proof) -> None:
    """I/V lies between 0 and I and vanishes on V, and its kernel is no larger than ker I + V."""
    _, info = fisher_matrices(proof)
    rest, penrose = _completed(proof, info)
    best, kept = shorted(info), V @ pinv @ V.T @ info
    psd = "fisher: sign" not in proof.withdrawn
    c, e = slack("c", psd), slack("e", psd)
    proof.given(
        "fisher: sign",
        r"$I \succeq 0$: at $R x$ its form is $c \geq 0$, at $x - R x$ it is $e \geq 0$",
        _form(info, rest @ x) - c,
        _form(info, kept @ x) - e,
    )
    proof.follows(
        "With $R = 1 - V B^+ V^T I$",
        x.T @ best @ x,
        c,
        using={"penrose": _form(penrose, x), "fisher: sign": _form(info, rest @ x) - c},
    )
    at_most(proof, r"So $I/V \succeq 0$", sp.S.Zero, c)
    proof.follows(
        "And",
        x.T @ (info - best) @ x,
        e,
        using={"penrose": _form(penrose, x), "fisher: sign": _form(info, kept @ x) - e},
    )
    at_most(proof, r"So $I/V \preceq I$", sp.S.Zero, e)
    b = V.T @ info @ V
    proof.let("penrose: other", "$B B^+ B = B$", b - b @ pinv @ b, by="pseudoinverse")
    proof.follows(
        r"On $V$ the form of $I/V$ vanishes, and so does $I/V$",
        (V @ y).T @ best @ (V @ y),
        sp.S.Zero,
        using={"penrose: other": _form(b - b @ pinv @ b, y)},
    )
    proof.let("kernel", r"$u$ lies in $\ker I$: $I u = 0$", info @ u, by="definition")
    proof.follows(
        "On $\\ker I$ as well",
        best @ u,
        0 * u,
        using={"kernel": (one - info @ V @ pinv @ V.T) @ (info @ u)},
    )
    w = vector("w", n)
    proof.let("null", "let $(I/V) w = 0$", best @ w)
    proof.follows(
        "Conversely, the form of $I$ at $R w$ vanishes then, so that $R w$ lies in $\\ker I$",
        (rest @ w).T @ info @ (rest @ w),
        sp.S.Zero,
        using={"null": ((rest @ w).T @ (best @ w)).scalar},
    )
    proof.equal("and $w$ in $\\ker I + V$, as", rest @ w + kept @ w, w)
    proof.cite("semidefinite-null-vector")
    proof.let(
        "contained",
        r"so $\ker A = \ker I + V$ for $A = I/V$: $k_A = \dim \ker A$ is $s_V$",
        BOTH - KERNEL,
        by="subspace-dimension",
    )
    _count(proof, sp.S.Zero, OVERLAP)

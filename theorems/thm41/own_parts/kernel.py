"""When G + tM has a negative eigenvalue for all small t > 0, for a PSD G."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import sympy as sp
from flint import fmpq, fmpq_mat
from hypothesis import strategies as st

from theorems.thm41.notation import G, M, d
from theorems.thm41.own_parts.states import integers, loss_hessian
from verify.claims.check import Arithmetic
from verify.claims.declare import mutant_check, proof, property_check, section
from verify.claims.derivation import Proof
from verify.claims.property import Claim, Vacuous
from verify.numeric.rational import Rows, diagonal, is_zero, kernel, matrix, rows, signs
from verify.symbolic.matrices import Matrix, vector

t = sp.Symbol("t", positive=True)


def sufficient(proof: Proof) -> None:
    """Either condition makes G + tM negative somewhere, for every t > 0."""
    v = vector("v", d)
    proof.let("kernel", r"$v \in K = \ker G$", G @ v)
    c = sp.Symbol("c", positive="negative" not in proof.withdrawn or None)
    proof.let("negative", "first condition: $v^T M v = -c < 0$", (v.T @ M @ v).scalar + c)
    proof.follows(
        "At $v$ the form of $G + tM$",
        v.T @ (G + t * M) @ v,
        -t * c,
        using={"kernel": (v.T @ (G @ v)).scalar, "negative": t * ((v.T @ M @ v).scalar + c)},
    )
    proof.fact("is negative", sp.Lt(-t * c, 0, evaluate=False))
    u = vector("u", d)
    proof.let("null", "second condition: $u^T M u = 0$ for a $u \\in K$", u.T @ M @ u, G @ u)
    proof.let("image", "and $Mu = w$", M @ u - vector("w", d))
    beside_kernel(proof, G + t * M, t)
    moved = proof.let("moved", "$w \\neq 0$: $|w|^2 = n > 0$; the bracket is $e$ in modulus")
    falls(proof, t, moved)
    proof.cite("rayleigh")


def beside_kernel(proof: Proof, pencil: Matrix, t: sp.Expr) -> None:
    """The form of G + tM at u - eps w, or u + eps w if t < 0, where Gu = 0, u.Mu = 0 and Mu = w."""
    eps, u, w = sp.Symbol("epsilon", positive=True), vector("u", d), vector("w", d)
    along, step = (u - eps * w, eps) if t.is_positive else (u + eps * w, -eps)
    proof.follows(
        f"At ${along.latex}$ the form of ${pencil.latex}$",
        along.T @ pencil @ along,
        -2 * step * t * (w.T @ w) + eps**2 * (w.T @ pencil @ w),
        using={
            "null": (u - 2 * step * w).T @ (G @ u) + t * (u.T @ M @ u),
            "image": -2 * step * t * (w.T @ (M @ u - w)),
        },
    )


def falls(proof: Proof, t: sp.Expr, moved: bool) -> None:
    """-2 eps t n + eps^2 e < 0 for a small eps."""
    n, e = sp.Symbol("n", positive=moved or None), sp.Symbol("e", nonnegative=True)
    eps = sp.Symbol("epsilon", positive=True)
    most, step = -2 * eps * t * n + eps**2 * e, t * n / (t * n + e)
    least = sp.factor(most.subs(eps, step))
    proof.fact(
        rf"is at most ${sp.latex(most)}$, negative at $\epsilon = {sp.latex(step)}$",
        sp.Lt(least, 0, evaluate=False),
    )


def necessary(proof: Proof) -> None:
    """If neither condition holds, G + tM >= 0 for all t below an explicit t_0 > 0.

    If M is positive definite on K, then n = 0 and G + tM is positive definite.
    """
    n, a, b = (vector(name, d) for name in "nab")
    proof.let("kernel", r"$n, a \in K = \ker G$", G @ n, G @ a)
    proof.let(
        "neither",
        r"$M|_K \succeq 0$ and $Mn = 0$ on its kernel (else a condition holds); $n$ lies in that kernel, $a$ in its complement in $K$, $b$ in $K^\perp$",
        M @ n,
    )
    proof.follows(
        "The form of $G + tM$ at $n + a + b$",
        (n + a + b).T @ (G + t * M) @ (n + a + b),
        b.T @ G @ b + t * (a.T @ M @ a + 2 * (a.T @ M @ b) + b.T @ M @ b),
        using={
            "kernel": (n + a + 2 * b).T @ (G @ (n + a)),
            "neither": t * ((n + 2 * a + 2 * b).T @ (M @ n)),
        },
    )
    proof.cite("semidefinite-gap", "cauchy-schwarz", "operator-norm")
    positive = proof.let(
        "gaps",
        r"$b^T G b \geq \gamma |b|^2$ and $a^T M a \geq \mu |a|^2$ with $\gamma, \mu > 0$; $|M| \leq \nu$",
    )
    gamma, mu = sp.symbols("gamma mu", positive=positive or None)
    nu = sp.Symbol("nu", positive=True)
    x, y = sp.symbols("x y", nonnegative=True)
    remainder = gamma - t * nu * (1 + nu / mu)
    proof.equal(
        r"With $|a| = x$, $|b| = y$ the form is at least a square and a multiple of $y^2$",
        gamma * y**2 + t * (mu * x**2 - 2 * nu * x * y - nu * y**2),
        t * mu * (x - nu * y / mu) ** 2 + remainder * y**2,
    )
    proof.equal(
        r"At $t = t_0 = \gamma \mu / (\nu (\mu + \nu))$ the multiple vanishes",
        remainder.subs(t, gamma * mu / (nu * (mu + nu))),
        sp.S.Zero,
    )
    smaller = sp.Symbol("q", positive=True)
    below = gamma * mu / (nu * (mu + nu)) / (1 + smaller)
    left = sp.factor(sp.cancel(remainder.subs(t, below)))
    proof.fact(
        r"At $t = t_0 / (1 + q) < t_0$ the multiple is positive, and so is that of the square: the form is not negative, and vanishes only where $a = b = 0$ (nowhere but at 0, if $M|_K \succ 0$)",
        sp.And(
            sp.Gt(left, 0, evaluate=False), sp.Gt(below * mu, 0, evaluate=False), evaluate=False
        ),
    )


# --- random cases -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pencil:
    """A positive semidefinite G and a symmetric M, both (d, d), held row by row as literals."""

    g_rows: Annotated[Rows, "$G$"]
    m_rows: Annotated[Rows, "$M$"]

    @property
    def g(self) -> fmpq_mat:
        """G."""
        return matrix(self.g_rows)

    @property
    def m(self) -> fmpq_mat:
        """M."""
        return matrix(self.m_rows)


def pencil(g: fmpq_mat, m: fmpq_mat) -> Pencil:
    """A pencil from matrices."""
    return Pencil(rows(g), rows(m))


SMALL = fmpq(1, 2**200)
"""Decides the sign for all small t > 0: the coefficients of det(x - G - tM) are polynomials in t
with integer coefficients below 2^100 at the entries drawn here, so their non-zero roots exceed
2^-101 in modulus (Cauchy's bound)."""


@st.composite
def pencils(draw: st.DrawFn, shift: int = 0) -> Pencil:
    """Small integer pencils, many of them degenerate; M is drawn around `shift` times the identity."""
    d_ = draw(st.integers(1, 4))
    factor, upper = draw(integers(d_ * d_, 1)), draw(integers(d_ * d_, 2))
    kept = draw(st.lists(st.integers(0, 1), min_size=d_, max_size=d_))
    m_rows = [[upper[min(r, c) * d_ + max(r, c)] for c in range(d_)] for r in range(d_)]
    return pencil(loss_hessian(d_, factor, kept), matrix(m_rows) + diagonal([shift] * d_))


def conditions(case: Pencil) -> tuple[bool, bool]:
    """Whether some v in K has v.Mv < 0; and whether one has v.Mv = 0 and Mv != 0 (M|_K >= 0)."""
    basis = kernel(case.g)
    on_kernel = basis.transpose() * case.m * basis
    if signs(on_kernel).negative:
        return True, False
    return False, not is_zero(case.m * basis * kernel(on_kernel))


def criterion_violation(case: Pencil, second: bool = True) -> float:
    """0 if the criterion and the sign of G + tM at small t agree, else infinite."""
    first, degenerate = conditions(case)
    predicted = first or (second and degenerate)
    found = signs(case.g + SMALL * case.m).negative > 0
    return 0.0 if predicted is found else math.inf


CRITERION = Claim(
    r"$\lambda_{\min}(G + tM) < 0$ for all small $t > 0$ if and only if some $v \in \ker G$ has $v^T M v < 0$, or $v^T M v = 0$ and $Mv \neq 0$",
    pencils,
    criterion_violation,
    arithmetic=Arithmetic.EXACT,
)

SWAP = pencil(diagonal([1, 0]), matrix([[0, 1], [1, 0]]))
"""v.Mv = 0 and Mv != 0 at v = e2."""

FIRST_ONLY = CRITERION.mutant(
    r"$\lambda_{\min}(G + tM) < 0$ for all small $t > 0$ if and only if some $v \in \ker G$ has $v^T M v < 0$",
    (SWAP,),
    second=False,
)


def definite_violation(case: Pencil, size: int = 0) -> float:
    """0 if M positive definite on ker G makes G + tM positive definite, else infinite.

    Args:
        case: the pencil.
        size: t; 0 stands for all small t.

    Raises:
        Vacuous: if M is not positive definite on ker G, or ker G is trivial.
    """
    basis = kernel(case.g)
    if not basis.ncols() or signs(basis.transpose() * case.m * basis).positive < basis.ncols():
        raise Vacuous
    found = signs(case.g + (size or SMALL) * case.m)
    return 0.0 if found.positive == case.g.nrows() else math.inf


DEFINITE = Claim(
    r"$M|_K \succ 0$ makes $G + tM \succ 0$ for all small $t > 0$",
    partial(pencils, shift=1),
    definite_violation,
    arithmetic=Arithmetic.EXACT,
)

FAR = pencil(diagonal([1, 0]), matrix([[0, 2], [2, 1]]))
"""M|_K = 1 > 0 and det(G + M) = -3."""

ANY_SIZE = DEFINITE.mutant(r"$M|_K \succ 0$ makes $G + M \succ 0$ at any $\rho$", (FAR,), size=1)


CHECKS = section(
    "thm41.kernel",
    *proof("sufficient", "Either condition makes $G + tM$ negative, for every $t > 0$", sufficient),
    *proof(
        "necessary",
        r"If neither holds, $G + tM \succeq 0$ below an explicit $t_0 > 0$",
        necessary,
    ),
    property_check("property", "The criterion on exact pencils", CRITERION),
    property_check(
        "definite", r"$M|_K \succ 0$ is stable at small $t$, on exact pencils", DEFINITE
    ),
    mutant_check("first-only", FIRST_ONLY),
    mutant_check("any-size", ANY_SIZE),
    part="kernel",
)

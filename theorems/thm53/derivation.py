"""The derivations of 5.3. Forms are indexed sums, so that every dimension is a symbol.

A is the information of the head, I that of the representation, V has the forbidden directions as
columns, and B = V^T I V.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from verify.claims.derivation import Proof
from verify.symbolic.indexed import total

n, q, k = sp.symbols("n q k", integer=True, positive=True)
i = sp.Symbol("i", integer=True)
"""A free index; summed ones are made by `total`."""

head, info, gram, inverse = (sp.IndexedBase(name) for name in ("A", "I", "B", "P"))
v, x, y, w = (sp.IndexedBase(name) for name in ("V", "x", "y", "w"))


Vector = Callable[[sp.Expr], sp.Expr]


def form(matrix: sp.IndexedBase, left: Vector, right: Vector, size: sp.Expr = n) -> sp.Expr:
    """The bilinear form of a matrix at two vectors, of this size."""
    return total(lambda a, b: left(a) * matrix[a, b] * right(b), size, size)


def applied(matrix: sp.IndexedBase, vector: Vector, size: sp.Expr) -> Vector:
    """A matrix applied to a vector of this size."""
    return lambda r: total(lambda c: matrix[r, c] * vector(c), size)


def entries(vector: sp.IndexedBase) -> Vector:
    """A vector given by its entries."""
    return lambda r: vector[r]


def _symmetric(proof: Proof) -> None:
    """Both Fisher matrices are symmetric."""
    if proof.given("fisher: symmetric", "$A = I_h$ and $I = I_z$ are symmetric"):
        proof.symmetric = frozenset({head, info, gram, inverse})


def _vanishing_on(proof: Proof, x: Vector) -> None:
    """At an x in ker I the form of A vanishes: it is neither negative nor positive."""
    positive = proof.given("fisher: sign", r"$A \succeq 0$: its form at $x$ is some $c \geq 0$")
    smaller = proof.given(
        "function", r"$A \preceq I$: the form of $I - A$ at $x$ is some $s \geq 0$"
    )
    proof.let("kernel", "$x$ lies in $\\ker I$: $x^T I x = 0$")
    proof.cite("fisher-processing")
    c, s = (sp.Symbol(a, nonnegative=b or None) for a, b in (("c", positive), ("s", smaller)))
    form_a, form_i = form(head, x, x), form(info, x, x)
    proof.follows(
        "On the kernel of $I$ the form of $A$",
        form_a,
        -s,
        using={"kernel": form_i, "function": -(form_i - form_a - s)},
    )
    proof.fact("is not positive", sp.Le(-s, 0, evaluate=False), bool((-s).is_nonpositive))
    proof.follows("and as the form of $A$ it", form_a, c, using={"fisher: sign": form_a - c})
    proof.fact("is not negative", sp.Ge(c, 0, evaluate=False), bool(c.is_nonnegative))
    proof.cite("semidefinite-null-vector")


def _rank_bound(proof: Proof, overlap: sp.Expr, derived: bool = False, **more: sp.Expr) -> None:
    """ker A contains ker I + V; then the dimensions are counted.

    Args:
        proof: the record.
        overlap: dim(ker I and V) in the bound.
        derived: whether the law's hypothesis was derived before, and is not one of the statement's.
        more: by name of a further hypothesis, what it makes vanish in the count.
    """
    u = sp.IndexedBase("u")
    _vanishing_on(proof, entries(u))
    proof.let("absorbed", "for $u \\in \\ker I$, $A u = 0$ by the lemma")
    if derived:
        proof.let("law", "$A V = 0$, as just derived")
    else:
        proof.given("law", "$A V = 0$")
    au = applied(head, entries(u), n)(i)
    avy = total(lambda b: total(lambda a: head[i, a] * v[a, b], n) * y[b], q)
    proof.follows(
        r"So $\ker A$ contains $\ker I + V$",
        total(lambda a: head[i, a] * (u[a] + total(lambda b: v[a, b] * y[b], q)), n),
        sp.S.Zero,
        using={"absorbed": au, "law": avy},
    )
    ra, ri, dv, qo = sp.symbols("r_A r_I d_V d_0", integer=True, nonnegative=True)
    contained = proof.let(
        "contained",
        r"$\dim \ker A = n - r_A$ exceeds $\dim(\ker I + V) = (n - r_I) + d_V - d_0$ by some $g \geq "
        "0$",
    )
    g = sp.Symbol("g", nonnegative=contained or None)
    count = (n - ra) - ((n - ri) + dv - qo) - g
    proof.follows(
        r"With $d_V = \dim V$ and $d_0 = \dim(\ker I \cap V)$, rank $r_A$ less the bound",
        ra - (ri - dv + overlap),
        -g,
        using={"contained": -count, **more},
    )
    proof.fact("is not positive", sp.Le(-g, 0, evaluate=False), bool((-g).is_nonpositive))
    proof.cite("rank-nullity", "dimension-sum", "subspace-dimension")


def rank_bound(proof: Proof) -> None:
    """Rank A <= rank I - dim V + dim(ker I and V)."""
    _rank_bound(proof, sp.Symbol("d_0", integer=True, nonnegative=True))


def transversal_bound(proof: Proof, derived: bool = False) -> None:
    """The published bound where ker I and V meet in 0 only; `derived` as for every rank bound."""
    proof.given("transversal", "$d_0 = 0$")
    d0 = sp.Symbol("d_0", integer=True, nonnegative=True)
    _rank_bound(proof, sp.S.Zero, derived, transversal=d0)


def free_bound(proof: Proof) -> None:
    """Where V lies inside ker I the bound is rank I, and A = I attains it."""
    dv, d0 = sp.symbols("d_V d_0", integer=True, nonnegative=True)
    proof.let("inside", r"$V \subseteq \ker I$: $d_0 = d_V$, and $I V = 0$")
    _rank_bound(proof, dv, inside=-(dv - d0))
    ivy = total(lambda b: total(lambda a: info[i, a] * v[a, b], n) * y[b], q)
    proof.follows(
        "$A = I$ vanishes on $V$, and has its rank", ivy, sp.S.Zero, using={"inside": ivy}
    )


def _completed(proof: Proof) -> sp.Expr:
    """The form of I at x - V y = P V^T I x, is that of the shorted operator; returns it."""
    vy = applied(v, entries(y), q)
    proof.equal(
        r"The form of $I$ at $x - Vy$, for any $y$",
        form(info, lambda r: x[r] - vy(r), lambda r: x[r] - vy(r)),
        form(info, entries(x), entries(x)) - 2 * form(info, entries(x), vy) + form(info, vy, vy),
    )
    proof.let("blocks", "$w = V^T I x$ and $B = V^T I V$")
    cross = total(lambda b: w[b] * y[b], q)
    quadratic = form(gram, entries(y), entries(y), q)
    expanded = form(info, entries(x), entries(x)) - 2 * cross + quadratic
    proof.follows(
        "In blocks",
        form(info, entries(x), entries(x)) - 2 * form(info, entries(x), vy) + form(info, vy, vy),
        expanded,
        using={"blocks": 2 * (cross - form(info, entries(x), vy)) + form(info, vy, vy) - quadratic},
    )
    proof.let("penrose", "$P = B^+$ is symmetric with $P B P = P$")
    proof.cite("pseudoinverse")
    pw = applied(inverse, entries(w), q)
    pbp = form(gram, pw, pw, q)
    shorted = form(info, entries(x), entries(x)) - form(inverse, entries(w), entries(w), q)
    proof.follows(
        r"At $y = P w$ this is the form of $I/V$",
        form(info, entries(x), entries(x))
        - 2 * total(lambda b: w[b] * pw(b), q)
        + form(gram, pw, pw, q),
        shorted,
        using={"penrose": pbp - form(inverse, entries(w), entries(w), q)},
    )
    return shorted


def shorted_order(proof: Proof) -> None:
    """A <= I/V: A does not see Vy, so that y may be chosen to make I smallest."""
    _symmetric(proof)
    proof.given("law", "$A V = 0$")
    vy = applied(v, entries(y), q)
    shifted: Vector = lambda r: x[r] - vy(r)  # noqa: E731

    def unseen(left: Vector) -> sp.Expr:
        return total(lambda a, b: left(a) * total(lambda c: head[a, c] * v[c, b], n) * y[b], n, q)

    proof.follows(
        r"$A$ does not see $V y$",
        form(head, entries(x), entries(x)),
        form(head, shifted, shifted),
        using={"law": 2 * unseen(entries(x)) - unseen(vy)},
    )
    smaller = proof.given(
        "function", r"$A \preceq I$: the form of $I - A$ at $x - Vy$ is some $s \geq 0$"
    )
    proof.cite("fisher-processing")
    s = sp.Symbol("s", nonnegative=smaller or None)
    proof.follows(
        r"and at $x - Vy$ the form of $A$ exceeds that of $I$ by $-s$",
        form(head, shifted, shifted) - form(info, shifted, shifted),
        -s,
        using={"function": -(form(info, shifted, shifted) - form(head, shifted, shifted) - s)},
    )
    proof.fact("which is not positive", sp.Le(-s, 0, evaluate=False), bool((-s).is_nonpositive))
    _completed(proof)


def attained(proof: Proof) -> None:
    """I/V lies below I, vanishes on V, and its kernel is no larger than ker I + V."""
    _symmetric(proof)
    shorted = _completed(proof)
    psd = proof.given("fisher: sign", r"$I \succeq 0$: its form at $x - V P w$ is some $c \geq 0$")
    c = sp.Symbol("c", nonnegative=psd or None)
    proof.follows("That is", shorted, c, using={"fisher: sign": shorted - c})
    proof.fact(r"So $I/V \succeq 0$", sp.Ge(c, 0, evaluate=False), bool(c.is_nonnegative))
    gap = proof.let(
        "sign of P", r"$P \succeq 0$ as $B \succeq 0$: its form at $w$ is some $e \geq 0$"
    )
    e = sp.Symbol("e", nonnegative=gap or None)
    proof.follows(
        r"The form of $I$ less that of $I/V$",
        form(info, entries(x), entries(x)) - shorted,
        e,
        using={"sign of P": form(inverse, entries(w), entries(w), q) - e},
    )
    proof.fact(r"So $I/V \preceq I$", sp.Ge(e, 0, evaluate=False), bool(e.is_nonnegative))
    proof.let("penrose: other", "$B P B = B$")
    by = applied(gram, entries(y), q)
    proof.follows(
        r"At $x = V y$, where $w = B y$ and $x^T I x = y^T B y$, the form of $I/V$ vanishes",
        form(gram, entries(y), entries(y), q) - form(inverse, by, by, q),
        sp.S.Zero,
        using={"penrose: other": form(gram, entries(y), entries(y), q) - form(inverse, by, by, q)},
    )
    u = sp.IndexedBase("u")
    proof.let("kernel", r"$u$ lies in $\ker I$: $I u = 0$")
    iu = applied(info, entries(u), n)
    viu = lambda c: total(lambda a: v[a, c] * iu(a), n)  # noqa: E731
    pviu = applied(inverse, viu, q)
    proof.follows(
        "and at $u$, where $w = V^T I u$",
        form(info, entries(u), entries(u)) - form(inverse, viu, viu, q),
        sp.S.Zero,
        using={"kernel": total(lambda a: (u[a] - applied(v, pviu, q)(a)) * iu(a), n)},
    )
    proof.let("null", "$x$ lies in $\\ker I/V$, so the form of $I/V$ vanishes at it")
    pw = applied(inverse, entries(w), q)
    proof.follows(
        r"There the form of $I$ at $x - V P w$, as expanded above, vanishes",
        form(info, entries(x), entries(x))
        - 2 * total(lambda b: w[b] * pw(b), q)
        + form(gram, pw, pw, q),
        sp.S.Zero,
        using={
            "penrose": form(gram, pw, pw, q) - form(inverse, entries(w), entries(w), q),
            "null": shorted,
        },
    )
    proof.cite("semidefinite-null-vector")
    ri, dv, d0 = sp.symbols("r_I d_V d_0", integer=True, nonnegative=True)
    ra = sp.Symbol("r_A", integer=True, nonnegative=True)
    proof.let(
        "count",
        r"$x = (x - V P w) + V P w$, so that $\ker I/V = \ker I + V$: $n - r_A = (n - r_I) + d_V - d_0$",
    )
    proof.follows(
        "So its rank is the bound",
        ra,
        ri - dv + d0,
        using={"count": -((n - ra) - ((n - ri) + dv - d0))},
    )
    proof.cite("rank-nullity", "dimension-sum")

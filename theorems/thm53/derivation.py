"""The derivations of 5.3. Forms are indexed sums, so that every dimension is a symbol.

A is the information of the head, I that of the representation, V has the forbidden directions as
columns, and B = V^T I V.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from verify.symbolic.derivation import Proof
from verify.symbolic.indexed import total

n, q, k = sp.symbols("n q k", integer=True, positive=True)
i = sp.Symbol("i", integer=True)
"""A free index; summed ones are made by `total`."""

head, info, gram, inverse = (sp.IndexedBase(name) for name in ("A", "I", "B", "P"))
v, x, y, w = (sp.IndexedBase(name) for name in ("V", "x", "y", "w"))

PSD_KERNEL = "a positive semidefinite matrix sends to 0 every vector at which its form is 0"
RANK_NULLITY = "rank-nullity"
GRASSMANN = "the dimension formula for the sum of two subspaces"
PROCESSING = "data processing: the Fisher matrix of a function of z lies below that of z"
PENROSE = "every symmetric matrix has a symmetric pseudoinverse, semidefinite if it is"
SIZES = "a subspace has at most the dimension of a space that contains it"

Vector = Callable[[sp.Expr], sp.Expr]


def _form(matrix: sp.IndexedBase, left: Vector, right: Vector, size: sp.Expr = n) -> sp.Expr:
    return total(lambda a, b: left(a) * matrix[a, b] * right(b), size, size)


def _applied(matrix: sp.IndexedBase, vector: Vector, size: sp.Expr) -> Vector:
    return lambda r: total(lambda c: matrix[r, c] * vector(c), size)


def _at(vector: sp.IndexedBase) -> Vector:
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
    proof.cite(PROCESSING)
    c, s = (sp.Symbol(a, nonnegative=b or None) for a, b in (("c", positive), ("s", smaller)))
    form_a, form_i = _form(head, x, x), _form(info, x, x)
    proof.follows(
        "On the kernel of $I$ the form of $A$",
        form_a,
        -s,
        using={"kernel": form_i, "function": -(form_i - form_a - s)},
    )
    proof.fact("is not positive", sp.Le(-s, 0, evaluate=False), bool((-s).is_nonpositive))
    proof.follows("and as the form of $A$ it", form_a, c, using={"fisher: sign": form_a - c})
    proof.fact("is not negative", sp.Ge(c, 0, evaluate=False), bool(c.is_nonnegative))
    proof.cite(PSD_KERNEL)


def _rank_bound(proof: Proof, overlap: sp.Expr, **more: sp.Expr) -> None:
    """ker A contains ker I + V; then the dimensions are counted.

    Args:
        proof: the record.
        overlap: dim(ker I and V) in the bound.
        more: by name of a further hypothesis, what it makes vanish in the count.
    """
    u = sp.IndexedBase("u")
    _vanishing_on(proof, _at(u))
    proof.let("absorbed", "for $u \\in \\ker I$, $A u = 0$ by the lemma")
    proof.given("law", "$A V = 0$")
    au = _applied(head, _at(u), n)(i)
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
    for lemma in (RANK_NULLITY, GRASSMANN, SIZES):
        proof.cite(lemma)


def rank_bound(proof: Proof) -> None:
    """Rank A <= rank I - dim V + dim(ker I and V)."""
    _rank_bound(proof, sp.Symbol("d_0", integer=True, nonnegative=True))


def transversal_bound(proof: Proof) -> None:
    """The published bound where ker I and V meet in 0 only."""
    proof.given("transversal", "$d_0 = 0$")
    _rank_bound(proof, sp.S.Zero, transversal=sp.Symbol("d_0", integer=True, nonnegative=True))


def free_bound(proof: Proof) -> None:
    """Where V lies inside ker I the bound is rank I, and A = I attains it."""
    dv, d0 = sp.symbols("d_V d_0", integer=True, nonnegative=True)
    proof.let("inside", r"$V \subseteq \ker I$: $d_0 = d_V$, and $I V = 0$")
    _rank_bound(proof, dv, inside=-(dv - d0))
    ivy = total(lambda b: total(lambda a: info[i, a] * v[a, b], n) * y[b], q)
    proof.follows(
        "$A = I$ vanishes on $V$, and has its rank", ivy, sp.S.Zero, using={"inside": ivy}
    )


def _completed(proof: Proof, at: Vector) -> sp.Expr:
    """The form of I at x - V y = P V^T I x, is that of the shorted operator; returns it."""
    vy = _applied(v, _at(y), q)
    proof.equal(
        r"The form of $I$ at $x - Vy$, for any $y$",
        _form(info, lambda r: x[r] - vy(r), lambda r: x[r] - vy(r)),
        _form(info, _at(x), _at(x)) - 2 * _form(info, _at(x), vy) + _form(info, vy, vy),
    )
    proof.let("blocks", "$w = V^T I x$ and $B = V^T I V$")
    cross = total(lambda b: w[b] * y[b], q)
    quadratic = _form(gram, _at(y), _at(y), q)
    expanded = _form(info, _at(x), _at(x)) - 2 * cross + quadratic
    proof.follows(
        "In blocks",
        _form(info, _at(x), _at(x)) - 2 * _form(info, _at(x), vy) + _form(info, vy, vy),
        expanded,
        using={"blocks": 2 * (cross - _form(info, _at(x), vy)) + _form(info, vy, vy) - quadratic},
    )
    proof.let("penrose", "$P = B^+$ is symmetric with $P B P = P$")
    proof.cite(PENROSE)
    pw = _applied(inverse, _at(w), q)
    pbp = _form(gram, pw, pw, q)
    shorted = _form(info, _at(x), _at(x)) - _form(inverse, _at(w), _at(w), q)
    proof.follows(
        r"At $y = P w$ this is the form of $I/V$",
        _form(info, _at(x), _at(x)) - 2 * total(lambda b: w[b] * pw(b), q) + _form(gram, pw, pw, q),
        shorted,
        using={"penrose": pbp - _form(inverse, _at(w), _at(w), q)},
    )
    return shorted


def shorted_order(proof: Proof) -> None:
    """A <= I/V: A does not see Vy, so that y may be chosen to make I smallest."""
    _symmetric(proof)
    proof.given("law", "$A V = 0$")
    vy = _applied(v, _at(y), q)
    shifted: Vector = lambda r: x[r] - vy(r)  # noqa: E731

    def unseen(left: Vector) -> sp.Expr:
        return total(lambda a, b: left(a) * total(lambda c: head[a, c] * v[c, b], n) * y[b], n, q)

    proof.follows(
        r"$A$ does not see $V y$",
        _form(head, _at(x), _at(x)),
        _form(head, shifted, shifted),
        using={"law": 2 * unseen(_at(x)) - unseen(vy)},
    )
    smaller = proof.given(
        "function", r"$A \preceq I$: the form of $I - A$ at $x - Vy$ is some $s \geq 0$"
    )
    proof.cite(PROCESSING)
    s = sp.Symbol("s", nonnegative=smaller or None)
    proof.follows(
        r"and at $x - Vy$ the form of $A$ exceeds that of $I$ by $-s$",
        _form(head, shifted, shifted) - _form(info, shifted, shifted),
        -s,
        using={"function": -(_form(info, shifted, shifted) - _form(head, shifted, shifted) - s)},
    )
    proof.fact("which is not positive", sp.Le(-s, 0, evaluate=False), bool((-s).is_nonpositive))
    _completed(proof, _at(x))


def attained(proof: Proof) -> None:
    """I/V lies below I, vanishes on V, and its kernel is no larger than ker I + V."""
    _symmetric(proof)
    shorted = _completed(proof, _at(x))
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
        _form(info, _at(x), _at(x)) - shorted,
        e,
        using={"sign of P": _form(inverse, _at(w), _at(w), q) - e},
    )
    proof.fact(r"So $I/V \preceq I$", sp.Ge(e, 0, evaluate=False), bool(e.is_nonnegative))
    proof.let("penrose: other", "$B P B = B$")
    by = _applied(gram, _at(y), q)
    proof.follows(
        r"At $x = V y$, where $w = B y$ and $x^T I x = y^T B y$, the form of $I/V$ vanishes",
        _form(gram, _at(y), _at(y), q) - _form(inverse, by, by, q),
        sp.S.Zero,
        using={"penrose: other": _form(gram, _at(y), _at(y), q) - _form(inverse, by, by, q)},
    )
    proof.cite(PSD_KERNEL)
    proof.cite(
        "where the form of I/V at x vanishes, so does that of I at x - V P w; hence x - V P w lies in "
        "ker I, and the kernel of I/V is ker I + V exactly"
    )
    ri, dv, d0 = sp.symbols("r_I d_V d_0", integer=True, nonnegative=True)
    ra = sp.Symbol("r_A", integer=True, nonnegative=True)
    proof.let("kernel", r"$n - r_A = (n - r_I) + d_V - d_0$")
    proof.follows(
        "So its rank is the bound",
        ra,
        ri - dv + d0,
        using={"kernel": -((n - ra) - ((n - ri) + dv - d0))},
    )
    proof.cite(RANK_NULLITY)
    proof.cite(GRASSMANN)


def gaussian(proof: Proof) -> None:
    """I_h = I_z/V for z ~ N(theta, Sigma), h = Pz: the least of the forms is attained at A's own.

    Here P is the head's matrix p, S = (p Sigma p^T)^{-1}, f = S p x and g = p^T f.
    """
    p, sigma, f, g = (sp.IndexedBase(name) for name in ("p", "Sigma", "f", "g"))
    proof.symmetric = frozenset({sigma, info})
    proof.cite("the Fisher information of N(m(theta), C) about theta is Dm^T C^{-1} Dm")
    px = _applied(p, _at(x), n)
    proof.let("kernel", "$p V = 0$")
    vanishing = total(lambda c: total(lambda a: p[i, a] * v[a, c], n) * y[c], q)
    proof.follows(
        "$I_h V = 0$, since $p V = 0$",
        total(lambda a: p[i, a] * total(lambda c: v[a, c] * y[c], q), n),
        sp.S.Zero,
        using={"kernel": vanishing},
    )
    proof.let("pullback", "$g = p^T f$ with $f = S p x$")
    proof.let("inverse", r"$S$ inverts $p \Sigma p^T$: $p \Sigma g = p \Sigma p^T S p x = p x$")
    reach = _applied(sigma, _at(g), n)
    proof.follows(
        r"$x - \Sigma g$ lies in $\ker p = V$, so it is $V y$ for some $y$",
        px(i) - total(lambda a: p[i, a] * reach(a), n),
        sp.S.Zero,
        using={"inverse": px(i) - total(lambda a: p[i, a] * reach(a), n)},
    )
    proof.let("information", r"$I = \Sigma^{-1}$")
    through = _form(sigma, _at(g), _at(g))
    proof.follows(
        r"The form of $I$ at $x - Vy = \Sigma g$",
        _form(info, reach, reach),
        through,
        using={"information": _form(info, reach, reach) - through},
    )
    proof.follows(
        r"is that of $I_h = p^T S p$ at $x$, which is $f^T p x$",
        through,
        total(lambda c: f[c] * px(c), k),
        using={
            "pullback": total(lambda a: (g[a] - total(lambda c: p[c, a] * f[c], k)) * reach(a), n),
            "inverse": total(lambda c: f[c] * (total(lambda a: p[c, a] * reach(a), n) - px(c)), k),
        },
    )
    proof.cite(
        "I/V is the least of the forms of I at x - Vy over y, and I_h lies below it (both derived "
        "above), so that the two are equal"
    )


def merging(proof: Proof) -> None:
    """Merging two outcomes loses information: the identity for one direction of the parameter.

    Every function of a finite outcome is a composition of mergings of two outcomes, and a form is
    decided direction by direction, so the two-outcome identity proves every finite model.
    """
    positive = proof.let("positive", "the outcomes have probabilities $p, q > 0$")
    p, q_ = (sp.Symbol(name, positive=positive or None) for name in ("p", "q"))
    a, b = sp.symbols("a b", real=True)
    if proof.let("merged", "the merged outcome has probability $p + q$ and derivative $a + b$"):
        merged = (a + b) ** 2 / (p + q_)
    else:
        merged = sp.Symbol("m", real=True)
    loss = (a * q_ - b * p) ** 2 / (p * q_ * (p + q_))
    proof.equal(
        "The information of two outcomes less that of the merged one",
        a**2 / p + b**2 / q_ - merged,
        loss,
    )
    proof.fact("is not negative", sp.Ge(loss, 0, evaluate=False), bool(loss.is_nonnegative))
    proof.equal(
        "It vanishes if and only if the two scores agree, as its numerator is the square of",
        a * q_ - b * p,
        p * q_ * (a / p - b / q_),
    )
    proof.cite("induction: a function of a finite outcome merges two outcomes at a time")
    proof.cite("a symmetric matrix is positive semidefinite if its form is so in every direction")

"""The derivations of 3.5 for what becomes of the spectrum: eigenvalue bounds and condition numbers.

As in `derivation`: identities for every k and d, then scalars, lemma by lemma.
"""

from __future__ import annotations

import sympy as sp

from theorems.cor35 import bounds
from theorems.cor35.bounds import SYMBOLS, Letters
from theorems.cor35.derivation import E, H, J, S, form, one_form, v, w
from theorems.prop34.bounds import Letters as Perturbation
from theorems.prop34.bounds import pullback_terms
from verify.claims.bounds import at_most, slack
from verify.claims.derivation import Proof


def psd(proof: Proof) -> None:
    """The bounds for H = S^T S."""
    proof.given("psd", "$H = S^T S$", H - S.T @ S)
    moved = (J + E) @ v
    split = S @ J @ v + S @ E @ v
    proof.follows(
        "The form of the perturbed matrix is $|SJv + SEv|^2$",
        form(moved),
        split.T @ split,
        using={"psd": moved.T @ (H - S.T @ S) @ moved},
    )
    proof.cite("square-root", "triangle", "operator-norm", "rayleigh")
    low = slack("a", proof.given("lambda", r"$|SJv| = \sqrt{\lambda} + a$ with $a \geq 0$"))
    bounded = proof.given(
        "M", r"$|SEv| = \sqrt{M} |E| - b$ with $b \geq 0$, and $b'$ for $b$ at another $v$"
    )
    size, other = slack("b", bounded), slack("b'", bounded)
    below = proof.given("below-root", r"$\sqrt{\lambda} = \sqrt{M} |E| + g$ with $g > 0$")
    rest = slack("g", below, strict=True)
    error = sp.Symbol("y", nonnegative=True)  # sqrt(M) |E|
    at_most(
        proof,
        r"$(\sqrt{\lambda} - \sqrt{M}|E|)^2 \leq (|SJv| - |SEv|)^2$, and $|SJv| > |SEv|$",
        bounds.least(error + rest, error),
        (error + rest + low - (error - size)) ** 2,
        equal_at={low: 0, size: 0},
    )
    top = slack("h", proof.let("largest", r"$|SJv| = \sqrt{\Lambda} - h$ with $h \geq 0$"))
    jv, ev = sp.symbols("x z", nonnegative=True)
    at_most(
        proof,
        r"$(|SJv| + |SEv|)^2 \leq (\sqrt{\Lambda} + \sqrt{M} |E|)^2$",
        (jv + ev) ** 2,
        bounds.largest(jv + top, ev + other),
        equal_at={top: 0, other: 0},
    )
    kappa = sp.Symbol("r", positive=True)  # its root, which is 1 or more
    goal, room = sp.symbols("R c", nonnegative=True)
    lam = error + slack("g", True, strict=True)  # sqrt(lambda)
    proof.equal(
        r"The quotient, with $r = \sqrt{\kappa}$, $y = \sqrt{M} |E|$, $\sqrt{\lambda} = y + g$ and so $\tau = y / (y + g) < 1$",
        bounds.largest(kappa * lam, error) / bounds.least(lam, error),
        bounds.condition_convex(kappa, error / lam),
    )
    at_goal = bounds.kept(goal, kappa)
    proof.equal(
        r"At $t = (R - r) / (R + 1)$ it is $K$, with $R = \sqrt{K}$",
        bounds.condition_convex(kappa, at_goal),
        goal**2,
    )
    at_most(
        proof,
        r"and at $t$ less by $c \geq 0$ it is not more: $r + t \leq R (1 - t)$",
        kappa + at_goal - room,
        goal * (1 - at_goal + room),
        equal_at={room: 0},
    )
    big, root_m, tau = sp.symbols("L m t", positive=True)
    root_lam = root_m * big / kappa
    epsilon = tau * big / kappa
    factor = sp.diag(big + epsilon, big / kappa - epsilon)
    perturbed = (factor.T * (root_m**2 * sp.eye(2)) * factor).as_immutable()
    proof.equal(
        r"All three are attained at $J = \operatorname{diag}(L, L/r)$, $H = MI$, $E = \operatorname{diag}(\epsilon, -\epsilon)$, where $m = \sqrt{M}$ and $\sqrt{\lambda} = mL/r$",
        perturbed,
        sp.ImmutableMatrix(
            sp.diag(
                bounds.largest(root_m * big, root_m * epsilon),
                bounds.least(root_lam, root_m * epsilon),
            )
        ),
    )
    proof.equal(
        "At the threshold definiteness is lost there",
        perturbed[1, 1].subs(tau, bounds.root(root_lam**2 / root_m**2) * kappa / big),
        sp.S.Zero,
    )
    smallest, biggest = sp.symbols(r"\lambda_{\min} \lambda_{\max}", positive=True)
    condition = sp.Symbol(r"\kappa_\phi")
    over, under = (slack(x, "extremes" not in proof.withdrawn) for x in "ef")
    least, most = (lam + low - (error - size)) ** 2 + over, (jv + error - other) ** 2 - under
    proof.let(
        "extremes",
        r"$\lambda_{\min} = (|SJv| - |SEv|)^2 + e$ and $\lambda_{\max} = (|SJv| + |SEv|)^2 - f$ at their eigenvectors, $e, f \geq 0$",
        smallest - least,
        biggest - most,
        by="triangle",
    )
    proof.let("condition", "their quotient", condition - biggest / smallest, by="definition")
    proof.fact(
        r"So the perturbed matrix has, with $|SJv| = x$, $\sqrt{\Lambda} = x + h$, $|SEv| = z$ and $y = z + b'$ in the second bound, and $\tau = |E| \sqrt{M / \lambda}$",
        sp.And(
            sp.Le(bounds.CONVEX_LEAST, smallest, evaluate=False),
            sp.Le(biggest, bounds.CONVEX_LARGEST, evaluate=False),
            sp.Le(condition, bounds.CONVEX_CONDITION, evaluate=False),
            evaluate=False,
        ),
        at={
            condition: biggest / smallest,
            smallest: least,
            biggest: most,
            bounds.KAPPA: bounds.TOP / SYMBOLS.lam,
            bounds.TAU: bounds.E * sp.sqrt(SYMBOLS.M) / sp.sqrt(SYMBOLS.lam),
            bounds.E: error / sp.sqrt(SYMBOLS.M),
            bounds.TOP: (jv + top) ** 2,
            SYMBOLS.lam: lam**2,
            error: ev + other,
        },
        equal_at=dict.fromkeys((low, size, other, top, over, under), 0),
    )


def below(proof: Proof) -> None:
    """The condition number for H = S^T S below the published threshold."""
    root_lam, big, root_m = sp.symbols("l L m", positive=True)
    at = Letters(root_lam**2, big, root_m**2)
    proof.equal(
        r"At $|E| = \lambda / (2LM)$, $\tau = |E| \sqrt{M / \lambda}$ has the square $q / 4$, with $l = \sqrt{\lambda}$, $m = \sqrt{M}$",
        (bounds.published(at) * root_m / root_lam) ** 2,
        bounds.share(at) / 4,
    )
    kappa = sp.Symbol("r", positive=True)  # its root
    size = big / kappa  # the least singular value of J = diag(L, L / r)
    proof.equal(
        r"At $J = \operatorname{diag}(L, L/r)$ with $r = \sqrt{\kappa}$, $H = MI$, where $\lambda = M L^2 / r^2$, the threshold is $\tau \sqrt{\lambda / M}$ with $\tau = 1 / (2r)$: there the bound is approached, for every $\kappa$",
        bounds.published(Letters((root_m * size) ** 2, big, root_m**2)),
        size / (2 * kappa),
    )
    more = sp.Symbol("h", nonnegative=True)
    root_kappa = 1 + more
    edge = 1 / (2 * root_kappa)
    less = slack("s", proof.let("largest", r"$\Lambda \leq M L^2$: $\sqrt{q \kappa} = 1 - s$"))
    at_most(
        proof,
        r"So $\sqrt{q} / 2 \leq 1 / (2 \sqrt{\kappa})$, with $\sqrt{\kappa} = 1 + h$",
        (1 - less) / root_kappa / 2,
        edge,
        equal_at={less: 0},
    )
    under = proof.given("threshold", r"$\tau = 1/(2\sqrt{\kappa}) - g$ with $g > 0$")
    gap = slack("g", under, strict=True)
    at_most(
        proof,
        r"The bound of the condition number for this $\tau$ is less than the one at $1/(2\sqrt{\kappa})$; of the roots",
        (root_kappa + edge - gap) / (1 - edge + gap),
        (root_kappa + edge) / (1 - edge),
        strict=True,
        equal_at={gap: 0},
    )
    proof.equal(
        "whose square is",
        bounds.condition_convex(root_kappa, edge),
        bounds.condition_below(root_kappa),
    )
    at_most(
        proof,
        r"and $\lambda_{\min} / \lambda \geq (1 - \tau)^2 > 1/4$",
        sp.Rational(1, 4),
        bounds.least(1, edge - gap),
        strict=True,
        equal_at={gap: 0, more: 0},
    )
    condition, at_edge = sp.Symbol(r"\kappa_\phi"), bounds.condition_below(sp.sqrt(bounds.KAPPA))
    proof.fact(
        r"So $\kappa_\phi$, at most the bound for positive semidefinite $H$ at this $\tau$, is less than the one at the threshold",
        sp.And(
            sp.Lt(condition, at_edge, evaluate=False),
            sp.Le(at_edge, 9 * bounds.KAPPA, evaluate=False),
            evaluate=False,
        ),
        at={
            condition: bounds.condition_convex(root_kappa, edge - gap),
            bounds.KAPPA: root_kappa**2,
        },
        equal_at={gap: 0, more: 0},
    )


def indefinite(proof: Proof) -> None:
    """kappa_phi <= (kappa + x) / (1 - x), by Weyl."""
    lam, big_l, big_m = SYMBOLS
    tau = sp.Symbol("tau", positive=True)
    bound = sp.Add(*pullback_terms(Perturbation(big_l, big_m, tau * bounds.published(SYMBOLS))))
    proof.cite("weyl")
    proof.equal(
        r"At $\tau$ times the published threshold the bound of 3.4 is $\lambda x$",
        bound,
        lam * bounds.weyl(tau, bounds.share(SYMBOLS)),
    )
    proof.equal(
        r"At the published threshold, $\tau = 1$, it exceeds $\lambda$: Weyl leaves a negative bound",
        (lam - bound).subs(tau, 1),
        -(lam**2) / (4 * big_l**2 * big_m),
    )
    rest = slack(
        "g", proof.let("weyl", "$x < 1$: $x$ and $1 - x$ are as $y$ and $g > 0$"), strict=True
    )
    condition = sp.Symbol(r"\kappa_\phi")
    signed = "extremes" not in proof.withdrawn
    less, up, y = slack("a", signed), slack("b", signed), sp.Symbol("y", nonnegative=True)
    x = y / (y + rest)
    quotient = (lam * (bounds.KAPPA + x) - up) / (lam * (1 - x) + less)
    proof.let(
        "extremes",
        r"$\kappa_\phi = \lambda_{\max} / \lambda_{\min}$ of the perturbed matrix, where $\lambda_{\max} = \lambda(\kappa + x) - b$ and $\lambda_{\min} = \lambda(1 - x) + a$ with $a, b \geq 0$",
        condition - quotient,
        by="weyl",
    )
    proof.fact(
        "So it is at most",
        sp.Le(condition, bounds.condition(bounds.KAPPA, bounds.X), evaluate=False),
        at={
            condition: quotient,
            bounds.X: x,
        },
        equal_at={up: 0, less: 0},
    )


def full(proof: Proof) -> None:
    """The full bound of 3.4 below lambda keeps H_eff positive definite."""
    proof.cite("weyl")
    rest = slack(
        "g", proof.let("star", r"the full bound is $b = \lambda - g$ with $g > 0$"), strict=True
    )
    above, bound = sp.symbols("a b", nonnegative=True)
    at_most(
        proof,
        r"$\lambda_{\min}(H_{\mathrm{eff}}^\phi) = \lambda - b + a$ with $a \geq 0$ is positive",
        sp.S.Zero,
        (bound + rest) - bound + above,
        strict=True,
        equal_at={rest: 0, above: 0},
    )


def beyond(proof: Proof) -> None:
    """H = S^T S: the Gauss-Newton term is positive semidefinite whatever the error is."""
    one_form(proof)
    psd = proof.given("psd", "$H = S^T S$", H - S.T @ S)
    proof.cite("square-root")
    proof.follows(
        "It is $|Sw|^2$, for any $w = (J + E)v$",
        form(w),
        (S @ w).T @ (S @ w),
        using={"psd": w.T @ (H - S.T @ S) @ w},
    )
    size = sp.Symbol("|Sw|^2", nonnegative=psd or None)
    proof.fact(
        "which is not negative; no bound on $E$ was used",
        sp.Ge(size, 0, evaluate=False),
    )

"""The derivations of 3.5 for what becomes of the spectrum: eigenvalue bounds and condition numbers.

As in `derivation`: identities for every k and d, then scalars, lemma by lemma.
"""

from __future__ import annotations

import sympy as sp

from theorems.cor35.derivation import (
    Vector,
    at,
    d,
    error,
    form,
    hessian,
    jacobian,
    k,
    moved,
    one_form,
    root,
    v,
    w,
)
from verify.claims.bounds import at_most, slack
from verify.claims.derivation import Proof
from verify.symbolic.indexed import total


def psd(proof: Proof) -> None:
    """The bounds for H = S^T S."""
    moved_by: Vector = lambda i: total(lambda a: (jacobian[i, a] + error[i, a]) * v[a], d)  # noqa: E731
    parts = [
        lambda r, base=base: total(lambda i: root[r, i] * total(lambda a: base[i, a] * v[a], d), k)
        for base in (jacobian, error)
    ]
    product = total(
        lambda i, j: moved_by(i) * total(lambda r: root[r, i] * root[r, j], k) * moved_by(j), k, k
    )
    proof.given("psd", "$H = S^T S$")
    proof.follows(
        "The form of the perturbed matrix is $|SJv + SEv|^2$",
        form(moved_by),
        total(lambda r: (parts[0](r) + parts[1](r)) ** 2, k),
        using={"psd": form(moved_by) - product},
    )
    proof.cite("square-root", "triangle", "operator-norm", "rayleigh")
    low = slack("a", proof.given("lambda", r"$|SJv| = \sqrt{\lambda} + a$ with $a \geq 0$"))
    size = slack("b", proof.given("M", r"$|SEv| = \sqrt{M} |E| - b$ with $b \geq 0$"))
    rest = slack(
        "g",
        proof.given("below-root", r"$\sqrt{\lambda} = \sqrt{M} |E| + g$ with $g > 0$"),
        strict=True,
    )
    moved_size = sp.Symbol("y", nonnegative=True)
    at_most(
        proof,
        r"$(\sqrt{\lambda} - \sqrt{M}|E|)^2 = g^2 \leq (|SJv| - |SEv|)^2$, and $|SJv| > |SEv|$",
        rest**2,
        (moved_size + rest + low - (moved_size - size)) ** 2,
    )
    top = slack("h", proof.let("largest", r"$|SJv| = \sqrt{\Lambda} - h$ with $h \geq 0$"))
    jv, ev = sp.Symbol("x", nonnegative=True), sp.Symbol("y", nonnegative=True)
    at_most(
        proof,
        r"$(|SJv| + |SEv|)^2 \leq (\sqrt{\Lambda} + \sqrt{M} |E|)^2$",
        (jv + ev) ** 2,
        (jv + top + ev + size) ** 2,
    )
    kappa, tau, lam, goal, room = sp.symbols("k t l K g", nonnegative=True)
    proof.equal(
        r"The quotient, with $k = \sqrt{\kappa}$, $l = \sqrt{\lambda}$ and $\sqrt{M}|E| = t l$",
        (kappa * lam + tau * lam) ** 2 / (lam - tau * lam) ** 2,
        ((kappa + tau) / (1 - tau)) ** 2,
    )
    at_goal = (goal - kappa) / (goal + 1)
    proof.equal(
        r"At $t = (K - k) / (K + 1)$ it is $K^2$, where $K$ stands for $\sqrt{K}$",
        (kappa + at_goal) / (1 - at_goal),
        goal,
    )
    at_most(
        proof,
        r"and at $t$ less by $g \geq 0$ it is not more: $k + t \leq K (1 - t)$",
        kappa + at_goal - room,
        goal * (1 - at_goal + room),
    )
    _psd_equality(proof)


def _psd_equality(proof: Proof) -> None:
    """Equality at J = diag(L, L / sqrt(kappa)), H = M I, E = diag(eps, -eps)."""
    size, bound_m, kappa, tau = sp.symbols("L M k t", positive=True)
    lam = bound_m * (size / kappa) ** 2
    epsilon = tau * size / kappa  # tau sqrt(lambda / M)
    matrix = sp.diag(size + epsilon, size / kappa - epsilon)
    perturbed = (matrix.T * (bound_m * sp.eye(2)) * matrix).as_immutable()
    proof.equal(
        r"All three are attained at $J = \operatorname{diag}(L, L/k)$, $H = MI$, $E = "
        r"\operatorname{diag}(\epsilon, -\epsilon)$, where $l^2 = \lambda$",
        perturbed,
        sp.ImmutableMatrix(sp.diag(lam * (kappa + tau) ** 2, lam * (1 - tau) ** 2)),
    )
    proof.equal(
        r"At $|E| = \sqrt{\lambda / M}$, $t = 1$, definiteness is lost there",
        perturbed[1, 1].subs(tau, 1),
        sp.S.Zero,
    )


def below(proof: Proof) -> None:
    """kappa_phi < ((2 kappa + 1) / (2 sqrt(kappa) - 1))^2 <= 9 kappa below the published threshold."""
    lam, bound_l, bound_m = sp.symbols("l L m", positive=True)
    proof.equal(
        r"At $|E| = \lambda / (2LM)$, $\tau = |E| \sqrt{M / \lambda}$ is $\sqrt{q} / 2$, with "
        r"$l = \sqrt{\lambda}$, $m = \sqrt{M}$",
        lam**2 / (2 * bound_l * bound_m**2) * bound_m / lam,
        (lam / (bound_m * bound_l)) / 2,
    )
    root_kappa = 1 + sp.Symbol("h", nonnegative=True)
    largest = slack(
        "s", proof.let("largest", r"$\Lambda \leq M L^2$, so that $\sqrt{q \kappa} = 1 - s$")
    )
    at_most(
        proof,
        r"So $\sqrt{q} / 2 \leq 1 / (2 \sqrt{\kappa})$, with $\sqrt{\kappa} = 1 + h$",
        (1 - largest) / (2 * root_kappa),
        1 / (2 * root_kappa),
    )
    gap = slack(
        "g", proof.given("threshold", r"$\tau = 1/(2\sqrt{\kappa}) - g$ with $g > 0$"), strict=True
    )
    edge = 1 / (2 * root_kappa)
    at_most(
        proof,
        r"$(\sqrt{\kappa} + \tau) / (1 - \tau) < (2\kappa + 1) / (2\sqrt{\kappa} - 1)$",
        (root_kappa + edge - gap) / (1 - edge + gap),
        (2 * root_kappa**2 + 1) / (2 * root_kappa - 1),
        strict=True,
    )
    at_most(
        proof,
        r"which is at most $3\sqrt{\kappa}$",
        (2 * root_kappa**2 + 1) / (2 * root_kappa - 1),
        3 * root_kappa,
    )
    at_most(
        proof,
        r"and $\sqrt{\lambda_{\min} / \lambda} \geq 1 - \tau > 1/2$",
        sp.Rational(1, 2),
        1 - edge + gap,
        strict=True,
    )
    k = sp.Symbol("k", positive=True)
    size = bound_l / k  # the least singular value of J = diag(L, L / k)
    proof.equal(
        r"At $J = \operatorname{diag}(L, L/k)$, $H = MI$, where $k^2 = \kappa$ and $\lambda = M L^2 / "
        r"k^2$, the threshold is $\tau \sqrt{\lambda / M}$ with $\tau = 1 / (2k)$",
        (bound_m * size) ** 2 / (2 * bound_l * bound_m**2),
        size / (2 * k),
    )
    proof.equal(
        r"and there the bound is approached, for every $\kappa$: $(k + \tau) / (1 - \tau)$ is attained "
        "at every $\\tau$",
        (k + 1 / (2 * k)) / (1 - 1 / (2 * k)),
        (2 * k**2 + 1) / (2 * k - 1),
    )


def indefinite(proof: Proof) -> None:
    """kappa_phi <= (kappa + x) / (1 - x) with x = tau + tau^2 q / 4, by Weyl."""
    lam, bound_l, bound_m, tau = sp.symbols("lambda L M tau", positive=True)
    epsilon, q = tau * lam / (2 * bound_l * bound_m), lam / (bound_m * bound_l**2)
    x = tau + tau**2 * q / 4
    bound = 2 * bound_l * bound_m * epsilon + bound_m * epsilon**2
    proof.cite("weyl")
    proof.equal(
        r"At $\epsilon = \tau \lambda / (2LM)$ the bound of 3.4 is $\lambda x$", bound, lam * x
    )
    proof.equal(
        r"At the published threshold, $\tau = 1$, it exceeds $\lambda$: Weyl leaves a negative bound",
        (lam - bound).subs(tau, 1),
        -(lam**2) / (4 * bound_l**2 * bound_m),
    )
    rest = slack("g", proof.let("weyl", "$x = 1 - g$ with $g > 0$"), strict=True)
    kappa, less, up = (sp.Symbol(name, nonnegative=True) for name in ("kappa", "a", "b"))
    unit, share = sp.Symbol("lambda", positive=True), sp.Symbol("x", nonnegative=True)
    top = unit * (kappa + share)  # lambda_max of the perturbed matrix, plus b
    at_most(
        proof,
        r"$\lambda_{\max} = \lambda(\kappa + x) - b$ and $\lambda_{\min} = \lambda(1 - x) + a$, so "
        r"$\kappa_\phi \leq (\kappa + x) / (1 - x)$; cross-multiplied",
        (top - up) * rest,
        top / unit * (unit * rest + less),
    )


def full(proof: Proof) -> None:
    """The full bound of 3.4 below lambda keeps H_eff positive definite."""
    proof.cite("weyl")
    rest = slack(
        "g", proof.let("star", r"the full bound is $b = \lambda - g$ with $g > 0$"), strict=True
    )
    above, bound = sp.Symbol("a", nonnegative=True), sp.Symbol("b", nonnegative=True)
    at_most(
        proof,
        r"$\lambda_{\min}(H_{\mathrm{eff}}^\phi) = \lambda - b + a$ with $a \geq 0$ is positive",
        sp.S.Zero,
        (bound + rest) - bound + above,
        strict=True,
    )


def beyond(proof: Proof) -> None:
    """H = S^T S: the Gauss-Newton term is positive semidefinite whatever the error is."""
    proof.symmetric = frozenset({hessian, moved})
    one_form(proof)
    product = total(
        lambda i, j: w[i] * total(lambda r: root[r, i] * root[r, j], k) * w[j],
        k,
        k,
    )
    squares = total(lambda r: total(lambda i: root[r, i] * w[i], k) ** 2, k)
    psd = proof.given("psd", "$H = S^T S$")
    proof.cite("square-root")
    proof.follows(
        "It is $|Sw|^2$, for any $w = (J + E)v$",
        form(at(w)),
        squares,
        using={"psd": form(at(w)) - product},
    )
    size = sp.Symbol("|Sw|^2", nonnegative=psd or None)
    proof.fact(
        "which is not negative; no bound on $E$ was used",
        sp.Ge(size, 0, evaluate=False),
        size.is_nonnegative is True,
    )

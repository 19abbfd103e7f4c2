"""The Hessian of softmax cross-entropy is no metric, and its gradient lies in its range.

It is what scale-invariant losses are not: positive semidefinite with a residual gradient. And
it is the case in which `saddles` counts r' = r - 1.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import partial
from typing import Annotated, NamedTuple

import sympy as sp
import torch
from hypothesis import strategies as st

from theorems.thm41.notation import i, j, k, u, v
from theorems.thm41.outputs import OutputCase, outputs
from theorems.thm41.properties import products
from verify.claims.check import Arithmetic
from verify.claims.declare import mutant_check, proof, property_check, section
from verify.claims.derivation import Proof
from verify.claims.property import Claim
from verify.numeric.objectives import softmax_cross_entropy
from verify.numeric.rational import Signs, diagonal, is_zero, matrix, signs
from verify.symbolic.indexed import Rule, constant, total


def cross_entropy(proof: Proof) -> None:
    """H = diag(p) - p p^T >= 0 with the kernel span(1, .., 1), and rho = p - y = -H (y / p)."""
    proof.over(k, i, j)
    power, inverse, logarithm = (sp.IndexedBase(s) for s in ("E", "n", "ell"))
    p, y, q = (sp.IndexedBase(s) for s in ("p", "y", "q"))
    ell, n_ = logarithm[0], inverse[0]
    along = total(lambda r: power[r] * v[r], k)
    rules: dict[sp.IndexedBase, Rule] = {u: lambda r: v[r], v: constant, y: constant}
    if proof.let(
        "exponential",
        r"$E_i = e^{u_i}$, $n_0 = 1 / \sum_i E_i$, $\ell_0 = \log \sum_i E_i$, so that along $\dot u = v$: $\dot E_i = E_i v_i$, $\dot n_0 = -n_0^2 \sum_i E_i v_i$, $\dot \ell_0 = n_0 \sum_i E_i v_i$",
    ):
        rules[power] = lambda r: power[r] * v[r]
        rules[inverse] = lambda _: -(n_**2) * along
        rules[logarithm] = lambda _: n_ * along
    labels = total(lambda r: y[r], k) - 1
    proof.let("labels", r"$\sum_i y_i = 1$: one label, or a mixture of labels", labels)
    loss = ell - total(lambda r: y[r] * u[r], k)
    proof.follows(
        r"With $\log p_i = u_i - \ell_0$ the loss $-\sum_i y_i \log p_i$ is",
        total(lambda r: y[r] * (ell - u[r]), k),
        loss,
        using={"labels": ell * labels},
    )
    proof.rate(
        r"so that $\rho = p - y$ with $p = n_0 E$",
        loss,
        rules,
        total(lambda r: (n_ * power[r] - y[r]) * v[r], k),
    )
    proof.rate(
        r"and $\nabla^2 L = \operatorname{diag}(p) - p p^T$",
        loss,
        rules,
        total(lambda r: n_ * power[r] * v[r] ** 2, k)
        - total(lambda r: n_ * power[r] * v[r], k) ** 2,
        order=2,
    )
    proof.cite("polarisation")
    rest = 1 - total(lambda r: p[r], k)
    proof.let("sum", r"$\sum_i p_i = n_0 \sum_i E_i = 1$", rest)
    proof.follows(
        r"The form of $\nabla^2 L$ is the variance of $v$ under $p$",
        total(lambda r: p[r] * v[r] ** 2, k) - total(lambda r: p[r] * v[r], k) ** 2,
        total(lambda a, b: p[a] * p[b] * (v[a] - v[b]) ** 2, k, k) / 2,
        using={"sum": rest * total(lambda r: p[r] * v[r] ** 2, k)},
    )
    exponentials = proof.let("positive", "exponentials are positive: $p_i > 0$")
    first, second = sp.symbols("p_a p_b", positive=exponentials or None)
    gap = sp.Symbol("g", real=True, nonzero=True)
    term = first * second * gap**2
    proof.fact(
        "whose terms are positive where $g = v_a - v_b$ is not $0$: it is $0$ only if all entries of $v$ are equal",
        sp.Gt(term, 0, evaluate=False),
    )
    row = lambda r, x: total(lambda c: (sp.KroneckerDelta(r, c) * p[r] - p[r] * p[c]) * x(c), k)  # noqa: E731
    proof.follows(
        r"and $\nabla^2 L \, (1, .., 1)^T = 0$: the kernel is its span, the rank $k - 1$",
        row(j, lambda _: sp.S.One),
        sp.S.Zero,
        using={"sum": p[j] * rest},
    )
    proof.cite("semidefinite-null-vector", "rank-nullity")
    quotient = lambda r: p[r] * q[r] - y[r]  # noqa: E731
    proof.every(k, i)
    proof.let("quotient", "$q_i = y_i / p_i$: $p_i q_i = y_i$", quotient(i))
    proof.follows(
        r"$\rho$ lies in the range: $\nabla^2 L \, (-q) = p - y$",
        row(i, lambda c: -q[c]),
        p[i] - y[i],
        using={
            "quotient": p[i] * total(quotient, k) - quotient(i),
            "labels": p[i] * labels,
        },
    )


# --- at rational probabilities ------------------------------------------------------------------


class Odds(NamedTuple):
    """Logits u_i = log w_i and label weights: p = w / sum w and y = c / sum c are rational."""

    w: Annotated[tuple[int, ...], r"$u_i = \log w_i$: $w$"]
    c: Annotated[tuple[int, ...], r"$y_i = c_i / \sum_j c_j$: $c$"]


@st.composite
def odds(draw: st.DrawFn) -> Odds:
    """Two to six classes, one label or a mixture."""
    size = draw(st.integers(2, 6))
    w = draw(st.lists(st.integers(1, 99), min_size=size, max_size=size))
    c = draw(st.lists(st.integers(0, 3), min_size=size, max_size=size).filter(any))
    return Odds(tuple(w), tuple(c))


def odds_mismatch(case: Odds, lost: int = 1, labelled: int = 1) -> float:
    """0 if H has k - 1 positive eigenvalues, H 1 = 0 and rho is in its range, exactly; else infinite.

    Args:
        case: logits and labels.
        lost: what its rank falls short of k by.
        labelled: weight of y in rho = p - y.
    """
    size = len(case.w)
    p = [Fraction(x, sum(case.w)) for x in case.w]
    rho = [x - labelled * Fraction(y, sum(case.c)) for x, y in zip(p, case.c, strict=True)]
    column = matrix([[x] for x in p])
    hessian = diagonal(p) - column * column.transpose()
    beside = matrix([[*row, x] for row, x in zip(hessian.tolist(), rho, strict=True)])
    agrees = (
        signs(hessian) == Signs(size - lost, lost, 0)
        and is_zero(hessian * matrix([[1]] * size))
        and beside.rank() == hessian.rank()
    )
    return 0.0 if agrees else math.inf


ODDS = Claim(
    r"$\operatorname{diag}(p) - p p^T$ has $k - 1$ positive eigenvalues and the kernel vector $(1, .., 1)$, and $p - y$ lies in its range",
    odds,
    odds_mismatch,
    arithmetic=Arithmetic.EXACT,
)


# --- as it is trained ---------------------------------------------------------------------------


def trained_error(case: OutputCase, centred: float = 1.0) -> float:
    """Error of p - y and diag(p) - p p^T against automatic differentiation, over the rounding allowed.

    Logits are at most 2 in modulus, so that log-softmax is within some k + 8 units of roundoff of
    the truth; every entry sums at most k + 2 products of such numbers, none of them above 1.

    Args:
        case: the first of its outputs is taken.
        centred: weight of p p^T.
    """
    u, labels = case.u[0], case.loss.constants.labels[:1]

    def loss(x: torch.Tensor) -> torch.Tensor:
        return softmax_cross_entropy(x.unsqueeze(0), labels)

    size = len(u)
    powers = [math.exp(x) for x in u.tolist()]
    p = u.new_tensor([x / math.fsum(powers) for x in powers])
    leaf = u.clone().requires_grad_()
    (rho,) = torch.autograd.grad(loss(leaf), leaf)
    found = products(loss, u, torch.eye(size, dtype=u.dtype))
    residual = (rho - p + torch.nn.functional.one_hot(labels[0], size)).abs().max()
    curvature = (found - torch.diag(p) + centred * torch.outer(p, p)).abs().max()
    allowed = 2 * (size + 8) * (size + 2) * torch.finfo(u.dtype).eps
    return float(torch.maximum(residual, curvature)) / allowed


TRAINED = Claim(
    r"the cross-entropy that is trained has $\rho = p - y$ and $\nabla^2 L = \operatorname{diag}(p) - p p^T$",
    partial(outputs, ("softmax_cross_entropy",)),
    trained_error,
    case_divisor=2,
)

CHECKS = section(
    "thm41.fact0.cross-entropy",
    *proof(
        "derivation",
        r"Cross-entropy: $\nabla^2 L \succeq 0$ of rank $k - 1$, and $\rho$ in its range",
        cross_entropy,
    ),
    property_check(
        "property",
        "The Hessian and its range at rational probabilities: equality, no tolerance",
        ODDS,
        cost=0.3,
    ),
    property_check(
        "trained",
        r"$\rho$ and $\nabla^2 L$ of the cross-entropy that is trained",
        TRAINED,
        cost=0.3,
    ),
    mutant_check(
        "metric",
        ODDS.mutant(
            r"$\operatorname{diag}(p) - p p^T$ has $k$ positive eigenvalues: it is a metric", lost=0
        ),
    ),
    mutant_check(
        "unlabelled",
        ODDS.mutant(r"$p$ lies in the range of $\operatorname{diag}(p) - p p^T$", labelled=0),
    ),
    mutant_check(
        "uncentred",
        TRAINED.mutant(
            r"the cross-entropy that is trained has $\nabla^2 L = \operatorname{diag}(p)$",
            centred=0.0,
        ),
    ),
    part="fact0",
)

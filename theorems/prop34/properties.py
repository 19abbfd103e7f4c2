"""The bounds of 3.4 on random jets, k and d up to 3, and their false variants.

Oracles. The effective Hessians come from automatic differentiation of L o h, which shares no code
with G + M. Spectral norms of matrices are exact up to rounding, and so is the Lipschitz constant of
the loss Hessian on the segment. The norms of second derivatives are replaced by upper bounds, exact
for d = 1 or k = 1: a ratio above 1 refutes a bound, and elsewhere it may be less than the true one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated, NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd.functional import hessian

from theorems.prop34.bounds import (
    EXACT,
    GRADIENT,
    PULLBACK,
    Letters,
    Weights,
    pullback_terms,
    star_terms,
)
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors

ROUNDING = 1e-12
"""Relative and absolute error allowed: the entries are below 100 and every quantity comes from
fewer than 1000 operations, each exact to 1.1e-16 of the size of its terms."""


class Jets(NamedTuple):
    """Two heads h(z) = a + J z + B[z, z] / 2, and L(u) = g.u + u.S u / 2 + C[u, u, u] / 6.

    Shapes: target and error a (k,), J (k, d), B (k, d, d); g (k,), S (k, k), C (k, k, k). The
    perturbed head is target + error. B, S and C are symmetrised where they are used.
    """

    target: Annotated[tuple[Tensor, ...], "$h_*$, $J_*$, $D^2 h_*$"]
    error: Annotated[tuple[Tensor, ...], "their errors"]
    g: Annotated[Tensor, r"$\mathcal{L}(u) = g \cdot u + u \cdot S u / 2 + C[u, u, u] / 6$: $g$"]
    s: Annotated[Tensor, "$S$"]
    c: Annotated[Tensor, "$C$"]

    @property
    def perturbed(self) -> tuple[Tensor, ...]:
        """The perturbed head."""
        return tuple(a + b for a, b in zip(self.target, self.error, strict=True))

    def loss(self, u: Tensor) -> Tensor:
        """L(u): (k,) -> scalar."""
        cubic = torch.einsum("ijk,i,j,k->", self.c, u, u, u)
        return self.g @ u + u @ self.s @ u / 2 + cubic / 6

    def effective_hessian(self, head: tuple[Tensor, ...]) -> Tensor:
        """The Hessian of L o h at z = 0 by automatic differentiation, (d, d)."""
        a, j, b = head

        def composed(z: Tensor) -> Tensor:
            return self.loss(a + j @ z + torch.einsum("iab,a,b->i", b, z, z) / 2)

        return hessian(composed, torch.zeros(j.shape[1], dtype=torch.float64))


@st.composite
def jets(draw: st.DrawFn, most: int = 3) -> Jets:
    """Random jets of two heads and a random cubic loss, k and d up to `most`."""
    k, d = draw(st.integers(1, most)), draw(st.integers(1, most))
    shapes = ((k,), (k, d), (k, d, d))
    heads = [tuple(draw(tensors(shape)) for shape in shapes) for _ in range(2)]
    return Jets(heads[0], heads[1], *(draw(tensors(s)) for s in ((k,), (k, k), (k, k, k))))


def norm(matrix: Tensor) -> float:
    """The spectral norm."""
    return float(torch.linalg.matrix_norm(matrix, ord=2))


def second_norm(b: Tensor) -> float:
    """An upper bound of sup |B[v, v]| over unit v: the least norm of two unfoldings, (k, d, d)."""
    symmetric = (b + b.mT) / 2
    k, d, _ = b.shape
    return min(norm(symmetric.reshape(k, d * d)), norm(symmetric.reshape(k * d, d)))


def _symmetric_cubic(c: Tensor) -> Tensor:
    orders = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
    return torch.stack([c.permute(order) for order in orders]).mean(0)


def letters(case: Jets) -> tuple[Letters, float]:
    """What the bounds depend on at z = 0, and M', the norm of the loss Hessian on the segment."""
    (a, j, b), (da, dj, db) = case.target, case.error
    s, cubic = (case.s + case.s.T) / 2, _symmetric_cubic(case.c)

    def loss_hessian(u: Tensor) -> Tensor:
        return s + torch.einsum("ijk,k->ij", cubic, u)

    rho = case.g + s @ a + torch.einsum("ijk,j,k->i", cubic, a, a) / 2
    m, moved = norm(loss_hessian(a)), norm(loss_hessian(a + da))
    epsilon0 = float(da.norm())
    # On the segment the loss Hessian is affine: its Lipschitz constant is a quotient, and its norm is largest at an end.
    lipschitz = norm(torch.einsum("ijk,k->ij", cubic, da)) / epsilon0 if epsilon0 else 0.0
    found = Letters(
        L=norm(j),
        M=m,
        epsilon=norm(dj),
        T=lipschitz,
        R=float(rho.norm()),
        K2=second_norm(b),
        epsilon0=epsilon0,
        epsilon2=second_norm(db),
    )
    return found, max(m, moved)


def seen(case: Jets) -> dict[str, bool]:
    """What random jets must show: every term of the bound, and more than one dimension."""
    (_, j, b), (da, _, db) = case.target, case.error
    return {
        "$k, d > 1$": min(j.shape) > 1,
        "$h_*$ and its error curved": bool(b.any() and db.any()),
        "outputs differ": bool(da.any()),
        "$T > 0$": bool(torch.einsum("ijk,k->ij", _symmetric_cubic(case.c), da).any()),
    }


def star_ratio(case: Jets, weights: Weights = EXACT, segment: bool = False) -> float:
    """|H_eff^phi - H_eff^*| over the bound (star) with these weights.

    Args:
        case: the jets.
        weights: of the bound's terms.
        segment: whether M' eps0 replaces M eps0 + T eps0^2 / 2.
    """
    target, perturbed = (case.effective_hessian(head) for head in (case.target, case.perturbed))
    found, most = letters(case)
    bound = sum(star_terms(found, weights, most * found.epsilon0 if segment else None))
    return norm(perturbed - target) / (bound * (1 + ROUNDING) + ROUNDING)


def _ones(*shapes: tuple[int, ...]) -> tuple[Tensor, ...]:
    return tuple(torch.ones(shape, dtype=torch.float64) for shape in shapes)


_UNIT = _ones((1,), (1, 1), (1, 1, 1))
ATTAINED = Jets(
    (torch.zeros(1, dtype=torch.float64), _UNIT[1], _UNIT[2]),
    (_UNIT[0], _UNIT[1], _UNIT[2]),
    *_UNIT,
)
"""d = k = 1 with every symbol equal to 1: the bound is attained."""

STAR = Claim(
    r"$|H_{\mathrm{eff}}^\phi - H_{\mathrm{eff}}^*|$ is at most the full bound",
    jets,
    star_ratio,
    attained=(ATTAINED,),
    features=seen,
    case_divisor=4,
    free=True,
)

SEGMENT = Claim(
    rf"the bound with $M'\epsilon_0$ in the place of ${GRADIENT}$",
    jets,
    partial(star_ratio, segment=True),
    features=seen,
    case_divisor=4,
)


@st.composite
def equality_jets(draw: st.DrawFn) -> Jets:
    """Jets at which the bound is attained: d = k = 1, h_*(0) = 0, all else positive."""

    def positive(*shape: int) -> Tensor:
        return draw(tensors(shape, nonzero=True)).abs()

    errors = (positive(1), positive(1, 1), positive(1, 1, 1))
    target = (torch.zeros(1, dtype=torch.float64), positive(1, 1), positive(1, 1, 1))
    return Jets(target, errors, positive(1), positive(1, 1), positive(1, 1, 1))


@st.composite
def quadratic_jets(draw: st.DrawFn) -> Jets:
    """The same with a quadratic loss, T = 0."""
    case = draw(equality_jets())
    return case._replace(c=torch.zeros_like(case.c))


def equality_error(case: Jets, weights: Weights = EXACT, segment: bool = False) -> float:
    """|difference / bound - 1| over 1e-9, a thousand times `ROUNDING`."""
    return abs(star_ratio(case, weights, segment) - 1) / (1000 * ROUNDING)


EQUALITY = Claim(
    "the full bound is attained at $d = k = 1$, $h_*(0) = 0$ with positive jets",
    equality_jets,
    equality_error,
    case_divisor=4,
)

LOOSE = EQUALITY.mutant(
    r"the bound with $0.51 \, T\epsilon_0^2$ for $T\epsilon_0^2/2$ is attained",
    weights=Weights(taylor=1.02),
)

SEGMENT_EQUALITY = Claim(
    "the form with $M'$ is attained at $d = k = 1$, $h_*(0) = 0$ with positive jets and $T = 0$",
    quadratic_jets,
    partial(equality_error, segment=True),
    case_divisor=4,
)

SEGMENT_LOOSE = replace(
    SEGMENT_EQUALITY.mutant("the form with $M'$ is attained where $T > 0$"), cases=equality_jets
)

_STAR_ON_LINES = replace(STAR, cases=partial(jets, most=1))

STARS = {
    name: _STAR_ON_LINES.mutant(
        f"the full bound with {text}", supplied=(ATTAINED,), weights=weights
    )
    for name, text, weights in (
        ("cross", r"$LM\epsilon$ for $2LM\epsilon$", Weights(cross=1 / 2)),
        ("linear", r"$M\epsilon^2$ dropped", Weights(square=0)),
        ("half-square", r"$M\epsilon^2 / 2$ for $M\epsilon^2$", Weights(square=1 / 2)),
        ("residual", r"$R\epsilon_2$ dropped", Weights(residual=0)),
        ("jump", r"$T\epsilon_0 (L + \epsilon)^2$ dropped", Weights(jump=0)),
        ("taylor", r"$T\epsilon_0^2 / 2$ dropped", Weights(taylor=0)),
        ("value", r"$M\epsilon_0 (K_2 + \epsilon_2)$ dropped", Weights(value=0)),
        ("curved", "$K_2$ for $K_2 + \\epsilon_2$", Weights(curved=0)),
        ("millionth", "its largest constant lowered by $10^{-6}$", Weights(cross=1 - 5e-7)),
        (
            "published",
            f"only ${PULLBACK}$, the published one",
            Weights(jump=0, residual=0, value=0, taylor=0),
        ),
    )
}
"""False variants of the full bound: every one fails where the bound is attained, at d = k = 1, so
that they are searched there."""


# --- the Gauss-Newton term ----------------------------------------------------------------------


class Pullbacks(NamedTuple):
    """A Jacobian and its error, (k, d) each, and a loss Hessian (k, k) that is symmetrised."""

    j: Annotated[Tensor, "$J_*$"]
    e: Annotated[Tensor, r"$E = J_\phi - J_*$"]
    h: Annotated[Tensor, "$H$"]


@st.composite
def pullbacks(draw: st.DrawFn) -> Pullbacks:
    """Random Jacobians, errors and loss Hessians."""
    k, d = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    return Pullbacks(*(draw(tensors(shape)) for shape in ((k, d), (k, d), (k, k))))


def pullback_ratio(case: Pullbacks, weights: Weights = EXACT) -> float:
    """|J_phi^T H J_phi - J^T H J| over the published bound with these weights.

    Raises:
        Vacuous: if the error or the loss Hessian is 0.
    """
    h = (case.h + case.h.T) / 2
    found = Letters(L=norm(case.j), M=norm(h), epsilon=norm(case.e))
    if found.M * found.epsilon == 0:
        raise Vacuous
    moved = case.j + case.e
    difference = norm(moved.T @ h @ moved - case.j.T @ h @ case.j)
    return difference / (sum(pullback_terms(found, weights)) * (1 + ROUNDING) + ROUNDING)


def pullbacks_seen(case: Pullbacks) -> dict[str, bool]:
    """What random cases must show."""
    signs = torch.linalg.eigvalsh(case.h + case.h.T).sign()
    apart = torch.stack([case.j.flatten(), case.e.flatten()])
    return {
        "$k, d > 1$": min(case.j.shape) > 1,
        "$H$ indefinite": len(signs) > 1 and bool(signs[0] * signs[-1] < 0),
        "$E$ no multiple of $J_*$": int(torch.linalg.matrix_rank(apart)) == 2,
    }


_TIGHT = Pullbacks(*_ones((1, 1), (1, 1), (1, 1)))
PULLBACK_BOUND = Claim(
    rf"$|J_\phi^T H J_\phi - J_*^T H J_*| \leq {PULLBACK}$",
    pullbacks,
    pullback_ratio,
    attained=(_TIGHT, Pullbacks(*(torch.eye(2, dtype=torch.float64) for _ in range(3)))),
    features=pullbacks_seen,
    free=True,
)
PULLBACKS = {
    name: PULLBACK_BOUND.mutant(
        f"the Gauss-Newton bound with {text}", supplied=(_TIGHT,), weights=weights
    )
    for name, text, weights in (
        ("cross", r"$LM\epsilon + M\epsilon^2$", Weights(cross=1 / 2)),
        ("linear", r"$2LM\epsilon$", Weights(square=0)),
        ("half-square", r"$2LM\epsilon + M\epsilon^2 / 2$", Weights(square=1 / 2)),
    )
}
"""False variants of the Gauss-Newton bound."""

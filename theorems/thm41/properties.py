"""The true claims of 4.1 on random heads: the layer formula, G + M, affine and ReLU heads.

Oracles. The layer formula is compared with automatic differentiation (a second route that shares no code with
it) and, for polynomial heads, with exact rational differentiation, where no tolerance is needed.
Automatic differentiation would miss an error common to torch's derivative formulas and ours;
the exact route would miss one that only appears for transcendental activations.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Annotated, NamedTuple, Protocol

import torch
from hypothesis import strategies as st
from sympy import QQ, ring
from torch import Tensor

from theorems.thm41.own_parts.states import integers
from verify.claims.check import Arithmetic
from verify.claims.head_cases import (
    ROUNDING_SAFETY,
    HeadCase,
    autograd_interaction,
    head_cases,
    interaction_error,
    largest_ratio,
)
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import heads, tensors
from verify.numeric.activations import LINEAR, QUADRATIC, RELU, SMOOTH
from verify.numeric.effective_hessian import interaction, pullback, rounding_majorant
from verify.numeric.heads import Head, Trace, near_kink

Interaction = Callable[[Trace, Tensor], Tensor]
"""A formula for M, or for J^T rho, from a head's trace and rho: the true one or a false variant."""


LossProduct = Callable[[Tensor], Tensor]
"""Rows x of shape (p, k) to rows H x."""


def formula_error(
    case: HeadCase, formula: Interaction = interaction, directions: Tensor | None = None
) -> float:
    """Error of a formula for M against automatic differentiation, over the rounding allowed.

    Args:
        case: head, point and residual gradient.
        formula: of M.
        directions: compare M v for the columns v of this (d, p); by default the matrices.
    """
    found = formula(case.head.trace(case.z), case.rho)
    if directions is None:
        return interaction_error(found, autograd_interaction(case), case)
    wanted = products(lambda z: case.rho @ case.head(z), case.z, directions)
    bound, unit = rounding_majorant(case.head.trace(case.z), case.z)
    along = _curvature(bound, case.rho.abs(), None, directions.abs())
    return largest_ratio((found @ directions - wanted).abs(), ROUNDING_SAFETY * unit * along)


def products(function: Callable[[Tensor], Tensor], z: Tensor, directions: Tensor) -> Tensor:
    """Hessian of a scalar function at z times the columns of (d, p), by automatic differentiation."""
    leaf = z.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(function(leaf), leaf, create_graph=True)
    if not gradient.requires_grad:  # the function is affine
        return torch.zeros_like(directions)
    columns = [
        torch.autograd.grad(gradient, leaf, v, retain_graph=True, materialize_grads=True)[0]
        for v in directions.T
    ]
    return torch.stack(columns, dim=1)


def _curvature(
    trace: Trace, rho: Tensor, loss_product: LossProduct | None, directions: Tensor
) -> Tensor:
    """(G + M) v, or M v without a loss, for the columns of (d, p): the layers' sums, right to left."""
    weights = trace.head.weights
    moved = [directions.T @ weights[0].T]  # (A_l v)^T
    for w, (_, slope, _) in zip(weights[1:], trace.jets, strict=True):
        moved.append((slope * moved[-1]) @ w.T)
    back = torch.zeros_like(moved[-1]) if loss_product is None else loss_product(moved[-1])
    deltas = trace.adjoints(rho)
    for layer in range(len(weights) - 1, 0, -1):
        _, slope, curvature = trace.jets[layer - 1]
        back = slope * (back @ weights[layer]) + deltas[layer] * curvature * moved[layer - 1]
    return (back @ weights[0]).T


FORMULA = Claim(
    r"the layer formula: $M = \sum_l A_l^T \operatorname{diag}(\delta_l \circ s''(a_l)) A_l$",
    partial(head_cases, SMOOTH),
    formula_error,
    case_divisor=2,
)


# --- exact route --------------------------------------------------------------------------------


@st.composite
def integer_cases(draw: st.DrawFn) -> HeadCase:
    """Heads of depth 2-3 with activation a + a^2 and small integer entries.

    Every intermediate is an integer below 2^53, so float64 evaluates the layer formula without rounding.
    """
    depth = draw(st.integers(2, 3))
    sizes = draw(st.lists(st.integers(1, 3), min_size=depth + 1, max_size=depth + 1))

    def drawn(*shape: int) -> Tensor:
        numbers = draw(integers(math.prod(shape), 2))
        return torch.tensor(numbers, dtype=torch.float64).reshape(shape)

    pairs = list(zip(sizes[1:], sizes[:-1], strict=True))
    weights = tuple(drawn(*pair) for pair in pairs)
    biases = tuple(drawn(rows) for rows, _ in pairs)
    return HeadCase(Head(weights, biases, QUADRATIC), drawn(sizes[0]), drawn(sizes[-1]))


def delta_0(trace: Trace, rho: Tensor) -> Tensor:
    """J_h^T rho by the recursion of the layer formula."""
    return trace.adjoints(rho)[0]


def exact_mismatch(
    case: HeadCase, formula: Interaction = interaction, gradient: Interaction = delta_0
) -> float:
    """0 if the formulas for M and J^T rho equal exact differentiation entry by entry, else infinite."""
    polynomials, *variables = ring([f"z{r}" for r in range(case.head.d)], QQ)
    x = list(variables)
    for layer, (w, b) in enumerate(zip(case.head.weights, case.head.biases, strict=True)):
        x = [
            sum((int(c) * p for c, p in zip(row, x, strict=True)), polynomials(int(shift)))
            for row, shift in zip(w.tolist(), b.tolist(), strict=True)
        ]
        if layer < case.head.depth - 1:
            x = [p + p**2 for p in x]
    scalar = sum((int(c) * p for c, p in zip(case.rho.tolist(), x, strict=True)), polynomials(0))
    point = [(variable, int(c)) for variable, c in zip(variables, case.z.tolist(), strict=True)]
    trace = case.head.trace(case.z)
    first, second = gradient(trace, case.rho).tolist(), formula(trace, case.rho).tolist()
    for r, row in enumerate(variables):
        slope = scalar.diff(row)
        pairs = [(slope, first[r])]
        pairs += [(slope.diff(column), second[r][c]) for c, column in enumerate(variables)]
        for polynomial, found in pairs:
            value = polynomial.evaluate(point)
            if Fraction(int(value.numerator), int(value.denominator)) != Fraction(found):
                return math.inf
    return 0.0


def integer_cases_seen(case: HeadCase) -> dict[str, bool]:
    """What random polynomial heads must show."""
    curved = interaction(case.head.trace(case.z), case.rho)
    return {"three layers": case.head.depth == 3, "$M \\neq 0$": bool(curved.any())}


FORMULA_EXACT = Claim(
    r"the layer formula equals the exact Hessian of $\rho \cdot h$ entry by entry, and $\delta_0$ its gradient",
    integer_cases,
    exact_mismatch,
    arithmetic=Arithmetic.EXACT,
    features=integer_cases_seen,
)


# --- G + M --------------------------------------------------------------------------------------


class LossCase(NamedTuple):
    """A head, a point z, and the non-convex loss L(u) = g.u + u^T S u / 2 + (c.u)^3 / 6.

    Shapes: z (d,), g (k,), S (k, k), c (k,).
    """

    head: Head
    z: Annotated[Tensor, "$z$"]
    g: Annotated[Tensor, r"$L = g \cdot u + u^T S u / 2 + (c \cdot u)^3 / 6$: $g$"]
    s: Annotated[Tensor, "$S$"]
    c: Annotated[Tensor, "$c$"]

    def loss(self, u: Tensor) -> Tensor:
        """L(u): (k,) -> scalar."""
        return self.g @ u + u @ self.s @ u / 2 + (self.c @ u) ** 3 / 6

    def derivatives(self, u: Tensor) -> tuple[Tensor, Tensor]:
        """rho = grad L and H = hess L at u, by hand: (k,), (k, k)."""
        symmetric, along = (self.s + self.s.T) / 2, self.c @ u
        rho = self.g + symmetric @ u + self.c * along**2 / 2
        return rho, symmetric + along * torch.outer(self.c, self.c)

    def moduli(self, bound: Tensor) -> tuple[Tensor, LossProduct]:
        """Moduli of rho and products with those of H, from moduli of the output."""
        absolute = LossCase(self.head, self.z, self.g.abs(), self.s.abs(), self.c.abs())
        rho, hessian = absolute.derivatives(bound)
        return rho, lambda x: x @ hessian


@st.composite
def loss_cases(draw: st.DrawFn) -> LossCase:
    """Random smooth heads under random non-convex losses."""
    head = draw(heads(SMOOTH, depths=(2, 4), widths=(1, 3)))
    k = head.k
    parts = (draw(tensors(shape)) for shape in ((head.d,), (k,), (k, k), (k,)))
    return LossCase(head, *parts)


def effective_hessian_error(
    case: LossCase, pullback_weight: float = 1.0, interaction_weight: float = 1.0
) -> float:
    """Error of G + M against automatic differentiation of L o h, over the rounding allowed.

    The weights make false variants: a G + b M.
    """
    trace = case.head.trace(case.z)
    rho, loss_hessian = case.derivatives(trace.output)
    found = pullback_weight * pullback(trace, loss_hessian)
    found = found + interaction_weight * interaction(trace, rho)
    return curvature_error(case, found, torch.eye(case.head.d, dtype=case.z.dtype))


class Curved(Protocol):
    """A head at a point under a loss: what `curvature_error` needs of a case."""

    @property
    def head(self) -> Head:
        """The head."""

    @property
    def z(self) -> Tensor:
        """The point, (d,)."""

    def loss(self, u: Tensor) -> Tensor:
        """L(u): (k,) -> scalar."""

    def moduli(self, bound: Tensor) -> tuple[Tensor, LossProduct]:
        """Moduli of rho and products with those of H, from moduli of the output."""


def curvature_error(case: Curved, found: Tensor, directions: Tensor) -> float:
    """Error of a matrix for H_eff against automatic differentiation of L o h, over the rounding allowed.

    Args:
        case: head, point and loss.
        found: the matrix, (d, d).
        directions: compared are its products with the columns of this, (d, p).
    """
    wanted = products(lambda z: case.loss(case.head(z)), case.z, directions)
    bound, unit = rounding_majorant(case.head.trace(case.z), case.z)
    allowed = _curvature(bound, *case.moduli(bound.output), directions.abs())
    return largest_ratio((found @ directions - wanted).abs(), ROUNDING_SAFETY * unit * allowed)


EFFECTIVE_HESSIAN = Claim(
    r"the Hessian of $L \circ h$ is $G + M$",
    loss_cases,
    effective_hessian_error,
    case_divisor=2,
)


# --- heads without curvature --------------------------------------------------------------------


def flat_error(case: HeadCase, directions: Tensor | None = None) -> float:
    """0 if automatic differentiation finds rho.h to have no second derivative at all, else infinite.

    Args:
        case: head, point and residual gradient.
        directions: look at M v for the columns v of this (d, p) only.

    Raises:
        Vacuous: if some preactivation is within rounding of a kink.
    """
    if bool(near_kink(case.head, case.z)):
        raise Vacuous
    if directions is None:
        found = autograd_interaction(case)
    else:
        found = products(lambda z: case.rho @ case.head(z), case.z, directions)
    return 0.0 if bool((found == 0).all()) else math.inf


LINEAR_IS_FLAT = Claim(
    "$M = 0$ for a head with linear activations",
    partial(head_cases, (LINEAR,)),
    flat_error,
    case_divisor=2,
)

RELU_IS_FLAT = Claim(
    "$M = 0$ for a ReLU head at a point that is not within rounding of a kink",
    partial(head_cases, (RELU,)),
    flat_error,
    case_divisor=2,
)

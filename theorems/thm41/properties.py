"""The true claims of 4.1 on random heads: (F), G + M, affine and ReLU heads, invariant losses.

Oracles. (F) is compared with automatic differentiation (a second route that shares no code with
it) and, for polynomial heads, with exact rational differentiation, where no tolerance is needed.
Automatic differentiation would miss an error common to torch's derivative formulas and ours;
the exact route would miss one that only appears for transcendental activations.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import NamedTuple

import torch
from hypothesis import strategies as st
from sympy import QQ, ring
from torch import Tensor
from torch.autograd.functional import hessian

from verify.numeric.activations import LINEAR, QUADRATIC, RELU, SMOOTH
from verify.numeric.cases import (
    ROUNDING_SAFETY,
    HeadCase,
    autograd_interaction,
    describe_case,
    head_cases,
    interaction_error,
    largest_ratio,
)
from verify.numeric.claim import Claim, Vacuous
from verify.numeric.effective_hessian import interaction, majorant, pullback
from verify.numeric.heads import Head, Trace, near_kink
from verify.numeric.objectives import OBJECTIVES, Invariance, Loss
from verify.numeric.strategies import describe_head, exact, heads, tensors
from verify.statement import Arithmetic

Interaction = Callable[[Trace, Tensor], Tensor]
"""A formula for M from a head's trace and rho: the true one, or a false sibling of it."""


def formula_error(case: HeadCase, formula: Interaction = interaction) -> float:
    """Error of a formula for M against automatic differentiation, over the rounding allowed."""
    found = formula(case.head.trace(case.z), case.rho)
    return interaction_error(found, autograd_interaction(case), case)


FORMULA = Claim(
    r"(F): $M = \sum_l A_l^T \operatorname{diag}(\delta_l \circ s''(a_l)) A_l$",
    partial(head_cases, SMOOTH),
    formula_error,
    describe_case,
)


# --- exact route --------------------------------------------------------------------------------


@st.composite
def integer_cases(draw: st.DrawFn) -> HeadCase:
    """Heads of depth 2-3 with activation a + a^2 and small integer entries.

    Every intermediate is an integer below 2^53, so float64 evaluates (F) without rounding.
    """
    depth = draw(st.integers(2, 3))
    sizes = draw(st.lists(st.integers(1, 3), min_size=depth + 1, max_size=depth + 1))

    def integers(*shape: int) -> Tensor:
        size = math.prod(shape)
        numbers = draw(st.lists(st.integers(-2, 2), min_size=size, max_size=size))
        return torch.tensor(numbers, dtype=torch.float64).reshape(shape)

    pairs = list(zip(sizes[1:], sizes[:-1], strict=True))
    weights = tuple(integers(*pair) for pair in pairs)
    biases = tuple(integers(rows) for rows, _ in pairs)
    return HeadCase(Head(weights, biases, QUADRATIC), integers(sizes[0]), integers(sizes[-1]))


def exact_mismatch(case: HeadCase, formula: Interaction = interaction) -> float:
    """0 if a formula for M equals exact polynomial differentiation in every entry, else infinite."""
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
    found = formula(case.head.trace(case.z), case.rho).tolist()
    for r, row in enumerate(variables):
        for c, column in enumerate(variables):
            value = scalar.diff(row).diff(column).evaluate(point)
            if Fraction(int(value.numerator), int(value.denominator)) != Fraction(found[r][c]):
                return math.inf
    return 0.0


FORMULA_EXACT = Claim(
    r"(F) equals the exact Hessian of $\rho \cdot h$, entry by entry",
    integer_cases,
    exact_mismatch,
    describe_case,
    Arithmetic.EXACT,
)


# --- G + M --------------------------------------------------------------------------------------


class LossCase(NamedTuple):
    """A head, a point z, and the non-convex loss L(u) = g.u + u^T S u / 2 + (c.u)^3 / 6.

    Shapes: z (d,), g (k,), S (k, k), c (k,).
    """

    head: Head
    z: Tensor
    g: Tensor
    s: Tensor
    c: Tensor

    def loss(self, u: Tensor) -> Tensor:
        """L(u): (k,) -> scalar."""
        return self.g @ u + u @ self.s @ u / 2 + (self.c @ u) ** 3 / 6

    def derivatives(self, u: Tensor) -> tuple[Tensor, Tensor]:
        """rho = grad L and H = hess L at u, by hand: (k,), (k, k)."""
        symmetric, along = (self.s + self.s.T) / 2, self.c @ u
        rho = self.g + symmetric @ u + self.c * along**2 / 2
        return rho, symmetric + along * torch.outer(self.c, self.c)


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

    The weights make false siblings: a G + b M.
    """
    trace = case.head.trace(case.z)
    rho, loss_hessian = case.derivatives(trace.output)
    found = pullback_weight * pullback(trace, loss_hessian)
    found = found + interaction_weight * interaction(trace, rho)
    wanted = hessian(lambda z: case.loss(case.head(z)), case.z)
    bound, unit = majorant(trace, case.z)
    moduli = LossCase(bound.head, case.z.abs(), case.g.abs(), case.s.abs(), case.c.abs())
    rho_bound, hessian_bound = moduli.derivatives(bound.output)
    allowed = pullback(bound, hessian_bound) + interaction(bound, rho_bound)
    return largest_ratio((found - wanted).abs(), ROUNDING_SAFETY * unit * allowed)


def describe_loss_case(case: LossCase) -> tuple[tuple[str, str], ...]:
    """A loss case as (name, value) pairs."""
    loss = (("$g$", exact(case.g)), ("$S$", exact(case.s)), ("$c$", exact(case.c)))
    return (*describe_head(case.head), ("$z$", exact(case.z)), *loss)


EFFECTIVE_HESSIAN = Claim(
    r"the Hessian of $L \circ h$ is $G + M$",
    loss_cases,
    effective_hessian_error,
    describe_loss_case,
)


# --- heads without curvature --------------------------------------------------------------------


def flat_error(case: HeadCase) -> float:
    """0 if automatic differentiation finds rho.h to have no second derivative at all, else infinite.

    Raises:
        Vacuous: if some preactivation is within rounding of a kink.
    """
    if bool(near_kink(case.head, case.z)):
        raise Vacuous
    return 0.0 if bool((autograd_interaction(case) == 0).all()) else math.inf


LINEAR_IS_FLAT = Claim(
    "$M = 0$ for a head with linear activations",
    partial(head_cases, (LINEAR,)),
    flat_error,
    describe_case,
)

RELU_IS_FLAT = Claim(
    "$M = 0$ for a ReLU head at a point that is not within rounding of a kink",
    partial(head_cases, (RELU,)),
    flat_error,
    describe_case,
)


# --- scale-invariant losses ---------------------------------------------------------------------


class OutputCase(NamedTuple):
    """An objective's loss and head outputs u, shape (B, k), float64."""

    objective: str
    seed: int
    u: Tensor

    @property
    def loss(self) -> Loss:
        """The loss with targets, keys and weights drawn from the seed."""
        generator = torch.Generator().manual_seed(self.seed)
        objective = OBJECTIVES[self.objective]
        batch, k = self.u.shape
        return objective.bind(objective.context(batch, k, generator))


INVARIANT = tuple(
    name for name, objective in OBJECTIVES.items() if objective.invariance is Invariance.ROW
)
"""The objectives that depend on the direction of every output only."""


@st.composite
def outputs(draw: st.DrawFn, names: tuple[str, ...]) -> OutputCase:
    """Non-zero outputs of 4 samples in 2 to 4 dimensions, under one of the named objectives."""
    name, seed = draw(st.sampled_from(names)), draw(st.integers(0, 2**31))
    return OutputCase(name, seed, draw(tensors((4, draw(st.integers(2, 4))), nonzero=True)))


def describe_output(case: OutputCase) -> tuple[tuple[str, str], ...]:
    """An output case as (name, value) pairs."""
    return (("objective", f"{case.objective}, seed {case.seed}"), ("$u$", exact(case.u)))


EULER_TOLERANCE = 1e-9
"""Error allowed relative to |H||u| + |rho|: the registry's derivatives agree with automatic
differentiation to 1e-10 of the same scale, and the outputs are at most 32 times apart in length."""


def euler_error(case: OutputCase, tilt: float = 0.0) -> float:
    """Largest of |H u + rho| and |u.H u|, over the error allowed.

    Args:
        case: objective and outputs; u stands for all of them, scaled together.
        tilt: weight of |u|^2 / 2 added to the loss, which spoils the invariance.
    """
    _, rho, product = case.loss.jet(case.u)
    rho, curved = rho + tilt * case.u, product(case.u) + tilt * case.u
    length = float(case.u.norm())
    scale = float(case.loss.dense_hessian(case.u).abs().max()) * length + float(rho.norm())
    if scale == 0:
        raise Vacuous
    radial = float((curved + rho).norm()) / scale
    double = float((case.u * curved).sum().abs()) / (scale * length)
    return max(radial, double) / EULER_TOLERANCE


EULER = Claim(
    r"$\nabla^2 L \, u = -\rho$ and $u^T \nabla^2 L \, u = 0$ for the scale-invariant objectives",
    partial(outputs, INVARIANT),
    euler_error,
    describe_output,
)

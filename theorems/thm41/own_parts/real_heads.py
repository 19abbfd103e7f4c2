"""The exact states of 4.1 are states of real heads: the same in floating point, by another route."""

from __future__ import annotations

import math
from functools import partial

import torch
from flint import fmpq_mat
from torch import Tensor
from torch.autograd.functional import jacobian

from theorems.thm41.own_parts.states import State, states
from verify.claims.declare import mutant_check, property_check, section
from verify.claims.head_cases import (
    ROUNDING_SAFETY,
    HeadCase,
    autograd_interaction,
    interaction_error,
    largest_ratio,
)
from verify.claims.property import Claim
from verify.numeric.activations import ACTIVATIONS
from verify.numeric.effective_hessian import rounding_majorant
from verify.numeric.heads import Head
from verify.numeric.rational import floats

POINTS = {
    "tanh": math.atanh,
    "softplus": lambda p: math.log(p / (1 - p)),
    "quadratic": lambda t: t,
}
"""A unit's preactivation from its parameter, see `states`."""


def _float(m: fmpq_mat) -> Tensor:
    return torch.tensor(floats(m), dtype=torch.float64)


def head_case(state: State) -> HeadCase:
    """The head, at z = 0: every bias puts its layer's units at their points."""
    activation, weights = ACTIVATIONS[state.activation], [_float(w) for w in state.weights]
    x, biases = torch.zeros(weights[0].shape[1], dtype=torch.float64), []
    for w, layer in zip(weights, state.points, strict=False):
        points = torch.tensor(
            [POINTS[state.activation](float(t)) for t in layer], dtype=torch.float64
        )
        biases.append(points - w @ x)
        x = activation(points)
    head = Head(weights, [*biases, None], activation)
    return HeadCase(head, torch.zeros_like(weights[0][0]), _float(state.rho)[:, 0])


def real_error(state: State, curvature: int = 1, slope: int = 1) -> float:
    """Error of a state's M and J against automatic differentiation of its head, over the allowed."""
    case = head_case(state)
    m = interaction_error(curvature * _float(state.interaction), autograd_interaction(case), case)
    bound, unit = rounding_majorant(case.head.trace(case.z), case.z)
    gap = (slope * _float(state.jacobians[-1]) - jacobian(case.head, case.z)).abs()
    return max(m, largest_ratio(gap, ROUNDING_SAFETY * unit * bound.jacobian()))


REAL = Claim(
    "$M$ and $J_h$ of an exact state are those of the head with its weights, by automatic differentiation",
    partial(states, depths=(2, 4), widths=(1, 3)),
    real_error,
)

CHECKS = section(
    "thm41.states",
    property_check("property", "The exact states are states of real heads", REAL),
    mutant_check(
        "sign",
        REAL.mutant("$-M$ of an exact state is $M$ of the head with its weights", curvature=-1),
    ),
    mutant_check(
        "jacobian",
        REAL.mutant("$-J_h$ of an exact state is $J_h$ of the head with its weights", slope=-1),
    ),
    part="F",
)

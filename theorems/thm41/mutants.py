"""False variants of 4.1: near-misses that the true claims must refute."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from theorems.thm41.outputs import EULER, OutputCase, outputs
from theorems.thm41.properties import EFFECTIVE_HESSIAN, FORMULA_EXACT, LINEAR_IS_FLAT
from verify.claims.head_cases import head_cases
from verify.claims.property import Claim
from verify.numeric.activations import SMOOTH
from verify.numeric.heads import Trace


def _terms(trace: Trace, rho: Tensor, deltas: tuple[Tensor, ...] | None = None) -> list[Tensor]:
    """The layers' terms A_l^T diag(delta_l * s''(a_l)) A_l of the layer formula."""
    deltas = trace.adjoints(rho) if deltas is None else deltas
    return [
        jacobian.mT @ ((delta * curvature).unsqueeze(-1) * jacobian)
        for jacobian, delta, (_, _, curvature) in zip(
            trace.preactivation_jacobians()[:-1], deltas[1:], trace.jets, strict=True
        )
    ]


def wrong_sign(trace: Trace, rho: Tensor) -> Tensor:
    """-M."""
    return -torch.stack(_terms(trace, rho)).sum(0)


def doubled(trace: Trace, rho: Tensor) -> Tensor:
    """2M: the Taylor coefficient taken for the derivative, the other way round."""
    return 2 * torch.stack(_terms(trace, rho)).sum(0)


def first_layer_only(trace: Trace, rho: Tensor) -> Tensor:
    """The first layer's term alone."""
    return _terms(trace, rho)[0]


def last_layer_only(trace: Trace, rho: Tensor) -> Tensor:
    """The last hidden layer's term alone."""
    return _terms(trace, rho)[-1]


def slope_for_curvature(trace: Trace, rho: Tensor) -> Tensor:
    """s' in the place of s''."""
    swapped = tuple((s, s1, s1) for s, s1, _ in trace.jets)
    return torch.stack(_terms(Trace(trace.head, swapped, trace.output), rho)).sum(0)


def adjoint_at_preactivation(trace: Trace, rho: Tensor) -> Tensor:
    """delta_l taken as d(rho.h)/d a_l, which carries a factor s'(a_l) too many."""
    slopes = [torch.ones_like(trace.adjoints(rho)[0]), *(s1 for _, s1, _ in trace.jets)]
    deltas = tuple(s1 * delta for s1, delta in zip(slopes, trace.adjoints(rho), strict=True))
    return torch.stack(_terms(trace, rho, deltas)).sum(0)


def jacobian_at_output(trace: Trace, rho: Tensor) -> Tensor:
    """d x_l / d z in the place of A_l = d a_l / d z."""
    return torch.stack(
        [
            (slope.unsqueeze(-1) * jacobian).mT
            @ ((delta * curvature * slope).unsqueeze(-1) * jacobian)
            for jacobian, delta, (_, slope, curvature) in zip(
                trace.preactivation_jacobians()[:-1],
                trace.adjoints(rho)[1:],
                trace.jets,
                strict=True,
            )
        ]
    ).sum(0)


def adjoint_without_slopes(trace: Trace, rho: Tensor) -> Tensor:
    """delta_{l-1} = W_l^T delta_l: back-propagation that forgets s'(a_l)."""
    weights = trace.head.weights
    deltas = [rho @ weights[-1]]
    for weight in weights[-2::-1]:
        deltas.append(deltas[-1] @ weight)
    return torch.stack(_terms(trace, rho, tuple(deltas[::-1]))).sum(0)


FORMULAS = {
    "sign": (wrong_sign, "the layer formula with the opposite sign"),
    "double": (doubled, "the layer formula with a factor 2"),
    "first-layer": (first_layer_only, "the layer formula with the first layer's term only"),
    "last-layer": (last_layer_only, "the layer formula with the last hidden layer's term only"),
    "slope": (slope_for_curvature, "the layer formula with $s'$ for $s''$"),
    "adjoint-preactivation": (
        adjoint_at_preactivation,
        r"the layer formula with $\delta_l = \partial(\rho \cdot h) / \partial a_l$",
    ),
    "jacobian-output": (
        jacobian_at_output,
        r"the layer formula with $\partial x_l / \partial z$ for $A_l$",
    ),
    "adjoint-slopes": (
        adjoint_without_slopes,
        r"the layer formula with $\delta_{l-1} = W_l^T \delta_l$",
    ),
}
"""False variants of the layer formula, each with the claim in words."""


def gradient_without_slopes(trace: Trace, rho: Tensor) -> Tensor:
    """W_1^T delta_1."""
    return trace.adjoints(rho)[1] @ trace.head.weights[0]


GRADIENT = FORMULA_EXACT.mutant(
    r"the layer formula with $J_h^T \rho = W_1^T \delta_1$", gradient=gradient_without_slopes
)


SMOOTH_IS_FLAT = Claim(
    "$M = 0$ for a head with a smooth activation",
    partial(head_cases, SMOOTH),
    LINEAR_IS_FLAT.normalised_error,
)

EFFECTIVE_HESSIANS = {
    "difference": EFFECTIVE_HESSIAN.mutant(
        r"the Hessian of $L \circ h$ is $G - M$", interaction_weight=-1.0
    ),
    "pullback": EFFECTIVE_HESSIAN.mutant(
        r"the Hessian of $L \circ h$ is $G$", interaction_weight=0.0
    ),
    "millionth": EFFECTIVE_HESSIAN.mutant(
        r"the Hessian of $L \circ h$ is $G + (1 + 10^{-6}) M$", interaction_weight=1 + 1e-6
    ),
}
"""False variants of H_eff = G + M; the last one probes the tolerance."""

EULER_TILTED = EULER.mutant(
    "Euler's relations hold for a scale-invariant objective plus $10^{-6} |u|^2 / 2$", tilt=1e-6
)

EULER_SQUARED_ERROR = replace(
    EULER, text="Euler's relations hold for the squared error", cases=partial(outputs, ("mse",))
)


def negative_curvature(case: OutputCase) -> float:
    """-lambda_min of the loss Hessian over what rounding can make of 0."""
    least = torch.linalg.eigvalsh(case.loss.dense_hessian(case.u)).min()
    allowed = 1000 * torch.finfo(torch.float64).eps * (1 + least.abs())
    return float(-least / allowed)


COSINE_IS_PSD = Claim(
    r"$\nabla^2 L \succeq 0$ for negative cosine",
    partial(outputs, ("negative_cosine",)),
    negative_curvature,
)

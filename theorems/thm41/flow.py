"""Gradient flow beside critical collapses: the states, the integrator, the rate of escape.

The first layer of a smooth head is W_1 = [B; -B] with equal biases, so that at z* = 0 the units pair
up; with equal outgoing weights in a pair, J_h = 0 there for every rho, and nothing about rho is
selected. What happens then is decided by M alone: H_eff = M.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from verify.numeric.activations import Activation
from verify.numeric.effective_hessian import interaction, pullback
from verify.numeric.heads import Head

START = 1e-6
"""Distance from z* at which the flow starts: far above rounding, far below the head's scale."""

FAR = 1e-3
"""Distance at which the linear regime is left for certain: curvature terms are of relative size 1e-3."""

D, PAIRS, K = 4, 6, 3


class Draw(NamedTuple):
    """A critical state at z* = 0: the head, the loss L(u) = rho.u + |u|^2 / 2, and rho."""

    head: Head
    rho: Tensor

    def gradient(self, z: Tensor) -> Tensor:
        """Gradient of L(h(z) - h(0)), by the chain rule: (d,) -> (d,)."""
        trace = self.head.trace(z)
        return trace.adjoints(self.rho + trace.output)[0]

    def effective_hessian(self, z: Tensor) -> Tensor:
        """H_eff there, by the layer formula."""
        trace = self.head.trace(z)
        identity = torch.eye(len(self.rho), dtype=z.dtype)
        return pullback(trace, identity) + interaction(trace, self.rho + trace.output)


def draw(activation: Activation, generator: torch.Generator) -> Draw:
    """A random head with J_h = 0 and h = 0 at z* = 0 (for a linear one: J^T rho = 0), and rho != 0."""

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    half, bias, out, rho = normal(PAIRS, D), normal(PAIRS), normal(K, PAIRS), normal(K)
    w1, b1 = torch.cat((half, -half)), torch.cat((bias, bias))
    w2 = torch.cat((out, out), dim=1) / (2 * PAIRS) ** 0.5
    return Draw(Head((w1, w2), (b1, -w2 @ activation(b1)), activation), rho)


STEP = 0.25
"""Time step times |H_eff|: the classical Runge-Kutta method errs by STEP^5 / 120 = 8e-6 a step there."""

LONGEST = 2500
"""Steps at most."""


class Flow(NamedTuple):
    """A trajectory: the time step, distances from 0, and components along one direction."""

    h: float
    distances: Tensor
    components: Tensor


def flow(state: Draw, z: Tensor, direction: Tensor, stiffness: float, time: float) -> Flow:
    """Gradient flow by the classical Runge-Kutta method until 10 FAR, or for a given time."""
    h = STEP / stiffness
    distances, components = [float(z.norm())], [float(z @ direction)]
    for _ in range(min(LONGEST, math.ceil(time / h))):
        k1 = -state.gradient(z)
        k2 = -state.gradient(z + h / 2 * k1)
        k3 = -state.gradient(z + h / 2 * k2)
        k4 = -state.gradient(z + h * k3)
        z = z + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        distances.append(float(z.norm()))
        components.append(float(z @ direction))
        if distances[-1] > 10 * FAR:
            break
    return Flow(h, torch.tensor(distances).double(), torch.tensor(components).double())


def rate_of_escape(path: Flow) -> float | None:
    """Slope of log |component| by least squares before FAR is reached; None if it never is.

    The component along the least eigenvector grows at |lambda_min| from the start; the distance
    itself does so only once every other unstable direction is left behind.
    """
    if float(path.distances.max()) < FAR:
        return None
    inside = ((path.distances < FAR) & (path.components != 0)).nonzero().flatten()
    times, logs = inside.double() * path.h, path.components[inside].abs().log()
    centred = times - times.mean()
    return float((centred * logs).sum() / (centred * centred).sum())


class Escaped(NamedTuple):
    """What one draw did: lambda_min, rate of escape (None: stayed), gradient at z*, long enough run?"""

    least: float
    rate: float | None
    gradient: float
    resolved: bool


def follow(state: Draw, generator: torch.Generator) -> Escaped:
    """Gradient flow from a random point at distance START, for 24 time constants of lambda_min."""
    origin = torch.zeros(D, dtype=torch.float64)
    values, vectors = torch.linalg.eigh(state.effective_hessian(origin))
    start = torch.randn(D, generator=generator, dtype=torch.float64)
    stiffness, time = float(values.abs().max()), 24 / float(values[0].abs())
    path = flow(state, START * start / start.norm(), vectors[:, 0], stiffness, time)
    return Escaped(
        float(values[0]),
        rate_of_escape(path),
        float(state.gradient(origin).norm()),
        time * stiffness / STEP <= LONGEST,
    )

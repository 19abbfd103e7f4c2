"""Gradient flow in z beside critical collapses: the states, the integrator, the slope of escape.

A state is a two-layer head with J_h != 0 at z* = 0 and J_h^T rho = 0 != rho under the squared error
L(u) = rho.u + |u|^2 / 2, u = h(z) - h(0). Criticality asks that delta = W_2^T rho lies in the kernel
of W_1^T S, which is a linear condition on one row of W_2 (the row along rho); everything else,
rho included, is drawn and nothing is selected.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from verify.numeric.activations import Activation
from verify.numeric.effective_hessian import interaction, pullback
from verify.numeric.heads import Head

D, WIDTH, K = 4, 12, 6

OFF_KINK = 0.1
"""Distance of every preactivation from 0, the kink of ReLU."""

LARGEST = 1e-3
"""Distance from z* at which the window of the slope ends at the latest."""

DECADES = 3
"""Length of the window: from 1e-6 to 1e-3 for nearly all draws."""

BEND = 1e-3
"""Relative deviation from linear flow that third derivatives may make at the window's end."""

SETTLED = 1e-3
"""Relative deviation of the linear flow's log-slope from |lambda_min| at the window's start."""

MARGINAL = 1e-3
"""Below this multiple of |H_eff| the least eigenvalue sets a time scale that is not followed."""


NEAR = 0.1
"""Eigenvectors whose eigenvalues are within this multiple of |lambda_min| of the least count with its own.
Where the window begins, the others have `SETTLED` / `NEAR` = 1e-2 of the square of the distance at most, and
over the window they fall behind."""


class States(NamedTuple):
    """A batch of critical states: W_1 (B, m, d), b_1 and s(b_1) (B, m), W_2 (B, k, m), rho (B, k)."""

    activation: Activation
    w1: Tensor
    b1: Tensor
    resting: Tensor
    w2: Tensor
    rho: Tensor

    def gradient(self, z: Tensor) -> Tensor:
        """Gradient of L(h(z) - h(0)) by z: (B, d) -> (B, d)."""
        value, slope, _ = self.activation.jet(_times(self.w1, z) + self.b1)
        moved = _times(self.w2, value - self.resting)
        return _times(self.w1.mT, slope * _times(self.w2.mT, self.rho + moved))

    def head(self, n: int) -> Head:
        """The n-th state's head, with h(0) = 0."""
        w2 = self.w2[n]
        return Head((self.w1[n], w2), (self.b1[n], -w2 @ self.resting[n]), self.activation)

    def effective_hessian(self, z: Tensor) -> Tensor:
        """H_eff of every state by the layer formula: (B, d) -> (B, d, d)."""
        found = []
        for n, point in enumerate(z):
            trace = self.head(n).trace(point)
            identity = torch.eye(len(trace.output), dtype=z.dtype)
            found.append(pullback(trace, identity) + interaction(trace, self.rho[n] + trace.output))
        return torch.stack(found)

    @property
    def jacobian_norms(self) -> Tensor:
        """|J_h| at z* = 0, Frobenius, (B,)."""
        slope = self.activation.jet(self.b1)[1]
        return (self.w2 @ (slope.unsqueeze(-1) * self.w1)).norm(dim=(1, 2))


def _times(matrices: Tensor, vectors: Tensor) -> Tensor:
    return (matrices @ vectors.unsqueeze(-1)).squeeze(-1)


def critical_states(activation: Activation, size: int, generator: torch.Generator) -> States:
    """So many random critical states."""

    def normal(*shape: int) -> Tensor:
        return torch.randn(size, *shape, generator=generator, dtype=torch.float64)

    w1, b1, rho = normal(WIDTH, D), normal(WIDTH), normal(K)
    b1 = b1 + OFF_KINK * torch.where(b1 >= 0, 1.0, -1.0)
    # Where every unit of a ReLU head is off, J_h = 0: one is on.
    b1[:, 0] *= torch.where((b1 < 0).all(dim=1), -1.0, 1.0)
    length = rho.norm(dim=1, keepdim=True)
    through = activation.jet(b1)[1].unsqueeze(-1) * w1  # S W_1
    free = normal(WIDTH) * length / K**0.5
    delta, inverse = free, torch.linalg.pinv(through)
    for _ in range(2):  # once leaves the rounding times the condition of S W_1
        delta = delta - _times(through, _times(inverse, delta))
    along = (rho / length).unsqueeze(-1)
    across = normal(K, WIDTH) / WIDTH**0.5
    across = across - along @ (along.mT @ across)
    w2 = along @ (delta / length).unsqueeze(1) + across
    return States(activation, w1, b1, activation(b1), w2, rho)


class Window(NamedTuple):
    """What is fixed of every draw before the flow runs, each (B,) but the last (B, d, d): see `window`."""

    least: Tensor
    norm: Tensor
    start: Tensor
    end: Tensor
    settled: Tensor
    along: Tensor


def window(states: States, direction: Tensor) -> Window:
    """The window of the slope, from the spectrum at z* and the direction of the start alone.

    It ends at the distance at which third derivatives along the least eigenvector bend the flow
    by `BEND`, at `LARGEST` at most; it is three decades long; and it may begin once the linear flow
    from that start, whose log-slope increases to |lambda_min|, is within `SETTLED` of it.

    Args:
        states: where.
        direction: of the start, unit vectors (B, d).

    Returns:
        lambda_min, |H_eff|, the distances at which the window starts and ends, the time from
        which it may start (0 where lambda_min >= 0), and the projection on the eigenvectors that are
        `NEAR` the least.
    """
    values, vectors = torch.linalg.eigh(states.effective_hessian(torch.zeros_like(direction)))
    least, v = values[:, 0], vectors[:, :, 0]
    third = states.effective_hessian(1e-4 * v) - states.effective_hessian(-1e-4 * v)
    third = _times(third, v).norm(dim=1) / 2e-4
    # Along v the flow is lambda x + third x^2 / 2.
    end = (2 * BEND * least.abs() / third).clamp(min=1e-9, max=LARGEST)
    shares = _times(vectors.mT, direction) ** 2
    settled = torch.zeros_like(least)
    for n in (least < 0).nonzero().flatten().tolist():
        settled[n] = _settling_time(values[n], shares[n])
    chosen = vectors * (values <= (least + NEAR * least.abs()).unsqueeze(1)).unsqueeze(1)
    begin = end * 10.0**-DECADES
    return Window(least, values.abs().amax(1), begin, end, settled, chosen @ chosen.mT)


def _settling_time(values: Tensor, shares: Tensor) -> float:
    """When the log-slope of the linear flow is within SETTLED of |lambda_min|: it is increasing."""
    rate = -float(values[0])
    low, high = 0.0, 1e9 / rate

    def missing(time: float) -> bool:
        weights = torch.softmax(shares.log() - 2 * values * time, dim=0)
        return float(-(weights * values).sum()) < (1 - SETTLED) * rate

    if not missing(low):
        return 0.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if missing(middle) else (low, middle)
    return high


class Followed(NamedTuple):
    """What the draws did, each (B,) but `leaving`.

    Attributes:
        slope: of log |z| by least squares over the window; NaN where the draw never left.
        first: the same over the first three decades, transient included.
        leaving: z / |z| at the window's end, (B, d); NaN where the draw never left.
        farthest: largest distance over the starting one.
        steps: Runge-Kutta steps.
        paths: |lambda_min| t and log10 of the distance, unwrapped, of the first `PATHS` unstable draws.
    """

    slope: Tensor
    first: Tensor
    leaving: Tensor
    farthest: Tensor
    steps: int
    paths: tuple[tuple[list[float], list[float]], ...]


PATHS = 4
"""Draws whose path is kept for the figure: the first unstable ones, as drawn."""

STABLE_TIME = 7.0
"""Time constants 1 / lambda_min for which a stable state is watched: a factor exp(7) = 1097."""

STIFF_TIME = 500.0
"""The longest that a stable state is watched, in units of 1 / |H_eff|."""

LONGEST_ESCAPE = 40.0
"""Time constants 1 / |lambda_min| after settling for which an unstable state is watched: two windows
take 2 ln(1000) = 14 and a start almost across the least eigenvector ln(1 / share) more."""

STIFF = 2.0
"""Step times |H_eff| at most: the classical Runge-Kutta method is stable up to 2.78."""

ACCURACY = 0.25
"""Step times |lambda_min|: the classical Runge-Kutta method then errs by 0.25^4 / 120 = 3e-5 of it."""


def follow(states: States, direction: Tensor, told: Window) -> Followed:
    """Gradient flow by the classical Runge-Kutta method, every draw until its window or time has ended.

    A draw that reaches the window's end before its
    transient is over is set back along its ray to the window's start, where the flow is the same
    linear one; the distances of the pieces are joined.
    """
    unstable = told.least < 0
    h = torch.minimum(STIFF / told.norm, ACCURACY / told.least.abs())
    limit = torch.where(
        unstable,
        told.settled + LONGEST_ESCAPE / told.least.abs(),
        torch.minimum(STABLE_TIME / told.least.abs(), STIFF_TIME / told.norm),
    )
    z = told.start.unsqueeze(-1) * direction
    zero = torch.zeros_like(h)
    time, begun, joined, farthest = zero, zero, zero, torch.ones_like(h)
    sums = torch.zeros(5, len(h), dtype=h.dtype)
    slope, first, leaving = zero + math.nan, zero + math.nan, math.nan * direction
    running, steps = torch.ones_like(unstable), 0
    kept = unstable.nonzero().flatten()[:PATHS]
    history = []
    at_rest = states.gradient(torch.zeros_like(z))  # rounding: without it 0 is critical to the flow
    while bool(running.any()):
        distance = z.norm(dim=1)
        farthest = torch.maximum(farthest, torch.where(running, distance / told.start, farthest))
        y, t = (distance / told.start).log(), (time - begun) / h
        history.append(torch.stack((time[kept], (y + joined)[kept])))
        sums = sums + torch.stack((torch.ones_like(t), t, y, t * t, t * y))
        left = running & unstable & (distance > told.end)
        fitted = _fitted(sums) / h
        first = torch.where(left & first.isnan(), fitted, first)
        over = left & (begun >= told.settled)
        slope = torch.where(over, fitted, slope)
        leaving = torch.where(over.unsqueeze(-1), z / distance.unsqueeze(-1), leaving)
        running = running & slope.isnan() & (time < limit)
        back = left & running
        z = torch.where(back.unsqueeze(-1), z * (told.start / distance).unsqueeze(-1), z)
        joined = torch.where(back, joined + y, joined)
        begun = torch.where(back, time, begun)
        sums = torch.where(back, zero, sums)
        step = torch.where(running, h, zero)
        z = runge_kutta(lambda z: at_rest - states.gradient(z), z, step.unsqueeze(-1))
        time, steps = time + step, steps + 1
    paths = torch.stack(history, dim=-1)
    return Followed(
        slope,
        first,
        leaving,
        farthest,
        steps,
        tuple(_thinned(paths[:, n], told, int(draw)) for n, draw in enumerate(kept)),
    )


def runge_kutta(velocity: Callable[[Tensor], Tensor], x: Tensor, h: Tensor) -> Tensor:
    """One step of the classical Runge-Kutta method for dx/dt = velocity(x): (B, n), with steps h: (B, 1)."""
    k1 = velocity(x)
    k2 = velocity(x + h / 2 * k1)
    k3 = velocity(x + h / 2 * k2)
    k4 = velocity(x + h * k3)
    return x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def _fitted(sums: Tensor) -> Tensor:
    """Slopes of least-squares lines from sums of 1, t, y, t^2, t y."""
    n, t, y, tt, ty = sums
    return (n * ty - t * y) / (n * tt - t * t)


def _thinned(path: Tensor, told: Window, n: int) -> tuple[list[float], list[float]]:
    """About 60 points of a path in units of 1 / |lambda_min| and of decades."""
    last = int((path[0] < path[0, -1]).sum()) + 1
    chosen = torch.linspace(0, last - 1, 60).round().long().unique()
    times = (path[0, chosen] * told.least[n].abs()).tolist()
    decades = (path[1, chosen] / math.log(10)) + math.log10(float(told.start[n]))
    return times, decades.tolist()

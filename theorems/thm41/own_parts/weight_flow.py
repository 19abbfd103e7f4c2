"""The control of 4.1's escape: weights that train leave states where nothing moves in z.

A two-layer head without biases at W_1 = W_2 = 0 and a collapsed z: its output is 0 whatever z is,
so H_eff = 0 and no z moves; the gradient in both weights vanishes too, although rho != 0. Beside
it the weights follow dW_1/dt = -S W_2^T rho z^T and dW_2/dt = -rho (S W_1 z)^T to first order, a
linear flow whose largest rate is sigma_max(C), C = -rho z^T: here |rho| |z|. (Behind an output
bias that trains, rho != 0 is never critical. A ReLU head has its kink there: the gradient is 0 by
the convention s'(0) = 0, and 0 lies in the Clarke subdifferential.)
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from theorems.thm41.own_parts.flow import runge_kutta
from verify.numeric.activations import Activation

D, WIDTH, K = 6, 64, 4

START, FROM, TO = 1e-6, 1e-4, 1e-2
"""Distances at which the flow starts and its slope is measured. From FROM on what does not grow,
START in length at most, is (START / FROM)^2 = 1e-4 of the square; at TO the output is about
TO^2 = 1e-4 of rho."""

STEP = 0.05
"""Time step times sigma_max(C)."""

LONGEST = 60.0
"""Time in units of 1 / sigma_max(C): ln(TO / START) = 9.2 and what the start needs to align."""


class Left(NamedTuple):
    """Each (B,): sigma_max(C), the log-distance slope (NaN: never left), |gradient| at the state."""

    rate: Tensor
    slope: Tensor
    gradient: Tensor


def leave_in_weights(activation: Activation, size: int, generator: torch.Generator) -> Left:
    """Gradient flow of L(h) = rho.h + |h|^2 / 2 in W_1 and W_2 from START beside 0, all draws."""

    def normal(*shape: int) -> Tensor:
        return torch.randn(size, *shape, generator=generator, dtype=torch.float64)

    z, rho = normal(D), normal(K)
    rate = rho.norm(dim=1) * z.norm(dim=1)
    weights = torch.cat((normal(WIDTH * D), normal(K * WIDTH)), dim=1)

    def gradient(flat: Tensor) -> Tensor:
        w1 = flat[:, : WIDTH * D].reshape(size, WIDTH, D)
        w2 = flat[:, WIDTH * D :].reshape(size, K, WIDTH)
        value, slope, _ = activation.jet((w1 @ z.unsqueeze(-1)).squeeze(-1))
        back = rho + (w2 @ value.unsqueeze(-1)).squeeze(-1)
        into = slope * (back.unsqueeze(1) @ w2).squeeze(1)
        first = into.unsqueeze(-1) * z.unsqueeze(1)
        second = back.unsqueeze(-1) * value.unsqueeze(1)
        return torch.cat((first.flatten(1), second.flatten(1)), dim=1)

    at_rest = gradient(torch.zeros_like(weights)).norm(dim=1)
    weights = START * weights / weights.norm(dim=1, keepdim=True)
    h = (STEP / rate).unsqueeze(-1)
    logs = []
    for _ in range(int(LONGEST / STEP)):
        logs.append(weights.norm(dim=1).log())
        weights = runge_kutta(lambda w: -gradient(w), weights, h)
        if bool((weights.norm(dim=1) > TO).all()):
            break
    path = torch.stack(logs)  # (steps, B)
    slopes = torch.full_like(rate, torch.nan)
    for n in range(size):
        inside = (path[:, n] > math.log(FROM)).nonzero().flatten()
        if float(path[-1, n]) > math.log(TO / 10) and len(inside) > 2:
            y = path[inside[0] :, n]
            y = y[: int((y < math.log(TO)).sum())]
            t = torch.arange(len(y), dtype=y.dtype)
            t = t - t.mean()
            slopes[n] = (t * y).sum() / (t * t).sum() * rate[n] / STEP
    return Left(rate, slopes, at_rest)

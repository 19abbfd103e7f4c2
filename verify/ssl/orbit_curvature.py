"""How sharply a representation turns as its image moves along an orbit. Pure functions of tensors.

For points x_1, .., x_A at equal steps of a parameter, with steps s_a = x_{a+1} - x_a:

* the *second difference* |s_{a+1} - s_a|, the published measure, grows with the size of the orbit;
* the *turning angle* between s_a and s_{a+1} does not.

Halving the parameter's step divides the second differences of a smooth curve by 4 and its turning
angles by 2. Of a curve with many independent kinks within every step it divides them by 2^1.5 and
2^0.5: what is measured is then not a curvature, and depends on the step.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Bending:
    """Means over each of n curves.

    Attributes:
        step: (n,), of |s_a|.
        second: (n,), of |s_{a+1} - s_a|.
        turning: (n,), of the angle between s_a and s_{a+1}, radians; NaN if a step vanishes.
    """

    step: Tensor
    second: Tensor
    turning: Tensor


def bending(points: Tensor) -> Bending:
    """Measure curves of points (n, A, d), A >= 3, in float64."""
    steps = points.double().diff(dim=1)
    lengths = steps.norm(dim=-1)
    directions = steps / lengths[..., None]
    first, second = directions[:, :-1], directions[:, 1:]
    # Kahan's formula: the arc cosine would lose half of the digits of a small angle.
    angles = 2 * torch.atan2((first - second).norm(dim=-1), (first + second).norm(dim=-1))
    return Bending(
        step=lengths.mean(1), second=steps.diff(dim=1).norm(dim=-1).mean(1), turning=angles.mean(1)
    )

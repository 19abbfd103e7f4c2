"""Properties of 3.2 along the gradient flow of the same head.

Oracle: how the gradient changes along the flow comes from automatic differentiation of first derivatives;
the factor and the error of isotropy come from the eigenvalues of the assembled effective Hessian.
"""

from __future__ import annotations

from dataclasses import replace

import torch

from theorems.thm32.properties_curve import Moving, allowed, derivative, moving_cases
from verify.claims.property import Claim, Vacuous
from verify.numeric.effective_hessian import EffectiveHessian


def flow_error(case: Moving, turn: float = 1.0, decay: float = 1.0) -> float:
    """By how much the flow from z turns faster, or slows down less, than allowed; over its rounding.

    H_eff is isotropic up to epsilon and c, the middle of its eigenvalues; the loss is negated where c < 0.

    Args:
        case: head, loss and z; the curve is not used.
        turn: a factor of the bound epsilon c of the turning; below 1 a false variant.
        decay: a factor of epsilon in the rate (1 - epsilon) c of the decay; below 1 a false variant.

    Raises:
        Vacuous: if z is critical, or c = 0.
    """
    values = torch.linalg.eigvalsh(EffectiveHessian(case.head, case.loss, case.z).dense())
    c, rest = float(values[0] + values[-1]) / 2, float(values[-1] - values[0]) / 2
    if c < 0:
        loss = replace(case.loss, amplitudes=-case.loss.amplitudes, squares=-case.loss.squares)
        case, c = case._replace(loss=loss), -c
    velocity = -case.gradient(case.z.new_zeros(()))
    speed = float(velocity.norm())
    if speed == 0 or c == 0:
        raise Vacuous
    case = case._replace(v=velocity, w=torch.zeros_like(velocity))
    bent = derivative(case)  # -z''
    rate = float(bent @ velocity) / speed**2
    across = float((bent - rate * velocity).norm())
    excess = max(across - turn * rest * speed, (c - decay * rest - rate) * speed)
    return max(0.0, excess) / (2 * allowed(case) + torch.finfo(bent.dtype).tiny)


FLOW = Claim(
    r"along $z' = -\nabla(L \circ h)$ the direction turns by at most $\epsilon c$ and $|z'|$ decays at the rate $(1 - \epsilon) c$ at least",
    moving_cases,
    flow_error,
)

"""What head and loss of one's own may do that no forming error knows: lose digits, or hand on a gradient that is no slope."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from verify.diagnose.forming import lengths
from verify.diagnose.losses import NAMED
from verify.numeric import EffectiveHessian, Head, Loss
from verify.numeric.untouched import plainly, untouched

Function = Head | Callable[[Tensor], Tensor]

APART = 1e-2
"""Relative difference from which a difference quotient and a derivative are two."""

AGREE = 0.1
"""Of that difference, the most that quotients of two steps may lie apart; of truncation, noise and kinks they do by more."""

DRAWN = 8
"""Vectors that asymmetry is estimated with."""


def closed(apply: Function, objective: Loss | Callable[[Tensor], Tensor]) -> bool:
    """Whether head and loss are computed by formulas of the project, whose cancellation is known."""
    return not unknown(apply, objective)


def unknown(apply: Function, objective: Loss | Callable[[Tensor], Tensor]) -> tuple[str, ...]:
    """Which of them, head and loss, is not computed by formulas of the project."""
    named = isinstance(objective, Loss) and any(objective.objective is o for o in NAMED.values())
    hooks = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    nothing = (
        type(apply) is nn.Identity
        and "forward" not in vars(apply)
        and not any(vars(apply)[name] for name in hooks)
    )
    known = {"head": isinstance(apply, Head) or nothing, "loss": named}
    return tuple(part for part, is_known in known.items() if not is_known)


def _eps(dtype: torch.dtype) -> float:
    return torch.finfo(dtype).eps


def _types(tree: Any) -> list[torch.dtype]:
    """The types of the tensors in a tree that hold real or complex numbers."""
    leaves = [t for t in tree_leaves(tree) if isinstance(t, Tensor)]
    return [t.dtype for t in leaves if t.is_floating_point() or t.is_complex()]


class _Types(TorchDispatchMode):
    """Sees the type of every result that a higher one was rounded to."""

    def __init__(self, own: torch.dtype) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.coarsest = own

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run an operation; what only takes a shape from its argument rounds nothing."""
        found = func(*args, **(kwargs or {}))
        held, name = _types((args, kwargs)), func.name().partition("::")[2]
        if held and "_like" not in name and "new_" not in name:
            rounded = [one for one in _types(found) if _eps(one) > min(map(_eps, held))]
            self.coarsest = max([self.coarsest, *rounded], key=_eps)
        return found


def coarsest(apply: Function, objective: Callable[[Tensor], Tensor], point: Tensor) -> torch.dtype:
    """The type of fewest digits to which head or loss rounds what depends on the point's type."""
    seen = _Types(point.dtype)
    # What fails under the mode has not failed without it; told is what was seen till then.
    with (
        contextlib.suppress(Exception),
        plainly(point.device),
        untouched(apply, objective),
        torch.no_grad(),
        seen,
    ):
        objective(apply(point))
    return seen.coarsest


def not_its_slope(
    apply: Function,
    objective: Callable[[Tensor], Tensor],
    hessian: EffectiveHessian,
    point: Tensor,
    rounding: float,
    eps: float,
) -> list[str]:
    """A note where gradient or Hessian is not that of the value, along a direction that is drawn, beyond their rounding."""
    size = lengths(point).unsqueeze(1)
    size = torch.where(size > 0, size, size.max() if bool(size.any()) else 1)
    generator = torch.Generator().manual_seed(1)
    v = torch.randn(point.shape, generator=generator, dtype=point.dtype).to(point.device)
    v = size * v / lengths(v).unsqueeze(1)

    def value(step: float) -> float:
        with plainly(point.device), untouched(apply, objective), torch.no_grad():
            return float(objective(apply(point + step * v)))

    steps = [2 * eps**0.25, eps**0.25]  # noise and truncation of a second difference are alike
    try:
        at, beyond, before = value(0), [value(h) for h in steps], [value(-h) for h in steps]
    except Exception:  # whatever the user's own code does away from the point
        return []
    slopes = [(b - a) / (2 * h) for a, b, h in zip(before, beyond, steps, strict=True)]
    bends = [(a + b - 2 * at) / h**2 for a, b, h in zip(before, beyond, steps, strict=True)]
    told = float((hessian.gradient * v).sum()), float(((hessian @ v) * v).sum())
    for word, found, by in (("slope", slopes, told[0]), ("curvature", bends, told[1])):
        off = min(abs(x - by) for x in found)
        least = rounding * float(v.square().sum()) + eps**0.5 * abs(at)
        apart = off > max(APART * max(abs(by), *map(abs, found)), least)
        if apart and abs(found[0] - found[1]) <= AGREE * off:
            return [
                f"Along a direction drawn the loss's values have {word} {found[1]:.3g}, and its derivatives {by:.3g}: head or loss holds something constant (detach), or has a backward pass of its own. Gradient and curvature are told as they are differentiated."
            ]
    return []


def asymmetry(hessian: EffectiveHessian) -> tuple[float, float]:
    """Norms, estimated by vectors that are drawn, of A - A^T over 2 and of A, A as it is multiplied; of the block where the first is largest."""
    generator = torch.Generator().manual_seed(2)
    v = torch.randn(DRAWN, hessian.blocks, hessian.n, generator=generator, dtype=hessian.dtype)
    v = v.to(hessian.device)
    product = hessian.rows(v)
    top = product.abs().max().clamp(min=torch.finfo(v.dtype).tiny)
    product = product / top  # neither overflows nor underflows
    pairs = torch.einsum("ibn,jbn->bij", v, product)
    odd = (pairs - pairs.mT).norm(dim=(1, 2)) / 2 / math.sqrt(DRAWN * (DRAWN - 1))
    at = int(odd.argmax())
    whole = product[:, at].norm() / math.sqrt(DRAWN)
    return float(top * odd[at]), float(top * whole)

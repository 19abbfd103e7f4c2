"""The Hessian of a loss in a module's parameters, layer by layer, and its Gauss-Newton term."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable

import torch
from torch import Tensor, nn

from verify.numeric.effective_hessian import EffectiveHessian


def of_parameters(
    module: nn.Module, inputs: Tensor, loss: Callable[[Tensor], Tensor], pattern: str = "*"
) -> EffectiveHessian:
    """The Hessian of theta -> L(f_theta(inputs)) in some of a module's parameters, as an operator.

    It is that of a head theta -> f_theta(inputs), so its ``pullback`` is the Gauss-Newton term
    J^T (grad^2 L) J and its ``interaction`` is the rest. Vectors are the chosen parameters one after
    the other, flattened, in the order of ``module.named_parameters()``.

    Args:
        module: f; left as it was.
        inputs: what it is called with.
        loss: from its outputs, of their own shape, to a scalar.
        pattern: which parameters, by name, such as ``layer3.*`` (`fnmatch`).

    Raises:
        TypeError: as `EffectiveHessian` does.
        ValueError: as `EffectiveHessian` does; if no parameter has such a name, or types are mixed.

    >>> f = nn.Linear(2, 1, bias=False).double()
    >>> H = of_parameters(f, torch.eye(2).double(), lambda u: u.square().sum() / 2)
    >>> H.pullback.dense().tolist(), H.interaction.dense().abs().max().item()
    ([[1.0, 0.0], [0.0, 1.0]], 0.0)
    """
    every = dict(module.named_parameters())
    chosen = {name: p for name, p in every.items() if fnmatch.fnmatchcase(name, pattern)}
    if not chosen:
        raise ValueError(
            f"No parameter is named like {pattern!r}; the module has {', '.join(every) or 'none'}."
        )
    types = {p.dtype for p in chosen.values()}
    if len(types) > 1:
        raise ValueError(
            f"The parameters like {pattern!r} must be of one type; they are of {', '.join(sorted(map(str, types)))}."
        )
    sizes, shapes = [p.numel() for p in chosen.values()], [p.shape for p in chosen.values()]
    outputs: list[torch.Size] = []

    def head(theta: Tensor) -> Tensor:
        parts = (part.reshape(s) for part, s in zip(theta.split(sizes), shapes, strict=True))
        found: Tensor = torch.func.functional_call(
            module, dict(zip(chosen, parts, strict=True)), (inputs,)
        )
        outputs[:] = [found.shape]
        return found.reshape(-1)

    def flat(u: Tensor) -> Tensor:
        return loss(u.reshape(outputs[0]))

    theta = torch.cat([p.detach().reshape(-1) for p in chosen.values()])
    return EffectiveHessian(head, flat, theta)

"""Heads taken from PyTorch modules: linear layers, activations and BatchNorm, in their order."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from verify.numeric.activations import GELU, LINEAR, RELU, SOFTPLUS, SWISH, TANH, Activation
from verify.numeric.batchnorm import BatchNorm
from verify.numeric.heads import Head


def head_of(module: nn.Module, dtype: torch.dtype = torch.float64) -> Head:
    """Copy a module's weights as they are now into a head.

    BatchNorm normalises as the module's mode says: by the batch in training mode or without
    running statistics, else by those statistics. That the module runs its children in order is seen
    from its outputs at eight points, drawn from N(0, I): what differs elsewhere alone, or in less than half of the
    digits, is not seen.

    Args:
        module: `nn.Linear`, or containers that run their children in order, as `nn.Sequential`
            does: linear layers, each followed by at most one BatchNorm1d and one activation.
        dtype: of the head.

    Raises:
        TypeError: if it is no module, or a layer is of another kind.
        ValueError: if the layers do not come in that order, there is no linear one, or the module
            puts out something else than its layers do.
    """
    if not isinstance(module, nn.Module):
        raise TypeError(
            f"`module` must be an nn.Module; it was {type(module).__name__}. EffectiveHessian takes any callable."
        )
    weights: list[Tensor] = []
    biases: list[Tensor | None] = []
    norms: list[BatchNorm | None] = []
    activations: list[Activation | None] = []
    for layer in _layers(module):
        if isinstance(layer, nn.Linear):
            weights.append(_copy(layer.weight, dtype))
            biases.append(None if layer.bias is None else _copy(layer.bias, dtype))
            norms.append(None)
            activations.append(None)
            continue
        activation = _activation(layer)
        taken = bool(activations) and activations[-1] is not None
        if isinstance(layer, nn.BatchNorm1d):
            if not weights or norms[-1] is not None or taken:
                raise ValueError("Expected BatchNorm1d straight after a linear layer.")
            norms[-1] = _batchnorm(layer, weights[-1].new_ones(len(weights[-1])))
        elif activation is None:
            raise TypeError(
                f"A head is made of Linear, BatchNorm1d and the activations {', '.join(_NAMES)}; this module holds {layer}. Pass the module itself to EffectiveHessian instead."
            )
        elif not weights or taken:
            raise ValueError(f"Expected {layer} after a linear layer or its BatchNorm1d.")
        else:
            activations[-1] = activation
    if not weights:
        raise ValueError("A head needs at least one linear layer; the module has none.")
    between = [LINEAR if s is None else s for s in activations[:-1]]
    if activations[-1] not in (None, LINEAR):
        raise ValueError("Expected a linear layer last, without an activation after it.")
    head = Head(weights, biases, between, norms)
    _require_same(module, head)
    return head


@torch.no_grad()
def _require_same(module: nn.Module, head: Head) -> None:
    """Compare a module with the head read from it: a step that is no layer shows in leading digits."""
    own = next(module.parameters())
    probe = torch.randn(8, head.d, generator=torch.Generator().manual_seed(0)).to(own)
    kept = {name: buffer.clone() for name, buffer in module.named_buffers()}  # running statistics
    found = torch.func.functional_call(module, kept, (probe,)).to(head.weights[0].dtype)
    wanted = head(probe.to(found.dtype))
    allowed = math.sqrt(torch.finfo(own.dtype).eps) * float(wanted.nan_to_num().abs().max())
    alike = found.shape == wanted.shape
    if not alike or not torch.allclose(found, wanted, rtol=0, atol=allowed, equal_nan=True):
        raise ValueError(
            "The module does more, or in another order, than its layers say: its outputs are not theirs. Pass the module itself to EffectiveHessian instead."
        )


_NAMES = ("Identity", "ReLU", "SiLU", "GELU", "Tanh", "Softplus")


def _layers(module: nn.Module) -> Iterator[nn.Module]:
    # `children` leaves out an object that comes again, such as an activation that serves two layers.
    children = [child for child in module._modules.values() if child is not None]
    if not children:
        yield module
    for child in children:
        yield from _layers(child)


def _activation(layer: nn.Module) -> Activation | None:
    if isinstance(layer, nn.GELU):
        return GELU if layer.approximate == "none" else None
    if isinstance(layer, nn.Softplus):
        smooth = layer.beta == 1 and layer.threshold >= 20  # above, it is the identity
        return SOFTPLUS if smooth else None
    kinds: dict[Any, Activation] = {
        nn.Identity: LINEAR,
        nn.ReLU: RELU,
        nn.SiLU: SWISH,
        nn.Tanh: TANH,
    }
    return kinds.get(type(layer))


def _batchnorm(layer: nn.BatchNorm1d, features: Tensor) -> BatchNorm:
    """A BatchNorm of the type and device of a one for each feature."""
    dtype = features.dtype
    weight = features if layer.weight is None else _copy(layer.weight, dtype)
    bias = 0 * features if layer.bias is None else _copy(layer.bias, dtype)
    if layer.training or layer.running_mean is None or layer.running_var is None:
        return BatchNorm(weight, bias, layer.eps)
    mean, variance = _copy(layer.running_mean, dtype), _copy(layer.running_var, dtype)
    return BatchNorm(weight, bias, layer.eps, mean, variance)


def _copy(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    return tensor.detach().to(dtype, copy=True)

"""Curvature of any twice differentiable head and loss, by reverse-mode automatic differentiation.

The graphs of the head, of its gradient and of the loss's gradient are recorded once; a product
walks them. Slower than `verify.numeric.products`, and it needs no formula.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import torch
from torch import Tensor

from verify.numeric.decisions import require_smooth
from verify.numeric.untouched import original, plainly, untouched


class UndifferentiableError(ValueError):
    """A head or loss has no gradient to differentiate."""


def gradient_and_product(
    function: Callable[[Tensor], Tensor], u: Tensor, name: str
) -> tuple[Tensor, Tensor, Callable[[Tensor], Tensor]]:
    """Value and gradient of a scalar function at u, and products with its Hessian.

    Args:
        function: tensor of u's shape -> scalar.
        u: the point.
        name: what the function is called in an error.

    Returns:
        The value, the gradient of u's shape, and the product on vectors (m, ..) of u's shape.

    Raises:
        UndifferentiableError: if the result is detached from u.
        TypeError: if the function is none, or its result is not a real floating-point tensor.
        ValueError: if it fails at u, or its result is not a scalar, or not finite.
    """
    with plainly(u.device), torch.enable_grad():
        u = u.detach().clone().requires_grad_()
        value = evaluated(function, name, u, ())
        gradient = _gradient(value, u, torch.ones_like(value).requires_grad_())
    if not bool(gradient.isfinite().all()):
        raise ValueError(
            f"The gradient of `{name}` holds NaN or infinity; expected a loss that is twice differentiable at the head's outputs."
        )
    return value.detach(), gradient.detach(), lambda v: _walk(gradient, u, v)


class AutodiffProducts:
    """Curvature of a loss of any head at a point, with the interface of `HeadProducts`."""

    def __init__(
        self,
        z: Tensor,
        output: Tensor,
        rho: Tensor,
        loss_product: Callable[[Tensor], Tensor],
        functions: tuple[object, ...] = (),
    ) -> None:
        """Record the graphs.

        Args:
            z: the point, a leaf that requires its gradient.
            output: h(z), with its graph.
            rho: grad L at the output, of its shape.
            loss_product: products with the loss's Hessian on vectors (m, ..) of the output's shape.
            functions: head and loss, which products must leave as they are.
        """
        self.z, self.output, self.loss_product = z, output, loss_product
        self.functions = functions
        with torch.enable_grad():
            # J^T y at y = rho: its derivative by z is M v, that by y is J v, since it is linear in y.
            self.cotangent = rho.detach().clone().requires_grad_()
            self.pulled = _gradient(output, z, self.cotangent)
        self.gradient = self.pulled.detach()

    def apply(self, v: Tensor, pullback: bool, interaction: bool) -> Tensor:
        """(G + M) v, or one of the two: (m, ..) of z's shape."""
        with plainly(v.device), untouched(*self.functions, parameters=False):
            return self._apply(v, pullback, interaction)

    def _apply(self, v: Tensor, pullback: bool, interaction: bool) -> Tensor:
        total = torch.zeros_like(v)
        if pullback:
            pushed = self.loss_product(_walk(self.pulled, self.cotangent, v))
            total = total + _walk(self.output, self.z, pushed)
        if interaction:
            total = total + _walk(self.pulled, self.z, v)
        return total


def _gradient(output: Tensor, z: Tensor, cotangent: Tensor) -> Tensor:
    """J^T y with its graph, for a y that requires its gradient.

    Raises:
        UndifferentiableError: if the graph ends at an operation that can be differentiated only
            once: PyTorch walks past it as if it were constant.
    """
    pulled = _derivative(output, z, cotangent, create_graph=True)
    waiting, seen = [pulled.grad_fn], set()
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if type(node).__name__ == "Error":
            raise UndifferentiableError(
                "Head or loss contains an operation that PyTorch cannot differentiate twice: the backward pass of a torch.autograd.Function is once_differentiable. Write it with operations that can be differentiated."
            )
        waiting += [following for following, _ in node.next_functions]
    return pulled


def _walk(output: Tensor, at: Tensor, cotangents: Tensor) -> Tensor:
    """Pull each of m cotangents of an output back to `at`; 0 where nothing depends on it."""
    if not output.requires_grad:
        return cotangents.new_zeros(len(cotangents), *at.shape)
    if len(cotangents) > 1:
        with contextlib.suppress(UndifferentiableError):  # an operation may take one at a time
            pulled = _derivative(output, at, cotangents, is_grads_batched=True)
            if pulled.shape == (len(cotangents), *at.shape):
                return pulled
    return torch.stack([_derivative(output, at, cotangent) for cotangent in cotangents])


def _derivative(output: Tensor, at: Tensor, cotangent: Tensor, **options: bool) -> Tensor:
    """The derivative of an output, pulled back to `at`.

    Raises:
        UndifferentiableError: if an operation has no derivative, or none of second order.
    """
    try:
        (pulled,) = torch.autograd.grad(
            output, at, cotangent, retain_graph=True, materialize_grads=True, **options
        )
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        raise UndifferentiableError(
            f"Head or loss contains an operation that PyTorch cannot differentiate twice: {str(error).splitlines()[0]} Write it with operations that it can."
        ) from error
    return pulled


def evaluated(
    function: Callable[[Tensor], Tensor], name: str, x: Tensor, shape: tuple[int, ...] | None
) -> Tensor:
    """What a user's function returns at x, checked, with its graph; the modules that it reaches are left as they were.

    To be called inside `plainly`.

    Raises:
        UndifferentiableError: as `require_output` does.
        TypeError: as `applied` and `require_output` do.
        ValueError: as they do, and if the function answers differently twice, or has a kink at x.
    """
    function = original(function)

    def run(x: Tensor) -> Tensor:
        return applied(function, name, x)

    with untouched(function):
        value = run(x)
        require_output(value, name, x, shape)
    with untouched(function):  # of its own, since what follows may change what the graph holds
        require_smooth(run, name, x, value.detach(), function)
    return value


def applied(function: Callable[[Tensor], Tensor], name: str, x: Tensor) -> Tensor:
    """What a user's function returns at x.

    Raises:
        TypeError: if it cannot be called.
        ValueError: if PyTorch fails in it, as it does where types, shapes or devices do not match.
    """
    if not callable(function):
        raise TypeError(
            f"`{name}` must be a callable of tensors; it was {type(function).__name__}. An objective becomes a loss by Objective.bind."
        )
    try:
        return function(x)
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        raise ValueError(
            f"`{name}` failed at a tensor of shape {tuple(x.shape)}, {x.dtype} on {x.device}; its "
            f"own tensors must match it: {error}"
        ) from error


def require_output(value: object, name: str, z: Tensor, shape: tuple[int, ...] | None) -> None:
    """Check what a head or loss returned.

    Args:
        value: what it returned.
        name: what it is called in an error.
        z: its argument, which the value must depend on and agree with in type and device.
        shape: the shape expected, or None for any.

    Raises:
        UndifferentiableError: if the value is detached from z.
        TypeError: if it is not a tensor of z's type.
        ValueError: if its shape or device is wrong, or it is not finite.
    """
    if not isinstance(value, Tensor):
        raise TypeError(f"`{name}` must return a tensor; it returned {type(value).__name__}.")
    if not value.dtype.is_floating_point:
        raise TypeError(
            f"`{name}` must return a real floating-point tensor; it returned {value.dtype}, which has no derivative."
        )
    if value.dtype != z.dtype:
        raise TypeError(
            f"`{name}` was given {z.dtype} and returned {value.dtype}; curvature needs one type throughout. Convert its parameters with .to(...), or its argument."
        )
    if value.device != z.device:
        raise ValueError(
            f"`{name}` was given a tensor on {z.device} and returned one on {value.device}."
        )
    if shape is not None and tuple(value.shape) != shape:
        raise ValueError(
            f"`{name}` must return shape {shape or '() - a scalar'}; it returned {tuple(value.shape)}."
        )
    if not bool(value.isfinite().all()):
        raise ValueError(f"`{name}` returned NaN or infinity; expected finite values.")
    if not value.requires_grad:
        raise UndifferentiableError(
            f"`{name}` returned a tensor that is detached from its argument, so its curvature would read as 0. Remove detach() and torch.no_grad() from it."
        )

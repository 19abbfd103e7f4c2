"""The effective Hessian H_eff = G + M of a head under a loss.

    G = J_h^T (grad^2 L) J_h          pullback
    M = sum_i rho_i grad^2 h_i        interaction term, rho = grad L(h(z))

For a multilayer perceptron the interaction term is a sum over its layers (formula F):

    M = sum_l A_l^T diag(delta_l * s''(a_l)) A_l,   A_l = d a_l / d z,   delta_l = d(rho.h)/d x_l

`EffectiveHessian` gives products, matrices and, through `verify.numeric.lanczos`, eigenpairs.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from verify.numeric.autodiff import (
    AutodiffProducts,
    evaluated,
    gradient_and_product,
)
from verify.numeric.coupled import coupled_jet
from verify.numeric.decisions import require_smooth
from verify.numeric.heads import Head, Trace
from verify.numeric.lanczos import ExtremeEigenpairs, extreme_eigenpairs
from verify.numeric.objectives.base import Loss
from verify.numeric.objectives.checks import is_finite
from verify.numeric.objectives.derivatives import RowHessians
from verify.numeric.operators import (
    TYPES,
    SymmetricOperator,
    require_finite_products,
)
from verify.numeric.points import (
    PointProducts,
    is_one_point,
    not_differentiable,
    require_output,
    require_point,
)
from verify.numeric.products import HeadProducts, LossProduct
from verify.numeric.untouched import original, plainly, untouched


def pullback(trace: Trace, loss_hessian: Tensor) -> Tensor:
    """G = J_h^T H J_h: H of shape (..., k, k) -> (..., d, d)."""
    jacobian = trace.jacobian()
    return jacobian.mT @ loss_hessian @ jacobian


def interaction(trace: Trace, rho: Tensor) -> Tensor:
    """M = sum_l A_l^T diag(delta_l * s''(a_l)) A_l: rho of shape (..., k) -> (..., d, d).

    Off the activation's kinks this is the Hessian of z -> rho.h(z) at frozen rho.
    """
    head = trace.head
    total = rho.new_zeros(*rho.shape[:-1], head.d, head.d)
    deltas = trace.adjoints(rho)[1:]
    for jacobian, delta, (_, _, curvature) in zip(
        trace.preactivation_jacobians()[:-1], deltas, trace.jets, strict=True
    ):
        total = total + jacobian.mT @ ((delta * curvature).unsqueeze(-1) * jacobian)
    return total


Products = HeadProducts | PointProducts | AutodiffProducts


class _Term(SymmetricOperator):
    """One of G, M and G + M, on the products of their sum."""

    def __init__(
        self,
        like: tuple[tuple[int, ...], bool, torch.dtype, torch.device],
        products: Products,
        pullback: bool,
        interaction: bool,
    ) -> None:
        super().__init__(*like)
        self._products = products
        self._has = (pullback, interaction)
        if not isinstance(products, AutodiffProducts):
            self.work = products.work * (1 if self.separable else self.space[0])
            self.steps = products.steps

    def apply(self, v: Tensor) -> Tensor:
        """Multiply vectors v: (m, ..) of the space's shape, without checks."""
        if isinstance(self._products, AutodiffProducts):
            return self._products.apply(v, *self._has)
        batch = self._products.gradient.shape
        with own_type(self.device):
            return self._products.apply(v.reshape(len(v), *batch), *self._has).reshape(v.shape)

    def starts(self) -> Tensor:
        """The gradient of the loss at z, block by block: (blocks, n)."""
        return self._products.gradient.reshape(self.blocks, self.n)

    def restricted(self, samples: Tensor) -> SymmetricOperator:
        """The operators of some of the samples."""
        if not self.separable or isinstance(self._products, AutodiffProducts):
            return super().restricted(samples)
        like = ((len(samples), self.n), True, self.dtype, self.device)
        return _Term(like, self._products.restricted(samples), *self._has)

    def dense_blocks(self, samples: Tensor | None) -> Tensor:
        """The matrices of some of the independent operators, or of all: (blocks, n, n)."""
        products = self._products
        if not self.separable or isinstance(products, AutodiffProducts):
            return super().dense_blocks(samples)
        with own_type(self.device):
            return products.blocks(samples, *self._has)


class EffectiveHessian(_Term):
    """H_eff = G + M, the Hessian of z -> L(h(z)), as an operator and as a matrix.

    Where the loss and the head treat the samples of a batch one by one, it is one operator for
    each sample, on R^d; else it is one operator on all of R^(B d). The project's own heads are
    multiplied in closed form with the primal passes cached; other callables by automatic
    differentiation. Everything runs eagerly in z's type, and leaves a module as it was: parameters,
    buffers, gradients, modes and random states.

    Attributes:
        output: h(z), (d,) -> (k,) or (B, d) -> (B, k).
        rho: grad L at the output, of its shape.
        gradient: grad of L(h(z)) by z, of z's shape.

    A head h(z) = z + z^2 with L(u) = u^2 / 2 has G = (1 + 2z)^2 and M = 2 (z + z^2):

    >>> head = lambda z: z + z**2
    >>> H = EffectiveHessian(head, lambda u: u.square().sum() / 2, torch.tensor([3.0]))
    >>> H.pullback.dense().item(), H.interaction.dense().item(), (H @ torch.ones(1)).item()
    (49.0, 24.0, 73.0)
    """

    def __init__(
        self,
        head: Head | Callable[[Tensor], Tensor],
        loss: Callable[[Tensor], Tensor],
        z: Tensor,
        *,
        separable: bool | None = None,
    ) -> None:
        """Evaluate head and loss at z and keep what products need.

        Args:
            head: the project's own, or a twice differentiable callable (d,) -> (k,) or, for a
                batch, (B, d) -> (B, k).
            loss: one of the project's objectives with its constants, or a twice differentiable
                callable from the head's output to a scalar.
            z: the point or the points, (d,) or (B, d); float64 unless only throughput counts.
            separable: whether the Hessian is block-diagonal in the samples. By default it is if
                head and loss are the project's own and neither couples the batch; say True for a
                callable that treats the samples one by one. That is checked.

        Raises:
            TypeError: if a tensor is not float64 or float32, the types differ, or head or loss
                cannot be called.
            ValueError: if shapes or devices do not match, z is empty, a value or a gradient is not
                finite, an output is detached, samples said to separate do not, head or loss answers
                differently twice (dropout), or is undefined at a kink (ReLU, max-pooling).
        """
        _require_point(head, z)
        require_point(is_finite(z))
        z = z.detach()
        known = isinstance(head, Head) and not head.couples_batch and _separates(loss)
        if separable is None:
            separable = known
        elif separable and isinstance(head, Head) and head.couples_batch:
            raise ValueError(
                "`separable` must not be True for a head with BatchNorm over the batch: it couples "
                "the samples. Leave `separable` out, or give BatchNorm its running statistics."
            )
        if isinstance(head, Head):
            with own_type(z.device):
                self.output, self.rho, products = _of_own_head(head, loss, z)
        else:
            self.output, self.rho, products = _of_callable(head, loss, z)
        self._loss = loss
        like = (tuple(z.shape), separable or z.ndim == 1, z.dtype, z.device)
        super().__init__(like, products, True, True)
        self.gradient = products.gradient.reshape(z.shape)
        if not is_finite(self.gradient):
            raise not_differentiable(is_finite(self.rho))
        self._like = like
        if separable and not known and z.ndim == 2:
            self._require_separable()

    @staticmethod
    def plan(
        head: Head | Callable[[Tensor], Tensor], loss: Callable[[Tensor], Tensor]
    ) -> CurvaturePlan:
        """What gives the Hessian of one head and one loss at many points; see `CurvaturePlan`."""
        return CurvaturePlan(head, loss)

    @functools.cached_property
    def pullback(self) -> SymmetricOperator:
        """G, an operator of the same shape."""
        return _Term(self._like, self._products, True, False)

    @functools.cached_property
    def interaction(self) -> SymmetricOperator:
        """M, an operator of the same shape."""
        return _Term(self._like, self._products, False, True)

    def _require_separable(self) -> None:
        """Multiply vectors that vanish on some samples; two samples differ in a bit of their number.

        Raises:
            ValueError: if a product does not vanish on them, up to the rounding of its sums.
        """
        batch, d = self.space
        number = torch.arange(batch, device=self.device)
        bits = torch.stack([number >> bit & 1 for bit in range((batch - 1).bit_length() or 1)])
        kept = bits.to(self.dtype).unsqueeze(-1)
        v = torch.randn(batch, d, generator=torch.Generator().manual_seed(0), dtype=self.dtype)
        products = self.apply(kept * v.to(self.device))
        leaked, size = ((1 - kept) * products).abs().max(), products.abs().max()
        if bool(leaked > batch * d * torch.finfo(self.dtype).eps * size):
            raise ValueError(
                "`separable` must not be True here: a sample's gradient changes with the other "
                "samples. Leave `separable` out."
            )

    @functools.cached_property
    def value(self) -> Tensor:
        """L(h(z)), a scalar."""
        u = _rows(self.output) if isinstance(self._loss, Loss) else self.output
        with plainly(self.device), untouched(self._loss):
            found: Tensor = original(self._loss)(u)
        return found.detach()


class Terms(NamedTuple):
    """Both terms as matrices, exactly symmetric, with the spectrum of their sum.

    Attributes:
        pullback, interaction: G and M, (d, d); for a batch (B, d, d) where head and loss are the project's
            own and treat samples one by one, else (B d, B d).
        eigenvalues: of G + M, ascending: (d,), or (B, d) or (B d,).
    """

    pullback: Tensor
    interaction: Tensor
    eigenvalues: Tensor


@dataclass(frozen=True)
class CurvaturePlan:
    """The effective Hessian of one head and one loss, to be had at many points.

    What does not depend on the point is computed once and kept with head and loss: affine maps that
    meet multiplied out, W_N^T W_N, the directions of targets.

    >>> plan = EffectiveHessian.plan(lambda z: z + z**2, lambda u: u.square().sum() / 2)
    >>> plan.terms(torch.tensor([3.0])).eigenvalues, plan.terms(torch.tensor([0.0])).eigenvalues
    (tensor([73.]), tensor([1.]))
    """

    head: Head | Callable[[Tensor], Tensor]
    loss: Callable[[Tensor], Tensor]

    def at(self, z: Tensor) -> EffectiveHessian:
        """The operator at z, of any size; arguments and errors as of `EffectiveHessian`."""
        return EffectiveHessian(self.head, self.loss, z)

    def extremes(self, z: Tensor, **options: Any) -> ExtremeEigenpairs:
        """Extreme eigenpairs at z, dense or by Lanczos; options of `extreme_eigenpairs`."""
        return extreme_eigenpairs(self.at(z), **options)

    def terms(self, z: Tensor) -> Terms:
        """G and M at z as matrices, and all eigenvalues of their sum.

        Raises:
            TypeError: as `EffectiveHessian` does.
            ValueError: as `EffectiveHessian` does.
            FloatingPointError: if a matrix is not finite.
        """
        _require_point(self.head, z)
        if is_one_point(self.head, self.loss, z):
            unusual = torch.is_inference_mode_enabled() or torch.is_autocast_enabled("cpu")
            with (
                own_type(z.device) if unusual else contextlib.nullcontext()
            ):  # nothing asked of torch keeps a graph
                g, m, values = PointProducts(self.head, self.loss, z.detach()).terms()
                return Terms(g, m, values) if z.ndim == 1 else Terms(g[None], m[None], values[None])
        whole = self.at(z)
        g, m = whole.pullback.dense(), whole.interaction.dense()
        return Terms(g, m, torch.linalg.eigvalsh(require_finite_products(g + m)))


def own_type(device: torch.device) -> contextlib.AbstractContextManager[Any]:
    """Without a graph, and without autocast's lower precision."""
    kind = "cuda" if device.type == "cuda" else "cpu"
    if not (torch.is_inference_mode_enabled() or torch.is_autocast_enabled(kind)):
        return torch.no_grad()
    stack = contextlib.ExitStack()
    stack.enter_context(torch.inference_mode(False))
    stack.enter_context(torch.no_grad())
    stack.enter_context(torch.autocast(kind, enabled=False))
    return stack


Evaluated = tuple[Tensor, Tensor, Products]
"""Output of the head, rho, and the products."""


def _of_own_head(head: Head, loss: Callable[[Tensor], Tensor], z: Tensor) -> Evaluated:
    if is_one_point(head, loss, z):
        at = PointProducts(head, loss, z)
        return at.output.reshape(*z.shape[:-1], head.k), at.rho.reshape(*z.shape[:-1], head.k), at
    trace = head.fused.trace(_rows(z))
    require_output(head, _rows(z), tuple(trace.output.shape), is_finite(trace.output))
    output = trace.output if z.ndim == 2 else trace.output[0]
    rho, curvature = _loss_at(loss, output)
    if not isinstance(curvature, RowHessians):
        curvature = _reshaped(curvature, output.shape)
    return output, rho, HeadProducts(trace, rho.reshape(trace.output.shape), curvature)


def _of_callable(head: Any, loss: Callable[[Tensor], Tensor], z: Tensor) -> Evaluated:
    with plainly(z.device), torch.enable_grad():
        leaf = z.clone().requires_grad_()
        output = evaluated(head, "head", leaf, None)
    if output.ndim != z.ndim or output.shape[:-1] != z.shape[:-1]:
        raise ValueError(
            f"`head` must map {tuple(z.shape)} to {(*z.shape[:-1], 'k')}; it returned "
            f"{tuple(output.shape)}."
        )
    rho, curvature = _loss_at(loss, output.detach())
    if isinstance(curvature, RowHessians):
        curvature = _reshaped(curvature.product, _rows(output).shape)
    with plainly(z.device), untouched(head):
        products = AutodiffProducts(leaf, output, rho, curvature, (head, loss))
    return output.detach(), rho.detach(), products


def _loss_at(
    loss: Callable[[Tensor], Tensor], u: Tensor
) -> tuple[Tensor, RowHessians | LossProduct]:
    """Gradient of a loss at u: (k,) or (B, k), and its Hessian by rows or as products (m, ..)."""
    if not isinstance(loss, Loss):
        _, rho, product = gradient_and_product(loss, u, "loss")
        return rho, product
    batch = _rows(u)
    rows = loss.rows(batch)
    if rows is not None:
        return rows.gradients.reshape(u.shape), rows.hessians
    with plainly(u.device):  # some of these have kinks, as the hinge of VICReg
        require_smooth(loss.unchecked, "loss", batch, loss.unchecked(batch).detach(), None)
    found = coupled_jet(loss, batch.detach())
    if found is None:
        _, rho, columns = loss.jet(batch)
        found = rho, lambda v: columns(v.movedim(0, -1)).movedim(-1, 0)
    rho, product = found
    return rho.reshape(u.shape), _reshaped(product, batch.shape)


def _reshaped(product: LossProduct, shape: tuple[int, ...]) -> LossProduct:
    """A product on m vectors of a shape, for vectors of any other shape of as many entries."""
    return lambda v: product(v.reshape(len(v), *shape)).reshape(v.shape)


def _rows(u: Tensor) -> Tensor:
    """A batch as it is, and a point as a batch of one."""
    return u if u.ndim == 2 else u.unsqueeze(0)


def _separates(loss: object) -> bool:
    """Whether one of the project's losses says that it treats the samples one by one."""
    return isinstance(loss, Loss) and loss.separable


def _require_point(head: object, z: Tensor) -> None:
    """Check that `EffectiveHessian` takes z, but for its entries."""
    if not isinstance(z, Tensor):
        raise TypeError(f"`z` must be a tensor of shape (d,) or (B, d); it was {type(z).__name__}.")
    if z.layout != torch.strided:
        raise TypeError(
            f"`z` must be dense; its layout was {z.layout}. Convert it with .to_dense()."
        )
    if z.dtype not in TYPES:
        raise TypeError(
            f"`z` must be real floating point, float64 or float32; its type was {z.dtype}. Convert "
            "it with .double()."
        )
    if z.ndim not in (1, 2) or z.numel() == 0:
        raise ValueError(
            f"`z` must be a point (d,) or a batch (B, d) of at least one sample; its shape was "
            f"{tuple(z.shape)}."
        )
    if z.dtype == torch.float32 and z.is_cuda and torch.backends.cuda.matmul.allow_tf32:
        raise ValueError(
            "Curvature in float32 needs full float32 products, but TF32 is on. Set "
            "torch.backends.cuda.matmul.allow_tf32 to False, or use float64."
        )
    if isinstance(head, Head):
        _require_like_weights(head, z)


def _require_like_weights(head: Head, z: Tensor) -> None:
    weight = head.weights[0]
    if z.shape[-1] != head.d:
        raise ValueError(
            f"`z` must have last dimension {head.d}, which the head takes; its shape was "
            f"{tuple(z.shape)}."
        )
    if z.dtype != weight.dtype:
        raise TypeError(
            f"`z` is {z.dtype}, but the head's weights are {weight.dtype}. Convert one."
        )
    if z.device != weight.device:
        raise ValueError(f"`z` is on {z.device}, but the head's weights are on {weight.device}.")


def rounding_majorant(trace: Trace, z: Tensor) -> tuple[Trace, float]:
    """The trace with every quantity replaced by its modulus, and a rounding unit to multiply by.

    Together they give a first-order estimate of the rounding error of `pullback` and
    `interaction`, entrywise: evaluate the formula on the rounding_majorant and multiply by the unit. It
    follows the standard model (Higham 2002, section 3.1): moduli for every factor, and gamma_n
    with n the number of rounded operations on the longest path. The error of an argument ``a``
    reaches s' and s'' through the next derivative, so their moduli are raised by 1 and the unit
    by ``1 + a_max``, a_max the largest modulus that enters an activation. An estimate, not an
    enclosure: s''' is taken to be of order 1.

    Args:
        trace: a head's trace at one point.
        z: that point, of shape (d,).
    """
    head = trace.head
    moduli = Head([w.abs() for w in head.weights], [b.abs() for b in head.biases], head.activations)
    x, largest = z.abs(), 0.0
    for w, b, (value, _, _) in zip(moduli.weights, moduli.biases, trace.jets, strict=False):
        largest = max(largest, float((x @ w.T + b).max()))
        x = value.abs()
    jets = tuple((s.abs(), 1 + s1.abs(), 1 + s2.abs()) for s, s1, s2 in trace.jets)
    operations = 4 * sum(width + 8 for width in head.widths)
    unit = operations * torch.finfo(z.dtype).eps * (1 + largest)
    return Trace(moduli, jets, x @ moduli.weights[-1].T + moduli.biases[-1]), unit

"""Products with G, M and G + M at a traced head: Pearlmutter's forward and backward pass by hand.

With ' for the derivative along v and delta_l, c_l = delta_l * s''(a_l) kept from the primal passes,

    forward    x_0' = v,   a_l' = W_l x_{l-1}',   x_l' = s'(a_l) * a_l'
    turn       delta_{N-1}' = W_N^T (grad^2 L) W_N x_{N-1}'
    backward   delta_{l-1}' = W_l^T (s'(a_l) * delta_l' + c_l * a_l')

and the product is delta_0'. Without the term of c it is G v, without the turn it is M v
(B. A. Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6, 1994). A
product reads every weight twice, as one forward and backward pass does.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from verify.numeric.activations import LINEAR
from verify.numeric.batchnorm import NormalisedCurvature
from verify.numeric.formed import Array, form, jacobians
from verify.numeric.heads import Trace
from verify.numeric.objectives.derivatives import RowHessians
from verify.numeric.operators import FEW_STEPS, MORE_STEPS, symmetrised
from verify.numeric.spiked import Spiked, spiked

LossProduct = Callable[[Tensor], Tensor]
"""v -> (grad^2 L) v for v of shape (m, B, k): m vectors of the outputs' shape."""

CHUNK = 2**25
"""Entries that the Jacobians of one layer may hold at once; bounds memory only (256 MiB)."""


@dataclass(frozen=True)
class _Layer:
    """What a product needs of one layer.

    Attributes:
        weight: W_l.
        slope: s'(a_l), (B, m_l); None where it is 1.
        curvature: c_l, (B, m_l); None where it is 0.
        norm: BatchNorm over the batch with the cotangent of its output, or None.
    """

    weight: Tensor
    slope: Tensor | None
    curvature: Tensor | None
    norm: NormalisedCurvature | None

    def restricted(self, samples: Tensor) -> _Layer:
        slope = None if self.slope is None else self.slope[samples]
        curvature = None if self.curvature is None else self.curvature[samples]
        return _Layer(self.weight, slope, curvature, None)


class HeadProducts:
    """Curvature of a loss of a head at a batch of points.

    Attributes:
        gradient: grad of L(h(z)) by z, (B, d).
    """

    @property
    def work(self) -> int:
        """Multiply-adds of a product with one sample's vector: every weight forwards and backwards."""
        return 2 * sum(w.numel() for w in self._head.weights)

    @property
    def steps(self) -> int:
        """Lanczos steps that a batch usually takes."""
        is_few = isinstance(self._loss, RowHessians) and self._loss.diagonal.shape[1] == 1
        return FEW_STEPS if is_few else MORE_STEPS

    def __init__(self, trace: Trace, rho: Tensor, loss: RowHessians | LossProduct) -> None:
        """Keep what does not depend on the direction.

        Args:
            trace: the head at z, of shape (B, d).
            rho: grad L at its outputs, (B, k).
            loss: the loss's Hessian there, sample by sample, or products with it.
        """
        self._head = trace.head
        self._loss = loss
        deltas = trace.adjoints(rho)
        self.gradient = deltas[0]
        layers = []
        norms = trace.norms or (None,) * trace.head.depth
        for index, (weight, norm) in enumerate(zip(trace.head.weights, norms, strict=True)):
            slope = curvature = kept = None
            if norm is not None:
                last = index == len(trace.jets)
                cotangent = rho if last else trace.jets[index][1] * deltas[index + 1]
                kept = NormalisedCurvature(norm, cotangent)
            if index < len(trace.jets):
                _, first, second = trace.jets[index]
                activation = trace.head.activations[index]
                slope = None if activation is LINEAR else first
                # A piecewise-linear activation bends nowhere; a smooth one everywhere.
                if (activation.is_smooth and activation is not LINEAR) or bool(second.any()):
                    curvature = second * deltas[index + 1]
            layers.append(_Layer(weight, slope, curvature, kept))
        self._layers = tuple(layers)

    def restricted(self, samples: Tensor) -> HeadProducts:
        """The same for some of the samples, of a head and a loss that do not couple them."""
        part = object.__new__(HeadProducts)
        batch = len(self.gradient)
        part._head = self._head
        part.gradient = self.gradient[samples]
        part._layers = tuple(layer.restricted(samples) for layer in self._layers)

        def padded(v: Tensor) -> Tensor:
            whole = v.new_zeros(len(v), batch, v.shape[-1])
            whole[:, samples] = v
            return self._loss_product(whole)[:, samples]

        part._loss = self._loss[samples] if isinstance(self._loss, RowHessians) else padded
        kept: Spiked | None = self.__dict__.get("_spiked")
        if kept is not None:  # else it is formed when it is needed
            part.__dict__["_spiked"] = kept[samples]
        return part

    def apply(self, v: Tensor, pullback: bool, interaction: bool) -> Tensor:
        """(G + M) v, or one of the two: (m, B, d) -> (m, B, d)."""
        x = v
        kept: list[tuple[Tensor | None, Tensor | None]] = []
        *hidden, last = self._layers
        for layer in hidden:
            x, curved, bent = _forward(layer, x, interaction)
            kept.append((curved, bent))
        if last.norm is None:
            cotangent = self._turned(x) if pullback else None
        else:
            x, _, bent = _forward(last, x, interaction)
            cotangent = self._loss_product(x) if pullback else None
            cotangent = _backward(last, cotangent, None, bent)
        for layer, (curved, bent) in zip(hidden[::-1], kept[::-1], strict=True):
            cotangent = _backward(layer, cotangent, curved, bent)
        return torch.zeros_like(v) if cotangent is None else cotangent

    def _turned(self, x: Tensor) -> Tensor:
        """W_N^T (grad^2 L) W_N x for x: (m, B, m_{N-1})."""
        if self._spiked is not None:
            return self._spiked.product(x)
        weight = self._layers[-1].weight
        return self._loss_product(x @ weight.T).contiguous() @ weight

    def _loss_product(self, v: Tensor) -> Tensor:
        """(grad^2 L) v for v: (m, B, k)."""
        return self._loss.product(v) if isinstance(self._loss, RowHessians) else self._loss(v)

    @functools.cached_property
    def _spiked(self) -> Spiked | None:
        return spiked(self._head, self._loss) if isinstance(self._loss, RowHessians) else None

    # --- matrices of single samples ---------------------------------------------------------------

    @functools.cached_property
    def samples_per_chunk(self) -> int:
        """How many samples' matrices are formed at once, where they are not formed one by one."""
        return max(1, CHUNK // (self._head.d * max(self._head.widths)))

    def blocks(self, samples: Tensor | None, pullback: bool, interaction: bool) -> Tensor:
        """The matrices G + M, or one of the two, of some samples or of all, exactly symmetric: (b, d, d)."""
        batch = len(self.gradient)
        if isinstance(self._loss, RowHessians) and self.gradient.is_cpu:
            chosen = range(batch) if samples is None else samples.tolist()
            return self._one_by_one(self._loss, chosen, pullback, interaction)
        if samples is None:
            if batch <= self.samples_per_chunk:
                return symmetrised(self._at_once(pullback, interaction))
            samples = torch.arange(batch, device=self.gradient.device)
        chunks = samples.split(self.samples_per_chunk)
        parts = [self.restricted(chunk)._at_once(pullback, interaction) for chunk in chunks]
        return symmetrised(torch.cat(parts))

    def _one_by_one(
        self, loss: RowHessians, samples: Sequence[int], pullback: bool, interaction: bool
    ) -> Tensor:
        """In NumPy, sample by sample."""
        weights = [weight for weight, _ in self._head.arrays]
        slopes = [_array(layer.slope) for layer in self._layers[:-1]]
        curvatures = [_array(layer.curvature) for layer in self._layers[:-1]]
        spikes = [part.numpy() for part in (loss.diagonal, loss.left, loss.right)]
        found = np.empty((len(samples), self._head.d, self._head.d), weights[0].dtype)
        for b, out in zip(samples, found, strict=True):
            *hidden, jacobian = jacobians(weights, (None if s is None else s[b] for s in slopes))
            bent = (None if c is None else c[b] for c in curvatures)
            diagonal, left, right = (part[b] for part in spikes)
            form(
                out,
                zip(hidden, bent, strict=True) if interaction else (),
                (jacobian, (diagonal, left, right)) if pullback else None,
            )
        return torch.from_numpy(found)

    def _at_once(self, pullback: bool, interaction: bool) -> Tensor:
        """In PyTorch, symmetric but for rounding."""
        *hidden, jacobian = self._jacobians
        total = None
        if pullback and isinstance(self._loss, RowHessians):
            total = self._loss.between(jacobian)
        elif pullback:
            total = jacobian.mT @ self._loss_product(jacobian.movedim(-1, 0)).movedim(0, -1)
        for a, layer in zip(hidden, self._layers, strict=False):
            if interaction and layer.curvature is not None:
                term = torch.bmm(a.mT, layer.curvature.unsqueeze(-1) * a)
                total = term if total is None else total.add_(term)
        if total is None:
            return jacobian.new_zeros(len(jacobian), self._head.d, self._head.d)
        return total

    @functools.cached_property
    def _jacobians(self) -> tuple[Tensor, ...]:
        """A_l = d a_l / d z for l = 1, .., N, each (B, m_l, d)."""
        first = self._layers[0].weight
        found = [first.expand(len(self.gradient), *first.shape)]
        for before, layer in zip(self._layers, self._layers[1:], strict=False):
            a = found[-1] if before.slope is None else before.slope.unsqueeze(-1) * found[-1]
            if len(a) == 1:
                found.append((layer.weight @ a[0]).unsqueeze(0))
            else:  # one product for the whole batch
                found.append((a.mT @ layer.weight.T).mT)
        return tuple(found)


def _array(x: Tensor | None) -> Array | None:
    return None if x is None else x.numpy()


def _forward(
    layer: _Layer, x: Tensor, interaction: bool
) -> tuple[Tensor, Tensor | None, Tensor | None]:
    """Tangent after a layer, and the curvature that its activation and its BatchNorm will add."""
    a = x @ layer.weight.T
    bent = None
    if layer.norm is not None:
        normed = layer.norm.at.project(a)
        bent = layer.norm.product(a, normed) if interaction else None
        a = layer.norm.at.weight * normed
    curved = a * layer.curvature if interaction and layer.curvature is not None else None
    return (a if layer.slope is None else a.mul_(layer.slope)), curved, bent


def _backward(
    layer: _Layer, cotangent: Tensor | None, curved: Tensor | None, bent: Tensor | None
) -> Tensor | None:
    """Tangent of the cotangent before a layer; None is 0."""
    if cotangent is None or layer.slope is None:
        cotangent = _sum(cotangent, curved)
    elif curved is None:
        cotangent = cotangent.mul_(layer.slope)
    else:
        cotangent = curved.addcmul_(cotangent, layer.slope)
    if layer.norm is not None and cotangent is not None:
        cotangent = layer.norm.at.project(layer.norm.at.weight * cotangent)
    cotangent = _sum(cotangent, bent)
    return None if cotangent is None else cotangent @ layer.weight


def _sum(a: Tensor | None, b: Tensor | None) -> Tensor | None:
    """A sum in which None is 0; the first summand's memory is reused."""
    if a is None or b is None:
        return b if a is None else a
    return a.add_(b)

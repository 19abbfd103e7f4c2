"""Projection heads: multilayer perceptrons with their forward and backward trace.

x_0 = z,   a_l = N_l(W_l x_{l-1} + b_l),   x_l = s_l(a_l)  (1 <= l <= N-1),   h = a_N

N_l is the identity or BatchNorm over the batch. A head followed by a head is again a head: the
affine maps that meet are two layers with the identity between them.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import linear

from verify.numeric.activations import LINEAR, Activation, Jet
from verify.numeric.batchnorm import BatchNorm, Normalised

REPAID = 600
"""Multiply-adds of a matrix product that one entry fewer in the weights repays in a Lanczos run of
about 20 products for one sample: the product runs at some 60 to 160 Gflop/s on two cores, while a
vector's product with the weights waits for memory, 0.5 ns an entry."""


class Head:
    """A projection head h: R^d -> R^k, or a projector followed by a predictor.

    BatchNorm with running statistics is affine, and is folded into its layer on construction.

    Attributes:
        weights: W_1, .., W_N of shapes (m_l, m_{l-1}), with m_0 = d and m_N = k. Taken as
            constants: do not change them in place.
        biases: b_1, .., b_N of shapes (m_l,).
        activations: s_1, .., s_{N-1}.
        norms: for every layer its BatchNorm over the batch, or None.
    """

    def __init__(
        self,
        weights: Sequence[Tensor],
        biases: Sequence[Tensor | None] | None,
        activation: Activation | Sequence[Activation],
        norms: Sequence[BatchNorm | None] | None = None,
    ) -> None:
        """Build a head.

        Args:
            weights: W_1, .., W_N.
            biases: one for each weight; None, for one layer or for all, is no bias.
            activation: the one after every layer but the last, or N - 1 of them in order.
            norms: one for each layer, applied to its affine map; None is no BatchNorm.

        Raises:
            TypeError: if a weight or bias is no tensor, one is not real floating point, their
                types differ, or `activation` is not made of activations.
            ValueError: if the numbers of layers, the shapes or the devices do not match.
        """
        depth = len(weights)
        biases = [None] * depth if biases is None else biases
        norms = [None] * depth if norms is None else norms
        if not weights or len(biases) != depth:
            raise ValueError(
                f"A head needs as many biases as weights and at least one of each: {len(weights)=}, {len(biases)=}."
            )
        if len(norms) != depth:
            raise ValueError(
                f"A head needs one norm, possibly None, for each of its {depth} layers; it was given {len(norms)}."
            )
        if isinstance(activation, Activation):
            activation = (activation,) * (depth - 1)
        _require_kinds(weights, biases, activation)
        if len(activation) != depth - 1:
            raise ValueError(
                f"A head of {depth} layers needs {depth - 1} activations, one between each two; it was given {len(activation)}."
            )
        self.activations: tuple[Activation, ...] = tuple(activation)
        layers = []
        width = weights[0].shape[-1]
        for index, (w, b, norm) in enumerate(zip(weights, biases, norms, strict=True), start=1):
            b = w.new_zeros(w.shape[0]) if b is None else b
            _require_layer(index, width, weights[0], w, b, norm)
            if norm is not None and not norm.couples_batch:
                (w, b), norm = norm.fold(w, b), None
            layers.append((w, b, norm))
            width = w.shape[0]
        self.weights: tuple[Tensor, ...] = tuple(w for w, _, _ in layers)
        self.biases: tuple[Tensor, ...] = tuple(b for _, b, _ in layers)
        self.norms: tuple[BatchNorm | None, ...] = tuple(norm for _, _, norm in layers)

    def __repr__(self) -> str:
        """Widths and activations."""
        names = ", ".join(dict.fromkeys(s.name for s in self.activations))
        return f"Head({'-'.join(map(str, self.widths))}, {names or 'affine'})"

    @property
    def depth(self) -> int:
        """N, the number of weight matrices."""
        return len(self.weights)

    @property
    def d(self) -> int:
        """Dimension of z."""
        return self.weights[0].shape[1]

    @property
    def k(self) -> int:
        """Dimension of h(z)."""
        return self.weights[-1].shape[0]

    @property
    def widths(self) -> tuple[int, ...]:
        """d, m_1, .., m_{N-1}, k."""
        return (self.d, *(w.shape[0] for w in self.weights))

    @property
    def couples_batch(self) -> bool:
        """Whether a sample's output depends on the other samples: BatchNorm over the batch."""
        return any(norm is not None for norm in self.norms)

    def then(self, head: Head) -> Head:
        """This head followed by another, e.g. a projector by a predictor; again one head.

        Raises:
            ValueError: if the other head does not take this one's outputs.
        """
        return Head(
            self.weights + head.weights,
            self.biases + head.biases,
            (*self.activations, LINEAR, *head.activations),
            self.norms + head.norms,
        )

    @functools.cached_property
    def fused(self) -> Head:
        """The same function with neighbouring affine maps multiplied out, where that repays itself.

        Kept once computed: its cost is met once for all the samples that a head is evaluated at.
        """
        weights, biases, norms = [self.weights[0]], [self.biases[0]], [self.norms[0]]
        activations: list[Activation] = []
        for s, w, b, norm in zip(
            self.activations, self.weights[1:], self.biases[1:], self.norms[1:], strict=True
        ):
            if s is LINEAR and norms[-1] is None and _repays(weights[-1], w):
                weights[-1] = (w @ weights[-1]).detach()
                biases[-1] = (w @ biases[-1] + b).detach()
                norms[-1] = norm
            else:
                activations.append(s)
                weights.append(w)
                biases.append(b)
                norms.append(norm)
        return self if len(weights) == self.depth else Head(weights, biases, activations, norms)

    @functools.cached_property
    def arrays(self) -> tuple[tuple[NDArray[Any], NDArray[Any]], ...]:
        """Weight and bias of each layer as NumPy sees them, on the same memory; for a CPU."""
        pairs = zip(self.weights, self.biases, strict=True)
        return tuple((w.detach().numpy(), b.detach().numpy()) for w, b in pairs)

    @functools.cached_property
    def last_gram(self) -> Tensor:
        """W_N^T W_N, of shape (m_{N-1}, m_{N-1}); kept once computed."""
        return self.weights[-1].T @ self.weights[-1]

    def __call__(self, z: Tensor) -> Tensor:
        """h(z): (..., d) -> (..., k); with BatchNorm over the batch, (B, d) -> (B, k)."""
        return self.trace(z).output

    def trace(self, z: Tensor) -> Trace:
        """Run the head on z of shape (..., d) and keep what its derivatives need.

        Raises:
            ValueError: if the last dimension of z is not d, or the head couples the batch and z
                is not one of at least two samples.
        """
        if z.ndim == 0 or z.shape[-1] != self.d:
            raise ValueError(f"z must have last dimension {self.d}: got shape {tuple(z.shape)}.")
        if self.couples_batch and (z.ndim != 2 or len(z) < 2):
            raise ValueError(
                f"A head with BatchNorm over the batch expects z of shape (B, d) with B >= 2: got shape {tuple(z.shape)}. Give BatchNorm its running statistics to evaluate it sample by sample."
            )
        x, jets = z, []
        norms: list[Normalised | None] = []
        for layer, (w, b, norm) in enumerate(
            zip(self.weights, self.biases, self.norms, strict=True)
        ):
            x = linear(x, w, b)
            norms.append(None if norm is None else norm.normalise(x))
            if norm is not None:
                x = norm.weight * norms[-1].standardised + norm.bias  # type: ignore[union-attr]
            if layer < self.depth - 1:
                jets.append(self.activations[layer].jet(x))
                x = jets[-1][0]
        return Trace(self, tuple(jets), x, tuple(norms))


@dataclass(frozen=True)
class Trace:
    """A head's forward pass at one z or a batch of them.

    Attributes:
        head: the head that was run.
        jets: (s, s', s'') at a_l for l = 1, .., N-1, each of shape (..., m_l).
        output: h(z), of shape (..., k).
        norms: what BatchNorm over the batch did at each layer, or None; empty if at none.
    """

    head: Head
    jets: tuple[Jet, ...]
    output: Tensor
    norms: tuple[Normalised | None, ...] = ()

    def preactivation_jacobians(self) -> tuple[Tensor, ...]:
        """A_l = d a_l / d z for l = 1, .., N, each (..., m_l, d), kept once computed; the last is J_h.

        Raises:
            ValueError: if the head couples the batch, so that no sample has a Jacobian of its own.
        """
        if self.head.couples_batch:
            raise ValueError(
                "A head with BatchNorm over the batch has no Jacobian of each sample by itself; use EffectiveHessian, or give BatchNorm its running statistics."
            )
        return self._jacobians

    @functools.cached_property
    def _jacobians(self) -> tuple[Tensor, ...]:
        w = self.head.weights
        batch = self.output.shape[:-1]
        jacobians = [w[0].expand(*batch, *w[0].shape)]
        for weight, (_, slope, _) in zip(w[1:], self.jets, strict=True):
            jacobians.append(weight @ (slope.unsqueeze(-1) * jacobians[-1]))
        return tuple(jacobians)

    def jacobian(self) -> Tensor:
        """J_h, of shape (..., k, d)."""
        return self.preactivation_jacobians()[-1]

    def adjoints(self, rho: Tensor) -> tuple[Tensor, ...]:
        """delta_l = d(rho.h)/d x_l for l = 0, .., N-1, each (..., m_l); delta_0 is J_h^T rho."""
        deltas: list[Tensor] = []
        cotangent = rho
        for layer in range(self.head.depth - 1, -1, -1):
            norm = self.norms[layer] if self.norms else None
            if norm is not None:
                cotangent = norm.project(norm.weight * cotangent)
            deltas.append(cotangent @ self.head.weights[layer])
            if layer:
                cotangent = self.jets[layer - 1][1] * deltas[-1]
        return tuple(deltas[::-1])


def near_kink(head: Head, z: Tensor) -> Tensor:
    """Whether some preactivation is within rounding of a kink: (..., d) -> (...), boolean.

    The distance allowed is a first-order bound on the error of the preactivation: gamma_n |W_i||x|
    for its dot product of n terms (Higham 2002, section 3.1, and Cauchy-Schwarz), and |W_i| times
    the error that x brings along. Where affine maps meet, |x| is replaced by a bound on it in which
    nothing cancels, so that the allowance holds for `Head.fused`, which multiplies them out, too.
    A unit whose weights are all 0, as when pruned, is constant in z and so at no kink.
    """
    eps = torch.finfo(z.dtype).eps
    found = torch.zeros(z.shape[:-1], dtype=torch.bool, device=z.device)
    x, size, carried = z, z.norm(dim=-1, keepdim=True), torch.zeros_like(z[..., :1])
    layers = zip(
        head.weights[:-1], head.biases[:-1], head.norms[:-1], head.activations, strict=True
    )
    for w, b, norm, activation in layers:
        a = linear(x, w, b)
        gamma = (w.shape[1] + 1) * eps
        rows = w.norm(dim=1)
        bound = rows * (carried + gamma * size) + gamma * b.abs()
        if norm is not None:
            a, bound = norm.with_error(a, bound)
        for kink in activation.kinks:
            near = (a - kink).abs() <= bound + eps * abs(kink)
            found |= (near & (rows > 0)).any(-1)
        x, slope, _ = activation.jet(a)
        carried = (slope.abs().clamp(min=1) * bound + eps * x.abs()).norm(dim=-1, keepdim=True)
        met = activation is LINEAR and norm is None
        size = rows.norm() * size + b.norm() if met else x.norm(dim=-1, keepdim=True)
    return found


def _repays(first: Tensor, second: Tensor) -> bool:
    """Whether second @ first has so many entries fewer than both that forming it repays itself."""
    (middle, inputs), outputs = first.shape, len(second)
    return outputs * middle * inputs <= REPAID * (middle * (inputs + outputs) - outputs * inputs)


def _require_kinds(
    weights: Sequence[object], biases: Sequence[object], activations: Sequence[object]
) -> None:
    """Check that layers are made of tensors and activations, as far as their shapes can be read."""
    for index, (w, b) in enumerate(zip(weights, biases, strict=True), start=1):
        if not isinstance(w, Tensor) or not isinstance(b, Tensor | None):
            found = type(w if not isinstance(w, Tensor) else b).__name__
            raise TypeError(
                f"A head's weights must be tensors, its biases tensors or None; one of layer {index} was {found}."
            )
        if w.ndim != 2 or w.numel() == 0:
            raise ValueError(
                f"The weight of layer {index} must have shape (outputs, inputs), at least one of each; its shape was {tuple(w.shape)}."
            )
    for s in activations:
        if not isinstance(s, Activation):
            raise TypeError(
                f"`activation` must be one of `verify.numeric.activations`, e.g. ACTIVATIONS['swish'], or one for each two layers; it held {s!r}."
            )


def _require_layer(
    index: int, width: int, first: Tensor, w: Tensor, b: Tensor, norm: BatchNorm | None
) -> None:
    """Check one layer's shapes, and its types and device against the first weight's."""
    if w.shape[1] != width or b.shape != w.shape[:1]:
        raise ValueError(
            f"Layer {index} must map {width} inputs with a bias per output: its weight has shape {tuple(w.shape)}, its bias {tuple(b.shape)}."
        )
    tensors = {"weight": w, "bias": b}
    if norm is not None:
        tensors |= norm.tensors
        for name, tensor in norm.tensors.items():
            if tensor.shape != b.shape:
                raise ValueError(
                    f"Layer {index} has {len(b)} outputs, so its {name} must have shape "
                    f"({len(b)},); it was {tuple(tensor.shape)}."
                )
    for name, tensor in tensors.items():
        if not tensor.dtype.is_floating_point or tensor.dtype != first.dtype:
            raise TypeError(
                f"A head's tensors must be of one real floating-point type: the weight of layer 1 is {first.dtype}, the {name} of layer {index} {tensor.dtype}. Convert one of them."
            )
        if tensor.device != first.device:
            raise ValueError(
                f"A head's tensors must be on one device: the weight of layer 1 is on {first.device}, the {name} of layer {index} on {tensor.device}."
            )

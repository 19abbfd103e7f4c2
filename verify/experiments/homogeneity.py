"""What multiplying a projector's weights by a constant does: the published pseudo-collapsed start.

A bias-free ReLU or linear head without BatchNorm is positively homogeneous: c times the weights of
each of its N layers gives c^N times its output. An objective that sees directions only is then the
same function of z, and its gradient by the weights is 1/c times what it was. Constants are powers
of two here, so that scaling makes no rounding error; the algebra holds for 0.1 alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from hypothesis import strategies as st
from torch import Tensor
from torch.func import functional_call, hessian

from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors
from verify.numeric.objectives import OBJECTIVES, Targets
from verify.ssl.backbones import Projector, seeded

EPS = torch.finfo(torch.float64).eps

HOMOGENEOUS, SMOOTH = ("relu", "linear"), ("swish", "gelu")


@dataclass(frozen=True)
class Scaled:
    """A projector, and the same with every weight matrix times 2^-halvings; a z and a target."""

    widths: tuple[int, ...]
    activation: str
    seed: int
    z: Tensor
    target: Tensor
    halvings: int

    def head(self, shrunk: bool) -> Projector:
        """The projector, in float64 and evaluation mode."""
        projector = seeded(lambda: Projector(self.widths, self.activation, False), self.seed)
        projector = projector.double().eval()
        if shrunk:
            for weight in projector.parameters():
                weight.data.mul_(2.0**-self.halvings)
        return projector


@st.composite
def scaled(draw: st.DrawFn, activations: tuple[str, ...]) -> Scaled:
    """Projectors of one to three layers with small random weights."""
    widths = tuple(draw(st.lists(st.integers(2, 5), min_size=2, max_size=4)))
    return Scaled(
        widths=widths,
        activation=draw(st.sampled_from(activations)),
        seed=draw(st.integers(0, 2**63 - 1)),
        z=draw(tensors(widths[:1])),
        target=draw(tensors(widths[-1:])),
        halvings=draw(st.integers(1, 6)),
    )


def objective(case: Scaled, shrunk: bool, name: str) -> Callable[[Tensor], Tensor]:
    """The objective as a function of z.

    Raises:
        Vacuous: if the head's output or the target has no direction.
    """
    head = case.head(shrunk)
    if case.target.norm() == 0 or head(case.z).norm() == 0:
        raise Vacuous
    loss = OBJECTIVES[name].bind(Targets(case.target[None]))
    weights = {n: p.detach() for n, p in head.named_parameters()}
    return lambda z: loss.unchecked(functional_call(head, weights, (z[None],)))


def spectrum_ratio(case: Scaled, name: str = "negative_cosine") -> float:
    """The value and the curvature spectrum in z, at the shrunk weights and at the others."""
    before, after = (objective(case, shrunk, name) for shrunk in (False, True))
    matrices = hessian(before)(case.z), hessian(after)(case.z)
    spectra = [torch.linalg.eigvalsh((m + m.T) / 2) for m in matrices]
    size = spectra[0].abs().max().item()
    if size == 0:
        raise Vacuous
    # All but the eigensolver is exact; its backward error is a few n eps times the norm (LAPACK
    # Users' Guide, section 4.7), and the value is a sum of rounded terms of size at most 1.
    allowed = 16 * len(case.z) * EPS
    changed = (spectra[0] - spectra[1]).abs().max().item() / size
    moved = (before(case.z) - after(case.z)).abs().item()
    return max(changed, moved) / allowed


def update_ratio(case: Scaled, name: str = "negative_cosine", power: int = -2) -> float:
    """|gradient| / |weights| of the shrunk projector is c^power times that of the other."""
    relative = []
    for shrunk in (False, True):
        objective(case, shrunk, name)  # raises where it is not defined
        head = case.head(shrunk)
        loss = OBJECTIVES[name].bind(Targets(case.target[None])).unchecked(head(case.z[None]))
        gradients = torch.autograd.grad(loss, list(head.parameters()))
        sizes = [
            torch.cat([t.flatten() for t in ts]).norm() for ts in (gradients, head.parameters())
        ]
        relative.append((sizes[0] / sizes[1]).item())
    if relative[0] == 0:
        raise Vacuous
    expected = 2.0 ** (-power * case.halvings)
    entries = sum(weight.numel() for weight in case.head(False).parameters())
    return abs(relative[1] / relative[0] / expected - 1) / (8 * math.sqrt(entries) * EPS)


def claim(
    text: str, normalised_error: Callable[..., float], activations: tuple[str, ...]
) -> Claim[Scaled]:
    """A claim about projectors with one of these activations."""
    return Claim(text, partial(scaled, activations), normalised_error, case_divisor=2)


SPECTRUM = claim(
    "scaling the weights of a homogeneous head changes neither the negative cosine nor its curvature spectrum in z",
    spectrum_ratio,
    HOMOGENEOUS,
)
SPECTRUM_SMOOTH = claim(
    "scaling the weights of a Swish or GELU head changes neither the negative cosine nor its curvature spectrum in z",
    spectrum_ratio,
    SMOOTH,
)
SPECTRUM_MSE = SPECTRUM.mutant(
    "scaling the weights of a homogeneous head changes neither the squared error nor its curvature spectrum in z",
    name="mse",
)

UPDATE = claim(
    "scaling a homogeneous head's weights by c multiplies |gradient| / |weights| by c^-2 under the negative cosine",
    update_ratio,
    HOMOGENEOUS,
)
UPDATE_ONCE = UPDATE.mutant(
    "scaling a homogeneous head's weights by c multiplies |gradient| / |weights| by c^-1 under the negative cosine",
    power=-1,
)
UPDATE_SMOOTH = claim(
    "scaling a Swish or GELU head's weights by c multiplies |gradient| / |weights| by c^-2 under the negative cosine",
    update_ratio,
    SMOOTH,
)

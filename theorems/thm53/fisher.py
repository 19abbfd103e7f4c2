"""Fisher matrices of softmax models about their features, by their roots; numerical ranks.

Oracles: the Hessian of the negative log-likelihood by automatic differentiation, which for a model
that is linear in its features is the Fisher matrix whatever the outcome.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd.functional import hessian

from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors
from verify.ssl.probes import Probes

RANK_TOLERANCE = 1e-6
"""An eigenvalue below this multiple of the largest is zero, as for the published rank."""

ROUNDING = 1e-12
"""Error allowed over |W|^2: a few thousand roundings of numbers of at most that size."""


class Fisher(NamedTuple):
    """Roots A of Fisher matrices I = A^T A at m points of R^d: (m, r, d)."""

    root: Tensor

    @property
    def spectra(self) -> Tensor:
        """Eigenvalues at every point, descending, (m, min(r, d))."""
        return torch.linalg.svdvals(self.root) ** 2

    @property
    def ranks(self) -> Tensor:
        """Numerical ranks, (m,)."""
        values = self.spectra
        return (values > RANK_TOLERANCE * values[:, :1]).sum(1)

    @property
    def mean_spectrum(self) -> Tensor:
        """Eigenvalues of the mean matrix over the points, descending, (d,)."""
        stacked = self.root.flatten(0, 1) / len(self.root) ** 0.5
        return torch.linalg.eigvalsh(stacked.T @ stacked).flip(0).clamp(min=0)

    def along(self, v: Tensor) -> Tensor:
        """v^T I v over that of a random unit vector, tr I / d, at unit vectors v (m, d): (m,)."""
        form = (self.root @ v[:, :, None]).square().sum((1, 2))
        return form * self.root.shape[-1] / self.root.square().sum((1, 2))

    def outside(self, other: Fisher) -> Tensor:
        """The share of tr I in the kernel of another matrix, (m,): 0 if I lies below the other."""
        _, s, vh = torch.linalg.svd(other.root, full_matrices=False)
        kept = vh * (s**2 > RANK_TOLERANCE * s[:, :1] ** 2)[:, :, None]
        inside = (self.root @ kept.mT).square().sum((1, 2))
        return 1 - inside / self.root.square().sum((1, 2))


def softmax_root(slopes: Tensor, p: Tensor, centred: bool = True) -> Tensor:
    """A with A^T A = W^T (diag p - p p^T) W, the Fisher matrix of softmax(W z + b) about z.

    Args:
        slopes: W, (classes, d).
        p: probabilities (m, classes).
        centred: False forgets p p^T, a false variant.

    Returns:
        (m, classes, d).
    """
    mean = (p @ slopes)[:, None] if centred else 0
    return p.sqrt()[:, :, None] * (slopes - mean)


def probe_root(probes: Probes, features: Tensor) -> Tensor:
    """The root (m, classes, f) for one linear probe at its features (m, f)."""
    ((weight, _),) = probes.layers
    slopes = (weight[0] / probes.scale[0].T).T.detach().to(features)
    logits = probes.logits(features[None].to(weight)).detach()[0].to(features)
    return softmax_root(slopes, logits.softmax(-1))


class Softmax(NamedTuple):
    """A softmax model at a point. Shapes: weight (classes, d), bias (classes,), z (d,)."""

    weight: Annotated[Tensor, "$W$"]
    bias: Annotated[Tensor, "$b$"]
    z: Annotated[Tensor, "$z$"]


@st.composite
def softmaxes(draw: st.DrawFn) -> Softmax:
    """Models of 2 to 4 classes in at most 3 dimensions."""
    classes, d = draw(st.integers(2, 4)), draw(st.integers(1, 3))
    return Softmax(draw(tensors((classes, d))), draw(tensors((classes,))), draw(tensors((d,))))


def softmax_error(case: Softmax, centred: bool = True) -> float:
    """The root's square against the Hessian of -log p(first class), over the error allowed.

    Raises:
        Vacuous: if the model does not depend on z.
    """
    size = float(case.weight.square().sum())
    if size == 0:
        raise Vacuous
    p = (case.weight @ case.z + case.bias).softmax(0)
    root = softmax_root(case.weight, p[None], centred)[0]
    wanted = hessian(lambda z: -(case.weight @ z + case.bias).log_softmax(0)[0], case.z)
    return float((root.T @ root - wanted).norm()) / (ROUNDING * size)


def softmaxes_seen(case: Softmax) -> dict[str, bool]:
    """What random models must show."""
    p = (case.weight @ case.z + case.bias).softmax(0)
    return {"probabilities differ": float(p.max() - p.min()) > 0.1, "$d > 1$": len(case.z) > 1}


SOFTMAX = Claim(
    r"the Fisher matrix of $\operatorname{softmax}(Wz + b)$ about $z$ is $W^T (\operatorname{diag} p - p p^T) W$",
    softmaxes,
    softmax_error,
    features=softmaxes_seen,
)

SOFTMAX_UNCENTRED = SOFTMAX.mutant(
    r"the Fisher matrix of $\operatorname{softmax}(Wz + b)$ is $W^T \operatorname{diag}(p) W$",
    centred=False,
)

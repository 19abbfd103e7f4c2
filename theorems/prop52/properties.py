"""Properties of 5.2 on heads that are invariant by construction.

Oracles: automatic differentiation of the whole invariant head on one side, the invariance (zero)
and the orbit's closed-form velocity and acceleration on the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Annotated, NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd.functional import hessian, jacobian

from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import heads, tensors
from verify.numeric.activations import QUADRATIC, SMOOTH
from verify.numeric.heads import Head

TOLERANCE = 1e-10
"""Error allowed relative to the norms of what cancels: derivatives of heads of at most 4 layers
with entries below 2 lose some five of the sixteen digits to rounding at most."""

KERNEL_TOLERANCE = 1e-7
"""`TOLERANCE`, divided by the least singular value over the largest that `kernel_error` admits: by as
much an error of the head's slopes turns the residual gradient."""


class Invariant(NamedTuple):
    """A head invariant to rotations of (z1, z2), at a point, with a residual gradient.

    Radial: g((z1^2 + z2^2)/2, z3, ..). Averaged: the mean of g over rotated copies of z; for the
    activation a + a^2 and N layers g has degree 2^(N-1), so that 2^(N-1) + 1 equal turns average
    over the whole circle exactly.

    Shapes: z (d,), rho (k,).
    """

    inner: Head
    averaged: Annotated[bool, "averaged over turns, and else radial"]
    z: Annotated[Tensor, "$z$"]
    rho: Annotated[Tensor, r"$\rho$"]

    @property
    def turns(self) -> int:
        """How many turned copies of z the inner head sees."""
        return 2 ** (self.inner.depth - 1) + 1 if self.averaged else 1

    def copies(self, z: Tensor, turns: int) -> Tensor:
        """The inner head at every copy of z, (turns, k); its mean is the invariant head."""
        if not self.averaged:
            inputs = torch.cat([(z[0] ** 2 + z[1] ** 2)[None] / 2, z[2:]])
            return self.inner(inputs)[None]
        angles = torch.arange(turns, dtype=z.dtype) * (2 * math.pi / turns)
        cos, sin = angles.cos(), angles.sin()
        turned = [cos * z[0] - sin * z[1], sin * z[0] + cos * z[1]]
        rest = [entry.expand(turns) for entry in z[2:]]
        return self.inner(torch.stack(turned + rest, dim=1))

    @property
    def velocity(self) -> Tensor:
        """gamma'(0) of the rotation orbit through z, (d,)."""
        return torch.cat([torch.stack([-self.z[1], self.z[0]]), torch.zeros_like(self.z[2:])])

    @property
    def acceleration(self) -> Tensor:
        """gamma''(0), (d,)."""
        return torch.cat([-self.z[:2], torch.zeros_like(self.z[2:])])


@st.composite
def invariants(draw: st.DrawFn, averaged: bool | None = None, wide: bool = False) -> Invariant:
    """Random heads of both constructions, or of one of them.

    Args:
        draw: Hypothesis's.
        averaged: which construction; None for both.
        wide: give the head d outputs, more than J_h has rank: then some residual gradients are
            critical.
    """
    if averaged is None:
        averaged = draw(st.booleans())
    if averaged:
        inner = draw(heads((QUADRATIC,), depths=(2, 3), widths=(2, 3)))
    else:
        inner = draw(heads(SMOOTH, depths=(2, 4), widths=(1, 3)))
    d = inner.d if averaged else inner.d + 1
    if wide:
        weights = (*inner.weights[:-1], draw(tensors((d, inner.weights[-1].shape[1]))))
        inner = Head(weights, (*inner.biases[:-1], draw(tensors((d,)))), inner.activations)
    return Invariant(inner, averaged, draw(tensors((d,))), draw(tensors((inner.k,))))


def singular_error(case: Invariant, turns: int | None = None, tilt: float = 0.0) -> float:
    """|J v| over the error allowed; fewer `turns` are invariance to a finite group only.

    `tilt` turns v towards z by so much; a false variant.

    Raises:
        Vacuous: if there is no tangent, or the head does not depend on z.
    """
    turns = turns or case.turns
    slopes = jacobian(lambda z: case.copies(z, turns), case.z, vectorize=True)
    scale = float(slopes.norm() * case.velocity.norm())
    if scale == 0:
        raise Vacuous
    return float((slopes.mean(0) @ (case.velocity - tilt * case.acceleration)).norm()) / (
        TOLERANCE * scale
    )


def curvature_error(
    case: Invariant, weight: float = -1.0, of: Callable[[Tensor, Tensor], Tensor] | None = None
) -> float:
    """Error of v^T H_eff v = weight * rho^T J gamma'' for L = rho.u + |u - h(z)|^2 / 2.

    Args:
        case: the invariant head.
        weight: -1 in the claim; others are false variants.
        of: takes (H_eff, v) to what is claimed to equal the right side; the form by default.

    Raises:
        Vacuous: if there is no tangent, or nothing to cancel.
    """
    turns, v = case.turns, case.velocity
    slopes = jacobian(lambda z: case.copies(z, turns), case.z, vectorize=True)
    here = case.copies(case.z, turns).mean(0)

    def loss(z: Tensor) -> Tensor:
        u = case.copies(z, turns).mean(0)
        return case.rho @ u + (u - here) @ (u - here) / 2

    h_eff = hessian(loss, case.z)
    second = hessian(lambda z: (case.copies(z, turns) @ case.rho).sum(), case.z)
    wanted = weight * (case.rho @ slopes.mean(0) @ case.acceleration)
    found = v @ h_eff @ v if of is None else of(h_eff, v)
    scale = float(
        case.rho.norm() * slopes.norm() * case.acceleration.norm()
        + (second.norm() + slopes.norm() ** 2) * v.norm() ** 2
    )
    if scale == 0:
        raise Vacuous
    return float((found - wanted).norm()) / (TOLERANCE * scale)


DEPENDENT = (1e-12, 1e-3)
"""A singular value of J over the largest is 0 below the first, and not above the second; a head
with one in between is left out, since its critical gradients are not resolved. So is a head whose
interaction is not above the second, times the gradient: rounding must not be what vanishes."""


def kernel_error(case: Invariant, local: float = 0.0) -> float:
    """|H_eff v| over the error allowed, at a residual gradient that makes z critical.

    rho is the drawn one, projected to the kernel of J^T; the loss is rho.u + |u - h(z)|^2 / 2.

    Args:
        case: the invariant head.
        local: adds this multiple of (|y|^2 - r^2) z_1 to every output, y = (z1, z2) and r = |y| at
            the point: still invariant along the orbit, and on no neighbourhood of it.

    Raises:
        Vacuous: if there is no tangent, no such rho, or hardly an interaction to vanish.
    """
    turns, v = case.turns, case.velocity
    radius = case.z[0] ** 2 + case.z[1] ** 2

    def head(z: Tensor) -> Tensor:
        return case.copies(z, turns).mean(0) + local * (z[0] ** 2 + z[1] ** 2 - radius) * z[0]

    slopes = jacobian(head, case.z)
    u, s, _ = torch.linalg.svd(slopes)
    if s[0] == 0 or bool(((s > DEPENDENT[0] * s[0]) & (s < DEPENDENT[1] * s[0])).any()):
        raise Vacuous
    left = u[:, int((s > DEPENDENT[0] * s[0]).sum()) :]
    if left.shape[1] == 0:
        raise Vacuous
    rho, here = left @ (left.T @ case.rho), head(case.z)

    def loss(z: Tensor) -> Tensor:
        change = head(z) - here
        return rho @ head(z) + change @ change / 2

    interaction = hessian(lambda z: rho @ case.copies(z, turns).mean(0), case.z)
    scale = float((interaction.norm() + slopes.norm() ** 2) * v.norm())
    if scale == 0 or interaction.norm() <= DEPENDENT[1] * rho.norm():
        raise Vacuous
    return float((hessian(loss, case.z) @ v).norm()) / (KERNEL_TOLERANCE * scale)


def product(h_eff: Tensor, v: Tensor) -> Tensor:
    """H_eff v, claimed to vanish by a false variant."""
    return h_eff @ v


def invariants_seen(case: Invariant) -> dict[str, bool]:
    """What random invariant heads must show."""
    return {"averaged": case.averaged, "radial": not case.averaged, "$k > 1$": case.inner.k > 1}


SINGULAR = Claim(
    "$J_h v = 0$ for heads invariant by construction",
    invariants,
    singular_error,
    features=invariants_seen,
    case_divisor=2,
)
AVERAGED = Claim(
    "$J_h v = 0$ for heads averaged over the circle",
    partial(invariants, averaged=True),
    singular_error,
    case_divisor=2,
)
KERNEL = Claim(
    r"$H_{\mathrm{eff}} v = 0$ at a critical $z$ near which $h$ is invariant",
    partial(invariants, wide=True),
    kernel_error,
    case_divisor=3,
)
CURVATURE = Claim(
    r"$v^T H_{\mathrm{eff}} v = -\rho^T J_h \gamma''$",
    invariants,
    curvature_error,
    features=invariants_seen,
    case_divisor=2,
)

FINITE = AVERAGED.mutant(
    "invariance to a half turn makes $J_h v = 0$: averaged over two turns only", turns=2
)

TILTED = SINGULAR.mutant("$J_h v = 0$ for a $v$ that is turned by $10^{-6}$", tilt=1e-6)

CURVATURES = {
    "sign": CURVATURE.mutant(r"$v^T H_{\mathrm{eff}} v = +\rho^T J_h \gamma''$", weight=1.0),
    "millionth": CURVATURE.mutant(
        r"$v^T H_{\mathrm{eff}} v = -\rho^T J_h \gamma''$ less a millionth", weight=-1 + 1e-6
    ),
    "form": CURVATURE.mutant(r"$v^T H_{\mathrm{eff}} v = 0$ at every $z$", weight=0.0),
    "kernel": CURVATURE.mutant(
        r"$H_{\mathrm{eff}} v = 0$ on $\mathcal{V}_{\mathrm{aug}}$ at every $z$",
        weight=0.0,
        of=product,
    ),
}
"""Near-misses of the effective Hessian along an orbit."""

ORBIT_ONLY = KERNEL.mutant(
    r"$H_{\mathrm{eff}} v = 0$ at a critical $z$ if $h$ is invariant along its orbit", local=1.0
)

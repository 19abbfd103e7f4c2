"""Properties of 5.2: heads that are invariant by construction, and curves with known spread.

Oracles: automatic differentiation of the whole invariant head on one side, the invariance (zero)
and the orbit's closed-form velocity and acceleration on the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd.functional import hessian, jacobian

from verify.numeric.activations import QUADRATIC, SMOOTH
from verify.numeric.claim import Claim, Vacuous
from verify.numeric.heads import Head
from verify.numeric.strategies import describe_head, exact, heads, tensors

TOLERANCE = 1e-10
"""Error allowed relative to the norms of what cancels: derivatives of heads of at most 4 layers
with entries below 2 lose some five of the sixteen digits to rounding at most."""

QUADRATURE = 1e-12
"""Relative error allowed to a mean of 64 values, which is exact for the curves drawn here."""


# --- invariant heads ----------------------------------------------------------------------------


class Invariant(NamedTuple):
    """A head invariant to rotations of (z1, z2), at a point, with a residual gradient.

    Radial: g((z1^2 + z2^2)/2, z3, ..). Averaged: the mean of g over rotated copies of z; for the
    activation a + a^2 and N layers g has degree 2^(N-1), so that 2^(N-1) + 1 equal turns average
    over the whole circle exactly.

    Shapes: z (d,), rho (k,).
    """

    inner: Head
    averaged: bool
    z: Tensor
    rho: Tensor

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
def invariants(draw: st.DrawFn, averaged: bool | None = None) -> Invariant:
    """Random heads of both constructions, or of one of them."""
    if averaged is None:
        averaged = draw(st.booleans())
    if averaged:
        inner = draw(heads((QUADRATIC,), depths=(2, 3), widths=(2, 3)))
    else:
        inner = draw(heads(SMOOTH, depths=(2, 4), widths=(1, 3)))
    d = inner.d if averaged else inner.d + 1
    return Invariant(inner, averaged, draw(tensors((d,))), draw(tensors((inner.k,))))


def describe_invariant(case: Invariant) -> tuple[tuple[str, str], ...]:
    """A case as (name, value) pairs."""
    kind = "averaged over the circle" if case.averaged else "of $(z_1^2 + z_2^2)/2$ and the rest"
    return (
        ("head", kind),
        *describe_head(case.inner),
        ("$z$", exact(case.z)),
        (r"$\rho$", exact(case.rho)),
    )


def singular_error(case: Invariant, turns: int | None = None) -> float:
    """|J v| over the error allowed; fewer `turns` are invariance to a finite group only.

    Raises:
        Vacuous: if there is no tangent, or the head does not depend on z.
    """
    turns = turns or case.turns
    slopes = jacobian(lambda z: case.copies(z, turns), case.z)
    scale = float(slopes.norm() * case.velocity.norm())
    if scale == 0:
        raise Vacuous
    return float((slopes.mean(0) @ case.velocity).norm()) / (TOLERANCE * scale)


def curvature_error(
    case: Invariant, weight: float = -1.0, of: Callable[[Tensor, Tensor], Tensor] | None = None
) -> float:
    """Error of v^T H_eff v = weight * rho^T J gamma'' for L = rho.u + |u - h(z)|^2 / 2.

    Args:
        case: the invariant head.
        weight: -1 in the claim; others are false siblings.
        of: takes (H_eff, v) to what is claimed to equal the right side; the form by default.

    Raises:
        Vacuous: if there is no tangent, or nothing to cancel.
    """
    turns, v = case.turns, case.velocity
    slopes = jacobian(lambda z: case.copies(z, turns), case.z)
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


def product(h_eff: Tensor, v: Tensor) -> Tensor:
    """H_eff v, claimed to vanish by a false sibling."""
    return h_eff @ v


SINGULAR = Claim(
    "$J_h v = 0$ for heads invariant by construction",
    invariants,
    singular_error,
    describe_invariant,
)
AVERAGED = Claim(
    "$J_h v = 0$ for heads averaged over the circle",
    partial(invariants, averaged=True),
    singular_error,
    describe_invariant,
)
CURVATURE = Claim(
    r"$v^T H_{\mathrm{eff}} v = -\rho^T J_h \gamma''$",
    invariants,
    curvature_error,
    describe_invariant,
)


# --- curves -------------------------------------------------------------------------------------

POINTS = 64
"""Midpoints at which means over a curve are taken: exact for products of the frequencies here."""

GRID = 513
"""Points at which the largest slope is sought; what lies between is bounded by the curvature."""


class Curve(NamedTuple):
    """phi(s) = sum_n cosine_n cos(n w s) + sine_n sin(n w s), the image of an orbit of length l.

    Open: w = pi / l and no sines. Closed: w = 2 pi / l.

    Shapes: cosine and sine (n, k). `size` is l.
    """

    cosine: Tensor
    sine: Tensor
    size: float
    closed: bool

    def at(self, s: Tensor, order: int = 0) -> Tensor:
        """The derivative of this order at s: (m,) -> (m, k)."""
        n = torch.arange(1, len(self.cosine) + 1, dtype=torch.float64)
        frequency = n * (2 if self.closed else 1) * math.pi / self.size
        phase = s[:, None] * frequency + order * math.pi / 2
        return (phase.cos() * frequency**order) @ self.cosine + (
            phase.sin() * frequency**order
        ) @ self.sine

    @property
    def middles(self) -> Tensor:
        """Midpoints of equal pieces of [0, l]."""
        return (torch.arange(POINTS, dtype=torch.float64) + 0.5) * (self.size / POINTS)

    @property
    def variance(self) -> float:
        """Mean of |phi - mean phi|^2 under uniform arclength."""
        values = self.at(self.middles)
        return float(((values - values.mean(0)) ** 2).sum(1).mean())

    @property
    def energy(self) -> float:
        """Mean of |phi'|^2."""
        return float((self.at(self.middles, 1) ** 2).sum(1).mean())

    @property
    def bend(self) -> float:
        """A bound on |phi''|."""
        n = torch.arange(1, len(self.cosine) + 1, dtype=torch.float64)
        frequency = n * (2 if self.closed else 1) * math.pi / self.size
        return float((frequency**2) @ (self.cosine.norm(dim=1) + self.sine.norm(dim=1)))

    @property
    def steepest(self) -> float:
        """A bound delta on |phi'|: its largest value on a grid, and what bending adds between."""
        slopes = self.at(torch.linspace(0, self.size, GRID, dtype=torch.float64), 1).norm(dim=1)
        return float(slopes.max()) + self.bend * self.size / (GRID - 1) / 2


@st.composite
def curves(draw: st.DrawFn, closed: bool) -> Curve:
    """Curves of up to three frequencies in one or two dimensions, of length 1/2 to 4."""
    n, k = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    cosine = draw(tensors((n, k)))
    sine = draw(tensors((n, k))) if closed else torch.zeros_like(cosine)
    return Curve(cosine, sine, draw(st.integers(1, 8)) / 2, closed)


def describe_curve(case: Curve) -> tuple[tuple[str, str], ...]:
    """A curve as (name, value) pairs."""
    return (
        ("cosines", exact(case.cosine)),
        ("sines", exact(case.sine)),
        (r"$\ell$", str(case.size)),
    )


def _ratio(found: float, bound: float) -> float:
    if found == 0 and bound == 0:
        raise Vacuous
    return found / (bound * (1 + QUADRATURE)) if bound else math.inf


def poincare_ratio(case: Curve, factor: float = 1.0) -> float:
    """Var phi over (l/pi)^2, or (l/2pi)^2 if closed, times the mean of |phi'|^2."""
    turn = (2 if case.closed else 1) * math.pi
    return _ratio(case.variance, factor * (case.size / turn) ** 2 * case.energy)


def steepness_ratio(case: Curve, factor: float = 1.0) -> float:
    """Var phi over delta^2 l^2 / 12."""
    return _ratio(case.variance, factor * (case.steepest * case.size) ** 2 / 12)


def length_ratio(case: Curve, factor: float = 1.0) -> float:
    """|phi(l) - phi(0)| over delta l."""
    start, end = case.at(torch.tensor([0, case.size], dtype=torch.float64))
    return _ratio(float((end - start).norm()), factor * case.steepest * case.size)


def landau_ratio(case: Curve, bending: float = 1.0) -> float:
    """Largest |phi'| at the midpoints over D/l + B l/2."""
    values = case.at(case.middles)
    diameter = float(torch.cdist(values, values).max())
    bound = diameter / case.size + bending * case.bend * case.size / 2
    return _ratio(float(case.at(case.middles, 1).norm(dim=1).max()), bound)


def small_ratio(case: Curve, remainder: float = 1.0) -> float:
    """Error of E|phi(eta) - phi(0)|^2 = |phi'(0)|^2 E eta^2 over the remainder's bound.

    eta is uniform on 16 points of (0, l/8]; the bound is E[|phi'| B eta^3 + B^2 eta^4 / 4].
    """
    eta = torch.arange(1, 17, dtype=torch.float64) * (case.size / 128)
    zero = torch.zeros(1, dtype=torch.float64)
    slope, bend = float(case.at(zero, 1).norm()), case.bend
    moved = ((case.at(eta) - case.at(zero)) ** 2).sum(1).mean()
    bound = slope * bend * (eta**3).mean() + bend**2 * (eta**4).mean() / 4
    return _ratio(float((moved - slope**2 * (eta**2).mean()).abs()), remainder * float(bound))


OPEN = Claim(
    r"$\operatorname{Var} \leq (\ell/\pi)^2$ mean$|\varphi'|^2$ on open curves",
    partial(curves, closed=False),
    poincare_ratio,
    describe_curve,
)
CLOSED = Claim(
    r"$\operatorname{Var} \leq (\ell/2\pi)^2$ mean$|\varphi'|^2$ on closed curves",
    partial(curves, closed=True),
    poincare_ratio,
    describe_curve,
)
STEEPNESS = Claim(
    r"$\operatorname{Var} \leq \delta^2 \ell^2 / 12$ on open curves",
    partial(curves, closed=False),
    steepness_ratio,
    describe_curve,
)
LENGTH = Claim(
    r"the ends of an open curve are mapped at most $\delta \ell$ apart",
    partial(curves, closed=False),
    length_ratio,
    describe_curve,
)
LANDAU = Claim(
    r"$|\varphi'| \leq D/\ell + B \ell/2$",
    partial(curves, closed=True),
    landau_ratio,
    describe_curve,
)
SMALL = Claim(
    r"$E|\varphi(\eta) - \varphi(0)|^2 = |\varphi'(0)|^2 E \eta^2$ up to the stated remainder",
    partial(curves, closed=True),
    small_ratio,
    describe_curve,
)

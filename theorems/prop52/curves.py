"""Properties of 5.2 on curves: how far a curve's image spreads, given its slope.

Oracles: sums of cosines and sines, whose variance and mean slope 64 midpoints give exactly; a grid
with a bound between its points for the largest slope.
"""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from verify.claims.describe import exact
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors

QUADRATURE = 1e-12
"""Relative error allowed to a mean of 64 values, which is exact for the curves drawn here."""

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


def diameter_ratio(case: Curve, factor: float = 1.0) -> float:
    """Diameter of a closed curve's image, among the midpoints, over delta l / 2."""
    values = case.at(case.middles)
    return _ratio(float(torch.cdist(values, values).max()), factor * case.steepest * case.size / 2)


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
DIAMETER = Claim(
    r"the image of a closed curve has a diameter of at most $\delta \ell / 2$",
    partial(curves, closed=True),
    diameter_ratio,
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

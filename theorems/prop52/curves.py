"""Properties of 5.2 on curves: how far a curve's image spreads, given its slope.

Oracles: sums of cosines and sines, whose variance and mean slope 64 midpoints give exactly, with a grid
and a bound between its points for the largest slope; and parabolas, of which everything is known in
closed form. Straight lines attain the bounds by the largest slope, and a parabola from its vertex that
by the image's diameter.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Annotated, NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from theorems.prop52 import bounds
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

    cosine: Annotated[Tensor, "cosines"]
    sine: Annotated[Tensor, "sines"]
    size: Annotated[float, r"$\ell$"]
    closed: bool

    @property
    def frequencies(self) -> Tensor:
        """n w, (n,)."""
        n = torch.arange(1, len(self.cosine) + 1, dtype=torch.float64)
        return n * (2 if self.closed else 1) * math.pi / self.size

    def at(self, s: Tensor, order: int = 0) -> Tensor:
        """The derivative of this order at s: (m,) -> (m, k)."""
        frequency = self.frequencies
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
        return float((self.frequencies**2) @ (self.cosine.norm(dim=1) + self.sine.norm(dim=1)))

    @property
    def steepest(self) -> float:
        """A bound delta on |phi'|: its largest value on a grid, and what bending adds between."""
        slopes = self.at(torch.linspace(0, self.size, GRID, dtype=torch.float64), 1).norm(dim=1)
        return float(slopes.max()) + self.bend * self.size / (GRID - 1) / 2

    @property
    def slope_found(self) -> float:
        """The largest |phi'| at the midpoints."""
        return float(self.at(self.middles, 1).norm(dim=1).max())

    @property
    def diameter(self) -> float:
        """The largest distance between images of midpoints."""
        values = self.at(self.middles)
        return float(torch.cdist(values, values).max())

    @property
    def apart(self) -> float:
        """|phi(l) - phi(0)|."""
        start, end = self.at(torch.tensor([0, self.size], dtype=torch.float64))
        return float((end - start).norm())


class Parabola(NamedTuple):
    """phi(s) = slope s + bent s^2 / 2 on [0, l]; as a closed curve, there and back."""

    slope: Annotated[float, "$\\varphi'(0)$"]
    bent: Annotated[float, "$\\varphi''$"]
    size: Annotated[float, r"$\ell$, one way"]

    @property
    def variance(self) -> float:
        """The variance under uniform arclength: that of s, s^2 / 2, and their covariance."""
        a, b = self.slope * self.size, self.bent * self.size**2
        return a**2 / 12 + a * b / 12 + b**2 / 45

    @property
    def bend(self) -> float:
        """|phi''|."""
        return abs(self.bent)

    @property
    def steepest(self) -> float:
        """The largest |phi'|, at an end."""
        return max(abs(self.slope), abs(self.slope + self.bent * self.size))

    @property
    def slope_found(self) -> float:
        """The same: it is exact."""
        return self.steepest

    @property
    def diameter(self) -> float:
        """The length of the image, an interval between the ends and the vertex if that is inside."""
        vertex = -self.slope / self.bent if self.bent else 0.0
        places = [0.0, self.size, min(max(vertex, 0.0), self.size)]
        values = [self.slope * s + self.bent * s**2 / 2 for s in places]
        return max(values) - min(values)

    @property
    def apart(self) -> float:
        """|phi(l) - phi(0)|."""
        return abs(self.slope * self.size + self.bent * self.size**2 / 2)


@st.composite
def curves(draw: st.DrawFn, closed: bool) -> Curve:
    """Curves of up to three frequencies in one or two dimensions, of length 1/2 to 4."""
    n, k = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    cosine = draw(tensors((n, k)))
    sine = draw(tensors((n, k))) if closed else torch.zeros_like(cosine)
    return Curve(cosine, sine, draw(st.integers(1, 8)) / 2, closed)


@st.composite
def parabolas(draw: st.DrawFn) -> Parabola:
    """Parabolas and straight lines, of length 1/2 to 4; some start at their vertex."""
    slope, bent = (draw(st.just(0) | st.integers(-16, 16)) / 8 for _ in range(2))
    return Parabola(slope, bent, draw(st.integers(1, 8)) / 2)


def either(closed: bool) -> st.SearchStrategy[Curve | Parabola]:
    """Sums of cosines and sines, or parabolas."""
    return curves(closed) | parabolas()


def _ratio(found: float, bound: float) -> float:
    if found == 0 and bound == 0:
        raise Vacuous
    return found / (bound * (1 + QUADRATURE)) if bound else math.inf


def poincare_ratio(case: Curve, factor: float = 1.0) -> float:
    """Var phi over (l/pi)^2, or (l/2pi)^2 if closed, times the mean of |phi'|^2."""
    return _ratio(case.variance, factor * bounds.poincare(case.size, case.energy, case.closed))


def steepness_ratio(case: Curve | Parabola, factor: float = 1.0) -> float:
    """Var phi over delta^2 l^2 / 12."""
    return _ratio(case.variance, factor * bounds.slope_variance(case.steepest, case.size))


def length_ratio(case: Curve | Parabola, factor: float = 1.0) -> float:
    """|phi(l) - phi(0)| over delta l."""
    return _ratio(case.apart, factor * bounds.ends_apart(case.steepest, case.size))


def diameter_ratio(case: Curve | Parabola, factor: float = 1.0) -> float:
    """Diameter of a closed curve's image over delta l / 2; there and back the length is twice."""
    around = case.size if isinstance(case, Curve) else 2 * case.size
    return _ratio(case.diameter, factor * bounds.closed_diameter(case.steepest, around))


def landau_ratio(case: Curve | Parabola, bending: float = 1.0) -> float:
    """Largest |phi'| over D/l + B l/2."""
    return _ratio(case.slope_found, bounds.landau(case.diameter, bending * case.bend, case.size))


def small_ratio(case: Curve, remainder: float = 1.0) -> float:
    """Error of E|phi(eta) - phi(0)|^2 = |phi'(0)|^2 E eta^2 over the remainder's bound.

    eta is uniform on 16 points of (0, l/8]; the bound is E[|phi'| B eta^3 + B^2 eta^4 / 4].
    """
    eta = torch.arange(1, 17, dtype=torch.float64) * (case.size / 128)
    zero = torch.zeros(1, dtype=torch.float64)
    slope, bend = float(case.at(zero, 1).norm()), case.bend
    moved = ((case.at(eta) - case.at(zero)) ** 2).sum(1).mean()
    bound = bounds.remainder(slope, bend, (eta**3).mean(), (eta**4).mean())
    return _ratio(float((moved - slope**2 * (eta**2).mean()).abs()), remainder * float(bound))


def curves_seen(case: Curve) -> dict[str, bool]:
    """What sums of cosines and sines must show."""
    shown = {"several frequencies": len(case.cosine) > 1, "$k > 1$": case.cosine.shape[1] > 1}
    return shown | ({"sines": bool(case.sine.any())} if case.closed else {})


def either_seen(case: Curve | Parabola) -> dict[str, bool]:
    """What the curves must show where parabolas are among them."""
    bent, slope = (case.bent, case.slope) if isinstance(case, Parabola) else (None, None)
    return {
        "waves": bent is None,
        "straight lines": bent == 0 and slope != 0,
        "parabolas": bent is not None and bent != 0,
    }


OPEN = Claim(
    rf"$\operatorname{{Var}} \leq {bounds.OPEN}$ times the mean of $|\varphi'|^2$ on open curves",
    partial(curves, closed=False),
    poincare_ratio,
    features=curves_seen,
)
CLOSED = Claim(
    rf"$\operatorname{{Var}} \leq {bounds.CLOSED}$ times the mean of $|\varphi'|^2$ on closed curves",
    partial(curves, closed=True),
    poincare_ratio,
    features=curves_seen,
)
STEEPNESS = Claim(
    rf"$\operatorname{{Var}} \leq {bounds.VARIANCE}$ on open curves",
    partial(either, closed=False),
    steepness_ratio,
    features=either_seen,
)
LENGTH = Claim(
    f"the ends of an open curve are mapped at most ${bounds.ENDS}$ apart",
    partial(either, closed=False),
    length_ratio,
    features=either_seen,
)
DIAMETER = Claim(
    f"the image of a closed curve has a diameter of at most ${bounds.DIAMETER}$",
    partial(either, closed=True),
    diameter_ratio,
    features=either_seen,
)
LANDAU = Claim(
    rf"$|\varphi'| \leq {bounds.LANDAU}$",
    partial(either, closed=False),
    landau_ratio,
    features=either_seen,
)
SMALL = Claim(
    rf"$E|\varphi(\eta) - \varphi(0)|^2 = |\varphi'(0)|^2 E \eta^2$ up to ${bounds.REMAINDER}$, for $\eta \geq 0$ and $|\varphi''| \leq B$",
    partial(curves, closed=True),
    small_ratio,
)

SPREADS = {
    "open-closed": OPEN.mutant(
        rf"$\operatorname{{Var}} \leq {bounds.CLOSED}$ times the mean of $|\varphi'|^2$ on open curves",
        factor=0.25,
    ),
    **{
        f"{name}{suffix}": claim.mutant(f"{factor:.7g} of the bound: {claim.text}", factor=factor)
        for name, claim in (
            ("open", OPEN),
            ("closed", CLOSED),
            ("steepness", STEEPNESS),
            ("diameter", DIAMETER),
            ("length", LENGTH),
        )
        for suffix, factor in (("", 0.5), (".millionth", 1 - 1e-6))
    },
}
"""Near-misses of the spread's constants: half of each, and a millionth less."""

LANDAU_SLOPES = {
    "slope": LANDAU.mutant(r"$|\varphi'| \leq D/\ell$", bending=0.0),
    "slope.millionth": LANDAU.mutant(
        rf"$|\varphi'| \leq {bounds.LANDAU}$ with a millionth less of $B \ell / 2$",
        bending=1 - 1e-6,
    ),
}
SMALL_REMAINDER = SMALL.mutant(
    rf"$E|\varphi(\eta) - \varphi(0)|^2 = |\varphi'(0)|^2 E \eta^2$ up to a hundredth of ${bounds.REMAINDER}$",
    remainder=0.01,
)

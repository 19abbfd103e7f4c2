"""Properties of 3.2 for the whole effective Hessian: exact heads, convex losses, affine heads.

Oracle: automatic differentiation of L o h, which knows neither c I nor G + M of these heads. The
Lipschitz constant and the range of a loss are bounds that hold everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from theorems.thm32.heads import Bends, Parabola, Waves, convex_parabola, local_parabola
from verify.numeric.activations import LINEAR, QUADRATIC, Activation
from verify.numeric.claim import Claim, Vacuous
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head, near_kink
from verify.numeric.strategies import exact, tensors

ROUNDING = 1e-10
"""Error allowed relative to c: at most 10^4 operations on terms below 10^2, each exact to 1.1e-16,
divided by slopes of at least `STEEP` twice."""

STEEP = 1 / 8
"""Least |rho| of a case; below it the case is vacuous."""


class Eight(NamedTuple):
    """The curve gamma(t) = p sin t + q sin 2t, which meets itself at 0, and two more of its points.

    Shapes: p and q (d,), times (2,).
    """

    p: Tensor
    q: Tensor
    times: Tensor

    @property
    def points(self) -> Tensor:
        """Where it meets itself, and at the times: (3, d)."""
        t = torch.cat([self.times.new_zeros(1), self.times])[:, None]
        return self.p * torch.sin(t) + self.q * torch.sin(2 * t)

    @property
    def radius(self) -> float:
        """A bound of |gamma|."""
        return float(self.p.norm() + self.q.norm())


class Case(NamedTuple):
    """A loss, a start u0 (k,), a curve, a centre z0 (d,) and directions (d, n) to multiply."""

    loss: Waves
    u0: Tensor
    curve: Eight
    centre: Tensor
    probes: Tensor


@st.composite
def waves(draw: st.DrawFn, k: int) -> Waves:
    """Sums of up to three waves and squares of either sign on R^k."""
    m = draw(st.integers(1, 3))
    return Waves(*(draw(tensors(shape)) for shape in ((m,), (m, k), (m,), (k,))))


@st.composite
def eights(draw: st.DrawFn, d: int) -> Eight:
    """Random curves in R^d."""
    return Eight(*(draw(tensors(shape)) for shape in ((d,), (d,), (2,))))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Random losses and curves, k up to 3 and d up to 4."""
    k, d = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    loss, u0 = draw(waves(k)), draw(tensors((k,)))
    identity = torch.eye(d, dtype=torch.float64)
    return Case(loss, u0, draw(eights(d)), draw(tensors((d,))), identity)


def exact_head(case: Case) -> Parabola:
    """The head of (A).

    Raises:
        Vacuous: if grad L(u0) is small.
    """
    if not float(case.loss.gradient(case.u0).norm()) >= STEEP:
        raise Vacuous
    radius = case.curve.radius + float(case.centre.norm())
    return local_parabola(case.loss, case.u0, case.centre, radius)


def worst(head: Parabola, case: Case, pullback: bool = False, flat: bool = False) -> float:
    """The largest |(H_eff / c) v - v| over the probes v at the points of the curve."""
    loss: Callable[[Tensor], Tensor] = partial(_constant, head.loss) if flat else head.loss
    found = 0.0
    for z in case.curve.points:
        hessian = EffectiveHessian(head, loss, z)
        product = (hessian.pullback if pullback else hessian) @ case.probes
        error = float((product / head.c - case.probes).norm(dim=0).max())
        found = max(found, error) if error == error else math.inf
    return found


def _constant(loss: Waves | Bends, u: Tensor) -> Tensor:
    return 0 * loss(u)


def exact_error(
    case: Case,
    pullback: bool = False,
    flat: bool = False,
    unit: bool = False,
    impossible: bool = False,
) -> float:
    """The error of H_eff = c I along a curve that meets itself, over what is allowed.

    Args:
        case: loss and curve.
        pullback: G in the place of H_eff, a false sibling.
        flat: put the same head before a constant loss, a false sibling.
        unit: c = 1 for every loss, a false sibling.
        impossible: claim instead that no head is isotropic there, a false sibling.

    Raises:
        Vacuous: if grad L(u0) is small.
    """
    head = exact_head(case)
    ratio = worst(replace(head, c=1.0) if unit else head, case, pullback, flat) / ROUNDING
    return ratio if not impossible else (math.inf if ratio <= 1 else 0.0)


def value_error(case: Case, origin: bool = False) -> float:
    """The error of L(h(gamma)) = (c / 2) |gamma - z0|^2 + const, with z0 from the gradient at one point.

    Args:
        case: loss and curve.
        origin: claim z0 = 0, a false sibling.

    Raises:
        Vacuous: if grad L(u0) is small, or the curve is a point.
    """
    head = exact_head(case)
    first, *others = case.curve.points
    if not any(float((z - first).norm()) for z in others):
        raise Vacuous
    found = EffectiveHessian(head, head.loss, first)
    centre = torch.zeros_like(first) if origin else first - found.gradient / head.c
    error = 0.0
    for z in others:
        rise = float(head.loss(head(z)) - found.value) / head.c
        wanted = float(((z - centre) ** 2 - (first - centre) ** 2).sum() / 2)
        error = max(error, abs(rise - wanted))
    # The values of L are rounded relative to themselves, and the rise is divided by c.
    size = abs(head.y) + float(head.loss.amplitudes.abs().sum()) + 1
    return error / (ROUNDING + 1000 * torch.finfo(first.dtype).eps * size / head.c)


def describe_case(case: Case) -> tuple[tuple[str, str], ...]:
    """A case as (name, value) pairs."""
    return (
        *describe_waves(case.loss),
        ("$u_0$", exact(case.u0)),
        (r"$\gamma = p \sin t + q \sin 2t$", f"{exact(case.curve.p)}, {exact(case.curve.q)}"),
        ("$t$", exact(case.curve.times)),
        ("$z_0$", exact(case.centre)),
    )


def describe_waves(loss: Waves) -> tuple[tuple[str, str], ...]:
    """A loss as (name, value) pairs."""
    return (
        (
            r"$L = \sum_j a_j \sin(w_j \cdot u + b_j) + \sum_i s_i u_i^2 / 2$: $a$",
            exact(loss.amplitudes),
        ),
        ("$w$", exact(loss.weights)),
        ("$b$", exact(loss.phases)),
        ("$s$", exact(loss.squares)),
    )


EXACT = Claim(
    r"the head of (A) has $H_{\mathrm{eff}} = c I$ along a curve that meets itself",
    cases,
    exact_error,
    describe_case,
)

VALUE = Claim(
    r"where $H_{\mathrm{eff}} = c I$ along $\gamma$, $L(h(\gamma)) = \frac{c}{2} |\gamma - z_0|^2 + "
    r"\mathrm{const}$ for one $z_0$",
    cases,
    value_error,
    describe_case,
)


# --- the identity -------------------------------------------------------------------------------


class Convex(NamedTuple):
    """A convex loss, a start u0 (k,), a centre (d,) and a point z (d,)."""

    loss: Bends
    u0: Tensor
    centre: Tensor
    z: Tensor


@st.composite
def convex_cases(draw: st.DrawFn) -> Convex:
    """Random convex losses, k up to 3 and d up to 4."""
    k, d, m = draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
    amplitudes = draw(tensors((m,), nonzero=True)).abs()
    loss = Bends(amplitudes, draw(tensors((m, k))), draw(tensors((m,))))
    return Convex(loss, *(draw(tensors(shape, 4)) for shape in ((k,), (d,), (d,))))


def identity_error(case: Convex, bounded: bool = False) -> float:
    """The error of H_eff = I at a point, over what is allowed.

    Args:
        case: loss and point.
        bounded: replace every bend by a wave, a loss that is not convex; a false sibling.

    Raises:
        Vacuous: if grad L(u0) is small.
    """
    loss: Waves | Bends = case.loss
    if bounded:
        bends = case.loss
        loss = Waves(bends.amplitudes, bends.weights, bends.phases, torch.zeros_like(case.u0))
    if not float(loss.gradient(case.u0).norm()) >= STEEP:
        raise Vacuous
    head = convex_parabola(loss, case.u0, case.centre)
    product = EffectiveHessian(head, loss, case.z).dense()
    return float((product - torch.eye(len(case.z), dtype=product.dtype)).norm()) / ROUNDING


def describe_convex(case: Convex) -> tuple[tuple[str, str], ...]:
    """A case as (name, value) pairs."""
    return (
        (r"$L = \sum_j a_j \sqrt{1 + (w_j \cdot u + b_j)^2}$: $a$", exact(case.loss.amplitudes)),
        ("$w$", exact(case.loss.weights)),
        ("$b$", exact(case.loss.phases)),
        ("$u_0$", exact(case.u0)),
        ("$z_0$", exact(case.centre)),
        ("$z$", exact(case.z)),
    )


IDENTITY = Claim(
    r"behind a convex loss the head of (B) has $H_{\mathrm{eff}} = I$",
    convex_cases,
    identity_error,
    describe_convex,
)


class Segment(NamedTuple):
    """A segment of R^d with the centre of the parabola as its midpoint, behind L = sin.

    Attributes:
        centre, direction: (d,); the direction is not 0.
        length: l.
        epsilon: the error; H_eff = (1 - eps) c I.
        share: the part of the oscillation 2 of sin that L o h takes, below 1.
    """

    centre: Tensor
    direction: Tensor
    length: float
    epsilon: float
    share: float


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    """Random segments in up to 4 dimensions that use from 1/16 to 15/16 of the oscillation."""
    d = draw(st.integers(1, 4))
    direction = draw(tensors((d,)).filter(lambda x: bool(x.any())))
    return Segment(
        draw(tensors((d,))),
        direction,
        draw(st.integers(1, 160)) / 16,
        draw(st.integers(0, 14)) / 16,
        draw(st.integers(1, 15)) / 16,
    )


def oscillation_ratio(case: Segment, divisor: float = 8.0, whole: bool = False) -> float:
    """(1 - eps) c l^2 / 8 over the oscillation 2 of L = sin, with eps from automatic differentiation.

    Args:
        case: the segment; L(h) = -share + (1 - eps) (c / 2) |z - z0|^2 rises to share at its ends.
        divisor: 8 in the theorem.
        whole: leave out the factor 1 - eps, a false sibling.
    """
    factor = 2 * case.share * 8 / case.length**2
    c = factor / (1 - case.epsilon)
    head = partial(arcsine, case.centre, -case.share, factor)
    unit = case.direction / case.direction.norm()
    identity, found = torch.eye(len(unit), dtype=unit.dtype), 0.0
    for t in (-0.5, 0.0, 0.25):
        z = case.centre + t * case.length * unit
        hessian = EffectiveHessian(head, _sine, z).dense()
        found = max(found, float(torch.linalg.matrix_norm(hessian / c - identity, ord=2)))
    needed = (1.0 if whole else 1 - found) * c * case.length**2 / divisor
    return needed / (2 * (1 + ROUNDING))


def arcsine(centre: Tensor, low: float, factor: float, z: Tensor) -> Tensor:
    """arcsin(low + (factor / 2) |z - z0|^2): (d,) -> (1,)."""
    return torch.asin(low + factor * (z - centre).square().sum(-1, keepdim=True) / 2)


def _sine(u: Tensor) -> Tensor:
    return torch.sin(u).sum()


def describe_segment(case: Segment) -> tuple[tuple[str, str], ...]:
    """A segment as (name, value) pairs."""
    return (
        ("$z_0$", exact(case.centre)),
        ("direction", exact(case.direction)),
        ("$l$", str(case.length)),
        (r"$\epsilon$", str(case.epsilon)),
        ("share of the oscillation", str(case.share)),
    )


OSCILLATION = Claim(
    r"behind $L = \sin$, $(1 - \epsilon) c l^2 / 8 \leq 2$ on a segment",
    segments,
    oscillation_ratio,
    describe_segment,
)


# --- affine heads -------------------------------------------------------------------------------


class Affine(NamedTuple):
    """A loss, u0 (k,), a point z (d,) with d <= k, and the factor c."""

    loss: Waves
    u0: Tensor
    z: Tensor
    c: float


@st.composite
def affine_cases(draw: st.DrawFn, most: int = 3) -> Affine:
    """Random losses, mostly with positive eigenvalues; c from 4^-6 to 1."""
    k = draw(st.integers(1, most))
    loss = draw(waves(k))
    loss = replace(loss, squares=loss.squares.abs())
    z = draw(tensors((draw(st.integers(1, k)),)))
    return Affine(loss, draw(tensors((k,))), z, 4.0 ** -draw(st.integers(0, 6)))


def whitened(hessian: Tensor, d: int) -> tuple[Tensor, Tensor]:
    """X = U_+ Lambda_+^(-1/2) from the d largest eigenvalues, and those, increasing: (k, d), (d,)."""
    values, vectors = torch.linalg.eigh(hessian)
    return vectors[:, -d:] * values[-d:].rsqrt(), values[-d:]


def spectrum(case: Affine, x: Tensor) -> Tensor:
    """The eigenvalues of H_eff / c for h(z) = u0 + sqrt(c) X z, increasing: (d,)."""
    head = Head([case.c**0.5 * x], [case.u0], LINEAR)
    return torch.linalg.eigvalsh(EffectiveHessian(head, case.loss, case.z).dense() / case.c)


def affine_bound(case: Affine, eigenvalue: float, power: float = 1.5, root: float = 0.5) -> float:
    """T lambda_s^(-3/2) sqrt(c) R, with R = |z|."""
    return case.loss.third * eigenvalue**-power * case.c**root * float(case.z.norm())


def exceeds(spectrum: Tensor, bound: float) -> float:
    """The largest |eigenvalue - 1| over the bound."""
    return float((spectrum - 1).abs().max()) / (bound * (1 + ROUNDING) + ROUNDING)


def affine_ratio(
    case: Affine,
    constant: float = 1.0,
    power: float = 1.5,
    root: float = 0.5,
    largest: bool = False,
) -> float:
    """|H_eff / c - I| over T lambda_s^(-3/2) sqrt(c) R at |z| = R.

    Args:
        case: loss and point.
        constant: factor on the bound.
        power: of 1 / lambda_s, 3/2 in the theorem.
        root: power of c, 1/2 in the theorem.
        largest: the largest of the eigenvalues for the smallest.

    Raises:
        Vacuous: if the loss has fewer than d eigenvalues above 1/8, is quadratic, or z = 0.
    """
    x, values = whitened(case.loss.hessian(case.u0), len(case.z))
    if not float(values[0]) >= STEEP or case.loss.third == 0 or not bool(case.z.any()):
        raise Vacuous
    chosen = float(values[-1] if largest else values[0])
    return exceeds(spectrum(case, x), constant * affine_bound(case, chosen, power, root))


def describe_affine(case: Affine) -> tuple[tuple[str, str], ...]:
    """A case as (name, value) pairs."""
    return (
        *describe_waves(case.loss),
        ("$u_0$", exact(case.u0)),
        ("$z$", exact(case.z)),
        ("$c$", str(case.c)),
    )


AFFINE = Claim(
    r"$h = u_0 + \sqrt{c} \, U_+ \Lambda_+^{-1/2} z$ has $|H_{\mathrm{eff}} / c - I| \leq T "
    r"\lambda_s^{-3/2} \sqrt{c} R$",
    affine_cases,
    affine_ratio,
    describe_affine,
)


# --- a network that is exact behind a linear loss -----------------------------------------------


class Straight(NamedTuple):
    """The loss L = rho.u, d orthonormal rows (d, d), biases (d,) and a point (d,)."""

    rho: Tensor
    rows: Tensor
    biases: Tensor
    z: Tensor


@st.composite
def straight_cases(draw: st.DrawFn) -> Straight:
    """Random linear losses and reflections, up to 4 dimensions."""
    k, d = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    rho, axis = (draw(tensors((n,)).filter(lambda x: bool(x.any()))) for n in (k, d))
    rows = torch.eye(d, dtype=torch.float64) - 2 * torch.outer(axis, axis) / (axis @ axis)
    return Straight(rho, rows, draw(tensors((d,))), draw(tensors((d,))))


def straight_error(case: Straight, activation: Activation = QUADRATIC) -> float:
    """The error of H_eff = I for a network with one hidden layer, over what is allowed.

    With s'' = 2 and rows q_j, M = sum_j (rho.w_j) s'' q_j q_j^T is I for w_j = rho / (2 |rho|^2).

    Raises:
        Vacuous: if z is within rounding of a kink of the activation.
    """
    outgoing = (case.rho / (2 * case.rho @ case.rho))[:, None].expand(-1, len(case.z))
    head = Head([case.rows, outgoing], [case.biases, torch.zeros_like(case.rho)], activation)
    if activation.kinks and bool(near_kink(head, case.z)):
        raise Vacuous
    found = EffectiveHessian(head, partial(torch.dot, case.rho), case.z).dense()
    return float((found - torch.eye(len(case.z), dtype=found.dtype)).norm()) / ROUNDING


def describe_straight(case: Straight) -> tuple[tuple[str, str], ...]:
    """A case as (name, value) pairs."""
    return (
        (r"$L = \rho \cdot u$: $\rho$", exact(case.rho)),
        ("rows", f"a reflection of order {len(case.z)}"),
        ("biases", exact(case.biases)),
        ("$z$", exact(case.z)),
    )


STRAIGHT = Claim(
    r"behind a linear loss a network with one hidden layer of $d$ units has $H_{\mathrm{eff}} = I$",
    straight_cases,
    straight_error,
    describe_straight,
)

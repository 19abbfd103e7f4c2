"""Properties of 3.2 along a curve: what is forced for every head, and the Gauss-Newton term alone.

Oracles: the second derivatives of heads come from the layer formula, and are compared with automatic
differentiation of first derivatives along the curve; frames are exact rationals, without tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import torch
from flint import fmpq_mat
from hypothesis import strategies as st
from torch import Tensor

from theorems.thm32.heads import Waves
from theorems.thm32.properties import ROUNDING, waves
from verify.claims.check import Arithmetic
from verify.claims.describe import ENTRIES
from verify.claims.head_cases import ROUNDING_SAFETY
from verify.claims.property import Claim, exactly
from verify.claims.strategies import heads, tensors
from verify.numeric.activations import SMOOTH
from verify.numeric.effective_hessian import EffectiveHessian
from verify.numeric.heads import Head
from verify.numeric.rational import columns_of, diagonal, identity, matrix
from verify.symbolic.frames import cayley

# --- what is forced -----------------------------------------------------------------------------


class Moving(NamedTuple):
    """A head and a loss along the curve gamma(t) = z + t v + t^2 w / 2; z, v and w are (d,)."""

    head: Head
    loss: Waves
    z: Annotated[Tensor, "$z$"]
    v: Annotated[Tensor, r"$\dot\gamma$"]
    w: Annotated[Tensor, r"$\ddot\gamma$"]

    def gradient(self, t: Tensor) -> Tensor:
        """J^T rho at gamma(t), from first derivatives only: scalar -> (d,)."""
        trace = self.head.trace(self.z + t * self.v + t**2 * self.w / 2)
        return trace.adjoints(self.loss.gradient(trace.output))[0]


@st.composite
def moving_cases(draw: st.DrawFn, deepest: int = 5) -> Moving:
    """Random smooth heads of depth 2 to 5, losses and curves."""
    head = draw(heads(SMOOTH, (2, deepest)))
    return Moving(head, draw(waves(head.k)), *(draw(tensors((head.d,))) for _ in range(3)))


def allowed(case: Moving) -> float:
    """A first-order estimate of the rounding of |H_eff v|, from norms; all at gamma(0) = z.

    A rounded product errs by the unit times the norms of its factors. The unit times `carried` is
    the error of the preactivations, which reaches s', s'' and the loss through the next derivative:
    that of s'' is taken to be of order 1, the loss's are bounded.
    """
    head, loss, z = case.head, case.loss, case.z
    trace = head.trace(z)
    operations = 4 * sum(width + 8 for width in head.widths) + 4 * sum(loss.weights.shape)
    norms = [norm(w) for w in head.weights]
    x, carried, reach = float(z.norm()), 0.0, 1.0
    layers = []
    for size, bias, jet in zip(norms, head.biases, (*trace.jets, None), strict=True):
        carried = size * (carried + x) + float(bias.norm())
        reach *= size
        if jet is not None:
            value, slope, bend = jet
            steepest = float(slope.abs().max())
            layers.append((reach, steepest, 1 + float(bend.abs().max()) + carried, size))
            carried, reach, x = (1 + steepest) * carried, reach * steepest, float(value.norm())
    moduli = loss.amplitudes.abs() @ loss.weights.abs() + (loss.squares * trace.output).abs()
    total = reach**2 * (loss.bend + loss.third * carried)
    cotangent = norms[-1] * (float(moduli.norm()) + loss.bend * carried)
    for reached, steepest, bending, size in layers[::-1]:
        total += reached**2 * cotangent * bending
        cotangent *= steepest * size
    eps = torch.finfo(z.dtype).eps
    return ROUNDING_SAFETY * operations * eps * total * float(case.v.norm())


def norm(matrix: Tensor) -> float:
    """The spectral norm; of a large matrix an estimate by 16 steps of power iteration."""
    if matrix.numel() <= ENTRIES:
        return float(torch.linalg.matrix_norm(matrix, ord=2))
    x = matrix.sum(0)
    for _ in range(16):
        x = matrix.T @ (matrix @ (x / x.norm()))
    return float(x.norm()) ** 0.5


def derivative(case: Moving) -> Tensor:
    """d/dt (J^T rho) at t = 0 by automatic differentiation, (d,).

    Backwards, y -> y.(J^T rho)' is recorded at any y; its gradient is the derivative.
    """
    t, y = (
        case.z.new_zeros((), requires_grad=True),
        case.v.new_zeros(len(case.v), requires_grad=True),
    )
    (along,) = torch.autograd.grad(case.gradient(t), t, y, create_graph=True)
    return torch.autograd.grad(along, y)[0]


def forced_error(case: Moving, pullback: bool = True, interaction: bool = True) -> float:
    """The error of H_eff gamma' = d/dt (J^T rho) at t = 0, over its rounding.

    Args:
        case: head, loss and curve.
        pullback: keep G; False is a false variant.
        interaction: keep M; False is a false variant.
    """
    hessian = EffectiveHessian(case.head, case.loss, case.z)
    found = torch.zeros_like(case.v)
    if pullback:
        found = found + hessian.pullback @ case.v
    if interaction:
        found = found + hessian.interaction @ case.v
    tiny = torch.finfo(found.dtype).tiny
    return float((found - derivative(case)).norm()) / (allowed(case) + tiny)


def moving_seen(case: Moving) -> dict[str, bool]:
    """What random heads and curves must show."""
    return {r"$\ddot\gamma \neq 0$": bool(case.w.any()), "$d > 1$": case.head.d > 1}


FORCED = Claim(
    r"$H_{\mathrm{eff}} \dot\gamma = \frac{d}{dt} (J^T \rho)$ along random curves",
    moving_cases,
    forced_error,
    features=moving_seen,
    case_divisor=2,
)


# --- the Gauss-Newton term: frames --------------------------------------------------------------


class Frames(NamedTuple):
    """A metric g = S^T S on R^k (S invertible), and orthogonal matrices of order k and d <= k."""

    root: Annotated[fmpq_mat, "$S$, $g = S^T S$"]
    outer: Annotated[fmpq_mat, "the frame $S e_p$"]
    inner: Annotated[fmpq_mat, "$q_p$"]


@st.composite
def frame_cases(draw: st.DrawFn) -> Frames:
    """Rational metrics and frames, k up to 4."""
    k = draw(st.integers(1, 4))
    d = draw(st.integers(1, k))
    rows = st.lists(st.lists(st.integers(-2, 2), min_size=k, max_size=k), min_size=k, max_size=k)
    root = matrix(draw(rows.filter(lambda m: matrix(m).det() != 0)))
    skew = [st.lists(st.integers(-2, 2), min_size=n, max_size=n) for n in _pairs(k, d)]
    return Frames(root, cayley(k, draw(skew[0])), cayley(d, draw(skew[1])))


def _pairs(*sizes: int) -> list[int]:
    return [n * (n - 1) // 2 for n in sizes]


def frame_mismatch(
    case: Frames, narrow: bool = False, indefinite: bool = False, euclidean: bool = False
) -> float:
    """0 if A = sum_p e_p q_p^T has A^T g A = I and A q_1 = e_1, exactly; else infinite.

    Args:
        case: the metric and the frames.
        narrow: leave the last vector of the frame out, as if k < d; a false variant.
        indefinite: turn the sign of one square of the metric; a false variant.
        euclidean: a frame that is orthonormal for the Euclidean metric; a false variant.
    """
    k, d = case.outer.nrows(), case.inner.nrows()
    signs = diagonal([-1 if indefinite and n == 0 else 1 for n in range(k)])
    metric = case.root.transpose() * signs * case.root
    frame = columns_of(case.outer, range(d))
    if not euclidean:
        frame = case.root.inv() * frame
    used = diagonal([0 if narrow and n == d - 1 else 1 for n in range(d)])
    a = frame * used * case.inner.transpose()
    isotropic = a.transpose() * metric * a == identity(d)
    tangent = a * columns_of(case.inner, [0]) == columns_of(frame, [0])
    return exactly(isotropic and tangent)


def frames_seen(case: Frames) -> dict[str, bool]:
    """What random metrics and frames must show."""
    k, d = case.outer.nrows(), case.inner.nrows()
    return {
        "$g \\neq I$": case.root.transpose() * case.root != identity(k),
        "both frames turned": case.outer != identity(k) and case.inner != identity(d),
        "$d < k$": d < k,
    }


FRAME = Claim(
    r"$A = \sum_p e_p q_p^T$ with a $g$-orthonormal frame has $A^T g A = I$ and $A q_1 = e_1$",
    frame_cases,
    frame_mismatch,
    features=frames_seen,
    arithmetic=Arithmetic.EXACT,
)


@dataclass(frozen=True)
class Arc:
    """The head on a circular arc in the plane, behind L(u) = sqrt(1 + |u|^2) on R^k.

    Attributes:
        k: dimension of the outputs, at least 2.
        image: radius of the circle C in the outputs.
        radius: of the arc of gamma.
        angle: of a point of the arc, within (-pi, pi).
    """

    k: Annotated[int, "$k$"]
    image: Annotated[float, "radius of $u$"]
    radius: Annotated[float, r"radius of $\gamma$"]
    angle: float

    @property
    def point(self) -> Tensor:
        """gamma at the angle, (2,)."""
        return self.radius * _circle(torch.tensor(self.angle, dtype=torch.float64))

    def __call__(self, z: Tensor) -> Tensor:
        """h(gamma(t) + n) = u(t) + A(t) n with t the polar angle of z: (2,) -> (k,).

        On the circle of radius R the metric is (1 + R^2)^(-1/2) along it and (1 + R^2)^(-3/2)
        across it, so that its unit vectors and the speed of u are known.
        """
        tangent, across = ((1 + self.image**2) ** power for power in (0.25, 0.75))
        t = torch.atan2(z[1], z[0])
        theta = t * self.radius * tangent / self.image
        u = torch.cat([self.image * _circle(theta), z.new_zeros(self.k - 2)])
        normal = z.norm() - self.radius
        outward = torch.cat([_circle(theta), z.new_zeros(self.k - 2)])
        return u + across * normal * outward


def _circle(angle: Tensor) -> Tensor:
    return torch.stack([torch.cos(angle), torch.sin(angle)])


def cone(u: Tensor) -> Tensor:
    """sqrt(1 + |u|^2): (k,) -> scalar."""
    return (1 + u.square().sum()).sqrt()


@st.composite
def arcs(draw: st.DrawFn) -> Arc:
    """Random arcs: radii from 1/4 to 4, angles within 3 of 0."""
    radius = st.integers(2, 32).map(lambda n: n / 8)
    angle = draw(st.integers(-24, 24)) / 8
    return Arc(draw(st.integers(2, 4)), draw(radius), draw(radius), angle)


def arc_error(case: Arc, whole: bool = False, beside: float = 0.0) -> float:
    """The error of G = I on the arc, over what is allowed.

    Args:
        case: the arc and its head.
        whole: H_eff in the place of G, a false variant.
        beside: distance of the point from the arc, relative to its radius; a false variant.
    """
    hessian = EffectiveHessian(case, cone, case.point * (1 + beside))
    found = (hessian if whole else hessian.pullback).dense()
    return float((found - torch.eye(2, dtype=found.dtype)).norm()) / ROUNDING


ARC = Claim(r"on an arc the head behind $\sqrt{1 + |u|^2}$ has $G = I$", arcs, arc_error)

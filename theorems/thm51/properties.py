"""Properties of 5.1: digits through a small network, and groups in exact rationals.

Oracles: forward-mode differentiation against central differences of the same orbit; spans against
orthogonal projection; exact rational rotations.
"""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import torch
from flint import fmpq_mat
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from torch import Tensor
from torch.func import jacfwd
from torch.nn.functional import conv2d, silu

from verify.numeric.claim import Claim
from verify.numeric.rationals import beside, identity, matrix, rank
from verify.ssl.augment import brighten, contrast, similarity
from verify.statement import Arithmetic, Context, Finding, Outcome

PARAMETERS = ("rotation", "shift right", "shift down", "scale", "brightness", "contrast")

BASE = torch.tensor([0.3, 0.06, -0.04, 1.07, 1.1, 0.9], dtype=torch.float64)
"""The base parameter: at the identity bilinear interpolation has one-sided derivatives only, as
its samples lie on pixel centres. Here no sample crosses a centre within `STEP`."""

STEP = 2.0**-12
"""Step of the central differences; half of it is the second step."""

ORDER_TOLERANCE = 0.1
"""Deviation allowed to the observed order: what the next term of the error makes of it."""

SPAN_TOLERANCE = 1e-9
"""Relative length allowed outside a span: rounding times the singular values' ratio, below 1e6."""

RANK_TOLERANCE = 1e-9
"""A singular value below this multiple of the largest is zero; `spectrum` shows the gap."""

WIDTH = 16


@functools.cache
def digits() -> Tensor:
    """The 1797 handwritten digits of scikit-learn as (N, 1, 8, 8), from 0 to 1."""
    return torch.from_numpy(load_digits().images / 16)[:, None]


class Backbone(NamedTuple):
    """Two 3x3 convolutions and a linear layer, with Swish between: smooth, (N, 1, 8, 8) -> (N, 16)."""

    first: Tensor
    second: Tensor
    last: Tensor

    def __call__(self, images: Tensor) -> Tensor:
        """Representations of images."""
        x = silu(conv2d(images, self.first, stride=1, padding=1))
        x = silu(conv2d(x, self.second, stride=2, padding=1))
        return x.flatten(1) @ self.last.T


def he_backbone() -> Backbone:
    """A network with He weights from a fixed seed."""
    generator = torch.Generator().manual_seed(51)

    def normal(*shape: int) -> Tensor:
        draw = torch.randn(*shape, generator=generator, dtype=torch.float64)
        return draw * (2 / math.prod(shape[1:])) ** 0.5

    return Backbone(normal(8, 1, 3, 3), normal(16, 8, 3, 3), normal(WIDTH, 256))


BACKBONE = he_backbone()


def augmented(image: Tensor, theta: Tensor) -> Tensor:
    """T_theta x for one image (1, 8, 8): geometry, then brightness, then contrast."""
    moved = similarity(image[None], theta[:1], theta[None, 1:3], theta[3:4])
    return contrast(brighten(moved, theta[4:5]), theta[5:6])


def orbit(image: Tensor, theta: Tensor) -> Tensor:
    """enc(T_theta x): (6,) -> (16,)."""
    return BACKBONE(augmented(image, theta))[0]


def tangents(image: Tensor) -> Tensor:
    """D o_x at the base parameter by forward mode, (16, 6)."""
    return jacfwd(functools.partial(orbit, image))(BASE)


def differences(image: Tensor, step: float, central: bool) -> Tensor:
    """Difference quotients of the orbit in each parameter, (16, 6)."""
    columns = []
    for axis in torch.eye(len(BASE), dtype=BASE.dtype):
        ahead = orbit(image, BASE + step * axis)
        behind = orbit(image, BASE - step * axis if central else BASE)
        columns.append((ahead - behind) / (2 * step if central else step))
    return torch.stack(columns, dim=1)


def outside(vectors: Tensor, span: Tensor) -> float:
    """Largest relative length of a column outside the span of other columns."""
    u, s, _ = torch.linalg.svd(span, full_matrices=False)
    basis = u[:, s > RANK_TOLERANCE * s.max()]
    rest = vectors - basis @ (basis.T @ vectors)
    return float((rest.norm(dim=0) / vectors.norm(dim=0)).max())


def numerical_rank(columns: Tensor) -> int:
    """Number of singular values above `RANK_TOLERANCE` times the largest."""
    s = torch.linalg.svdvals(columns)
    return int((s > RANK_TOLERANCE * s.max()).sum())


def order_error(index: int, central: bool = True) -> float:
    """How far the differences' observed order is from 2, over what is allowed."""
    image = digits()[index]
    exact = tangents(image)
    errors = [float((differences(image, h, central) - exact).norm()) for h in (STEP, STEP / 2)]
    return abs(math.log2(errors[0] / errors[1]) - 2) / ORDER_TOLERANCE


def rank_mismatch(index: int, collinear: int = 0) -> float:
    """Whether the tangents span as many dimensions as there are parameters.

    Args:
        index: of the image.
        collinear: further brightness parameters, each a copy of the first, counted as well.
    """
    found = tangents(digits()[index])
    more = torch.cat([found, *[found[:, 4:5]] * collinear], dim=1)
    return 0.0 if numerical_rank(more) == more.shape[1] else math.inf


def spectrum(ctx: Context) -> Finding:
    """The gap that the numerical rank rests on: 100 digits, with a second brightness parameter."""
    first = ctx.seed_for("thm51.spectrum") % len(digits())
    kept, dropped = math.inf, 0.0
    for index in range(first, first + 100):
        found = tangents(digits()[index % len(digits())])
        s = torch.linalg.svdvals(torch.cat([found, found[:, 4:5]], dim=1))
        kept, dropped = min(kept, float(s[5] / s[0])), max(dropped, float(s[6] / s[0]))
    clear = dropped < RANK_TOLERANCE < kept
    return Finding(
        outcome=Outcome.AS_STATED if clear else Outcome.SURPRISE,
        summary=(
            f"Over 100 digits the sixth singular value is at least {kept:.1e} of the first, the "
            f"seventh, of the repeated parameter, at most {dropped:.1e}; the tolerance "
            f"{RANK_TOLERANCE:.0e} {'lies' if clear else 'does not lie'} between them."
        ),
        cases=100,
        residuals={"sixth / first, least": kept, "seventh / first, largest": dropped},
    )


class Reparametrised(NamedTuple):
    """An image and a map psi(eta) = base + D eta + |eta|^2 c. Shapes: D (6, 8), c (6,)."""

    digit: int
    seed: int

    @property
    def onto(self) -> Tensor:
        """D, a Gaussian matrix, onto with probability 1."""
        generator = torch.Generator().manual_seed(self.seed)
        return torch.randn(6, 8, generator=generator, dtype=torch.float64)


@st.composite
def reparametrised(draw: st.DrawFn) -> Reparametrised:
    """Random images and reparametrisations."""
    return Reparametrised(draw(st.integers(0, 1796)), draw(st.integers(0, 2**31)))


def parameters_error(case: Reparametrised, kept: int = 8, power: int = 1) -> float:
    """Length outside each other's span of the tangents before and after, over what is allowed.

    Args:
        case: image and reparametrisation.
        kept: columns of D that are kept; fewer than 6 are not onto.
        power: eta is replaced by its entrywise power; 3 makes every derivative 0.
    """
    image, onto = digits()[case.digit], case.onto[:, :kept]

    def through(eta: Tensor) -> Tensor:
        theta = BASE + onto @ eta**power + eta @ eta * torch.ones_like(BASE) * (power == 1)
        return orbit(image, theta)

    before = tangents(image)
    after = jacfwd(through)(torch.zeros(kept, dtype=torch.float64))
    if not after.any():
        return math.inf
    return max(outside(after, before), outside(before, after)) / SPAN_TOLERANCE


def composition_error(index: int, keep: tuple[int, ...] = (0, 1)) -> float:
    """V of brightness after contrast, both at the identity, against the sum of the two spaces.

    Args:
        index: of the image, which is moved by the base parameter's geometry first.
        keep: which of the two spaces are summed; leaving one out is a false sibling.
    """
    image = similarity(digits()[index][None], BASE[:1], BASE[None, 1:3], BASE[3:4])
    one = torch.ones(1, dtype=torch.float64)

    def both(theta: Tensor) -> Tensor:
        return BACKBONE(brighten(contrast(image, theta[:1]), theta[1:]))[0]

    alone = (
        lambda theta: BACKBONE(contrast(image, theta))[0],
        lambda theta: BACKBONE(brighten(image, theta))[0],
    )
    together = jacfwd(both)(one.repeat(2))
    separate = torch.cat([jacfwd(alone[a])(one) for a in keep], dim=1)
    return max(outside(together, separate), outside(separate, together)) / SPAN_TOLERANCE


def discrete_error(index: int, finite: bool = False) -> float:
    """The tangent space with a flip kept fixed at `no` is the tangent space without it.

    Args:
        index: of the image.
        finite: claim that enc(flipped x) - enc(x) lies in the space, a false sibling.
    """
    image = digits()[index]
    span = tangents(image)
    if finite:
        turned = BACKBONE(augmented(image.flip(-1), BASE))[0] - orbit(image, BASE)
        return outside(turned[:, None], span) / SPAN_TOLERANCE

    def with_flip(theta: Tensor) -> Tensor:
        flipped = theta[6] > 0.5  # a discrete parameter, 0 here
        return orbit(torch.where(flipped, image.flip(-1), image), theta[:6])

    extended = jacfwd(with_flip)(torch.cat([BASE, BASE.new_zeros(1)]))
    new = float(extended[:, 6].abs().max())
    gap = float((extended[:, :6] - span).abs().max())
    return 0.0 if new == 0 and gap == 0 else math.inf


def images() -> st.SearchStrategy[int]:
    """Indices of digits."""
    return st.integers(0, 1796)


def describe_image(index: int) -> tuple[tuple[str, str], ...]:
    """An image by its index."""
    return (("digit", f"image {index} of scikit-learn's digits"),)


def describe_reparametrised(case: Reparametrised) -> tuple[tuple[str, str], ...]:
    """A reparametrisation by its seeds."""
    return (*describe_image(case.digit), ("seed", str(case.seed)))


ORDER = Claim(
    "central differences approach the Jacobian-vector products at second order",
    images,
    order_error,
    describe_image,
)
RANK = Claim(
    "six independent parameters give six dimensions", images, rank_mismatch, describe_image
)
REPARAMETRISED = Claim(
    r"the tangent space does not change under $\theta = \psi(\eta)$ with $D\psi$ onto",
    reparametrised,
    parameters_error,
    describe_reparametrised,
)
COMPOSED = Claim(
    "the tangent space of brightness after contrast is the sum of theirs",
    images,
    composition_error,
    describe_image,
)
DISCRETE = Claim("a flip adds nothing to the tangent space", images, discrete_error, describe_image)


# --- groups, in exact rationals -----------------------------------------------------------------


class Turned(NamedTuple):
    """A point of R^3 and the skew entries of a Cayley rotation (1 - S)(1 + S)^{-1}."""

    z: tuple[int, int, int]
    skew: tuple[int, int, int]

    @property
    def rotation(self) -> fmpq_mat:
        """The rational rotation, (3, 3)."""
        s = _skew(self.skew)
        return (identity(3) - s) * (identity(3) + s).inv()


def _skew(w: tuple[int, ...]) -> fmpq_mat:
    """The matrix of z -> w x z."""
    a, b, c = w
    return matrix([[0, -c, b], [c, 0, -a], [-b, a, 0]])


def _tangent_space(z: fmpq_mat) -> fmpq_mat:
    """The tangents w x z of the rotation orbit for the three generators, as columns."""
    generators = [_skew(w) * z for w in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
    return functools.reduce(beside, generators)


@st.composite
def turned(draw: st.DrawFn) -> Turned:
    """Small integer points, the origin among them, and rotations."""
    entry = st.integers(-2, 2)
    return Turned(draw(st.tuples(entry, entry, entry)), draw(st.tuples(entry, entry, entry)))


def describe_turned(case: Turned) -> tuple[tuple[str, str], ...]:
    """A point and a rotation as (name, value) pairs."""
    return (("$z$", str(case.z)), ("$S$", f"the cross product with {case.skew}"))


def group_mismatch(case: Turned, move: bool = True, dimension: int | None = None) -> float:
    """Whether V(g z) = g V(z), and the dimension is 3 less that of the stabiliser.

    Args:
        case: point and rotation.
        move: False claims V(g z) = V(z), a false sibling.
        dimension: claims this dimension at every z, a false sibling.
    """
    z = matrix([[e] for e in case.z])
    g = case.rotation
    there, here = _tangent_space(g * z), _tangent_space(z)
    pushed = g * here if move else here
    same = rank(there) == rank(pushed) == rank(beside(there, pushed))
    stabiliser = 1 if any(case.z) else 3  # rotations about z, or all of them
    wanted = 3 - stabiliser if dimension is None else dimension
    return 0.0 if same and rank(here) == wanted else math.inf


GROUP = Claim(
    r"$\mathcal{V}(gz) = g \mathcal{V}(z)$ under rotations, of dimension 2 off the origin and 0 there",
    turned,
    group_mismatch,
    describe_turned,
    Arithmetic.EXACT,
)

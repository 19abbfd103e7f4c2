"""Properties of 5.1 on colour images through a small convolutional network.

Oracles: forward-mode differentiation against differences of the same orbit, at the order predicted
for them; spans against orthogonal projection.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Annotated, NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from theorems.thm51.images import (
    BRIGHTNESS,
    EPS,
    GEOMETRY,
    IDENTITY,
    PARAMETERS,
    ROUNDING,
    SMALL,
    Picture,
    augmented,
    base,
    differences,
    numerical_rank,
    orbit,
    outside,
    pictures,
    pictures_seen,
    slopes,
    tangents,
)
from verify.claims.property import Claim, exactly
from verify.ssl.augment import brighten, contrast, mirror

P = len(PARAMETERS)
BASE = base()

STEP = 2.0**-9
"""Step of the central differences. It moves a sample by at most 0.016 pixels, and the nearest kink
is 0.1 pixels away."""

ORDER_TOLERANCE = 0.01
"""Allowed of an error where halving the step should divide it exactly: what the next term makes of
it, some STEP^2 times a ratio of derivatives, which may then reach 3000."""

ONE_SIDED_STEP = 2.0**-14
"""Step of the one-sided differences, whose next term is a factor STEP smaller only."""

JUST_BESIDE = 2.0**-30
"""How far from the kink a one-sided derivative is taken: its error is that times a second
derivative, 10^-5 of the error of the difference that it is compared with."""


def _halving(path_size: Tensor, coarse: Tensor, fine: Tensor, share: float, step: float) -> float:
    """How far halving a step is from dividing each column's error by `share`, over what is allowed.

    Differences of values of size `path_size` carry a rounding of some hundred units over the step.
    """
    allowed = ORDER_TOLERANCE * coarse.norm(dim=0) + 100 * EPS * path_size.norm() / step
    return float(((coarse - share * fine).norm(dim=0) / allowed).max())


def order_error(case: Picture, central: bool = True, share: float = 4.0) -> float:
    """Central differences approach every Jacobian-vector product as the square of the step.

    One-sided ones, or another `share` of the error when the step is halved, are false variants.
    """
    image = case.image()
    exact = tangents(image, BASE)

    def error(step: float) -> Tensor:
        steps = (step, step if central else 0.0)
        return differences(lambda theta: orbit(image, theta), BASE, steps) - exact

    return _halving(orbit(image, BASE[None]), error(STEP), error(STEP / 2), share, STEP)


def _geometry(image: Tensor, shapes: Tensor) -> Tensor:
    """The orbit in the geometric parameters (N, 4) alone."""
    rest = BASE[GEOMETRY:].expand(len(shapes), -1)
    return orbit(image, torch.cat([shapes, rest], dim=1))


def one_sided(image: Tensor, side: int) -> Tensor:
    """The one-sided derivatives at the identity in each geometric parameter, (16, 4).

    The limit of the derivatives from that side, since the orbit is smooth on either side.
    """
    beside = IDENTITY[:GEOMETRY] + side * JUST_BESIDE * torch.eye(GEOMETRY, dtype=torch.float64)
    return slopes(lambda shapes: _geometry(image, shapes), beside)


def one_sided_difference(image: Tensor, side: int, step: float) -> Tensor:
    """`one_sided` by differences, to first order in the step, (16, 4)."""
    steps = (step, 0.0) if side > 0 else (0.0, step)
    return differences(lambda shapes: _geometry(image, shapes), IDENTITY[:GEOMETRY], steps)


def kink_error(case: Picture, other: bool = False) -> float:
    """At the identity forward differences approach the derivative from above at first order.

    Args:
        case: the image.
        other: claim that they approach the derivative from below, as they would if the orbit were
            differentiable; a false variant.
    """
    image, identity = case.image(), IDENTITY[:GEOMETRY]
    exact = one_sided(image, -1 if other else 1)

    def error(step: float) -> Tensor:
        return one_sided_difference(image, 1, step) - exact

    h = ONE_SIDED_STEP
    return _halving(_geometry(image, identity[None]), error(h), error(h / 2), 2, h)


def rank_mismatch(case: Picture, collinear: int = 0) -> float:
    """Whether the tangents span as many dimensions as there are parameters.

    Args:
        case: the image.
        collinear: further brightness parameters, each a copy of the first, counted as well.
    """
    found = tangents(case.image(), BASE)
    more = torch.cat([found, *[found[:, [BRIGHTNESS]]] * collinear], dim=1)
    return exactly(numerical_rank(more) == more.shape[1])


class Reparametrised(NamedTuple):
    """An image and a map psi(eta) = base + D eta + |eta|^2 (1, .., 1), with D of shape (8, 10)."""

    picture: Picture
    seed: Annotated[int, "seed of $D$"]

    @property
    def onto(self) -> Tensor:
        """D, a Gaussian matrix, onto with probability 1."""
        generator = torch.Generator().manual_seed(self.seed)
        return torch.randn(P, P + 2, generator=generator, dtype=torch.float64)


@st.composite
def reparametrised(draw: st.DrawFn) -> Reparametrised:
    """Random images and reparametrisations."""
    return Reparametrised(draw(pictures()), draw(st.integers(0, 2**31)))


def parameters_error(
    case: Reparametrised, kept: int = P + 2, power: int = 1, tilt: float = 0.0
) -> float:
    """Length outside each other's span of the tangents before and after, over what is allowed.

    Args:
        case: image and reparametrisation.
        kept: columns of D that are kept; fewer than 8 are not onto.
        power: eta is replaced by its entrywise power; 3 makes every derivative 0.
        tilt: every tangent after it is moved by so much of its length; a false variant.
    """
    image, onto = case.picture.image(), case.onto[:, :kept]

    def through(eta: Tensor) -> Tensor:
        bent = eta.square().sum(1, keepdim=True) if power == 1 else 0
        return orbit(image, BASE + eta**power @ onto.T + bent)

    before = tangents(image, BASE)
    after = slopes(through, torch.zeros(kept, dtype=torch.float64))
    if not after.any():
        return math.inf
    after = after + tilt * after.norm(dim=0)
    return max(outside(after, before), outside(before, after))


Colour = Callable[[Tensor, Tensor], Tensor]
"""A family of augmentations with one parameter, 1 at the identity."""


def composition_error(
    case: Picture, first: Colour = contrast, keep: tuple[int, ...] = (0, 1), add: bool = False
) -> float:
    """V of brightness after another family, both at the identity, against the sum of the two spaces.

    Args:
        case: the image, which is augmented by the base parameter first.
        first: the other family; brightness itself has the same space.
        keep: which of the two spaces are summed; leaving one out is a false variant.
        add: claim that the dimensions add up, a false variant.
    """
    image = augmented(case.image(), BASE[None])
    one = torch.ones(1, dtype=torch.float64)

    def both(theta: Tensor) -> Tensor:
        return SMALL(brighten(first(image.expand(2, -1, -1, -1), theta[:, 0]), theta[:, 1]))

    alone = (
        lambda theta: SMALL(first(image, theta[:, 0])),
        lambda theta: SMALL(brighten(image, theta[:, 0])),
    )
    together = slopes(both, one.repeat(2))
    if add:
        return exactly(numerical_rank(together) == 2)
    separate = torch.cat([slopes(alone[a], one) for a in keep], dim=1)
    return max(outside(together, separate), outside(separate, together))


def discrete_error(case: Picture, finite: bool = False) -> float:
    """The tangent space with a flip kept fixed at `no` is the tangent space without it.

    Args:
        case: the image.
        finite: claim that enc(flipped x) - enc(x) lies in the space, a false variant.
    """
    image = case.image()
    span = tangents(image, BASE)
    if finite:
        turned = orbit(image.flip(-1), BASE[None]) - orbit(image, BASE[None])
        return outside(turned.T, span)

    def with_flip(theta: Tensor) -> Tensor:
        flipped = theta[:, P] > 0.5  # a discrete parameter, 0 here
        return orbit(mirror(image.expand(len(theta), -1, -1, -1), flipped), theta[:, :P])

    extended = slopes(with_flip, torch.cat([BASE, BASE.new_zeros(1)]))
    if extended[:, P].any():
        return math.inf
    return float((extended[:, :P] - span).norm()) / (ROUNDING * float(span.norm()))


ORDER = Claim(
    "central differences approach the Jacobian-vector products at second order",
    pictures,
    order_error,
    features=pictures_seen,
    case_divisor=3,
)
KINK = Claim(
    "at the identity forward differences approach the derivatives from above at first order",
    pictures,
    kink_error,
    case_divisor=3,
)
RANK = Claim(
    "the tangents of eight augmentations are independent",
    pictures,
    rank_mismatch,
    features=pictures_seen,
    case_divisor=2,
)
REPARAMETRISED = Claim(
    r"the tangent space does not change under $\psi$ with $D\psi$ onto",
    reparametrised,
    parameters_error,
    case_divisor=3,
)
COMPOSED = Claim(
    "the tangent space of brightness after contrast is the sum of both",
    pictures,
    composition_error,
    case_divisor=2,
)
COMPOSED_TWICE = Claim(
    "the tangent space of brightness after brightness is that of brightness",
    pictures,
    partial(composition_error, first=brighten),
    case_divisor=2,
)
DISCRETE = Claim(
    "a flip that is kept fixed adds nothing to the tangent space",
    pictures,
    discrete_error,
    case_divisor=3,
)

ORDER_NEARLY = ORDER.mutant("halving the step divides the error by 3.9", share=3.9)

ORDER_FORWARD = ORDER.mutant(
    "one-sided differences approach the Jacobian-vector products at second order", central=False
)

KINK_OTHER = KINK.mutant(
    "at the identity forward differences approach the derivatives from below: it is no kink",
    other=True,
)

DIMENSION = RANK.mutant(
    "the dimension is the number of parameters, with two of them for brightness", collinear=1
)

REPARAMETRISATIONS = {
    "smooth": REPARAMETRISED.mutant(
        r"the tangent space does not change under any smooth $\psi$: $\theta = \theta_0 + D \eta^3$",
        power=3,
    ),
    "tilted": REPARAMETRISED.mutant(
        r"the tangent space turned by $10^{-6}$ is the same", tilt=1e-6
    ),
    "into": REPARAMETRISED.mutant(
        r"the tangent space does not change where $D\psi$ is not onto", kept=7
    ),
}
"""Near-misses of the change of parameters."""

COMPOSITIONS = {
    "one": COMPOSED.mutant(
        "the tangent space of brightness after contrast is that of contrast", keep=(0,)
    ),
    "add": COMPOSED_TWICE.mutant(
        "the dimensions add: brightness after brightness has two", add=True
    ),
}
"""Near-misses of the composition."""

FLIP = DISCRETE.mutant(
    r"$\mathrm{enc}$ of the flipped image less $\mathrm{enc}(x)$ lies in the tangent space",
    finite=True,
)

"""Outputs of a head under the training objectives: Euler's relations, and G + M as it is trained."""

from __future__ import annotations

import math
from functools import partial
from typing import Annotated, NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from theorems.thm41.properties import LossProduct, curvature_error, products
from verify.claims.property import Claim, Vacuous, exactly
from verify.claims.strategies import heads, tensors
from verify.numeric.activations import LINEAR, RELU, SMOOTH
from verify.numeric.effective_hessian import interaction, pullback
from verify.numeric.heads import Head, near_kink
from verify.numeric.objectives import OBJECTIVES, Invariance, Loss


class OutputCase(NamedTuple):
    """An objective's loss and head outputs u, shape (B, k), float64."""

    objective: str
    seed: int
    u: Annotated[Tensor, "$u$"]

    @property
    def loss(self) -> Loss:
        """The loss with targets, keys and weights drawn from the seed."""
        generator = torch.Generator().manual_seed(self.seed)
        objective = OBJECTIVES[self.objective]
        batch, k = self.u.shape
        return objective.bind(objective.context(batch, k, generator))


INVARIANT = tuple(
    name for name, objective in OBJECTIVES.items() if objective.invariance is Invariance.ROW
)
"""The objectives that depend on the direction of every output only."""


@st.composite
def outputs(draw: st.DrawFn, names: tuple[str, ...]) -> OutputCase:
    """Non-zero outputs of 4 samples in 2 to 4 dimensions, under one of the named objectives."""
    name, seed = draw(st.sampled_from(names)), draw(st.integers(0, 2**31))
    return OutputCase(name, seed, draw(tensors((4, draw(st.integers(2, 4))), nonzero=True)))


EULER_TOLERANCE = 1e-9
"""Error allowed relative to |H||u| + |rho|: the registry's derivatives agree with automatic
differentiation to 1e-10 of the same scale, and the outputs are at most 32 times apart in length."""


def euler_error(case: OutputCase, tilt: float = 0.0) -> float:
    """Largest of |H u + rho| and |u.H u|, over the error allowed.

    Args:
        case: objective and outputs; u stands for all of them, scaled together.
        tilt: weight of |u|^2 / 2 added to the loss, which spoils the invariance.
    """
    _, rho, product = case.loss.jet(case.u)
    rho, curved = rho + tilt * case.u, product(case.u) + tilt * case.u
    length = float(case.u.norm())
    scale = float(case.loss.dense_hessian(case.u).abs().max()) * length + float(rho.norm())
    if scale == 0:
        raise Vacuous
    radial = float((curved + rho).norm()) / scale
    double = float((case.u * curved).sum().abs()) / (scale * length)
    return max(radial, double) / EULER_TOLERANCE


def invariant_seen(case: OutputCase) -> dict[str, bool]:
    """Every scale-invariant objective."""
    return {name.replace("_", " "): case.objective == name for name in INVARIANT}


EULER = Claim(
    r"$\nabla^2 L \, u = -\rho$ and $u^T \nabla^2 L \, u = 0$ for the scale-invariant objectives",
    partial(outputs, INVARIANT),
    euler_error,
    features=invariant_seen,
    case_divisor=2,
)


def spectrum_error(case: OutputCase, under_root: float = 3.0) -> float:
    """Error of the eigenvalues c and (c +- sqrt(4 - 3 c^2)) / 2 of |u|^2 H, over the error allowed."""
    u = case.u[:1]
    loss = OutputCase(case.objective, case.seed, u).loss
    target: Tensor = loss.constants.targets[0]
    c = float(u[0] @ target / (u.norm() * target.norm()))
    root = math.sqrt(4 - under_root * c**2)
    wanted = u.new_tensor([*[c] * (u.shape[1] - 2), (c - root) / 2, (c + root) / 2])
    found = torch.linalg.eigvalsh(loss.dense_hessian(u)[0]) * float(u.norm()) ** 2
    return float((found - wanted.sort().values).abs().max()) / EULER_TOLERANCE


COSINE_SPECTRUM = Claim(
    r"$|u|^2 \nabla^2 L$ has the eigenvalues $c$ ($k - 2$ times) and $(c \pm \sqrt{4 - 3c^2}) / 2$ for the negative cosine $L = -c$",
    partial(outputs, ("negative_cosine",)),
    spectrum_error,
)

COSINE_ROOT = COSINE_SPECTRUM.mutant(
    r"$|u|^2 \nabla^2 L$ has the eigenvalues $c$ ($k - 2$ times) and $(c \pm \sqrt{4 - 2c^2}) / 2$ for the negative cosine $L = -c$",
    under_root=2.0,
)


# --- G + M under cosine and squared error -------------------------------------------------------

TRAINED = ("mse", "negative_cosine")


class TrainedCase(NamedTuple):
    """A head at a point under one objective, whose constants (targets t) are drawn by `seed`."""

    head: Head
    z: Annotated[Tensor, "$z$"]
    objective: str
    seed: Annotated[int, "seed of the targets"]

    @property
    def bound(self) -> Loss:
        """The objective with its targets, for one output."""
        return OutputCase(self.objective, self.seed, self.z.new_empty(1, self.head.k)).loss

    @property
    def targets(self) -> Tensor:
        """t, of shape (k,), on z's device."""
        targets: Tensor = self.bound.constants.targets[0]
        return targets.to(self.z)

    @property
    def placed(self) -> Loss:
        """The same on z's device and in its type."""
        bound = self.bound
        return Loss(bound.objective, type(bound.constants)(self.targets.unsqueeze(0)))

    def loss(self, u: Tensor) -> Tensor:
        """L(u): (k,) -> scalar, written out once more for automatic differentiation."""
        t = self.targets
        if self.objective == "mse":
            return (u - t).square().sum() / 2
        return -(u @ t) / (u.norm() * t.norm())

    def derivatives(self, u: Tensor) -> tuple[Tensor, Tensor]:
        """rho and H at u, as the registry has them in closed form: (k,), (k, k)."""
        loss = self.placed
        return loss.jet(u.unsqueeze(0)).rho[0], loss.dense_hessian(u.unsqueeze(0))[0]

    def moduli(self, bound: Tensor) -> tuple[Tensor, LossProduct]:
        """Moduli of rho and products with those of H, from moduli U of the output.

        Of the cosine's, with w the part of t/|t| across u: |rho| = |w| / |u|, at most 1 / |u|, and
        |H| <= 3 / |u|^2 entry by entry of its three terms; a change du of u moves them by at most
        3 |du| / |u|^2 and 16 |du| / |u|^3 in norm.
        """
        t = self.targets
        if self.objective == "mse":
            return bound + t.abs(), lambda x: x
        u = self.head(self.z)
        length, reach = u.norm(), bound.norm()
        e, s = (u / length).abs(), (t / t.norm()).abs()
        w = s + e  # |w| <= |s| + |c||e|
        rho = w / length + 3 * reach / length**2

        def product(x: Tensor) -> Tensor:
            terms = e * (x @ w).unsqueeze(-1) + w * (x @ e).unsqueeze(-1)
            terms = terms + x + e * (x @ e).unsqueeze(-1)
            return terms / length**2 + 16 * reach / length**3 * x.norm(dim=-1, keepdim=True)

        return rho, product


@st.composite
def trained_cases(draw: st.DrawFn) -> TrainedCase:
    """Random heads with any activation under one of the two objectives."""
    head = draw(heads((*SMOOTH, LINEAR, RELU), depths=(1, 4), widths=(2, 4)))
    name, seed = draw(st.sampled_from(TRAINED)), draw(st.integers(0, 2**31))
    return TrainedCase(head, draw(tensors((head.d,))), name, seed)


SHORT = 1e-3
"""Outputs shorter than this are left out: the cosine's derivatives grow without bound at 0."""


def trained_error(case: TrainedCase, interaction_weight: float = 1.0) -> float:
    """Error of G + M against automatic differentiation of the objective, over the rounding allowed.

    Raises:
        Vacuous: near a kink, or for the cosine of an output of length below `SHORT`.
    """
    trace = case.head.trace(case.z)
    if bool(near_kink(case.head, case.z)):
        raise Vacuous
    if case.objective == "negative_cosine" and float(trace.output.norm()) < SHORT:
        raise Vacuous
    rho, loss_hessian = case.derivatives(trace.output)
    found = pullback(trace, loss_hessian) + interaction_weight * interaction(trace, rho)
    return curvature_error(case, found, torch.eye(case.head.d, dtype=case.z.dtype))


def trained_seen(case: TrainedCase) -> dict[str, bool]:
    """Both objectives."""
    return {
        "squared error": case.objective == "mse",
        "negative cosine": case.objective == "negative_cosine",
    }


TRAINED_HEADS = Claim(
    "the Hessian of a squared error or a negative cosine of $h(z)$ is $G + M$",
    trained_cases,
    trained_error,
    features=trained_seen,
    case_divisor=2,
)

TRAINED_PULLBACK = TRAINED_HEADS.mutant(
    "the Hessian of a squared error or a negative cosine of $h(z)$ is $G$", interaction_weight=0.0
)


# --- negative cosine behind an affine head ------------------------------------------------------


class AffineCosine(NamedTuple):
    """An affine head at a point, and a direction from which the target is made, so that the point is critical."""

    head: Head
    z: Annotated[Tensor, "$z$"]
    aside: Annotated[Tensor, "drawn part of $t$"]
    tilt: Annotated[Tensor, "how much of $h(z) / |h(z)|$ is added"]

    @property
    def jacobian(self) -> Tensor:
        """W, (k, d)."""
        jacobian: Tensor = torch.autograd.functional.jacobian(self.head, self.z)
        return jacobian

    def target(self, critical: bool) -> Tensor:
        """t, (k,), up to its length: the output's direction by `tilt`, and what of `aside` is across it and W."""
        u = self.head(self.z)
        aside = self.aside
        if critical:
            basis, sizes, _ = torch.linalg.svd(torch.column_stack([self.jacobian, u]))
            seen = basis[:, : int((sizes > EULER_TOLERANCE * sizes.max()).sum())]
            aside = aside - seen @ (seen.T @ aside)
        return self.tilt * u / u.norm() + aside


@st.composite
def affine_cosines(draw: st.DrawFn) -> AffineCosine:
    """Linear heads of one to three layers, with more outputs than inputs or fewer."""
    head = draw(heads((LINEAR,), depths=(1, 3), widths=(1, 4)))
    z, aside, tilt = (draw(tensors(shape)) for shape in ((head.d,), (head.k,), (1,)))
    return AffineCosine(head, z, aside, tilt)


def affine_cosine_error(
    case: AffineCosine, critical: bool = True, across: float = 1.0, sign: float = 1.0
) -> float:
    """Error of c W^T (I - e e^T) W / |u|^2, with e = u / |u|, for the Hessian of -cos(h(z), t), over that allowed.

    Args:
        case: affine head, point and target.
        critical: whether the target makes the point critical.
        across: weight of e e^T.
        sign: of the cosine.

    Raises:
        Vacuous: at an output shorter than `SHORT`, or without a target.
    """
    u = case.head(case.z)
    if float(u.norm()) < SHORT:
        raise Vacuous
    t = case.target(critical)
    if float(t.norm()) < SHORT:
        raise Vacuous
    t, e, w = t / t.norm(), u / u.norm(), case.jacobian

    def loss(z: Tensor) -> Tensor:
        output = case.head(z)
        return -(output @ t) / output.norm()

    wanted = products(loss, case.z, torch.eye(case.head.d, dtype=case.z.dtype))
    through = e @ w
    found = sign * (e @ t) * (w.T @ w - across * torch.outer(through, through)) / u.norm() ** 2
    scale = float(w.square().sum() / u.norm() ** 2)
    gap = float((found - wanted).abs().max())
    return gap / (EULER_TOLERANCE * scale) if scale else exactly(gap == 0)


def affine_cosine_seen(case: AffineCosine) -> dict[str, bool]:
    """Either sign of the cosine, and a gradient that is not zero where something is curved."""
    u = case.head(case.z)
    t = case.target(critical=True)
    c = float(u @ t / (u.norm() * t.norm()))
    return {
        "acute": c > 0,
        "obtuse": c < 0,
        r"$\rho \neq 0$ and $H_{\mathrm{eff}} \neq 0$": 0 < abs(c) < 1 - SHORT
        and bool(
            (case.jacobian - torch.outer(u, u @ case.jacobian) / u.norm() ** 2).abs().max() > SHORT
        ),
    }


AFFINE_COSINE = Claim(
    r"$\nabla^2 (L \circ h) = \frac{c}{|u|^2} W^T (I - e e^T) W$ for $L = -\cos(u, t)$ at a critical point of an affine head, with $c = \cos(u, t)$ and $e = u / |u|$",
    affine_cosines,
    affine_cosine_error,
    features=affine_cosine_seen,
)

AFFINE_COSINES = {
    "anywhere": AFFINE_COSINE.mutant(
        r"$\nabla^2 (L \circ h) = \frac{c}{|u|^2} W^T (I - e e^T) W$ for $L = -\cos(u, t)$ at any point of an affine head",
        critical=False,
    ),
    "along": AFFINE_COSINE.mutant(
        r"$\nabla^2 (L \circ h) = \frac{c}{|u|^2} W^T W$ for $L = -\cos(u, t)$ at a critical point of an affine head: curved along the output as well",
        across=0.0,
    ),
    "always": AFFINE_COSINE.mutant(
        r"$\nabla^2 (L \circ h) = -\frac{c}{|u|^2} W^T (I - e e^T) W$ for $L = -\cos(u, t)$ at a critical point of an affine head",
        sign=-1.0,
    ),
}
"""False variants, each by its name."""

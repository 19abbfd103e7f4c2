"""Invariants of E1's measurement, and what shows that their checks can fail. All gate a run.

That the pseudo-collapsed start does nothing to a homogeneous head; that the negative cosine is
indefinite, and in which reading it is not; where the published estimator is right, and where not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import torch
from hypothesis import strategies as st
from torch import Tensor

from verify.claims.check import Context
from verify.claims.declare import invariant, mutant_check, property_check, section
from verify.claims.evidence import Finding, finding
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors
from verify.experiments import homogeneity
from verify.experiments.e1.estimator_audit import CELLS, CellAudit, Setting, audit, audit_table
from verify.experiments.e1.published_power_iteration import shifted_power_iteration
from verify.numeric.objectives import OBJECTIVES, Targets

EPS = torch.finfo(torch.float64).eps


# --- the Hessian of the negative cosine -----------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """An output u (k,) and its target t (k,)."""

    u: Tensor
    t: Tensor


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """Outputs and targets of two to five dimensions."""
    shape = (draw(st.integers(2, 5)),)
    return Pair(draw(tensors(shape)), draw(tensors(shape)))


def hessian(case: Pair) -> tuple[Tensor, Tensor, float, float]:
    """|u|^2 times the Hessian, the direction of u, and cosine and sine of the angle to the target.

    Raises:
        Vacuous: if u or t is 0, or the two are parallel.
    """
    if case.u.norm() == 0 or case.t.norm() == 0:
        raise Vacuous
    loss = OBJECTIVES["negative_cosine"].bind(Targets(case.t[None]))
    matrix = loss.dense_hessian(case.u[None])[0] * case.u.square().sum()
    e, s = case.u / case.u.norm(), case.t / case.t.norm()
    cosine = float(e @ s)
    sine = float((s - cosine * e).norm())
    if sine < EPS**0.5:
        raise Vacuous
    return matrix, e, cosine, sine


def indefinite_ratio(case: Pair, semidefinite: bool = False) -> float:
    """lambda_min is (c - sqrt(c^2 + 4 s^2)) / 2 < 0, for cosine c and sine s; or it is not below 0.

    The block on the span of u and t is ((0, s), (s, c)), of determinant -s^2; elsewhere it is c.
    """
    matrix, _, cosine, sine = hessian(case)
    smallest = torch.linalg.eigvalsh(matrix)[0].item()
    known = 0.0 if semidefinite else (cosine - (cosine**2 + 4 * sine**2) ** 0.5) / 2
    error = max(0.0, known - smallest) if semidefinite else abs(smallest - known)
    # Backward error of the eigensolver (LAPACK Users' Guide, 4.7) and of a matrix of size 2.
    return error / (64 * len(case.u) * EPS)


def tangent_ratio(case: Pair, ambient: bool = False) -> float:
    """On directions, orthogonally to u, the Hessian is c; or it is so in all directions."""
    matrix, e, cosine, _ = hessian(case)
    projection = torch.eye(len(e), dtype=e.dtype) - torch.outer(e, e)
    seen = matrix if ambient else projection @ matrix @ projection
    return float((seen - cosine * projection).abs().max()) / (64 * len(case.u) * EPS)


INDEFINITE = Claim(
    "the Hessian of the negative cosine has the eigenvalue (c - sqrt(c^2 + 4 s^2)) / 2 < 0",
    pairs,
    indefinite_ratio,
)
SEMIDEFINITE = INDEFINITE.mutant(
    "the Hessian of the negative cosine is positive semidefinite", semidefinite=True
)
TANGENT = Claim(
    "restricted to directions, the Hessian of the negative cosine is the cosine times the identity",
    pairs,
    tangent_ratio,
)
AMBIENT = TANGENT.mutant(
    "in all of space, the Hessian of the negative cosine is the cosine times a projection",
    ambient=True,
)


# --- the published estimator ----------------------------------------------------------------


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues of a diagonal matrix with a clear gap at both ends, and a start."""

    scale: float
    shape: Annotated[Tensor, "values over scale"]
    start: Tensor

    @property
    def values(self) -> Tensor:
        """The eigenvalues."""
        return self.scale * self.shape


@st.composite
def spectra(draw: st.DrawFn, scale: float = 1.0) -> Spectrum:
    """Spectra 1, -1/2 and the rest in [0, 1/2], times a scale: if it is positive, so is the end of larger modulus."""
    rest = draw(st.lists(st.integers(0, 4), min_size=0, max_size=4))
    shape = torch.tensor([1.0, -0.5, *(value / 8 for value in rest)], dtype=torch.float64)
    return Spectrum(scale, shape, draw(tensors(tuple(shape.shape), nonzero=True)))


def estimate_ratio(case: Spectrum) -> float:
    """The published estimate of the smallest eigenvalue."""
    values = case.values
    found = shifted_power_iteration(lambda v: values * v, (case.start, case.start)).value
    # Rayleigh quotients converge as (1 / 1.5)^40 times the squared tangent of the start's angle,
    # which is below 4 * 256 * 5.
    allowed = 5e-4 * 2 * values.abs().max().item()
    return abs(found - values.min().item()) / allowed


ESTIMATE = Claim(
    "the published estimator finds the smallest eigenvalue where the largest modulus is positive",
    spectra,
    estimate_ratio,
)
FLIPPED = Claim(
    "the published estimator finds the smallest eigenvalue where the largest modulus is negative",
    partial(spectra, -1.0),
    estimate_ratio,
)
TINY = Claim(
    "the published estimator finds the smallest eigenvalue of a matrix of size 1e-9",
    partial(spectra, 1e-9),
    estimate_ratio,
)


# --- the published estimator against exact eigenvalues, state by state ----------------------

STATES = {"smoke": 10, "standard": 50, "deep": 50}
"""States in each of the eight cells."""

REDUCED = Setting((64, 256, 256), (256, 64, 256), 16)
"""An eighth of the published widths; the deep profile takes those themselves."""

WRONG_AT_LEAST, WRONG_UPWARDS_AT_MOST = 1 / 8, 1 / 4
"""Shares of wrong signs, set after 640 states had 40 to 47 % and 0.5 %: the states are independent,
so that 80 of them at 40 % and at 2 % miss these with probability 1e-7 and 1e-15."""


def run_audit(ctx: Context) -> Finding:
    """Audit every cell at initialisation, each with seeds of its own.

    There every published head and start has a negative smallest eigenvalue under the negative cosine.
    Elsewhere E1 follows both through training.
    """
    setting = Setting() if ctx.profile == "deep" else REDUCED
    states, seed = STATES[ctx.profile], ctx.seed_for("E1.audit") >> 1
    found: list[CellAudit] = []
    for index, cell in enumerate(CELLS):
        found += audit((cell,), states, seed + index * states, setting)
    total = states * len(found)
    negative = sum(cell.negative for cell in found)
    wrong = sum(cell.wrong_sign for cell in found)
    upwards = sum(cell.wrong_upwards for cell in found)
    as_stated = (
        negative == total
        and wrong >= WRONG_AT_LEAST * total
        and upwards <= WRONG_UPWARDS_AT_MOST * total
    )
    return finding(
        as_stated,
        f"The published estimate has the wrong sign in {wrong} of {total} states, by cell {', '.join(str(cell.wrong_sign) for cell in found)} of {states}; its first iteration landed on the negative end in {sum(cell.negative_end for cell in found)}. Shifted upwards it is wrong in {upwards}. The exact value is negative in {negative}.",
        cases=total,
        tables=(audit_table(found, setting),),
    )


CHECKS = section(
    "E1",
    property_check(
        "start",
        "The pseudo-collapsed start leaves a homogeneous head's objective and curvature as they are",
        homogeneity.SPECTRUM,
    ),
    mutant_check("start.smooth", homogeneity.SPECTRUM_SMOOTH),
    mutant_check("start.mse", homogeneity.SPECTRUM_MSE),
    property_check(
        "cosine", "The negative cosine is indefinite where its gradient is not zero", INDEFINITE
    ),
    mutant_check("cosine.semidefinite", SEMIDEFINITE),
    property_check(
        "tangent",
        "Restricted to directions, the negative cosine's Hessian is the cosine times the identity",
        TANGENT,
    ),
    mutant_check("tangent.ambient", AMBIENT),
    property_check(
        "estimator",
        "The published estimator finds the smallest eigenvalue where that of largest modulus is positive",
        ESTIMATE,
    ),
    mutant_check("estimator.flipped", FLIPPED),
    mutant_check("estimator.tiny", TINY),
    invariant(
        "audit",
        "The published estimator misses the sign where its shift goes the wrong way",
        run_audit,
        cost=9,
    ),
)

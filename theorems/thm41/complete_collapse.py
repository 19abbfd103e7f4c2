"""Assumption 6 at complete collapse: rho of the training objectives where all outputs of both views are one vector."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Annotated, NamedTuple

import torch
from hypothesis import strategies as st
from torch import Tensor

from verify.claims.declare import mutant_check, property_check, section
from verify.claims.property import Claim, Vacuous
from verify.claims.strategies import tensors
from verify.numeric.objectives import (
    VICRegWeights,
    byol,
    dino,
    info_nce,
    moco,
    mse,
    negative_cosine,
    nt_xent,
    simsiam,
    vicreg,
)

TOLERANCE = 1e-10
"""Largest modulus of an entry of rho that rounding leaves, of losses and outputs of order 1 to 100."""

APART = 1e-3
"""Least modulus of an entry of rho that counts as other than zero."""

TWO_VIEWS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "negative_cosine": negative_cosine,
    "byol": byol,
    "simsiam": lambda u, t: simsiam(u, u, t, t),
    "info_nce": lambda u, t: info_nce(u, t, 0.1),
    "nt_xent": lambda u, t: nt_xent(u, t, 0.5),
    "moco": lambda u, t: moco(u, t.detach(), t.detach(), 0.07),
    "vicreg": lambda u, t: vicreg(u, t, VICRegWeights()),
    "mse": lambda u, t: mse(u, t.detach()),
}
"""Losses of the outputs of one view, given those of the other one; MoCo's queue is the second view too."""


LEAST_SINE = 0.1
"""Least sine of the angle between a predictor's output and the target that counts as not parallel."""


def residual_at(objective: str, output: Tensor, target: Tensor) -> Tensor:
    """rho at four equal outputs, (4, k), behind four equal targets: (k,), (k,)."""
    u = output.repeat(4, 1).requires_grad_()
    (rho,) = torch.autograd.grad(TWO_VIEWS[objective](u, target.repeat(4, 1)), u)
    return rho


class CollapseCase(NamedTuple):
    """An objective by its name, and the one output c of all inputs, (k,)."""

    objective: str
    c: Annotated[Tensor, "$c$, the output of all inputs"]

    def residual(self, angle: float = 0.0) -> Tensor:
        """rho where a predictor has turned c by an angle in the plane of its first two entries."""
        turned = self.c.clone()
        turned[0], turned[1] = (
            math.cos(angle) * self.c[0] - math.sin(angle) * self.c[1],
            math.sin(angle) * self.c[0] + math.cos(angle) * self.c[1],
        )
        return residual_at(self.objective, turned, self.c)


def cases(names: tuple[str, ...]) -> st.SearchStrategy[CollapseCase]:
    """One of the objectives, and a vector of two to four entries that is not zero."""
    vectors = st.integers(2, 4).flatmap(lambda k: tensors((1, k), nonzero=True))
    return st.builds(
        CollapseCase, st.sampled_from(names), vectors.map(lambda row: row[0] / row.norm())
    )


def zero_error(case: CollapseCase, angle: float = 0.0) -> float:
    """Largest entry of rho over what rounding leaves."""
    return float(case.residual(angle).abs().max()) / TOLERANCE


def losses_seen(case: CollapseCase) -> dict[str, bool]:
    """Every loss that the part names."""
    return {name.replace("_", " "): case.objective == name for name in TWO_VIEWS}


ZERO = Claim(
    r"$\rho = 0$ at complete collapse of both views",
    partial(cases, tuple(TWO_VIEWS)),
    zero_error,
    features=losses_seen,
)

PREDICTED = ZERO.mutant(
    r"$\rho = 0$ at a collapse that a predictor turns by an angle of $1$ in a coordinate plane",
    angle=1.0,
)


class PredictedCase(NamedTuple):
    """An objective by its name, the output c of both views, (k,), and what a predictor makes of it, (k,)."""

    objective: str
    c: Annotated[Tensor, "$c$, the output of both views"]
    predicted: Annotated[Tensor, "$u$, the output of the predictor"]

    @property
    def cosine(self) -> float:
        """cos(u, c); NaN where u = 0."""
        return float(self.predicted @ self.c / (self.predicted.norm() * self.c.norm()))


def predicted_cases(names: tuple[str, ...]) -> st.SearchStrategy[PredictedCase]:
    """A collapse, and any vector of as many entries for the output of the predictor."""
    return cases(names).flatmap(
        lambda one: st.builds(
            PredictedCase, st.just(one.objective), st.just(one.c), tensors(one.c.shape)
        )
    )


def nonzero_violation(case: PredictedCase, predictor: bool = True) -> float:
    """0 if rho is not zero at the output of a predictor, else infinite.

    Raises:
        Vacuous: if that output is nearly parallel to the target.
    """
    if not 1 - case.cosine**2 >= LEAST_SINE**2:
        raise Vacuous
    rho = residual_at(case.objective, case.predicted if predictor else case.c, case.c)
    return 0.0 if float(rho.abs().max()) > APART else math.inf


def predictors_seen(case: PredictedCase) -> dict[str, bool]:
    """Both losses with a predictor, and predictors that do more than turn a little in a plane."""
    return {
        "BYOL": case.objective == "byol",
        "SimSiam": case.objective == "simsiam",
        "more than two entries": len(case.c) > 2,
        "an obtuse angle": case.cosine < 0,
    }


NONZERO = Claim(
    r"$\rho \neq 0$ for BYOL and SimSiam at the output of a predictor that is not parallel to the target",
    partial(predicted_cases, ("byol", "simsiam")),
    nonzero_violation,
    features=predictors_seen,
)

NO_PREDICTOR = NONZERO.mutant(
    r"$\rho \neq 0$ for BYOL and SimSiam without a predictor", predictor=False
)


def dino_violation(case: CollapseCase, spread: float = 1.0) -> float:
    """0 if rho of DINO is not zero at complete collapse, the centre being the teacher's mean, else infinite.

    Raises:
        Vacuous: if the entries of the output are nearly equal.
    """
    c = spread * case.c
    if float((case.c - case.c.mean()).abs().max()) < 0.1:
        raise Vacuous
    u = c.repeat(4, 1).requires_grad_()
    (rho,) = torch.autograd.grad(dino(u, u.detach(), u.detach().mean(dim=0), 0.1, 0.04), u)
    return 0.0 if float(rho.abs().max()) > APART else math.inf


DINO = Claim(
    r"$\rho \neq 0$ for DINO at complete collapse, unless all entries of the output are equal",
    partial(cases, ("dino",)),
    dino_violation,
)

CHECKS = section(
    "thm41.complete-collapse",
    property_check("zero", r"$\rho = 0$ where both views have one output", ZERO),
    mutant_check("predictor", PREDICTED),
    property_check("nonzero", r"$\rho \neq 0$ behind a predictor", NONZERO),
    mutant_check("no-predictor", NO_PREDICTOR),
    property_check("dino", r"$\rho \neq 0$ for DINO", DINO),
    mutant_check(
        "dino.zero", DINO.mutant(r"$\rho \neq 0$ for DINO also at the output $0$", spread=0.0)
    ),
    part="complete-collapse",
)

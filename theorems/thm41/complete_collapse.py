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


class CollapseCase(NamedTuple):
    """An objective by its name, and the one output c of all inputs, (k,)."""

    objective: str
    c: Annotated[Tensor, "$c$"]

    def residual(self, angle: float = 0.0) -> Tensor:
        """rho at four equal outputs, (4, k), which a predictor has turned away from c by an angle."""
        turned = self.c.clone()
        turned[0], turned[1] = (
            math.cos(angle) * self.c[0] - math.sin(angle) * self.c[1],
            math.sin(angle) * self.c[0] + math.cos(angle) * self.c[1],
        )
        u = turned.repeat(4, 1).requires_grad_()
        loss = TWO_VIEWS[self.objective](u, self.c.repeat(4, 1))
        return torch.autograd.grad(loss, u)[0]


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
    r"$\rho = 0$ at a collapse that a predictor turns by an angle of $1$", angle=1.0
)


def nonzero_violation(case: CollapseCase, angle: float = 1.0) -> float:
    """0 if rho is not zero behind a predictor that turns c by an angle, else infinite.

    Raises:
        Vacuous: if the turn hardly moves c.
    """
    if float(case.c[:2].norm()) < 0.1:
        raise Vacuous
    return 0.0 if float(case.residual(angle).abs().max()) > APART else math.inf


def predictors_seen(case: CollapseCase) -> dict[str, bool]:
    """Both losses with a predictor."""
    return {"BYOL": case.objective == "byol", "SimSiam": case.objective == "simsiam"}


NONZERO = Claim(
    r"$\rho \neq 0$ for BYOL and SimSiam at the output of a predictor that is not parallel to the target",
    partial(cases, ("byol", "simsiam")),
    nonzero_violation,
    features=predictors_seen,
)

NO_PREDICTOR = NONZERO.mutant(r"$\rho \neq 0$ for BYOL and SimSiam without a predictor", angle=0.0)


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

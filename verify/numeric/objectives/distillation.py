"""Objectives with a stop-gradient target: DINO, BYOL, SimSiam.

The target is the output of a teacher, a momentum encoder or the other view's branch, and no
gradient reaches it; u is the output of the branch that learns.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from verify.numeric.objectives.base import Objective
from verify.numeric.objectives.checks import (
    require_alike,
    require_matching,
    require_positive,
)
from verify.numeric.objectives.derivatives import Invariance, RowJet
from verify.numeric.objectives.regression import (
    Targets,
    cosine_jet,
    cosines,
    draw_targets,
    softmax_jet,
)

STUDENT_TEMPERATURE = 0.1
"""Caron et al. 2021, implementation details."""

TEACHER_TEMPERATURE = 0.04
"""Where the published warm-up of the teacher's temperature starts, likewise."""


@dataclass(frozen=True)
class Teacher:
    """What DINO holds constant.

    Attributes:
        teacher: (B, k), the teacher's outputs.
        centre: (k,), the running mean that is subtracted from them.
        student_temperature, teacher_temperature: positive; the teacher's is the smaller, which
            sharpens it.
    """

    teacher: Tensor
    centre: Tensor
    student_temperature: float = STUDENT_TEMPERATURE
    teacher_temperature: float = TEACHER_TEMPERATURE


def dino(
    u: Tensor,
    teacher: Tensor,
    centre: Tensor,
    student_temperature: float,
    teacher_temperature: float,
) -> Tensor:
    r"""DINO: cross-entropy of the student under the centred and sharpened teacher.

    .. math:: -\frac1B \sum_b \sum_i P_{bi} \log \mathrm{softmax}(u_b / \tau_s)_i, \qquad
       P_b = \mathrm{softmax}((t_b - c) / \tau_t)

    (Caron et al. 2021, eqs. 1, 2 and 4, one pair of views).

    Args:
        u: (B, k), the student's outputs.
        teacher: (B, k), the teacher's outputs t.
        centre: (k,), c.
        student_temperature: tau_s > 0.
        teacher_temperature: tau_t > 0.

    Returns:
        The mean over the batch, a scalar.

    Raises:
        TypeError: if the tensors are not of one real floating-point type.
        ValueError: if the shapes do not fit, or a temperature is not positive.
    """
    constants = Teacher(teacher, centre, student_temperature, teacher_temperature)
    return dino_rows(constants, u).mean()


def teacher_probabilities(c: Teacher) -> Tensor:
    """P = softmax((t - c) / tau_t), (B, k)."""
    return torch.softmax((c.teacher - c.centre).detach() / c.teacher_temperature, dim=1)


def dino_rows(c: Teacher, u: Tensor) -> Tensor:
    """The rows' own losses of `dino`, (B,)."""
    _require_teacher(c, u)
    logarithms = torch.log_softmax(u / c.student_temperature, dim=1)
    return -(teacher_probabilities(c) * logarithms).sum(dim=1)


def dino_jet(c: Teacher, u: Tensor) -> RowJet:
    """Derivatives of the rows' own losses of `dino`."""
    _require_teacher(c, u)
    return softmax_jet(u, teacher_probabilities(c), c.student_temperature)


def _require_teacher(c: Teacher, u: Tensor) -> None:
    require_matching("dino", u=u, teacher=c.teacher)
    if c.centre.shape != u.shape[1:]:
        raise ValueError(
            f"dino expects `centre` to have one entry per output, shape {tuple(u.shape[1:])}; its "
            f"shape was {tuple(c.centre.shape)}."
        )
    require_alike("dino", u=u, centre=c.centre)
    require_positive(
        "dino",
        student_temperature=c.student_temperature,
        teacher_temperature=c.teacher_temperature,
    )


def byol(u: Tensor, targets: Tensor) -> Tensor:
    """BYOL: squared distance of the normalised prediction and target, 2 - 2 cos, mean over rows.

    Grill et al. 2020, eq. 2. The published objective adds the same term with the views exchanged;
    stack the two views to have both.

    Args:
        u: (B, k), the predictor's outputs; directions only matter.
        targets: (B, k), the target network's projections; directions only matter.

    Raises:
        TypeError: if they are not of one real floating-point type.
        ValueError: if they are not of one shape (B, k) or on one device.
    """
    return byol_rows(u, targets).mean()


def byol_rows(u: Tensor, targets: Tensor) -> Tensor:
    """The rows' own losses of `byol`, (B,)."""
    require_matching("byol", u=u, targets=targets)
    return 2 - 2 * cosines("byol", u, targets.detach())


def simsiam(p1: Tensor, p2: Tensor, z1: Tensor, z2: Tensor) -> Tensor:
    """SimSiam: -[cos(p1, z2) + cos(p2, z1)] / 2, mean over the images (Chen and He 2021, eq. 2).

    Args:
        p1: (n, k), predictions of the first views; directions only matter.
        p2: (n, k), predictions of the second views; directions only matter.
        z1: (n, k), projections of the first views, without gradient; directions only matter.
        z2: (n, k), projections of the second views, without gradient; directions only matter.

    Raises:
        TypeError: if they are not of one real floating-point type.
        ValueError: if they are not of one shape (n, k) or on one device.
    """
    require_matching("simsiam", p1=p1, p2=p2, z1=z1, z2=z2)
    # Each view's predictions are half of the rows, so the mean over rows carries the factor 1/2.
    return simsiam_rows(torch.cat([p1, p2]), torch.cat([z2, z1])).mean()


def simsiam_rows(u: Tensor, targets: Tensor) -> Tensor:
    """The rows' own losses of `simsiam`: predictions (p1; p2) with targets (z2; z1) -> (2n,)."""
    require_matching("simsiam", u=u, targets=targets)
    return -cosines("simsiam", u, targets.detach())


DINO = Objective(
    name="dino",
    title="DINO",
    source="Caron et al. 2021 (DINO), eqs. 1, 2 and 4",
    shapes="u (B, k), the student's; teacher (B, k); centre (k,)",
    function=dino,
    constants=Teacher,
    draw=lambda sampler, batch, k: Teacher(sampler.normal(batch, k), sampler.normal(k) / 4),
    evaluate=dino_rows,
    separable=True,
    invariance=Invariance.NONE,
    closed=lambda c, u: dino_jet(c, u),
    network=("teacher", "centre"),
)

BYOL = Objective(
    name="byol",
    title="BYOL",
    source="Grill et al. 2020 (BYOL), eq. 2",
    shapes="u (B, k), predictions; targets (B, k)",
    function=byol,
    constants=Targets,
    draw=draw_targets,
    evaluate=lambda c, u: byol_rows(u, c.targets),
    separable=True,
    invariance=Invariance.ROW,
    closed=lambda c, u: cosine_jet("byol", u, c).times(2),
    network=("targets",),
)

SIMSIAM = Objective(
    name="simsiam",
    title="SimSiam",
    source="Chen and He 2021 (SimSiam), eq. 2",
    shapes="u (2n, k), predictions of view 1 above view 2; targets (2n, k), view 2 above view 1",
    function=simsiam,
    constants=Targets,
    draw=draw_targets,
    evaluate=lambda c, u: simsiam_rows(u, c.targets),
    separable=True,
    invariance=Invariance.ROW,
    closed=lambda c, u: cosine_jet("simsiam", u, c),
    views=2,
    network=("targets",),
)

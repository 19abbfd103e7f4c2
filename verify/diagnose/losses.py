"""A loss by name, bound to what the outputs themselves are its constants for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from numbers import Real
from typing import Any

import torch
from torch import Tensor

from verify.diagnose.findings import DiagnosisError
from verify.numeric import OBJECTIVES, RELEASED, Labels, Loss, Targets, Teacher
from verify.numeric.objectives import Objective

NAMED: dict[str, Objective[Any]] = {**OBJECTIVES, **RELEASED}
"""Every loss that can be asked for by name."""

UNBOUND = {"moco": "its queue of keys"}
"""Losses that hold constant what no outputs tell."""


def bound(
    loss: str | Loss | Callable[[Tensor], Tensor],
    u: Tensor,
    *,
    views: int,
    labels: Tensor | None,
    options: dict[str, Any],
) -> Loss | Callable[[Tensor], Tensor]:
    """The loss as a function of the outputs u: (views B, k), its constants taken at u.

    What a loss holds constant of a network - SimSiam's and BYOL's targets, DINO's teacher - are the
    outputs of the other view, or with one view the outputs themselves; DINO's centre is their mean.

    Args:
        loss: a name, or a loss that is bound already.
        u: outputs, view 1 above view 2.
        views: how many views they are.
        labels: (B,), of a classification.
        options: constants by name, such as ``temperature``.

    Raises:
        DiagnosisError: if there is no such loss, or it cannot be bound.
    """
    if not isinstance(loss, str):
        if options:
            raise DiagnosisError(
                f"Constants ({', '.join(options)}) are those of a loss given by name; bind them yourself for a loss that is passed as a function."
            )
        return loss
    if loss not in NAMED:
        raise DiagnosisError(
            f"There is no loss {loss!r}; expected one of {', '.join(NAMED)}, or package:callable."
        )
    objective = NAMED[loss]
    if loss in UNBOUND:
        raise DiagnosisError(
            f"{loss} holds {UNBOUND[loss]} constant, which the outputs do not tell; bind it with OBJECTIVES[{loss!r}].bind(...) and pass the result as package:callable."
        )
    if objective.views == 2 and views != 2:
        raise DiagnosisError(
            f"{loss} compares two views of each sample, and one was given; give the second with --views (in Python, views=)."
        )
    other = u.roll(len(u) // 2, 0) if views == 2 else u
    constants: Any
    if objective.constants is Targets:
        constants = Targets(other.clone())
    elif objective.constants is Teacher:
        constants = Teacher(other.clone(), other.mean(0))
    elif objective.constants is Labels:
        if labels is None:
            raise DiagnosisError(
                f"{loss} needs the classes of the samples; give them with --labels."
            )
        constants = Labels(labels.repeat(views))
    else:
        constants = objective.draw(_nothing(), len(u), u.shape[1])
    for name, value in options.items():
        held = getattr(constants, name, 0)
        kind, what = (Tensor, "a tensor") if isinstance(held, Tensor) else (Real, "a number")
        if not isinstance(value, kind):
            raise DiagnosisError(
                f"The constant {name} of {loss} must be {what}; it was {type(value).__name__}."
            )
    try:
        return objective.bind(replace(constants, **options))
    except TypeError as error:
        raise DiagnosisError(
            f"The constants of {loss} are {', '.join(vars(constants))}; {', '.join(options)} cannot be set ({error})."
        ) from None
    except ValueError as error:
        raise DiagnosisError(f"{loss} is not defined at these outputs: {error}") from error


def of_outputs(loss: Loss) -> list[str]:
    """Names of the constants of a loss that `bound` takes from the outputs."""
    if loss.objective.constants not in (Targets, Teacher):
        return []
    return [
        f.name
        for f in fields(loss.constants)
        if f.name in loss.objective.network or f.name == "targets"
    ]


def _nothing() -> Any:
    """A sampler that is not asked for anything, since these constants are numbers."""
    return None


def in_type(
    loss: Loss | Callable[[Tensor], Tensor], dtype: torch.dtype
) -> Loss | Callable[[Tensor], Tensor]:
    """The loss with its constants in a type, if they are known."""
    return loss.to(dtype) if isinstance(loss, Loss) else loss

"""Training objectives, each defined once: what is trained is what is verified.

`OBJECTIVES` holds them by name. `OBJECTIVES[name].function` is what a training loop calls;
`OBJECTIVES[name].bind(constants)` is the loss of a head's outputs alone, with its derivatives.

>>> import torch
>>> from verify.numeric.objectives import OBJECTIVES, Targets
>>> loss = OBJECTIVES["mse"].bind(Targets(torch.tensor([[1.0, 0.0]])))
>>> loss.dense_hessian(torch.tensor([[3.0, 2.0]]))
tensor([[[1., 0.],
         [0., 1.]]])
"""

from __future__ import annotations

from typing import Any

from verify.numeric.objectives.base import Loss, Objective
from verify.numeric.objectives.contrastive import (
    INFO_NCE,
    MOCO,
    NT_XENT,
    Keys,
    Temperature,
    info_nce,
    moco,
    nt_xent,
)
from verify.numeric.objectives.derivatives import Invariance, Jet
from verify.numeric.objectives.distillation import (
    BYOL,
    DINO,
    SIMSIAM,
    Teacher,
    byol,
    dino,
    simsiam,
)
from verify.numeric.objectives.redundancy import (
    BARLOW_TWINS,
    VICREG,
    BarlowWeight,
    VICRegWeights,
    barlow_twins,
    vicreg,
)
from verify.numeric.objectives.regression import (
    MSE,
    NEGATIVE_COSINE,
    SOFTMAX_CROSS_ENTROPY,
    Labels,
    Targets,
    mse,
    negative_cosine,
    softmax_cross_entropy,
)

OBJECTIVES: dict[str, Objective[Any]] = {
    objective.name: objective
    for objective in (
        INFO_NCE,
        NT_XENT,
        MOCO,
        DINO,
        BYOL,
        SIMSIAM,
        VICREG,
        BARLOW_TWINS,
        MSE,
        SOFTMAX_CROSS_ENTROPY,
        NEGATIVE_COSINE,
    )
}
"""Every objective by name."""

__all__ = [
    "NEGATIVE_COSINE",
    "OBJECTIVES",
    "BarlowWeight",
    "Invariance",
    "Jet",
    "Keys",
    "Labels",
    "Loss",
    "Objective",
    "Targets",
    "Teacher",
    "Temperature",
    "VICRegWeights",
    "barlow_twins",
    "byol",
    "dino",
    "info_nce",
    "moco",
    "mse",
    "negative_cosine",
    "nt_xent",
    "simsiam",
    "softmax_cross_entropy",
    "vicreg",
]

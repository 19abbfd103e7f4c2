"""The public names of `verify.numeric`, where they are re-exported when they are asked for."""

from __future__ import annotations

from verify.numeric.activations import ACTIVATIONS, SMOOTH, Activation
from verify.numeric.autodiff import (
    AutodiffProducts,
    UndifferentiableError,
    gradient_and_product,
)
from verify.numeric.batchnorm import BatchNorm
from verify.numeric.certificates import (
    Certificate,
    Sign,
    SpectrumEnclosure,
    certify_sign,
    enclose_spectrum,
    rayleigh_quotient,
)
from verify.numeric.effective_hessian import (
    CurvaturePlan,
    EffectiveHessian,
    Terms,
    interaction,
    pullback,
    rounding_majorant,
)
from verify.numeric.effective_rank import EffectiveRanks, effective_ranks
from verify.numeric.heads import Head, Trace, near_kink
from verify.numeric.inertia import Inertia
from verify.numeric.lanczos import ExtremeEigenpairs, extreme_eigenpairs
from verify.numeric.modules import head_of
from verify.numeric.objectives import (
    OBJECTIVES,
    BarlowWeight,
    Invariance,
    Keys,
    Labels,
    Loss,
    Objective,
    Targets,
    Teacher,
    Temperature,
    VICRegWeights,
    barlow_twins,
    byol,
    dino,
    info_nce,
    moco,
    mse,
    negative_cosine,
    nt_xent,
    simsiam,
    softmax_cross_entropy,
    vicreg,
)
from verify.numeric.operators import MatrixOperator, SymmetricOperator, symmetrised
from verify.numeric.parameters import of_parameters
from verify.numeric.products import HeadProducts
from verify.numeric.released_objectives import (
    RELEASED,
    barlow_twins_released,
    vicreg_released,
)

__all__ = [
    "ACTIVATIONS",
    "OBJECTIVES",
    "RELEASED",
    "SMOOTH",
    "Activation",
    "AutodiffProducts",
    "BarlowWeight",
    "BatchNorm",
    "Certificate",
    "CurvaturePlan",
    "EffectiveHessian",
    "EffectiveRanks",
    "ExtremeEigenpairs",
    "Head",
    "HeadProducts",
    "Inertia",
    "Invariance",
    "Keys",
    "Labels",
    "Loss",
    "MatrixOperator",
    "Objective",
    "Sign",
    "SpectrumEnclosure",
    "SymmetricOperator",
    "Targets",
    "Teacher",
    "Temperature",
    "Terms",
    "Trace",
    "UndifferentiableError",
    "VICRegWeights",
    "barlow_twins",
    "barlow_twins_released",
    "byol",
    "certify_sign",
    "dino",
    "effective_ranks",
    "enclose_spectrum",
    "extreme_eigenpairs",
    "gradient_and_product",
    "head_of",
    "info_nce",
    "interaction",
    "moco",
    "mse",
    "near_kink",
    "negative_cosine",
    "nt_xent",
    "of_parameters",
    "pullback",
    "rayleigh_quotient",
    "rounding_majorant",
    "simsiam",
    "softmax_cross_entropy",
    "symmetrised",
    "vicreg",
    "vicreg_released",
]

"""What 3.1 trains: VICReg as released, and runs whose outputs collapsed say so."""

from __future__ import annotations

import pytest
import torch

from theorems.thm31 import trained
from theorems.thm31.trained import CONFIGS, Conditions, bound, collapse
from verify.numeric.objectives import OBJECTIVES, VICRegWeights
from verify.numeric.released_objectives import vicreg_released

VICREG = CONFIGS["VICReg as released, linear head"]


def test_vicreg_is_the_released_code_s() -> None:
    """The same number as its repository's loss with the weights 25, 25 and 1."""
    views = torch.randn(2, 8, VICREG.output, dtype=torch.float64)
    ours = OBJECTIVES["vicreg"].function(*views, VICREG.weights)
    assert ours.item() == pytest.approx(vicreg_released(*views, VICRegWeights()).item(), rel=1e-12)
    assert bound(VICREG).unchecked(views.flatten(0, 1)).item() == pytest.approx(ours.item())


def test_outputs_that_collapsed_are_told() -> None:
    def state(deviation: float) -> Conditions:
        return Conditions(1, 1, 1, 1, 1, 1, deviation)

    kept, lost = (state(1.0), state(0.11)), (state(1.0), state(0.1))
    assert collapse([kept, kept]) == ""
    assert collapse([kept, lost, lost]) == ", and its outputs collapsed in 2"
    assert trained.COLLAPSED == 0.1

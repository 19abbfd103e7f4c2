"""What state a head is in: has it collapsed, is that stable, and what does the head cost.

>>> import torch
>>> from verify.diagnose import diagnose
>>> found = diagnose(torch.nn.Identity(), "simsiam", torch.ones(8, 4), views=torch.ones(8, 4))
>>> print(found.verdict)
Completely collapsed, at a critical point where no resolved curvature repels. Loss, gradient and curvature are those with targets held constant.
"""

from __future__ import annotations

from verify.diagnose.core import diagnose
from verify.diagnose.findings import Answer, Diagnosis, DiagnosisError, Strength
from verify.diagnose.track import CurvatureTrack

__all__ = ["Answer", "CurvatureTrack", "Diagnosis", "DiagnosisError", "Strength", "diagnose"]

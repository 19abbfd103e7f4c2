"""Activations, heads, objectives, curvature and properties in numbers. Knows no theorem.

>>> import torch
>>> from verify.numeric import EffectiveHessian, extreme_eigenpairs
>>> z = torch.ones(2, dtype=torch.float64)
>>> hessian = EffectiveHessian(lambda z: 3 * z, lambda u: u.prod(), z)
>>> extreme_eigenpairs(hessian).values.round(decimals=12).tolist()
[-9.0, 9.0]
"""

from __future__ import annotations

from typing import Any

__all__ = ["EffectiveHessian", "extreme_eigenpairs"]


def __getattr__(name: str) -> Any:
    """Import the two names above when they are first asked for: they need PyTorch."""
    if name == "EffectiveHessian":
        from verify.numeric.effective_hessian import EffectiveHessian

        return EffectiveHessian
    if name == "extreme_eigenpairs":
        from verify.numeric.lanczos import extreme_eigenpairs

        return extreme_eigenpairs
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""The curvature of heads and losses in numbers: a library of its own, which knows no theorem.

`public` lists what ``from verify.numeric import ...`` gives. Exact matrices are in `rational`.

>>> import torch
>>> from verify.numeric import EffectiveHessian, extreme_eigenpairs
>>> z = torch.ones(2, dtype=torch.float64)
>>> hessian = EffectiveHessian(lambda z: 3 * z, lambda u: u.prod(), z)
>>> extreme_eigenpairs(hessian).values.round(decimals=12).tolist()
[-9.0, 9.0]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verify.numeric.public import *  # noqa: F403
    from verify.numeric.public import __all__ as __all__
else:

    def __getattr__(name: str) -> object:
        """Import what is public when it is first asked for: it needs PyTorch."""
        import verify.numeric.public as public

        if name == "__all__" or name in public.__all__:
            return getattr(public, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""How many dimensions representations use: three effective ranks that go by one name, kept apart.

Each is the exponential of the entropy of a spectrum divided by its sum; they differ in the spectrum:

    Roy and Vetterli   singular values of the centred rows
    RankMe             singular values of the rows as they are, plus a constant
    von Neumann        squares of the first: eigenvalues of the covariance

O. Roy and M. Vetterli, The effective rank: a measure of effective dimensionality, EUSIPCO 2007,
definition 1, of any matrix; Q. Garrido, R. Balestriero, L. Najman and Y. LeCun, RankMe, ICML 2023,
eq. 1; after J. Kim et al., VNE: an effective method for improving deep representation by
manipulating eigenvalue distribution, CVPR 2023, eq. 3, who take rows of length 1, uncentred: the
centring of the first and the last is ours. Singular values (3, 1) have 1.7548, their squares 1.3841.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

RANKME_EPSILON = 1e-7
"""What RankMe adds to every share of a singular value (Garrido et al. 2023, eq. 1)."""


@dataclass(frozen=True)
class EffectiveRanks:
    """Effective ranks of rows (n, d), by whom they are defined.

    Attributes:
        roy_vetterli: of the singular values of the centred rows; 0 where they are collapsed.
        rankme: of the singular values of the rows themselves, with RankMe's constant: each of the
            min(n, d) values that is 0 multiplies it by about 1 + 1.6e-6.
        von_neumann: of the eigenvalues of the covariance; 0 where the rows are collapsed.
        collapsed: whether all rows are one, to within the rounding of their type.
    """

    roy_vetterli: float
    rankme: float
    von_neumann: float
    collapsed: bool


def effective_ranks(rows: Tensor) -> EffectiveRanks:
    """The effective ranks of rows (n, d), any n and d of at least 1, computed in float64.

    Rows count as one where they differ from the first by less than ``4 sqrt(d) eps`` of its length,
    what rounding makes of a sum of d terms (Higham and Mary 2019).

    Raises:
        TypeError: if the rows are not a real floating-point tensor.
        ValueError: if they are not of shape (n, d), or not finite.

    >>> import torch
    >>> found = effective_ranks(torch.tensor([[3.0, 1.0], [-3.0, 1.0], [3.0, -1.0], [-3.0, -1.0]]))
    >>> round(found.roy_vetterli, 4), round(found.von_neumann, 4), found.collapsed
    (1.7548, 1.3841, False)
    """
    if not isinstance(rows, Tensor) or not rows.dtype.is_floating_point:
        kind = rows.dtype if isinstance(rows, Tensor) else type(rows).__name__
        raise TypeError(
            f"An effective rank is that of rows (n, d) of real floating point; it was given {kind}."
        )
    if rows.ndim != 2 or rows.numel() == 0:
        raise ValueError(
            f"An effective rank is that of rows (n, d), at least one row and one column; the shape was {tuple(rows.shape)}."
        )
    if not bool(rows.isfinite().all()):
        raise ValueError(
            f"{int((~rows.isfinite()).any(1).sum())} of {len(rows)} rows hold NaN or infinity, so they have no effective rank. Look for the step at which the training diverged."
        )
    x = rows.detach().double()
    x = x / x.abs().max().clamp(min=torch.finfo(x.dtype).tiny)  # neither overflows nor underflows
    apart = x - x[0]
    rounding = 4 * math.sqrt(x.shape[1]) * torch.finfo(rows.dtype).eps
    collapsed = bool((apart.norm(dim=1) <= rounding * x[0].norm()).all())
    whole = torch.linalg.svdvals(x)
    rankme = _entropy(_shares(whole) + RANKME_EPSILON) if bool(whole.any()) else 0.0
    if collapsed:
        return EffectiveRanks(0.0, rankme, 0.0, True)
    apart = apart - apart.mean(0)
    singular = torch.linalg.svdvals(apart / apart.abs().max())
    return EffectiveRanks(
        _entropy(_shares(singular)), rankme, _entropy(_shares(singular.square())), False
    )


def _shares(spectrum: Tensor) -> Tensor:
    return spectrum / spectrum.sum()


def _entropy(shares: Tensor) -> float:
    """The exponential of Shannon's entropy in nats; 0 log 0 is 0."""
    return float(torch.special.entr(shares).sum().exp())

"""False variants of 5.1: near-misses that the true claims must refute."""

from __future__ import annotations

from theorems.thm51.groups import FIBRES, GROUP, LIMIT
from theorems.thm51.properties import (
    COMPOSED,
    DISCRETE,
    KINK,
    ORDER,
    RANK,
    REPARAMETRISED,
)

ORDER_FORWARD = ORDER.mutant(
    "one-sided differences approach the Jacobian-vector products at second order", central=False
)

KINK_OTHER = KINK.mutant(
    "at the identity forward differences approach the derivatives from below: it is no kink",
    other=True,
)

DIMENSION = RANK.mutant(
    "the dimension is the number of parameters, with two of them for brightness", collinear=1
)

REPARAMETRISATIONS = {
    "smooth": REPARAMETRISED.mutant(
        r"the tangent space does not change under any smooth $\psi$: $\theta = \theta_0 + D \eta^3$",
        power=3,
    ),
    "into": REPARAMETRISED.mutant(
        r"the tangent space does not change where $D\psi$ is not onto", kept=7
    ),
}
"""Near-misses of the change of parameters."""

COMPOSED_ONE = COMPOSED.mutant(
    "the tangent space of brightness after contrast is that of contrast", keep=(0,)
)

FLIP = DISCRETE.mutant(
    r"$\mathrm{enc}$ of the flipped image less $\mathrm{enc}(x)$ lies in the tangent space",
    finite=True,
)

GROUPS = {
    "fixed": GROUP.mutant(r"$\mathcal{V}(gz) = \mathcal{V}(z)$", move=False),
    "free": GROUP.mutant(
        r"the dimension of $\mathcal{V}(z)$ is that of the group", claimed="algebra"
    ),
    "constant": GROUP.mutant(
        r"the dimension of $\mathcal{V}(z)$ is the same at every $z$: it does not drop at the origin",
        claimed="constant",
    ),
}
"""Near-misses of the group action."""

LIMIT_RISES = LIMIT.mutant(
    r"$\dim \mathcal{V}$ can only jump up at a limit: it is at least that of the points beside it",
    rises=True,
)

FIBRE = {
    "vanishing": FIBRES.mutant(
        r"the same for any $p \geq 0$: $\mathcal{V}$ depends on $z$ only", floor=False
    ),
    "maps": FIBRES.mutant(
        r"the same, and the tangent maps agree: the encoder is equivariant", maps=True
    ),
}
"""Near-misses of the condition on fibres: vanishing tangents, and equivariance as a necessity."""

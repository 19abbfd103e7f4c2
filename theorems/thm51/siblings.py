"""False siblings of 5.1: near-misses that the true claims must refute."""

from __future__ import annotations

from theorems.thm51.properties import (
    COMPOSED,
    DISCRETE,
    GROUP,
    ORDER,
    RANK,
    REPARAMETRISED,
)

ORDER_FORWARD = ORDER.sibling(
    "one-sided differences approach the Jacobian-vector products at second order", central=False
)

DIMENSION = RANK.sibling(
    "the dimension is the number of parameters, with two of them for brightness", collinear=1
)

REPARAMETRISATIONS = {
    "smooth": REPARAMETRISED.sibling(
        r"the tangent space does not change under any smooth $\psi$: $\theta = \theta_0 + D \eta^3$",
        power=3,
    ),
    "into": REPARAMETRISED.sibling(
        r"the tangent space does not change where $D\psi$ is not onto", kept=5
    ),
}
"""Near-misses of the change of parameters."""

COMPOSED_ONE = COMPOSED.sibling(
    "the tangent space of brightness after contrast is that of contrast", keep=(0,)
)

FLIP = DISCRETE.sibling(
    r"$\mathrm{enc}$ of the flipped image less $\mathrm{enc}(x)$ lies in the tangent space",
    finite=True,
)

GROUPS = {
    "fixed": GROUP.sibling(r"$\mathcal{V}(gz) = \mathcal{V}(z)$", move=False),
    "constant": GROUP.sibling(
        r"the dimension of $\mathcal{V}(z)$ is 2 at every $z$: it does not drop at the origin",
        dimension=2,
    ),
}
"""Near-misses of the group action; the second also refutes that it can only jump up at a limit."""

"""False variants of 5.3: near-misses that the true claims must refute."""

from __future__ import annotations

from theorems.thm53.fisher import SOFTMAX
from theorems.thm53.models import GAUSSIAN, LAW, PROCESSING
from theorems.thm53.properties import ATTAINED, FREE, ORDER, RANK, TRANSVERSAL, compressed

RANKS = {
    "published": RANK.mutant(
        r"$\operatorname{rank} A \leq \operatorname{rank} I - \dim V$ for every admissible $A$",
        overlap=0,
    ),
    "minus": RANK.mutant(
        r"$\operatorname{rank} A \leq \operatorname{rank} I - \dim V - \dim(\ker I \cap V)$",
        overlap=-1,
    ),
    "always-equal": RANK.mutant(
        r"$\operatorname{rank} A = \operatorname{rank} I - \dim V + \dim(\ker I \cap V)$ always",
        equality=True,
    ),
    "attained.published": ATTAINED.mutant(
        r"the rank of $I/V$ is $\operatorname{rank} I - \dim V$", overlap=0
    ),
}
"""Near-misses of the rank bound."""

TRANSVERSAL_SLACK = TRANSVERSAL.mutant(
    r"where $\ker I \cap V = 0$, the rank of $I/V$ is below $\operatorname{rank} I - \dim V$",
    slack=1,
)

ORDERS = {
    "compressed": ORDER.mutant(r"$A \preceq I - P_V I P_V$", operator=compressed),
    "reverse": ORDER.mutant(r"$A \succeq I/V$", reverse=True),
}
"""Near-misses of the Loewner bound."""

FREE_COSTS = FREE.mutant(r"invariance along $V \subseteq \ker I$ costs $\dim V$", cost=1)

GAUSSIANS = {
    "compressed": GAUSSIAN.mutant(
        r"$P^T (P \Sigma P^T)^{-1} P = I_z - P_V I_z P_V$", operator=compressed
    ),
    "unwhitened": GAUSSIAN.mutant(r"$P^T P = \Sigma^{-1}/\ker P$", whiten=False),
}
"""Near-misses of the closed form."""

PROCESSINGS = {
    "reverse": PROCESSING.mutant(r"$I_h \succeq I_z$", reverse=True),
    "always": PROCESSING.mutant(r"$I_h = I_z$ for every $h$", always=True),
    "scalar": PROCESSING.mutant(
        r"$\operatorname{rank} I_h \leq 1$ for every $h$ with one component", scalar=True
    ),
}
"""Near-misses of data processing."""

LAW_ACROSS = LAW.mutant(
    "the same for a parameter along which mass moves between any outcomes", parameter=0
)

SOFTMAX_UNCENTRED = SOFTMAX.mutant(
    r"the Fisher matrix of $\operatorname{softmax}(Wz + b)$ is $W^T \operatorname{diag}(p) W$",
    centred=False,
)

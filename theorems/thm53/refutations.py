"""Counterexamples to the published bound, in exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import sympy as sp

from theorems.thm53.bounds import rank_bound
from theorems.thm53.latents import Latent, Row, hypotheses, theta2
from theorems.thm53.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.counterexample import Value, counterexample
from verify.claims.describe import describe, shown
from verify.claims.evidence import Finding


def refute(model: Latent, reading: str, ctx: Context) -> Finding:
    """A model that satisfies a reading's hypotheses and exceeds its bound, by exact ranks."""
    rank = model.moment_rank
    bound = rank_bound(model.information.rank(), model.tangent.rank())
    moments = " and ".join(map(shown, model.moments))
    return counterexample(
        STATEMENT,
        reading,
        describe(model),
        hypotheses(model, reading),
        (
            rf"$\operatorname{{rank}} I_h \geq {rank}$, the rank of the derivative of $E[h]$ and $E[h^2]$, which are {moments}: along $v$ they change by $E[h s]$ and $E[h^2 s]$ with the score $s$ of $h$, and $s = 0$ where $I_h v = 0$; and the bound is ${bound}$",
            rank <= bound,
        ),
        f"$h =$ {shown(model.h)}: rank at least {rank}, where the bound is {bound}.",
    )


z = sp.symbols("z1:4", real=True)


@dataclass(frozen=True)
class TwoModels:
    """p(y|z) = N(m(z), 1) and q(y|h) = N(h(z), 1), of unit covariance, z in R^3, and one direction v."""

    mean: Annotated[Row, r"mean of $p(y \mid z)$"]
    h: Annotated[Row, r"$h(z)$, mean of $q(y \mid h)$"]
    v: Annotated[Row, "$v$"]

    @property
    def information(self) -> tuple[sp.Matrix, sp.Matrix]:
        """The Fisher matrices about z; the means here are linear, so they do not depend on z."""
        slopes = [sp.Matrix(mean).jacobian(z) for mean in (self.mean, self.h)]
        return slopes[0].T * slopes[0], slopes[1].T * slopes[1]

    @property
    def hypotheses(self) -> dict[str, Value]:
        """Those of the reading `models`."""
        of_z = set().union(*(e.free_symbols for e in (*self.mean, *self.h))) <= set(z)
        change = sp.Matrix(self.h).jacobian(z) * sp.Matrix(self.v)
        i_z, i_h = map(shown, self.information)
        return {
            "models": (
                f"$m$ and $h$ are {'' if of_z else 'not '}functions of $z$: $I_z = Dm^T Dm =$ {i_z}, $I_h = J_h^T J_h =$ {i_h}",
                of_z,
            ),
            "point": (f"$J_h v =$ {shown(change)}", change.is_zero_matrix is True),
        }


def two_models(pair: TwoModels, reading: str, ctx: Context) -> Finding:
    """Two models of which the second is no function of the first, and exceeds the bound."""
    i_z, i_h = pair.information
    rank, bound = i_h.rank(), rank_bound(i_z.rank(), sp.Matrix(pair.v).rank())
    return counterexample(
        STATEMENT,
        reading,
        describe(pair),
        pair.hypotheses,
        (rf"$\operatorname{{rank}} I_h = {rank}$, the bound is ${bound}$", rank <= bound),
        f"Two unrelated models: rank {rank}, where the bound is {bound}.",
    )


UNRELATED = TwoModels((z[0], z[2]), (z[0], z[1]), (sp.S.Zero, sp.S.Zero, sp.S.One))
"""The first model sees z1 and z3, the second z1 and z2, and v is e3."""

SEES_ALL = replace(UNRELATED, mean=z)
"""The first model sees all of z: the bound is attained."""

TWO_MODELS_VIOLATIONS = {
    "models": replace(UNRELATED, h=(z[0], z[1] + theta2)),
    "point": replace(UNRELATED, v=(sp.S.Zero, sp.S.One, sp.S.Zero)),
}

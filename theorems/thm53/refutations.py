"""Counterexamples to the published bound, in exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp

from theorems.thm53.latents import (
    CIRCLE,
    CUBE,
    HALF_KNOWN,
    PARABOLA,
    Latent,
    hypotheses,
    normal_moment,
    theta1,
    theta2,
    z,
    z1,
    z2,
)
from theorems.thm53.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.counterexample import Value, counterexample
from verify.claims.evidence import Finding, Outcome, Table


def refute(model: Latent, reading: str, ctx: Context) -> Finding:
    """A model that satisfies a reading's hypotheses and exceeds its bound, by exact ranks."""
    rank_z, rank_h = model.information.rank(), model.moment_rank
    dimension = model.tangent.rank()
    moments = " and ".join(f"${sp.latex(moment)}$" for moment in model.moments)
    return counterexample(
        STATEMENT,
        reading,
        (
            (r"$\theta$", f"${sp.latex(sp.Matrix(model.at).T)}^T$"),
            ("mean of $z$", f"${sp.latex(sp.Matrix(model.means).T)}^T$"),
            ("variances of $z$", f"${sp.latex(sp.Matrix(model.variances).T)}^T$"),
            ("$h(z)$", f"${sp.latex(model.h)}$"),
            ("orbit", f"${sp.latex(sp.Matrix(model.orbit).T)}^T$"),
        ),
        hypotheses(model, reading),
        (
            rf"$\operatorname{{rank}} I_h \geq {rank_h}$, the rank of the derivative of $E h$ and "
            rf"$E h^2$, which are {moments}: along $v$ they change by $E h s$ and $E h^2 s$ with the "
            rf"score $s$ of $h$, and $s = 0$ where $I_h v = 0$; and $\operatorname{{rank}} I_z - \dim "
            rf"\mathcal{{V}}_{{\mathrm{{aug}}}} = {rank_z} - {dimension}$",
            rank_h <= rank_z - dimension,
        ),
        rf"$h = {sp.latex(model.h)}$: rank at least {rank_h}, where the bound is "
        f"{rank_z - dimension}.",
    )


@dataclass(frozen=True)
class TwoModels:
    """p(y|z) = N(m(z), 1) and q(y|h) = N(h, 1), of unit covariance, with a head h and V in R^2.

    Attributes:
        mean: m(z).
        h: h(z).
        v: a basis of V_aug as columns; none for no augmentation.
    """

    mean: tuple[sp.Expr, ...]
    h: tuple[sp.Expr, ...]
    v: tuple[tuple[int, int], ...] = ()

    def evaluated(self) -> dict[str, Value]:
        """The hypotheses of the reading `models`."""
        i_z, i_h = self.information
        of_z = set().union(*(e.free_symbols for e in (*self.mean, *self.h))) <= set(z)
        change = sp.Matrix(self.h).jacobian(z) * self.directions
        text = f"$J_h V = {sp.latex(change)}$" if self.v else "$V = 0$: no augmentation"
        return {
            "models": (
                rf"$m$ and $h$ are {'' if of_z else 'not '}functions of $z$: $I_z = Dm^T Dm = "
                rf"{sp.latex(i_z)}$, $I_h = J_h^T J_h = {sp.latex(i_h)}$",
                of_z,
            ),
            "point": (text, change.is_zero_matrix is True),
        }

    @property
    def directions(self) -> sp.Matrix:
        """V as a matrix, (2, q)."""
        return sp.Matrix(2, len(self.v), lambda i, j: self.v[j][i])

    @property
    def information(self) -> tuple[sp.Matrix, sp.Matrix]:
        """The Fisher matrices about z; the means here are linear, so they do not depend on z."""
        slopes = [sp.Matrix(mean).jacobian(z) for mean in (self.mean, self.h)]
        return slopes[0].T * slopes[0], slopes[1].T * slopes[1]


UNRELATED = TwoModels(mean=(z1,), h=(z1, z2))
"""The first model sees z1 only, the second all of z."""


def two_models(pair: TwoModels, ctx: Context) -> Finding:
    """Two models of which the second is no function of the first: ranks 2 and 1."""
    i_z, i_h = pair.information
    bound = i_z.rank() - pair.directions.rank()
    return counterexample(
        STATEMENT,
        "models",
        (
            ("$p(y \\mid z)$", f"normal, unit covariance, mean ${sp.latex(pair.mean)}$"),
            ("$q(y \\mid h)$", f"normal, unit covariance, mean $h(z) = {sp.latex(pair.h)}$"),
        ),
        pair.evaluated(),
        (
            rf"$\operatorname{{rank}} I_h = {i_h.rank()}$, the bound is ${bound}$",
            i_h.rank() <= bound,
        ),
        f"Two unrelated models: rank {i_h.rank()}, where the bound is {bound}.",
    )


def hypotheses_can_fail(ctx: Context) -> Finding:
    """Every evaluated hypothesis fails at a model made to violate it; true bounds stand."""
    attempts = {
        "fisher": ("invariant", replace(PARABOLA, variances=(sp.S.One, -sp.S.One))),
        "function": ("invariant", replace(PARABOLA, h=z1 - theta2**2)),
        "invariant": ("invariant", replace(PARABOLA, h=z1 + z2**2)),
        "invariant, orbit at rest": ("invariant", replace(PARABOLA, orbit=(z1, z2))),
        "law": ("law", replace(HALF_KNOWN, h=z1 + z2, means=(theta1, theta2))),
        "law, not decided": ("law", PARABOLA),
        "point": ("point", replace(CUBE, point=(sp.S.One,))),
    }
    rows, passed = [], []
    for name, (reading, model) in attempts.items():
        value, holds = hypotheses(model, reading)[name.partition(",")[0]]
        rows.append((name, value))
        passed += [name] if holds else []
    for hypothesis, pair in {
        "point": replace(UNRELATED, v=((0, 1),)),
        "models": replace(UNRELATED, h=(z1, z2 + theta2)),
    }.items():
        value, holds = pair.evaluated()[hypothesis]
        rows.append((f"{hypothesis}, two models", value))
        passed += [rows[-1][0]] if holds else []
    # With equal variances the law turns with its mean, along the orbits; then the bound is kept.
    round_ = refute(replace(CIRCLE, variances=(sp.S.One, sp.S.One)), "invariant", ctx)
    rows.append(("circles along which the law moves", round_.summary))
    passed += [rows[-1][0]] if round_.outcome is not Outcome.SURPRISE else []
    mean, variance, t = sp.symbols("mean variance t")
    generating = sp.exp(mean * t + variance * t**2 / 2)
    for order in range(7):
        rows.append(
            (f"moment {order} of the normal law", str(normal_moment(order, mean, variance)))
        )
        expected = generating.diff(t, order).subs(t, 0)
        wrong = sp.expand(normal_moment(order, mean, variance) - expected) != 0
        passed += [rows[-1][0]] if wrong else []
    for name, blunt in {
        "moments of a constant head": replace(PARABOLA, h=sp.S.One + 0 * z1),
        "moments of a linear head": replace(PARABOLA, h=z1),
    }.items():
        rows.append((name, f"rank certified: {blunt.moment_rank}"))
        passed += [name] if blunt.moment_rank > 1 else []
    return Finding(
        outcome=Outcome.SURPRISE if passed else Outcome.AS_STATED,
        summary=f"Not as it must be: {', '.join(passed)}."
        if passed
        else "Each hypothesis fails at the model made to violate it, moments certify no more rank "
        "than there is, and are derivatives of the generating function.",
        cases=len(rows),
        tables=(
            Table(
                title="Models that must be void, and moments",
                columns=("violated or computed", "found"),
                rows=tuple(rows),
            ),
        ),
    )

"""Counterexamples to 3.1 in exact arithmetic: losses that no head of the class whitens."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from theorems.thm31.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.counterexample import Value, counterexample
from verify.claims.evidence import Finding, Outcome, Table
from verify.symbolic.exact_head import all_of
from verify.symbolic.smoothness import is_analytic_at

u1, u2 = sp.symbols("u1 u2", real=True)


@dataclass(frozen=True)
class Setting:
    """A loss, the head h_0(z) = W_0 z + b_0 before whitening, z*, and the dimension of S.

    S is R^d wherever dim S = d, so that it is then the only subspace of its dimension.
    """

    loss: sp.Expr
    outputs: tuple[sp.Symbol, ...]
    weight: sp.ImmutableMatrix
    bias: sp.ImmutableMatrix
    at: sp.ImmutableMatrix
    dimension: int

    @property
    def u0(self) -> dict[sp.Symbol, sp.Expr]:
        """h_0(z*)."""
        return dict(zip(self.outputs, self.weight * self.at + self.bias, strict=True))

    @property
    def rho(self) -> sp.Matrix:
        """Gradient of L at h_0(z*)."""
        return sp.Matrix([self.loss.diff(u) for u in self.outputs]).subs(self.u0)

    @property
    def hessian(self) -> sp.Matrix:
        """Hessian of L as a function of u."""
        return sp.hessian(self.loss, self.outputs).applyfunc(sp.simplify)


def hypotheses(setting: Setting, reading: str) -> dict[str, Value]:
    """Evaluate every hypothesis of a reading at a setting."""
    evaluate = {
        "A1": _analytic,
        "fixed": _fixed,
        "affine": lambda s: ("by construction: every $W$ and $b$ is admitted", True),
        "linear": lambda s: (
            rf"every $W$ is admitted; $b_0 = {sp.latex(s.bias.T)}$",
            s.bias.is_zero_matrix is True,
        ),
        "rank": _rank,
        "metric": _metric,
    }
    return {id: evaluate[id](setting) for id in STATEMENT.reading(reading).hypotheses}


def _analytic(s: Setting) -> Value:
    # With no point put in, the signs that decide are those for all real u.
    analytic = is_analytic_at(s.loss, {})
    text = "$L$ is real-analytic" if analytic else "$L$ is not built of analytic functions"
    return text, analytic


def _fixed(s: Setting) -> Value:
    gradient = (s.weight.T * s.rho).applyfunc(sp.simplify)
    return rf"$W_0^T \rho = {sp.latex(gradient.T)}^T$", gradient.is_zero_matrix is True


def _rank(s: Setting) -> Value:
    rank, (k, d) = s.hessian.subs(s.u0).rank(), s.weight.shape
    holds = rank == s.dimension and min(k, d) >= rank
    return rf"$r = {rank}$, $\dim S = {s.dimension}$, $k = {k}$, $d = {d}$", holds


def _metric(s: Setting) -> Value:
    minors = [sp.simplify(s.hessian[:n, :n].det()) for n in range(1, len(s.outputs) + 1)]
    text = rf"leading minors of $\nabla^2 L$: ${', '.join(map(sp.latex, minors))}$"
    return text, all_of(minor.is_positive for minor in minors)


def describe(s: Setting) -> tuple[tuple[str, str], ...]:
    """The setting as (name, value) pairs."""
    k, d = s.weight.shape
    return (
        ("$L(u)$", f"${sp.latex(s.loss)}$, $d = {d}$, $k = {k}$"),
        ("$h_0(z)$", f"$W_0 = {sp.latex(s.weight)}$, $b_0 = {sp.latex(s.bias.T)}^T$"),
        ("$z^*$", f"${sp.latex(s.at.T)}^T$"),
        ("$S$", rf"$\mathbb{{R}}^{d}$, the only subspace of its dimension"),
    )


def _any_weight(k: int, d: int) -> sp.Matrix:
    return sp.Matrix(k, d, sp.symbols(f"w1:{k * d + 1}", real=True))


def _column(*entries: object) -> sp.ImmutableMatrix:
    return sp.ImmutableMatrix(entries)


SADDLE = Setting(
    (u1**2 - u2**2) / 2,
    (u1, u2),
    sp.ImmutableMatrix(sp.eye(2)),
    _column(0, 0),
    _column(0, 0),
    2,
)


def indefinite(ctx: Context) -> Finding:
    """H = diag(1, -1): det(W^T H W) = -(det W)^2 is never det I = 1."""
    w = _any_weight(2, 2)
    determinant = sp.expand((w.T * SADDLE.hessian.subs(SADDLE.u0) * w).det())
    below_zero = sp.expand(determinant + w.det() ** 2) == 0 and (-(w.det() ** 2)).is_nonpositive
    return counterexample(
        STATEMENT,
        "affine-rank",
        describe(SADDLE),
        hypotheses(SADDLE, "affine-rank"),
        (
            rf"for every $W$, $\det(W^T \nabla^2 L \, W) = {sp.latex(sp.factor(determinant))} \leq "
            r"0$, whereas $\det I = 1$",
            below_zero is not True,
        ),
        "A loss Hessian of rank 2 that no head whitens: it has one positive eigenvalue.",
    )


BOWL = Setting(sp.sqrt(1 + u1**2), (u1,), sp.ImmutableMatrix([[0]]), _column(0), _column(1), 1)


def short_bowl(ctx: Context) -> Finding:
    """L = sqrt(1 + u^2), z* = 1: H_eff(1) = w^2 L''(w) is at most 2 / (3 sqrt 3) < 1 for every w."""
    (w,) = _any_weight(1, 1)
    z = sp.Symbol("z", real=True)
    composed = BOWL.loss.subs(u1, w * z)
    h_eff = sp.simplify(composed.diff(z, 2).subs(z, 1))
    bound = sp.Rational(4, 27)
    # x = w^2: the gap is a square times a positive quotient.
    gap = (w**2 - 2) ** 2 * (4 * w**2 + 1) / (27 * (1 + w**2) ** 3)
    below = sp.simplify(h_eff**2 + gap - bound) == 0 and gap.is_nonnegative and bool(bound < 1)
    attained = sp.simplify(h_eff.subs(w, sp.sqrt(2)))
    return counterexample(
        STATEMENT,
        "linear-metric",
        describe(BOWL),
        hypotheses(BOWL, "linear-metric"),
        (
            rf"for every $w$, $H_{{\mathrm{{eff}}}}(1) = {sp.latex(h_eff)}$ and "
            rf"$H_{{\mathrm{{eff}}}}(1)^2 = \frac{{4}}{{27}} - {sp.latex(gap)} < 1$",
            below is not True,
        ),
        "A strictly convex loss that no strictly linear head whitens at $z^* = 1$: the most is "
        rf"$H_{{\mathrm{{eff}}}} = {sp.latex(attained)}$.",
    )


PARABOLOID = Setting(
    (u1**2 + u2**2) / 2,
    (u1, u2),
    sp.ImmutableMatrix([[0, 0], [0, 1]]),
    _column(1, 0),
    _column(0, 0),
    2,
)


def lost_fixed_point(ctx: Context) -> Finding:
    """L = |u|^2 / 2 at u0 = (1, 0): a whitening W is invertible, so W^T rho = 0 forces rho = 0."""
    w, rho = _any_weight(2, 2), PARABOLOID.rho
    pulled = w.T * PARABOLOID.hessian.subs(PARABOLOID.u0) * w
    invertible = sp.expand(pulled.det() - w.det() ** 2) == 0
    recovered = (w.T.adjugate() * (w.T * rho) - w.det() * rho).applyfunc(sp.expand)
    kept_only_if_zero = recovered.is_zero_matrix is True and any(r.is_nonzero for r in rho)
    return counterexample(
        STATEMENT,
        "stays-fixed",
        describe(PARABOLOID),
        hypotheses(PARABOLOID, "stays-fixed"),
        (
            r"whitening needs $(\det W)^2 = \det(W^T W) = 1$, and $\operatorname{adj}(W^T) \, W^T "
            rf"\rho = (\det W) \rho$ with $\rho = {sp.latex(rho.T)}^T$, so $W^T \rho \neq 0$",
            not (invertible and kept_only_if_zero),
        ),
        "Every head that whitens the plane moves $z^*$: it is no longer a critical point.",
    )


def hypotheses_can_fail(ctx: Context) -> Finding:
    """Every evaluated hypothesis fails at a setting made to violate it, which voids the point."""
    moved = sp.ImmutableMatrix(sp.eye(2))
    attempts = {
        "A1": ("linear-metric", Setting(u1**2 + u1 * sp.Abs(u1) / 2, *_like(BOWL))),
        "fixed": ("stays-fixed", Setting(PARABOLOID.loss, (u1, u2), moved, *_rest(PARABOLOID))),
        "linear": (
            "linear-metric",
            Setting(BOWL.loss, (u1,), BOWL.weight, _column(1), BOWL.at, 1),
        ),
        "rank": ("affine-rank", Setting(u1**2 / 2, *_like(SADDLE))),
        "metric": ("linear-metric", Setting(u1**2 / (1 + u1**2), *_like(BOWL))),
    }
    rows, passed = [], []
    for name, (reading, setting) in attempts.items():
        evaluated = hypotheses(setting, reading)
        found = counterexample(STATEMENT, reading, (), evaluated, ("", False), "")
        if evaluated[name][1] or found.outcome is not Outcome.VACUOUS:
            passed.append(name)
        rows.append((name, found.summary))
    return Finding(
        outcome=Outcome.SURPRISE if passed else Outcome.AS_STATED,
        summary=f"Not refused: {', '.join(passed)}."
        if passed
        else "Each hypothesis fails at the point made to violate it.",
        cases=len(rows),
        tables=(
            Table(
                title="Points that must be void",
                columns=("violated", "found"),
                rows=tuple(rows),
            ),
        ),
    )


def _like(
    s: Setting,
) -> tuple[tuple[sp.Symbol, ...], sp.ImmutableMatrix, sp.ImmutableMatrix, sp.ImmutableMatrix, int]:
    return s.outputs, s.weight, *_rest(s)


def _rest(s: Setting) -> tuple[sp.ImmutableMatrix, sp.ImmutableMatrix, int]:
    return s.bias, s.at, s.dimension

"""Counterexamples to 3.1 in exact arithmetic: losses that no head of the class whitens."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp

from theorems.thm31.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.controls import ByConstruction, Refute
from verify.claims.counterexample import Value, counterexample
from verify.claims.evidence import Finding
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
        return sp.hessian(self.loss, self.outputs).applyfunc(self.tidied)

    @staticmethod
    def tidied(entry: sp.Expr) -> sp.Expr:
        """A second derivative, simplified; where the slope has a kink, without point masses."""
        entry = entry.replace(sp.DiracDelta, lambda *_: sp.S.Zero)
        return sp.expand(entry) if entry.has(sp.sign) else sp.simplify(entry)


EVERY_HEAD = ByConstruction("every $W$ and $b$ is admitted")


def hypotheses(setting: Setting, reading: str) -> dict[str, Value]:
    """Evaluate every hypothesis of a reading at a setting."""
    evaluate = {
        "A1": _analytic,
        "fixed": _fixed,
        "affine": lambda s: (f"by construction: {EVERY_HEAD.reason}", True),
        "linear": lambda s: (
            rf"every $W$ is admitted; $b_0 = {sp.latex(s.bias.T)}$",
            s.bias.is_zero_matrix is True,
        ),
        "rank": _rank,
        "metric": _metric,
        "psd": _psd,
        "smaller": lambda s: (
            f"$r = {s.dimension}$, $d = {s.weight.cols}$",
            s.dimension < s.weight.cols,
        ),
        "full": lambda s: (
            rf"$\operatorname{{rank}} W_0 = {s.weight.rank()}$, $k = {s.weight.rows}$",
            s.weight.rank() == s.weight.rows,
        ),
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


def _psd(s: Setting) -> Value:
    hessian = s.hessian.subs(s.u0)
    text = rf"$\nabla^2 L(h_0(z^*)) = {sp.latex(hessian)}$"
    return text, hessian.is_positive_semidefinite is True


def _metric(s: Setting) -> Value:
    minors = [s.tidied(s.hessian[:n, :n].det()) for n in range(1, len(s.outputs) + 1)]
    text = rf"leading minors of $\nabla^2 L$: ${', '.join(map(sp.latex, minors))}$"
    return text, all_of(
        value.is_positive
        for minor in minors
        for value in {minor.subs(dict.fromkeys(minor.atoms(sp.sign), s)) for s in (-1, 0, 1)}
    )


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


def indefinite(s: Setting, reading: str, ctx: Context) -> Finding:
    """det(W^T H W) = (det H) (det W)^2 is never det cI = c^2 > 0 where det H <= 0, as for H = diag(1, -1)."""
    w, hessian = _any_weight(2, 2), s.hessian.subs(s.u0)
    determinant, factor = sp.expand((w.T * hessian * w).det()), hessian.det()
    below_zero = sp.expand(determinant - factor * w.det() ** 2) == 0 and factor.is_nonpositive
    return counterexample(
        STATEMENT,
        reading,
        describe(s),
        hypotheses(s, reading),
        (
            rf"for every $W$, $\det(W^T \nabla^2 L \, W) = {sp.latex(sp.factor(determinant))}$, whereas $\det(cI) = c^2 > 0$ for every factor $c$, as for $c = 1$",
            below_zero is not True,
        ),
        "A loss Hessian of rank 2 that no head whitens: it has one positive eigenvalue.",
    )


BOWL = Setting(sp.sqrt(1 + u1**2), (u1,), sp.ImmutableMatrix([[0]]), _column(0), _column(1), 1)


def short_bowl(s: Setting, reading: str, ctx: Context) -> Finding:
    """L = sqrt(1 + u^2): H_eff(z*) = w^2 L''(w z*) is at most 2 / (3 sqrt 3) / z*^2 for every w."""
    (w,), (at,) = _any_weight(1, 1), s.at
    z = sp.Symbol("z", real=True)
    h_eff = sp.simplify(s.loss.subs(u1, w * z).diff(z, 2).subs(z, at))
    largest, x = sp.Rational(4, 27) / at**4, (w * at) ** 2
    # The gap is a square times a positive quotient.
    gap = (x - 2) ** 2 * (4 * x + 1) / (27 * (1 + x) ** 3) / at**4
    bounded = sp.simplify(h_eff**2 + gap - largest) == 0 and gap.is_nonnegative
    attained = sp.simplify(h_eff.subs(w, sp.sqrt(2) / at))
    return counterexample(
        STATEMENT,
        reading,
        describe(s),
        hypotheses(s, reading),
        (
            rf"for every $w$, $H_{{\mathrm{{eff}}}}(z^*) = {sp.latex(h_eff)}$ and $H_{{\mathrm{{eff}}}}(z^*)^2 = {sp.latex(largest)} - {sp.latex(gap)}$",
            not (bounded and bool(largest < 1)),
        ),
        rf"A strictly convex loss that no strictly linear head whitens at $z^* = {sp.latex(at)}$: the most is $H_{{\mathrm{{eff}}}} = {sp.latex(attained)}$.",
    )


PARABOLOID = Setting(
    (u1**2 + u2**2) / 2,
    (u1, u2),
    sp.ImmutableMatrix([[0, 0], [0, 1]]),
    _column(1, 0),
    _column(0, 0),
    2,
)


def lost_fixed_point(s: Setting, reading: str, ctx: Context) -> Finding:
    """A whitening W of the plane is invertible where det H != 0, so that W^T rho = 0 forces rho = 0."""
    w, rho, hessian = _any_weight(2, 2), s.rho, s.hessian.subs(s.u0)
    pulled = w.T * hessian * w
    invertible = sp.expand(pulled.det() - hessian.det() * w.det() ** 2) == 0
    recovered = (w.T.adjugate() * (w.T * rho) - w.det() * rho).applyfunc(sp.expand)
    kept_only_if_zero = recovered.is_zero_matrix is True and any(r.is_nonzero for r in rho)
    return counterexample(
        STATEMENT,
        reading,
        describe(s),
        hypotheses(s, reading),
        (
            rf"whitening needs $\det(\nabla^2 L) (\det W)^2 = 1$, and $\operatorname{{adj}}(W^T) \, W^T \rho = (\det W) \rho$ with $\rho = {sp.latex(rho.T)}^T$, so that $W^T \rho = 0$ needs $\rho = 0$",
            not (invertible and hessian.det().is_nonzero and kept_only_if_zero),
        ),
        "Every head that whitens the plane moves $z^*$: it is no longer a critical point.",
    )


KINK = u1**2 * (2 + sp.sign(u1)) / 2
"""u1^2 + u1 |u1| / 2, with second derivative 2 + sign u1: convex and not C^2."""

CONTROLS: dict[str, tuple[Refute, dict[str, Setting | ByConstruction], Setting]] = {
    "affine-rank": (
        indefinite,
        {
            "A1": replace(SADDLE, loss=SADDLE.loss + KINK),
            "fixed": replace(SADDLE, bias=_column(1, 0)),
            "affine": EVERY_HEAD,
            "rank": replace(SADDLE, loss=u1**2 / 2),
        },
        replace(SADDLE, loss=(u1**2 + u2**2 / 100) / 2),
    ),
    "linear-metric": (
        short_bowl,
        {
            "A1": replace(BOWL, loss=KINK),
            "fixed": replace(BOWL, weight=sp.ImmutableMatrix([[1]])),
            "linear": replace(BOWL, bias=_column(1)),
            "rank": replace(BOWL, dimension=2),
            "metric": replace(BOWL, loss=u1**2 / (1 + u1**2)),
        },
        replace(BOWL, at=_column(sp.Rational(31, 50))),  # 0.62^2 < 2 / (3 sqrt 3) < 0.6205^2
    ),
    "stays-fixed": (
        lost_fixed_point,
        {
            "A1": replace(PARABOLOID, loss=KINK + u2**2 / 2),
            "fixed": replace(PARABOLOID, weight=sp.ImmutableMatrix(sp.eye(2))),
            "affine": EVERY_HEAD,
            "rank": replace(PARABOLOID, dimension=1),
            "metric": replace(PARABOLOID, loss=SADDLE.loss),
        },
        replace(PARABOLOID, bias=_column(0, 0)),
    ),
}
"""By reading: what refutes it, for each hypothesis a setting that violates it alone, a mild setting."""

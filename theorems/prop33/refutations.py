"""Counterexamples to 3.3 in exact arithmetic: curved losses that a constant head whitens everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from theorems.prop33.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.counterexample import Value, counterexample
from verify.claims.evidence import Finding, Outcome, Table
from verify.symbolic.curvature import Curvature
from verify.symbolic.exact_head import all_of


@dataclass(frozen=True)
class CurvedLoss:
    """A loss with a point and a coordinate plane at which its curvature is looked at.

    Attributes:
        name: in words.
        loss: L as an expression in `outputs`.
        outputs: u_1, .., u_k.
        d: dimension of z; the head is W = [I_d; 0].
        at: the point u.
        plane: the two coordinates of the plane.
    """

    name: str
    loss: sp.Expr
    outputs: tuple[sp.Symbol, ...]
    d: int
    at: tuple[sp.Expr, ...]
    plane: tuple[int, int]

    @cached_property
    def metric(self) -> sp.Matrix:
        """Hess L as a function of u."""
        return sp.hessian(self.loss, self.outputs)

    @cached_property
    def tensor(self) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
        """R_ijij at the point by Christoffel symbols and by the cubic form, and K."""
        here = dict(zip(self.outputs, self.at, strict=True))
        curvature = Curvature(self.metric, self.outputs, here)
        i, j = self.plane
        by_christoffel = curvature.riemann(i, j, i, j)
        sectional = sp.simplify(by_christoffel / curvature.area(i, j))
        return by_christoffel, curvature.cubic(i, j, i, j), sectional

    @cached_property
    def effective_hessian(self) -> sp.Matrix:
        """Hessian of z -> L(Wz), by differentiating the composition."""
        zs = sp.symbols(f"z1:{self.d + 1}", real=True)
        values = dict(
            zip(self.outputs, (*zs, *[sp.S.Zero] * (len(self.outputs) - self.d)), strict=True)
        )
        return sp.hessian(self.loss.subs(values), zs).applyfunc(sp.simplify)


def u(k: int) -> tuple[sp.Symbol, ...]:
    """u_1, .., u_k."""
    return sp.symbols(f"u1:{k + 1}", real=True)


def rippled(d: int) -> CurvedLoss:
    """L = |u|^2 / 2 + (1 - cos u_{d+1}) cos(u_1) / 8 on R^{d+1}: k = d + 1, the least k > d."""
    us = u(d + 1)
    loss = sum(x**2 for x in us) / 2 + (1 - sp.cos(us[-1])) * sp.cos(us[0]) / 8
    at = (sp.pi / 2, *[sp.S.Zero] * d)
    return CurvedLoss(f"ripple, $k = {d + 1}$", loss, us, d, at, (0, d))


def trinomial(d: int) -> CurvedLoss:
    """L = |u_{1..d}|^2 / 2 + log(1 + e^{u_{d+1}} + e^{u_{d+2}}): the trinomial Fisher metric."""
    us = u(d + 2)
    loss = sum(x**2 for x in us[:d]) / 2 + sp.log(1 + sp.exp(us[d]) + sp.exp(us[d + 1]))
    at = (*[sp.S.Zero] * d, sp.log(2), sp.log(3))
    return CurvedLoss(f"trinomial, $k = {d + 2}$", loss, us, d, at, (d, d + 1))


def hypotheses(loss: CurvedLoss) -> dict[str, Value]:
    """Evaluate every hypothesis of the readings without a condition on k."""
    return {
        "metric": _metric(loss),
        "curved": _curved(loss),
        "constant": (f"by construction: $W = [I_{loss.d}; 0]$", True),
    }


def _metric(loss: CurvedLoss) -> Value:
    if loss.loss.has(sp.sin, sp.cos):
        least = gershgorin(loss.metric)
        return rf"$\nabla^2 L \succeq {sp.latex(least)} I$ by Gershgorin", least.is_positive is True
    size = len(loss.outputs)
    minors = [sp.factor(sp.simplify(loss.metric[:n, :n].det())) for n in range(1, size + 1)]
    text = rf"leading minors of $\nabla^2 L$: ${', '.join(map(sp.latex, minors))}$"
    return text, all_of(minor.is_positive for minor in minors)


def gershgorin(metric: sp.MatrixBase) -> sp.Expr:
    """A lower bound of the eigenvalues of a matrix of trigonometric polynomials, for all arguments."""
    n = metric.rows
    return sp.Min(
        *(
            _range(metric[r, r])[0]
            - sum(max(abs(x) for x in _range(metric[r, c])) for c in range(n) if c != r)
            for r in range(n)
        )
    )


def _range(entry: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Bounds of a polynomial in sines and cosines: each of its non-constant terms has modulus <= 1."""
    waves = sorted(entry.atoms(sp.sin, sp.cos), key=str)
    polynomial = sp.Poly(entry, *waves) if waves else sp.Poly(entry, sp.Dummy())
    centre = spread = sp.S.Zero
    for powers, coefficient in polynomial.terms():
        if any(powers):
            spread += abs(coefficient)
        else:
            centre = coefficient
    return centre - spread, centre + spread


def _curved(loss: CurvedLoss) -> Value:
    by_christoffel, by_cubic, sectional = loss.tensor
    text = (
        rf"at $u = {sp.latex(sp.Matrix(loss.at).T)}^T$: $R_{{ijij}} = {sp.latex(by_christoffel)}$ by "
        rf"Christoffel symbols, ${sp.latex(by_cubic)}$ by the cubic form, $K = {sp.latex(sectional)}$"
    )
    return text, by_christoffel == by_cubic and by_christoffel.is_nonzero is True


def whitened(reading: str, losses: tuple[CurvedLoss, ...], ctx: Context) -> Finding:
    """Curved losses under W = [I; 0]; the witness is the first, all must have H_eff = I everywhere."""
    isotropic = {loss.name: _is_identity(loss.effective_hessian) for loss in losses}
    first = losses[0]
    every = all(isotropic.values()) and all(
        holds for loss in losses for _, holds in hypotheses(loss).values()
    )
    found = counterexample(
        STATEMENT,
        reading,
        describe(first),
        hypotheses(first),
        (
            rf"$H_{{\mathrm{{eff}}}}(z) = {sp.latex(first.effective_hessian)}$ for every $z$: $c = 1$",
            not every,
        ),
        f"Curved and positive definite, with $K = {sp.latex(first.tensor[2])}$, and yet the constant "
        rf"head $W = [I; 0]$ has $H_{{\mathrm{{eff}}}} = I$ everywhere.",
    )
    rows = tuple(
        (
            loss.name,
            f"d = {loss.d}",
            f"${sp.latex(loss.tensor[2])}$",
            _metric(loss)[0],
            "yes" if isotropic[loss.name] else "no",
        )
        for loss in losses
    )
    table = Table(
        title="Curved losses under a constant head",
        columns=("loss", "head", "K", "positive definite", "H_eff = I for all z?"),
        rows=rows,
    )
    return Finding(
        outcome=found.outcome,
        summary=found.summary,
        cases=len(losses),
        witness=found.witness,
        tables=(table,),
    )


def describe(loss: CurvedLoss) -> tuple[tuple[str, str], ...]:
    """The loss as (name, value) pairs."""
    return (
        ("$L(u)$", f"${sp.latex(loss.loss)}$, $d = {loss.d}$, $k = {len(loss.outputs)}$"),
        ("$W$", f"$[I_{loss.d}; 0]$"),
    )


def _is_identity(m: sp.MatrixBase) -> bool:
    return (m - sp.eye(m.rows)).is_zero_matrix is True


def square_barrier(ctx: Context) -> Finding:
    """A curved loss with k = d = 2 that no W whitens: its Hessian takes values that are no multiples."""
    loss = trinomial(0)
    here = [dict(zip(loss.outputs, point, strict=True)) for point in ((0, 0), loss.at)]
    first, second = (loss.metric.subs(point).applyfunc(sp.simplify) for point in here)
    w = sp.Matrix(2, 2, sp.symbols("w1:5", real=True))
    gap = (first - second).applyfunc(sp.simplify)
    # W^T g W = c I at both points makes W^T (g - g') W = 0, so (det W)^2 det(g - g') = 0.
    factored = sp.expand((w.T * gap * w).det() - w.det() ** 2 * gap.det()) == 0
    holds = factored and gap.det().is_nonzero is True
    evaluated = hypotheses(loss)
    evaluated["constant"] = ("by construction: every constant $W$ is considered", True)
    witness = counterexample(
        STATEMENT,
        "some-loss",
        (("$L(u)$", f"${sp.latex(loss.loss)}$, $d = k = 2$"),),
        evaluated,
        (
            rf"between $u = 0$ and $u = (\log 2, \log 3)$ the metric changes by ${sp.latex(gap)}$ with "
            rf"determinant ${sp.latex(gap.det())} \neq 0$; $H_{{\mathrm{{eff}}}} = c I$ at both would "
            r"need $(\det W)^2$ times it to vanish with an invertible $W$",
            holds,
        ),
        "",
    ).witness
    fine = holds and all(ok for _, ok in evaluated.values())
    return Finding(
        outcome=Outcome.AS_STATED if fine else Outcome.SURPRISE,
        summary=rf"With $k = d = 2$ no $W$ whitens the trinomial loss: $\det \Delta g = {gap.det()}$.",
        cases=1,
        witness=witness,
    )


def hypotheses_can_fail(ctx: Context) -> Finding:
    """The evaluated hypotheses fail at losses made to violate them."""
    x, y = u(2)
    flat = CurvedLoss("flat", (x**2 + sp.cosh(y)) / 2, (x, y), 1, (sp.S.Zero, sp.S.One), (0, 1))
    steep = CurvedLoss(
        "steep ripple",
        (x**2 + y**2) / 2 + 2 * (1 - sp.cos(y)) * sp.cos(x),
        (x, y),
        1,
        (sp.pi / 2, sp.S.Zero),
        (0, 1),
    )
    saddle = CurvedLoss("saddle", x**2 - y**2 + x * y**2, (x, y), 1, (sp.S.One, sp.S.One), (0, 1))
    cosine = CurvedLoss(
        "negative cosine", -x / sp.sqrt(x**2 + y**2), (x, y), 1, (sp.S.One, sp.S.One), (0, 1)
    )
    attempts = {
        "curved": flat,
        "metric": steep,
        "metric, polynomial": saddle,
        "metric, negative cosine": cosine,
    }
    return _refused(
        (name, hypotheses(loss)[name.partition(",")[0]]) for name, loss in attempts.items()
    )


def _refused(evaluated: Iterable[tuple[str, Value]]) -> Finding:
    rows = [(name, value[0], "holds" if value[1] else "fails") for name, value in evaluated]
    passed = [name for name, _, verdict in rows if verdict == "holds"]
    return Finding(
        outcome=Outcome.SURPRISE if passed else Outcome.AS_STATED,
        summary=f"Not refused: {', '.join(passed)}."
        if passed
        else "Each hypothesis fails at the loss made to violate it.",
        cases=len(rows),
        tables=(
            Table(
                title="Losses that must be refused",
                columns=("violated", "value", "found"),
                rows=tuple(rows),
            ),
        ),
    )

"""Counterexamples to 3.3 in exact arithmetic: curved losses that a constant head whitens everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Annotated

import msgspec
import sympy as sp

from theorems.prop33.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.counterexample import Value, counterexample
from verify.claims.describe import HIDDEN, describe
from verify.claims.evidence import Finding, Table, finding
from verify.symbolic.curvature import Curvature
from verify.symbolic.exact_head import all_of


@dataclass(frozen=True)
class CurvedLoss:
    """A loss behind a head, with a point and a coordinate plane at which its curvature is looked at.

    Attributes:
        name: in words.
        loss: L as an expression in u1, .., uk.
        head: h(z) in z1, .., zd, with k entries; the candidate is W = [I; 0].
        at: the point u.
        plane: the two coordinates of the plane.
    """

    name: Annotated[str, HIDDEN]
    loss: Annotated[sp.Expr, "$L(u)$"]
    head: Annotated[tuple[sp.Expr, ...], "$h(z)$"]
    at: Annotated[tuple[sp.Expr, ...], HIDDEN]
    plane: Annotated[tuple[int, int], HIDDEN]

    @property
    def outputs(self) -> tuple[sp.Symbol, ...]:
        """u_1, .., u_k."""
        return symbols("u", len(self.head))

    @property
    def inputs(self) -> tuple[sp.Symbol, ...]:
        """z_1, .., z_d."""
        return tuple(sorted(sp.Tuple(*self.head).free_symbols, key=str))

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
    def squares(self) -> dict[sp.Expr, sp.Expr]:
        """By e^s with a square s in the loss: 1 + s + r with r >= 0, since e^s >= 1 + s."""
        exponents = sorted((e.args[0] for e in self.loss.atoms(sp.exp)), key=str)
        return {
            sp.exp(s): 1 + s + sp.Symbol(f"r_{n}", nonnegative=True)
            for n, s in enumerate(exponents)
            if s.is_nonnegative
        }

    @cached_property
    def everywhere(self) -> sp.Expr:
        """K of the plane as a function of u, by the cubic form; with sines at u = 0 alone."""
        here = dict.fromkeys(self.outputs, sp.S.Zero)
        if not self.loss.has(sp.sin, sp.cos):
            here = self.squares | {
                sp.exp(u): sp.Symbol(f"y_{n}", positive=True) for n, u in enumerate(self.outputs)
            }
        curvature = Curvature(self.metric.applyfunc(sp.together), self.outputs, here)
        i, j = self.plane
        return sp.factor(curvature.cubic(i, j, i, j) / curvature.area(i, j))

    @cached_property
    def effective_hessian(self) -> sp.Matrix:
        """Hessian of L o h, by differentiating the composition."""
        composed = self.loss.subs(
            dict(zip(self.outputs, self.head, strict=True)), simultaneous=True
        )
        return sp.hessian(composed, self.inputs).applyfunc(sp.simplify)

    @property
    def factor(self) -> sp.Expr | None:
        """c with H_eff = c I for all z, if there is one."""
        c = self.effective_hessian[0, 0]
        apart = (self.effective_hessian - c * sp.eye(len(self.inputs))).applyfunc(sp.simplify)
        return c if apart.is_zero_matrix else None


def symbols(letter: str, size: int) -> tuple[sp.Symbol, ...]:
    """A letter with the indices 1, .., size."""
    return sp.symbols(f"{letter}1:{size + 1}", real=True)


def padded(d: int, k: int) -> tuple[sp.Expr, ...]:
    """The head W = [I; 0]: R^d -> R^k."""
    return (*symbols("z", d), *[sp.S.Zero] * (k - d))


EIGHTH, HALF = sp.Rational(1, 8), sp.Rational(1, 2)


def rippled(d: int, amplitude: sp.Expr = EIGHTH) -> CurvedLoss:
    """L = |u|^2 / 2 + a (1 - cos u_{d+1}) cos u_1 on R^{d+1}: k = d + 1, the least k > d."""
    us = symbols("u", d + 1)
    loss = sum(x**2 for x in us) / 2 + amplitude * (1 - sp.cos(us[-1])) * sp.cos(us[0])
    at = (sp.pi / 2, *[sp.S.Zero] * d)
    return CurvedLoss(f"ripple, $k = {d + 1}$", loss, padded(d, d + 1), at, (0, d))


def trinomial(d: int) -> CurvedLoss:
    """L = |u_{1..d}|^2 / 2 + log(1 + e^{u_{d+1}} + e^{u_{d+2}}): the trinomial Fisher metric."""
    us = symbols("u", d + 2)
    loss = sum(x**2 for x in us[:d]) / 2 + sp.log(1 + sp.exp(us[d]) + sp.exp(us[d + 1]))
    at = (*[sp.S.Zero] * d, sp.log(2), sp.log(3))
    return CurvedLoss(f"trinomial, $k = {d + 2}$", loss, padded(d, d + 2), at, (d, d + 1))


def domed(d: int) -> CurvedLoss:
    """L = |u_{1..d-1}|^2 / 2 + log(1 + e^{u_{d+1}} (2 e^{u_d^2 / 2} - 1)): k = d + 1, and K = 1/4 at every point."""
    us = symbols("u", d + 1)
    dome = 2 * sp.exp(us[d - 1] ** 2 / 2) - 1
    loss = sum(x**2 for x in us[: d - 1]) / 2 + sp.log(1 + sp.exp(us[d]) * dome)
    return CurvedLoss(
        f"dome, $k = {d + 1}$", loss, padded(d, d + 1), (sp.S.Zero,) * (d + 1), (d - 1, d)
    )


def hypotheses(loss: CurvedLoss, reading: str) -> dict[str, Value]:
    """Evaluate every hypothesis of a reading without a condition on k."""
    evaluate: dict[str, Callable[[CurvedLoss], Value]] = {
        "metric": _metric,
        "curved": _curved,
        "curved-everywhere": _curved_everywhere,
        "constant": _constant,
    }
    return {id: evaluate[id](loss) for id in STATEMENT.reading(reading).hypotheses}


@cache
def _metric(loss: CurvedLoss) -> Value:
    if loss.loss.has(sp.sin, sp.cos):
        least = gershgorin(loss.metric)
        return rf"$\nabla^2 L \succeq {sp.latex(least)} I$ by Gershgorin", least.is_positive is True
    size = len(loss.outputs)
    metric = loss.metric.applyfunc(lambda entry: sp.together(entry).subs(loss.squares))
    minors = [sp.factor(sp.simplify(metric[:n, :n].det())) for n in range(1, size + 1)]
    text = rf"leading minors of $\nabla^2 L$: ${', '.join(map(sp.latex, minors))}$"
    for square, larger in loss.squares.items():
        (rest,) = larger.free_symbols - square.free_symbols
        text += rf", where ${sp.latex(square)} = {sp.latex(larger)}$ with ${rest} \geq 0$"
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


def _constant(loss: CurvedLoss) -> Value:
    zs = list(loss.inputs)
    weight = sp.Matrix(loss.head).jacobian(zs) if zs else sp.zeros(len(loss.head), 0)
    linear = not weight.free_symbols and all(h.subs(dict.fromkeys(zs, 0)) == 0 for h in loss.head)
    return f"$W = {sp.latex(weight)}$", linear


def _curved(loss: CurvedLoss) -> Value:
    by_christoffel, by_cubic, sectional = loss.tensor
    text = rf"at $u = {sp.latex(sp.Matrix(loss.at).T)}^T$: $R_{{ijij}} = {sp.latex(by_christoffel)}$ by Christoffel symbols, ${sp.latex(by_cubic)}$ by the cubic form, $K = {sp.latex(sectional)}$"
    return text, by_christoffel == by_cubic and by_christoffel.is_nonzero is True


def _curved_everywhere(loss: CurvedLoss) -> Value:
    found = loss.everywhere
    where = "at $u = 0$" if loss.loss.has(sp.sin, sp.cos) else "at every $u$"
    constant = not found.free_symbols and found.is_nonzero is True
    return f"$K = {sp.latex(found)}$ {where}", constant and where == "at every $u$"


def _whitens(loss: CurvedLoss, reading: str) -> bool:
    c = loss.factor
    if c is None or (reading != "varying-factor" and c.free_symbols):
        return False
    return c.is_positive is True


def whitened(losses: tuple[CurvedLoss, ...], reading: str, ctx: Context) -> Finding:
    """Curved losses behind constant heads; the witness is the first, all must be isotropic everywhere."""
    first = losses[0]
    every = all(_whitens(loss, reading) for loss in losses) and all(
        holds for loss in losses[1:] for _, holds in hypotheses(loss, reading).values()
    )
    found = counterexample(
        STATEMENT,
        reading,
        describe(first),
        hypotheses(first, reading),
        (
            rf"$H_{{\mathrm{{eff}}}}(z) = {sp.latex(first.effective_hessian)}$ for every $z$",
            not every,
        ),
        rf"Curved and positive definite, with $K = {sp.latex(first.tensor[2])}$, and yet the constant head $W = [I; 0]$ has $H_{{\mathrm{{eff}}}} = c I$ everywhere, with $c = {sp.latex(first.factor)}$.",
    )
    table = Table(
        title="Curved losses under a constant head",
        columns=(
            "loss",
            "head",
            "sectional curvature K",
            "positive definite",
            "c with H_eff = c I for all z",
        ),
        rows=tuple(
            (
                f"{loss.name}: ${sp.latex(loss.loss)}$",
                f"d = {len(loss.inputs)}",
                f"${sp.latex(loss.tensor[2])}$",
                _metric(loss)[0],
                f"${sp.latex(loss.factor)}$" if loss.factor is not None else "none",
            )
            for loss in losses
        ),
    )
    return msgspec.structs.replace(found, cases=len(losses), tables=(table,))


def square_barrier(ctx: Context) -> Finding:
    """A curved loss with k = d = 2 that no W whitens: its Hessian takes values that are no multiples."""
    loss = trinomial(0)
    here = [dict(zip(loss.outputs, point, strict=True)) for point in ((0, 0), loss.at)]
    first, second = (loss.metric.subs(point).applyfunc(sp.simplify) for point in here)
    w = sp.Matrix(2, 2, sp.symbols("w1:5", real=True))
    gap = (second - first).applyfunc(sp.simplify)
    # W^T g W = c I at both points makes W^T (g' - g) W = 0, so (det W)^2 det(g' - g) = 0.
    factored = sp.expand((w.T * gap * w).det() - w.det() ** 2 * gap.det()) == 0
    holds = factored and gap.det().is_nonzero is True
    evaluated = hypotheses(loss, "some-loss")
    evaluated["constant"] = ("by construction: every constant $W$ is considered", True)
    witness = counterexample(
        STATEMENT,
        "some-loss",
        (("$L(u)$", f"${sp.latex(loss.loss)}$, $d = k = 2$"),),
        evaluated,
        (
            rf"between $u = 0$ and $u = (\log 2, \log 3)$ the metric changes by ${sp.latex(gap)}$ with determinant ${sp.latex(gap.det())} \neq 0$; $H_{{\mathrm{{eff}}}} = c I$ at both with $c > 0$ would need $(\det W)^2$ times it to vanish with an invertible $W$",
            holds,
        ),
        "",
    ).witness
    return finding(
        holds and all(ok for _, ok in evaluated.values()),
        rf"With $k = d = 2$ no $W$ whitens the trinomial loss: $\det \Delta g = {gap.det()}$.",
        cases=1,
        witness=witness,
    )


x, y = symbols("u", 2)
(z,) = symbols("z", 1)
FLAT = CurvedLoss("flat", (x**2 + sp.cosh(y)) / 2, (z, sp.S.Zero), (sp.S.Zero, sp.S.One), (0, 1))
STEEP = rippled(1, HALF)
"""Its Hessian is singular at u = (0, pi): L_11 = 1 - (1 - cos u_2) / 2 there."""

TILTED = replace(rippled(1), loss=rippled(1).loss + 2 * x * y)
"""Its Hessian at 0 is ((1, 2), (2, 9/8)): positive on the diagonal, and indefinite."""

SADDLE = CurvedLoss("saddle", x**2 - y**2 + x * y**2, (z, sp.S.Zero), (sp.S.One,) * 2, (0, 1))
COSINE = CurvedLoss(
    "negative cosine",
    -x / sp.sqrt(x**2 + y**2 + symbols("u", 3)[2] ** 2),
    padded(1, 3),
    (sp.S.One,) * 3,
    (0, 1),
)


def _varied(d: int, added: sp.Expr) -> tuple[CurvedLoss]:
    """A ripple whose least Gershgorin bound is 1/25, with a term that spoils the isotropy."""
    loss = rippled(d, sp.Rational(8, 25))
    return (replace(loss, loss=loss.loss + added / 100),)


MILD = {"constant-factor": _varied(1, sp.cosh(x)), "varying-factor": _varied(2, sp.cosh(x))}
"""On no subspace of dimension d a quadratic: cosh outgrows one off u_1 = 0, and on u_1 = 0 the ripple is no quadratic."""

BENT = replace(rippled(1), head=(z + z**2, sp.S.Zero))
TRINOMIAL = replace(trinomial(0), head=symbols("z", 2))
CONTROLS = {
    name: (reading, {"metric": (metric,), "curved": (FLAT,), "constant": (BENT,)}, MILD[reading])
    for name, reading, metric in (
        ("constant-factor", "constant-factor", STEEP),
        ("tilted", "constant-factor", TILTED),
        ("varying-factor", "varying-factor", SADDLE),
        ("negative-cosine", "constant-factor", COSINE),
    )
} | {
    "curved-everywhere": (
        "curved-everywhere",
        {
            "metric": (replace(TRINOMIAL, loss=-TRINOMIAL.loss, head=(z, sp.S.Zero)),),
            "curved-everywhere": (rippled(1),),
            "constant": (replace(domed(1), head=BENT.head),),
        },
        (TRINOMIAL,),
    )
}
"""By name: the reading, losses that violate each hypothesis alone, and mild ones."""

"""Pairs of heads in exact arithmetic that refute readings of 3.5, and its hypotheses evaluated at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import sympy as sp

from theorems.cor35.bounds import Letters, published
from theorems.cor35.statement import STATEMENT
from verify.claims.controls import ByConstruction
from verify.claims.counterexample import Value
from verify.claims.describe import HIDDEN
from verify.symbolic.exact_head import all_of, eigenvalues

u1, u2, u3, u4 = OUTPUTS = sp.symbols("u1:5", real=True)
z1, z2 = INPUTS = sp.symbols("z1:3", real=True)


@dataclass(frozen=True)
class Heads:
    """Two heads under one loss at z = 0, with the constants of the corollary.

    Attributes:
        loss: L(u) in u1, .., uk.
        target, perturbed: the heads' outputs in z1, .., zd.
        epsilon: the bound of |E|, where the reading has one.
        bound_l, bound_m: the constants L and M.
        factor: C in a reading that says that kappa_phi is at most C kappa_*.
    """

    loss: Annotated[sp.Expr, "$L(u)$"]
    target: Annotated[tuple[sp.Expr, ...], "$h_*(z)$"]
    perturbed: Annotated[tuple[sp.Expr, ...], r"$h_\phi(z)$"]
    epsilon: Annotated[sp.Expr, HIDDEN] = sp.S.Zero
    bound_l: Annotated[sp.Expr, "$L$"] = sp.S.One
    bound_m: Annotated[sp.Expr, "$M$"] = sp.S.One
    factor: Annotated[sp.Expr, HIDDEN] = sp.S.One

    @property
    def inputs(self) -> tuple[sp.Symbol, ...]:
        """z1, .., zd."""
        return tuple(z for z in INPUTS if any(h.has(z) for h in self.target + self.perturbed))

    def at_zero(self, expr: sp.Expr) -> sp.Expr:
        """The expression at z = 0."""
        return expr.subs(dict.fromkeys(INPUTS, sp.S.Zero))

    def jacobian(self, head: tuple[sp.Expr, ...]) -> sp.Matrix:
        """D h(0), (k, d)."""
        return sp.Matrix([[self.at_zero(h.diff(z)) for z in self.inputs] for h in head])

    def effective_hessian(self, head: tuple[sp.Expr, ...]) -> sp.Matrix:
        """The Hessian of L o h at 0, differentiated from the composition, (d, d)."""
        composed = self.loss.subs(dict(zip(OUTPUTS, head, strict=False)), simultaneous=True)
        return sp.hessian(composed, self.inputs).applyfunc(
            lambda entry: sp.factor(self.at_zero(entry))
        )

    def loss_hessian(self, head: tuple[sp.Expr, ...]) -> sp.Matrix:
        """The Hessian of L at h(0), (k, k)."""
        outputs = OUTPUTS[: len(head)]
        at = dict(zip(outputs, (self.at_zero(h) for h in head), strict=True))
        return sp.hessian(self.loss, outputs).subs(at)

    def loss_gradient(self, head: tuple[sp.Expr, ...]) -> sp.Matrix:
        """The gradient of L at h(0), (k, 1)."""
        outputs = OUTPUTS[: len(head)]
        at = dict(zip(outputs, (self.at_zero(h) for h in head), strict=True))
        return sp.Matrix([self.loss.diff(u) for u in outputs]).subs(at)

    @property
    def error(self) -> sp.Expr:
        """|E|, the spectral norm."""
        e = self.jacobian(self.perturbed) - self.jacobian(self.target)
        return sp.sqrt(spectrum(e.T * e)[-1])

    @property
    def least(self) -> sp.Expr:
        """lambda, the least eigenvalue of the target's effective Hessian."""
        return spectrum(self.effective_hessian(self.target))[0]

    @property
    def threshold(self) -> sp.Expr:
        """The published one."""
        return published(Letters(self.least, self.bound_l, self.bound_m))


def spectrum(matrix: sp.Matrix) -> list[sp.Expr]:
    """The eigenvalues in ascending order; of a diagonal matrix its entries, factored.

    Raises:
        ValueError: if the order of two eigenvalues cannot be decided.
    """
    matrix = matrix.applyfunc(sp.factor)
    if not matrix.is_diagonal():
        return eigenvalues(matrix)
    entries: list[sp.Expr] = []
    for value in matrix.diagonal():
        place = 0
        while place < len(entries) and not _below(value, entries[place]):
            place += 1
        entries.insert(place, value)
    return entries


def _below(left: sp.Expr, right: sp.Expr) -> bool:
    gap = sp.factor(sp.expand(right - left))
    if gap.is_positive is None and gap.is_nonpositive is None:
        raise ValueError(f"The sign of {gap} is not decided.")
    return bool(gap.is_positive)


def positive(expr: sp.Expr) -> bool:
    """Whether an expression is decided to be positive; fractions are expanded on both sides."""
    top, bottom = (sp.expand(part) for part in sp.fraction(sp.cancel(sp.together(expr))))
    return expr.is_positive is True or (top.is_positive is True and bottom.is_positive is True)


def _at_least_zero(bound: sp.Expr) -> bool:
    """Whether a bound of a norm, which is compared by its square, is decided to be at least 0."""
    return bound.is_nonnegative is True or positive(bound)


def linear(loss: sp.Expr, target: tuple[object, ...], perturbed: tuple[object, ...]) -> Heads:
    """Heads with one input."""
    return Heads(loss, *(tuple(sp.sympify(c) * z1 for c in head) for head in (target, perturbed)))


SADDLE = (u1**2 - u2**2) / 2
"""A loss with Hessian diag(1, -1)."""

CURVED = Heads(u1 + u1**2 / 2, (z1 + z1**2 / 2,), (z1 - 3 * z1**2 / 2,))
"""E = 0, and H_eff goes from 2 to -2."""

QUARTER = sp.Rational(1, 4)
STRETCHED = Heads(
    (u1**2 + u2**2) / 2, (z1, z2), ((1 + QUARTER) * z1, (1 - QUARTER) * z2), epsilon=QUARTER
)
"""H = J = I, E = diag(1/4, -1/4): kappa goes from 1 to 25/9."""

FAR = linear(u1**2 / 2, (1,), (11,))
"""J = H = 1, E = 10: far beyond the threshold 1/2, and H_eff goes from 1 to 121."""

LOST = linear(SADDLE, (sp.Rational(4, 5), sp.Rational(3, 5)), (sp.Rational(7, 10),) * 2)
"""q = 7/25: |E|^2 = 1/50 = eps*^2, and H_eff goes from 7/25 to 0."""

UNSTABLE = linear(u3 + SADDLE, (1, 0, 0), (0, 2, 0))
"""E = (-1, 2, 0): a critical collapse with H_eff = 1 is sent to one with -4."""


BENT = Heads(u1 + (u1**2 + u2**2) / 2, (z1**2, z1), (-5 * z1**2, 3 * z1))
"""H = I, E = (0, 2): a critical collapse with H_eff = 3 is sent to one with -1, beyond the threshold 3/2."""

TURNED = Heads(u1 + u1**2 / 2, (-z1,), (-(z1**2),))
"""H = 1, E = 1: a point with H_eff = 1, not critical for the target, is sent to a critical collapse with -2, at twice the threshold."""

KEPT = Heads(TURNED.loss, TURNED.target, (z1**2,))
"""The same, sent to a collapse with H_eff = 2."""


def unbounded(constant: sp.Expr) -> Heads:
    """Heads below the threshold that send kappa = 1 beyond `constant`, any positive expression.

    H = diag(1, -1, 1, -1); J has the columns (u, 0) and (0, u), E the columns e (-1, 1, 0, 0) and
    e (0, 0, 1, -1). Everything is rational in t = 1 / (1 + constant) but a factor sqrt(2).
    """
    t = 1 / (1 + constant)
    cosine, sine = (1 - t**2) / (1 + t**2), 2 * t / (1 + t**2)
    x, y = (cosine + sine) / sp.sqrt(2), (cosine - sine) / sp.sqrt(2)
    epsilon = (1 - t**2) * sine * cosine  # (1 - t^2) lambda / 2
    e = epsilon / sp.sqrt(2)
    return Heads(
        SADDLE + (u3**2 - u4**2) / 2,
        tuple(sp.factor(h) for h in (x * z1, y * z1, x * z2, y * z2)),
        tuple(sp.factor(h) for h in ((x - e) * z1, (y + e) * z1, (x + e) * z2, (y - e) * z2)),
        sp.factor(epsilon),
        factor=constant,
    )


CONSTANT = sp.Symbol("C", positive=True)
UNBOUNDED = unbounded(CONSTANT)

BOWED = Heads(
    u3 + (u1**2 + u2**2 + u3**2) / 2,
    (z1, z2, sp.S.Zero),
    (z1, z2, CONSTANT * z1**2 / 2),
    factor=CONSTANT,
)
"""H = I, E = 0 and rho = e_3: H_eff goes from I to diag(1 + C, 1), C any positive constant."""


# --- hypotheses ---------------------------------------------------------------------------------

CONSTANT_ENCODER = ByConstruction("the encoder is constant, $f(x) = 0$")


def hypotheses(heads: Heads, reading: str) -> dict[str, Value]:
    """Evaluate every hypothesis of a reading."""
    evaluate = {
        "A1": _polynomial,
        "A6": _residual,
        "collapsed": lambda _: (f"by construction: {CONSTANT_ENCODER.reason}", True),
        "critical": _critical,
        "jacobian": _jacobian,
        "L": _bound_l,
        "M": _bound_m,
        "lambda": lambda h: (rf"$\lambda = {sp.latex(h.least)}$", positive(h.least)),
        "threshold": _below_threshold,
        "exceeds": _beyond_threshold,
        "psd": _psd,
        "isotropic": _isotropic,
    }
    return {id: evaluate[id](heads) for id in STATEMENT.reading(reading).hypotheses}


def _polynomial(heads: Heads) -> Value:
    smooth = heads.loss.is_polynomial(*OUTPUTS) and all(
        h.is_polynomial(*INPUTS) for h in heads.target + heads.perturbed
    )
    return "all are polynomials" if smooth else "not all are polynomials", smooth


def _residual(heads: Heads) -> Value:
    rho = heads.loss_gradient(heads.perturbed)
    return rf"$\rho = {sp.latex(rho.T)}^T$", any(entry.is_nonzero for entry in rho)


def _critical(heads: Heads) -> Value:
    gradient = heads.jacobian(heads.perturbed).T * heads.loss_gradient(heads.perturbed)
    return rf"$J_\phi^T \rho = {sp.latex(gradient)}$", gradient.is_zero_matrix is True


def _jacobian(heads: Heads) -> Value:
    text = rf"$|E| = {sp.latex(heads.error)}$, $\epsilon = {sp.latex(heads.epsilon)}$"
    spare = sp.factor(sp.simplify(heads.epsilon**2 - heads.error**2))
    return text, _at_least_zero(heads.epsilon) and spare.is_nonnegative is True


def _bound_l(heads: Heads) -> Value:
    jacobian = heads.jacobian(heads.target)
    largest = spectrum(jacobian.T * jacobian)[-1]
    text = f"$|J_*|^2 = {sp.latex(largest)}$, $L = {sp.latex(heads.bound_l)}$"
    enough = (heads.bound_l**2 - largest).is_nonnegative is True
    return text, _at_least_zero(heads.bound_l) and enough


def _bound_m(heads: Heads) -> Value:
    sizes = [
        abs(value)
        for head in (heads.target, heads.perturbed)
        for value in spectrum(heads.loss_hessian(head))
    ]
    text = rf"$|\nabla^2 L| = {sp.latex(sp.Max(*sizes))}$, $M = {sp.latex(heads.bound_m)}$"
    return text, all_of((heads.bound_m - size).is_nonnegative for size in sizes)


def _below_threshold(heads: Heads) -> Value:
    text = rf"$\epsilon = {sp.latex(heads.epsilon)}$, $\lambda/(2LM) = {sp.latex(heads.threshold)}$"
    return text, positive(heads.threshold - heads.epsilon)


def _beyond_threshold(heads: Heads) -> Value:
    text = rf"$|E| = {sp.latex(heads.error)}$, $\lambda/(2LM) = {sp.latex(heads.threshold)}$"
    return text, positive(heads.error - heads.threshold)


def _psd(heads: Heads) -> Value:
    values = [v for h in (heads.target, heads.perturbed) for v in spectrum(heads.loss_hessian(h))]
    text = rf"its eigenvalues at both outputs are ${', '.join(map(sp.latex, values))}$"
    return text, all_of(value.is_nonnegative for value in values)


def _isotropic(heads: Heads) -> Value:
    matrix = heads.effective_hessian(heads.target)
    off = (matrix - heads.least * sp.eye(len(heads.inputs))).applyfunc(sp.simplify)
    return rf"$H_{{\mathrm{{eff}}}}^* = {sp.latex(matrix)}$", off.is_zero_matrix is True

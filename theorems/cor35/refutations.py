"""Counterexamples to 3.5 in exact arithmetic: every one evaluates all hypotheses of its reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sympy as sp

from theorems.cor35.statement import STATEMENT
from verify.counterexample import Value, counterexample
from verify.statement import Context, Finding, Outcome, Table
from verify.symbolic.collapse import all_of, eigenvalues

u1, u2, u3, u4 = OUTPUTS = sp.symbols("u1:5", real=True)
z1, z2 = INPUTS = sp.symbols("z1:3", real=True)


@dataclass(frozen=True)
class Heads:
    """Two heads under one loss at z = 0, with the constants of the corollary.

    Attributes:
        loss: L(u) in u1, .., uk.
        target, perturbed: the heads' outputs in z1, .., zd.
        d: dimension of z.
        bound_l, bound_m: the constants L and M.
    """

    loss: sp.Expr
    target: tuple[sp.Expr, ...]
    perturbed: tuple[sp.Expr, ...]
    d: int
    bound_l: sp.Expr = sp.S.One
    bound_m: sp.Expr = sp.S.One

    def at_zero(self, expr: sp.Expr) -> sp.Expr:
        """The expression at z = 0."""
        return expr.subs(dict.fromkeys(INPUTS, sp.S.Zero))

    def jacobian(self, head: tuple[sp.Expr, ...]) -> sp.Matrix:
        """D h(0), (k, d)."""
        return sp.Matrix([[self.at_zero(h.diff(z)) for z in INPUTS[: self.d]] for h in head])

    def effective_hessian(self, head: tuple[sp.Expr, ...]) -> sp.Matrix:
        """The Hessian of L o h at 0, differentiated from the composition, (d, d)."""
        composed = self.loss.subs(dict(zip(OUTPUTS, head, strict=False)), simultaneous=True)
        return sp.hessian(composed, INPUTS[: self.d]).applyfunc(
            lambda entry: sp.factor(sp.simplify(self.at_zero(entry)))
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
        """lambda / (2 L M)."""
        return self.least / (2 * self.bound_l * self.bound_m)


def spectrum(matrix: sp.Matrix) -> list[sp.Expr]:
    """The eigenvalues in ascending order; of a diagonal matrix its simplified entries.

    Raises:
        ValueError: if the order of two eigenvalues cannot be decided.
    """
    matrix = matrix.applyfunc(sp.simplify)
    if not matrix.is_diagonal():
        return eigenvalues(matrix)
    entries: list[sp.Expr] = []
    for value in (sp.factor(matrix[i, i]) for i in range(matrix.rows)):
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


def _positive(expr: sp.Expr) -> bool:
    """Whether an expression is decided to be positive; fractions are expanded on both sides."""
    top, bottom = (sp.expand(part) for part in sp.fraction(sp.cancel(sp.together(expr))))
    return expr.is_positive is True or (top.is_positive is True and bottom.is_positive is True)


def _linear(loss: sp.Expr, target: tuple[object, ...], perturbed: tuple[object, ...]) -> Heads:
    """Heads with one input."""
    heads = [tuple(sp.sympify(c) * z1 for c in column) for column in (target, perturbed)]
    return Heads(loss, heads[0], heads[1], 1)


SADDLE = (u1**2 - u2**2) / 2
"""A loss with Hessian diag(1, -1)."""

CURVED = Heads(u1 + u1**2 / 2, (z1 + z1**2 / 2,), (z1 - 3 * z1**2 / 2,), 1)
"""E = 0, and H_eff goes from 2 to -2."""

STRETCHED = Heads(
    (u1**2 + u2**2) / 2,
    (z1, z2),
    (sp.Rational(5, 4) * z1, sp.Rational(3, 4) * z2),
    2,
)
"""H = J = I, E = diag(1/4, -1/4)."""

FAR = _linear(u1**2 / 2, (1,), (11,))
"""J = H = 1, E = 10: far beyond the threshold 1/2, and H_eff goes from 1 to 121."""

LOST = _linear(SADDLE, (sp.Rational(4, 5), sp.Rational(3, 5)), (sp.Rational(7, 10),) * 2)
"""q = 7/25: |E|^2 = 1/50 = eps*^2, and H_eff goes from 7/25 to 0."""

UNSTABLE = Heads(u3 + SADDLE, (z1, sp.S.Zero, sp.S.Zero), (sp.S.Zero, 2 * z1, sp.S.Zero), 1)
"""E = (-1, 2, 0): a critical collapse with H_eff = 1 is sent to one with -4."""


def unbounded(constant: sp.Expr) -> Heads:
    """Heads below the threshold that send kappa = 1 beyond `constant`, any positive expression.

    H = diag(1, -1, 1, -1); J has the columns (u, 0) and (0, u), E the columns e (-1, 1, 0, 0) and
    e (0, 0, 1, -1). Everything is rational in t = 1 / (1 + constant) but a factor sqrt(2).
    """
    t = 1 / (1 + constant)
    cosine, sine = (1 - t**2) / (1 + t**2), 2 * t / (1 + t**2)
    column = ((cosine + sine) / sp.sqrt(2), (cosine - sine) / sp.sqrt(2))
    error = (1 - t**2) * sine * cosine / sp.sqrt(2)  # |E| is (1 - t^2) lambda / 2
    target = (column[0] * z1, column[1] * z1, column[0] * z2, column[1] * z2)
    shift = (-error * z1, error * z1, error * z2, -error * z2)
    return Heads(
        SADDLE + (u3**2 - u4**2) / 2,
        target,
        tuple(a + b for a, b in zip(target, shift, strict=True)),
        2,
    )


CONSTANT = sp.Symbol("C", positive=True)


# --- hypotheses ---------------------------------------------------------------------------------


def hypotheses(heads: Heads, reading: str) -> dict[str, Value]:
    """Evaluate every hypothesis of a reading; epsilon is |E|."""
    evaluate = {
        "A1": _polynomial,
        "A6": _residual,
        "collapsed": lambda _: ("by construction: the encoder is constant, $f(x) = 0$", True),
        "critical": _critical,
        "jacobian": lambda h: (
            rf"$|E| = \epsilon = {sp.latex(h.error)}$, by choice of $\epsilon$",
            True,
        ),
        "L": _bound_l,
        "M": _bound_m,
        "lambda": lambda h: (rf"$\lambda = {sp.latex(h.least)}$", _positive(h.least)),
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


def _bound_l(heads: Heads) -> Value:
    jacobian = heads.jacobian(heads.target)
    largest = spectrum(jacobian.T * jacobian)[-1]
    text = f"$|J_*|^2 = {sp.latex(largest)}$, $L = {sp.latex(heads.bound_l)}$"
    return text, (heads.bound_l**2 - largest).is_nonnegative is True


def _bound_m(heads: Heads) -> Value:
    sizes = [
        abs(value)
        for head in (heads.target, heads.perturbed)
        for value in spectrum(heads.loss_hessian(head))
    ]
    text = rf"$|\nabla^2 L| = {sp.latex(sp.Max(*sizes))}$, $M = {sp.latex(heads.bound_m)}$"
    return text, all_of((heads.bound_m - size).is_nonnegative for size in sizes)


def _compared(heads: Heads) -> str:
    return rf"$|E| = {sp.latex(heads.error)}$, $\lambda/(2LM) = {sp.latex(heads.threshold)}$"


def _below_threshold(heads: Heads) -> Value:
    return _compared(heads), _positive(heads.threshold - heads.error)


def _beyond_threshold(heads: Heads) -> Value:
    return _compared(heads), _positive(heads.error**2 - heads.threshold**2)


def _psd(heads: Heads) -> Value:
    values = [v for h in (heads.target, heads.perturbed) for v in spectrum(heads.loss_hessian(h))]
    text = rf"its eigenvalues at both outputs are ${', '.join(map(sp.latex, values))}$"
    return text, all_of(value.is_nonnegative for value in values)


def _isotropic(heads: Heads) -> Value:
    matrix = heads.effective_hessian(heads.target)
    off = (matrix - heads.least * sp.eye(heads.d)).applyfunc(sp.simplify)
    return rf"$H_{{\mathrm{{eff}}}}^* = {sp.latex(matrix)}$", off.is_zero_matrix is True


# --- counterexamples ----------------------------------------------------------------------------


def _judged(heads: Heads, reading: str, conclusion: Value, summary: str) -> Finding:
    return counterexample(
        STATEMENT,
        reading,
        (
            ("$L(u)$", f"${sp.latex(heads.loss)}$"),
            ("$h_*(z)$", f"${sp.latex(heads.target)}$"),
            (r"$h_\phi(z)$", f"${sp.latex(heads.perturbed)}$"),
            ("$z$", "0"),
        ),
        hypotheses(heads, reading),
        conclusion,
        summary,
    )


def _values(heads: Heads) -> tuple[list[sp.Expr], str]:
    after = spectrum(heads.effective_hessian(heads.perturbed))
    before = spectrum(heads.effective_hessian(heads.target))
    text = (
        rf"eigenvalues of $H_{{\mathrm{{eff}}}}$: ${', '.join(map(sp.latex, before))}$ for the target, "
        rf"${', '.join(map(sp.latex, after))}$ for the perturbed head"
    )
    return after, text


def loses_definiteness(heads: Heads, reading: str, ctx: Context) -> Finding:
    """The effective Hessian of the perturbed head has a negative eigenvalue."""
    after, text = _values(heads)
    return _judged(
        heads, reading, (text, after[0].is_negative is not True), f"{text[0].upper()}{text[1:]}."
    )


def keeps_everything(ctx: Context) -> Finding:
    """Far beyond the threshold, the Hessian is positive definite and as well conditioned."""
    after, text = _values(FAR)
    intact = all_of(value.is_positive for value in after) and after[-1] == after[0]
    return _judged(
        FAR,
        "necessary",
        (text, not intact),
        r"$|E|$ is $20$ times the threshold; $H_{\mathrm{eff}}$ goes from $1$ to $121$.",
    )


def condition_number(heads: Heads, reading: str, factor: sp.Expr, ctx: Context) -> Finding:
    """The condition number of the perturbed head is more than `factor`, where it was 1."""
    after, text = _values(heads)
    kappa = sp.factor(sp.simplify(after[-1] / after[0]))
    grows = _positive(after[0]) and _positive(kappa - factor)
    return _judged(
        heads,
        reading,
        (rf"{text}; $\kappa_\phi = {sp.latex(kappa)}$, more than ${sp.latex(factor)}$", not grows),
        rf"Below the threshold $\kappa$ goes from $1$ to ${sp.latex(kappa)} > {sp.latex(factor)}$.",
    )


def can_fail(ctx: Context) -> Finding:
    """Beyond the published threshold, exactly at the sharp one: definiteness is lost."""
    after, text = _values(LOST)
    lost = after[0].is_nonpositive is True
    found = _judged(LOST, "can-fail", (text, lost), "")
    evaluated = found.witness is not None and all(h.holds for h in found.witness.hypotheses)
    return Finding(
        outcome=Outcome.AS_STATED if lost and evaluated else Outcome.SURPRISE,
        summary=(
            rf"At $q = 7/25$, $|E| = {sp.latex(LOST.error)}$ where the threshold is "
            rf"${sp.latex(LOST.threshold)}$: $H_{{\mathrm{{eff}}}}$ goes to ${sp.latex(after[0])}$."
        ),
        cases=1,
        witness=found.witness,
    )


def hypotheses_can_fail(ctx: Context) -> Finding:
    """Every evaluated hypothesis fails, and it alone, at heads made to violate it."""
    tenth = sp.Rational(1, 10)
    attempts: Mapping[str, tuple[str, Heads]] = {
        "A1": ("definite-full", replace(CURVED, perturbed=(z1 + z1 * abs(z1),))),
        "A6": ("stable", replace(UNSTABLE, loss=SADDLE)),
        "critical": ("stable", replace(UNSTABLE, perturbed=(sp.S.Zero, 2 * z1, tenth * z1))),
        "L": ("definite-full", replace(CURVED, bound_l=1 - tenth)),
        "M": ("definite-full", replace(CURVED, bound_m=1 - tenth)),
        "lambda": ("can-fail", _linear(SADDLE, (3 * tenth, 4 * tenth), (1, 1))),
        "threshold": ("isotropy", replace(STRETCHED, perturbed=(z1 * 8 / 5, z2 * 2 / 5))),
        "exceeds": ("necessary", replace(FAR, perturbed=(z1 * 11 / 10,))),
        "isotropic": ("isotropy", replace(STRETCHED, target=(z1, z2 * 9 / 10))),
        "psd": (
            "isotropy",
            replace(
                STRETCHED,
                loss=STRETCHED.loss - u3**2 / 2,
                target=(z1, z2, sp.S.Zero),
                perturbed=(*STRETCHED.perturbed, sp.S.Zero),
            ),
        ),
    }
    rows, passed = [], []
    for name, (reading, heads) in attempts.items():
        failing = [id for id, (_, holds) in hypotheses(heads, reading).items() if not holds]
        rows.append((name, ", ".join(failing) or "none"))
        if failing != [name]:
            passed.append(name)
    mild = condition_number(replace(STRETCHED, perturbed=(z1, z2)), "isotropy", sp.S.One, ctx)
    rows.append(("the conclusion, at two equal heads", mild.outcome.value))
    if mild.outcome is not Outcome.SURPRISE:
        passed.append("conclusion")
    return Finding(
        outcome=Outcome.SURPRISE if passed else Outcome.AS_STATED,
        summary=f"Not as made: {', '.join(passed)}."
        if passed
        else "Each hypothesis, and it alone, fails at the heads made to violate it.",
        cases=len(rows),
        tables=(
            Table(
                title="Heads that must be void",
                columns=("violated", "hypotheses that fail"),
                rows=tuple(rows),
            ),
        ),
    )

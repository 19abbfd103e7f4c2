"""The counterexample to a tangent space that depends on z alone, in exact arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import sympy as sp

from theorems.thm51.statement import STATEMENT
from verify.counterexample import Value, counterexample
from verify.statement import Context, Finding, Outcome, Table

x1, x2 = x = sp.symbols("x1 x2", real=True)
t = sp.Symbol("t", real=True)


@dataclass(frozen=True)
class TwoInputs:
    """A family T_t of maps of the plane, a scalar encoder, and two inputs.

    Attributes:
        family: T_t x, expressions in t and x; T_0 is to be the identity.
        encoder: enc(x).
        inputs: the two inputs, to have one representation.
    """

    family: tuple[sp.Expr, sp.Expr]
    encoder: sp.Expr
    inputs: tuple[tuple[sp.Expr, sp.Expr], tuple[sp.Expr, sp.Expr]]

    @property
    def orbit(self) -> sp.Expr:
        """enc(T_t x)."""
        return self.encoder.subs(dict(zip(x, self.family, strict=True)), simultaneous=True)

    def at(self, expr: sp.Expr, which: int) -> sp.Expr:
        """An expression at one of the two inputs."""
        return sp.simplify(expr.subs(dict(zip(x, self.inputs[which], strict=True))))

    @property
    def tangents(self) -> tuple[sp.Expr, sp.Expr]:
        """The derivative of the orbit map at t = 0, at each input."""
        slope = self.orbit.diff(t).subs(t, 0)
        return self.at(slope, 0), self.at(slope, 1)

    @property
    def codes(self) -> tuple[sp.Expr, sp.Expr]:
        """The two representations."""
        return self.at(self.encoder, 0), self.at(self.encoder, 1)


def hypotheses(model: TwoInputs) -> dict[str, Value]:
    """Evaluate every hypothesis of the reading `of-z`."""
    starts = all(sp.expand(c.subs(t, 0) - e) == 0 for c, e in zip(model.family, x, strict=True))
    slope = model.orbit.diff(t)
    smooth = (
        not model.orbit.has(sp.Abs, sp.Max, sp.Min, sp.Piecewise) and slope.is_finite is not False
    )
    codes = model.codes
    return {
        "orbit": (
            rf"$o_x(t) = {sp.latex(model.orbit)}$, with $o_x'(t) = {sp.latex(slope)}$; $T_0$ is "
            f"{'the' if starts else 'not the'} identity",
            starts and smooth,
        ),
        "encoder": (
            rf"$\mathrm{{enc}}(x) = {sp.latex(model.encoder)}$ is ${sp.latex(codes[0])}$ and "
            f"${sp.latex(codes[1])}$ at the two inputs",
            sp.simplify(codes[0] - codes[1]) == 0,
        ),
    }


ROTATIONS = TwoInputs(
    family=(x1 * sp.cos(t) - x2 * sp.sin(t), x1 * sp.sin(t) + x2 * sp.cos(t)),
    encoder=x1,
    inputs=((sp.S.One, sp.S.Zero), (sp.S.One, sp.S.One)),
)
"""enc = x1 under rotations: the tangent is -x2, which the representation does not know."""


def not_of_z(model: TwoInputs, ctx: Context) -> Finding:
    """Two inputs with one representation, and tangent spaces of dimensions 0 and 1."""
    first, second = model.tangents
    dimensions = [int(tangent.is_nonzero is True) for tangent in (first, second)]
    return counterexample(
        STATEMENT,
        "of-z",
        (
            ("$T_t x$", f"${sp.latex(sp.Matrix(model.family).T)}^T$"),
            (r"$\mathrm{enc}(x)$", f"${sp.latex(model.encoder)}$"),
            ("inputs", " and ".join(f"${sp.latex(each)}$" for each in model.inputs)),
        ),
        hypotheses(model),
        (
            rf"the tangents are ${sp.latex(first)}$ and ${sp.latex(second)}$: spaces of dimension "
            f"{dimensions[0]} and {dimensions[1]}",
            dimensions[0] == dimensions[1],
        ),
        f"Two inputs with one representation have tangent spaces of dimension {dimensions[0]} and "
        f"{dimensions[1]}.",
    )


def hypotheses_can_fail(ctx: Context) -> Finding:
    """Every hypothesis fails at a model made to violate it, and an equivariant encoder is no witness."""
    attempts: dict[str, tuple[str, TwoInputs]] = {
        "orbit, not the identity": ("orbit", replace(ROTATIONS, family=(x1 + 1, x2 + t))),
        "orbit, not smooth": ("orbit", replace(ROTATIONS, family=(x1 + sp.Abs(t), x2))),
        "encoder": ("encoder", replace(ROTATIONS, encoder=x1 + x2)),
    }
    rows, passed = [], []
    evaluate: Callable[[TwoInputs], dict[str, Value]] = hypotheses
    for name, (hypothesis, model) in attempts.items():
        value, holds = evaluate(model)[hypothesis]
        rows.append((name, value))
        passed += [name] if holds else []
    invariant = replace(
        ROTATIONS,
        encoder=x1**2 + x2**2,
        inputs=((sp.S.One, sp.S.Zero), (sp.S.Zero, sp.S.One)),
    )
    found = not_of_z(invariant, ctx)
    rows.append(("an equivariant encoder", found.summary))
    passed += ["an equivariant encoder"] if found.outcome is not Outcome.SURPRISE else []
    return Finding(
        outcome=Outcome.SURPRISE if passed else Outcome.AS_STATED,
        summary=f"Not refused: {', '.join(passed)}."
        if passed
        else "Each hypothesis fails where it must, and an equivariant encoder refutes nothing.",
        cases=len(rows),
        tables=(
            Table(
                title="Models that must not refute", columns=("model", "found"), rows=tuple(rows)
            ),
        ),
    )

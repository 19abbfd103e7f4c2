"""Attacks on the refutations: points and boxes that must not count."""

from __future__ import annotations

import sympy as sp

from theorems.thm41.hypotheses import hypotheses
from theorems.thm41.persistence import RADIUS, persistence
from theorems.thm41.refutations import LOSS, column, two_output_head, two_output_state, u1, u2
from theorems.thm41.statement import STATEMENT
from verify.claims.check import Context
from verify.claims.counterexample import counterexample
from verify.claims.evidence import Finding, Outcome, Table
from verify.numeric.activations import LINEAR, RELU, SOFTPLUS, Activation
from verify.symbolic.exact_head import Collapse, ExactHead


def persistence_can_fail(ctx: Context) -> Finding:
    """The certificate refuses a box that is too large, and a head without a critical point."""
    tilted = two_output_head(SOFTPLUS)
    w1 = tilted.weights[0].as_mutable()
    w1[1, 0] = 1
    attempts = {
        "a box of radius 1/4": (two_output_head(SOFTPLUS), sp.Rational(1, 4)),
        "a head whose first output is increasing": (
            ExactHead((w1.as_immutable(), tilted.weights[1]), tilted.biases, SOFTPLUS),
            RADIUS,
        ),
        "the unstable head": (two_output_head(SOFTPLUS, sign=-1), RADIUS),
    }
    return _must_be_void(
        {name: persistence(*attempt, ctx) for name, attempt in attempts.items()},
        "The certificate is refused where it must be.",
    )


def hypotheses_can_fail(ctx: Context) -> Finding:
    """Every evaluated hypothesis fails at a point made to violate it, which voids the point."""
    base = two_output_state(SOFTPLUS)
    kink = ExactHead.of(RELU, ([[1, 0], [-1, 0]], [0, 0]), ([[1, 1], [0, 0]], [0, 0]))
    affine = ExactHead.of(LINEAR, ([[1, 0], [0, 1]], [0, 0]))
    origin = column(0, 0)
    attempts = {
        "A1": ("2-every", Collapse(LOSS, base.outputs, kink, origin)),
        "A6": ("2-every", Collapse(u2**2 / 2, base.outputs, base.head, origin)),
        "critical": ("2-every", Collapse(LOSS, base.outputs, base.head, column(1, 0))),
        "smooth": ("2-every", Collapse(u1**2 + u2, base.outputs, affine, origin)),
        "rank": ("2-every", Collapse(LOSS + u1**2, base.outputs, base.head, origin)),
        "psd": ("2-every", Collapse(u1 - u2**2, base.outputs, base.head, origin)),
        "linear": ("1-psd", base),
        "relu": ("relu-non-repelling", Collapse(u1, (u1,), _even(SOFTPLUS), column(0))),
        "stationary": ("relu-non-repelling", Collapse(u1, (u1,), _even(RELU), column(1))),
    }
    found = {}
    for name, (reading, state) in attempts.items():
        evaluated = hypotheses(state, reading)
        void = counterexample(STATEMENT, reading, (), evaluated, ("", False), "")
        # Void for the intended reason: the violated hypothesis itself must be among the failing.
        found[name] = (
            void
            if not evaluated[name][1]
            else counterexample(
                STATEMENT, reading, (), dict.fromkeys(evaluated, ("", True)), ("", False), ""
            )
        )
    return _must_be_void(found, "Each hypothesis fails at the point made to violate it.")


def _even(s: Activation) -> ExactHead:
    return ExactHead.of(s, ([[1], [-1]], [0, 0]), ([[1, 1]], [0]))


def _must_be_void(findings: dict[str, Finding], summary: str) -> Finding:
    passed = [name for name, finding in findings.items() if finding.outcome is not Outcome.VACUOUS]
    return Finding(
        outcome=Outcome.SURPRISE if passed else Outcome.AS_STATED,
        summary=f"Not refused: {', '.join(passed)}." if passed else summary,
        cases=len(findings),
        tables=(
            Table(
                title="Points that must be void",
                columns=("violated", "found"),
                rows=tuple((name, finding.summary) for name, finding in findings.items()),
            ),
        ),
    )

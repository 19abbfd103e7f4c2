"""The statement as quoted, its readings, and the parts of the repaired statement."""

from __future__ import annotations

import sympy as sp

from verify.claims.bounds import formula
from verify.claims.statement import Hypothesis, Origin, Part, Reading, Statement, Verdict

X = sp.Symbol("x", real=True)
SQUARE = X**2

STATEMENT = Statement(
    id="template",
    label="Statement 0.0",
    title="A number is at most its square",
    source="nowhere: an inequality that stands here until the statement is written",
    quoted="A real number is at most its square.",
    unseen="Nothing. Name here what the source leaves open: each possibility is a reading.",
    hypotheses=(
        Hypothesis(id="real", text="$x$ is a real number"),
        Hypothesis(id="above-one", text=r"$x \geq 1$", origin=Origin.ADDED),
    ),
    readings=(
        Reading(
            id="quoted",
            text=r"$x \leq x^2$ for every real number.",
            hypotheses=("real",),
            predicted=Verdict.REFUTED,
            rescued_by="repaired",
        ),
        Reading(
            id="above-one",
            text=r"$x \leq x^2$ for every real number from 1 on.",
            hypotheses=("real", "above-one"),
            predicted=Verdict.HOLDS_ADDED,
        ),
    ),
    parts=(
        Part(
            id="repaired",
            title="From 1 on",
            text=rf"If $x \geq 1$ then $x \leq {sp.latex(SQUARE)}$.",
            concludes=(formula(SQUARE),),
        ),
    ),
)

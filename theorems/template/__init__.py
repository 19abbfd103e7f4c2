"""The template of a room, which `python -m verify new` copies: an inequality, until it is replaced.

Read in this order: `statement` (the quoted text, its readings, the repaired parts), `derivation`,
`properties`, `mutants`, `refutations`.
"""

from __future__ import annotations

from theorems.template import derivation, mutants, properties, refutations
from theorems.template.statement import STATEMENT as STATEMENT
from verify.claims.declare import (
    mutant_check,
    proof,
    property_check,
    refutation,
    refutation_controls,
    section,
)

REPAIRED = section(
    "template.repaired",
    *proof("derivation", "$x^2 - x$ is nonnegative for $x \\geq 1$", derivation.repaired),
    property_check("property", "Random fractions from 1 to 8", properties.BELOW_ITS_SQUARE),
    *(mutant_check(name, claim) for name, claim in mutants.MUTANTS.items()),
    part="repaired",
    readings=("above-one",),
)

COUNTEREXAMPLES = section(
    "template.quoted",
    refutation(
        "half",
        "One half is above its square",
        refutations.above_its_square,
        refutations.HALF,
        reading="quoted",
    ),
    refutation_controls(
        "controls",
        refutations.above_its_square,
        reading="quoted",
        violations=refutations.VIOLATIONS,
        mild=refutations.MILD,
    ),
)

CHECKS = (*REPAIRED, *COUNTEREXAMPLES)

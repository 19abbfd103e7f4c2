"""Invariants of E7's measurement, and what shows that their checks can fail. All gate a run."""

from __future__ import annotations

from verify.claims.declare import mutant_check, property_check, section
from verify.experiments import homogeneity

CHECKS = section(
    "E7",
    property_check(
        "scale", "A homogeneous head at c of its size is updated 1/c^2 as fast", homogeneity.UPDATE
    ),
    mutant_check("scale.once", homogeneity.UPDATE_ONCE),
    mutant_check("scale.smooth", homogeneity.UPDATE_SMOOTH),
)

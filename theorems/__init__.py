"""The table of contents: the paper's statements in order. Nothing heavy, so that listing is instant.

A room is a module (or package) of this name here that exposes ``STATEMENT`` and ``CHECKS``.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One statement: module name, the paper's label, and a few words."""

    id: str
    label: str
    title: str

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which the command line knows the statement, in lower case."""
        number = self.label.rpartition(" ")[2]
        return (self.id, number, self.label.lower())


CONTENTS = (
    Entry("thm31", "Theorem 3.1", "Local subspace whitening by a linear head"),
    Entry("thm32", "Theorem 3.2", "Trajectory linearization"),
    Entry("prop33", "Proposition 3.3", "The curvature barrier for linear heads"),
    Entry("prop34", "Proposition 3.4", "Perturbation of the effective Hessian"),
    Entry("cor35", "Corollary 3.5", "Capacity threshold"),
    Entry("thm41", "Theorem 4.1", "Instability of collapse under smooth activations"),
    Entry("thm51", "Theorem 5.1", "The augmentation tangent space"),
    Entry("prop52", "Proposition 5.2", "Metric singularity along augmentations"),
    Entry("thm53", "Theorem 5.3", "Information hierarchy"),
)

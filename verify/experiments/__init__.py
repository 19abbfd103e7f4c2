"""The table of contents of the reproduced experiments. Nothing heavy, so that listing is instant.

A room is a module of this name, in lower case, that exposes ``EXPERIMENT`` and ``CHECKS``.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One experiment: its number, how it is called, and a few words."""

    id: str
    label: str
    title: str

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which the command line knows the experiment, in lower case."""
        return (self.id.lower(), self.label.lower())


CONTENTS = (
    Entry("E1", "Experiment E1", "Does negative curvature end a collapse?"),
    Entry("E2", "Experiment E2", "Which heads escape collapse, and at which step?"),
    Entry("E3", "Experiment E3", "Does the head compress augmentation orbits?"),
    Entry("E4", "Experiment E4", "What do rotation probes lose at the head?"),
    Entry("E5", "Experiment E5", "Does the head bend rotation orbits?"),
    Entry("E6", "Experiment E6", "Does the depth of the head decide how much it compresses?"),
    Entry("E7", "Experiment E7", "Is the head trained faster than the backbone?"),
    Entry("E8", "Experiment E8", "Do the heads of released networks compress orbits?"),
    Entry("E9", "Experiment E9", "What is a discarded head good for?"),
)

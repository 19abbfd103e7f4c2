"""What is stated, and what may be concluded: a verdict for each reading of it and each repaired part.

Text fields may contain inline LaTeX between dollar signs.
"""

from __future__ import annotations

import enum

import msgspec


class Verdict(enum.StrEnum):
    """The conclusions `judge` can reach; the first three are for readings, the next four for parts."""

    HOLDS = "holds"
    HOLDS_ADDED = "holds with an added hypothesis"
    REFUTED = "refuted"
    PROVED = "proved"
    DERIVED = "derived"
    SUPPORTED = "supported by numerics"
    FAILED = "failed"
    UNDECIDED = "undecided"


class Origin(enum.StrEnum):
    """Where a hypothesis comes from."""

    QUOTED = "quoted"
    REMARKED = "remarked in the section"
    ADDED = "added"


class Hypothesis(msgspec.Struct, frozen=True, kw_only=True):
    """One assumption of a reading.

    Attributes:
        id: short name, unique in the statement.
        text: the assumption as we evaluate it.
        origin: quoted, remarked by the paper's section without being in the statement, or ours.
        source: the source's own words where `text` interprets them.
    """

    id: str
    text: str
    origin: Origin = Origin.QUOTED
    source: str = ""


class Formula(msgspec.Struct, frozen=True, kw_only=True):
    """An expression that a text states, as it prints there and as derivations know it.

    Attributes:
        latex: it in the text, a whole side of a relation.
        expression: as SymPy writes it, or as a matrix prints; see `verify.claims.bounds.formula`.
    """

    latex: str
    expression: str


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The statement as published, under one reading of its wording.

    Attributes:
        id: short name, unique in the statement.
        text: the conclusion that is judged.
        hypotheses: ids of the statement's hypotheses that this reading assumes.
        predicted: the verdict that the specification predicts; compared in `judge` only.
        rescued_by: for a refuted reading, the reading or part that repairs it.
        existential: the reading says that something exists, so an exact example proves it.
        concludes: as of a part.
    """

    id: str
    text: str
    hypotheses: tuple[str, ...]
    predicted: Verdict
    rescued_by: str = ""
    existential: bool = False
    concludes: tuple[Formula, ...] = ()


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the repaired statement, judged by its derivation and its numeric checks.

    Attributes:
        concludes: what its derivations must end in, each of them in the last step of one, as a side of the
            relation that it states; of the objects that text, derivations and properties share.
    """

    id: str
    title: str
    text: str
    predicted: Verdict = Verdict.DERIVED
    concludes: tuple[Formula, ...] = ()


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A published statement: literals only.

    Attributes:
        id: module name, e.g. ``thm41``.
        label: as the paper numbers it, e.g. ``Theorem 4.1``.
        title: what it is about, a few words.
        source: where the quoted text was taken from.
        quoted: the published statement as quoted.
        unseen: what the source leaves open (assumptions known by number only, terms undefined).
    """

    id: str
    label: str
    title: str
    source: str
    quoted: str
    unseen: str
    hypotheses: tuple[Hypothesis, ...]
    readings: tuple[Reading, ...]
    parts: tuple[Part, ...]

    def hypothesis(self, id: str) -> Hypothesis:
        """Return the hypothesis with this id.

        Raises:
            KeyError: if the statement has no such hypothesis.
        """
        for candidate in self.hypotheses:
            if candidate.id == id:
                return candidate
        raise KeyError(f"{self.id} has no hypothesis {id!r}")

    def reading(self, id: str) -> Reading:
        """Return the reading with this id.

        Raises:
            KeyError: if the statement has no such reading.
        """
        for candidate in self.readings:
            if candidate.id == id:
                return candidate
        raise KeyError(f"{self.id} has no reading {id!r}")


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """One empirical claim of an experiment, with the criterion that answers it."""

    id: str
    text: str
    published: str
    criterion: str


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """A reproduced experiment. Its effects are answered; they never turn a run red.

    Attributes:
        id: as in the experiment list, e.g. ``E3``.
        question: what the experiment was run to find out.
        published: the published set-up and result, in words.
        flaws: remarks on the published measurement, what it gets wrong and what it does not say, one sentence each; a room keeps them in its `flaws.py`,
            on which no result rests.
    """

    id: str
    title: str
    question: str
    published: str
    effects: tuple[Effect, ...]
    flaws: tuple[str, ...] = ()

"""What a check found: a finding, which is evidence once its check and provenance are noted.

Text fields may contain inline LaTeX between dollar signs.
"""

from __future__ import annotations

import enum
from typing import Any

import msgspec


class Outcome(enum.StrEnum):
    """What became of a check."""

    AS_STATED = "as stated"
    SURPRISE = "surprise"
    UNDECIDED = "undecided"
    VACUOUS = "vacuous"
    NOT_RUN = "not run"
    ERROR = "error"


class Answer(enum.StrEnum):
    """The answer to an empirical question, by a criterion fixed before the run."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"
    NOT_APPLICABLE = "not applicable"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One printed line of a derivation.

    Attributes:
        closed: whether its exact zero test succeeded.
        assumed: whether it says no more than the hypotheses that it uses.
        uses: what it takes: equations with the hypothesis that gives them, rules, what letters stand for.
        sides: the sides of what it states, as `Formula.expression`; of a relation that is assumed, and of an identity, none.
        stand: of inequalities, how each of them stands to the other.
    """

    text: str
    latex: str
    closed: bool
    assumed: bool = False
    uses: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    stand: tuple[str, ...] = ()


class Premise(msgspec.Struct, frozen=True, kw_only=True):
    """What a derivation starts from.

    Attributes:
        name: in the derivation; of a hypothesis of the statement its id, with ``: aspect`` where it is used twice.
        by: where it comes from: ``statement``, ``definition``, ``any`` for what is meant of arbitrary letters, ``steps`` for what earlier steps show,
            ``contrary`` for what the statement denies, ``signs`` for what letters are declared with, the id of a lemma, or
            empty where it is only asserted.
        text: what the derivation takes from it.
        says: the same as equations, LaTeX between dollar signs.
    """

    name: str
    by: str
    text: str
    says: str = ""


class Evaluated(msgspec.Struct, frozen=True, kw_only=True):
    """A hypothesis or conclusion evaluated at a point: its value there, and whether it holds."""

    id: str
    text: str
    value: str
    holds: bool


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """A point at which every hypothesis was evaluated, and the conclusion there.

    Attributes:
        point: (name, value) pairs; values may be LaTeX between dollar signs.
        found: ``supplied`` or ``search``.
    """

    point: tuple[tuple[str, str], ...]
    hypotheses: tuple[Evaluated, ...]
    conclusion: Evaluated
    found: str = "supplied"


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table of the report; cells are text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One curve or cloud of a plot; `low` and `high` bound an interval around `y`."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of the report, as data. `kind` is ``line``, ``scatter`` or ``bar``."""

    title: str
    kind: str
    series: tuple[Series, ...]
    xlabel: str
    ylabel: str
    xscale: str = "linear"
    yscale: str = "linear"
    equal_axes: bool = False
    note: str = ""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """The measured answer to one effect of an experiment."""

    effect: str
    answer: Answer
    value: str


class Quoted(msgspec.Struct, frozen=True, kw_only=True):
    """A theorem or definition as it stands in a Coq source.

    Attributes:
        name: its full name.
        text: it, without proof.
        comment: what its author says of it.
        context: the section variables that it depends on.
    """

    name: str
    text: str
    comment: str = ""
    context: str = ""


class Theorem(msgspec.Struct, frozen=True, kw_only=True):
    """A theorem that Coq's kernel checked.

    Attributes:
        name: its full name.
        statement: it, verbatim.
        vocabulary: every definition of ours that the statement uses, in turn.
        axioms: what it assumes besides definitions.
        seconds: that checking its file took.
        coq: the version that checked it.
    """

    name: str
    statement: Quoted
    vocabulary: tuple[Quoted, ...]
    axioms: tuple[str, ...]
    seconds: float
    coq: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one check found.

    Attributes:
        summary: one sentence with the figures.
        cases: non-vacuous cases that ran; `vacuous_cases` those whose hypotheses failed.
        margin: the largest ratio of error to allowed error seen (at most 1 passes); None if exact.
        steps, lemmas: a derivation's printed lines, and the ids of the lemmas that it cites.
        premises: what a derivation starts from, but for symmetries, which its ablation lists.
        fixed_size: whether a derivation knows no matrices but such of given sizes.
        theorems: what Coq's kernel checked.
        partial: what of its sentence they do not say.
        residuals: named residuals of the numerical work.
        detail: the traceback of an error, or other text a maintainer needs.
    """

    outcome: Outcome
    summary: str
    cases: int = 0
    vacuous_cases: int = 0
    margin: float | None = None
    witness: Witness | None = None
    steps: tuple[Step, ...] = ()
    lemmas: tuple[str, ...] = ()
    premises: tuple[Premise, ...] = ()
    fixed_size: bool = False
    theorems: tuple[Theorem, ...] = ()
    partial: str = ""
    residuals: dict[str, float] = {}
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    answers: tuple[Measured, ...] = ()
    detail: str = ""

    @property
    def hypotheses(self) -> tuple[str, ...]:
        """Ids of the statement's hypotheses that a derivation assumes, and names of what it asserts, or assumes to the contrary."""
        names = [
            premise.name.partition(":")[0]
            if premise.by == "statement"
            else f"set-up: {premise.name}"
            for premise in self.premises
            if premise.by in ("statement", "contrary", "")
        ]
        return tuple(dict.fromkeys(names))


def finding(holds: bool, summary: str, otherwise: str = "", **fields: Any) -> Finding:
    """A finding as stated, or else a surprise, which has another sentence if there is one."""
    if holds:
        return Finding(outcome=Outcome.AS_STATED, summary=summary, **fields)
    return Finding(outcome=Outcome.SURPRISE, summary=otherwise or summary, **fields)


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how a piece of evidence was made. Times in seconds, `date` in UTC (ISO 8601).

    `machine` is what was computed on, with how many threads. `configuration`, the hash of what the check
    runs without the code of it, is noted where the data do not come with the project.
    """

    key: str
    seed: int
    profile: str
    device: str
    versions: dict[str, str]
    git: str
    date: str
    wall_s: float
    cpu_s: float
    machine: str = ""
    configuration: str = ""


class Evidence(Finding, frozen=True, kw_only=True):
    """A finding with the check that made it and its provenance."""

    check: str
    provenance: Provenance

"""What a statement is, what a check is, and what it may report.

A *statement* is quoted text. Because the wording of a published statement can leave a reading
open, verdicts are given per *reading* (the statement as published) and per *part* (the strongest
repaired statement). A *check* is a function of a `Context`; what it returns is a `Finding`, which
the runner stamps with its provenance and keeps as `Evidence`. Evidence becomes a verdict in
`verify.judgement` and nowhere else.

Text fields may contain inline LaTeX between dollar signs.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import msgspec


class Role(enum.StrEnum):
    """What a check is for. All but `CONTEXT` gate the exit code."""

    SUPPORTS = "supports"
    REFUTES = "refutes"
    POWER = "power"  # shows that another check could have failed: false siblings, attacks, mutants
    CONTEXT = "context"


class Kind(enum.StrEnum):
    """How a check works; what `--only` and `--skip` select by."""

    DERIVATION = "derivation"
    PROPERTY = "property"
    COUNTEREXAMPLE = "counterexample"
    EXAMPLE = "example"
    SIBLING = "sibling"
    ATTACK = "attack"
    SCALE = "scale"
    TRAINING = "training"


class Arithmetic(enum.StrEnum):
    """The arithmetic a check's conclusion rests on, strongest first."""

    SYMBOLIC = "symbolic"
    EXACT = "exact"
    BALL = "ball"
    FLOAT64 = "float64"
    FLOAT32 = "float32"

    @property
    def is_rigorous(self) -> bool:
        """Whether a sign found in this arithmetic is proved rather than estimated."""
        return self in (Arithmetic.SYMBOLIC, Arithmetic.EXACT, Arithmetic.BALL)


class Outcome(enum.StrEnum):
    """What became of a check."""

    AS_STATED = "as stated"
    SURPRISE = "surprise"
    UNDECIDED = "undecided"
    VACUOUS = "vacuous"
    NOT_RUN = "not run"
    ERROR = "error"


class Verdict(enum.StrEnum):
    """The conclusions `judge` can reach; the first three are for readings, the next three for parts."""

    HOLDS = "holds"
    HOLDS_ADDED = "holds with an added hypothesis"
    REFUTED = "refuted"
    PROVED = "proved"
    SUPPORTED = "supported by numerics"
    FAILED = "failed"
    UNDECIDED = "undecided"


class Origin(enum.StrEnum):
    """Where a hypothesis comes from."""

    QUOTED = "quoted"
    REMARKED = "remarked in the section"
    ADDED = "added"


class Answer(enum.StrEnum):
    """The answer to an empirical question, by a criterion fixed before the run."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"
    NOT_APPLICABLE = "not applicable"


# --- statements -----------------------------------------------------------------------------


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


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The statement as published, under one reading of its wording.

    Attributes:
        id: short name, unique in the statement.
        text: the conclusion that is judged.
        hypotheses: ids of the statement's hypotheses that this reading assumes.
        predicted: the verdict that the specification predicts; compared in `judge` only.
        rescued_by: for a refuted reading, the reading or part that repairs it.
        existential: the reading says that something exists, so an exact example proves it.
    """

    id: str
    text: str
    hypotheses: tuple[str, ...]
    predicted: Verdict
    rescued_by: str = ""
    existential: bool = False


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the repaired statement, judged by its derivation and its numeric checks."""

    id: str
    title: str
    text: str
    predicted: Verdict = Verdict.PROVED


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
        flaws: what the published measurement gets wrong, one sentence each.
    """

    id: str
    title: str
    question: str
    published: str
    flaws: tuple[str, ...]
    effects: tuple[Effect, ...]


# --- findings and evidence ------------------------------------------------------------------


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One printed line of a derivation; `closed` says that its exact zero test succeeded."""

    text: str
    latex: str
    closed: bool


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


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one check found.

    Attributes:
        summary: one sentence with the figures.
        cases: non-vacuous cases that ran; `vacuous_cases` those whose hypotheses failed.
        margin: the largest ratio of error to allowed error seen (at most 1 passes); None if exact.
        steps, lemmas: a derivation's printed lines and the standard lemmas it cites.
        hypotheses: ids of the statement's hypotheses that a derivation assumes.
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
    hypotheses: tuple[str, ...] = ()
    residuals: dict[str, float] = {}
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    answers: tuple[Measured, ...] = ()
    detail: str = ""


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how a piece of evidence was made. Times in seconds, `date` in UTC (ISO 8601).

    `machine` and `configuration`, the hash of what the check runs without the code of it, are noted
    where the data do not come with the project.
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


def evidence_for(check: Check, finding: Finding, provenance: Provenance) -> Evidence:
    """Stamp a finding with its check and provenance."""
    fields: dict[str, Any] = {name: getattr(finding, name) for name in finding.__struct_fields__}
    return Evidence(check=check.id, provenance=provenance, **fields)


# --- checks ---------------------------------------------------------------------------------


CASES = {"smoke": 60, "standard": 200, "deep": 2000}
"""Random cases per property, by profile."""

DATA = ("cifar10", "cifar100", "checkpoint")
"""What a check may read that does not come with the project; see `Context.data`."""

MINIMUM_CASES = 50
"""A property that saw fewer non-vacuous cases than this is an error."""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """All that a check may depend on besides its code. Pickles.

    Attributes:
        seed: the run's seed; a check draws from `seed_for(check_id)`.
        profile: ``smoke``, ``standard`` or ``deep``.
        device: ``cpu`` or ``cuda``; checks that can use a GPU use this.
        cache: folder in which artefacts are kept.
        rooms: module of each room, by the first component of a check id.
        git: state of the checkout, for provenance.
        data: where the data sets are that do not come with the project, by name: a path, or empty
            if the data are fetched.
        deadline: on `time.monotonic`'s clock, when long work is to stop and be resumed later.
        scratch: folder for what building an artefact leaves to be resumed.
    """

    seed: int
    profile: str
    device: str
    cache: str
    rooms: dict[str, str]
    git: str = "unknown"
    data: dict[str, str] = {}
    deadline: float | None = None
    scratch: str = ""

    @property
    def cases(self) -> int:
        """Random cases that one property draws."""
        return CASES[self.profile]

    def seed_for(self, name: str) -> int:
        """A seed in [0, 2^63) that depends on the run's seed and on `name` only."""
        digest = hashlib.sha256(f"{self.seed}:{name}".encode()).digest()
        return int.from_bytes(digest[:8], "big") >> 1


class Need(Protocol):
    """A result that several checks need, built once: `verify.artefact.Artefact`."""

    @property
    def name(self) -> str:
        """What it is called, among the artefacts of one check."""

    @property
    def cost(self) -> float:
        """CPU-seconds, roughly; for scheduling only."""

    def key(self, ctx: Context, installed: Mapping[str, str] | None = None) -> str:
        """Hash of everything that it depends on; `installed` are the versions to assume."""

    def path(self, ctx: Context) -> Path:
        """Where it is kept."""

    def load(self, ctx: Context) -> Mapping[str, Any]:
        """Return it, building it first if it is not there."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One piece of work whose outcome is evidence.

    Attributes:
        id: ``room.part.name``; the first component names the room.
        title: what is checked, one line.
        readings: ids of the readings that this check bears on.
        part: id of the part that it bears on, if any.
        all_dimensions: for a derivation, that it closes with symbolic dimensions (or that its
            fixed-dimension algebra proves every dimension by a named reduction).
        artefacts: what is built before it runs.
        capabilities: what it needs of the machine, ``cuda`` or one of `DATA`, or of the run,
            ``deep``; without them it is not run.
        command: what to type to run it where it is not run otherwise.
        cost: CPU-seconds in the standard profile, roughly; for scheduling only.
        run: a function of the context.
    """

    id: str
    title: str
    role: Role
    kind: Kind
    arithmetic: Arithmetic
    run: Callable[[Context], Finding]
    part: str = ""
    readings: tuple[str, ...] = ()
    all_dimensions: bool = False
    artefacts: tuple[Need, ...] = ()
    capabilities: tuple[str, ...] = ()
    cost: float = 1.0
    command: str = ""

    @property
    def room(self) -> str:
        """The first component of the id."""
        return self.id.partition(".")[0]

    @property
    def gates(self) -> bool:
        """Whether anything but `AS_STATED` turns the run red."""
        return self.role is not Role.CONTEXT

    @property
    def fixed(self) -> bool:
        """Whether all that it draws is fixed in what it runs: the run's seed and profile are not used."""
        return any(name in DATA for name in self.capabilities)

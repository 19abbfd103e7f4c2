"""The record of one run: everything that the report, ``--json`` and ``--junit`` are made from.

A `RunRecord` is plain data that encodes to JSON. It holds the checks without their functions, the
evidence they left, and the verdicts that `verify.claims.judgement.judge` reached from it; whoever reads
it decides nothing again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import msgspec

from verify.claims.check import Arithmetic, Check, Kind, Role
from verify.claims.evidence import Answer, Measured, Outcome
from verify.claims.judgement import Judged, Judgement
from verify.claims.lemmas import Lemma
from verify.claims.picture import Picture
from verify.claims.statement import Effect, Experiment, Part, Reading, Statement
from verify.claims.summary import UNLEARNED, Summary, Told, title
from verify.engine.provenance import Traced

SCHEMA = 1
"""The layout of a run's record, `reports/record.schema.json`; raised when a field changes its meaning or goes."""

TURNED = "undecided on another machine"
"""With what ends what is told of an effect that another machine left undecided."""


class CheckRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A check as data, with the evidence it left.

    Attributes:
        id, title, role, kind, arithmetic, part, readings, all_dimensions, rests_on, capabilities: as
            in `verify.claims.check.Check`.
        artefacts: names of the artefacts it needs.
        command: what to type to run it where no run of all includes it; empty if one does.
        source: file and line of what it runs, ``theorems/thm31/derivation.py:41``, as they are now; empty if
            they are not known.
        evidence: what it found; None if it did not run and nothing is stored for it.
        stale: the evidence does not count in this run (other code, versions, seed, profile or
            device); it is shown, and no verdict rests on it.
        recorded: the evidence comes from the committed records, not from this machine's store;
            it counts unless it is stale.
        reused: the evidence counts, and an earlier run stored or recorded it.
        note: for stale evidence, why it does not count; for a check without evidence, why it has
            none. A sentence or two, e.g. ``Not run yet. Measured with earlier code.``
    """

    id: str
    title: str
    role: Role
    kind: Kind
    arithmetic: Arithmetic
    part: str
    readings: tuple[str, ...]
    all_dimensions: bool
    capabilities: tuple[str, ...]
    rests_on: tuple[str, ...] = ()
    artefacts: tuple[str, ...] = ()
    command: str = ""
    source: str = ""
    evidence: Traced | None = None
    stale: bool = False
    recorded: bool = False
    reused: bool = False
    note: str = ""

    @classmethod
    def of(cls, check: Check, **found: Any) -> CheckRecord:
        """The record of a check, with what is known of its evidence."""
        declared = {
            name: getattr(check, name) for name in cls.__struct_fields__ if hasattr(check, name)
        }
        declared["artefacts"] = tuple(need.name for need in check.artefacts)
        return cls(**declared, **found)

    @property
    def gates(self) -> bool:
        """Whether a surprise in this check turns the run red."""
        return self.role is not Role.CONTEXT

    @property
    def outcome(self) -> Outcome:
        """The outcome that counts in this run: stale or missing evidence is ``not run``."""
        if self.evidence is None or self.stale:
            return Outcome.NOT_RUN
        return self.evidence.outcome

    @property
    def unlearned(self) -> bool:
        """Whether it measured networks that do not count as trained."""
        return self.evidence is not None and UNLEARNED in self.evidence.summary

    @property
    def summary(self) -> str:
        """One sentence for this run: what was found, or why nothing was."""
        if self.evidence is None or self.stale:
            return self.note
        return self.evidence.summary


def by_reason(not_run: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the ids of checks that did not run, by the reason that is given for them."""
    grouped: dict[str, list[str]] = {}
    for id, reason in not_run.items():
        grouped.setdefault(reason, []).append(id)
    return grouped


class StatementRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A statement, its checks in the room's order, the verdicts, and what became of it in words and a picture."""

    statement: Statement
    checks: tuple[CheckRecord, ...]
    judged: Judged
    summary: Summary | None = None
    picture: Picture | None = None

    def title(self, about: Reading | Part) -> str:
        """What a reading or part of it is called."""
        return title(about, self.summary)

    @property
    def quoted(self) -> tuple[Judgement, ...]:
        """Of the readings, those of what the quoted words say."""
        return tuple(one for one in self.judged.readings if one not in self.beyond)

    @property
    def beyond(self) -> tuple[Judgement, ...]:
        """Of the readings, those that ask for more."""
        ids = self.summary.beyond if self.summary else ()
        return tuple(one for one in self.judged.readings if one.target in ids)

    @property
    def judgements(self) -> Iterator[tuple[str, Reading | Part, Judgement]]:
        """Every reading and part with its verdict, readings first, and as `RunRecord.reached` names it."""
        subject = self.statement
        readings = {reading.id: reading for reading in subject.readings}
        parts = {part.id: part for part in subject.parts}
        for one in self.judged.readings:
            shared = " (reading)" if one.target in parts else ""
            yield f"{subject.id}.{one.target}{shared}", readings[one.target], one
        for one in self.judged.parts:
            yield f"{subject.id}.{one.target}", parts[one.target], one


class FoundationRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A part or reading of a room that was not asked for, on which one that was rests.

    Attributes:
        id: as derivations name it, ``thm41.identity``.
        label: of its statement.
        title: what it is called.
        judgement: its verdict, by its derivations only.
        checks: these.
    """

    id: str
    label: str
    title: str
    judgement: Judgement
    checks: tuple[CheckRecord, ...]


class ExperimentRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An experiment, its checks, and by effect id the (check id, measured answer) that counts.

    Attributes:
        told: the answers in words.
        picture: what is to be remembered.
    """

    experiment: Experiment
    checks: tuple[CheckRecord, ...]
    answers: dict[str, tuple[str, Measured]]
    told: tuple[Told, ...] = ()
    picture: Picture | None = None

    def answered(self, effect: str) -> list[tuple[CheckRecord, Measured]]:
        """The checks that answered an effect, with their answers, whether they count or not."""
        return [
            (check, measured)
            for check in self.checks
            if check.evidence is not None
            for measured in check.evidence.answers
            if measured.effect == effect
        ]

    def counted(self, effect: str) -> list[tuple[CheckRecord, Measured]]:
        """The same without the answers of networks that hardly learned, and of evidence that does not count."""
        return [
            found for found in self.answered(effect) if not (found[0].unlearned or found[0].stale)
        ]

    @property
    def claimed(self) -> list[Effect]:
        """The effects that the paper claims: not one whose published figure we computed from what was released."""
        computed = {id for one in self.told if not one.published for id in one.effects}
        return [one for one in self.experiment.effects if one.published and one.id not in computed]

    @property
    def turned(self) -> dict[str, str]:
        """The effects that another machine left undecided on the digits, with what is told of them there."""
        return {
            id: one.digits[1]
            for one in self.told
            if one.digits and one.digits[1].endswith(TURNED)
            for id in one.effects
        }

    @property
    def disputes(self) -> list[str]:
        """The effects that were answered with yes on some data and with no on others."""
        return [
            effect.id
            for effect in self.experiment.effects
            if {Answer.YES, Answer.NO}
            <= {measured.answer for _, measured in self.counted(effect.id)}
        ]


class ChangeRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A change to the code, and what became of it when it was last tried.

    Attributes:
        id, file, text, becomes, wrong, checks, equivalent: as in the catalogue.
        tried: whether it was tried, and the file that it changes and the code of its checks are still the same; of
            a check that is a test, the test's own file.
        noticed_by: the check that turned red; empty if none did.
        by: `check` where that is by what it found, `exception` or, by a digest of words and code alone, `words`;
            empty if none did.
    """

    id: str
    file: str
    text: str
    becomes: str
    wrong: str
    checks: tuple[str, ...]
    equivalent: str
    tried: bool
    noticed_by: str
    by: str = ""


class DrawnRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Changes drawn at random: how many were noticed, and the 95 % interval of that share.

    Attributes:
        untested: how many of those drawn no check or test reaches, which are not among the survivors.
    """

    seed: int
    drawn: int
    noticed: int
    low: float
    high: float
    survivors: tuple[tuple[str, str], ...]
    untested: int = 0


class PowerRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The changes that the checks of a statement, or the tests of kernels, experiments or engine, faced."""

    changes: tuple[ChangeRecord, ...]
    drawn: DrawnRecord | None = None

    @property
    def noticed(self) -> list[ChangeRecord]:
        """Those that a check noticed."""
        return [one for one in self.changes if one.tried and one.noticed_by]

    def noticed_by(self, kind: str) -> list[ChangeRecord]:
        """Those that were noticed by a check, an exception or words, see `ChangeRecord.by`."""
        return [one for one in self.noticed if one.by == kind]

    @property
    def unnoticed(self) -> list[ChangeRecord]:
        """Those that none noticed, and that are not said to be equivalent."""
        return [one for one in self.changes if one.tried and not (one.noticed_by or one.equivalent)]

    @property
    def equivalent(self) -> list[ChangeRecord]:
        """Those that none can notice, and none did."""
        return [one for one in self.changes if one.tried and one.equivalent and not one.noticed_by]

    @property
    def waiting(self) -> list[ChangeRecord]:
        """Those that were not tried since code or checks changed."""
        return [one for one in self.changes if not one.tried]


class SoakedCheck(msgspec.Struct, frozen=True, kw_only=True):
    """With how many seeds a check that draws ran, and what it said where it was red without a fault.

    Attributes:
        limit: the upper 95 % confidence limit of the rate of that.
    """

    id: str
    seeds: int
    alarms: tuple[str, ...]
    limit: float


class SoakRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The checks of a room that draw, with one seed after another in the smoke profile."""

    checks: tuple[SoakedCheck, ...]

    @property
    def ran(self) -> list[SoakedCheck]:
        """Those that ran, and whose code is still the same; at least one."""
        return [one for one in self.checks if one.seeds]

    @property
    def least(self) -> int:
        """The fewest seeds that one of them ran with."""
        return min(one.seeds for one in self.ran)

    @property
    def alarms(self) -> int:
        """How often any was red."""
        return sum(len(one.alarms) for one in self.checks)

    @property
    def limit(self) -> float:
        """The largest upper confidence limit of any of them."""
        return max(one.limit for one in self.ran)


class RunRecord(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One run, or one reading of the stored evidence.

    Attributes:
        schema: the number of this layout.
        seed, profile, device: as in `verify.claims.check.Context`.
        versions: version by package name, and ``python``.
        machine: what it ran on, e.g. ``{"system": ..., "processor": ..., "cores": ...}``.
        git: state of the checkout.
        address: of the project's files, a path to be put behind it; empty if its metadata name none.
        started: UTC, ISO 8601.
        wall_s: seconds from start to end of this run.
        cpu_s: CPU seconds of the checks that ran in this run.
        failures: why the run is red, one sentence each (`verify.claims.judgement.gate_failures`).
        not_run: reason by check id.
        reused: how many checks count on evidence that an earlier run stored or recorded.
        only, skip: the kinds of check that the run was restricted to, or left out.
        omitted: labels of the rooms that the run left out because it was asked for others.
        foundations: what the statements rest on in rooms that were not asked for.
        lemmas: the lemmas that its evidence cites, in the order of the register.
        warnings: sentences on what went otherwise than it should without changing a verdict.
        power: the changes to the code that checks faced, by statement, ``numeric``, ``experiments`` and ``engine``.
        soaked: how often its checks that draw were red without a fault, by statement and experiment.
    """

    seed: int
    profile: str
    device: str
    versions: dict[str, str]
    machine: dict[str, str]
    git: str
    started: str
    wall_s: float
    cpu_s: float
    schema: int = SCHEMA
    address: str = ""
    statements: tuple[StatementRecord, ...] = ()
    experiments: tuple[ExperimentRecord, ...] = ()
    failures: tuple[str, ...] = ()
    not_run: dict[str, str] = {}
    reused: int = 0
    only: tuple[Kind, ...] = ()
    skip: tuple[Kind, ...] = ()
    omitted: tuple[str, ...] = ()
    foundations: tuple[FoundationRecord, ...] = ()
    lemmas: tuple[Lemma, ...] = ()
    warnings: tuple[str, ...] = ()
    power: dict[str, PowerRecord] = {}
    soaked: dict[str, SoakRecord] = {}

    @property
    def checks(self) -> Iterator[CheckRecord]:
        """Every check of the run, in order."""
        for statement in self.statements:
            yield from statement.checks
        for experiment in self.experiments:
            yield from experiment.checks

    @cached_property
    def reached(self) -> dict[str, Judgement]:
        """Every verdict by what it is about, ``room.part``, foundations last.

        A reading that shares its id with a part of its statement is ``room.part (reading)``.
        """
        found = {name: one for room in self.statements for name, _, one in room.judgements}
        return found | {ground.id: ground.judgement for ground in self.foundations}

    @cached_property
    def titles(self) -> dict[str, str]:
        """What is judged is called, by the names of `reached`."""
        found = {
            name: room.title(about)
            for room in self.statements
            for name, about, _ in room.judgements
        }
        return found | {ground.id: ground.title for ground in self.foundations}

    def resting_on(self, id: str) -> tuple[str, ...]:
        """What rests on a part or reading, ``room.part``, or on the lemma of this id."""
        return tuple(
            about
            for about, judgement in self.reached.items()
            if id in judgement.rests_on or id in judgement.lemmas
        )

    def lemma(self, id: str) -> Lemma | None:
        """The cited lemma of this id; None where evidence cites what the register no longer holds."""
        return next((lemma for lemma in self.lemmas if lemma.id == id), None)

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many checks came to each outcome, every outcome named."""
        seen = Counter(check.outcome for check in self.checks)
        return {outcome: seen[outcome] for outcome in Outcome}

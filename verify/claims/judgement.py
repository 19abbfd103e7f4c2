"""What evidence may conclude: the only place where it becomes a verdict. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from verify.claims.check import Check, Kind, Role
from verify.claims.evidence import Evidence, Measured, Outcome
from verify.claims.statement import Experiment, Origin, Part, Reading, Statement, Verdict
from verify.claims.summary import UNLEARNED
from verify.claims.text import count, standing


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict with its reason. `complete` is False while checks it rests on have not run.

    Attributes:
        target: the reading or part.
        lemmas: ids of the lemmas that its checks cite; none where Coq's kernel says it.
        rests_on: the parts and readings that its derivations take from elsewhere, ``room.part``.
        checks: ids of the checks that bear on it.
    """

    target: str
    verdict: Verdict
    predicted: Verdict
    reason: str
    complete: bool
    lemmas: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether others may rest on it."""
        return self.verdict in (
            Verdict.PROVED,
            Verdict.DERIVED,
            Verdict.HOLDS,
            Verdict.HOLDS_ADDED,
        )

    @property
    def agrees(self) -> bool:
        """Whether the verdict is the predicted one."""
        return self.verdict is self.predicted


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """Every verdict of one statement."""

    statement: str
    readings: tuple[Judgement, ...]
    parts: tuple[Judgement, ...]

    @property
    def surprises(self) -> tuple[Judgement, ...]:
        """Judgements that rest on complete evidence and contradict the prediction."""
        return tuple(j for j in self.readings + self.parts if j.complete and not j.agrees)


Stated = tuple[Statement, Sequence[Check]]
"""A statement with its checks."""


def judge(
    statement: Statement,
    checks: Sequence[Check],
    evidence: Mapping[str, Evidence],
    others: Iterable[Stated] = (),
) -> Judged:
    """Decide every reading and part of a statement from its checks' evidence, see `Verdicts`.

    Args:
        statement: what is judged.
        checks: its checks.
        evidence: by check id.
        others: statements that it rests on, with the checks that decide them.
    """
    return Verdicts([(statement, checks), *others], evidence).judged(statement.id)


class Verdicts:
    """The verdicts of statements that rest on each other, each reached once.

    A part is *proved* if Coq's kernel checked the displayed sentence, *derived* if there is a
    derivation for all dimensions that does not close without any of its hypotheses, and *supported*
    otherwise. A reading is *refuted* by a theorem of the kernel, or by a counterexample in rigorous
    arithmetic that evaluates each of its hypotheses; it *holds* by a theorem, or by a derivation that
    assumes no other hypotheses (or, if it only says that something exists, by an exact example). No
    verdict stands that another check contradicts, or whose derivations rest on what does not stand.
    Checks that need a capability of the machine are left out of account while they have not run, as
    are theorems where neither Coq nor a record of them is at hand; any other missing check leaves the
    verdict open.

    Args:
        stated: the statements, each with the checks that decide it.
        evidence: by check id.
    """

    def __init__(self, stated: Iterable[Stated], evidence: Mapping[str, Evidence]) -> None:
        self._stated = {statement.id: (statement, checks) for statement, checks in stated}
        self._evidence = evidence
        self._reached: dict[tuple[str, Reading | Part], Judgement | None] = {}

    def judged(self, id: str) -> Judged:
        """Return every verdict of one of the statements."""
        statement, _ = self._stated[id]
        readings = tuple(self._judgement(id, reading) for reading in statement.readings)
        parts = tuple(self._judgement(id, part) for part in statement.parts)
        return Judged(statement=id, readings=readings, parts=parts)

    def of(self, target: str) -> Judgement | None:
        """Return the verdict of a part or reading, ``room.part``.

        None if no statement here has it, and where it rests on itself.
        """
        id, _, name = target.partition(".")
        if id not in self._stated or (found := resolve(self._stated[id][0], name)) is None:
            return None
        if self._reached.get((id, found), ...) is None:
            return None
        return self._judgement(id, found)

    def _judgement(self, id: str, about: Reading | Part) -> Judgement:
        """Reach a verdict, unless it was reached before."""
        known = self._reached.get((id, about))
        if known is None:
            self._reached[id, about] = None  # while what it rests on is judged
            statement, checks = self._stated[id]
            bearing = [check for check in checks if bears_on(check, about)]
            grounds = {target: self.of(target) for target in rests_on(bearing)}
            if isinstance(about, Reading):
                assumed = {
                    target: self._assumes(target, id)
                    for target, found in grounds.items()
                    if found and found.stands
                }
                known = _judge_reading(statement, about, bearing, self._evidence, grounds, assumed)
            else:
                known = _judge_part(about, bearing, self._evidence, grounds)
            self._reached[id, about] = known
        return known

    def _assumes(self, target: str, id: str) -> tuple[str, ...]:
        """What a reading of the statement `id` assumes by resting on a part or reading that stands.

        A reading names its hypotheses. So does a sentence that is proved; of a part that is derived only the
        derivations say what they assume, and what they rest on. Another statement's hypotheses have names of
        their own: that they are met where a derivation rests on it is judged by a reader.
        """
        room, _, name = target.partition(".")
        statement, checks = self._stated[room]
        about, found = resolve(statement, name), self.of(target)
        if room != id or about is None or found is None:
            return ()
        if isinstance(about, Reading):
            return about.hypotheses
        if found.verdict is Verdict.PROVED:
            return ()
        good, *_ = _sort([c for c in checks if bears_on(c, about)], self._evidence)
        own = [h for c in _proofs(good, self._evidence) for h in self._evidence[c.id].hypotheses]
        return (*own, *(h for ground in found.rests_on for h in self._assumes(ground, id)))


def resolve(statement: Statement, name: str) -> Part | Reading | None:
    """Return the part of a statement of this id or else the reading, or None."""
    return next((one for one in named(statement) if one.id == name), None)


def named(statement: Statement) -> tuple[Part | Reading, ...]:
    """What others may rest on: the parts, then the readings."""
    return (*statement.parts, *statement.readings)


def bears_on(check: Check, about: Reading | Part) -> bool:
    """Whether a check has a part in the verdict of a reading or part of its room."""
    if isinstance(about, Part):
        return check.part == about.id and check.role in (Role.SUPPORTS, Role.CONTROL)
    return about.id in check.readings and check.role is not Role.CONTEXT


def rests_on(checks: Iterable[Check]) -> tuple[str, ...]:
    """What checks rest on, each once."""
    return tuple(dict.fromkeys(target for check in checks for target in check.rests_on))


def judge_experiment(
    experiment: Experiment, checks: Sequence[Check], evidence: Mapping[str, Evidence]
) -> dict[str, tuple[str, Measured]]:
    """The measured answer to each effect, with the id of the check that measured it.

    An effect measured by several checks is given by the first of them that ran on networks that count as trained.
    """
    answers: dict[str, tuple[str, Measured]] = {}
    known = {effect.id for effect in experiment.effects}
    for check in checks:
        found = evidence.get(check.id)
        if found is None:
            continue
        for measured in found.answers:
            if measured.effect not in known:
                raise ValueError(
                    f"{check.id} answers {measured.effect!r}, which {experiment.id} does not ask"
                )
            if UNLEARNED not in found.summary:
                answers.setdefault(measured.effect, (check.id, measured))
    return answers


def _sort(
    checks: Sequence[Check], evidence: Mapping[str, Evidence]
) -> tuple[list[Check], list[Check], list[Check]]:
    """Split checks into (as stated, gone wrong, missing); optional ones that did not run are dropped."""
    good, bad, missing = [], [], []
    for check in checks:
        found = evidence.get(check.id)
        if found is None or found.outcome is Outcome.NOT_RUN:
            if not check.capabilities and not (found and check.kind is Kind.KERNEL):
                missing.append(check)
        elif found.outcome is Outcome.AS_STATED:
            good.append(check)
        else:
            bad.append(check)
    return good, bad, missing


def _unchecked(checks: Sequence[Check], evidence: Mapping[str, Evidence]) -> bool:
    """Whether a theorem could not be checked here, so that a verdict may be weaker than it would be."""
    return any(
        check.kind is Kind.KERNEL
        and (found := evidence.get(check.id)) is not None
        and found.outcome is Outcome.NOT_RUN
        for check in checks
    )


def _theorems(checks: Sequence[Check], evidence: Mapping[str, Evidence]) -> list[Check]:
    """The checks by which Coq's kernel says the whole of a sentence, or of a refutation."""
    return [c for c in checks if c.kind is Kind.KERNEL and not evidence[c.id].partial]


def _names(checks: Sequence[Check]) -> str:
    return ", ".join(check.id for check in checks)


def _shown_needed(check: Check, good: Sequence[Check]) -> bool:
    """Whether a derivation was shown not to close without its hypotheses."""
    return any(c.id == f"{check.id}.ablation" and c.role is Role.CONTROL for c in good)


def _proofs(good: Sequence[Check], evidence: Mapping[str, Evidence]) -> list[Check]:
    """The derivations that count: not at one size, and with no idle hypothesis."""
    return [
        c
        for c in good
        if c.kind is Kind.DERIVATION
        and c.all_dimensions
        and not evidence[c.id].fixed_size
        and c.role is Role.SUPPORTS
        and _shown_needed(c, good)
    ]


def _instance(reading: Reading, found: Evidence, conclusion: bool) -> bool:
    """Whether a witness evaluates exactly the reading's hypotheses, all true, and its conclusion."""
    witness = found.witness
    return (
        witness is not None
        and {h.id for h in witness.hypotheses} == set(reading.hypotheses)
        and all(h.holds for h in witness.hypotheses)
        and witness.conclusion.holds is conclusion
    )


def _derivations(
    reading: Reading, good: Sequence[Check], evidence: Mapping[str, Evidence]
) -> list[Check]:
    """What proves a reading: derivations from its own hypotheses, or exact examples if it asks for one."""
    proofs = [
        c
        for c in _proofs(good, evidence)
        if set(evidence[c.id].hypotheses) <= set(reading.hypotheses)
    ]
    if reading.existential:
        proofs += [
            c
            for c in good
            if c.kind is Kind.EXAMPLE
            and c.arithmetic.is_rigorous
            and _instance(reading, evidence[c.id], conclusion=True)
        ]
    return proofs


def _lemmas(checks: Sequence[Check], evidence: Mapping[str, Evidence]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(lemma for c in checks for lemma in evidence[c.id].lemmas))


Grounds = Mapping[str, Judgement | None]
"""The verdicts that derivations rest on, by target."""


def _without_ground(grounds: Grounds) -> str:
    """What derivations rest on that does not stand, as a reason; empty if all of it does."""
    return "; ".join(
        f"rests on {target}, which is {found.verdict if found else 'not judged'}"
        for target, found in grounds.items()
        if found is None or not found.stands or found.verdict is Verdict.HOLDS_ADDED
    )


def _beyond(reading: Reading, assumed: Mapping[str, Sequence[str]]) -> str:
    """What derivations rest on that assumes more than this reading, as a reason."""
    return "; ".join(
        f"rests on {target}, which also assumes {_ids(dict.fromkeys(more))}"
        for target, hypotheses in assumed.items()
        if (more := [h for h in hypotheses if h not in reading.hypotheses])
    )


def _ids(hypotheses: Iterable[str]) -> str:
    """Their ids, as code: some read like words of the sentence."""
    return ", ".join(f"`{id}`" for id in hypotheses)


def _final(grounds: Grounds) -> bool:
    """Whether no verdict that derivations rest on waits for a check."""
    return all(found is not None and found.complete for found in grounds.values())


def _under(added: Sequence[str]) -> str:
    """Added hypotheses, behind a verb."""
    if not added:
        return ""
    return f" under the added {'hypothesis' if len(added) == 1 else 'hypotheses'} {_ids(added)}"


def _judge_reading(
    statement: Statement,
    reading: Reading,
    bearing: Sequence[Check],
    evidence: Mapping[str, Evidence],
    grounds: Grounds,
    assumed: Mapping[str, Sequence[str]],
) -> Judgement:
    good, bad, missing = _sort(bearing, evidence)
    refuting = [c for c in good if c.role is Role.REFUTES]
    theorems = _theorems(refuting, evidence)
    rigorous = [
        c
        for c in refuting
        if c.arithmetic.is_rigorous and _instance(reading, evidence[c.id], conclusion=False)
    ]
    supporting = [c for c in good if c.role is Role.SUPPORTS]
    proofs = _derivations(reading, good, evidence)
    added = [h for h in reading.hypotheses if statement.hypothesis(h).origin is Origin.ADDED]

    verdict = Verdict.UNDECIDED
    complete = not missing and not _unchecked(bearing, evidence)
    if bad:
        reason = f"did not find what they state: {_names(bad)}"
    elif missing:
        reason = f"not run: {_names(missing)}"
    elif refuting and supporting:
        reason = f"contradictory evidence: {_names(supporting)} against {_names(refuting)}"
    elif theorems or rigorous:
        verdict, reason = Verdict.REFUTED, f"counterexample: {_names(rigorous)}"
        if theorems:
            reason = f"checked by Coq's kernel: {_names(theorems)}" + (
                f"; {reason}" if rigorous else ""
            )
    elif refuting:
        reason = f"counterexample in floating point, or without every hypothesis evaluated: {_names(refuting)}"
    elif unreached := _unreached(reading, supporting, evidence):
        reason = f"no derivation ends in what is stated: {unreached}"
    elif checked := _theorems(supporting, evidence):
        verdict = Verdict.HOLDS_ADDED if added else Verdict.HOLDS
        reason = f"checked by Coq's kernel{_under(added)}: {_names(checked)}"
    elif reason := _without_ground(grounds) or _beyond(reading, assumed):
        complete = complete and _final(grounds)
    elif proofs:
        verdict = Verdict.HOLDS_ADDED if added else Verdict.HOLDS
        how = "by exact example" if reading.existential else "derived"
        reason = f"{how}{_under(added)}: {_names(proofs)}"
    elif supporting:
        reason = f"no derivation from these hypotheses: {_names(supporting)}"
    else:
        reason = "no check bears on this reading"
    return Judgement(
        target=reading.id,
        verdict=verdict,
        predicted=reading.predicted,
        reason=reason,
        complete=complete,
        lemmas=()
        if verdict is Verdict.UNDECIDED or _theorems(good, evidence)
        else _lemmas(good, evidence),
        rests_on=tuple(grounds),
        checks=tuple(c.id for c in bearing),
    )


def _judge_part(
    part: Part, bearing: Sequence[Check], evidence: Mapping[str, Evidence], grounds: Grounds
) -> Judgement:
    good, bad, missing = _sort(bearing, evidence)
    proofs = _proofs(good, evidence)
    supporting = [c for c in good if c.role is Role.SUPPORTS]

    theorems = _theorems(supporting, evidence)
    verdict = Verdict.UNDECIDED
    complete = not missing and not _unchecked(bearing, evidence)
    if bad:
        verdict, reason = Verdict.FAILED, f"did not find what they state: {_names(bad)}"
    elif missing:
        reason = f"not run: {_names(missing)}"
    elif unreached := _unreached(part, supporting, evidence):
        verdict, reason = Verdict.FAILED, f"no derivation ends in what is stated: {unreached}"
    elif theorems:
        verdict = Verdict.PROVED
        reason = f"checked by Coq's kernel: {_names(theorems)}{_further(supporting, theorems)}"
    elif reason := _without_ground(grounds):
        complete = complete and _final(grounds)
    elif proofs:
        verdict = Verdict.DERIVED
        reason = f"derived: {_names(proofs)}{_further(supporting, proofs)}"
    elif supporting:
        verdict, reason = Verdict.SUPPORTED, f"numerics only: {_names(supporting)}"
    else:
        reason = "no check bears on this part"
    return Judgement(
        target=part.id,
        verdict=verdict,
        predicted=part.predicted,
        reason=reason,
        complete=complete,
        lemmas=_lemmas(proofs, evidence) if verdict is Verdict.DERIVED else (),
        rests_on=tuple(grounds),
        checks=tuple(c.id for c in bearing),
    )


def _unreached(
    about: Reading | Part, supporting: Sequence[Check], evidence: Mapping[str, Evidence]
) -> str:
    """The formulas of a part or reading in which no derivation ends.

    One that assumes its last step, or ends in X = X or in an identity, ends in nothing; one that bounds from below does
    not end in what the text bounds by from above.
    """
    ends = [evidence[c.id].steps[-1:] for c in supporting if c.kind is Kind.DERIVATION]
    said = [step for steps in ends for step in steps if not step.assumed]
    said = [step for step in said if len(step.sides) == 1 or len({*step.sides}) > 1]
    reached = {
        one for s in said for one in zip(s.sides, s.stand or "=" * len(s.sides), strict=True)
    }
    lacking = list(about.concludes)
    for side, stands in reached:
        lacking = [
            f
            for f in lacking
            if f.expression != side or stands not in {"=", *(standing(f.latex, about.text) or "<>")}
        ]
    return ", ".join(f"${f.latex}$" for f in lacking)


def _further(supporting: Sequence[Check], decisive: Sequence[Check]) -> str:
    more = len(supporting) - len(decisive)
    if not more:
        return ""
    return f"; {count(more, 'further check')} {'supports' if more == 1 else 'support'} it"


def gate_failures(
    checks: Sequence[Check], evidence: Mapping[str, Evidence], judged: Sequence[Judged]
) -> list[str]:
    """Why a run is red, one sentence each; empty when every gating check found what it stated."""
    failures = []
    for check in checks:
        found = evidence.get(check.id)
        if found is None or found.outcome in (Outcome.AS_STATED, Outcome.NOT_RUN):
            continue
        if check.gates or found.outcome is Outcome.ERROR:
            failures.append(f"{check.id}: {found.outcome}. {found.summary}")
    for statement in judged:
        failures += [
            f"{statement.statement}, {j.target}: {j.verdict}, where the specification predicts "
            f"{j.predicted} ({j.reason})"
            for j in statement.surprises
        ]
    return failures

"""From evidence to the record of a run: what counts, what is only shown, and the verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from verify.claims.check import Check, Context, Kind
from verify.claims.evidence import Outcome
from verify.claims.judgement import Verdicts, gate_failures, judge_experiment, resolve
from verify.claims.lemmas import LEMMAS
from verify.claims.statement import Statement
from verify.claims.summary import title
from verify.engine.outline import Run
from verify.engine.places import Places, address
from verify.engine.provenance import Traced, difference, evidence_key, machine
from verify.engine.record import (
    CheckRecord,
    ExperimentRecord,
    FoundationRecord,
    RunRecord,
    StatementRecord,
)
from verify.engine.registry import Room
from verify.engine.runner import Results
from verify.engine.store import Records, best_valid
from verify.engine.worker import missing_capability
from verify.identity.closure import versions
from verify.identity.fingerprint import canonical_form


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked of a run, and how it went.

    Attributes:
        only, skip: the kinds of check asked for, and left out.
        started: UTC, ISO 8601; now by default.
        broken: sentences on rooms that could not be imported.
        omitted: labels of the rooms that were not asked for.
        foundations: what the rooms rest on elsewhere, each room with the derivations of that only.
    """

    only: tuple[Kind, ...] = ()
    skip: tuple[Kind, ...] = ()
    started: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    broken: tuple[str, ...] = ()
    omitted: tuple[str, ...] = ()
    foundations: tuple[Room, ...] = ()

    def leaves_out(self, check: Check) -> str:
        """Return why a check is left out, as a sentence; empty if it is not."""
        if self.only and check.kind not in self.only:
            return f"Left out by --only {', '.join(self.only)}."
        if check.kind in self.skip:
            return f"Left out by --skip {check.kind}."
        return ""


def kept(
    request: Request, ctx: Context, rooms: Sequence[Room], *, store: Records, recorded: Records
) -> Results:
    """Return the best that is kept of every check, in the store or in the records.

    That is evidence of present code and versions, whatever profile, seed and device it was made with.
    """

    def key_of(evidence: Traced) -> str:
        made = evidence.provenance
        as_made = msgspec.structs.replace(
            ctx, profile=made.profile, seed=made.seed, device=made.device
        )
        return evidence_key(check, as_made)

    evidence, from_records = {}, set()
    with store.listed(), recorded.listed():
        for room in (*rooms, *request.foundations):
            for check in room.checks:
                if room in rooms and request.leaves_out(check):
                    continue
                found = best_valid(check, room.subject, key_of, (store, recorded))
                if found is not None:
                    evidence[check.id] = found[0]
                    if found[1] is recorded:
                        from_records.add(check.id)
    return Results(evidence=evidence, reused=frozenset(evidence), recorded=frozenset(from_records))


def with_run(best: Results, run: Results) -> Results:
    """Return the best evidence there is, in which what a run found for the first time is no reused evidence.

    What could not run, and said why, counts where nothing better is kept.
    """
    lacking = {id: found for id, found in run.evidence.items() if id not in best.evidence}
    made_now = {
        id
        for id, found in run.evidence.items()
        if id not in run.reused and best.evidence.get(id) == found
    }
    return Results(
        evidence=best.evidence | lacking, reused=best.reused - made_now, recorded=best.recorded
    )


def assemble(
    request: Request,
    ctx: Context,
    rooms: Sequence[Room],
    results: Results,
    *,
    store: Records,
    recorded: Records,
    wall_s: float,
) -> RunRecord:
    """Return the record of a run; only what is in `results` counts in its verdicts.

    Args:
        request: what was asked for.
        ctx: the context in which the evidence was made.
        rooms: the rooms of the run.
        results: what was found, or is kept under the current keys.
        store: shows what a check found under an earlier key.
        recorded: shows what was recorded on another machine.
        wall_s: seconds from start to end.
    """
    places = Places()
    records, beneath = (
        {
            check.id: _check_record(
                check, ctx, results, left_out(check), store=store, recorded=recorded, places=places
            )
            for room in group
            for check in room.checks
        }
        for group, left_out in (
            (rooms, request.leaves_out),
            (request.foundations, lambda check: ""),
        )
    )
    everything = records | beneath
    # What was tried and could not run is in none of the records, and verdicts must know of it.
    counted = {id: found for id, found in results.evidence.items() if id in everything}
    together = (*rooms, *request.foundations)
    verdicts = Verdicts(
        [(room.subject, room.checks) for room in together if isinstance(room.subject, Statement)],
        counted,
    )
    statements, experiments, undrawn = [], [], []
    for room in rooms:
        checks = tuple(records[check.id] for check in room.checks)
        picture = None
        try:
            picture = room.picture(records) if room.picture else None
        except Exception as error:  # whatever it is, the verdicts are told
            undrawn.append(
                f"The picture of {room.name} could not be made ({type(error).__name__}: {error})."
            )
        if isinstance(room.subject, Statement):
            judged = verdicts.judged(room.subject.id)
            statements.append(
                StatementRecord(
                    statement=room.subject,
                    checks=checks,
                    judged=judged,
                    summary=room.summary,
                    picture=picture,
                )
            )
        else:
            answers = judge_experiment(room.subject, room.checks, counted)
            experiments.append(
                ExperimentRecord(
                    experiment=room.subject,
                    checks=checks,
                    answers=answers,
                    told=room.told,
                    picture=picture,
                )
            )
    failures = gate_failures(
        [check for room in together for check in room.checks],
        counted,
        [record.judged for record in statements],
    )
    cited = {
        id for record in everything.values() if record.evidence for id in record.evidence.lemmas
    }
    return RunRecord(
        seed=ctx.seed,
        profile=ctx.profile,
        device=ctx.device,
        versions=versions(),
        machine=machine(),
        git=ctx.git,
        address=address(),
        started=request.started,
        wall_s=wall_s,
        cpu_s=sum(one.provenance.cpu_s for id, one in counted.items() if id not in results.reused),
        statements=tuple(statements),
        experiments=tuple(experiments),
        failures=(*request.broken, *undrawn, *failures),
        not_run={
            id: record.summary
            for id, record in records.items()
            if record.outcome is Outcome.NOT_RUN
        },
        reused=sum(record.reused for record in records.values()),
        only=request.only,
        skip=request.skip,
        omitted=request.omitted,
        foundations=_foundations(request.foundations, statements, verdicts, beneath),
        lemmas=tuple(lemma for id, lemma in LEMMAS.items() if id in cited),
        warnings=(*store.warnings, *recorded.warnings),
    )


def _foundations(
    rooms: Sequence[Room],
    statements: Sequence[StatementRecord],
    verdicts: Verdicts,
    records: Mapping[str, CheckRecord],
) -> tuple[FoundationRecord, ...]:
    """The records of what statements rest on in other rooms, and of what that rests on there."""
    there = {room.name: room for room in rooms}
    found: dict[str, FoundationRecord] = {}
    waiting = [
        target
        for record in statements
        for judgement in (*record.judged.readings, *record.judged.parts)
        for target in judgement.rests_on
    ]
    while waiting:
        target = waiting.pop(0)
        name, _, id = target.partition(".")
        room, judgement = there.get(name), verdicts.of(target)
        if target in found or judgement is None or room is None:
            continue
        subject = room.subject
        if not isinstance(subject, Statement) or (about := resolve(subject, id)) is None:
            continue
        found[target] = FoundationRecord(
            id=target,
            label=subject.label,
            title=title(about, room.summary),
            judgement=judgement,
            checks=tuple(records[check] for check in judgement.checks),
        )
        waiting += judgement.rests_on
    return tuple(found.values())


def _check_record(
    check: Check,
    ctx: Context,
    results: Results,
    left_out: str,
    *,
    store: Records,
    recorded: Records,
    places: Places,
) -> CheckRecord:
    """The record of a check; if it did not run, with the newest evidence that does not count."""
    found = results.evidence.get(check.id)
    shown, note, stale, from_records = found, "", False, check.id in results.recorded
    if left_out:
        shown, note, from_records = None, left_out, False
    elif found is None or found.outcome is Outcome.NOT_RUN:
        note = found.summary if found else missing_capability(check, ctx) or "Not run yet."
        key = evidence_key(check, ctx)
        shown, other = store.newest(check.id, key), recorded.newest(check.id, key)
        if other is not None and (shown is None or shown.provenance.date < other.provenance.date):
            shown, from_records = other, True
        if shown is not None:
            stale = True
            note = f"{note} {difference(check, ctx, shown)}"
    run = check.run
    source = (
        run.source
        if isinstance(run, Run)
        else places.of(canonical_form(run)[0], ctx.rooms[check.room])
    )
    return CheckRecord.of(
        check,
        source=source,
        evidence=shown,
        stale=stale,
        recorded=from_records,
        reused=check.id in results.reused,
        note=note,
    )

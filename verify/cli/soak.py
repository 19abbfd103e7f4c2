"""``python -m verify soak``: the checks that draw, with one seed after another; how often each is red without a fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import msgspec

from verify.claims import property
from verify.claims.check import Check, Context, Kind
from verify.claims.evidence import Outcome
from verify.claims.text import count
from verify.engine import registry as rooms
from verify.engine.provenance import evidence_key
from verify.engine.record import SoakedCheck, SoakRecord
from verify.engine.registry import Room
from verify.engine.runner import PATIENCE_S, ExecutorFactory, Workers, process_pool
from verify.engine.store import StoreError, merging, write_record
from verify.engine.worker import CHANGED, missing_capability, run_check

FILE, PROFILE = "soak.json", "smoke"
"""The record that the report shows, and the profile of its runs."""

MAY_DRAW = (Kind.PROPERTY, Kind.MUTANT, Kind.ATTACK, Kind.SCALE, Kind.TRAINING)
"""What a check that draws is; the kernel, derivations, counterexamples and examples are exact."""

WRITTEN_S = 10.0
"""Seconds after which what was found is kept again."""

CONFIDENCE = 0.95
"""Of the upper limit of a rate, by Clopper and Pearson."""


def file(profile: str) -> str:
    """The name of the record of a profile."""
    return FILE if profile == PROFILE else f"{Path(FILE).stem}_{profile}.json"


def context(modules: dict[str, str], cache: str | Path = "", profile: str = PROFILE) -> Context:
    """What the checks run in, given the module of each room."""
    return Context(seed=0, profile=profile, device="cpu", cache=str(cache), rooms=modules)


class Drawing(Context, frozen=True, kw_only=True):
    """A context that notes what is drawn from."""

    drawn: list[str] = msgspec.field(default_factory=list)

    def seed_for(self, name: str) -> int:
        """A seed, as every context gives it; noted."""
        self.drawn.append(name)
        return super().seed_for(name)


class Soaked(msgspec.Struct, kw_only=True):
    """What is known of one check.

    Attributes:
        key: hash of its code, `key_of`; with another one everything is forgotten.
        draws: whether it draws at all; one that does not is run once.
        seeds: how many of the seeds 0, 1, .. it ran with.
        cpu_s: CPU-seconds that took.
        alarms: those at which it was not as stated, with what it said.
    """

    key: str
    draws: bool = True
    seeds: int = 0
    cpu_s: float = 0.0
    alarms: dict[int, str] = msgspec.field(default_factory=dict)


def read(path: Path) -> dict[str, Soaked]:
    """What is known so far, by check; nothing if there is no such file."""
    if not path.is_file():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Soaked])
    except (UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise StoreError(f"{path} is damaged ({error}); remove it to begin again.") from None


def merge(path: Path, found: dict[str, Soaked]) -> None:
    """Keep it beside what another process kept meanwhile: of one code the most seeds count, which are the same ones."""
    with merging(path):
        kept = read(path)
        for id, one in found.items():
            other = kept.get(id, one)
            if other.key != one.key or other.seeds <= one.seeds:
                kept[id] = one
        write(path, kept)


def write(path: Path, found: dict[str, Soaked]) -> None:
    """Keep it, whole or not at all; raise StoreError if the folder cannot be written."""
    write_record(path, found)


class Ran(NamedTuple):
    """What came of one run.

    Attributes:
        key: of the code that ran; empty if that is not known.
        said: what the check said if it is not as stated.
        drew: whether it drew.
        cpu_s: CPU-seconds that took.
    """

    key: str
    said: str
    drew: bool
    cpu_s: float


def key_of(check: Check, ctx: Context) -> str:
    """Hash of a check's code without seed and versions: an update of a library leaves what is counted as it was."""
    return evidence_key(check, msgspec.structs.replace(ctx, seed=0), {})


def once(check_id: str, ctx: Drawing) -> Ran:
    """Run a check."""
    property.SHRINKS = 0  # a smaller case changes no outcome
    found = run_check(check_id, ctx)
    fine = found.outcome is Outcome.AS_STATED
    said = "" if fine else f"{found.outcome}: {found.summary}"
    drew = len(ctx.drawn) > 1  # every check is given one seed, for global generators
    name = check_id.partition(".")[0]
    check = rooms.load(name, ctx.rooms[name]).check(check_id)
    key = "" if CHANGED in found.summary else key_of(check, ctx)
    return Ran(key, said, drew, found.provenance.cpu_s)


def soakable(room: Room, ctx: Context) -> list[Check]:
    """The gating checks of a room that may draw, but for those that need trained networks."""
    return [
        check
        for check in room.checks
        if check.gates
        and check.kind in MAY_DRAW
        and not check.artefacts
        and not missing_capability(check, ctx)
    ]


def _known(check: Check, ctx: Context, records: Sequence[dict[str, Soaked]]) -> Soaked:
    """What is known of a check as it stands, from the record that has most of it."""
    key = key_of(check, ctx)
    found = [one for record in records if (one := record.get(check.id)) and one.key == key]
    return max(found, key=lambda one: one.seeds, default=Soaked(key=key))


def soaked(loaded: Sequence[Room], ctx: Context, recorded: Path) -> dict[str, SoakRecord]:
    """What is recorded of the checks of rooms as they stand, by room; nothing of those without any."""
    record, found = read(recorded), {}
    for room in loaded:
        checks = []
        for check in soakable(room, ctx) if record else ():
            one = _known(check, ctx, [record])
            if one.draws:
                checks.append(
                    SoakedCheck(
                        id=check.id,
                        seeds=one.seeds,
                        alarms=tuple(one.alarms.values()),
                        limit=limit(len(one.alarms), one.seeds),
                    )
                )
        if any(one.seeds for one in checks):
            found[room.name] = SoakRecord(checks=tuple(checks))
    return found


def soak(
    loaded: Sequence[Room],
    ctx: Context,
    path: Path,
    also: Sequence[Path] = (),
    *,
    seeds: int,
    jobs: int,
    make: ExecutorFactory = process_pool,
    until: float | None,
    say: Callable[[str], None],
) -> int:
    """Run every gating check that draws with the seeds 0, .., seeds - 1.

    Args:
        loaded: the rooms.
        ctx: the context; its seed is replaced.
        path: where what is found is kept, and gone on from.
        also: further records to go on from.
        seeds: how many.
        jobs: worker processes.
        make: makes an executor with so many.
        until: on `time.monotonic`'s clock, when nothing further is begun.
        say: prints a line.

    Returns:
        0 if there was no alarm, 1 if there was one, 3 if there was none and something was left undone.
    """
    records = [read(path), *map(read, also)]
    checks = [check for room in loaded for check in soakable(room, ctx)]
    found = {check.id: _known(check, ctx, records) for check in checks}

    fields = {name: getattr(ctx, name) for name in Context.__struct_fields__}
    running: dict[Future[Ran], str] = {}
    suspects: list[str] = []  # each was running as a worker died, and is run by itself
    left: set[str] = set()  # runs no more

    def waiting() -> str | None:
        """The check that took least so far, so that dear ones keep nobody waiting."""
        if until is not None and monotonic() > until:
            return None
        least = [
            (one.cpu_s, id)
            for id, one in found.items()
            if one.seeds < (seeds if one.draws else 1)
            and id not in left
            and id not in running.values()
            and id in (suspects or found)
        ]
        return min(least)[1] if least else None

    def note(id: str, ran: Ran) -> None:
        one = found[id]
        if ran.key != one.key:
            left.add(id)
            say(f"{id}: its code changed on disk since this soak began, and is not counted.")
            return
        one.cpu_s += ran.cpu_s
        one.draws = (ran.drew or bool(ran.said)) if not one.seeds else one.draws
        if ran.said:
            one.alarms[one.seeds] = ran.said
            say(f"alarm: {id} with seed {one.seeds}: {ran.said}")
        one.seeds += 1

    written = monotonic()
    workers = Workers(make, jobs)
    try:
        while True:
            most = 1 if suspects else jobs
            while len(running) < most and (id := waiting()) is not None:
                drawing = Drawing(**{**fields, "seed": found[id].seeds})
                running[workers.call((once, (id, drawing)))] = id
            if not running:
                break
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            if any(isinstance(future.exception(), BrokenExecutor) for future in done):
                done, _ = wait(running)  # all are lost with it, and no one says whose worker died
                workers.replace()
            for future in done:
                id = running.pop(future)
                alone = id in suspects
                suspects = [one for one in suspects if one != id]
                if not isinstance(future.exception(), BrokenExecutor):
                    note(id, future.result())
                elif alone:
                    left.add(id)
                    say(f"{id}: its worker died with seed {found[id].seeds}, and died again alone.")
                else:
                    suspects.append(id)
            if monotonic() > written + WRITTEN_S:
                merge(path, found)
                written = monotonic()
        workers.stop(PATIENCE_S)
    except BaseException:
        workers.stop()
        raise
    finally:
        merge(path, found)
    return _told(found, seeds, jobs, say)


def _told(found: dict[str, Soaked], seeds: int, jobs: int, say: Callable[[str], None]) -> int:
    drawing = {id: one for id, one in found.items() if one.draws and one.seeds}
    for id, one in drawing.items():
        if one.alarms:
            most = limit(len(one.alarms), one.seeds)
            say(
                f"{id}: {count(len(one.alarms), 'alarm')} in {count(one.seeds, 'seed')}, at most {most:.2%}"
            )
    least = min((one.seeds for one in drawing.values()), default=0)
    unfinished = any(one.seeds < (seeds if one.draws else 1) for one in found.values())
    alarms = sum(len(one.alarms) for one in drawing.values())
    runs = sum(one.seeds for one in drawing.values())
    each = [one.cpu_s / one.seeds * seeds / 3600 for one in drawing.values()]
    hours, longest = sum(each), max(each, default=0.0)  # of one check a seed follows the other
    unknown = sum(not one.seeds for one in found.values())
    besides = f"{count(unknown, 'check')} that did not run yet and " if unknown else ""
    say(
        f"{count(alarms, 'alarm')} in {runs} runs of {count(len(drawing), 'check')} that draw, "
        f"each with {least} seeds or more; the rate of one is at most "
        f"{limit(0, least):.1%} where it gave none ({CONFIDENCE:.0%} confidence). "
        f"By the time that took, all of them with {count(seeds, 'seed')} take {hours:.3g} CPU-hours, "
        f"{max(hours / jobs, longest):.3g} hours of {count(jobs, 'worker')} that {'does' if jobs == 1 else 'do'} nothing else; "
        f"{besides}those that need trained networks are not among them."
    )
    return 1 if any(one.alarms for one in found.values()) else 3 if unfinished else 0


def limit(alarms: int, runs: int) -> float:
    """The upper confidence limit of a rate, by Clopper and Pearson; 1 if there was no run."""
    from scipy.special import betaincinv

    return float(betaincinv(alarms + 1, runs - alarms, CONFIDENCE)) if alarms < runs else 1.0

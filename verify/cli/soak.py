"""``python -m verify soak``: the checks that draw, with one seed after another; how often each is red without a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path
from time import monotonic

import msgspec

from verify.claims.check import Check, Context
from verify.claims.evidence import Outcome
from verify.claims.text import count
from verify.engine.provenance import evidence_key
from verify.engine.registry import Room
from verify.engine.runner import process_pool
from verify.engine.store import StoreError, write_whole
from verify.engine.worker import missing_capability, run_check

FILE = "soak.json"

CONFIDENCE = 0.95
"""Of the upper limit of a rate, by Clopper and Pearson."""


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
        key: hash of its code; with another one everything is forgotten.
        draws: whether it draws at all; one that does not is run once.
        seeds: how many of the seeds 0, 1, .. it ran with.
        alarms: those at which it was not as stated, with what it said.
    """

    key: str
    draws: bool = True
    seeds: int = 0
    alarms: dict[int, str] = msgspec.field(default_factory=dict)


def read(path: Path) -> dict[str, Soaked]:
    """What is known so far, by check; nothing if there is no such file."""
    if not path.is_file():
        return {}
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Soaked])
    except (UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise StoreError(f"{path} is damaged ({error}); remove it to begin again.") from None


def write(path: Path, found: dict[str, Soaked]) -> None:
    """Keep it, whole or not at all."""
    write_whole(path, msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")


def once(check_id: str, ctx: Drawing) -> tuple[str, bool]:
    """Run a check; return what it said if it is not as stated, and whether it drew."""
    found = run_check(check_id, ctx)
    fine = found.outcome in (Outcome.AS_STATED, Outcome.NOT_RUN)
    return "" if fine else f"{found.outcome}: {found.summary}", len(
        ctx.drawn
    ) > 1  # every check is given one seed, for global generators


def soak(
    loaded: Sequence[Room],
    ctx: Context,
    path: Path,
    *,
    seeds: int,
    jobs: int,
    until: float | None,
    say: Callable[[str], None],
) -> int:
    """Run every gating check that draws with the seeds 0, .., seeds - 1 in the smoke profile.

    Args:
        loaded: the rooms.
        ctx: the context, of the smoke profile; its seed is replaced.
        path: where what is found is kept, and gone on from.
        seeds: how many.
        jobs: worker processes.
        until: on `time.monotonic`'s clock, when nothing further is begun.
        say: prints a line.

    Returns:
        0 if there was no alarm, 1 if there was one, 3 if there was none and time was up.
    """
    known = read(path)
    checks = [
        check
        for room in loaded
        for check in room.checks
        if check.gates and not check.artefacts and not missing_capability(check, ctx)
    ]
    found: dict[str, Soaked] = {}
    for check in checks:
        key = evidence_key(check, msgspec.structs.replace(ctx, seed=0), {})
        kept = known.get(check.id)
        found[check.id] = kept if kept is not None and kept.key == key else Soaked(key=key)

    def waiting() -> Iterator[tuple[Check, int]]:
        for seed in range(seeds):
            for check in checks:
                one = found[check.id]
                if seed >= one.seeds and (one.draws or seed == 0):
                    yield check, seed

    fields = {name: getattr(ctx, name) for name in Context.__struct_fields__}
    running: dict[Future[tuple[str, bool]], tuple[str, int]] = {}
    queue = waiting()
    with process_pool(jobs) as pool:
        more = True
        while running or more:
            while more and len(running) < jobs:
                task = next(queue, None) if until is None or monotonic() < until else None
                if task is None:
                    more = False
                    break
                check, seed = task
                drawing = Drawing(**{**fields, "seed": seed})
                running[pool.submit(once, check.id, drawing)] = check.id, seed
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                id, seed = running.pop(future)
                said, drew = future.result()
                found[id].seeds = max(found[id].seeds, seed + 1)
                if seed == 0:
                    found[id].draws = drew
                if said:
                    found[id].alarms[seed] = said
                    say(f"alarm: {id} with seed {seed}: {said}")
                if not running or not seed % 10:
                    write(path, {**known, **found})
    write(path, {**known, **found})
    return _told(found, seeds, say)


def _told(found: dict[str, Soaked], seeds: int, say: Callable[[str], None]) -> int:
    from scipy.stats import binomtest

    drawing = {id: one for id, one in found.items() if one.draws and one.seeds}
    for id, one in drawing.items():
        if one.alarms:
            limit = _limit(len(one.alarms), one.seeds, binomtest)
            say(
                f"{id}: {count(len(one.alarms), 'alarm')} in {count(one.seeds, 'seed')}, at most {limit:.2%}"
            )
    least = min((one.seeds for one in drawing.values()), default=0)
    alarms = sum(len(one.alarms) for one in drawing.values())
    runs = sum(one.seeds for one in drawing.values())
    say(
        f"{count(alarms, 'alarm')} in {runs} runs of {count(len(drawing), 'check')} that draw, "
        f"each with {least} seeds or more; the rate of one is at most "
        f"{_limit(0, max(least, 1), binomtest):.1%} where it gave none, and that of a run at most "
        f"{_limit(alarms, max(runs, 1), binomtest):.3%} ({CONFIDENCE:.0%} confidence)."
    )
    return 1 if alarms else 3 if least < seeds else 0


def _limit(alarms: int, runs: int, binomtest: Callable[..., object]) -> float:
    """The upper confidence limit of a rate."""
    test = binomtest(alarms, runs, alternative="less")
    return float(test.proportion_ci(CONFIDENCE, "exact").high)  # type: ignore[attr-defined]

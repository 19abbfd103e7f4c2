"""``python -m verify mutate``: changes to the code, and which check notices each."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from verify.claims.text import count
from verify.engine import registry as rooms
from verify.engine.mutation import drawn, record
from verify.engine.mutation.campaign import By, Campaign, Change, Trial, is_over, source
from verify.engine.mutation.catalogue import BESIDES, FOLDERS, Mutation
from verify.engine.store import merging
from verify.engine.worker import missing_capability
from verify.identity.closure import closure
from verify.identity.fingerprint import canonical_form


class Asked:
    """What a command asks for.

    Attributes:
        chosen: the changes by the name of their catalogue.
        catalogues: the whole catalogues.
        kept: where results are kept, and gone on from.
        also: further records that answer.
        until: on `time.monotonic`'s clock, when no further change is begun.
        fresh: whether nothing kept is used.
    """

    def __init__(
        self,
        chosen: dict[str, tuple[Mutation, ...]],
        catalogues: dict[str, tuple[Mutation, ...]],
        kept: Path,
        also: Sequence[Path] = (),
        until: float | None = None,
        *,
        fresh: bool = False,
    ) -> None:
        self.chosen, self.catalogues, self.kept, self.until = chosen, catalogues, kept, until
        self.found = record.read(kept)
        self.others = [] if fresh else [self.found, *map(record.read, also)]

    def keep(
        self, trials: dict[str, dict[str, Trial]], samples: dict[str, record.Sample] | None = None
    ) -> None:
        """Add what was found to the record, which another process may have added to since; forget what is no longer written down.

        Raises:
            StoreError: if it cannot be written.
        """
        with merging(self.kept):
            self.found = record.read(self.kept)
            for name, found in trials.items():
                self.found.trials[name] = self.found.trials.get(name, {}) | found
            for name, mutations in self.catalogues.items():
                ids, old = {one.id for one in mutations}, self.found.trials.get(name, {})
                self.found.trials[name] = {id: trial for id, trial in old.items() if id in ids}
            self.found.samples |= samples or {}
            record.write(self.kept, self.found)


def try_all(asked: Asked, campaign: Campaign, say: Callable[[str], None]) -> int:
    """Try every change that is asked for and not yet answered; return the exit code."""
    keys = {
        (name, one.id): campaign.keys.of(one)
        for name, found in asked.chosen.items()
        for one in found
    }
    trials: dict[str, dict[str, Trial]] = {name: {} for name in asked.chosen}
    for other in asked.others:
        for name in asked.chosen:
            for id, trial in other.trials.get(name, {}).items():
                if keys.get((name, id)) == trial.key:
                    trials[name][id] = trial
    asked.keep({name: found for name, found in trials.items() if found})
    left = {
        name: [one for one in found if one.id not in trials[name]]
        for name, found in asked.chosen.items()
    }
    wrong = unfinished = 0
    for name, waiting in left.items():
        if is_over(asked.until):
            break
        checks = dict.fromkeys(check for one in waiting for check in one.checks)
        if red := list(campaign.red_unchanged(tuple(checks))):
            wrong += len(red)
            for sentence in red:
                say(sentence)
            continue
        for trial in campaign.tried(waiting, until=asked.until):
            trials[name][trial.id] = trial
            if trial.decided:
                asked.keep({name: {trial.id: trial}})
    for name, every in asked.chosen.items():
        for one in every:
            if (tried := trials[name].get(one.id)) is None:
                unfinished += 1
            else:
                wrong += is_wrong(one, tried)
                say(told(name, one, tried))
        say(summed(name, every, trials[name]))
    of_all = [
        bool(trials[name][one.id].noticed_by)
        for name, found in asked.chosen.items()
        for one in found
        if one.id in trials[name] and not one.equivalent
    ]
    if len(asked.chosen) > 1 and of_all:
        rate = f"{100 * sum(of_all) / len(of_all):.1f} %"
        say(f"In all {sum(of_all)} of {count(len(of_all), 'change')} noticed ({rate}).")
    if unfinished:
        say(f"{count(unfinished, 'change')} not tried.")
    return 1 if wrong else 3 if unfinished else 0


BY: dict[By, str] = {"exception": "an exception", "words": "a digest of words alone"}
"""How a change is noticed otherwise than by what a check or test finds."""


def is_wrong(mutation: Mutation, trial: Trial) -> bool:
    """Whether a change went unnoticed, or one that none can notice was noticed, or neither is known."""
    return not trial.decided or bool(trial.noticed_by) == bool(mutation.equivalent)


def told(name: str, mutation: Mutation, trial: Trial) -> str:
    """What is printed of one change."""
    head = f"{name} {mutation.id} ({mutation.wrong})"
    if trial.noticed_by:
        was = "NOTICED, though called equivalent," if mutation.equivalent else "noticed"
        by = f" ({BY[trial.by]})" if trial.by in BY else ""
        return f"{was} by {trial.noticed_by}{by} in {trial.seconds:.1f} s: {head}"
    if not trial.decided:
        return f"NOT KNOWN whether noticed: {head}: {trial.how}"
    if mutation.equivalent:
        return f"equivalent: {head}: {mutation.equivalent}"
    return f"NOT NOTICED by {', '.join(mutation.checks)}: {head}"


def summed(name: str, every: Sequence[Mutation], trials: dict[str, Trial]) -> str:
    """How many changes of a catalogue were noticed, in a sentence."""
    tried = [one for one in every if one.id in trials]
    telling = [one for one in tried if not one.equivalent]
    noticed = [trials[one.id].by for one in telling if trials[one.id].noticed_by]
    same = [one for one in tried if one.equivalent and not is_wrong(one, trials[one.id])]
    rate = f" ({100 * len(noticed) / len(telling):.0f} %)" if telling else ""
    besides = "".join(f", {noticed.count(by)} by {BY[by]}" for by in BY if by in noticed)
    return (
        f"{name}: {len(noticed)} of {count(len(telling), 'change')} noticed{rate}{besides}; "
        f"equivalent besides: {len(same)}."
    )


def try_drawn(
    asked: Asked,
    campaign: Campaign,
    number: int,
    seed: int,
    say: Callable[[str], None],
) -> int:
    """Try changes drawn from the syntax tree, with every check that could notice; return the exit code."""
    late = False
    for name in asked.chosen:
        modules = dict(_modules(name, campaign.root))
        changes = drawn.draw(campaign.root, list(modules), number, seed)
        jobs = []
        for change in changes:
            checks = tuple(_concerned(name, modules[change.file], campaign))
            if checks:
                content = change.apply(source(campaign.root, change.file))
                jobs.append(Change(change.id, change.file, content, checks))
        every = dict.fromkeys(check for job in jobs for check in job.checks)
        if is_over(asked.until):
            say(f"{name}: time is up; no change was tried.")
            late = True
            continue
        if red := list(campaign.red_unchanged(tuple(every))):
            for sentence in red:
                say(sentence)
            return 1
        untested = len(changes) - len(jobs)
        if untested:
            say(
                f"{name}: {count(untested, 'change')} in files that no check or test reaches by name."
            )
        before = asked.found.samples.get(name)
        because = {one.id: one.because for one in before.survivors} if before else {}
        survivors, tried = [], 0
        for id, found in campaign.outcomes(jobs, asked.until):
            tried += 1
            if found["red"]:
                say(f"noticed by {found['red']}: {id}")
                continue
            said = f"NOT KNOWN whether noticed ({found['how']})" if found["how"] else "NOT NOTICED"
            say(f"{said}: {id}")
            survivors.append(record.Survivor(id=id, because=because.get(id, "")))
        if tried < len(jobs):
            say(
                f"{name}: time is up; {tried} of {count(len(jobs), 'change')} tried, and not recorded."
            )
            late = True
            continue
        # What nothing reaches is noticed by nothing, and counts as much as what was tried.
        if not (counted := tried + untested):
            say(f"{name}: no change was tried.")
            continue
        noticed = tried - len(survivors)
        low, high = record.interval(noticed, counted)
        say(
            f"{name}: {noticed} of {count(counted, 'change')} drawn with seed {seed} noticed, "
            f"{100 * noticed / counted:.0f} % (95 % interval {100 * low:.0f} to {100 * high:.0f} %)."
        )
        sample = record.Sample(
            seed=seed,
            drawn=counted,
            noticed=noticed,
            untested=untested,
            survivors=tuple(sorted(survivors, key=lambda one: one.id)),
        )
        asked.keep({}, {name: sample})
    return 3 if late else 0


UNCOMPUTED = ("__init__", "statement", "proved", "__main__", "citations")
"""Files of words and declarations, in which no expression is drawn."""


def _modules(name: str, root: Path) -> Iterator[tuple[str, str]]:
    """The files of a catalogue with their modules, those that hold words only left out."""
    folder = FOLDERS.get(name, f"theorems/{name}")
    for place in (folder, *BESIDES.get(name, ())):
        for path in sorted((root / place).rglob("*.py")):
            if path.stem not in UNCOMPUTED:
                file = path.relative_to(root)
                yield str(file), ".".join(file.with_suffix("").parts)


def _concerned(name: str, module: str, campaign: Campaign) -> Iterator[str]:
    """The checks of a room whose code a module is part of, the cheap ones first; or the tests that import it.

    Where no test imports from the module itself, those that import from its package are tried; an experiment's
    own checks are tried after them.
    """
    room_id = name
    if name in FOLDERS:
        package = module.rpartition(".")[0]
        tests = {
            f"tests/{path.name}": _imported(path)
            for path in sorted((campaign.root / "tests").glob("test_*.py"))
        }
        own = [test for test, names in tests.items() if module in names]
        yield from own or [test for test, names in tests.items() if package in names]
        room_id = next((id for id, place in campaign.ctx.rooms.items() if place == package), "")
        if not room_id:
            return
    room = rooms.load(room_id, campaign.ctx.rooms[room_id])
    for check in sorted(room.checks, key=lambda one: one.cost):
        if check.gates and not missing_capability(check, campaign.ctx):
            _, named = canonical_form(check.run)
            if module in _code(tuple(sorted(named)), campaign.ctx.rooms[check.room]):
                yield check.id


@functools.cache
def _imported(path: Path) -> frozenset[str]:
    """The modules from which a file imports, and what it imports from them, by full names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    names = {f"{node.module}.{name.name}" for node in found for name in node.names}
    return frozenset(names | {str(node.module) for node in found})


@functools.cache
def _code(named: tuple[str, ...], room: str) -> frozenset[str]:
    """The modules that a check's code is in, from those that it names."""
    return frozenset(closure(*named, besides=room))

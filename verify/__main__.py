"""The command line: ``python -m verify all``, ``... thm41``, ``... list`` and so on.

Exit codes: 0, every gating check found what it states; 1, a check or verdict came out otherwise
or failed, or a file asked for could not be written; 2, the request itself was wrong; 3, something
asked for by name could not run here, or not within the budget, although all that ran was as stated;
130, interrupted; 141,
nobody read the output of a run to its end.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import importlib
import os
import shlex
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

import msgspec

from verify.claims.check import Check, Context, Kind
from verify.claims.evidence import Outcome
from verify.claims.statement import Statement
from verify.claims.text import count, printable
from verify.cli import compare, console, kernel, reproduce, scaffold
from verify.cli.arguments import COMMANDS, UsageError, parse, refuse
from verify.cli.cluster import Pool, pool
from verify.cli.doctor import examine, gpu
from verify.cli.junit import junit
from verify.engine import registry as rooms
from verify.engine.assemble import Request, assemble, kept, with_run
from verify.engine.outline import Outlines
from verify.engine.provenance import git_state, in_checkout, outside_bounds
from verify.engine.record import RunRecord
from verify.engine.runner import Results, WorkersError, run_all
from verify.engine.store import Asked, Records, Store, StoreError

ROOT = Path(__file__).resolve().parents[1]
REGISTRIES = rooms.REGISTRIES
RECORDED = ROOT / "reports" / "evidence"

HINT = "`python -m verify --help` shows what can be asked."
PARTIAL = "part"
"""The folder, beside the report, of a part of it that was asked for."""

LOOKING = ("list", "show", "script", "diff", "doctor")
"""Commands that decide nothing, whose reader may leave when it has seen enough."""

OURS = ("verify", "theorems", "reports")
"""Our packages; what cannot be imported of these is a fault of ours."""

NO_GPU = "--device cuda was asked for and no CUDA device was found"


_Load = Callable[[str, str], rooms.Room]
"""Returns a room by its name and module."""


class _DiskError(Exception):
    """A file cannot be written; the message is a sentence for the user."""


@dataclass(frozen=True)
class Folders:
    """Where a run keeps what it makes."""

    evidence: Path
    artefacts: Path
    site: Path

    @classmethod
    def at(cls, out: Path | None) -> Folders:
        """Return the folders below `out`, or those of the checkout, or of the working directory.

        An installation is never written to.
        """
        home = ROOT if in_checkout(ROOT) else Path.cwd()
        base = (out or home / ".verify").absolute()  # Coq and workers elsewhere have other folders
        return cls(
            base / "evidence",
            base / "artefacts",
            home / "reports" / "site" if out is None else out / "site",
        )


@dataclass(frozen=True)
class _Work:
    """A command on rooms, and what it works with.

    Attributes:
        options: of the command line.
        places: every room.
        chosen: the rooms that it is about.
        begun: when it began, on `time.perf_counter`'s clock.
        started: the same in UTC, ISO 8601.
    """

    options: argparse.Namespace
    places: Sequence[rooms.RegistryEntry]
    chosen: Sequence[rooms.RegistryEntry] = ()
    begun: float = field(default_factory=time.perf_counter)
    started: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @cached_property
    def folders(self) -> Folders:
        """Where it keeps what it makes."""
        return Folders.at(getattr(self.options, "out", None))

    @cached_property
    def store(self) -> Store:
        """Where evidence is stored."""
        return Store(self.folders.evidence)

    @cached_property
    def recorded(self) -> Records:
        """The project's records."""
        return Records(RECORDED)

    @cached_property
    def load(self) -> _Load:
        """Rooms of which enough is known to plan, judge and report; workers import those that they run."""
        return Outlines(self.folders.artefacts / "outlines", self.places).room

    def pool(self, data: Iterable[str] = (), *, kernel: bool = False) -> Pool:
        """Who runs it, see `verify.cli.cluster.pool`."""
        return pool(
            self.options.cluster,
            self.options.jobs,
            cache=self.folders.artefacts,
            modules=rooms.modules(self.places).values(),
            data=data,
            kernel=kernel,
        )

    def has_gpu(self, runs: Pool) -> bool:
        """Whether it runs on GPUs: of this machine where there is one, of a cluster where they are asked for."""
        if runs.cluster is not None:
            return self.options.device == "cuda" and runs.cluster.everywhere(gpu)
        return self.options.device != "cpu" and bool(gpu())

    def imported(self) -> list[rooms.Room]:
        """The chosen rooms, with their functions."""
        return [rooms.load(place.entry.id, place.module) for place in self.chosen]

    def context(self, **given: Any) -> Context:
        """What checks run in."""
        return Context(
            cache=str(self.folders.artefacts),
            rooms=rooms.modules(self.places),
            git=git_state(ROOT),
            **given,
        )

    def request(
        self,
        wanted: argparse.Namespace | Asked,
        chosen: Sequence[rooms.RegistryEntry],
        load: _Load,
        working: Callable[[str], None] = lambda what: None,
    ) -> tuple[list[rooms.Room], Request]:
        """Load rooms; return those that can be used, and what is asked of them."""
        loaded, broken = [], []
        for place in chosen:
            working(f"importing {place.entry.label}")
            try:
                loaded.append(load(place.entry.id, place.module))
            except rooms.RoomError as error:
                broken.append(str(error))
        asked = Request(
            only=tuple(getattr(wanted, "only", ())),
            skip=tuple(getattr(wanted, "skip", ())),
            started=self.started,
        )
        foundations: tuple[rooms.Room, ...] = ()
        try:
            foundations = rooms.foundations(loaded, self.places, asked.leaves_out, load)
        except rooms.RoomError as error:
            broken.append(str(error))
        return loaded, replace(
            asked,
            broken=tuple(dict.fromkeys(broken)),
            foundations=foundations,
            omitted=tuple(place.entry.label for place in self.places if place not in chosen),
        )

    def run(
        self,
        checks: Sequence[Check],
        ctx: Context,
        runs: Pool,
        shown: Sequence[rooms.Room],
        **options: Any,
    ) -> Results:
        """Run checks, and show in their rooms how far they are; `options` as `run_all` has them."""
        ids, artefacts = [check.id for check in checks], self.folders.artefacts
        with runs, console.progress(sys.stdout, shown, ids, artefacts) as progress:
            return run_all(
                checks,
                ctx,
                self.store,
                runs.make,
                jobs=runs.jobs,
                on_event=progress,
                fresh=self.options.fresh,
                **options,
            )

    def kept(self, request: Request, ctx: Context, loaded: Sequence[rooms.Room]) -> Results:
        """The best evidence there is of what is asked for."""
        return kept(request, ctx, loaded, store=self.store, recorded=self.recorded)

    def assembled(
        self, request: Request, ctx: Context, loaded: Sequence[rooms.Room], results: Results
    ) -> RunRecord:
        """The record of what was found."""
        return assemble(
            request,
            ctx,
            loaded,
            results,
            store=self.store,
            recorded=self.recorded,
            wall_s=time.perf_counter() - self.begun,
        )

    def best(
        self,
        chosen: Sequence[rooms.RegistryEntry],
        ctx: Context,
        run: Results | None = None,
        working: Callable[[str], None] = lambda what: None,
    ) -> RunRecord:
        """The record of the best evidence there is of every check, whatever the latest run was asked for.

        It covers the chosen rooms and all that were asked for earlier; what these rest on elsewhere is told
        beside them.

        Args:
            chosen: the rooms of the latest run.
            ctx: of the latest run.
            run: what the latest run found, if it ran in this process.
            working: is told what is being done.
        """
        covered = rooms.asked_for(chosen, self.places, self.store.checks, self.load)
        everything = Asked(seed=ctx.seed, profile=ctx.profile, device=ctx.device)
        loaded, request = self.request(everything, covered, self.load, working)
        working("reading the evidence")
        best = self.kept(request, ctx, loaded)
        return self.assembled(request, ctx, loaded, best if run is None else with_run(best, run))


def main(argv: Sequence[str] | None = None, registries: Sequence[str] = REGISTRIES) -> int:
    """Run the command line and return its exit code.

    Args:
        argv: the arguments; those of the process by default.
        registries: packages whose ``CONTENTS`` list the rooms.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed before the process began
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a narrow terminal must not end a run
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as cleanly as Ctrl-C
    looking = True
    try:
        try:
            options = parse(argv)
        except SystemExit:  # the help was printed
            sys.stdout.flush()
            return 0
        looking = options.command in LOOKING
        code = _obey(options, registries)
        sys.stdout.flush()
        return code
    except (UsageError, rooms.RoomError) as error:
        _complain(f"{error}\n{HINT}")
        return 2
    except (reproduce.Unavailable, WorkersError) as error:
        _complain(str(error))
        return 3
    except ImportError as error:
        if (error.name or "").partition(".")[0] in OURS:
            raise
        _complain(
            f"a library that is needed cannot be imported ({error}); install the project again, in an "
            "environment of its own."
        )
        return 3
    except (_DiskError, StoreError) as error:
        _complain(str(error))
        return 2
    except KeyboardInterrupt:
        _complain(
            "interrupted. What was stored stays; a command that stores what it finds goes on from there, "
            "without --fresh.",
            "\n",
        )
        return 130
    except BrokenPipeError:  # the reader, e.g. `head`, has seen enough
        _hush(sys.stdout)
        return 0 if looking else 141
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _hush(sys.stdout)
        _complain("what was to be printed could not be written: there is no space left.")
        return 1


def _complain(sentence: str, before: str = "") -> None:
    """Print a sentence on standard error, if anybody reads it."""
    try:
        print(f"{before}verify: {printable(sentence)}", file=sys.stderr, flush=True)
    except BrokenPipeError:
        _hush(sys.stderr)


def _hush(stream: TextIO) -> None:
    """Let what is still to be written to a stream go nowhere, so that the process can end."""
    with contextlib.suppress(OSError, ValueError):  # a stream that is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _obey(options: argparse.Namespace, registries: Sequence[str]) -> int:
    command, names = options.command, options.names
    for option in ("json", "junit", "html", "pdf"):
        if getattr(options, option, None) is not None:
            _see_writable(getattr(options, option))
    if command == "diagnose":
        return _diagnose(options)
    if command == "bench":
        return _bench(options)
    if command == "ssl released":
        return _released(options)
    if command == "diff":
        return _diff(names)
    places = rooms.contents(registries)
    if command == "list":
        print(console.listing(places))
        return 0
    if command == "script":
        return _script(names, places)
    if command == "new":
        return _new(options, names, registries)
    if command in ("run", "show") and not names:
        raise UsageError(f"`{command}` expects the name of a statement or experiment.")
    if command in WHOLE:
        return WHOLE[command](_Work(options, places))
    if command == "run" and len(names) > 1 and (late := COMMANDS.keys() & set(names)):
        raise UsageError(f"`{late.pop()}` is a command, which stands before names and options.")
    others = COMMANDS if command == "run" else ()
    found = list(dict.fromkeys(rooms.find(places, name, others) for name in names))
    return OF_ROOMS.get(command, _run)(_Work(options, places, found or list(places)))


def _diagnose(options: argparse.Namespace) -> int:
    """Say what state one's own head is in."""
    from verify.cli import diagnose

    def page(found: Any) -> str:
        from reports.diagnosis import page

        return page(found)

    return diagnose.run(options, page)


def _see_writable(file: Path) -> None:
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:  # too long a name, or a link to itself
        raise _DiskError(f"{file} cannot be written ({error.strerror}); name another.") from None
    if file.is_dir():
        raise _DiskError(f"{file} cannot be written: it is a folder; name a file.")
    if not file.parent.is_dir() or not os.access(file.parent, os.W_OK):
        raise _DiskError(f"{file} cannot be written: {file.parent} is no writable folder.")
    if file.exists() and not os.access(file, os.W_OK):
        raise _DiskError(f"{file} cannot be written: it is there and read-only.")


def _require_checkout(does: str) -> None:
    if not in_checkout(ROOT):
        raise UsageError(f"{does} a checkout, and {ROOT} is none.")


# --- commands -------------------------------------------------------------------------------


def _new(options: argparse.Namespace, words: Sequence[str], registries: Sequence[str]) -> int:
    """Make the room of another statement, and judge it."""
    _require_checkout("`new` makes a room in")
    known = {name for place in rooms.contents(registries) for name in place.entry.names}
    for file in scaffold.make_room(ROOT, words, known.union(COMMANDS)):
        print(f"written: {file}")
    importlib.reload(importlib.import_module(registries[0]))
    from reports.readme import renew

    for file in renew(ROOT):
        print(f"written: {file}")
    places = rooms.contents(registries)
    return _run(_Work(options, places, [rooms.find(places, words[0])]))


def _doctor(work: _Work) -> int:
    """Print what this machine has, as it is found."""
    with console.working() as working:
        for what, seen in examine(work.places, ROOT, work.folders.evidence, working):
            print(f"{what}: {seen}", flush=True)
    return 0


def _script(names: Sequence[str], places: Sequence[rooms.RegistryEntry]) -> int:
    """Print the script of a counterexample, or what there is of one statement; 3 if there is no such script."""
    if len(names) not in (1, 2):
        raise UsageError(
            "`script` expects the name of a statement, and the reading whose counterexample is to be printed; "
            f"got {len(names)} names."
        )
    place = rooms.find(places, names[0])
    room = rooms.load(place.entry.id, place.module)
    if not isinstance(room.subject, Statement):
        raise UsageError(f"{place.entry.label} has no counterexample; `script` is for statements.")
    told = _scripts(room)
    if len(names) == 1:
        for check in told:
            print(f"{', '.join(check.readings)}  {check.id}  {told[check][1]}".rstrip())
        return 0
    asked = {check: one for check, one in told.items() if names[1] in (check.id, *check.readings)}
    if not asked:
        known = dict.fromkeys(reading for check in told for reading in check.readings)
        raise UsageError(
            f"{place.entry.label} has no refuted reading {names[1]!r}; it has {', '.join(known) or 'none'}."
        )
    texts = [text for text, _ in asked.values() if text]
    if not texts:
        raise reproduce.Unavailable(" ".join(dict.fromkeys(why for _, why in asked.values())))
    print(texts[0], end="")
    return 0


def _scripts(room: rooms.Room) -> dict[Check, tuple[str, str]]:
    """The script of each refutation of a room, or why there is none."""
    from verify.engine.script import NoScript, refutations, script

    found: dict[Check, tuple[str, str]] = {}
    if isinstance(room.subject, Statement):
        for check in refutations(room.checks):
            try:
                found[check] = script(check, room.subject), ""
            except NoScript as error:
                found[check] = "", str(error)
    return found


def _diff(names: Sequence[str]) -> int:
    """Print what changed between two runs; 1 if anything did."""
    if len(names) != 2:
        raise UsageError(
            "`diff` expects two records, written with --json, the older one first; "
            f"got {len(names)} names."
        )
    found = compare.changes(*(compare.read(Path(name)) for name in names))
    _say("\n".join(found) or "Nothing changed.")
    return int(bool(found))


def _run(work: _Work) -> int:
    """Run the chosen rooms, print and write what came of it, and return the exit code."""
    options, store = work.options, work.store
    for sentence in outside_bounds():
        _complain(sentence)
    store.prepare()
    loaded, request = work.request(options, work.chosen, work.load)
    checks = [check for room in loaded for check in room.checks if not request.leaves_out(check)]
    checks += [check for room in request.foundations for check in room.checks]
    if not checks and not request.broken:
        raise UsageError("No check is left to run: --only and --skip leave out all of them.")
    runs = work.pool(kernel=any(check.kind is Kind.KERNEL for check in checks))
    has_gpu = work.has_gpu(runs)
    ctx = work.context(
        seed=store.seed(options.seed, fresh=options.fresh),
        profile=options.profile or "standard",
        device="cuda" if has_gpu else "cpu",
    )
    store.begin(
        Asked(
            seed=ctx.seed,
            profile=ctx.profile,
            device=ctx.device,
            only=request.only,
            skip=request.skip,
        )
    )
    lacking = options.device == "cuda" and not has_gpu
    if lacking:
        _complain(f"{NO_GPU}; the checks that can run on the CPU run there.")
    print(
        f"seed {ctx.seed}, profile {ctx.profile}, device {ctx.device}, jobs {runs.jobs}", flush=True
    )
    together = [*loaded, *request.foundations]
    results = work.run(checks, ctx, runs, together, recorded=work.recorded, load=work.load)
    record = work.assembled(request, ctx, loaded, results)
    code = _conclude(work, record, work.best(work.chosen, ctx, results), work.folders.site)
    if lacking:
        _complain(f"{NO_GPU}; the checks that can run on the CPU ran there.")
        return code or 3
    return code


def _reproduce(work: _Work) -> int:
    """Run one form of some experiments, print what came of it, and return the exit code."""
    options, folders, store = work.options, work.folders, work.store
    names = reproduce.experiments(options, work.places)
    if options.list:
        print(reproduce.listed(names))
        return 0
    if options.record:
        _require_checkout("`--record` keeps results in")
    chosen = reproduce.choose(options, names, work.places)
    reproduce.require_paths(options)
    for sentence in outside_bounds():
        _complain(sentence)
    if options.device == "cuda" and not chosen.may_use_gpu:
        raise UsageError(
            "`--device cuda` is for the digits and for forms of the published size; the others run on the CPU."
        )
    runs = work.pool(chosen.data.values())
    has_gpu = chosen.may_use_gpu and work.has_gpu(runs)
    able = has_gpu or options.rehearse  # a few steps can be had without
    reproduce.require(chosen, folders.artefacts, has_gpu=able, download=options.download)
    if options.device == "cuda" and not has_gpu:
        raise reproduce.Unavailable(f"{NO_GPU}.")
    deadline = reproduce.deadline(options.budget)
    store.prepare()
    named = [place for place in work.places if place.entry.id in chosen.names]
    loaded = replace(work, chosen=named).imported()
    checks = chosen.checks(loaded)
    ctx = work.context(
        # A form's seeds are its own: the folder's is neither used nor drawn anew.
        seed=0 if chosen.data else store.seed(options.seed, fresh=options.fresh),
        profile="standard",
        device="cuda" if has_gpu else "cpu",
        data=chosen.data,
        deadline=deadline,
    )
    if options.rehearse:
        with runs:
            print(reproduce.rehearsed(checks, ctx, runs))
        return 0
    results = work.run(checks, ctx, runs, loaded)
    _say(console.answered(loaded, results.evidence.values()))
    if options.record:
        for file in reproduce.record(results, RECORDED):
            print(f"recorded: {file}")
    left = reproduce.left(results)
    for line in left:
        print(f"not finished: {line}")
    if left:
        _complain("not everything was finished; the same command goes on from there.")
    errors = any(found.outcome is Outcome.ERROR for found in results.evidence.values())
    return 1 if errors else 3 if left else 0


def _released(options: argparse.Namespace) -> int:
    """Print what the author's released arrays say, or how our citations of the code stand."""
    from verify.experiments.released.command import released
    from verify.experiments.released.reader import ReleaseError

    if options.path is None:
        raise UsageError("`ssl released` expects --path, a checkout of the release or its arrays.")
    if options.check_citations:
        refuse(options, ("json",), "with `--check-citations`")
    try:
        answered = released(
            options.path, check_citations=options.check_citations, json=options.json
        )
    except ReleaseError as error:
        raise reproduce.Unavailable(str(error)) from None
    print(answered.text, end="")
    return answered.code


def _kernel(work: _Work) -> int:
    """Have the theorems of the chosen rooms checked by Coq, and print what they assume."""
    if work.options.record:
        _require_checkout("`--record` keeps results in")
    work.store.prepare()
    if why := kernel.missing():
        _complain(why)
        return 3
    work.folders.artefacts.mkdir(parents=True, exist_ok=True)
    ctx = work.context(seed=0, profile="standard", device="cpu")
    loaded, request = work.request(work.options, work.chosen, rooms.load)
    for sentence in request.broken:
        _complain(sentence)
    kinds = {check.kind for room in loaded for check in room.checks}
    if not request.broken and Kind.KERNEL not in kinds:
        raise UsageError("Of these Coq checks no theorem; name statements.")
    found = []
    for check, finding in kernel.run(loaded, ctx):
        found.append((check, finding))
        print(kernel.told(check, finding), flush=True)
    if work.options.record:
        print(f"recorded: {count(kernel.keep(found), 'theorem')}")
        for check, _ in filter(lambda one: kernel.failed([one]), found):
            print(f"not recorded: {check.id}")
    return 1 if request.broken or kernel.failed(found) else 0


def _mutate(work: _Work) -> int:
    """Change the code of a copy, and see which check notices each change."""
    from verify.cli import mutate
    from verify.engine.mutation import record
    from verify.engine.mutation.campaign import SEED, Campaign, context
    from verify.engine.mutation.catalogue import MutationError, folders, read

    _require_checkout("`mutate` changes a copy of")
    options, evidence = work.options, work.folders.evidence
    if options.random is None:
        refuse(options, ("seed",), "without `--random`")
    else:
        refuse(options, ("fast", "only", "fresh"), "with `--random`")
    work.store.prepare()
    modules = rooms.modules(work.places)
    catalogues = folders(ROOT, modules)
    wanted = [n if n in catalogues else rooms.find(work.places, n).entry.id for n in options.names]
    if unknown := [name for name in wanted if name not in catalogues]:
        raise UsageError(
            f"{unknown[0]} has no catalogue of its own; `experiments` has all of theirs."
        )
    try:
        every = {name: read(catalogues[name]) for name in wanted or catalogues}
        chosen = every
        if options.fast:
            chosen = {name: tuple(m for m in found if m.fast) for name, found in chosen.items()}
        if options.only:
            known = {mutation.id for found in chosen.values() for mutation in found}
            if unknown := [id for id in options.only if id not in known]:
                raise UsageError(f"There is no change {unknown[0]!r} among those asked for.")
            chosen = {
                name: tuple(m for m in found if m.id in options.only)
                for name, found in chosen.items()
            }
        own, recorded = evidence.parent / record.FILE, RECORDED / record.FILE
        asked = mutate.Asked(
            {name: found for name, found in chosen.items() if found or options.random},
            every,
            recorded if options.record else own,
            (own, recorded),
            reproduce.deadline(options.budget),
            fresh=options.fresh,
        )
        with (
            work.pool() as runs,
            Campaign(ROOT, context(modules), runs.jobs, runs.cluster) as campaign,
        ):
            if options.random is not None:
                seed = SEED if options.seed is None else options.seed
                return mutate.try_drawn(asked, campaign, options.random, seed, _say)
            return mutate.try_all(asked, campaign, _say)
    except MutationError as error:
        raise UsageError(str(error)) from None


def _soak(work: _Work) -> int:
    """Run the checks that draw with one seed after another."""
    from verify.cli import soak

    options, folders = work.options, work.folders
    work.store.prepare()
    profile = options.profile or "smoke"
    own, recorded = (at / soak.file(profile) for at in (folders.evidence.parent, RECORDED))
    with work.pool() as runs:
        return soak.soak(
            work.imported(),
            soak.context(rooms.modules(work.places), folders.artefacts, profile),
            recorded if options.record else own,
            (own, recorded),
            seeds=options.seeds or 300,
            jobs=runs.jobs,
            make=runs.make,
            until=reproduce.deadline(options.budget),
            say=_say,
        )


def _attack(work: _Work) -> int:
    """Search for violations of the inequalities of rooms, and for where they are tight."""
    from verify.cli import attack

    return attack.attack(
        work.imported(),
        budget=work.options.budget or attack.BUDGET,
        seed=work.options.seed or 0,
        say=_say,
    )


def _say(text: str) -> None:
    """Print text that may come from a file, such as evidence that somebody wrote."""
    print(printable(text), flush=True)


def _bench(options: argparse.Namespace) -> int:
    """Time the curvature kernels, and write the result and its drawing if a file is named."""
    from verify.bench import table as bench

    has_gpu = options.device != "cpu" and bool(gpu())
    if options.device == "cuda" and not has_gpu:
        _complain(f"{NO_GPU}.")
        return 3
    result = bench.run(full=options.profile == "deep", device="cuda" if has_gpu else "cpu")
    if options.json is not None:
        for file in bench.write(result, options.json):
            print(f"written: {file}")
    return 0


def _from_store(work: _Work) -> int:
    """Show the chosen rooms, or render the report, from the best evidence that is stored."""
    options, folders, store = work.options, work.folders, work.store
    command = options.command
    if getattr(options, "pdf", None) is not None:
        from reports import pdf

        if why := pdf.missing():
            raise reproduce.Unavailable(why)
    asked = store.begun()
    if asked is None:
        if command == "report" and not any(store.checks(place.entry.id) for place in work.places):
            again = "" if options.out is None else f" --out {shlex.quote(str(options.out))}"
            raise UsageError(
                f"No evidence is stored in {folders.evidence}; `python -m verify all{again}` makes "
                "some."
            )
        asked = Asked(seed=store.kept_seed() or 0, profile="standard", device="cpu")
    ctx = work.context(seed=asked.seed, profile=asked.profile, device=asked.device)
    part = bool(options.names or options.only or options.skip)
    with console.working() as working:
        if command == "report" and not part:
            record = work.best((), ctx, working=working)
        else:
            loaded, request = work.request(options, work.chosen, work.load, working)
            working("reading the evidence")
            record = work.assembled(request, ctx, loaded, work.kept(request, ctx, loaded))
    if command == "report":
        site = folders.site / PARTIAL if part else folders.site
        return _conclude(work, record, record, site)
    from reports.plain import plain

    if options.full:
        _say("\n".join(map(plain, console.shown(record).splitlines())))
    else:
        _say(console.overview(record, plain, shutil.get_terminal_size().columns))
        again = shlex.join(["python", "-m", "verify", "show", *options.names, "--full"])
        print(f"\n`{again}` has the texts and every check.")
    for sentence in (*request.broken, *record.warnings):
        _complain(sentence)
    return 1 if request.broken else 0


def _conclude(work: _Work, record: RunRecord, report: RunRecord, site: Path) -> int:
    """Print a run's verdicts and counts, write the report and the files; return the exit code.

    Args:
        work: the command.
        record: of the run as it was asked for.
        report: of the best evidence there is, of which the report is made.
        site: where the report goes.
    """
    _say(f"{console.verdicts(record)}\n")
    ids = [check.id for check in record.checks]
    for failure in record.failures:
        _say(f"not as stated: {console.shortened(failure, ids)}")
    for warning in record.warnings:
        _complain(warning)
    if lacking := console.not_run(record):
        _say(lacking)
    for failure in report.failures:
        if failure not in record.failures:
            _say(f"in the report also, not as stated: {console.shortened(failure, ids)}")
    unwritten = _write(work, record, report, site)
    for sentence in unwritten:
        _complain(sentence)
    print(console.last_line(record, time.perf_counter() - work.begun))
    return 1 if record.failures or unwritten else 0


def _write(work: _Work, record: RunRecord, report: RunRecord, site: Path) -> list[str]:
    """Write the report, then the files asked for; return a sentence on what of it is not written."""
    options, unwritten = work.options, []
    try:
        from reports.kept import write

        with console.working() as working:
            working("writing the report")
            page, faults = write(
                _with_power(report, work.load),
                site,
                single_file=options.single_file,
                cache=work.folders.artefacts / "report",
            )
    except ImportError as error:  # a library of the report alone is lacking
        why = str(error).rstrip(".")
        unwritten.append(f"the report could not be drawn ({why}); the evidence is stored.")
    except OSError as error:
        unwritten.append(_unwritten(f"the report in {site}", error))
    else:
        unwritten += [f"the report says in its place what it cannot show. {why}" for why in faults]
        print(f"report: {page}")
        if getattr(options, "pdf", None) is not None:
            unwritten += _print(page, options.pdf)
    for file, content in ((options.json, _as_json), (options.junit, junit)):
        if file is None:
            continue
        try:
            file.write_bytes(content(record))
        except OSError as error:
            unwritten.append(_unwritten(str(file), error))
    return unwritten


def _print(page: Path, file: Path) -> list[str]:
    """Print the first page of the report; return a sentence if it cannot be."""
    from reports import pdf

    try:
        with console.working() as working:
            working("printing the first page")
            pdf.write(page, file)
    except pdf.PrintError as error:
        return [str(error)]
    except OSError as error:
        return [_unwritten(str(file), error)]
    print(f"printed: {file}")
    return []


def _with_power(report: RunRecord, load: _Load) -> RunRecord:
    """The record with the changes to the code that the checks of its rooms faced, and the seeds they ran with."""
    from verify.cli import soak
    from verify.engine.mutation import record
    from verify.engine.mutation.catalogue import FOLDERS, MutationError
    from verify.engine.mutation.faced import faced

    shown = [room.statement.id for room in report.statements]
    names = shown if report.omitted else [*shown, *FOLDERS]
    shown += [room.experiment.id for room in report.experiments]
    try:
        modules = rooms.modules(rooms.contents(REGISTRIES))
        found = faced(ROOT, RECORDED / record.FILE, modules, names, load)
        loaded = [load(name, modules[name]) for name in shown if name in modules]
        ran = soak.soaked(loaded, soak.context(modules), RECORDED / soak.FILE)
    except (MutationError, StoreError, rooms.RoomError) as error:
        _complain(str(error))
        return report
    return msgspec.structs.replace(report, power=found, soaked=ran)


def _unwritten(what: str, error: OSError) -> str:
    return f"{what} could not be written ({error.strerror or error}); the evidence is stored."


def _as_json(record: RunRecord) -> bytes:
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"


WHOLE: dict[str, Callable[[_Work], int]] = {"doctor": _doctor, "mutate": _mutate, "ssl": _reproduce}
"""Commands on all there is, which find what they are about by themselves."""

OF_ROOMS: dict[str, Callable[[_Work], int]] = {
    "soak": _soak,
    "attack": _attack,
    "kernel": _kernel,
    "show": _from_store,
    "report": _from_store,
}
"""Commands on rooms; the others run them."""


if __name__ == "__main__":
    from projection_head_verifier import taken

    sys.exit(taken() or main())

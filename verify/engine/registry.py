"""Rooms: from the names a reader uses to a statement or experiment with its checks.

A *registry* is a package that exposes ``CONTENTS``, light entries with ``id``, ``label``, ``title``
and ``names`` (the lower-case names by which it is asked for). The room of an entry is the module
of the lower-case id in that package. It exposes ``CHECKS`` and either ``STATEMENT`` or
``EXPERIMENT``.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import importlib
import importlib.util
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any, Protocol

import msgspec

from verify.claims.check import DATA, Check, Kind, Role
from verify.claims.judgement import bears_on, named, resolve, rests_on
from verify.claims.picture import Picture
from verify.claims.statement import Experiment, Statement, Verdict
from verify.claims.summary import Summary, Told, faults, faults_of_answers
from verify.claims.text import sides
from verify.engine.record import CheckRecord
from verify.identity.closure import snapshot_sources
from verify.identity.fingerprint import CanonicalFormError, canonical_form

REGISTRIES = ("theorems", "verify.experiments")
"""The packages whose ``CONTENTS`` list the project's rooms."""

CAPABILITIES = ("cuda", "standard", *DATA)
"""What a check may need of the machine, or of the run."""


_OF_READINGS = (Verdict.HOLDS, Verdict.HOLDS_ADDED, Verdict.REFUTED)
_OF_PARTS = (Verdict.PROVED, Verdict.DERIVED, Verdict.SUPPORTED)


class RoomError(Exception):
    """A room cannot be used; the message is a sentence for the user."""


class Entry(Protocol):
    """One line of a registry's table of contents."""

    @property
    def id(self) -> str:
        """First component of the room's check ids."""

    @property
    def label(self) -> str:
        """As the paper names it."""

    @property
    def title(self) -> str:
        """What it is about, a few words."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it is known by, in lower case."""


@dataclass(frozen=True)
class RegistryEntry:
    """An entry and the module that is its room."""

    entry: Entry
    module: str


@dataclass(frozen=True)
class Room:
    """A statement or an experiment with its checks.

    Attributes:
        name: first component of its check ids.
        subject: what is judged or measured.
        checks: in the room's order.
        summary: what became of the statement, in words; None if its room does not say.
        told: the answers of the experiment, in words.
        picture: draws what is to be remembered of it, from the records of its checks by id.

    Raises:
        RoomError: from `load`, if the room contradicts itself.
    """

    name: str
    subject: Statement | Experiment
    checks: tuple[Check, ...]
    summary: Summary | None = None
    told: tuple[Told, ...] = ()
    picture: Callable[[Mapping[str, CheckRecord]], Picture | None] | None = None

    def check(self, id: str) -> Check:
        """Return the check with this id.

        Raises:
            RoomError: if the room has no such check.
        """
        for check in self.checks:
            if check.id == id:
                return check
        raise RoomError(f"{self.name} has no check {id!r}; it has {len(self.checks)} others.")


def contents(registries: Iterable[str]) -> tuple[RegistryEntry, ...]:
    """Return the entries of all registries, in order; no room is imported."""
    return tuple(
        RegistryEntry(entry, f"{registry}.{entry.id.lower()}")
        for registry in registries
        for entry in importlib.import_module(registry).CONTENTS
    )


def modules(places: Iterable[RegistryEntry]) -> dict[str, str]:
    """Return the module of each room by its name, as `verify.claims.check.Context` wants it."""
    return {place.entry.id: place.module for place in places}


def find(places: Sequence[RegistryEntry], name: str, others: Iterable[str] = ()) -> RegistryEntry:
    """Return the place known by a name, in any case.

    Args:
        places: the rooms.
        name: what is asked for.
        others: words that may have been meant besides.

    Raises:
        RoomError: if there is none, with the names that are close.
    """
    wanted = " ".join(name.split()).lower()
    for place in places:
        if wanted in place.entry.names:
            return place
    known = {known: place.entry.id for place in places for known in place.entry.names}
    known |= {other: f"`{other}`" for other in others}
    close = dict.fromkeys(known[match] for match in difflib.get_close_matches(wanted, known))
    guess = f" Did you mean {' or '.join(close)}?" if close else ""
    raise RoomError(
        f"No statement or experiment is called {name!r}.{guess} `python -m verify list` names them all."
    )


@functools.cache
def load(name: str, module: str) -> Room:
    """Import a room and see that it is consistent.

    Args:
        name: first component of its check ids.
        module: the module to import.

    Raises:
        RoomError: if the import fails or the room contradicts itself.
    """
    try:
        snapshot_sources(module)
        imported = importlib.import_module(module)
        words = _beside(module, "summary", "SUMMARY") or ()
        picture = _beside(module, "picture", "picture")
        flaws = _beside(module, "flaws", "FLAWS")
    except Exception as error:
        raise RoomError(
            f"The room {module} could not be imported ({type(error).__name__}: {error})."
        ) from error
    subject = getattr(imported, "STATEMENT", None) or getattr(imported, "EXPERIMENT", None)
    checks = getattr(imported, "CHECKS", ())
    if not isinstance(subject, (Statement, Experiment)) or not checks:
        raise RoomError(f"The room {module} must expose CHECKS and either STATEMENT or EXPERIMENT.")
    if isinstance(subject, Experiment) and flaws is not None:
        subject = msgspec.structs.replace(subject, flaws=flaws)
    summary, told = (words, ()) if isinstance(words, Summary) else (None, tuple(words))
    room = Room(name, subject, tuple(checks), summary, told, picture)
    for fault in _faults(room):
        raise RoomError(f"The room {module} contradicts itself: {fault}.")
    return room


def _beside(module: str, file: str, name: str) -> Any:
    """What a room's file, on which no check rests, calls by this name; None if there is no such file."""
    package = importlib.util.find_spec(module)
    if package is None or package.submodule_search_locations is None:  # a room of one file
        return None
    if importlib.util.find_spec(f"{module}.{file}") is None:
        return None
    return getattr(importlib.import_module(f"{module}.{file}"), name)


def foundations(
    asked: Sequence[Room],
    places: Sequence[RegistryEntry],
    leaves_out: Callable[[Check], object] = lambda check: False,
    load: Callable[[str, str], Room] = load,
) -> tuple[Room, ...]:
    """Return what rooms rest on elsewhere, each other room with the derivations of that only.

    Args:
        asked: the rooms.
        places: where the others are.
        leaves_out: true of their checks that are not asked for, which then rest on nothing.
        load: returns a room by its name and module.

    Raises:
        RoomError: if there is no such part or reading, or one rests on itself.
    """
    loaded = {room.name: room for room in asked}
    modules_by_name = modules(places)
    chosen: dict[str, dict[str, Check]] = {}
    waiting = [check for room in asked for check in room.checks if not leaves_out(check)]
    while waiting:
        check = waiting.pop()
        for target in check.rests_on:
            name, _, about = target.partition(".")
            if name not in loaded and name in modules_by_name:
                loaded[name] = load(name, modules_by_name[name])
            subject = loaded[name].subject if name in loaded else None
            found = resolve(subject, about) if isinstance(subject, Statement) else None
            if found is None:
                raise RoomError(f"{check.id} rests on {target!r}, which is no part or reading.")
            if name in (room.name for room in asked):
                continue
            there = chosen.setdefault(name, {})
            for deciding in loaded[name].checks:
                if (
                    deciding.kind in (Kind.DERIVATION, Kind.EXAMPLE)
                    and bears_on(deciding, found)
                    and deciding.id not in there
                ):
                    there[deciding.id] = deciding
                    waiting.append(deciding)
    for fault in _circles(loaded.values()):
        raise RoomError(f"The rooms contradict each other: {fault}.")
    return tuple(
        replace(loaded[name], checks=tuple(c for c in loaded[name].checks if c.id in there))
        for name, there in chosen.items()
    )


def asked_for(
    chosen: Sequence[RegistryEntry],
    places: Sequence[RegistryEntry],
    stored: Callable[[str], set[str]],
    load: Callable[[str, str], Room] = load,
) -> list[RegistryEntry]:
    """Return the chosen rooms, and those of which more is stored than what others of these rest on.

    Args:
        chosen: what is asked for now.
        places: every room.
        stored: the ids of a room's checks of which there is evidence.
        load: returns a room by its name and module.
    """
    covered = [place for place in places if place in chosen or stored(place.entry.id)]
    for place in [one for one in covered if one not in chosen]:
        others = [one for one in covered if one != place]
        with contextlib.suppress(RoomError):  # what is wrong with a room is told where it is used
            beneath = foundations([load(o.entry.id, o.module) for o in others], places, load=load)
            if stored(place.entry.id) <= {check.id for room in beneath for check in room.checks}:
                covered = others
    return covered


def _circles(rooms: Iterable[Room]) -> Iterable[str]:
    """A circle among the parts and readings of rooms, if there is one."""
    graph: dict[str, tuple[str, ...]] = {}
    for room in rooms:
        if isinstance(room.subject, Statement):
            for one in reversed(named(room.subject)):  # where ids are the same, the part's counts
                bearing = [check for check in room.checks if bears_on(check, one)]
                graph[f"{room.name}.{one.id}"] = rests_on(bearing)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield f"{' rests on '.join(reversed(error.args[1]))}, and nothing may rest on itself"


def _faults(room: Room) -> Iterable[str]:
    """What is inconsistent in a room, one phrase each."""
    if room.subject.id != room.name:
        yield f"it is listed as {room.name} and calls itself {room.subject.id}"
    seen: set[str] = set()
    for check in room.checks:
        if check.room != room.name or not re.fullmatch(r"[\w.+-]+", check.id):
            yield f"the check id {check.id!r} must begin with {room.name!r} and a full stop and hold only letters, digits, and . _ + -"
        if check.id in seen:
            yield f"two checks are called {check.id}"
        seen.add(check.id)
        for need in check.capabilities:
            if need not in CAPABILITIES:
                yield f"{check.id} needs {need!r}, and the known capabilities are {CAPABILITIES}"
        for spelled in (check.run, *check.artefacts):
            try:
                canonical_form(spelled)
            except CanonicalFormError as error:
                yield f"what {check.id} runs holds {error}, which has no name to know its evidence by; use functools.partial of a module-level function, with literals, frozen dataclasses and module-level functions as its arguments"
        if isinstance(room.subject, Statement):
            yield from _unknown(check, room.subject)
    yield from _circles([room])
    if isinstance(room.subject, Statement):
        yield from _unstated(room.subject)
        yield from _undecidable(room.subject, room.checks)
        yield from _uncontrolled(room.subject, room.checks)
        if room.summary is not None:
            yield from faults(room.summary, room.subject, room.checks)
    else:
        yield from faults_of_answers(room.told, room.subject)


def _unstated(statement: Statement) -> Iterable[str]:
    """What a statement names and does not have, or predicts and cannot come to."""
    known = {hypothesis.id for hypothesis in statement.hypotheses}
    targets = {reading.id for reading in statement.readings}
    targets |= {part.id for part in statement.parts}
    for reading in statement.readings:
        for hypothesis in reading.hypotheses:
            if hypothesis not in known:
                yield f"the reading {reading.id!r} assumes {hypothesis!r}, which is not stated"
        if reading.rescued_by and reading.rescued_by not in targets:
            yield f"the reading {reading.id!r} is rescued by {reading.rescued_by!r}, which is no reading or part"
        if reading.predicted not in _OF_READINGS:
            yield f"the reading {reading.id!r} cannot come to {reading.predicted.value!r}"
    for part in statement.parts:
        if part.predicted not in _OF_PARTS:
            yield f"the part {part.id!r} cannot come to {part.predicted.value!r}"
    for one in named(statement):
        for formula in one.concludes:
            if formula.latex not in sides(one.text):
                yield (
                    f"{one.id!r} concludes with {formula.latex!r}, which is no side of a relation in its text"
                )


def _undecidable(statement: Statement, checks: Sequence[Check]) -> Iterable[str]:
    """The readings and parts that no check decides, and the properties that nothing puts to test."""
    decisive = [check for check in checks if check.role in (Role.SUPPORTS, Role.REFUTES)]
    for reading in statement.readings:
        if not any(reading.id in check.readings for check in decisive):
            yield f"no check supports or refutes the reading {reading.id!r}"
    for part in statement.parts:
        if not any(check.part == part.id and check.role is Role.SUPPORTS for check in decisive):
            yield f"no check supports the part {part.id!r}"
    powers = [check for check in checks if check.role is Role.CONTROL]
    for check in checks:
        if check.kind is not Kind.PROPERTY or check.role is not Role.SUPPORTS:
            continue
        untested = [
            reading
            for reading in check.readings
            if not any(reading in power.readings for power in powers)
        ]
        if check.part and not any(check.part == power.part for power in powers):
            untested.append(check.part)
        for target in untested:
            yield f"{check.id} supports {target!r}, and no check of role {Role.CONTROL.value!r} shows there that such a check can fail"


def _uncontrolled(statement: Statement, checks: Sequence[Check]) -> Iterable[str]:
    """The counterexamples of which nothing shows that they could have failed."""
    for reading in statement.readings:
        refuting = [
            check
            for check in checks
            if check.kind is Kind.COUNTEREXAMPLE and reading.id in check.readings
        ]
        controls = [check for check in checks if check.violates and reading.id in check.readings]
        covered = {_refute_of(check) for check in controls}
        for check in refuting:
            if _refute_of(check) not in covered:
                yield f"{check.id} refutes {reading.id!r} by a function that no control tries"
        for check in controls:
            if missing := set(reading.hypotheses) ^ set(check.violates):
                yield f"{check.id} must violate each hypothesis of {reading.id!r} and no other, and {', '.join(sorted(missing))} is not so"


def _refute_of(check: Check) -> object:
    """The function by which a counterexample, or its controls, refute."""
    return getattr(check.run, "args", (check.run,))[0]


def _unknown(check: Check, statement: Statement) -> Iterable[str]:
    readings = {reading.id for reading in statement.readings}
    for reading in check.readings:
        if reading not in readings:
            yield f"{check.id} bears on the reading {reading!r}, which is not stated"
    for target in check.rests_on:
        room, _, about = target.partition(".")
        if not check.all_dimensions:
            yield f"{check.id} rests on {target!r}, and only a derivation for all dimensions may"
        if not about or (room == check.room and resolve(statement, about) is None):
            yield f"{check.id} rests on {target!r}, which is no part or reading"
    if check.part and check.part not in {part.id for part in statement.parts}:
        yield f"{check.id} bears on the part {check.part!r}, which is not stated"

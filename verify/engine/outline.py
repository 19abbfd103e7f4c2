"""Rooms as they were when last imported: all of them but the functions that their checks run.

What is needed before anything runs, and where nothing need run, is text: what a statement says, what its checks
are, and what the keys of their evidence are made of. Importing the rooms for it takes seconds, since PyTorch and
SciPy come along. An outline of each room is therefore kept, under a stamp of all that importing it reads. It
counts only while no byte of that has changed, whatever the time stamps say.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from typing import Any, get_type_hints

import msgspec

from verify.claims.check import Check, Context
from verify.claims.picture import Picture
from verify.claims.statement import Experiment, Statement
from verify.claims.summary import Summary, Told
from verify.engine import provenance, registry
from verify.engine.places import Places
from verify.engine.provenance import CONTEXT, Written
from verify.engine.record import CheckRecord
from verify.engine.registry import RegistryEntry, Room
from verify.engine.store import seal, unseal, write_whole
from verify.identity.closure import PROJECT, closure, modified_since_import, versions
from verify.identity.fingerprint import canonical_form


class Run(Written, frozen=True):
    """What a check runs, as it is written down in its key; it cannot be called.

    Attributes:
        source: file and line where it begins, which the key does not hold.
    """

    source: str

    def __call__(self, ctx: Context) -> Any:
        """Refuse.

        Raises:
            TypeError: always.
        """
        raise TypeError(f"{self.words[:80]} is only outlined; import its room to run it.")


class Need(Written, frozen=True, kw_only=True):
    """An artefact, as far as its name and address go: a `verify.claims.check.Buildable`."""

    name: str
    cost: float

    def key(self, ctx: Context, installed: Mapping[str, str] | None = None) -> str:
        """Return what `verify.engine.artefact.Artefact.key` does."""
        found = versions() if installed is None else installed
        parts = (self.code, self.words, ctx.device, repr(sorted(found.items())))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def path(self, ctx: Context) -> Path:
        """Return what `verify.engine.artefact.Artefact.path` does."""
        return Path(ctx.cache) / f"{self.name}-{self.key(ctx)[:16]}.npz"

    def load(self, ctx: Context) -> Mapping[str, Any]:
        """Refuse.

        Raises:
            TypeError: always.
        """
        raise TypeError(f"{self.name} is only outlined; import its room to build it.")


_FIELDS = {
    name: kind for name, kind in get_type_hints(Check).items() if name not in ("run", "artefacts")
}

_Outlined: Any = msgspec.defstruct(
    "_Outlined", [*_FIELDS.items(), ("run", Run), ("artefacts", tuple[Need, ...])], frozen=True
)
"""A check, with what it runs and needs written down."""


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """A room without its functions.

    Attributes:
        stamp: of all that importing the room reads.
        files: the source files among that, relative to the folder of their top package.
        statement, experiment: one of them is what the room is about.
        picture: whether it has one.
    """

    stamp: str
    files: tuple[str, ...]
    checks: tuple[_Outlined, ...]
    statement: Statement | None = None
    experiment: Experiment | None = None
    summary: Summary | None = None
    told: tuple[Told, ...] = ()
    picture: bool = False

    def room(self, name: str, path: Path) -> Room:
        """The room of this name, whose checks can be known and not run, by an outline that is kept at a path."""
        subject = self.statement or self.experiment
        if subject is None:
            raise ValueError(f"The outline of {name} is of no statement and of no experiment.")
        checks = (
            Check(
                **{field: getattr(one, field) for field in _FIELDS},
                run=one.run,
                artefacts=one.artefacts,
            )
            for one in self.checks
        )
        picture = functools.partial(_pictured, self.stamp, path) if self.picture else None
        return Room(name, subject, tuple(checks), self.summary, self.told, picture)


class _Pictured(msgspec.Struct, frozen=True, kw_only=True):
    """A room's picture, and the hash of what it was drawn of."""

    of: str
    picture: Picture | None


def _pictured(stamp: str, path: Path, checks: Mapping[str, CheckRecord]) -> Picture | None:
    """The picture of a room: as it was drawn of the same records, or drawn by the room, which is imported then."""
    records = {id: msgspec.structs.replace(one, reused=False) for id, one in checks.items()}
    of = _hashed([stamp, msgspec.json.encode(records).decode()])
    kept = path.with_suffix(".picture")
    with contextlib.suppress(OSError, ValueError, msgspec.MsgspecError):
        found = unseal(kept.read_bytes(), _Pictured)
        if found.of == of:
            return found.picture
    picture: Picture | None = importlib.import_module(f"{path.stem}.picture").picture(checks)
    with contextlib.suppress(OSError):  # it is drawn again the next time
        write_whole(kept, seal(_Pictured(of=of, picture=picture)))
    return picture


class Files:
    """The files of some packages as they are now, each read at most once.

    Args:
        packages: their names.
        besides: folders in them that do not count.
    """

    def __init__(self, packages: Iterable[str], besides: Iterable[Path] = ()) -> None:
        self._besides = frozenset(besides)
        self._folders: dict[str, Path] = {}
        for package in sorted(packages):
            spec = importlib.util.find_spec(package)
            for folder in (spec and spec.submodule_search_locations) or ():
                self._folders[package] = Path(folder)
        self._hashes: dict[str, str] = {}
        self.present: frozenset[str] = frozenset(self._listed())
        sources = {file for file in self.present if file.endswith(".py")}
        self._common = _hashed(
            [
                *sorted(self.present),
                *map(self.hash, sorted(self.present - sources)),
                repr(sorted(versions().items())),
            ]
        )
        """Which files there are decides what an import finds; what is no source file, any may read."""

    def relative(self, path: Path) -> str:
        """What a file is called here.

        Raises:
            ValueError: if it is not in these packages.
        """
        for package, folder in self._folders.items():
            if path.is_relative_to(folder):
                return f"{package}/{path.relative_to(folder).as_posix()}"
        raise ValueError(f"{path} is in none of the packages {', '.join(self._folders)}.")

    def hash(self, file: str) -> str:
        """SHA-256 of a file's bytes."""
        if file not in self._hashes:
            package, _, rest = file.partition("/")
            content = (self._folders[package] / rest).read_bytes()
            self._hashes[file] = hashlib.sha256(content).hexdigest()
        return self._hashes[file]

    def stamp(self, sources: Iterable[str]) -> str:
        """Hash of what reading these source files depends on; empty if one of them is not there."""
        sources = frozenset(sources)  # which may be told one by one
        if not self.present.issuperset(sources):
            return ""
        return _hashed([self._common, *(f"{file} {self.hash(file)}" for file in sorted(sources))])

    def _listed(self) -> Iterable[str]:
        for package, top in self._folders.items():
            for folder, below, names in os.walk(top):
                below[:] = [
                    name
                    for name in below
                    if name != "__pycache__" and Path(folder, name) not in self._besides
                ]
                where = Path(folder).relative_to(top).as_posix()
                # An editor's lock may be a link to nothing, which no import reads.
                for name in filter(lambda name: Path(folder, name).is_file(), names):
                    yield f"{package}/{name}" if where == "." else f"{package}/{where}/{name}"


class Outlines:
    """The rooms, outlined where what they rest on is unchanged, and imported elsewhere.

    Args:
        folder: where outlines are kept.
        places: all rooms that may be asked for.
    """

    def __init__(self, folder: Path, places: Iterable[RegistryEntry]) -> None:
        self._folder = folder
        self._packages = {PROJECT, *(place.module.partition(".")[0] for place in places)}
        self._files = Files(self._packages)
        self._rooms: dict[str, Room] = {}

    def room(self, name: str, module: str) -> Room:
        """Return a room; its checks may be such as cannot be run in this process.

        Raises:
            RoomError: if it has to be imported and cannot be used.
        """
        if module not in self._rooms:
            self._rooms[module] = self._kept(name, module) or self._imported(name, module)
        return self._rooms[module]

    def _path(self, module: str) -> Path:
        return self._folder / f"{module}.json"

    def _kept(self, name: str, module: str) -> Room | None:
        try:
            found = unseal(self._path(module).read_bytes(), Outline)
            if found.stamp and found.stamp == self._files.stamp(found.files):
                return found.room(name, self._path(module))
        except (OSError, ValueError, msgspec.MsgspecError):  # missing, damaged, of another layout
            pass
        return None

    def _imported(self, name: str, module: str) -> Room:
        """Import a room, and keep its outline if it can be said what it rests on."""
        room = registry.load(name, module)
        try:
            outline = outlined(room, module, self._files)
        except (
            OSError,
            ValueError,
        ):  # code without a source file, or changed since it was imported
            return room
        if not outline.stamp or Files(self._packages).stamp(outline.files) != outline.stamp:
            return room
        with contextlib.suppress(OSError):  # it is imported the next time, too
            write_whole(self._path(module), seal(outline))
        return outline.room(name, self._path(module))


def outlined(room: Room, module: str, files: Files) -> Outline:
    """Return the outline of a room that was imported.

    Args:
        room: it.
        module: the module that it was imported from.
        files: as they were before it was imported.

    Raises:
        ValueError: if code of it has no source file, or was changed since it was imported.
    """
    code_of = functools.cache(provenance.code_of)
    checks, modules, places = [], {module, __name__, CONTEXT}, Places()
    for check in room.checks:
        needs = []
        for need in check.artefacts:
            words, named = canonical_form((need.build, need.arguments))  # type: ignore[attr-defined]
            modules |= named
            needs.append(Need(words, code_of(named), name=need.name, cost=need.cost))
        words, named = canonical_form(check.run)
        modules |= named
        run = Run(
            words, code_of(named | {CONTEXT}, besides=module), source=places.of(words, module)
        )
        given = {field: getattr(check, field) for field in _FIELDS}
        checks.append(_Outlined(**given, run=run, artefacts=tuple(needs)))
    beside = {f"{module}.{file}" for file in ("summary", "picture", "flaws")}
    modules |= beside & sys.modules.keys()
    if edited := modified_since_import(*sorted(modules)):
        raise ValueError(f"{', '.join(edited)} changed on disk after this process imported it.")
    sources = {files.relative(path) for path in closure(*sorted(modules)).values()}
    # Importing a module runs the packages around it, also those on which no result rests.
    packages = {f"{parent}/__init__.py" for file in sources for parent in PurePath(file).parents}
    sources |= packages & files.present
    subject = room.subject
    return Outline(
        stamp=files.stamp(sources),
        files=tuple(sorted(sources)),
        checks=tuple(checks),
        statement=subject if isinstance(subject, Statement) else None,
        experiment=subject if isinstance(subject, Experiment) else None,
        summary=room.summary,
        told=room.told,
        picture=room.picture is not None,
    )


def _hashed(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
